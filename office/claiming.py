"""Insert rows and learn which of them were new: of two workers who claim the same, one gets it."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def claim(rows: Sequence[Row], *, by: Collection[str]) -> list[Row]:
    """Insert `rows` of one model; give back those that were not there yet, with their keys set.

    `by` names the columns (attnames) of the unique constraint that makes the claim. Rows go in sorted by
    them, so that two workers wait for each other in the same order and never in a circle; the second waits
    until the first commits or rolls back. One statement, whatever the number of rows.
    """
    if not rows:
        return []

    def key(row: Row) -> tuple:
        return tuple(getattr(row, name) for name in by)

    found = {key(row): row for row in rows}
    ordered = sorted(found.values(), key=key)
    meta = ordered[0]._meta
    fields = [field for field in meta.local_concrete_fields if not field.primary_key]
    column_of = {field.attname: str(field.column) for field in fields}
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, column_of.values()))
    line = "(" + ", ".join(["%s"] * len(fields)) + ")"
    returned = ", ".join(quote(column_of[name]) for name in by)
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in ordered for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES {', '.join([line] * len(ordered))}"
            f" ON CONFLICT DO NOTHING RETURNING {returned}, id",
            values,
        )
        new = []
        for *parts, number in cursor.fetchall():
            row = found[tuple(parts)]
            row.pk, row._state.adding = number, False
            new.append(row)
    return new
