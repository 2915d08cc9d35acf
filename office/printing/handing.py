"""交接单 as plain values: what is printed for three signatures, before the act (清点单) or after it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .sheets import Moment, Sheet, when


@dataclass(frozen=True, kw_only=True)
class HandedLine:
    """`copies` None: nothing on paper. `checked`: 相符 or 缺, empty: a box to be ticked by hand."""

    number: str = ""
    what: str = ""
    note: str = ""
    copies: int | None = None
    checked: str = ""
    remark: str = ""
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class HandedGroup:
    title: str
    lines: Sequence[HandedLine]


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs: 移交人, 接收人, 监交人; name and duty as text of that day."""

    role: str
    name: str
    duty: str = ""


@dataclass(frozen=True, kw_only=True)
class HandoverSheet(Sheet):
    """`at` None: a list to count by, nothing has moved yet."""

    at: Moment = None
    reason: str = ""
    returns_on: Moment = None
    note: str = ""
    signers: Sequence[Signer] = field(default_factory=tuple)
    groups: Sequence[HandedGroup] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        return "工作交接单" if self.at else "工作交接清点单"

    @property
    def date(self) -> str:
        return when(self.at)

    @property
    def returns(self) -> str:
        return when(self.returns_on)

    @property
    def numbered(self) -> list[tuple[HandedGroup, list[tuple[int, HandedLine]]]]:
        """The lines counted through all groups."""
        count, found = 0, []
        for group in self.groups:
            found.append((group, list(enumerate(group.lines, start=count + 1))))
            count += len(group.lines)
        return found

    @property
    def lines(self) -> list[HandedLine]:
        return [line for group in self.groups for line in group.lines]

    @property
    def total(self) -> str:
        """共 12 项；纸质文件 7 件 9 份，相符 6 件，缺 1 件."""
        papers = [line for line in self.lines if line.copies is not None]
        said = [f"共 {len(self.lines)} 项"]
        if papers:
            said.append(f"纸质文件 {len(papers)} 项 {sum(line.copies or 0 for line in papers)} 份")
            missing = len(self.missing)
            if all(line.checked for line in papers):
                said.append(f"相符 {len(papers) - missing} 项，缺 {missing} 项")
        return "；".join(said)

    @property
    def missing(self) -> list[HandedLine]:
        return [line for line in self.lines if line.checked == "缺"]

    @property
    def agreed(self) -> bool:
        """R-CIR-17: 账物相符, where there was anything to compare."""
        papers = [line for line in self.lines if line.copies is not None]
        return bool(papers) and all(line.checked == "相符" for line in papers)
