"""What of the decisions on a paper still holds: taken back, sent back, corrected, confirmed, signed for another."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from documents.models import IncomingDocument
from documents.registers import handed_to, signed_for, with_hands
from documents.sheets import circulation_of, slip_of
from office import acting
from office.chasing.roster import Roster
from office.models import Deputy, Notice
from tests.people import MONDAY

REPLY = "同意，请农机股办。"


def before_leader(paper, who, **fields):
    one = paper(**fields)
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"], "due_on": date(2026, 11, 30)}
    one.do("submit", who.director, opinion="拟请批示，种植业股承办。", names=[who.leader], values=values)
    return one


def slip(one):
    return slip_of(one.document, viewer=None)


def held(opinions):
    """The words that hold, one line each."""
    return [words for one in opinions for words, _remark, holds in one.versions if holds]


def stand_in(principal, deputy):
    """From the day the papers came until after the one on which this runs."""
    until = timezone.localdate() + timedelta(days=3)
    return Deputy.objects.create(principal=principal, deputy=deputy, starts_on=MONDAY.date(), ends_on=until)


# --- 撤回 ---


@pytest.fixture
def taken_back(paper, who):
    """The leader has named another unit and another date, taken it back, and circled the proposal."""
    one = before_leader(paper, who)
    values = {"lead": who.posts["machines"], "due_on": date(2026, 12, 20)}
    one.do("instruct", who.leader, opinion=REPLY, values=values)
    acting.take_back(one.case, actor=who.leader, at=one.at)
    one.do("circle", who.leader)
    return one


def test_an_instruction_taken_back_names_no_unit(taken_back, who):
    with pytest.raises(acting.Refused, match="种植业股"):
        taken_back.do("hand_over", who.clerk, names=[who.posts["machines"]])
    taken_back.do("hand_over", who.clerk, names=[who.posts["crops"]])
    assert timezone.localdate(taken_back.turn.due_at) == date(2026, 11, 30)


def test_words_that_are_taken_back_are_not_put_right(taken_back, who, client):
    undone = taken_back.case.decisions.get(move="instruct")
    with pytest.raises(acting.Refused, match="已经撤回"):
        acting.correct(undone, opinion="另请。", actor=who.clerk, reason="笔误", at=taken_back.at)
    client.force_login(who.clerk)
    trail = client.get(reverse("case", args=[taken_back.case.public_id])).context["trail"]
    assert next(one for one in trail if one.get("number") == undone.number)["edit_url"] == ""


def test_on_the_slip_it_is_struck_through_and_says_when(taken_back):
    made = slip(taken_back)
    assert held(made.instructions) == ["（圈阅）"]
    assert [one.undone.endswith("撤回") for one in made.instructions] == [True, False]
    assert made.due_at == date(2026, 11, 30)


def test_on_the_screen_it_is_marked(taken_back, who, client):
    client.force_login(who.clerk)
    page = client.get(reverse("case", args=[taken_back.case.public_id])).content.decode()
    assert "已撤回" in page
    assert "不再有效" in page


# --- 退回重走 ---


def test_after_a_return_the_slip_keeps_the_first_round_struck_through(paper, who):
    one = before_leader(paper, who)
    one.do("instruct", who.leader, opinion="同意。", values={"due_on": date(2026, 12, 1)})
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    target = one.case.turns.get(step="propose")
    acting.return_to(
        one.turn, target=target, actor=who.handler, reason="不属本股职责", straight=False, at=one.at
    )
    one.case.refresh_from_db()
    made = slip(one)
    assert held(made.proposals) == held(made.instructions) == []
    assert held(made.handling) == ["退回办公室主任：不属本股职责"]
    assert made.due_at is None


# --- 更正, 代录, 代理 on the reading list ---


@pytest.fixture
def reading(paper, who):
    one = paper(purpose="reading")
    one.do("send", who.clerk, names=[who.leader, who.other_leader], values={"in_order": False})
    return one


def test_a_corrected_reader_stays_the_reader(reading, who, client):
    made = reading.read(who.leader, opinion="请关注种子")
    acting.correct(made, opinion="请关注种苗。", actor=who.clerk, reason="笔误", at=reading.at + timedelta(hours=1))
    first = circulation_of(reading.document, viewer=None).readers[0]
    assert (first.name, first.signature) == ("王志远", "王志远")
    assert [(words, holds) for words, _remark, holds in first.versions] == [
        ("请关注种子", False),
        ("请关注种苗。", True),
    ]
    client.force_login(who.clerk)
    page = client.get(reverse("case", args=[reading.case.public_id])).content.decode()
    assert page.count("请关注种苗。") == 2  # the table of readers, and the trail


def test_words_taken_down_are_marked_and_their_reader_is_who_said_them(reading, who):
    made = reading.read(who.leader, opinion="已阅。", recorded_by=who.clerk, medium="spoken", happened_at=MONDAY)
    acting.confirm_record(made, actor=who.leader, at=reading.at)
    first = circulation_of(reading.document, viewer=None).readers[0]
    assert first.name == "王志远"
    assert "本人" in first.recorded.remark


def test_who_read_for_another_signs_beside_his_name(reading, who):
    stand_in(who.leader, who.director)
    reading.read(who.leader, who.director, opinion="已阅。")
    first = circulation_of(reading.document, viewer=None).readers[0]
    assert (first.name, first.signature) == ("王志远", "李建国（代 王志远）")


def test_the_page_says_who_has_the_original_and_who_a_copy(paper, who, client):
    one = paper(purpose="reading")
    one.do("send", who.clerk, names=[who.leader, who.other_leader], values={"in_order": True})
    one.do("send", who.clerk, names=[who.director], values={"in_order": False})
    client.force_login(who.clerk)
    page = client.get(reverse("case", args=[one.case.public_id])).content.decode()
    assert page.count("（原件）") == page.count("（复印件）") == 1


# --- Words that are somebody's own ---


@pytest.fixture
def confirmed(paper, who):
    one = before_leader(paper, who)
    values = {"lead": who.posts["crops"]}
    made = one.do(
        "instruct", who.leader, opinion="同意。", values=values, recorded_by=who.clerk, medium="spoken",
        happened_at=MONDAY,
    )
    made = one.case.decisions.get(move="instruct")
    acting.confirm_record(made, actor=who.leader, at=one.at)
    return one, made


def test_confirmed_words_are_corrected_with_a_reason_only(confirmed, who):
    one, made = confirmed
    with pytest.raises(acting.Refused, match="原因"):
        acting.correct(made, opinion="不同意。", actor=who.clerk, at=one.at)


def test_and_have_to_be_confirmed_again(confirmed, who, client):
    one, made = confirmed
    acting.correct(made, opinion="同意，抓紧。", actor=who.clerk, reason="漏录", at=one.at)
    assert slip(one).instructions[0].recorded.confirmed_at is None
    acting.confirm_record(made, actor=who.leader, at=one.at)
    assert slip(one).instructions[0].recorded.confirmed_at is not None
    with pytest.raises(acting.Refused, match="已经确认"):
        acting.confirm_record(made, actor=who.leader, at=one.at)


def test_a_reader_who_forgot_his_words_adds_them_within_the_minutes(paper, who, client):
    one = paper(purpose="reading")
    one.do("send", who.clerk, names=[who.leader, who.other_leader])
    for reader in (who.leader, who.other_leader):
        one.read(reader)
    mine = one.case.decisions.get(move="read", actor=who.leader)
    with pytest.raises(acting.Refused):
        acting.correct(mine, opinion="请关注。", actor=who.clerk, reason="补录", at=one.at)
    acting.correct(mine, opinion="请关注第三条。", actor=who.leader, at=mine.at + timedelta(minutes=4))
    late = one.case.decisions.get(move="read", actor=who.other_leader)
    with pytest.raises(acting.Refused, match="分钟"):
        acting.correct(late, opinion="请关注。", actor=who.other_leader, at=late.at + timedelta(minutes=6))
    # From then on there are words, which the office may put right.
    acting.correct(mine, opinion="请关注第四条。", actor=who.clerk, reason="听错", at=mine.at + timedelta(hours=1))
    first, second = slip_of(one.document, viewer=None).readers
    assert [words for words, _remark, _holds in first.versions] == ["请关注第三条。", "请关注第四条。"]
    assert second.versions == ()
    client.force_login(who.clerk)
    page = client.get(f"/cases/{one.case.public_id}/").content.decode()
    assert "<del></del>" not in page
    assert "<del>请关注第三条。</del>" in page


def test_R_SEC_03_nobody_is_offered_to_add_words_about_a_state_secret(paper, who, client):
    who.leader.clearance = 2
    who.leader.save()
    one = paper(book="密", title="", secrecy=2, number="密〔2026〕4号", purpose="reading")
    one.do("send", who.clerk, names=[who.leader])
    one.read(who.leader)
    made = one.case.decisions.get(move="read")
    client.force_login(who.leader)
    assert client.get(reverse("correct", args=[one.case.public_id, made.number])).status_code == 404


def test_nobody_writes_above_a_signature_that_had_no_words(paper, who, client):
    one = before_leader(paper, who)
    one.do("circle", who.leader)
    circle = one.case.decisions.get(move="circle")
    with pytest.raises(acting.Refused, match="没有写意见"):
        acting.correct(circle, opinion="同意，请农机股办。", actor=who.clerk, reason="补录", at=one.at)
    client.force_login(who.clerk)
    assert client.get(reverse("correct", args=[one.case.public_id, circle.number])).status_code == 404


def test_a_correction_sent_after_the_minutes_is_told_who_can_do_it_and_keeps_the_words(paper, who, client):
    one = before_leader(paper, who)
    one.do("instruct", who.leader, opinion="同意。", values={})
    made = one.case.decisions.get(move="instruct")
    client.force_login(who.leader)
    address = reverse("correct", args=[one.case.public_id, made.number])
    answer = client.post(address, {"opinion": "同意，请抓紧办理。"}).content.decode()
    assert "由文书说明原因更正" in answer
    assert "同意，请抓紧办理。" in answer


def test_a_correction_written_from_an_older_version_is_told_of_the_newer(paper, who, client):
    one = before_leader(paper, who)
    one.do("instruct", who.leader, opinion="同意。", values={})
    made = one.case.decisions.get(move="instruct")
    client.force_login(who.clerk)
    address = reverse("correct", args=[one.case.public_id, made.number])
    assert f'name="seen" value="{made.number}"' in client.get(address).content.decode()
    first = {"opinion": "同意，抓紧。", "reason": "漏录", "seen": made.number}
    assert client.post(address, first).status_code == 302
    second = {**first, "opinion": "同意，请抓紧。"}
    answer = client.post(address, second)
    page = answer.content.decode()
    assert "已把意见更正为“同意，抓紧。”" in page
    assert "同意，请抓紧。</textarea>" in page
    assert client.post(address, {**second, "seen": answer.context["form"]["seen"].value()}).status_code == 302
    assert one.case.decisions.filter(move="correct").count() == 2


# --- In whose hands ---


def test_R_IN_25_no_deputy_signs_for_a_personal_letter(paper, who):
    stand_in(who.leader, who.director)
    one = paper(purpose="envelope", title="", addressee=who.leader)
    one.do("deliver", who.clerk, names=[who.leader])
    with pytest.raises(acting.Refused):
        one.do("received", who.director)
    one.do("received", who.leader)
    assert one.case.outcome == "reference"


def test_R_IN_25_no_deputy_is_told_when_a_personal_letter_waits(paper, who):
    stand_in(who.colleague, who.director)
    one = paper(purpose="envelope", title="", addressee=who.colleague)
    one.do("deliver", who.clerk, names=[who.colleague])
    assert Roster(on=timezone.localdate()).hands(one.turn, one.case) == [who.colleague]


@pytest.mark.parametrize("move", ["reassign", "add_after"])
def test_in_a_leaders_place_a_leader_decides(paper, who, move):
    one = before_leader(paper, who)

    def pass_on(to):
        if move == "reassign":
            return acting.reassign(one.turn, to=to, actor=who.leader, at=one.at)
        return acting.add_signer(one.turn, to=to, before=False, opinion="同意。", actor=who.leader, at=one.at)

    with pytest.raises(acting.Refused, match="请选一位领导"):
        pass_on(who.colleague)
    assert pass_on(who.other_leader).holder == who.other_leader


def test_to_be_asked_for_his_opinion_nobody_need_be_a_leader(paper, who):
    one = before_leader(paper, who)
    made = acting.add_signer(one.turn, to=who.colleague, before=True, actor=who.leader, at=one.at)
    assert made.holder == who.colleague


# --- Who hears of it ---


def kinds(person):
    return list(Notice.objects.filter(person=person).values_list("kind", flat=True))


def test_a_deputy_hears_of_the_paper_and_the_principal_of_what_was_signed_for_him(paper, who):
    stand_in(who.leader, who.director)
    one = paper()
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"], "due_on": date(2026, 11, 20)}
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values=values)
    assert "deputised" not in kinds(who.director)  # he has sent it himself
    one.do("circle", who.director)
    assert "signed_for" in kinds(who.leader)
    other = paper(purpose="reading")
    other.do("send", who.clerk, names=[who.leader], values={"in_order": False})
    assert "deputised" in kinds(who.director)


def test_whose_words_were_taken_down_is_asked_to_confirm_them(confirmed, who):
    assert "recorded" in kinds(who.leader)


# --- Dates the hub moves ---


@pytest.fixture
def handled(paper, who):
    one = before_leader(paper, who, answer_wanted=True, group="peer", book="平")
    one.do("circle", who.leader)
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    return one


def test_the_clerk_extends_the_date_a_leader_named_from_the_page_of_the_case(handled, who, client):
    client.force_login(who.clerk)
    address = reverse("extend", args=[handled.case.public_id])
    assert address in client.get(reverse("case", args=[handled.case.public_id])).content.decode()
    clock = handled.turn.clocks.get()
    later = (timezone.localdate() + timedelta(days=60)).isoformat()
    answer = client.post(address, {"which": clock.pk, "until": later, "reason": "请示过王志远副局长"})
    assert answer.status_code == 302
    clock.refresh_from_db()
    assert timezone.localdate(clock.due_at).isoformat() == later
    assert handled.case.decisions.filter(move="extend", reason="请示过王志远副局长").exists()


def test_R_IN_21_the_date_of_the_answer_is_extended_with_a_stated_reason(handled, who, client):
    client.force_login(who.clerk)
    address = reverse("extend", args=[handled.case.public_id])
    answering = handled.case.clocks.get(rule="R-IN-21")
    later = (timezone.localdate() + timedelta(days=60)).isoformat()
    refused = client.post(address, {"which": answering.pk, "until": later, "reason": ""})
    assert refused.status_code == 422
    assert client.post(address, {"which": answering.pk, "until": later, "reason": "须现场核查"}).status_code == 302


def test_nobody_but_the_hub_finds_that_page(handled, who, client):
    client.force_login(who.handler)
    assert client.get(reverse("extend", args=[handled.case.public_id])).status_code == 404


# --- Fields of other moves ---


def test_what_is_folded_away_beside_another_move_stops_nobody(handled, who, client):
    client.force_login(who.handler)
    address = reverse("turn", args=[handled.turn.pk])
    bad = {"extend-until": "0230", "content_hash": handled.case.content_hash}
    assert client.post(address, {**bad, "move": "extend"}).status_code == 422
    assert client.post(address, {**bad, "move": "report", "opinion": "已办。"}).status_code == 302
    assert handled.case.decisions.filter(move="report").exists()


# --- The queue of a deputy ---


def test_a_deputy_sees_whose_papers_are_whose_and_signs_them_one_by_one(paper, who, client):
    stand_in(who.leader, who.other_leader)
    mine, his = before_leader(paper, who), before_leader(paper, who)
    acting.reassign(mine.turn, to=who.other_leader, actor=who.leader, at=mine.at)
    client.force_login(who.other_leader)
    page = client.get("/").content.decode()
    assert page.count("代 王志远") == 1
    assert f'value="{mine.turn.pk}:' in page
    assert f'value="{his.turn.pk}:' not in page
    client.post("/batch/", {"turn": [mine.turn.pk, his.turn.pk]})
    assert not his.case.decisions.filter(move="circle").exists()
    assert mine.case.decisions.filter(move="circle").exists()


# --- 收回, 委派 ---


def test_a_copy_called_back_unread_says_so_everywhere(paper, who, client):
    one = before_leader(paper, who)
    one.do("instruct", who.leader, opinion="同意。")
    one.do("send", who.clerk, names=[who.colleague, who.outsider])
    one.read(who.colleague)
    acting.recall(one.side(who.outsider), actor=who.clerk, at=one.at)
    rows = {row.name: row.undone for row in circulation_of(one.document, viewer=None).readers}
    assert rows == {who.colleague.name: "", who.outsider.name: "收回"}
    listed = with_hands(IncomingDocument.objects.filter(case=one.case)).get()
    assert handed_to(listed.case) == f"{who.colleague.name}、{who.outsider.name}（收回）"
    client.force_login(who.clerk)
    page = client.get(reverse("case", args=[one.case.public_id]))
    assert page.context["circulation_words"] == "已退回 1，未阅收回 1，在手 0，待送 0"


def test_who_signed_for_a_unit_stands_in_the_register_though_he_has_delegated(paper, who):
    one = before_leader(paper, who)
    one.do("instruct", who.leader, opinion="同意。")
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    acting.delegate(one.turn, to=who.colleague, actor=who.handler, opinion="请起草。", at=one.at)
    listed = with_hands(IncomingDocument.objects.filter(case=one.case)).get()
    assert who.handler.name in signed_for(listed.case)


def test_R_IN_17_nobody_signs_after_the_handler_and_reports_in_his_place(paper, who):
    one = before_leader(paper, who)
    one.do("instruct", who.leader, opinion="同意。")
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    with pytest.raises(acting.Refused, match="不能"):
        acting.add_signer(one.turn, to=who.outsider, before=False, opinion="已拟。", actor=who.handler, at=one.at)
    acting.add_signer(one.turn, to=who.outsider, before=True, actor=who.handler, at=one.at)


def test_another_original_waits_on_the_list_and_the_clerk_is_told(paper, who):
    one = before_leader(paper, who)
    one.do("instruct", who.leader, opinion="同意。")
    hub = one.turn
    one.do("send", who.clerk, names=[who.colleague], values={"in_order": True})
    waits = acting.add_readers(hub, step="read", names=[who.outsider], in_order=True, actor=who.clerk, at=one.at)
    goes = acting.add_readers(hub, step="read", names=[who.first_head], actor=who.clerk, at=one.at)
    assert (waits, goes) == (False, True)
