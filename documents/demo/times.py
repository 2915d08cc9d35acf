"""The demo's time: office hours of the working days before the moment it began, so that it is always alive."""

from datetime import date, datetime, time, timedelta
from random import Random

from office import clock, timing
from office.clock.scales import OfficeTime, on
from office.models.clocks import load_calendar

LATE_IN_THE_DAY = time(15)
JUST_AFTER = timedelta(minutes=4)


class Times:
    """`day(0)` is the last day the office was open, today when it is; nothing happens after `began`."""

    def __init__(self, began: datetime) -> None:
        self.began = began.astimezone(clock.TIME_ZONE)
        self.calendar = load_calendar()
        self.hours = timing.office_hours()
        self.today = self.began.date()
        opened = on(self.today, self.hours.opening) + timedelta(hours=1)
        self.open_today = self.calendar.is_workday(self.today) and self.began > opened
        self.day0 = self.today if self.open_today else self.calendar.add_workdays(self.today, -1)

    def day(self, age: int) -> date:
        """So many working days before the last one."""
        return self.calendar.add_workdays(self.day0, -age) if age else self.day0

    def ahead(self, days: int) -> date:
        """So many working days from today, before it when negative; 0 is today, or tomorrow when today is nearly
        over, 1 the day after, worked or not: something is always due."""
        if days in (0, 1):
            late = self.began.time() > LATE_IN_THE_DAY
            return self.today + timedelta(days=days + late)
        return self.calendar.add_workdays(self.today, days)

    def arrival(self, age: int, *, last: bool, random: Random) -> datetime:
        """When a paper came in on that day. `last`: it still lies on the counter, so of a day that is over it
        came just after closing time."""
        day = self.day(age)
        opening = on(day, self.hours.opening)
        length = self.hours.day_length
        if age == 0 and self.open_today:
            run = OfficeTime(opening, calendar=self.calendar, hours=self.hours).count(opening, self.began)
            length = max(run - timedelta(minutes=10), timedelta(minutes=20))
            # What is already on its way today came before the last two hours.
            hours = length.total_seconds() / 3600
            way = random.uniform(0.4, 0.95) * hours if last else max(hours - 2.2, 0) * random.uniform(0.3, 1)
            return self.later(opening, way, random)
        if age == 0:
            # The day is over: what still lies on the counter came just after closing time, and what went on the
            # same day came so late that nobody is behind with it.
            closing = on(day, self.hours.closing)
            if last:
                return min(closing + JUST_AFTER + timedelta(seconds=random.randrange(1200)), self.began)
            return closing - timedelta(minutes=random.randint(78, 88))
        share = random.uniform(0.05, 0.3) if age < 4 else random.uniform(0.05, 0.95)
        return self.later(opening, length.total_seconds() / 3600 * share, random)

    def later(self, at: datetime, hours: float, random: Random) -> datetime:
        """After so many hours of office time, at no round minute."""
        found = OfficeTime(at.astimezone(clock.TIME_ZONE), calendar=self.calendar, hours=self.hours)
        return found.at(timedelta(hours=hours)) + timedelta(seconds=random.randrange(1, 50))

    def span(self) -> int:
        """How many working days back the demo goes: to the first days of the year, but never less than half a year."""
        first = date(self.day0.year, 1, 4)
        return max(self.calendar.workdays_between(first, self.day0), 120)
