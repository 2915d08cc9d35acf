"""交接 of a person: who hands over to whom, the list with its paper check, the act, the sheet for three signatures."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from office import acting, printing, showing
from office.acting.door import as_printed
from office.forms.handing import SHOWN, ChooseForm, ListForm
from office.handover import parts, still_held
from office.handover.executing import Asked as Order
from office.handover.executing import Changed, came_and_went, hand_over
from office.handover.listing import Listing, fingerprint, listing
from office.handover.sheets import HIDDEN, cases_in, counting_sheet, rows_for, sheet_of
from office.models.handovers import Handover, HandoverItem
from office.models.people import User
from office.views.answers import pdf_answer
from office.views.asked import Asked, start_of
from office.views.looking import note_listed

PAGE = 50


def readable(user: User):
    """The hand-overs somebody may read: his own part in them, and those he may supervise."""
    part = Q(person=user) | Q(receiver=user) | Q(supervisor=user)
    taken = HandoverItem.objects.filter(taker=user).values("handover")
    return Handover.objects.filter(part | Q(pk__in=taken) | Q(person__in=acting.supervised_by(user)))


@require_GET
def handovers(request: Asked) -> HttpResponse:
    start = start_of(request)
    rows = list(readable(request.user)[start : start + PAGE + 1])
    today = timezone.localdate()
    given_back = set(Handover.objects.filter(returns__in=rows).values_list("returns", flat=True))
    here = reverse("handovers")
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": _("交接"),
            "sentence": _("离职、换岗、长期外出，手里的工作一次移交，打印交接单签字。"),
            "new_url": reverse("handover_new") if acting.supervised_by(request.user).exists() else "",
            "new_words": _("办理交接"),
            "columns": [_("编号"), _("移交人、接收人"), _("事由")],
            "rows": [
                {
                    "cells": [
                        {"words": one.number, "note": showing.day(one.at), "together": True},
                        {"words": f"{one.person_name} → {one.receiver_name}",
                         "note": _("监交：%(who)s") % {"who": one.supervisor_name}},
                        {"words": reason_words(one), "note": _("到日子了，请办交回")
                         if _is_due(one, today=today) and one.pk not in given_back else ""},
                    ],
                    "url": reverse("handover", args=[one.pk]),
                    "act": _("打开"),
                }
                for one in rows[:PAGE]
            ],
            "prev_url": f"{here}?from={max(0, start - PAGE)}" if start else "",
            "next_url": f"{here}?from={start + PAGE}" if len(rows) > PAGE else "",
        },
    )  # fmt: skip


def _is_due(one: Handover, *, today) -> bool:
    return one.returns_on is not None and one.returns_on <= today


def reason_words(one: Handover) -> str:
    if one.returns is not None:
        return _("交回（%(number)s）") % {"number": one.returns.number}
    if one.returns_on is not None:
        return _("%(reason)s，%(day)s 返回") % {"reason": one.get_reason_display(), "day": one.returns_on}
    return str(one.get_reason_display())


@require_http_methods(["GET", "HEAD", "POST"])
def handover_new(request: Asked) -> HttpResponse:
    """First between whom and why, in the address; then the list, its check, and one press."""
    if not acting.supervised_by(request.user).exists():
        raise Http404
    choose = ChooseForm(request.GET or None, supervisor=request.user)
    if not request.GET.get("receiver") and request.method == "GET" and request.GET:
        # Come from a notice that names who leaves: nothing has been asked yet that could be wrong.
        choose = ChooseForm(initial=request.GET.dict(), supervisor=request.user)
    if not choose.is_bound or not choose.is_valid():
        return _page(request, choose)
    data = choose.cleaned_data
    found = _listing(request, data)
    note_listed(request, found.known_cases, at=gettext_noop("交接清单"))
    if request.method != "POST":
        return _page(request, choose, found=found, form=ListForm(found=found, supervisor=request.user))
    if "move" not in request.POST:
        return _page(request, choose, found=found, form=_again(request, found))
    form = ListForm(request.POST, found=found, supervisor=request.user)
    shown = set(request.POST.get(SHOWN, "").split())
    if not form.is_valid():
        return _page(request, choose, found=found, form=form, shown=shown)
    try:
        done = hand_over(_order(data, form, found, shown=shown), actor=request.user)
    except Changed as changed:
        found = _listing(request, data)
        form = ListForm(request.POST, found=found, supervisor=request.user)
        form.add_error(None, changed.sentence)
        return _page(request, choose, found=found, form=form, shown=shown)
    except acting.Refused as refused:
        form.add_error(None, refused.sentence)
        return _page(request, choose, found=found, form=form)
    messages.success(request, _("%(number)s：已移交。请打印交接单，三方签字。") % {"number": done.number})
    return redirect("handover", done.pk)


def _listing(request: Asked, data: dict[str, Any]) -> Listing:
    ways = {part.code: request.POST.get(f"way-{part.code}", "") for part in parts()}
    keys = {part.code: request.POST.get(f"to-{part.code}", "") for part in parts()}
    people = User.objects.in_bulk([int(key) for key in keys.values() if key.isdecimal()])
    receivers = {code: people[int(key)] for code, key in keys.items() if key.isdecimal() and int(key) in people}
    return listing(
        data["person"], reader=request.user, receiver=data["receiver"], ways=ways, receivers=receivers,
        taken=data["back"],
    )  # fmt: skip


def _again(request: Asked, found: Listing) -> ListForm:
    """The list with what has been typed; with "all", every paper not yet looked for is taken to lie there."""
    typed = {name: value for name, value in request.POST.items() if name != SHOWN}
    if "all" in request.POST:
        for line in found.lines:
            name = f"check-{line.key}"
            if line.held.copies is not None and not typed.get(name):
                typed[name] = HandoverItem.Check.FOUND
    return ListForm(found=found, supervisor=request.user, initial=typed)


def _order(data: dict[str, Any], form: ListForm, found: Listing, *, shown: set[str]) -> Order:
    return Order(
        token=form.cleaned_data["token"], person=data["person"], receiver=data["receiver"], reason=data["reason"],
        returns_on=data["returns_on"], note=data["note"], returns=data["back"], fingerprint=fingerprint(shown),
        ways={group.part.code: group.way.code for group in found.groups},
        receivers={group.part.code: group.to for group in found.groups if group.to is not None},
        chosen=form.chosen(), found=form.checks(), remarks=form.remarks(),
    )  # fmt: skip


def _page(
    request: Asked, choose: ChooseForm, *, found: Listing | None = None, form: ListForm | None = None,
    shown: set[str] | None = None,
) -> HttpResponse:  # fmt: skip
    bad = bool((choose.is_bound and choose.errors) or (form is not None and form.is_bound and form.errors))
    context: dict[str, Any] = {"choose": choose, "form": form, "back_url": reverse("handovers"), "groups": []}
    if found is not None and form is not None:
        came, gone = came_and_went(shown, found) if shown is not None else ([], 0)
        context |= {
            "person": found.person,
            "groups": [_group(group, form, came={line.key for line in came}) for group in found.groups],
            "count_words": _count_words(found),
            "came_words": _came_words([line.number or line.what for line in came], gone),
            "shown_now": " ".join(line.key for line in found.lines),
            "token": form["token"].value(),
            "papers": any(line.held.copies is not None for line in found.lines),
            "print_url": f"{reverse('handover_count')}?{request.GET.urlencode()}",
        }
    return TemplateResponse(request, "office/handover_new.html", context, status=422 if bad else 200)


def _group(group, form: ListForm, *, came: set[str]) -> dict[str, Any]:
    return {
        "title": group.part.title,
        "count": len(group.lines),
        "way_words": "" if len(group.part.ways) > 1 else group.part.ways[0].label,
        "fields": list(form.part_fields(group.part.code)),
        "papers": any(line.held.copies is not None for line in group.lines),
        "others": any(line.refused for line in group.lines),
        "rows": [
            {
                "number": line.number, "what": line.what, "note": line.note, "copies": line.held.copies,
                "known": line.known, "came": line.key in came,
                "to_words": _("转后备岗位") if line.refused and not line.known else "",
                "refused_words": _("不能交给%(who)s") % {"who": group.to or ""},
                "check": form.line_field("check", line), "remark": form.line_field("remark", line),
                "other": form.line_field("other", line),
            }
            for line in group.lines
        ],
    }  # fmt: skip


def _count_words(found: Listing) -> str:
    n = len(found.lines)
    words = ngettext("%(who)s 手里有 %(n)d 项。", "%(who)s 手里有 %(n)d 项。", n) % {"who": found.person, "n": n}
    return words if n else _("%(who)s 手里没有要移交的。") % {"who": found.person}


def _came_words(came: list[str], gone: int) -> list[str]:
    words = [_("新到：%(numbers)s") % {"numbers": "、".join(came)}] if came else []
    if gone:
        less = ngettext("少了 %(n)d 项：已经办了，或者转走了。", "少了 %(n)d 项：已经办了，或者转走了。", gone)
        words.append(less % {"n": gone})
    return words


@require_GET
def handover_count(request: Asked) -> HttpResponse:
    """清点单: the list on paper, to go through the cabinet with before anything moves."""
    choose = ChooseForm(request.GET or None, supervisor=request.user)
    if not choose.is_bound or not choose.is_valid():
        return redirect(f"{reverse('handover_new')}?{request.GET.urlencode()}")
    data = choose.cleaned_data
    found = _listing(request, data)
    note_listed(request, found.known_cases, at=gettext_noop("交接单"))
    reason = as_printed(dict(Handover.Reason.choices)[data["reason"]])
    sheet = counting_sheet(found, receiver=data["receiver"], supervisor=request.user, reason=reason)
    return pdf_answer(printing.handover(sheet, created=timezone.now()), name=f"{sheet.name} {found.person.name}.pdf")


@require_GET
def handover(request: Asked, key: int) -> HttpResponse:
    one = get_object_or_404(readable(request.user).select_related("returns", "person", "receiver"), pk=key)
    rows = rows_for(one, reader=request.user)
    note_listed(request, cases_in(rows), at=gettext_noop("交接单"))
    supervises = acting.may_hand_over(one.person, request.user)
    groups: dict[str, list[dict]] = {}
    for item, known in rows:
        shown = {
            "number": item.number, "what": item.what, "note": item.note, "copies": item.copies,
            "checked": str(item.get_check_found_display()) if item.check_found else "",
            "missing": item.check_found == HandoverItem.Check.MISSING, "remark": item.remark, "outcome": item.outcome,
            "stored": "yes",
        }  # fmt: skip
        hidden = {**dict.fromkeys(shown, ""), "what": _(HIDDEN), "copies": item.copies, "checked": shown["checked"]}
        groups.setdefault(item.heading, []).append(shown if known else hidden)
    return TemplateResponse(
        request,
        "office/handover.html",
        {
            "handover": one,
            "sentence": f"{reason_words(one)} · {showing.moment(one.at)}",
            "people": [
                (_("移交人"), one.person_name, one.person_duty),
                (_("接收人"), one.receiver_name, one.receiver_duty),
                (_("监交人"), one.supervisor_name, one.supervisor_duty),
            ],
            "groups": [(_(heading), lines) for heading, lines in groups.items()],
            "later": [(part.title, count) for part, count in still_held(one.person)] if supervises else [],
            "print_url": reverse("handover_sheet", args=[one.pk]),
            "back_url": reverse("handovers"),
            "return_url": _return_url(one, request.user),
        },
    )  # fmt: skip


def _return_url(one: Handover, user: User) -> str:
    """Where what was taken over is given back, for who may supervise that."""
    if one.reason != Handover.Reason.AWAY or one.returns_id or not acting.may_hand_over(one.receiver, user):
        return ""
    if Handover.objects.filter(returns=one).exists() or user.pk == one.person_id:
        return ""
    asked = {"person": one.receiver_id, "receiver": one.person_id, "reason": "away", "back": one.pk}
    return f"{reverse('handover_new')}?{urlencode(asked)}"


@require_GET
def handover_sheet(request: Asked, key: int) -> HttpResponse:
    """交接单, as often as it is wanted: the text of that day."""
    one = get_object_or_404(readable(request.user).select_related("returns"), pk=key)
    rows = rows_for(one, reader=request.user)
    note_listed(request, cases_in(rows), at=gettext_noop("交接单"))
    sheet = sheet_of(one, rows=rows)
    return pdf_answer(printing.handover(sheet, created=timezone.now()), name=f"{sheet.name} {one.number}.pdf")
