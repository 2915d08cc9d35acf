"""What must always hold, tried in plain SQL as the application's role: the database itself refuses."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from office import acting, chain
from office.models import (
    Attachment,
    Chase,
    Deputy,
    Look,
    Relocation,
    Reminder,
    RetentionOrder,
    StoredFile,
    Voided,
)
from office.verifying import verify
from tests import sketches
from tests.make import Paper, series
from tests.owner import as_owner
from tests.people import MONDAY, cast, seat

MISSING_RIGHT, BROKEN_RULE = "42501", ("23", "IM")


def run(sql: str, *arguments) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.rowcount


def refused(sql: str, *arguments) -> str:
    """What PostgreSQL says, when it refuses for a rule or a missing right; "" when it lets the statement pass."""
    try:
        with transaction.atomic():
            touched = run(sql, *arguments)
            assert touched, f"touched nothing: {sql}"
            connection.check_constraints()
    except DatabaseError as error:
        code = error.__cause__.pgcode
        assert code == MISSING_RIGHT or code[:2] in BROKEN_RULE, error
        return str(error)
    return ""


@pytest.fixture
def paper(who) -> Paper:
    """A numbered paper before the leader; the proposal is written on it."""
    made = Paper(sketches.Incoming, actor=who.clerk, series=series())
    made.act("submit", who.director, opinion="拟请志远同志批示。", names=[who.leader])
    return made


@pytest.fixture
def secret(who) -> Paper:
    """A state secret: number, sender, level and period only."""
    return Paper(sketches.Incoming, actor=who.clerk, series=series("密"), secrecy=3)


# --- Decisions ---


@pytest.mark.parametrize("column", ["opinion", "reason", "salt"])
def test_the_words_of_a_decision_are_never_changed(paper, column):
    assert "never changed" in refused(f"UPDATE office_decision SET {column} = '别的' WHERE id = %s", paper.last.pk)


@pytest.mark.parametrize("change", [
    "actor_id = actor_id + 1", "at = at + interval '1 day'", "signed_name = '别人'", "label = '同意'", "hash = ''",
    "number = number + 10", "move = 'instruct'", "on_behalf_of_id = actor_id", "happened_at = now()", "round = 2",
])
def test_nothing_else_of_a_decision_is_in_the_applications_reach(paper, change):
    assert "permission denied" in refused(f"UPDATE office_decision SET {change} WHERE id = %s", paper.last.pk)


def test_a_decision_is_not_deleted(paper):
    assert "permission denied" in refused("DELETE FROM office_decision WHERE id = %s", paper.last.pk)


def test_no_two_decisions_of_a_case_have_one_number(paper):
    assert "decisions_are_numbered_once" in refused(
        "INSERT INTO office_decision SELECT (d).* FROM (SELECT jsonb_populate_record(e, jsonb_build_object('id', "
        "(SELECT max(id) + 1 FROM office_decision))) AS d FROM office_decision e WHERE id = %s) f", paper.last.pk
    )


def order(paper: Paper, who) -> RetentionOrder:
    return RetentionOrder.objects.create(
        case=paper.case, basis="保管期满，经批准。", ordered_by=who.second_clerk, confirmed_by=who.director, at=MONDAY
    )


def test_a_retention_order_blanks_the_words_and_the_chain_still_proves(paper, who):
    order(paper, who)
    run("UPDATE office_decision SET opinion = '', reason = '', salt = '' WHERE case_id = %s", paper.case.pk)
    assert paper.last.opinion == ""
    assert paper.last.hash == chain.decision_hash(paper.last, public_id=paper.case.public_id)
    assert list(verify()) == []


@pytest.mark.parametrize("change", ["opinion = '同意。'", "opinion = ''", "opinion = '', reason = '无', salt = ''"])
def test_a_retention_order_changes_no_word_into_another_and_leaves_no_half(paper, who, change):
    order(paper, who)
    assert "never changed" in refused(f"UPDATE office_decision SET {change} WHERE id = %s", paper.last.pk)


def test_a_retention_order_takes_two_people_and_stays(paper, who):
    assert "a_retention_order_takes_two_people" in refused(
        "INSERT INTO office_retentionorder (case_id, basis, ordered_by_id, confirmed_by_id, at) "
        "VALUES (%s, '期满', %s, %s, now())", paper.case.pk, who.clerk.pk, who.clerk.pk
    )
    order(paper, who)
    assert "permission denied" in refused("UPDATE office_retentionorder SET basis = ''")


# --- Numbers ---


def test_a_number_is_given_once(paper, who):
    other = Paper(sketches.Incoming, actor=who.clerk)
    key, number = paper.case.series_id, paper.case.serial
    assert "a_number_is_given_once" in refused(
        "UPDATE office_case SET series_id = %s, serial = %s WHERE id = %s", key, number, other.case.pk
    )


@pytest.mark.parametrize("change", ["serial = 9", "serial = NULL, series_id = NULL", "series_id = series_id + 1"])
def test_a_number_once_given_stays_with_its_case(paper, change):
    assert "stays with its case" in refused(f"UPDATE office_case SET {change} WHERE id = %s", paper.case.pk)


def test_a_book_only_counts_upward(paper):
    assert "counts upward" in refused("UPDATE office_series SET last = last - 1 WHERE id = %s", paper.case.series_id)


def test_a_book_is_opened_once_a_year():
    assert "one_series_per_name_and_year" in refused(
        "INSERT INTO office_series (name, year, title, function, form, last, position, number_only, retired) "
        "VALUES ('收', 2026, '又一本', 'documents', 'year', 0, 0, false, false)"
    )


def test_a_case_does_not_vanish_with_its_number(paper):
    assert "permission denied" in refused("DELETE FROM office_case WHERE id = %s", paper.case.pk)


def test_the_ledger_of_void_numbers_is_written_once(paper, who):
    paper.of_case("void", who.clerk, reason="重复登记。")
    for sql in ("UPDATE office_voided SET reason = ''", "DELETE FROM office_voided"):
        assert "permission denied" in refused(sql)
    with pytest.raises(IntegrityError, match="a_number_is_voided_once"), transaction.atomic():
        Voided.objects.create(series=series(), number=1, reason="再作废", by=who.clerk, at=MONDAY)


# --- In one pair of hands ---


def test_a_case_has_one_main_turn(paper, who):
    assert "one_open_main_turn_per_case" in refused(
        "INSERT INTO office_turn (case_id, step, side, holder_id, round, issued_at, ended_how) "
        "VALUES (%s, 'assign', false, %s, 1, now(), '')", paper.case.pk, who.clerk.pk
    )


def test_a_turn_is_in_somebodys_hands(paper):
    assert "a_turn_is_in_somebodys_hands" in refused(
        "UPDATE office_turn SET holder_id = NULL, post_id = NULL WHERE id = %s", paper.turn.pk
    )


@pytest.mark.parametrize("hands", ["holder", "post"])
def test_a_reader_has_one_copy_of_a_thing(paper, who, hands):
    reader = who.first_head if hands == "holder" else who.posts["crops"]
    paper.act("circle", who.leader)
    paper.act("send", who.clerk, names=[reader])
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM office_turn WHERE side")
        (key,) = cursor.fetchone()
    assert "one_open_side_turn_per_reader" in refused(
        "INSERT INTO office_turn (case_id, step, side, holder_id, post_id, sent_by_id, round, issued_at, ended_how) "
        "SELECT case_id, step, side, holder_id, post_id, sent_by_id, 1, now(), '' FROM office_turn WHERE id = %s", key
    )


def test_a_side_turn_has_a_hub_and_a_main_turn_has_none(paper):
    assert "a_side_turn_has_a_hub" in refused("UPDATE office_turn SET side = true WHERE id = %s", paper.turn.pk)


def test_a_turn_that_ends_says_how(paper):
    assert "a_turn_says_how_it_ended" in refused("UPDATE office_turn SET ended_at = now() WHERE id = %s", paper.turn.pk)


def test_a_case_is_not_closed_while_it_is_in_somebodys_hands(paper):
    close = "UPDATE office_case SET closed_at = now(), outcome = 'done' WHERE id = %s"
    assert "nobody's hands" in refused(close, paper.case.pk)


def test_a_case_closes_with_an_outcome_or_not_at_all(paper, who):
    assert "a_case_closes_with_an_outcome" in refused(
        "UPDATE office_case SET outcome = 'done' WHERE id = %s", paper.case.pk
    )


@pytest.fixture
def closed(paper, who) -> Paper:
    paper.act("circle", who.leader)
    paper.act("finish", who.clerk)
    return paper


def test_a_closed_case_is_put_into_nobodys_hands(closed, who):
    assert "nobody's hands" in refused(
        "INSERT INTO office_turn (case_id, step, side, holder_id, round, issued_at, ended_how) "
        "VALUES (%s, 'assign', false, %s, 1, now(), '')", closed.case.pk, who.clerk.pk
    )


@pytest.mark.parametrize("change", ["closed_at = NULL, outcome = ''", "outcome = 'void'", "closed_at = now()"])
def test_a_closed_case_stays_as_it_was_closed(closed, change):
    assert "stays as it ended" in refused(f"UPDATE office_case SET {change} WHERE id = %s", closed.case.pk)


@pytest.mark.parametrize("change", ["ended_at = NULL, ended_how = ''", "holder_id = NULL", "step = 'propose'"])
def test_a_turn_that_has_ended_stays_as_it_ended(closed, change):
    assert "stays as it ended" in refused(f"UPDATE office_turn SET {change} WHERE case_id = %s", closed.case.pk)


def test_a_form_sent_twice_makes_one_case(who):
    first, second = (Paper(sketches.Incoming, actor=who.clerk).case for _time in range(2))
    second.pk, second.public_id, second.start_token = None, "another", first.start_token
    with pytest.raises(IntegrityError, match="start_token"), transaction.atomic():
        second.save(force_insert=True)


# --- Clocks ---


def test_the_first_date_of_a_clock_never_changes(paper):
    assert "never changes" in refused("UPDATE office_clock SET first_due_at = now() WHERE id = %s", paper.clock.pk)


def test_a_clock_is_met_or_stopped_and_not_both(paper):
    assert "a_clock_is_met_or_stopped" in refused(
        "UPDATE office_clock SET met_at = now(), stopped_at = now() WHERE id = %s", paper.clock.pk
    )


PAUSE = (
    "INSERT INTO office_pause (clock_id, from_at, to_at, basis, actor_id, recorded_at) "
    "SELECT %s, now() + %s::interval, now() + %s::interval, '待补', id, now() FROM office_user WHERE username = 'clerk'"
)


@pytest.mark.parametrize(("begins", "ends"), [("1 day", "3 days"), ("0", None), ("-9 days", None), ("1 day", "2 days")])
def test_pauses_of_a_clock_do_not_overlap(paper, begins, ends):
    run(PAUSE, paper.clock.pk, "1 day", "2 days")
    assert "pauses_of_a_clock_do_not_overlap" in refused(PAUSE, paper.clock.pk, begins, ends)
    assert refused(PAUSE, paper.clock.pk, "2 days", None) == ""


def test_a_pause_ends_after_it_begins(paper):
    assert refused(PAUSE, paper.clock.pk, "2 days", "1 day")


def test_a_reminder_is_a_receipt_sent_once_and_kept(paper):
    clock = paper.clock
    rung = {"clock": clock, "rung": "due", "due_at": clock.due_at, "at": MONDAY, "kind": "reminder"}
    Reminder.objects.create(**rung)
    with pytest.raises(IntegrityError, match="a_rung_is_sent_once"), transaction.atomic():
        Reminder.objects.create(**rung)
    Reminder.objects.create(**{**rung, "due_at": clock.due_at + timedelta(days=3)})
    assert "permission denied" in refused("DELETE FROM office_reminder")


# --- People, bars, links ---


def test_nobody_is_his_own_deputy_and_nobody_stands_in_backwards(who):
    made = Deputy.objects.create(
        principal=who.leader, deputy=who.director, starts_on=MONDAY.date(), ends_on=MONDAY.date()
    )
    assert "nobody_is_his_own_deputy" in refused("UPDATE office_deputy SET deputy_id = principal_id")
    assert "starts_before_it_ends" in refused("UPDATE office_deputy SET ends_on = starts_on - 1 WHERE id = %s", made.pk)


def test_a_single_chair_has_one_holder_at_a_time(who):
    who.posts["archivist"].single = True
    who.posts["archivist"].save()
    who.posts["archivist"].holdings.update(ends_on="2026-06-30")
    with pytest.raises(IntegrityError, match="a_single_post_has_one_holder"), transaction.atomic():
        seat(who.posts["archivist"], who.clerk, starts_on=MONDAY.date().replace(month=6, day=30))
    seat(who.posts["archivist"], who.clerk, starts_on=MONDAY.date().replace(month=7, day=1))


def test_a_chair_is_granted_by_one_and_confirmed_by_another():
    assert "confirmed_by_a_second_person" in refused("UPDATE office_postholding SET confirmed_by_id = granted_by_id")


def test_a_bar_names_a_person_or_a_department(paper, who):
    bar = "INSERT INTO office_barred (case_id, person_id, department_id, at) VALUES (%s, %s, %s, now())"
    for person, unit in ((None, None), (who.leader.pk, who.departments["crops"].pk)):
        assert "a_bar_names_a_person_or_a_department" in refused(bar, paper.case.pk, person, unit)
    run(bar, paper.case.pk, who.leader.pk, None)
    assert "barred_once" in refused(bar, paper.case.pk, who.leader.pk, None)


def test_two_cases_are_linked_once_while_it_is_not_undone_and_none_with_itself(paper, who):
    other = Paper(sketches.Incoming, actor=who.clerk)
    link = (
        "INSERT INTO office_link (from_case_id, to_case_id, kind, by_id, at, asked, awaited_by) "
        "VALUES (%s, %s, 'see', %s, now(), '{}', '')"
    )
    run(link, paper.case.pk, other.case.pk, who.clerk.pk)
    assert "linked_once" in refused(link, paper.case.pk, other.case.pk, who.clerk.pk)
    assert "not_linked_to_itself" in refused(link, paper.case.pk, paper.case.pk, who.clerk.pk)
    run("UPDATE office_link SET undone_at = now()")
    assert refused(link, paper.case.pk, other.case.pk, who.clerk.pk) == ""


def test_a_relocation_takes_two_people(paper, who):
    asked = paper.of_case("ask_relocation", who.clerk, step="propose", to=None, reason="送错了。")
    assert "a_relocation_takes_two_people" in refused(
        "UPDATE office_relocation SET confirmed_by_id = asked_by_id WHERE id = %s", asked.pk
    )
    with pytest.raises(IntegrityError, match="one_relocation_asked_at_a_time"), transaction.atomic():
        Relocation.objects.create(
            case=paper.case, step="assign", post=who.posts["clerk"], reason="", asked_by=who.clerk, asked_at=MONDAY
        )


def test_one_unit_leads(paper, who):
    lead = (
        "INSERT INTO office_planned (case_id, step, post_id, position, lead) VALUES (%s, 'handle', %s, 1, true)"
    )
    run(lead, paper.case.pk, who.posts["crops"].pk)
    assert "one_lead_is_planned_at_a_step" in refused(lead, paper.case.pk, who.posts["machines"].pk)


def test_looks_and_chases_are_kept_as_they_were(paper, who):
    Look.objects.create(case=paper.case, person=who.clerk, at=MONDAY, what="办理页")
    Chase.objects.create(case=paper.case, kind="phone", by=who.clerk, to="种植业股", words="请抓紧。", at=MONDAY)
    assert "permission denied" in refused("UPDATE office_look SET what = ''")
    for change in ("UPDATE office_chase SET words = ''", "DELETE FROM office_chase"):
        assert "permission denied" in refused(change)
    run("UPDATE office_chase SET answer = '今天办。', answered_at = now()")
    assert "only answered once" in refused("UPDATE office_chase SET answer = '没问过。'")


def test_a_sealed_case_is_restricted(who):
    made = Paper(sketches.Accusation, actor=who.other_leader)
    assert "stays one" in refused("UPDATE office_case SET restricted = false WHERE id = %s", made.case.pk)
    other = Paper(sketches.Incoming, actor=who.clerk).case
    assert "a_sealed_case_is_restricted" in refused("UPDATE office_case SET sealed = true WHERE id = %s", other.pk)


@pytest.mark.parametrize("change", ["sealed = false", "restricted = false", "opened_at = now()", "public_id = 'x'"])
def test_R_SEC_07_who_may_know_of_a_case_is_never_widened_and_where_it_comes_from_stays(who, change):
    made = Paper(sketches.Accusation, actor=who.other_leader)
    assert "stays one" in refused(f"UPDATE office_case SET {change} WHERE id = %s", made.case.pk)


# --- R-SEC-03 ---


def secret_file(who) -> StoredFile:
    return StoredFile.objects.create(hash="a" * 64, size=3, type="pdf", stored_at=MONDAY)


@pytest.mark.parametrize("column", ["title", "search_text"])
def test_R_SEC_03_a_state_secret_has_no_title_and_nothing_to_search(secret, column):
    assert "R-SEC-03" in refused(f"UPDATE office_case SET {column} = '某方案' WHERE id = %s", secret.case.pk)


def test_R_SEC_03_a_state_secret_has_no_file(secret, paper, who):
    stored = secret_file(who)
    hung = {"stored": stored, "name": "正文.pdf", "added_by": who.clerk, "added_at": MONDAY}
    with pytest.raises(IntegrityError, match="R-SEC-03"), transaction.atomic():
        Attachment.objects.create(case=secret.case, **hung)
    Attachment.objects.create(case=paper.case, **hung)
    for change in ("UPDATE office_attachment SET case_id = %s", "DELETE FROM office_attachment WHERE case_id <> %s"):
        assert "permission denied" in refused(change, secret.case.pk)


@pytest.mark.parametrize("column", ["opinion", "reason"])
def test_R_SEC_03_a_state_secret_has_no_words_in_its_decisions(secret, column):
    assert "R-SEC-03" in refused(
        "INSERT INTO office_decision SELECT (d).* FROM (SELECT jsonb_populate_record(e, jsonb_build_object("
        f"'id', id + 1000, 'number', number + 1, '{column}', '请办。')) AS d FROM office_decision e "
        "WHERE case_id = %s) f", secret.case.pk
    )


def test_R_SEC_03_a_state_secret_is_chased_and_relocated_without_words(secret, who):
    with pytest.raises(IntegrityError, match="R-SEC-03"), transaction.atomic():
        Chase.objects.create(case=secret.case, kind="phone", by=who.clerk, to="某", words="内容", at=MONDAY)
    Chase.objects.create(case=secret.case, kind="phone", by=who.clerk, to="某", at=MONDAY)
    assert "R-SEC-03" in refused("UPDATE office_chase SET answer = '内容', answered_at = now()")
    asked = secret.of_case("ask_relocation", who.clerk, step="assign", to=None, reason="")
    assert "R-SEC-03" in refused("UPDATE office_relocation SET reason = '内容' WHERE id = %s", asked.pk)


def test_R_SEC_03_a_paper_whose_words_are_here_does_not_become_a_state_secret(paper, who):
    become = "UPDATE office_case SET secrecy = 3, title = '', search_text = '' WHERE id = %s"
    assert "R-SEC-03" in refused(become, paper.case.pk)
    plain = Paper(sketches.Incoming, actor=who.clerk)
    Attachment.objects.create(
        case=plain.case, stored=secret_file(who), name="正文.pdf", added_by=who.clerk, added_at=MONDAY
    )
    assert "R-SEC-03" in refused(become, plain.case.pk)
    assert refused(become, Paper(sketches.Incoming, actor=who.clerk).case.pk) == ""


def test_a_work_secret_is_lawful_to_write_about(who):
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=1)
    paper.act("submit", who.director, opinion="拟请志远同志批示。", names=[who.leader])
    assert paper.last.opinion


# --- The owner's word ---


def network() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT classified_network FROM office_installation")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_R_SEC_03_migrate_writes_into_the_database_whether_the_network_is_classified(settings):
    with as_owner():
        for declared in (True, False):
            settings.CLASSIFIED_NETWORK = declared
            call_command("migrate", verbosity=0, stdout=StringIO())
            assert network() is declared


@pytest.mark.django_db
def test_R_SEC_03_a_declared_classified_network_takes_titles_and_words(settings):
    with as_owner():
        settings.CLASSIFIED_NETWORK = True
        call_command("migrate", verbosity=0, stdout=StringIO())
        who = cast()
        paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=3)
        acting.start(sketches.Incoming, actor=who.clerk, title="一份密件", secrecy=3, at=MONDAY)
        paper.act("circulate", who.director, opinion="请阅。")
        assert paper.last.opinion == "请阅。"
        # A forgotten line of the settings does not make an ordinary installation of it.
        settings.CLASSIFIED_NETWORK = False
        with pytest.raises(ImproperlyConfigured, match="CLASSIFIED_NETWORK=1 is missing"):
            call_command("migrate", verbosity=0, stdout=StringIO())
        assert network() is True


@pytest.mark.parametrize("sql", [
    "UPDATE office_installation SET classified_network = true", "DELETE FROM office_installation",
    "INSERT INTO office_installation VALUES (true, true)", "TRUNCATE office_installation",
    "DROP TABLE office_installation", "CREATE OR REPLACE FUNCTION office_words_stay_on_paper() RETURNS trigger "
    "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$", "DROP TRIGGER case_words ON office_case",
    "ALTER TABLE office_case DISABLE TRIGGER case_words",
])
def test_R_SEC_03_the_application_neither_changes_the_word_nor_takes_the_guard_away(who, sql):
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        run(sql)
    assert error.value.__cause__.pgcode == MISSING_RIGHT

