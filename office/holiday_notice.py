"""国务院办公厅关于YYYY年部分节假日安排的通知, read by rule: which days are off, which are worked. Nothing is guessed.

Pure: text in, days and doubts out. What the sentence does not say plainly, or says in two ways, becomes a doubt in the
reader's language; the days of such a sentence are still shown where they could be read.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from office.clock import Calendar, Day, can_be_made_up_for, statutory_days
from office.clock.calendars import festival
from office.clock.explained import weekday_words

OFF, WORK, HOLIDAY = "off", "work", "holiday"
ONE_DAY = timedelta(days=1)
# A longer run of days off has never been announced; a slip of the pen may look like one.
LONGEST = 15
FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}

TITLE = re.compile(r"(?:关于|现将|将)(?:调整|延长)?(\d{4})年")
NUMBER = re.compile(r"国办发明电\s*[〔\[【(（﹝]\s*(\d{4})\s*[〕\]】)）﹞]\s*(\d{1,3})\s*号")
ITEM = re.compile(rf"((?:{'|'.join(FESTIVALS)})(?:、(?:{'|'.join(FESTIVALS)}))*)(?:假期安排调整为)?：")
# 2月15日（农历腊月二十八、周日）; the year only where it is another one.
ONE = r"(?:(?P<year{n}>\d{{4}})年)?(?:(?P<month{n}>\d{{1,2}})月)?(?P<day{n}>\d{{1,2}})日(?:（(?P<note{n}>[^（）]*)）)?"
SPAN = re.compile(ONE.format(n="1") + r"(?:\s*(?:至|到|-|—|–|~|～)\s*" + ONE.format(n="2") + ")?")
COUNT = re.compile(r"共(\d{1,2})天|放假(\d{1,2})天")
WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
# A sentence about leave of one's own or about who is on duty is no arrangement, nor is the signature.
ADVICE = re.compile(r"鼓励|带薪|各地区|值班|特此|^国务院办公厅\d{4}年")


@dataclass(frozen=True)
class Arranged:
    """One day as the notice has it: `kind` off, holiday (法定) or work."""

    date: date
    kind: str
    note: str


@dataclass
class Read:
    """What a notice says. `year` is None where it does not say of which year; `doubts` in the active language."""

    year: int | None
    source: str
    days: dict[date, Arranged] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


def read(text: str, *, year: int | None = None) -> Read:
    """The days a notice arranges; `year` overrides the one its title says."""
    plain = tidy(text)
    titled = TITLE.search(plain)
    said = year or (int(titled[1]) if titled else None)
    found = Read(said, _source(plain, said))
    if said is None:
        found.doubts.append(_("没有找到是哪一年的安排（“关于……年部分节假日安排的通知”）。请写上年份再读一遍。"))
        return found
    items = list(ITEM.finditer(plain))
    if not items:
        found.doubts.append(_("没有找到“元旦：……放假”这样的句子。请核对贴的是不是放假安排的正文。"))
    for place, item in enumerate(items):
        end = items[place + 1].start() if place + 1 < len(items) else len(plain)
        _item(found, item[1], plain[item.end() : end])
    return found


def tidy(text: str) -> str:
    """One line, in the forms the rules read: full-width digits and blanks made plain, brackets made full-width."""
    plain = "".join(unicodedata.normalize("NFKC", one) if one in _FULL else one for one in text)
    plain = re.sub(r"\s+", "", plain)
    return plain.replace("(", "（").replace(")", "）").replace(":", "：").replace(",", "，")


_FULL = {chr(0xFF10 + n) for n in range(10)} | {"\u3000"}


def _source(plain: str, year: int | None) -> str:
    number = NUMBER.search(plain)
    title = f"国务院办公厅关于{year}年部分节假日安排的通知" if year else "国务院办公厅放假通知"
    return f"{title}（国办发明电〔{number[1]}〕{number[2]}号）" if number else title


def _item(found: Read, name: str, body: str) -> None:
    """一、元旦：… up to the next festival; sentence by sentence."""
    for sentence in filter(None, re.split(r"[。；;]", re.sub(r"[一二三四五六七八九十]+、$", "", body))):
        if "放假" in sentence:
            _days_off(found, name, sentence)
        elif "上班" in sentence and SPAN.search(sentence):
            _days_worked(found, name, sentence)
        elif SPAN.search(sentence) and not ADVICE.search(sentence):
            found.doubts.append(_not_understood(name, sentence))


def _not_understood(name: str, sentence: str) -> str:
    return _("%(name)s：看不懂“%(words)s”，没有录入。") % {"name": festival(name), "words": sentence[:40]}


def _days_off(found: Read, name: str, sentence: str) -> None:
    span = SPAN.search(sentence)
    days = _run(found, name, span) if span else None
    if not days:
        if span is None:
            found.doubts.append(_not_understood(name, sentence))
        return
    counted = COUNT.search(sentence)
    if counted and int(counted[1] or counted[2]) != len(days):
        words = _("%(name)s：写的是共 %(said)s 天，%(first)s 至 %(last)s 是 %(n)d 天。")
        said = {"said": counted[1] or counted[2], "first": days[0], "last": days[-1], "n": len(days)}
        found.doubts.append(words % {"name": festival(name), **said})
    if "与周末连休" in sentence:
        days = _with_the_weekend(days)
    for day in days:
        _put(found, Arranged(day, HOLIDAY if day in statutory_days(day.year) else OFF, name))


def _days_worked(found: Read, name: str, sentence: str) -> None:
    for span in SPAN.finditer(sentence):
        for day in _run(found, name, span) or []:
            if not can_be_made_up_for(day):
                found.doubts.append(
                    _("%(name)s：写着 %(day)s（%(weekday)s）上班，这一天本来就上班。")
                    % {"name": festival(name), "day": day, "weekday": weekday_words(day)}
                )
                continue
            _put(found, Arranged(day, WORK, name))


def _put(found: Read, one: Arranged) -> None:
    known = found.days.get(one.date)
    if known is not None and (known.kind == WORK) != (one.kind == WORK):
        found.doubts.append(_("%(day)s 又放假又上班（%(one)s、%(other)s），只能有一种。") % {
            "day": one.date, "one": festival(known.note), "other": festival(one.note)
        })
    found.days[one.date] = one


def _run(found: Read, name: str, span: re.Match) -> list[date] | None:
    """The days of 2月15日（…）至23日（…); None with a doubt where they cannot be."""
    assert found.year is not None
    first = _day(found, name, span, "1", month=None, year=found.year)
    if first is None:
        return None
    _check_weekday(found, name, first, span["note1"])
    if not span["day2"]:
        return [first]
    last = _day(found, name, span, "2", month=first.month, year=first.year)
    if last is None:
        return None
    _check_weekday(found, name, last, span["note2"])
    if last < first or (last - first).days >= LONGEST:
        found.doubts.append(_("%(name)s：“%(words)s”前后不对，没有录入。") % {"name": festival(name), "words": span[0]})
        return None
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def _day(found: Read, name: str, span: re.Match, n: str, *, month: int | None, year: int) -> date | None:
    in_year = int(span[f"year{n}"] or year)
    in_month = int(span[f"month{n}"] or month or 0)
    try:
        return date(in_year, in_month, int(span[f"day{n}"]))
    except ValueError:
        words = _("%(name)s：没有“%(words)s”这一天，没有录入。")
        found.doubts.append(words % {"name": festival(name), "words": span[0]})
        return None


def _check_weekday(found: Read, name: str, day: date, note: str | None) -> None:
    said = WEEKDAY.search(note or "")
    if said and WEEKDAYS[said[1]] != day.weekday():
        found.doubts.append(
            _("%(name)s：写的是%(said)s，%(day)s 是%(weekday)s。")
            % {"name": festival(name), "said": said[0], "day": day, "weekday": weekday_words(day)}
        )


def _with_the_weekend(days: list[date]) -> list[date]:
    """与周末连休: with the days of the weekend that touch the run."""
    run = list(days)
    while (run[0] - ONE_DAY).weekday() >= 5:
        run.insert(0, run[0] - ONE_DAY)
    while (run[-1] + ONE_DAY).weekday() >= 5:
        run.append(run[-1] + ONE_DAY)
    return run


def faults(year: int, days: Mapping[date, str]) -> list[str]:
    """What may not be saved as a year's arrangement. `days`: {date: kind}, all rows the calendar would have then."""
    said = [
        _("%(day)s 本来就上班，不用补班。") % {"day": day.isoformat()}
        for day, kind in sorted(days.items())
        if kind == WORK and not can_be_made_up_for(day)
    ]
    if not any(kind != WORK for day, kind in days.items() if day.year == year):
        return [*said, _("%(year)d 年一天假都没有。") % {"year": year}]
    table = Calendar({day: Day(kind) for day, kind in days.items()}, [year])
    worked = [f"{name} {day.isoformat()}" for day, name in table.statutory_days_worked(year)]
    if worked:
        words = ngettext(
            "%(days)s是法定节假日，却没有写成放假。", "%(days)s是法定节假日，却没有写成放假。", len(worked)
        )
        said.append(words % {"days": _("、").join(worked)})
    return said
