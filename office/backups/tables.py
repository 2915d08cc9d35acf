"""Every table as a count and a hash, so that what comes back can be proved to be what was there.

The hash is over the SHA-256 of each row as text, sorted: the order in which rows lie does not count, every value does.
But for generated columns: the database works those out again from the others, each version and locale in its own way.
"""

from collections.abc import Iterator
from typing import Any

from django.db.backends.utils import CursorWrapper

# The same text of a row whatever the role's or the server's habits are.
PLAINLY = (
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
)
TABLES = """SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY 1 ORDER BY 1"""
SEQUENCES = "SELECT sequencename FROM pg_catalog.pg_sequences WHERE schemaname = 'public' ORDER BY 1"
COUNTED = """SELECT count(*), encode(sha256(coalesce(string_agg(h, ''::bytea ORDER BY h), ''::bytea)), 'hex')
    FROM (SELECT sha256(convert_to(ROW({columns})::text, 'UTF8')) AS h FROM public.{table}) hashed"""
DRAWN = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.{sequence}"

PROOF_OF_TABLE = """DO $proof$ DECLARE came bigint; proved text; BEGIN
    SELECT * INTO came, proved FROM ({counted}) counted;
    IF came <> {rows} OR proved <> {sha256} THEN
        RAISE EXCEPTION '% came back with % rows and other contents than the % it had', {name}, came, {rows};
    END IF;
END $proof$"""
# A sequence is read when pg_dump comes to it, not from its snapshot: it may have gone on, never back.
PROOF_OF_SEQUENCE = """DO $proof$ BEGIN
    IF ({drawn}) < {last} THEN RAISE EXCEPTION '% came back behind %', {name}, {last}; END IF;
END $proof$"""
PROOF_OF_WHOLE = """DO $proof$ BEGIN
    IF (SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'public') <> {count} THEN
        RAISE EXCEPTION 'there are not {count} tables';
    END IF;
END $proof$"""


def described(cursor: CursorWrapper) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """Rows and SHA-256 of every table, and how far every sequence has come."""
    for statement in PLAINLY:
        cursor.execute(statement)
    cursor.execute(TABLES)
    tables: dict[str, dict[str, Any]] = {}
    for name, columns in cursor.fetchall():
        cursor.execute(_counted(name, columns))
        rows, digest = cursor.fetchone()
        tables[name] = {"columns": columns, "rows": rows, "sha256": digest}
    cursor.execute(SEQUENCES)
    sequences = {}
    for (name,) in cursor.fetchall():
        cursor.execute(DRAWN.format(sequence=_quoted(name)))
        (sequences[name],) = cursor.fetchone()
    return tables, sequences


def proof(tables: dict[str, dict[str, Any]], sequences: dict[str, int]) -> Iterator[str]:
    """Statements that raise unless the database holds exactly this."""
    yield from PLAINLY
    yield PROOF_OF_WHOLE.format(count=len(tables))
    for name, told in tables.items():
        yield PROOF_OF_TABLE.format(
            counted=_counted(name, told["columns"]), rows=int(told["rows"]), sha256=_literal(told["sha256"]),
            name=_literal(name),
        )  # fmt: skip
    for name, last in sequences.items():
        drawn = DRAWN.format(sequence=_quoted(name))
        yield PROOF_OF_SEQUENCE.format(drawn=drawn, last=int(last), name=_literal(name))


def _counted(table: str, columns: list[str]) -> str:
    return COUNTED.format(table=_quoted(table), columns=", ".join(map(_quoted, columns)))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
