"""What a clerk types in a hurry, read as what is meant: dates as 1122 or 昨天, numbers with any brackets."""

import re
import unicodedata
from datetime import date, timedelta
from typing import Literal

from django.utils.translation import gettext as _

_WORDS = {
    "今天": 0,
    "今日": 0,
    "昨天": -1,
    "昨日": -1,
    "前天": -2,
    "大前天": -3,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
_YEAR_MONTH_DAY = re.compile(r"^(\d{4}|\d{2})[-./年\s](\d{1,2})[-./月\s](\d{1,2})日?$")
_MONTH_DAY = re.compile(r"^(\d{1,2})[-./月\s](\d{1,2})日?$")


# Without a year, and another year's day: further off than this it is more likely a slip of the finger.
FAR = 183
# Papers of the People's Republic, and limits somebody now living may see.
EARLIEST, LATEST = 1949, 2099


class Unreadable(ValueError):
    """Carries the sentence that says what to type instead."""


def read_date(text: str, *, today: date, lean: Literal["past", "future"] = "past") -> date | None:
    """The date meant by `text`; None for empty text. Raises Unreadable.

    Without a year the nearest such day: not later than tomorrow when leaning to the past (a received
    date), not earlier than today when leaning to the future (a deadline). A day that would lie more than half a
    year off in another year is asked for with its year.
    """
    plain = unicodedata.normalize("NFKC", text).strip().rstrip("号前")
    if not plain:
        return None
    if plain in _WORDS:
        return today + timedelta(days=_WORDS[plain])
    parts: tuple[int | None, int, int] | None = None
    if plain.isdigit():
        parts = _from_digits(plain, today=today, lean=lean)
    elif match := _YEAR_MONTH_DAY.match(plain):
        written = int(match[1])
        parts = (written if len(match[1]) == 4 else 2000 + written, int(match[2]), int(match[3]))
    elif match := _MONTH_DAY.match(plain):
        parts = (None, int(match[1]), int(match[2]))
    if parts is None:
        raise Unreadable(_("看不懂日期“%(text)s”，请写成 1122、11.22、2026-11-22 或 昨天。") % {"text": text})
    year, month, day = parts
    if year is not None:
        return _real(year, month, day, text)
    return _nearest(month, day, today=today, lean=lean, text=text)


def _from_digits(plain: str, *, today: date, lean: str) -> tuple[int | None, int, int] | None:
    if len(plain) == 8:
        return int(plain[:4]), int(plain[4:6]), int(plain[6:])
    if len(plain) == 6:
        return 2000 + int(plain[:2]), int(plain[2:4]), int(plain[4:])
    if len(plain) == 4:
        return None, int(plain[:2]), int(plain[2:])
    if len(plain) == 3:
        return None, int(plain[0]), int(plain[1:])
    if len(plain) <= 2:
        return _nearest_month(int(plain), today=today, lean=lean)
    return None


def _nearest_month(day: int, *, today: date, lean: str) -> tuple[int, int, int]:
    """A day alone is of this month, or of the one before or after it, as the field leans."""
    month = today.month
    if lean == "past" and day > today.day + 1:
        month -= 1
    elif lean == "future" and day < today.day:
        month += 1
    return today.year + (month - 1) // 12, (month - 1) % 12 + 1, day


def _nearest(month: int, day: int, *, today: date, lean: str, text: str) -> date:
    if lean == "past":
        years, fits = (today.year, today.year - 1), lambda found: found <= today + timedelta(days=1)
    else:
        years, fits = (today.year, today.year + 1), lambda found: found >= today
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if fits(found):
            if year != today.year and abs((found - today).days) > FAR:
                words = _("“%(text)s”是 %(day)s 吗？离今天太远，请连年份一起写。")
                raise Unreadable(words % {"text": text, "day": found.isoformat()})
            return found
    return _real(today.year, month, day, text)


def _real(year: int, month: int, day: int, text: str) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable(_("没有“%(text)s”这一天，请核对日期。") % {"text": text}) from None
    if not EARLIEST <= year <= LATEST:
        raise Unreadable(_("年份 %(year)d 不会是办文的年份，请核对日期。") % {"year": year})
    return found


_BRACKETS = re.compile(r"[\[［【（(〈<﹝{『「]\s*(\d{4})\s*年?\s*[\]］】）)〉>﹞}』」]")
# 〔2026〕3期, 12-1, 12—15号: what stands behind the figure belongs to it, and 号 does not come between.
_GOES_ON = re.compile(r"[期份辑次卷册版页、,，/~至和及之—–‐−-]")
_NUMBER = re.compile(r"^(?P<mark>.*?)〔(?P<year>\d{4})〕\s*第?\s*0*(?P<number>\d+)\s*(?P<unit>号?)(?P<rest>.*)$")


# 财农函 2026 9号: the year stands between spaces.
_PARTED = re.compile(r"(?<=[^\W\d])\s+((?:19|20)\d{2})\s+(?=第?\s*\d+\s*号?$)")


# 某水函2026-502, 某水函2026年502号: the year stands bare behind the mark of an office. With more behind it, it is a
# date; behind a periodical it may be a month; and what is no 号 (2026年第3期) is no such number.
_BARE = re.compile(r"^(.*[^\W\d_a-zA-Z报刊讯])((?:19|20)\d{2})(?:[-‐—–−](\d+)号?|年第?(\d+)号)$")


# 财政部 税务总局公告2023年第6号, 国务院令2025年第12号: these are counted by the year in words, and are no 发文字号.
_ANNOUNCED = re.compile(r"^(.*(?:公告|通告|令))\s*((?:19|20)\d{2})\s*年\s*第?\s*0*(\d+)\s*号$")


def read_document_number(text: str) -> str:
    """发文字号 in the national form: six-cornered brackets, no 第, no padding zero, 号 at the end (GB/T 9704)."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if (announced := _ANNOUNCED.match(plain)) is not None:
        # Those who announce it together keep the blank between their names.
        who, year, number = announced.groups()
        return f"{' '.join(who.split())}{year}年第{number}号"
    plain = _PARTED.sub(r"〔\1〕", plain)
    # Spaces go, but for those between two figures: two numbers must not become one.
    plain = re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", plain)
    plain = plain.replace("﹝", "〔").replace("﹞", "〕")
    plain = _BRACKETS.sub(r"〔\1〕", plain)
    if "〔" not in plain:
        plain = _BARE.sub(lambda found: f"{found[1]}〔{found[2]}〕{found[3] or found[4]}号", plain)
    match = _NUMBER.match(plain)
    if match is None:
        return plain
    unit = "" if not match["unit"] and _GOES_ON.match(match["rest"]) else "号"
    return f"{match['mark']}〔{match['year']}〕{match['number']}{unit}{match['rest']}"


def short_document_number(number: str) -> str:
    """As it is said on the telephone, 农明电31 of 农明电〔2026〕31号; "" for a number of another form."""
    match = _NUMBER.match(number)
    return f"{match['mark']}{match['number']}" if match and match["mark"] else ""


_REFERENCE = re.compile(
    r"^(?P<name>\D+?)[〔\[(（【]?(?P<year>(?:19|20)\d{2})[〕\])）】]?[-—－ ]?(?P<number>\d+)号?$"
)


def read_reference(text: str) -> str:
    """A case's reference however it was typed: 收2026-412, 收[2026]0412号, 收〔2026〕412号."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).strip())
    match = _REFERENCE.match(plain)
    if not match:
        return text.strip()
    return f"{match['name']}〔{match['year']}〕{int(match['number'])}号"


_SHORT = re.compile(r"^(?P<name>[^\W\d]{1,8})(?P<number>\d{1,6})号?$")


def read_short_reference(text: str, *, year: int) -> str:
    """What the register shows for short, 收0412, as a reference of `year`; "" for what is no such number."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).strip())
    match = _SHORT.match(plain)
    return f"{match['name']}〔{year}〕{int(match['number'])}号" if match else ""


def initials(name: str) -> str:
    """Pinyin initials for finding a name by keyboard: 省农业农村厅 → snynct."""
    # Its dictionary takes longer to read than the rest of the program, and few commands ask for it.
    from pypinyin import Style, lazy_pinyin

    return "".join(part[0] for part in lazy_pinyin(name, style=Style.NORMAL) if part).lower()
