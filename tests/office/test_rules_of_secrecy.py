"""The rules of secrecy, link by link: registering, circulating, transmission, keeping, printing."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, transaction

from documents import registering
from documents.forms import IncomingForm
from documents.models import IncomingDocument
from documents.registering import WORDS
from office import access, acting, files, outbox
from office.levels import FIRST_STATE_SECRET, LONGEST_PERIOD, Secrecy
from office.models import Attachment, Case, Decision, Deputy, Organisation, Series
from tests import file_samples as samples
from tests.people import MONDAY


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


def paper(who, *, secrecy: int, **fields) -> Case:
    sender, _made = Organisation.objects.get_or_create(name="省委办公厅", defaults={"initials": "swbgt"})
    return registering.register(
        actor=fields.pop("actor", who.clerk),
        series=Series.objects.get(name="密" if secrecy >= FIRST_STATE_SECRET else "收", year=2026),
        sender=sender,
        title="" if secrecy >= FIRST_STATE_SECRET else "关于汛期值班的通知",
        secrecy=secrecy,
        received_on=date(2026, 11, 16),
        at=MONDAY,
        **fields,
    )


def turn_of(case: Case):
    return case.turns.get(side=False, ended_at__isnull=True)


def slip_address(case: Case) -> str:
    return f"/documents/incoming/{case.public_id}/slip/"


# --- R-SEC-01, R-SEC-02: levels and periods ---


def test_R_SEC_01_there_are_three_levels_of_state_secrets_and_no_other():
    assert [level.label for level in Secrecy if level >= FIRST_STATE_SECRET] == ["秘密", "机密", "绝密"]
    assert not IncomingForm.base_fields["secrecy"].valid_value("5")


def test_R_SEC_02_the_longest_periods_are_those_of_the_law():
    assert LONGEST_PERIOD == {Secrecy.TOP_SECRET: 30, Secrecy.SECRET: 20, Secrecy.CONFIDENTIAL: 10}


# --- R-SEC-03: the database itself ---


def test_R_SEC_03_the_database_takes_no_title_and_no_opinion_of_a_state_secret(who):
    case = paper(who, secrecy=2)
    with pytest.raises(IntegrityError, match="R-SEC-03"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(title="某项部署")
    last = case.decisions.order_by("-number").first()
    last.pk, last.number, last.opinion = None, last.number + 1, "同意"
    with pytest.raises(IntegrityError, match="R-SEC-03"), transaction.atomic():
        last.save(force_insert=True)


def test_R_SEC_03_nor_does_it_take_a_word_in_a_column_beside_it(who):
    case = paper(who, secrecy=2)
    for column in WORDS:
        with pytest.raises(IntegrityError, match="R-SEC-03"), transaction.atomic():
            IncomingDocument.objects.filter(case=case).update(**{column: "某项部署"})


def test_R_SEC_03_a_state_secret_is_not_made_an_ordinary_paper_whose_title_could_be_written(who):
    case = paper(who, secrecy=2)
    for level in (Secrecy.NONE, Secrecy.WORK):
        with pytest.raises(IntegrityError, match="R-SEC-03"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(secrecy=level)
    Case.objects.filter(pk=case.pk).update(secrecy=Secrecy.TOP_SECRET)


# --- R-SEC-04: which kind of network this is ---


@pytest.mark.parametrize(("declared", "words"), [(False, "本系统为非涉密网络"), (True, "本系统为已声明的涉密网络")])
def test_R_SEC_04_every_page_says_which_kind_of_network_it_is(who, client, settings, declared, words):
    settings.CLASSIFIED_NETWORK = declared
    client.force_login(who.clerk)
    assert words in client.get("/").content.decode()


# --- R-SEC-05: who put it there ---


def test_R_SEC_05_who_registered_and_who_uploaded_is_on_record_for_ever(who):
    case = paper(who, secrecy=0)
    hung = files.attach(
        case, [SimpleUploadedFile("通知.pdf", samples.pdf(1))], actor=who.clerk, role=Attachment.Role.TEXT, at=MONDAY
    )
    first = case.decisions.get(number=1)
    assert (first.signed_name, hung[0].added_by) == ("陈雅文", who.clerk)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Attachment.objects.filter(pk=hung[0].pk).update(added_by=who.second_clerk)


def test_R_SEC_05_who_registered_is_not_rewritten(who):
    case = paper(who, secrecy=0)
    with pytest.raises(Exception, match="never changed|permission denied"), transaction.atomic():
        Decision.objects.filter(case=case, number=1).update(signed_name="别人")


# --- R-SEC-06, R-SEC-07: each link by level ---


def test_R_SEC_06_registering_above_ones_clearance_is_refused_with_no_number_used(who):
    with pytest.raises(acting.Refused, match="知悉范围"):
        paper(who, secrecy=2, actor=who.second_clerk)
    assert Series.objects.get(name="密", year=2026).last == 0


def test_R_SEC_06_circulating_reaches_nobody_below_the_level(who):
    case = paper(who, secrecy=2, purpose="reading")
    with pytest.raises(acting.Refused, match="不能送给"):
        acting.act(turn_of(case), "send", actor=who.clerk, names=[who.leader], at=MONDAY + timedelta(minutes=5))


def test_R_SEC_06_mail_carries_no_word_of_a_classified_paper(who, settings):
    who.director.email = "director@office.invalid"
    who.director.save()
    case = paper(who, secrecy=2, urgency="flash")
    acting.act(turn_of(case), "pass", actor=who.clerk, at=MONDAY + timedelta(minutes=5))
    outbox.deliver(MONDAY + timedelta(minutes=6))
    sent = mail.outbox[0]
    for secret in (case.reference, "省委办公厅", "秘密"):
        assert secret not in sent.subject + sent.body


def test_R_SEC_06_printing_is_for_those_who_may_know(who, client):
    case = paper(who, secrecy=2)
    client.force_login(who.second_clerk)
    assert client.get(slip_address(case)).status_code == 404
    client.force_login(who.clerk)
    assert client.get(slip_address(case)).status_code == 200


def test_R_SEC_07_what_was_granted_does_not_reach_above_ones_clearance(who):
    case = paper(who, secrecy=2)
    access.let_see(case, people=[who.leader])
    assert not access.visible_to(who.leader).filter(pk=case.pk).exists()


def test_R_SEC_07_a_deputy_reads_only_as_far_as_his_own_clearance(who):
    case = paper(who, secrecy=2)
    Deputy.objects.create(
        principal=who.clerk, deputy=who.colleague, starts_on=date(2020, 1, 1), ends_on=date(2030, 1, 1),
        highest_secrecy=4,
    )  # fmt: skip
    assert not access.visible_to(who.colleague).filter(pk=case.pk).exists()


# --- R-SEC-09: nothing stays behind a print ---


def test_R_SEC_09_a_printed_slip_is_kept_neither_on_the_server_nor_in_the_browser(who, client, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    case = paper(who, secrecy=2)
    client.force_login(who.clerk)
    answer = client.get(slip_address(case))
    assert answer.content.startswith(b"%PDF")
    assert answer["Cache-Control"] == "private, no-store"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_R_SEC_09_the_page_of_a_classified_paper_reminds_who_prints_it(who, client):
    client.force_login(who.clerk)
    assert "R-SEC-09" in client.get(f"/cases/{paper(who, secrecy=2).public_id}/").content.decode()
    assert "R-SEC-09" not in client.get(f"/cases/{paper(who, secrecy=0).public_id}/").content.decode()


# --- R-SEC-03: the page of a decision ---


def test_R_SEC_03_nobody_is_asked_for_words_about_a_state_secret(who, client):
    case = paper(who, secrecy=2)
    client.force_login(who.clerk)
    page = client.get(f"/turns/{turn_of(case).pk}/").content.decode()
    assert "意见只写在纸上，这里不写（R-SEC-03）" in page
    for asked in ("<textarea", "data-phrase", "data-draft-url", "意见写在上面的框里", "都会保留"):
        assert asked not in page, asked
    assert client.post(f"/turns/{turn_of(case).pk}/", {"move": "pass"}).status_code == 302
    assert turn_of(case).step == "propose"


def test_R_SEC_03_a_state_secret_is_returned_without_a_word(who, client):
    case = paper(who, secrecy=2)
    first = turn_of(case)
    acting.act(first, "pass", actor=who.clerk, at=MONDAY)
    client.force_login(who.director)
    address = f"/turns/{turn_of(case).pk}/"
    assert "理由只写在纸上" in client.get(address).content.decode()
    refused = client.post(address, {"move": "return", "return-target": first.pk, "opinion": "手续不全。"})
    assert refused.status_code == 422 and "手续不全" not in refused.content.decode()
    client.post(address, {"move": "return", "return-target": first.pk})
    assert turn_of(case).step == "review"


def test_about_any_other_paper_words_are_asked_for(who, client):
    case = paper(who, secrecy=1)
    client.force_login(who.clerk)
    page = client.get(f"/turns/{turn_of(case).pk}/").content.decode()
    assert "<textarea" in page and "意见只写在纸上" not in page
