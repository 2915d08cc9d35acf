"""A disk that is really full: a small one of its own, mounted where nobody else sees it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from office.bench.rooms import ROOT, Office, house, office

pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]

# In a namespace of its own, so that it is gone with the last process that lives in it.
APART = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
SMALL = 'mount -t tmpfs -o mode=0700,size="$1" small "$2" && cd "$3" && shift 3 && exec "$@"'


@pytest.fixture
def desk():
    with house(cases=0) as folder, office(folder / "full", cases=200) as made:
        yield made


def on_a_small_disk(desk: Office, place: Path, *command: str, size: str, **more: str) -> subprocess.CompletedProcess:
    place.mkdir()
    line = [*APART, "sh", "-c", SMALL, "sh", size, str(place), str(ROOT), *command]
    return subprocess.run(line, env={**desk.environment, **more}, capture_output=True, text=True)


def test_scans_and_a_register_on_a_disk_that_fills_up(desk, tmp_path):
    store = tmp_path / "store"
    done = on_a_small_disk(
        desk, store, sys.executable, "-W", "ignore", "-m", "tests.soak.parts", "store_until_full", "{}",
        size="1m", FILES_DIR=str(store),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert "磁盘满了，“scan.pdf”没有收" in found["sentence"]
    assert "服务器的磁盘满了，没有做成" in found["failed"]
    assert found["rows"] == found["on_disk"] != []
    assert (found["unfinished"], found["whole"]) == (0, True)


@pytest.mark.parametrize("size", ["16k", "100k", "400k"])
def test_a_backup_on_a_disk_that_is_too_small(desk, tmp_path, size):
    """It breaks off in the dump, or at what comes after it; nothing lies there then."""
    script = f'{sys.executable} manage.py backup "$0/antou"; code=$?; ls -A "$0" >&2; exit $code'
    done = on_a_small_disk(desk, tmp_path / "b", "sh", "-c", script, str(tmp_path / "b"), size=size)
    assert done.returncode == 1, done.stderr
    assert "磁盘写满了，备份没有做成，没有留下半份" in done.stderr
    assert "antou" not in done.stderr.splitlines()[-1]
