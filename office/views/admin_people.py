"""Accounts. Nobody administers his own account, and nobody opens an administrator alone."""

from axes.models import AccessAttempt
from axes.utils import reset as unlock
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from django_otp import user_has_device

from office import acting, notices, procedures, showing
from office.acting import may_hand_over
from office.acting.door import as_printed
from office.forms.admin_people import ClearanceForm, PersonForm, is_same_person
from office.forms.filters import ChoiceFilter
from office.handover import Part, still_held
from office.models.cases import Turn
from office.models.people import Kind, PostHolding, User
from office.passwords import one_time
from office.views.asked import Asked

from .account import forget_second_factor
from .admin_books import page_links
from .history import history_of

PAGE = 60


# --- The list ---------------------------------------------------------------------------------------------------


@require_GET
def people(request: Asked) -> HttpResponse:
    found = User.objects.select_related("department").order_by("-is_active", "kind", "department__position", "username")
    filters = ChoiceFilter(request.GET or None, label=_("姓名、登录名、拼音首字母"), choices=Kind.choices)
    words, kind = filters.words(), filters.chosen()
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(username__icontains=words) | Q(initials__startswith=words.lower())
        )
    if kind:
        found = found.filter(kind=kind)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    locked = locked_usernames()
    rows = [
        {
            "cells": [
                {"words": one.name, "note": one.username},
                {"words": f"{one.department or ''} {one.title}".strip(), "note": one.phone},
                {"words": str(one.get_kind_display()), "note": state_words(one, locked)},
            ],
            "url": reverse("person", args=[one.pk]),
            "act": _("打开"),
            "retired": not one.is_active,
        }
        for one in page
    ]
    may_add = request.user.kind == Kind.SYSTEM
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": _("账户"),
            "sentence": ngettext("%(n)d 个账户。", "%(n)d 个账户。", count) % {"n": count},
            "new_url": reverse("person_new") if may_add else "",
            "new_words": _("新建账户"),
            "index_url": reverse("people_import") if may_add else "",
            "index_words": _("导入人员"),
            "columns": [_("姓名"), _("部门和职务"), _("类别")],
            "rows": rows,
            "filters": filters,
            "clear_url": reverse("people") if words or kind else "",
            **page_links(page, request.GET),
        },
    )


def locked_usernames() -> set[str]:
    """Accounts shut by too many wrong passwords, for as long as the lock holds."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    # One row for each browser that tried: the lock counts them together, as django-axes does.
    rows = (
        AccessAttempt.objects.filter(attempt_time__gte=since)
        .order_by()
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
    )
    return {row["username"] for row in rows}


def state_words(one: User, locked: set[str]) -> str:
    if not one.is_active:
        return _("等另一位管理员启用") if one.must_change_password and one.kind != Kind.OFFICE else _("停用")
    if one.username in locked:
        return _("口令输错太多，锁定中")
    return _("一次性口令还没改") if one.must_change_password else ""


# --- One account ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: Asked, key: int) -> HttpResponse:
    """The 系统管理员 edits here; the other two see what they need for their own acts."""
    one = get_object_or_404(User.objects.select_related("department"), pk=key)
    edits = request.user.kind == Kind.SYSTEM and one.pk != request.user.pk
    if request.method == "POST" and not edits:
        raise Http404
    form = PersonForm(request.POST or None, instance=one) if edits else None
    if form is not None and request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            # Another department may be barred from what he holds: that goes on to somebody else.
            acting.settle_bars(one, actor=request.user)
        messages.success(request, _("已保存。"))
        return redirect("person", one.pk)
    return TemplateResponse(
        request,
        "office/person.html",
        {
            "heading": User.objects.get(pk=key).name,
            "sentence": f"{one.get_kind_display()} {state_words(one, locked_usernames())}".strip(),
            "facts": _facts(one),
            "left": left_behind(one),
            "form": form,
            "actions": _actions(one, by=request.user),
            "own": one.pk == request.user.pk,
            "back_url": reverse("people"),
            "history": history_of(one),
        },
    )


def _facts(one: User) -> list[tuple[str, str]]:
    today = timezone.localdate()
    seats = PostHolding.objects.current(today).filter(person=one).select_related("post__department")
    facts = [
        (_("登录名"), one.username),
        (_("部门和职务"), f"{one.department or ''} {one.title}".strip()),
        (_("知悉范围"), str(one.get_clearance_display()) if one.does_office_business else ""),
        (_("岗位"), "、".join(str(seat.post) for seat in seats)),
        (_("最近登录"), showing.moment(one.last_login)),
        (_("口令改于"), showing.moment(one.password_changed_at)),
        (_("动态口令"), _("已开通") if user_has_device(one) else _("没有开通")),
    ]
    return [(label, words) for label, words in facts if words]


def left_behind(one: User) -> list[list[str]]:
    """Open turns in his own hands, and in posts nobody else sits in: function and step, how many, since when. No
    titles: the reader sees no case."""
    found: dict[tuple[str, str], list] = {}
    seats = PostHolding.objects.current(timezone.localdate()).filter(person__is_active=True)
    others = seats.exclude(person=one).values("post")
    alone = seats.filter(person=one).exclude(post__in=others).values("post")
    turns = Turn.objects.open().filter(Q(holder=one) | Q(holder__isnull=True, post__in=alone))
    for procedure, step, at in turns.order_by("issued_at").values_list("case__procedure", "step", "issued_at"):
        found.setdefault((procedure, step), []).append(at)
    return [
        [
            f"{procedures.REGISTRY[procedure].title if procedure in procedures.REGISTRY else procedure}·"
            f"{showing.step_label(procedure, step)}",
            str(len(times)),
            showing.moment(times[0]),
        ]
        for (procedure, step), times in found.items()
    ]


def may_open(one: User, *, by: User) -> bool:
    """Office accounts are opened by the 系统管理员; an administrator's by a second one, never by himself."""
    if one.is_active or one.pk == by.pk:
        return False
    return by.kind == Kind.SYSTEM if one.does_office_business else by.kind in (Kind.SECURITY, Kind.AUDIT)


def _actions(one: User, *, by: User) -> list[dict]:
    """What this administrator may do to this account; to his own, nothing."""
    if one.pk == by.pk:
        return []
    found = []
    if by.kind == Kind.SYSTEM:
        found.append(("person_password", _("重发一次性口令"), False))
        if one.is_active:
            found.append(("person_deactivate", _("停用"), True))
    if by.kind == Kind.SECURITY:
        if one.does_office_business:
            found.append(("person_clearance", _("改知悉范围"), False))
        if one.username in locked_usernames():
            found.append(("person_unlock", _("解锁"), False))
        if user_has_device(one):
            found.append(("person_second_factor", _("取消动态口令"), True))
    if may_open(one, by=by):
        found.append(("person_activate", _("启用"), False))
    return [{"url": reverse(name, args=[one.pk]), "label": label, "danger": danger} for name, label, danger in found]


def other_or_404(request: Asked, key: int) -> User:
    """Somebody else's account: one's own is administered by another."""
    one = get_object_or_404(User, pk=key)
    if one.pk == request.user.pk:
        raise Http404
    return one


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: Asked) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        one = form.save(commit=False)
        return _hand_out(request, one, _("账户已建好"))
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": _("新建账户"),
            "sentence": _("保存后给出一次性口令，只显示一次，本人第一次登录就要改掉。管理员账户还要另一位管理员启用。"),
            "source": "",
            "form": form,
            "back_url": reverse("people"),
            "history": [],
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_password(request: Asked, key: int) -> HttpResponse:
    one = other_or_404(request, key)
    refusal = "" if one.does_office_business or openers(one).exists() else _("没有别的管理员能再启用它，不能重发。")
    if request.method == "POST" and not refusal:
        return _hand_out(request, one, _("一次性口令已重发"))
    lines = [_("原口令马上失效，已登录的地方都会退出。"), _("本人会收到一条通知。")]
    if not one.does_office_business:
        lines.append(_("这是管理员账户：重发后要另一位管理员启用才能登录。"))
    if refusal:
        return _confirm(request, one, _("重发一次性口令"), [refusal], yes="")
    return _confirm(request, one, _("重发一次性口令"), lines, yes=_("重发"))


def openers(one: User):
    return User.objects.filter(kind__in=[Kind.SECURITY, Kind.AUDIT], is_active=True).exclude(pk=one.pk)


def _hand_out(request: Asked, one: User, heading: str) -> HttpResponse:
    """The one-time password is shown in this answer and kept nowhere. Who holds it alone opens no administrator."""
    password = one_time()
    fresh = one.pk is None
    with transaction.atomic():
        one.set_password(password)
        one.must_change_password = True
        one.password_changed_at = timezone.now()
        if not one.does_office_business:
            one.is_active = False
        one.save()
        if not fresh:
            words = as_printed(gettext_lazy("您的口令已由 %(who)s 重发。不是您要求的，请马上告诉安全管理员。"))
            words %= {"who": request.user.name}
            notices.tell([one], kind="account", words=words, at=timezone.now())
        if not one.is_active:
            words = as_printed(gettext_lazy("管理员账户 %(username)s 等您核实启用。")) % {"username": one.username}
            notices.tell(openers(one), kind="account", words=words, at=timezone.now())
    return TemplateResponse(
        request,
        "office/one_time_password.html",
        {"heading": heading, "person": one, "password": password, "back_url": reverse("person", args=[one.pk])},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def person_deactivate(request: Asked, key: int) -> HttpResponse:
    """停用: never deleted, because his decisions stay. What lies in his hands is shown, to be handed over."""
    one = other_or_404(request, key)
    if not one.is_active:
        return redirect("person", one.pk)
    last = one.kind != Kind.OFFICE and not User.objects.filter(kind=one.kind, is_active=True).exclude(pk=one.pk)
    held = still_held(one)
    if held and not last:
        return _ask_for_handover(request, one, held)
    if request.method == "POST" and not last:
        one.is_active = False
        one.save(update_fields=["is_active"])
        messages.success(request, _("已停用 %(who)s。") % {"who": one.name})
        return redirect("person", one.pk)
    lines = [_("马上不能登录；办过的事和意见都保留。"), _("手里没有要移交的。")]
    if last:
        lines = [_("这是最后一个在用的%(kind)s账户，不能停用。") % {"kind": one.get_kind_display()}]
    return _confirm(request, one, _("停用"), lines, yes="" if last else _("停用"), danger=True)


def _ask_for_handover(request: Asked, one: User, held: list[tuple[Part, int]]) -> HttpResponse:
    """An account is closed when nothing is in its hands any more. Handing over is the office's business, and who sits
    in a chair the 安全管理员's: from here they are only asked to."""
    if request.method == "POST":
        people = [user for user in User.objects.filter(kind=Kind.OFFICE, is_active=True) if may_hand_over(one, user)]
        words = as_printed(gettext_lazy("请给 %(who)s 办理交接，办完才能停用账户。")) % {"who": one.name}
        notices.tell(people, kind="handover", words=words, at=timezone.now())
        messages.success(request, _("已通知 %(names)s 办理交接。") % {"names": "、".join(user.name for user in people)})
        return redirect("person", one.pk)
    lines = [
        _("手里还有下面这些，先办交接（由办公室主任、主要领导或所在部门负责人监交），再来停用。"),
        _("岗位由安全管理员结束任职。"),
        _("要马上不让他登录：重发一次性口令，不交给本人。"),
    ]
    rows = [[str(part.title), str(count)] for part, count in held]
    return _confirm(request, one, _("停用"), lines, yes=_("通知办理交接"), rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
def person_activate(request: Asked, key: int) -> HttpResponse:
    one = other_or_404(request, key)
    if not may_open(one, by=request.user):
        raise Http404
    if request.method == "POST":
        one.is_active = True
        one.save(update_fields=["is_active"])
        messages.success(request, _("已启用 %(who)s。") % {"who": one.name})
        return redirect("person", one.pk)
    lines = [_("请先核实这个人和这个账户对得上。")] if not one.does_office_business else []
    return _confirm(request, one, _("启用"), lines, yes=_("启用"))


# --- The 安全管理员's acts ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def person_clearance(request: Asked, key: int) -> HttpResponse:
    """知悉范围 (R-SEC-07), never of an account of one's own."""
    one = get_object_or_404(User, pk=key, kind=Kind.OFFICE)
    own = is_same_person(one, request.user)
    form = ClearanceForm(request.POST or None, instance=one)
    if request.method == "POST" and not own and form.is_valid():
        form.save()
        messages.success(request, _("已保存。"))
        return redirect("person", one.pk)
    if own:
        lines = [_("这是您自己的另一个账户（姓名相同），请另一位安全管理员来办。")]
        return _confirm(request, one, _("改知悉范围"), lines, yes="")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": _("%(who)s 的知悉范围") % {"who": one.name},
            "sentence": _("马上生效。"),
            "source": _("保守国家秘密法；R-SEC-07"),
            "form": form,
            "back_url": reverse("person", args=[one.pk]),
            "history": history_of(one),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def person_unlock(request: Asked, key: int) -> HttpResponse:
    one = other_or_404(request, key)
    if request.method == "POST":
        unlock(username=one.username)
        _note(one, gettext_noop("解锁"))
        messages.success(request, _("已解锁，可以马上重新登录。"))
        return redirect("person", one.pk)
    return _confirm(request, one, _("解锁"), [_("请先问清是不是本人输错的。")], yes=_("解锁"))


@require_http_methods(["GET", "HEAD", "POST"])
def person_second_factor(request: Asked, key: int) -> HttpResponse:
    """A lost telephone: the second factor is taken off, and the person sets up a new one."""
    one = other_or_404(request, key)
    if request.method == "POST":
        forget_second_factor(one)
        _note(one, gettext_noop("取消动态口令"))
        words = as_printed(gettext_lazy("您的动态口令已由 %(who)s 取消，请重新开通。")) % {"who": request.user.name}
        notices.tell([one], kind="account", words=words, at=timezone.now())
        messages.success(request, _("已取消动态口令。"))
        return redirect("person", one.pk)
    lines = [_("请先核实手机是不是真的丢了。")]
    return _confirm(request, one, _("取消动态口令"), lines, yes=_("取消动态口令"), danger=True)


def _note(one: User, what: str) -> None:
    """An act that changes no field of the account stands among its changes all the same."""
    vars(one)["_change_reason"] = what
    one.save()


def _confirm(
    request: Asked, one: User, heading: str, lines: list[str], *, yes: str, danger: bool = False,
    rows: list[list[str]] | None = None,
) -> HttpResponse:
    return TemplateResponse(
        request,
        "office/confirm.html",
        {
            "heading": heading,
            "question": _("%(words)s（%(note)s）") % {"words": one.name, "note": one.username},
            "lines": lines,
            "columns": [_("类别"), _("件数")],
            "rows": rows,
            "form": None,
            "yes_words": yes,
            "refused": not yes,
            "danger": danger,
            "back_url": reverse("person", args=[one.pk]),
        },
    )
