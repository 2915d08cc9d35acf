"""Who looked at what only a few may see: written down, and shown to whoever runs the paper (R-SEC-07)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from office import tally
from office.models.cases import Case
from office.models.grants import Look
from office.models.people import User


def note(case: Case, *, person: User, what: str, at: datetime, address: str | None = None) -> None:
    """Log a look at a restricted, sealed or secret record; of an ordinary one nothing is kept."""
    if case.guarded:
        with transaction.atomic():
            _write(case, person=person, what=what, at=at, address=address)


def note_listed(
    cases: Iterable[Case], *, person: User, what: str, at: datetime, address: str | None = None
) -> None:
    """As note(), of those whose lines a list has shown: each once a day, however often the list is turned over. What
    waits for the reader himself is no look: he has it in his hands. No query where the list holds no such paper."""
    guarded = sorted((case for case in cases if case.guarded), key=lambda case: case.pk)
    if not guarded:
        return
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    noted = Look.objects.filter(case__in=guarded, person=person, what=what, at__gte=midnight)
    known = set(noted.values_list("case_id", flat=True))
    with transaction.atomic():
        for case in guarded:
            if case.pk not in known:
                _write(case, person=person, what=what, at=at, address=address)


def _write(case: Case, *, person: User, what: str, at: datetime, address: str | None) -> None:
    tally.case_first(case.pk)
    Look.objects.create(case=case, person=person, what=what, at=at, address=address)
