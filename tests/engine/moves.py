"""The moves of the state machine: every declared and every common one, by and to whomever the numbers choose.

Every move takes the same four numbers: `on` which paper or turn, `by` whom, `how`, and `name` to whom.
"""

from datetime import timedelta
from typing import Any

from office import acting, procedures
from office.models import Case, Decision, Planned, Relocation, Turn
from tests import sketches
from tests.engine.machine import Ground, pick
from tests.make import series


class Walk(Ground):
    # --- Papers come in and move on ---

    def another_comes_in(self, on: int, by: int, how: int, name: int) -> None:
        if Case.objects.count() == 5:
            return
        procedure = pick([*sketches.ALL, sketches.Incoming, sketches.Petition, sketches.Meeting], on)
        secrecy = pick((0, 0, 0, 1, 3), how)
        self.attempt("start", lambda: acting.start(
            procedure,
            actor=pick([self.who.clerk, *self.people.values()], by),
            at=self.tick(),
            series=None if procedure in (sketches.Outgoing, sketches.Accusation) else series("收"),
            title="" if secrecy >= 2 else "关于水渠维修的请示",
            secrecy=secrecy,
            restricted=how % 4 == 1,
            urgency=pick(("normal", "urgent", "flash"), name),
        ))

    def a_paper_moves_on(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on, side=False, back_to=None):
            ways = [one for one in self.step(here).moves if one.primary or one.to] or self.step(here).moves
            self.declared(here, pick(ways, how // 2), by=by, name=name)

    def somebody_does_something(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on):
            self.declared(here, pick(self.step(here).moves, how), by=by, name=name)

    def a_reader_answers(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on, side=True):
            self.declared(here, pick(self.step(here).moves, how), by=by, name=name)

    def a_clerk_writes_it_down(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on):
            self.declared(here, pick(self.step(here).moves, how), by=by, name=name, recorded=True)

    def declared(self, turn: Turn, move: procedures.Move, *, by: int, name: int, recorded: bool = False) -> None:
        given: dict[str, Any] = {}
        if move.opinion == "must" or name % 2:
            # Now and then somebody forgets his opinion, or writes one where he must not (R-SEC-03).
            given["opinion"] = "" if (turn.case.secrecy >= 2) != (name % 7 == 0) else "同意。"
        if move.names:
            given["names"] = self.names(name, 1 if move.names == "one" else 1 + by % 3)
        if move.side and name % 2:
            given["values"] = {"in_order": True}
        if recorded:
            given.update(recorded_by=self.hub(turn.case, name), medium="spoken")
            given.update(happened_at=self.now - timedelta(hours=1))
        what = "recorded move" if recorded else "side move" if turn.side else "main move"
        self.on_turn(what, turn, self.hands(turn, by), lambda on, **more: acting.act(on, move.code, **more), **given)

    def somebody_opens_it(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on):
            acting.opened(here, by=self.hands(here, by), at=self.tick())
            self.done["opened"] += 1

    # --- Into other hands, and back ---

    def it_goes_into_other_hands(self, on: int, by: int, how: int, name: int) -> None:
        if (here := self.turn(on)) is None:
            return
        what, more = pick([
            ("reassign", {}), ("delegate", {}), ("add_signer", {"before": True}), ("add_signer", {"before": False}),
        ], how)
        self.on_turn(f"{what} before" if more.get("before") else what, here, self.hands(here, by),
                     getattr(acting, what), to=self.names(name)[0], opinion=self.words(here, "请会办。"), **more)

    def it_is_given_back(self, on: int, by: int, how: int, name: int) -> None:
        here = self.turn(on, side=False, back_to__isnull=False) or self.turn(on, side=False)
        if here is not None:
            more = {"recorded_by": self.hub(here.case, name), "medium": "phone"} if how % 4 == 3 else {}
            self.on_turn("give_back", here, self.hands(here, by), acting.give_back,
                         opinion=self.words(here, "已办。"), **more)

    def it_is_returned(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on):
            target = pick(acting.earlier(here.case) or [here], name)
            self.on_turn("return_straight" if how % 2 else "return", here, self.hands(here, by), acting.return_to,
                         target=target, reason=self.words(here, "请补。"), straight=bool(how % 2))

    def it_is_taken_back(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.case(on):
            last = here.decisions.filter(side=False).order_by("-number").first()
            person = self.people[last.actor_id] if last and by % 4 else pick(self.office, by)
            seen = self.oracle().may_see(person.pk, here.pk)
            if self.attempt("take_back", lambda: acting.take_back(here, actor=person, at=self.tick())):
                assert seen

    def it_is_claimed_or_put_back(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on, **pick([{"holder": None}, {"holder__isnull": False, "post__isnull": False}], how)):
            what = "release" if here.holder_id else "claim"
            self.on_turn(what, here, self.hands(here, by), getattr(acting, what))

    def somebody_notes_progress(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on):
            self.on_turn("progress", here, self.hands(here, by), acting.progress, opinion="已到三个乡镇。")

    # --- What the hub does ---

    def a_step_is_skipped(self, on: int, by: int, how: int, name: int) -> None:
        if here := self.turn(on, side=False):
            person = self.hands(here, by) if how % 2 else self.hub(here.case, by)
            may = bool(self.oracle().acts_as(person.pk, here))
            to = self.names(name)[0] if name % 3 else None
            self.by_the_hub("skip", here.case, person, or_by=may, deed=lambda: acting.skip(
                here, actor=person, reason=self.words(here, "紧急。"), at=self.tick(), to=to))

    def a_clock_is_turned(self, on: int, by: int, how: int, name: int) -> None:
        paused = self.clock(on, pauses__isnull=False, pauses__to_at=None)
        what = "resume" if paused and how % 2 else pick(("extend", "pause"), how)
        here = paused if what == "resume" else self.clock(on, **({"why__pausable": True} if what == "pause" else {}))
        if here is None:
            return
        turn = here.turn or here.case.turns.get(side=False, ended_at=None)
        person = self.hands(turn, by) if name % 3 else self.hub(here.case, by)
        may = bool(self.oracle().acts_as(person.pk, turn))
        at, words, before = self.tick(), self.words(turn, "待补充材料。"), here.due_at
        until = before + timedelta(days=name % 40 - 3)
        done = self.by_the_hub(what, here.case, person, or_by=may, deed={
            "extend": lambda: acting.extend(here, until=until, actor=person, reason=words, at=at),
            "pause": lambda: acting.pause(here, actor=person, basis=words, at=at),
            "resume": lambda: acting.resume(here, actor=person, at=at),
        }[what])
        here.refresh_from_db()
        assert here.due_at == until if done and what == "extend" else here.due_at >= before

    def circulation_changes(self, on: int, by: int, how: int, name: int) -> None:
        """The hub, or whoever sent the spokes out, adds readers, recalls, reorders and drops."""
        oracle, at = self.oracle(), self.tick()
        waiting = list(Planned.objects.filter(turn=None, dropped_at=None).select_related("case").order_by("pk"))
        spoke = self.turn(on, side=True)
        what = pick(("add_readers", "recall", "reorder", "drop"), how)
        if (what == "recall" and not spoke) or (what in ("reorder", "drop") and not waiting):
            what = "add_readers"
        planned = pick(waiting, on) if waiting else None
        if what == "recall":
            hub = spoke.sent_by
        else:
            narrow = {"case": planned.case} if what != "add_readers" else {}
            # Now and then a reader's own turn, from which nothing may go out.
            sides = {} if name % 5 == 0 else {"side": False}
            hub = self.turn(on, **sides, **narrow) or self.turn(on, side=False, over=True)
        if hub is None:
            return
        person = self.hub(hub.case, by)
        own = hub.holder_id == person.pk or hub.post_id in oracle.seats[person.pk]
        sides = [step.code for step in procedures.get(hub.case.procedure).steps.values() if step.side] or ["none"]
        rows = [row.pk for row in waiting if row.case_id == hub.case_id]
        may = own and not hub.side and oracle.may_see(person.pk, hub.case_id)
        self.by_the_hub(what, hub.case, person, or_by=may, deed={
            "add_readers": lambda: acting.add_readers(
                hub, step=pick(sides, name), names=self.names(name, 1 + name % 3), in_order=name % 2 == 0,
                actor=person, at=at),
            "recall": lambda: acting.recall(spoke, actor=person, at=at),
            "reorder": lambda: acting.reorder(hub, planned=rows[::-1], actor=person, at=at),
            "drop": lambda: acting.drop_planned(planned, hub=hub, actor=person, at=at),
        }[what])

    def it_is_relocated(self, on: int, by: int, how: int, name: int) -> None:
        asked = Relocation.objects.filter(ended_at=None).select_related("case").first()
        if asked is not None:
            person, at = self.mover(asked.case, by), self.tick()
            what = "withdraw_relocation" if how % 4 == 0 else "confirm_relocation"
            may = self.oracle().holds_fallback(person.pk, asked.case_id)
            deed = getattr(acting, what)
            if self.by_the_hub(what, asked.case, person, lambda: deed(asked, actor=person, at=at), or_by=may):
                assert what == "withdraw_relocation" or person.pk != asked.asked_by_id
        elif here := self.case(on, closed_at=None):
            person, steps = self.mover(here, by), list(procedures.get(here.procedure).steps)
            may = self.oracle().holds_fallback(person.pk, here.pk)
            to = self.names(name)[0] if name % 3 else None
            words = "" if here.secrecy >= 2 else "送错了。"
            self.by_the_hub("ask_relocation", here, person, or_by=may, deed=lambda: acting.ask_relocation(
                here, step=pick(steps, how), to=to, actor=person, at=self.tick(), reason=words))

    def mover(self, case: Case, by: int):
        oracle, key = self.oracle(), case.pk
        found = [one for one in self.office if oracle.holds_fallback(one.pk, key) or oracle.holds_hub(one.pk, key)]
        return pick(found or self.office, by)

    def it_is_voided(self, on: int, by: int, how: int, name: int) -> None:
        here = self.case(on, closed_at=None)
        if here is None or how > 3:
            return
        person = self.people[here.opened_by_id] if by % 2 else self.hub(here, by)
        words = "" if here.secrecy >= 2 else "重复登记。"
        own = person.pk == here.opened_by_id and self.oracle().may_see(person.pk, here.pk)
        self.by_the_hub("void", here, person, or_by=own,
                        deed=lambda: acting.void(here, actor=person, reason=words, at=self.tick()))

    # --- Words ---

    def words_are_put_right(self, on: int, by: int, how: int, name: int) -> None:
        found = list(Decision.objects.exclude(opinion="").select_related("case").order_by("pk"))
        if not found:
            return
        first = pick(found, on)
        person = self.people[first.actor_id] if by % 2 else self.hub(first.case, by)
        at = self.tick(hours=3) if how % 2 else self.tick()
        own = person.pk in (first.actor_id, first.recorded_by_id) and at - first.at <= timedelta(minutes=5)
        own = own and self.oracle().may_see(person.pk, first.case_id)
        words, why = f"更正为第{name}种意见。", "笔误。" if name % 3 else ""
        self.by_the_hub("correct", first.case, person, or_by=own, deed=lambda: acting.correct(
            first, opinion=words, actor=person, reason=why, at=at))

    def a_signer_confirms(self, on: int, by: int, how: int, name: int) -> None:
        found = list(Decision.objects.exclude(recorded_by=None).select_related("case").order_by("pk"))
        if found:
            first = pick(found, on)
            person = self.people[first.actor_id] if by % 4 else pick(self.office, by)
            seen = self.oracle().may_see(person.pk, first.case_id)
            if self.attempt("confirm_record", lambda: acting.confirm_record(first, actor=person, at=self.tick())):
                assert person.pk == first.actor_id
                assert seen

    def what_the_paper_says_is_corrected(self, on: int, by: int, how: int, name: int) -> None:
        here = self.case(on, closed_at=None, secrecy__lt=2)
        if here is not None:
            Case.objects.filter(pk=here.pk).update(title=f"更正过的标题之{name}")
            acting.note_content(here, actor=self.hub(here, by), reason="标题有误。", at=self.tick())
            self.done["content"] += 1
