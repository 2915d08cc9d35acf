"""System checks: steps that open turns still need, and what production must not be without."""

from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.utils import DatabaseError


def register() -> None:
    checks.register(undeclared_steps, checks.Tags.database)
    checks.register(owner_apart_from_application, checks.Tags.security, deploy=True)
    checks.register(a_secret_of_its_own, checks.Tags.security, deploy=True)


def undeclared_steps(app_configs, databases=None, **kwargs) -> list[checks.CheckMessage]:
    """A step may only disappear when no open turn lies there (use retired=True)."""
    from office import procedures
    from office.models.cases import Turn

    if not databases:
        return []
    try:
        if Turn._meta.db_table not in connection.introspection.table_names():
            return []
        pairs = (
            Turn.objects.open().order_by().values_list("case__procedure", "step").distinct()
        )
        found = list(pairs)
    except DatabaseError:
        return []
    missing = [
        f"{code}.{step}"
        for code, step in found
        if code not in procedures.REGISTRY or step not in procedures.REGISTRY[code].steps
    ]
    return [
        checks.Error(
            f"Open turns lie at steps no procedure declares: {', '.join(sorted(missing))}.",
            hint="Keep the step with retired=True until the last paper has left it.",
            id="office.E010",
        )
    ] if missing else []


def owner_apart_from_application(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """The application's role must not own the tables: an owner can switch triggers off."""
    owner, app = settings.DATABASE_OWNER_URL, settings.DATABASE_URL
    if owner and owner != app:
        return []
    return [
        checks.Error(
            "DATABASE_OWNER_URL is missing or the same as DATABASE_URL.",
            hint="Give the application a role that owns no table, and migrate with the owner's.",
            id="office.E002",
        )
    ]


def a_secret_of_its_own(app_configs, **kwargs) -> list[checks.CheckMessage]:
    from office.environment import secret

    if secret("SECRET_KEY", ""):
        return []
    return [
        checks.Error(
            "SECRET_KEY (or SECRET_KEY_FILE) is not set: every restart would sign everybody out.",
            id="office.E001",
        )
    ]
