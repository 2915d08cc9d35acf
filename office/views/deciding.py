"""One paper, one decision: the page a leader lives in. The next paper opens by itself."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from office import access, acting, dials, showing, standing, subjects, trails
from office.acting import may_correct
from office.acting.door import marked, wordless
from office.chasing import INFORM
from office.forms.deciding import DecisionForm
from office.models import User
from office.models.cases import Case, Decision, Turn
from office.models.clocks import Chase, Reminder
from office.models.dials import Phrase
from office.models.outbox import Draft, draft_key
from office.views.asked import Asked
from office.views.looking import note_look
from office.views.papers import paper_of
from office.views.queue import just_done, of_kind, ordered, reading_steps

# Fields of a posted form that are no words of the writer.
NOT_DRAFTED = {"csrfmiddlewaretoken", "move", "content_hash", "token", "book_for"}
NO_DRAFT = gettext_lazy("涉密文件不存草稿（《保守国家秘密法》第三十一条，R-SEC-03）。")

# What a page says about whose hands a turn is in, with the departments their names carry.
HANDS = ("holder", "post__department", "back_to__holder", "back_to__post__department")


def open_turn(request: Asked, key: int) -> Turn:
    """The turn, if it is open and in the reader's hands; 404 otherwise, whatever the reason."""
    return get_object_or_404(
        access.waiting_for(request.user).select_related("case__series", "case__opened_by", *HANDS),
        pk=key,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def turn(request: Asked, key: int) -> HttpResponse:
    try:
        found = open_turn(request, key)
    except Http404:
        return _already_gone(request, key)
    now = timezone.now()
    if request.method != "POST":
        acting.opened(found, by=request.user, at=now)
    note_look(request, found.case, at=gettext_noop("办理页"))
    draft = Draft.objects.filter(person=request.user, key=draft_key(found)).first()
    form = DecisionForm(request.POST or None, turn=found, user=request.user, initial=initial_from(draft))
    refusal = ""
    chosen = request.POST.get("move", "")
    if request.method == "POST":
        if form.is_valid():
            try:
                made = form.make(chosen)
            except acting.Refused as refused:
                refusal = told(form, refused)
            else:
                if draft is not None:
                    draft.delete()
                return _go_on(request, found, made, form=form, code=chosen)
        _keep_words(request, found)
        found.refresh_from_db()
    return TemplateResponse(
        request,
        "office/turn.html",
        page_of(request, found, form=form, refusal=refusal, chosen=chosen, draft=draft, now=now),
        status=200 if request.method != "POST" else 422,
    )


def told(form: DecisionForm, refused: acting.Refused) -> str:
    """Said once: at the field it is about, or where it is about none as the sentence this returns."""
    if isinstance(refused, acting.Changed):
        form.see_again()
    if refused.field not in form.fields:
        return refused.sentence
    form.add_error(refused.field, refused.sentence)
    return ""


def _already_gone(request: Asked, key: int) -> HttpResponse:
    """Somebody who may still see the case is told what became of it; for everybody else there is nothing."""
    gone = get_object_or_404(Turn.objects.select_related("case"), pk=key)
    case = get_object_or_404(access.visible_to(request.user), pk=gone.case_id)
    if request.method == "POST":
        words = request.POST.get("opinion", "").replace("\0", "").strip()[:2000]
        if words and not wordless(case):
            messages.error(request, _("这份文件现在不在您手里，您的意见没有提交：“%(words)s”") % {"words": words})
        else:
            messages.error(request, _("这份文件现在不在您手里，您的意见没有提交。"))
    else:
        messages.info(request, _("这一环节已经办过，或者现在不在您手里。"))
    return redirect("case", case.public_id)


def _go_on(request: Asked, turn: Turn, made, *, form: DecisionForm, code: str) -> HttpResponse:
    """A line of what was done stays; the next paper of the queue opens by itself."""
    if code == "claim":
        return redirect("turn", turn.pk)
    decision = made if isinstance(made, Decision) else turn.case.decisions.order_by("-number").first()
    step = form.step
    kind = "reading" if turn.side and turn.step in reading_steps() else "waiting"
    still_here = access.waiting_for(request.user).filter(pk=turn.pk).exists()
    if still_here:
        offer = form.offer(code)
        messages.success(request, _("已记下“%(move)s”，文件仍在您手里。") % {"move": offer.label if offer else code})
        return redirect("turn", turn.pk)
    request.session["just_done"] = decision.pk if decision else None
    following = ordered(of_kind(access.waiting_for(request.user), kind))
    if turn.due_at is not None:
        after = following.filter(due_at__gte=turn.due_at).exclude(pk=turn.pk).first()
    else:
        after = None
    after = after or following.exclude(pk=turn.pk).first()
    if step.side and kind == "reading" and after is None:
        return redirect("reading")
    return redirect("turn", after.pk) if after else redirect("queue")


def page_of(request, turn: Turn, *, form, refusal, chosen, draft, now) -> dict:
    case = turn.case
    who = access.identity(request.user)
    subject = subjects.get(case.procedure)
    decisions = list(case.decisions.select_related("turn").order_by("number"))
    turns = list(
        case.turns.select_related(*HANDS).order_by("pk")
    )
    clock = turn.clocks.order_by("-pk").first()
    paper = paper_of(case, user=request.user)
    last = standing.last_words(decisions, round_now=case.round)
    kind = "reading" if turn.side and turn.step in reading_steps() else "waiting"
    moves = [_move(form, offer, chosen) for offer in form.moves]
    said = subjects.summaries([case])[case.pk]
    return {
        "turn": {
            "reference": case.reference,
            "title": showing.title_of(case),
            **showing.chips(case, called=said.urgency),
            "deadline": showing.deadline(
                turn.due_at,
                now=now,
                why_url=showing.why_url(clock),
                issued_at=turn.issued_at,
                ranked=who.ranked,
            ),
            "second_line": said.line,
            "step": str(form.step.label),
            "case_url": reverse("case", args=[case.public_id]),
            "print_url": subject.slip_url(case) if subject and subject.slip_url else "",
            "new_words": _changed_since(turn, decisions),
        },
        **paper,
        "facts": subject.facts(case) if subject and subject.facts else None,
        "facts_template": subject.facts_template if subject else "",
        "aids": subject.aids(turn, user=request.user) if subject and subject.aids and not form.wordless else None,
        "aids_template": subject.aids_template if subject else "",
        "trail": trails.trail(case, decisions=decisions, turns=turns, chases=chases_of(case)),
        "last_opinion": {
            "words": last[1],
            "who_words": f"{showing.signature_words(last[0])} {showing.short_moment(last[0].happened_at)}",
        }
        if last
        else None,
        "form": form,
        "opinion_label": _("%(step)s意见") % {"step": form.step.label},
        "moves": moves,
        "common": [_move(form, offer, chosen) for offer in form.common],
        "wordless": form.wordless,
        "phrases": phrases_of(request.user),
        "draft_url": "" if form.wordless else reverse("turn_draft", args=[turn.pk]),
        "draft_words": _("草稿 %(at)s 已存") % {"at": timezone.localtime(draft.at).strftime("%H:%M")}
        if draft
        else "",
        "position": _position(request, turn, kind=kind),
        "just_done": just_done(request),
        "correction_minutes": dials.value("correction_minutes"),
        "refusal": refusal,
        "as_deputy": _as_deputy(request.user, turn),
    }


def _move(form: DecisionForm, offer, chosen: str) -> dict:
    return {
        "code": offer.code,
        "label": offer.label,
        "primary": offer.primary,
        "danger": offer.danger,
        "needs": () if form.wordless else offer.needs,
        "fields": [form[name] for name in offer.names],
        "straight": offer.declared is not None and not offer.declared.names,
        "beside": "、".join(_beside(form[name]) for name in offer.names),
        "sentence": offer.sentence,
        "open": chosen == offer.code and bool(offer.names),
    }


def _beside(field) -> str:
    """A folded field in words: its label, and what it holds already."""
    value = field.value()
    held = value if isinstance(value, list) else [value] if value else []
    choices = dict(getattr(field.field, "choices", ()))
    words = " ".join(str(choices.get(one, one)) for one in held)
    return f"{field.label} {words}" if words else str(field.label)


def _as_deputy(user, turn: Turn) -> str:
    acting_as = access.may_act(user, turn)
    if acting_as and acting_as.on_behalf_of:
        return _("您正代 %(who)s 办理，两人的姓名都会留下。") % {"who": acting_as.on_behalf_of}
    return ""


def _changed_since(turn: Turn, decisions: list[Decision]) -> str:
    content = next((one for one in reversed(decisions) if one.move == "content"), None)
    if content and content.at > turn.issued_at:
        return _("送到您这里以后，登记内容有更正：%(why)s") % {"why": content.reason or content.label}
    return ""


def _position(request: Asked, turn: Turn, *, kind: str) -> dict | None:
    keys = list(ordered(of_kind(access.waiting_for(request.user), kind)).values_list("pk", flat=True)[:2000])
    if turn.pk not in keys:
        return None
    place = keys.index(turn.pk)
    return {
        "index": place + 1,
        "total": len(keys),
        "prev_url": reverse("turn", args=[keys[place - 1]]) if place else "",
        "next_url": reverse("turn", args=[keys[place + 1]]) if place + 1 < len(keys) else "",
    }


def phrases_of(user: User | None) -> list[str]:
    """His own first, then the office's; the office's alone for words that are another's."""
    rows = Phrase.objects.filter(person=user) | Phrase.objects.filter(person__isnull=True)
    ordered_rows = sorted(rows, key=lambda one: (one.person_id is None, one.position, one.pk))
    return list(dict.fromkeys(one.text for one in ordered_rows))[:12]


def chases_of(case: Case) -> list:
    # Who was only informed (带班领导) has not been chased.
    reminders = Reminder.objects.filter(clock__case=case).exclude(kind=INFORM).order_by("at")
    return [*reminders, *Chase.objects.filter(case=case).exclude(kind=Chase.Kind.SYSTEM).order_by("at")]


# --- Drafts ---


def words_in(posted: QueryDict) -> dict[str, list[str]]:
    """What was typed or ticked, ready to be kept as a draft."""
    return {
        # A database text holds no NUL; no keyboard types one.
        name: [value.replace("\0", "") for value in posted.getlist(name)]
        for name in posted
        if name not in NOT_DRAFTED and any(value.strip() for value in posted.getlist(name))
    }


def initial_from(draft: Draft | None) -> dict:
    if draft is None:
        return {}
    return {name: values if len(values) > 1 else values[0] for name, values in draft.values.items() if values}


def _keep_words(request: Asked, turn: Turn) -> str:
    return save_draft(request, key=draft_key(turn), case=turn.case)


def save_draft(request: Asked, *, key: str, case: Case | None = None) -> str:
    """R-SEC-03 holds for drafts too: nothing typed about a state secret is kept. Why something was not, else ""."""
    if case is not None and wordless(case):
        return str(NO_DRAFT)
    typed = words_in(request.POST)
    refused = {name: next(filter(None, map(marked, values)), "") for name, values in typed.items()}
    words = {name: values for name, values in typed.items() if not refused[name]}
    if words:
        Draft.objects.update_or_create(
            person=request.user, key=key, defaults={"values": words, "at": timezone.now()}
        )
    return next(filter(None, refused.values()), "")


def draft_answer(refused: str) -> HttpResponse:
    """What the page says beside the form: when it was kept, by the office's clock, or why it was not (422)."""
    if refused:
        words = _("没有存进草稿。%(why)s") % {"why": refused}
    else:
        words = _("草稿 %(at)s 已存") % {"at": timezone.localtime().strftime("%H:%M")}
    return HttpResponse(words, status=422 if refused else 200, content_type="text/plain; charset=utf-8")


@require_POST
def turn_draft(request: Asked, key: int) -> HttpResponse:
    """Called every few seconds while somebody writes."""
    found = open_turn(request, key)
    if words_in(request.POST):
        return draft_answer(_keep_words(request, found))
    Draft.objects.filter(person=request.user, key=draft_key(found)).delete()
    return HttpResponse(status=204)


# --- Correcting, taking back, writing on behalf ---


@require_http_methods(["GET", "POST"])
def correct(request: Asked, public_id: str, number: int) -> HttpResponse:
    """更正: within five minutes by the person himself, later by the office with a reason. Both versions stay."""
    case = get_object_or_404(access.visible_to(request.user), public_id=public_id)
    note_look(request, case, at=gettext_noop("更正"))
    decision = get_object_or_404(Decision.objects.select_related("case", "turn"), case=case, number=number)
    as_whom = may_correct(decision, request.user, at=timezone.now())
    mine = request.user.pk in (decision.actor_id, decision.recorded_by_id)
    if not as_whom and request.method != "POST" and may_correct(decision, request.user, at=decision.at):
        # The link had stood on his page in time: he is told who can still do it.
        minutes = dials.value("correction_minutes")
        messages.info(request, _("超过 %(n)d 分钟后，由文书说明原因更正。") % {"n": minutes})
        return redirect("case", case.public_id)
    # Who began in time and sends too late is told the same, and his words are still there.
    if not as_whom and not (mine and request.method == "POST"):
        raise Http404
    from office.forms.recording import CorrectionForm

    latest = decision.corrections.filter(move="correct").order_by("-number").first() or decision
    words = latest.opinion or _("没有写意见")
    form = CorrectionForm(
        request.POST or None,
        initial={"opinion": latest.opinion, "seen": latest.number},
        by_office=as_whom == "office",
    )
    if request.method == "POST" and form.is_valid():
        try:
            acting.correct(
                decision,
                opinion=form.cleaned_data["opinion"],
                reason=form.cleaned_data.get("reason", ""),
                seen=form.cleaned_data["seen"],
                actor=request.user,
            )
        except acting.Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
            # Shown beside his words is what holds now: sent again, they are written from that.
            form.data = request.POST.copy()
            form.data["seen"] = str(latest.number)
        else:
            messages.success(request, _("已更正，两次意见都保留。"))
            return redirect("case", case.public_id)
    return TemplateResponse(
        request,
        "office/confirm.html",
        {
            "heading": _("更正意见"),
            "question": f"{case.reference} {showing.title_of(case)}",
            "lines": [
                _("%(who)s %(when)s：%(words)s")
                % {"who": decision.signed_name, "when": showing.moment(decision.at), "words": words},
                _("只改文字，不改去向。原来的意见划线保留。"),
            ],
            "form": form,
            "yes_words": _("更正"),
            "back_url": reverse("case", args=[case.public_id]),
            "danger": False,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def take_back(request: Asked, public_id: str) -> HttpResponse:
    """撤回, until the next holder has opened or acted."""
    case = get_object_or_404(access.visible_to(request.user), public_id=public_id)
    if request.method == "POST":
        try:
            turn = acting.take_back(case, actor=request.user)
        except acting.Refused as refused:
            messages.error(request, refused.sentence)
            return redirect("case", case.public_id)
        messages.success(request, _("已撤回，文件回到您手里。"))
        return redirect("turn", turn.pk)
    return TemplateResponse(
        request,
        "office/confirm.html",
        {
            "heading": _("撤回"),
            "question": f"{case.reference} {showing.title_of(case)}",
            "lines": [_("对方打开或办理之前可以撤回；撤回记在经过里。")],
            "form": None,
            "yes_words": _("撤回"),
            "back_url": reverse("case", args=[case.public_id]),
            "danger": False,
        },
    )
