"""One page of the register on screen, found without reading the whole of a long one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from office import access
from office.models.cases import Case
from office.models.numbers import Series
from office.models.people import User

from .models import IncomingDocument
from .registers import with_hands

if TYPE_CHECKING:
    from .listing import Found

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


def page(found: "Found", asked: str) -> Page:
    """Nobody waits for a hundred thousand papers to be counted, each asked whether he may see it.

    Counting reads the keys that make the page as well.
    """
    count_to = _count_to(found.selection.viewer)
    number = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    keys = keys_of(found, count=max(count_to, number * PAGE) + 1)
    number = min(number, max(1, -(-len(keys) // PAGE)))
    shown = keys[(number - 1) * PAGE : number * PAGE]
    rows = with_hands(IncomingDocument.objects.filter(case_id__in=shown))
    return Page(
        number,
        list(rows.order_by("case_id" if found.oldest_first else "-case_id")),
        more=len(keys) > number * PAGE,
        count=len(keys),
        uncounted=len(keys) > count_to,
    )


def keys_of(found: "Found", *, count: int) -> list[int]:
    """The keys of the first `count` papers in their order: the newest first, or the oldest."""
    if found.few is not None:
        ordered = found.cases.order_by("pk" if found.oldest_first else "-pk")
        return list(ordered.values_list("pk", flat=True)[:count])
    if found.oldest_first:
        return _oldest(found.cases, books=found.books, count=count)
    return _newest(found.cases, top=_top(found.books), count=count)


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


def _oldest(found: QuerySet[Case], *, books: Sequence[Series], count: int) -> list[int]:
    """The same the other way round, from the first paper of these books on."""
    keys: list[int] = []
    top, width = _top(books), STRETCH
    below = _bottom(books) - 1
    while below < top and len(keys) < count:
        stretch = found.filter(pk__gt=below, pk__lte=below + width).order_by("pk")
        keys.extend(stretch.values_list("pk", flat=True)[: count - len(keys)])
        below, width = below + width, width * 10
    return keys


def _top(books: Sequence[Series]) -> int:
    """No paper of these books has a higher key."""
    newest = [book.newest for book in books]
    if None not in newest:
        return max(newest, default=0)
    return Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _bottom(books: Sequence[Series]) -> int:
    """No paper of these books has a lower key: a look into the index for each book."""
    oldest = [Case.objects.filter(series=book).order_by("pk").values_list("pk", flat=True).first() for book in books]
    return min((key for key in oldest if key is not None), default=1)


def _count_to(user: User) -> int:
    """Whoever sees papers one by one, not by rule, is told sooner that there are more: each is looked up."""
    return COUNTED if access.identity(user).sees else COUNTED_ONE_BY_ONE
