"""Which rung of its ladder a running clock has reached. Nothing is scheduled; all follows from now.

Pure: no models, no database; the calendar, the office hours and the moment come as arguments.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Protocol

from office.clock import TIME_ZONE, Calendar, OfficeHours
from office.clock.calendars import ONE_DAY
from office.clock.scales import OfficeTime, on

from .ladders import DUE, START, Ladder, Rung

# What falls due at noon or at closing still goes out that day although the worker comes a little later
# (R-SUP-07: urgent papers are chased the same day, not overnight).
AFTER_HOURS = timedelta(minutes=15)


class RunningClock(Protocol):
    """What is asked of a clock; Clock rows fit once `paused` is attached to them."""

    starts_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    stopped_at: datetime | None
    paused: bool


@dataclass(frozen=True)
class RungDue:
    """A rung whose time has come. `key` is unique for a clock and a due date; `since` is when it came.

    `also` holds what is told beside it at the same time (never a chase of its own).
    """

    key: str
    rung: Rung
    due_at: datetime | None
    since: datetime
    also: tuple["RungDue", ...] = ()


def rung(
    clock: RunningClock, now: datetime, *, ladder: Ladder, calendar: Calendar, hours: OfficeHours
) -> RungDue | None:
    """The latest rung whose time has come; earlier ones a stopped worker missed are passed over.

    None before the first, on a clock that is met, stopped or paused, and, unless the ladder is `always`, on
    days off and outside office hours: what came then is told at the next opening.
    """
    now = now.astimezone(TIME_ZONE)
    if not _runs(clock, now) or not (ladder.always or is_open(now, calendar=calendar, hours=hours)):
        return None
    reached: RungDue | None = None
    also: list[RungDue] = []
    for one in ladder.rungs:
        last = None
        for key, at in _times(one, clock, now, calendar=calendar, hours=hours):
            if _told_at(at, ladder, calendar=calendar, hours=hours) <= now:
                last = RungDue(key, one, clock.due_at, at)
        if last is not None and one.beside:
            also.append(last)
        elif last is not None and (reached is None or reached.since <= last.since):
            reached = last
    if reached is None:
        return replace(also[0], also=tuple(also[1:])) if also else None
    return replace(reached, also=tuple(also))


def next_time(
    clock: RunningClock, now: datetime, *, ladder: Ladder, calendar: Calendar, hours: OfficeHours
) -> datetime | None:
    """When the next rung will speak, after `now`; None when none is left or the clock does not run."""
    now = now.astimezone(TIME_ZONE)
    if not _runs(clock, clock.starts_at):
        return None
    told = [
        _told_at(at, ladder, calendar=calendar, hours=hours)
        for one in ladder.rungs
        for _key, at in _times(one, clock, now, calendar=calendar, hours=hours)
    ]
    return min((at for at in told if at > now), default=None)


@dataclass(frozen=True)
class Reach:
    """Where a ladder can have a rung at all: clocks due before `due_before` or started by `started_by`.

    None where the ladder has no rung of that kind. A little wide, never too narrow.
    """

    due_before: datetime | None
    started_by: datetime | None


def reach(ladder: Ladder, now: datetime, *, calendar: Calendar) -> Reach:
    """Bounds for the query that fetches running clocks, so that far dates are never read."""
    now = now.astimezone(TIME_ZONE)
    from_due = [one for one in ladder.rungs if one.anchor == DUE]
    from_start = [one for one in ladder.rungs if one.anchor == START]
    due_before = started_by = None
    if from_due:
        workdays = max(max(-one.workdays, -one.half_days, 0) for one in from_due)
        spare = timedelta(hours=max(max(-one.hours, 0) for one in from_due))
        # One day more than the rung: a date on a day off counts from the working day before it.
        day = calendar.add_workdays((now + spare).date(), workdays + 1)
        due_before = on(day + ONE_DAY, time())
    if from_start:
        started_by = now - timedelta(hours=min(one.hours for one in from_start))
    return Reach(due_before, started_by)


def _runs(clock: RunningClock, now: datetime) -> bool:
    return clock.met_at is None and clock.stopped_at is None and not clock.paused and clock.starts_at <= now


def _times(
    one: Rung, clock: RunningClock, now: datetime, *, calendar: Calendar, hours: OfficeHours
) -> Iterator[tuple[str, datetime]]:
    """Key and moment of a rung: once, or for a repeated one the last before `now` and the next after it."""
    base = clock.starts_at if one.anchor == START else clock.due_at
    if base is None:
        return
    base = base.astimezone(TIME_ZONE)
    if one.every:
        step = timedelta(hours=one.hours)
        past = (now - base) // step
        for number in range(max(past, 1), max(past, 0) + 2):
            yield f"{one.code}:{number}", base + number * step
        return
    if one.hours:
        at = base + timedelta(hours=one.hours)
    elif one.half_days:
        at = _half_days_from(base, one.half_days, calendar=calendar, hours=hours)
    else:
        at = _workdays_from(base, one, calendar=calendar)
    # A period shorter than the warning: there is nothing to warn of before it has begun.
    if at >= clock.starts_at:
        yield one.code, at


def _workdays_from(base: datetime, one: Rung, *, calendar: Calendar) -> datetime:
    day = base.date()
    if one.workdays:
        day = calendar.add_workdays(day, one.workdays)
    elif one.at is not None and not calendar.is_workday(day):
        # A calendar-day period may end on a day off: the reminder comes before it, not after.
        day = calendar.add_workdays(day, -1)
    return on(day, one.at or base.time())


def _half_days_from(base: datetime, count: int, *, calendar: Calendar, hours: OfficeHours) -> datetime:
    runs_on = OfficeTime(base, calendar=calendar, hours=hours)
    length = abs(count) * hours.day_length / 2
    return runs_on.before(length) if count < 0 else runs_on.at(length)


def _told_at(at: datetime, ladder: Ladder, *, calendar: Calendar, hours: OfficeHours) -> datetime:
    if ladder.always or is_open(at, calendar=calendar, hours=hours):
        return at
    if calendar.is_workday(at.date()):
        for opens, _closes in hours.spans:
            if at < on(at.date(), opens):
                return on(at.date(), opens)
    return on(calendar.next_workday(at.date()), hours.opening)


def is_open(at: datetime, *, calendar: Calendar, hours: OfficeHours) -> bool:
    """Whether the office may be spoken to at that moment: a working day, inside hours or just after."""
    at = at.astimezone(TIME_ZONE)
    day = at.date()
    return calendar.is_workday(day) and any(
        on(day, opens) <= at <= on(day, closes) + AFTER_HOURS for opens, closes in hours.spans
    )
