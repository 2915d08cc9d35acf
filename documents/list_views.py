"""The register on screen."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_GET

from office import lists
from office.lists import arranging
from office.registers import Selection
from office.views.asked import Asked
from office.views.looking import note_listed

from . import onscreen
from .forms import RegisterFilter
from .listing import IncomingList, found_by, places_of, row_of
from .views import may_register, void_words

NO_SUCH_REGISTER = gettext_lazy("没有这样的登记簿，请重新选择年度、月份和登记簿。")


@require_GET
def incoming_list(request: Asked) -> HttpResponse:
    filters = RegisterFilter(request.GET or None)
    chosen = filters.cleaned_data if filters.is_valid() else {}
    if filters.errors:
        # Shown is this year's book: whoever asked for another is told.
        messages.error(request, NO_SUCH_REGISTER)
    found = found_by(request.user, chosen)
    selection = found.selection
    page = onscreen.page(found, request.GET.get("page", ""))
    listed = lists.get(IncomingList.code)
    mine = arranging.arranged(listed, request.user, request.GET)
    query = {key: value for key, value in request.GET.items() if key != "page" and value}
    prints = urlencode(
        {
            **{k: v for k, v in query.items() if k in ("year", "month", "series", "senders")},
            "year": selection.year,
        }
    )
    note_listed(request, [one.case for one in page.rows], at=gettext_noop("登记簿"))
    places = {"now", "due"} & {column.code for column in mine.columns}
    now = places_of([one.case_id for one in page.rows]) if places else {}
    # Printed are books, whatever their papers' state; a button does not say it prints what it does not.
    part = bool(chosen.get("state") or chosen.get("q"))
    return TemplateResponse(
        request,
        "documents/incoming_list.html",
        {
            "heading": _("收文登记簿"),
            "sentence": _("先列最近的 %(n)d 件。") % {"n": page.number * onscreen.PAGE}
            if page.uncounted and not found.oldest_first
            else _("先列 %(n)d 件。") % {"n": page.number * onscreen.PAGE}
            if page.uncounted
            else _count_words(selection, page.count),
            "filters": filters,
            "clear_url": reverse("incoming_list") if query else "",
            "new_url": reverse("incoming_new") if may_register(request.user) else "",
            "import_url": reverse("imports") if may_register(request.user) else "",
            "exports": [
                {"label": words, "url": f"{reverse('incoming_print')}?{prints}&as={kind}"}
                for kind, words in (
                    ("pdf", _("打印全簿 PDF") if part else _("打印 PDF")),
                    ("xlsx", _("导出全簿 Excel") if part else _("导出 Excel")),
                )
            ],
            **arranging.around(listed, request.user, request.GET, mine, rows=bool(page.rows)),
            "columns": mine.columns,
            "rows": [
                row_of(one, mine.columns, now.get(one.case_id), void_words=void_words(_voided(one)))
                for one in page.rows
            ],
            "prev_url": f"?{urlencode({**query, 'page': page.number - 1})}" if page.number > 1 else "",
            "next_url": f"?{urlencode({**query, 'page': page.number + 1})}" if page.more else "",
            "page_words": _("第 %(page)d 页") % {"page": page.number}
            if page.uncounted
            else _("第 %(page)d 页，共 %(pages)d 页")
            % {"page": page.number, "pages": max(1, -(-page.count // onscreen.PAGE))},
        },
    )


def _voided(one):
    return next((made for made in one.case.ends if made.move == "void"), None)


def _count_words(selection: Selection, n: int) -> str:
    if selection.month:
        return _("%(year)d 年 %(month)d 月，%(n)d 件。") % {"year": selection.year, "month": selection.month, "n": n}
    return _("%(year)d 年，%(n)d 件。") % {"year": selection.year, "n": n}
