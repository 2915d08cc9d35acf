"""Looks at guarded papers, as a page is asked for."""

from collections.abc import Iterable

from django.utils import timezone

from office import looks
from office.middleware import address_of
from office.models.cases import Case
from office.views.asked import Asked


def note_look(request: Asked, case: Case, *, at: str) -> None:
    """Log who looks at a page of a restricted case; what is posted is an act and has its own record."""
    if request.method != "POST":
        looks.note(case, person=request.user, what=at, at=timezone.now(), address=address_of(request))


def note_listed(request: Asked, cases: Iterable[Case], *, at: str) -> None:
    """The same of a list that shows their titles."""
    looks.note_listed(cases, person=request.user, what=at, at=timezone.now(), address=address_of(request))
