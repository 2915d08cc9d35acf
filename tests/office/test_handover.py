"""Handing over: everything in somebody's hands in one act, seen by whom it may be seen, and written down for ever."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from office import acting, handover
from office.handover import Held, Part, Way
from office.handover.executing import Asked, Changed, hand_over
from office.handover.listing import FALLBACK, fingerprint, listing
from office.models import Deputy, Draft, Follow, Handover, PostHolding, User
from office.models.outbox import Notice
from tests.make import Paper
from tests.people import MONDAY, Cast, seat
from tests.sketches import Incoming

LATER = MONDAY + timedelta(days=1)


def asked(who: Cast, person: User, receiver: User, *, reader: User | None = None, **more) -> Asked:
    """What the supervisor's page sends for the list as it is now."""
    ways, receivers = more.get("ways"), more.get("receivers")
    found = listing(person, reader=reader or who.director, receiver=receiver, ways=ways, receivers=receivers)
    papers = {line.key: "found" for line in found.lines if line.held.copies is not None}
    given = {"token": uuid.uuid4(), "reason": "leaving", "fingerprint": found.fingerprint, "found": papers, **more}
    return Asked(person=person, receiver=receiver, **given)


def handed(who: Cast, person: User, receiver: User, *, actor: User | None = None, **more) -> Handover:
    actor = actor or who.director
    return hand_over(asked(who, person, receiver, reader=actor, **more), actor=actor, at=LATER)


def with_leader(who: Cast, **fields) -> Paper:
    paper = Paper(Incoming, actor=who.clerk, **fields)
    # About a state secret nothing is written here (R-SEC-03), and not every leader is cleared for one.
    secret = fields.get("secrecy", 0) >= 2
    paper.leader = who.first_head if secret else who.leader
    paper.words = {"opinion": "" if secret else "同意"}
    paper.act("submit", who.director, names=[paper.leader], **paper.words)
    return paper


def in_hands_of(who: Cast, person: User, **fields) -> Paper:
    """A paper at the desk of somebody in a department."""
    paper = with_leader(who, **fields)
    paper.act("instruct", paper.leader, **paper.words)
    paper.act("hand_over", who.clerk, names=[person])
    return paper


def out_for_reading(who: Cast, *readers: User, **fields) -> Paper:
    paper = with_leader(who, **fields)
    paper.act("instruct", who.leader, opinion="同意")
    paper.act("send", who.clerk, names=list(readers))
    return paper


def lines(found) -> dict[str, list]:
    groups: dict[str, list] = {}
    for line in found.lines:
        groups.setdefault(line.part.code, []).append(line)
    return groups


# --- Who may ---


@pytest.mark.parametrize(
    ("supervisor", "may"),
    [("director", True), ("first_head", True), ("leader", True), ("handler", True), ("other_leader", False),
     ("second_head", False), ("clerk", False), ("colleague", False), ("system_admin", False)],
)  # fmt: skip
def test_the_director_the_first_head_and_whoever_heads_his_department_supervise(who, supervisor, may):
    assert acting.may_hand_over(who.colleague, getattr(who, supervisor)) is may


def test_who_may_not_supervise_moves_nothing(who):
    paper = in_hands_of(who, who.colleague)
    with pytest.raises(acting.Refused, match="监交"):
        handed(who, who.colleague, who.outsider, actor=who.second_head)
    assert paper.turn.holder == who.colleague


def test_R_CIR_17_a_hand_over_takes_three_people(who):
    for person, receiver in ((who.colleague, who.colleague), (who.colleague, who.director)):
        with pytest.raises(acting.Refused):
            handed(who, person, receiver)


# --- What moves ---


def test_everything_in_his_hands_goes_on_in_one_act(who):
    first, second = in_hands_of(who, who.colleague), in_hands_of(who, who.colleague)
    due = second.turn.due_at
    done = handed(who, who.colleague, who.outsider)
    assert [first.turn.holder, second.turn.holder] == [who.outsider, who.outsider]
    assert second.turn.due_at == due
    assert done.items.filter(part="office.turns", outcome="吴小梅").count() == 2


def test_it_stands_in_the_chain_with_its_number_and_who_supervised(who):
    paper = in_hands_of(who, who.colleague)
    done = handed(who, who.colleague, who.outsider)
    last = paper.last
    assert (last.move, last.label, last.names, last.actor) == ("reassign", "转交", "吴小梅", who.director)
    assert last.reason == f"{done.number}（离职）"


def test_of_a_state_secret_nothing_is_written_beside_the_names(who):
    paper = in_hands_of(who, who.clerk, secrecy=2)
    handed(who, who.clerk, who.first_head)
    assert (paper.turn.holder, paper.last.reason) == (who.first_head, "")


def test_what_was_claimed_goes_to_the_receiver_with_its_chair_or_back_to_the_chair(who):
    first, second = Paper(Incoming, actor=who.clerk), Paper(Incoming, actor=who.clerk)
    for paper in (first, second):
        paper.act("submit", who.director, opinion="拟办", names=[who.leader])
        paper.act("instruct", who.leader, opinion="同意")
        paper.do("claim", who.clerk)
    found = listing(who.clerk, reader=who.director, receiver=who.second_clerk)
    assert {line.held.turn for line in lines(found)["office.claimed"]} == {first.turn, second.turn}
    handed(who, who.clerk, who.second_clerk)
    assert (first.turn.holder, first.turn.post) == (who.second_clerk, who.posts["clerk"])
    handed(who, who.second_clerk, who.clerk, ways={"office.claimed": "back"})
    assert (second.turn.holder, second.turn.post) == (None, who.posts["clerk"])
    assert second.last.move == "release"


def test_nothing_goes_back_to_a_chair_in_which_nobody_else_sits(who):
    paper = with_leader(who)
    paper.act("instruct", who.leader, opinion="同意")
    paper.do("claim", who.clerk)
    PostHolding.objects.filter(person=who.second_clerk, post=who.posts["clerk"]).update(ends_on=date(2025, 1, 1))
    with pytest.raises(acting.Refused, match="没有别人在岗"):
        handed(who, who.clerk, who.outsider, ways={"office.claimed": "back"})
    assert paper.turn.holder == who.clerk


def test_R_CIR_16_what_he_was_to_read_comes_back_to_the_hub(who):
    paper = out_for_reading(who, who.outsider, who.colleague)
    handed(who, who.colleague, who.handler)
    assert [turn.holder for turn in paper.sides()] == [who.outsider]
    assert (paper.last.move, paper.last.names) == ("recall", "刘敏")


def test_a_reading_copy_is_given_to_a_colleague_of_his_department_only(who):
    paper = out_for_reading(who, who.colleague)
    reading = {"ways": {"office.reading": "to"}}
    found = listing(who.colleague, reader=who.director, receiver=who.outsider, **reading)
    assert [line.refused for line in lines(found)["office.reading"]] == [True]
    handed(who, who.colleague, who.handler, **reading)
    assert [turn.holder for turn in paper.sides()] == [who.handler]


def test_who_has_his_own_copy_gets_no_second_one(who):
    paper = out_for_reading(who, who.colleague, who.handler)
    handed(who, who.colleague, who.handler, ways={"office.reading": "to"})
    assert [turn.holder for turn in paper.sides()] == [who.handler]


def test_deputies_end_and_the_other_one_is_told(who):
    today = timezone.localdate()
    for principal, deputy in ((who.colleague, who.handler), (who.outsider, who.colleague)):
        Deputy.objects.create(principal=principal, deputy=deputy, starts_on=today, ends_on=today + timedelta(days=9))
    handed(who, who.colleague, who.second_clerk)
    assert not Deputy.objects.filter(ended_at__isnull=True).exists()
    for person in (who.handler, who.outsider):
        assert Notice.objects.filter(person=person, kind="deputy", words__contains="因交接收回").exists()


def test_his_drafts_and_what_he_follows_stay_his_own(who):
    paper = in_hands_of(who, who.colleague)
    Draft.objects.create(person=who.colleague, key=f"turn:{paper.turn.pk}", values={"opinion": "未定"}, at=MONDAY)
    Follow.objects.create(person=who.colleague, case=paper.case, at=MONDAY)
    done = handed(who, who.colleague, who.outsider)
    assert Draft.objects.get().person == Follow.objects.get().person == who.colleague
    assert done.items.get(part="office.drafts").outcome == "本人的话，不移交"
    assert "未定" not in str(list(done.items.values()))


def test_different_parts_go_to_different_people(who):
    paper = in_hands_of(who, who.handler)
    claimed = with_leader(who)
    claimed.act("instruct", who.leader, opinion="同意")
    claimed.act("hand_over", who.clerk, names=[who.posts["crops"]])
    claimed.do("claim", who.handler)
    handed(who, who.handler, who.colleague, receivers={"office.claimed": who.outsider})
    assert (paper.turn.holder, claimed.turn.holder) == (who.colleague, who.outsider)


# --- Whom a paper may not reach ---


def test_what_bars_the_receiver_is_named_before_and_goes_to_somebody_else(who):
    paper = in_hands_of(who, who.colleague)
    paper.of_case("bar", who.director, people=[who.outsider])
    (line,) = lines(listing(who.colleague, reader=who.director, receiver=who.outsider))["office.turns"]
    assert line.refused
    handed(who, who.colleague, who.outsider, chosen={line.key: who.handler})
    assert paper.turn.holder == who.handler


def test_what_nobody_is_named_for_goes_to_the_declared_fallback_post(who):
    paper = in_hands_of(who, who.colleague)
    paper.of_case("bar", who.director, people=[who.outsider])
    (line,) = lines(listing(who.colleague, reader=who.director, receiver=who.outsider))["office.turns"]
    done = handed(who, who.colleague, who.outsider, chosen={line.key: FALLBACK})
    assert (paper.turn.holder, paper.turn.post) == (None, who.posts["director"])
    assert done.items.get(part="office.turns").outcome == "办公室主任"


def test_a_paper_above_his_clearance_is_not_given_to_him(who):
    in_hands_of(who, who.clerk, secrecy=2)
    found = listing(who.clerk, reader=who.director, receiver=who.second_clerk)
    assert [line.refused for line in lines(found)["office.turns"]] == [True]


def test_who_supervises_learns_nothing_he_may_not_know_and_it_moves_all_the_same(who):
    paper = in_hands_of(who, who.colleague, title="关于某人的来信")
    paper.of_case("bar", who.director, people=[who.first_head])
    found = listing(who.colleague, reader=who.first_head, receiver=who.outsider)
    (line,) = lines(found)["office.turns"]
    assert (line.number, line.what, line.note) == ("", "不在您知悉范围内的文件", "")
    handed(who, who.colleague, who.outsider, actor=who.first_head)
    assert paper.turn.holder == who.outsider


def test_of_what_only_few_may_see_the_list_holds_the_number_alone(who):
    in_hands_of(who, who.clerk, secrecy=1, title="内部通报")
    found = listing(who.clerk, reader=who.director, receiver=who.first_head)
    assert [line.what for line in lines(found)["office.turns"]] == [""]
    done = handed(who, who.clerk, who.first_head)
    assert "内部通报" not in str(list(done.items.values()))


# --- All or nothing, once ---


def test_where_one_cannot_go_nothing_goes_and_no_number_is_used(who):
    papers = [in_hands_of(who, who.colleague) for _n in range(3)]
    handover.add(Failing)
    try:
        with pytest.raises(acting.Refused, match="不成"):
            handed(who, who.colleague, who.outsider)
    finally:
        handover.remove(Failing.code)
    assert [paper.turn.holder for paper in papers] == [who.colleague] * 3
    assert not Handover.objects.exists()
    assert handed(who, who.colleague, who.outsider).serial == 1


class Failing(Part):
    """A part of another function that refuses."""

    code, title, ways = "tests.failing", "钥匙", (Way("to", "移交", wants=True),)

    def held(self, person):
        return [Held(key="1", what="保险柜钥匙", copies=1)]

    def move(self, entries, *, order):
        raise acting.Refused("不成")


def test_pressed_twice_it_is_done_once(who):
    paper = in_hands_of(who, who.colleague)
    given = asked(who, who.colleague, who.outsider)
    first = hand_over(given, actor=who.director, at=LATER)
    assert hand_over(given, actor=who.director, at=LATER) == first
    assert paper.moves().count("reassign") == 1


def test_a_paper_that_came_in_between_is_told_and_nothing_moves(who):
    first = in_hands_of(who, who.colleague)
    given = asked(who, who.colleague, who.outsider)
    in_hands_of(who, who.colleague)
    with pytest.raises(Changed, match="有变动"):
        hand_over(given, actor=who.director, at=LATER)
    assert first.turn.holder == who.colleague


def test_the_list_is_asked_for_with_the_same_queries_however_long_it_is(who):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            listing(who.colleague, reader=who.director, receiver=who.outsider)
        return len(captured)

    in_hands_of(who, who.colleague)
    queries()
    before = queries()
    for _n in range(3):
        in_hands_of(who, who.colleague)
    assert queries() == before


def test_two_lists_of_the_same_things_are_the_same(who):
    assert fingerprint(["b", "a"]) == fingerprint(["a", "b"]) != fingerprint(["ab"])


# --- What stays written ---


def test_a_hand_over_is_never_changed(who):
    in_hands_of(who, who.colleague)
    done = handed(who, who.colleague, who.outsider)
    for change in (lambda: done.items.update(what="别的"), lambda: Handover.objects.update(note="别的"),
                   lambda: done.items.all().delete()):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


class Keys(Part):
    """A part of another function: what a later app adds."""

    code, title, ways = "tests.keys", "钥匙", (Way("to", "移交", wants=True),)
    keeper = "colleague"

    def held(self, person):
        return [Held(key="1", what="保险柜钥匙", copies=2)] if person.username == Keys.keeper else []

    def move(self, entries, *, order):
        Keys.keeper = entries[0].to.username
        return [entries[0].to.name]


@pytest.fixture
def keys():
    """The part installed for one test, the keys with the colleague."""
    Keys.keeper = "colleague"
    handover.add(Keys)
    yield
    handover.remove(Keys.code)


@pytest.mark.usefixtures("keys")
def test_R_CIR_17_what_is_missing_is_explained(who):
    given = asked(who, who.colleague, who.outsider, found={"tests.keys:1": "missing"})
    with pytest.raises(DatabaseError, match="what_is_missing_is_explained"), transaction.atomic():
        hand_over(given, actor=who.director, at=LATER)


@pytest.mark.usefixtures("keys")
def test_a_later_function_adds_its_part(who):
    assert ("tests.keys", 1) in [(part.code, n) for part, n in handover.still_held(who.colleague)]
    line = handed(who, who.colleague, who.outsider).items.get(part="tests.keys")
    assert (line.heading, line.what, line.copies, line.check_found, line.outcome) == (
        "钥匙", "保险柜钥匙", 2, "found", "吴小梅"
    )  # fmt: skip
    assert "tests.keys" not in [part.code for part, _n in handover.still_held(who.colleague)]


def test_two_parts_do_not_share_a_code(who):
    with pytest.raises(ValueError, match="office.turns"):
        handover.add(type("Other", (Keys,), {"code": "office.turns"}))


# --- Away for a time ---


def test_who_comes_back_gets_what_is_still_open_of_his_own(who):
    old, closed = in_hands_of(who, who.colleague), in_hands_of(who, who.colleague)
    away = {"reason": "away", "returns_on": date(2027, 3, 1)}
    taken = handed(who, who.colleague, who.outsider, **away)
    closed.act("report", who.outsider, opinion="已办")
    own = in_hands_of(who, who.outsider)
    found = listing(who.outsider, reader=who.director, receiver=who.colleague, taken=taken)
    assert [line.held.case for line in found.lines] == [old.case]
    back = Asked(
        token=uuid.uuid4(), person=who.outsider, receiver=who.colleague, reason="away", fingerprint=found.fingerprint,
        returns=taken,
    )  # fmt: skip
    hand_over(back, actor=who.director, at=LATER)
    assert (old.turn.holder, own.turn.holder) == (who.colleague, who.outsider)


# --- Chairs ---


def test_a_chair_is_only_asked_for(who):
    done = handed(who, who.handler, who.colleague)
    line = done.items.get(part="office.posts")
    assert (line.what, line.outcome) == ("种植业股股长", "请安全管理员任免，拟由刘敏接任")
    assert PostHolding.objects.current(timezone.localdate()).filter(person=who.handler).exists()
    assert not PostHolding.objects.filter(person=who.colleague, post=who.posts["crops"]).exists()
    assert Notice.objects.filter(person=who.security_admin, kind="holding").exists()


def test_a_colleague_seated_in_two_chairs_hands_over_both(who):
    seat(who.posts["typist"], who.handler)
    done = handed(who, who.handler, who.colleague)
    assert set(done.items.filter(part="office.posts").values_list("post", flat=True)) == {
        who.posts["crops"].pk, who.posts["typist"].pk
    }  # fmt: skip


# --- What comes back later ---


def test_what_he_has_delegated_comes_back_to_the_receiver(who):
    paper = in_hands_of(who, who.colleague)
    paper.do("delegate", who.colleague, to=who.handler)
    done = handed(who, who.colleague, who.outsider)
    line = done.items.get(part="office.returning")
    assert (line.note, line.outcome) == ("现在在赵立军处，送回时给接收人", "送回时给吴小梅")
    assert paper.turn.holder == who.handler
    paper.do("give_back", who.handler, opinion="已看")
    assert (paper.turn.holder, paper.last.names) == (who.outsider, "吴小梅")


def test_what_has_come_back_already_is_no_more_out(who):
    paper = in_hands_of(who, who.colleague)
    paper.do("delegate", who.colleague, to=who.handler)
    paper.do("give_back", who.handler, opinion="已看")
    assert "office.returning" not in lines(listing(who.colleague, reader=who.director, receiver=who.outsider))


def test_sent_on_from_hand_to_hand_it_is_still_his(who):
    paper = in_hands_of(who, who.colleague)
    paper.do("delegate", who.colleague, to=who.handler)
    paper.do("delegate", who.handler, to=who.second_head)
    (line,) = lines(listing(who.colleague, reader=who.director, receiver=who.outsider))["office.returning"]
    assert line.note == "现在在周国强处，送回时给接收人"


def test_what_comes_back_from_a_reader_is_told_to_who_has_the_paper_now(who):
    paper = with_leader(who)
    paper.act("instruct", who.leader, opinion="同意")
    paper.do("claim", who.clerk)
    paper.act("send", who.clerk, names=[who.outsider])
    handed(who, who.clerk, who.second_clerk)
    paper.act("read", who.outsider, turn=paper.side(who.outsider))
    told = Notice.objects.filter(kind="returned", case=paper.case).values_list("person__username", flat=True)
    assert list(told) == ["clerk2"]
