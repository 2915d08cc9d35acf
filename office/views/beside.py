"""Acts beside the path: void, relocate, and the hub's own page of a circulation."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from office import access, acting, linking, procedures, showing
from office.acting.door import wordless
from office.forms.tracking import AddReadersForm, BarForm, ExtendForm, ReasonForm, RelateForm, RelocateForm
from office.models.cases import Case, Link, Relocation, Turn
from office.views.asked import Asked
from office.views.relations import BY_HAND, links_of, may_relate, words_of
from office.views.spokes import circulation_rows, circulation_words
from office.views.tracking import visible


def _confirm(
    request, found: Case, form, *, heading: str, lines: list[str], yes: str, danger: bool = False
) -> HttpResponse:
    return TemplateResponse(
        request,
        "office/confirm.html",
        {
            "heading": heading,
            "question": f"{found.reference} {showing.title_of(found)}",
            "lines": lines,
            "form": form,
            "yes_words": yes,
            "back_url": reverse("case", args=[found.public_id]),
            "danger": danger,
        },
        status=422 if form is not None and form.errors else 200,
    )


def _refused_when_closed(request: Asked, case: Case) -> HttpResponse | None:
    """Whoever comes by an old page is told at once, not after he has written why."""
    if case.closed_at is None:
        return None
    void = case.outcome == "void"
    messages.error(request, _("这件事已经作废，不能再这样办。") if void else _("这件事已经办结，不能再这样办。"))
    return redirect("case", case.public_id)


@require_http_methods(["GET", "POST"])
def void(request: Asked, public_id: str) -> HttpResponse:
    found = visible(request, public_id, at=gettext_noop("作废"))
    if not (found.opened_by_id == request.user.pk or access.holds_hub(request.user, found)):
        raise Http404
    if (over := _refused_when_closed(request, found)) is not None:
        return over
    form = ReasonForm(request.POST or None, wordless=wordless(found))
    if request.method == "POST" and form.is_valid():
        try:
            acting.void(found, actor=request.user, reason=form.cleaned_data["reason"])
        except acting.Refused as refused:
            form.add_error("reason", refused.sentence)
        else:
            done = _("已作废。编号保留，登记簿上划线。"), _("已作废。编号保留，登记簿上划线并写明原因。")
            messages.success(request, done[not wordless(found)])
            return redirect("case", public_id)
    return _confirm(
        request,
        found,
        form,
        heading=_("作废"),
        yes=_("作废"),
        danger=True,
        lines=[_("编号不再使用，也不会给别的文件。"), _("登记簿上划线保留，写明原因、姓名和时间。")],
    )


@require_http_methods(["GET", "POST"])
def extend(request: Asked, public_id: str) -> HttpResponse:
    """延期 by the hub: of whichever date of the case runs, in whosever hands the paper lies (R-IN-21)."""
    found = visible(request, public_id, at=gettext_noop("延期"))
    if not access.holds_hub(request.user, found):
        raise Http404
    if (over := _refused_when_closed(request, found)) is not None:
        return over
    running = found.clocks.filter(met_at__isnull=True, stopped_at__isnull=True)
    form = ExtendForm(
        request.POST or None,
        clocks=list(running.select_related("case", "turn__holder", "turn__post__department").order_by("due_at", "pk")),
        wordless=wordless(found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            form.extend(by=request.user)
        except acting.Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        else:
            messages.success(request, _("已延期，原来的期限和理由都留着。"))
            return redirect("case", public_id)
    return _confirm(
        request,
        found,
        form if form.clocks else None,
        heading=_("延期"),
        yes=_("延期"),
        lines=[
            _("来文或领导批示写明的日期，请先请示再延。"),
            _("原来的期限、新的期限和理由都记在经过里。"),
        ]
        if form.clocks
        else [_("没有在走的期限。")],
    )


@require_http_methods(["GET", "POST"])
def relocate(request: Asked, public_id: str) -> HttpResponse:
    """重定位: one asks, another confirms."""
    found = visible(request, public_id, at=gettext_noop("重定位"))
    who = access.identity(request.user)
    if not (access.holds_hub(request.user, found) or who.holds(procedures.get(found.procedure).fallback)):
        raise Http404
    if (over := _refused_when_closed(request, found)) is not None:
        return over
    asked: Relocation | None = (
        found.relocations.filter(ended_at__isnull=True).select_related("asked_by", "holder", "post").first()
    )
    if asked is not None:
        return _answer_relocation(request, found, asked)
    form = RelocateForm(
        request.POST or None, procedure=procedures.get(found.procedure), wordless=wordless(found)
    )
    if request.method == "POST" and form.is_valid():
        try:
            acting.ask_relocation(
                found,
                step=form.cleaned_data["step"],
                to=form.cleaned_data["names"],
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
        except acting.Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        else:
            messages.success(request, _("已申请，等另一位确认后文件才会移动。"))
            return redirect("case", public_id)
    return _confirm(
        request,
        found,
        form,
        heading=_("申请重定位"),
        yes=_("申请"),
        danger=True,
        lines=[_("已有的意见都保留；在外的传阅件收回。"), _("要由另一位文书或主任确认。")],
    )


@require_http_methods(["GET", "POST"])
def bar(request: Asked, public_id: str) -> HttpResponse:
    """回避: people and departments this case must never reach; linked cases follow, and nothing takes it back."""
    found = visible(request, public_id, at=gettext_noop("回避"))
    who = access.identity(request.user)
    if not (access.holds_hub(request.user, found) or who.holds(procedures.get(found.procedure).fallback)):
        raise Http404
    form = BarForm(request.POST if request.method == "POST" else None, wordless=wordless(found))
    if request.method == "POST" and form.is_valid():
        try:
            acting.bar(
                found,
                actor=request.user,
                people=form.cleaned_data["people"],
                departments=list(form.cleaned_data["departments"]),
                reason=form.cleaned_data["reason"],
            )
        except acting.Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        else:
            messages.success(request, _("已回避：他们看不到、搜不到，也办不了；手里的已转给岗位。"))
            still_mine = access.visible_to(request.user).filter(pk=found.pk).exists()
            return redirect("case", public_id) if still_mine else redirect("queue")
    barred = [str(one.person or one.department) for one in found.barred.select_related("person", "department")]
    lines = [
        _("选中的人和部门看不到、搜不到、也收不到这份文件和与它相连的文件。"),
        _("在他们手里的会转给岗位；回避不能撤销。"),
        _("经过里记下谁在什么时候为什么办理回避，不写回避的是谁。"),
    ]
    if barred:
        lines.append(_("已经回避：%(who)s") % {"who": "、".join(barred)})
    return _confirm(request, found, form, heading=_("回避"), lines=lines, yes=_("回避"), danger=True)


def _answer_relocation(request, found: Case, asked: Relocation) -> HttpResponse:
    mine = asked.asked_by_id == request.user.pk
    if request.method == "POST":
        try:
            if mine:
                acting.withdraw_relocation(asked, actor=request.user)
                messages.success(request, _("已撤销申请。"))
            else:
                acting.confirm_relocation(asked, actor=request.user)
                messages.success(request, _("已重定位。"))
        except acting.Refused as refused:
            messages.error(request, refused.sentence)
        return redirect("case", found.public_id)
    lines = [
        _("%(who)s 申请：%(why)s") % {"who": asked.asked_by, "why": asked.reason},
        _("移到“%(step)s” %(to)s")
        % {"step": showing.step_label(found.procedure, asked.step), "to": asked.holder or asked.post or ""},
    ]
    if mine:
        lines.append(_("要由另一位文书或主任确认；您可以撤销申请。"))
    return _confirm(
        request,
        found,
        None,
        heading=_("重定位"),
        lines=lines,
        yes=_("撤销申请") if mine else _("确认重定位"),
        danger=not mine,
    )


@require_http_methods(["GET", "POST"])
def circulation(request: Asked, public_id: str) -> HttpResponse:
    """The hub's page: add readers, take copies back, change the order of who is still to come."""
    found = visible(request, public_id, at=gettext_noop("传阅"))
    hubs = (
        found.turns.filter(side=True, sent_by__isnull=False)
        .order_by("-pk")
        .values_list("sent_by_id", flat=True)
    )
    hub = Turn.objects.select_related("holder", "post", "case").filter(pk=hubs.first() or 0).first()
    if hub is None:
        hub = (
            found.turns.filter(side=False, ended_at__isnull=True)
            .select_related("holder", "post", "case")
            .first()
        )
    if hub is None or not access.holds_hub(request.user, found):
        raise Http404
    procedure = procedures.get(found.procedure)
    form = AddReadersForm(request.POST if "add" in request.POST else None, procedure=procedure)
    if request.method == "POST" and ("add" not in request.POST or form.is_valid()):
        try:
            _circulate(request, found, hub, form)
        except acting.Refused as refused:
            messages.error(request, refused.sentence)
        return redirect("circulation", public_id)
    decisions = list(found.decisions.order_by("number"))
    turns = list(found.turns.select_related("holder", "post").order_by("pk"))
    rows = circulation_rows(found, turns, decisions, now=timezone.now(), whole_list=True)
    return TemplateResponse(
        request,
        "office/circulation.html",
        {
            "case": {
                "reference": found.reference,
                "title": showing.title_of(found),
                "url": reverse("case", args=[public_id]),
            },
            "rows": rows,
            "words": circulation_words(found, rows),
            "form": form,
        },
    )


def _circulate(request: Asked, found: Case, hub: Turn, form: AddReadersForm) -> None:
    posted = request.POST
    if "add" in posted:
        sent = acting.add_readers(
            hub,
            step=form.cleaned_data["step"],
            names=form.cleaned_data["names"],
            in_order=form.cleaned_data["in_order"],
            actor=request.user,
        )
        messages.success(request, _("已送出。") if sent else _("已列入名单，前一位退回后送出。"))
    elif posted.get("recall", "").isdecimal():
        turn = get_object_or_404(Turn, pk=int(posted["recall"]), case=found, side=True)
        acting.recall(turn, actor=request.user, reason=posted.get("reason", ""))
        messages.success(request, _("已收回。"))
    elif posted.get("drop", "").isdecimal():
        planned = get_object_or_404(found.planned, pk=int(posted["drop"]))
        acting.drop_planned(planned, actor=request.user, hub=hub)
    elif posted.get("up", "").isdecimal():
        keys = list(
            found.planned.filter(turn__isnull=True, dropped_at__isnull=True).values_list("pk", flat=True)
        )
        place = keys.index(int(posted["up"])) if int(posted["up"]) in keys else 0
        if place:
            keys[place - 1], keys[place] = keys[place], keys[place - 1]
            acting.reorder(hub, planned=keys, actor=request.user)


@require_http_methods(["GET", "POST"])
def relate(request: Asked, public_id: str) -> HttpResponse:
    """关联: what this paper has to do with another one, written down and taken back."""
    found = visible(request, public_id, at=gettext_noop("关联"))
    if not may_relate(request.user, found):
        raise Http404
    if "undo" in request.POST:
        return _unrelate(request, found)
    form = RelateForm(request.POST or None, case=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        other, kind = form.cleaned_data["number"], Link.Kind(form.cleaned_data["kind"])
        try:
            linking.connect(found, other, kind=kind, actor=request.user)
        except acting.Refused as refused:
            form.add_error("number", refused.sentence)
        else:
            messages.success(
                request,
                _("已关联：%(kind)s %(number)s《%(title)s》")
                % {
                    "kind": words_of(kind, out=True),
                    "number": other.reference,
                    "title": showing.title_of(other),
                },
            )
            return redirect("relate", public_id)
    return TemplateResponse(
        request,
        "office/relate.html",
        {
            "case": {
                "reference": found.reference,
                "title": showing.title_of(found),
                "url": reverse("case", args=[public_id]),
            },
            "links": links_of(request, found),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _unrelate(request: Asked, case: Case) -> HttpResponse:
    """Of what the reader sees only, and only what was written down by hand."""
    shown = {str(one["key"]) for one in links_of(request, case) if one["by_hand"]}
    if (key := request.POST["undo"]) in shown:
        linking.undo(Link.objects.select_related("from_case").get(pk=key, kind__in=BY_HAND), actor=request.user)
        messages.success(request, _("已解除关联。"))
    else:
        messages.info(request, _("这个关联已经解除，或者不是手工登记的。"))
    return redirect("relate", case.public_id)
