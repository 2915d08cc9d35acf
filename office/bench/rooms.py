"""A private office to measure in: its own folder, servers and web server, all gone afterwards.

What is measured runs in processes of its own (`python -m office.bench PART`), in the application's database role.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from office import embedded

ROOT = Path(__file__).resolve().parents[2]
# Whatever would lead the processes to an office that is in use.
FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY")
BYTES_PER_CASE = 15_000


class TooSmall(Exception):
    """There is no room for the measurement; the text is a sentence."""


@contextmanager
def house(*, cases: int) -> Iterator[Path]:
    """A folder for the offices of one run. Raises TooSmall when the disk cannot hold them."""
    folder = Path(tempfile.mkdtemp(prefix="antou-bench-"))
    try:
        free, wanted = shutil.disk_usage(folder).free, cases * BYTES_PER_CASE
        if free < wanted:
            raise TooSmall(
                f"{folder.parent} has {free >> 30} GiB free, {(wanted >> 30) + 1} GiB are needed: name another folder "
                "in TMPDIR."
            )
        folder.chmod(0o755)  # the servers' user has to get through
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Office:
    """One office with its servers up."""

    def __init__(self, folder: Path) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name.removesuffix("_FILE") not in FOREIGN and name not in ("DATABASE_ROLE", "DEMO", "DEBUG")
        }
        self.environment = {
            **kept,
            "ANTOU_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "office.settings",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "LOG_LEVEL": "ERROR",
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, check=True, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL)

    def ask(self, part: str, **given: Any) -> Any:
        """What `part` ("module.function" of this package) answers, run to its end in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "office.bench", part, json.dumps(given)],
            check=True, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return json.loads(done.stdout.splitlines()[-1])

    @contextmanager
    def talk(self, part: str, **given: Any) -> Iterator[Callable[[str], Any]]:
        """A process that answers one line at a time, so that two offices can be measured in turn."""
        process = subprocess.Popen(
            [sys.executable, "-m", "office.bench", part, json.dumps(given), "--talk"],
            cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        mouth, ear = cast(IO[str], process.stdin), cast(IO[str], process.stdout)

        def say(line: str) -> Any:
            mouth.write(line + "\n")
            mouth.flush()
            answer = ear.readline()
            if not answer:
                raise RuntimeError(f"{part} ended with {process.wait()}.")
            return json.loads(answer)

        try:
            yield say
        finally:
            mouth.close()
            process.wait(timeout=60)

    @contextmanager
    def web(self) -> Iterator[int]:
        """The office's web server as it runs in production, on a free port of this machine."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "office.wsgi"],
            cwd=ROOT, env={**self.environment, "PORT": str(port), "WEB_GRACE_SECONDS": "4"}, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def office(folder: Path, *, cases: int = 0) -> Iterator[Office]:
    """A migrated office with its people and so many papers."""
    with embedded.using(folder):
        made = Office(folder)
        made.manage("migrate", "--verbosity", "0")
        if cases:
            made.manage("populate", "--cases", str(cases))
        yield made


def _wait_for(port: int, process: subprocess.Popen, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"The web server did not answer on port {port}.")
