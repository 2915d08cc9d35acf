"""A register printed by the worker: rendered in pieces, bound, kept as a stored file."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from office import anchoring, registers
from office.files import keep
from office.models.files import Job, StoredFile

from . import pieces
from .book import to_pdf
from .imprint import Imprint
from .spreadsheet import to_xlsx

# A year's register is printed again and again until the next one is; then its pages may go.
KEPT_DAYS = 400


def selection_of(arguments: dict, *, viewer) -> registers.Selection:
    return registers.Selection(
        year=arguments["year"],
        month=arguments.get("month"),
        series=arguments.get("series", ""),
        senders=tuple(arguments.get("senders", ())),
        viewer=viewer,
    )


def imprint(*, registrar: str) -> Imprint:
    """What stands around the rows: office, registrar, last night's anchor, when it was printed."""
    now = timezone.now()
    return Imprint(
        office=settings.OFFICE_NAME, registrar=registrar, anchor=anchoring.latest_words(now), printed_at=now
    )


def pieces_folder() -> Path:
    return settings.VAR_DIR / "pages"


def make(
    code: str,
    selection: registers.Selection,
    *,
    target: Path,
    registrar: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write one register to `target`; its suffix says PDF or Excel."""
    register = registers.get(code)
    if target.suffix == ".xlsx":
        to_xlsx(register, selection, target=target, imprint=imprint(registrar=registrar))
        return
    folder = pieces_folder()
    to_pdf(
        register,
        selection,
        target=target,
        folder=folder,
        imprint=imprint(registrar=registrar),
        progress=progress,
    )
    pieces.prune(folder, days=KEPT_DAYS)


def run(job: Job, progress: Callable[[int, int], None]) -> tuple[StoredFile, str]:
    """The job kind "register": what office/jobs.py calls in the worker."""
    arguments = job.arguments
    selection = selection_of(arguments, viewer=job.asked_by)
    register = registers.get(arguments["code"])
    with tempfile.TemporaryDirectory(prefix="register-") as folder:
        target = Path(folder) / f"register.{arguments['as']}"
        make(arguments["code"], selection, target=target, registrar=job.asked_by.name, progress=progress)
        with target.open("rb") as made:
            stored = keep(made, type=arguments["as"], at=timezone.now())
    return stored, f"{register.title} {register.heading(selection).replace('　', ' ')}.{arguments['as']}"
