"""Many people at once: accounts from Excel, the seats their list proposes, and many seats confirmed in one go."""

import io

import openpyxl
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from office import files, staffing
from office.importing.grids import UnreadableBook, read_workbook
from office.models.people import PostHolding
from office.views.admin_posts import confirm_holding, may_confirm
from office.views.asked import Asked

# The list between two pages: names and telephones, in the session of who brought it.
KEPT = "staff"
SHEETS = ("xlsx", "xls")


class StaffForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("人员表（Excel）"), allow_empty_file=True)


@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: Asked) -> HttpResponse:
    form = StaffForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with files.checked([form.cleaned_data["file"]]) as ready:
                (one,) = ready
                if one.type not in SHEETS:
                    raise UnreadableBook(_("请上传 Excel 文件（.xlsx 或 .xls）。"))
                reading = staffing.read(read_workbook(one.path.read_bytes(), kind=one.type))
        except (files.Unfit, UnreadableBook, staffing.NoList) as refused:
            form.add_error("file", str(refused))
        else:
            request.session[KEPT] = reading.as_plain()
            return redirect("people_check")
    return TemplateResponse(
        request,
        "office/people_import.html",
        {"form": form, "heads": staffing.HEADS},
        status=422 if form.is_bound and form.errors else 200,
    )


@require_GET
def people_template(request: Asked) -> HttpResponse:
    """The empty list, with the heads it is known by."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "人员"
    sheet.append(list(staffing.HEADS))
    out = io.BytesIO()
    book.save(out)
    answer = HttpResponse(
        out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = "attachment; filename*=UTF-8''%E4%BA%BA%E5%91%98%E8%A1%A8.xlsx"
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people_check(request: Asked) -> HttpResponse:
    """What would be made; made, each account with its one-time password, shown in this answer and kept nowhere."""
    kept = request.session.get(KEPT)
    if kept is None:
        messages.info(request, _("没有等着核对的人员表，请先选文件。"))
        return redirect("people_import")
    reading = staffing.Reading.from_plain(kept)
    if request.method == "POST":
        del request.session[KEPT]
        if "drop" in request.POST:
            messages.success(request, _("没有建账户。"))
            return redirect("people_import")
        made = staffing.make(reading, by=request.user, at=timezone.now())
        answer = TemplateResponse(
            request,
            "office/people_made.html",
            {"made": made, "departments": reading.departments, "back_url": reverse("first_run")},
        )
        # A one-time password lies in no browser's store.
        answer["Cache-Control"] = "no-store, private"
        return answer
    return TemplateResponse(
        request,
        "office/people_check.html",
        {
            "people": reading.people,
            "fresh": len(reading.fresh),
            "faults": reading.faults,
            "departments": reading.departments,
        },
    )


# --- Seats --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def holding_wishes(request: Asked) -> HttpResponse:
    """What the list of people proposes; granted, it waits for the second administrator like every holding."""
    wishes = staffing.proposed()
    if request.method == "POST":
        ticked = {int(key) for key in request.POST.getlist("wish") if key.isdecimal()}
        chosen = [one for one in wishes if one.pk in ticked]
        now = timezone.now()
        if "drop" in request.POST:
            staffing.drop(chosen, at=now)
            messages.success(request, _("已不采纳 %(n)d 项。") % {"n": len(chosen)})
            return redirect("holding_wishes")
        refused = staffing.grant(chosen, by=request.user, on=timezone.localdate(), at=now)
        if len(chosen) > len(refused):
            words = _("已授予 %(n)d 项，等另一位管理员确认后生效。")
            messages.success(request, words % {"n": len(chosen) - len(refused)})
        for sentence in refused:
            messages.error(request, sentence)
        return redirect("holding_wishes" if refused else "holdings")
    rows = []
    for one in wishes:
        seat = staffing.seat_of(one)
        rows.append({
            "key": one.pk,
            "who": one.person.name,
            "username": one.person.username,
            "department": str(one.person.department or ""),
            "wanted": _("%(title)s，领导排名 %(n)d") % {"title": one.wanted, "n": one.rank} if one.rank else one.wanted,
            "seat": str(seat.post) if seat.post else _("新建：%(name)s") % {"name": seat.makes} if seat.makes else "",
            "why": seat.why,
        })  # fmt: skip
    return TemplateResponse(request, "office/holding_wishes.html", {"rows": rows, "back_url": reverse("holdings")})


@require_http_methods(["GET", "HEAD", "POST"])
def holdings_confirm(request: Asked) -> HttpResponse:
    """Every holding this administrator may confirm, read in one list and confirmed in one act."""
    waiting = PostHolding.objects.filter(confirmed_at__isnull=True).select_related(
        "post__department", "person", "granted_by"
    )
    mine = [one for one in waiting.order_by("post__rank", "post__department__position", "pk")
            if may_confirm(one, by=request.user)]  # fmt: skip
    if request.method == "POST":
        ticked = {int(key) for key in request.POST.getlist("holding") if key.isdecimal()}
        with transaction.atomic():
            rows = PostHolding.objects.select_for_update(of=("self",)).select_related("post", "person")
            found = [one for one in rows.filter(pk__in=ticked).order_by("pk") if may_confirm(one, by=request.user)]
            for one in found:
                confirm_holding(one, by=request.user, at=timezone.now())
        messages.success(request, _("已确认 %(n)d 项任职。") % {"n": len(found)})
        return redirect("holdings")
    return TemplateResponse(
        request,
        "office/holdings_confirm.html",
        {
            "rows": [
                {
                    "key": one.pk, "who": one.person.name, "username": one.person.username, "post": str(one.post),
                    "from": one.starts_on.isoformat(), "by": str(one.granted_by or _("系统")),
                    "sees": bool(one.post.sees),
                }
                for one in mine
            ],
            "back_url": reverse("holdings"),
        },
    )  # fmt: skip
