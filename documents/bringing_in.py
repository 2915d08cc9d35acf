"""An old register becomes papers of this office, all of them or none."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from office import acting, numbering, timing
from office.acting.door import Refused
from office.levels import Secrecy
from office.models.cases import Case
from office.models.numbers import Series
from office.models.people import User

from .legacy import Fault, Paper, Reading
from .models import ImportedRow, IncomingDocument, RegisterImport
from .procedures import Imported
from .registering import FUNCTION, search_words, sender_named

Say = Callable[[int, int], object]


@dataclass(frozen=True)
class Numbers:
    """Which numbers the papers get: their own where the book has them free, else the next of the book."""

    own: bool
    # What is said about it before anything is written; "" where they keep their own.
    words: str = ""


def known_papers(year: int) -> set[tuple[str, str]]:
    """(sender, number) of the papers of that year that are here already: what stands in two files comes in once."""
    rows = IncomingDocument.objects.filter(received_on__year=year).exclude(number="").exclude(case__outcome="void")
    return set(rows.values_list("sender__name", "number"))


# No book of a year gets this far; a longer number is a date or a code with a running number in it.
HIGHEST = 99_999


def numbers_for(papers: Collection[Paper], *, book: Series | None) -> Numbers:
    """Their own numbers are kept where every one is a number, none twice, and the book has no paper of its own yet."""
    serials = [int(paper.seq) for paper in papers if paper.seq.isdecimal() and int(paper.seq) > 0]
    if len(serials) < len(papers):
        return Numbers(False, _("原表有的行没有编号或编号不是数字：导入后按表中顺序另编号，原编号照样保留。"))
    if len(set(serials)) < len(serials):
        return Numbers(False, _("原表的编号有重号：导入后按表中顺序另编号，原编号照样保留。"))
    if max(serials, default=0) > HIGHEST:
        return Numbers(False, _("原表的编号不是顺序号（如 20250037）：导入后按表中顺序另编号，原编号照样保留。"))
    if book is None or book.last == 0:
        return Numbers(True)
    taken = set(Case.objects.filter(series=book, serial__in=serials).values_list("serial", flat=True))
    if book.last == book.imported_to and not taken or max(serials, default=0) <= book.imported_to and not taken:
        return Numbers(True)
    return Numbers(
        False,
        _("“%(book)s”已用到 %(last)d 号：导入的文件接着往下编号，原编号照样保留。") % {"book": book, "last": book.last},
    )


def book_named(name: str, *, year: int) -> Series | None:
    return Series.objects.filter(name=name, year=year).first()


def bring_in(
    reading: Reading, *, book: str, year: int, actor: User, file_name: str, file_hash: str,
    mapping: dict[str, Any], at: datetime | None = None, say: Say = lambda done, total: None,
) -> RegisterImport:
    """All papers of the reading in one transaction. Raises Refused; then nothing has happened."""
    at = at or timezone.now()
    with transaction.atomic():
        series = numbering.of_year(book, year=year)
        series = Series.objects.select_for_update().get(pk=series.pk)
        if series.function != FUNCTION:
            raise Refused(_("“%(book)s”不是收文登记簿，请换一本。") % {"book": series.title})
        if series.number_only:
            raise Refused(_("“%(book)s”只登涉密文件的编号，请换一本。") % {"book": series.title})
        numbers = numbers_for(reading.papers, book=series)
        made = RegisterImport.objects.create(
            function=FUNCTION,
            series=series,
            by=actor,
            at=at,
            file_name=file_name[:200],
            file_hash=file_hash,
            mapping=mapping,
            imported=len(reading.papers),
            skipped=reading.skipped,
            faults=[vars(one) for one in map(_said, reading.faults)],
        )
        opening = timing.office_hours().opening
        last = series.last
        for place, paper in enumerate(reading.papers, 1):
            serial = int(paper.seq) if numbers.own else last + 1
            last = max(last, serial)
            _bring(paper, series=series, serial=serial, actor=actor, batch=made, opening=opening, at=at)
            say(place, len(reading.papers))
        to = last if numbers.own else series.imported_to
        Series.objects.filter(pk=series.pk).update(last=last, imported_to=max(series.imported_to, to))
        return made


def _said(fault: Fault) -> Fault:
    """What is kept of a row left out. Of a classified one nothing but that it is there (R-SEC-03)."""
    return replace(fault, seq=fault.seq[:60], reason=fault.reason[:500])


def _bring(
    paper: Paper, *, series: Series, serial: int, actor: User, batch: RegisterImport, opening: time, at: datetime
) -> Case:
    sender = sender_named(paper.sender, book=series.name)

    def build(case: Case) -> None:
        document = IncomingDocument(
            case=case,
            sender=sender,
            received_on=paper.received,
            number=paper.number,
            number_typed=paper.number_typed,
            dated_on=paper.dated,
            copies=max(1, paper.copies),
            pages=paper.pages,
            enclosures=paper.enclosures,
            purpose=IncomingDocument.Purpose.DECISION,
            channel=IncomingDocument.Channel.UNKNOWN,
            note=paper.note,
        )
        document.save(force_insert=True)
        ImportedRow.objects.create(
            document=document, batch=batch, sheet=paper.sheet[:100], row=paper.row, seq=paper.seq[:60],
            unit=paper.unit[:200], outcome=paper.outcome[:500], written=paper.written,
        )  # fmt: skip
        case.search_text = search_words(document)
        case.save(update_fields=["search_text"])

    return acting.bring_in(
        Imported,
        actor=actor,
        series=series,
        serial=serial,
        title=paper.title,
        opened_at=timezone.make_aware(datetime.combine(paper.received, opening)),
        at=at,
        build=build,
        urgency=paper.urgency,
        secrecy=paper.secrecy,
        restricted=paper.secrecy == Secrecy.WORK,
    )



