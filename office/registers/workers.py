"""A few processes at a time, each rendering a few pieces and ending."""

import errno
import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from office.fullness import says_full

from .pieces import Piece

ROOT = Path(__file__).resolve().parents[2]
PIECES_PER_PROCESS = 4


class RegisterFailed(Exception):
    """A rendering process ended badly; the message says how, with the end of what it wrote."""


@dataclass
class _Running:
    process: subprocess.Popen
    output: IO[bytes]
    pieces: list[Piece]
    errors: Path
    done: int = 0


def render(
    missing: Sequence[Piece], *, columns: list, folder: Path, workers: int, finished: Callable[[Piece], None]
) -> int:
    """Render the pieces, `workers` processes at a time; `finished` is called here after each. Returns the
    largest memory any of the processes took, in MiB. Raises RegisterFailed."""
    share = max(1, min(PIECES_PER_PROCESS, -(-len(missing) // workers)))
    waiting = [list(missing[at : at + share]) for at in range(0, len(missing), share)]
    running: dict[int, _Running] = {}
    peak = 0
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    child = _start(waiting.pop(0), columns=columns, folder=folder)
                    running[child.process.pid] = child
                    selector.register(child.output, selectors.EVENT_READ, child)
                for key, _events in selector.select():
                    child = key.data
                    said = os.read(key.fd, 4096)
                    for _line in range(said.count(b"\n")):
                        finished(child.pieces[child.done])
                        child.done += 1
                    if not said:
                        selector.unregister(key.fileobj)
                        del running[child.process.pid]
                        peak = max(peak, _ended(child))
        finally:
            for child in running.values():
                child.process.kill()
                child.process.wait()
                child.output.close()
    return peak


def _start(pieces: list[Piece], *, columns: list, folder: Path) -> _Running:
    job = folder / f"{pieces[0].path.stem}.job"
    order = {"columns": columns, "pieces": [[str(piece.job), str(piece.path)] for piece in pieces]}
    job.write_text(json.dumps(order, ensure_ascii=False), encoding="utf-8")
    errors = job.with_suffix(".err")
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "office.registers.render", str(job)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, cwd=ROOT,
        )  # fmt: skip
    return _Running(process, cast(IO[bytes], process.stdout), pieces, errors)


def _ended(child: _Running) -> int:
    child.output.close()
    _pid, status, usage = os.wait4(child.process.pid, 0)
    child.process.returncode = os.waitstatus_to_exitcode(status)
    if child.process.returncode != 0 or child.done < len(child.pieces):
        words = child.errors.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
        if says_full(words):
            raise OSError(errno.ENOSPC, words)
        raise RegisterFailed(f"A rendering process ended with {child.process.returncode}. {words}")
    return usage.ru_maxrss // 1024
