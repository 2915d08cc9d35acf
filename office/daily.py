"""每日一页: what the director has to know at eight and at five, on one sheet. Read from what is there, kept nowhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from office import access, diary, notices, procedures, showing, subjects
from office.claiming import claim
from office.clock import TIME_ZONE
from office.levels import Urgency
from office.models.cases import Case, Turn
from office.models.clocks import Clock, load_calendar
from office.models.outbox import Delivery
from office.models.people import Leave, PostHolding, User

# When it is made, on working days.
MORNING, EVENING = time(8), time(17)
# A worker that was away at the hour makes it up, but not half a day later.
LATE = timedelta(hours=3)
IN_APP = "in-app"
POSTS = ("office-director",)
MOST = 200


@dataclass(frozen=True)
class Line:
    """One line: what stands at its left, the words, and a note at its right. `case` where it is about a paper."""

    head: str
    words: str
    note: str = ""
    urgent: bool = False
    case: Case | None = None


@dataclass
class Part:
    title: str
    lines: list[Line] = field(default_factory=list)
    # How many there are altogether, where not all stand here.
    count: int = 0
    nothing: str = ""

    def __post_init__(self) -> None:
        self.count = self.count or len(self.lines)


@dataclass
class Page:
    """`looks_at` is the day it is about: today in the morning, the next working day in the evening."""

    at: datetime
    evening: bool
    looks_at: date
    parts: list[Part]


def is_evening(at: datetime) -> bool:
    return at.astimezone(TIME_ZONE).time() >= time(14)


def page(reader: User, *, at: datetime) -> Page:
    """The page as it is at `at` for this reader: nothing on it that he may not see, and no title of a guarded paper."""
    evening = is_evening(at)
    today = timezone.localdate(at)
    calendar = load_calendar()
    looks_at = calendar.next_workday(today) if evening else today
    since = _moment(today, MORNING) if evening else _moment(calendar.add_workdays(today, -1), EVENING)
    begin, end = _moment(looks_at, time()), _moment(looks_at + timedelta(days=1), time())
    return Page(
        at=at,
        evening=evening,
        looks_at=looks_at,
        parts=[
            _new(reader, since=since, at=at, evening=evening),
            _urgent(reader, at=at),
            _due(reader, at=at, end=end, looks_at=looks_at),
            _away(looks_at),
            _meetings(reader, begin=begin, end=end),
            _duty(today if evening else looks_at),
        ],
    )


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=TIME_ZONE)


def _words(case: Case) -> str:
    """A sheet of paper lies about: what only a few may read stands on it by its number alone."""
    if case.guarded:
        return _("限定知悉范围的文件，请在系统里看")
    return showing.title_of(case)


def _line(case: Case, *, line: str, note: str, called: str = "") -> Line:
    """`line`: its sender and number."""
    words = _words(case) if case.guarded or not line else f"{_words(case)}（{line}）"
    chips = showing.chips(case, called=called)
    urgent = bool(chips["urgency"])
    head = f"{chips['urgency']} {case}" if urgent else str(case)
    return Line(head=head, words=words, note=note, urgent=urgent, case=case)


RANK = {Urgency.FLASH: 0, Urgency.URGENT: 1, Urgency.NORMAL: 2}


def _new(reader: User, *, since: datetime, at: datetime, evening: bool) -> Part:
    """What has come in since the last page."""
    # Out of the newest there are, so that nobody reads a million cases to find today's.
    among = Case.objects.exclude(procedure__in=procedures.brought_in()).exclude(outcome="void").select_related("series")
    newest = access.newest_for(reader, count=MOST, among=among)
    found = [case for case in newest if since < case.opened_at <= at]
    found.sort(key=lambda case: (RANK[Urgency(case.urgency)], case.pk))
    said = subjects.summaries(found)
    places = _places(found)
    return Part(
        _("今天新收") if evening else _("新收"),
        [
            _line(case, line=_sender(said[case.pk].line), note=places.get(case.pk, ""), called=said[case.pk].urgency)
            for case in found
        ],
        nothing=_("没有新收的文件。"),
    )


def _sender(line: str) -> str:
    return line.split("　")[0]


def _places(cases: Sequence[Case]) -> dict[int, str]:
    """Where each open one is: its step, and in whose hands."""
    turns = Turn.objects.open().main().filter(case__in=cases).select_related("holder", "post__department", "case")
    return {
        turn.case_id: f"{showing.step_label(turn.case.procedure, turn.step)} {showing.holder_words(turn)}"
        for turn in turns
    }


def _urgent(reader: User, *, at: datetime) -> Part:
    # What is open lies in somebody's hands: asked of the open turns, which are few.
    urgent = Turn.objects.open().main().filter(case__urgency__in=[Urgency.FLASH, Urgency.URGENT], issued_at__lte=at)
    keys = list(urgent.values_list("case_id", flat=True)[: MOST * 10])
    rows = access.visible_to(reader).filter(pk__in=keys).select_related("series")[:MOST]
    found = sorted(rows, key=lambda case: (RANK[Urgency(case.urgency)], case.pk))
    said, places = subjects.summaries(found), _places(found)
    return Part(
        _("没办完的急件"),
        [
            _line(case, line=_sender(said[case.pk].line), note=places.get(case.pk, ""), called=said[case.pk].urgency)
            for case in found
        ],
        nothing=_("没有。"),
    )


def _due(reader: User, *, at: datetime, end: datetime, looks_at: date) -> Part:
    """Due on that day and before: of each paper its earliest date. What lies with a leader is not late."""
    running = Clock.objects.filter(
        Q(turn__isnull=True) | Q(turn__ended_at__isnull=True), due_at__lt=end, met_at__isnull=True,
        stopped_at__isnull=True, case__closed_at__isnull=True,
    ).select_related("case__series", "turn__holder", "turn__post__department", "turn__case").order_by("due_at", "pk")
    first = list(running[: MOST * 10])
    seen = set(
        access.visible_to(reader).filter(pk__in={clock.case_id for clock in first}).values_list("pk", flat=True)
    )
    clocks: dict[int, Clock] = {}
    for clock in first:
        if clock.case_id in seen:
            clocks.setdefault(clock.case_id, clock)
    with_leader = showing.with_leaders(clock.turn for clock in clocks.values() if clock.turn is not None)
    lines = [
        _line(
            clock.case,
            line="",
            note=_due_note(clock, at=at, with_leader=clock.turn_id in with_leader),
        )
        for clock in clocks.values()
    ]
    return Part(
        _("%(day)s到期和已超期") % {"day": _day_words(looks_at, at=at)}, lines[:MOST], count=len(lines),
        nothing=_("没有到期的。"),
    )


def _due_note(clock: Clock, *, at: datetime, with_leader: bool) -> str:
    who = showing.holder_words(clock.turn) if clock.turn is not None else clock.label
    if clock.due_at >= at:
        return f"{who} {timezone.localtime(clock.due_at).strftime('%H:%M')}"
    if with_leader and clock.turn is not None:
        return f"{who} {showing.days_with_leader(clock.turn.issued_at, now=at)}"
    return f"{who} {showing.deadline(clock.due_at, now=at)['words']}"


def _day_words(day: date, *, at: datetime) -> str:
    today = timezone.localdate(at)
    if day == today:
        return _("今天")
    return _("明天") if day == today + timedelta(days=1) else _("%(day)s ") % {"day": day.strftime("%m-%d")}


def _ranked(on: date) -> list[User]:
    seats = PostHolding.objects.current(on).filter(post__rank__isnull=False, post__retired=False)
    found = seats.filter(person__is_active=True).select_related("person").order_by("post__rank", "pk")
    return list(dict.fromkeys(one.person for one in found))


def _away(on: date) -> Part:
    leaders = _ranked(on)
    rows = {
        one.person_id: one
        for one in Leave.objects.filter(person__in=leaders, starts_on__lte=on, ends_on__gte=on).order_by("starts_on")
    }
    return Part(
        _("领导外出"),
        [
            Line(
                head=one.name,
                words=str(rows[one.pk].get_kind_display()) + (f"：{rows[one.pk].note}" if rows[one.pk].note else ""),
                note=_("%(day)s 回") % {"day": rows[one.pk].ends_on.strftime("%m-%d")},
            )
            for one in leaders
            if one.pk in rows
        ],
        nothing=_("都在。"),
    )


def _meetings(reader: User, *, begin: datetime, end: datetime) -> Part:
    found = diary.entries(begin, end)
    cases = {one.case.pk for one in found if one.case is not None}
    seen = set(access.visible_to(reader).filter(pk__in=cases).values_list("pk", flat=True))
    return Part(
        _("会议"),
        [
            Line(
                head=timezone.localtime(one.starts_at).strftime("%H:%M"),
                words=" ".join(filter(None, [_words(one.case) if one.case else one.what, one.where])),
                note="、".join(person.name for person in one.people) or _("还没定谁去"),
                case=one.case,
            )
            for one in found
            if one.case is None or one.case.pk in seen
        ],
        nothing=_("没有会议。"),
    )


def _duty(on: date) -> Part:
    """Who is on duty, and which leader with them."""
    codes = {"duty-leader": _("带班"), "duty": _("值班")}
    seats = PostHolding.objects.current(on).filter(
        post__code__in=codes, post__retired=False, person__is_active=True
    ).select_related("person", "post").order_by("pk")  # fmt: skip
    lines = []
    for code, label in codes.items():
        people = [one.person for one in seats if one.post.code == code]
        if people:
            phones = "　".join(filter(None, (f"{one.name} {one.phone}".strip() for one in people)))
            lines.append(Line(head=label, words=phones))
    return Part(_("值班"), lines, nothing=_("没有排班。"))


# --- At eight and at five ---


def due(now: datetime) -> time | None:
    """The hour whose page is to be made now; None outside of it and on days off."""
    local = now.astimezone(TIME_ZONE)
    if not load_calendar().is_workday(local.date()):
        return None
    for hour in (EVENING, MORNING):
        at = _moment(local.date(), hour)
        if at <= local < at + LATE:
            return hour
    return None


def tell(now: datetime) -> int:
    """Whom the page is for hears that it is ready, once for each hour. How many were told. Repeatable."""
    hour = due(now)
    if hour is None:
        return 0
    key = f"daily:{timezone.localdate(now).isoformat()}:{hour:%H}"
    readers = _readers(timezone.localdate(now))
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        rows = [Delivery(person=one, channel=IN_APP, key=key, at=now, sent_at=now) for one in readers]
        mine = {row.person_id for row in claim(rows, by=("person_id", "channel", "key"))}
        words = _("每日一页已备好（%(hour)s）") % {"hour": f"{hour:%H:%M}"}
        told = notices.tell([one for one in readers if one.pk in mine], kind="daily_page", words=words, at=now)
    return len(told)


def _readers(on: date) -> list[User]:
    seats = PostHolding.objects.current(on).filter(post__code__in=POSTS, post__retired=False, person__is_active=True)
    return list(dict.fromkeys(one.person for one in seats.select_related("person").order_by("pk")))


def cases_of(parts: Iterable[Part]) -> list[Case]:
    return list({one.case.pk: one.case for part in parts for one in part.lines if one.case is not None}.values())
