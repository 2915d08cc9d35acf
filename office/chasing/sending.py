"""chase(): finds the rungs whose time has come, claims each by a receipt, and writes the notices beside it."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from office import access, notices, timing
from office.claiming import claim
from office.clock import Calendar, OfficeHours
from office.levels import Urgency
from office.models.cases import Turn
from office.models.clocks import Clock, Pause, Reminder, load_calendar
from office.models.dials import Ladder as LadderSetting
from office.models.outbox import Notice
from office.models.people import User

from .ladders import DIGEST, INFORM, LADDERS, NOTICE, PHONE_TASK, Ladder, for_ranked_leader
from .roster import Roster, Wards
from .rungs import RungDue, RunningClock, is_open, reach, rung

log = logging.getLogger(__name__)

# A case is locked against moving while its batch is written: small enough that nobody notices.
BATCH = 500
NOTICE_KINDS = {NOTICE: "chase", PHONE_TASK: "phone_task", INFORM: "informed"}


@dataclass(frozen=True)
class Chased:
    """`sent`: rungs told now. `skipped`: running clocks within reach to which nothing new was to be said."""

    sent: int
    skipped: int


@dataclass(frozen=True)
class LadderInForce:
    """A ladder for cases opened in [since, before): running cases keep what they started with."""

    ladder: Ladder
    for_leader: Ladder
    since: date | None = None
    before: date | None = None

    def serves(self, opened_on: date) -> bool:
        return (self.since is None or self.since <= opened_on) and (
            self.before is None or opened_on < self.before
        )


def ladders_in_force() -> list[LadderInForce]:
    """The office's own ladders by code and date, the day-one ladder before the first of them.

    A row holds a whole ladder, or only the list of its rungs. One that cannot be read is logged and passed
    over: the ladder before it goes on.
    """
    versions: dict[str, list[tuple[date | None, Ladder]]] = {code: [(None, one)] for code, one in LADDERS.items()}
    for row in LadderSetting.objects.filter(code__in=LADDERS).order_by("code", "since"):
        before = versions[row.code][-1][1]
        try:
            plain = row.rungs if isinstance(row.rungs, dict) else {**before.as_dict(), "rungs": row.rungs}
            versions[row.code].append((row.since, Ladder.from_dict({**plain, "code": row.code})))
        except (ValueError, TypeError):
            log.exception("The ladder %s of %s cannot be read.", row.code, row.since)
    found = []
    for steps in versions.values():
        ends = [*(since for since, _ladder in steps[1:]), None]
        for (since, ladder), until in zip(steps, ends, strict=True):
            found.append(LadderInForce(ladder, for_ranked_leader(ladder), since, until))
    return found


@dataclass(frozen=True)
class Told:
    """One rung of one clock that is to be told, to these people."""

    clock: Clock
    turn: Turn
    due: RungDue
    people: Sequence[User] = ()


def chase(now: datetime, *, limit: int | None = None) -> Chased:
    """Tell every rung whose time has come and that has not been told for that date (R-SUP-06, 07, 09).

    Repeatable and safe beside itself: a rung is told by whoever inserts its receipt. `limit` ends the run
    after so many rungs; the next run goes on from there.
    """
    with translation.override(settings.LANGUAGE_CODE):
        run = _Run(now)
        found, finished = run.within_reach()
        sent = skipped = 0
        for start in range(0, len(found), BATCH):
            if limit is not None and sent >= limit:
                break
            keys = found[start : start + BATCH]
            told = run.batch(keys, limit=None if limit is None else limit - sent)
            sent += len(told)
            skipped += len(keys) - len({one.clock.pk for one in told})
        return Chased(sent, skipped + finished)


class _Run:
    """What one run needs to know, read once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.calendar: Calendar = load_calendar()
        self.hours: OfficeHours = timing.office_hours()
        open_now = is_open(now, calendar=self.calendar, hours=self.hours)
        self.ladders = [one for one in ladders_in_force() if one.ladder.always or open_now]
        self.roster = Roster(on=timezone.localdate(now))

    def running(self) -> QuerySet[Clock]:
        return Clock.objects.filter(met_at__isnull=True, stopped_at__isnull=True)

    def within_reach(self) -> tuple[list[int], int]:
        """Keys of the clocks a ladder may have something to say to, most overdue first, and how many more have
        heard the last of it."""
        near, over = Q(pk__in=[]), Q(pk__in=[])
        for one in self.ladders:
            limits = reach(one.ladder, self.now, calendar=self.calendar)
            there = Q(pk__in=[])
            if limits.due_before is not None:
                there |= Q(due_at__lt=limits.due_before)
            if limits.started_by is not None:
                there |= Q(starts_at__lte=limits.started_by)
            there &= Q(case__urgency=one.ladder.code)
            if one.since is not None:
                there &= Q(case__opened_at__date__gte=one.since)
            if one.before is not None:
                there &= Q(case__opened_at__date__lt=one.before)
            if one.ladder.final_key is None:
                near |= there
                continue
            # Late papers pile up: what has had its last rung is not read again every ten minutes.
            last = Reminder.objects.filter(
                clock=OuterRef("pk"), rung=one.ladder.final_key, due_at=OuterRef("due_at")
            )
            near |= there & Q(~Exists(last))
            over |= there & Q(Exists(last))
        found = self.running().filter(near).order_by("due_at", "pk").values_list("pk", flat=True)
        return list(found), self.running().filter(over).count()

    def batch(self, keys: list[int], *, limit: int | None) -> list[Told]:
        """Tell what is new for these clocks, in one transaction."""
        due = self._due(keys)
        sent = set(
            Reminder.objects.filter(clock__in={one.clock.pk for one in due}).values_list("clock_id", "rung", "due_at")
        )
        due = [one for one in due if (one.clock.pk, one.due.key, one.clock.due_at) not in sent][:limit]
        if not due:
            return []
        with transaction.atomic():
            due = self._held_still(due)
            wards = Wards([one.clock.case for one in due], roster=self.roster)
            heard = [Told(one.clock, one.turn, one.due, self._people(one, wards)) for one in due]
            return self._claim([one for one in heard if one.people])

    def _due(self, keys: list[int]) -> list[Told]:
        paused = Pause.objects.filter(clock=OuterRef("pk"), from_at__lte=self.now)
        paused = paused.filter(Q(to_at__isnull=True) | Q(to_at__gt=self.now))
        clocks = list(
            self.running()
            .filter(pk__in=keys)
            .annotate(paused=Exists(paused))
            .select_related("case", "turn")
            .defer("why", "case__title", "case__search_text", "case__head", "case__content_hash")
            .order_by("due_at", "pk")
        )
        # A clock of the case itself (R-IN-21) speaks to whoever holds the paper now.
        loose = {clock.case_id for clock in clocks if clock.turn is None or clock.turn.ended_at is not None}
        holding = Turn.objects.open().main().filter(case__in=loose) if loose else Turn.objects.none()
        main = {turn.case_id: turn for turn in holding}
        found = []
        for clock in clocks:
            turn = clock.turn if clock.turn and clock.turn.ended_at is None else main.get(clock.case_id)
            if turn is None:
                continue
            found += [Told(clock, turn, one) for one in self._rungs(clock, turn)]
        return found

    def _rungs(self, clock: Clock, turn: Turn) -> Iterable[RungDue]:
        opened_on = timezone.localdate(clock.case.opened_at)
        urgency = clock.case.urgency
        one = next((one for one in self.ladders if one.ladder.code == urgency and one.serves(opened_on)), None)
        if one is None:
            return []
        ladder = one.for_leader if self.roster.with_leader(turn) else one.ladder
        running = cast(RunningClock, clock)
        found = rung(running, self.now, ladder=ladder, calendar=self.calendar, hours=self.hours)
        if found is None:
            return []
        # What lies with a leader is one line a day (office/outbox.py), not an entry for every paper.
        return [due for due in (found, *found.also) if due.rung.kind != DIGEST]

    def _held_still(self, due: list[Told]) -> list[Told]:
        """Lock the cases against moving and look again: a paper that has just moved is not chased any more.

        Key share lets two chasers through and keeps acting out, which locks the case first; whoever acts at
        this moment is not waited for, and found ten minutes later. In rising order, as everywhere.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM office_case WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE SKIP LOCKED",
                [sorted({one.clock.case_id for one in due})],
            )
            locked = [key for (key,) in cursor.fetchall()]
        unpaused = ~Exists(Pause.objects.filter(clock=OuterRef("pk"), to_at__isnull=True, from_at__lte=self.now))
        still = self.running().filter(unpaused, pk__in=[one.clock.pk for one in due], case__in=locked)
        dates = dict(still.values_list("pk", "due_at"))
        turns = Turn.objects.open().filter(pk__in={one.turn.pk for one in due})
        holding = {turn.pk: turn for turn in turns}
        return [
            Told(one.clock, holding[one.turn.pk], one.due)
            for one in due
            if dates.get(one.clock.pk) == one.clock.due_at and one.turn.pk in holding
        ]

    def _people(self, one: Told, wards: Wards) -> list[User]:
        return self.roster.told(one.due.rung.to, turn=one.turn, case=one.clock.case, wards=wards)

    def _claim(self, heard: list[Told]) -> list[Told]:
        receipts = {
            (one.clock.pk, one.due.key): Reminder(
                clock=one.clock,
                rung=one.due.key,
                due_at=one.clock.due_at,
                at=self.now,
                kind=one.due.rung.kind if one.due.rung.recorded else INFORM,
                to=[person.name for person in one.people],
                words=str(one.due.rung.label)[:300],
            )
            for one in heard
        }
        mine = claim(list(receipts.values()), by=("clock_id", "rung", "due_at"))
        won = {(receipt.clock_id, receipt.rung) for receipt in mine}
        told = [one for one in heard if (one.clock.pk, one.due.key) in won]
        told.sort(key=lambda one: one.clock.case_id)
        self._open_to_the_told(told)
        # Two clocks of one paper that end together, its handling and its answer, are one thing to be told.
        once = {(one.turn.pk, one.due.key, one.clock.due_at): one for one in reversed(told)}
        notices.write([notice for one in reversed(once.values()) for notice in self._notices(one)])
        return told

    def _open_to_the_told(self, told: list[Told]) -> None:
        """Who is told of a paper may look at it: the officer on duty at night, the head of a unit. A guarded one
        is told to nobody who may not (Wards); the hands it is in, and their deputies, see it as long as they are."""
        pairs = []
        for one in told:
            case = one.clock.case
            hands = {person.pk for person in self.roster.hands(one.turn, case)}
            others = [person for person in one.people if person.pk not in hands]
            if not case.guarded:
                pairs += [(case, who) for who in others if case.procedure not in self.roster.known[who.pk].sees]
        if pairs:
            access.let_each_see(pairs)

    def _notices(self, one: Told) -> Iterable[Notice]:
        case = one.clock.case
        own = {person.pk for person in self.roster.behind(one.turn)}
        for person in one.people:
            mine, kind = person.pk in own, one.due.rung.kind
            if mine and kind == PHONE_TASK:
                kind = NOTICE  # nobody telephones his own desk
            words, parts = self._said(one, own=mine, kind=kind)
            yield Notice(
                person=person,
                kind=NOTICE_KINDS[kind],
                case=case,
                turn=one.turn,
                words=words,
                parts=parts,
                urgent=case.urgency == Urgency.FLASH,
                at=self.now,
            )

    def _said(self, one: Told, *, own: bool, kind: str) -> tuple[str, dict[str, str]]:
        """The sentence and what fills its places: number, hands and date, never a title: a bar set later must still
        hide it. Of a restricted paper the number and what is asked for."""
        case = one.clock.case
        if case.restricted:
            return self._of_a_restricted(own=own, kind=kind), {"case": str(case)}
        parts = {
            "case": str(case),
            "step": str(one.clock.label or _("办理")),
            "who": self.roster.holder_words(one.turn),
            "when": timezone.localtime(one.clock.due_at).strftime("%m-%d %H:%M"),
        }
        if kind == INFORM:
            return gettext_noop("特急件 %(case)s 已两次催办，现在%(who)s处，请知悉"), parts
        if self.roster.with_leader(one.turn):
            # Never "late": what waits for a leader is for the clerk to bring before him.
            parts["when"] = timezone.localtime(one.turn.issued_at).strftime("%m-%d %H:%M")
            return gettext_noop("%(case)s %(when)s 送%(who)s，还没有办，请适时呈请"), parts
        if kind == PHONE_TASK:
            return gettext_noop("请电话催办：%(case)s 在%(who)s处，“%(step)s”应于 %(when)s 前办理"), parts
        if own:
            if one.clock.due_at < self.now:
                return gettext_noop("%(case)s “%(step)s”已于 %(when)s 到期，请抓紧办理"), parts
            return gettext_noop("%(case)s “%(step)s”请在 %(when)s 前办理"), parts
        if one.clock.due_at < self.now:
            return gettext_noop("%(case)s 在%(who)s处，“%(step)s”已于 %(when)s 到期，请督促办理"), parts
        return gettext_noop("%(case)s 在%(who)s处，“%(step)s”应于 %(when)s 前办理"), parts

    @staticmethod
    def _of_a_restricted(*, own: bool, kind: str) -> str:
        if own:
            return gettext_noop("%(case)s 请抓紧办理")
        return gettext_noop("%(case)s 请电话催办") if kind == PHONE_TASK else gettext_noop("%(case)s 请督促办理")
