"""Posts and who sits in them: granted by the 安全管理员, in force when a second administrator has confirmed."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Case, Q, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from office import acting, notices, subjects, vacancies
from office.acting.door import as_printed
from office.forms.admin_people import EndHoldingForm, HoldingForm, PostForm, is_same_person
from office.forms.filters import ChoiceFilter
from office.models.cases import Turn
from office.models.people import Kind, Post, PostHolding, SeatWish, User
from office.views.asked import Asked

from .admin_books import page_links
from .admin_handed import asked_rows, tell_who_confirms
from .history import history_of

PAGE = 60


# --- Posts ------------------------------------------------------------------------------------------------------


@require_GET
def posts(request: Asked) -> HttpResponse:
    seated: dict[int, list[str]] = {}
    current = PostHolding.objects.current(timezone.localdate()).filter(person__is_active=True)
    for holding in current.select_related("person"):
        seated.setdefault(holding.post_id, []).append(holding.person.name)
    rows = []
    for one in Post.objects.select_related("department"):
        rank = _("领导排名 %(n)d") % {"n": one.rank} if one.rank else ""
        sees = "、".join(subjects.label(code) for code in one.sees)
        rows.append(
            {
                "cells": [
                    {"words": str(one), "note": one.code},
                    {"words": "、".join(seated.get(one.pk, [])) or _("空缺"), "note": rank},
                    {"words": sees, "note": _("只能一人在任") if one.single else ""},
                ],
                "url": reverse("post", args=[one.pk]),
                "retired": one.retired,
            }
        )
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": pgettext("heading", "岗位"),
            "sentence": _("文件等的是岗位，谁坐在岗位上由任职说明。"),
            "index_url": reverse("holdings"),
            "index_words": _("任职"),
            "new_url": reverse("post_new"),
            "new_words": _("新增岗位"),
            "columns": [_("岗位"), _("在任"), _("按职责可见")],
            "rows": rows,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def post_new(request: Asked) -> HttpResponse:
    return _post_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def post(request: Asked, key: int) -> HttpResponse:
    return _post_form(request, get_object_or_404(Post, pk=key))


def _post_form(request: Asked, one: Post | None) -> HttpResponse:
    form = PostForm(request.POST or None, instance=one, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = form.save()
                # A trigger copies `single` onto each holding, where the constraint can read it.
                PostHolding.objects.filter(post=made).update(single=made.single)
        except IntegrityError:
            form.add_error(None, _("同时有人改了这个岗位，请再看一遍。"))
        else:
            messages.success(request, _("已保存。"))
            return redirect("posts")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": str(Post.objects.get(pk=one.pk)) if one else _("新增岗位"),
            "sentence": _("岗位的权限跟着岗位走，换人不用改。"),
            "source": "",
            "form": form,
            "back_url": reverse("posts"),
            "history": history_of(one) if one else [],
        },
    )


# --- Who sits in them -------------------------------------------------------------------------------------------

STATES = ("waiting", "current", "over")


@require_GET
def holdings(request: Asked) -> HttpResponse:
    """What waits for the second administrator stands first."""
    today = timezone.localdate()
    choices = [("waiting", _("等确认")), ("current", _("在任")), ("over", _("已离任"))]
    filters = ChoiceFilter(request.GET or None, label=_("姓名、岗位"), choices=choices)
    filters.fields["kind"].label = _("状态")
    words, state = filters.words(), filters.chosen()
    found = PostHolding.objects.select_related("post__department", "person", "granted_by", "confirmed_by")
    if words:
        found = found.filter(
            Q(person__name__icontains=words)
            | Q(post__name__icontains=words)
            | Q(post__department__name__icontains=words)
        )
    if state in STATES:
        confirmed = found.filter(confirmed_at__isnull=False)
        narrowed = {
            "waiting": found.filter(confirmed_at__isnull=True),
            "current": confirmed.lasting(today),
            "over": confirmed.exclude(pk__in=PostHolding.objects.lasting(today)),
        }
        found = narrowed[state]
    waiting = PostHolding.objects.filter(confirmed_at__isnull=True).count()
    ordered = found.order_by(Case(When(confirmed_at__isnull=True, then=0), default=1), "-starts_on", "-pk")
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    grants = request.user.kind == Kind.SECURITY
    # What hand-overs ask for stands before everything, until it is done.
    asked = asked_rows() if grants and page.number == 1 and not words and state in ("", "waiting") else []
    sentence = ngettext("%(n)d 项等另一位管理员确认。", "%(n)d 项等另一位管理员确认。", waiting) % {"n": waiting}
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": _("任职"),
            "sentence": sentence if waiting else _("没有等确认的任职。"),
            **_together(request.user, waiting=waiting),
            "new_url": reverse("holding_new") if grants else "",
            "new_words": _("授予任职"),
            "columns": [_("人员"), _("岗位"), _("起止")],
            "rows": [*asked, *(_holding_row(one, by=request.user, today=today) for one in page)],
            "filters": filters,
            "clear_url": reverse("holdings") if words or state else "",
            **page_links(page, request.GET),
        },
    )


def _together(user: User, *, waiting: int) -> dict[str, str]:
    """Where many are done in one go: what a list proposes, for who grants; what waits, for who confirms."""
    if user.kind == Kind.SECURITY and SeatWish.objects.filter(settled_at__isnull=True).exists():
        return {"index_url": reverse("holding_wishes"), "index_words": _("人员表里的任职")}
    if waiting > 1:
        return {"index_url": reverse("holdings_confirm"), "index_words": _("一起确认")}
    return {}


def _holding_row(one: PostHolding, *, by: User, today) -> dict:
    url, act = "", ""
    lasts = one.ends_on is None or one.ends_on > today or (one.ends_on == today and one.stopped_at is None)
    if one.confirmed_at is None:
        state = _("%(who)s 授予，等确认") % {"who": one.granted_by or _("系统")}
        if may_confirm(one, by=by):
            url, act = reverse("holding_confirm", args=[one.pk]), _("确认")
        elif by.kind == Kind.SECURITY:
            url, act = reverse("holding_withdraw", args=[one.pk]), _("收回")
    else:
        state = _("%(who)s 确认") % {"who": one.confirmed_by}
        if by.kind == Kind.SECURITY and one.starts_on > today:
            url, act = reverse("holding_withdraw", args=[one.pk]), _("收回")
        elif by.kind == Kind.SECURITY and lasts:
            url, act = reverse("holding_end", args=[one.pk]), _("结束")
    return {
        "cells": [
            {"words": one.person.name, "note": one.person.username},
            {"words": str(one.post), "note": ""},
            {"words": f"{one.starts_on.isoformat()} – {one.ends_on.isoformat() if one.ends_on else ''}", "note": state},
        ],
        "url": url,
        "act": act,
        "retired": one.confirmed_at is not None and not lasts,
    }


def may_confirm(one: PostHolding, *, by: User) -> bool:
    """Another administrator than the one who granted it, and never the person himself under another account."""
    return (
        one.confirmed_at is None
        and by.kind in (Kind.SECURITY, Kind.AUDIT)
        and one.granted_by_id != by.pk
        and not is_same_person(one.person, by)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def holding_new(request: Asked) -> HttpResponse:
    form = HoldingForm(request.POST or None, granted_by=request.user)
    if request.method == "POST" and form.is_valid():
        form.instance.granted_by = request.user
        try:
            with transaction.atomic():
                tell_who_confirms(form.save(), by=request.user)
        except IntegrityError:
            form.add_error("post", _("这个岗位只能一人在任，刚刚已授予别人。"))
        else:
            messages.success(request, _("已授予，等另一位管理员确认后生效。"))
            return redirect("holdings")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": _("授予任职"),
            "sentence": _("谁从哪天起坐在哪个岗位上。"),
            "source": "",
            "second_person": True,
            "form": form,
            "save_words": _("授予"),
            "back_url": reverse("holdings"),
            "history": [],
        },
    )


def confirm_holding(one: PostHolding, *, by: User, at: datetime) -> None:
    """The second word; the caller holds the row's lock and has asked may_confirm()."""
    one.confirmed_by, one.confirmed_at = by, at
    one.save()
    # A chair in a barred department bars whoever sits down in it: what he holds goes on.
    acting.settle_bars(one.person, actor=by)
    words = as_printed(gettext_lazy("您从 %(day)s 起任 %(post)s。"))
    words %= {"day": one.starts_on.isoformat(), "post": one.post}
    notices.tell([one.person], kind="holding", words=words, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
def holding_confirm(request: Asked, key: int) -> HttpResponse:
    """The second confirmation. Until then the holding gives nothing."""
    with transaction.atomic():
        rows = PostHolding.objects.select_for_update(of=("self",)).select_related("post", "person")
        one = get_object_or_404(rows, pk=key)
        if not may_confirm(one, by=request.user):
            raise Http404
        if request.method == "POST":
            confirm_holding(one, by=request.user, at=timezone.now())
            messages.success(request, _("已确认，%(who)s 任 %(post)s。") % {"who": one.person.name, "post": one.post})
            return redirect("holdings")
    sees = "、".join(subjects.label(code) for code in one.post.sees)
    lines = [
        _("从 %(day)s 起") % {"day": one.starts_on.isoformat()},
        _("%(who)s 授予") % {"who": one.granted_by or _("系统")},
        *([_("按职责可见：%(functions)s") % {"functions": sees}] if sees else []),
    ]
    return _confirm(request, one, _("确认任职"), lines, yes=_("确认"))


@require_http_methods(["GET", "HEAD", "POST"])
def holding_withdraw(request: Asked, key: int) -> HttpResponse:
    not_yet = Q(confirmed_at__isnull=True) | Q(starts_on__gt=timezone.localdate())
    one = get_object_or_404(PostHolding.objects.select_related("post", "person").filter(not_yet), pk=key)
    if request.method == "POST":
        one.delete()
        messages.success(request, _("已收回。"))
        return redirect("holdings")
    lines = [_("还没有生效，收回后不留任职；改动记录里看得到。")]
    return _confirm(request, one, _("收回任职"), lines, yes=_("收回"))


@require_http_methods(["GET", "HEAD", "POST"])
def holding_end(request: Asked, key: int) -> HttpResponse:
    """Only ever earlier: a longer term is a new grant."""
    lasting = PostHolding.objects.lasting(timezone.localdate())
    one = get_object_or_404(lasting.select_related("post", "person"), pk=key, confirmed_at__isnull=False)
    form = EndHoldingForm(request.POST or None, holding=one)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        one.ends_on = form.cleaned_data["ends_on"]
        one.stopped_at = now if form.cleaned_data["at_once"] else None
        one.save()
        still = one.stopped_at is None and one.ends_on >= timezone.localdate()
        words = _("%(who)s 任 %(post)s 到 %(day)s 为止，这一天还在任。") if still else _("%(who)s 不再任 %(post)s。")
        words %= {"who": one.person.name, "post": one.post, "day": one.ends_on}
        messages.success(request, words)
        vacancies.tell(on=timezone.localdate(), at=now)
        return redirect("holdings")
    others = PostHolding.objects.current(timezone.localdate()).filter(post=one.post).exclude(pk=one.pk)
    waiting = Turn.objects.open().filter(post=one.post, holder__isnull=True).count()
    lines = [_("他认领的文件仍在他手里，岗位上的留给接任的人。")]
    if waiting and not others.exists():
        words = ngettext("这个岗位就空了，还有 %(n)d 件文件在等。", "这个岗位就空了，还有 %(n)d 件文件在等。", waiting)
        lines.append(words % {"n": waiting})
    return _confirm(request, one, _("结束任职"), lines, yes=_("结束"), form=form, danger=True)


def _confirm(
    request: Asked, one: PostHolding, heading: str, lines: list[str], *, yes: str, form=None, danger: bool = False
) -> HttpResponse:
    return TemplateResponse(
        request,
        "office/confirm.html",
        {
            "heading": heading,
            "question": _("%(words)s（%(note)s）")
            % {"words": f"{one.person.name} {one.post}", "note": one.person.username},
            "lines": lines,
            "form": form,
            "yes_words": yes,
            "danger": danger,
            "back_url": reverse("holdings"),
        },
    )
