"""收文登记簿: the printed register of incoming papers, with the fields of domain C."""

import heapq
from collections.abc import Iterator, Sequence
from operator import itemgetter

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from office import access, registers, standing
from office.levels import FIRST_STATE_SECRET
from office.models.cases import Case, Decision, Turn
from office.models.contacts import Organisation
from office.models.numbers import ReservedNumber, Series, Voided
from office.registers import Column, Register, Row, Selection
from office.registers.grid import LINES
from office.standing import AFTERWARDS

from . import registering
from .models import IncomingDocument
from .procedures import Imported
from .sheets import levels, title_on_paper

# The steps a paper is handed over by, in the order of the column: work, a letter in person, a meeting, reading.
HANDED = ("handle", "assist", "keep")
READ = ("attend", "read")
ORDER = {step: place for place, step in enumerate((*HANDED, *READ))}
# A page of words makes no row of a register; the slip has them all.
LONGEST_RESULT = 500
OUTCOMES = {"done": "办结", "reference": "存查", "refused": "退回", "void": "作废"}


@registers.add
class IncomingRegister(Register):
    code = "documents.incoming"
    title = "收文登记簿"
    columns = (
        Column("收文号", 15, "center"),
        Column("收文\n日期", 12, "center", kind="day"),
        Column("来文机关", 26),
        Column("来文字号", 27),
        Column("标　　题", 50, kind="title"),
        Column("密级", 14, "center"),
        Column("缓急", 9, "center"),
        Column("份数", 8, "center", kind="amount"),
        Column("页数", 8, "center", kind="amount"),
        Column("附件", 8, "center", kind="amount"),
        Column("份号", 13, "center"),
        Column("承办单位\n分　　送", 22),
        Column("签收人", 24),
        Column("办理结果", 24),
        Column("归档号", 16),
        Column("备注", 14),
    )

    def heading(self, selection: Selection) -> str:
        """With the senders where only some are chosen, so that nobody takes a part for the whole."""
        groups = "、".join(str(Organisation.Group(one).label) for one in selection.senders)
        senders = _("来文单位：%(groups)s") % {"groups": groups} if groups else ""
        return "　".join(part for part in (super().heading(selection), senders) if part)

    def left_out(self, selection: Selection) -> str:
        """Whoever sees the function by rule reads how many are kept from him; of whom it was opened case by case, that
        these are his."""
        viewer = selection.viewer
        if viewer is not None and not access.identity(viewer).sees:
            return _("只列本人可见的文件")
        books = registering.books_of(selection.year, name=selection.series)
        listed = selected(selection, books=books, few=None).count()
        n = _of(selection, Case.objects.all(), books=books).count() - listed
        words = ngettext("另有 %(n)d 件不在知悉范围内，未列", "另有 %(n)d 件不在知悉范围内，未列", n)
        return words % {"n": n} if n else ""

    def rows(self, selection: Selection) -> Iterator[Row]:
        papers = ((place_of(one.case), row_of(one)) for one in entries(selection).iterator(chunk_size=500))
        for _place, row in heapq.merge(papers, paperless(selection), key=itemgetter(0)):
            yield row


Place = tuple[int, str, int]


def place_of(case: Case) -> Place:
    assert case.series is not None and case.serial is not None
    return case.series.position, case.series.name, case.serial


def paperless(selection: Selection) -> list[tuple[Place, Row]]:
    """Numbers that stand for no paper: drawn beforehand and voided, or still waiting on a sheet (备用号)."""
    if selection.senders:
        return []
    books = {book.pk: book for book in registering.books_of(selection.year, name=selection.series)}
    numbers = ReservedNumber.objects.filter(series__in=books, case__isnull=True).select_related("block")
    voided = {
        (one.series_id, one.number): one
        for one in Voided.objects.filter(series__in=books).select_related("by")
    }
    found = []
    for one in numbers:
        book, void = books[one.series_id], voided.get((one.series_id, one.number))
        if selection.month and timezone.localtime(void.at if void else one.block.at).month != selection.month:
            continue
        cells = [f"{book.name}{one.number:04}", *[""] * (len(IncomingRegister.columns) - 1)]
        if void is None:
            cells[-1] = "备用号，未登"
        reason = f"{void.reason}（{void.by.name} {timezone.localtime(void.at):%m-%d}）" if void else None
        found.append(((book.position, book.name, one.number), Row(cells=cells, void=reason)))
    return sorted(found, key=itemgetter(0))


def entries(selection: Selection) -> QuerySet[IncomingDocument]:
    """The papers of a selection in the order of their books and numbers, with what their rows show."""
    books = registering.books_of(selection.year, name=selection.series)
    cases = selected(selection, books=books, few=few_keys(selection))
    found = with_hands(IncomingDocument.objects.filter(case__in=cases))
    return found.order_by("case__series__position", "case__series__name", "case__serial")


def few_keys(selection: Selection) -> list[int] | None:
    """The cases the viewer can see at all, where they are few."""
    return access.few_keys(selection.viewer) if selection.viewer is not None else None


def selected(selection: Selection, *, books: Sequence[Series], few: list[int] | None) -> QuerySet[Case]:
    """The cases of a selection in its `books`; without a viewer as the registry sees them: everything that is neither
    sealed nor restricted, and of state secrets the number-only entries. `few` is what few_keys() gave."""
    found = (
        access.visible_to(selection.viewer)
        if selection.viewer is not None
        else Case.objects.filter(Q(secrecy__lt=FIRST_STATE_SECRET) | Q(title=""), restricted=False, sealed=False)
    )
    if few is not None:
        found = found.filter(pk__in=few)
    return _of(selection, found, books=books)


def _of(selection: Selection, found: QuerySet[Case], *, books: Sequence[Series]) -> QuerySet[Case]:
    """Those of a year, a month, a book and a group of senders."""
    found = found.filter(series__in=[book.pk for book in books])
    if selection.month:
        # The day it was entered follows the numbers: what came on the last day of a year and was entered on the first
        # of the next is that January's.
        found = found.filter(opened_at__month=selection.month)
    if selection.senders:
        found = found.filter(incomingdocument__sender__group__in=selection.senders)
    return found


def with_hands(found: QuerySet[IncomingDocument]) -> QuerySet[IncomingDocument]:
    """With everything a row shows of them: whose hands they went through, and how they ended."""
    beside = ("case__series", "case__opened_by", "sender", "imported")
    return found.select_related(*beside).prefetch_related(
        Prefetch(
            "case__turns",
            queryset=Turn.objects.filter(step__in=[*HANDED, *READ])
            .select_related("holder", "post__department")
            .order_by("pk"),
            to_attr="hands",
        ),
        Prefetch(
            "case__decisions",
            # What ended it, who first put a hand to it where it was handed to, and what became of his words.
            queryset=Decision.objects.filter(
                Q(move__in=["finish", "void", "not_ours", "correct", "take_back"]) | Q(step__in=list(ORDER))
            ).order_by("number"),
            to_attr="ends",
        ),
    )


def row_of(document: IncomingDocument) -> Row:
    case = document.case
    secrecy, urgency = levels(document)
    void = None
    if case.outcome == "void":
        one = next((one for one in case.ends if one.move == "void"), None)
        void = f"{one.reason}（{one.signed_name} {_day(one.at, case)}）" if one else "作废"
    return Row(
        cells=[
            short_number(case),
            _received(document),
            document.sender.name,
            document.number,
            title_on_paper(case),
            secrecy,
            urgency,
            str(document.copies),
            str(document.pages or ""),
            str(document.enclosures or ""),
            document.copy_number,
            _one_a_line(handed_to(case), most=LINES),
            _one_a_line(signed_for(case)),
            result_of(document),
            document.archived_as,
            remarks(document),
        ],
        void=void,
        key=case.public_id,
    )


def _one_a_line(names: str, *, most: int | None = None) -> str:
    """Names parted by lines, so that none is broken in two; more than `most` would only make the row higher."""
    parts = names.split("、")
    return "\n".join(parts) if most is None or len(parts) <= most else names


def _received(document: IncomingDocument) -> str:
    """Month and day; below the year where it is not the book's: a paper that lay over New Year, or was entered late."""
    series = document.case.series
    same = series is not None and series.year == document.received_on.year
    return f"{document.received_on:%m-%d}" if same else f"{document.received_on:%Y\n%m-%d}"


def short_number(case: Case) -> str:
    return f"{case.series.name}{case.serial:04}" if case.series_id else case.reference


def _day(at, case: Case) -> str:
    """Month and day; with the year where it is not the book's: a paper of December read in January."""
    local = timezone.localtime(at)
    same = case.series is None or case.series.year == local.year
    return f"{local:%m-%d}" if same else f"{local:%Y-%m-%d}"


def _in_order(case: Case) -> list[Turn]:
    """In whose hands it was, as the columns name them; from whom it was called back last."""
    hands = [turn for turn in case.hands if turn.ended_how != "taken_back"]
    return sorted(hands, key=lambda turn: (turn.ended_how == "recalled", ORDER[turn.step]))


def handed_to(case: Case) -> str:
    """承办单位 first, then those it was sent to for help, to go to a meeting, or for reading. Of an old register, what
    stood there."""
    if case.procedure == Imported.code:
        return case.incomingdocument.imported.unit
    kept, back = [], []
    for turn in _in_order(case):
        unit = turn.post.department if turn.post_id else None
        (back if turn.ended_how == "recalled" else kept).append(str(unit or turn.hands))
    called = [f"{name}（收回）" for name in back if name not in kept]
    return "、".join(dict.fromkeys([*kept, *called]))


def signed_for(case: Case) -> str:
    """Who of those it was handed to has signed for it, in the same order, with the date."""
    first = {one.turn_id: one for one in reversed(case.ends) if one.move not in AFTERWARDS}
    signed = []
    for turn in _in_order(case):
        one = first.get(turn.pk)
        if turn.holder_id and _has_signed(turn):
            signed.append(f"{turn.holder.name} {_day(turn.opened_at or turn.issued_at, case)}")
        elif not turn.holder_id and one is not None:
            signed.append(f"{one.signed_name} {_day(one.at, case)}")
    return "、".join(dict.fromkeys(signed))


def _has_signed(turn: Turn) -> bool:
    """A unit signs by opening the paper, or by handing it on; whoever reads or goes to a meeting by saying so."""
    if turn.step == "handle":
        return bool(turn.opened_at or turn.ended_at)
    return turn.ended_how == "moved" or turn.step == "assist" and turn.opened_at is not None


def result_of(document: IncomingDocument) -> str:
    return " ".join(filter(None, result_and_day(document)))


def result_and_day(document: IncomingDocument, *, outcome: str = "") -> tuple[str, str]:
    """What came of it, and the day it was closed. `outcome`: its word on a screen; without it, that of the paper."""
    case = document.case
    if case.outcome == "void":
        return "", ""
    if case.procedure == Imported.code:
        # What the old book says and nothing else: an empty cell is no word of this office.
        return document.imported.outcome, ""
    result = standing.words_of(case.ends, move="report", round_now=case.round)
    if len(result) > LONGEST_RESULT:
        result = f"{result[:LONGEST_RESULT]}……（全文见处理单）"
    if case.outcome:
        return result or outcome or OUTCOMES[case.outcome], _day(case.closed_at, case) if case.closed_at else ""
    return result, ""


def remarks(document: IncomingDocument) -> str:
    late = document.days_late
    parts = [f"补登 {late} 日" if late > 0 else "", document.from_meeting, document.note]
    return "；".join(part for part in parts if part)
