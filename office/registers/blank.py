"""Register sheets with their numbers and nothing else: for writing by hand while nothing works."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from office.models.numbers import ReservedBlock

from . import Register, Row, Selection, get
from .book import to_pdf
from .imprint import Imprint


class Blank(Register):
    """The columns of a register, a line for each number of a block."""

    def __init__(self, register: Register, block: ReservedBlock) -> None:
        self.block = block
        # Declared by a class, asked of the object.
        self.__dict__.update(code=register.code, title=f"{register.title}（备用）", columns=register.columns)

    def rows(self, selection: Selection) -> Iterator[Row]:
        for number in range(self.block.first, self.block.last + 1):
            yield Row(cells=[f"{self.block.series.name}{number:04}", *[""] * (len(self.columns) - 1)])

    def heading(self, selection: Selection) -> str:
        return "　".join(part for part in (super().heading(selection), self.block.purpose) if part)


def sheets(block: ReservedBlock, *, imprint: Imprint, folder: Path) -> bytes:
    """The block's sheets as PDF. Raises KeyError where its function keeps no register."""
    register = Blank(get(block.series.function), block)
    selection = Selection(year=block.series.year, series=block.series.name)
    with tempfile.TemporaryDirectory(prefix="blank-") as name:
        target = Path(name) / "blank.pdf"
        to_pdf(register, selection, target=target, folder=folder, imprint=imprint, workers_at_once=1)
        return target.read_bytes()
