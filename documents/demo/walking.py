"""A paper of the demo office on its way: its time, its words, and every act through the real door."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from office import acting
from office.acting.door import wordless
from office.models.cases import Case, Decision, Turn
from office.models.people import Post, User

from . import words
from .papers import Paper
from .times import Times
from .words import Cast

MINUTE = timedelta(minutes=1)


class Enough(Exception):
    """The paper lies where it is meant to lie, or the rest has not happened yet."""


class Walk:
    """One paper on its way. Spokes come back in their own time, between the acts of the main path."""

    def __init__(self, paper: Paper, case: Case, *, times: Times, cast: Cast) -> None:
        self.paper, self.case, self.times, self.cast = paper, case, times, cast
        self.now = case.opened_at
        self.random = paper.random
        self.clerk = self.random.choice(cast.clerks) if case.secrecy < 2 else cast.clerks[0]
        self.leaders = [cast.leader(chair) for chair in dict.fromkeys(paper.leaders)]
        self._sides: list[tuple[datetime, int]] = []
        self._known: set[int] = set()

    # --- Words ---

    def say(self, kind: str, **slots: str) -> str:
        return "" if wordless(self.case) else words.say(kind, random=self.random, **{**self.slots(), **slots})

    def result(self, *, quick: bool) -> str:
        """What the unit reports."""
        if quick:
            return self.say("report_quick")
        return words.report(self.paper.lead, random=self.random, **self.slots())

    def slots(self) -> dict[str, str]:
        cast, paper = self.cast, self.paper
        due = self.due_on() or self.times.ahead(5)
        leaders = "、".join(cast.called(one) for one in self.leaders) or cast.called(cast.director)
        return {
            "lead": cast.unit.get(paper.lead, "办公室"),
            "assist": cast.unit.get(paper.more.get("assist") or paper.more.get("help") or "", "有关股室"),
            "leader": leaders,
            "first": cast.called(self.leaders[0]) if self.leaders else leaders,
            "next": cast.called(self.leaders[-1]) if self.leaders else leaders,
            "due": f"{due.month}月{due.day}日",
            "number": f"某农函〔{self.now.year}〕{self.random.randint(20, 190)}号",
            "town": self.random.choice(["青石镇", "河口乡", "柳林镇", "白沙镇", "石桥乡"]),
        }

    def due_on(self) -> date | None:
        """The day the proposal names."""
        return self.times.ahead(self.paper.whole("due")) if self.paper.has("due") else None

    def usual_date(self) -> date:
        """A day or two more than handling may take, as directors count."""
        return self.times.calendar.add_workdays(self.now.date(), 9)

    # --- Time ---

    def wait(self, least: float, most: float) -> None:
        """Go on by some hours of office time, with what comes back meanwhile. Raises Enough at the demo's beginning."""
        hours = self.random.uniform(least, most)
        if self.paper.age == 0:
            # What came today is to have come somewhere today.
            hours = min(hours, self.random.uniform(0.08, 0.22))
        now = self.times.later(self.now, hours, self.random)
        self.let_come_back(now)
        if now > self.times.began:
            raise Enough
        self.now = now

    def let_come_back(self, until: datetime) -> None:
        while self._sides and self._sides[0][0] <= min(until, self.times.began):
            at, key = heappop(self._sides)
            turn = Turn.objects.select_related("case").get(pk=key)
            if turn.ended_at is None:
                self.now = max(self.now, at)
                self._answer(turn)
            self.watch_sides()

    def watch_sides(self) -> None:
        """Whoever has got a copy answers after some hours; a paper that is to lie with its readers waits for most."""
        for turn in self.case.turns.filter(side=True, ended_at__isnull=True).exclude(pk__in=self._known).order_by("pk"):
            slow = self.paper.stop in ("reading", "arrange") and len(self._known) % 3 != 0
            hours = 900.0 if slow else self.random.uniform(2, 15)
            self._known.add(turn.pk)
            heappush(self._sides, (self.times.later(turn.issued_at, hours, self.random), turn.pk))

    def until_all_are_back(self) -> None:
        while self._sides:
            last = max(at for at, _key in self._sides)
            self.let_come_back(last)
            if last > self.times.began:
                raise Enough
            self.now = max(self.now, last)

    def _answer(self, turn: Turn) -> None:
        actor = self.cast.holding(turn)
        code, opinion = "read", self.say("read")
        if turn.step == "assist":
            code, opinion = "answer", self.say("assist")
        elif turn.step == "attend":
            code, opinion = "come", self.say("come")
        acting.act(turn, code, actor=actor, opinion=opinion, at=self.now)

    # --- Acts ---

    @property
    def turn(self) -> Turn:
        return Turn.objects.select_related("case").get(case=self.case, side=False, ended_at__isnull=True)

    def here(self) -> Turn:
        """The open main turn; Enough where the paper is to lie."""
        turn = self.turn
        if turn.step == self.paper.stop:
            if self.random.random() < 0.6 and self.now + 30 * MINUTE < self.times.began:
                acting.opened(turn, by=self.cast.holding(turn), at=self.now + 30 * MINUTE)
            self.let_come_back(self.times.began)
            raise Enough
        return turn

    def act(
        self, code: str, actor: User, *, wait: tuple[float, float] = (0.4, 3), opinion: str = "",
        names: Sequence[User | Post] = (), turn: Turn | None = None, **more: Any,
    ) -> Decision:
        found = turn or self.here()
        self.wait(*wait)
        made = acting.act(found, code, actor=actor, opinion=opinion, names=names, at=self.now, **more)
        self.watch_sides()
        return made

    def common(
        self, move: Callable[..., Any], subject: Any, *, wait: tuple[float, float] = (0.3, 2), **given: Any
    ) -> Any:
        """A common move (office/acting)."""
        self.wait(*wait)
        made = move(subject, at=self.now, **given)
        self.watch_sides()
        return made

    def acting_for(self, leader: User) -> User:
        """Who signs for a leader now: his deputy while he is away."""
        return self.cast.deputy(leader, on=self.now.date()) or leader
