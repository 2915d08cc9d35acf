"""Starting and stopping the two servers. Whoever calls holds the lock that makes him the only one."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import redis
from psycopg2 import extensions
from redis.backoff import NoBackoff
from redis.retry import Retry

from office.embedded.places import Account, Places, Unavailable, program

SUPERUSER = "postgres"
OWNER = "antou_owner"
APP = "antou_app"
DATABASE = "antou"
REDIS_DATABASES = 64
_started: list[subprocess.Popen] = []  # kept to be reaped: a server that ended is no zombie of ours
START_SECONDS = 120  # replaying the log after a power cut takes its time
STOP_SECONDS = 30

# For two cores and a few dozen people. Statements that fail are not written to the log with their text:
# it would hold words of restricted papers.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    # Short questions, asked often: compiling them takes longer than answering them.
    "jit": "off",
    # Nor is a page's statement worth calling helpers for: they take longer to come than it lasts.
    "max_parallel_workers_per_gather": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m ",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# Only for databases that live as long as a test run.
HURRIED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def answers(path: Path) -> bool:
    """Whether somebody listens on this socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(20)
        try:
            probe.connect(os.fspath(path))
        except OSError:
            return False
        return True


def connect(places: Places, *, user: str = SUPERUSER, database: str = "postgres") -> extensions.connection:
    connection = psycopg2.connect(host=str(places.sockets), port=5432, user=user, dbname=database)
    connection.autocommit = True
    return connection


def start_postgres(places: Places, account: Account | None, *, hurried: bool = False) -> None:
    """Make the cluster when there is none, clear what a crash left, start, make roles and database."""
    if not answers(places.postgres_socket):
        if not (places.postgres / "PG_VERSION").exists():
            _initialise(places, account, hurried=hurried)
        _clear_leftovers(places)
        _configure(places, account, hurried=hurried)
        command = [str(program("postgres", account=account)), "-D", str(places.postgres)]
        process = _launch(command, log=places.log / "postgres.log", account=account, cwd=Path("/"))
    else:
        process = None
    _furnish(_ready(places, process))


def start_redis(places: Places, account: Account | None, *, hurried: bool = False) -> None:
    """Redis keeps the queue on disk, so that work handed in before a restart is done after it."""
    if answers(places.redis_socket):
        return
    options = {
        "port": "0",
        "unixsocket": str(places.redis_socket),
        "unixsocketperm": "700",
        "dir": ".",
        "databases": str(REDIS_DATABASES),
        "save": "",
        "appendonly": "no" if hurried else "yes",
        "loglevel": "warning",
    }
    command = [str(program("redis-server", account=account))]
    for name, value in options.items():
        command += [f"--{name}", value]
    log = places.log / "redis.log"
    process = _launch(command, log=log, account=account, cwd=places.redis)
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis(unix_socket_path=str(places.redis_socket)) as client:
        while True:
            try:
                client.ping()
                return
            except redis.RedisError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Unavailable(f"Redis did not start. {_last_words(log)}") from error
            time.sleep(0.01)


def stop(places: Places) -> None:
    """Stop what runs and wait until it is gone, so that the next start finds a clean house."""
    if answers(places.redis_socket):
        # One try only: the answer to SHUTDOWN is a closed line, which the client would take for a fault.
        once = Retry(NoBackoff(), 0)
        with redis.Redis(unix_socket_path=str(places.redis_socket), retry=once) as client:
            client.shutdown()
        _wait(lambda: not answers(places.redis_socket))
    postmaster = places.postgres / "postmaster.pid"
    if answers(places.postgres_socket):
        pid = int(postmaster.read_text(encoding="utf-8").split("\n")[0])
        for how in (signal.SIGINT, signal.SIGQUIT):  # "fast", and "immediate" for one that hangs
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                break
            if _wait(lambda: not postmaster.exists() and not answers(places.postgres_socket)):
                break
    for process in _started:
        process.poll()


def _wait(done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _run_as(account: Account | None) -> dict[str, Any]:
    identity = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    return {
        **identity,
        "umask": 0o077,
        "stdin": subprocess.DEVNULL,
        "env": {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
    }


def _launch(command: list[str], *, log: Path, account: Account | None, cwd: Path) -> subprocess.Popen:
    """A server in a session of its own: Ctrl+C at the terminal is not meant for it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=output, stderr=output, start_new_session=True, **_run_as(account)
        )
    _started.append(process)
    return process


def _initialise(places: Places, account: Account | None, *, hurried: bool) -> None:
    """A new cluster, made beside its place and moved there when complete."""
    part = places.home / "postgres.part"
    if part.exists():
        subprocess.run(["rm", "-rf", str(part)], check=True)
    part.mkdir(mode=0o700)
    if account:
        os.chown(part, account.uid, account.gid)
    command = [
        str(program("initdb", account=account)),
        f"--pgdata={part}",
        f"--username={SUPERUSER}",
        # The sockets lie in a folder nobody else can enter; there is no other way in.
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        # Order by code point everywhere: the same on every system, and an index serves LIKE 'x%'.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        *(["--no-sync"] if hurried else []),
    ]
    result = subprocess.run(command, cwd="/", capture_output=True, check=False, **_run_as(account))
    if result.returncode:
        words = result.stderr.decode(errors="replace").strip()
        raise Unavailable(f"The database could not be made in {places.postgres}. {words}")
    part.rename(places.postgres)


def _configure(places: Places, account: Account | None, *, hurried: bool) -> None:
    """The whole configuration, written anew at each start: the sockets may have moved with `var`."""
    settings = {**SETTINGS, **(HURRIED if hurried else {})}
    settings["unix_socket_directories"] = f'"{places.sockets}"'
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    path = places.postgres / "postgresql.conf"
    path.write_text("".join(lines), encoding="utf-8")
    if account:
        os.chown(path, account.uid, account.gid)


def _clear_leftovers(places: Places) -> None:
    """After a kill -9 or a power cut: nobody may still work on the data, and no old pid file be believed.

    PostgreSQL takes any living process that got the old number for itself and would not start; in a
    container numbers come again at once.
    """
    deadline = time.monotonic() + 10
    while workers := _working_in(places.postgres):
        if time.monotonic() > deadline:
            for pid in workers:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    if Path("/proc/self/cwd").exists():
        (places.postgres / "postmaster.pid").unlink(missing_ok=True)
        places.postgres_socket.with_name(f"{places.postgres_socket.name}.lock").unlink(missing_ok=True)


def _working_in(folder: Path) -> list[int]:
    """The PostgreSQL processes whose working folder this is: all of a cluster's have it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
            if name == "postgres" and os.readlink(process / "cwd") == str(folder):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _ready(places: Places, process: subprocess.Popen | None) -> extensions.connection:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return connect(places)
        except psycopg2.OperationalError as error:
            gone = process is not None and process.poll() is not None
            if gone or time.monotonic() > deadline:
                log = places.log / "postgres.log"
                raise Unavailable(f"PostgreSQL did not start. {_last_words(log)}") from error
        time.sleep(0.01)


def _furnish(connection: extensions.connection) -> None:
    """The two roles and the database; whatever is there already is left alone."""
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", [OWNER, APP])
        known = {name for (name,) in cursor.fetchall()}
        # The owner may make databases for the tests and for a restore; he is no superuser.
        if OWNER not in known:
            cursor.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
        if APP not in known:
            cursor.execute(f"CREATE ROLE {APP} LOGIN")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not cursor.fetchone():
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        cursor.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
        cursor.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}")


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
    return f"Its last words ({log}): " + " / ".join(lines) if lines else f"It said nothing ({log})."
