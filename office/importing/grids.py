"""Workbooks as plain rows: .xlsx through openpyxl, .xls through calamine. What is merged downwards is filled in."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import openpyxl
import python_calamine
from django.utils.translation import gettext as _

Value = str | int | float | date | datetime | time | timedelta | bool | None

# A register of a year has some thousand rows; what is longer is no register of one office.
MOST_ROWS = 50_000
MOST_COLUMNS = 100


class UnreadableBook(Exception):
    """The file is no workbook that can be read; the text is a sentence for whoever brought it."""


@dataclass
class Grid:
    """One sheet. rows[0] is the sheet's row 1; every row is as wide as the widest."""

    name: str
    rows: list[list[Value]]
    # Sheet rows (from 1) whose cells were one merged cell across: titles and captions, never entries.
    banners: set[int] = field(default_factory=set)

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)


def read_workbook(content: bytes, *, kind: str) -> list[Grid]:
    """All sheets that hold anything. `kind`: "xlsx" or "xls". Raises UnreadableBook."""
    grids = _xlsx(content) if kind == "xlsx" else _xls(content)
    found = [grid for grid in grids if any(cell not in (None, "") for row in grid.rows for cell in row)]
    if not found:
        raise UnreadableBook(_("这个文件里没有内容，请换一个。"))
    for grid in found:
        if len(grid.rows) > MOST_ROWS or grid.width > MOST_COLUMNS:
            raise UnreadableBook(
                _("“%(sheet)s”有 %(rows)d 行 %(columns)d 列，一次最多导入 %(most)d 行、%(wide)d 列，请拆成几个文件。")
                % {
                    "sheet": grid.name, "rows": len(grid.rows), "columns": grid.width, "most": MOST_ROWS,
                    "wide": MOST_COLUMNS,
                }
            )  # fmt: skip
    return found


def _xlsx(content: bytes) -> list[Grid]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:
        raise UnreadableBook(_("这个文件打不开：可能设了密码，或者已经损坏。请另存为新的 .xlsx 再试。")) from error
    grids = []
    for sheet in book.worksheets:
        if (sheet.max_row or 0) > MOST_ROWS * 4:
            raise UnreadableBook(_("“%(sheet)s”的行数太多，请删去表格下面的空行再试。") % {"sheet": sheet.title})
        rows: list[list[Value]] = [list(row) for row in sheet.iter_rows(values_only=True)]
        merged = [
            (one.min_row - 1, one.min_col - 1, one.max_row - 1, one.max_col - 1) for one in sheet.merged_cells.ranges
        ]
        grids.append(_settled(sheet.title, rows, merged))
    return grids


def _xls(content: bytes) -> list[Grid]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids = []
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows: list[list[Value]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
            merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
            grids.append(_settled(name, rows, merged))
        return grids
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise UnreadableBook(_("这个文件打不开：可能设了密码，或者已经损坏。请另存为新的 .xlsx 再试。")) from error


def _settled(name: str, rows: list[list[Value]], merged: Iterable[Sequence[int]]) -> Grid:
    """A cell merged over rows (a day's date beside its papers) holds for each of them; one merged across is a title."""
    width = max((len(row) for row in rows), default=0)
    rows = [row + [None] * (width - len(row)) for row in rows]
    grid = Grid(name, rows)
    for top, left, bottom, right in merged:
        if not (0 <= top < len(rows) and left < width):
            continue
        if bottom > top:
            for row in rows[top : bottom + 1]:
                row[left] = rows[top][left]
        elif right - left + 1 > width // 2:
            grid.banners.add(top + 1)
    while grid.rows and all(cell in (None, "") for cell in grid.rows[-1]):
        grid.rows.pop()
    return grid
