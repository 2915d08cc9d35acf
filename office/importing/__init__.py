"""Old registers out of spreadsheets: a workbook is read into plain rows, heads are recognised, cells understood.

Each function (incoming papers, outgoing papers) says which facts it wants and writes the rows; nothing here knows any.
"""

from .cells import Unclear
from .grids import Grid, UnreadableBook, read_workbook
from .heads import Fact, Head, recognise
from .tables import Skipped, Table, tables_of

__all__ = [
    "Fact", "Grid", "Head", "Skipped", "Table", "Unclear", "UnreadableBook", "read_workbook", "recognise", "tables_of",
]  # fmt: skip
