"""What the tests stand on: one embedded PostgreSQL and Redis per run, a migrated template, and its copies."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from office import embedded
from office.celery import app as celery_app
from office.embedded import servers
from office.embedded.places import find

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "antou_template"
# Whatever shapes a freshly migrated database. A copy kept from an earlier run serves while these are unchanged.
SHAPES = (
    "requirements.txt",
    "tests/ground.py",
    "office/roles.py",
    "*/apps.py",
    "*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
)


def open_ground(stack: ExitStack) -> None:
    """Start the servers for this run, and clear away those a killed run left behind."""
    for folder in Path(tempfile.gettempdir()).glob("antou-test-*"):
        if folder != embedded.var_folder():
            _clear_away(folder)
    stack.callback(shutil.rmtree, embedded.var_folder(), ignore_errors=True)
    stack.enter_context(embedded.using(embedded.var_folder(), hurried=True))


def _clear_away(folder: Path) -> None:
    """A run that is alive holds the users' lock of its folder."""
    lock = folder / "run" / "users.lock"
    if not lock.exists():
        with suppress(OSError):
            folder.rmdir()  # a run that broke off while reading its settings
        return
    if not os.access(lock, os.W_OK):
        return
    with lock.open("a") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        with suppress(redis.RedisError):  # one that hangs must not keep this run from starting
            servers.stop(find(folder))
    shutil.rmtree(folder, ignore_errors=True)


def make_database(name: str, *, kept: Path) -> None:
    """A migrated database of this name, and Django's connection on it in the application's role."""
    var = embedded.var_folder()
    superuser = embedded.superuser(var)
    with _locked(var / "template.lock"), closing(superuser), superuser.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if not cursor.fetchone():
            part = f"{TEMPLATE}_part"
            cursor.execute(f"CREATE DATABASE {part} OWNER {servers.OWNER}")
            _fill_template(part, kept=kept)
            cursor.execute(f"ALTER DATABASE {part} RENAME TO {TEMPLATE}")
        cursor.execute(f"CREATE DATABASE {name} OWNER {servers.OWNER} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    _turn_to(name, role=servers.APP)


def _fill_template(name: str, *, kept: Path) -> None:
    dump = kept / f"{_shape()}.sql"
    address = [f"--host={find(embedded.var_folder()).sockets}", "--username=postgres", f"--dbname={name}"]
    if dump.exists():
        command = [embedded.program("psql"), *address, "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"]
        subprocess.run([*command, f"--file={dump}"], check=True, stdout=subprocess.DEVNULL)
        return
    _turn_to(name, role=servers.OWNER)
    call_command("migrate", verbosity=0)
    connection.close()
    with closing(embedded.superuser(embedded.var_folder(), database=name)) as superuser:
        _keep_seeds(superuser)
    for old in kept.glob("*.sql"):
        old.unlink()
    part = dump.with_suffix(f".{os.getpid()}")
    subprocess.run([embedded.program("pg_dump"), *address, f"--file={part}"], check=True)
    part.rename(dump)


def _shape() -> str:
    digest = hashlib.sha256()
    for pattern in SHAPES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def _turn_to(name: str, *, role: str) -> None:
    """Point Django at another database of the same server; live-server threads share these settings."""
    connection.close()
    connection.settings_dict.update(NAME=name, USER=role)


def _keep_seeds(superuser) -> None:
    """Copies of every row the migrations wrote, out of the application's sight."""
    with superuser.cursor() as cursor:
        cursor.execute("CREATE SCHEMA seed")
        for table in _tables(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE seed."{table}" AS TABLE public."{table}"')


def _tables(cursor, schema: str = "public") -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
    return [name for (name,) in cursor.fetchall()]


class Emptier:
    """Brings the test database back to its freshly migrated state, past triggers and missing rights."""

    def __init__(self, name: str) -> None:
        self.connection = embedded.superuser(embedded.var_folder(), database=name)
        with self.connection.cursor() as cursor:
            # Foreign keys and the triggers that keep decisions look away for this connection alone.
            cursor.execute("SET session_replication_role = replica; SET lock_timeout = '20s'")
            self.seeded = _tables(cursor, "seed")
            tables = [table for table in _tables(cursor) if table not in self.seeded]
            questions = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM public.\"{table}\")" for table in tables]
            questions += [
                f"SELECT '{table}' WHERE EXISTS ("
                f'(SELECT t::text FROM public."{table}" t EXCEPT ALL SELECT t::text FROM seed."{table}" t) UNION ALL '
                f'(SELECT t::text FROM seed."{table}" t EXCEPT ALL SELECT t::text FROM public."{table}" t))'
                for table in self.seeded
            ]
            self.question = " UNION ALL ".join(questions)
            self.columns = {table: self._columns(cursor, table) for table in self.seeded}

    def _columns(self, cursor, table: str) -> str:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [f'public."{table}"'],
        )
        return cursor.fetchone()[0]

    def empty(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(self.question)
            touched = [name for (name,) in cursor.fetchall()]
            statements = [f'DELETE FROM public."{table}"' for table in touched]
            statements += [
                f'INSERT INTO public."{table}" ({self.columns[table]}) SELECT {self.columns[table]} FROM seed."{table}"'
                for table in touched
                if table in self.seeded
            ]
            if statements:
                cursor.execute("; ".join(statements))


def owner(name: str):
    """A connection in autocommit as the owner of the tables of this database."""
    return servers.connect(find(embedded.var_folder()), user=servers.OWNER, database=name)


def environment(name: str) -> dict[str, str]:
    """The environment in which another process of the office works on this test database and queue."""
    addresses = embedded.addresses(embedded.var_folder())
    chosen = {
        "DATABASE_URL": addresses.database_url.replace(f"/{servers.DATABASE}?", f"/{name}?"),
        "DATABASE_OWNER_URL": addresses.owner_url.replace(f"/{servers.DATABASE}?", f"/{name}?"),
        "REDIS_URL": settings.REDIS_URL,
        "ANTOU_VAR": str(settings.VAR_DIR),
        "FILES_DIR": str(settings.FILES_DIR),
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "office.settings",
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    }
    return {**os.environ, **chosen}


class Worker:
    """A real Celery worker on the test database."""

    def __init__(self, process: subprocess.Popen, words: Path) -> None:
        self.process = process
        self.words = words
        self.client = redis.Redis.from_url(settings.REDIS_URL)

    def said(self) -> str:
        """What it wrote so far, tracebacks of failed tasks among it."""
        return self.words.read_text(encoding="utf-8", errors="replace")

    def finish(self, *, seconds: float = 30) -> None:
        """Wait until everything handed in so far is done (late acknowledgement: done means acknowledged)."""
        deadline = time.monotonic() + seconds
        while self.client.llen("celery") or self.client.hlen("unacked"):
            if self.process.poll() is not None:
                raise AssertionError(f"The Celery worker ended with {self.process.returncode}: {self.said()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"The Celery worker was not done after {seconds} s: {self.said()}")
            time.sleep(0.02)


def start_worker(name: str) -> Worker:
    """One worker process for this test database, ready to take work."""
    node = f"{name}@tests"
    command = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "--app", "office", "worker"]
    command += ["--concurrency", "1", "--without-mingle", "--without-gossip", "--hostname", node]
    words = settings.VAR_DIR / f"worker-{name}.log"
    with words.open("wb") as log:
        process = subprocess.Popen(
            command, env=environment(name), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT
        )
    worker = Worker(process, words)
    deadline = time.monotonic() + 60
    while not celery_app.control.ping(destination=[node], timeout=0.3):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"The Celery worker did not start: {worker.said()}")
    return worker


def stop_worker(worker: Worker) -> None:
    worker.process.terminate()
    try:
        worker.process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        worker.process.kill()
        worker.process.wait()


@contextmanager
def heard() -> Iterator[None]:
    """What is handed to the queue inside reaches a worker; elsewhere in the tests nobody listens."""
    try:
        _use_queue("celery")
        yield
    finally:
        _use_queue("unheard")


def _use_queue(name: str) -> None:
    celery_app.conf.task_default_queue = name
    celery_app.__dict__.pop("amqp", None)  # Celery works its routes out once and keeps them there


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
