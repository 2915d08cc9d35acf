"""Old incoming registers: which facts they hold, and what of each row may become a paper of this office.

Nothing is guessed: a row that cannot be right is left out and named with its reason.
"""

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.importing import Fact, Skipped, Table, Unclear, cells
from office.importing.grids import Value
from office.importing.tables import Entry
from office.levels import Secrecy, Urgency, bears_a_mark
from office.shorthand import read_document_number

LEVELS = {"秘密": Secrecy.CONFIDENTIAL, "机密": Secrecy.SECRET, "绝密": Secrecy.TOP_SECRET}
OPEN = {
    "", "无", "普通", "公开", "一般", "非密", "平", "不涉密", "内部", "内部公开", "主动公开", "依申请公开", "不公开",
    "不予公开",
}  # fmt: skip
WORK_SECRET = {"工作秘密", "工秘"}
URGENCY = {
    "特急": Urgency.FLASH, "特提": Urgency.FLASH, "加急": Urgency.URGENT, "急件": Urgency.URGENT, "急": Urgency.URGENT,
    "紧急": Urgency.URGENT, "平件": Urgency.NORMAL, "平急": Urgency.NORMAL, "一般": Urgency.NORMAL,
    "普通": Urgency.NORMAL, "无": Urgency.NORMAL, "平": Urgency.NORMAL, "常规": Urgency.NORMAL, "": Urgency.NORMAL,
    "普件": Urgency.NORMAL, "缓": Urgency.NORMAL, "一般件": Urgency.NORMAL, "特急件": Urgency.FLASH,
    "加急件": Urgency.URGENT,
}  # fmt: skip
# What the columns hold: a longer text is not cut, it is looked at.
LONGEST = {"title": 500, "sender": 120, "number": 80}
NO_NUMBER = {"无", "无文号", "无字号", "无编号", "未编号", "/"}
# 机密★20年, 秘密（10年）, 绝密级.
LEVEL = re.compile(r"(绝密|机密|秘密)级?(?:★(?:长期|\d{1,2}年?|\d+个月)?|[(（]?\d{0,2}年?[)）]?)?")
# （黔府发〔2019〕4号） or 沈房发(2020)14号 behind a title.
BEHIND = re.compile(
    r"[（(]?\s*(?P<number>[\w\s]{1,14}[〔\[【（(﹝]\s*\d{4}\s*[〕\]】）)﹞]\s*第?\d+\s*号)\s*[）)]?\s*$"
)


def _mostly(words: Collection[str]):
    """Whether most of what stands in a column is of these words."""

    def fits(values: Sequence[Value]) -> bool:
        said = [one for one in map(cells.plain, values) if one and one not in cells.DITTO]
        return bool(said) and sum(one in words for one in said) * 2 > len(said)

    return fits


def _levels(values: Sequence[Value]) -> bool:
    said = [one for one in map(cells.plain, values) if one and one not in cells.DITTO]
    secret = sum(one in OPEN or bool(LEVEL.fullmatch(one)) for one in said)
    urgent = sum(one in ("特急", "加急", "急件", "平件", "特提", "平急") for one in said)
    return bool(said) and secret * 2 > len(said) and not urgent


NAMES: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "legacy_heads.toml").read_text("utf-8"))
FACTS: list[Fact] = [
    Fact("title", gettext_lazy("标题"), NAMES["title"], required=True),
    Fact("number", gettext_lazy("来文字号"), NAMES["number"]),
    Fact("sender", gettext_lazy("来文单位"), NAMES["sender"], required=True),
    Fact("received", gettext_lazy("收文日期"), NAMES["received"], required=True),
    Fact("seq", gettext_lazy("收文号"), NAMES["seq"]),
    Fact("secrecy", gettext_lazy("密级"), NAMES["secrecy"], fits=_levels),
    Fact("urgency", gettext_lazy("紧急程度"), NAMES["urgency"], fits=_mostly([word for word in URGENCY if word])),
    Fact("copies", gettext_lazy("份数"), NAMES["copies"]),
    Fact("pages", gettext_lazy("页数"), NAMES["pages"]),
    Fact("enclosures", gettext_lazy("附件"), NAMES["enclosures"]),
    Fact("dated", gettext_lazy("成文日期"), NAMES["dated"]),
    Fact("unit", gettext_lazy("承办单位"), NAMES["unit"]),
    Fact("outcome", gettext_lazy("办理结果"), NAMES["outcome"]),
    Fact("note", gettext_lazy("备注"), NAMES["note"]),
]


@dataclass
class Paper:
    """What a row says, ready to become a paper."""

    row: int
    seq: str
    received: date
    sender: str
    number: str
    number_typed: str
    title: str
    copies: int
    secrecy: int = Secrecy.NONE
    urgency: str = Urgency.NORMAL
    pages: int | None = None
    enclosures: int = 0
    dated: date | None = None
    unit: str = ""
    outcome: str = ""
    note: str = ""
    written: list[tuple[str, str]] = field(default_factory=list)
    sheet: str = ""


@dataclass(frozen=True)
class Fault:
    """A row left out: sheet row from 1, its running number as written, and why."""

    row: int
    seq: str
    reason: str
    sheet: str = ""
    # Nothing but the row may be named of a classified one.
    classified: bool = False


@dataclass
class Reading:
    """A whole workbook, read: papers and faults in the order of the sheet, and how many rows were no entries."""

    papers: list[Paper] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)


def classified_words() -> str:
    return _("涉密件，非涉密网络不得存储（《保守国家秘密法》第三十一条，R-SEC-03），请登在“密”本，只登编号")


def is_classified(written: Sequence[Value]) -> bool:
    """Whether a row is about a state secret: any of its cells says a level, or bears the mark of one."""
    for cell in written:
        words = cells.plain(cell)
        if LEVEL.fullmatch(words) or isinstance(cell, str) and bears_a_mark(cell):
            return True
    return False


def read(
    tables: Sequence[Table], columns: Sequence[dict[str, int]], *, year: int, today: date,
    known: Collection[tuple[str, str]] = (),
) -> Reading:
    """All rows of all recognised sheets. `columns`: by table, {fact: column}. `known`: (sender, number) of the papers
    the office has already."""
    reading = Reading()
    seen: dict[tuple[str, str], tuple[str, int]] = {}
    several = len(tables) > 1
    for table, mapping in zip(tables, columns, strict=True):
        sheet = table.grid.name if several else ""
        for entry in table.entries(mapping):
            if isinstance(entry, tuple):
                why = Skipped(entry[1]).value
                reading.skipped[why] = reading.skipped.get(why, 0) + 1
                continue
            row = table.grid.rows[entry.row - 1]
            found = _read_row(entry, row, year=year, today=today, sheet=sheet)
            if isinstance(found, Paper):
                found = _unless_twice(found, seen, known)
            if isinstance(found, Paper):
                reading.papers.append(found)
            else:
                reading.faults.append(found)
    return reading


def _read_row(entry: Entry, row: Sequence[Value], *, year: int, today: date, sheet: str) -> Paper | Fault:
    seq = cells.text_of(entry.values.get("seq"))

    def fault(reason: str, *, classified: bool = False) -> Fault:
        return Fault(entry.row, seq, reason, sheet, classified)

    if is_classified(row) and not settings.CLASSIFIED_NETWORK:
        return fault(classified_words(), classified=True)
    reasons: list[str] = []

    def take(code: str, understand: Any, *, missing: str = "") -> Any:
        try:
            found = understand(entry.values.get(code))
        except Unclear as unclear:
            label = next(fact.label for fact in FACTS if fact.code == code)
            reasons.append(f"{label}：{unclear}")
            return None
        if missing and found in (None, ""):
            reasons.append(missing)
        return found

    title, glued = _title(entry.values.get("title"))
    if not title:
        reasons.append(_("没有标题"))
    received = take("received", lambda cell: cells.day_of(cell, year=year), missing=_("没有收文日期"))
    if received is not None and (wrong := _wrong_day(received, year=year, today=today)):
        reasons.append(wrong)
    sender = _sender(entry.values.get("sender"))
    if not sender:
        reasons.append(_("没有来文单位"))
    if len(sender) > LONGEST["sender"]:
        reasons.append(_("来文单位超过 %(n)d 个字") % {"n": LONGEST["sender"]})
    if len(title) > LONGEST["title"]:
        reasons.append(_("标题超过 %(n)d 个字") % {"n": LONGEST["title"]})
    typed = cells.text_of(entry.values.get("number")) or glued
    typed = "" if cells.plain(typed) in NO_NUMBER or cells.is_nothing(typed) else typed
    if len(typed) > LONGEST["number"]:
        reasons.append(_("来文字号超过 %(n)d 个字") % {"n": LONGEST["number"]})
    paper = Paper(
        row=entry.row,
        seq=seq,
        received=received or date(year, 1, 1),
        sender=sender,
        number=read_document_number(typed)[: LONGEST["number"]],
        number_typed=typed[: LONGEST["number"]],
        title=title,
        copies=take("copies", cells.whole) or 1,
        secrecy=take("secrecy", _secrecy) or Secrecy.NONE,
        urgency=take("urgency", _urgency) or Urgency.NORMAL,
        pages=take("pages", lambda cell: cells.whole(cell, least=0)) or None,
        enclosures=_enclosures(entry.values.get("enclosures")),
        dated=take("dated", lambda cell: cells.day_of(cell, year=year)),
        unit=_said(entry.values.get("unit")),
        outcome=_said(entry.values.get("outcome")),
        note=_said(entry.values.get("note"))[:300],
        written=entry.written,
        sheet=sheet,
    )
    if paper.dated is not None and received is not None and paper.dated > received:
        reasons.append(_("成文日期晚于收文日期"))
    return fault(_("；").join(reasons)) if reasons else paper


def _unless_twice(
    paper: Paper, seen: dict[tuple[str, str], tuple[str, int]], known: Collection[tuple[str, str]]
) -> Paper | Fault:
    if not paper.number:
        return paper
    key = (paper.sender, paper.number)
    if key in seen:
        sheet, row = seen[key]
        where = _("“%(sheet)s”第 %(row)d 行") if sheet and sheet != paper.sheet else _("第 %(row)d 行")
        reason = _("与%(where)s重复：同一来文单位、同一字号") % {"where": where % {"sheet": sheet, "row": row}}
        return Fault(paper.row, paper.seq, reason, paper.sheet)
    if key in known:
        return Fault(paper.row, paper.seq, _("本系统里已经有同一来文单位、同一字号的文件"), paper.sheet)
    seen[key] = (paper.sheet, paper.row)
    return paper


def _wrong_day(received: date, *, year: int, today: date) -> str:
    if received > today:
        return _("收文日期 %(day)s 还没有到") % {"day": received.isoformat()}
    if received.year != year:
        return _("收文日期 %(day)s 不在 %(year)d 年") % {"day": received.isoformat(), "year": year}
    return ""


def _title(value: Value) -> tuple[str, str]:
    """The title, and the number where both stand in one cell."""
    words = cells.text_of(value)
    if cells.is_nothing(words):
        return "", ""
    found = BEHIND.search(words)
    if found and len(words) - len(found[0]) >= 4:
        return words[: found.start()].strip(), found["number"].strip()
    return words, ""


def _sender(value: Value) -> str:
    words = " ".join(cells.text_of(value).split())
    words = "" if cells.is_nothing(words) else words
    return words.strip("【】").strip()


def _said(value: Value) -> str:
    words = cells.text_of(value)
    return "" if cells.is_nothing(words) else words


def _enclosures(value: Value) -> int:
    """How many; a column that names them (《方案》) counts as one."""
    try:
        return cells.whole(value, least=0) or 0
    except Unclear:
        return 0 if cells.plain(value) in ("无", "否") else 1


def _secrecy(value: Value) -> int:
    words = cells.plain(value)
    if cells.is_nothing(words) or words in OPEN:
        return Secrecy.NONE
    if words in WORK_SECRET:
        return Secrecy.WORK
    if found := LEVEL.fullmatch(words):
        return LEVELS[found[1]]
    raise Unclear(_("“%(text)s”不是密级") % {"text": words})


def _urgency(value: Value) -> str:
    words = cells.plain(value)
    if cells.is_nothing(words):
        return Urgency.NORMAL
    if words in URGENCY:
        return URGENCY[words]
    raise Unclear(_("“%(text)s”不是紧急程度") % {"text": words})


def columns_of(table: Table) -> dict[str, int]:
    return dict(table.head.columns)


def missing_facts(columns: dict[str, int]) -> list[Fact]:
    return [fact for fact in FACTS if fact.required and fact.code not in columns]
