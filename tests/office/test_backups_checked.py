"""Looking through a backup without a database: what is damaged, what does not fit, what stays closed."""

import json
import os
import shutil
from dataclasses import replace
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from office import backups, keys
from office.backups import parts
from tests.office.backing_up import an_office, make, manage, own_store, owning

__all__ = ["an_office", "own_store"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "b"


@pytest.fixture
def whole(kept, request, database_name, tmp_path):
    """A copy of one backup with one file, whose office and store are gone."""
    if not kept.exists():
        request.getfixturevalue("an_office")
        make(kept, of=database_name)
        shutil.rmtree(settings.FILES_DIR)
    shutil.copytree(kept, tmp_path / "b")
    return tmp_path / "b"


def the_file(folder):
    (content_hash,) = parts.listed(folder)
    return parts.place_in(folder, content_hash)


def damage_file(folder) -> None:
    the_file(folder).write_bytes("已盖草的回执".encode())


def lose_file(folder) -> None:
    the_file(folder).unlink()


def damage_dump(folder) -> None:
    dump = folder / "database.dump"
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)


def cut_dump(folder) -> None:
    (folder / "database.dump").write_bytes((folder / "database.dump").read_bytes()[:5000])


def lose_list(folder) -> None:
    (folder / "files.sha256").unlink()


def forge_count(folder) -> None:
    words = json.loads((folder / "backup.json").read_text())
    words["tables"]["office_case"]["rows"] += 1
    (folder / "backup.json").write_text(json.dumps(words))


def lose_manifest(folder) -> None:
    (folder / "backup.json").unlink()


def scribble_manifest(folder) -> None:
    (folder / "backup.json").write_text("收文登记簿")


def other_format(folder) -> None:
    (folder / "backup.json").write_text('{"format": 1}')


def come_from_the_future(folder) -> None:
    rewrite(folder, migrations=[["office", "0999_of_a_later_day"]])


def come_from_a_classified_network(folder) -> None:
    rewrite(folder, classified_network=True)


def no_dump_at_all(folder) -> None:
    """Whole by its hash, and still not what pg_restore reads."""
    (folder / "database.dump").write_bytes(b"not a dump")
    hashes = {name: parts.hash_of(folder / name) for name in ("database.dump", "files.sha256")}
    rewrite(folder, parts=hashes)


def rewrite(folder, **changed) -> None:
    (folder / "backup.json").write_text(replace(parts.read_manifest(folder), **changed).text())


@pytest.mark.parametrize(("harm", "sentence"), [
    (damage_file, "已损坏"), (lose_file, "缺 files/"), (damage_dump, "database.dump 已损坏"), (cut_dump, "已损坏"),
    (lose_list, "缺 files.sha256"), (forge_count, "校验值不符"), (lose_manifest, "没有 backup.json"),
    (scribble_manifest, "读不出来"), (other_format, "格式是 1"), (come_from_the_future, "先升级程序"),
    (come_from_a_classified_network, "CLASSIFIED_NETWORK=1"), (no_dump_at_all, "pg_restore 没有完成"),
])  # fmt: skip
def test_a_damaged_or_unfit_backup_is_named_and_not_restored(whole, own_store, harm, sentence):
    harm(whole)
    with owning("no such database"):
        with pytest.raises(backups.NotDone, match=sentence):
            raise backups.NotDone("\n".join(backups.check(whole, say=str).damage))
        with pytest.raises(backups.NotDone, match=sentence):
            backups.restore(whole, at=None, say=str)
    assert not settings.FILES_DIR.exists(), "nothing was written"


def test_check_needs_no_server_and_ends_with_one_on_damage(whole, tmp_path):
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "office.settings", "SECRET_KEY": "x",
        "ANTOU_VAR": str(tmp_path / "var"),
    }  # fmt: skip
    call_command("restore", str(whole), "--check", stdout=(said := StringIO()), stderr=StringIO())
    assert "每一份都完好" in said.getvalue()
    assert "1 份文件" in said.getvalue()
    lost = the_file(whole)
    lost.unlink()
    lacking = manage("restore", whole, "--check", environment=environment)
    assert (lacking.returncode, lost.name in lacking.stderr) == (1, True)
    assert not (tmp_path / "var").exists(), "no server was started"


def test_what_does_not_belong_to_it_is_remarked_and_left_out(whole):
    (whole / "readme.txt").write_text("x")
    found = backups.check(whole, say=str)
    assert found.damage == []
    assert any("readme.txt" in one for one in found.remarks)


def test_one_of_an_earlier_program_is_good_and_asks_for_migrate(whole):
    rewrite(whole, migrations=[["office", "0001_core"]])
    found = backups.check(whole, say=str)
    assert found.damage == []
    assert any("manage.py migrate" in one for one in found.remarks)


# --- The key --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "fallbacks", "same"), [
    ("only for the tests", [], True), ("a new one", ["only for the tests"], True), ("a new one", ["another"], False),
])  # fmt: skip
def test_without_the_key_it_says_what_stays_closed_and_what_to_do(whole, settings, key, fallbacks, same):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, fallbacks
    found = backups.check(whole, say=str)
    assert found.damage == [], "it can be restored without the key"
    assert any("密钥就是备份时的密钥" in one for one in found.remarks) is same
    assert any("重新登录一次" in one and "SECRET_KEY_FALLBACKS" in one for one in found.remarks) is not same


def test_a_function_that_encrypts_adds_its_key_and_its_sentence(whole, monkeypatch):
    monkeypatch.setattr(keys, "KEYS", dict(keys.KEYS))
    held = ["the key of sealed names"]
    keys.add(keys.Key("NAMES_KEY", values=lambda: held, closed="密封的姓名。", remedy="请把它放回。"))
    with pytest.raises(ValueError, match="NAMES_KEY"):
        keys.add(keys.Key("NAMES_KEY", values=lambda: held, closed="", remedy=""))
    rewrite(whole, keys=keys.check_values())
    assert "the key of sealed names" not in (whole / "backup.json").read_text()
    assert backups.check(whole, say=str).remarks == ["本机的密钥就是备份时的密钥。"]
    held[:] = ["another"]
    (words,) = backups.check(whole, say=str).remarks
    assert "密封的姓名" in words
    del keys.KEYS["NAMES_KEY"]
    (words,) = backups.check(whole, say=str).remarks
    assert "NAMES_KEY" in words


def test_a_check_value_is_another_every_time_and_as_slow_to_guess_as_a_password():
    first, second = keys.check_values(), keys.check_values()
    assert first["SECRET_KEY"]["value"] != second["SECRET_KEY"]["value"]
    assert keys.COST["n"] >= 2**14
