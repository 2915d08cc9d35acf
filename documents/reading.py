"""What a paper says about itself, read off its text layer by the rules of GB/T 9704: number, title, issuer, date.

Pure: lines in, facts out. Nothing here is entered by itself; the clerk takes each fact over by a key.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from office.levels import bears_a_mark
from office.shorthand import read_document_number


@dataclass(frozen=True)
class Line:
    """One line of text: its page (from 1), left and right edge and height from the top in shares of the page, and the
    size of its letters in points (0 where the file does not say)."""

    text: str
    page: int
    left: float
    right: float
    top: float
    size: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class Facts:
    """What was found, each "" or None where it was not. `marked`: the paper bears the mark of a state secret."""

    number: str = ""
    title: str = ""
    sender: str = ""
    dated_on: date | None = None
    urgency: str = ""
    marked: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.number or self.title or self.sender or self.dated_on)


_YEAR = r"[〔\[［【（(﹝〈<{「『]\s*(?:19|20)\d{2}\s*年?\s*[〕\]］】）)﹞〉>}」』]"
NUMBER = rf"[\u4e00-\u9fffA-Za-z 　]{{1,30}}?\s*{_YEAR}\s*第?\s*\d{{1,5}}\s*号"
ANNOUNCED = r"[\u4e00-\u9fff 　]{0,30}(?:公告|通告|令)\s*(?:(?:19|20)\d{2}\s*年?\s*)?第\s*\d{1,4}\s*号"
# 2023年第2号: what is announced under the name of who announces it.
COUNTED = r"(?:19|20)\d{2}\s*年\s*第\s*\d{1,4}\s*号"
ALONE = re.compile(rf"({NUMBER}|{ANNOUNCED}|{COUNTED})\s*(?:签\s*发\s*人.*)?$")
KINDS = (
    "通知|通报|报告|请示|批复|意见|函|决定|公告|通告|议案|决议|命令|令|公报|纪要|方案|办法|规定|细则|简报|要点|总结|计划|规划|"
    "规则|条例|章程|答复|说明|公示|名单|目录|指南|标准|制度|预案|措施"
)
ENDS_A_TITLE = re.compile(rf"(?:{KINDS})(?:[（(][^（）()]{{1,12}}[)）])?$")
BEGINS_A_TITLE = re.compile(r"关于|印发《|转发|批转")
ORGAN = re.compile(
    r"[\u4e00-\u9fff（）()]{2,40}?(?:委员会|人民政府|办公室|办公厅|指挥部|领导小组|管理局|公司|集团|中心|协会|学会|法院|检察院|大学|学院|医院|"
    r"银行|总局|厅|局|部|委|办|院|署|社|会|处|科|室|站|所|队|团|校|馆|组)$"
)
IN_FIGURES = re.compile(r"((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
IN_WORDS = re.compile(
    r"([一二][〇○零Ｏ0oO一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
URGENCY = {"特急": "flash", "特提": "flash", "加急": "urgent", "急件": "urgent"}
# Where a letter begins and where it is over.
ADDRESSED = re.compile(r"[：:]$")
OVER = re.compile(r"^(?:抄\s*送|主题词|分\s*送)|印\s*发$")
BODY_FIRST = 0.75


def read(lines: Sequence[Line]) -> Facts:
    """The facts that `lines`, in reading order, give by rule."""
    kept = [line for line in lines if line.text.strip()]
    if not kept:
        return Facts()
    first = [line for line in kept if line.page == kept[0].page]
    body = _body_size(kept)
    place, number = _number(first)
    title, after = _title(first, after=place, body=body)
    return Facts(
        number=number,
        title=title,
        sender=_head(first, before=place, body=body) or _signature(kept) or _in_title(title),
        dated_on=_date(kept, after=after),
        urgency=_urgency(first, before=after),
        marked=any(bears_a_mark(line.text) for line in first[:6] if line.top < 0.35),
    )


def _number(first: Sequence[Line]) -> tuple[int, str]:
    """The place of the line that bears it (-1: none), and the number in the national form."""
    for place, line in enumerate(first):
        if line.top > BODY_FIRST:
            break
        # A number of its own stands alone, or with who signs beside it; inside a sentence it is another paper's.
        found = ALONE.match(line.text.strip())
        if found:
            return place, read_document_number(found[1])
        if ADDRESSED.search(line.text.strip()):
            break
    return -1, ""


def _title(first: Sequence[Line], *, after: int, body: float) -> tuple[str, int]:
    """The centred lines of larger letters below the number; where sizes say nothing, what ends as a title does. With
    the place of the line behind it."""
    begin = next(
        (place for place in range(after + 1, len(first)) if _may_begin(first[place], body=body)), None
    )
    if begin is None:
        return "", max(after, 0)
    size, words, place = first[begin].size, "", begin
    while place < len(first) and place - begin < 8:
        line = first[place]
        text = line.text.strip()
        if ADDRESSED.search(text) and place > begin or place > begin and not _same_title(line, size=size, body=body):
            break
        if IN_FIGURES.fullmatch(re.sub(r"\s", "", text).strip("（）()")):
            break
        words += re.sub(r"[\s　]+", "", text)
        place += 1
        if _finished(words) and not (size and place < len(first) and _same_title(first[place], size=size, body=body)):
            break
    return (words, place) if _is_title(words) else ("", max(after, 0))


def _body_size(lines: Sequence[Line]) -> float:
    """The size most letters have."""
    weight: dict[float, int] = {}
    for line in lines:
        weight[line.size] = weight.get(line.size, 0) + len(line.text)
    return max(weight, key=lambda size: weight[size])


def _may_begin(line: Line, *, body: float) -> bool:
    text = re.sub(r"\s", "", line.text)
    if len(text) < 4 or text.startswith("签发人") or ALONE.match(text) or set(text) & set("★☆"):
        return False
    if _larger(line, body) and _centred(line) and not text.endswith("文件"):
        return True
    return bool(BEGINS_A_TITLE.search(text)) and not re.search(r"[。；]", text) and not OVER.search(text)


def _same_title(line: Line, *, size: float, body: float) -> bool:
    """Of one size with the line above; where the sizes of title and body are the same, centred and no sentence."""
    text = line.text.strip()
    if size and body and size > body * 1.15:
        return abs(line.size - size) <= max(1.0, size * 0.06)
    return _centred(line) and not re.search(r"[。；：:]$", text) and line.left > 0.16


def _finished(words: str) -> bool:
    return bool(ENDS_A_TITLE.search(words))


def _is_title(words: str) -> bool:
    return 6 <= len(words) <= 200 and bool(ENDS_A_TITLE.search(words) or BEGINS_A_TITLE.search(words))


def _larger(line: Line, body: float) -> bool:
    return bool(body) and line.size > body * 1.15


def _centred(line: Line) -> bool:
    return abs(line.middle - 0.5) < 0.09


def _head(first: Sequence[Line], *, before: int, body: float) -> str:
    """发文机关标志: what stands large at the top, without 文件. Of several together the first."""
    above = [line for line in first[: before if before >= 0 else 4] if line.top < 0.45 and _centred(line)]
    large = [line for line in above if _larger(line, body)] or above
    size = max((line.size for line in large), default=0)
    words = " ".join(line.text.strip() for line in large if line.size >= size * 0.9 or not body)
    plain = re.sub(r"[\s　]", "", words)
    if not plain.endswith("文件") and not (large and large[0].top < 0.25 and _larger(large[0], body)):
        return ""
    parts = [part for part in re.split(r"[\s　]+", words.removesuffix("文件").strip()) if part]
    if len(parts) > 1 and ORGAN.fullmatch(parts[0]):
        return parts[0]
    plain = plain.removesuffix("文件")
    return plain if ORGAN.fullmatch(plain) else ""


def _signature(lines: Sequence[Line]) -> str:
    """发文机关署名: the line above the date at the end, in the right half."""
    for place, line in reversed(list(enumerate(lines))):
        if _lone_date(line) and place and line.left > 0.35:
            plain = re.sub(r"[\s　]", "", lines[place - 1].text)
            if lines[place - 1].left > 0.3 and ORGAN.fullmatch(plain):
                return plain
    return ""


def _in_title(title: str) -> str:
    """某某局关于……的通知 names who issues it."""
    found = re.match(r"(.{3,30}?)(?:办公室|办公厅)?(?:关于|印发|转发)", title)
    if not found:
        return ""
    name = title[: found.end()].removesuffix("关于").removesuffix("印发").removesuffix("转发")
    return name if ORGAN.fullmatch(name) else ""


def _lone_date(line: Line) -> date | None:
    return _day_in(re.sub(r"[\s　]", "", line.text).strip("（）()"), whole=True)


def _date(lines: Sequence[Line], *, after: int) -> date | None:
    """成文日期: the last line that is a date and nothing else, below the title; else that of printing."""
    printed = None
    found = None
    for line in lines[after:]:
        plain = re.sub(r"[\s　]", "", line.text)
        if OVER.search(plain):
            printed = printed or _day_in(plain, whole=False)
            continue
        found = _lone_date(line) or found
    return found or printed


def _day_in(text: str, *, whole: bool) -> date | None:
    match = IN_FIGURES.fullmatch(text) if whole else IN_FIGURES.search(text)
    if match:
        return _real(*map(int, match.groups()))
    match = IN_WORDS.fullmatch(text) if whole else IN_WORDS.search(text)
    if match:
        year, month, day = match.groups()
        return _real(_digits(year), _counted(month), _counted(day))
    return None


def _digits(words: str) -> int:
    return int("".join(str("〇一二三四五六七八九".index(one)) if one in "一二三四五六七八九" else "0" for one in words))


def _counted(words: str) -> int:
    """十一, 二十, 三十一."""
    tens, _ten, ones = words.rpartition("十")
    if "十" not in words:
        return "〇一二三四五六七八九".index(words)
    return 10 * ("〇一二三四五六七八九".index(tens) if tens else 1) + (
        "〇一二三四五六七八九".index(ones) if ones else 0
    )


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _urgency(first: Sequence[Line], *, before: int) -> str:
    """紧急程度 stands alone at the upper left."""
    for line in first[: max(before, 6)]:
        word = re.sub(r"[\s　]", "", line.text)
        if line.top < 0.35 and word in URGENCY:
            return URGENCY[word]
    return ""
