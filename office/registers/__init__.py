"""Registers (登记簿): what an app declares once, and prints, exports and shows as rows.

    @registers.add
    class IncomingRegister(Register):
        code = "documents.incoming"
        title = "收文登记簿"
        columns = (Column("收文号", 14, "center"), Column("标　　题", 60, kind="title"), ...)

        def rows(self, selection):
            for document in ...visible_to(selection.viewer)...iterator():
                yield Row(cells=[...], void=document.void_reason, key=str(document.case.public_id))
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from .grid import Column, Row
from .imprint import Imprint

__all__ = ["Column", "Imprint", "Register", "Row", "Selection", "add", "codes", "get"]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which part of a register: a year, or a month of it, of one book, from a group of senders. `viewer` is
    whose eyes it is for: rows() starts from what that person may see."""

    year: int
    month: int | None = None
    series: str = ""
    senders: tuple[str, ...] = ()
    viewer: Any = None

    @property
    def period(self) -> str:
        """As it stands in the corner of the page."""
        month = f"{self.month} 月" if self.month else ""
        return f"{self.year} 年 {month}".strip()


class Register(ABC):
    """One register. `columns` hold at most one of kind "title", which takes the reason of a void row."""

    code: ClassVar[str]
    title: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]

    @abstractmethod
    def rows(self, selection: Selection) -> Iterator[Row]:
        """The rows in the order of their numbers, void ones among them, one cell of plain text per column."""

    def left_out(self, selection: Selection) -> str:
        """What rows() does not list though its numbers are used, in words for the foot of the page; "" for nothing."""
        return ""

    def heading(self, selection: Selection) -> str:
        """The corner of the page, and the name of the file: the period, and the book where the selection names one."""
        return f"{selection.series}　{selection.period}" if selection.series else selection.period


_known: dict[str, Register] = {}


def add(register: type[Register]) -> type[Register]:
    """Class decorator: make the register known by its code. Raises ValueError for a code that is taken."""
    if register.code in _known and type(_known[register.code]) is not register:
        raise ValueError(f"Two registers call themselves {register.code}.")
    _known[register.code] = register()
    return register


def get(code: str) -> Register:
    """The register of this code. Raises KeyError."""
    return _known[code]


def codes() -> list[str]:
    return sorted(_known)
