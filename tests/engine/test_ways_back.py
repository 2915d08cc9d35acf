"""退回重走, 退回直送, 撤回: the ways back, with what they keep and what they undo."""

from datetime import timedelta

import pytest

from office import access, acting
from office.acting import Refused
from tests import sketches
from tests.make import Paper, series


def back_to(paper: Paper, step: str):
    return paper.case.turns.filter(step=step, side=False).order_by("-pk").first()


@pytest.fixture
def draft(who) -> Paper:
    """A draft that has been reviewed and lies before the leader who signs."""
    made = Paper(sketches.Outgoing, actor=who.handler)
    made.act("submit", who.handler, opinion="请核。")
    made.act("reviewed", who.director, names=[who.leader, who.first_head])
    return made


@pytest.fixture
def document(who) -> Paper:
    """An incoming document proposed to three leaders, the first of whom has it."""
    made = Paper(sketches.Incoming, actor=who.clerk, series=series())
    made.act(
        "submit", who.director, opinion="请各位领导阅示。", names=[who.first_head, who.leader, who.other_leader]
    )
    return made


# --- 退回重走 ---


def test_a_paper_returned_to_walk_again_begins_a_new_round(draft, who):
    draft.do("return_to", who.leader, target=back_to(draft, "draft"), reason="依据不足。", straight=False)
    assert (draft.fresh().round, draft.turn.round, draft.turn.step) == (2, 2, "draft")
    assert draft.last.reason == "依据不足。"


def test_approvals_of_an_earlier_round_stay_visible_and_no_longer_count(draft, who):
    draft.do("return_to", who.leader, target=back_to(draft, "draft"), reason="依据不足。", straight=False)
    assert draft.case.decisions.filter(move="reviewed").count() == 1
    assert not draft.case.decisions.filter(move="reviewed", round=draft.fresh().round).exists()


def test_a_return_needs_a_reason(draft, who):
    with pytest.raises(Refused) as refused:
        draft.do("return_to", who.leader, target=back_to(draft, "draft"), reason=" ", straight=False)
    assert refused.value.field == "reason"


def test_a_paper_goes_back_only_where_it_has_been(draft, who):
    other = Paper(sketches.Outgoing, actor=who.handler)
    other.act("submit", who.handler)
    with pytest.raises(Refused, match="已经走过的环节"):
        draft.do("return_to", who.leader, target=back_to(other, "draft"), reason="不对。", straight=False)
    with pytest.raises(Refused, match="已经走过的环节"):
        draft.do("return_to", who.leader, target=draft.turn, reason="不对。", straight=False)


def test_a_paper_is_not_returned_to_the_hands_it_is_in(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.act("present", who.clerk, names=[who.leader])
    paper.act("circle", who.leader)
    with pytest.raises(Refused, match="请选更早的环节"):
        paper.do("return_to", who.clerk, target=paper.case.turns.filter(step="assign").first(), reason="错。",
                 straight=False)


def test_who_was_still_on_the_list_is_not_asked_twice_when_all_is_walked_again(document, who):
    document.do(
        "return_to", who.first_head, target=back_to(document, "propose"), reason="请写明承办股室。", straight=False
    )
    document.act("submit", who.director, opinion="拟由种植业股承办。", names=[who.leader])
    document.act("circle", who.leader)
    with pytest.raises(Refused, match="请选定送给谁"):
        document.act("present", who.clerk)


def test_a_step_that_waits_for_its_side_turns_recalls_them_when_the_paper_goes_back(who):
    paper = Paper(sketches.Outgoing, actor=who.handler)
    paper.act("consult", who.handler, names=[who.second_head])
    paper.act("submit", who.handler)
    asked = paper.side(who.second_head)
    paper.do("return_to", who.director, target=back_to(paper, "draft"), reason="重写。", straight=False)
    asked.refresh_from_db()
    assert asked.ended_how == "recalled"


def test_a_return_to_somebody_who_has_left_goes_to_his_chair_or_the_fallback(document, who):
    document.act("circle", who.first_head)
    document.act("present", who.clerk)
    document.act("circle", who.leader)
    who.leader.is_active = False
    who.leader.save()
    target = document.case.turns.get(step="instruct", holder=who.leader)
    document.do("return_to", who.clerk, target=target, reason="请再批示。", straight=True)
    assert (document.turn.step, document.turn.post) == ("instruct", who.posts["director"])
    assert document.last.names == "办公室主任"


def test_what_lies_with_a_helper_goes_back_to_him_before_it_walks_again(draft, who):
    draft.do("delegate", who.leader, to=who.other_leader)
    with pytest.raises(Refused, match="先送回 王志远"):
        draft.do("return_to", who.other_leader, target=back_to(draft, "draft"), reason="重写。", straight=False)


def test_a_reader_does_not_return_the_paper(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.act("send", who.clerk, names=[who.leader])
    with pytest.raises(Refused, match="不能退回流程"):
        paper.do("return_to", who.leader, turn=paper.side(who.leader), target=back_to(paper, "propose"),
                 reason="不对。", straight=False)


def test_the_places_to_return_to_are_each_named_once(document, who):
    document.act("circle", who.first_head)
    document.act("present", who.clerk)
    document.act("circle", who.leader)
    places = [(turn.step, turn.holder or turn.post) for turn in acting.earlier(document.case)]
    assert places == [
        ("instruct", who.leader), ("instruct", who.first_head), ("propose", who.posts["director"]),
    ]


# --- 退回直送 ---


def test_a_paper_returned_straight_comes_back_to_the_one_who_returned_it(draft, who):
    draft.do("return_to", who.leader, target=back_to(draft, "draft"), reason="第三段重写。", straight=True)
    assert draft.turn.step == "draft"
    with pytest.raises(Refused, match="办完要送回 王志远"):
        draft.act("submit", who.handler)
    draft.do("give_back", who.handler, opinion="已改。")
    assert (draft.turn.step, draft.turn.holder, draft.turn.back_to_id) == ("sign", who.leader, None)
    assert draft.fresh().round == 1
    draft.act("sign", who.leader)


def test_returns_straight_nest(draft, who):
    draft.do("return_to", who.leader, target=back_to(draft, "review"), reason="请复核。", straight=True)
    draft.do("return_to", who.director, target=back_to(draft, "draft"), reason="请补依据。", straight=True)
    draft.do("give_back", who.handler, opinion="已补。")
    assert draft.turn.post == who.posts["director"]
    draft.do("give_back", who.director, opinion="已复核。")
    assert draft.turn.holder == who.leader


# --- 撤回 ---


def test_a_paper_is_taken_back_until_the_next_has_opened_it(document, who):
    assert acting.may_take_back(document.case, who.director) is not None
    document.of_case("take_back", who.director, reason="写错了人。")
    assert (document.turn.step, document.turn.post) == ("propose", who.posts["director"])
    document.act("submit", who.director, opinion="请志远同志批示。", names=[who.leader])
    assert document.turn.holder == who.leader


def test_a_paper_that_has_been_opened_is_not_taken_back(document, who):
    acting.opened(document.turn, by=who.first_head, at=document.tick())
    assert acting.may_take_back(document.case, who.director) is None
    with pytest.raises(Refused, match="已经打开或办理"):
        document.of_case("take_back", who.director)


def test_the_senders_own_look_is_no_opening(document, who):
    acting.opened(document.turn, by=who.director, at=document.tick())
    document.of_case("take_back", who.director)


def test_a_paper_that_has_been_claimed_is_not_taken_back(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.do("claim", who.second_clerk)
    with pytest.raises(Refused, match="已经打开或办理"):
        paper.of_case("take_back", who.director)


def test_a_paper_claimed_and_put_back_has_been_touched(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.do("claim", who.second_clerk)
    paper.do("release", who.second_clerk)
    assert acting.may_take_back(paper.case, who.director) is None


def test_a_date_the_office_has_put_off_is_no_act_of_the_next_holder(document, who):
    clock = document.turn.clocks.get()
    acting.extend(
        clock, until=clock.due_at + timedelta(days=2), actor=who.clerk, reason="等附件。", at=document.tick()
    )
    document.of_case("take_back", who.director, reason="写错了人。")
    assert document.turn.step == "propose"


def test_a_paper_that_has_moved_on_is_not_taken_back(document, who):
    document.act("circle", who.first_head)
    with pytest.raises(Refused, match="已经打开或办理"):
        document.of_case("take_back", who.director)


def test_only_who_sent_it_takes_it_back(document, who):
    for other in (who.clerk, who.leader, who.outsider):
        assert acting.may_take_back(document.case, other) is None


def test_who_changed_the_order_of_the_list_does_not_get_the_paper_by_it(document, who):
    hub = document.case.turns.get(step="propose")
    rows = list(document.case.planned.order_by("-position").values_list("pk", flat=True))
    acting.reorder(hub, planned=rows, actor=who.clerk, at=document.tick())
    assert acting.may_take_back(document.case, who.clerk) is None
    assert acting.may_take_back(document.case, who.director) == hub


def test_the_clerk_takes_back_what_he_wrote_down_for_a_leader(document, who):
    acting.act(
        document.turn, "instruct", actor=who.first_head, opinion="请农机股办。", recorded_by=who.clerk, medium="spoken",
        at=document.tick(),
    )
    document.of_case("take_back", who.clerk, reason="看错了批示。")
    assert document.turn.holder == who.first_head


def test_what_was_planned_by_the_move_is_planned_no_more(document, who):
    document.of_case("take_back", who.director)
    document.act("submit", who.director, opinion="请局长批示。", names=[who.first_head])
    document.act("circle", who.first_head)
    with pytest.raises(Refused, match="请选定送给谁"):
        document.act("present", who.clerk)


def test_whom_the_move_had_taken_from_the_list_is_on_it_again(document, who):
    document.act("circle", who.first_head)
    document.act("present", who.clerk)
    document.of_case("take_back", who.clerk)
    document.act("present", who.clerk)
    assert document.turn.holder == who.leader


def test_a_delegation_is_taken_back(draft, who):
    draft.do("delegate", who.leader, to=who.other_leader)
    draft.of_case("take_back", who.leader)
    assert (draft.turn.holder, draft.turn.back_to_id) == (who.leader, None)


def test_what_was_given_back_too_early_is_taken_back_with_its_way_back(draft, who):
    draft.do("delegate", who.leader, to=who.other_leader)
    draft.do("give_back", who.other_leader, opinion="同意。")
    draft.of_case("take_back", who.other_leader)
    draft.do("give_back", who.other_leader, opinion="同意，请补一句。")
    assert (draft.turn.holder, draft.turn.back_to_id) == (who.leader, None)


def test_side_turns_sent_with_the_move_are_recalled_with_it(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.act("hand_over", who.clerk, names=[who.handler, who.second_head])
    paper.of_case("take_back", who.clerk)
    assert paper.sides() == []
    assert paper.turn.step == "assign"


def test_a_helper_who_has_opened_his_copy_stops_the_taking_back(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.act("hand_over", who.clerk, names=[who.handler, who.second_head])
    acting.opened(paper.side(who.second_head), by=who.second_head, at=paper.tick())
    assert acting.may_take_back(paper.case, who.clerk) is None


def test_a_helper_who_has_answered_stops_the_taking_back(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.act("hand_over", who.clerk, names=[who.handler, who.second_head])
    paper.act("answer", who.second_head, turn=paper.side(who.second_head), opinion="已办。")
    assert acting.may_take_back(paper.case, who.clerk) is None


def test_a_return_taken_back_leaves_the_approvals_in_force(draft, who):
    draft.do("return_to", who.leader, target=back_to(draft, "draft"), reason="看错了。", straight=False)
    draft.of_case("take_back", who.leader)
    assert draft.fresh().round == 1
    draft.act("sign", who.leader)
    assert draft.turn.step == "recheck"


def test_a_return_taken_back_leaves_the_list_as_it_was(document, who):
    row = document.case.planned.get(holder=who.other_leader)
    acting.drop_planned(row, actor=who.clerk, hub=document.turn, at=document.tick())
    document.do(
        "return_to", who.first_head, target=back_to(document, "propose"), reason="看错了。", straight=False
    )
    document.of_case("take_back", who.first_head)
    document.act("circle", who.first_head)
    document.act("present", who.clerk)
    assert document.turn.holder == who.leader
    document.act("circle", who.leader)
    with pytest.raises(Refused, match="请选定送给谁"):
        document.act("present", who.clerk)


@pytest.mark.parametrize("straight", [True, False])
def test_a_return_that_called_spokes_back_is_not_taken_back(who, straight):
    """They would come to their readers a second time, or, left out, never."""
    paper = Paper(sketches.Outgoing, actor=who.handler)
    paper.act("consult", who.handler, names=[who.second_head])
    paper.act("submit", who.handler)
    paper.do("return_to", who.director, target=back_to(paper, "draft"), reason="看错了。", straight=straight)
    assert acting.may_take_back(paper.case, who.director) is None
    with pytest.raises(Refused, match="收回了还在别人手里的会签"):
        paper.of_case("take_back", who.director)


def test_a_return_after_which_somebody_beside_the_path_has_decided_is_not_taken_back(who):
    """His approval belongs to the new round; it would be lost, or count in a later one."""
    paper = Paper(sketches.Outgoing, actor=who.handler)
    paper.act("submit", who.handler)
    draft = paper.case.turns.get(step="draft")
    paper.act("reviewed", who.director, names=[who.leader])
    acting.add_readers(draft, step="countersign", names=[who.second_head], actor=who.handler, at=paper.tick())
    paper.do("return_to", who.leader, target=back_to(paper, "draft"), reason="依据不足。", straight=False)
    paper.act("agree", who.second_head, turn=paper.side(who.second_head))
    assert acting.may_take_back(paper.case, who.leader) is None
    assert paper.last.round == paper.fresh().round == 2


def test_who_may_no_longer_see_a_paper_does_not_take_it_back(who):
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=3)
    paper.act("circulate", who.director)
    who.director.clearance = 1
    who.director.save()
    with pytest.raises(Refused, match="不在您手里"):
        paper.of_case("take_back", who.director)


def test_taking_back_buys_no_time(document, who):
    due = document.case.turns.get(step="propose").due_at
    document.tick(days=1)
    document.of_case("take_back", who.director)
    assert document.turn.due_at == due


def test_what_two_people_moved_is_not_taken_back_by_one(document, who):
    asked = document.of_case("ask_relocation", who.clerk, step="assign", to=None, reason="送错了。")
    acting.confirm_relocation(asked, actor=who.director, at=document.tick())
    assert acting.may_take_back(document.case, who.director) is None


def test_a_closed_case_is_not_taken_back(who):
    paper = Paper(sketches.Duty, actor=who.colleague)
    paper.act("phoned", who.colleague, opinion="已报。")
    paper.act("reported", who.colleague, opinion="已报。")
    paper.act("final", who.colleague, opinion="已处置。")
    with pytest.raises(Refused):
        paper.of_case("take_back", who.colleague)


def test_who_took_it_back_still_sees_it_and_who_never_opened_it_does_too(document, who):
    document.of_case("take_back", who.director)
    for person in (who.director, who.first_head):
        assert access.visible_to(person).filter(pk=document.case.pk).exists()
