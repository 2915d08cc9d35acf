"""System checks: steps that open turns still need, and what production must not be without."""

from collections.abc import Sequence

from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.utils import DatabaseError

from office.environment import secret

# As Django's security.W009 measures a key.
KEY_LENGTH, KEY_VARIETY = 50, 5
TOKEN_LENGTH = 32
A_GOOD_KEY = "deploy/make-secrets.sh writes one; so does: openssl rand -hex 32"


def register() -> None:
    checks.register(undeclared_steps, checks.Tags.database)
    checks.register(channels_that_can_be_used)
    checks.register(owner_apart_from_application, checks.Tags.security, deploy=True)
    checks.register(a_secret_of_its_own, checks.Tags.security, deploy=True)
    checks.register(a_token_that_cannot_be_guessed, checks.Tags.security, deploy=True)
    checks.register(nothing_for_trying_out, checks.Tags.security, deploy=True)
    checks.register(names_of_its_own, checks.Tags.security, deploy=True)


def undeclared_steps(app_configs, databases=None, **kwargs) -> list[checks.CheckMessage]:
    """A step may only disappear when no open turn lies there (use retired=True)."""
    from office import procedures
    from office.models.cases import Turn

    if not databases:
        return []
    try:
        if Turn._meta.db_table not in connection.introspection.table_names():
            return []
        found = list(Turn.objects.open().order_by().values_list("case__procedure", "step").distinct())
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


def channels_that_can_be_used(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """A channel that cannot work is found out at the start. Of its URL, which holds a token, nothing is said."""
    if not settings.NOTICE_CHANNELS:
        return []
    from office import channels, outward

    found: list[checks.CheckMessage] = []
    for way in settings.NOTICE_CHANNELS.values():
        if not all(outward.readable(url.replace(channels.TO, "somebody")) for url in way.urls):
            found.append(
                checks.Error(
                    f"NOTICE_CHANNELS: a URL of {way.code} ({way.host}) has not the parts such a URL has.",
                    hint="docs/operations.md (Notices outside) shows one of each kind.",
                    id="office.E011",
                )
            )
        if way.public and settings.CLASSIFIED_NETWORK:
            found.append(
                checks.Error(
                    f"NOTICE_CHANNELS: {way.code} leads out to the internet, and this is a classified network.",
                    hint="Take it out: classified systems are kept apart from public networks (R-SEC-04).",
                    id="office.E012",
                )
            )
    return found


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


def a_secret_of_its_own(app_configs, **kwargs) -> Sequence[checks.CheckMessage]:
    """Sessions and password links are only as safe as this key; Django itself merely warns of a weak one."""
    key = secret("SECRET_KEY", "")
    if not key:
        return [
            checks.Error(
                "SECRET_KEY (or SECRET_KEY_FILE) is not set: every restart would sign everybody out.",
                hint=A_GOOD_KEY,
                id="office.E001",
            )
        ]
    if not _is_strong(key):
        return [
            checks.Error(
                f"SECRET_KEY is weak: it needs {KEY_LENGTH} characters, {KEY_VARIETY} of them different.",
                hint=A_GOOD_KEY,
                id="office.E003",
            )
        ]
    return [
        checks.Error(
            "SECRET_KEY_FALLBACKS holds a weak key: it opens what the good one closes.",
            hint="Take it out; a key from deploy/make-secrets.sh is good enough to be kept for a while.",
            id="office.E007",
        )
        for one in settings.SECRET_KEY_FALLBACKS
        if not _is_strong(one)
    ][:1]


def _is_strong(key: str) -> bool:
    return len(key) >= KEY_LENGTH and len(set(key)) >= KEY_VARIETY and not key.startswith("django-insecure-")


def a_token_that_cannot_be_guessed(app_configs, **kwargs) -> Sequence[checks.CheckMessage]:
    """Whoever has it reads the figures of the office without an account."""
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= TOKEN_LENGTH:
        return []
    return [
        checks.Error(
            f"METRICS_TOKEN is short: it needs {TOKEN_LENGTH} characters.",
            hint="openssl rand -hex 32 makes one.",
            id="office.E008",
        )
    ]


def nothing_for_trying_out(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """DEBUG shows the program's insides to strangers, DEMO everybody's password on the login page."""
    return [
        checks.Error(f"{name} must be off in production.", hint=f"Take {name} out of the environment.", id=number)
        for name, on, number in (
            ("DEBUG", settings.DEBUG, "office.E004"),
            ("DEMO", settings.DEMO, "office.E005"),
        )
        if on
    ]


def names_of_its_own(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """Whoever may choose the name in a request chooses where the addresses built from it lead."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        checks.Error(
            "ALLOWED_HOSTS is *: the office answers to any name.",
            hint="Name what people type to reach the office, as in ALLOWED_HOSTS=oa.example.gov.cn.",
            id="office.E006",
        )
    ]
