"""The working calendar: everybody sees it, the 系统管理员 edits it, and dates that would move are confirmed."""

import calendar as months_of_a_year
import hashlib
from collections import Counter
from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from office import missing_year, procedures, showing, timing
from office.clock import Calendar
from office.clock import Day as CalendarDay
from office.clock.calendars import festival
from office.forms.calendar import DayForm, KnownYearForm
from office.models.cases import Case
from office.models.clocks import Clock, Day, KnownYear, load_calendar
from office.models.people import Kind
from office.views.asked import Asked

from .history import history_of_each

FIRST_YEAR = 2019
# Rows of the list of dates that move; the sums above it always cover all of them.
MOST_ROWS = 200


@require_GET
def this_year(request: Asked) -> HttpResponse:
    return _page(request, timezone.localdate().year)


@require_GET
def year(request: Asked, year: int) -> HttpResponse:
    return _page(request, year)


@require_http_methods(["GET", "HEAD", "POST"])
def day(request: Asked, year: int, on: date) -> HttpResponse:
    """One day: as its weekday says, made up for, or off."""
    if on.year != year:
        raise Http404
    row = Day.objects.filter(date=on).first()
    initial = {"kind": row.kind, "note": row.note, "source": row.source} if row else {}
    form = DayForm(request.POST or None, initial=initial, on=on)
    if request.method == "POST" and form.is_valid():
        kind = form.cleaned_data["kind"]
        if kind:
            fresh = {"kind": kind, "note": form.cleaned_data["note"], "source": form.cleaned_data["source"]}
            Day.objects.update_or_create(date=on, defaults=fresh)
        else:
            Day.objects.filter(date=on).delete()
        messages.success(request, _("%(day)s 已改。") % {"day": on.isoformat()})
        return then_moved(request, year)
    return _page(request, year, form=form, on=on)


def then_moved(request: Asked, year: int) -> HttpResponse:
    """After a change: to the list of dates that would move, or back when there are none."""
    return redirect("calendar_moved") if timing.moved_by_calendar() else redirect("calendar_year", year)


def _page(request: Asked, shown: int, *, form: DayForm | None = None, on: date | None = None) -> HttpResponse:
    if not FIRST_YEAR <= shown <= timezone.localdate().year + 20:
        raise Http404
    known = {row.year: row for row in KnownYear.objects.all()}
    table = load_calendar()
    edits = request.user.kind == Kind.SYSTEM
    today = timezone.localdate()
    missing = missing_year.missing(today)
    last = max([today.year + 1, *known])
    around = sorted({*range(max(FIRST_YEAR, shown - 3), min(last, shown + 3) + 1), today.year, shown})
    source = known[shown].source if shown in known else ""
    return TemplateResponse(
        request,
        "office/calendar.html",
        {
            "year": shown,
            "years": [
                {"label": str(one), "url": reverse("calendar_year", args=[one]), "current": one == shown}
                for one in around
            ],
            "sentence": _sentence(table, shown, source),
            "complete": shown in known,
            # On its own page that year says so itself.
            "missing_words": missing_year.words(missing) if missing and missing != shown else "",
            "notice_url": reverse("holiday_notice") if edits else "",
            "known_url": reverse("calendar_known", args=[shown]) if edits and shown not in known else "",
            "weekdays": _weekdays(),
            "months": [_month(table, shown, month, today=today, edits=edits) for month in range(1, 13)],
            "form": form,
            "form_heading": _heading(on) if on else "",
            "changes_url": reverse("calendar_moved") if edits else "",
            "history": _changes_of(shown, on) if edits else [],
            "changes_words": _("改过日历以后，已经在走的期限不会自己变。"),
        },
    )


def _changes_of(year: int, on: date | None) -> list[dict]:
    """Who changed which day of the year, or of one day; what was deleted can be brought back from here."""
    days = Day.history.filter(date=on) if on else Day.history.filter(date__year=year)
    return history_of_each(days)


def _weekdays() -> list[str]:
    return [
        pgettext("weekday", "一"), pgettext("weekday", "二"), pgettext("weekday", "三"), pgettext("weekday", "四"),
        pgettext("weekday", "五"), pgettext("weekday", "六"), pgettext("weekday", "日"),
    ]  # fmt: skip


def _heading(on: date) -> str:
    return _("%(day)s 星期%(weekday)s") % {"day": on.isoformat(), "weekday": _weekdays()[on.weekday()]}


def _sentence(table: Calendar, shown: int, source: str) -> str:
    count = table.workdays_between(date(shown - 1, 12, 31), date(shown, 12, 31))
    words = ngettext("%(n)d 个工作日。", "%(n)d 个工作日。", count) % {"n": count}
    return _("%(words)s依据：%(source)s") % {"words": words, "source": source} if source else words


def _month(table: Calendar, year: int, month: int, *, today: date, edits: bool) -> dict:
    weeks = [
        [_cell(table, one, today=today, edits=edits) if one.month == month else None for one in week]
        for week in months_of_a_year.Calendar().monthdatescalendar(year, month)
    ]
    return {"label": _("%(n)d月") % {"n": month}, "weeks": weeks}


def _cell(table: Calendar, on: date, *, today: date, edits: bool) -> dict:
    row = table.row(on)
    if table.is_workday(on):
        kind = "work" if row is None else "shift"
    else:
        kind = "rest" if row is None else "off"
    note = row.note if row else ""
    # Two characters of a Chinese name fit under a day; in another language it only says that the day is off.
    mark = note[:2] if festival(note) == note else pgettext("calendar mark", "休")
    return {
        "day": on.day,
        "kind": kind,
        "note": mark,
        "today": on == today,
        "url": reverse("calendar_day", args=[on.year, on]) + "#day" if edits else "",
        "words": f"{on.isoformat()} {table.why(on)}",
    }


# --- A year's official notice -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def known(request: Asked, year: int) -> HttpResponse:
    """The year's notice has been entered: from now on its rows and the weekdays say everything."""
    if not FIRST_YEAR <= year <= timezone.localdate().year + 20:
        raise Http404
    form = KnownYearForm(request.POST or None)
    rows = list(Day.objects.filter(date__year=year))
    off = [row for row in rows if row.kind != Day.Kind.WORK]
    if request.method == "POST" and off and (sentence := left_out(year)):
        form.add_error(None, sentence)
    elif request.method == "POST" and off and form.is_valid():
        with transaction.atomic():
            KnownYear.objects.update_or_create(year=year, defaults={"source": form.cleaned_data["source"]})
            missing_year.entered(at=timezone.now())
        messages.success(request, _("%(year)d 年的安排已录全。") % {"year": year})
        return then_moved(request, year)
    entered = [
        ngettext("放假 %(n)d 天", "放假 %(n)d 天", len(off)) % {"n": len(off)},
        ngettext("补班 %(n)d 天", "补班 %(n)d 天", len(rows) - len(off)) % {"n": len(rows) - len(off)},
    ]
    return TemplateResponse(
        request,
        "office/confirm.html",
        {
            "heading": _("%(year)d 年的放假安排录全了吗") % {"year": year},
            "question": _("录全以后，这一年不再按法定节日推算，只按下面这些天和星期计算。")
            if off
            else _("这一年还一天放假都没有录。请先在日历上点开放假和补班的日子，一天一天录好。"),
            "lines": entered if off else [],
            "columns": [_("日期"), _("安排"), _("说明")],
            "rows": [[row.date.isoformat(), str(row.get_kind_display()), row.note] for row in rows],
            "form": form if off else None,
            "refused": not off,
            "yes_words": _("录全了"),
            "back_url": reverse("calendar_year", args=[year]),
        },
    )


def left_out(year: int) -> str:
    """The days off by law that the year's rows would have worked, as a sentence; "" when there is none."""
    rows = {row.date: CalendarDay(row.kind, row.note) for row in Day.objects.filter(date__year=year)}
    worked = Calendar(rows, [year]).statutory_days_worked(year)
    if not worked:
        return ""
    return _("%(days)s是法定节假日，却还没有录成放假。请先在日历上补录。") % {
        "days": _("、").join(f"{name} {day.isoformat()}" for day, name in worked)
    }


# --- Dates that move --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def moved(request: Asked) -> HttpResponse:
    """What was seen is what is written: a list that has changed meanwhile is shown again.

    Without titles and numbers: an administrator sees no case.
    """
    if request.method == "POST":
        with transaction.atomic():
            found = timing.moved_by_calendar(_running_and_locked())
            if _print_of(found) == request.POST.get("print"):
                count = timing.confirm_moved(found)
                messages.success(request, ngettext("已改 %(n)d 个期限。", "已改 %(n)d 个期限。", count) % {"n": count})
                return redirect("calendar")
        messages.error(request, _("这期间又有期限变了，请再看一遍再确认。"))
    found = timing.moved_by_calendar()
    sums = Counter((_where(one), showing.moment(one.was), showing.moment(one.becomes)) for one in found)
    rows = [[where, was, becomes, str(count)] for (where, was, becomes), count in sorted(sums.items())]
    return TemplateResponse(
        request,
        "office/moved.html",
        {
            "count": len(found),
            "later": sum(one.becomes > one.was for one in found),
            "sooner": sum(one.becomes < one.was for one in found),
            "columns": [_("事项和环节"), _("原来"), _("改为"), _("件数")],
            "rows": rows[:MOST_ROWS],
            "rows_left_out": max(0, len(rows) - MOST_ROWS),
            "print": _print_of(found),
            "back_url": reverse("calendar"),
        },
    )


def _running_and_locked():
    """Cases first, in ascending order, as wherever several move at once; then their running clocks."""
    running = Clock.objects.filter(met_at__isnull=True, stopped_at__isnull=True, set_by_hand=False)
    keys = list(running.values_list("case_id", flat=True).distinct())
    list(Case.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    return running.filter(case_id__in=keys).select_related("case").prefetch_related("pauses")


def _print_of(found: list) -> str:
    lines = sorted(f"{one.clock.pk}:{one.becomes.isoformat()}" for one in found)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _where(one) -> str:
    declared = procedures.REGISTRY.get(one.clock.case.procedure)
    title = str(declared.title) if declared else one.clock.case.procedure
    return f"{title}·{_(one.clock.label)}" if one.clock.label else title
