"""The odd ways a paper goes: corrected on the way, taken back, opened by nobody, written about by nobody."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents import paths, sheets
from documents.models import IncomingDocument
from documents.registers import entries, row_of
from documents.subject import facts, slip_forms
from office import access, acting, chasing, showing, standing
from office.acting.common import earlier
from office.forms.people import Candidates, key_of
from office.models import Case, Deputy, Organisation, Post, User
from office.models.grants import Look
from office.models.people import Department
from office.registers import Selection
from tests import file_samples
from tests.people import CHINA, person, seat

EDIT = "/documents/incoming/{}/edit/"


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def clerk(who, client):
    client.force_login(who.clerk)
    return client


def correct(client, one, **fields):
    document = one.document
    given = {
        "reason": "登错了", "title": document.case.title, "sender": document.sender.name, "number": document.number,
        "received_on": document.received_on.isoformat(), "urgency": document.case.urgency, "copies": "1",
    }  # fmt: skip
    return client.post(EDIT.format(one.case.public_id), given | fields)


def handed_over(one, who, **values):
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"], **values}
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values=values)
    one.do("instruct", who.leader, opinion="同意拟办意见。")
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    return one


def row(one, who, **more):
    selection = Selection(year=2026, month=None, series="", senders=(), viewer=who.clerk)
    return next(row_of(found) for found in entries(selection) if found.case_id == one.case.pk)


def running(one):
    return one.turn.clocks.get(met_at=None, stopped_at=None)


# --- Whom a paper is handed to ---


def test_papers_are_handed_to_whoever_the_departments_page_names_as_head(who):
    fishery = Department.objects.create(name="渔业股", position=9)
    head = Post.objects.create(code="fishery-head", name="负责人", department=fishery)
    seat(head, person("fisher", "鲁一舟", department=fishery))
    assert key_of(head) not in dict(Candidates().departments())
    Department.objects.filter(pk=fishery.pk).update(head=head)
    assert dict(Candidates().departments())[key_of(head)] == "渔业股 鲁一舟"


def test_a_leader_is_no_unit_though_he_heads_the_leaders(who):
    Department.objects.filter(pk=who.departments["leaders"].pk).update(head=who.posts["leader-1"])
    assert key_of(who.posts["leader-1"]) not in dict(Candidates().departments())


# --- Corrected on the way ---


def test_what_was_corrected_meanwhile_is_decided_about_when_it_is_sent_again(who, paper, client):
    one = paper()
    one.do("pass", who.clerk)
    client.force_login(who.director)
    page = f"/turns/{one.turn.pk}/"
    posted = {
        "move": "submit", "opinion": "拟请批示。", "submit-names": [f"u{who.leader.pk}"],
        "submit-lead": key_of(who.posts["crops"]), "content_hash": one.case.content_hash,
    }  # fmt: skip
    Case.objects.filter(pk=one.case.pk).update(title="改过的标题")
    acting.note_content(one.case, actor=who.clerk, reason="标题有误")
    refused = client.post(page, posted)
    assert refused.status_code == 422 and "登记内容有改动" in refused.content.decode()
    again = {**posted, "content_hash": refused.context["form"]["content_hash"].value()}
    assert client.post(page, again).status_code == 302
    assert one.turn.step == "instruct"


def test_a_refusal_of_another_kind_is_no_look_at_what_was_corrected(who, paper, client):
    one = paper()
    one.do("pass", who.clerk)
    before = one.case.content_hash
    client.force_login(who.director)
    Case.objects.filter(pk=one.case.pk).update(title="改过的标题")
    acting.note_content(one.case, actor=who.clerk, reason="标题有误")
    refused = client.post(f"/turns/{one.turn.pk}/", {"move": "reassign", "content_hash": before})
    assert refused.status_code == 422 and "登记内容有改动" not in refused.context["refusal"]
    assert refused.context["form"]["content_hash"].value() == before


@pytest.mark.parametrize("first", [{"title": "先改的标题"}, {"note": "先写的备注"}, {"answer_wanted": "on"}])
def test_a_correction_does_not_overwrite_another_one_unseen(clerk, paper, first):
    one = paper()
    before = clerk.get(EDIT.format(one.case.public_id)).context["form"]["version"].value()
    assert correct(clerk, one, version=before, **first).status_code == 302
    stood = {"title": "关于做好秋冬种工作的通知", "version": before, "copies": "3"}
    refused = correct(clerk, one, **stood)
    assert refused.status_code == 422 and "这份登记更正过" in refused.content.decode()
    assert one.document.copies == 1
    # What he has left alone stands as it is now; saved again, both changes are there.
    form = refused.context["form"]
    shown = {name: form[name].value() or "" for name in ("title", "note", "version", "copies", "answer_wanted")}
    assert correct(clerk, one, **{name: value for name, value in shown.items() if value}).status_code == 302
    kept = {"title": Case.objects.get().title, "note": one.document.note, "answer_wanted": one.document.answer_wanted}
    wanted = {name: True if value == "on" else value for name, value in first.items()}
    assert one.document.copies == 3 and kept.items() >= wanted.items()


def test_a_correction_takes_nothing_back_that_was_written_while_its_page_was_open(who, paper, clerk, monkeypatch):
    one = handed_over(paper(answer_wanted=True), who)
    one.do("report", who.handler, opinion="已办。")
    known = sheets.paths.document(one.case)
    one.do("answered", who.clerk, opinion="电话答复。", values={"answered_on": date(2026, 11, 16)})
    # The page was asked for before the answer was entered.
    monkeypatch.setattr("documents.correcting_views.get_object_or_404", lambda *given, **more: known)
    assert correct(clerk, one, copies="2", answer_wanted="on").status_code == 302
    assert (one.document.answered_on, one.document.copies) == (date(2026, 11, 16), 2)


def test_R_IN_19_a_paper_found_to_be_urgent_has_the_urgent_date_from_the_day_it_came_to_hand(clerk, who, paper):
    one = handed_over(paper(), who)
    assert timezone.localdate(one.turn.due_at) == date(2026, 11, 25)
    correct(clerk, one, urgency="urgent")
    assert timezone.localdate(one.turn.due_at) == date(2026, 11, 18)
    assert one.turn.due_at == running(one).due_at
    correct(clerk, one, urgency="normal")
    assert timezone.localdate(one.turn.due_at) == date(2026, 11, 25)


def test_a_date_given_by_hand_stands_whatever_is_corrected(clerk, who, paper):
    one = handed_over(paper(), who)
    until = datetime(2026, 12, 10, 17, 30, tzinfo=CHINA)
    acting.extend(running(one), until=until, actor=who.clerk, reason="等省里的口径", at=one.at)
    correct(clerk, one, urgency="urgent")
    assert one.turn.due_at == until


def test_the_day_an_answer_is_wanted_by_moves_the_day_of_handling(clerk, who, paper):
    one = handed_over(paper(), who)
    correct(clerk, one, answer_by="2026-11-20")
    assert timezone.localdate(one.turn.due_at) == date(2026, 11, 20)
    correct(clerk, one)
    assert timezone.localdate(one.turn.due_at) == date(2026, 11, 25)


def test_what_changes_no_date_leaves_the_clock_alone(clerk, who, paper):
    one = handed_over(paper(), who)
    before = running(one).pk
    correct(clerk, one, copies="3")
    assert running(one).pk == before


def test_a_paper_taken_back_has_the_date_of_what_it_says_now(clerk, who, paper):
    one = handed_over(paper(), who)
    one.do("report", who.handler, opinion="已办。")
    correct(clerk, one, urgency="urgent")
    acting.take_back(one.case, actor=who.handler, at=one.at)
    assert timezone.localdate(one.turn.due_at) == date(2026, 11, 18)


def test_another_name_of_the_sender_leaves_the_day_the_office_gave(clerk, paper):
    one = paper(answer_wanted=True, group="peer")
    answer = one.case.clocks.get(rule=paths.ANSWER.rule)
    until = datetime(2027, 1, 20, 17, 30, tzinfo=CHINA)
    acting.extend(answer, until=until, actor=Case.objects.get().opened_by, reason="等省里的口径", at=one.at)
    Organisation.objects.create(name="上级单位", group="above")
    correct(clerk, one, sender="上级单位", answer_wanted="on")
    assert one.case.clocks.get(rule=paths.ANSWER.rule, stopped_at=None).due_at == until


def test_a_sender_that_is_placed_by_the_way_starts_no_clock_again(clerk, paper):
    one = paper(answer_wanted=True, answer_by=date(2026, 12, 1), group="other")
    before = one.case.clocks.get(rule=paths.ANSWER.rule).pk
    correct(clerk, one, copies="2", answer_wanted="on", answer_by="2026-12-01")
    assert one.document.sender.group == "above"
    assert one.case.clocks.get(rule=paths.ANSWER.rule, stopped_at=None).pk == before


def test_the_grade_of_a_telegram_is_corrected_and_its_urgency_follows(clerk, paper):
    one = paper(book="电", telegram="plain")
    assert correct(clerk, one, telegram="most").status_code == 302
    assert (one.document.telegram, Case.objects.get().urgency) == ("most", "flash")
    page = clerk.get(EDIT.format(one.case.public_id)).content.decode()
    assert "平急</del> → 特提" in page and "紧急程度" not in page.split("改动记录")[0]


def test_R_IN_21_a_sender_found_to_be_a_peer_is_answered_in_fifteen_working_days(clerk, paper):
    one = paper(answer_wanted=True)
    Organisation.objects.create(name="邻县农业农村局", group="peer")
    assert not one.case.clocks.filter(rule=paths.ANSWER.rule).exists()
    correct(clerk, one, sender="邻县农业农村局", answer_wanted="on")
    assert one.case.clocks.filter(rule=paths.ANSWER.rule, stopped_at=None).exists()


# --- What is printed is what holds ---


def test_the_register_has_the_result_as_it_was_corrected(who, paper):
    one = handed_over(paper(), who)
    made = one.do("report", who.handler, opinion="已拨付3万元。")
    acting.correct(made, opinion="已拨付30万元。", actor=who.handler, at=one.at, seen=made.number)
    assert row(one, who).cells[13] == "已拨付30万元。"


def test_the_register_has_no_result_that_was_taken_back(who, paper):
    one = handed_over(paper(), who)
    one.do("report", who.handler, opinion="已办。")
    assert row(one, who).cells[13] == "已办。"
    acting.take_back(one.case, actor=who.handler, at=one.at)
    assert row(one, who).cells[13] == ""


def test_the_last_words_shown_are_those_that_hold(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    made = one.do("instruct", who.leader, opinion="同意，三万。")
    acting.correct(made, opinion="同意，三十万。", actor=who.leader, at=one.at, seen=made.number)
    decisions = list(one.case.decisions.order_by("number"))
    assert standing.last_words(decisions, round_now=1) == (made, "同意，三十万。")
    proposed = next(turn for turn in earlier(one.case) if turn.step == "propose")
    acting.return_to(one.turn, target=proposed, actor=who.clerk, reason="请补材料。", straight=False, at=one.at)
    one.case.refresh_from_db()
    found = standing.last_words(one.case.decisions.order_by("number"), round_now=one.case.round)
    assert found and found[1] == "请补材料。"


def test_what_was_answered_is_shown_as_corrected(who, paper):
    one = handed_over(paper(answer_wanted=True), who)
    one.do("report", who.handler, opinion="已办。")
    made = one.do("answered", who.clerk, opinion="函复，9号。", values={"answered_on": date(2026, 11, 16)})
    acting.correct(made, opinion="函复，19号。", actor=who.clerk, at=one.at, seen=made.number)
    assert {"label": "答复", "value": "2026-11-16 函复，19号。", "note": "", "wide": True} in facts(one.case)["rows"]


def test_R_IN_23_a_reading_paper_that_must_be_handled_has_the_slip_with_its_boxes(who, paper, clerk):
    one = paper(purpose="reading")
    assert sheets.slip_of(one.document, viewer=None).form == sheets.Form.READING
    assert [name for name, _url in slip_forms(one.case)] == ["文件处理单", "报批文件单"]
    one.do("needs_handling", who.clerk, opinion="要办。")
    assert sheets.slip_of(one.document, viewer=None).form == sheets.Form.HANDLING
    page = clerk.get(f"/cases/{one.case.public_id}/").content.decode()
    assert "slip/?form=approval" in page and "slip/?form=reading" in page


def test_the_month_of_a_register_is_the_one_its_numbers_were_given_in(who, paper):
    one = paper(received_on=date(2025, 12, 31))
    for month, there in ((11, True), (12, False)):
        rows = entries(Selection(year=2026, month=month, series="", senders=(), viewer=who.clerk))
        assert (one.case.pk in [found.case_id for found in rows]) is there


# --- Who signed, who goes ---


def test_the_register_says_who_was_told_of_a_meeting_and_signed(who, paper):
    one = paper(book="会", meeting={"starts_at": datetime(2026, 11, 25, 9, tzinfo=CHINA)})
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader])
    one.do("attend", who.leader, values={"attendees": [who.other_leader]})
    one.do("notify", who.clerk, names=[who.other_leader])
    assert row(one, who).cells[11] == "孙长河"
    one.read(who.other_leader, move="come")
    assert row(one, who).cells[12] == "孙长河 11-16"


def test_R_IN_25_the_register_says_that_the_addressee_signed(who, paper):
    one = paper(purpose="envelope", title="", addressee=who.leader)
    one.do("deliver", who.clerk, names=[who.leader])
    one.do("received", who.leader)
    assert row(one, who).cells[11:13] == ["王志远", "王志远 11-16"]


def test_a_deputy_excuses_his_principal_and_not_himself(who, paper):
    one = paper(book="会", meeting={"starts_at": datetime(2026, 11, 25, 9, tzinfo=CHINA)})
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader])
    both = [who.other_leader, who.handler]
    one.do("attend", who.leader, values={"attendees": both})
    one.do("notify", who.clerk, names=both)
    Deputy.objects.create(
        principal=who.other_leader, deputy=who.handler, starts_on=date(2020, 1, 1), ends_on=date(2030, 1, 1)
    )
    access.forget_identity(who.handler)
    one.read(who.other_leader, actor=who.handler, move="excuse", opinion="出差。")
    one.read(who.handler, move="come")
    meeting = facts(one.case)["meeting"]
    assert (meeting["goes"], meeting["stays"]) == ("赵立军", "孙长河")
    one.do("notify", who.clerk, names=[who.other_leader])
    one.read(who.other_leader, move="come")
    assert facts(one.case)["meeting"]["goes"] == "孙长河、赵立军"


def test_nobody_reads_that_a_leader_is_late(who, paper, clerk):
    one = paper()
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    long_ago = timezone.now() - timedelta(days=9)
    one.case.turns.filter(pk=one.turn.pk).update(due_at=long_ago, issued_at=long_ago)
    running(one).__class__.objects.filter(turn=one.turn).update(due_at=long_ago)
    for address in (f"/cases/{one.case.public_id}/", "/started/", f"/clocks/{running(one).pk}/"):
        page = clerk.get(address).content.decode()
        assert "在领导处 9 天" in page and "超期" not in page.split("<main")[1].split("经过")[0], address
    assert showing.with_leaders([one.turn]) == {one.turn.pk}


# --- 亲启 ---


@pytest.mark.parametrize("secrecy", ["0", "3"])
def test_R_IN_25_a_letter_in_person_wants_its_addressee_whatever_its_level(counter, secrecy):
    answer = counter(series="收", purpose="envelope", title="", secrecy=secrecy)
    assert answer.status_code == 422
    assert "addressee" in answer.context["form"].errors
    assert not Case.objects.exists()


@pytest.mark.parametrize(("field", "value"), [
    ("doc_number", "农办〔2026〕9号"), ("dated_on", "2026-11-01"), ("pages", "3"), ("attachments_count", "2"),
    ("from_meeting", "某会议"), ("answer_by", "2099-01-01"), ("series", "会"), ("note", "信里讲了某事"),
])  # fmt: skip
def test_R_IN_25_nothing_from_inside_a_letter_is_in_any_column(counter, who, field, value):
    channel = "meeting" if field == "from_meeting" else "post"
    given = {"purpose": "envelope", "title": "", "addressee": who.leader, "channel": channel}
    answer = counter(**{**given, field: value})
    assert answer.status_code == 422
    assert "R-IN-25" in str(answer.context["form"].errors[field])


def test_what_is_folded_away_does_not_stop_an_envelope(counter, who):
    answer = counter(purpose="envelope", title="", addressee=who.leader, channel="post", from_meeting="早先写的会议")
    assert answer.status_code == 302
    assert IncomingDocument.objects.get().from_meeting == ""


def test_R_IN_25_nor_by_any_other_way_in(who, paper):
    inside = {"pages": 3, "answer_wanted": True, "number": "农办〔2026〕9号", "note": "信里讲了某事"}
    one = paper(purpose="envelope", title="", addressee=who.leader, **inside)
    assert (one.document.pages, one.document.answer_wanted, one.document.number) == (None, False, "")
    assert one.document.note == ""
    with pytest.raises(IntegrityError, match="an_envelope_shows"), transaction.atomic():
        IncomingDocument.objects.update(note="信里讲了某事")


def test_R_IN_25_two_people_do_not_relocate_a_letter_past_its_addressee(who, paper):
    one = paper(purpose="envelope", title="", addressee=who.leader)
    for to in (who.other_leader, who.posts["crops"]):
        with pytest.raises(acting.Refused, match="R-IN-25"):
            acting.ask_relocation(one.case, step="keep", to=to, actor=who.clerk, reason="试试", at=one.at)
    acting.ask_relocation(one.case, step="keep", to=who.leader, actor=who.clerk, reason="送本人", at=one.at)


# --- Forms sent twice, senders made in place ---


@pytest.mark.parametrize("changed", [
    {"urgency": "flash"}, {"answer_by": "2099-01-01"}, {"copies": "2"}, {"note": "补一句"},
    {"series": "电", "telegram_urgency": "plain"}, {"files": file_samples.pdf()},
])  # fmt: skip
def test_whatever_was_added_after_going_back_is_not_taken_for_saved(clerk, who, changed):
    first = {
        "token": str(uuid.uuid4()), "series": "收", "received_on": timezone.localdate().isoformat(),
        "channel": "exchange", "carrier": "paper", "sender": "省农业农村厅", "title": "关于冬春防火的通知",
        "secrecy": "0", "urgency": "normal", "copies": "1", "purpose": "decision", "save": "next",
    }  # fmt: skip
    assert clerk.post("/documents/incoming/new/", first).status_code == 302
    assert clerk.post("/documents/incoming/new/", first).status_code == 302
    if "files" in changed:
        changed = {"files": SimpleUploadedFile("扫描.pdf", changed["files"])}
    answer = clerk.post("/documents/incoming/new/", {**first, **changed})
    assert answer.status_code == 422 and "已经保存过一件" in answer.content.decode()
    assert Case.objects.count() == 1


def test_R_IN_10_a_sender_made_in_place_stands_to_the_office_as_its_book_says(counter):
    counter(series="内", sender="新设镇人民政府", answer_wanted="on")
    assert Organisation.objects.get(name="新设镇人民政府").group == "below"
    assert Case.objects.get().clocks.filter(rule=paths.ANSWER.rule).exists()
    counter(series="会", sender="邻县农业农村局", meeting_at="2099-01-01 9:00")
    assert Organisation.objects.get(name="邻县农业农村局").group == "other"
    counter(series="平", sender="邻县农业农村局")
    assert Organisation.objects.get(name="邻县农业农村局").group == "peer"
    counter(series="内", sender="邻县农业农村局")
    assert Organisation.objects.get(name="邻县农业农村局").group == "peer", "what is known is not overwritten"


# --- State secrets ---


@pytest.fixture
def secret(paper):
    return paper(book="密", secrecy=2, title="")


@pytest.mark.parametrize(("field", "words"), [
    ("number", "关于某部署的通知"), ("number", "关于某部署的通知3"), ("copy_number", "某部署"),
])  # fmt: skip
def test_R_SEC_03_no_correction_writes_about_a_state_secret_in_a_number(clerk, secret, field, words):
    answer = correct(clerk, secret, reason="", title="", **{field: words})
    assert answer.status_code == 422 and "R-SEC-03" in str(answer.context["form"].errors[field])


@pytest.mark.parametrize("number", [
    "国密〔2026〕3号", "CZ2026003", "2026年第3号", "机要12345678", "第12期", "国密〔2026〕9号之一",
])  # fmt: skip
def test_the_numbers_that_offices_give_are_numbers(counter, number):
    assert counter(series="密", secrecy=2, title="", doc_number=number, copy_number="共50份第3份").status_code == 302


def test_what_stood_in_an_entry_is_no_word_of_who_corrects_it(clerk, secret):
    IncomingDocument.objects.filter(case=secret.case).update(number="机要字第三号", copy_number="甲本")
    given = {"reason": "", "title": "", "number": "机要字第三号", "copy_number": "甲本", "copies": "2"}
    assert correct(clerk, secret, **given).status_code == 302


def test_a_state_secret_entered_by_mistake_is_void_without_a_word(clerk, secret):
    address = f"/cases/{secret.case.public_id}/void/"
    assert clerk.post(address, {"reason": "登错了", "confirm": "yes"}).status_code == 422
    assert clerk.post(address, {"confirm": "yes"}).status_code == 302
    assert Case.objects.get().outcome == "void"


def test_the_date_of_a_state_secret_is_extended_without_a_word(clerk, secret):
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    posted = {"which": str(running(secret).pk), "until": until, "confirm": "yes"}
    assert clerk.post(f"/cases/{secret.case.public_id}/extend/", posted).status_code == 302
    assert timezone.localdate(secret.turn.due_at).isoformat() == until


def test_R_SUP_09_a_state_secret_is_chased_by_telephone_without_a_word(clerk, who, secret):
    secret.do("pass", who.clerk)
    address = f"/cases/{secret.case.public_id}/chase/"
    posted = {"turn": str(secret.turn.pk), "kind": "phone"}
    assert clerk.post(address, {**posted, "words": "内容是……"}).status_code == 422
    assert clerk.post(address, posted).status_code == 302
    assert secret.case.chases.get(kind="phone").to == "李建国"


def test_every_look_at_a_state_secret_is_written_down(clerk, who, secret):
    clerk.get(f"/cases/{secret.case.public_id}/")
    assert Look.objects.filter(case=secret.case, person=who.clerk).exists()
    assert "谁看过" in clerk.get(f"/cases/{secret.case.public_id}/").content.decode()


def test_R_SEC_07_no_reminder_lets_anybody_into_a_state_secret(who, secret):
    User.objects.filter(pk__in=[who.handler.pk, who.director.pk]).update(clearance=4)
    Department.objects.filter(pk=who.departments["office"].pk).update(head=who.posts["crops"])
    chasing.chase(secret.turn.due_at + timedelta(days=14))
    assert not access.visible_to(User.objects.get(pk=who.handler.pk)).filter(pk=secret.case.pk).exists()


def test_R_IN_27_nobody_signs_for_a_chair_before_one_has_claimed_it(who, paper):
    who.second_clerk.clearance = 4
    who.second_clerk.save()
    one = paper(book="密", secrecy=2, title="")
    assert one.turn.holder is None
    with pytest.raises(acting.Refused, match="R-IN-27"):
        acting.reassign(one.turn, to=who.director, actor=who.clerk, at=one.at)
    acting.claim(one.turn, actor=who.clerk, at=one.at)
    acting.reassign(one.turn, to=who.director, actor=who.clerk, at=one.at)
    assert one.turn.holder == who.director
