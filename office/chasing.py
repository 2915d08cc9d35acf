"""催办: which rung of its ladder a running clock has reached. Nothing is scheduled; all follows from now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from office.clock import TIME_ZONE, Calendar, OfficeHours
from office.clock.calendars import ONE_DAY
from office.clock.limits import clock_time
from office.clock.scales import OfficeTime, on
from office.levels import Urgency

# Whom a rung speaks to; who that is for a given clock is for the sender to find out.
HOLDER = "holder"
HEAD = "department-head"
DIRECTOR = "office-director"
CLERK = "clerk"
HUB = "hub-clerk"
DUTY_OFFICER = "duty-officer"
DUTY_LEADER = "duty-leader"
ROLES = (HOLDER, HEAD, DIRECTOR, CLERK, HUB, DUTY_OFFICER, DUTY_LEADER)

# What reaches them: a notice, a telephone call somebody has to make, an entry of the daily digest, or mere
# information that is no chase.
NOTICE = "notice"
PHONE_TASK = "phone-task"
DIGEST = "digest"
INFORM = "inform"
KINDS = (NOTICE, PHONE_TASK, DIGEST, INFORM)

DUE = "due"
START = "start"

DIGEST_AT = time(8, 30)
# What falls due at noon or at closing still goes out that day although the worker comes a little later
# (R-SUP-07: urgent papers are chased the same day, not overnight).
AFTER_HOURS = timedelta(minutes=15)


class RunningClock(Protocol):
    """What is asked of a clock; Clock rows fit once `paused` and `urgency` are attached to them."""

    starts_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    stopped_at: datetime | None
    paused: bool
    urgency: str


@dataclass(frozen=True)
class Rung:
    """One step of a ladder, at a distance from the due date or from the start of the clock.

    Distances are signed and exclusive: working days (with `at`, at that time of the day), half working days,
    or hours on the wall clock. `every` repeats the distance in hours for as long as the clock runs. `beside`
    rungs are told apart from the ladder and never replace one of its rungs; `recorded` ones stand in the
    chase register. ValueError with a sentence when the parts contradict each other.
    """

    code: str
    label: Any
    to: str
    kind: str = NOTICE
    anchor: str = DUE
    workdays: int = 0
    half_days: int = 0
    hours: float = 0
    at: time | None = None
    every: bool = False
    beside: bool = False
    recorded: bool = True

    def __post_init__(self) -> None:
        if not self.code or ":" in self.code or len(self.code) > 30:
            raise ValueError(_("催办阶梯的每一级须有代码，不超过30个字符，不带冒号"))
        if self.to not in ROLES or self.kind not in KINDS or self.anchor not in (DUE, START):
            raise ValueError(format_lazy(_("“{code}”的对象、方式或起点不对"), code=self.code))
        if sum(bool(distance) for distance in (self.workdays, self.half_days, self.hours)) > 1:
            raise ValueError(format_lazy(_("“{code}”只能用一种时间单位"), code=self.code))
        if self.every and (self.anchor != START or self.hours <= 0):
            raise ValueError(format_lazy(_("“{code}”须从起算时间起每隔几小时重复"), code=self.code))
        if self.anchor == START and min(self.workdays, self.half_days, self.hours) < 0:
            raise ValueError(format_lazy(_("“{code}”不能早于起算时间"), code=self.code))
        if self.at is not None and (self.half_days or self.hours):
            raise ValueError(format_lazy(_("“{code}”写明几点的，只能按工作日推算"), code=self.code))

    def as_dict(self) -> dict:
        plain: dict = {"code": self.code, "label": str(self.label), "to": self.to, "kind": self.kind}
        for name, default in OPTIONAL.items():
            value = getattr(self, name)
            if value != default:
                plain[name] = value.isoformat("minutes") if isinstance(value, time) else value
        return plain

    @classmethod
    def from_dict(cls, plain: dict) -> "Rung":
        """The inverse of as_dict. ValueError with a sentence when the dictionary is not a rung."""
        named = {"code", "label", "to", "kind"}
        if not isinstance(plain, dict) or not {"code", "label", "to"} <= set(plain) <= named | set(OPTIONAL):
            raise ValueError(_("催办阶梯的一级须写明代码、名称和对象，不能有别的项目"))
        at = plain.get("at")
        return cls(**{**plain, "at": None if at is None else clock_time(at)})


OPTIONAL = {
    "anchor": DUE,
    "workdays": 0,
    "half_days": 0,
    "hours": 0,
    "at": None,
    "every": False,
    "beside": False,
    "recorded": True,
}


@dataclass(frozen=True)
class Ladder:
    """The rungs for one urgency. `always` speaks on days off and at night too."""

    code: str
    title: Any
    rungs: tuple[Rung, ...]
    source: str
    always: bool = False

    def __post_init__(self) -> None:
        if len({rung.code for rung in self.rungs}) != len(self.rungs):
            raise ValueError(format_lazy(_("“{title}”的催办阶梯里有相同的代码"), title=self.title))

    @property
    def final_key(self) -> str | None:
        """The key after which nothing more can come for the same date; None for a ladder that repeats."""
        main = [rung for rung in self.rungs if not rung.beside]
        return None if not main or any(rung.every for rung in main) else main[-1].code

    def as_dict(self) -> dict:
        return {
            "code": self.code,
            "title": str(self.title),
            "source": self.source,
            "always": self.always,
            "rungs": [rung.as_dict() for rung in self.rungs],
        }

    @classmethod
    def from_dict(cls, plain: dict) -> "Ladder":
        """The inverse of as_dict. ValueError with a sentence."""
        if not isinstance(plain, dict) or not isinstance(plain.get("rungs"), list) or not plain.get("code"):
            raise ValueError(_("催办阶梯须写明代码和各级"))
        rungs = tuple(Rung.from_dict(rung) for rung in plain["rungs"])
        title, source = plain.get("title", plain["code"]), plain.get("source", "")
        return cls(plain["code"], title, rungs, source, always=bool(plain.get("always", False)))


# R-SUP-09: every paper with a date is chased; the rungs are the day-one defaults, common practice (未核实).
# So is 9:00 on the days for which the defaults name no time.
NINE = time(9)
ORDINARY = Ladder(
    Urgency.NORMAL.value,
    _("平件"),
    (
        Rung("before-2", _("提前2个工作日提醒"), HOLDER, workdays=-2, at=NINE),
        Rung("due-day", _("到期当日提醒"), HOLDER, at=NINE),
        Rung("late-1", _("超期1个工作日催承办人"), HOLDER, workdays=1, at=NINE),
        Rung("late-3", _("超期3个工作日催科室负责人"), HEAD, workdays=3, at=NINE),
        Rung("late-5", _("超期5个工作日报办公室主任"), DIRECTOR, workdays=5, at=NINE),
    ),
    source="R-SUP-09；常见做法（未核实）",
)
URGENT = Ladder(
    Urgency.URGENT.value,
    _("加急"),
    (
        Rung("before-half", _("提前半个工作日提醒"), HOLDER, half_days=-1),
        Rung("due", _("到期催办"), HOLDER),
        Rung("late-2h", _("超期2小时电话催办"), CLERK, kind=PHONE_TASK, hours=2),
    ),
    source="R-SUP-07、R-SUP-09；常见做法（未核实）",
)
FLASH = Ladder(
    Urgency.FLASH.value,
    _("特急"),
    (
        Rung("every-2h", _("每2小时催办"), DUTY_OFFICER, anchor=START, hours=2, every=True),
        Rung(
            "tell-leader",
            _("两次催办后报带班领导知悉"),
            DUTY_LEADER,
            kind=INFORM,
            anchor=START,
            hours=4,
            beside=True,
            recorded=False,
        ),
    ),
    source="R-SUP-07、R-SUP-09；常见做法（未核实）",
    always=True,
)
LADDERS = {ladder.code: ladder for ladder in (ORDINARY, URGENT, FLASH)}


def for_ranked_leader(ladder: Ladder) -> Ladder:
    """The same ladder for a paper that lies with a ranked leader: he is never chased, the hub is told.

    Rungs that speak by the day become digest entries (局长处 3 件，最早已 2 天), others notices; neither are
    entries in the chase register. What goes to the duty officer goes there as before.
    """
    rungs = []
    for rung in ladder.rungs:
        if rung.to in (DUTY_OFFICER, DUTY_LEADER):
            rungs.append(rung)
        elif rung.at is None:
            rungs.append(replace(rung, to=HUB, kind=NOTICE, recorded=False))
        else:
            rungs.append(replace(rung, to=HUB, kind=DIGEST, at=DIGEST_AT, recorded=False))
    return replace(ladder, rungs=tuple(rungs))


@dataclass(frozen=True)
class RungDue:
    """A rung whose time has come. `key` is unique for a clock and a due date; `since` is when it came.

    `also` holds what is told beside it at the same time (never a chase of its own).
    """

    key: str
    rung: Rung
    due_at: datetime | None
    since: datetime
    also: tuple["RungDue", ...] = ()


def rung(
    clock: RunningClock, now: datetime, *, ladder: Ladder, calendar: Calendar, hours: OfficeHours
) -> RungDue | None:
    """The latest rung whose time has come; earlier ones a stopped worker missed are passed over.

    None before the first, on a clock that is met, stopped or paused, and, unless the ladder is `always`, on
    days off and outside office hours: what came then is told at the next opening.
    """
    now = now.astimezone(TIME_ZONE)
    if not _runs(clock, now) or not (ladder.always or _open(now, calendar=calendar, hours=hours)):
        return None
    reached: RungDue | None = None
    also: list[RungDue] = []
    for one in ladder.rungs:
        last = None
        for key, at in _times(one, clock, now, calendar=calendar, hours=hours):
            if _told_at(at, ladder, calendar=calendar, hours=hours) <= now:
                last = RungDue(key, one, clock.due_at, at)
        if last is not None and one.beside:
            also.append(last)
        elif last is not None and (reached is None or reached.since <= last.since):
            reached = last
    if reached is None:
        return replace(also[0], also=tuple(also[1:])) if also else None
    return replace(reached, also=tuple(also))


def next_time(
    clock: RunningClock, now: datetime, *, ladder: Ladder, calendar: Calendar, hours: OfficeHours
) -> datetime | None:
    """When the next rung will speak, after `now`; None when none is left or the clock does not run."""
    now = now.astimezone(TIME_ZONE)
    if not _runs(clock, clock.starts_at):
        return None
    told = [
        _told_at(at, ladder, calendar=calendar, hours=hours)
        for one in ladder.rungs
        for _key, at in _times(one, clock, now, calendar=calendar, hours=hours)
    ]
    return min((at for at in told if at > now), default=None)


@dataclass(frozen=True)
class Reach:
    """Where a ladder can have a rung at all: clocks due before `due_before` or started by `started_by`.

    None where the ladder has no rung of that kind. A little wide, never too narrow.
    """

    due_before: datetime | None
    started_by: datetime | None


def reach(ladder: Ladder, now: datetime, *, calendar: Calendar) -> Reach:
    """Bounds for the query that fetches running clocks, so that far dates are never read."""
    now = now.astimezone(TIME_ZONE)
    from_due = [one for one in ladder.rungs if one.anchor == DUE]
    from_start = [one for one in ladder.rungs if one.anchor == START]
    due_before = started_by = None
    if from_due:
        workdays = max(max(-one.workdays, -one.half_days, 0) for one in from_due)
        spare = timedelta(hours=max(max(-one.hours, 0) for one in from_due))
        # One day more than the rung: a date on a day off counts from the working day before it.
        day = calendar.add_workdays((now + spare).date(), workdays + 1)
        due_before = on(day + ONE_DAY, time())
    if from_start:
        started_by = now - timedelta(hours=min(one.hours for one in from_start))
    return Reach(due_before, started_by)


def _runs(clock: RunningClock, now: datetime) -> bool:
    return clock.met_at is None and clock.stopped_at is None and not clock.paused and clock.starts_at <= now


def _times(
    one: Rung, clock: RunningClock, now: datetime, *, calendar: Calendar, hours: OfficeHours
) -> Iterator[tuple[str, datetime]]:
    """Key and moment of a rung: once, or for a repeated one the last before `now` and the next after it."""
    base = clock.starts_at if one.anchor == START else clock.due_at
    if base is None:
        return
    base = base.astimezone(TIME_ZONE)
    if one.every:
        step = timedelta(hours=one.hours)
        past = (now - base) // step
        for number in range(max(past, 1), max(past, 0) + 2):
            yield f"{one.code}:{number}", base + number * step
        return
    if one.hours:
        at = base + timedelta(hours=one.hours)
    elif one.half_days:
        at = _half_days_from(base, one.half_days, calendar=calendar, hours=hours)
    else:
        at = _workdays_from(base, one, calendar=calendar)
    # A period shorter than the warning: there is nothing to warn of before it has begun.
    if at >= clock.starts_at:
        yield one.code, at


def _workdays_from(base: datetime, one: Rung, *, calendar: Calendar) -> datetime:
    day = base.date()
    if one.workdays:
        day = calendar.add_workdays(day, one.workdays)
    elif one.at is not None and not calendar.is_workday(day):
        # A calendar-day period may end on a day off: the reminder comes before it, not after.
        day = calendar.add_workdays(day, -1)
    return on(day, one.at or base.time())


def _half_days_from(base: datetime, count: int, *, calendar: Calendar, hours: OfficeHours) -> datetime:
    runs_on = OfficeTime(base, calendar=calendar, hours=hours)
    length = abs(count) * hours.day_length / 2
    return runs_on.before(length) if count < 0 else runs_on.at(length)


def _told_at(at: datetime, ladder: Ladder, *, calendar: Calendar, hours: OfficeHours) -> datetime:
    if ladder.always or _open(at, calendar=calendar, hours=hours):
        return at
    if calendar.is_workday(at.date()):
        for opens, _closes in hours.spans:
            if at < on(at.date(), opens):
                return on(at.date(), opens)
    return on(calendar.next_workday(at.date()), hours.opening)


def _open(at: datetime, *, calendar: Calendar, hours: OfficeHours) -> bool:
    day = at.date()
    return calendar.is_workday(day) and any(
        on(day, opens) <= at <= on(day, closes) + AFTER_HOURS for opens, closes in hours.spans
    )


def ladder_for(urgency: str, *, ranked: bool, ladders: Iterable[Ladder] = tuple(LADDERS.values())) -> Ladder:
    """The ladder of an urgency ("normal", "urgent", "flash"); `ranked`: the paper lies with a ranked leader.

    KeyError on an urgency without a ladder.
    """
    found = {ladder.code: ladder for ladder in ladders}[urgency]
    return for_ranked_leader(found) if ranked else found
