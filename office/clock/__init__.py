"""Deadlines over the office's calendar: what a period is, which days count, and why this date."""

from .calendars import Calendar, Day, Unreachable, can_be_made_up_for, statutory_days
from .limits import (
    KINDS,
    OFFICE_HOURS,
    TIME_ZONE,
    Limit,
    OfficeHours,
    days,
    half_days,
    hours,
    months,
    until,
    workdays,
    working_hours,
)
from .periods import Due, Run, Stop, due, with_pauses

__all__ = [
    "KINDS",
    "OFFICE_HOURS",
    "TIME_ZONE",
    "Calendar",
    "Day",
    "Due",
    "Limit",
    "OfficeHours",
    "Run",
    "Stop",
    "Unreachable",
    "can_be_made_up_for",
    "days",
    "due",
    "half_days",
    "hours",
    "months",
    "statutory_days",
    "until",
    "with_pauses",
    "workdays",
    "working_hours",
]
