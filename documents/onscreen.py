"""One page of the register on screen, found without reading the whole of a long one."""

from dataclasses import dataclass

from django.db.models import QuerySet

from office import access
from office.models.cases import Case
from office.models.people import User

from . import registering
from .models import IncomingDocument

PAGE = 50
COUNTED = 500
COUNTED_ONE_BY_ONE = 150
# So many neighbouring keys hold a page for whoever sees one paper in five.
STRETCH = 500


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
    wanted = number * PAGE + 1 if uncounted else min(number * PAGE + 1, count)
    keys = _newest(found, top=registering.newest_of_year(year) or _top(), count=wanted)
    rows = found.filter(case_id__in=keys[(number - 1) * PAGE : number * PAGE]).order_by("-case_id")
    return Page(number, list(rows), len(keys) > number * PAGE, count, uncounted)


def _newest(found: QuerySet[IncomingDocument], *, top: int, count: int) -> list[int]:
    """Keys of their cases, newest first: a stretch at a time, each ten times as wide. Left to itself the planner
    reads backwards through all later years, or all of this one, as its estimates happen to fall."""
    keys: list[int] = []
    width = STRETCH
    while top > 0 and len(keys) < count:
        stretch = found.filter(case_id__gt=top - width, case_id__lte=top).order_by("-case_id")
        keys.extend(stretch.values_list("case_id", flat=True)[: count - len(keys)])
        top, width = top - width, width * 10
    return keys


def _top() -> int:
    return Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _count_to(user: User) -> int:
    """Whoever sees papers one by one, not by rule, is told sooner that there are more: each is looked up."""
    return COUNTED if access.identity(user).sees else COUNTED_ONE_BY_ONE
