"""The rules this office keeps, for everybody who works here."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from office import rules
from office.forms.filters import ChoiceFilter
from office.views.asked import Asked


@require_GET
def rule_list(request: Asked) -> HttpResponse:
    families = {code: str(label) for code, label in rules.FAMILIES.items()}
    filters = ChoiceFilter(request.GET or None, label=_("编号、规则、出处"), choices=list(families.items()))
    words, family = filters.words(), filters.chosen()
    groups = []
    for code, label in families.items():
        mine = [
            row
            for rule in rules.declared()
            if rule.is_built and rule.family == code and (row := _row(rule)) and _holds(row, words)
        ]
        if mine and family in ("", code):
            groups.append({"label": label, "rules": mine})
    return TemplateResponse(
        request,
        "office/rules.html",
        {"groups": groups, "filters": filters, "clear_url": reverse("rules") if words or family else ""},
    )


def _row(rule: rules.Rule) -> dict[str, str]:
    kept = _("、").join(str(rules.WHERE_WORDS[where]) for where in rule.wheres)
    unverified = _("（未核实）") if rule.unverified else ""
    sources = "；".join(rules.SOURCES.get(source, source) for source in rule.sources)
    return {"id": rule.id, "words": str(rule), "source": f"{sources}{unverified}", "kept_words": kept}


def _holds(row: dict[str, Any], words: str) -> bool:
    return words.upper() in " ".join(row.values()).upper()
