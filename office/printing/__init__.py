"""Printing: templates and plain values in, PDF out. WeasyPrint stands behind one function, pdf()."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from .daily import ROOM, DailySheet
from .errors import PaperError
from .folders import FolderCover, SaidSheet, WaitingSheet
from .fonts import printable, uncovered
from .handing import HandoverSheet
from .sheets import LABELS_PER_SHEET, Circulation, Label, Slip

__all__ = [
    "PaperError", "circulation", "daily", "folder_cover", "handover", "html", "labels", "pdf", "printable",
    "said", "slip", "uncovered", "waiting_list",
]  # fmt: skip


def html(template_name: str, context: dict) -> str:
    """The page as it is handed to the printer: what no face can print is already written as 〓〔U+…〕."""
    # The processes that render registers import this package and do without Django.
    from django.template.loader import render_to_string

    return printable(render_to_string(template_name, context))


def pdf(
    template_name: str, context: dict, *, style: str, title: str, created: datetime | None = None
) -> bytes:
    """A template set with templates/print/<style>.css. The same arguments give the same bytes; no network.

    Nothing is cut and nothing is lost silently: a character outside every face is printed as 〓 with its
    code (ask `uncovered(text)` beforehand). Raises PaperError when the template names a file not ours.
    """
    # WeasyPrint takes longer to load than the rest of the program: whoever prints nothing does without.
    from .engine import render

    return render(html(template_name, context), style=style, title=printable(title), created=created)


def slip(sheet: Slip, *, created: datetime | None = None) -> bytes:
    """文件处理单, 送阅文件单 or 报批文件单."""
    return _on_fewest_pages("print/slip.html", [sheet, replace(sheet, tight=True)], created=created)


def circulation(sheet: Circulation, *, created: datetime | None = None) -> bytes:
    """文件传阅单."""
    fewer = [replace(sheet, lines=lines) for lines in range(sheet.lines - 2, len(sheet.readers), -2)]
    return _on_fewest_pages("print/circulation.html", [sheet, *fewer], created=created)


def folder_cover(sheet: FolderCover, *, created: datetime | None = None) -> bytes:
    """呈批夹: the first sheet of what one leader gets."""
    return pdf("print/folder.html", {"sheet": sheet}, style="sheet", title=f"呈批夹 {sheet.leader}", created=created)


def said(sheet: SaidSheet, *, created: datetime | None = None) -> bytes:
    """口头指示补签单."""
    title = f"{sheet.name} {sheet.reference}"
    return pdf("print/said.html", {"sheet": sheet}, style="sheet", title=title, created=created)


def waiting_list(sheet: WaitingSheet, *, created: datetime | None = None) -> bytes:
    """待批清单."""
    title = f"{sheet.name} {sheet.leader}"
    return pdf("print/waiting.html", {"sheet": sheet}, style="sheet", title=title, created=created)


def daily(sheet: DailySheet, *, created: datetime | None = None) -> bytes:
    """每日一页: with as many lines of each part as one sheet holds."""
    from .inspect import page_count

    made = b""
    for room in ROOM:
        parts = [replace(part, room=room) for part in sheet.parts]
        context = {"sheet": replace(sheet, parts=parts)}
        made = pdf("print/daily.html", context, style="daily", title=f"每日一页 {sheet.day}", created=created)
        if page_count(made) == 1:
            break
    return made


def handover(sheet: HandoverSheet, *, created: datetime | None = None) -> bytes:
    """工作交接单, or the list to count by before it."""
    return pdf(
        "print/handover.html", {"sheet": sheet}, style="sheet", title=f"{sheet.name} {sheet.reference}", created=created
    )


def _on_fewest_pages(
    template_name: str, sheets: Sequence[Slip] | Sequence[Circulation], *, created: datetime | None
) -> bytes:
    """The roomiest of these sheets that takes no more pages than the tightest, which stands last: nobody files a page
    that holds one line, or nothing but empty ones."""
    from .inspect import page_count

    def made(sheet: Slip | Circulation) -> tuple[bytes, int]:
        title = f"{sheet.name} {sheet.reference}"
        paper = pdf(template_name, {"sheet": sheet}, style="sheet", title=title, created=created)
        return paper, page_count(paper)

    roomy, pages = made(sheets[0])
    if pages == 1 or len(sheets) == 1:
        return roomy
    tightest, fewest = made(sheets[-1])
    if fewest == pages:
        return roomy
    between = (made(sheet) for sheet in sheets[1:-1])
    return next((paper for paper, count in between if count == fewest), tightest)


def labels(
    stickers: list[Label], *, sheet: bool = False, skip: int = 0, created: datetime | None = None
) -> bytes:
    """Stickers with QR, one to a page of 70 × 37 mm; with `sheet`, 24 to an A4 sheet of which the first
    `skip` (below 24) are already used."""
    places: list[Label | None] = [*[None] * (skip % LABELS_PER_SHEET if sheet else 0), *stickers]
    context = {"labels": places, "layout": "sheet" if sheet else "roll"}
    return pdf("print/labels.html", context, style="label", title="标签", created=created)
