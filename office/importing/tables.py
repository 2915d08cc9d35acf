"""The entries of a sheet: below its head, without blank rows, repeated heads, captions and totals; dittos resolved."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from .cells import is_ditto, is_nothing, plain
from .grids import Grid, Value
from .heads import Fact, Head, recognise

TOTAL = re.compile(r"^(合计|总计|小计|共计|累计|本页(合计|小计)|本月(合计|小计)|全年合计|合\s*计)[:：]?")


class Skipped(models.TextChoices):
    """Why a row of the sheet is no entry."""

    BLANK = "blank", _("空行")
    HEAD = "head", _("重复的表头")
    BANNER = "banner", _("标题或分隔行")
    TOTAL = "total", _("合计行")


@dataclass
class Entry:
    """One row: its sheet row from 1, by fact what stands there, dittos resolved; `ditto`: the facts that were one."""

    row: int
    values: dict[str, Value]
    written: list[tuple[str, str]]
    ditto: set[str] = field(default_factory=set)


@dataclass
class Table:
    """A sheet with a recognised head."""

    grid: Grid
    head: Head

    def entries(self, columns: Mapping[str, int]) -> Iterator[Entry | tuple[int, Skipped]]:
        """Every row below the head, in order. What a ditto stands for is what the last entry has in that column."""
        above: dict[str, Value] = {}
        for place in range(self.head.last, len(self.grid.rows)):
            cells, number = self.grid.rows[place], place + 1
            if (why := self._no_entry(cells, number, columns)) is not None:
                yield number, why
                continue
            entry = Entry(number, {}, self._written(cells))
            for code, column in columns.items():
                value = cells[column] if column < len(cells) else None
                if is_ditto(value):
                    entry.ditto.add(code)
                    value = above.get(code)
                entry.values[code] = above[code] = value
            yield entry

    def _no_entry(self, cells: Sequence[Value], number: int, columns: Mapping[str, int]) -> Skipped | None:
        filled = [at for at, cell in enumerate(cells) if not is_nothing(cell)]
        if not filled:
            return Skipped.BLANK
        if self.head.repeated(cells):
            return Skipped.HEAD
        if TOTAL.match(plain(cells[filled[0]])):
            return Skipped.TOTAL
        if number in self.grid.banners or len(filled) == 1 and filled[0] != columns.get("title"):
            return Skipped.BANNER
        return None

    def _written(self, cells: Sequence[Value]) -> list[tuple[str, str]]:
        """As the sheet has it, each cell beside the head's words: nothing that was in the old book is lost."""
        found: list[tuple[str, str]] = []
        for at, cell in enumerate(cells):
            if cell not in (None, ""):
                word = self.head.words[at] if at < len(self.head.words) else ""
                found.append((word or f"#{at + 1}", str(cell).strip()))
        return found


def tables_of(grids: Sequence[Grid], facts: Sequence[Fact]) -> list[Table]:
    """The sheets whose head is recognised, in their order; notes and cover sheets have none."""
    found = []
    for grid in grids:
        head = recognise(grid, facts)
        if head is not None:
            found.append(Table(grid, head))
    return found
