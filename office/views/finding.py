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

from office import searching, showing
from office.views.asked import Asked
from office.views.looking import note_listed
from office.views.queue import case_rows

PAGE = 50


@require_GET
def search(request: Asked) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:200]
    if not words:
        return TemplateResponse(
            request, "office/search.html", {"search_words": "", "rows": [], "hints": True}
        )
    exact = searching.by_reference(request.user, words)
    if exact is not None:
        return redirect("case", exact.public_id)
    before = int(request.GET["before"]) if request.GET.get("before", "").isdecimal() else None
    cases = searching.search(request.user, words, count=PAGE + 1, before=before)
    if not cases:
        cases = searching.by_hands(request.user, words, count=PAGE + 1, before=before)
    more = len(cases) > PAGE
    cases = cases[:PAGE]
    note_listed(request, cases, at=gettext_noop("查找结果"))
    rows = [
        {
            **row,
            "title": marked(row["title"], words),
            "where": f"{row['step']} {row['step_note']}".strip(),
            "when": showing.short_moment(case.opened_at),
        }
        for row, case in zip(case_rows(cases), cases, strict=True)
    ]
    sentence = ngettext("找到 %(n)d 件。", "找到 %(n)d 件。", len(rows)) % {"n": len(rows)} if rows else ""
    if more:
        sentence = _("先列最近的 %(n)d 件。") % {"n": len(rows)}
    return TemplateResponse(
        request,
        "office/search.html",
        {
            "search_words": words,
            "sentence": sentence,
            "kinds": [],
            "rows": rows,
            "next_url": f"{reverse('search')}?{_query(words, cases[-1].pk)}" if more else "",
        },
    )


def _query(words: str, before: int) -> str:
    return urlencode({"q": words, "before": before})


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
