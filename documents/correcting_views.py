"""更正登记: the number stays, both versions stay, and who holds the paper is told that it changed."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from office import access, acting, files, procedures, shorthand, showing, timing
from office.acting.door import wordless
from office.models.cases import Case
from office.models.files import Attachment
from office.models.people import User
from office.views.asked import Asked
from office.views.tracking import visible

from . import paths, registering, versions
from .correcting_forms import CorrectionForm, version_of
from .models import IncomingDocument


@require_http_methods(["GET", "POST"])
def incoming_edit(request: Asked, public_id: str) -> HttpResponse:
    """更正登记: the number stays; the new content is bound to the chain, and holders are told it changed."""
    case = visible(request, public_id, at=gettext_noop("更正登记"))
    document = get_object_or_404(IncomingDocument.objects.select_related("sender", "case"), case=case)
    if not (access.holds_hub(request.user, case) or case.opened_by_id == request.user.pk):
        raise Http404
    form = CorrectionForm(request.POST or None, request.FILES or None, document=document)
    if request.method == "POST" and form.is_valid() and _correct(request, form, case):
        messages.success(request, _("已更正，改动前后的内容都留在记录里。"))
        return redirect("case", public_id)
    return TemplateResponse(
        request,
        "documents/incoming_edit.html",
        {
            "case": {
                "reference": case.reference,
                "title": showing.title_of(case),
                "url": reverse("case", args=[public_id]),
            },
            "form": form,
            "history": versions.of(document),
        },
        status=422 if form.errors else 200,
    )


def _correct(request: Asked, form: CorrectionForm, case: Case) -> bool:
    """Whether it was done; else the form says why not, and nothing has changed."""
    data = form.cleaned_data
    try:
        # Files are read and scanned before the case is locked.
        with files.checked(data["files"]) as ready, transaction.atomic():
            _rewrite(Case.objects.select_for_update(of=("self",)).get(pk=case.pk), data, ready, by=request.user)
    except acting.Refused as refused:
        form.add_error(None, refused.sentence)
        if isinstance(refused, acting.Changed):
            form.see_again(case)
        return False
    except files.Unfit as unfit:
        form.add_error("files", str(unfit))
        return False
    return True


def _rewrite(case: Case, data: dict, ready: list[files.Checked], *, by: User) -> None:
    """What is read under the lock is what is written. Raises Refused."""
    if case.outcome == "void":
        raise acting.Refused(_("已作废的登记不能更正。"))
    if data["version"] and data["version"] != version_of(case):
        raise acting.Changed(
            _(
                "您打开这一页以后，这份登记更正过，见下面的改动记录；您没有改的项目已换成现在的内容。"
                "请核对以后再保存。"
            )
        )
    document = IncomingDocument.objects.select_related("sender").get(case=case)
    document.case = case
    before = {"title": case.title, "urgency": case.urgency, "secrecy": str(case.secrecy)}
    stood = _values(case, document)
    group = document.sender.group
    document.sender = registering.sender_named(data["sender"], book=case.series.name if case.series else "")
    for name in ("received_on", "dated_on", "copies", "pages", "copy_number", "note"):
        setattr(document, name, data[name])
    document.enclosures = data["enclosures"] or 0
    document.channel, document.carrier = data["channel"] or document.channel, data["carrier"] or document.carrier
    if document.channel != IncomingDocument.Channel.MEETING:
        document.from_meeting = ""
    document.answered_on = data.get("answered_on") or document.answered_on
    if data["number"] != document.number:
        document.number_typed = data["number"]
        document.number = shorthand.read_document_number(data["number"])
    case.title, case.urgency = data["title"], data.get("urgency", case.urgency)
    if data.get("telegram"):
        document.telegram = data["telegram"]
        case.urgency = registering.TELEGRAM_RUNS_AS[document.telegram]
    moved = _correct_meeting(document, data) or _correct_answer(document, data)
    if not ready and not data.get("work_secret") and _values(case, document) == stood:
        raise acting.Refused(_("没有改动任何一项，没有保存。"))
    document._change_reason = data["reason"]
    document.save()
    if data.get("work_secret"):
        acting.make_work_secret(case, by=by)
    if not wordless(case):
        case.search_text = registering.search_words(document)
    case.save(update_fields=["title", "urgency", "search_text", "secrecy", "restricted"])
    at = timezone.now()
    if ready:
        files.attach(case, ready, actor=by, role=Attachment.Role.ATTACHMENT, at=at)
    acting.note_content(case, actor=by, reason=data["reason"], before=before)
    if case.closed_at is None:
        if document.answered_on is None and (moved or _stands_otherwise(document, group)):
            _chase_anew(document, at=at)
        for turn in case.turns.filter(ended_at__isnull=True).select_related("case"):
            # The date of handling hangs on the urgency and on the answer (R-IN-18, R-IN-19, R-IN-21).
            procedure = procedures.get(case.procedure)
            timing.recount(turn, procedure=procedure, step=procedure.step(turn.step), at=at)


def _values(case: Case, document: IncomingDocument) -> list[Any]:
    """Everything a correction may change."""
    rows = filter(None, (document, getattr(document, "meeting", None)))
    columns = [getattr(row, field.attname) for row in rows for field in row._meta.concrete_fields]
    return [case.title, case.urgency, *columns]


def _correct_meeting(document: IncomingDocument, data: dict) -> bool:
    """Whether the notice is to be answered by another hour."""
    meeting = getattr(document, "meeting", None)
    if meeting is None:
        return False
    moved = meeting.answer_by != data["meeting_answer_by"]
    meeting.starts_at, meeting.place = data["meeting_at"], data["meeting_place"]
    meeting.rank_wanted, meeting.answer_by = data["meeting_rank"], data["meeting_answer_by"]
    meeting._change_reason = data["reason"]
    meeting.save()
    if moved:
        document.answer_by = timezone.localdate(meeting.answer_by) if meeting.answer_by else None
        document.answer_wanted = document.answer_wanted or meeting.answer_by is not None
    return moved


def _correct_answer(document: IncomingDocument, data: dict) -> bool:
    """Whether an answer is wanted that was not, is wanted no more, or by another day."""
    before = document.answer_wanted, document.answer_by
    document.answer_wanted = data.get("answer_wanted", document.answer_wanted)
    document.answer_by = data.get("answer_by", document.answer_by)
    return (document.answer_wanted, document.answer_by) != before


def _stands_otherwise(document: IncomingDocument, before: str) -> bool:
    """Whether only now, or no more, the sender is one whom the office answers in fifteen working days (R-IN-21). A day
    the paper names, or the office has given, hangs on no sender."""
    if document.answer_by or paths.answered_by_rule(document.sender.group) == paths.answered_by_rule(before):
        return False
    running = document.case.clocks.filter(rule=paths.ANSWER.rule, met_at__isnull=True, stopped_at__isnull=True)
    return not running.filter(why__has_key="extended").exists()


def _chase_anew(document: IncomingDocument, *, at: datetime) -> None:
    for rule in (paths.ANSWER.rule, paths.MEETING_ANSWER):
        timing.stop_rule(document.case, rule=rule, at=at)
    # Fifteen working days run from the day it came, not from the day somebody noticed.
    paths.start_answer_clock(document, at=document.case.opened_at)
