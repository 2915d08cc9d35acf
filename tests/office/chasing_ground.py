"""What the tests of chasing share: papers that lie somewhere, and moments as text."""

from datetime import datetime, timedelta

from office import acting
from office.clock import TIME_ZONE
from office.models import Case, Clock, Notice, Reminder, Turn
from tests.people import MONDAY, Cast
from tests.sketches import Incoming

BEFORE = "before"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


def current(case: Case) -> Turn:
    return case.turns.get(side=False, ended_at=None)


def with_leader(who: Cast, *, leader=None, **fields) -> Turn:
    """A paper that has been with a leader since Monday 16 November, 9:31; due on Wednesday at 17:30."""
    fields.setdefault("title", "关于做好秋冬季农机安全生产的通知")
    case = acting.start(Incoming, actor=who.clerk, at=MONDAY, **fields)
    soon = MONDAY + timedelta(minutes=1)
    acting.act(
        current(case), "submit", actor=who.director, opinion="请批示", names=[leader or who.leader], at=soon
    )
    return current(case)


def with_handler(who: Cast, *, to=None, **fields) -> Turn:
    """A paper that somebody has been handling since Monday 16 November, 9:33.

    Ordinary ones are due on Wednesday 25 November at 17:30, urgent ones on Wednesday 18, flash ones on Monday.
    """
    turn = with_leader(who, **fields)
    case = turn.case
    acting.act(turn, "instruct", actor=who.leader, opinion="请阅处", at=MONDAY + timedelta(minutes=2))
    acting.act(
        current(case), "hand_over", actor=who.clerk, names=[to or who.colleague], at=MONDAY + timedelta(minutes=3)
    )
    no_more_of()
    return current(case)


def clock_of(turn: Turn) -> Clock:
    return turn.clocks.get()


def no_more_of() -> None:
    """What has been told until now is of no interest to the test: told() passes it over."""
    Notice.objects.update(kind=BEFORE)


def told(kind: str | None = "chase") -> list[str]:
    """Who has been told, by user name in order."""
    notices = Notice.objects.exclude(kind=BEFORE).order_by("pk")
    if kind is not None:
        notices = notices.filter(kind=kind)
    return [notice.person.username for notice in notices.select_related("person")]


def rungs() -> list[str]:
    return list(Reminder.objects.order_by("pk").values_list("rung", flat=True))
