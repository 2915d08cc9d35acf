"""The counter's page beyond the rules: drafts thrown away, folded fields, numbers of secrets, who goes to a meeting."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from documents.models import IncomingDocument
from documents.registers import entries, row_of
from documents.sheets import slip_of
from documents.subject import facts
from office import acting
from office.models import Case, Draft, Organisation, Phrase
from office.registers import Selection
from tests.people import CHINA


def test_a_draft_nobody_wants_is_thrown_away(who, counter, client):
    counter(save="draft")
    assert "不要草稿，清空" in client.get("/documents/incoming/new/").content.decode()
    assert counter(save="clear").status_code == 302
    page = client.get("/documents/incoming/new/")
    assert not Draft.objects.exists() and not Case.objects.exists()
    assert "冬春防火" not in page.content.decode()
    assert "不要草稿" not in page.content.decode()


def test_what_is_folded_away_with_another_book_asks_for_nothing(counter):
    kept = counter(meeting_at="看不懂的时间", meeting_place="三楼", meeting_answer_by="也看不懂")
    assert kept.status_code == 302
    assert not hasattr(Case.objects.get().incomingdocument, "meeting")


@pytest.mark.parametrize(("number", "accepted"), [
    ("农密〔2026〕3号", True), ("〔2026〕12", True), ("关于某某的报告", False), ("农密〔2026〕3号关于人事", False),
])  # fmt: skip
def test_R_SEC_03_the_number_of_a_state_secret_is_a_number(counter, number, accepted):
    answer = counter(secrecy="2", secrecy_period="5", title="", doc_number=number)
    assert (answer.status_code == 302) is accepted
    assert accepted or "这里不像一个文号" in answer.content.decode()


def test_the_register_writes_the_year_of_a_day_that_is_not_the_books(who, paper):
    paper()
    paper(received_on=date(2025, 12, 31))
    rows = entries(Selection(year=2026, month=None, series="", senders=(), viewer=who.clerk))
    assert sorted(row_of(one).cells[1] for one in rows) == ["11-16", "2025\n12-31"]


def test_the_slip_asks_for_the_day_an_instruction_named_else_the_papers_own(who, paper):
    one = paper(answer_wanted=True, answer_by=date(2026, 12, 18))
    assert slip_of(one.document, viewer=None).due_at == date(2026, 12, 18)
    one.do("pass", who.clerk)
    assert slip_of(one.document, viewer=None).due_at == date(2026, 12, 18)
    named = {"lead": who.posts["crops"], "due_on": date(2026, 11, 28)}
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values=named)
    assert slip_of(one.document, viewer=None).due_at == date(2026, 11, 28)


def test_the_slip_does_not_ask_anybody_for_the_limit_of_a_station(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    assert one.turn.due_at is not None
    assert slip_of(one.document, viewer=None).due_at is None


def test_a_clock_that_was_met_shows_when(who, paper, client):
    one = paper()
    one.do("pass", who.clerk)
    client.force_login(who.clerk)
    shown = client.get(f"/cases/{one.case.public_id}/").context
    assert [clock["deadline"]["date_words"] for clock in shown["clocks_over"]] == ["2026-11-16 09:31"]
    assert len(shown["clocks"]) == one.case.clocks.filter(met_at=None, stopped_at=None).count()


def test_an_hour_typed_in_a_hurry_is_shown_as_it_will_be_kept(who, client):
    client.force_login(who.clerk)
    hurried = {"11月25日（星期三）下午3点": "-11-25 15:00", "11.25 9:30": "-11-25 09:30", "1125": "-11-25 17:30"}
    for typed, meant in hurried.items():
        page = client.get("/documents/incoming/date/", {"field": "meeting_at", "meeting_at": typed})
        assert meant in page.content.decode()
    page = client.get("/documents/incoming/date/", {"field": "meeting_at", "meeting_at": "11.25 25:00"})
    assert "看不懂时间" in page.content.decode()


def test_above_a_refused_paper_stands_no_number(counter, client):
    saved = client.get(counter()["Location"])
    assert saved.context["saved"] is not None
    refused = client.post(counter()["Location"], {"series": "收", "title": ""})
    assert refused.status_code == 422
    assert refused.context["saved"] is None


def test_a_paper_is_found_by_its_number_as_it_is_said(who, paper):
    from office import searching

    one = paper(number="农明电〔2026〕31号")
    assert searching.search(who.clerk, "农明电31") == [one.case]
    assert searching.search(who.clerk, "农明电13") == []


def test_who_goes_to_a_meeting_stands_in_the_offices_order_and_who_excused_himself_is_marked(who, paper):
    starts = datetime(2026, 11, 25, 9, tzinfo=CHINA)
    notice = {"starts_at": starts, "place": "县政府三楼", "rank_wanted": "", "answer_by": None}
    one = paper(book="会", answer_wanted=True, meeting=notice)
    one.do("submit", who.director, opinion="拟请参加。", names=[who.first_head])
    going = [who.other_leader, who.leader, who.first_head]
    one.do("attend", who.first_head, values={"attendees": going})
    assert facts(one.case)["meeting"]["goes"] == "赵明德、王志远、孙长河"
    one.do("notify", who.clerk, names=going)
    one.read(who.leader, move="excuse", opinion="当日下乡")
    meeting = facts(one.case)["meeting"]
    assert (meeting["goes"], meeting["stays"]) == ("赵明德、孙长河", "王志远")



MARKED = ["机密★10年 关于某某的通知", "绝密级★", "关于某某的通知（秘密 ★ 3年）"]


@pytest.mark.parametrize("words", MARKED)
@pytest.mark.parametrize("field", ["title", "note", "mismatch", "meeting_place"])
def test_R_SEC_03_the_mark_of_a_state_secret_stands_on_no_ordinary_paper(counter, field, words):
    meeting = {"series": "会", "meeting_at": "12月25日 9:00"} if field == "meeting_place" else {}
    answer = counter(**{**meeting, field: words})
    assert answer.status_code == 422
    assert "国家秘密标志" in answer.context["form"].errors[field][0] and "R-SEC-03" in answer.content.decode()
    assert not Case.objects.exists()


@pytest.mark.parametrize("words", MARKED)
def test_R_SEC_03_nor_in_an_opinion_a_phrase_or_a_draft(who, paper, client, words):
    one = paper()
    with pytest.raises(acting.Refused, match="国家秘密标志"):
        one.do("pass", who.clerk, opinion=words)
    client.force_login(who.clerk)
    assert "国家秘密标志" in client.post("/phrases/", {"text": words}).content.decode()
    assert not Phrase.objects.exists()
    answers = [
        client.post("/documents/incoming/draft/", {"title": words, "sender": "省农业农村厅"}),
        client.post(f"/turns/{one.turn.pk}/draft/", {"opinion": words}),
    ]
    # Not kept and said so, where the page says that a draft was kept.
    assert all(answer.status_code == 422 and "第三十一条" in answer.content.decode() for answer in answers)
    kept = [value for draft in Draft.objects.all() for values in draft.values.values() for value in values]
    assert kept == ["省农业农村厅"]


def test_what_is_kept_as_a_draft_is_said_with_the_offices_clock(who, client):
    client.force_login(who.clerk)
    answer = client.post("/documents/incoming/draft/", {"title": "写到一半"})
    assert answer.content.decode() == f"草稿 {timezone.localtime():%H:%M} 已存"


@pytest.mark.parametrize("words", MARKED)
def test_R_SEC_03_a_draft_that_was_asked_for_and_refused_is_still_on_the_screen(counter, words):
    page = counter(title=words, save="draft")
    assert page.status_code == 422 and "国家秘密标志" in page.content.decode()
    assert page.context["form"]["title"].value() == words


@pytest.mark.parametrize("words", ["工作秘密管理办法", "保密工作要点", "★级酒店评定", "绝密档案展览"])
def test_words_about_secrecy_are_no_mark(counter, words):
    assert counter(title=words).status_code == 302


def test_a_declared_classified_network_takes_the_mark(counter, settings):
    settings.CLASSIFIED_NETWORK = True
    assert counter(title="机密★10年 演练").status_code == 302


def test_without_script_the_initials_of_one_sender_are_that_sender(counter):
    Organisation.objects.create(name="市气象局", initials="sqxj", group="above")
    assert counter(sender="sqxj").status_code == 302
    assert IncomingDocument.objects.get().sender.name == "市气象局"


def test_initials_of_several_are_answered_with_their_names(counter):
    for name in ("市水利局", "市商务局"):
        Organisation.objects.create(name=name, initials="sslj", group="peer")
    answer = counter(sender="sslj")
    assert answer.status_code == 422
    assert "市水利局" in answer.content.decode()
    assert "市商务局" in answer.content.decode()
    assert not IncomingDocument.objects.exists()


# --- The book that goes with the sender, and what stays for the next paper ---


def test_R_IN_05_a_book_that_is_not_the_senders_is_asked_about_once(counter):
    Organisation.objects.create(name="县水利局", group="peer", initials="xslj")
    asked = counter(sender="县水利局")
    assert asked.status_code == 422
    assert "县水利局是平级单位，一般登在“平”本" in str(asked.context["form"].errors["series"])
    again = asked.context["form"]["book_for"].value()
    assert counter(sender="县水利局", book_for="平999").status_code == 422
    assert counter(sender="县水利局", book_for=again).status_code == 302
    assert counter(sender="县水利局", series="平").status_code == 302
    assert sorted(Case.objects.values_list("series__name", flat=True)) == ["平", "收"]


def test_a_sender_the_office_does_not_know_yet_and_a_book_of_its_own_kind_are_not_asked_about(counter):
    Organisation.objects.create(name="县水利局", group="peer", initials="xslj")
    assert counter(sender="一个新单位").status_code == 302
    assert counter(sender="县水利局", series="电", telegram_urgency="plain").status_code == 302


def test_the_book_and_the_way_it_came_stay_for_the_next_paper_of_the_pile(counter, client):
    Organisation.objects.create(name="县水利局", group="peer", initials="xslj")
    saved = counter(sender="县水利局", series="平", channel="post")
    form = client.get(saved["Location"]).context["form"]
    assert (form["series"].value(), form["channel"].value()) == ("平", "post")
    assert form["received_on"].value() == timezone.localdate().isoformat()
    saved = counter(series="电", telegram_urgency="plain", received_on="2026-11-02")
    form = client.get(saved["Location"]).context["form"]
    assert form["series"].value() in (None, "收") and form["received_on"].value() == "2026-11-02"
    assert client.get("/documents/incoming/new/").context["form"]["channel"].value() in (None, "exchange")
