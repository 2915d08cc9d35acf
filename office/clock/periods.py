"""From a start and a limit to the date it is due, with all that is needed to explain that date."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from . import explained
from .calendars import ONE_DAY, Calendar, Unreachable, lunar_known
from .limits import ROLLING, TIME_ZONE, Limit, OfficeHours
from .scales import on, scale

Pause = tuple[datetime, datetime | None]
Pauses = Iterable[Pause]
ONE_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Run:
    """Consecutive days of one nature; kind and note as in the calendar's rows, None for a plain weekend."""

    first: date
    last: date
    kind: str | None
    note: str


@dataclass(frozen=True)
class Stop:
    """A pause as it told on the date. `skipped` in the limit's unit (hours for both kinds of hours)."""

    since: datetime
    until: datetime | None
    skipped: int | float


@dataclass(frozen=True)
class Due:
    """A due date and its reasons; a plain value that goes into Clock.why and comes back (as_dict, from_dict).

    `at` is None while a pause is open. `days_off` counts every day off that was passed over, `off` names the
    festivals among them and `made_up` the make-up working days that counted. `unknown` are the years, as
    closed ranges, whose notice was missing, and `moonless` tells that not even the lunar festivals of some
    could be computed. `basis` says how the start was taken (see explained.STARTS).
    """

    at: datetime | None
    start: datetime
    limit: Limit
    hours: OfficeHours
    basis: str
    off: tuple[Run, ...] = ()
    made_up: tuple[Run, ...] = ()
    days_off: int = 0
    stops: tuple[Stop, ...] = ()
    # The start, or the last day of a calendar period, where that is a day off.
    first_off: Run | None = None
    last_off: Run | None = None
    unknown: tuple[tuple[int, int], ...] = ()
    moonless: bool = False

    @property
    def certain(self) -> datetime:
        """The date, where no pause is open."""
        if self.at is None:
            raise ValueError("A pause is open: there is no date yet.")
        return self.at

    @property
    def because(self) -> str:
        """Why this date (为什么是这一天), in the active language."""
        return explained.because(self)

    @property
    def steps(self) -> list[str]:
        """The sentences of `because`, one by one."""
        return explained.steps(self)

    @property
    def assumptions(self) -> list[str]:
        """What was assumed because a year's notice is not entered; empty when the date is certain."""
        return explained.assumptions(self)

    def as_dict(self) -> dict:
        """JSON-ready. `at` is ISO 8601 with +08:00 or null."""
        return {
            "at": None if self.at is None else self.at.isoformat(),
            "start": self.start.isoformat(),
            "limit": self.limit.as_dict(),
            "hours": self.hours.as_dict(),
            "basis": self.basis,
            "off": [_run_as_list(run) for run in self.off],
            "made_up": [_run_as_list(run) for run in self.made_up],
            "days_off": self.days_off,
            "stops": [
                [stop.since.isoformat(), None if stop.until is None else stop.until.isoformat(), stop.skipped]
                for stop in self.stops
            ],
            "first_off": _run_as_list(self.first_off),
            "last_off": _run_as_list(self.last_off),
            "unknown": [list(years) for years in self.unknown],
            "moonless": self.moonless,
        }

    @classmethod
    def from_dict(cls, plain: dict) -> "Due":
        """The inverse of as_dict."""
        return cls(
            at=_moment(plain["at"]),
            start=datetime.fromisoformat(plain["start"]).astimezone(TIME_ZONE),
            limit=Limit.from_dict(plain["limit"]),
            hours=OfficeHours.from_dict(plain["hours"]),
            basis=plain["basis"],
            off=tuple(_run_from_list(run) for run in plain["off"]),
            made_up=tuple(_run_from_list(run) for run in plain["made_up"]),
            days_off=plain["days_off"],
            stops=tuple(
                Stop(datetime.fromisoformat(since).astimezone(TIME_ZONE), _moment(until), skipped)
                for since, until, skipped in plain["stops"]
            ),
            first_off=None if plain["first_off"] is None else _run_from_list(plain["first_off"]),
            last_off=None if plain["last_off"] is None else _run_from_list(plain["last_off"]),
            unknown=tuple((first, last) for first, last in plain["unknown"]),
            moonless=plain["moonless"],
        )


def due(start: datetime, limit: Limit, *, calendar: Calendar, hours: OfficeHours) -> Due:
    """When `limit` ends that began at `start` (aware): never before the start, in +08:00.

    The day of issue does not count; days, working days and months end at closing time of their last day, and
    calendar periods stay on a day off unless the limit rolls. A limit of 0 means the day of issue, or the
    next day that counts once the office has closed. Raises Unreachable after the year 9999, ValueError on a
    naive start.
    """
    return with_pauses(start, limit, [], calendar=calendar, hours=hours)


def with_pauses(
    start: datetime, limit: Limit, pauses: Pauses, *, calendar: Calendar, hours: OfficeHours
) -> Due:
    """As `due`, with time that does not count: pauses (from, to), aware; to = None for one still open.

    Of hours the stopped time is left out; of days and working days every day at whose closing the clock
    stood still, so that nothing falls due while it does. A pause after the due date changes nothing.
    """
    if start.tzinfo is None:
        raise ValueError("start must be aware")
    start = start.astimezone(TIME_ZONE)
    try:
        return _with_pauses(start, limit, _merged(pauses, start), calendar=calendar, hours=hours)
    except OverflowError:
        raise Unreachable from None


def _with_pauses(
    start: datetime,
    limit: Limit,
    pauses: list[Pause],
    *,
    calendar: Calendar,
    hours: OfficeHours,
) -> Due:
    runs_on, amount, basis = scale(start, limit, calendar=calendar, hours=hours)
    at: datetime | None = runs_on.at(amount)
    stops: list[Stop] = []
    for since, to in pauses:
        if at is None or at <= since:
            break
        if to is None:
            stops.append(Stop(since, None, 0))
            at = None
            break
        skipped = runs_on.count(since, to)
        amount += skipped
        at = runs_on.at(amount)
        stops.append(Stop(since, to, skipped / ONE_HOUR if isinstance(skipped, timedelta) else skipped))
    last_off = None
    if at is not None and limit.kind in ROLLING and not calendar.is_workday(at.date()):
        last_off = _run(at.date(), at.date(), calendar)
        at = _rolled(at, pauses, calendar=calendar) if limit.rolls else at
    first_off = None if calendar.is_workday(start.date()) else _run(start.date(), start.date(), calendar)
    plain = Due(at, start, limit, hours, basis, stops=tuple(stops), first_off=first_off, last_off=last_off)
    return plain if at is None else _explained(plain, at, calendar=calendar)


def _rolled(at: datetime, pauses: list[Pause], *, calendar: Calendar) -> datetime | None:
    """The closing of the next working day on which the clock runs; None when a pause is open by then."""
    while True:
        at = on(calendar.next_workday(at.date()), at.time())
        within = [to for since, to in pauses if since < at and (to is None or at <= to)]
        if not within:
            return at
        if within[0] is None:
            return None


def _explained(plain: Due, at: datetime, *, calendar: Calendar) -> Due:
    """The same date with the days off, make-up days and unknown years that decided it."""
    kind = plain.limit.kind
    if kind == "hours":
        return plain
    first, last = plain.start.date(), at.date()
    if kind in ROLLING:
        # Only its last day, and where that rolls to, ask the calendar.
        first = plain.last_off.first if plain.last_off else last
    else:
        first += timedelta() if plain.basis in explained.COUNTS_FROM_THE_START else ONE_DAY
        worked = calendar.workdays_between(first - ONE_DAY, last)
        plain = replace(plain, days_off=(last - first).days + 1 - worked)
        if (last - first).days <= explained.LISTED_DAYS:
            off, made_up = _listed(first, last, calendar)
            plain = replace(plain, off=off, made_up=made_up)
    unknown = calendar.unknown_years(first.year, last.year)
    moonless = any(not lunar_known(year) for years in unknown for year in years)
    return replace(plain, unknown=unknown, moonless=moonless)


def _listed(first: date, last: date, calendar: Calendar) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """The named days off and the make-up days from `first` to `last`, neighbours of one nature as one run."""
    off: list[Run] = []
    made_up: list[Run] = []
    for n in range((last - first).days + 1):
        day = _run(first + n * ONE_DAY, first + n * ONE_DAY, calendar)
        if day.kind is None or (day.kind == "work" and day.first.weekday() < 5):
            continue
        runs = made_up if day.kind == "work" else off
        if runs and runs[-1].last == day.first - ONE_DAY and runs[-1].note == day.note:
            # A festival's own days and those the notice adds read as one (2月15日至23日春节放假).
            runs[-1] = replace(runs[-1], last=day.last)
        else:
            runs.append(day)
    return tuple(off), tuple(made_up)


def _run(first: date, last: date, calendar: Calendar) -> Run:
    row = calendar.row(first)
    return Run(first, last, None, "") if row is None else Run(first, last, row.kind, row.note)


def _merged(pauses: Pauses, start: datetime) -> list[Pause]:
    """In order, without overlaps, in +08:00, and none from before the start."""
    merged: list[Pause] = []
    for since, to in sorted(pauses, key=lambda pause: pause[0]):
        since = max(since.astimezone(TIME_ZONE), start)
        to = None if to is None else to.astimezone(TIME_ZONE)
        if to is not None and to <= since:
            continue
        if merged and merged[-1][1] is None:
            break
        if merged and merged[-1][1] is not None and since <= merged[-1][1]:
            earlier, end = merged.pop()
            merged.append((earlier, None if to is None or end is None else max(end, to)))
        else:
            merged.append((since, to))
    return merged


def _run_as_list(run: Run | None) -> list | None:
    return None if run is None else [run.first.isoformat(), run.last.isoformat(), run.kind, run.note]


def _run_from_list(plain: list) -> Run:
    first, last, kind, note = plain
    return Run(date.fromisoformat(first), date.fromisoformat(last), kind, note)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(TIME_ZONE)
