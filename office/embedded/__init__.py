"""The embedded default: real PostgreSQL and Redis out of wheels, for whoever names no servers of his own.

`addresses` only computes, so that reading the settings starts nothing; `using` starts what is missing and
stops it again when nobody else uses it.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from psycopg2 import extensions

from office.embedded import servers
from office.embedded.places import Unavailable, find, make, program, settle

__all__ = [
    "Addresses",
    "Unavailable",
    "addresses",
    "is_empty",
    "local_secret",
    "program",
    "revive",
    "superuser",
    "using",
    "var_folder",
]


@dataclass(frozen=True)
class Addresses:
    database_url: str  # the application's role: owns nothing
    owner_url: str
    redis_url: str


def var_folder() -> Path:
    """Where the office keeps its data: ANTOU_VAR, or `var/` beside manage.py."""
    return Path(os.environ.get("ANTOU_VAR") or Path(__file__).resolve().parents[2] / "var").resolve()


def addresses(var: Path) -> Addresses:
    """The addresses of the servers of `var`, whether they run or not."""
    places = find(var)
    query = f"host={quote(str(places.sockets), safe='')}&port=5432"
    return Addresses(
        database_url=f"postgresql://{servers.APP}@/{servers.DATABASE}?{query}",
        owner_url=f"postgresql://{servers.OWNER}@/{servers.DATABASE}?{query}",
        redis_url=f"unix://{quote(str(places.redis_socket))}?db=0",
    )


def local_secret(var: Path) -> str:
    """The SECRET_KEY of an office that runs on the embedded servers, made at their first start; else ""."""
    try:
        return (var / "secret_key").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def superuser(var: Path, *, database: str = "postgres") -> extensions.connection:
    """A connection, in autocommit, that may do anything: for tests and for mending a database by hand."""
    return servers.connect(find(var), database=database)


def is_empty(var: Path) -> bool:
    """Whether nobody has made the office's tables yet. Only inside `using`."""
    with closing(superuser(var, database=servers.DATABASE)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NULL")
        return cursor.fetchone()[0]


@contextmanager
def using(
    var: Path, *, postgres: bool = True, redis: bool = True, hurried: bool = False
) -> Iterator[Addresses]:
    """Run a block with the servers up, starting what does not run yet.

    Everyone who uses the servers holds a shared lock; whoever leaves and gets it alone was the last and
    stops them. So no command pulls them from under another, and a crash needs no bookkeeping to be undone.
    `hurried` gives up safety against power cuts for speed (tests). Raises Unavailable with a sentence.
    """
    with _explained(var):
        with _alone(var):
            places, account = settle(var)
            _make_secret(places.var / "secret_key")
        users = (places.run / "users.lock").open("a")
    with users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while the last user before us stops the servers
        try:
            _start(var, postgres=postgres, redis=redis, hurried=hurried)
            yield addresses(var)
        finally:
            if _is_last(users):
                servers.stop(places)


def revive(var: Path, *, postgres: bool = True, redis: bool = True) -> None:
    """Start again what died. Only inside `using`: nobody else would stop what is started here."""
    places = find(var)
    postgres = postgres and not servers.answers(places.postgres_socket)
    redis = redis and not servers.answers(places.redis_socket)
    if postgres or redis:
        _start(var, postgres=postgres, redis=redis, hurried=False)


def _start(var: Path, *, postgres: bool, redis: bool, hurried: bool) -> None:
    with _explained(var), _alone(var):
        places, account = settle(var)
        if postgres:
            servers.start_postgres(places, account, hurried=hurried)
        if redis:
            servers.start_redis(places, account, hurried=hurried)


@contextmanager
def _explained(var: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise Unavailable(
            f"{error.filename or var} belongs to another user. Run this as the user who runs the office, "
            "or name another folder in ANTOU_VAR."
        ) from error
    except OSError as error:
        raise Unavailable(f"The embedded servers cannot use {var}: {error}") from error


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """One process at a time settles and starts; the lock is on the folder, which may hold nothing yet."""
    make(var)
    handle = os.open(var, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make_secret(path: Path) -> None:
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(50) + "\n")


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
