"""A copy of the user's own workbook: without what may not be kept, and with a column more that says what became of
each row."""

import io
from collections.abc import Collection, Mapping

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from .grids import Grid

LEFT_OUT = Font(color="B3261E")
WIDE = 44


def rewritten(
    content: bytes, *, kind: str, grids: Collection[Grid], emptied: Mapping[str, Collection[int]]
) -> bytes:
    """An .xlsx with these rows empty: of an .xlsx the workbook itself, of an .xls its values."""
    book = openpyxl.load_workbook(io.BytesIO(content)) if kind == "xlsx" else _values(grids)
    for sheet in book.worksheets:
        for row in emptied.get(sheet.title, ()):
            for cell in sheet[row]:
                # Of a merged cell only the first can be written; it is this row's, or another's whose words stay.
                if not isinstance(cell, MergedCell):
                    cell.value = cell.comment = cell.hyperlink = None
    return _saved(book)


def annotated(
    content: bytes,
    *,
    heads: Mapping[str, int],
    said: Mapping[tuple[str, int], str],
    red: Collection[tuple[str, int]],
    heading: str,
) -> bytes:
    """The .xlsx with the column. `heads`: by sheet, the row of its head; `said`: by (sheet, row from 1), the words;
    `red`: the rows left out."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    marked = set(red)
    for sheet in book.worksheets:
        if sheet.title not in heads:
            continue
        column = sheet.max_column + 1
        sheet.cell(heads[sheet.title], column, heading).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = WIDE
        for (name, row), words in said.items():
            if name == sheet.title:
                cell = sheet.cell(row, column, words)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if (name, row) in marked:
                    cell.font = LEFT_OUT
    return _saved(book)


def _values(grids: Collection[Grid]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for grid in grids:
        sheet = book.create_sheet(grid.name)
        for row in grid.rows:
            sheet.append([None if cell == "" else cell for cell in row])
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    # A text that begins like a formula stays a text.
                    cell.data_type = "s"
    return book


def _saved(book: openpyxl.Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
