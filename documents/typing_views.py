"""Small answers while the clerk types: senders, duplicates, what a date was read as."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from office import access, files, shorthand, showing
from office.forms.people import by_keys
from office.levels import Urgency
from office.models import cases
from office.models.contacts import Organisation
from office.models.people import Post
from office.views.asked import Asked

from . import composing, paths, reading, registering
from .forms import IncomingForm, MomentField
from .models import IncomingDocument
from .views import may_register

MOST_FILES = 20


@require_GET
def incoming_senders(request: Asked) -> HttpResponse:
    """Senders by pinyin initials or by any part of the name, the most used first."""
    if not may_register(request.user):
        raise Http404
    typed = request.GET.get("sender", "").strip()[:60]
    found, new_name = [], ""
    if typed:
        senders = Organisation.objects.filter(retired=False)
        if typed.isascii():
            senders = registering.senders_by_letters(typed)
        else:
            senders = senders.filter(name__contains=typed) | senders.filter(short_name__contains=typed)
            senders = senders.order_by("-used", "name")
            if not Organisation.objects.filter(name=typed).exists():
                new_name = typed
        found = list(senders[:9])
    return TemplateResponse(
        request,
        "documents/_senders.html",
        {
            "senders": [
                {
                    "id": one.pk, "name": one.name, "note": str(one.get_group_display()),
                    "book": registering.book_of(one, chosen=request.GET.get("series", "")),
                }
                for one in found
            ],
            "new_name": new_name,
        },
    )


@require_GET
def incoming_duplicates(request: Asked) -> HttpResponse:
    """疑似重复: the same sender and number among what the clerk may see. It warns and never blocks."""
    if not may_register(request.user):
        raise Http404
    key = request.GET.get("sender_id", "")
    sender = Organisation.objects.filter(pk=int(key)).first() if key.isdecimal() else None
    sender = sender or Organisation.objects.filter(name=request.GET.get("sender", "").strip()).first()
    number = shorthand.read_document_number(request.GET.get("doc_number", "")[:80])
    twins = (
        registering.same_number(sender, number, visible=access.visible_to(request.user))
        if sender and number
        else []
    )
    return TemplateResponse(
        request,
        "documents/_duplicates.html",
        {
            "duplicates": [_twin(request, one) for one in twins],
        },
    )


@require_POST
def incoming_same_file(request: Asked) -> HttpResponse:
    """What the files say before anything is saved: that the very file lies in a paper already, that it cannot be taken,
    and the facts its text gives, each to be taken over by a key. Nothing of it is kept."""
    if not may_register(request.user):
        raise Http404
    found: dict[int, cases.Case] = {}
    wrong: list[str] = []
    facts, pages, textless = reading.Facts(), None, False
    for upload in request.FILES.getlist("files")[:MOST_FILES]:
        try:
            one = files.check(upload, name=upload.name or "")
        except files.Unfit as unfit:
            wrong.append(str(unfit))
            continue
        try:
            for case in files.same_file_cases(one.hash, user=request.user).order_by("-pk")[:3]:
                found[case.pk] = case
            if facts.nothing and one.type in files.READABLE:
                lines = files.lines(one)
                facts, pages, textless = reading.read([reading.Line(*line) for line in lines]), one.pages, not lines
        finally:
            one.discard()
    same = [
        {
            "reference": case.reference,
            "url": reverse("case", args=[case.public_id]),
            "words": _("扫描件相同：%(title)s") % {"title": showing.title_of(case)},
        }
        for case in found.values()
    ]
    marked = facts.marked and not settings.CLASSIFIED_NETWORK
    context = {"same": same, "wrong": wrong, "marked": marked, "textless": textless}
    if not marked:
        context["read"] = _as_read(facts, pages=pages)
    return TemplateResponse(request, "documents/_same_file.html", context)


def _as_read(facts: reading.Facts, *, pages: int | None) -> list[dict]:
    """The facts as the form has them: its field, what goes into it, and how that is said."""
    form = IncomingForm.base_fields
    urgency = dict(Urgency.choices).get(facts.urgency, "")
    day = facts.dated_on.isoformat() if facts.dated_on else ""
    read = [
        ("sender", facts.sender, facts.sender),
        ("doc_number", facts.number, facts.number),
        ("title", facts.title, facts.title),
        ("urgency", facts.urgency, str(urgency)),
        ("pages", str(pages or ""), str(pages or "")),
        ("dated_on", day, day),
    ]
    if facts.nothing:
        return []
    return [
        {"field": name, "label": str(form[name].label), "value": value, "words": _("读到：%(words)s") % {"words": said}}
        for name, value, said in read
        if value
    ]


def _twin(request: Asked, one: IncomingDocument) -> dict:
    case = one.case
    current = case.turns.filter(side=False, ended_at__isnull=True).first()
    place = showing.step_label(case.procedure, current.step) if current else str(case.get_outcome_display())
    who = _("您") if case.opened_by_id == request.user.pk else case.opened_by.name
    return {
        "reference": case.reference,
        "url": reverse("case", args=[case.public_id]),
        "words": _("同单位同字号，%(day)s 由%(who)s登记，现在%(place)s")
        % {"day": timezone.localtime(case.opened_at).strftime("%m-%d"), "who": who, "place": place},
    }


# The fields that want an hour with the day.
MOMENTS = [name for name, field in IncomingForm.base_fields.items() if isinstance(field, MomentField)]


def _moment_echo(request: Asked, text: str) -> HttpResponse:
    try:
        at = MomentField(required=False).clean(text)
    except ValidationError as error:
        return TemplateResponse(request, "office/_echo.html", {"words": " ".join(error.messages), "bad": True})
    return TemplateResponse(request, "office/_echo.html", {"words": showing.moment(at) if at else "", "bad": False})


@require_GET
def read_date(request: Asked) -> HttpResponse:
    """What the office understood by a date typed in a hurry."""
    name = request.GET.get("field", "")
    text = request.GET.get(name, "")[:30]
    if name in MOMENTS:
        return _moment_echo(request, text)
    lean = "past" if name in ("received_on", "dated_on") else "future"
    try:
        day = shorthand.read_date(text, today=timezone.localdate(), lean=lean)
    except shorthand.Unreadable as error:
        return TemplateResponse(request, "office/_echo.html", {"words": str(error), "bad": True})
    return TemplateResponse(
        request, "office/_echo.html", {"words": day.isoformat() if day else "", "bad": False}
    )


@require_GET
def compose(request: Asked, key: int) -> HttpResponse:
    """The proposal as a sentence, from what is picked so far; nothing where something picked is not there any more."""
    turn = get_object_or_404(access.waiting_for(request.user).select_related("case"), pk=key)
    document = paths.document(turn.case)
    try:
        leaders = by_keys(request.GET.getlist("submit-names"))
        lead = next((one for one in by_keys([request.GET.get("submit-lead", "")]) if isinstance(one, Post)), None)
        assisting = [one for one in by_keys(request.GET.getlist("submit-assisting")) if isinstance(one, Post)]
        typed = request.GET.get("submit-due_on", "").strip()
        due_on = shorthand.read_date(typed, today=timezone.localdate()) if typed else None
    except (ValidationError, shorthand.Unreadable):
        return HttpResponse("", content_type="text/plain; charset=utf-8")
    words = composing.sentence(
        leaders=leaders, lead=lead, assisting=[one for one in assisting if one != lead], due_on=due_on,
        reading=document.purpose == IncomingDocument.Purpose.READING,
    )  # fmt: skip
    return HttpResponse(escape(words), content_type="text/plain; charset=utf-8")
