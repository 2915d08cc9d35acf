"""What stands in the cells of old registers: dates in all forms, ditto marks, full-width figures, marks for nothing.

What cannot be read for certain raises Unclear with a sentence: nothing is guessed.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from .grids import Value


class Unclear(ValueError):
    """This cell cannot be read; the text says why, for the list of rows left out."""


DITTO = {
    "〃", "″", "〞", "”", "“", '"', "''", "’’", "々", "仝", "同上", "仝上", "同前", "同", "〃〃", "上同", "…", "……",
}  # fmt: skip
NOTHING = {"", "/", "\\", "-", "--", "—", "——", "－", "–", "nan", "none", "null", "n/a", "*", "×", "〇无"}
# Days as Excel counts them, between 1990 and 2080: other bare numbers are no dates.
EXCEL_DAYS = range(32874, 65746)
EXCEL_ZERO = date(1899, 12, 30)
CHINESE_FIGURES = {figure: str(at) for at, figure in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○零ＯO", "0")


def text_of(value: Value) -> str:
    """As it stands in the cell: figures without a hanging .0, line breaks joined, blanks around it gone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return joined(str(value))


def joined(text: str) -> str:
    """One line: a break between two words of letters is a blank, between Chinese characters nothing."""
    text = text.replace("_x000D_", "")
    text = re.sub(r"(?<=[A-Za-z0-9,.;])[ \t]*[\r\n\v\f]+[ \t]*(?=[A-Za-z0-9])", " ", text)
    text = re.sub(r"[ \t　]*[\r\n\v\f]+[ \t　]*", "", text)
    return text.strip().strip("　\u00a0\ufeff\u200b").strip()


def plain(value: Value) -> str:
    """For comparing: half-width, without any blank."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text_of(value)))


def is_ditto(value: Value) -> bool:
    return isinstance(value, str) and (text_of(value) in DITTO or plain(value) in DITTO)


def is_nothing(value: Value) -> bool:
    return plain(value).lower() in NOTHING


def whole(value: Value, *, least: int = 1) -> int | None:
    """份数: 3, "3", "３份", "叁份"; None for an empty cell. Raises Unclear, also for fewer than `least` and for tens of
    thousands of them."""
    if is_nothing(value):
        return None
    found = re.fullmatch(r"(?:共)?(\d{1,4})(?:\.0+)?[份件本册张页套]?", plain(value))
    if found and int(found[1]) >= least:
        return int(found[1])
    spelt = re.fullmatch(r"([一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾])[份件本册张页套]?", plain(value))
    if spelt:
        return "〇一二三四五六七八九十".find(spelt[1]) if spelt[1] in "一二三四五六七八九十" else SPELT[spelt[1]]
    raise Unclear(_("“%(text)s”不是数字") % {"text": text_of(value)})


SPELT = {"两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9, "拾": 10}


def day_of(value: Value, *, year: int) -> date | None:
    """A day, in the register's `year` where the cell names none; None for an empty cell. Raises Unclear."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if is_nothing(value):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_a_number(value, year=year)
    return _of_words(plain(value), text_of(value), year=year)


def _of_a_number(value: int | float, *, year: int) -> date:
    if float(value).is_integer() and int(value) in EXCEL_DAYS:
        return EXCEL_ZERO + timedelta(days=int(value))
    words = text_of(value)
    # 1.1 typed into a cell of numbers may have been 1.1 or 1.10: a spreadsheet drops the last nought.
    found = re.fullmatch(r"(\d{1,2})\.(\d)", words)
    if found and found[2] in "123" and int(found[1]) <= 12:
        both = {"month": int(found[1]), "one": int(found[2]), "two": int(found[2]) * 10}
        said = _("“%(words)s”可能是 %(month)d月%(one)d日，也可能是 %(month)d月%(two)d日")
        raise Unclear(said % {"words": words, **both})
    return _of_words(words, words, year=year)


FORMS = [
    re.compile(r"(?P<y>\d{4})[-./年、](?P<m>\d{1,2})[-./月、](?P<d>\d{1,2})[日号]?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<s>\d{2})[-./年](?P<m>\d{1,2})[-./月](?P<d>\d{1,2})[日号]?"),
    re.compile(r"(?P<m>\d{1,2})[-./月、](?P<d>\d{1,2})[日号]?"),
]
CLOCK = re.compile(r"(?<=[\d日号])(上午|下午)?\d{1,2}[:：]\d{2}(:\d{2}(\.\d+)?)?$|00:00:00$")


def _of_words(words: str, shown: str, *, year: int) -> date:
    words = re.sub(r"[(（]?(星期|周)[一二三四五六日天][)）]?$", "", words)
    # With the blanks gone an hour may stand against the day: 2025-07-2209:30.
    long = re.fullmatch(r"(\d{4}[-./]\d{2}[-./]\d{2})[T ]?\d{2}:\d{2}(:\d{2}(\.\d+)?)?", words)
    words = long[1] if long else CLOCK.sub("", words)
    words = _spelt_out(words)
    for form in FORMS:
        if (found := form.fullmatch(words)) is None:
            continue
        parts = found.groupdict()
        if parts.get("s") is not None:
            if int(parts["s"]) not in (year % 100, (year - 1) % 100):
                break
            parts["y"] = str(year - (year % 100) + int(parts["s"]))
        try:
            return date(int(parts.get("y") or year), int(parts["m"]), int(parts["d"]))
        except ValueError:
            raise Unclear(_("没有“%(text)s”这一天") % {"text": shown}) from None
    raise Unclear(_("“%(text)s”不是日期") % {"text": shown})


def _spelt_out(words: str) -> str:
    """二〇二五年一月十六日 in figures."""
    ten = "[一二三四五六七八九十]"
    found = re.fullmatch(rf"([〇○零ＯO一二三四五六七八九]{{4}})年({ten}{{1,2}})月({ten}{{1,3}})[日号]", words)
    if not found:
        return words
    years = "".join(CHINESE_FIGURES[one] for one in found[1])
    return f"{years}年{_tens(found[2])}月{_tens(found[3])}日"


def _tens(words: str) -> int:
    """十六, 二十, 三十一."""
    before, ten, after = words.partition("十")
    if not ten:
        return int(CHINESE_FIGURES[before])
    return int(CHINESE_FIGURES[before] if before else 1) * 10 + int(CHINESE_FIGURES[after] if after else 0)
