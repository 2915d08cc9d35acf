"""The rules of proposing, instructing, handling and answering that the walks do not name."""

from datetime import date, datetime, timedelta

import pytest

from documents.sheets import slip_of
from office import acting
from office.forms.people import Candidates, key_of
from office.models import Notice, Post, StepSetting
from tests.people import CHINA, MONDAY, seat


def proposed(one, who, **values):
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values=values)
    return one


def instructed(one, who, **values):
    proposed(one, who, lead=who.posts["crops"], **values)
    one.do("instruct", who.leader, opinion="同意拟办意见。")
    return one


def handed_over(one, who):
    instructed(one, who).do("hand_over", who.clerk, names=[who.posts["crops"]])
    return one


def test_R_IN_01_no_step_is_passed_over_without_a_reason(who, paper):
    one = paper()
    with pytest.raises(acting.Refused, match="没有这个办法"):
        one.do("submit", who.clerk, opinion="直接报批", names=[who.leader])
    with pytest.raises(acting.Refused, match="理由"):
        acting.skip(one.turn, actor=who.clerk, reason="", at=one.at)


def test_R_IN_02_the_short_chain_has_its_five_stations_and_no_more(who, paper):
    one = paper(procedure="documents.short")
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader])
    one.do("instruct", who.leader, opinion="种植业股办。", names=[who.posts["crops"]])
    one.do("report", who.handler, opinion="已办。")
    one.do("finish", who.clerk)
    stations = list(dict.fromkeys(one.case.decisions.order_by("number").values_list("leads_to", flat=True)))
    assert stations == ["propose", "instruct", "handle", "conclude", "done"]


def test_R_IN_11_one_unit_leads_and_the_others_assist(who, paper):
    one = instructed(paper(), who, assisting=[who.posts["machines"]])
    one.do("hand_over", who.clerk, names=[who.posts["crops"], who.posts["machines"]])
    assert one.turn.post == who.posts["crops"]
    assert one.side(who.posts["machines"]).step == "assist"


def test_R_IN_12_the_proposal_stands_in_its_own_box_of_the_slip(who, paper):
    slip = slip_of(proposed(paper(), who).document, viewer=None)
    assert [(one.words, one.name) for one in slip.proposals] == [("拟请批示。", "李建国")]
    assert slip.instructions == ()


def test_R_IN_13_another_organ_lets_its_secretary_general_propose(who, paper):
    secretary = Post.objects.create(code="secretary-general", name="秘书长")
    seat(secretary, who.other_leader)
    StepSetting.objects.create(
        procedure="documents.incoming", step="propose", post=secretary, since=MONDAY.date()
    )
    one = paper()
    one.do("pass", who.clerk)
    assert one.turn.post == secretary


def test_R_IN_14_whoever_proposes_sees_the_first_head_first_and_what_each_leader_is_in_charge_of(who):
    offered = dict(Candidates().leaders())
    assert list(offered) == [key_of(one) for one in (who.first_head, who.leader, who.other_leader)]
    assert offered[key_of(who.leader)] == "王志远 副局长（分管种植业股）"
    assert offered[key_of(who.first_head)] == "赵明德 局长"


def test_R_IN_15_a_paper_somebody_is_to_handle_is_not_closed_by_reading(who, paper):
    one = instructed(paper(), who)
    one.do("send", who.clerk, names=[who.other_leader])
    one.read(who.other_leader)
    with pytest.raises(acting.Refused, match="R-IN-15"):
        one.do("finish", who.clerk)


def test_a_paper_that_wants_an_answer_is_not_closed_by_reading(who, paper):
    one = paper(purpose="reading", answer_wanted=True)
    one.do("send", who.clerk, names=[who.leader])
    one.read(who.leader)
    with pytest.raises(acting.Refused, match="要求答复"):
        one.do("finish", who.clerk)


def test_R_IN_17_handling_is_not_skipped_and_its_result_stands_on_the_slip(who, paper):
    one = handed_over(paper(), who)
    with pytest.raises(acting.Refused, match="不能跳过"):
        acting.skip(one.turn, actor=who.clerk, reason="催得急", at=one.at)
    one.do("report", who.handler, opinion="已派员核查，灾情已上报。")
    handling = slip_of(one.document, viewer=None).handling
    assert [(opinion.words, opinion.name) for opinion in handling] == [("已派员核查，灾情已上报。", "赵立军")]


def test_R_IN_17_a_paper_put_back_to_its_end_without_a_result_does_not_close(who, paper):
    one = handed_over(paper(), who)
    asked = acting.ask_relocation(
        one.case, step="conclude", to=who.posts["clerk"], actor=who.clerk, reason="系统里走错", at=one.at
    )
    acting.confirm_relocation(asked, actor=who.director, at=one.at)
    with pytest.raises(acting.Refused, match="R-IN-17"):
        one.do("finish", who.clerk)


@pytest.mark.parametrize(("hour", "due"), [(9, 12), (14, 17)])
def test_R_IN_20_the_clerk_sends_a_leaders_instruction_on_within_the_half_day(who, paper, hour, due):
    one = proposed(paper(), who, lead=who.posts["crops"], due_on=date(2026, 11, 27))
    at = MONDAY.replace(hour=hour, minute=40)
    acting.act(one.turn, "circle", actor=who.leader, at=at)
    assert one.turn.step == "assign"
    assert (one.turn.due_at.astimezone(CHINA).hour, one.turn.due_at.date()) == (due, MONDAY.date())


def test_R_IN_21_the_answers_date_moves_only_with_a_reason_and_the_first_date_stays(who, paper):
    one = paper(group="below", book="内", answer_wanted=True)
    clock = one.case.clocks.get(rule="R-IN-21")
    later = clock.due_at + timedelta(days=7)
    with pytest.raises(acting.Refused, match="理由"):
        acting.extend(clock, until=later, actor=who.clerk, reason="", at=one.at)
    acting.extend(clock, until=later, actor=who.clerk, reason="需会同农机股现场核实", at=one.at)
    clock.refresh_from_db()
    assert (clock.first_due_at, clock.due_at) == (datetime(2026, 12, 7, 17, 30, tzinfo=CHINA), later)


@pytest.mark.parametrize(("urgency", "at_once"), [("flash", True), ("normal", False)])
def test_R_IN_22_the_notice_of_a_flash_paper_sets_out_at_once(
    who, paper, urgency, at_once, monkeypatch, django_capture_on_commit_callbacks
):
    delivered = []
    monkeypatch.setattr("office.tasks.deliver.apply_async", lambda **more: delivered.append(more))
    with django_capture_on_commit_callbacks(execute=True):
        paper(urgency=urgency)
    assert bool(delivered) is at_once
    assert set(Notice.objects.values_list("urgent", flat=True)) == {at_once}


def test_R_IN_24_a_request_sent_to_several_places_is_returned_by_clerk_or_director(who, paper):
    for turned_back_by, way in (("clerk", []), ("director", ["pass"])):
        one = paper(group="below", book="内")
        for move in way:
            one.do(move, who.clerk)
        one.do("not_ours", getattr(who, turned_back_by), opinion="多头报送，请报主管单位。")
        assert one.case.outcome == "refused"


def test_R_IN_26_the_page_of_a_paper_says_where_it_is_and_since_when(who, paper, client):
    one = handed_over(paper(), who)
    client.force_login(who.second_clerk)
    page = client.get(f"/cases/{one.case.public_id}/").content.decode()
    place = page[page.index("承办") :]
    assert "种植业股股长" in place
    assert f"{one.turn.issued_at.astimezone(CHINA):%m-%d %H:%M} 送到" in place


# --- Classified papers ---


def test_R_IN_27_a_classified_paper_lies_with_one_named_person(who, paper):
    one = paper(book="密", secrecy=2, title="")
    assert (one.turn.post, one.turn.holder) == (who.posts["clerk"], who.clerk)


def test_R_IN_27_where_several_could_take_it_one_claims_it_first(who, paper):
    who.second_clerk.clearance = 2
    who.second_clerk.save()
    one = paper(book="密", secrecy=2, title="")
    assert one.turn.holder is None
    with pytest.raises(acting.Refused, match="R-IN-27"):
        one.do("pass", who.clerk)
    acting.claim(one.turn, actor=who.clerk, at=one.at)
    one.do("pass", who.clerk)
    assert one.turn.holder == who.director


def test_R_IN_27_an_ordinary_paper_needs_no_claim(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    assert one.turn.step == "propose"


def test_R_IN_27_a_classified_paper_is_back_in_time_before_the_case_closes(who, paper):
    who.leader.clearance = 2
    who.leader.save()
    one = paper(book="密", secrecy=2, title="", purpose="reading")
    one.do("send", who.clerk, names=[who.leader, who.first_head])
    assert one.side(who.leader).due_at == datetime(2026, 11, 18, 17, 30, tzinfo=CHINA)
    one.read(who.first_head)
    with pytest.raises(acting.Refused, match="收回"):
        one.do("finish", who.clerk)
