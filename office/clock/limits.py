"""Limits as plain values: what a rule grants, in which unit, and the office hours it is counted in."""

import math
from dataclasses import asdict, dataclass, fields
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

TIME_ZONE = ZoneInfo("Asia/Shanghai")

KINDS = ("hours", "working_hours", "half_days", "workdays", "days", "months", "until")
DIVISIBLE = ("hours", "working_hours")
ROLLING = ("days", "months")


@dataclass(frozen=True)
class Limit:
    """A period as a rule grants it (R-IN-18 to 22). ValueError on a kind or count that makes no sense.

    `count` is in the unit of `kind`: whole numbers from 0, decimals for hours and working_hours only; for
    "until" it is the number of working days after the day of issue, and `at` the time of that day. `rolls`
    moves a calendar-day or month period that ends on a day off to the next working day.
    """

    kind: str
    count: int | float
    at: time | None = None
    rolls: bool = False

    def __post_init__(self) -> None:
        # Lazy sentences: procedures declare limits while Django is still loading.
        if self.kind not in KINDS:
            raise ValueError(format_lazy(gettext_lazy("没有“{kind}”这种期限"), kind=self.kind))
        if isinstance(self.count, bool) or not isinstance(self.count, int | float):
            raise ValueError(gettext_lazy("期限须是数字"))
        if isinstance(self.count, float) and not math.isfinite(self.count):
            raise ValueError(gettext_lazy("期限须是数字"))
        if self.count < 0:
            raise ValueError(gettext_lazy("期限不能小于0"))
        if isinstance(self.count, float) and self.kind not in DIVISIBLE:
            raise ValueError(gettext_lazy("这种期限须是整数"))
        if (self.kind == "until") != (self.at is not None):
            raise ValueError(gettext_lazy("“几点前”的期限须写明时间，其他期限不写时间"))
        if self.rolls and self.kind not in ROLLING:
            raise ValueError(gettext_lazy("只有按日或按月的期限可以顺延"))

    def words(self) -> str:
        """The limit in the language active when called: 2个工作日, ½个工作日, 当日17:30前."""
        text = self._plain_words()
        return _("{limit}（末日逢休息日顺延）").format(limit=text) if self.rolls else text

    def _plain_words(self) -> str:
        n = f"{self.count:g}" if isinstance(self.count, float) else str(self.count)
        number = math.ceil(self.count)
        if self.kind == "hours":
            return _("即时") if not self.count else ngettext("{n}小时", "{n}小时", number).format(n=n)
        if self.kind == "working_hours":
            return ngettext("{n}个工作小时", "{n}个工作小时", number).format(n=n)
        if self.kind == "half_days":
            if not self.count:
                return _("即时")
            if self.count == 1:
                return _("½个工作日")
            return ngettext("{n}个半天", "{n}个半天", number).format(n=n)
        if self.kind == "until":
            assert self.at is not None
            at = clock_face(self.at)
            if not self.count:
                return _("当日{at}前").format(at=at)
            return ngettext("{n}个工作日后{at}前", "{n}个工作日后{at}前", number).format(n=n, at=at)
        if not self.count:
            return _("当日")
        if self.kind == "workdays":
            return ngettext("{n}个工作日", "{n}个工作日", number).format(n=n)
        if self.kind == "days":
            return ngettext("{n}日", "{n}日", number).format(n=n)
        return ngettext("{n}个月", "{n}个月", number).format(n=n)

    def as_dict(self) -> dict:
        """{"kind": "workdays", "count": 7}, with "at": "17:30" and "rolls": true where they are set."""
        plain: dict = {"kind": self.kind, "count": self.count}
        if self.at is not None:
            plain["at"] = self.at.isoformat("minutes")
        if self.rolls:
            plain["rolls"] = True
        return plain

    @classmethod
    def from_dict(cls, plain: dict) -> "Limit":
        """The inverse of as_dict. ValueError with a sentence when the dictionary is not a limit."""
        if not isinstance(plain, dict) or "kind" not in plain or "count" not in plain:
            raise ValueError(_("期限须写明种类和数目"))
        at = plain.get("at")
        return cls(
            kind=plain["kind"],
            count=plain["count"],
            at=None if at is None else clock_time(at),
            rolls=bool(plain.get("rolls", False)),
        )


def hours(n: int | float) -> Limit:
    """Hours on the wall clock, day and night."""
    return Limit("hours", n)


def working_hours(n: int | float) -> Limit:
    return Limit("working_hours", n)


def half_days(n: int) -> Limit:
    """Half working days, each ending at noon or at closing (R-IN-20, R-OUT-14)."""
    return Limit("half_days", n)


def workdays(n: int) -> Limit:
    return Limit("workdays", n)


def days(n: int, *, rolls: bool = False) -> Limit:
    """Calendar days (petitions, domain B4)."""
    return Limit("days", n, rolls=rolls)


def months(n: int, *, rolls: bool = False) -> Limit:
    return Limit("months", n, rolls=rolls)


def until(at: str, *, after: int = 0) -> Limit:
    """The given time ("17:30") of the day of issue, or of the `after`-th working day after it (R-SUP-07)."""
    return Limit("until", after, at=clock_time(at))


def clock_time(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except (TypeError, ValueError):
        sentence = gettext_lazy("“{text}”不是时间，请写成17:30的样子")
        raise ValueError(format_lazy(sentence, text=text)) from None


def clock_face(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


@dataclass(frozen=True)
class OfficeHours:
    """When the office is open on a working day, and where its half days are cut.

    Closing at 17:30 and the thresholds 11:00 and 16:00 stand in the day-one defaults; opening at 8:30 follows
    from the duty hours there; the break from 12:00 to 14:00 is common practice (未核实). All are settings.
    """

    morning_starts: time = time(8, 30)
    morning_ends: time = time(12, 0)
    afternoon_starts: time = time(14, 0)
    afternoon_ends: time = time(17, 30)
    # A half day that starts before this ends at noon, one that starts before the next ends at closing.
    noon_until: time = time(11, 0)
    closing_until: time = time(16, 0)

    def __post_init__(self) -> None:
        opens = [self.morning_starts, self.morning_ends, self.afternoon_starts, self.afternoon_ends]
        if not (opens[0] < opens[1] <= opens[2] < opens[3]):
            raise ValueError(gettext_lazy("上下班时间须依次：上午上班、上午下班、下午上班、下午下班"))
        if not (self.noon_until <= self.morning_ends and self.noon_until <= self.closing_until <= opens[3]):
            raise ValueError(gettext_lazy("半天的界限须在上班时间之内，上午在前，下午在后"))

    @property
    def opening(self) -> time:
        return self.morning_starts

    @property
    def noon(self) -> time:
        return self.morning_ends

    @property
    def closing(self) -> time:
        return self.afternoon_ends

    @property
    def spans(self) -> tuple[tuple[time, time], tuple[time, time]]:
        return (self.morning_starts, self.morning_ends), (self.afternoon_starts, self.afternoon_ends)

    @property
    def day_length(self) -> timedelta:
        """Working time of one working day: seven hours by default."""
        return sum((_length(start, end) for start, end in self.spans), timedelta())

    def as_dict(self) -> dict:
        return {name: at.isoformat("minutes") for name, at in asdict(self).items()}

    @classmethod
    def from_dict(cls, plain: dict) -> "OfficeHours":
        """The inverse of as_dict; what is absent keeps its default. ValueError with a sentence."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: clock_time(text) for name, text in plain.items() if name in names})


def _length(start: time, end: time) -> timedelta:
    return timedelta(hours=end.hour - start.hour, minutes=end.minute - start.minute)


OFFICE_HOURS = OfficeHours()
