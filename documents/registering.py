"""The one way a paper enters the office: from the form, from a file, from the demo."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, QuerySet, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import acting, procedures
from office.acting.door import Refused, marked, wordless
from office.levels import FIRST_STATE_SECRET, LONGEST_PERIOD, Secrecy, Urgency
from office.models.cases import Case
from office.models.contacts import Organisation
from office.models.dials import ProcedureChoice
from office.models.numbers import Series
from office.models.people import User
from office.shorthand import initials, read_document_number, short_document_number

from . import paths
from .models import IncomingDocument, MeetingNotice
from .procedures import FORMS

FUNCTION = "documents.incoming"
# A telegram's own urgency runs as a paper's (defaults.md).
TELEGRAM_RUNS_AS = {
    "most": Urgency.FLASH,
    "flash": Urgency.FLASH,
    "urgent": Urgency.URGENT,
    "plain": Urgency.NORMAL,
}


# What an envelope does not show (R-IN-25).
UNOPENED: dict[str, Any] = {
    "number": "", "number_typed": "", "dated_on": None, "pages": None, "enclosures": 0, "from_meeting": "",
    "answer_wanted": False, "answer_by": None, "note": "",
}  # fmt: skip


def senders_by_letters(typed: str) -> QuerySet[Organisation]:
    """省农业农村厅 by snynct, and by snyt: some of its letters in their order; what begins with them first."""
    letters = ".*".join(re.escape(letter) for letter in typed.lower())
    begins = When(initials__startswith=typed.lower(), then=0)
    found = Organisation.objects.filter(retired=False, initials__regex=letters)
    return found.order_by(models.Case(begins, default=1), "-used", "name")


# Whom a book is for (defaults.md): a sender nobody has placed yet is placed by the book it is first entered in.
GROUP_OF_BOOK = {
    "收": Organisation.Group.ABOVE,
    "平": Organisation.Group.PEER,
    "内": Organisation.Group.BELOW,
    "信": Organisation.Group.PEOPLE,
}


def book_of(sender: Organisation, *, chosen: str) -> str:
    """R-IN-05: the book of this sender's group, where `chosen` is one of those kept by group; else `chosen`."""
    if chosen not in GROUP_OF_BOOK:
        return chosen
    return next((book for book, group in GROUP_OF_BOOK.items() if group == sender.group), chosen)


def sender_named(name: str, *, book: str = "") -> Organisation:
    """The organisation of this name, made in place when the office has not had it before. By `book`, the letters of
    the register, the office knows how it stands to the sender (R-IN-10, R-IN-21)."""
    name = " ".join(name.split())
    group = GROUP_OF_BOOK.get(book, Organisation.Group.OTHER)
    given = {"initials": initials(name)[:60], "group": group}
    found, made = Organisation.objects.get_or_create(name=name, defaults=given)
    if not made and found.group == Organisation.Group.OTHER != group:
        found.group = group
        found.save(update_fields=["group"])
    return found


def form_of(purpose: str, *, meeting: bool) -> str:
    if meeting and purpose != IncomingDocument.Purpose.ENVELOPE:
        return FORMS["meeting"]
    return FORMS[purpose]


def procedure_for(form: str, *, on: date) -> type[procedures.Procedure]:
    """The procedure the office has chosen for new papers of this form; the first declared without a choice."""
    choice = ProcedureChoice.objects.filter(form=form, since__lte=on).order_by("-since").first()
    declared = procedures.serving(form)
    return next((one for one in declared if choice and one.code == choice.procedure), declared[0])


def register(
    *,
    actor: User,
    series: Series,
    sender: Organisation,
    title: str = "",
    token: UUID | None = None,
    at: datetime | None = None,
    urgency: str = Urgency.NORMAL,
    secrecy: int = Secrecy.NONE,
    restricted: bool = False,
    meeting: dict[str, Any] | None = None,
    attach: Callable[[Case], Any] | None = None,
    hashes: Collection[str] = (),
    procedure: str = "",
    reserved: int | None = None,
    **fields: Any,
) -> Case:
    """Give a paper its number and put it into the first hands, or do nothing at all. Raises Refused.

    `fields` are IncomingDocument's; `attach(case)` stores the files inside the same transaction, `hashes` are those
    files'; `meeting` the columns of MeetingNotice; `reserved` the number drawn beforehand for it. A telegram's urgency
    decides the case's. The form sent twice gives the paper that exists, and with anything else in it AlreadySent.
    """
    at = at or timezone.now()
    purpose = fields.get("purpose", IncomingDocument.Purpose.DECISION)
    telegram = fields.get("telegram", "")
    if telegram:
        urgency = TELEGRAM_RUNS_AS[telegram]
    _refuse_secrets(series, sender=sender, secrecy=secrecy, meeting=meeting, fields=fields)
    for name, value in {**fields, **(meeting or {})}.items():
        if isinstance(value, str) and (sentence := marked(value)):
            raise Refused(sentence, field=name)
    form = form_of(purpose, meeting=meeting is not None)
    chosen = procedures.get(procedure) if procedure else procedure_for(form, on=timezone.localdate(at))
    if purpose == IncomingDocument.Purpose.ENVELOPE:
        title = ""
        fields |= UNOPENED
    built = False

    def build(case: Case) -> None:
        nonlocal built
        built = True
        document = IncomingDocument(case=case, sender=sender, **fields)
        document.save(force_insert=True)
        if meeting is not None:
            MeetingNotice.objects.create(document=document, **meeting)
        Organisation.objects.filter(pk=sender.pk).update(used=sender.used + 1)
        if attach is not None:
            attach(case)
        if not wordless(case):
            case.search_text = search_words(document)
            case.save(update_fields=["search_text"])
        paths.start_answer_clock(document, at=at)

    # R-SEC-07: work secrets are read by people named one by one, never by a post's rule.
    restricted = restricted or secrecy == Secrecy.WORK
    with transaction.atomic():
        case = acting.start(
            chosen,
            actor=actor,
            title=title,
            token=token,
            at=at,
            series=series,
            reserved=reserved,
            build=build,
            urgency=urgency,
            secrecy=secrecy,
            restricted=restricted,
        )
        if not built:
            said = {"sender": sender, **fields}
            _refuse_another(case, said, book=series, urgency=urgency, secrecy=secrecy, meeting=meeting, hashes=hashes)
        return case


# Beside the title: the columns that would say what a paper is about.
WORDS = ("note", "mismatch", "from_meeting")
ARTICLE = gettext_lazy("《保守国家秘密法》第三十一条，R-SEC-03")
# A number and nothing else: 国密〔2026〕3号, 机发2026-3, CZ2026003, 2026年第3号, 第12期, 9号之一; and of a copy:
# 000012, 第3号, 3/50, 共50份第3份.
NUMBER_ALONE = re.compile(
    r"(\D{0,12}〔\d{4}〕第?|\D{0,8}(\d{2,4}年?[-—.]?)?第?)\d{1,20}[号期]?(之[一二三四五六七八九十\d]+)?"
)
COPY_ALONE = re.compile(r"[0-9A-Za-z第共份号页.#/—-]{1,30}")
# What stands in titles and not in the mark of an office.
OF_A_TITLE = re.compile(r"关于|的|[，。、：；“”《》\s]")
# What an organisation is not called, and papers are.
TITLE_OF_A_PAPER = re.compile(r"关于|[的《》，。；：“”]|(通知|通报|报告|请示|意见|方案|决定|批复|纪要)$")


def words_on_a_secret(values: Mapping[str, Any]) -> dict[str, Any]:
    """R-SEC-03: of what was typed about a state secret, by column, the sentences that refuse it."""
    found: dict[str, Any] = {}
    if values.get("title"):
        found["title"] = _("涉密文件只登编号、来文单位、密级和期限，不写标题（%(article)s）。") % {"article": ARTICLE}
    number = read_document_number(values.get("number") or "")
    if number and (OF_A_TITLE.search(number) or not NUMBER_ALONE.fullmatch(number)):
        found["number"] = _("涉密文件只登编号，这里不像一个文号（%(article)s）。") % {"article": ARTICLE}
    if (copy := (values.get("copy_number") or "").strip()) and not COPY_ALONE.fullmatch(copy):
        found["copy_number"] = _("涉密文件的份号只写编号（%(article)s）。") % {"article": ARTICLE}
    if TITLE_OF_A_PAPER.search((values.get("sender") or "").strip()):
        found["sender"] = _("涉密文件只登来文单位，这里不像一个单位的名称（%(article)s）。") % {"article": ARTICLE}
    for name in WORDS:
        if values.get(name):
            column = IncomingDocument._meta.get_field(name).verbose_name
            found[name] = _("涉密文件不写“%(column)s”（%(article)s）。") % {"column": column, "article": ARTICLE}
    return found


def _refuse_secrets(
    series: Series, *, sender: Organisation, secrecy: int, meeting: dict | None, fields: dict
) -> None:
    if series.number_only and secrecy < FIRST_STATE_SECRET:
        raise Refused(
            _("“%(book)s”只登涉密文件，请选密级或换一本。") % {"book": series.title}, field="secrecy"
        )
    if secrecy >= FIRST_STATE_SECRET and not settings.CLASSIFIED_NETWORK:
        for name, sentence in words_on_a_secret({**fields, "sender": sender.name}).items():
            raise Refused(sentence, field=name)
        if meeting is not None:
            raise Refused(
                _("涉密的会议通知请登在“密”本，时间地点只在纸上（《保守国家秘密法》第三十一条，R-SEC-03）。"),
                field="series",
            )
    years = fields.get("secrecy_years")
    longest = LONGEST_PERIOD.get(secrecy)
    if years and longest and years > longest:
        raise Refused(
            _("%(level)s级的保密期限最长 %(n)d 年（《保守国家秘密法》第二十条，R-SEC-02）。")
            % {"level": Secrecy(secrecy).label, "n": longest},
            field="secrecy_period",
        )


def takes_numbers_only(book: str) -> bool:
    """Whether the book of these letters is for state secrets."""
    return Series.objects.filter(function=FUNCTION, name=book, number_only=True).exists()


def search_words(document: IncomingDocument) -> str:
    """What a clerk looks a paper up by, besides its title."""
    sender = document.sender
    short = short_document_number(document.number)
    words = [sender.name, sender.short_name, document.number, short, document.number_typed, document.from_meeting]
    if not document.is_envelope:
        words.append(document.note)
    return " ".join(dict.fromkeys(word for word in words if word))


def books_of(year: int, *, name: str = "") -> list[Series]:
    """The incoming books of a year (or the one of this name), each with `newest`: the key of the case entered last,
    None without any. A late entry has the newest key and an old number."""
    last = Case.objects.filter(series=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    books = Series.objects.filter(function=FUNCTION, year=year, last__gt=0).annotate(newest=Subquery(last))
    return list(books.filter(name=name) if name else books)


def _refuse_another(
    case: Case,
    said: dict[str, Any],
    *,
    book: Series,
    urgency: str,
    secrecy: int,
    meeting: dict[str, Any] | None,
    hashes: Collection[str],
) -> None:
    """Whether this is the paper that the form was sent with before. Raises AlreadySent."""
    known = IncomingDocument.objects.select_related("sender", "addressee").get(case=case)
    same = (case.series_id, case.urgency, case.secrecy) == (book.pk, urgency, secrecy)
    same = same and all(getattr(known, name) == value for name, value in said.items() if name != "duplicate_of")
    notice = getattr(known, "meeting", None)
    for name, value in (meeting or {}).items():
        same = same and notice is not None and getattr(notice, name) == value
    kept = set(case.attachments.values_list("stored__hash", flat=True))
    if not same or not kept.issuperset(hashes):
        raise acting.AlreadySent(
            _("这张登记表已经保存过一件（%(number)s），现在填的还没有保存。请核对后再保存一次，作为新的一件。")
            % {"number": case.reference}
        )


def same_number(sender: Organisation, number: str, *, visible) -> list[IncomingDocument]:
    """Papers of the same sender and number among the visible ones: a warning, never a bar."""
    if not number:
        return []
    return list(
        IncomingDocument.objects.filter(sender=sender, number=number, case__in=visible)
        .exclude(case__outcome="void")
        .select_related("case", "sender")
        .order_by("-pk")[:5]
    )
