"""What the digest of half past eight says: counts by queue, and for the hub what lies with the leaders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from office import access, notices, timing
from office.chasing import DIGEST_AT
from office.chasing.roster import Roster, Wards
from office.claiming import claim
from office.clock import TIME_ZONE
from office.models.cases import Turn
from office.models.clocks import load_calendar
from office.models.outbox import Delivery, Notice
from office.models.people import User

IN_APP = "in-app"
LINE = 300


def due(now: datetime) -> bool:
    """From 8:30 to closing time on working days."""
    local = now.astimezone(TIME_ZONE)
    hours = timing.office_hours()
    return load_calendar().is_workday(local.date()) and DIGEST_AT <= local.time() <= hours.closing


@dataclass(frozen=True)
class Counts:
    """待办 and 待阅 as the queue counts them. To a ranked leader nothing is late: `oldest` is how long, in days,
    the first paper has waited for him, and for everybody else None."""

    todo: int
    late: int
    today: int
    reading: int
    oldest: int | None = None

    @property
    def nothing(self) -> bool:
        return not self.todo and not self.reading

    def sentence(self) -> str:
        parts = []
        if self.todo:
            parts.append(_("待办 %(n)d 件") % {"n": self.todo})
        if self.oldest:
            parts.append(_("最早的已等 %(n)d 天") % {"n": self.oldest})
        if self.oldest is None and self.late:
            parts.append(_("其中超期 %(n)d 件") % {"n": self.late})
        if self.oldest is None and self.today:
            parts.append(_("今日到期 %(n)d 件") % {"n": self.today})
        work = "，".join(parts)
        reading = _("待阅 %(n)d 件") % {"n": self.reading} if self.reading else ""
        return "；".join(filter(None, [work, reading]))


def counts(person: User, *, now: datetime, below: int | None = None) -> Counts:
    """One query beside those that say who he is. `below`: only papers under that level of secrecy are counted."""
    from office.views.queue import reading_steps

    reading = Q(side=True, step__in=reading_steps())
    tomorrow = datetime.combine(now.astimezone(TIME_ZONE).date() + timedelta(days=1), time(), TIME_ZONE)
    waiting = access.waiting_for(person).order_by()
    if below is not None:
        waiting = waiting.filter(case__secrecy__lt=below)
    found = waiting.aggregate(
        todo=Count("pk", filter=~reading),
        late=Count("pk", filter=~reading & Q(due_at__lt=now)),
        today=Count("pk", filter=~reading & Q(due_at__gte=now, due_at__lt=tomorrow)),
        reading=Count("pk", filter=reading),
        first=Min("issued_at", filter=~reading),
    )
    first = found.pop("first")
    ranked = access.identity(person).ranked
    return Counts(**found, oldest=_days(first, now) if ranked and first else 0 if ranked else None)


def _days(since: datetime, now: datetime) -> int:
    return (timezone.localdate(now) - timezone.localdate(since)).days


# --- What lies with the leaders ---


@dataclass
class Lying:
    count: int = 0
    first: datetime | None = None

    def add(self, turn: Turn) -> None:
        self.count += 1
        self.first = min(self.first or turn.issued_at, turn.issued_at)


def leaders_at_hub(now: datetime) -> list[Notice]:
    """局长处 3 件，最早已 2 天: one entry a day for each clerk at a hub, once the oldest has lain overnight.

    Leaders are never chased; this is their ladder (R-SUP-09, defaults). Told again by nobody: the day's
    entry is claimed in the same transaction.
    """
    on = timezone.localdate(now)
    roster = Roster(on=on)
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        lines = _lines(roster, now)
        rows = [
            Delivery(person=clerk, channel=IN_APP, key=f"leaders:{on.isoformat()}", at=now, sent_at=now)
            for clerk in lines
        ]
        mine = {row.person_id for row in claim(rows, by=("person_id", "channel", "key"))}
        told = []
        for clerk, said in lines.items():
            if clerk.pk in mine:
                told += [
                    Notice(person=clerk, kind="leader_papers", words=words, at=now) for words in _folded(said)
                ]
        return notices.write(told)


def _lines(roster: Roster, now: datetime) -> dict[User, list[str]]:
    """For each clerk a line per leader, in ranking order; only papers that may reach this clerk count."""
    turns = [turn for turn in _open_turns(roster) if roster.with_leader(turn)]
    wards = Wards([turn.case for turn in turns], roster=roster)
    lying: dict[User, dict[tuple[int, str], Lying]] = {}
    for turn in turns:
        where = roster.rank_of(turn), roster.holder_words(turn)
        for clerk in roster.hub(turn.case):
            if not roster.ranked(clerk) and wards.allow(clerk, turn.case):
                lying.setdefault(clerk, {}).setdefault(where, Lying()).add(turn)
    return {
        clerk: said
        for clerk, found in lying.items()
        if (said := [_line(where[1], found[where], now) for where in sorted(found) if _overnight(found[where], now)])
    }


def _overnight(lying: Lying, now: datetime) -> bool:
    return lying.first is not None and _days(lying.first, now) > 0


def _open_turns(roster: Roster) -> Iterable[Turn]:
    leaders = [key for key in roster.people if roster.ranked(roster.people[key])]
    posts = [key for key, post in roster.posts.items() if post.rank is not None]
    posts += [key for key, people in roster.seated.items() if any(roster.ranked(one) for one in people)]
    with_them = Q(holder__in=leaders) | Q(holder__isnull=True, post__in=posts)
    return Turn.objects.open().filter(with_them).select_related("case").defer("case__title", "case__search_text")


def _line(name: str, lying: Lying, now: datetime) -> str:
    return _("%(who)s处 %(n)d 件，最早已 %(days)d 天") % {
        "who": name,
        "n": lying.count,
        "days": _days(lying.first or now, now),
    }


def _folded(lines: list[str]) -> list[str]:
    """Joined into as few entries as their length allows."""
    entries: list[str] = []
    for line in lines:
        if entries and len(entries[-1]) + len(line) + 1 <= LINE:
            entries[-1] = f"{entries[-1]}；{line}"
        else:
            entries.append(line[:LINE])
    return entries
