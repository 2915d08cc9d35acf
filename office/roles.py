"""What the application's database role may do, written after every migrate by the owner of the tables.

The application owns nothing: it cannot switch a trigger off, it takes rows out of a few tables only, and what is
append-only is closed to it twice, by the trigger and by the missing right.
"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

# Tables nobody rewrites, and the columns that may still be filled (triggers see to how: a retention order blanks
# words, a chase is answered once, a file is struck through). So are all histories.
APPEND_ONLY: dict[str, list[str]] = {
    "office_decision": ["opinion", "reason", "salt"],
    "office_contentchange": [],
    "office_anchor": [],
    "office_anchorline": [],
    "office_look": [],
    "office_reminder": [],
    "office_voided": [],
    "office_retentionorder": [],
    "office_chase": ["answer", "answered_at"],
    "office_handover": [],
    "office_handoveritem": [],
    "office_attachment": ["removed_at", "removed_because"],
    "documents_registerimport": [],
    "documents_importedrow": [],
}
# The only tables from which the program takes rows out again; from all others nothing is ever deleted.
TAKEN_OUT = [
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accessfailurelog",
    "axes_accesslog",
    "django_session",
    "documents_importdraft",
    "documents_meetingnotice_attendees",
    "office_day",
    "office_draft",
    "office_follow",
    "office_leave",
    "office_listcolumns",
    "office_phrase",
    "office_postholding",
    "office_savedview",
    "office_scannedpages",
    "otp_static_staticdevice",
    "otp_static_statictoken",
    "otp_totp_totpdevice",
]
# Written by the owner at migrate and backup, or by triggers in his name; never by the application. R-SEC-03:
# whether this is a classified network is the owner's word.
OWNERS_WORD = ["office_backup", "office_installation", "office_tally", "office_tallied"]

WORDS_OF_SECRETS = """
SELECT EXISTS (SELECT FROM office_case c WHERE c.secrecy >= 2 AND (c.title <> ''
    OR EXISTS (SELECT FROM office_attachment a WHERE a.case_id = c.id)
    OR EXISTS (SELECT FROM office_decision d WHERE d.case_id = c.id AND d.opinion <> '')))
"""


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
    """Let `app_role` use what the connection's role owns in `public`, now and later, within the lists above.

    The connection must be the owner's. Tables that do not exist (yet) are passed over.
    """
    with connection.cursor() as cursor:
        for statement in statements(set(connection.introspection.table_names(cursor)), app_role=app_role):
            cursor.execute(statement)


def statements(there: set[str], *, app_role: str) -> list[str]:
    """What `grant` says, where these tables are there; `public` is on the search path."""
    role = _quoted(app_role)
    said = [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}",
        f"REVOKE DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE DELETE ON TABLES FROM {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    ]
    said += [f"GRANT DELETE ON {_quoted(table)} TO {role}" for table in sorted(there.intersection(TAKEN_OUT))]
    histories: dict[str, list[str]] = {table: [] for table in sorted(there) if "_historical" in table}
    for table, columns in {**histories, **APPEND_ONLY}.items():
        if table in there:
            # Taking the right on the table takes it on every column as well.
            said.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {_quoted(table)} FROM {role}")
            if columns:
                said.append(f"GRANT UPDATE ({', '.join(map(_quoted, columns))}) ON {_quoted(table)} TO {role}")
    said += [
        f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {_quoted(table)} FROM {role}"
        for table in OWNERS_WORD
        if table in there
    ]
    return said


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def declare_network(connection: BaseDatabaseWrapper, *, classified: bool) -> None:
    """Write into the database whether this installation may hold classified papers (R-SEC-03). One that holds their
    words is not called ordinary because a line of the settings was forgotten: ImproperlyConfigured."""
    with connection.cursor() as cursor:
        if "office_installation" in connection.introspection.table_names(cursor):
            cursor.execute(WORDS_OF_SECRETS)
            if not classified and cursor.fetchone()[0]:
                raise ImproperlyConfigured(
                    "This database holds the content of classified papers, and CLASSIFIED_NETWORK=1 is missing. Set "
                    "it, or use another database: an ordinary installation may not show these papers (R-SEC-03)."
                )
            cursor.execute("UPDATE office_installation SET classified_network = %s", [classified])
