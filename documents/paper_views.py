"""Slips, circulation slips, labels and the printed register."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from office import jobs, printing, registers
from office.views.answers import pdf_answer
from office.views.asked import Asked

from .forms import RegisterFilter
from .list_views import NO_SUCH_REGISTER
from .listing import selection_of
from .sheets import FORMS, circulation_of, label_of, slip_of
from .views import document_of


@require_GET
def slip(request: Asked, public_id: str) -> HttpResponse:
    document = document_of(request, public_id)
    sheet = slip_of(document, viewer=request.user, form=FORMS.get(request.GET.get("form", "")))
    return pdf_answer(printing.slip(sheet, created=timezone.now()), name=f"{sheet.name} {document.case}.pdf")


@require_GET
def circulation(request: Asked, public_id: str) -> HttpResponse:
    document = document_of(request, public_id)
    sheet = circulation_of(document, viewer=request.user)
    return pdf_answer(
        printing.circulation(sheet, created=timezone.now()), name=f"{sheet.name} {document.case}.pdf"
    )


@require_GET
def label(request: Asked, public_id: str) -> HttpResponse:
    """One sticker of 70 × 37 mm, or on an A4 sheet whose first `skip` places are used."""
    document = document_of(request, public_id)
    skip = request.GET.get("skip", "")
    content = printing.labels(
        [label_of(document)],
        sheet=skip.isdecimal(),
        skip=int(skip) if skip.isdecimal() else 0,
        created=timezone.now(),
    )
    return pdf_answer(content, name=_("标签 %(number)s.pdf") % {"number": document.case})


@require_GET
def register(request: Asked) -> HttpResponse:
    """The register as PDF or Excel: made by the worker, with its progress shown and the file kept."""
    filters = RegisterFilter(request.GET)
    kind = request.GET.get("as", "pdf")
    if not filters.is_valid() or kind not in ("pdf", "xlsx"):
        messages.error(request, NO_SUCH_REGISTER)
        return redirect("incoming_list")
    chosen = filters.cleaned_data
    # What is stored is in the office's own language, as the paper itself (ADR 9).
    with translation.override(settings.LANGUAGE_CODE):
        selection = selection_of(request.user, chosen)
        period = registers.get("documents.incoming").heading(selection)
        title = _("收文登记簿 %(period)s（%(kind)s）") % {"period": period, "kind": kind.upper()}
    job = jobs.ask(
        "register",
        title=title,
        actor=request.user,
        arguments={
            "code": "documents.incoming",
            "as": kind,
            "year": selection.year,
            "month": selection.month,
            "series": selection.series,
            "senders": list(selection.senders),
        },
    )
    return redirect("job", job.public_id)
