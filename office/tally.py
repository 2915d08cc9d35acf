"""The tally (底数): of every case one number over all rows that hang on it, kept by the database while the program
writes them.

The chain proves what was decided. What lies around the decisions (in whose hands a paper is, its dates, files,
readers, chases) changes in the course of work and cannot be chained row by row. So triggers keep, for every case,
the exclusive or of a hash of each of its rows, but only for the program's own connections, which say so
(PROGRAM, office/environment.py). Whatever else writes, with triggers or without, leaves the tally behind, and
`verify_chain` names the case. Why not more: docs/adr/0013-tally.md.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from office.environment import PROGRAM

# Derived by the database from the other columns.
DERIVED = ("search",)

LEDGER = """
CREATE TABLE office_tally (
    case_id bigint PRIMARY KEY,
    sum bigint NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE office_tallied (
    name text PRIMARY KEY,
    case_of text NOT NULL,
    hash_of text NOT NULL
);
"""
LEDGER_BACK = "DROP TABLE office_tallied; DROP TABLE office_tally;"

# In ascending order, so that two statements over many cases do not wait for each other in a ring.
ADDED = """INSERT INTO office_tally AS t (case_id, sum)
        SELECT b.case_id, bit_xor(b.hash) FROM ({rows}) b WHERE b.case_id IS NOT NULL GROUP BY 1 ORDER BY 1
        ON CONFLICT (case_id) DO UPDATE SET sum = t.sum # excluded.sum"""

TRIGGERS = """
CREATE FUNCTION office_tally_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF current_setting('{program}', true) IS DISTINCT FROM 'on' THEN
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        {come};
    ELSIF TG_OP = 'DELETE' THEN
        {gone};
    ELSE
        {changed};
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tally_come AFTER INSERT ON {table} REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION office_tally_{table}();
CREATE TRIGGER tally_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION office_tally_{table}();
CREATE TRIGGER tally_changed AFTER UPDATE ON {table} REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION office_tally_{table}();
{all};
"""

# Nobody writes between counting out and taking the triggers off.
BACK = """
LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;
{all};
DELETE FROM office_tallied WHERE name = '{table}';
DROP TRIGGER tally_come ON {table};
DROP TRIGGER tally_gone ON {table};
DROP TRIGGER tally_changed ON {table};
DROP FUNCTION office_tally_{table}();
"""

# The same text whatever the session's time zone and date style are.
PLAIN = {
    "timestamp with time zone": "office_micros(r.{name})",
    "date": "(r.{name} - DATE '2000-01-01')::text",
}


def counting(tables: Mapping[str, str]) -> Callable[[Any, Any], None]:
    """For RunPython: from now on the rows of these tables count, and those that are there already.

    `tables`: {table: the key of the case a row `r` hangs on, as SQL}. All columns of today count: a later
    migration that adds one takes the table out before (uncounting) and in again after.
    """

    def forwards(apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            for table, case_of in tables.items():
                hash_of = _hash_of(schema_editor.connection, table)
                cursor.execute(
                    TRIGGERS.format(
                        table=table, program=PROGRAM,
                        come=_added("come", case_of, hash_of),
                        gone=_added("gone", case_of, hash_of),
                        changed=ADDED.format(
                            rows=f"{_rows('gone', case_of, hash_of)} UNION ALL {_rows('come', case_of, hash_of)}"
                        ),
                        all=_added(table, case_of, hash_of),
                    )
                )  # fmt: skip
                cursor.execute("INSERT INTO office_tallied VALUES (%s, %s, %s)", [table, case_of, hash_of])

    return forwards


def uncounting(tables: Mapping[str, str]) -> Callable[[Any, Any], None]:
    """For RunPython: the rows of these tables count no more."""

    def backwards(apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT name, case_of, hash_of FROM office_tallied WHERE name = ANY(%s)", [list(tables)])
            for table, case_of, hash_of in cursor.fetchall():
                cursor.execute(BACK.format(table=table, all=_added(table, case_of, hash_of)))

    return backwards


def rows() -> str:
    """SQL: a row (case_id, hash) for every row that counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, case_of, hash_of FROM office_tallied ORDER BY name")
        return " UNION ALL ".join(_rows(*one) for one in cursor.fetchall())


def case_first(key: int) -> None:
    """Hold the case before something that counts is written beside it, where the case itself is not locked as an act
    locks it. Inside a transaction.

    An act locks the case and then writes to its tally. Whoever came to the tally first and to the case after it (a
    foreign key is looked at on commit) would wait for the act, and the act for him.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM office_case WHERE id = %s FOR KEY SHARE", [key])


def _rows(table: str, case_of: str, hash_of: str) -> str:
    return f"SELECT {case_of} AS case_id, {hash_of} AS hash FROM {table} r"


def _added(table: str, case_of: str, hash_of: str) -> str:
    return ADDED.format(rows=_rows(table, case_of, hash_of))


def _hash_of(database: BaseDatabaseWrapper, table: str) -> str:
    """The hash of a row `r` over its table's name and all its columns, as SQL."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = %s ORDER BY ordinal_position",
            [table],
        )
        columns = [(name, kind) for name, kind in cursor.fetchall() if name not in DERIVED]
    quote = database.ops.quote_name
    parts = [PLAIN.get(kind, "r.{name}::text").format(name=quote(name)) for name, kind in columns]
    text = " || ".join(f"coalesce(office_part({part}), '-')" for part in parts)
    # Not hashtext(): what PostgreSQL promises of it ends with its version, and an office moves to newer ones.
    return f"('x' || encode(substr(sha256(convert_to('{table}' || {text}, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint"
