"""Backup and restore: one moment, whole; every table and every file comes back; nothing is half done."""

import hashlib
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connections
from django.test import Client

from documents import registering
from office import backups, embedded, files
from office.backups import making, parts, programs, restoring
from office.embedded import servers
from office.files.storing import not_while_sweeping, place_of
from office.models import Backup, Case, Organisation, Series
from tests import ground
from tests.furnished import furnish
from tests.office.backing_up import (
    EMPTY,
    an_office,
    bring_back,
    make,
    manage,
    other_office,
    other_store,
    own_store,
    owning,
    rows_of,
)
from tests.people import MONDAY, PASSWORD, cast

__all__ = ["an_office", "other_office", "other_store", "own_store"]

pytestmark = pytest.mark.django_db(transaction=True)

ALL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# Pretty: PostgreSQL writes "a OR b OR c" of a dump with fewer brackets than it was first given.
SHAPE = [
    "SELECT tgrelid::regclass::text, tgenabled, pg_get_triggerdef(oid, true) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT sequencename, data_type::text, last_value, increment_by FROM pg_sequences WHERE schemaname = 'public'",
    "SELECT relname, (aclexplode(relacl)).grantee::regrole::text, (aclexplode(relacl)).privilege_type FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace",
    "SELECT attrelid::regclass::text, attname, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL"
    " AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)",
]


def everything_in(database: str) -> dict:
    """The hash of every row of every table, and every rule, right and counter of the database itself."""
    found = {}
    for (table,) in rows_of(database, ALL_TABLES):
        rows = sorted(row for (row,) in rows_of(database, f'SELECT r::text FROM public."{table}" r'))
        found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found | {question: sorted(map(str, rows_of(database, question))) for question in SHAPE}


def differing(one, other):
    """What is in one answer only; for a table its two counts and hashes."""
    return set(one) ^ set(other) if isinstance(one, list) else (one, other)


def stored_in(folder) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("[0-9a-f][0-9a-f]/*/*")
    }


def test_an_office_comes_back_whole_in_every_table_and_every_file(
    office_environment, other_office, database_name, settings, tmp_path
):
    furnish(cast())
    for number in range(3):
        files.keep(ContentFile(f"回执{number}".encode()), type="pdf", at=MONDAY)
    before = everything_in(database_name)
    assert sum(1 for name, told in before.items() if name not in SHAPE and told[0]) > 40, "an office with much in it"
    target = tmp_path / "办公室 备份"
    made = manage("backup", target, environment={**office_environment, "FILES_DIR": str(settings.FILES_DIR)})
    assert made.returncode == 0, made.stderr
    back = manage("restore", target, environment=other_office)
    assert back.returncode == 0, back.stderr
    after = everything_in(EMPTY)
    assert {name: differing(before[name], after.get(name)) for name in before if before[name] != after.get(name)} == {}
    assert set(after) == set(before)
    assert stored_in(tmp_path / "other") == stored_in(settings.FILES_DIR) != {}
    verified = manage("verify_chain", "--files", environment=other_office)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert Backup.objects.get().name == "办公室 备份"
    assert rows_of(EMPTY, "SELECT count(*) FROM office_backup") == [(0,)], "its own row is younger than its moment"


def test_a_backup_is_private_and_shares_nothing_with_the_store(an_office, database_name, tmp_path):
    target = tmp_path / "b"
    make(target, of=database_name)
    paths = [target, *target.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o600}
    kept, copy = place_of(an_office.hash), parts.place_in(target, an_office.hash)
    assert copy.read_bytes() == kept.read_bytes()
    assert copy.stat().st_ino != kept.stat().st_ino
    assert kept.stat().st_nlink == 1


def test_its_list_of_files_is_read_by_sha256sum(an_office, database_name, tmp_path):
    make(tmp_path / "b", of=database_name)
    checked = subprocess.run(["sha256sum", "--check", "files.sha256"], cwd=tmp_path / "b", capture_output=True)
    assert checked.returncode == 0
    assert an_office.hash.encode() in checked.stdout


def test_dump_proofs_and_files_are_of_one_moment_while_people_work(
    an_office, database_name, other_store, monkeypatch, tmp_path
):
    """What is committed before pg_dump has begun to read is in no part of the backup."""
    export = making.run

    def clerk_at_work() -> None:
        try:
            files.keep(ContentFile(b"came later"), type="pdf", at=MONDAY)
            registering.register(
                actor=Case.objects.get().opened_by, series=Series.objects.get(name="收", year=2026), title="后来的",
                sender=Organisation.objects.get(), received_on=MONDAY.date(), at=MONDAY,
            )  # fmt: skip
        finally:
            connections["default"].close()

    def in_between(program, arguments) -> None:
        clerk = threading.Thread(target=clerk_at_work)
        clerk.start()
        clerk.join(20)
        assert rows_of(database_name, "SELECT count(*) FROM office_case") == [(2,)]
        export(program, arguments)

    monkeypatch.setattr(making, "run", in_between)
    assert make(tmp_path / "b", of=database_name).files == 1
    other_store()
    bring_back(tmp_path / "b")
    assert rows_of(EMPTY, "SELECT count(*) FROM office_case") == [(1,)]
    assert rows_of(EMPTY, "SELECT hash FROM office_storedfile") == [(an_office.hash,)]


def test_nothing_is_swept_while_a_backup_copies(an_office, database_name, monkeypatch, tmp_path):
    swept = threading.Event()
    copy = making._copy

    def sweep() -> None:
        with not_while_sweeping(exclusive=True):
            swept.set()

    def while_sweeping(content_hash, place) -> bool:
        threading.Thread(target=sweep, daemon=True).start()
        assert not swept.wait(0.3), "the sweeper waits"
        return copy(content_hash, place)

    monkeypatch.setattr(making, "_copy", while_sweeping)
    make(tmp_path / "b", of=database_name)
    assert swept.wait(5)


def test_a_backup_with_a_lost_file_is_made_only_when_told_so(an_office, database_name, tmp_path):
    place_of(an_office.hash).unlink()
    with pytest.raises(backups.NotDone, match="1 份存放的文件丢失或损坏.*--incomplete"):
        make(tmp_path / "b", of=database_name)
    assert [path.name for path in tmp_path.iterdir()] == ["files"]
    made = make(tmp_path / "b", of=database_name, incomplete=True)
    assert (made.files, made.lost) == (0, 1)
    found = backups.check(tmp_path / "b", say=str)
    assert found.damage == []
    assert any("少了 1 份" in one and an_office.hash in one for one in found.remarks)


def test_a_damaged_file_is_no_part_of_a_backup(an_office, database_name, tmp_path):
    place_of(an_office.hash).write_bytes(b"rot")
    with pytest.raises(backups.NotDone, match="丢失或损坏"):
        make(tmp_path / "b", of=database_name)


@pytest.mark.parametrize(("name", "sentence"), [
    ("full", "里已有东西"), ("no/where", "没有文件夹"), ("files/b", "存放文件的文件夹"),
])  # fmt: skip
def test_a_place_that_will_not_do_is_refused(an_office, database_name, tmp_path, name, sentence):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    with pytest.raises(backups.NotDone, match=sentence):
        make(tmp_path / name, of=database_name)
    assert not any(path.name.endswith(".part") for path in tmp_path.rglob("*"))


# --- A full disk, and whoever is killed ---------------------------------------------------------------------------


@pytest.mark.parametrize("full", ["dump", "file"])
def test_a_full_disk_leaves_nothing_and_says_what_to_do(an_office, database_name, monkeypatch, tmp_path, full):
    """/dev/full answers every byte written to it as a full disk does."""
    copied, run = making.parts.copied, making.run

    def onto_a_full_disk(source, target) -> str:
        target.symlink_to("/dev/full")
        with target.open("wb") as out:
            out.write(source.read())
            out.flush()
        return copied(source, target)

    def export(program, arguments) -> None:
        run(program, [one if "--file" not in one else "--file=/dev/full" for one in arguments])

    monkeypatch.setattr(making.parts, "copied", onto_a_full_disk if full == "file" else copied)
    monkeypatch.setattr(making, "run", export if full == "dump" else run)
    with pytest.raises(backups.NotDone, match="磁盘写满了，备份没有做成，没有留下半份"):
        make(tmp_path / "b", of=database_name)
    assert [path.name for path in tmp_path.iterdir()] == ["files"]
    assert not Backup.objects.exists()


def test_a_disk_that_has_no_room_for_the_files_is_told_before_they_are_copied(
    an_office, database_name, monkeypatch, tmp_path
):
    monkeypatch.setattr(making.shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(backups.NotDone, match="只剩 0.0 MB"):
        make(tmp_path / "b", of=database_name)
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


STALLED = """
import sys, django, time
sys.argv = ["manage.py", "backup", sys.argv[1]]
django.setup()
from office.backups import making
def stall(*arguments):
    print("copying", flush=True)
    time.sleep(60)
making._copy = stall
import runpy
runpy.run_path("manage.py", run_name="__main__")
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_backup_that_is_killed_is_none_and_the_next_clears_up(
    an_office, office_environment, database_name, tmp_path, how
):
    target = tmp_path / "b"
    environment = {**office_environment, "FILES_DIR": str(settings.FILES_DIR), "DATABASE_ROLE": "owner"}
    with subprocess.Popen(
        [sys.executable, "-c", STALLED, str(target)], env=environment, cwd=ground.ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"copying\n"
        process.send_signal(how)
        process.wait(20)
    assert not target.exists()
    assert (tmp_path / ".b.part").exists() is (how == signal.SIGKILL)
    said = []
    with owning(database_name):
        backups.backup(tmp_path / "next", at=MONDAY, say=said.append)
    assert not (tmp_path / ".b.part").exists()
    assert any("已删去" in one for one in said) is (how == signal.SIGKILL)


def test_two_at_once_under_one_name_do_not_mix(an_office, database_name, monkeypatch, tmp_path):
    copy = making._copy

    def second(content_hash, place) -> bool:
        monkeypatch.setattr(making, "_copy", copy)
        with pytest.raises(backups.NotDone, match="正有另一次备份"):
            making._clear_leftovers(tmp_path, say=str)
            with making._beside(tmp_path / "b"):
                pass
        return copy(content_hash, place)

    monkeypatch.setattr(making, "_copy", second)
    assert make(tmp_path / "b", of=database_name).files == 1


# --- Bringing back ------------------------------------------------------------------------------------------------


def test_an_office_is_replaced_only_with_the_number_of_its_papers_and_its_files_are_put_aside(
    an_office, database_name, other_store, tmp_path
):
    wanted = everything_in(database_name)
    make(tmp_path / "b", of=database_name)
    other_store()
    bring_back(tmp_path / "b")
    with owning(EMPTY):
        only_here = files.keep(ContentFile(b"only of the office that goes"), type="pdf", at=MONDAY).hash
        Organisation.objects.create(name="只在这里", group="peer", initials="zzzl")
    there = stored_in(settings.FILES_DIR)
    for word, sentence in [(None, "--over 1"), ("0", "现在是 1，不是 0"), ("yes", "不是 yes")]:
        with pytest.raises(backups.NotDone, match=sentence):
            bring_back(tmp_path / "b", over=word)
    assert rows_of(EMPTY, "SELECT count(*) FROM office_organisation") == [(2,)]
    assert stored_in(settings.FILES_DIR) == there
    made = bring_back(tmp_path / "b", over="1")
    found = everything_in(EMPTY)
    assert {name: differing(wanted[name], found[name]) for name in wanted if found[name] != wanted[name]} == {}
    assert not place_of(only_here).exists()
    assert (made.aside / only_here[:2] / only_here[2:4] / only_here).read_bytes() == b"only of the office that goes"
    assert list(stored_in(settings.FILES_DIR).values()) == [an_office.hash]


def test_files_of_another_office_are_not_mixed_in(an_office, database_name, other_store, tmp_path):
    make(tmp_path / "b", of=database_name)
    other_store()
    foreign = place_of("ab" * 32)
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"x")
    with pytest.raises(backups.NotDone, match="1 份别的文件.*FILES_DIR"):
        bring_back(tmp_path / "b")
    assert rows_of(EMPTY, ALL_TABLES) == []
    assert foreign.read_bytes() == b"x"


def test_an_office_at_work_is_not_replaced(an_office, database_name, tmp_path):
    make(tmp_path / "b", of=database_name)
    connections["default"].ensure_connection()
    with pytest.raises(backups.NotDone, match="停下 web、worker 和 beat"), owning(database_name):
        backups.restore(tmp_path / "b", at=MONDAY, say=str, over="1")


def test_rows_that_do_not_come_back_as_they_were_undo_the_whole_restore(
    an_office, database_name, other_store, tmp_path
):
    """The last thing the one transaction does is to prove every table."""
    make(tmp_path / "b", of=database_name)
    manifest = parts.read_manifest(tmp_path / "b")
    forged = {**manifest.tables, "office_organisation": {**manifest.tables["office_organisation"], "sha256": "0" * 64}}
    (tmp_path / "b" / "backup.json").write_text(replace(manifest, tables=forged).text())
    other_store()
    with pytest.raises(backups.NotDone, match="office_organisation came back"):
        bring_back(tmp_path / "b")
    assert rows_of(EMPTY, ALL_TABLES) == []


def test_a_restore_whose_reader_dies_changes_nothing(an_office, database_name, other_store, monkeypatch, tmp_path):
    """Half a dump ends like a whole one for who only reads it: without COMMIT it is nothing."""
    make(tmp_path / "b", of=database_name)
    other_store()

    class Dying(subprocess.Popen):
        def __init__(self, command, **more):
            super().__init__(command, **more)
            if "--schema=public" in command:
                self.stdout.peek(1)
                self.kill()

    monkeypatch.setattr(programs.subprocess, "Popen", Dying)
    with pytest.raises(backups.NotDone, match="pg_restore"):
        bring_back(tmp_path / "b")
    assert rows_of(EMPTY, ALL_TABLES) == []
    monkeypatch.undo()
    said = []
    with owning(EMPTY):
        backups.restore(tmp_path / "b", at=MONDAY, say=said.append)
    assert any("已有这份备份的 1 份文件" in one for one in said), "the files of the first time are no hindrance"
    assert rows_of(EMPTY, "SELECT count(*) FROM office_case") == [(1,)]


def test_a_full_disk_while_files_come_back_leaves_the_database_empty(
    an_office, database_name, other_store, monkeypatch, tmp_path
):
    make(tmp_path / "b", of=database_name)
    other_store()
    monkeypatch.setattr(restoring, "put_back", lambda *_one, **_more: Path("/dev/full").write_bytes(b"x"))
    with pytest.raises(backups.NotDone, match="磁盘写满了，恢复没有做成.*再运行一次"):
        bring_back(tmp_path / "b")
    assert rows_of(EMPTY, ALL_TABLES) == []


# --- The key --------------------------------------------------------------------------------------------------------

SECRETS = {
    "SECRET_KEY": "k3y-of-the-office-8f27c1d94be05a6377e1", "SECRET_KEY_FALLBACKS": "older-k3y-5512aa90 oldest-k3y-7",
    "EMAIL_HOST_PASSWORD": "ma1l-pass-6c1d", "METRICS_TOKEN": "scrape-token-5d5d0a7be1f2c3d4e5f60718",
    "NOTICE_CHANNELS": "feishu/wanghai feishu://h00k-token-77ab31c9",
}  # fmt: skip


def test_a_backup_holds_no_key(an_office, office_environment, tmp_path):
    owner = office_environment["DATABASE_OWNER_URL"].replace(f"{servers.OWNER}@", f"{servers.OWNER}:0wner-pass-91ab@")
    environment = {**office_environment, **SECRETS, "DATABASE_OWNER_URL": owner, "FILES_DIR": str(settings.FILES_DIR)}
    made = manage("backup", tmp_path / "b", environment=environment)
    assert made.returncode == 0, made.stderr
    dump = [embedded.program("pg_restore"), "--file=-", tmp_path / "b" / "database.dump"]
    plain = subprocess.run(dump, capture_output=True, check=True).stdout
    assert b"office_decision" in plain
    everything = plain + b"".join(path.read_bytes() for path in (tmp_path / "b").rglob("*") if path.is_file())
    words = [*" ".join(SECRETS.values()).split(), "0wner-pass-91ab"]
    assert [word for word in words if word.encode() in everything] == []


def test_what_stays_closed_without_the_key_is_who_was_signed_in_and_nothing_else(
    an_office, database_name, other_store, settings, tmp_path
):
    settings.SECRET_KEY = "the office's own"
    signed_in, newcomer = Client(), Client()
    clerk = Case.objects.get().opened_by
    signed_in.force_login(clerk)
    make(tmp_path / "b", of=database_name)
    other_store()
    bring_back(tmp_path / "b")
    with owning(EMPTY):
        known = signed_in.cookies["sessionid"].value
        assert signed_in.get("/me/").status_code == 200
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", ["the office's own"]
        assert signed_in.get("/me/").status_code == 200, "a rotated key signs nobody out"
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
        other = Client()
        other.cookies["sessionid"] = known
        assert other.get("/me/").status_code == 302
        newcomer.post("/login/", {"username": clerk.username, "password": PASSWORD})
        assert newcomer.get("/me/").status_code == 200
