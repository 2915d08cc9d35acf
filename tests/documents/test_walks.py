"""Each procedure of incoming papers walked from the counter to the shelf."""

from datetime import date, datetime

import pytest

from documents.models import IncomingDocument
from documents.registers import result_of, with_hands
from documents.subject import facts
from office import acting, chain
from office.acting.common import earlier
from office.models import ProcedureChoice, StepSetting
from tests.people import CHINA


def closed(paper, outcome: str = "done") -> bool:
    paper.case.refresh_from_db()
    return paper.case.outcome == outcome and not paper.case.turns.filter(ended_at__isnull=True).exists()


def chain_holds(case) -> bool:
    previous = ""
    for number, one in enumerate(case.decisions.order_by("number"), 1):
        if one.number != number or one.previous_hash != previous:
            return False
        if one.hash != chain.decision_hash(one, public_id=case.public_id):
            return False
        previous = one.hash
    return previous == case.head


def test_R_IN_01_a_paper_is_reviewed_proposed_instructed_circulated_handled_and_closed(who, paper):
    one = paper(urgency="urgent")
    one.do("pass", who.clerk)
    one.do(
        "submit",
        who.director,
        opinion="拟请志远同志批示，种植业股承办。",
        names=[who.leader, who.first_head],
        values={"lead": who.posts["crops"], "assisting": [who.posts["machines"]], "due_on": date(2026, 11, 20)},
    )
    one.do("instruct", who.leader, opinion="同意，抓紧办。", values={"lead": who.posts["crops"]})
    one.do("present", who.clerk)
    assert one.turn.holder == who.first_head
    one.do("circle", who.first_head)
    one.do("send", who.clerk, names=[who.other_leader, who.outsider])
    one.do("hand_over", who.clerk, names=[who.posts["crops"], who.posts["machines"]])
    assert one.turn.post == who.posts["crops"]
    one.read(who.other_leader)
    one.read(who.posts["machines"], actor=who.second_head, move="answer", opinion="农机已到位。")
    one.do("report", who.handler, opinion="已印发方案并部署。")
    with pytest.raises(acting.Refused, match="收回"):
        one.do("finish", who.clerk)
    one.read(who.outsider, opinion="已阅。")
    one.do("finish", who.clerk)
    assert closed(one)
    assert chain_holds(one.case)
    (row,) = with_hands(IncomingDocument.objects.filter(case=one.case))
    assert result_of(row).startswith("已印发方案并部署。")


def test_a_leader_on_the_list_whom_the_clerk_presents_to_by_name_is_off_the_list(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    three = [who.first_head, who.leader, who.other_leader]
    values = {"lead": who.posts["crops"], "due_on": date(2026, 11, 20)}
    one.do("submit", who.director, opinion="拟请批示。", names=three, values=values)
    one.do("circle", who.first_head)
    one.do("present", who.clerk, names=[who.other_leader])
    assert one.turn.holder == who.other_leader
    still = one.case.planned.filter(turn__isnull=True, dropped_at__isnull=True)
    assert [row.holder for row in still] == [who.leader]


def test_article_24_the_national_path_reviews_first_and_answers_last(who, paper):
    one = paper(procedure="documents.national", group="below", book="内", answer_wanted=True)
    assert one.turn.step == "review"
    one.do("pass", who.clerk)
    one.do(
        "submit",
        who.director,
        opinion="拟由种植业股提出意见。",
        names=[who.leader],
        values={"lead": who.posts["crops"], "due_on": date(2026, 11, 25)},
    )
    one.do("circle", who.leader)
    one.do("send", who.clerk, names=[who.other_leader])
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    one.read(who.other_leader)
    one.do("report", who.handler, opinion="同意所请，已拟批复。")
    with pytest.raises(acting.Refused):
        one.do("finish", who.clerk)
    one.do("answered", who.clerk, opinion="某农批〔2026〕7号，机要交换", values={"answered_on": date(2026, 11, 16)})
    one.do("finish", who.clerk)
    assert closed(one)
    assert one.document.answered_on == date(2026, 11, 16)
    assert not one.case.clocks.filter(rule="R-IN-21", met_at__isnull=True).exists()


def test_R_IN_02_the_short_chain_goes_from_instruction_straight_to_handling(who, paper):
    one = paper(procedure="documents.short")
    one.do("submit", who.director, opinion="请批示。", names=[who.leader])
    one.do("instruct", who.leader, opinion="请种植业股办理。", names=[who.posts["crops"]])
    one.do("report", who.handler, opinion="已办。")
    one.do("finish", who.clerk)
    assert closed(one)


def test_R_IN_23_a_reading_paper_goes_round_and_comes_to_rest(who, paper):
    one = paper(purpose="reading")
    assert one.case.procedure == "documents.reading"
    with pytest.raises(acting.Refused, match="没有人阅过"):
        one.do("finish", who.clerk)
    one.do("send", who.clerk, names=[who.first_head, who.leader], values={"in_order": True})
    one.read(who.first_head, opinion="请志远同志牵头学习。")
    one.read(who.leader)
    one.do("finish", who.clerk)
    assert closed(one, "reference")


def test_R_IN_20_the_clerk_is_not_late_with_a_paper_that_readers_have(who, paper):
    one = paper(purpose="reading")
    assert one.turn.due_at is not None
    one.do("send", who.clerk, names=[who.first_head, who.leader])
    assert one.turn.due_at is None
    assert not one.turn.clocks.filter(met_at=None).exists()
    assert {side.due_at is None for side in one.case.turns.filter(side=True)} == {False}


def test_a_reading_paper_that_wants_doing_becomes_a_paper_for_handling(who, paper):
    one = paper(purpose="reading")
    one.do("needs_handling", who.clerk, opinion="来文要求报方案。")
    assert one.turn.step == "propose"
    assert {"value": "阅件", "note": "已转为办件"}.items() <= treatment(one.case).items()


def treatment(case) -> dict:
    return next(row for row in facts(case)["rows"] if row["label"] == "办理方式")


def test_R_IN_25_an_envelope_is_handed_unopened_to_its_addressee_alone(who, paper):
    one = paper(purpose="envelope", addressee=who.leader, title="")
    assert one.case.title == ""
    with pytest.raises(acting.Refused, match="本人"):
        one.do("deliver", who.clerk, names=[who.director])
    one.do("deliver", who.clerk, names=[who.leader])
    one.do("received", who.leader)
    assert closed(one, "reference")


def test_a_meeting_notice_names_who_goes_and_is_answered_in_time(who, paper):
    one = paper(
        book="会",
        title="关于召开全省秋冬种工作视频会议的通知",
        answer_wanted=True,
        answer_by=date(2026, 11, 18),
        received_on=date(2026, 11, 12),
        meeting={
            "starts_at": datetime(2026, 11, 20, 9, 0, tzinfo=CHINA),
            "place": "县政府三楼",
            "rank_wanted": "分管负责同志",
        },
    )
    one.do("submit", who.director, opinion="拟请志远同志参加。", names=[who.first_head])
    one.do("attend", who.first_head, opinion="请志远同志参加。", values={"attendees": [who.leader]})
    assert list(one.document.meeting.attendees.all()) == [who.leader]
    one.do("notify", who.clerk, names=[who.leader])
    with pytest.raises(acting.Refused):
        one.do("finish", who.clerk)
    with pytest.raises(acting.Refused, match="不能晚于今天"):
        one.do("answered", who.clerk, opinion="已报名", values={"answered_on": date(2026, 11, 17)})
    one.do("answered", who.clerk, opinion="已电话报名：王志远", values={"answered_on": date(2026, 11, 13)})
    assert one.document.meeting.answered_at is not None
    assert one.document.answered_on == date(2026, 11, 13)
    one.read(who.leader, move="come")
    one.do("finish", who.clerk)
    assert closed(one)


def test_R_IN_24_a_paper_that_is_not_ours_goes_back_with_the_reason(who, paper):
    one = paper(group="below", book="内")
    with pytest.raises(acting.Refused, match="意见"):
        one.do("not_ours", who.clerk)
    one.do("not_ours", who.clerk, opinion="同一事项已向县政府报送，请勿多头报送。")
    assert closed(one, "refused")


def test_R_IN_09_an_urgent_paper_may_pass_the_absent_director_by(who, paper):
    one = paper(urgency="flash")
    one.do("straight", who.clerk, names=[who.leader], opinion="主任出差，急件直送。")
    assert (one.turn.step, one.turn.holder) == ("instruct", who.leader)


def test_R_IN_09_an_ordinary_paper_may_not(who, paper):
    one = paper()
    with pytest.raises(acting.Refused):
        one.do("straight", who.clerk, names=[who.leader], opinion="直送")


def test_the_office_may_choose_not_to_walk_the_review(who, paper):
    StepSetting.objects.create(procedure="documents.incoming", step="review", skipped=True, since=date(2026, 1, 1))
    assert paper().turn.step == "propose"


def test_a_dated_choice_says_which_path_new_papers_take(who, paper):
    before = paper()
    ProcedureChoice.objects.create(form="documents.incoming", procedure="documents.national", since=date(2026, 11, 1))
    assert paper().case.procedure == "documents.national"
    assert before.case.procedure == "documents.incoming"


def test_leaders_are_asked_one_after_the_other_in_the_order_given(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    one.do(
        "submit",
        who.director,
        opinion="请批示。",
        names=[who.other_leader, who.leader, who.first_head],
        values={"lead": who.posts["crops"], "due_on": date(2026, 11, 20)},
    )
    seen = []
    for _turn in range(3):
        seen.append(one.turn.holder)
        one.do("circle", one.turn.holder)
        if one.case.planned.filter(turn__isnull=True).exists():
            one.do("present", who.clerk)
    assert seen == [who.other_leader, who.leader, who.first_head]


def test_a_leader_may_ask_for_another_leaders_instruction_through_the_clerk(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    one.do("refer", who.leader, names=[who.first_head], opinion="请明德局长阅示。")
    assert one.turn.step == "assign"
    one.do("present", who.clerk)
    assert one.turn.holder == who.first_head


def test_returning_walks_again_and_old_instructions_no_longer_name_the_unit(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"], "due_on": date(2026, 11, 20)}
    one.do("submit", who.director, opinion="请批示。", names=[who.leader], values=values)
    target = next(turn for turn in earlier(one.case) if turn.step == "propose")
    acting.return_to(
        one.turn, target=target, actor=who.leader, reason="单位不对，请重新拟办。", straight=False, at=one.at
    )
    one.case.refresh_from_db()
    one.do("submit", who.director, opinion="请批示。", names=[who.leader])
    with pytest.raises(acting.Refused, match="承办部门"):
        one.do("circle", who.leader)
