"""The office's calendar: which days are worked, and the names of those that differ from their weekday."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache
from itertools import chain

from django.utils.translation import gettext as _

# 全国年节及纪念日放假办法 (2024): the days off that the moon does not move.
FIXED_DAYS = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
# The notice names the whole festival; the package also names its eve.
SAME_FESTIVAL = {"农历除夕": "春节", "春节延长假期": "春节"}
EXCHANGED = re.compile(r"休息日（由 (\d{4}-\d{2}-\d{2}) 调休）")
ONE_DAY = timedelta(days=1)
FIRST_YEAR = 2019


class Unreachable(OverflowError):
    """The date lies beyond the last day that can be written (9999-12-31)."""

    def __init__(self) -> None:
        super().__init__(_("期限太长，算到了公元9999年以后"))


@dataclass(frozen=True)
class Day:
    """A day that is not what its weekday says.

    kind: "work" (调休上班), "off" (放假 by the notice, or by the office), "holiday" (法定节假日). note: the
    festival's name (春节) or free words.
    """

    kind: str
    note: str = ""
    source: str = ""


class Calendar:
    """Working days over a table of exceptions. Never changes once made: build a new one when the table does.

    A year in `known_years` has its official notice entered: its rows and the weekdays say everything. In any
    other year the statutory days count as off too, and whoever computes with it must say that it is assumed.
    """

    def __init__(self, days: Mapping[date, Day], known_years: Iterable[int]) -> None:
        self.days = dict(days)
        self.known_years = frozenset(known_years)
        self._lists: dict[int, list[date]] = {}

    @classmethod
    def from_rows(
        cls, rows: Iterable[tuple[date, str, str, str]], *, known_years: Iterable[int]
    ) -> "Calendar":
        """From rows (date, kind, note, source) of the Day table. The same rows give the same calendar, made once
        a process: listing the working days of a year takes longer than most counts."""
        return _calendar_of(tuple(rows), frozenset(known_years))

    @classmethod
    def from_package(cls, years: Iterable[int] | None = None) -> "Calendar":
        """From the `holidays` package: by default every year from 2019 whose notice it holds.

        A year counts as known only when the package has that year's 调休; for others (2027 before its notice)
        it silently gives statutory days alone, so they are left unknown and without rows.
        """
        # Most commands count no festival: the package is read by those that do.
        from holidays.countries.china import ChinaStaticHolidays

        noticed = set(ChinaStaticHolidays.special_public_holidays)
        wanted = range(FIRST_YEAR, max(noticed) + 1) if years is None else years
        known = noticed & set(wanted)
        return cls(_noticed_days(known), known)

    def year_known(self, year: int) -> bool:
        return year in self.known_years

    def row(self, day: date) -> Day | None:
        """The exception that holds for the day: an entered row, else a statutory day of an unknown year."""
        entered = self.days.get(day)
        if entered is not None or day.year in self.known_years:
            return entered
        name = statutory_days(day.year).get(day)
        return None if name is None else Day("holiday", name, "全国年节及纪念日放假办法")

    def is_workday(self, day: date) -> bool:
        row = self.row(day)
        return day.weekday() < 5 if row is None else row.kind == "work"

    def why(self, day: date) -> str:
        """What the day is, in the active language: 国庆节放假, 春节调休上班, 周六, 工作日."""
        row = self.row(day)
        return reason(day, None if row is None else row.kind, "" if row is None else row.note)

    def next_workday(self, day: date) -> date:
        """The first working day after `day`."""
        return self.add_workdays(day, 1)

    def add_workdays(self, day: date, n: int) -> date:
        """The n-th working day after `day`, before it when n is negative; the day itself for n = 0 when it is
        worked, else the next. Raises Unreachable outside the years 1 to 9999."""
        if n == 0:
            return day if self.is_workday(day) else self.add_workdays(day, 1)
        year = day.year
        if abs(n) > (MAXYEAR - MINYEAR + 1) * 366:
            raise Unreachable
        worked = self._workdays(year)
        at = bisect_right(worked, day) + n - 1 if n > 0 else bisect_left(worked, day) + n
        while at >= len(worked):
            at -= len(worked)
            year += 1
            worked = self._workdays(year)
        while at < 0:
            year -= 1
            worked = self._workdays(year)
            at += len(worked)
        return worked[at]

    def workdays_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; negative when b lies before a."""
        if b < a:
            return -self.workdays_between(b, a)
        if a.year == b.year:
            worked = self._workdays(a.year)
            return bisect_right(worked, b) - bisect_right(worked, a)
        first, last = self._workdays(a.year), self._workdays(b.year)
        whole = sum(len(self._workdays(year)) for year in range(a.year + 1, b.year))
        return len(first) - bisect_right(first, a) + whole + bisect_right(last, b)

    def statutory_days_worked(self, year: int) -> list[tuple[date, str]]:
        """Days off by law that these rows would have worked, with their festivals in the active language: no
        official notice has any."""
        return [(day, festival(name)) for day, name in sorted(statutory_days(year).items()) if self.is_workday(day)]

    def unknown_years(self, first: int, last: int) -> tuple[tuple[int, int], ...]:
        """The years from `first` to `last` without a notice, as closed ranges: ((2027, 2029), …)."""
        ranges: list[tuple[int, int]] = []
        for year in range(first, last + 1):
            if year in self.known_years:
                continue
            if ranges and ranges[-1][1] == year - 1:
                ranges[-1] = (ranges[-1][0], year)
            else:
                ranges.append((year, year))
        return tuple(ranges)

    def _workdays(self, year: int) -> list[date]:
        """Every working day of a year in order; kept, because all counting is by bisection in these lists."""
        if not MINYEAR <= year <= MAXYEAR:
            raise Unreachable
        if year not in self._lists:
            self._lists[year] = [day for day in _all_days(year) if self.is_workday(day)]
        return self._lists[year]


@lru_cache(maxsize=4)
def _calendar_of(rows: tuple[tuple[date, str, str, str], ...], known_years: frozenset[int]) -> Calendar:
    return Calendar({day: Day(kind, note, source) for day, kind, note, source in rows}, known_years)


def reason(day: date, kind: str | None, note: str) -> str:
    """What a day is. `kind` and `note` come from its row; None: it is what its weekday says."""
    if kind is None:
        if day.weekday() == 5:
            return _("周六")
        return _("周日") if day.weekday() == 6 else _("工作日")
    if kind == "work":
        if not note:
            return _("调休上班")
        return note if "上班" in note else _("{name}调休上班").format(name=festival(note))
    if not note:
        return _("放假")
    return note if "假" in note or "休" in note else _("{name}放假").format(name=festival(note))


def festival(name: str) -> str:
    """The festival's name in the active language; names an office has typed itself stay as they are."""
    known = {
        "元旦": _("元旦"),
        "春节": _("春节"),
        "清明节": _("清明节"),
        "劳动节": _("劳动节"),
        "端午节": _("端午节"),
        "中秋节": _("中秋节"),
        "国庆节": _("国庆节"),
    }
    return _("、").join(known.get(part, part) for part in name.split("、"))


@lru_cache(maxsize=256)
def statutory_days(year: int) -> Mapping[date, str]:
    """法定节假日 of a year by the law alone, without the notice's 补假 and 调休: {date: festival}.

    Beyond the package's lunar tables (see `lunar_known`) only the days fixed in the solar calendar.
    """
    found = _by_law(year)
    if not found:
        found = {date(year, month, day): name for (month, day), name in FIXED_DAYS.items()}
    return found


def can_be_made_up_for(day: date) -> bool:
    """Whether 补班 can lie on the day: a weekday is worked anyway, unless the law makes it a day off."""
    return day.weekday() >= 5 or day in statutory_days(day.year)


def lunar_known(year: int) -> bool:
    """Whether the festivals of the lunar calendar can be computed for the year."""
    return bool(_by_law(year))


@lru_cache(maxsize=256)
def _by_law(year: int) -> dict[date, str]:
    import holidays

    package = holidays.country_holidays("CN", years=year, observed=False, language="zh_CN")
    named = {day: _festivals(label) for day, label in sorted(package.items()) if day.year == year}
    return {day: name for day, name in named.items() if name}


def _festivals(label: str) -> str:
    """The festivals in a package label ("中秋节; 国庆节", "清明节（补假）"); "" for a mere exchange."""
    names = [part.split("（")[0] for part in label.split("; ") if not EXCHANGED.match(part)]
    return _together(SAME_FESTIVAL.get(name, name) for name in names)


def _together(names: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(name for name in names if name))


def _noticed_days(years: set[int]) -> dict[date, Day]:
    """Rows for years whose notice the package holds: every day of a festival's run, and the make-up days."""
    if not years:
        return {}
    import holidays

    span = range(min(years) - 1, max(years) + 2)
    package = holidays.country_holidays("CN", years=span, language="zh_CN")
    source = f"国务院办公厅放假通知（holidays {holidays.__version__}）"
    found: dict[date, Day] = {}
    make_up: dict[date, str] = {}
    run: list[date] = []
    for day in chain.from_iterable(_all_days(year) for year in span):
        if not package.is_working_day(day):
            run.append(day)
            continue
        labels = [package.get(off) or "" for off in run]
        # The notice counts the weekend inside a festival as part of it (2月15日至23日放假调休，共9天).
        name = _together(part for label in labels for part in _festivals(label).split("、"))
        for off, label in zip(run, labels, strict=True):
            if name:
                statutory = bool(_festivals(label)) and "（" not in label and "延长" not in label
                found[off] = Day("holiday" if statutory else "off", name, source)
            for worked in EXCHANGED.findall(label):
                make_up[date.fromisoformat(worked)] = name
        run = []
    for day in package.weekend_workdays:
        found[day] = Day("work", make_up.get(day, ""), source)
    return {day: row for day, row in sorted(found.items()) if day.year in years}


def _all_days(year: int) -> Iterable[date]:
    length = (date(year, 12, 31) - date(year, 1, 1)).days + 1
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range(length))
