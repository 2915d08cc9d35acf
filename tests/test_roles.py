"""The application's database role: it works on everything, owns nothing and rewrites no record."""

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from office import roles
from office.embedded import servers
from office.models import Series
from office.models.numbers import Voided
from tests.people import MONDAY, person

pytestmark = pytest.mark.django_db


def run(sql: str, *arguments):
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchall() if cursor.description else None


def refused(sql: str) -> bool:
    """Whether PostgreSQL says the role lacks the right (42501), and nothing else."""
    try:
        with transaction.atomic():
            run(sql)
    except ProgrammingError as error:
        return error.__cause__.pgcode == "42501"
    return False


def test_the_tests_themselves_run_as_the_application():
    assert run("SELECT current_user::text") == [(settings.DATABASE_APP_ROLE,)]


def test_the_application_owns_nothing():
    owned = run("SELECT relname FROM pg_class WHERE relowner = current_user::regrole")
    assert owned == []


@pytest.mark.parametrize("role", [servers.OWNER, servers.APP])
def test_neither_role_is_a_superuser(role):
    assert run("SELECT rolsuper, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = %s", role) == [
        (False, False, False)
    ]


def test_the_application_cannot_switch_triggers_off():
    assert refused("ALTER TABLE office_decision DISABLE TRIGGER ALL")
    assert refused("SET session_replication_role = replica")


def test_the_application_makes_no_tables():
    assert refused("CREATE TABLE mine (number integer)")


def test_the_application_may_use_every_table_and_sequence():
    assert run(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND CASE relkind "
        "WHEN 'r' THEN NOT has_table_privilege(oid, 'SELECT') "
        "WHEN 'S' THEN NOT has_sequence_privilege(oid, 'USAGE') ELSE false END"
    ) == []


@pytest.mark.parametrize("table", roles.APPEND_ONLY)
def test_an_append_only_table_takes_rows_and_never_changes_them(table):
    assert run("SELECT has_table_privilege(%s, 'INSERT')", table) == [(True,)]
    assert refused(f"DELETE FROM {table}")
    assert refused(f"TRUNCATE {table}")
    assert refused(f"UPDATE {table} SET id = id")


def test_only_what_a_retention_order_blanks_may_be_updated_on_a_decision():
    columns = run(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'office_decision'::regclass AND attnum > 0 "
        "AND NOT attisdropped AND has_column_privilege(attrelid, attnum, 'UPDATE') ORDER BY 1"
    )
    assert columns == [("opinion",), ("reason",), ("salt",)]


def test_R_SEC_03_the_application_cannot_declare_a_classified_network():
    assert run("SELECT classified_network FROM office_installation") == [(False,)]
    assert refused("UPDATE office_installation SET classified_network = true")


def test_every_append_only_table_is_one_that_exists():
    assert set(roles.APPEND_ONLY) | set(roles.OWNERS_WORD) <= set(connection.introspection.table_names())


@pytest.mark.django_db(transaction=True)
def test_a_table_made_later_is_usable_at_once(database_owner):
    database_owner.execute("CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, word text)")
    try:
        run("INSERT INTO later (word) VALUES ('新')")
        assert run("SELECT word FROM later") == [("新",)]
    finally:
        database_owner.execute("DROP TABLE later")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round", ["first", "second"])
def test_a_transactional_test_leaves_the_database_as_it_was_migrated(round, database_owner):
    database_owner.execute("SELECT count(*) FROM office_day")
    days = database_owner.fetchone()[0]
    assert days > 0
    assert run("SELECT count(*) FROM office_voided") == [(0,)]
    series = Series.objects.create(name="收", year=2026, title="收文", function="documents.incoming", last=1)
    Voided.objects.create(series=series, number=1, reason="重号", by=person("clerk", "某某"), at=MONDAY)
    run("DELETE FROM office_day WHERE id IN (SELECT id FROM office_day LIMIT 1)")
