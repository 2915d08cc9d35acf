"""A register printed by the worker: rendered in pieces, bound, kept as a stored file."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from office import anchoring, dials, looks, registers
from office.files import keep
from office.levels import Secrecy
from office.models.cases import Case
from office.models.files import Job, StoredFile
from office.models.people import User

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


def imprint(*, registrar: str, left_out: str = "") -> Imprint:
    """What stands around the rows: office, registrar, last night's anchor, when it was printed."""
    now = timezone.now()
    return Imprint(
        office=dials.office_name(), registrar=registrar, anchor=anchoring.latest_words(now), printed_at=now,
        left_out=left_out,
    )  # fmt: skip


def pieces_folder() -> Path:
    return settings.VAR_DIR / "pages"


def make(
    code: str,
    selection: registers.Selection,
    *,
    target: Path,
    registrar: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Write one register to `target`; its suffix says PDF or Excel. The keys of the entries that stand in it."""
    register = _Noting(registers.get(code))
    around = imprint(registrar=registrar, left_out=register.left_out(selection))
    if target.suffix == ".xlsx":
        to_xlsx(register, selection, target=target, imprint=around)
        return register.keys
    folder = pieces_folder()
    to_pdf(register, selection, target=target, folder=folder, imprint=around, progress=progress)
    pieces.prune(folder, days=KEPT_DAYS)
    return register.keys


class _Noting(registers.Register):
    """A register that remembers what it has listed: no question asked beside it lists just the same."""

    def __init__(self, register: registers.Register) -> None:
        self._register = register
        self.keys: list[str] = []
        # Declared by its class, asked of the object.
        for name in ("code", "title", "columns"):
            setattr(self, name, getattr(register, name))

    def rows(self, selection: registers.Selection) -> Iterator[registers.Row]:
        for row in self._register.rows(selection):
            if row.key:
                self.keys.append(row.key)
            yield row

    def heading(self, selection: registers.Selection) -> str:
        return self._register.heading(selection)

    def left_out(self, selection: registers.Selection) -> str:
        return self._register.left_out(selection)


def run(job: Job, progress: Callable[[int, int], None]) -> tuple[StoredFile, str]:
    """The job kind "register": what office/jobs.py calls in the worker."""
    arguments = job.arguments
    selection = selection_of(arguments, viewer=job.asked_by)
    register = registers.get(arguments["code"])
    with tempfile.TemporaryDirectory(prefix="register-") as folder:
        target = Path(folder) / f"register.{arguments['as']}"
        keys = make(arguments["code"], selection, target=target, registrar=job.asked_by.name, progress=progress)
        job.shows = keys
        job.save(update_fields=["shows"])
        note_looks(keys, person=job.asked_by)
        with target.open("rb") as made:
            stored = keep(made, type=arguments["as"], at=timezone.now())
    return stored, f"{register.title} {register.heading(selection).replace('　', ' ')}.{arguments['as']}"


def note_looks(keys: list[str], *, person: User) -> None:
    """Of guarded papers a line in a register is a look like any other."""
    guarded = Case.objects.filter(public_id__in=keys).filter(Q(restricted=True) | Q(secrecy__gt=Secrecy.NONE))
    for case in guarded.order_by("pk"):
        looks.note(case, person=person, what=gettext_noop("打印登记簿"), at=timezone.now())
