"""Laying rows out on a fixed grid: which lines stand where, decided before anything is rendered.

A page has thirteen grid rows of three text lines each. A row of the register takes as many grid rows as its
longest cell needs, so nothing is ever cut, and where every page ends is known beforehand: that is what lets
pages be rendered in pieces, by several processes, and kept.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from office.printing import fonts

# Millimetres on A4 landscape; left is the binding side.
PAGE = (297.0, 210.0)
LEFT, RIGHT, TOP = 17.0, 14.0, 21.0
HEAD, ROW = 12.0, 12.0
ROWS = 13
LINES = 3
# Heights on the page are whole numbers of a twentieth of a millimetre.
UNIT = 0.05
STEP = round(ROW / UNIT)
PITCH = round(3.7 / UNIT)
EM = 9 * 25.4 / 72
PADDING = 0.9
BODY_TOP = TOP + HEAD
BODY_WIDTH = PAGE[0] - LEFT - RIGHT

# 避头尾: closing marks do not begin a line and opening ones do not end it.
_NOT_FIRST = frozenset("，。、；：！？）》〉」』】〕”’…—％·,.;:!?)]}%号")
_NOT_LAST = frozenset("（《〈「『【〔“‘([{第")
_TOKEN = re.compile(r"[A-Za-z0-9@._/+:#-]+|[^\n]")


@dataclass(frozen=True)
class Column:
    """`width` in millimetres, as a share of what the page has. `kind`: "title" for the one that takes the
    reason of a void row, "amount" for what is summed in a spreadsheet, "day" for a date whose year may stand on a line
    of its own, else "text". A label may hold line breaks."""

    label: str
    width: float
    align: str = "left"
    kind: str = "text"


@dataclass(frozen=True)
class Row:
    """One entry. `void` is the reason when it was voided: the entry is struck through and the reason stands
    with it. `key` is the public id of the entry's case ("" without one) and is not printed."""

    cells: Sequence[str]
    void: str | None = None
    key: str = ""


@dataclass
class Page:
    """One page ready to be drawn. `text[column][position]` is a line whose middle is `position` units below
    the head; `rules` are the grid rows with a rule beneath; `strikes` are lines (x1, x2, position) through
    void entries; `unused` the grid rows left free because the next entry did not fit."""

    text: list[dict[int, str]]
    rules: list[int] = field(default_factory=list)
    strikes: list[tuple[float, float, int]] = field(default_factory=list)
    unused: tuple[int, int] | None = None


def placed(columns: Sequence[Column]) -> list[tuple[float, float]]:
    """(left edge, width) of every column in millimetres, filling the page."""
    scale = BODY_WIDTH / sum(column.width for column in columns)
    edges, x = [], LEFT
    for column in columns:
        edges.append((round(x, 3), round(column.width * scale, 3)))
        x += column.width * scale
    return edges


def wrap(text: str, room: float, chain: str = "fang") -> tuple[str, ...]:
    """The text in lines no longer than `room` em. Words and numbers stay whole where the room allows it."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if not paragraph.strip():
            continue
        if fonts.width(paragraph, chain=chain) <= room:
            lines.append(paragraph)
        else:
            lines.extend(_broken(paragraph, room, chain))
    return tuple(lines)


def _broken(paragraph: str, room: float, chain: str) -> Iterator[str]:
    line: list[str] = []
    used = 0.0
    coming = _TOKEN.findall(paragraph)[::-1]
    while coming:
        part = coming.pop()
        size = fonts.width(part, chain=chain)
        if line and used + size > room:
            carried = _carried(line, part)
            while carried and fonts.width("".join(carried) + part[0], chain=chain) > room:
                line.append(carried.pop(0))
            yield "".join(line).rstrip()
            line = carried
            used = fonts.width("".join(line), chain=chain)
        if len(part) > 1 and used + size > room:
            # A word longer than the whole line, or than what a carried mark leaves of it, is broken anywhere.
            coming.extend(part[::-1])
        elif line or part != " ":
            line.append(part)
            used += size
    if line:
        yield "".join(line).rstrip()


def _carried(line: list[str], coming: str) -> list[str]:
    """What has to leave the end of the line along with the token that does not fit on it. At most two
    tokens: a line of nothing but brackets is broken anywhere."""
    carried: list[str] = []
    while len(line) > 1 and len(carried) < 2 and (coming in _NOT_FIRST or line[-1] in _NOT_LAST):
        coming = line.pop()
        carried.insert(0, coming)
    return carried


def pages(rows: Iterable[Row], *, columns: Sequence[Column]) -> Iterator[Page]:
    """The pages of a register, the last filled up with empty grid rows; one empty page when there are no
    rows."""
    sheet = _Sheet(columns)
    for row in rows:
        yield from sheet.add(sheet.entry(row))
    yield sheet.turned(crossed=False)


@dataclass(frozen=True)
class _Entry:
    """A row as lines: what was entered, and below it, where it was voided, the reason."""

    cells: list[tuple[str, ...]]
    reason: list[tuple[str, ...]]
    void: bool

    @property
    def span(self) -> int:
        """Grid rows it needs."""
        longest = max(len(cell) + len(more) for cell, more in zip(self.cells, self.reason, strict=True))
        return max(1, -(-longest // LINES))


class _Sheet:
    """The page being filled."""

    def __init__(self, columns: Sequence[Column]):
        self.columns = columns
        self.edges = placed(columns)
        self.rooms = [(width - 2 * PADDING) / EM for _left, width in self.edges]
        self._take_new()

    def _take_new(self) -> None:
        self.page = Page([{} for _ in self.columns])
        self.used = 0

    def entry(self, row: Row) -> _Entry:
        cells = [_lines(cell, room) for cell, room in zip(row.cells, self.rooms, strict=True)]
        reason: list[tuple[str, ...]] = [()] * len(cells)
        if row.void is not None:
            for at, column in enumerate(self.columns):
                if column.kind == "title":
                    reason[at] = _lines(f"作废：{row.void}", self.rooms[at])
        return _Entry(cells, reason, row.void is not None)

    def add(self, entry: _Entry) -> Iterator[Page]:
        """Write the entry, and give the pages that became full before its end."""
        left = entry.span
        # A short entry moves to the next page whole; a long one begins here.
        if left > ROWS - self.used and (left <= ROWS // 2 or self.used == ROWS):
            yield self.turned(crossed=True)
        written = 0
        while True:
            span = min(left, ROWS - self.used)
            self._write(entry, span=span, skip=written)
            left, written = left - span, written + span * LINES
            if not left:
                return
            yield self.turned(crossed=False)

    def turned(self, *, crossed: bool) -> Page:
        """The page as it stands, and a new one begun. Rows left free are ruled, and crossed out where more
        follows."""
        page, used = self.page, self.used
        page.rules.extend(range(used + 1, ROWS + 1))
        if crossed and used < ROWS:
            page.unused = (used, ROWS)
        self._take_new()
        return page

    def _write(self, entry: _Entry, *, span: int, skip: int) -> None:
        """The entry, or its lines from `skip` on, into the next `span` grid rows, each cell centred in
        them."""
        top = self.used * STEP
        self.used += span
        self.page.rules.append(self.used)
        for at, (cell, more) in enumerate(zip(entry.cells, entry.reason, strict=True)):
            lines = (cell + more)[skip : skip + span * LINES]
            if skip and at == 0:
                # The number is repeated where an entry goes on from the page before.
                lines = (*cell[:1], "（续）")
            first = top + (span * STEP - (len(lines) - 1) * PITCH) // 2
            for step, line in enumerate(lines):
                position = first + step * PITCH
                self.page.text[at][position] = line
                if entry.void and skip + step < len(cell):
                    self.page.strikes.append((*self._extent(line, at), position))

    def _extent(self, line: str, at: int) -> tuple[float, float]:
        left, width = self.edges[at]
        length = fonts.width(line, chain="fang") * EM
        start = left + (width - length) / 2 if self.columns[at].align == "center" else left + PADDING
        return round(start, 2), round(start + length, 2)


@lru_cache(maxsize=20_000)
def _lines(text: str, room: float) -> tuple[str, ...]:
    return wrap(fonts.printable(text), room) if text else ()
