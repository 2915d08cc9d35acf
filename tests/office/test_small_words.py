"""What a page says in passing: once, about what happened, and with a way on that the reader has."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from documents import registering
from office import access, acting, linking, procedures
from office.models import Case, Organisation, Series, Turn
from office.models.grants import Look
from tests.people import at_desk, person

CHINESE = re.compile(r"[\u3400-\u9fff]")


def registered(who, **fields) -> Case:
    sender = Organisation.objects.get_or_create(name="省农业农村厅", defaults={"group": "above"})[0]
    return registering.register(
        actor=who.clerk, series=Series.objects.get(name="收", year=2026), sender=sender,
        title="关于做好秋冬种工作的通知", received_on=date(2026, 11, 16), **fields,
    )


def turn_of(case: Case) -> Turn:
    return case.turns.get(side=False, ended_at__isnull=True)


def text(response) -> str:
    return response.content.decode()


# --- Errors ---


def test_a_wrong_code_did_not_fail_to_be_saved(client, db):
    one = person("clerk", "陈雅文")
    TOTPDevice.objects.create(user=one, confirmed=True)
    client.force_login(one)
    page = text(client.post("/second-factor/", {"otp_token": "000000"}))
    assert "没有通过" in page and "还没有保存" not in page


def test_what_an_opinion_is_missing_for_is_said_once_above_the_form(who):
    case = registered(who)
    acting.act(turn_of(case), "pass", actor=who.clerk)
    page = text(at_desk(who.director).post(f"/turns/{turn_of(case).pk}/", {"move": "not_ours"}))
    summary = page[page.index("error-summary") : page.index("</ul>", page.index("error-summary"))]
    assert summary.count("请写明意见再") == 1


def test_what_is_about_no_field_is_said_all_the_same(who):
    page = text(at_desk(who.clerk).post(f"/turns/{turn_of(registered(who)).pk}/", {"move": "no-such-move"}))
    assert page.count("请选一个办法。") == 1


@pytest.mark.parametrize("as_scan", [False, True])
def test_an_empty_file_is_refused_by_its_name(who, as_scan):
    empty = SimpleUploadedFile("空白.pdf", b"")
    clerk = at_desk(who.clerk)
    if as_scan:
        case = registered(who)
        acting.act(turn_of(case), "pass", actor=who.clerk)
        today = timezone.localdate().isoformat()
        typed = {"signer": who.director.pk, "happened_on": today, "opinion": "拟办。", "move": "circulate"}
        given = {**typed, "medium": "paper", "scan": empty}
        page = text(clerk.post(f"/turns/{turn_of(case).pk}/record/", given))
    else:
        page = text(clerk.post("/documents/incoming/new/", {
            "token": "00000000-0000-4000-8000-000000000001", "series": "收", "channel": "exchange", "secrecy": "0",
            "received_on": timezone.localdate().isoformat(), "carrier": "paper", "sender": "省农业农村厅",
            "title": "关于冬春防火的通知", "urgency": "normal", "copies": "1", "purpose": "decision", "files": [empty],
        }))  # fmt: skip
    assert "“空白.pdf”是空文件" in page


# --- Where one stands ---


def test_an_administrator_who_is_lost_is_shown_to_his_own_first_page(who):
    page = text(at_desk(who.audit_admin).get("/done/"))
    assert 'href="/audit/">回到首页' in page and "回到待办" not in page
    assert "回到待办" in text(at_desk(who.clerk).get("/nowhere/"))


def test_a_void_paper_is_void_and_not_closed(who):
    case = registered(who)
    acting.void(case, actor=who.clerk, reason="重号")
    page = text(at_desk(who.clerk).get(f"/cases/{case.public_id}/void/", follow=True))
    assert "这件事已经作废，不能再这样办。" in page and "已经办结" not in page
    with pytest.raises(acting.Refused, match="已经作废了"):
        acting.void(case, actor=who.clerk, reason="再作废一次")


def test_a_closed_paper_is_closed_and_not_void(who):
    case = registered(who)
    acting.act(turn_of(case), "not_ours", actor=who.clerk, opinion="不属我局职责。")
    page = text(at_desk(who.clerk).get(f"/cases/{case.public_id}/void/", follow=True))
    assert "这件事已经办结，不能再这样办。" in page


def test_on_a_phone_too_the_decision_names_its_paper(who):
    case = registered(who)
    page = text(at_desk(who.clerk).get(f"/turns/{turn_of(case).pk}/"))
    assert f'<p class="phone-only num mb-0">{case.reference}</p>' in page


def test_where_a_circulated_paper_is_stands_beside_the_readers_name(who):
    """The first columns are what a phone shows without pushing."""
    case = registered(who, purpose="reading")
    clerk = at_desk(who.clerk)
    acting.act(turn_of(case), "send", actor=who.clerk, names=[who.leader])
    page = text(clerk.get(f"/cases/{case.public_id}/"))
    table = page[page.index('id="h-circulation"') :]
    assert re.findall(r'<th scope="col">(.*?)</th>', table)[:2] == ["阅文人", "现在"]
    row = table[table.index('<th scope="row">') :]
    assert row[row.index("</th>") :].startswith('</th><td class="beside"><b>')


def test_what_a_procedure_is_called_and_rests_on_is_read_in_both_languages():
    told = [
        words for one in procedures.REGISTRY.values() if one.code.startswith("documents.")
        for words in (one.title, one.source)
    ]
    assert [words for words in told if isinstance(words, str) and CHINESE.search(words)] == []


def test_a_correction_of_the_entry_says_what_was_there_to_whoever_has_the_paper(who):
    case = registered(who)
    clerk = at_desk(who.clerk)
    page = clerk.get(f"/documents/incoming/{case.public_id}/edit/")
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields if name != "files"}
    values |= {"title": "关于冬春农田水利的通知", "number": "农办〔2026〕912号", "reason": "登记时看错"}
    assert clerk.post(f"/documents/incoming/{case.public_id}/edit/", values).status_code == 302
    acting.act(turn_of(case), "pass", actor=who.clerk)
    trail = text(at_desk(who.director).get(f"/cases/{case.public_id}/"))
    assert f"标题：{case.title} → 关于冬春农田水利的通知" in trail
    assert "→ 农办〔2026〕912号" in trail


def test_R_CIR_05_a_leader_hands_his_copy_to_nobody_but_the_clerk(who):
    case = registered(who, purpose="reading")
    acting.act(turn_of(case), "send", actor=who.clerk, names=[who.leader])
    copy = case.turns.get(side=True, ended_at__isnull=True)
    page = text(at_desk(who.leader).get(f"/turns/{copy.pk}/"))
    assert 'value="read"' in page and 'value="reassign"' not in page
    with pytest.raises(acting.Refused, match="R-CIR-05"):
        acting.reassign(copy, to=who.other_leader, actor=who.leader)


def test_who_has_no_colleague_is_not_offered_to_pass_a_copy_on(who):
    case = registered(who, purpose="reading")
    acting.act(turn_of(case), "send", actor=who.clerk, names=[who.outsider])
    copy = case.turns.get(side=True, ended_at__isnull=True)
    type(who.outsider).objects.filter(department=who.outsider.department_id).exclude(pk=who.outsider.pk).update(
        is_active=False
    )
    assert 'value="reassign"' not in text(at_desk(who.outsider).get(f"/turns/{copy.pk}/"))


def test_what_the_director_proposes_to_keep_the_clerk_files(who):
    case = registered(who)
    acting.act(turn_of(case), "pass", actor=who.clerk)
    acting.act(turn_of(case), "note", actor=who.director, opinion="拟存。")
    acting.act(turn_of(case), "finish", actor=who.clerk)
    case.refresh_from_db()
    assert case.outcome == "reference"


def test_R_SEC_07_a_line_of_a_guarded_paper_in_a_list_is_a_look_once_a_day(who):
    case = registered(who, secrecy=1)
    access.let_see(case, people=[who.leader])
    plain = registered(who)
    access.let_see(plain, people=[who.leader])
    leader = at_desk(who.leader)
    for _again in range(2):
        leader.get("/search/", {"q": case.title})
    leader.post(f"/cases/{case.public_id}/follow/")
    leader.get("/followed/")
    found = Look.objects.filter(person=who.leader).order_by("pk").values_list("case_id", "what")
    assert list(found) == [(case.pk, "查找结果"), (case.pk, "列表")]
    clerk = at_desk(who.clerk)
    clerk.get("/documents/incoming/?year=2026")
    clerk.get("/documents/incoming/new/")
    linking.connect(plain, case, kind="see", actor=who.clerk)
    clerk.get(f"/cases/{plain.public_id}/")
    mine = Look.objects.filter(person=who.clerk, case=case).order_by("pk").values_list("what", flat=True)
    assert list(mine) == ["登记簿", "登记页", "相关文件"]
