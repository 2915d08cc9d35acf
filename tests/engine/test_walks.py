"""Each of the eight sketches walked from the counter to the shelf, and what its path refuses on the way."""

from datetime import timedelta

import pytest

from office import acting, linking
from office.acting import Refused
from office.models import StepSetting
from tests import sketches
from tests.make import Paper, series
from tests.people import MONDAY

# --- 收文 ---


def incoming(who, **fields) -> Paper:
    return Paper(sketches.Incoming, actor=who.clerk, series=series(), **fields)


def instructed(who, **fields) -> Paper:
    """At the clerk's desk, with the proposal and one instruction on it."""
    paper = incoming(who, **fields)
    paper.act("submit", who.director, opinion="拟请志远同志批示，种植业股承办。", names=[who.leader])
    paper.act("instruct", who.leader, opinion="同意。")
    return paper


def test_incoming_is_proposed_instructed_circulated_handled_and_concluded(who):
    paper = instructed(who)
    paper.act("send", who.clerk, names=[who.first_head, who.other_leader])
    paper.act("hand_over", who.clerk, names=[who.posts["crops"], who.posts["machines"]])
    for reader in (who.other_leader, who.first_head):
        paper.act("read", reader, turn=paper.side(reader))
    paper.act("answer", who.second_head, turn=paper.side(who.posts["machines"]), opinion="农机已备好。")
    paper.act("report", who.handler, opinion="已通知各乡镇。")
    paper.act("finish", who.clerk)

    assert paper.fresh().outcome == "done"
    assert paper.moves() == [
        "start", "submit", "instruct", "send", "hand_over", "read", "read", "answer", "report", "finish",
    ]
    assert paper.case.reference == "收〔2026〕1号"
    assert not paper.case.turns.open().exists()


def test_instruction_goes_from_leader_to_leader_through_the_clerk_in_the_order_named(who):
    paper = incoming(who)
    paper.act("submit", who.director, opinion="请各位领导阅示。", names=[who.first_head, who.leader, who.other_leader])
    held = []
    for leader in (who.first_head, who.leader, who.other_leader):
        held.append(paper.turn.holder)
        paper.act("circle", leader)
        assert paper.turn.step == "assign"
        if leader != who.other_leader:
            paper.act("present", who.clerk)
    assert held == [who.first_head, who.leader, who.other_leader]


def test_R_IN_16_the_lead_has_the_paper_and_the_others_assist_beside_it(who):
    paper = instructed(who)
    paper.act("hand_over", who.clerk, names=[who.posts["crops"], who.posts["machines"]])
    assert (paper.turn.step, paper.turn.post) == ("handle", who.posts["crops"])
    assert [(turn.step, turn.post) for turn in paper.sides()] == [("assist", who.posts["machines"])]


def test_the_original_still_circulates_while_the_lead_handles_and_only_closing_waits_for_it(who):
    paper = instructed(who)
    paper.act("send", who.clerk, names=[who.first_head])
    paper.act("hand_over", who.clerk, names=[who.handler])
    paper.act("report", who.handler, opinion="已办。")
    with pytest.raises(Refused, match="还有 1 份没有收回（赵明德）"):
        paper.act("finish", who.clerk)
    paper.act("read", who.first_head, turn=paper.side(who.first_head))
    paper.act("finish", who.clerk)
    assert paper.fresh().closed_at is not None


def test_R_IN_24_a_paper_that_is_not_ours_goes_back_with_the_reason(who):
    paper = incoming(who)
    with pytest.raises(Refused, match="请写明意见"):
        paper.act("not_ours", who.director)
    paper.act("not_ours", who.director, opinion="多头主送，退回。")
    assert paper.fresh().outcome == "refused"


def test_R_IN_19_an_urgent_paper_is_due_in_two_working_days(who):
    paper = instructed(who, urgency="urgent")
    paper.act("hand_over", who.clerk, names=[who.handler])
    assert paper.clock.rule == "R-IN-18"
    assert (paper.turn.due_at - MONDAY).days == 2
    assert paper.turn.due_at == paper.clock.due_at == paper.clock.first_due_at


def test_a_number_is_given_with_the_paper_and_none_when_registering_fails(who):
    incoming(who)
    with pytest.raises(ZeroDivisionError):
        incoming(who, build=lambda case: 1 / 0)
    assert incoming(who).case.reference == "收〔2026〕2号"


def test_R_SEC_03_a_state_secret_is_registered_by_number_and_walks_without_a_word(who):
    for person in (who.clerk, who.director, who.leader):
        person.clearance = 3
        person.save()
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=3, series=series("密"))
    with pytest.raises(Refused, match="《保守国家秘密法》第三十一条"):
        paper.act("submit", who.director, opinion="拟请志远同志批示。", names=[who.leader])
    paper.act("submit", who.director, names=[who.leader])
    paper.act("instruct", who.leader)
    assert list(paper.case.decisions.exclude(opinion="")) == []
    assert paper.fresh().title == ""


def test_R_SEC_03_a_title_of_a_state_secret_is_refused_at_the_counter(who):
    with pytest.raises(Refused) as refused:
        acting.start(sketches.Incoming, actor=who.clerk, title="一份密件", secrecy=2, at=MONDAY)
    assert refused.value.field == "title"


# --- 发文 and 用印 ---


def drafted(who) -> Paper:
    paper = Paper(sketches.Outgoing, actor=who.handler)
    paper.act("submit", who.handler, opinion="请核。")
    return paper


def test_outgoing_is_countersigned_reviewed_signed_sealed_and_sent(who):
    paper = Paper(sketches.Outgoing, actor=who.handler)
    paper.act("consult", who.handler, names=[who.second_head])
    paper.act("submit", who.handler)
    paper.act("agree", who.second_head, turn=paper.side(who.second_head))
    paper.act("reviewed", who.director, names=[who.leader, who.first_head])
    paper.act("next", who.leader, opinion="同意。")
    assert paper.turn.holder == who.first_head
    paper.act("sign", who.first_head)
    paper.act("rechecked", who.clerk)
    paper.act("numbered", who.second_clerk)
    seal = linking.open_linked(
        paper.case, "sketch.seal", asked=sketches.SealRequest("发文", 3), actor=who.clerk, at=paper.tick()
    )
    with pytest.raises(Refused, match="还没有办结"):
        paper.act("sealed", who.clerk)
    acting.act(seal.turns.get(ended_at=None), "approve", actor=who.first_head, at=paper.tick())
    acting.act(seal.turns.get(ended_at=None), "stamp", actor=who.second_clerk, at=paper.tick())
    assert paper.case.links_out.get().answered["outcome"] == "done"
    paper.act("sealed", who.clerk)
    paper.act("sent", who.clerk)
    assert paper.fresh().outcome == "done"


def signed(who) -> Paper:
    paper = drafted(who)
    paper.act("reviewed", who.director, names=[who.leader])
    paper.act("sign", who.leader)
    return paper


def test_a_number_is_given_at_the_numbering_step_and_the_decision_is_about_the_numbered_paper(who):
    paper = signed(who)
    paper.act("rechecked", who.clerk)
    assert paper.fresh().serial is None
    paper.act("numbered", who.second_clerk)
    assert paper.fresh().reference == "发〔2026〕1号"
    assert paper.last.content_hash == paper.case.content_hash


def test_a_paper_numbered_once_keeps_its_number_when_it_is_numbered_again(who):
    paper = signed(who)
    paper.act("rechecked", who.clerk)
    paper.act("numbered", who.second_clerk)
    paper.do("return_to", who.clerk, target=paper.case.turns.get(step="number"), reason="重排。", straight=False)
    paper.act("numbered", who.second_clerk)
    assert paper.fresh().reference == "发〔2026〕1号"
    assert series("发").last == 1


def test_what_the_office_has_chosen_not_to_walk_is_passed_over(who):
    StepSetting.objects.create(procedure="sketch.outgoing", step="recheck", skipped=True, since=MONDAY.date())
    assert signed(who).turn.step == "number"


def test_countersigning_is_waited_for_before_review_passes(who):
    paper = Paper(sketches.Outgoing, actor=who.handler)
    paper.act("consult", who.handler, names=[who.second_head])
    paper.act("submit", who.handler)
    with pytest.raises(Refused, match="周国强"):
        paper.act("reviewed", who.director, names=[who.leader])


def test_R_OUT_16_nothing_is_signed_without_a_review_of_this_round(who):
    paper = drafted(who)
    paper.act("reviewed", who.director, names=[who.leader])
    drafting = paper.case.turns.get(step="draft")
    paper.do("return_to", who.leader, target=drafting, reason="依据不足。", straight=False)
    paper.act("submit", who.handler)
    paper.do("skip", who.clerk, reason="核稿人出差。", to=who.leader)
    with pytest.raises(Refused, match="还没有核稿"):
        paper.act("sign", who.leader)


def test_R_OUT_16_an_approval_counts_for_the_text_it_was_given_to(who):
    paper = drafted(who)
    paper.act("reviewed", who.director, names=[who.leader])
    paper.case.title = "换过的标题"
    paper.case.save(update_fields=["title"])
    acting.note_content(paper.case, actor=who.handler, reason="标题有误", at=paper.tick())
    with pytest.raises(Refused, match="还没有核稿"):
        paper.act("sign", who.leader)


def test_the_last_on_the_list_of_signers_has_nobody_to_pass_it_to(who):
    paper = drafted(who)
    paper.act("reviewed", who.director, names=[who.leader])
    with pytest.raises(Refused, match="名单上没有下一位"):
        paper.act("next", who.leader)
    assert paper.turn.holder == who.leader


def test_a_seal_refused_goes_back_with_the_reason(who):
    paper = Paper(sketches.Seal, actor=who.clerk)
    paper.act("approve", who.first_head)
    paper.act("object", who.second_clerk, opinion="份数与批准不符。")
    assert paper.fresh().outcome == "refused"


def test_the_seal_keeper_hands_the_seal_to_nobody(who):
    paper = Paper(sketches.Seal, actor=who.clerk)
    paper.act("approve", who.first_head)
    with pytest.raises(Refused, match="“盖章”环节不能转交"):
        paper.do("reassign", who.second_clerk, to=who.clerk)
    with pytest.raises(Refused, match="“盖章”环节不能委派"):
        paper.do("delegate", who.second_clerk, to=who.clerk)


# --- 信访, 检举, 会议, 突发事件, 督查 ---


def test_a_petition_is_accepted_handled_answered_and_closed(who):
    paper = Paper(sketches.Petition, actor=who.clerk)
    paper.act("accept", who.clerk, names=[who.handler])
    paper.act("answer", who.handler, opinion="已补发补贴。")
    paper.act("close", who.clerk)
    assert paper.fresh().outcome == "done"


def test_a_case_with_a_period_of_its_own_has_a_clock_from_the_first_day(who):
    paper = Paper(sketches.Petition, actor=who.clerk)
    clock = paper.case.clocks.get(turn=None)
    assert clock.rule == "B4-34"
    assert (clock.due_at - MONDAY).days == 60
    paper.act("refer", who.clerk, opinion="转县人社局。")
    clock.refresh_from_db()
    assert clock.met_at == paper.now


def test_an_optional_step_the_office_does_not_walk_is_passed_over(who):
    StepSetting.objects.create(procedure="sketch.incoming", step="conclude", skipped=True, since=MONDAY.date())
    StepSetting.objects.create(procedure="sketch.petition", step="satisfied", skipped=True, since=MONDAY.date())
    paper = Paper(sketches.Petition, actor=who.clerk)
    paper.act("accept", who.clerk, names=[who.handler])
    paper.act("answer", who.handler, opinion="已答复。")
    # 回访 is optional, but closing lies there: there is no step behind it to go to.
    assert paper.turn.step == "satisfied"
    document = instructed(who)
    document.act("hand_over", who.clerk, names=[who.handler])
    document.act("report", who.handler, opinion="已办。")
    # 办结 is not optional: the dial does not reach it.
    assert document.turn.step == "conclude"


def test_an_accusation_walks_between_people_named_one_by_one(who):
    paper = Paper(sketches.Accusation, actor=who.other_leader)
    assert paper.case.sealed
    assert paper.case.restricted
    assert paper.turn.holder == who.other_leader
    paper.act("check", who.other_leader, names=[who.first_head])
    paper.act("report", who.first_head, opinion="查无实据。")
    paper.act("file", who.other_leader, opinion="存查。")
    assert paper.fresh().outcome == "reference"


def test_a_meeting_is_approved_notified_and_held_and_late_answers_are_recalled(who):
    paper = Paper(sketches.Meeting, actor=who.clerk)
    paper.act("submit", who.director, names=[who.leader])
    paper.act("agree", who.leader)
    paper.act("notify", who.clerk, names=[who.handler, who.second_head])
    paper.act("come", who.handler, turn=paper.side(who.handler))
    late = paper.side(who.second_head)
    paper.act("held", who.clerk)
    late.refresh_from_db()
    assert late.ended_how == "recalled"
    asked = {"awaited_by": "minutes", "actor": who.clerk, "at": paper.tick()}
    minutes = linking.open_linked(paper.case, "sketch.outgoing", asked=sketches.Draft("会议纪要"), **asked)
    with pytest.raises(Refused, match="还没有办结"):
        paper.act("issued", who.clerk)
    item = linking.open_linked(
        paper.case, "sketch.supervision", asked=sketches.Order("月底前修好水渠。"), actor=who.clerk, at=paper.tick()
    )
    acting.void(minutes, actor=who.clerk, reason="不发纪要。", at=paper.tick())
    with pytest.raises(Refused, match="请先发起"):
        paper.act("issued", who.clerk)
    holding = paper.case.turns.get(step="hold")
    paper.do("return_to", who.clerk, target=holding, reason="不发纪要。", straight=False)
    paper.act("held_without_minutes", who.clerk)
    assert (paper.fresh().outcome, item.is_open) == ("done", True)


def test_who_does_not_come_says_why(who):
    paper = Paper(sketches.Meeting, actor=who.clerk)
    paper.act("submit", who.director, names=[who.leader])
    paper.act("agree", who.leader)
    paper.act("notify", who.clerk, names=[who.handler])
    with pytest.raises(Refused, match="请写明意见"):
        paper.act("decline", who.handler, turn=paper.side(who.handler))


def test_an_emergency_is_reported_by_telephone_in_half_an_hour_and_in_writing_in_one(who):
    paper = Paper(sketches.Duty, actor=who.colleague)
    assert paper.turn.due_at == MONDAY + timedelta(minutes=30)
    paper.act("phoned", who.colleague, opinion="已电话报告县政府值班室。")
    assert paper.turn.due_at == paper.now + timedelta(hours=1)
    paper.act("reported", who.colleague, opinion="已书面报告。")
    paper.act("more", who.colleague, opinion="火势已控制。")
    assert paper.turn.step == "follow"
    paper.act("final", who.colleague, opinion="已扑灭。")
    assert paper.fresh().outcome == "done"


def test_archives_are_handed_over_under_the_eyes_of_somebody_else(who):
    paper = Paper(sketches.Archive, actor=who.second_clerk)
    paper.act("arranged", who.second_clerk, names=[who.handler])
    paper.act("missing", who.handler, opinion="缺第三件附件。")
    paper.act("arranged", who.second_clerk, names=[who.handler])
    paper.act("examined", who.handler)
    paper.act("approve", who.director)
    for same in (who.director, who.second_clerk):
        with pytest.raises(Refused, match="监交人不能是批准人或移交人"):
            paper.act("call_witness", who.second_clerk, names=[same])
    paper.act("hand_over", who.second_clerk, names=[who.clerk])
    paper.act("call_witness", who.second_clerk, names=[who.leader])
    paper.act("received", who.clerk, turn=paper.side(who.clerk))
    with pytest.raises(Refused, match="还没有都签字"):
        paper.act("transferred", who.second_clerk)
    paper.act("watched", who.leader, turn=paper.side(who.leader))
    paper.act("transferred", who.second_clerk)
    assert paper.fresh().outcome == "done"


def test_several_seals_are_stamped_by_their_own_keepers_and_the_first_waits_for_the_others(who):
    paper = Paper(sketches.Seal, actor=who.clerk)
    paper.act("approve_several", who.first_head, names=[who.posts["keeper"], who.clerk])
    with pytest.raises(Refused, match="还有 1 份没有收回"):
        paper.act("stamp", who.second_clerk)
    paper.act("stamped", who.clerk, turn=paper.side(who.clerk))
    paper.act("stamp", who.second_clerk)
    assert paper.fresh().outcome == "done"


def test_a_supervised_item_is_reported_refused_and_reported_again(who):
    paper = Paper(sketches.Supervision, actor=who.director)
    paper.act("assign", who.director, opinion="请于月底前办结。", names=[who.handler, who.second_head])
    paper.act("report", who.handler, opinion="已办。")
    with pytest.raises(Refused, match="没有收回"):
        paper.act("accept", who.director)
    paper.act("helped", who.second_head, turn=paper.side(who.second_head), opinion="已协办。")
    paper.act("refuse", who.director, opinion="缺少佐证材料。", names=[who.handler])
    paper.act("report", who.handler, opinion="材料已补齐。")
    paper.act("accept", who.director)
    assert paper.fresh().outcome == "done"


# --- Linked cases ---


def test_what_a_sealed_case_is_about_is_not_told_by_way_of_a_link(who):
    sealed = Paper(sketches.Accusation, actor=who.other_leader)
    made = linking.open_linked(
        sealed.case, "sketch.seal", asked=sketches.SealRequest("函件", 1), actor=who.other_leader, at=sealed.tick()
    )
    assert (made.title, made.restricted) == ("", True)


def test_R_SEC_03_one_case_asks_another_nothing_about_a_state_secret(who):
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=3)
    with pytest.raises(Refused, match="《保守国家秘密法》"):
        linking.open_linked(
            paper.case, "sketch.petition", asked=sketches.Call("某某", "内容"), actor=who.clerk, at=paper.tick()
        )
    made = linking.open_linked(
        paper.case, "sketch.petition", asked=sketches.Call("", ""), actor=who.clerk, at=paper.tick()
    )
    assert (made.secrecy, made.title) == (3, "")


def test_a_function_that_is_not_installed_is_not_begun(who):
    paper = incoming(who)
    assert not linking.offered("sketch.unknown")
    with pytest.raises(Refused, match="没有安装"):
        linking.open_linked(paper.case, "sketch.unknown", asked=sketches.Call("", ""), actor=who.clerk)
    with pytest.raises(Refused, match="内容不完整"):
        linking.open_linked(paper.case, "sketch.seal", asked=sketches.Call("", ""), actor=who.clerk)


# --- What every step refuses ---


def test_a_move_the_step_does_not_have_is_refused(who):
    with pytest.raises(Refused, match="没有这个办法"):
        incoming(who).act("stamp", who.director)


def test_a_move_is_made_by_the_holder_alone(who):
    paper = incoming(who)
    for other in (who.clerk, who.leader, who.outsider, who.system_admin):
        with pytest.raises(Refused, match="不在您手里"):
            paper.act("circulate", other)


def test_who_is_to_get_it_must_be_named(who):
    with pytest.raises(Refused) as refused:
        incoming(who).act("submit", who.director, opinion="请批示。")
    assert refused.value.field == "names"


def test_a_move_for_one_does_not_take_two(who):
    paper = Paper(sketches.Petition, actor=who.clerk)
    with pytest.raises(Refused, match="只能送一位"):
        paper.act("accept", who.clerk, names=[who.handler, who.second_head])


def test_a_move_that_sends_to_nobody_takes_no_names(who):
    with pytest.raises(Refused, match="不需要选人"):
        incoming(who).act("circulate", who.director, names=[who.leader])


def test_nothing_goes_to_an_administrator_or_to_somebody_who_has_left(who):
    who.leader.is_active = False
    who.leader.save()
    for name in (who.leader, who.security_admin):
        with pytest.raises(Refused, match="请另选"):
            incoming(who).act("submit", who.director, opinion="请批示。", names=[name])


def test_nothing_is_sent_to_an_empty_chair(who):
    who.posts["crops"].holdings.update(ends_on="2020-12-31")
    paper = instructed(who)
    with pytest.raises(Refused, match="现在没有人在岗"):
        paper.act("hand_over", who.clerk, names=[who.posts["crops"]])


def test_administrators_register_nothing(who):
    with pytest.raises(Refused, match="管理员账户不办理业务"):
        Paper(sketches.Incoming, actor=who.system_admin)


def test_a_paper_that_changed_since_the_page_was_opened_is_not_decided_on(who):
    paper = incoming(who)
    seen = paper.case.content_hash
    paper.case.title = "更正过的标题"
    paper.case.save(update_fields=["title"])
    acting.note_content(paper.case, actor=who.clerk, reason="标题有误", at=paper.tick())
    with pytest.raises(Refused, match="登记内容有改动"):
        paper.act("circulate", who.director, content_hash=seen)
    paper.act("circulate", who.director, content_hash=paper.fresh().content_hash)


def test_correcting_nothing_writes_nothing(who):
    paper = incoming(who)
    assert acting.note_content(paper.case, actor=who.clerk, reason="看错了", at=paper.tick()) is None
    assert paper.moves() == ["start"]


def test_a_late_click_is_told_who_was_faster_and_what_he_did(who):
    paper = incoming(who)
    seen = paper.turn
    paper.act("circulate", who.director)
    with pytest.raises(Refused, match="已由 李建国 于 .* 办理（直送传阅）"):
        paper.act("not_ours", who.director, turn=seen, opinion="退回。")


def test_a_form_sent_twice_makes_one_case(who):
    from uuid import uuid4

    token = uuid4()
    first = incoming(who, token=token).case
    assert incoming(who, token=token).case == first
    assert series().last == 1


def test_words_are_kept_as_they_were_written_but_for_control_characters(who):
    paper = incoming(who)
    words = "　　同意。\x00\x1b请㐂𠮷同志\u202e阅\r\n👨\u200d👩\u200d👧 第二行\t完"
    paper.act("circulate", who.director, opinion=words)
    assert paper.last.opinion == "同意。请㐂𠮷同志阅\n👨\u200d👩\u200d👧 第二行\t完"
