"""Number series, the address book and the office's own phrases, kept by the 系统管理员."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Max, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from office import numbering
from office.forms.books import OrganisationForm, SeriesForm
from office.forms.filters import WordFilter
from office.forms.personal import PhraseForm
from office.models.contacts import Organisation
from office.models.dials import Phrase
from office.models.numbers import Series
from office.views.asked import Asked

from .history import history_of, history_of_each

PAGE = 60


# --- Series -----------------------------------------------------------------------------------------------------


@require_GET
def series_list(request: Asked) -> HttpResponse:
    """Books, this year's first. A number once given stays used for ever."""
    missing = _missing_next_year()
    rows = [
        {
            "cells": [
                {"words": str(one), "note": one.title},
                {"words": one.written(one.last + 1), "note": _("下一个号")},
                {"words": _("已用到 %(n)d") % {"n": one.last}, "note": _("只登编号") if one.number_only else ""},
            ],
            "url": reverse("series", args=[one.pk]),
            "retired": one.retired,
        }
        for one in Series.objects.order_by("-year", "position", "name")
    ]
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": _("编号系列"),
            "sentence": _("一年一本，号不重不漏；作废的号划线保留。"),
            "index_url": reverse("series_year") if missing else reverse("dials"),
            "index_words": _("开新一年的簿") if missing else _("设置"),
            "new_url": reverse("series_new"),
            "new_words": _("新增系列"),
            "columns": [_("系列"), _("编号"), _("用到")],
            "rows": rows,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def series_new(request: Asked) -> HttpResponse:
    return _series_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def series(request: Asked, key: int) -> HttpResponse:
    return _series_form(request, get_object_or_404(Series, pk=key))


def _series_form(request: Asked, one: Series | None) -> HttpResponse:
    with transaction.atomic():
        # A number may be drawn at this very moment: the row is held while it is looked at and written.
        if one is not None and request.method == "POST":
            one = Series.objects.select_for_update().get(pk=one.pk)
        form = SeriesForm(request.POST or None, instance=one)
        if request.method == "POST" and form.is_valid():
            made = form.save()
            messages.success(request, _("已保存：下一个号是 %(number)s。") % {"number": made.written(made.last + 1)})
            return redirect("series_list")
    used = _("这本簿已经发过号，名称、形式和号数不能再改。")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": str(one) if one else _("新增系列"),
            "sentence": used if one and form.used else _("号不重不漏；停用后不能再登记新件。"),
            "source": "",
            "form": form,
            "back_url": reverse("series_list"),
            "history": history_of(one) if one else [],
        },
    )


def _missing_next_year() -> list[str]:
    """Books of this year that have no row for the next one, from December on; in January those of last year."""
    today = timezone.localdate()
    year = today.year + 1 if today.month == 12 else today.year
    running = Series.objects.filter(year=year - 1, retired=False).order_by("position", "name")
    opened = set(Series.objects.filter(year=year).values_list("name", flat=True))
    return [name for name in running.values_list("name", flat=True) if name not in opened]


@require_http_methods(["GET", "HEAD", "POST"])
def series_year(request: Asked) -> HttpResponse:
    """Opens the new year's books all at once, each from the last year's form; numbers begin at 1 again."""
    today = timezone.localdate()
    year = today.year + 1 if today.month == 12 else today.year
    names = _missing_next_year()
    if request.method == "POST":
        with transaction.atomic():
            # Series rows in order of their names, as wherever several are touched.
            for name in sorted(names):
                numbering.of_year(name, year=year)
        count = len(names)
        messages.success(request, ngettext("已开 %(n)d 本。", "已开 %(n)d 本。", count) % {"n": count})
        return redirect("series_list")
    return TemplateResponse(
        request,
        "office/confirm.html",
        {
            "heading": _("开 %(year)d 年的簿") % {"year": year},
            "question": _("下面的系列从上一年照样开一本，从 1 号起。")
            if names
            else _("%(year)d 年的簿都开好了。") % {"year": year},
            "lines": [f"{name}〔{year}〕" for name in names],
            "form": None,
            "yes_words": _("开簿"),
            "refused": not names,
            "back_url": reverse("series_list"),
        },
    )


# --- Organisations ----------------------------------------------------------------------------------------------


@require_GET
def organisations(request: Asked) -> HttpResponse:
    found = Organisation.objects.order_by("retired", "-used", "name")
    filters = WordFilter(request.GET or None, label=_("单位名称、简称、拼音首字母"))
    words = filters.words()
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(short_name__icontains=words) | Q(initials__startswith=words.lower())
        )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    rows = [
        {
            "cells": [
                {"words": one.name, "note": one.short_name},
                {"words": str(one.get_group_display()), "note": one.initials},
                {"words": _("来文 %(n)d 件") % {"n": one.used} if one.used else "", "note": ""},
            ],
            "url": reverse("organisation", args=[one.pk]),
            "retired": one.retired,
        }
        for one in page
    ]
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": _("来往单位"),
            "sentence": ngettext("%(n)d 个单位。", "%(n)d 个单位。", count) % {"n": count},
            "index_url": reverse("dials"),
            "new_url": reverse("organisation_new"),
            "new_words": _("新增单位"),
            "columns": [_("单位"), _("类别"), _("往来")],
            "rows": rows,
            "filters": filters,
            "clear_url": reverse("organisations") if words else "",
            **page_links(page, request.GET),
        },
    )


def page_links(page, asked: QueryDict) -> dict:
    """To the pages beside this one, of the same selection."""

    def to(number: int) -> str:
        query = asked.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "prev_url": to(page.previous_page_number()) if page.has_previous() else "",
        "next_url": to(page.next_page_number()) if page.has_next() else "",
        "page_words": _("第 %(n)d 页，共 %(total)d 页") % {"n": page.number, "total": page.paginator.num_pages}
        if page.paginator.num_pages > 1
        else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_new(request: Asked) -> HttpResponse:
    return _organisation_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: Asked, key: int) -> HttpResponse:
    return _organisation_form(request, get_object_or_404(Organisation, pk=key))


def _organisation_form(request: Asked, one: Organisation | None) -> HttpResponse:
    form = OrganisationForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("已保存。"))
        return redirect("organisations")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": one.name if one else _("新增单位"),
            "sentence": _("登记时按名称、简称、拼音首字母都能找到；停用的不再列出。"),
            "source": "",
            "form": form,
            "back_url": reverse("organisations"),
            "history": history_of(one) if one else [],
        },
    )


# --- The office's phrases ---------------------------------------------------------------------------------------


@require_GET
def office_phrases(request: Asked) -> HttpResponse:
    rows = [
        {"cells": [{"words": one.text, "note": ""}], "url": reverse("office_phrase", args=[one.pk])}
        for one in Phrase.objects.filter(person__isnull=True)
    ]
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": _("本单位常用语"),
            "sentence": _("排在每个人自己的常用语后面。"),
            "index_url": reverse("dials"),
            "new_url": reverse("office_phrase_new"),
            "new_words": _("新增常用语"),
            "columns": [_("常用语")],
            "rows": rows,
            "history": history_of_each(Phrase.history.all()),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def office_phrase_new(request: Asked) -> HttpResponse:
    return _phrase_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def office_phrase(request: Asked, key: int) -> HttpResponse:
    """An empty text takes the phrase away."""
    one = get_object_or_404(Phrase, pk=key, person__isnull=True)
    if request.method == "POST" and not request.POST.get("text", "").strip():
        one.delete()
        messages.success(request, _("已删去。"))
        return redirect("office_phrases")
    return _phrase_form(request, one)


def _phrase_form(request: Asked, one: Phrase | None) -> HttpResponse:
    form = PhraseForm(request.POST or None, instance=one, person=None)
    if request.method == "POST" and form.is_valid():
        if one is None:
            last = Phrase.objects.filter(person__isnull=True).aggregate(last=Max("position"))["last"]
            form.instance.position = (last or 0) + 1
        form.save()
        messages.success(request, _("已保存。"))
        return redirect("office_phrases")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": _("常用语"),
            "sentence": _("清空后保存就删去这一条。") if one else _("写一条大家都用得上的话。"),
            "source": "",
            "form": form,
            "back_url": reverse("office_phrases"),
            "history": history_of(one) if one else [],
        },
    )
