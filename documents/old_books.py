"""A workbook that somebody brings: what is in it, what may come in, and the copy that says so row by row."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from office.importing import Grid, Table, UnreadableBook, cells, read_workbook, tables_of
from office.importing.copies import annotated, rewritten

from . import legacy
from .bringing_in import known_papers

NAMES = {".xlsx", ".xls"}
# How a file of the old format begins.
COMPOUND = b"\xd0\xcf\x11\xe0"
HEADING = "导入结果"


@dataclass
class OldBook:
    """One file, read. `columns`: by sheet, {fact: column}; changed by hand, read() is asked again."""

    name: str
    content: bytes
    kind: str
    grids: list[Grid]
    tables: list[Table]
    columns: list[dict[str, int]] = field(default_factory=list)
    # Of the file as it was brought.
    hash: str = ""
    # {sheet: {row: its running number}} of the classified rows: their cells are empty from the moment it is opened.
    emptied: dict[str, dict[int, str]] = field(default_factory=dict)

    @property
    def mapping(self) -> dict[str, dict[str, str]]:
        return {
            table.grid.name: {code: table.head.words[column] for code, column in columns.items()}
            for table, columns in zip(self.tables, self.columns, strict=True)
        }

    def read(self, *, year: int, today: date | None = None) -> legacy.Reading:
        today = today or timezone.localdate()
        reading = legacy.read(self.tables, self.columns, year=year, today=today, known=known_papers(year))
        several = len(self.tables) > 1
        for table in self.tables:
            for row, seq in self.emptied.get(table.grid.name, {}).items():
                if row > table.head.last:
                    sheet = table.grid.name if several else ""
                    reading.faults.append(legacy.Fault(row, seq, legacy.classified_words(), sheet, classified=True))
                    # It is an empty row now; at the end of the sheet it is not even that.
                    reading.skipped["blank"] = reading.skipped.get("blank", 0) - (row <= len(table.grid.rows))
        order = {table.grid.name: place for place, table in enumerate(self.tables)}
        reading.faults.sort(key=lambda fault: (order.get(fault.sheet, 0), fault.row))
        reading.skipped = {why: many for why, many in reading.skipped.items() if many}
        return reading

    def copy(self, reading: legacy.Reading, *, done: bool) -> bytes:
        """The user's own workbook with the column of results. `done`: they have come in, not only could."""
        sheets = {table.grid.name: table.head.last for table in self.tables}
        only = next(iter(sheets))
        word = _("已导入") if done else _("可以导入")
        said = {(paper.sheet or only, paper.row): word for paper in reading.papers}
        why = _("未导入：%(why)s")
        red = {(fault.sheet or only, fault.row): why % {"why": fault.reason} for fault in reading.faults}
        return annotated(self.content, heads=sheets, said={**said, **red}, red=list(red), heading=HEADING)


def open_book(name: str, content: bytes) -> OldBook:
    """Raises UnreadableBook with a sentence that says what to do."""
    if PurePath(name).suffix.lower() not in NAMES:
        raise UnreadableBook(_("只能导入 .xlsx 或 .xls 表格，请另存后再试。"))
    # By what it is: many an .xls was saved under the other name.
    kind = "xls" if content.startswith(COMPOUND) else "xlsx"
    grids = read_workbook(content, kind=kind)
    known = hashlib.sha256(content).hexdigest()
    tables = tables_of(grids, legacy.FACTS)
    if not tables:
        raise UnreadableBook(
            _("没有认出表头：表的前 30 行里要有一行写着“标题、来文单位、收文日期”这样的列名。请补上表头再试。")
        )
    columns = [legacy.columns_of(table) for table in tables]
    emptied = {} if settings.CLASSIFIED_NETWORK else _empty_classified(grids, tables)
    if kind == "xls" or emptied:
        content = rewritten(content, kind=kind, grids=grids, emptied=emptied)
    return OldBook(name, content, "xlsx", grids, tables, columns, known, emptied)


def kept_book(name: str, content: bytes, *, file_hash: str, emptied: dict, columns: list[dict[str, int]]) -> OldBook:
    """The same again, from what was kept of it between two pages."""
    grids = read_workbook(content, kind="xlsx")
    tables = tables_of(grids, legacy.FACTS)
    rows = {sheet: {int(row): seq for row, seq in found.items()} for sheet, found in emptied.items()}
    return OldBook(name, content, "xlsx", grids, tables, columns, file_hash, rows)


def _empty_classified(grids: list[Grid], tables: list[Table]) -> dict[str, dict[int, str]]:
    """R-SEC-03: on an ordinary installation nothing about a state secret is kept, not even until the import."""
    numbers = {table.grid.name: table.head.columns.get("seq") for table in tables}
    found: dict[str, dict[int, str]] = {}
    for grid in grids:
        for place, row in enumerate(grid.rows):
            if legacy.is_classified(row):
                column = numbers.get(grid.name)
                found.setdefault(grid.name, {})[place + 1] = cells.text_of(row[column]) if column is not None else ""
                grid.rows[place] = [None] * len(row)
    return found


def wanting(book: OldBook) -> str:
    """The columns a register cannot do without and that were not recognised, in a sentence; "" where all are there."""
    for table, columns in zip(book.tables, book.columns, strict=True):
        if missing := legacy.missing_facts(columns):
            names = "、".join(f"“{fact.label}”" for fact in missing)
            words = _("“%(sheet)s”里没有认出%(names)s这一列，请指定是哪一列。")
            return words % {"sheet": table.grid.name, "names": names}
    return ""
