"""How a period runs: by the clock, by office time, or by marks such as the closing of each day."""

from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Any, Protocol

from .calendars import ONE_DAY, Calendar, Unreachable
from .limits import TIME_ZONE, Limit, OfficeHours


class Scale(Protocol):
    """Amounts are timedelta on running scales and int on marks; `count` is taken over (since, to]."""

    def at(self, amount: Any) -> datetime: ...

    def count(self, since: datetime, to: datetime) -> Any: ...


class WallClock:
    """Hours day and night."""

    def __init__(self, start: datetime) -> None:
        self.start = start

    def at(self, amount: timedelta) -> datetime:
        return self.start + amount

    def count(self, since: datetime, to: datetime) -> timedelta:
        return to - since


class OfficeTime:
    """Time while the office is open; `at` gives the earliest moment at which the amount has run."""

    def __init__(self, start: datetime, *, calendar: Calendar, hours: OfficeHours) -> None:
        self.start = start
        self.calendar = calendar
        self.hours = hours

    def at(self, amount: timedelta) -> datetime:
        day = self.start.date()
        if self.calendar.is_workday(day):
            for opens, closes in self._spans(day):
                opens = max(opens, self.start)
                if opens < closes and amount <= closes - opens:
                    return opens + amount
                amount -= max(closes - opens, timedelta())
        whole, rest = divmod(amount, self.hours.day_length)
        if whole and not rest:
            whole, rest = whole - 1, self.hours.day_length
        for opens, closes in self._spans(self.calendar.add_workdays(day, whole + 1)):
            if rest <= closes - opens:
                return opens + rest
            rest -= closes - opens
        raise AssertionError("a rest of less than a day ends within the day")

    def before(self, amount: timedelta) -> datetime:
        """The latest moment from which `amount` of office time runs until the start."""
        day = self.start.date() + ONE_DAY
        while True:
            day = self.calendar.add_workdays(day, -1)
            for opens, closes in reversed(self._spans(day)):
                closes = min(closes, self.start)
                if opens < closes and amount <= closes - opens:
                    return closes - amount
                amount -= max(closes - opens, timedelta())

    def count(self, since: datetime, to: datetime) -> timedelta:
        whole = self.calendar.workdays_between(since.date() - ONE_DAY, to.date() - ONE_DAY)
        return whole * self.hours.day_length + self._run_today(to) - self._run_today(since)

    def _run_today(self, moment: datetime) -> timedelta:
        if not self.calendar.is_workday(moment.date()):
            return timedelta()
        spans = self._spans(moment.date())
        return sum((max(min(closes, moment) - opens, timedelta()) for opens, closes in spans), timedelta())

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        return [(on(day, opens), on(day, closes)) for opens, closes in self.hours.spans]


class Marks:
    """Moments at fixed times of each day from `first` on: each day (calendar None) or each working day.

    at(1) is the first mark after the `skipped` first ones. With a calendar, `first` is a working day.
    """

    def __init__(
        self, first: date, times: list[time], *, calendar: Calendar | None, skipped: int = 0
    ) -> None:
        self.first = first
        self.times = times
        self.calendar = calendar
        self.skipped = skipped

    def at(self, amount: int) -> datetime:
        whole, mark = divmod(self.skipped + amount - 1, len(self.times))
        if self.calendar is None:
            day = self.first + timedelta(days=whole)
        else:
            day = self.calendar.add_workdays(self.first, whole)
        return on(day, self.times[mark])

    def count(self, since: datetime, to: datetime) -> int:
        return self._passed(to) - self._passed(since)

    def _passed(self, moment: datetime) -> int:
        """Marks from the first on, up to and including the moment."""
        day = moment.date()
        if day < self.first:
            return 0
        counts = self.calendar is None or self.calendar.is_workday(day)
        today = sum(on(day, at) <= moment for at in self.times) if counts else 0
        if self.calendar is None:
            before = (day - self.first).days
        else:
            before = self.calendar.workdays_between(self.first - ONE_DAY, day - ONE_DAY)
        return max(before * len(self.times) + today - self.skipped, 0)


class OneMark:
    """A moment, and the same time on the working days after it."""

    def __init__(self, first: datetime, *, calendar: Calendar) -> None:
        self.first = first
        self.calendar = calendar

    def at(self, amount: int) -> datetime:
        if amount == 1:
            return self.first
        return on(self.calendar.add_workdays(self.first.date(), amount - 1), self.first.time())

    def count(self, since: datetime, to: datetime) -> int:
        next_day = self.calendar.next_workday(self.first.date())
        later = Marks(next_day, [self.first.time()], calendar=self.calendar)
        return later.count(since, to) + (since < self.first <= to)


def scale(
    start: datetime, limit: Limit, *, calendar: Calendar, hours: OfficeHours
) -> tuple[Scale, timedelta | int, str]:
    """The scale a limit runs on, the amount to go, and how the start was taken (explained.STARTS)."""
    today = start.date()
    shut = start > on(today, hours.closing)
    if limit.kind == "hours":
        return WallClock(start), timedelta(hours=limit.count), "running"
    if limit.kind == "working_hours":
        return OfficeTime(start, calendar=calendar, hours=hours), timedelta(hours=limit.count), "office"
    count = int(limit.count)
    if limit.kind == "until":
        return _until(start, limit, calendar=calendar)
    if limit.kind == "half_days":
        return _half_days(start, count, calendar=calendar, hours=hours)
    if limit.kind == "workdays":
        if count:
            first, basis = calendar.next_workday(today), "next"
        elif not calendar.is_workday(today):
            first, basis = calendar.next_workday(today), "off"
        else:
            first, basis = (calendar.next_workday(today), "closed") if shut else (today, "today")
        return Marks(first, [hours.closing], calendar=calendar), count or 1, basis
    length = count if limit.kind == "days" else (_months_later(today, count) - today).days
    if length:
        return Marks(today + ONE_DAY, [hours.closing], calendar=None), length, "next"
    first, basis = (today + ONE_DAY, "tomorrow") if shut else (today, "today")
    return Marks(first, [hours.closing], calendar=None), 1, basis


def _half_days(
    start: datetime, count: int, *, calendar: Calendar, hours: OfficeHours
) -> tuple[Scale, timedelta | int, str]:
    if not count:
        return WallClock(start), timedelta(), "now"
    first, skipped, at = start.date(), 0, start.time()
    if not calendar.is_workday(first):
        first, basis = calendar.next_workday(first), "off"
    elif at < hours.noon_until:
        basis = "morning"
    elif at < hours.closing_until:
        skipped, basis = 1, "afternoon"
    else:
        first, basis = calendar.next_workday(first), "late"
    return Marks(first, [hours.noon, hours.closing], calendar=calendar, skipped=skipped), count, basis


def _until(start: datetime, limit: Limit, *, calendar: Calendar) -> tuple[Scale, timedelta | int, str]:
    assert limit.at is not None
    today = start.date()
    if limit.count:
        day, basis = calendar.add_workdays(today, int(limit.count)), "next"
    elif start <= on(today, limit.at):
        day, basis = today, "today"
    else:
        day, basis = calendar.next_workday(today), "passed"
    return OneMark(on(day, limit.at), calendar=calendar), 1, basis


def _months_later(day: date, count: int) -> date:
    """The same day number, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if year > MAXYEAR:
        raise Unreachable
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def on(day: date, at: time) -> datetime:
    return datetime.combine(day, at, TIME_ZONE)
