"""The State Council's 放假安排: pasted or uploaded, read by rule, looked through day by day, then kept at once."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from office import files, holiday_notice, missing_year
from office.forms.holidays import LONGEST, ArrangedForm, NoticeForm, given_rows
from office.holiday_upload import words_of
from office.models.clocks import Day, KnownYear
from office.views.asked import Asked
from office.views.calendar import then_moved

# What was read, until it is kept: in the administrator's own session.
KEY = "holiday_notice"


@require_http_methods(["GET", "HEAD", "POST"])
def holiday_notice_new(request: Asked) -> HttpResponse:
    """Where the notice is brought. What can be read of it is shown next; nothing is kept yet."""
    form = NoticeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            text = words_of(form.cleaned_data["file"]) if form.cleaned_data["file"] else form.cleaned_data["text"]
        except files.Unfit as unfit:
            form.add_error("file", unfit.sentence)
        else:
            found = holiday_notice.read(text[:LONGEST], year=form.cleaned_data["year"])
            if found.year is not None and found.days:
                request.session[KEY] = {
                    "year": found.year, "source": found.source, "rows": given_rows(found),
                    "text": text[:LONGEST],
                }
                return redirect("holiday_check")
            for sentence in found.doubts:
                form.add_error(None, sentence)
    return TemplateResponse(
        request,
        "office/holiday_notice.html",
        {"form": form, "back_url": reverse("calendar"), "waiting_url": _waiting_url(request)},
    )


def _waiting_url(request: Asked) -> str:
    return reverse("holiday_check") if KEY in request.session else ""


@require_http_methods(["GET", "HEAD", "POST"])
def holiday_check(request: Asked) -> HttpResponse:
    """Every day of it as a row to be changed or left out; then all of it is kept in one transaction."""
    held: dict[str, Any] | None = request.session.get(KEY)
    if held is None:
        return redirect("holiday_notice")
    # Read once more, so that they are said in the language of now.
    doubts = holiday_notice.read(held["text"], year=held["year"]).doubts
    form = ArrangedForm(
        request.POST or None, year=held["year"], rows=held["rows"], doubts=doubts, source=held["source"]
    )
    if request.method == "POST" and form.is_valid():
        named = {row["date"] for row in held["rows"] if row["named"]}
        count = keep(form, year=held["year"], named=named)
        del request.session[KEY]
        messages.success(
            request,
            ngettext("%(year)d 年的安排已录全，%(n)d 天。", "%(year)d 年的安排已录全，%(n)d 天。", count)
            % {"year": held["year"], "n": count},
        )
        return then_moved(request, held["year"])
    return TemplateResponse(
        request,
        "office/holiday_check.html",
        {
            "year": held["year"],
            "text": held["text"],
            "doubts": doubts,
            "form": form,
            "back_url": reverse("holiday_notice"),
        },
    )


def keep(form: ArrangedForm, *, year: int, named: set[str]) -> int:
    """Write the days and the year's source, all or nothing; how many days there are. Rows the calendar had and the
    notice does not name keep where they come from."""
    source = form.cleaned_data["source"]
    with transaction.atomic():
        known = {row.date: row for row in Day.objects.select_for_update().filter(date__in=form.days)}
        for day, (kind, note) in sorted(form.days.items()):
            row = known.get(day) or Day(date=day)
            if not kind:
                if row.pk:
                    row.delete()
                continue
            own = row.pk and day.isoformat() not in named
            fresh = (kind, note, row.source if own else source)
            if (row.kind, row.note, row.source) != fresh or not row.pk:
                row.kind, row.note, row.source = fresh
                row.save()
        entered, _made = KnownYear.objects.get_or_create(year=year, defaults={"source": source})
        if entered.source != source:
            entered.source = source
            entered.save()
        missing_year.entered(at=timezone.now())
    return sum(bool(kind) for kind, _note in form.days.values())
