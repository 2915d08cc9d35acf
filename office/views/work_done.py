"""述职清单: whose work of which week, month or year, on the screen and as a Word file."""

from datetime import date

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_GET, require_POST

from office import jobs, work_done
from office.forms.deciding import DateField
from office.models.people import Department, Kind, User
from office.views.asked import Asked
from office.views.looking import note_listed
from office.work_done import Period, Whose

SHOWN = 200
LENGTHS = [("week", gettext_lazy("一周")), ("month", gettext_lazy("一月")), ("year", gettext_lazy("一年"))]


class WorkForm(forms.Form):
    whose = forms.ChoiceField(label=gettext_lazy("谁的"))
    length = forms.ChoiceField(label=gettext_lazy("多长时间"), choices=LENGTHS)
    day = DateField(label=gettext_lazy("包含这一天"), lean="past")

    def __init__(self, *args, reader: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whose"] = forms.ChoiceField(label=_("谁的"), choices=choices(reader))

    @property
    def asked(self) -> tuple[Whose, Period]:
        day = self.cleaned_data["day"] or timezone.localdate()
        return _whose(self.cleaned_data["whose"]), Period.around(day, length=self.cleaned_data["length"])


def choices(reader: User) -> list[tuple[str, str]]:
    """Mine; the units and people whose work I may ask for; the office's."""
    found = [(f"person:{reader.pk}", _("我的（%(name)s）") % {"name": reader.name})]
    everything = work_done.may_ask(reader, Whose())
    if everything:
        found.append(("office", _("全办公室")))
        units = list(Department.objects.filter(retired=False))
        people = User.objects.filter(is_active=True, kind=Kind.OFFICE)
    else:
        units = work_done.units_headed(reader)
        people = User.objects.filter(is_active=True, kind=Kind.OFFICE, department__in=units)
    found += [(f"unit:{one.pk}", str(one)) for one in units]
    listed = people.exclude(pk=reader.pk).select_related("department").order_by("department__position", "pk")
    found += [(f"person:{one.pk}", f"{one.name}（{one.department}）" if one.department else one.name) for one in listed]
    return found


def _whose(key: str) -> Whose:
    what, _colon, number = key.partition(":")
    if what == "person":
        return Whose(person=User.objects.get(pk=int(number)))
    return Whose(unit=Department.objects.get(pk=int(number))) if what == "unit" else Whose()


def _given(request: Asked) -> dict[str, str]:
    """What was asked for; at first one's own month."""
    mine = {"whose": f"person:{request.user.pk}", "length": "month", "day": timezone.localdate().isoformat()}
    return mine | {name: request.GET.get(name) or request.POST.get(name) or mine[name] for name in mine}


@require_GET
def work_done_page(request: Asked) -> HttpResponse:
    form = WorkForm(_given(request), reader=request.user)
    context: dict = {"form": form}
    if form.is_valid():
        whose, period = form.asked
        found = work_done.work_done(whose, period, reader=request.user, most=SHOWN)
        note_listed(request, [one.case for one in found.papers], at=gettext_noop("工作清单"))
        context |= {
            "asked": form.data,
            "heading": f"{whose.name} {period.words}",
            "summary": _summary(found),
            "parts": [name for name, _first, _last in period.parts],
            "counts": [
                {"kind": kind, "counts": found.counts[kind], "total": total} for kind, total in found.totals.items()
            ],
            "papers": [
                {
                    "reference": str(one.case),
                    "title": work_done.title_of(one.case),
                    "url": reverse("case", args=[one.case.public_id]),
                    "kinds": _("、").join(one.kinds),
                    "days": _days(one.first, one.last),
                    "state": work_done.state_of(one.case),
                }
                for one in found.papers
            ],
            "left_out": found.count - len(found.papers),
        }
    return TemplateResponse(request, "office/work_done.html", context, status=200 if form.is_valid() else 422)


def _summary(found: work_done.WorkDone) -> str:
    from office.work_docx import summary

    return summary(found)


def _days(first: date, last: date) -> str:
    return first.strftime("%m-%d") if first == last else f"{first.strftime('%m-%d')} – {last.strftime('%m-%d')}"


@require_POST
def work_done_file(request: Asked) -> HttpResponse:
    """The same as a Word file, made by the worker."""
    form = WorkForm(_given(request), reader=request.user)
    if not form.is_valid():
        raise Http404
    whose, period = form.asked
    job = jobs.ask(
        "work_done",
        title=_("工作清单 %(who)s %(period)s") % {"who": whose.name, "period": period.words},
        actor=request.user,
        arguments={
            "person": whose.person.pk if whose.person else None,
            "unit": whose.unit.pk if whose.unit else None,
            "length": period.length,
            "day": period.first.isoformat(),
        },
    )
    return redirect("job", job.public_id)

