"""What is asked for and what is told: dates, who goes, what a correction did, what a print leaves out."""

from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from documents.sheets import slip_of
from documents.subject import facts, suggested
from office import acting, timing
from office.forms.deciding import DecisionForm
from office.forms.people import key_of
from office.models import Draft, Post
from office.models.files import Job
from tests.people import CHINA, person, seat

from .test_odd_ways import correct, handed_over


@pytest.fixture
def clerk(who, client):
    client.force_login(who.clerk)
    return client


def due(one) -> date:
    return timezone.localdate(one.turn.due_at)


# --- Dates ---


@pytest.mark.parametrize(("urgency", "answer_by", "ends"), [
    ("flash", date(2026, 12, 31), date(2026, 11, 16)), ("normal", date(2026, 12, 31), date(2026, 11, 25)),
    ("normal", date(2026, 11, 18), date(2026, 11, 18)), ("urgent", date(2026, 11, 17), date(2026, 11, 17)),
])  # fmt: skip
def test_R_IN_18_the_day_the_sender_asks_for_makes_no_limit_longer(who, paper, urgency, answer_by, ends):
    assert due(handed_over(paper(urgency=urgency, answer_wanted=True, answer_by=answer_by), who)) == ends


def test_the_day_a_leader_names_beats_both(who, paper):
    one = paper(urgency="flash", answer_wanted=True, answer_by=date(2026, 12, 31))
    assert due(handed_over(one, who, due_on=date(2026, 12, 10))) == date(2026, 12, 10)


def test_the_handler_does_not_move_his_date_past_the_senders(who, paper):
    one = handed_over(paper(answer_wanted=True, answer_by=date(2026, 12, 1)), who)
    clock = one.turn.clocks.get()
    until = datetime(2026, 12, 9, 17, 30, tzinfo=CHINA)
    with pytest.raises(acting.Refused, match="由文书办理"):
        acting.extend(clock, until=until, actor=who.handler, reason="来不及", at=one.at)
    acting.extend(clock, until=until, actor=who.clerk, reason="已请示", at=one.at)
    assert due(one) == date(2026, 12, 9)


def test_a_flash_paper_stands_first_before_a_leader(who, paper):
    """He has two working days for others (a starting value of this program)."""
    slow, fast = paper(), paper(urgency="flash")
    for one in (slow, fast):
        one.do("pass", who.clerk)
        one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    assert fast.turn.due_at < slow.turn.due_at


def test_what_is_counted_anew_is_counted_by_the_same_rule(who, paper):
    one = handed_over(paper(answer_wanted=True, answer_by=date(2026, 12, 31)), who)
    before = one.turn.clocks.get().pk
    procedure = timing.procedures.get(one.case.procedure)
    timing.recount(one.turn, procedure=procedure, step=procedure.step("handle"), at=one.at)
    assert one.turn.clocks.get().pk == before


# --- Meetings ---


def invited(who, paper, *names):
    one = paper(book="会", meeting={"starts_at": datetime(2026, 11, 25, 9, tzinfo=CHINA), "place": "三楼"})
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader])
    one.do("attend", who.leader, values={"attendees": list(names)})
    return one


def test_who_goes_instead_of_who_has_excused_himself_is_named_too(who, paper):
    one = invited(who, paper, who.first_head)
    one.do("notify", who.clerk, names=[who.first_head])
    one.read(who.first_head, move="excuse", opinion="请王志远同志参加。")
    notify = timing.procedures.get(one.case.procedure).step("arrange").move("notify")
    assert suggested(one.turn, notify) == []
    one.do("notify", who.clerk, names=[who.other_leader])
    one.read(who.other_leader, move="come")
    meeting = facts(one.case)["meeting"]
    assert (meeting["goes"], meeting["stays"]) == ("孙长河", "赵明德")
    assert "参会人：孙长河　请假：赵明德" in slip_of(one.document, viewer=None).meeting


def test_the_slip_bears_who_named_the_attendees_without_a_word_and_whom(who, paper):
    case = invited(who, paper, who.first_head, who.other_leader)
    said = slip_of(case.document, viewer=None).instructions
    assert [(one.words, one.name) for one in said] == [("（指定参会人）", "王志远")]
    assert said[0].versions[-1][0] == "（指定参会人）（参会：赵明德、孙长河）"
    assert case.case.decisions.get(move="attend").names == "赵明德、孙长河"


# --- Drafts and corrections ---


def test_R_SEC_03_what_is_typed_in_the_book_of_secrets_is_no_draft_before_the_level_is_chosen(who, clerk):
    draft = reverse("incoming_draft")
    assert clerk.post(draft, {"title": "一份通知", "series": "收", "secrecy": "0"}).status_code == 200
    assert clerk.post(draft, {"title": "某项部署", "series": "密", "secrecy": "0"}).status_code == 422
    assert not Draft.objects.exists()


def test_a_correction_that_corrects_nothing_says_so(clerk, paper):
    one = paper()
    refused = correct(clerk, one)
    assert refused.status_code == 422 and "没有改动任何一项" in refused.content.decode()
    assert not one.case.decisions.filter(move="content").exists()
    assert one.document.history.count() == 1


def test_an_answer_no_more_wanted_has_no_date_either(clerk, paper):
    one = paper(answer_wanted=True, answer_by=date(2026, 12, 31))
    refused = correct(clerk, one, answer_by="2026-12-31")
    assert "请把答复期限也清空" in str(refused.context["form"].errors["answer_by"])
    assert correct(clerk, one).status_code == 302
    assert not one.document.answer_wanted


# --- Hands and prints ---


def test_nobody_is_offered_to_ask_himself(who, paper):
    one = handed_over(paper(), who)
    offered = dict(DecisionForm(turn=one.turn, user=who.handler).fields["ask_help-names"].choices)
    assert key_of(who.posts["crops"]) not in offered and key_of(who.posts["machines"]) in offered


def test_a_chair_somebody_sits_in_is_not_retired(who, client):
    post = Post.objects.create(code="printer", name="文印员")
    seat(post, person("printer", "文小印"))
    client.force_login(who.security_admin)
    answer = client.post(f"/posts/{post.pk}/", {"code": post.code, "name": post.name, "retired": "on"})
    assert "还有人任这个岗位" in answer.content.decode()


def test_a_print_says_that_it_is_of_the_whole_book(clerk, paper):
    paper()
    exports = clerk.get("/documents/incoming/?state=void").context["exports"]
    assert [one["label"] for one in exports] == ["打印全簿 PDF", "导出全簿 Excel"]
    answer = clerk.get(reverse("incoming_print"), {"year": 2026, "month": 77, "as": "pdf"}, follow=True)
    assert "没有这样的登记簿" in answer.content.decode() and not Job.objects.exists()
    answer = clerk.get(reverse("incoming_print"), {"year": 2026, "as": "doc"}, follow=True)
    assert "没有这样的登记簿" in answer.content.decode() and not Job.objects.exists()
    assert "没有这样的登记簿" in clerk.get("/documents/incoming/?year=2199").content.decode()
