"""Nothing that was written down is lost: forms sent twice, drafts, corrections, words that came too late."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from documents import paths
from documents.models import IncomingDocument
from documents.sheets import slip_of
from office import access, acting
from office.models import Case, ContentChange, Draft, User
from office.verifying import verify
from tests.people import CHINA


@pytest.fixture
def clerk(who, client):
    client.force_login(who.clerk)
    return client


def entry(**fields) -> dict[str, str]:
    return {
        "token": str(uuid.uuid4()), "series": "收", "received_on": timezone.localdate().isoformat(),
        "channel": "exchange", "carrier": "paper", "sender": "省农业农村厅", "title": "关于冬春防火的通知",
        "secrecy": "0", "urgency": "normal", "copies": "1", "purpose": "decision", "save": "next", **fields,
    }  # fmt: skip


def correction(one: IncomingDocument, **fields) -> dict[str, str]:
    given = {
        "reason": "登错了", "title": one.case.title, "sender": one.sender.name, "number": one.number,
        "received_on": one.received_on.isoformat(), "urgency": one.case.urgency, "copies": "1",
    }  # fmt: skip
    return {**given, **fields}


def correct(client, one: IncomingDocument, **fields):
    return client.post(f"/documents/incoming/{one.case.public_id}/edit/", correction(one, **fields))


CHANGES = [{"title": "另一份文件"}, {"doc_number": "农办〔2026〕9号"}, {"sender": "市财政局"}]


@pytest.mark.parametrize("changed", CHANGES)
def test_another_paper_in_a_form_already_sent_is_said_and_saved_when_pressed_again(clerk, changed):
    first = entry()
    clerk.post("/documents/incoming/new/", first)
    answer = clerk.post("/documents/incoming/new/", {**first, **changed})
    assert answer.status_code == 422
    assert "已经保存过一件" in answer.content.decode()
    assert Case.objects.count() == 1
    again = {**first, **changed, "token": answer.context["form"].data["token"]}
    assert clerk.post("/documents/incoming/new/", again).status_code == 302
    assert Case.objects.count() == 2


def test_a_draft_opened_a_second_time_is_a_form_of_its_own(clerk, who):
    first = entry(title="甲件")
    clerk.post("/documents/incoming/draft/", first)
    form = clerk.get("/documents/incoming/new/").context["form"]
    assert form.initial["title"] == "甲件"
    assert str(form.initial["token"]) != first["token"]
    assert "token" not in Draft.objects.get(person=who.clerk).values


def test_both_titles_stay_and_are_shown_with_the_reason(clerk, paper):
    one = paper(title="旧标题").document
    assert correct(clerk, one, title="新标题", urgency="urgent").status_code == 302
    kept = list(ContentChange.objects.values_list("field", "before", "after"))
    assert kept == [("title", "旧标题", "新标题"), ("urgency", "normal", "urgent")]
    page = clerk.get(f"/documents/incoming/{one.case.public_id}/edit/").content.decode()
    assert "旧标题" in page and "登错了" in page


@pytest.mark.parametrize("column", ["title", "number"])
def test_R_IN_25_no_correction_opens_an_envelope(clerk, who, paper, column):
    one = paper(purpose="envelope", title="", addressee=who.leader).document
    answer = correct(clerk, one, **{column: "农办〔2026〕9号"})
    assert answer.status_code == 422
    one.refresh_from_db()
    assert (one.number, Case.objects.get().title) == ("", "")


def answer_clock(one):
    return one.case.clocks.get(rule=paths.ANSWER.rule, stopped_at=None)


def test_an_answer_that_was_overlooked_is_wanted_and_chased_from_now_on(clerk, paper):
    one = paper()
    day = timezone.localdate() + timedelta(days=9)
    assert correct(clerk, one.document, answer_by=day.isoformat()).status_code == 302
    assert IncomingDocument.objects.get().answer_wanted
    assert timezone.localdate(answer_clock(one).due_at) == day
    later = day + timedelta(days=5)
    correct(clerk, one.document, answer_wanted="on", answer_by=later.isoformat())
    assert timezone.localdate(answer_clock(one).due_at) == later
    assert correct(clerk, one.document).status_code == 302
    assert not one.case.clocks.filter(rule=paths.ANSWER.rule, stopped_at=None).exists()
    page = clerk.get(f"/documents/incoming/{one.case.public_id}/edit/").content.decode()
    assert "要求答复" in page and "是</del> → 否" in page


def test_a_correction_that_leaves_the_answer_alone_leaves_its_clock_alone(clerk, paper):
    day = timezone.localdate() + timedelta(days=9)
    one = paper(answer_wanted=True, answer_by=day)
    before = answer_clock(one).pk
    correct(clerk, one.document, answer_wanted="on", answer_by=day.isoformat(), copies="3")
    assert answer_clock(one).pk == before


def meeting(paper, **more):
    starts = datetime(2026, 11, 25, 9, tzinfo=CHINA)
    answer = datetime(2026, 11, 24, 12, tzinfo=CHINA)
    fields = {"starts_at": starts, "place": "县政府三楼", "rank_wanted": "主要负责人", "answer_by": answer}
    return paper(book="会", answer_wanted=True, meeting={**fields, **more})


def test_R_SUP_09_who_comes_is_asked_by_the_hour_of_the_notice(paper):
    clock = meeting(paper).case.clocks.get(turn=None)
    assert (clock.rule, clock.due_at) == (paths.MEETING_ANSWER, datetime(2026, 11, 24, 12, tzinfo=CHINA))


def test_a_postponed_meeting_is_corrected_with_the_date_of_its_answer(clerk, paper):
    one = meeting(paper)
    moved = {"meeting_at": "2026-12-02 下午3点", "meeting_place": "县会堂", "meeting_answer_by": "2026-12-01 12:00"}
    assert correct(clerk, one.document, **moved).status_code == 302
    notice = one.document.meeting
    assert (notice.starts_at, notice.place) == (datetime(2026, 12, 2, 15, tzinfo=CHINA), "县会堂")
    running = one.case.clocks.get(turn=None, stopped_at=None)
    assert running.due_at == datetime(2026, 12, 1, 12, tzinfo=CHINA)
    assert one.case.decisions.filter(move="content").exists()


def test_the_slip_of_a_meeting_notice_says_when_and_where(paper):
    words = slip_of(meeting(paper).document, viewer=None).meeting
    assert "2026年11月25日 09:00" in words and "县政府三楼" in words and "主要负责人" in words


def test_words_that_come_too_late_are_given_back(clerk, who, paper):
    one = paper()
    turn = one.turn
    one.do("pass", who.clerk)
    page = clerk.post(f"/turns/{turn.pk}/", {"move": "pass", "opinion": "请先核对份数"}, follow=True)
    assert "请先核对份数" in page.content.decode()


def test_the_unit_named_beside_the_words_stands_in_the_trail_and_on_the_slip(clerk, who, paper):
    one = paper()
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"], "due_on": date(2026, 11, 28)}
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values=values)
    one.do("instruct", who.leader, opinion="同意。", values=values)
    page = clerk.get(f"/cases/{one.case.public_id}/").content.decode()
    assert page.count("承办：种植业股；2026-11-28前办结") == 1
    slip = slip_of(one.document, viewer=None)
    assert slip.proposals[0].versions[-1][0] == "拟请批示。（承办：种植业股；2026年11月28日前办结）"
    assert slip.instructions[0].versions[-1][0] == "同意。"


# --- 列为工作秘密 ---


@pytest.fixture
def ordinary(who, paper):
    return paper().document


def test_a_paper_registered_as_ordinary_by_mistake_becomes_a_work_secret(clerk, who, ordinary):
    seeing = who.director  # by rule, as the head of the office
    assert access.visible_to(seeing).filter(pk=ordinary.case_id).exists()
    assert correct(clerk, ordinary, work_secret="on").status_code == 302
    ordinary.case.refresh_from_db()
    assert (ordinary.case.secrecy, ordinary.case.restricted) == (1, True)
    access.forget_identity(seeing)
    assert not access.visible_to(seeing).filter(pk=ordinary.case_id).exists()
    assert access.visible_to(who.clerk).filter(pk=ordinary.case_id).exists()
    assert list(verify()) == []
    page = clerk.get(f"/documents/incoming/{ordinary.case.public_id}/edit/").content.decode()
    assert "无</del> → 工作秘密" in page
    assert "列为工作秘密" not in page


def test_nor_does_it_while_it_lies_with_somebody_who_may_not_know(clerk, who, ordinary):
    case = ordinary.case
    acting.act(case.turns.get(), "pass", actor=who.clerk)
    turn = case.turns.get(ended_at__isnull=True)
    acting.act(turn, "submit", actor=who.director, opinion="请批示。", names=[who.leader],
               values={"lead": who.posts["crops"]})
    User.objects.filter(pk=who.leader.pk).update(clearance=0)
    answer = correct(clerk, ordinary, work_secret="on")
    assert answer.status_code == 422
    assert "文件现在在王志远手里" in answer.content.decode()
    case.refresh_from_db()
    assert (case.secrecy, case.restricted) == (0, False)


def opened(client, one: IncomingDocument, *, refused=None, **typed) -> dict[str, str]:
    """What a browser sends from the page of a correction, as it was opened or as it came back."""
    page = f"/documents/incoming/{one.case.public_id}/edit/"
    form = (refused or client.get(page)).context["form"]
    values = {name: form[name].value() for name in form.fields if name != "files"}
    sent = {name: "on" if value is True else str(value) for name, value in values.items() if value not in (None, False)}
    return {"reason": "登错了", **sent, **typed}


BESIDE = [
    ({"book": "电", "telegram": "plain"}, {"telegram": "most"}),
    ({"book": "会"}, {"meeting_at": "2026-12-02 15:00"}),
    ({"book": "会"}, {"meeting_rank": "分管负责人"}),
    ({"book": "会"}, {"meeting_answer_by": "2026-11-23 12:00"}),
    ({"book": "会"}, {"meeting_place": ""}),
]


@pytest.mark.parametrize(("kind", "first"), BESIDE)
def test_nor_do_two_tabs_of_a_telegram_or_a_notice_overwrite_each_other(clerk, paper, kind, first):
    one = (meeting(paper) if kind["book"] == "会" else paper(**kind)).document
    page = f"/documents/incoming/{one.case.public_id}/edit/"
    second = opened(clerk, one, copies="3")
    assert clerk.post(page, opened(clerk, one, **first)).status_code == 302
    refused = clerk.post(page, second)
    assert refused.status_code == 422
    sent = opened(clerk, one, refused=refused)
    assert {name: sent.get(name, "") for name in first} == first and sent["copies"] == "3"
    assert clerk.post(page, sent).status_code == 302
    one = IncomingDocument.objects.get()
    kept = opened(clerk, one)
    assert one.copies == 3 and {name: kept.get(name, "") for name in first} == first


def test_the_way_a_paper_came_is_corrected(clerk, paper):
    one = paper().document
    page = f"/documents/incoming/{one.case.public_id}/edit/"
    sent = opened(clerk, one, channel="post", carrier="electronic")
    assert clerk.post(page, sent).status_code == 302
    one = IncomingDocument.objects.get()
    assert (one.channel, one.carrier) == ("post", "electronic")
    assert "邮寄" in clerk.get(page).content.decode()
    refused = clerk.post(page, opened(clerk, one, channel="meeting"))
    assert refused.status_code == 422 and "channel" in refused.context["form"].errors
