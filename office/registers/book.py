"""A register on paper: laid out, rendered in pieces by other processes, bound into one PDF."""

import resource
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import Register, Selection, grid, pieces, workers
from .binding import bind
from .imprint import Imprint

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Printed:
    """What a print took: pages in the file, pages that had to be rendered, and the largest process in MiB."""

    pages: int
    rendered: int
    peak: int


def to_pdf(
    register: Register,
    selection: Selection,
    *,
    target: Path,
    folder: Path,
    imprint: Imprint,
    progress: Progress | None = None,
    workers_at_once: int = 2,
) -> Printed:
    """Write the register to `target`, whole or not at all. `folder` keeps finished pages between prints and
    is made when missing, readable for this user only: it holds what the registers hold.

    `progress(done, total)` counts pages and is called in this thread, first with what was already there.
    Raises workers.RegisterFailed when a rendering process ends badly.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    form = pieces.form(
        register.columns, title=register.title, office=imprint.office, period=register.heading(selection)
    )
    with tempfile.TemporaryDirectory(prefix=pieces.JOBS, dir=folder) as name:
        jobs = Path(name)
        laid_out = grid.pages(register.rows(selection), columns=register.columns)
        run = list(pieces.planned(laid_out, columns=form["columns"], folder=folder, jobs=jobs))
        missing = list({piece.path: piece for piece in run if piece.job}.values())
        total = sum(piece.pages for piece in run)
        to_render = sum(piece.pages for piece in missing)
        done = total - to_render

        def finished(piece: pieces.Piece) -> None:
            nonlocal done
            done += piece.pages
            if progress:
                progress(done, total)

        if progress:
            progress(done, total)
        peak = workers.render(
            missing, columns=form["columns"], folder=jobs, workers=workers_at_once, finished=finished
        )
        bind(run, target=target, form=form, imprint=imprint)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Printed(pages=total, rendered=to_render, peak=max(peak, own))
