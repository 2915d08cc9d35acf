"""The meetings others call, as the office's diary has them."""

from collections.abc import Iterator
from datetime import datetime

from office.diary import Busy

from . import paths
from .models import MeetingNotice


def meetings(begin: datetime, end: datetime) -> Iterator[Busy]:
    """Notices of meetings that start within [begin, end) and are not void; whoever excused himself stays away."""
    rows = MeetingNotice.objects.filter(starts_at__gte=begin, starts_at__lt=end).exclude(document__case__outcome="void")
    for one in rows.select_related("document__case").prefetch_related("attendees"):
        excused = paths.excused(one.document.case_id)
        yield Busy(
            starts_at=one.starts_at,
            what=one.document.case.title,
            where=one.place,
            people=tuple(person for person in one.attendees.all() if person.pk not in excused),
            case=one.document.case,
        )
