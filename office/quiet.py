"""When a person is not to be disturbed by what leaves the house; on his own pages he finds everything at once."""

from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Q

from office.clock import TIME_ZONE, Calendar
from office.models.clocks import load_calendar
from office.models.outbox import QuietHours
from office.models.people import User


@dataclass(frozen=True)
class Quiet:
    """From `starts` to `ends`, which may be the next morning; both None: no hours. `days_off`: whole days off too."""

    starts: time | None
    ends: time | None
    days_off: bool

    def holds(self, now: datetime, *, calendar: Calendar) -> bool:
        local = now.astimezone(TIME_ZONE)
        if self.days_off and not calendar.is_workday(local.date()):
            return True
        if self.starts is None or self.ends is None:
            return False
        if self.starts < self.ends:
            return self.starts <= local.time() < self.ends
        return local.time() >= self.starts or local.time() < self.ends


# No source names hours: a common habit of offices (未核实), shown as such beside the fields.
USUAL = Quiet(time(22), time(7), days_off=True)


def quiet_hours_of(person: User) -> Quiet:
    row = QuietHours.objects.filter(person=person).first()
    return USUAL if row is None else Quiet(row.starts, row.ends, row.days_off)


def undisturbed(now: datetime) -> Q:
    """The rows whose person is in his quiet hours now."""
    calendar = load_calendar()
    asleep: dict[bool, list[int]] = {True: [], False: []}
    for row in QuietHours.objects.all():
        holds = Quiet(row.starts, row.ends, row.days_off).holds(now, calendar=calendar)
        asleep[holds].append(row.person_id)
    if USUAL.holds(now, calendar=calendar):
        return ~Q(person__in=asleep[False])
    return Q(person__in=asleep[True])
