"""Registering, the register on screen, and the papers that come out of it."""

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from office import access, acting, files, shorthand, showing
from office.levels import FIRST_STATE_SECRET
from office.models.cases import Case, Decision, Turn
from office.models.contacts import Organisation
from office.models.files import Attachment
from office.models.numbers import ReservedNumber
from office.models.outbox import Draft
from office.views.asked import Asked
from office.views.deciding import NO_DRAFT, draft_answer, initial_from, save_draft
from office.views.looking import note_listed
from office.views.tracking import visible

from . import registering
from .forms import MEETING_BOOK, TELEGRAM_BOOK, IncomingForm
from .models import IncomingDocument
from .procedures import Imported
from .registers import short_number

DRAFT = "incoming:new"
FILE_WORDS = "PDF、OFD、JPG、PNG、TIFF、DOC、DOCX、WPS、XLS、XLSX、ZIP"


def may_register(user) -> bool:
    """Registering belongs to the clerk's chair (R-CIR-01, R-IN-04)."""
    return access.identity(user).holds("clerk")


@require_http_methods(["GET", "POST"])
def incoming_new(request: Asked) -> HttpResponse:
    if not may_register(request.user):
        raise Http404
    today = timezone.localdate()
    carried = request.session.get("incoming_carried", {})
    draft = Draft.objects.filter(person=request.user, key=DRAFT).first()
    if request.method == "POST":
        form = IncomingForm(request.POST, request.FILES, year=today.year)
        if request.POST.get("save") == "draft":
            if not (refused := _keep_draft(request)):
                messages.success(request, _("草稿已存，下次打开接着写。"))
                return redirect("incoming_new")
            form.full_clean()
            form.add_error(None, refused)
        elif request.POST.get("save") == "clear":
            Draft.objects.filter(person=request.user, key=DRAFT).delete()
            return redirect("incoming_new")
        elif form.is_valid() and (case := _save(request, form)) is not None:
            return _saved(request, form, case)
        else:
            _keep_draft(request)
    else:
        initial = initial_from(draft)
        if request.GET.get("carry"):
            initial = {**carried, **initial}
        elif request.GET.get("saved"):
            initial = {**request.session.get("incoming_kept", {}), **initial}
        if request.GET.get("reserved", "").isdecimal():
            # The day stands on the sheet; it is not today's.
            book = {"series": request.GET.get("book", ""), "reserved": request.GET["reserved"][:9], "received_on": ""}
            initial = {**initial, **book}
        form = IncomingForm(initial=initial, year=today.year)
    return TemplateResponse(
        request,
        "documents/incoming_new.html",
        _entry_page(request, form, draft=draft, carried=carried),
        status=422 if form.errors else 200,
    )


def _keep_draft(request: Asked) -> str:
    """Why what is typed was not kept, or ""; of a state secret nothing is, and what was kept before goes (R-SEC-03)."""
    secrecy = request.POST.get("secrecy", "")
    secret = secrecy.isdecimal() and int(secrecy) >= FIRST_STATE_SECRET
    # The book is chosen before the level: what is typed for it is about a state secret already.
    secret = secret or registering.takes_numbers_only(request.POST.get("series", ""))
    if secret and not settings.CLASSIFIED_NETWORK:
        Draft.objects.filter(person=request.user, key=DRAFT).delete()
        return str(NO_DRAFT)
    return save_draft(request, key=DRAFT)


def _save(request: Asked, form: IncomingForm) -> Case | None:
    """The case, or None with the sentences on the form: nothing half-stored."""
    data = form.cleaned_data
    try:
        # Files are read and scanned before the book is locked: nobody waits for somebody else's scan.
        with files.checked(data["files"]) as ready, transaction.atomic():
            sender = form.organisation()
            twins = registering.same_number(
                sender,
                shorthand.read_document_number(data["doc_number"]),
                visible=access.visible_to(request.user),
            )
            return registering.register(
                actor=request.user,
                series=form.book(),
                sender=sender,
                title=data["title"],
                token=data["token"],
                urgency=data["urgency"],
                secrecy=data["secrecy"],
                meeting=form.meeting(),
                attach=_attach(request, ready, envelope=data["purpose"] == "envelope"),
                hashes=[one.hash for one in ready],
                reserved=data["reserved"],
                duplicate_of=twins[0] if twins else None,
                **form.fields_of_document(),
            )
    except acting.AlreadySent as sent:
        # What stands on the page is a paper of its own: pressed again, it is saved as one.
        form.data = form.data.copy()
        form.data["token"] = str(uuid.uuid4())
        form.add_error(None, sent.sentence)
    except acting.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
    except files.Unfit as unfit:
        form.add_error("files", str(unfit))
    return None


def _attach(request: Asked, uploads, *, envelope: bool):
    if not uploads:
        return None
    role = Attachment.Role.ENVELOPE if envelope else Attachment.Role.TEXT
    return lambda case: files.attach(case, uploads, actor=request.user, role=role, at=timezone.now())


def _saved(request: Asked, form: IncomingForm, case: Case) -> HttpResponse:
    Draft.objects.filter(person=request.user, key=DRAFT).delete()
    posted = form.data
    request.session["incoming_carried"] = {
        name: posted.get(name, "") for name in IncomingForm.CARRIED if posted.get(name)
    }
    kept = {name: posted.get(name, "") for name in IncomingForm.KEPT}
    if kept["series"] not in registering.GROUP_OF_BOOK:
        # A book of its own kind is chosen for one paper.
        del kept["series"]
    if form.cleaned_data["received_on"] == timezone.localdate():
        # Today's date is not tomorrow's.
        del kept["received_on"]
    request.session["incoming_kept"] = kept
    if form.cleaned_data["reserved"]:
        block = ReservedNumber.objects.filter(case=case).values_list("block", flat=True).first()
        messages.success(request, _("已按原号补登 %(number)s。") % {"number": case})
        return redirect("reserved_block", block) if block else redirect("case", case.public_id)
    if request.POST.get("save") == "propose":
        mine = access.waiting_for(request.user).filter(case=case).first()
        return redirect("turn", mine.pk) if mine else redirect("case", case.public_id)
    return redirect(f"{reverse('incoming_new')}?saved={case.public_id}")


def _reserved_words(form: IncomingForm) -> str:
    """Under which number a late entry goes in, as it stands on the sheet."""
    number, name = form["reserved"].value(), form["series"].value()
    book = next((one for one in form.books if one.name == name), None)
    return book.written(int(number)) if book is not None and str(number or "").isdecimal() else ""


def _entry_page(request: Asked, form: IncomingForm, *, draft: Draft | None, carried: dict) -> dict:
    today = timezone.localdate()
    start_of_day = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    done = Case.objects.filter(opened_by=request.user, opened_at__gte=start_of_day).count()
    saved = None
    # Above what was just refused the number of the paper before would be taken for its own.
    if request.GET.get("saved") and request.method != "POST":
        case = (
            access.visible_to(request.user)
            .filter(public_id=request.GET["saved"], opened_by=request.user)
            .first()
        )
        saved = _saved_words(request, case) if case else None
    return {
        "form": form,
        "sentence": _("保存后给号。今日已登记 %(n)d 件。") % {"n": done},
        "saved": saved,
        "reserved": _reserved_words(form),
        "recent": recent(request, new=request.GET.get("saved", "")),
        "register": {
            "heading": _("收文登记簿 %(year)d") % {"year": today.year},
            "url": reverse("incoming_list"),
            "print_url": f"{reverse('incoming_print')}?{urlencode({'year': today.year, 'as': 'pdf'})}",
            "excel_url": f"{reverse('incoming_print')}?{urlencode({'year': today.year, 'as': 'xlsx'})}",
            "import_url": "",
        },
        "duplicates": [],
        "senders_common": list(
            Organisation.objects.filter(retired=False)
            .order_by("-used", "name")
            .values_list("name", flat=True)[:30]
        ),
        "carried": carried,
        "carry_url": f"{reverse('incoming_new')}?carry=1" if carried else "",
        "meeting_series": MEETING_BOOK,
        "telegram_series": TELEGRAM_BOOK,
        "secret_series": ""
        if settings.CLASSIFIED_NETWORK
        else next((one.name for one in form.books if one.number_only), ""),
        "more_open": any(
            form.errors.get(name)
            for name in (
                "copy_number",
                "secrecy_period",
                "addressee",
                "category",
                "mismatch",
                "note",
            )
        ),
        "file_words": _("%(types)s，单个不超过 %(n)d MB")
        % {"types": FILE_WORDS, "n": settings.FILE_SIZE_LIMIT // 1024 // 1024},
        "draft_url": reverse("incoming_draft"),
        "draft_words": _("草稿 %(at)s 已存") % {"at": timezone.localtime(draft.at).strftime("%H:%M")}
        if draft
        else "",
    }


def _saved_words(request: Asked, case: Case) -> dict:
    document = IncomingDocument.objects.select_related("sender", "duplicate_of__case").get(case=case)
    current = (
        Turn.objects.filter(case=case, side=False, ended_at__isnull=True)
        .select_related("holder", "post")
        .first()
    )
    same = _same_file(request, case)
    words = ""
    if same is not None:
        words = _("与 %(number)s 的扫描件相同，请核对。") % {"number": same.reference or same.public_id}
    elif (
        document.duplicate_of_id
        and access.visible_to(request.user).filter(pk=document.duplicate_of.case_id).exists()
    ):
        words = _("与 %(number)s 同单位同字号，请核对。") % {"number": document.duplicate_of.case.reference}
    return {
        "number": case.reference,
        "title": showing.title_of(case),
        "sender": document.sender.name,
        "url": reverse("case", args=[case.public_id]),
        "label_url": reverse("incoming_label", args=[case.public_id]),
        "slip_url": reverse("incoming_slip", args=[case.public_id]),
        "edit_url": reverse("incoming_edit", args=[case.public_id]),
        "void_url": reverse("void", args=[case.public_id]),
        "file_words": words,
        "next_words": _("现在%(step)s：%(who)s")
        % {"step": showing.step_label(case.procedure, current.step), "who": showing.holder_words(current)}
        if current
        else "",
    }


def _same_file(request: Asked, case: Case) -> Case | None:
    """Another visible case that holds one of this case's files."""
    for one in case.attachments.select_related("stored"):
        found = files.same_file_cases(one.stored.hash, user=request.user).exclude(pk=case.pk).first()
        if found is not None:
            return found
    return None


def recent(request: Asked, *, new: str = "", count: int = 12) -> list[dict]:
    """The last rows of the register, void ones struck through, as the clerk sees them."""
    documents = list(
        IncomingDocument.objects.filter(case__in=access.visible_to(request.user))
        .exclude(case__procedure=Imported.code)
        .select_related("case__series", "sender")
        .order_by("-pk")[:count]
    )
    note_listed(request, [one.case for one in documents], at=gettext_noop("登记页"))
    where = {
        turn.case_id: turn
        for turn in Turn.objects.filter(
            case__in=[one.case_id for one in documents], side=False, ended_at__isnull=True
        ).select_related("holder", "post")
    }
    ended = [one.case_id for one in documents if one.case.outcome == "void"]
    voided = {made.case_id: made for made in Decision.objects.filter(case__in=ended, move="void")}
    return [
        {
            "number": short_number(one.case),
            "url": reverse("case", args=[one.case.public_id]),
            "sender": one.sender.name,
            "doc_number": one.number,
            "title": showing.title_of(one.case),
            "where": showing.step_label(one.case.procedure, where[one.case_id].step)
            if one.case_id in where
            else str(one.case.get_outcome_display()),
            "void_words": void_words(voided.get(one.case_id)),
            "late_words": _("补登 %(n)d 日") % {"n": one.days_late} if one.days_late > 0 else "",
            "new": one.case.public_id == new,
        }
        for one in documents
    ]


def void_words(made) -> str:
    """Why a row is struck through, by whom and when."""
    return f"{made.reason}（{made.signed_name} {showing.short_moment(made.at)}）" if made else ""


@require_POST
def incoming_draft(request: Asked) -> HttpResponse:
    """What is typed is kept every few seconds; of a classified paper nothing is (R-SEC-03)."""
    if not may_register(request.user):
        raise Http404
    return draft_answer(_keep_draft(request))


def document_of(request: Asked, public_id: str) -> IncomingDocument:
    case = visible(request, public_id, at=gettext_noop("打印"))
    return get_object_or_404(
        IncomingDocument.objects.select_related("sender", "case__series", "case__opened_by"), case=case
    )
