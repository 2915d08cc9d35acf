"""The rules of registering, kept on the screen where a clerk registers."""

from datetime import date
from urllib.parse import unquote

import pytest
from django.db import IntegrityError, transaction

from documents.forms import IncomingForm
from documents.models import IncomingDocument
from documents.sheets import slip_of
from office import acting
from office.models import Case, Draft, Organisation, Series
from office.printing.sheets import Form
from tests.people import MONDAY

Category = IncomingDocument.Category


def the_paper() -> IncomingDocument:
    return IncomingDocument.objects.select_related("case").get()


def errors(response) -> dict:
    return {name: " ".join(words) for name, words in response.context["form"].errors.items()}


def test_every_column_a_clerk_may_have_to_fill_in_is_on_the_screen(who, client):
    client.force_login(who.clerk)
    page = client.get("/documents/incoming/new/").content.decode()
    missing = [name for name in IncomingForm(year=2026).fields if f'name="{name}"' not in page]
    assert missing == []


# --- 签收, 登记 ---


def test_R_IN_03_what_does_not_agree_with_the_delivery_slip_is_written_down_and_shown(counter, client):
    counter(mismatch="清单列2份，实收1份")
    page = client.get(f"/cases/{the_paper().case.public_id}/").content.decode()
    assert "清单列2份，实收1份" in page


def test_R_IN_03_such_a_paper_goes_back_to_its_sender_with_the_reason(who, paper):
    one = paper(mismatch="未盖章")
    with pytest.raises(acting.Refused, match="意见"):
        one.do("not_ours", who.clerk)
    one.do("not_ours", who.clerk, opinion="未盖章，退回补办手续。")
    assert one.case.outcome == "refused"


def test_R_IN_04_a_paper_is_not_registered_without_sender_title_and_day(counter):
    wrong = errors(counter(sender="", title="", received_on=""))
    assert {"sender", "title", "received_on"} <= set(wrong)
    assert not Case.objects.exists()


def test_R_IN_04_the_columns_of_the_book_are_kept_as_they_were_entered(counter):
    counter(doc_number="农发[2026]第031号", copies=3, pages=12, attachments_count=2, dated_on="2026-01-05")
    found = the_paper()
    assert (found.number, found.number_typed) == ("农发〔2026〕31号", "农发[2026]第031号")
    assert (found.copies, found.pages, found.enclosures) == (3, 12, 2)
    assert found.dated_on == date(2026, 1, 5)


def test_R_IN_04_a_number_is_never_given_twice(who, paper):
    first, second = paper().case, paper().case
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=second.pk).update(serial=first.serial)
    with pytest.raises(IntegrityError, match="upward"), transaction.atomic():
        Series.objects.filter(pk=first.series_id).update(last=0)


def test_R_IN_05_a_book_is_shown_by_itself(who, paper, client):
    paper(book="收", title="省厅的通知")
    paper(book="平", group="peer", title="邻县的来函")
    client.force_login(who.clerk)
    page = client.get("/documents/incoming/", {"year": 2026, "series": "平"}).content.decode()
    listed = page[page.index("<tbody") :]
    assert "邻县的来函" in listed
    assert "省厅的通知" not in listed


@pytest.mark.parametrize(
    ("book", "more", "category"),
    [
        ("收", {}, Category.DIRECTIVE),
        ("内", {}, Category.REQUEST),
        ("平", {}, Category.ENQUIRY),
        ("会", {"meeting_at": "2026-12-25 9:00"}, Category.MEETING),
        ("收", {"channel": "meeting", "from_meeting": "全省农业工作会议"}, Category.HANDOUT),
        ("收", {"category": "periodical"}, Category.PERIODICAL),
        ("信", {}, Category.LETTER),
        ("收", {"category": "other"}, Category.OTHER),
    ],
)
def test_R_IN_06_each_kind_that_must_be_registered_has_its_place(counter, book, more, category):
    counter(series=book, **more)
    assert the_paper().category == category


def test_R_IN_07_a_paper_from_a_meeting_names_the_meeting(counter):
    assert "R-IN-07" in errors(counter(channel="meeting"))["from_meeting"]
    counter(channel="meeting", from_meeting="全省农业工作会议")
    assert the_paper().from_meeting == "全省农业工作会议"


def test_R_IN_08_a_paper_goes_round_with_its_number_and_is_not_closed_before_every_copy_is_back(who, paper):
    one = paper(purpose="reading")
    assert one.case.reference == "收〔2026〕1号"
    one.do("send", who.clerk, names=[who.leader, who.first_head])
    one.read(who.leader)
    with pytest.raises(acting.Refused, match="收回"):
        one.do("finish", who.clerk)
    acting.recall(one.side(who.first_head), actor=who.clerk, at=one.at)
    one.do("finish", who.clerk)
    assert one.case.outcome == "reference"


# --- 亲启, 阅件办件 ---


def test_R_IN_25_an_envelope_names_its_addressee_and_nothing_of_its_content(who, counter):
    wrong = errors(counter(purpose="envelope", doc_number="办发〔2026〕1号"))
    assert "R-IN-25" in wrong["addressee"]
    assert "R-IN-25" in wrong["title"]
    counter(purpose="envelope", title="", addressee=who.first_head)
    assert (the_paper().case.title, the_paper().addressee) == ("", who.first_head)


def test_R_IN_25_the_clerk_cannot_pass_the_addressee_by(who, paper):
    one = paper(purpose="envelope", addressee=who.first_head, title="")
    with pytest.raises(acting.Refused, match="不能跳过"):
        acting.skip(one.turn, actor=who.clerk, reason="送错了", to=who.outsider, at=one.at)
    with pytest.raises(acting.Refused, match="R-IN-25"):
        one.do("deliver", who.clerk, names=[who.outsider])


def test_R_IN_25_the_database_keeps_a_number_off_an_envelope(who, paper):
    one = paper(purpose="envelope", addressee=who.first_head, title="")
    with pytest.raises(IntegrityError, match="an_envelope_shows_only_its_outside"), transaction.atomic():
        IncomingDocument.objects.filter(case=one.case).update(number="办发〔2026〕1号")


@pytest.mark.parametrize(("purpose", "form"), [("reading", Form.READING), ("decision", Form.HANDLING)])
def test_R_IN_23_the_purpose_picks_the_path_and_the_slip(who, paper, purpose, form):
    one = paper(purpose=purpose)
    assert one.case.procedure == {"reading": "documents.reading", "decision": "documents.incoming"}[purpose]
    assert slip_of(one.document, viewer=None).form is form


def test_R_IN_23_the_slip_for_decision_is_printed_on_demand(who, paper, client):
    client.force_login(who.clerk)
    answer = client.get(f"/documents/incoming/{paper().case.public_id}/slip/", {"form": "approval"})
    assert "报批文件单" in unquote(answer["Content-Disposition"])
    assert answer.content.startswith(b"%PDF")


# --- 涉密 ---


@pytest.mark.parametrize(
    ("field", "words"), [("title", "某项部署"), ("note", "速办"), ("mismatch", "某件不符"), ("from_meeting", "某会议")]
)
def test_R_SEC_03_no_box_of_the_form_takes_words_about_a_state_secret(counter, field, words):
    wrong = errors(counter(series="密", secrecy=3, **{"title": "", field: words}))
    assert "R-SEC-03" in wrong[field]
    assert not Case.objects.exists()


@pytest.mark.parametrize("name", ["关于某某行动方案的绝密通知", "某部署方案", "某厅，某项部署"])
def test_R_SEC_03_the_sender_of_a_state_secret_is_an_organisation_and_no_title(counter, paper, name):
    wrong = errors(counter(series="密", secrecy=4, title="", sender=name))
    assert "R-SEC-03" in wrong["sender"]
    assert not Organisation.objects.filter(name=name).exists()
    assert counter(series="密", secrecy=4, title="", sender="省委办公厅、省政府办公厅").status_code == 302


def test_R_SEC_03_nor_does_it_become_one_by_a_correction(who, paper, client):
    one = paper(book="密", secrecy=2, title="")
    client.force_login(who.clerk)
    values = {"sender": "某部署方案", "received_on": "2026-11-16", "urgency": "normal", "copies": "2"}
    answer = client.post(f"/documents/incoming/{one.case.public_id}/edit/", values)
    assert "R-SEC-03" in errors(answer)["sender"]


def test_R_SEC_03_nor_does_any_other_way_in(who, paper):
    for field in ("note", "mismatch", "from_meeting"):
        with pytest.raises(acting.Refused, match="R-SEC-03"):
            paper(book="密", secrecy=2, title="", **{field: "某项部署"})
    with pytest.raises(acting.Refused, match="R-SEC-03"):
        paper(book="密", secrecy=2, title="", meeting={"starts_at": MONDAY, "place": "某处"})


@pytest.mark.parametrize("save", ["draft", "next"])
def test_R_SEC_03_what_was_typed_about_a_state_secret_is_not_kept_as_a_draft(who, counter, save):
    counter(save="draft", title="一份普通通知")
    assert Draft.objects.filter(person=who.clerk).exists()
    answer = counter(save=save, series="密", secrecy=4, title="某项部署")
    assert not Draft.objects.filter(person=who.clerk).exists()
    assert "某项部署" in answer.content.decode(), "what was typed is still on the screen"


def test_R_SEC_03_a_draft_kept_by_itself_is_not_kept_either(who, counter, client):
    client.post("/documents/incoming/draft/", {"title": "某项部署", "secrecy": "2"})
    assert not Draft.objects.exists()


def test_R_SEC_03_the_entry_of_a_state_secret_is_corrected_without_a_word(who, paper, client):
    one = paper(book="密", secrecy=2, title="", copies=1)
    client.force_login(who.clerk)
    values = {"sender": "省委办公厅", "received_on": "2026-11-16", "urgency": "normal", "copies": "2"}
    address = f"/documents/incoming/{one.case.public_id}/edit/"
    refused = client.post(address, {**values, "reason": "份数写错"})
    assert "R-SEC-03" in errors(refused)["reason"]
    assert client.post(address, values).status_code == 302
    assert one.document.copies == 2


@pytest.mark.parametrize(
    ("level", "years", "accepted"), [(2, 10, True), (2, 11, False), (3, 20, True), (4, 30, True), (4, 31, False)]
)
def test_R_SEC_02_each_level_has_its_longest_period(counter, level, years, accepted):
    wrong = counter(series="密", secrecy=level, secrecy_period=years, title="")
    assert Case.objects.exists() is accepted
    assert accepted or "R-SEC-02" in errors(wrong)["secrecy_period"]
