"""Whatever hangs on a case and was not written by the program itself is found, table by table (office/tally.py)."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction

from documents import registering
from documents.models import Custody, ImportedRow, Named, RegisterImport
from office import acting, tally
from office.models import (
    Attachment,
    Barred,
    Case,
    Chase,
    Handover,
    HandoverItem,
    Link,
    Look,
    Organisation,
    Pause,
    Planned,
    Relocation,
    RetentionOrder,
    Series,
    StoredFile,
    Voided,
)
from office.models.cases import ContentChange
from office.models.clocks import Reminder
from office.verifying import verify
from tests.owner import as_owner, behind_the_back
from tests.people import CHINA, MONDAY, cast

LATER = MONDAY + timedelta(days=1)


def now_at(case: Case):
    return case.turns.get(side=False, ended_at=None)


@pytest.fixture(scope="module")
def who(django_db_setup, django_db_blocker):
    """The office, with a meeting notice on which a row of nearly everything hangs, and an ordinary paper."""
    with django_db_blocker.unblock(), as_owner():
        who = cast()
        sender = Organisation.objects.create(name="某某县人民政府办公室", group="above")
        given = {"actor": who.clerk, "sender": sender, "at": MONDAY, "received_on": MONDAY.date()}
        starts = datetime(2026, 11, 25, 9, tzinfo=CHINA)
        notice = {"starts_at": starts, "place": "县政府三楼", "rank_wanted": "", "answer_by": None}
        book = {name: Series.objects.get(name=name, year=2026) for name in ("会", "收")}
        who.meeting = registering.register(
            series=book["会"], title="关于召开会议的通知", answer_wanted=True, meeting=notice, **given
        )
        who.paper = registering.register(series=book["收"], title="关于秋冬种的通知", **given)
        acting.act(now_at(who.meeting), "submit", actor=who.director, opinion="拟请参加。", names=[who.first_head],
                   at=LATER)
        acting.act(now_at(who.meeting), "attend", actor=who.first_head, values={"attendees": [who.leader]}, at=LATER)
        yield who


@pytest.fixture(autouse=True)
def _nothing_stays(who):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def hang(table: str, case: Case, who) -> None:
    """See that a row of `table` hangs on `case`, written as the program writes it."""

    def named() -> Named:
        document, first = case.incomingdocument, case.decisions.first()
        return Named.objects.create(document=document, decision=first, lead=who.posts["crops"])

    def imported() -> ImportedRow:
        batch = RegisterImport.objects.create(
            function="documents.incoming", series=case.series, by=who.clerk, at=LATER, file_name="旧.xlsx", imported=1,
        )
        return ImportedRow.objects.create(document=case.incomingdocument, batch=batch, row=3, written=[["标题", "旧"]])

    def handed() -> HandoverItem:
        book = Series.objects.create(name="交接", year=2026, function="office.handover")
        handover = Handover.objects.create(
            series=book, serial=1, number="交接〔2026〕1号", person=who.outsider, receiver=who.clerk,
            supervisor=who.director, reason="leaving", at=LATER,
        )  # fmt: skip
        return HandoverItem.objects.create(handover=handover, position=1, part="x", case=case, outcome="文书")

    missing = {
        "office_pause": lambda: Pause.objects.create(
            clock=case.clocks.first(), from_at=LATER, basis="依据", actor=who.clerk, recorded_at=LATER),
        "office_reminder": lambda: Reminder.objects.create(
            clock=case.clocks.first(), rung="overdue", due_at=LATER, at=LATER, kind="chase", to=["局长"], words="超期"),
        "office_planned": lambda: Planned.objects.create(case=case, step="read", holder=who.leader, position=1),
        "office_link": lambda: Link.objects.create(
            from_case=case, to_case=who.paper, kind="see", by=who.clerk, at=LATER, asked={"what": "结果"}),
        "office_barred": lambda: Barred.objects.create(case=case, person=who.outsider, at=LATER),
        "office_chase": lambda: Chase.objects.create(
            case=case, kind="phone", by=who.clerk, to="局长", words="请抓紧。", at=LATER),
        "office_attachment": lambda: Attachment.objects.create(
            case=case, stored=StoredFile.objects.create(hash="a" * 64, size=3, type="pdf", stored_at=LATER),
            name="附.pdf", added_by=who.clerk, added_at=LATER, removed_at=LATER),
        "office_relocation": lambda: Relocation.objects.create(
            case=case, step="propose", reason="走错", asked_by=who.clerk, asked_at=LATER),
        "office_contentchange": lambda: ContentChange.objects.create(
            case=case, decision=case.decisions.first(), field="title", before="旧", after="新"),
        "office_retentionorder": lambda: RetentionOrder.objects.create(
            case=case, basis="到期", ordered_by=who.clerk, confirmed_by=who.director, at=LATER),
        "office_look": lambda: Look.objects.create(case=case, person=who.clerk, at=LATER, what="办理页"),
        "office_voided": lambda: Voided.objects.create(
            series=case.series, number=case.serial, reason="重复", by=who.clerk, at=LATER),
        "office_handoveritem": handed,
        "documents_custody": lambda: Custody.objects.create(
            document=case.incomingdocument, keeper=who.clerk, since=LATER),
        "documents_importedrow": imported,
        "documents_named": named,
        "documents_named_assisting": lambda: named().assisting.add(who.posts["crops"]),
    }  # fmt: skip
    if table in missing:
        missing[table]()


OUTSIDER = "(SELECT id FROM office_user WHERE username = 'outsider')"
# For every table that counts what may be altered in it, its deletion besides.
AROUND = {
    "office_case": ["restricted = true", "search_text = '别的'"],
    "office_turn": [f"holder_id = {OUTSIDER}", "opened_at = now()"],
    "office_clock": ["due_at = due_at + interval '10 days'", "starts_at = now()", "why = '{}'"],
    "office_reminder": ["words = '没有催过'", "rung = 'other'"],
    "office_pause": ["from_at = from_at - interval '1 day'", "basis = '别的依据'"],
    "office_planned": ["position = position + 1"],
    "office_link": ["asked = '{}'"],
    "office_barred": ["at = now()"],
    "office_chase": ["words = '没有说过的话'", "answer = '没有答复过'"],
    "office_attachment": ["name = '别的.pdf'"],
    "office_relocation": ["reason = '别的原因'"],
    "office_contentchange": ["before = '别的标题'"],
    "office_retentionorder": ["basis = '别的依据'"],
    "office_look": ["what = '没有看过'"],
    "office_caseusergrant": [f"user_id = {OUTSIDER}"],
    "office_casegroupgrant": ["group_id = (SELECT max(id) FROM auth_group)"],
    "office_voided": ["reason = '别的原因'"],
    "office_handoveritem": ["what = '别的标题'", "check_found = 'missing', copies = 1, remark = '没有'"],
    "documents_custody": [f"keeper_id = {OUTSIDER}"],
    "documents_incomingdocument": ["mismatch = '别的不符'", "answered_on = '2026-12-01'", "note = '别的备注'"],
    "documents_historicalincomingdocument": ["number = '别的文号'"],
    "documents_meetingnotice": ["answered_at = now()"],
    "documents_historicalmeetingnotice": ["place = '别处'"],
    "documents_meetingnotice_attendees": [f"user_id = {OUTSIDER}"],
    "documents_importedrow": ["outcome = '没有这样办'", "written = '[]'"],
    "documents_named": ["due_on = '2026-12-01'"],
    "documents_named_assisting": ["post_id = (SELECT max(id) FROM office_post)"],
}
# Rows on which others hang cannot be taken out alone, whoever tries.
POINTED_AT = ("office_case", "office_turn", "documents_incomingdocument", "documents_meetingnotice")
ITS_DOCUMENT = "document_id = (SELECT id FROM documents_incomingdocument WHERE case_id = {case})"
OF_CASE = {
    "office_case": "id = {case}",
    "office_pause": "true",
    "office_reminder": "true",
    "office_link": "from_case_id = {case}",
    "office_caseusergrant": "content_object_id = {case}",
    "office_casegroupgrant": "content_object_id = {case}",
    "office_voided": "true",
    "documents_meetingnotice": ITS_DOCUMENT,
    "documents_historicalmeetingnotice": ITS_DOCUMENT,
    "documents_meetingnotice_attendees": "true",
    "documents_importedrow": ITS_DOCUMENT,
    "documents_custody": ITS_DOCUMENT,
    "documents_named": ITS_DOCUMENT,
    "documents_named_assisting": "true",
}


def test_every_table_that_counts_is_tried():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM office_tallied")
        assert {name for (name,) in cursor.fetchall()} == set(AROUND)


def test_every_column_of_a_table_that_counts_counts():
    """A migration that adds a column takes the table out of the tally before and in again after."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.name || '.' || c.column_name FROM office_tallied t JOIN information_schema.columns c"
            " ON c.table_name = t.name AND c.table_schema = 'public' AND c.column_name <> ALL(%s)"
            " WHERE position('\"' || c.column_name || '\"' IN t.hash_of) = 0",
            [list(tally.DERIVED)],
        )
        assert cursor.fetchall() == []


def found() -> set[str]:
    return {one.public_id for one in verify()}


@pytest.mark.parametrize(
    ("table", "change"),
    [(table, change) for table, changes in AROUND.items() for change in changes]
    + [(table, "") for table in AROUND if table not in POINTED_AT],
)
def test_what_was_altered_or_deleted_around_the_decisions_names_the_case(who, table, change):
    hang(table, who.meeting, who)
    place = OF_CASE.get(table, "case_id = {case}").format(case=who.meeting.pk)
    before = found()
    assert before <= ({who.meeting.public_id} if table == "office_voided" else set())
    row = f"{table} WHERE ctid = (SELECT max(ctid) FROM {table} WHERE {place})"
    behind_the_back(f"UPDATE {row.replace(' WHERE', f' SET {change} WHERE', 1)}" if change else f"DELETE FROM {row}")
    assert found() == {who.meeting.public_id}


def test_a_row_slipped_in_names_the_case(who):
    behind_the_back(
        "INSERT INTO office_caseusergrant (content_object_id, user_id, permission_id)"
        f" SELECT {who.paper.pk}, {OUTSIDER}, min(permission_id) FROM office_caseusergrant"
    )
    assert found() == {who.paper.public_id}


@pytest.mark.parametrize("statement", [
    "UPDATE office_clock SET due_at = now() WHERE case_id = {case}",
    "UPDATE documents_incomingdocument SET note = '补记' WHERE case_id = {case}",
    "INSERT INTO office_barred (case_id, person_id, at) SELECT {case}, min(id), now() FROM office_user",
])  # fmt: skip
def test_who_writes_with_triggers_on_but_is_not_the_program_is_found_as_well(who, statement):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {tally.PROGRAM} = 'off'")
        cursor.execute(statement.format(case=who.paper.pk))
        cursor.execute(f"SET LOCAL {tally.PROGRAM} = 'on'")
    assert found() == {who.paper.public_id}


def test_it_is_said_once_and_in_the_closest_words(who):
    behind_the_back(
        f"UPDATE office_case SET title = '另一个标题' WHERE id = {who.paper.pk}",
        f"UPDATE office_clock SET due_at = now() WHERE case_id = {who.paper.pk}",
    )
    assert [one.words for one in verify()] == ["标题、编号、文件或其他登记内容被改动"]


def test_a_year_of_its_own_is_asked_alone(who):
    behind_the_back(f"UPDATE office_clock SET due_at = now() WHERE case_id = {who.paper.pk}")
    assert [one.public_id for one in verify(year=2026)] == [who.paper.public_id]
    assert list(verify(year=2025)) == []


@pytest.mark.parametrize("right", ["SELECT", "INSERT", "UPDATE", "DELETE"])
def test_the_application_reads_the_tally_and_cannot_write_it(right):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'office_tally', %s)", [settings.DATABASE_APP_ROLE, right])
        assert cursor.fetchone() == (right == "SELECT",)
