"""The ladders of chasing: what is said to whom, and how far from the date. Plain data; imports no models."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from office.clock.limits import clock_time
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
    source=gettext_noop("R-SUP-09；常见做法"),
)
URGENT = Ladder(
    Urgency.URGENT.value,
    _("加急"),
    (
        Rung("before-half", _("提前半个工作日提醒"), HOLDER, half_days=-1),
        Rung("due", _("到期催办"), HOLDER),
        Rung("late-2h", _("超期2小时电话催办"), CLERK, kind=PHONE_TASK, hours=2),
    ),
    source=gettext_noop("R-SUP-07、R-SUP-09；常见做法"),
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
    source=gettext_noop("R-SUP-07、R-SUP-09；常见做法"),
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


def ladder_for(urgency: str, *, ranked: bool, ladders: Iterable[Ladder] = tuple(LADDERS.values())) -> Ladder:
    """The ladder of an urgency ("normal", "urgent", "flash"); `ranked`: the paper lies with a ranked leader.

    KeyError on an urgency without a ladder.
    """
    found = {ladder.code: ladder for ladder in ladders}[urgency]
    return for_ranked_leader(found) if ranked else found
