"""A procedure drawn, and walked dry: for the 系统管理员 and for everybody who does office business. Writes nothing."""

from datetime import datetime, time
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from office import describing, drawing, dry_walk, procedures, showing
from office.acting.labels import LABELS
from office.clock.limits import clock_time
from office.dry_walk import Facts, Held, Walk
from office.forms.deciding import DateField
from office.levels import Outcome, Urgency
from office.models.dials import ProcedureChoice
from office.models.people import Kind
from office.procedures import Procedure, Step
from office.views.admin_dials import declared_or_404
from office.views.asked import Asked


@require_GET
def drawn_list(request: Asked) -> HttpResponse:
    """Every declared path; which of those that serve one form new papers take today."""
    chosen = _chosen_today()
    rows = [
        {
            "cells": [
                {"words": str(one.title), "note": _("新收的文件走这个流程") if one.code in chosen else ""},
                {"words": _main_words(one), "note": ""},
                {"words": str(one.source), "note": ""},
            ],
            "url": reverse("drawn", args=[one.code]),
            "act": _("看图"),
        }
        for one in describing.installed()
    ]
    system = request.user.kind == Kind.SYSTEM
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": _("流程图"),
            "sentence": _("每个流程怎么走、在谁手里、多长时间；可以不动任何文件试走一遍。"),
            "index_url": reverse("procedure_choices") if system else "",
            "index_words": _("走哪个流程"),
            "columns": [_("流程"), _("环节"), _("出处")],
            "rows": rows,
        },
    )


def _chosen_today() -> set[str]:
    """Of forms that several procedures serve: the one new papers take."""
    found = set()
    for form in dict.fromkeys(one.form for one in describing.installed() if one.form):
        serving = procedures.serving(form)
        if len(serving) > 1:
            row = ProcedureChoice.objects.filter(form=form, since__lte=timezone.localdate()).first()
            found.add(row.procedure if row else serving[0].code)
    return found


def _main_words(one: type[Procedure]) -> str:
    return " → ".join(str(step.label) for step in one.steps.values() if not step.side and not step.retired)


class WalkForm(forms.Form):
    """With what papers and when a dry walk begins."""

    urgency = forms.ChoiceField(label=gettext_lazy("缓急"), choices=Urgency.choices, required=False)
    day = DateField(label=gettext_lazy("哪天开始"), required=False)
    hour = forms.CharField(label=gettext_lazy("几点"), max_length=5, required=False)
    pace = forms.ChoiceField(
        label=gettext_lazy("每一步何时办"), required=False,
        choices=[(dry_walk.LATE, gettext_lazy("到期才办")), (dry_walk.AT_ONCE, gettext_lazy("随到随办"))],
    )

    def clean_hour(self) -> time | None:
        typed = self.cleaned_data["hour"].strip().replace("：", ":")
        try:
            return clock_time(typed) if typed else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


@require_GET
def drawn(request: Asked, code: str) -> HttpResponse:
    """The drawing, the dry walk kept in the address (?w=step.move,step.move), and all of it as a list."""
    declared = declared_or_404(code)
    now = timezone.localtime().replace(second=0, microsecond=0)
    typed = request.GET if request.GET.get("day") or request.GET.get("urgency") else None
    first = {"urgency": Urgency.NORMAL, "day": now.date().isoformat(), "hour": now.strftime("%H:%M")}
    form = WalkForm(typed, initial=first)
    begins = _begins(form, now) if typed is not None and form.is_valid() else None
    urgency, pace, opened_at = begins or (Urgency.NORMAL.value, dry_walk.LATE, now)
    asked = [word for word in request.GET.get("w", "").split(",") if word]
    walk = dry_walk.walked(
        dry_walk.begin(declared, urgency=urgency, pace=pace, opened_at=opened_at), asked
    )
    link = _Links(code, {"urgency": urgency, "day": opened_at.date().isoformat(),
                         "hour": opened_at.strftime("%H:%M"), "pace": pace})
    facts = {step.code: walk.office.facts(step) for step in declared.steps.values() if not step.retired}
    places = [one.step.code for one in [walk.here, *walk.spokes] if one] if asked else [request.GET.get("at", "")]
    return TemplateResponse(
        request,
        "office/drawn.html",
        {
            "heading": str(declared.title),
            "sentence": str(declared.source),
            "index_url": reverse("drawn_list"),
            "drawing": drawing.draw(declared, facts, here=places),
            "outcomes": _("、").join(drawing.outcomes(declared)),
            "form": form,
            "walk": _walk_words(walk, link),
            "steps": [_step_words(declared, one) for one in facts.values()],
            "settings_url": reverse("steps", args=[code]) if request.user.kind == Kind.SYSTEM else "",
        },
    )


def _begins(form: WalkForm, now: datetime) -> tuple[str, str, datetime]:
    given = form.cleaned_data
    day, hour = given["day"] or now.date(), given["hour"] or now.time()
    opened_at = timezone.make_aware(datetime.combine(day, hour))
    return given["urgency"] or Urgency.NORMAL.value, given["pace"] or dry_walk.LATE, opened_at


class _Links:
    """Addresses of this page with another walk."""

    def __init__(self, code: str, kept: dict[str, str]) -> None:
        self.url, self.kept = reverse("drawn", args=[code]), kept

    def __call__(self, words: list[str]) -> str:
        query = {**self.kept, **({"w": ",".join(words)} if words else {})}
        return f"{self.url}?{urlencode(query, safe=',.:')}#walk"


def _walk_words(walk: Walk, link: _Links) -> dict:
    procedure, words = walk.office.procedure, walk.words
    places = [_place_words(walk, one, link) for one in [*([walk.here] if walk.here else []), *walk.spokes]]
    whole = procedure.case_period
    due = walk.office.period_due(whole, urgency=walk.urgency) if whole else None
    return {
        "words": ",".join(words),
        "places": places,
        "outcome": str(Outcome(walk.outcome).label) if walk.outcome else "",
        "ended": showing.moment(walk.now),
        "refused": walk.refused,
        "began": walk.began,
        "whole": {"date": showing.moment(due.at), "because": due.steps} if due else None,
        "taken": [
            {
                "step": str(one.step.label),
                "move": str(one.move.label),
                "when": showing.moment(one.at),
                "notes": one.notes,
                "url": link(words[:place]),
            }
            for place, one in enumerate(walk.taken)
        ],
        "again_url": link([]) if words else "",
    }


def _place_words(walk: Walk, held: Held, link: _Links) -> dict:
    facts = walk.office.facts(held.step)
    return {
        "step": str(held.step.label),
        "side": held.step.side,
        "hands": facts.hands,
        "since": showing.moment(held.since),
        "date": showing.moment(held.due.at) if held.due else "",
        "because": held.due.steps if held.due else [],
        "basis": facts.basis,
        "unverified": facts.unverified,
        "moves": [
            {
                "label": str(move.label),
                "whither": dry_walk.whither(walk.office.procedure, move),
                "asks": _("，").join(dry_walk.conditions(held.step, move)),
                "primary": move.primary,
                "url": link([*walk.words, f"{held.step.code}.{move.code}"]),
            }
            for move in held.step.moves
        ],
    }


def _step_words(procedure: type[Procedure], facts: Facts) -> dict:
    step = facts.step
    return {
        "label": str(step.label),
        "kind": _kind_words(facts),
        "hands": facts.hands,
        "limits": facts.limit_lines,
        "basis": facts.basis,
        "rule": facts.rule if facts.known_rule and not facts.source else "",
        "unverified": facts.unverified,
        "moves": [
            {
                "label": str(move.label),
                "whither": dry_walk.whither(procedure, move),
                "asks": _("，").join(dry_walk.conditions(step, move)),
            }
            for move in step.moves
        ],
        "beside": _beside_words(step),
    }


def _kind_words(facts: Facts) -> str:
    if facts.step.side:
        return _("旁支")
    if facts.skipped:
        return _("本单位不经过")
    return _("可以不经过") if facts.step.optional else ""


def _beside_words(step: Step) -> list[str]:
    """What else holds at this step: its spokes, what it waits for, and the common moves it forbids."""
    said = []
    if step.sides == "wait":
        said.append(_("送出去的都退回才能往下走"))
    if step.sides == "recall":
        said.append(_("往下走时收回送出去的"))
    if step.awaits:
        awaited = procedures.REGISTRY.get(step.awaits)
        said.append(_("要等关联的“%(linked)s”办结。") % {"linked": awaited.title if awaited else step.awaits})
    if step.personal:
        said.append(_("只能本人办"))
    if step.forbids:
        said.append(_("不能%(moves)s") % {"moves": _("、").join(_(LABELS[one]) for one in step.forbids)})
    return said
