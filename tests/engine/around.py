"""What happens around the papers: links, bars, deputies, people who come and go, time, and trespass."""

import random
import sys
from datetime import timedelta
from typing import ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from office import acting, linking
from office.acting import Refused
from office.chasing import chase
from office.models import Case, Decision, Deputy, Link, PostHolding, Turn, User
from tests import sketches
from tests.engine.machine import pick
from tests.engine.moves import Walk
from tests.people import seat

ASKED = {
    "sketch.seal": sketches.SealRequest("发文", 2),
    "sketch.outgoing": sketches.Draft("会议纪要"),
    "sketch.petition": sketches.Call("某某", "反映水渠失修"),
    "sketch.supervision": sketches.Order("月底前办结。"),
}


# How often each is tried, in comparison.
OFTEN = {
    "another_comes_in": 2,
    "a_paper_moves_on": 10,
    "somebody_does_something": 5,
    "a_reader_answers": 3,
    "a_clerk_writes_it_down": 2,
    "somebody_opens_it": 1,
    "it_goes_into_other_hands": 6,
    "it_is_given_back": 3,
    "it_is_returned": 4,
    "it_is_taken_back": 3,
    "it_is_claimed_or_put_back": 3,
    "somebody_notes_progress": 1,
    "a_step_is_skipped": 2,
    "a_clock_is_turned": 3,
    "circulation_changes": 4,
    "it_is_relocated": 2,
    "it_is_voided": 1,
    "words_are_put_right": 2,
    "a_signer_confirms": 1,
    "what_the_paper_says_is_corrected": 1,
    "one_case_opens_another": 2,
    "cases_are_linked_and_parted": 2,
    "somebody_is_barred": 2,
    "somebody_stands_in": 2,
    "somebody_changes_chairs": 1,
    "somebody_changes": 1,
    "time_passes": 1,
    "somebody_tries_what_is_not_his": 2,
    "somebody_clicks_on_an_old_page": 1,
}
MOVES = [name for name, times in OFTEN.items() for _time in range(times)]



class Office(Walk):
    """`most`: how many moves an example has at most; each throws its own number up to that.

    Hypothesis draws the dice of an example, not every throw: drawing those one by one it repeats itself so much
    that of a hundred examples not half are new. The throws of a failing example are printed, and its dice again
    give the same.
    """

    most: ClassVar[int] = 30
    lot: ClassVar[int] = 0
    walked: ClassVar[set[str]] = set()

    @initialize(dice=st.randoms(use_true_random=True))
    def a_paper_comes_in(self, dice: random.Random) -> None:
        # The simplest dice begin every lot, and shall not throw the same in each.
        self.seed = f"{self.lot}:{dice.random()}"
        if self.seed in self.walked:
            return  # the same dice again: left with no moves
        self.dice = random.Random(self.seed)
        self.left = self.dice.randint(self.most // 3, self.most)
        # Who is asked after every step: another one first in every example.
        self.steps = self.left
        self.throw("another_comes_in")

    def teardown(self) -> None:
        super().teardown()
        # One that fails is walked again, to be shown.
        if sys.exc_info()[0] is None:
            self.walked.add(self.seed)

    @rule()
    def next(self) -> None:
        self.left -= 1
        self.over = self.left < 0
        if not self.over:
            self.throw(self.dice.choice(MOVES))

    def throw(self, what: str) -> None:
        on, by, how, name = (self.dice.randrange(240) for _number in range(4))
        note(f"{what}({on}, {by}, {how}, {name})")
        getattr(self, what)(on, by, how, name)

    # --- Links and bars ---

    def one_case_opens_another(self, on: int, by: int, how: int, name: int) -> None:
        here = self.case(on)
        if here is None or Case.objects.count() == 5:
            return
        oracle = self.oracle()
        person = pick([one for one in self.office if oracle.may_see(one.pk, here.pk)] or self.office, by)
        code, asked = pick(list(ASKED.items()), how)
        if self.attempt("open_linked", lambda: linking.open_linked(
            here, code, asked=asked, actor=person, at=self.tick()
        )):
            assert oracle.may_see(person.pk, here.pk)

    def cases_are_linked_and_parted(self, on: int, by: int, how: int, name: int) -> None:
        first, second = self.case(on), self.case(name)
        if first is None or second is None:
            return
        oracle = self.oracle()
        knowing = [one for one in self.office if all(oracle.may_see(one.pk, case.pk) for case in (first, second))]
        person = pick(knowing if knowing and by % 3 else self.office, by)
        link = Link.objects.filter(undone_at=None).order_by("pk").first()
        if how % 3 == 0 and link is not None:
            if self.attempt("undo", lambda: linking.undo(link, actor=person, at=self.tick())):
                assert oracle.may_see(person.pk, link.from_case_id)
        elif self.attempt("connect", lambda: linking.connect(first, second, kind="see", actor=person, at=self.tick())):
            assert oracle.may_see(person.pk, first.pk)
            assert oracle.may_see(person.pk, second.pk)

    def somebody_is_barred(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.case(on):
            units = list(self.who.departments.values())
            more = {"people": [self.holder(name)]} if how % 3 else {"departments": [pick(units, name)]}
            # Refused where it would leave a paper in nobody's hands; then nothing has happened.
            self.attempt("bar", lambda: acting.bar(here, actor=pick(self.office, by), at=self.tick(), **more))

    # --- People ---

    def holder(self, number: int) -> User:
        """Mostly somebody who has a paper in his hands, sometimes anybody."""
        oracle = self.oracle()
        found = [one for one in self.office if any(oracle.holds(one.pk, turn) for turn in oracle.turns)]
        return pick(found if found and number % 3 else self.office, number)

    def somebody_stands_in(self, on: int, by: int, how: int, name: int) -> None:
        running = Deputy.objects.filter(ended_at=None).first()
        if how % 3 == 0 and running is not None:
            Deputy.objects.filter(pk=running.pk).update(ended_at=self.tick())
            self.people_changed()
            self.done["deputy ended"] += 1
            return
        absent, present = self.holder(on), pick(self.office, name)
        if absent == present:
            return
        codes = [[], ["sketch.incoming"], [pick(sketches.ALL, by).code]]
        Deputy.objects.bulk_create([Deputy(
            principal=absent, deputy=present, starts_on=self.today - timedelta(days=2),
            ends_on=self.today + timedelta(days=2), procedures=pick(codes, how), highest_secrecy=by % 4,
        )])
        self.people_changed()
        acting.settle_bars(present, actor=self.who.security_admin, at=self.tick())
        self.done["deputy"] += 1

    def somebody_changes_chairs(self, on: int, by: int, how: int, name: int) -> None:
        person, chair = pick(self.office, on), pick(list(self.who.posts.values()), name)
        if how % 2:
            held = PostHolding.objects.filter(person=person, ends_on=None)
            held.update(ends_on=self.today - timedelta(days=5))
        elif not PostHolding.objects.current(self.today).filter(post=chair, person=person).exists():
            seat(chair, person)
        self.people_changed()
        acting.settle_bars(person, actor=self.who.security_admin, at=self.tick())
        self.done["chairs"] += 1

    def somebody_changes(self, on: int, by: int, how: int, name: int) -> None:
        """Leaves the house or comes back, goes to another department, is cleared for more or for less."""
        person = pick(self.office, on)
        change = pick([
            {"is_active": not person.is_active},
            {"department": pick(list(self.who.departments.values()), name)},
            {"clearance": pick((0, 1, 3, 4), name)},
        ], how)
        User.objects.filter(pk=person.pk).update(**change)
        for name, value in change.items():
            setattr(person, name, value)
        self.people_changed()
        acting.settle_bars(person, actor=self.who.security_admin, at=self.tick())
        self.done["person"] += 1

    # --- Time, and trespass ---

    def time_passes(self, on: int, by: int, how: int, name: int) -> None:
        """Silence is never consent: reminders go out, nothing moves."""
        papers = Turn.objects.order_by("pk").values_list("pk", "ended_at", "holder_id")
        before, decided = list(papers), Decision.objects.count()
        chase(self.tick(hours=1 + 10 * (name % 40)))
        assert (list(papers.all()), Decision.objects.count()) == (before, decided)
        self.done["time"] += 1

    def somebody_tries_what_is_not_his(self, on: int, by: int, how: int, name: int) -> None:
        if (here := self.turn(on)) is None:
            return
        oracle = self.oracle()
        strangers = [one for one in self.people.values() if not oracle.acts_as(one.pk, here)]
        if not strangers:
            return
        person, at = pick(strangers, by), self.tick()
        move = pick(self.step(here).moves, name).code
        deed = pick([
            lambda: acting.act(here, move, actor=person, opinion="同意。", names=[self.who.clerk], at=at),
            lambda: acting.claim(here, actor=person, at=at),
            lambda: acting.reassign(here, to=person, actor=person, at=at),
            lambda: acting.progress(here, actor=person, opinion="已办。", at=at),
            lambda: acting.give_back(here, actor=person, opinion="已办。", at=at),
            lambda: acting.return_to(here, target=here, actor=person, reason="重办。", straight=False, at=at),
        ], how)
        done = self.attempt("trespass", deed)
        assert not done, f"{person} acted on what is not in his hands."

    def somebody_clicks_on_an_old_page(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on, over=True):
            code = pick(self.step(here).moves, how).code
            person = self.hands(here, by)
            try:
                acting.act(here, code, actor=person, opinion="同意。", at=self.tick())
            except Refused as refused:
                assert "结束" in str(refused) or "已由" in str(refused)
                self.nothing_happened = True
                self.refused["old page"] += 1
            else:
                raise AssertionError("An ended turn was acted on.")
