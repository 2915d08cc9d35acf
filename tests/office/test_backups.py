"""Backup and restore: everything comes back, nothing damaged does, and nothing is half done."""

import subprocess
import sys
import tarfile
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connections

from documents import registering
from office import acting, backups, embedded, files
from office.embedded import servers
from office.embedded.places import find
from office.models import Organisation, Series, StoredFile, User
from tests import ground
from tests.people import MONDAY, cast

pytestmark = pytest.mark.django_db(transaction=True)
EMPTY = "antou_restored"


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


def make(target, *, of: str):
    with owning(of):
        return backups.backup(target, at=MONDAY, say=str)


def bring_back(source):
    with owning(EMPTY):
        return backups.restore(source, say=str)


@pytest.fixture
def other_office(office_environment, database_name, tmp_path):
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
            "FILES_DIR": str(tmp_path / "files"),
        }
        cursor.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")


@pytest.fixture
def an_office():
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


def test_an_office_comes_back_whole(an_office, office_environment, other_office, tmp_path):
    target = tmp_path / "办公室 备份.tar"
    made = manage("backup", "-o", target, environment=office_environment)
    assert made.returncode == 0, made.stderr
    assert target.stat().st_mode & 0o077 == 0
    back = manage("restore", target, environment=other_office)
    assert back.returncode == 0, back.stderr
    assert rows_of(EMPTY, "SELECT count(*) FROM office_user") == [(User.objects.count(),)]
    place = tmp_path / "files" / an_office.hash[:2] / an_office.hash[2:4] / an_office.hash
    assert place.read_bytes() == "已盖章的回执".encode()
    verified = manage("verify_chain", "--files", environment=other_office)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    (rights,) = rows_of(
        EMPTY, "SELECT has_table_privilege('antou_app', 'office_decision', 'INSERT'),"
        " has_table_privilege('antou_app', 'office_decision', 'DELETE')",
    )
    assert rights == (True, False)


def test_nothing_is_restored_over_an_office(an_office, database_name, tmp_path):
    make(tmp_path / "b.tar", of=database_name)
    with owning(database_name), pytest.raises(backups.NotDone, match="空的数据库"):
        backups.restore(tmp_path / "b.tar", say=str)


def test_a_damaged_backup_is_refused_before_anything_is_written(an_office, database_name, other_office, tmp_path):
    target = tmp_path / "b.tar"
    make(target, of=database_name)
    content = target.read_bytes()
    at = content.index("已盖章".encode())
    target.write_bytes(content[:at] + b"?" + content[at + 1 :])
    with pytest.raises(backups.NotDone, match="已损坏"):
        bring_back(target)
    assert rows_of(EMPTY, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_backup_that_is_cut_is_refused(an_office, database_name, other_office, tmp_path):
    whole, cut = tmp_path / "b.tar", tmp_path / "cut.tar"
    make(whole, of=database_name)
    with tarfile.open(whole) as source, tarfile.open(cut, "w") as target:
        for member in source:
            if not member.name.startswith("files/"):
                target.addfile(member, source.extractfile(member))
    with pytest.raises(backups.NotDone, match="不完整"):
        bring_back(cut)


def test_a_file_that_is_no_backup_is_refused(other_office, tmp_path):
    (tmp_path / "x.tar").write_text("收文登记簿")
    with pytest.raises(backups.NotDone, match="不能当作备份读取"):
        bring_back(tmp_path / "x.tar")


def test_a_backup_with_a_missing_file_is_not_made(an_office, database_name, tmp_path):
    (settings.FILES_DIR / an_office.hash[:2] / an_office.hash[2:4] / an_office.hash).unlink()
    with pytest.raises(backups.NotDone, match="少了 1 份"):
        make(tmp_path / "b.tar", of=database_name)
    assert list(tmp_path.iterdir()) == []
    assert StoredFile.objects.filter(hash=an_office.hash).exists()
