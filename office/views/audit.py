"""What the 审计管理员 reads: signing in, changes of settings, the nightly anchors, looks. Never a title."""

from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from axes.models import AccessFailureLog, AccessLog
from django import forms
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncMonth
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from office import showing, verifying
from office.forms.filters import ChoiceFilter, WordFilter
from office.models.cases import Anchor
from office.models.clocks import Day, KnownYear
from office.models.contacts import Contact, Organisation
from office.models.dials import BEGAN, Ladder, Phrase, ProcedureChoice, Setting, StepSetting
from office.models.grants import Look
from office.models.letterheads import Letterhead
from office.models.numbers import Series
from office.models.outbox import Address, QuietHours
from office.models.people import Department, Deputy, Kind, Post, PostHolding, User
from office.views.asked import Asked, start_of

from .history import name_of, row_of

PAGE = 60
# Settings and rights only: what a paper is called is no business of an administrator.
WATCHED = {
    str(model._meta.model_name): model
    for model in (
        *(User, Post, PostHolding, Department, Deputy),
        *(Setting, StepSetting, ProcedureChoice, Ladder, Series, Day, KnownYear),
        *(Address, QuietHours),
        *(Organisation, Contact, Phrase, Letterhead),
    )
}


def links(request: Asked, start: int, *, more: bool) -> dict[str, str]:
    def to(place: int) -> str:
        query = request.GET.copy()
        query["from"] = str(place)
        return f"{request.path}?{query.urlencode()}"

    return {
        "prev_url": to(max(0, start - PAGE)) if start else "",
        "next_url": to(start + PAGE) if more else "",
        "page_words": "",
    }


@require_GET
def overview(request: Asked) -> HttpResponse:
    """Where to look: each line with its state in words."""
    now = timezone.now()
    day_ago = now - timedelta(days=1)
    waiting = PostHolding.objects.filter(confirmed_at__isnull=True).exclude(granted_by=request.user).count()
    to_open = User.objects.filter(is_active=False, must_change_password=True).exclude(kind=Kind.OFFICE).count()
    failures = AccessFailureLog.objects.filter(attempt_time__gte=day_ago).count()
    signed_in = AccessLog.objects.filter(attempt_time__gte=day_ago).count()
    anchor = Anchor.objects.filter(sealed=False).order_by("-pk").first()
    tries = _("%(n)d 次，失败 %(bad)d 次") % {"n": signed_in, "bad": failures}
    rows = [
        (_("等您确认的任职"), _items(waiting), "", "holdings"),
        (_("等您启用的管理员账户"), _items(to_open), "", "people"),
        (_("一天来的登录"), tries, _("日志至少留六个月"), "sign_ins"),
        (_("设置和权限的改动"), _("谁、何时、改了什么"), "", "changes"),
        (_("最近一次存证"), showing.moment(anchor.at) if anchor else _("还没有"), _("每夜一次"), "anchors"),
        (_("限知件的查看"), _("只有次数，没有标题"), "", "look_counts"),
    ]
    return TemplateResponse(
        request,
        "office/dials.html",
        {
            "heading": _("审计"),
            "sentence": _("审计管理员看日志、查存证、做第二道确认，不看任何文件。"),
            "groups": [
                {
                    "label": "",
                    "dials": [
                        {"label": label, "value_words": words, "source": note, "url": reverse(name)}
                        for label, words, note, name in rows
                    ],
                }
            ],
        },
    )


def _items(count: int) -> str:
    return ngettext("%(n)d 项", "%(n)d 项", count) % {"n": count} if count else _("没有")


# --- Signing in -------------------------------------------------------------------------------------------------


@require_GET
def sign_ins(request: Asked) -> HttpResponse:
    """Successes and failures in one line of time, latest first."""
    filters = ChoiceFilter(
        request.GET or None, label=_("登录名或地址"), choices=[("good", _("登录成功")), ("bad", _("登录失败"))]
    )
    words, kind = filters.words(), filters.chosen()
    named = Q(username__icontains=words) if words else Q()
    if _is_address(words):
        named |= Q(ip_address=words)
    start = start_of(request)
    need = start + PAGE + 1
    good = AccessLog.objects.filter(named).order_by("-attempt_time")[:need] if kind != "bad" else []
    bad = AccessFailureLog.objects.filter(named).order_by("-attempt_time")[:need] if kind != "good" else []
    found = list(islice(merge(good, bad, key=lambda one: one.attempt_time, reverse=True), start, need))
    rows = [
        {
            "cells": [
                {"words": showing.moment(one.attempt_time), "note": "", "together": True},
                {"words": one.username or "", "note": one.ip_address or ""},
                {"words": _sign_in_words(one), "note": one.user_agent[:80]},
            ],
            "url": "",
        }
        for one in found[:PAGE]
    ]
    return _list(
        request,
        _("登录记录"),
        _("登录、退出和失败的尝试。"),
        [_("时间"), _("登录名和地址"), _("结果")],
        rows,
        filters=filters,
        clear_url=reverse("sign_ins") if words or kind else "",
        **links(request, start, more=len(found) > PAGE),
    )


def _is_address(words: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(words)
    except ValueError:
        return False
    return True


def _sign_in_words(one: AccessLog | AccessFailureLog) -> str:
    if isinstance(one, AccessFailureLog):
        return _("失败，已锁定") if one.locked_out else _("失败")
    if one.logout_time:
        return _("成功，%(when)s 退出") % {"when": showing.moment(one.logout_time)}
    return _("成功")


# --- Changes ----------------------------------------------------------------------------------------------------


@require_GET
def changes(request: Asked) -> HttpResponse:
    """Every change of accounts, posts, deputies and settings: who, when, which field, from what to what."""
    names = [(name, str(model._meta.verbose_name)) for name, model in WATCHED.items()]
    filters = ChoiceFilter(request.GET or None, label=_("改动的人"), choices=names)
    words, kind = filters.words(), filters.chosen()
    start = start_of(request)
    need = start + PAGE + 1
    pieces = []
    for name, model in WATCHED.items():
        if kind in ("", name):
            records = model.history.select_related("history_user").exclude(history_change_reason=BEGAN)
            records = records.order_by("-history_date", "-history_id")
            pieces.append((records.filter(history_user__name__icontains=words) if words else records)[:need])
    found = list(islice(merge(*pieces, key=lambda one: one.history_date, reverse=True), start, need))
    rows = []
    for record in found[:PAGE]:
        said = row_of(record, record.prev_record if record.history_type == "~" else None)
        rows.append(
            {
                "cells": [
                    {"words": said["when"], "note": said["who"], "together": True},
                    {"words": str(record.instance_type._meta.verbose_name), "note": name_of(record)},
                    {"words": said["words"], "note": ""},
                ],
                "url": said["url"],
                "act": _("对比"),
            }
        )
    return _list(
        request,
        _("改动记录"),
        _("账户、岗位、代理和设置的每一次改动。"),
        [_("时间"), _("对象"), _("改动")],
        rows,
        filters=filters,
        clear_url=reverse("changes") if words or kind else "",
        **links(request, start, more=len(found) > PAGE),
    )


# --- Anchors and chains -----------------------------------------------------------------------------------------


class YearForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("核对哪一年的件"), min_value=2000, max_value=2999)


@require_http_methods(["GET", "HEAD", "POST"])
def anchors(request: Asked) -> HttpResponse:
    """Nightly anchors, and a check of one year's chains on demand (the command verify_chain does all years)."""
    form = YearForm(request.POST or None, initial={"year": timezone.localdate().year})
    found: list[list[str]] | None = None
    if request.method == "POST" and form.is_valid():
        found = [[one.name, one.words] for one in islice(verifying.verify(year=form.cleaned_data["year"]), 200)]
    start = start_of(request)
    rows = list(Anchor.objects.order_by("-pk")[start : start + PAGE + 1])
    # Sealed and ordinary anchors are two chains: each follows the one before it of its own kind.
    before: dict[int, str | None] = {}
    last: dict[bool, str] = {}
    earlier = Anchor.objects.filter(pk__lte=rows[0].pk).order_by("-pk")[: 2 * PAGE + 4] if rows else ()
    for one in reversed(list(earlier)):
        before[one.pk] = last.get(one.sealed)
        last[one.sealed] = one.hash
    shown = [
        {
            "when": showing.moment(one.at),
            "kind": _("密封件") if one.sealed else _("一般件"),
            "cases": one.cases,
            "hash": one.hash,
            "joined": before.get(one.pk) in (None, one.previous_hash),
        }
        for one in rows[:PAGE]
    ]
    return TemplateResponse(
        request,
        "office/anchors.html",
        {"anchors": shown, "form": form, "found": found, **links(request, start, more=len(rows) > PAGE)},
    )


# --- Looks ------------------------------------------------------------------------------------------------------


@require_GET
def look_counts(request: Asked) -> HttpResponse:
    """Who looked how often at restricted papers, by month. Which papers those were, their owners see."""
    filters = WordFilter(request.GET or None, label=_("姓名"))
    words = filters.words()
    looks = Look.objects.filter(person__name__icontains=words) if words else Look.objects.all()
    counted = (
        looks.order_by()
        .annotate(month=TruncMonth("at"))
        .values("month", "person__name", "person__username")
        .annotate(n=Count("pk"), papers=Count("case", distinct=True), last=Max("at"))
        .order_by("-month", "-n")
    )
    start = start_of(request)
    found = list(counted[start : start + PAGE + 1])
    rows = [
        {
            "cells": [
                {"words": row["person__name"], "note": row["person__username"]},
                {"words": _month_words(row["month"]), "note": ""},
                {
                    "words": _("%(n)d 次，%(papers)d 件") % {"n": row["n"], "papers": row["papers"]},
                    "note": _("最近 %(when)s") % {"when": showing.moment(row["last"])},
                },
            ],
            "url": "",
        }
        for row in found[:PAGE]
    ]
    return _list(
        request,
        _("限知件查看"),
        _("只有次数；是哪几件由主办的人在“谁看过”里看。"),
        [_("姓名"), _("月份"), _("次数")],
        rows,
        filters=filters,
        clear_url=reverse("look_counts") if words else "",
        **links(request, start, more=len(found) > PAGE),
    )


def _month_words(month: datetime) -> str:
    return timezone.localtime(month).strftime("%Y-%m")


def _list(request: Asked, heading: str, sentence: str, columns: list[str], rows: list[dict], **more) -> HttpResponse:
    up = {"index_url": reverse("audit"), "index_words": _("审计")}
    context = {"heading": heading, "sentence": sentence, "columns": columns, "rows": rows, **up, **more}
    return TemplateResponse(request, "office/dial_list.html", context)
