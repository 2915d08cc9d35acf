"""What a leader's folder (呈批夹) holds besides the slips: its cover, and sheets for what he said and now signs for."""

from dataclasses import dataclass

from .sheets import Moment, Sheet, when


@dataclass(frozen=True, kw_only=True)
class FolderLine:
    """One paper in the folder. `waits` in days; 0 is today."""

    reference: str
    title: str
    sender: str = ""
    levels: str = ""
    wanted: str = ""
    waits: int = 0

    @property
    def waited(self) -> str:
        return f"{self.waits} 天" if self.waits else "今天"


@dataclass(frozen=True, kw_only=True)
class LeaderSheet:
    """A list for one leader: his name and title, when it was made and by whom."""

    office: str
    leader: str
    title: str
    made_at: Moment
    clerk: str

    @property
    def reference(self) -> str:
        return f"{self.title}　{self.leader}" if self.title else self.leader

    @property
    def made(self) -> str:
        return when(self.made_at)

    # What _sheet.html asks of every form.
    code = restricted_to = ""
    voided = None


@dataclass(frozen=True, kw_only=True)
class FolderCover(LeaderSheet):
    """The first sheet of what one leader gets: what is inside, in order."""

    lines: tuple[FolderLine, ...]
    name = "呈批夹"


@dataclass(frozen=True, kw_only=True)
class WaitingLine(FolderLine):
    """As of the folder, with what is proposed to him and by whom."""

    proposed: str = ""


@dataclass(frozen=True, kw_only=True)
class WaitingSheet(LeaderSheet):
    """待批清单: what waits for one leader, for who reads it from paper."""

    lines: tuple[WaitingLine, ...]
    name = "待批清单"


@dataclass(frozen=True, kw_only=True)
class SaidSheet(Sheet):
    """口头指示补签单: words that were said, as they were entered, with a place for the speaker's signature."""

    words: str
    leader: str
    said_at: Moment
    how: str
    recorded_by: str
    recorded_at: Moment

    @property
    def name(self) -> str:
        return "口头指示补签单"

    @property
    def said(self) -> str:
        return f"{when(self.said_at)}　{self.how}"

    @property
    def recorded(self) -> str:
        return f"{self.recorded_by}　{when(self.recorded_at)}"
