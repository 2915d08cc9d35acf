"""An office of its own for a test that kills: durable servers, real processes, nothing shared with other tests."""

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from office import embedded
from office.bench.rooms import ROOT, Office
from office.embedded.places import find


def ask(office: Office, part: str, **given: Any) -> Any:
    """What a function of tests/soak/parts.py answers, run inside the office."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.soak.parts", part, json.dumps(given)],
        check=True, cwd=ROOT, env=office.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def running(office: Office, *command: str, **more: str) -> Iterator[subprocess.Popen]:
    """A process of the office in a group of its own; killed with all its children when it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", *command], cwd=ROOT, env={**office.environment, **more},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    """kill -9, the whole family at once: nobody gets a chance to tidy up."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_postgres(var: Path) -> None:
    """kill -9 of the postmaster and of every backend, as the machine's memory warden does it."""
    places = find(var)
    postmaster = int((places.postgres / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
    family = [int(pid) for pid in _children(postmaster)]
    for pid in (postmaster, *family):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def until(done: Callable[[], bool], *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"It was not done after {seconds} s.")
        time.sleep(0.05)


def counted(var: Path, rows: str) -> int:
    """How many rows there are of "table" or "table WHERE …", asked past the office."""
    with closing(embedded.superuser(var, database="antou")) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {rows}")
        return cursor.fetchone()[0]


class Postbox(socketserver.ThreadingTCPServer):
    """A mail server that takes every letter slowly and counts them by address."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Postman)
        self.letters: dict[str, int] = {}
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Postman(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        with suppress(OSError):
            self._talk()

    def _talk(self) -> None:
        self.wfile.write(b"220 postbox\r\n")
        address = ""
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                time.sleep(0.02)
                with self.server.lock:
                    self.server.letters[address] = self.server.letters.get(address, 0) + 1
                self.wfile.write(b"250 taken\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                if word == b"RCPT":
                    address = line.decode().partition("<")[2].partition(">")[0]
                self.wfile.write(b"250 fine\r\n")
