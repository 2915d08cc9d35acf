"""The search box: a number opens its paper at once, words list the newest papers that hold them all."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_GET

from office import lists, searching, showing, subjects
from office.lists import arranging
from office.lists.found import Found, cell_of, found_for, values_of
from office.models.cases import Case
from office.views.asked import Asked
from office.views.looking import note_listed

PAGE = 50


@require_GET
def search(request: Asked) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:200]
    listed = lists.get(Found.code)
    mine = arranging.arranged(listed, request.user, request.GET)
    if not words:
        around = arranging.around(listed, request.user, request.GET, mine, rows=False)
        shown = {"search_words": "", "rows": [], "hints": True, **around, "save_url": ""}
        return TemplateResponse(request, "office/search.html", shown)
    exact = searching.by_reference(request.user, words)
    if exact is not None:
        return redirect("case", exact.public_id)
    before = int(request.GET["before"]) if request.GET.get("before", "").isdecimal() else None
    cases = found_for(request.user, words, count=PAGE + 1, before=before)
    more = len(cases) > PAGE
    cases = cases[:PAGE]
    note_listed(request, cases, at=gettext_noop("查找结果"))
    rows = _rows(cases, mine.columns, words)
    sentence = ngettext("找到 %(n)d 件。", "找到 %(n)d 件。", len(rows)) % {"n": len(rows)} if rows else ""
    if more:
        sentence = _("先列最近的 %(n)d 件。") % {"n": len(rows)}
    return TemplateResponse(
        request,
        "office/search.html",
        {
            "search_words": words,
            "sentence": sentence,
            **arranging.around(listed, request.user, request.GET, mine, rows=bool(rows)),
            "columns": mine.columns,
            "rows": rows,
            "next_url": f"{reverse('search')}?{_query(request, words, cases[-1].pk)}" if more else "",
        },
    )


def _rows(cases: list[Case], columns: list[lists.Column], words: str) -> list[dict]:
    values, said = values_of(cases), subjects.summaries(cases)
    return [
        {
            "url": reverse("case", args=[case.public_id]),
            "reference": case.reference,
            **showing.chips(case, called=said[case.pk].urgency),
            "title": marked(str(values[case.pk]["title"]), words),
            "second_line": said[case.pk].line,
            "void": case.outcome == "void",
            "cells": [cell_of(column, values[case.pk]) for column in columns],
        }
        for case in cases
    ]


def _query(request: Asked, words: str, before: int) -> str:
    view = {arranging.VIEW: request.GET[arranging.VIEW]} if request.GET.get(arranging.VIEW) else {}
    return urlencode({"q": words, **view, "before": before})


def marked(title: str, words: str) -> str:
    """The title as safe HTML, with the words that were found marked."""
    spans: list[tuple[int, int]] = []
    lower = title.lower()
    for word in words.lower().split():
        start = lower.find(word)
        while start >= 0:
            spans.append((start, start + len(word)))
            start = lower.find(word, start + len(word))
    parts, place = [], 0
    for start, end in sorted(spans):
        if start < place:
            continue
        parts += [escape(title[place:start]), "<mark>", escape(title[start:end]), "</mark>"]
        place = end
    return mark_safe("".join([*parts, escape(title[place:])]))
