"""Every way to alter, cut or delete what the office did, tried as the owner of the tables, is found and named."""

from datetime import timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from documents import registering
from office import acting, anchoring
from office import files as stored_files
from office.files.storing import place_of
from office.models import Case, Organisation, RetentionOrder, Series
from office.verifying import verify
from tests.owner import as_owner, behind_the_back
from tests.people import MONDAY, cast
from tests.sketches import Accusation

NIGHT = MONDAY + timedelta(days=1)


def now_at(case: Case):
    return case.turns.get(side=False, ended_at=None)


def register(who, *, title: str, book: str = "收", at=MONDAY, **fields) -> Case:
    sender, _made = Organisation.objects.get_or_create(name="某某县人民政府办公室", defaults={"group": "above"})
    return registering.register(
        actor=who.clerk, series=Series.objects.get(name=book, year=2026), sender=sender, title=title, at=at,
        received_on=at.date(), **fields,
    )


def walk_to_the_end(who, case: Case) -> Case:
    at = MONDAY
    for code, actor, more in [
        ("pass", who.clerk, {}),
        ("submit", who.director, {"opinion": "拟请志远副局长批示。", "names": [who.leader],
                                  "values": {"lead": who.posts["crops"]}}),
        ("instruct", who.leader, {"opinion": "同意。"}),
        ("send", who.clerk, {"names": [who.first_head, who.other_leader]}),
        ("hand_over", who.clerk, {"names": [who.posts["crops"]]}),
        ("report", who.handler, {"opinion": "已按要求布置。"}),
    ]:
        at += timedelta(minutes=10)
        acting.act(now_at(case), code, actor=actor, at=at, **more)
    for reader in (who.first_head, who.other_leader):
        acting.act(case.turns.get(holder=reader, step="read"), "read", actor=reader, at=at)
    acting.act(now_at(case), "finish", actor=who.clerk, at=at)
    case.refresh_from_db()
    return case


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker, tmp_path_factory):
    """A closed case, an open one, a void one, a corrected one, a sealed one; the first night is anchored."""
    with django_db_blocker.unblock(), as_owner():
        who = cast()
        closed = walk_to_the_end(who, register(who, title="关于做好低温雨雪冰冻灾害防范应对工作的紧急通知"))
        opened = register(who, title="关于报送2026年度粮食生产工作总结的通知")
        acting.act(now_at(opened), "pass", actor=who.clerk, at=MONDAY)
        void = register(who, title="登记重了的通知", book="会")
        acting.void(void, actor=who.clerk, reason="重复登记", at=MONDAY)
        corrected = register(who, title="关于开展种子质量检查的函", book="平")
        acting.act(now_at(corrected), "pass", actor=who.clerk, opinion="手续完备。", at=MONDAY)
        first = corrected.decisions.get(number=2)
        acting.correct(first, opinion="手续完备，附件齐全。", actor=who.clerk, at=MONDAY)
        sealed = acting.start(Accusation, actor=who.other_leader, title="反映虚报补贴", at=MONDAY)
        anchoring.anchor(NIGHT)
        cases = {"closed": closed, "open": opened, "void": void, "corrected": corrected, "sealed": sealed}
        for case in cases.values():
            case.refresh_from_db()
        yield SimpleNamespace(who=who, **cases)


@pytest.fixture(autouse=True)
def nothing_stays(office, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def said(**options) -> list[str]:
    return [f"{finding.name}：{finding.words}" for finding in verify(**options)]


def names(**options) -> set[str]:
    return {finding.public_id for finding in verify(**options)}


def test_an_honest_office_passes():
    assert said() == []


def test_a_later_night_and_a_correction_after_it_pass(office):
    acting.act(now_at(office.open), "submit", actor=office.who.director, opinion="拟请志远副局长批示。",
               names=[office.who.leader], values={"lead": office.who.posts["crops"]}, at=NIGHT)
    anchoring.anchor(NIGHT + timedelta(days=1))
    acting.correct(office.closed.decisions.get(move="report"), opinion="已按要求布置并检查。", reason="漏字",
                   actor=office.who.clerk, at=NIGHT + timedelta(days=2))
    assert said() == []


COLUMNS = {
    "step": "'elsewhere'", "step_label": "'别处'", "move": "'refuse'", "label": "'不同意'", "leads_to": "'handle'",
    "side": "NOT side", "round": "round + 1", "actor_id": "(SELECT id FROM office_user WHERE username = 'outsider')",
    "on_behalf_of_id": "(SELECT id FROM office_user WHERE username = 'head')",
    "recorded_by_id": "(SELECT id FROM office_user WHERE username = 'clerk2')", "signed_name": "'别人'",
    "signed_title": "'局长'", "signed_department": "'别处'", "signed_for": "'局长'", "recorded_name": "'别人'",
    "medium": "'phone'",
    "names": "'别人'", "opinion": "'不同意。'", "reason": "'另有原因'", "files": "repeat('0', 64)",
    "salt": "repeat('0', 32)", "opinion_digest": "repeat('0', 64)", "at": "at - interval '1 microsecond'",
    "happened_at": "happened_at - interval '1 day'", "format": "1", "content_hash": "repeat('0', 64)",
    "corrects_number": "1", "previous_hash": "repeat('0', 64)", "hash": "repeat('0', 64)", "number": "90",
    "turn_id": "NULL", "corrects_id": "(SELECT min(id) FROM office_decision WHERE case_id = {case})",
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_an_altered_column_of_a_decision_names_the_case(office, column):
    value = COLUMNS[column].format(case=office.closed.pk)
    behind_the_back(
        "ALTER TABLE office_decision DROP CONSTRAINT recorded_words_say_what_from",
        f"UPDATE office_decision SET {column} = {value} WHERE case_id = {office.closed.pk} AND number = 4",
    )
    assert names() == {office.closed.public_id}


def test_every_column_of_a_decision_is_tried():
    from office.models import Decision

    assert {field.column for field in Decision._meta.fields} - set(COLUMNS) == {"id", "case_id"}


def test_a_decision_moved_to_another_case_names_both(office):
    behind_the_back(
        f"UPDATE office_decision SET case_id = {office.open.pk}, number = 3"
        f" WHERE case_id = {office.closed.pk} AND number = 4"
    )
    assert {office.open.public_id, office.closed.public_id} <= names()


def test_a_decision_moved_to_another_turn_of_its_step_is_found(office):
    behind_the_back(
        f"UPDATE office_decision d SET turn_id = (SELECT max(t.id) FROM office_turn t WHERE t.case_id = d.case_id"
        f" AND t.step = 'read') WHERE case_id = {office.closed.pk} AND number = 8"
    )
    assert names() == {office.closed.public_id}


def test_words_blanked_by_a_retention_order_are_no_finding(office):
    who = office.who
    RetentionOrder.objects.create(
        case=office.closed, basis="保管期满", ordered_by=who.clerk, confirmed_by=who.director, at=NIGHT
    )
    office.closed.decisions.update(opinion="", reason="", salt="")
    assert said() == []


def test_words_blanked_without_an_order_are_found(office):
    behind_the_back(
        f"UPDATE office_decision SET opinion = '', reason = '', salt = '' WHERE case_id = {office.closed.pk}"
    )
    assert any("意见或理由被改动" in line for line in said())


def test_new_words_under_a_retention_order_are_found(office):
    who = office.who
    RetentionOrder.objects.create(
        case=office.closed, basis="保管期满", ordered_by=who.clerk, confirmed_by=who.director, at=NIGHT
    )
    behind_the_back(
        f"UPDATE office_decision SET opinion = '不同意。', salt = '' WHERE case_id = {office.closed.pk} AND number = 4"
    )
    assert names() == {office.closed.public_id}


def delete_decisions(case: Case, *, after: int, upto: int = 1000) -> str:
    where = f"case_id = {case.pk} AND number > {after} AND number <= {upto}"
    return f"DELETE FROM office_decision WHERE {where}"


def test_a_decision_deleted_in_the_middle_names_the_case(office):
    behind_the_back(delete_decisions(office.closed, after=3, upto=4))
    assert any(line.startswith(office.closed.reference) and "接不上" in line for line in said())


def test_a_cut_tail_names_the_case(office):
    behind_the_back(delete_decisions(office.closed, after=9))
    assert any(line.startswith(office.closed.reference) and "末尾" in line for line in said())


def test_a_cut_tail_with_the_case_row_put_right_is_found_by_the_anchor(office):
    """The open case's first act is taken back whole: turns, counts and head agree with the shorter chain."""
    behind_the_back(*cut_whole(office.open))
    assert said() == [f"{office.open.reference} ({office.open.public_id})：存证时有2条办理记录，之后被删除"]


def cut_whole(case: Case) -> list[str]:
    """Undo the last act of a case that has had two: nothing in the case itself still tells of it."""
    newest = f"(SELECT max(id) FROM office_turn WHERE case_id = {case.pk})"
    return [
        f"DELETE FROM office_decision WHERE case_id = {case.pk} AND number = 2",
        f"DELETE FROM office_clock WHERE turn_id = {newest}",
        f"DELETE FROM office_notice WHERE turn_id = {newest}",
        f"DELETE FROM office_turn WHERE id = {newest}",
        f"UPDATE office_turn SET ended_at = NULL, ended_how = '' WHERE case_id = {case.pk}",
        f"UPDATE office_case c SET decisions_count = 1, head = d.hash FROM office_decision d"
        f" WHERE c.id = {case.pk} AND d.case_id = c.id AND d.number = 1",
    ]


def test_a_cut_tail_stays_found_after_another_night_has_anchored_it(office):
    behind_the_back(*cut_whole(office.open))
    anchoring.anchor(NIGHT + timedelta(days=1))
    assert names() == {office.open.public_id}


REWRITE = """
WITH RECURSIVE fresh AS (
    SELECT d.id, d.case_id, d.number, ''::text AS previous_hash, office_decision_hash(d, c.public_id) AS hash
    FROM office_decision d JOIN office_case c ON c.id = d.case_id WHERE c.id = {case} AND d.number = 1
  UNION ALL
    SELECT d.id, d.case_id, d.number, f.hash,
           office_decision_hash(jsonb_populate_record(d, jsonb_build_object('previous_hash', f.hash)), c.public_id)
    FROM fresh f JOIN office_decision d ON d.case_id = f.case_id AND d.number = f.number + 1
    JOIN office_case c ON c.id = d.case_id
)
UPDATE office_decision d SET previous_hash = f.previous_hash, hash = f.hash FROM fresh f WHERE f.id = d.id
"""


def test_a_chain_written_anew_is_found_by_the_anchor(office):
    case = office.closed
    behind_the_back(
        "UPDATE office_decision SET opinion = '不同意。',"
        " opinion_digest = office_opinion_digest(salt, '不同意。', reason)"
        f" WHERE case_id = {case.pk} AND number = 4",
        REWRITE.format(case=case.pk),
        f"UPDATE office_case c SET head = d.hash FROM office_decision d"
        f" WHERE c.id = {case.pk} AND d.case_id = c.id AND d.number = c.decisions_count",
    )
    assert said() == [
        f"{case.reference} ({case.public_id})：第{case.decisions_count}条办理记录与存证不符，链被重写"
    ]


@pytest.mark.parametrize(
    "change",
    [
        "title = '关于别的事情的通知'", "reference = '收〔2026〕99号'", "urgency = 'flash'", "secrecy = 1",
        "content_hash = repeat('0', 64)", "head = repeat('0', 64)", "decisions_count = decisions_count + 1",
        "closed_at = closed_at - interval '1 hour'", "outcome = 'refused'", "closed_at = NULL, outcome = ''",
        "opened_at = opened_at - interval '1 day'", "public_id = 'another'", "serial = 90",
        "opened_by_id = (SELECT id FROM office_user WHERE username = 'outsider')",
    ],
)  # fmt: skip
def test_an_altered_case_row_names_the_case(office, change):
    case = office.closed
    behind_the_back(f"UPDATE office_case SET {change} WHERE id = {case.pk}")
    case.refresh_from_db()
    assert any(finding.public_id == case.public_id for finding in verify())


@pytest.mark.parametrize(
    "change",
    [
        "number = '别的文号'", "received_on = received_on - 1", "copies = 9", "enclosures = 9", "purpose = 'reading'",
        "sender_id = (SELECT max(id) FROM office_organisation)",
    ],
)
def test_altered_content_of_a_paper_names_the_case(office, change):
    Organisation.objects.create(name="别的单位")
    behind_the_back(f"UPDATE documents_incomingdocument SET {change} WHERE case_id = {office.closed.pk}")
    assert said() == [f"{office.closed.reference} ({office.closed.public_id})：标题、编号、文件或其他登记内容被改动"]


def test_content_corrected_through_the_form_is_no_finding(office):
    case = office.open
    document = case.incomingdocument
    document.copies = 3
    document.save()
    acting.note_content(case, actor=office.who.clerk, reason="份数登错", at=NIGHT)
    assert said() == []


GONE = "程序写过的事项已不存在，被删除"


def delete_case(case: Case) -> str:
    """Everything of it, in one go; the last statement takes the case itself."""
    rows = [
        "office_notice", "office_clock", "office_caseusergrant:content_object_id",
        "office_casegroupgrant:content_object_id", "office_decision", "office_turn",
        "documents_incomingdocument", "office_case:id",
    ]  # fmt: skip
    return ";".join(
        f"DELETE FROM {table} WHERE {column or 'case_id'} = {case.pk}"
        for table, _, column in (row.partition(":") for row in rows)
    )


def test_a_deleted_case_is_named_by_the_anchor_and_leaves_a_hole_in_its_book(office):
    behind_the_back(delete_case(office.open))
    assert sorted(said()) == sorted([
        f"{office.open.reference}：编号空缺，事项可能被删除",
        f"{office.open.reference} ({office.open.public_id})：存证里有，事项已不存在，被删除",
        f"#{office.open.pk}：{GONE}",
    ])  # fmt: skip


def test_a_case_deleted_before_its_first_night_leaves_a_hole_in_its_book(office):
    fresh = register(office.who, title="今天才登记的通知", at=NIGHT)
    behind_the_back(delete_case(fresh))
    assert said() == [f"{fresh.reference}：编号空缺，事项可能被删除", f"#{fresh.pk}：{GONE}"]


def test_a_book_turned_back_after_deleting_its_last_case_is_found_by_the_anchor(office):
    behind_the_back(delete_case(office.open), "UPDATE office_series SET last = last - 1 WHERE name = '收'")
    assert names() == {office.open.public_id, ""}


def test_a_case_without_number_deleted_before_its_first_night_is_missed(office):
    fresh = acting.start(Accusation, actor=office.who.other_leader, title="又一件", at=NIGHT)
    behind_the_back(delete_case(fresh))
    assert said() == [f"#{fresh.pk}：{GONE}"]


def test_a_void_entry_struck_from_its_ledger_names_the_case(office):
    behind_the_back("DELETE FROM office_voided")
    assert names() == {office.void.public_id}


def test_a_paper_put_back_a_step_behind_the_programs_back_names_the_case(office):
    behind_the_back(
        f"UPDATE office_turn SET step = 'instruct' WHERE case_id = {office.open.pk} AND ended_at IS NULL"
    )
    assert names() == {office.open.public_id}


def test_a_turn_that_vanished_names_the_case(office):
    behind_the_back(
        f"DELETE FROM office_notice WHERE case_id = {office.open.pk}",
        f"DELETE FROM office_clock WHERE case_id = {office.open.pk}",
        f"DELETE FROM office_turn WHERE case_id = {office.open.pk} AND ended_at IS NULL",
    )
    assert names() == {office.open.public_id}


def test_an_altered_anchor_line_names_its_case_and_its_night(office):
    behind_the_back(
        f"UPDATE office_anchorline SET head = repeat('0', 64) WHERE public_id = '{office.open.public_id}'"
    )
    lines = said()
    assert any(line.startswith(office.open.reference) for line in lines)
    assert any(line.startswith("2026-11-17 的存证") for line in lines)


def test_a_deleted_anchor_line_names_its_night(office):
    behind_the_back(f"DELETE FROM office_anchorline WHERE public_id = '{office.open.public_id}'")
    assert said() == ["2026-11-17 的存证：存证或其中的行被改动、删除"]


def test_a_deleted_anchor_names_the_night_after_it(office):
    anchoring.anchor(NIGHT + timedelta(days=1))
    behind_the_back(
        "DELETE FROM office_anchorline WHERE anchor_id = (SELECT min(id) FROM office_anchor WHERE NOT sealed)",
        "DELETE FROM office_anchor WHERE id = (SELECT min(id) FROM office_anchor WHERE NOT sealed)",
    )
    assert any(line.startswith("2026-11-18 的存证：接不上") for line in said())


def test_a_sealed_case_is_named_by_its_public_id_only(office):
    behind_the_back(
        f"UPDATE office_decision SET signed_name = '别人' WHERE case_id = {office.sealed.pk}",
        f"UPDATE office_case SET reference = '控〔2026〕1号' WHERE id = {office.sealed.pk}",
    )
    assert {line.split("：")[0] for line in said()} == {office.sealed.public_id}


def test_a_seal_taken_off_is_found_and_tells_no_more(office):
    behind_the_back(f"UPDATE office_case SET sealed = false WHERE id = {office.sealed.pk}")
    assert said() == [f"{office.sealed.public_id}：密封标记被去掉"]


def test_a_deleted_sealed_case_is_named_by_its_public_id(office):
    behind_the_back(delete_case(office.sealed))
    assert said() == [f"{office.sealed.public_id}：存证里有，事项已不存在，被删除", f"#{office.sealed.pk}：{GONE}"]


def test_a_hole_in_a_sealed_book_tells_no_number(office):
    book = Series.objects.create(name="控", year=2026, title="检举控告", function="sketch")
    who = office.who
    kept = acting.start(Accusation, actor=who.other_leader, title="一", series=book, at=NIGHT)
    gone = acting.start(Accusation, actor=who.other_leader, title="二", series=book, at=NIGHT)
    behind_the_back(delete_case(gone))
    assert said() == ["控：密封的编号系列缺号，可能有事项被删除", f"#{gone.pk}：{GONE}"]
    assert kept.serial == 1


def test_triggers_left_switched_off_are_named(office):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE office_turn DISABLE TRIGGER ended_stays_ended")
    assert said() == ["office_turn：这张表的防改动触发器被关闭"]


def signed_with_a_file(office) -> Case:
    scan = stored_files.keep(ContentFile(b"%PDF-1.4 scan"), type="pdf", at=NIGHT)
    case = office.open
    acting.act(now_at(case), "submit", actor=office.who.director, opinion="拟请志远副局长批示。", at=NIGHT,
               names=[office.who.leader], values={"lead": office.who.posts["crops"]}, files=[(scan, "纸质.pdf")])
    return case


def test_a_file_signed_along_and_taken_away_names_the_case(office):
    case = signed_with_a_file(office)
    behind_the_back(f"DELETE FROM office_attachment WHERE case_id = {case.pk}")
    assert names() == {case.public_id}


@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_a_stored_file_lost_or_changed_is_found_when_files_are_asked(office, damage):
    case = signed_with_a_file(office)
    assert said(files=True) == []
    path = place_of(case.attachments.get().stored.hash)
    path.unlink()
    if damage == "changed":
        path.write_bytes(b"%PDF-1.4 other")
    assert said() == []
    assert said(files=True) == [f"{case.reference} ({case.public_id})：存放的文件丢失或被改动"]


def test_a_year_narrows_the_cases_and_not_the_anchors(office):
    behind_the_back(f"UPDATE office_case SET title = '改过' WHERE id = {office.closed.pk}")
    assert names(year=2025) == set()
    assert names(year=2026) == {office.closed.public_id}
    behind_the_back(delete_case(office.open))
    assert names(year=2025) == {office.open.public_id}


def test_the_command_names_the_case_and_fails(office):
    behind_the_back(f"UPDATE office_case SET title = '改过' WHERE id = {office.closed.pk}")
    out = StringIO()
    with pytest.raises(CommandError, match="发现 1 处问题，涉及 1 项"):
        call_command("verify_chain", stdout=out, stderr=StringIO())
    assert out.getvalue() == (
        f"{office.closed.reference} ({office.closed.public_id})：标题、编号、文件或其他登记内容被改动\n"
    )


def test_the_command_passes_an_honest_office_and_tells_of_progress():
    out, progress = StringIO(), StringIO()
    call_command("verify_chain", "--year", "2026", stdout=out, stderr=progress)
    assert out.getvalue() == f"没有发现改动（{Case.objects.count()} 件）\n"
    assert "核对登记内容：4 件" in progress.getvalue()


def test_a_year_without_a_paper_is_no_all_clear():
    with pytest.raises(CommandError, match="26 年没有文件"):
        call_command("verify_chain", "--year", "26", stdout=StringIO(), stderr=StringIO())


def test_a_procedure_nobody_declares_any_more_is_said(office):
    behind_the_back(f"UPDATE office_case SET procedure = 'gone.away' WHERE id = {office.open.pk}")
    assert said() == [
        f"{office.open.reference} ({office.open.public_id})：流程“gone.away”没有声明，内容无从核对"
    ]
