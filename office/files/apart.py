"""Runs office/files/child.py: a few at a time, for a limited time, and without our environment."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

_CHILD = Path(__file__).with_name("child.py")
# Of a processor's time, so that a busy machine refuses nobody; a page takes a tenth of one.
SECONDS = 8
# By the clock, for what sleeps instead of working.
PATIENCE = 25
# Each may take a processor and some hundred megabytes; a web process serves several people.
_few = BoundedSemaphore(2)


class Failed(Exception):
    """`why` is broken, locked, large, page, slow or busy."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def page_count(path: Path, *, kind: str) -> int:
    """Pages of a PDF, frames of a picture, after opening it for a look. Raises Failed."""
    return _run("inspect", kind, str(path))["pages"]


def picture(path: Path, *, kind: str, page: int, width: int, out: Path) -> None:
    """Write page `page` (from 1) as a JPEG of `width` pixels to `out`. Raises Failed."""
    _run("picture", kind, str(path), str(page), str(width), str(out))


def codes(path: Path, *, first: int, last: int) -> list[list[str]]:
    """What the QR codes on pages `first` to `last` of a PDF say, page by page. Raises Failed."""
    return _run("codes", "pdf", str(path), str(first), str(last), seconds=SECONDS * (last - first + 1))["codes"]


def lines(path: Path, *, kind: str) -> list[list]:
    """The text layer of a PDF or OFD: [text, page from 1, left, right, top, size], see child.lines. Raises Failed."""
    return _run("lines", kind, str(path))["lines"]


def cut(path: Path, *, first: int, last: int, out: Path) -> None:
    """Write pages `first` to `last` of a PDF to `out`. Raises Failed."""
    _run("cut", "pdf", str(path), str(first), str(last), str(out))


def _run(*arguments: str, seconds: int | None = None) -> dict:
    seconds = seconds or SECONDS
    if not _few.acquire(timeout=PATIENCE):
        raise Failed("busy")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD), str(seconds), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            timeout=max(PATIENCE, 3 * seconds),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Failed("slow") from error
    finally:
        _few.release()
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Failed("slow")
    if done.returncode != 0:
        # It crashed on what it was given.
        raise Failed("broken")
    answer = json.loads(done.stdout)
    if "wrong" in answer:
        raise Failed(answer["wrong"])
    return answer
