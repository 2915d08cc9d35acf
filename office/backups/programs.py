"""PostgreSQL's own programs on the office's database."""

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.db import connection
from django.utils.translation import gettext as _

from office import embedded
from office.fullness import says_full

from .parts import CHUNK, NotDone

# pg_restore writes lines for its own server; an older one does not know them. They stand before the first table.
UNKNOWN_BEFORE = {b"SET transaction_timeout = 0;\n": 170000}
HEAD = 60


def run(program: str, arguments: list[str]) -> None:
    """One program to its end. Raises NotDone with its last words, or OSError where they say that the disk is full."""
    done = subprocess.run(
        _command(program, arguments), env=_environment(), capture_output=True, text=True, check=False, umask=0o077
    )
    if done.returncode:
        raise _failed(program, done.stderr)


def contents(dump: Path) -> str:
    """What pg_restore finds in a dump; it needs no server. Raises NotDone."""
    command = [str(embedded.program("pg_restore")), "--list", str(dump)]
    done = subprocess.run(command, env=_words_in_english(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise _failed("pg_restore", done.stderr)
    return done.stdout


def restore_dump(dump: Path, *, server: int, before: Iterable[str], after: Iterable[str]) -> None:
    """The dump, and statements before and after it, in one transaction: all of it or nothing. Raises NotDone.

    `server`: its version number, such as 180001.

    Only this process writes COMMIT, when pg_restore has come to its end: whoever of the three is killed, psql sees
    its input end without one, and the database stays as it was.
    """
    arguments = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", "--file=-"]
    reading = ["--schema=public", "--no-owner", "--no-privileges", "--file=-", str(dump)]
    with (
        tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as read_said,
        _ended(_started(_command("psql", arguments), stdin=subprocess.PIPE, said=said)) as psql,
        _ended(_started([str(embedded.program("pg_restore")), *reading], stdin=None, said=read_said)) as reader,
    ):  # fmt: skip
        assert psql.stdin is not None and reader.stdout is not None
        try:
            _write(psql.stdin, ["BEGIN", *before])
            for number, line in enumerate(reader.stdout):
                if number >= HEAD or server >= UNKNOWN_BEFORE.get(line, 0):
                    psql.stdin.write(line)
                if number >= HEAD:
                    break
            while piece := reader.stdout.read(CHUNK):
                psql.stdin.write(piece)
            if reader.wait():
                raise _failed("pg_restore", _last_words(read_said))
            _write(psql.stdin, [*after, "COMMIT"])
            psql.stdin.close()
        except BrokenPipeError:
            pass
        if psql.wait():
            raise _failed("psql", _last_words(said))


def _started(command: list[str], *, stdin: int | None, said: IO[bytes]) -> subprocess.Popen[bytes]:
    out = subprocess.PIPE if stdin is None else subprocess.DEVNULL
    return subprocess.Popen(command, env=_environment(), stdin=stdin, stdout=out, stderr=said)


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            if process.stdin is not None:
                with suppress(BrokenPipeError):
                    process.stdin.close()


def _write(out: IO[bytes], statements: list[str]) -> None:
    out.write("".join(f"{one};\n" for one in statements).encode())


def _command(program: str, arguments: list[str]) -> list[str]:
    name = connection.settings_dict["NAME"]
    return [str(embedded.program(program)), "--no-password", f"--dbname={name}", *arguments]


def _environment() -> dict[str, str]:
    """The password goes by environment, never by argument."""
    where = connection.settings_dict
    given = {"PGHOST": where["HOST"], "PGPORT": where["PORT"], "PGUSER": where["USER"], "PGPASSWORD": where["PASSWORD"]}
    return {**_words_in_english(), **given}


def _words_in_english() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace")


def _failed(program: str, words: str) -> Exception:
    if says_full(words):
        return OSError(errno.ENOSPC, words.strip())
    return NotDone(_("%(program)s 没有完成：%(why)s") % {"program": program, "why": words.strip()[-2000:]})
