"""代录: the clerk enters what somebody wrote on paper or said; whose words they are confirms them."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from office import access, acting
from office.forms.recording import RecordForm
from office.levels import Medium
from office.models import User
from office.models.cases import Decision, Turn
from office.on_paper import desk
from office.views.asked import Asked
from office.views.deciding import HANDS, page_of, phrases_of, told
from office.views.looking import note_look
from office.views.on_paper import files_of


@require_http_methods(["GET", "POST"])
def record(request: Asked, key: int) -> HttpResponse:
    """Shown and printed as what it is. Where the sheet came back scanned, its pages stand beside the words and are
    signed along; the next one opens by itself."""
    found = get_object_or_404(Turn.objects.open().select_related("case__series", *HANDS), pk=key)
    if not access.holds_hub(request.user, found.case):
        raise Http404
    note_look(request, found.case, at=gettext_noop("代录"))
    hands = found.hands
    seated = [hands] if isinstance(hands, User) else access.seated(hands)
    signers = [person for person in seated if person != request.user]
    if not signers:
        raise Http404
    sheet = desk.sheet_at(found)
    scanned = desk.scans_of(sheet) if sheet else []
    if sheet is not None:
        signers.sort(key=lambda one: one.pk != sheet.leader_id)
    chosen = next((one for one in signers if str(one.pk) == request.POST.get("signer")), signers[0])
    form = RecordForm(
        request.POST or None, request.FILES or None, turn=found, user=chosen, recording=True, signers=signers,
        scanned=scanned,
    )  # fmt: skip
    refusal, code = "", request.POST.get("move", "")
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = form.record(code, by=request.user)
                if sheet is not None and made.medium == Medium.PAPER:
                    desk.entered(sheet, became=made, at=made.at)
        except acting.Refused as refused:
            refusal = told(form, refused)
        else:
            messages.success(request, _("已代录，%(who)s 登录后可以确认。") % {"who": chosen})
            return redirect("on_paper_next") if scanned else redirect("case", found.case.public_id)
    context = page_of(request, found, form=form, refusal=refusal, chosen=code, draft=None, now=timezone.now())
    context |= {
        "common": [],
        "phrases": phrases_of(None),
        "recording": {
            "who": str(chosen),
            "fields": [form[name] for name in form.extra],
            "left": len(desk.to_enter(request.user)) if scanned else 0,
        },
        "draft_url": "",
        "position": None,
        "opinion_label": _("%(who)s的意见（照录）") % {"who": chosen},
    }
    if sheet is not None and scanned:
        context["files"] = [files_of(sheet), *context["files"]]
        context |= {"file_count": len(context["files"]), "page_total": context["files"][0]["page_count"]}
    return TemplateResponse(
        request, "office/turn.html", context, status=200 if request.method != "POST" else 422
    )


@require_POST
def confirm_record(request: Asked, public_id: str, number: int) -> HttpResponse:
    case = get_object_or_404(access.visible_to(request.user), public_id=public_id)
    decision = get_object_or_404(Decision, case=case, number=number, actor=request.user)
    try:
        acting.confirm_record(decision, actor=request.user)
    except acting.Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("已确认，是您本人的意见。"))
    return redirect("case", case.public_id)
