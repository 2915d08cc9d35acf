"""What the application's database role may do, written after every migrate by the owner of the tables.

The application owns nothing: it cannot switch a trigger off, and what is append-only is closed to it twice,
by the trigger and by the missing right.
"""

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

# Tables nobody rewrites, and the columns a retention order may blank (the trigger sees that it is one).
APPEND_ONLY: dict[str, list[str]] = {
    "office_decision": ["opinion", "reason", "salt"],
    "office_contentchange": [],
    "office_anchor": [],
    "office_anchorline": [],
    "office_look": [],
    "office_reminder": [],
    "office_voided": [],
    "office_retentionorder": [],
}
# R-SEC-03: whether this is a classified network is the owner's word at migrate, never the application's.
OWNERS_WORD = ["office_installation"]


def register() -> None:
    """Called once, from the app's ready(); the receiver runs when the last app has migrated."""
    from django.apps import apps

    post_migrate.connect(after_migrate, sender=apps.get_app_config("office"), dispatch_uid="office.roles")


def after_migrate(sender, using: str, **kwargs) -> None:
    connection = connections[using]
    with transaction.atomic(using=using):
        declare_network(connection, classified=settings.CLASSIFIED_NETWORK)
        if connection.settings_dict["USER"] != settings.DATABASE_APP_ROLE:
            grant(connection, app_role=settings.DATABASE_APP_ROLE)


def grant(connection: BaseDatabaseWrapper, *, app_role: str) -> None:
    """Let `app_role` use what the connection's role owns in `public`, now and later, within APPEND_ONLY.

    The connection must be the owner's. Tables that do not exist (yet) are passed over.
    """
    role = connection.ops.quote_name(app_role)
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        ):
            cursor.execute(statement)
        for table, columns in APPEND_ONLY.items():
            if table in there:
                # Taking the right on the table takes it on every column as well.
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {quote(table)} FROM {role}")
                if columns:
                    listed = ", ".join(map(quote, columns))
                    cursor.execute(f"GRANT UPDATE ({listed}) ON {quote(table)} TO {role}")
        for table in OWNERS_WORD:
            if table in there:
                cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {quote(table)} FROM {role}")


def declare_network(connection: BaseDatabaseWrapper, *, classified: bool) -> None:
    """Write into the database whether this installation may hold classified papers (R-SEC-03)."""
    with connection.cursor() as cursor:
        if "office_installation" in connection.introspection.table_names(cursor):
            cursor.execute("UPDATE office_installation SET classified_network = %s", [classified])
