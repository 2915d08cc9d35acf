"""Heads of columns: which fact of a register each is called by, among the many names offices give it."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from .cells import plain
from .grids import Grid, Value

# A head stands near the top: a title, a note, the office's name may stand above it.
WITHIN = 30
# Fewer names than these may stand in any row by chance.
LEAST = 3


@dataclass(frozen=True)
class Fact:
    """What a register says in one column. `names` from the plainest on; `fits(values)` says, for a name that several
    facts go by (等级), whether what stands under it is this one."""

    code: str
    label: object
    names: Collection[str]
    required: bool = False
    fits: Callable[[Sequence[Value]], bool] | None = None


@dataclass
class Head:
    """A recognised head: sheet rows from 1, the words of each column, and which column holds which fact."""

    first: int
    last: int
    words: list[str]
    columns: dict[str, int] = field(default_factory=dict)

    def repeated(self, row: Sequence[Value]) -> bool:
        """Whether a row is the head again, as at the top of every page."""
        same = [at for at, words in enumerate(self.words) if words and at < len(row) and named(row[at]) == named(words)]
        return len(same) >= min(LEAST, sum(bool(words) for words in self.words))


def named(value: Value) -> str:
    """A head's name for comparing: without blanks, breaks, what stands in brackets, and marks."""
    words = re.sub(r"[(（\[【].*?[)）\]】]$", "", plain(value)) or plain(value)
    return re.sub(r"[:：*＊、.。]+$", "", words)


def recognise(grid: Grid, facts: Sequence[Fact]) -> Head | None:
    """The row (or two) that names most facts; None where none names enough."""
    known = {name for fact in facts for name in map(named, fact.names)}
    best: tuple[int, int] | None = None
    for at, row in enumerate(grid.rows[:WITHIN]):
        score = len({named(cell) for cell in row} & known)
        if score >= LEAST and (best is None or score > best[0]):
            best = score, at
    if best is None:
        return None
    top = bottom = best[1]
    words = [plain(cell) for cell in grid.rows[top]]
    # Groups above, names below: 来文 over 单位 and 字号.
    if top + 1 < len(grid.rows):
        below = [plain(cell) for cell in grid.rows[top + 1]]
        lower = [word for word in below if word and word not in words]
        short = all(named(word) in known or len(word) <= 6 and not re.search(r"\d", word) for word in lower)
        if short and any(named(word) in known for word in lower):
            words = [under or over for over, under in zip(words, below, strict=True)]
            bottom += 1
    head = Head(top + 1, bottom + 1, words)
    head.columns = matched(words, facts, grid.rows[bottom + 1 :])
    return head


def matched(words: Sequence[str], facts: Sequence[Fact], rows: Sequence[Sequence[Value]]) -> dict[str, int]:
    """{fact code: column}. A name that goes by several facts is decided by what stands under it, else by the order of
    the facts' names: the plainest first."""
    offers: list[tuple[int, int, Fact, int]] = []
    for column, word in enumerate(words):
        name = named(word)
        for order, fact in enumerate(facts):
            names = [named(one) for one in fact.names]
            if name and name in names:
                offers.append((names.index(name), order, fact, column))
    found: dict[str, int] = {}
    taken: set[int] = set()
    shared = _shared(offers)
    for place, _order, fact, column in sorted(offers, key=lambda offer: (offer[0], offer[1], offer[3])):
        if fact.code in found or column in taken:
            continue
        if fact.fits is not None and (column in shared or place > 0) and not fact.fits([row[column] for row in rows]):
            continue
        found[fact.code] = column
        taken.add(column)
    return found


def _shared(offers: Sequence[tuple[int, int, Fact, int]]) -> set[int]:
    """Columns whose name several facts go by."""
    seen: dict[int, set[str]] = {}
    for _place, _order, fact, column in offers:
        seen.setdefault(column, set()).add(fact.code)
    return {column for column, codes in seen.items() if len(codes) > 1}
