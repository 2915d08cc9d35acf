"""Lists on screen that everybody may arrange for himself: columns, named views, an export of what is shown.

    @lists.add
    class Incoming(List):
        code, title, url_name = "documents.incoming", gettext_lazy("收文登记簿"), "incoming_list"
        columns = (Column("number", gettext_lazy("收文号")), Column("title", gettext_lazy("标题")), ...)
        usual = ("number", "title")
        params = ("year", "q")

        def rows(self, viewer, query, *, most): yield Row(key=..., values={"number": "收0412", ...})

The first of `usual` names the row and is always there. A view is only an address with a name: what it lists is what
whoever opens it may see, and nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from django.http import QueryDict

from office.models.people import User

Value = str | int | date | datetime | None
Kind = Literal["text", "day", "moment", "amount"]


@dataclass(frozen=True)
class Column:
    """`cls`: the cell's class on screen. `width`: in the exported sheet, in characters. `parts`: codes of columns whose
    values stand in the same cell on screen, and in cells of their own in an export."""

    code: str
    label: Any
    kind: Kind = "text"
    cls: str = "minor"
    width: int = 14
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line of an export. `key`: the public id of its case. `values`: by the codes of the columns."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    void: bool = False


class List(ABC):
    code: ClassVar[str]
    title: ClassVar[Any]
    url_name: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    usual: ClassVar[tuple[str, ...]]
    # The names in the address that say what is listed; all others are no part of a view.
    params: ClassVar[tuple[str, ...]]

    @abstractmethod
    def rows(self, viewer: User, query: Mapping[str, str], *, most: int) -> Iterator[Row]:
        """What this person's list shows for these parameters, all pages of it, in its order, `most` at most."""

    @abstractmethod
    def words(self, query: Mapping[str, str]) -> str:
        """What is listed, in words, for the head of the export; "" for everything."""

    def selection(self, asked: Mapping[str, Any] | QueryDict) -> dict[str, str]:
        """Of an address what belongs to the list, in the order of `params`."""
        return {name: str(asked[name])[:200] for name in self.params if asked.get(name)}

    def picked(self, codes: Iterable[str]) -> list[Column]:
        """These columns in this order, behind the one that names the row; the usual ones where none is known."""
        known = {column.code: column for column in self.columns}
        first = self.usual[0]
        chosen = [code for code in dict.fromkeys(codes) if code in known and code != first]
        return [known[code] for code in (first, *(chosen or self.usual[1:]))]

    def apart(self, columns: Sequence[Column]) -> list[Column]:
        """As an export has them: what stands together on screen gets a column each, none of them twice."""
        return self.picked(code for column in columns for code in (column.code, *column.parts))


_lists: dict[str, List] = {}


def add(one: type[List]) -> type[List]:
    """Class decorator. Raises ValueError for a code that is taken, and for usual columns that do not exist."""
    if one.code in _lists and type(_lists[one.code]) is not one:
        raise ValueError(f"Two lists call themselves {one.code}.")
    if set(one.usual) - {column.code for column in one.columns}:
        raise ValueError(f"{one.code} shows columns it does not have.")
    _lists[one.code] = one()
    return one


def get(code: str) -> List:
    """Raises KeyError."""
    return _lists[code]


def codes() -> list[str]:
    return list(_lists)


def values_of(row: Row, columns: Sequence[Column]) -> list[Value]:
    return [row.values.get(column.code) for column in columns]
