"""Plain factories: a paper on its way through the hands of the cast, every act a minute after the last."""

from datetime import datetime, timedelta
from typing import Any

from office import acting
from office.models import Case, Clock, Decision, Post, Series, Turn, User
from office.procedures import Procedure

from .people import MONDAY

TITLE = "关于做好低温雨雪冰冻灾害防范应对工作的通知"


class Paper:
    """One case and its own time, which ticks with every act."""

    def __init__(
        self, procedure: type[Procedure], *, actor: User, at: datetime = MONDAY, title: str = TITLE, **fields: Any
    ) -> None:
        self.now = at
        if fields.get("secrecy", 0) >= 2:
            title = ""
        self.case = acting.start(procedure, actor=actor, title=title, at=at, **fields)

    def tick(self, **length: float) -> datetime:
        self.now += timedelta(**(length or {"minutes": 1}))
        return self.now

    @property
    def turn(self) -> Turn:
        """The open main turn."""
        return self.case.turns.select_related("case", "holder", "post").get(side=False, ended_at__isnull=True)

    def side(self, name: User | Post) -> Turn:
        """The open side turn in these hands."""
        who = {"holder": name} if isinstance(name, User) else {"post": name}
        return self.case.turns.select_related("case").get(side=True, ended_at__isnull=True, **who)

    def sides(self) -> list[Turn]:
        return list(self.case.turns.filter(side=True, ended_at__isnull=True).order_by("pk"))

    @property
    def last(self) -> Decision:
        return self.case.decisions.order_by("-number").first()

    @property
    def clock(self) -> Clock:
        """The clock of the open main turn."""
        return self.turn.clocks.get()

    def act(self, code: str, actor: User, *, turn: Turn | None = None, **given: Any) -> Decision:
        """A declared move from the main turn, or from the side turn given."""
        return acting.act(turn or self.turn, code, actor=actor, at=self.tick(), **given)

    def do(self, move: str, actor: User, *, turn: Turn | None = None, **given: Any) -> Any:
        """A common move, by the name of its function."""
        return getattr(acting, move)(turn or self.turn, actor=actor, at=self.tick(), **given)

    def of_case(self, move: str, actor: User, **given: Any) -> Any:
        """A common move that takes the case: take_back, void, bar, ask_relocation."""
        return getattr(acting, move)(self.case, actor=actor, at=self.tick(), **given)

    def fresh(self) -> Case:
        self.case.refresh_from_db()
        return self.case

    def moves(self) -> list[str]:
        return list(self.case.decisions.order_by("number").values_list("move", flat=True))


def series(name: str = "收") -> Series:
    return Series.objects.get(name=name, year=2026)
