"""首次设置: what an office must say before its first paper, and everything it begins with, each with its source."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from office import admission, chasing, dials, procedures, staffing
from office.forms.dials import TextForm
from office.levels import Urgency
from office.models.clocks import KnownYear
from office.models.dials import Setting
from office.models.letterheads import Letterhead
from office.models.numbers import Series
from office.models.people import Department, Kind, Post, PostHolding, User
from office.procedures import Period
from office.views.asked import Asked

# What the office itself must say; everything else has a value to begin with.
ASKED = ("office_name", "fonds_number")
# A chair without which nothing can be registered, proposed or decided.
NEEDED = ("clerk", "office-director")


@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: Asked) -> HttpResponse:
    rows = {one.code: one for one in Setting.objects.filter(code__in=ASKED)}
    bound = request.POST or None
    forms = [
        TextForm(bound, dial=dials.DIALS[code], initial={"value": _now(rows, code)}, prefix=code) for code in ASKED
    ]
    if request.method == "POST" and _all_valid(forms):
        for form in forms:
            Setting.objects.update_or_create(code=form.dial.code, defaults={"value": form.plain()})
        messages.success(request, _("已保存。"))
        return redirect("first_run")
    return TemplateResponse(
        request,
        "office/first_run.html",
        {
            "forms": forms,
            "steps": _steps(rows),
            "values": [
                {
                    "label": str(one.label), "words": one.words(dials.value(one.code)), "source": str(one.source),
                    "unverified": one.unverified, "url": reverse("dial", args=[one.code]),
                }
                for one in dials.DIALS.values()
                if one.code not in ASKED
            ],
            "limits": _limits(),
            "ladders": [
                {"label": str(ladder.title), "url": reverse("ladder", args=[code])}
                for code, ladder in chasing.LADDERS.items()
            ],
        },
        status=200 if request.method != "POST" else 422,
    )  # fmt: skip


def _all_valid(forms: list[TextForm]) -> bool:
    """Each is asked, so that everything that is wrong is said at once."""
    return sum(form.is_valid() for form in forms) == len(forms)


def _now(rows: dict[str, Setting], code: str) -> str:
    return rows[code].value if code in rows else dials.DIALS[code].initial


def _steps(rows: dict[str, Setting]) -> list[dict]:
    """What is to be done, by whom, whether it has been, and where."""
    today = timezone.localdate()
    people = User.objects.filter(kind=Kind.OFFICE, is_active=True).count()
    units = Department.objects.filter(retired=False).count()
    seated = PostHolding.objects.current(today).filter(post__retired=False, person__is_active=True)
    codes = set(seated.values_list("post__code", flat=True))
    leaders = seated.filter(post__rank__isnull=False).count()
    wishes, waiting = len(staffing.proposed()), PostHolding.objects.filter(confirmed_at__isnull=True).count()
    headless = Department.objects.filter(retired=False, head__isnull=True).count()
    books = Series.objects.filter(year=today.year, retired=False).count()
    empty = "、".join(Post.objects.filter(code__in=set(NEEDED) - codes).values_list("name", flat=True))
    steps = [
        (_("单位名称和全宗号"), all(code in rows for code in ASKED), _("填在上面"), ""),
        (_("部门和人员"), people > 0 and units > 1, _people_words(people, units), "people_import"),
        (
            _("发文机关"), Letterhead.objects.filter(retired=False).exists(), _("名义、红头、代字、印章和签发人"),
            "letterheads",
        ),
        (
            _("岗位和领导排名（安全管理员授予，另一位管理员确认）"),
            not (wishes or waiting or empty or headless) and leaders > 0,
            _seats_words(leaders=leaders, wishes=wishes, waiting=waiting, empty=empty, headless=headless),
            "",
        ),
        (_("今年的登记簿"), books > 0, ngettext("%(n)d 本", "%(n)d 本", books) % {"n": books}, "series_list"),
        (
            _("工作日历"), KnownYear.objects.filter(year=today.year).exists(),
            _("%(year)d 年的放假安排") % {"year": today.year}, "calendar",
        ),
    ]  # fmt: skip
    return [
        {"label": label, "done": done, "words": words, "url": admission.url_if_any(name) if name else ""}
        for label, done, words, name in steps
        if not name or admission.url_if_any(name)
    ]


def _people_words(people: int, units: int) -> str:
    return _("%(units)d 个部门，%(people)d 人") % {"units": units, "people": people}


def _seats_words(*, leaders: int, wishes: int, waiting: int, empty: str, headless: int) -> str:
    parts = [_("有排名的领导 %(n)d 位") % {"n": leaders}]
    if wishes:
        parts.append(_("人员表里的建议 %(n)d 项等安全管理员授予") % {"n": wishes})
    if waiting:
        parts.append(_("%(n)d 项等确认") % {"n": waiting})
    if empty:
        parts.append(_("%(posts)s还没有人") % {"posts": empty})
    if headless:
        parts.append(_("%(n)d 个部门没有负责人岗位，文件交不到") % {"n": headless})
    return _("；").join(parts)


def _limits() -> list[dict]:
    """The limit of every declared step, once for each rule, as the office begins with it."""
    found: dict[tuple, dict] = {}
    for procedure in procedures.REGISTRY.values():
        if procedure.brought_in:
            continue
        for step in procedure.steps.values():
            if step.due is None or step.retired:
                continue
            found.setdefault(
                (str(step.label), step.due.rule),
                {
                    "label": str(step.label), "words": _words(step.due), "rule": step.due.rule,
                    "source": _(step.due.source) if step.due.source else "", "unverified": step.due.unverified,
                    "url": reverse("step", args=[procedure.code, step.code]),
                },
            )  # fmt: skip
    return list(found.values())


def _words(period: Period) -> str:
    parts = [period.normal.words()]
    for urgency in (Urgency.URGENT, Urgency.FLASH):
        limit = period.limit(urgency)
        if limit != period.normal:
            parts.append(f"{urgency.label} {limit.words()}")
    return _("；").join(parts)
