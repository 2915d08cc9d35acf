"""What stands on a printed form, as plain values: whoever prints fills these in, the templates only set them.

Paper is Chinese whatever the language of the screen: it is the office's own form and goes to the archives.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import segno

CHINA = ZoneInfo("Asia/Shanghai")

# A moment on paper: an aware datetime, a naive one already local, a date, or words that stand as they are.
Moment = datetime | date | str | None


def when(moment: Moment) -> str:
    """2026年11月20日 15:40, or without the time for a date; the empty string for None."""
    match moment:
        case None | str():
            return moment or ""
        case datetime():
            local = moment.astimezone(CHINA) if moment.tzinfo else moment
            return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return f"{moment.year}年{moment.month}月{moment.day}日"


def spaced(name: str) -> str:
    """Two-character names take the room of three, as lists of names on paper have them: 刘　敏."""
    if len(name) == 2 and all("\u3400" <= character <= "\u9fff" for character in name):
        return f"{name[0]}\u3000{name[1]}"
    return name


def qr(text: str) -> str:
    """A QR code as a data: address of an SVG drawing, black on nothing, with its quiet zone."""
    return segno.make(text, error="m", micro=False).svg_data_uri(border=2, scale=8, xmldecl=False)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """更正: what replaced a wrong opinion; both stay readable. `reason` when the office corrected it."""

    words: str
    name: str
    at: Moment
    reason: str = ""

    @property
    def remark(self) -> str:
        because = f"，{self.reason}" if self.reason else ""
        return f"（更正：{self.name}，{when(self.at)}{because}）"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """代录: who entered what a leader wrote or said, and when. `medium` is 纸质批示, 口头指示 or 电话指示."""

    name: str
    at: Moment
    medium: str = "纸质批示"
    scan: bool = False
    confirmed_at: Moment = None

    @property
    def remark(self) -> str:
        scan = "，附扫描件" if self.scan else ""
        confirmed = f"，本人 {when(self.confirmed_at)} 确认" if self.confirmed_at else ""
        return f"（据{self.medium}录入：{self.name}，{when(self.at)}{scan}{confirmed}）"


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One signed opinion in a box. `name` is who signed; `principal` the person a deputy acted for;
    `corrections` the later versions, oldest first: the last one holds, the earlier ones are struck
    through."""

    words: str
    name: str
    at: Moment
    department: str = ""
    principal: str = ""
    recorded: Recorded | None = None
    corrections: tuple[Correction, ...] = ()
    # What was chosen beside the words (承办, 协办, 期限): it holds whatever becomes of the words.
    named: str = ""
    # Why it holds no longer (撤回, 退回重走): then all of it is struck through.
    undone: str = ""

    @property
    def signature(self) -> str:
        acting = f"（代 {self.principal}）" if self.principal else ""
        return f"{self.department}　{self.name}{acting}" if self.department else f"{self.name}{acting}"

    @property
    def signed_at(self) -> str:
        return when(self.at)

    @property
    def versions(self) -> tuple[tuple[str, str, bool], ...]:
        """(words, remark, holds) from the first version to the one that holds."""
        return _versions(self.words, self.corrections, named=self.named, undone=self.undone)


def _versions(
    words: str, corrections: tuple[Correction, ...], *, named: str = "", undone: str = ""
) -> tuple[tuple[str, str, bool], ...]:
    texts = [(words, "")] + [(later.words, later.remark) for later in corrections]
    if named:
        texts[-1] = (f"{texts[-1][0]}（{named}）", texts[-1][1])
    last = len(texts) - 1
    return tuple((one, remark, at == last and not undone) for at, (one, remark) in enumerate(texts))


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One person on a reading list. `read_at` None: not yet, the place is left for a signature by hand. `signed`:
    who read it where that was another, his deputy; `corrections` as of an opinion. `undone`: what became of it
    where it came back unread (收回)."""

    name: str
    signed: str = ""
    sent_at: Moment = None
    read_at: Moment = None
    back_at: Moment = None
    words: str = ""
    undone: str = ""
    corrections: tuple[Correction, ...] = ()
    recorded: Recorded | None = None
    # The year that stands on the slip above him; None: that of the signature.
    year: int | None = None

    @property
    def versions(self) -> tuple[tuple[str, str, bool], ...]:
        """As of an opinion; who read it and wrote nothing at first has no first version."""
        found = _versions(self.words, self.corrections)
        return found if self.words else found[1:]

    @property
    def spaced(self) -> str:
        return spaced(self.name)

    @property
    def wordy(self) -> bool:
        """More than the cell beside the name holds in a few lines: the words get the width of the sheet below it."""
        return bool(self.corrections) or len(self.words) > 40

    @property
    def signature(self) -> str:
        """Empty until read: the cell is then signed by hand."""
        if not self.read_at:
            return ""
        return f"{spaced(self.signed)}（代 {self.name}）" if self.signed else spaced(self.name)

    @property
    def sent(self) -> str:
        return when(self.sent_at)

    @property
    def read(self) -> str:
        return when(self.read_at)

    @property
    def read_on(self) -> str:
        """11月20日: on the slip the year stands above it, unless it is another one."""
        day = re.sub(r"(?<=日) [\d:]+$", "", self.read)
        year, _parted, rest = day.partition("年")
        return rest if self.year is None or year == str(self.year) else day

    @property
    def back(self) -> str:
        return when(self.back_at)


@dataclass(frozen=True, kw_only=True)
class Chase:
    """催办: when, how (电话, 口头, 函, 系统提醒), to whom, and what was answered."""

    at: Moment
    means: str
    whom: str = ""
    answer: str = ""

    @property
    def line(self) -> str:
        answer = f"：{self.answer}" if self.answer else ""
        return f"{when(self.at)}　{self.means}　{self.whom}{answer}"


@dataclass(frozen=True, kw_only=True)
class Voided:
    """作废: the reason, who and when. The number stays used."""

    reason: str
    name: str
    at: Moment

    @property
    def line(self) -> str:
        return f"作废原因：{self.reason}（{self.name}，{when(self.at)}）"


class Form(StrEnum):
    HANDLING = "文件处理单"
    READING = "送阅文件单"
    APPROVAL = "报批文件单"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What every form of one paper carries. `qr` is the text inside the code, empty for none; `restricted_to`
    the faint line at the margin of a restricted paper, such as "李建国 2026年11月22日 09:31 打印"."""

    office: str
    reference: str
    title: str
    number: str = ""
    secrecy: str = ""
    copy_number: str = ""
    qr: str = ""
    restricted_to: str = ""
    voided: Voided | None = None

    @property
    def code(self) -> str:
        return qr(self.qr) if self.qr else ""


@dataclass(frozen=True, kw_only=True)
class Slip(Sheet):
    """文件处理单 and its variants 送阅文件单 (readers, no boxes) and 报批文件单 (boxes, no handling)."""

    form: Form = Form.HANDLING
    sender: str = ""
    received_at: Moment = None
    urgency: str = ""
    copies: str = ""
    pages: str = ""
    attachments: str = ""
    due_at: Moment = None
    meeting: str = ""
    proposals: tuple[Opinion, ...] = ()
    instructions: tuple[Opinion, ...] = ()
    handling: tuple[Opinion, ...] = ()
    readers: tuple[Reader, ...] = ()
    chases: tuple[Chase, ...] = ()
    filed: str = ""
    concluded: str = ""
    # Lower boxes, where that saves a page.
    tight: bool = False

    @property
    def name(self) -> str:
        return self.form.value

    @property
    def reading(self) -> bool:
        return self.form is Form.READING

    @property
    def received(self) -> str:
        return when(self.received_at)

    @property
    def due(self) -> str:
        return when(self.due_at)

    @property
    def levels(self) -> str:
        return "　".join(part for part in (self.secrecy, self.urgency) if part)

    @property
    def extent(self) -> str:
        """1 份　4 页　附件 1 件, of whatever is known."""
        parts = [(self.copies, "{} 份"), (self.pages, "{} 页"), (self.attachments, "附件 {} 件")]
        return "　".join(pattern.format(count) for count, pattern in parts if count)

    @property
    def boxes(self) -> tuple[tuple[str, str, tuple[Opinion, ...]], ...]:
        """(label, size of the empty box, opinions) from top to bottom."""
        if self.reading:
            return ()
        boxes = (("拟办意见", "small", self.proposals), ("领导批示", "large", self.instructions))
        if self.form is Form.APPROVAL:
            return boxes
        return (*boxes, ("承办情况\n和 结 果", "middle", self.handling))

    @property
    def reading_grid(self) -> list[list[Reader | None]]:
        """The readers three to a row, with empty places enough for nine."""
        places = [*self.readers, *[None] * max(-len(self.readers) % 3, 9 - len(self.readers))]
        return [places[at : at + 3] for at in range(0, len(places), 3)]

    @property
    def reading_middle(self) -> int:
        """The row of the grid that bears the label of all, counted from 1."""
        return (len(self.reading_grid) + 1) // 2


@dataclass(frozen=True, kw_only=True)
class Circulation(Sheet):
    """传阅单: one line per reader, in ranking order, with empty lines for names written in by hand."""

    scope: str = ""
    readers: tuple[Reader, ...] = ()
    clerk: str = ""
    lines: int = 12

    @property
    def name(self) -> str:
        return "文件传阅单"

    @property
    def rows(self) -> list[tuple[int | str, Reader | None]]:
        written: list[tuple[int | str, Reader | None]] = list(enumerate(self.readers, start=1))
        return written + [("", None)] * max(2, self.lines - len(written))


@dataclass(frozen=True, kw_only=True)
class Label:
    """The sticker on a paper or its folder: 70 × 37 mm, 24 to an A4 sheet."""

    reference: str
    sender: str
    received_at: Moment
    qr: str

    @property
    def received(self) -> str:
        return when(self.received_at)

    @property
    def long(self) -> bool:
        """More than three lines of the usual size hold."""
        return len(self.sender) > 45

    @property
    def code(self) -> str:
        return qr(self.qr)


LABELS_PER_SHEET = 24
