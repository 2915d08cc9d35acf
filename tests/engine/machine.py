"""The ground under the random moves: one example's office, its time, its hands, and what is asked after every step.

Small numbers drawn by hypothesis choose among what lies there: which paper, whose hands, which move, to whom.
Whoever acts is chosen by the oracle, not by the engine, so that the engine cannot agree with itself.
"""

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db import connection, transaction
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, invariant

from office import access, procedures
from office.acting import Refused
from office.models import Case, Clock, Post, Turn, User
from office.verifying import verify
from tests.engine import invariants
from tests.engine.oracle import Oracle
from tests.people import MONDAY, Cast


def pick(among: Sequence, number: int) -> Any:
    return among[number % len(among)]


class Ground(RuleBasedStateMachine):
    """One example is one transaction: proved against the deferred constraints at the end, then rolled back."""

    cast: ClassVar[Cast]
    done: ClassVar[Counter] = Counter()
    refused: ClassVar[Counter] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.who = copy.deepcopy(self.cast)
        self.people: dict[int, User] = {one.pk: one for one in self.who.everybody().values()}
        self.office = [one for one in self.people.values() if one.does_office_business]
        self.hands_there_are = [*self.office, *self.who.posts.values()]
        self.today: date = timezone.localdate()
        self.now: datetime = MONDAY
        self.people_changed()
        self.left = self.steps = 0
        self.over = False
        self.seen = invariants.look(told=0)
        self.nothing_happened = False

    def teardown(self) -> None:
        try:
            connection.check_constraints()
            assert list(verify()) == []
            self.agree([pick(list(self.people.values()), self.steps + 1)])
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    # --- What lies there ---

    def tick(self, **length: float) -> datetime:
        self.now += timedelta(**(length or {"minutes": 1}))
        return self.now

    def oracle(self) -> Oracle:
        """As everything stood before this step."""
        if self.known is None:
            self.known = Oracle(on=self.today)
        return self.known

    def may(self, person: User, turn: Turn) -> bool:
        return bool(self.oracle().acts_as(person.pk, turn))

    def people_changed(self) -> None:
        self.known = None
        for one in self.people.values():
            access.forget_identity(one)
        # As a request does it for its one user: who everybody is, asked once.
        for key, identity in access.identities(self.people.values(), on=self.today).items():
            self.people[key]._identity = (self.today, identity)

    def case(self, number: int, **those: Any) -> Case | None:
        found = list(Case.objects.filter(**those).order_by("pk"))
        return pick(found, number) if found else None

    def turn(self, number: int, *, over: bool = False, **those: Any) -> Turn | None:
        turns = Turn.objects.filter(ended_at__isnull=not over, **those)
        turns = turns.select_related("case", "holder", "post", "back_to")
        found = list(turns.order_by("pk"))
        return pick(found, number) if found else None

    def clock(self, number: int, **those: Any) -> Clock | None:
        found = list(Clock.objects.filter(met_at=None, stopped_at=None, **those).select_related("turn", "case"))
        return pick(found, number) if found else None

    def step(self, turn: Turn) -> procedures.Step:
        return procedures.get(turn.case.procedure).step(turn.step)

    def words(self, turn: Turn, words: str) -> str:
        return "" if turn.case.secrecy >= 2 else words

    def names(self, first: int, count: int = 1) -> list[User | Post]:
        return [pick(self.hands_there_are, first + place * 5) for place in range(count)]

    def hands(self, turn: Turn, number: int) -> User:
        """Somebody who may act on this turn: its holder, one of the chair, a deputy; anybody where nobody may."""
        oracle = self.oracle()
        found = [one for one in self.office if oracle.acts_as(one.pk, turn)]
        return pick(found or self.office, number)

    def hub(self, case: Case, number: int) -> User:
        """Mostly somebody of the hub, sometimes anybody."""
        oracle = self.oracle()
        found = [one for one in self.office if oracle.holds_hub(one.pk, case.pk)]
        return pick(found, number) if found and number % 4 else pick(self.office, number)

    # --- Trying ---

    def attempt(self, what: str, deed: Callable[[], Any]) -> bool:
        """It is done, or refused with a whole sentence and no trace."""
        try:
            deed()
        except Refused as refused:
            assert str(refused).endswith("。"), str(refused)
            self.refused[what] += 1
            self.nothing_happened = True
            return False
        self.done[what] += 1
        return True

    def on_turn(self, what: str, turn: Turn, actor: User, deed: Callable[..., Any], **given: Any) -> bool:
        """An act that only the hands of a turn may do: done by them, in a name they may use, or refused."""
        might = self.oracle().acts_as(actor.pk, turn)
        count = turn.case.decisions.count()
        if not self.attempt(what, lambda: deed(turn, actor=actor, at=self.tick(), **given)):
            return False
        assert might, f"{actor} has no right to “{what}”."
        mine = turn.case.decisions.filter(number=count + 1).values_list("actor_id", "on_behalf_of_id")[0]
        assert mine[0] == actor.pk
        assert mine[1] in might
        return True

    def by_the_hub(self, what: str, case: Case, actor: User, deed: Callable[[], Any], *, or_by: bool = False) -> bool:
        """An act of the hub's, or of those in `or_by`: nobody else has done it."""
        oracle = self.oracle()
        might = or_by or oracle.holds_hub(actor.pk, case.pk)
        if not self.attempt(what, deed):
            return False
        assert might, f"{actor} has no right to “{what}”."
        return True

    # --- What is asked after every step ---

    @invariant()
    def everything_holds(self) -> None:
        if self.over:
            return
        seen = invariants.look(told=self.seen.told)
        assert seen.broken == []
        changed = [key for key, known in self.seen.kept.items() if seen.kept.get(key) != known]
        assert not changed, f"What stays for ever has changed: {changed}"
        same = seen.state == self.seen.state
        assert same or not self.nothing_happened, "What was refused has left a trace."
        self.seen, self.nothing_happened = seen, False
        if not same:
            self.oracle().read_cases()
            self.steps += 1
            self.agree([pick(list(self.people.values()), self.steps)])

    def agree(self, people: Sequence[User]) -> None:
        """The queue and what may be seen are what the oracle says, and whatever waits may be seen."""
        oracle = self.oracle()
        for person in people:
            waiting = dict(access.waiting_for(person).values_list("pk", "case_id"))
            assert set(waiting) == {turn.pk for turn in oracle.turns if oracle.acts_as(person.pk, turn)}, person
            if waiting or person.pk % 3 == 0:
                turns = Turn.objects.open().select_related("case").order_by("-pk")[:4]
                assert all(bool(access.may_act(person, turn)) == (turn.pk in waiting) for turn in turns), person
            seen = set(access.visible_to(person).values_list("pk", flat=True))
            assert seen == {key for key in oracle.cases if oracle.may_see(person.pk, key)}, person
            assert seen.issuperset(waiting.values()), person
