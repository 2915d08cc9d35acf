"""每日一页 as it is printed: one sheet, whatever the day brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .sheets import when

# Lines of each part, tried from the roomiest: what does not fit is counted.
ROOM = (12, 9, 7, 5, 4, 3, 2)
# Two lines of a title tell which paper it is.
LONGEST = 46


@dataclass(frozen=True)
class PrintedLine:
    head: str
    words: str
    note: str = ""
    urgent: bool = False

    @property
    def short(self) -> str:
        return self.words if len(self.words) <= LONGEST else f"{self.words[: LONGEST - 1]}…"


@dataclass(frozen=True)
class PrintedPart:
    title: str
    lines: Sequence[PrintedLine]
    count: int
    nothing: str = ""
    room: int = ROOM[0]

    @property
    def shown(self) -> Sequence[PrintedLine]:
        return self.lines[: self.room]

    @property
    def more(self) -> int:
        return max(0, self.count - len(self.shown))


@dataclass(frozen=True)
class DailySheet:
    office: str
    day: str
    at: datetime
    parts: Sequence[PrintedPart]

    @property
    def made(self) -> str:
        return when(self.at)
