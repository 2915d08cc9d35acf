"""每日一页 on the screen and on paper, and the list of what waits for a leader."""


from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from office import access, daily, dials, printing, showing
from office.models.people import User
from office.on_paper import desk
from office.printing.daily import DailySheet, PrintedLine, PrintedPart
from office.views.answers import pdf_answer
from office.views.asked import Asked
from office.views.looking import note_listed

WEEKDAYS = "一二三四五六日"
# Whose desk it is made for, and who may hand it to him.
MAY_READ = ("office-director", "clerk")


def _only_readers(request: Asked) -> None:
    who = access.identity(request.user)
    if not any(who.holds(code) for code in MAY_READ) and not who.ranked:
        raise Http404


@require_GET
def daily_page(request: Asked) -> HttpResponse:
    """As things stand now: before two in the afternoon it looks at today, after that at the next working day."""
    _only_readers(request)
    found = daily.page(request.user, at=timezone.now())
    note_listed(request, daily.cases_of(found.parts), at=gettext_noop("每日一页"))
    return TemplateResponse(
        request,
        "office/daily.html",
        {
            "heading": _("每日一页"),
            "sentence": _sentence(found),
            "parts": [
                {
                    "title": part.title,
                    "count": part.count,
                    "nothing": part.nothing,
                    "lines": [
                        {
                            "head": line.head, "words": line.words, "note": line.note, "urgent": line.urgent,
                            "url": reverse("case", args=[line.case.public_id]) if line.case else "",
                        }
                        for line in part.lines
                    ],
                }
                for part in found.parts
            ],
        },
    )  # fmt: skip


def _sentence(found: daily.Page) -> str:
    at = showing.moment(found.at)
    day = found.looks_at.isoformat()
    if found.evening:
        return _("%(at)s，看 %(day)s") % {"at": at, "day": day}
    return _("%(at)s，看今天") % {"at": at}


@require_GET
def daily_print(request: Asked) -> HttpResponse:
    _only_readers(request)
    at = timezone.now()
    # Paper is Chinese whatever the language of the screen.
    with translation.override("zh-hans"):
        found = daily.page(request.user, at=at)
        content = printing.daily(_sheet(found), created=at)
    note_listed(request, daily.cases_of(found.parts), at=gettext_noop("每日一页"))
    return pdf_answer(content, name=_("每日一页 %(day)s.pdf") % {"day": timezone.localdate(at).isoformat()})


def _sheet(found: daily.Page) -> DailySheet:
    local = timezone.localtime(found.at)
    half = "下午" if found.evening else "上午"
    day = f"{local.year}年{local.month}月{local.day}日　星期{WEEKDAYS[local.weekday()]}　{half}"
    return DailySheet(
        office=dials.office_name(), day=day, at=found.at,
        parts=[
            PrintedPart(
                part.title,
                [PrintedLine(line.head, line.words, line.note, line.urgent) for line in part.lines],
                part.count, part.nothing,
            )
            for part in found.parts
        ],
    )  # fmt: skip


@require_GET
def waiting_list(request: Asked, key: int) -> HttpResponse:
    """明日待批: what waits for one leader, on paper, with what is proposed to him. For himself and for the hub."""
    leader = get_object_or_404(User, pk=key, is_active=True)
    if leader.pk != request.user.pk and not desk.hubs_of(request.user):
        raise Http404
    at = timezone.now()
    with translation.override("zh-hans"):
        found = desk.waiting_list(leader, reader=request.user)
        content = printing.waiting_list(desk.list_sheet(leader, found, made_by=request.user.name, at=at), created=at)
    note_listed(request, [one.turn.case for one in found], at=gettext_noop("待批清单"))
    return pdf_answer(content, name=_("待批清单 %(who)s.pdf") % {"who": leader.name})
