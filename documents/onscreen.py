"""One page of the register on screen, found without reading the whole of a long one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from office import access
from office.models.cases import Case
from office.models.numbers import Series
from office.models.people import User

from .models import IncomingDocument
from .registers import with_hands

PAGE = 50
COUNTED = 1_000
COUNTED_ONE_BY_ONE = 100
# So many neighbouring keys hold a page for whoever sees one paper in five.
STRETCH = 1_500


@dataclass(frozen=True)
class Page:
    """One page of the register on screen. `count` is exact unless `uncounted`: then there are more."""

    number: int
    rows: list[IncomingDocument]
    more: bool
    count: int
    uncounted: bool


def page(found: QuerySet[Case], asked: str, *, books: Sequence[Series], viewer: User, few: list[int] | None) -> Page:
    """The newest first. Nobody waits for a hundred thousand papers to be counted, each asked whether he may see it.

    Counting reads the keys that make the page as well. `found` lie in these `books` (registering.books_of); `few`:
    the viewer's keys, where `found` holds no others.
    """
    count_to = _count_to(viewer)
    number = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    wanted = max(count_to, number * PAGE) + 1
    if few is not None:
        keys = list(found.order_by("-pk").values_list("pk", flat=True)[:wanted])
    else:
        keys = _newest(found, top=_top(books), count=wanted)
    number = min(number, max(1, -(-len(keys) // PAGE)))
    rows = with_hands(IncomingDocument.objects.filter(case_id__in=keys[(number - 1) * PAGE : number * PAGE]))
    return Page(
        number,
        list(rows.order_by("-case_id")),
        more=len(keys) > number * PAGE,
        count=len(keys),
        uncounted=len(keys) > count_to,
    )


def _newest(found: QuerySet[Case], *, top: int, count: int) -> list[int]:
    """Their keys, newest first: a stretch at a time, each ten times as wide. Left to itself the planner reads
    backwards through all later years, or all of this one, as its estimates happen to fall."""
    keys: list[int] = []
    width = STRETCH
    while top > 0 and len(keys) < count:
        stretch = found.filter(pk__gt=top - width, pk__lte=top).order_by("-pk")
        keys.extend(stretch.values_list("pk", flat=True)[: count - len(keys)])
        top, width = top - width, width * 10
    return keys


def _top(books: Sequence[Series]) -> int:
    """No paper of these books has a higher key."""
    newest = [book.newest for book in books]
    if None not in newest:
        return max(newest, default=0)
    return Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _count_to(user: User) -> int:
    """Whoever sees papers one by one, not by rule, is told sooner that there are more: each is looked up."""
    return COUNTED if access.identity(user).sees else COUNTED_ONE_BY_ONE
