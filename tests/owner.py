"""The database as its owner has it: triggers off, everything written, and all of it gone after the test."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, connections, transaction

from office.environment import database

GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


@contextmanager
def as_owner() -> Iterator[None]:
    """The default connection is the owner's, in a transaction that is rolled back."""
    known = connections["default"]
    role = database(settings.DATABASE_OWNER_URL) if settings.DATABASE_OWNER_URL else known.settings_dict
    mine = {**known.settings_dict, "USER": role["USER"], "PASSWORD": role["PASSWORD"]}
    connections["default"] = type(known)(mine, alias="default")
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        connections["default"].close()
        connections["default"] = known


def behind_the_back(*statements: str) -> None:
    """Run SQL with every trigger of ours off, as whoever owns the tables can."""
    with connection.cursor() as cursor:
        # A table with pending checks cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(GUARDED)
        guarded = [table for (table,) in cursor.fetchall()]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount, f"touched nothing: {statement}"
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
