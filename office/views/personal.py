"""What a person arranges for himself: phrases, deputies, notices, days away."""

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from office import access, acting, admission, notices, procedures, showing, standing
from office.acting.door import as_printed
from office.forms.personal import DeputyForm, LeaveForm, PhraseForm
from office.models.cases import Case
from office.models.dials import Phrase
from office.models.outbox import Notice
from office.models.people import Deputy, Leave, User
from office.views.asked import Asked, start_of

PAGE = 50


# --- Phrases ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def phrases(request: Asked) -> HttpResponse:
    """常用语 of one's own; the first nine lie on the keys 1–9 of the decision page."""
    form = PhraseForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        form.instance.person = request.user
        last = Phrase.objects.filter(person=request.user).aggregate(last=Max("position"))["last"]
        form.instance.position = 1 if last is None else last + 1
        form.save()
        return redirect("phrases")
    own = [
        {
            "id": one.pk,
            "text": one.text,
            "up_url": reverse("phrase_up", args=[one.pk]),
            "down_url": reverse("phrase_down", args=[one.pk]),
            "remove_url": reverse("phrase_remove", args=[one.pk]),
            "step_words": "",
        }
        for one in Phrase.objects.filter(person=request.user)
    ]
    shared = [{"text": one.text} for one in Phrase.objects.filter(person__isnull=True)]
    return TemplateResponse(request, "office/phrases.html", {"phrases": own, "shared": shared, "form": form})


@require_POST
def phrase_up(request: Asked, key: int) -> HttpResponse:
    return _move_phrase(request, key, by=-1)


@require_POST
def phrase_down(request: Asked, key: int) -> HttpResponse:
    return _move_phrase(request, key, by=1)


def _move_phrase(request: Asked, key: int, *, by: int) -> HttpResponse:
    with transaction.atomic():
        rows = list(Phrase.objects.select_for_update().filter(person=request.user).order_by("position", "pk"))
        places = [one.pk for one in rows]
        if key in places:
            place = places.index(key)
            other = min(max(place + by, 0), len(rows) - 1)
            rows[place], rows[other] = rows[other], rows[place]
            for position, one in enumerate(rows, start=1):
                one.position = position
            Phrase.objects.bulk_update(rows, ["position"])
    return redirect("phrases")


@require_POST
def phrase_remove(request: Asked, key: int) -> HttpResponse:
    get_object_or_404(Phrase, pk=key, person=request.user).delete()
    return redirect("phrases")


# --- Deputies ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def deputies(request: Asked) -> HttpResponse:
    """授权代理, given by the principal himself. Shown: never handed on, never for sealed papers."""
    form = DeputyForm(request.POST or None, principal=request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            made = form.save()
            # Standing in for somebody barred bars the deputy too: what he holds goes on.
            acting.settle_bars(made.deputy, actor=request.user)
        words = as_printed(gettext_lazy("%(who)s 请您代办：%(from)s 至 %(to)s。")) % {
            "who": request.user.name, "from": made.starts_on, "to": made.ends_on,
        }
        notices.tell([made.deputy], kind="deputy", words=words, at=timezone.now())
        messages.success(request, _("已授权 %(who)s。") % {"who": made.deputy.name})
        for remark in form.remarks():
            messages.warning(request, remark)
        return redirect("deputies")
    given = Deputy.objects.filter(principal=request.user).select_related("deputy")
    received = Deputy.objects.filter(deputy=request.user).select_related("principal")
    return TemplateResponse(
        request,
        "office/deputies.html",
        {
            "given": [_deputy_row(one, one.deputy, may_end=True) for one in given[:PAGE]],
            "received": [_deputy_row(one, one.principal, may_end=False) for one in received[:PAGE]],
            "form": form,
        },
    )


def _deputy_row(one: Deputy, other: User, *, may_end: bool) -> dict:
    today = timezone.localdate()
    over = one.ended_at is not None or one.ends_on < today
    if one.ended_at is not None:
        state = _("%(when)s 收回") % {"when": showing.short_moment(one.ended_at)}
    elif over:
        state = _("已到期")
    else:
        state = _("代理中") if one.starts_on <= today else _("还没开始")
    titles = [str(procedures.REGISTRY[code].title) for code in one.procedures if code in procedures.REGISTRY]
    return {
        "who": other.name,
        "post": other.title,
        "from": one.starts_on.isoformat(),
        "to": one.ends_on.isoformat(),
        "procedures_words": "、".join(titles) or _("全部事项"),
        "secrecy_words": _("最高到%(level)s") % {"level": one.get_highest_secrecy_display()}
        if one.highest_secrecy
        else _("不含工作秘密"),
        "state_words": state,
        "current": not over,
        "end_url": reverse("deputy_end", args=[one.pk]) if may_end and not over else "",
    }


@require_POST
def deputy_end(request: Asked, key: int) -> HttpResponse:
    """Before its time; what was decided meanwhile stands."""
    one = get_object_or_404(Deputy, pk=key, principal=request.user, ended_at__isnull=True)
    one.ended_at = timezone.now()
    one.save(update_fields=["ended_at"])
    words = as_printed(gettext_lazy("%(who)s 已收回代办授权。")) % {"who": request.user.name}
    notices.tell([one.deputy], kind="deputy", words=words, at=one.ended_at)
    messages.success(request, _("已收回，%(who)s 不再代办。") % {"who": one.deputy.name})
    return redirect("deputies")


# --- Notices ----------------------------------------------------------------------------------------------------

WORDS = {
    "waiting": gettext_lazy("送您办理：%(title)s"),
    "reading": gettext_lazy("送您阅：%(title)s"),
    "asked": gettext_lazy("请您%(step)s：%(title)s"),
    "deputised": gettext_lazy("请您代办：%(title)s"),
    "signed_for": gettext_lazy("已有人代您办理：%(title)s"),
    "recorded": gettext_lazy("文书代录了您的意见，请核对确认：%(title)s"),
    "returned": gettext_lazy("已退回您这里：%(title)s"),
    "by_hand": gettext_lazy("催办：%(title)s"),
    "replied": gettext_lazy("%(who)s已回复“%(what)s”：%(title)s"),
    "closed": gettext_lazy("已办结：%(title)s"),
    "answered": gettext_lazy("关联的事项已有结果：%(title)s"),
}


# To the page where what a notice without a paper is about is done.
LEADS = {"deputy": "deputies", "handover": "handovers", "daily_page": "daily", "missing_year": "holiday_notice"}


@require_GET
def notice_list(request: Asked) -> HttpResponse:
    """Titles are read through visible_to now: a bar set after the notice went out still hides them."""
    mine = Notice.objects.filter(person=request.user)
    start = start_of(request)
    told = mine.select_related("turn__holder", "turn__post__department").prefetch_related("turn__decisions")
    rows = list(told[start : start + PAGE + 1])
    visible = access.visible_to(request.user).filter(pk__in={one.case_id for one in rows if one.case_id})
    cases = {case.pk: case for case in visible}
    unread = mine.filter(read_at__isnull=True).count()
    shown = [
        {
            "when": showing.short_moment(one.at),
            "words": notice_words(one, cases.get(one.case_id or 0)),
            "url": reverse("notice", args=[one.pk]),
            "reference": _beside(one, cases.get(one.case_id or 0)),
            "new": one.read_at is None,
        }
        for one in rows[:PAGE]
    ]
    here = reverse("notices")
    return TemplateResponse(
        request,
        "office/notices.html",
        {
            "notices": shown,
            "sentence": _unread_words(unread),
            "read_url": reverse("notices_read") if unread else "",
            "prev_url": f"{here}?from={max(0, start - PAGE)}" if start else "",
            "next_url": f"{here}?from={start + PAGE}" if len(rows) > PAGE else "",
            "page_words": "",
        },
    )


def _beside(one: Notice, case: Case | None) -> str:
    """The paper's number, where the words do not say it."""
    return "" if case is None or case.reference in one.sentence else case.reference


def _unread_words(count: int) -> str:
    return ngettext("%(n)d 条未读。", "%(n)d 条未读。", count) % {"n": count} if count else _("都读过了。")


def notice_words(one: Notice, case) -> str:
    """`case` is None for a general notice, and for one whose paper the reader may no longer see."""
    if one.case_id and case is None:
        return _("一份您现在不能看的文件")
    words = WORDS.get(one.kind)
    if case is not None and words is not None:
        said = str(words) % {"title": showing.title_of(case), **_of_turn(one, case)}
        return _("%(words)s（%(note)s）") % {"words": said, "note": one.sentence} if one.words else said
    if case is not None:
        title = showing.title_of(case)
        return _("%(words)s：%(title)s") % {"words": one.sentence, "title": title} if one.words else title
    return one.sentence


def _of_turn(one: Notice, case) -> dict[str, str]:
    """What of its turn a notice names: the step, and who ended it with what."""
    if one.kind not in ("asked", "replied") or one.turn is None:
        return {}
    step = showing.step_label(case.procedure, one.turn.step)
    made = standing.of(sorted(one.turn.decisions.all(), key=lambda made: made.number)).signed.get(one.turn.pk)
    return {
        "step": step,
        "who": showing.signature_words(made) if made else str(one.turn.hands),
        "what": showing.label_of(made, procedure=case.procedure) if made else step,
    }


@require_GET
def notice(request: Asked, key: int) -> HttpResponse:
    """Opening a notice reads it and leads to the paper, or to the work it is about."""
    one = get_object_or_404(Notice.objects.select_related("turn"), pk=key, person=request.user)
    if one.read_at is None:
        one.read_at = timezone.now()
        one.save(update_fields=["read_at"])
    case = access.visible_to(request.user).filter(pk=one.case_id).first() if one.case_id else None
    if one.turn_id and access.waiting_for(request.user).filter(pk=one.turn_id).exists():
        return redirect("turn", one.turn_id)
    if case is not None:
        return redirect("case", case.public_id)
    leads = LEADS.get(one.kind, "notices")
    return redirect(leads if admission.admits(leads, request.user.kind) else "notices")


@require_POST
def notices_read(request: Asked) -> HttpResponse:
    Notice.objects.filter(person=request.user, read_at__isnull=True).update(read_at=timezone.now())
    return redirect("notices")


# --- Days away --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: Asked) -> HttpResponse:
    """离岗: shown beside the name where somebody is about to be given a paper. It moves no paper."""
    form = LeaveForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        form.instance.person = request.user
        form.save()
        messages.success(request, _("已登记离岗。需要别人代办的，请另外授权代理。"))
        return redirect("leave")
    today = timezone.localdate()
    rows = [
        {
            "kind": str(one.get_kind_display()),
            "from": one.starts_on.isoformat(),
            "to": one.ends_on.isoformat(),
            "note": one.note,
            "over": one.ends_on < today,
            "remove_url": reverse("leave_remove", args=[one.pk]) if one.ends_on >= today else "",
        }
        for one in Leave.objects.filter(person=request.user)[:PAGE]
    ]
    return TemplateResponse(request, "office/leave.html", {"rows": rows, "form": form})


@require_POST
def leave_remove(request: Asked, key: int) -> HttpResponse:
    """What lies ahead is taken out; what has begun ends yesterday, because it has been."""
    one = get_object_or_404(Leave, pk=key, person=request.user, ends_on__gte=timezone.localdate())
    yesterday = timezone.localdate() - timedelta(days=1)
    if one.starts_on > yesterday:
        one.delete()
    else:
        one.ends_on = yesterday
        one.save(update_fields=["ends_on"])
    return redirect("leave")
