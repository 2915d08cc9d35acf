"""A signed stack comes back as one PDF: each page goes to the sheet whose code it bears, or waits to be placed."""

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.files import Unfit, apart, checked, keep, open_stored
from office.files.checking import room
from office.jobs import Failed
from office.models.files import Job
from office.models.on_paper import MARK, Scan, ScannedPages, SheetOut
from office.models.people import User

from . import desk

# Pages whose codes one child process reads.
AT_ONCE = 10
# Why pages wait, as the page that lists them says it.
WHY = {
    "no-code": gettext_lazy("没有二维码"),
    "two-codes": gettext_lazy("一页上有两个二维码"),
    "unknown": gettext_lazy("不是这里打印的呈批件"),
    "ended": gettext_lazy("这张呈批件已经录入或收回"),
    "not-yours": gettext_lazy("不是您经手的文件"),
    "taken-off": gettext_lazy("从呈批件上移开的"),
}


def bring(upload, *, by: User, at: datetime) -> Scan:
    """Keep a stack until the worker has taken it apart. Raises Unfit: only a PDF is one."""
    with checked([upload]) as ready:
        (one,) = ready
        if one.type != "pdf":
            raise Unfit(_("“%(name)s”不是 PDF。请把批好的整叠扫描成一个 PDF 再传。") % {"name": one.name})
        content = one.path.read_bytes()
        return Scan.objects.create(by=by, at=at, name=one.name[:200], pages=one.pages or 0, content=content)


@dataclass
class Part:
    """Pages `first` to `last` (from 1): of the sheet with this code, or of none for this reason."""

    first: int
    last: int
    code: str = ""
    why: str = ""


def parts_of(codes: list[list[str]]) -> list[Part]:
    """What belongs together, from what the codes on each page say: a page without one goes with the page before it."""
    parts: list[Part] = []
    for number, found in enumerate(codes, start=1):
        ours = [one for one in found if one.startswith(MARK)]
        if not ours and parts:
            parts[-1].last = number
        elif not ours:
            parts.append(Part(number, number, why="no-code"))
        elif len(ours) > 1:
            parts.append(Part(number, number, why="two-codes"))
        elif parts and parts[-1].code == ours[0]:
            parts[-1].last = number
        else:
            parts.append(Part(number, number, code=ours[0]))
    return parts


def run(job: Job, progress: Callable[[int, int], None]) -> tuple[str, str]:
    """The job kind "scan". All of the stack is taken apart, or nothing; repeatable."""
    scan = Scan.objects.select_related("by").get(pk=job.arguments["scan"])
    if scan.content is not None:
        take_apart(scan, progress=progress)
    return reverse("on_paper"), scan.name


def take_apart(scan: Scan, *, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Raises jobs.Failed where the file cannot be read."""
    assert scan.content is not None
    with _on_disk(bytes(scan.content)) as path:
        try:
            codes: list[list[str]] = []
            for first in range(1, scan.pages + 1, AT_ONCE):
                codes += apart.codes(path, first=first, last=min(first + AT_ONCE - 1, scan.pages))
                progress(len(codes), scan.pages)
            parts = parts_of(codes)
            with transaction.atomic():
                sheets = _sheets([one.code for one in parts], clerk=scan.by)
                ScannedPages.objects.bulk_create(_row(scan, one, sheets=sheets, path=path) for one in parts)
                scan.content = None
                scan.save(update_fields=["content"])
        except apart.Failed as failed:
            raise Failed(_("扫描件“%(name)s”读不出来，请重新扫描。") % {"name": scan.name}) from failed


def _sheets(codes: list[str], *, clerk: User) -> dict[str, SheetOut | str]:
    """For each code the sheet it stands on, or why pages with it wait."""
    mine = {one.code: one for one in desk.out(clerk)}
    known = {one.code: one for one in SheetOut.objects.filter(code__in=codes)}

    def told(code: str) -> SheetOut | str:
        if code in mine:
            return mine[code]
        if code not in known:
            return "unknown"
        return "ended" if known[code].ended_at is not None else "not-yours"

    return {code: told(code) for code in codes if code}


def _row(scan: Scan, part: Part, *, sheets: dict[str, SheetOut | str], path: Path) -> ScannedPages:
    found = sheets.get(part.code, part.why)
    row = ScannedPages(scan=scan, first=part.first, count=part.last - part.first + 1)
    with _cut(path, part) as pages:
        if isinstance(found, SheetOut):
            row.sheet, row.stored = found, keep(pages, type="pdf", at=timezone.now(), pages=row.count)
        else:
            row.why, row.content = found, pages.read()
    return row


@contextmanager
def _cut(path: Path, part: Part) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryDirectory(dir=room("incoming")) as folder:
        out = Path(folder) / "part.pdf"
        apart.cut(path, first=part.first, last=part.last, out=out)
        with out.open("rb") as pages:
            yield pages


@contextmanager
def _on_disk(content: bytes) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(dir=room("incoming"), suffix=".pdf") as file:
        file.write(content)
        file.flush()
        yield Path(file.name)


# --- By hand ------------------------------------------------------------------------------------------------


def waiting_to_be_placed(clerk: User) -> list[ScannedPages]:
    """What this clerk has scanned and no sheet was found for."""
    rows = ScannedPages.objects.filter(sheet__isnull=True, scan__by=clerk).defer("content")
    return list(rows.select_related("scan").order_by("scan_id", "first"))


def place(pages: ScannedPages, *, sheet: SheetOut) -> None:
    assert pages.content is not None
    stored = keep(io.BytesIO(bytes(pages.content)), type="pdf", at=timezone.now(), pages=pages.count)
    pages.sheet, pages.stored, pages.content, pages.why = sheet, stored, None, ""
    pages.save(update_fields=["sheet", "stored", "content", "why"])


def take_off(pages: ScannedPages) -> None:
    """From a sheet it was placed on by mistake."""
    assert pages.stored is not None
    with open_stored(pages.stored) as content:
        pages.content = content.read()
    pages.sheet, pages.stored, pages.why = None, None, "taken-off"
    pages.save(update_fields=["sheet", "stored", "content", "why"])


def drop(pages: ScannedPages) -> None:
    """Only what belongs to no sheet (the database keeps to it): a wrong page leaves nothing behind."""
    pages.delete()


def page_picture(pages: ScannedPages, *, page: int, width: int) -> bytes:
    """Page `page` (from 1) of what waits to be placed, as a JPEG. Raises LookupError and apart.Failed."""
    if not 1 <= page <= pages.count:
        raise LookupError(page)
    assert pages.content is not None
    with _on_disk(bytes(pages.content)) as path, tempfile.NamedTemporaryFile(dir=room("incoming")) as out:
        apart.picture(path, kind="pdf", page=page, width=width, out=Path(out.name))
        return Path(out.name).read_bytes()
