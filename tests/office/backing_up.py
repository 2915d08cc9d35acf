"""What the tests of backup and restore stand on: an office with a file, and an empty one beside it."""

import os
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connections

from documents import registering
from office import acting, backups, embedded, files
from office.embedded import servers
from office.embedded.places import find
from office.models import Organisation, Series
from tests import ground
from tests.people import MONDAY, cast

# Each worker has its own: their tests run at the same time on one server.
EMPTY = f"antou_restored_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


def manage(*arguments, environment):
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(command, env=environment, cwd=ground.ROOT, capture_output=True, text=True, timeout=120)


@contextmanager
def owning(name: str):
    """The default connection is the owner's, on this database."""
    known = connections["default"]
    connections["default"] = type(known)({**known.settings_dict, "USER": servers.OWNER, "NAME": name}, alias="default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = known


def make(target, *, of: str, **more):
    with owning(of):
        return backups.backup(target, at=MONDAY, say=str, **more)


def bring_back(source, **more):
    with owning(EMPTY):
        return backups.restore(source, at=MONDAY, say=str, **more)


@pytest.fixture
def own_store(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def other_office(office_environment, database_name, own_store, tmp_path):
    """The environment of a second office: an empty database of its own, and an empty store."""
    with closing(embedded.superuser(embedded.var_folder())) as superuser, superuser.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {EMPTY} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {EMPTY} OWNER {servers.OWNER}")
        yield {
            **office_environment,
            **{
                name: office_environment[name].replace(f"/{database_name}?", f"/{EMPTY}?")
                for name in ("DATABASE_URL", "DATABASE_OWNER_URL")
            },
            "FILES_DIR": str(tmp_path / "other"),
        }
        cursor.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")


@pytest.fixture
def other_store(other_office, settings):
    """Turns the store to the second office's, which is empty."""

    def turn() -> None:
        settings.FILES_DIR = settings.FILES_DIR.parent / "other"

    return turn


@pytest.fixture
def an_office(own_store):
    """A paper with an opinion and a stored file."""
    who = cast()
    case = registering.register(
        actor=who.clerk,
        series=Series.objects.get(name="收", year=2026),
        sender=Organisation.objects.create(name="省农业农村厅", group="above", initials="snynct"),
        title="关于做好秋冬种工作的通知",
        received_on=MONDAY.date(),
        at=MONDAY,
    )
    stored = files.keep(ContentFile("已盖章的回执".encode()), type="pdf", at=MONDAY)
    acting.act(
        case.turns.get(), "pass", actor=who.clerk, files=[(stored, "回执.pdf")], at=MONDAY + timedelta(minutes=1)
    )
    return stored


def rows_of(database: str, question: str):
    with closing(servers.connect(find(embedded.var_folder()), database=database)) as link, link.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()
