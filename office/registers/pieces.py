"""Pieces: runs of full pages, kept as PDF under the hash of what stands on them.

A register only grows at its end, so yesterday's pages are today's: a second print renders what is new and
merges. A piece holds the grid and the entries only; head, foot and page numbers are laid over it when the
book is bound.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from office.printing import engine, fonts

from . import grid

PAGES = 20
# What the folder of one print's jobs is called; a day later nobody is at it any more.
JOBS = "register-"
ABANDONED_SECONDS = 86_400


@dataclass(frozen=True)
class Piece:
    """A run of pages and the file that holds it once it is rendered; `job` what to render, None when it is
    there."""

    path: Path
    pages: int
    job: Path | None


@cache
def kit() -> str:
    """Changes with everything besides the rows that a page depends on: our code, styles, fonts and
    WeasyPrint."""
    here = Path(__file__).parent
    printing = here.parent / "printing"
    sources = [here / "grid.py", here / "page.py", printing / "fonts.py", printing / "engine.py"]
    digest = hashlib.sha256()
    for path in [*sources, engine.STYLES / "register.css"]:
        digest.update(path.read_bytes())
    faces = [(face.file, (fonts.FOLDER / face.file).stat().st_size) for face in fonts.FACES]
    digest.update(repr([version("weasyprint"), fonts.LATIN, faces, fonts.installed()]).encode())
    return digest.hexdigest()


def form(columns, *, title: str, office: str, period: str) -> dict:
    """What every page of a register shares, as JSON can carry it."""
    edges = grid.placed(columns)
    labels = [
        [line for part in column.label.split("\n") for line in grid.wrap(part, width / grid.EM, "hei")]
        for column, (_left, width) in zip(columns, edges, strict=True)
    ]
    return {
        "title": fonts.printable(title),
        "office": fonts.printable(office),
        "period": fonts.printable(period),
        "columns": [[*edge, column.align] for column, edge in zip(columns, edges, strict=True)],
        "labels": labels,
    }


def planned(pages: Iterable[grid.Page], *, columns: list, folder: Path, jobs: Path) -> Iterator[Piece]:
    """The pieces of a register in order. What is not yet in `folder` is written to `jobs`, so that the text
    of a long register is never in memory at once."""
    pages = iter(pages)
    head = hashlib.sha256(f"{kit()}{json.dumps(columns)}".encode())
    while run := list(islice(pages, PAGES)):
        content = json.dumps([vars(page) for page in run], ensure_ascii=False, sort_keys=True)
        digest = head.copy()
        digest.update(content.encode())
        path = folder / f"{digest.hexdigest()}.pdf"
        job = None
        if path.exists():
            path.touch()
        else:
            job = jobs / f"{path.stem}.json"
            job.write_text(content, encoding="utf-8")
        yield Piece(path, len(run), job)


def prune(folder: Path, *, days: int, now: float | None = None) -> int:
    """Delete pieces no print has used for so many days; how many went. Nothing is lost: they render again.

    With them goes what a print that was killed has left half written, once no print can still be at it.
    """
    now = now or time.time()
    gone = [path for path in folder.glob("*.pdf") if _older(path, now - days * 86_400)]
    for path in gone:
        path.unlink(missing_ok=True)
    for path in folder.glob(".*.part"):
        if _older(path, now - ABANDONED_SECONDS):
            path.unlink(missing_ok=True)
    for path in folder.glob(f"{JOBS}*"):
        if _older(path, now - ABANDONED_SECONDS):
            shutil.rmtree(path, ignore_errors=True)
    return len(gone)


def _older(path: Path, moment: float) -> bool:
    """Another print may take it away while we look."""
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False
