"""The days the papers travel on, and by when each turn was due: counted by office.clock, never guessed in SQL."""

import json
from datetime import date, datetime, timedelta

from office import clock, timing
from office.models.clocks import load_calendar
from office.procedures import Period

FIRST_DAY = date(2019, 1, 1)
A_YEARS_PAPERS = 50_000


class Dates:
    """The office's calendar with what has been counted over it so far."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.calendar = load_calendar()
        self.hours = timing.office_hours()
        self._known: dict[tuple[datetime, Period, str], tuple[datetime, str]] = {}

    def working_days(self, cases: int) -> list[date]:
        """A year for every 50,000 papers, ending yesterday; never before 2019, where the calendar begins."""
        years = max(1, -(-cases // A_YEARS_PAPERS))
        last = self.now.astimezone(clock.TIME_ZONE).date() - timedelta(days=1)
        first = max(FIRST_DAY, last - timedelta(days=365 * years))
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self.calendar.is_workday(day)]

    def due(self, start: datetime, period: Period, urgency: str) -> tuple[datetime, str]:
        """When a turn begun at `start` is due, and its clock's `why` as JSON, as timing.start() writes it."""
        key = (start, period, urgency)
        if key not in self._known:
            limit = period.limit(urgency)
            found = clock.due(start.astimezone(clock.TIME_ZONE), limit, calendar=self.calendar, hours=self.hours)
            assert found.at is not None
            why = {
                "limit": limit.as_dict(),
                "due": found.as_dict(),
                "source": period.source,
                "unverified": period.unverified,
                "pausable": period.pausable,
            }
            self._known[key] = found.at, json.dumps(why, ensure_ascii=False)
        return self._known[key]

    def forget(self) -> None:
        """Papers come in order of time: what was counted for the last piece is not asked again."""
        self._known.clear()
