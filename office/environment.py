"""Reading the environment: every value is checked, and a bad one stops the start with a sentence."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from office import channels

# What every connection of the program says of itself: the tally counts no other's writing (office/tally.py).
PROGRAM = "office.program"


def text(name: str, default: str) -> str:
    # Compose hands on a variable nobody has set as an empty one.
    return os.environ.get(name) or default


def boolean(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def integer(name: str, default: int, *, least: int = 0) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} up, not {value!r}.")
    return int(value)


def listed(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name)
    if value is None:
        return default
    return [part.strip() for part in value.split(",") if part.strip()]


def choice(name: str, allowed: list[str], default: str) -> str:
    value = os.environ.get(name, "") or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def web_address(name: str, default: str) -> str:
    """An address people can follow from a mail."""
    value = text(name, default)
    try:
        parts = urlsplit(value)
        followed = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        followed = False
    if not followed:
        raise ImproperlyConfigured(f"{name} must be an address with http:// or https://, not {value!r}.")
    return value


def dotted(name: str, default: str) -> str:
    """The path of a class. What cannot be imported would only be found out by the first who needs it."""
    value = text(name, default)
    try:
        import_string(value)
    except ImportError as error:
        raise ImproperlyConfigured(f"{name} must be the path of a class, not {value!r}: {error}.") from error
    return value


def secret(name: str, default: str, *, may_be_empty: bool = False) -> str:
    """A value from NAME, or from the file NAME_FILE points at (container secrets).

    `may_be_empty`: an empty file means that there is none, for what an office need not have.
    """
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, default)
    if os.environ.get(name):
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error
    if not value and not may_be_empty:
        # Taken for "not set", it would quietly start servers of its own beside the office's.
        raise ImproperlyConfigured(f"{name}_FILE names an empty file: {path}.")
    return value


def notice_channels(lines: str) -> dict[str, channels.Way]:
    """The channels beside mail, by code; what is wrong is said without a word of any URL."""
    try:
        return channels.read(lines)
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from None


def named(name: str) -> bool:
    """Whether the environment gives this secret at all, directly or as a file."""
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def database(url: str) -> dict:
    """Django's connection settings for postgresql://user:password@host:port/name?host=/socket/folder."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        given = parts.scheme or repr(url)
        raise ImproperlyConfigured(f"A database address starts with postgresql://, not {given}.")
    query = dict(parse_qsl(parts.query))
    query["options"] = f"{query.get('options', '')} -c {PROGRAM}=on".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "OPTIONS": query,
    }


def redis_database(url: str, *, after: int = 0) -> str:
    """The same Redis server, so many databases further: redis://host:6379/0 or unix:///path?db=0."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        given = parts.scheme or repr(url)
        raise ImproperlyConfigured(f"A Redis address starts with redis:// or unix://, not {given}.")
    query = dict(parse_qsl(parts.query))
    number = query.pop("db", "") or ("" if parts.scheme == "unix" else parts.path.strip("/")) or "0"
    if not number.isdigit():
        raise ImproperlyConfigured(f"The database of a Redis address is a number, not {number!r}.")
    further = str(int(number) + after)
    if parts.scheme == "unix":
        return f"unix://{parts.netloc}{parts.path}?{urlencode({**query, 'db': further})}"
    return urlunsplit(parts._replace(path=f"/{further}", query=urlencode(query)))


def broker(url: str) -> str:
    """A Redis address as Celery spells it: unix:///path?db=1 becomes redis+socket:///path?virtual_host=1."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    query = dict(parse_qsl(parts.query))
    return f"redis+socket://{parts.netloc}{parts.path}?{urlencode({'virtual_host': query.get('db', '0')})}"
