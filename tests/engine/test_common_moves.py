"""认领, 转交, 委派, 加签, 跳过, 进展, 延期, 暂停: each common move, and what refuses it."""

from datetime import timedelta

import pytest

from office import access, acting, timing
from office.acting import Refused
from office.models import Day, StepSetting
from tests import sketches
from tests.make import Paper, series
from tests.people import MONDAY


@pytest.fixture
def paper(who) -> Paper:
    """A paper handed to the head of the crops section by name."""
    made = Paper(sketches.Incoming, actor=who.clerk, series=series())
    made.act("submit", who.director, opinion="拟请志远同志批示。", names=[who.leader])
    made.act("instruct", who.leader, opinion="同意。")
    made.act("hand_over", who.clerk, names=[who.handler])
    return made


@pytest.fixture
def petition(who) -> Paper:
    made = Paper(sketches.Petition, actor=who.clerk)
    made.act("accept", who.clerk, names=[who.handler])
    return made


# --- 认领 and 放回 ---


def test_one_of_a_posts_people_claims_its_paper_and_the_post_is_kept(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    turn = paper.do("claim", who.second_clerk)
    assert (turn.holder, turn.post) == (who.second_clerk, who.posts["clerk"])
    with pytest.raises(Refused, match="不在您手里"):
        paper.act("finish", who.clerk)


def test_what_one_has_claimed_the_other_cannot_claim(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.do("claim", who.second_clerk)
    with pytest.raises(Refused, match="不在您手里"):
        paper.do("claim", who.clerk)
    with pytest.raises(Refused, match="林晓岚 已经认领"):
        paper.do("claim", who.second_clerk)


def test_a_claimed_paper_put_back_waits_for_the_whole_post_again(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.do("claim", who.second_clerk)
    paper.do("release", who.second_clerk)
    paper.act("finish", who.clerk)
    assert paper.moves()[-3:] == ["claim", "release", "finish"]


def test_a_paper_addressed_to_a_person_cannot_be_put_back_into_a_post(paper, who):
    with pytest.raises(Refused, match="不能放回"):
        paper.do("release", who.handler)


def test_a_claimed_paper_is_not_put_back_into_a_chair_nobody_sits_in(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.do("claim", who.second_clerk)
    who.posts["clerk"].holdings.update(ends_on="2020-12-31")
    with pytest.raises(Refused, match="没有人在岗"):
        paper.do("release", who.second_clerk)


# --- 转交 ---


def test_a_paper_put_into_other_hands_keeps_its_step_and_its_date(paper, who):
    before = paper.clock
    paper.tick(days=3)
    turn = paper.do("reassign", who.handler, to=who.second_head, opinion="农机股的事。")
    assert (turn.step, turn.holder) == ("handle", who.second_head)
    assert (paper.clock.starts_at, paper.clock.first_due_at, turn.due_at) == (
        before.starts_at, before.first_due_at, before.due_at,
    )
    before.refresh_from_db()
    assert before.stopped_at == paper.now


def test_a_paper_in_other_hands_is_paused_on(petition, who):
    acting.pause(petition.clock, actor=who.handler, basis="待当事人补充材料", at=petition.tick(days=1))
    petition.do("reassign", who.handler, to=who.second_head)
    acting.resume(petition.clock, actor=who.second_head, at=petition.tick(days=4))
    assert petition.clock.due_at == petition.clock.first_due_at + timedelta(days=4)


def test_who_had_it_may_look_at_it_and_no_longer_act(paper, who):
    paper.do("reassign", who.handler, to=who.second_head)
    assert access.visible_to(who.handler).filter(pk=paper.case.pk).exists()
    with pytest.raises(Refused, match="不在您手里"):
        paper.act("report", who.handler, opinion="已办。")


@pytest.mark.parametrize("move", ["reassign", "delegate", "add_before", "add_after"])
def test_a_paper_does_not_go_to_the_one_who_holds_it(paper, who, move):
    signer = {"before": move == "add_before"} if move.startswith("add") else {}
    name = "add_signer" if signer else move
    with pytest.raises(Refused, match="已经在这位手里"):
        paper.do(name, who.handler, to=who.handler, opinion="请会办。", **signer)


@pytest.mark.parametrize("move", ["reassign", "delegate"])
def test_a_paper_does_not_go_to_somebody_who_may_not_have_it(paper, who, move):
    with pytest.raises(Refused, match="请另选") as refused:
        paper.do(move, who.handler, to=who.audit_admin)
    assert refused.value.field == "names"


# --- 委派 and 加签 ---


def test_what_is_delegated_comes_back_to_the_one_who_delegated(paper, who):
    paper.do("delegate", who.handler, to=who.colleague, opinion="请先核实面积。")
    assert paper.turn.holder == who.colleague
    paper.do("give_back", who.colleague, opinion="面积属实。")
    assert (paper.turn.step, paper.turn.holder, paper.turn.back_to) == ("handle", who.handler, None)
    paper.act("report", who.handler, opinion="已办。")


def test_delegations_nest_and_come_back_in_order(paper, who):
    paper.do("delegate", who.handler, to=who.colleague)
    paper.do("delegate", who.colleague, to=who.second_head)
    paper.do("add_signer", who.second_head, to=who.outsider, before=True)
    holders = []
    for person in (who.outsider, who.second_head, who.colleague):
        paper.do("give_back", person, opinion="已办，请阅。")
        holders.append(paper.turn.holder)
    assert holders == [who.second_head, who.colleague, who.handler]
    assert paper.turn.back_to_id is None


def test_delegating_back_and_forth_ends_where_it_began(paper, who):
    paper.do("delegate", who.handler, to=who.colleague)
    paper.do("delegate", who.colleague, to=who.handler)
    paper.do("give_back", who.handler, opinion="请您定。")
    paper.do("give_back", who.colleague, opinion="还是请您定。")
    assert paper.turn.holder == who.handler
    assert paper.turn.back_to_id is None


def test_who_works_for_another_cannot_move_the_paper_on(paper, who):
    paper.do("delegate", who.handler, to=who.colleague)
    with pytest.raises(Refused, match="办完要送回 赵立军"):
        paper.act("report", who.colleague, opinion="已办。")


def test_delegating_buys_no_time(paper, who):
    due = paper.turn.due_at
    paper.tick(days=2)
    paper.do("delegate", who.handler, to=who.colleague)
    assert paper.turn.due_at == due
    paper.tick(days=2)
    paper.do("give_back", who.colleague, opinion="已核实。")
    assert paper.turn.due_at == due
    assert paper.clock.first_due_at == due


def test_giving_back_needs_words(paper, who):
    paper.do("delegate", who.handler, to=who.colleague)
    with pytest.raises(Refused) as refused:
        paper.do("give_back", who.colleague)
    assert refused.value.field == "opinion"


def test_there_is_nothing_to_give_back_when_nobody_asked(paper, who):
    with pytest.raises(Refused, match="没有要送回的人"):
        paper.do("give_back", who.handler, opinion="已办。")


def test_giving_back_does_not_wait_for_side_turns_or_linked_cases(who):
    """The paper stays at its step: nothing has been left."""
    paper = Paper(sketches.Outgoing, actor=who.handler)
    paper.act("submit", who.handler)
    paper.do("delegate", who.director, to=who.colleague)
    draft = paper.case.turns.get(step="draft")
    acting.add_readers(draft, step="countersign", names=[who.second_head], actor=who.handler, at=paper.tick())
    paper.do("give_back", who.colleague, opinion="文字已顺。")
    assert paper.turn.holder is None
    assert paper.turn.post == who.posts["director"]


def test_a_paper_goes_back_to_the_chair_it_was_delegated_from(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.do("delegate", who.director, to=who.colleague)
    who.posts["director"].holdings.update(person=who.second_head)
    paper.do("give_back", who.colleague, opinion="拟请农机股办。")
    paper.act("circulate", who.second_head)


def test_a_paper_does_not_go_back_to_somebody_who_has_left_but_to_the_fallback(paper, who):
    paper.do("delegate", who.handler, to=who.colleague)
    who.handler.is_active = False
    who.handler.save()
    paper.do("give_back", who.colleague, opinion="已核实。")
    assert (paper.turn.step, paper.turn.post) == ("handle", who.posts["director"])
    assert paper.last.names == "办公室主任"


def test_a_paper_goes_back_to_the_chair_of_one_who_had_claimed_it_and_left(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.do("claim", who.second_clerk)
    paper.do("delegate", who.second_clerk, to=who.colleague)
    who.second_clerk.is_active = False
    who.second_clerk.save()
    paper.do("give_back", who.colleague, opinion="请收。")
    assert (paper.turn.holder, paper.turn.post) == (None, who.posts["clerk"])


def test_a_signer_added_after_decides_in_his_own_right(paper, who):
    with pytest.raises(Refused, match="先写下您自己的意见"):
        paper.do("add_signer", who.handler, to=who.second_head, before=False)
    paper.do("add_signer", who.handler, to=who.second_head, before=False, opinion="同意，请国强同志阅。")
    assert paper.turn.back_to_id is None
    paper.act("report", who.second_head, opinion="已办。")
    assert paper.turn.step == "conclude"


def test_a_signer_added_after_inside_a_delegation_still_comes_back(paper, who):
    paper.do("delegate", who.handler, to=who.colleague)
    paper.do("add_signer", who.colleague, to=who.second_head, before=False, opinion="已核，请续核。")
    paper.do("give_back", who.second_head, opinion="属实。")
    assert paper.turn.holder == who.handler


# --- 跳过 ---


def test_R_IN_01_a_step_is_skipped_with_the_reason_on_record(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    with pytest.raises(Refused, match="请写明理由"):
        paper.do("skip", who.director, reason="  ", to=who.leader)
    paper.do("skip", who.director, reason="内容紧急，直送。", to=who.leader)
    assert (paper.turn.step, paper.turn.holder) == ("instruct", who.leader)
    assert paper.last.reason == "内容紧急，直送。"


def test_the_hub_may_skip_a_step_that_lies_in_other_hands(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.do("skip", who.second_clerk, reason="主任出差。", to=who.leader)
    assert paper.last.actor == who.second_clerk


def test_nobody_else_may_skip(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    with pytest.raises(Refused, match="不在您手里"):
        paper.do("skip", who.colleague, reason="不需要。", to=who.leader)


def test_a_skipped_step_has_not_kept_its_date(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    clock = paper.clock
    paper.do("skip", who.director, reason="直送。", to=who.leader)
    clock.refresh_from_db()
    assert (clock.met_at, clock.stopped_at) == (None, paper.now)


def test_a_step_after_which_there_is_none_is_not_skipped(paper, who):
    paper.act("report", who.handler, opinion="已办。")
    with pytest.raises(Refused, match="“办结”环节不能跳过"):
        paper.do("skip", who.clerk, reason="不需要。")


def test_what_has_to_be_given_back_is_not_skipped(paper, who):
    paper.do("delegate", who.handler, to=who.colleague)
    with pytest.raises(Refused, match="不能跳过"):
        paper.do("skip", who.colleague, reason="不需要。")


def test_skipping_to_a_step_without_a_chair_asks_for_whom(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    with pytest.raises(Refused, match="请选定送给谁"):
        paper.do("skip", who.director, reason="直送。")


# --- 进展 ---


def test_a_progress_note_stays_where_the_paper_is(paper, who):
    before = paper.turn.pk
    paper.do("progress", who.handler, opinion="已到三个乡镇。")
    assert (paper.turn.pk, paper.last.opinion) == (before, "已到三个乡镇。")


def test_a_progress_note_says_something(paper, who):
    with pytest.raises(Refused, match="请写明进展"):
        paper.do("progress", who.handler, opinion=" \n")


# --- 延期 ---


def test_R_IN_21_an_extension_has_a_reason_and_the_first_date_is_kept(paper, who):
    clock = paper.clock
    first = clock.first_due_at
    until = first + timedelta(days=7)
    with pytest.raises(Refused, match="请写明理由"):
        acting.extend(clock, until=until, actor=who.handler, reason="", at=paper.tick())
    acting.extend(clock, until=until, actor=who.handler, reason="等待气象数据。", at=paper.tick())
    assert (paper.clock.first_due_at, paper.clock.due_at, paper.turn.due_at) == (first, until, until)
    assert paper.last.reason == "等待气象数据。"


def test_an_extended_date_is_not_moved_by_the_calendar(paper, who):
    acting.extend(
        paper.clock, until=MONDAY + timedelta(days=30), actor=who.handler, reason="等数据。", at=paper.tick()
    )
    Day.objects.create(date=MONDAY.date() + timedelta(days=2), kind="off")
    assert timing.moved_by_calendar() == []


def test_a_date_that_was_not_extended_is_moved_by_the_calendar_and_says_so(paper, who):
    Day.objects.create(date=MONDAY.date() + timedelta(days=2), kind="off")
    (moved,) = timing.moved_by_calendar()
    assert timing.confirm_moved([moved]) == 1
    assert paper.turn.due_at == paper.clock.due_at == moved.becomes > paper.clock.first_due_at
    assert paper.clock.why["recounted"] == [paper.clock.first_due_at.isoformat()]


def test_an_extension_goes_forward_only(paper, who):
    with pytest.raises(Refused) as refused:
        acting.extend(paper.clock, until=paper.turn.due_at, actor=who.handler, reason="等。", at=paper.tick())
    assert refused.value.field == "until"


def test_the_hub_may_extend_and_a_colleague_may_not(paper, who):
    later = paper.turn.due_at + timedelta(days=1)
    with pytest.raises(Refused, match="不在您手里"):
        acting.extend(paper.clock, until=later, actor=who.colleague, reason="等。", at=paper.tick())
    acting.extend(paper.clock, until=later, actor=who.clerk, reason="等。", at=paper.tick())
    assert paper.turn.due_at == later


def test_a_clock_that_has_ended_is_not_extended(paper, who):
    clock = paper.clock
    paper.act("report", who.handler, opinion="已办。")
    with pytest.raises(Refused):
        acting.extend(clock, until=clock.due_at + timedelta(days=1), actor=who.handler, reason="等。", at=paper.tick())


# --- 暂停 and 恢复 ---


def test_time_that_stands_still_does_not_count(petition, who):
    first = petition.turn.due_at
    acting.pause(petition.clock, actor=who.handler, basis="待当事人补充材料", at=petition.tick(days=1))
    acting.resume(petition.clock, actor=who.handler, at=petition.tick(days=5))
    assert petition.clock.due_at == petition.turn.due_at == first + timedelta(days=5)
    assert petition.clock.first_due_at == first


def test_a_date_set_during_a_pause_moves_by_what_was_left_of_the_pause(petition, who):
    acting.pause(petition.clock, actor=who.handler, basis="待当事人补充材料", at=petition.tick(days=1))
    until = petition.turn.due_at + timedelta(days=10)
    acting.extend(petition.clock, until=until, actor=who.handler, reason="材料月底才到。", at=petition.tick(days=3))
    acting.resume(petition.clock, actor=who.handler, at=petition.tick(days=2))
    assert petition.clock.due_at == petition.turn.due_at == until + timedelta(days=2)


def test_a_date_set_before_a_pause_moves_by_all_of_it(petition, who):
    until = petition.turn.due_at + timedelta(days=10)
    acting.extend(petition.clock, until=until, actor=who.handler, reason="材料月底才到。", at=petition.tick())
    acting.pause(petition.clock, actor=who.handler, basis="待当事人补充材料", at=petition.tick(days=1))
    acting.resume(petition.clock, actor=who.handler, at=petition.tick(days=5))
    assert petition.clock.due_at == until + timedelta(days=5)


def test_a_case_clock_is_paused_by_the_holder_of_its_paper(petition, who):
    whole = petition.case.clocks.get(turn=None)
    acting.pause(whole, actor=who.handler, basis="法定中止", at=petition.tick(days=1))
    acting.resume(whole, actor=who.handler, at=petition.tick(days=2))
    whole.refresh_from_db()
    assert whole.due_at == whole.first_due_at + timedelta(days=2)


def test_a_pause_needs_a_rule_that_allows_it(paper, who):
    with pytest.raises(Refused, match="规则不允许暂停"):
        acting.pause(paper.clock, actor=who.handler, basis="忙不过来", at=paper.tick())


def test_a_pause_needs_its_basis(petition, who):
    with pytest.raises(Refused, match="请写明理由"):
        acting.pause(petition.clock, actor=who.handler, basis="", at=petition.tick())


def test_a_clock_that_stands_still_is_not_paused_again(petition, who):
    acting.pause(petition.clock, actor=who.handler, basis="待补充", at=petition.tick())
    with pytest.raises(Refused, match="已经停下"):
        acting.pause(petition.clock, actor=who.handler, basis="待补充", at=petition.tick())


def test_only_what_stands_still_is_resumed(petition, who):
    with pytest.raises(Refused, match="没有暂停"):
        acting.resume(petition.clock, actor=who.handler, at=petition.tick())


def test_a_pause_lasts_some_time(petition, who):
    acting.pause(petition.clock, actor=who.handler, basis="待补充", at=petition.now)
    with pytest.raises(Refused, match="晚于暂停的时间"):
        acting.resume(petition.clock, actor=who.handler, at=petition.now)


# --- The dials ---


def test_running_cases_keep_the_limit_they_started_with(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    StepSetting.objects.create(
        procedure="sketch.incoming", step="propose", since=MONDAY.date() + timedelta(days=1),
        limits={"normal": {"kind": "workdays", "count": 9}},
    )
    old, new = paper.turn.due_at, Paper(sketches.Incoming, actor=who.clerk, at=MONDAY + timedelta(days=2)).turn.due_at
    paper.do("delegate", who.director, to=who.colleague)
    paper.do("give_back", who.colleague, opinion="请定。")
    assert paper.turn.due_at == old
    assert new - old > timedelta(days=9)


def test_an_office_puts_a_step_into_another_chair(who):
    StepSetting.objects.create(
        procedure="sketch.incoming", step="propose", since=MONDAY.date(), post=who.posts["crops"]
    )
    paper = Paper(sketches.Incoming, actor=who.clerk)
    assert paper.turn.post == who.posts["crops"]
