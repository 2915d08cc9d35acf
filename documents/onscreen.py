"""One page of the register on screen, found without reading the whole of a long one."""

from dataclasses import dataclass

from django.db.models import QuerySet

from office import access
from office.models.people import User

from . import registering
from .models import IncomingDocument

PAGE = 50
COUNTED = 500
COUNTED_ONE_BY_ONE = 100


@dataclass(frozen=True)
class Page:
    """One page of the register on screen. `count` is exact unless `uncounted`: then there are more."""

    number: int
    rows: list[IncomingDocument]
    more: bool
    count: int
    uncounted: bool


def page(found: QuerySet[IncomingDocument], asked: str, *, year: int, viewer: User) -> Page:
    """The newest first. Nobody waits for a hundred thousand papers to be counted, each asked whether he may see it."""
    count_to = _count_to(viewer)
    count = found.order_by()[: count_to + 1].count()
    uncounted = count > count_to
    number = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    if not uncounted:
        number = min(number, max(1, -(-count // PAGE)))
    if (top := registering.newest_of_year(year)) is not None:
        found = found.filter(case_id__lte=top)
    rows = list(found.order_by("-case_id")[(number - 1) * PAGE : number * PAGE + 1])
    return Page(number, rows[:PAGE], len(rows) > PAGE, count, uncounted)


def _count_to(user: User) -> int:
    """Whoever sees many papers, but not by rule, is told sooner that there are more: each is looked up."""
    quick = access.identity(user).sees or access.few_keys(user) is not None
    return COUNTED if quick else COUNTED_ONE_BY_ONE
