"""The dials of the 系统管理员: values, limits per step, procedures, ladders. Each shows where it comes from."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from office import chasing, dials, missing_year, outbox, procedures, timing
from office.clock import Limit
from office.forms.dials import DialForm, HoursForm, LadderForm, NumberForm, ProcedureForm, StepForm, TextForm
from office.levels import Urgency
from office.models.dials import Ladder, ProcedureChoice, Setting, StepSetting
from office.procedures import Procedure, Step
from office.views.asked import Asked

from .history import history_of, history_of_all

# Periods no source names carry a number of the office's own.
HABIT = "OFF-"
FORMS: dict[str, type[DialForm]] = {dials.NUMBER: NumberForm, dials.HOURS: HoursForm, dials.TEXT: TextForm}


# --- The index --------------------------------------------------------------------------------------------------


@require_GET
def index(request: Asked) -> HttpResponse:
    """Everything that can be set, with its source; what is common practice only is marked 未核实."""
    groups = [
        {"label": _("办公参数"), "dials": [_dial_row(one) for one in dials.DIALS.values()]},
        {"label": _("办理"), "dials": _path_rows()},
        {"label": _("由服务器的环境变量决定"), "dials": [_server_row(one) for one in dials.by_the_server()]},
    ]
    if lost := _undelivered():
        groups.append({"label": _("没有发出去的提醒"), "dials": lost})
    return TemplateResponse(request, "office/dials.html", {"groups": groups, "warning": _missing_year()})


def _missing_year() -> dict | None:
    year = missing_year.missing(timezone.localdate())
    if year is None:
        return None
    return {"words": missing_year.words(year), "url": reverse("holiday_notice"), "act": _("读入放假通知")}


def _undelivered() -> list[dict]:
    """Whom no mail and no message reached, the latest first: an address to put right, or a server. No word of any
    paper, and of a channel neither address nor token."""
    found = outbox.given_up().select_related("person")[:20]
    labels = {one.code: one.label for one in outbox.channels()}
    return [
        {
            "label": one.person.name,
            "value_words": str(labels.get(one.channel, one.channel))
            if one.channel != outbox.EMAIL
            else one.person.email or _("没有邮件地址"),
            "source": _("试了 %(n)d 次，最后 %(when)s：%(error)s")
            % {"when": timezone.localtime(one.at).strftime("%Y-%m-%d %H:%M"), "n": one.tries, "error": one.error},
            "unverified": False,
            "url": reverse("person", args=[one.person_id]),
            "changed_words": "",
        }
        for one in found
    ]


def _dial_row(dial: dials.Dial) -> dict:
    row = Setting.objects.filter(code=dial.code).first()
    last = row.history.select_related("history_user").first() if row else None
    return {
        "label": str(dial.label),
        "value_words": dial.words(row.value if row else dial.initial),
        "source": _("本单位设置") if row else str(dial.source),
        "unverified": dial.unverified and row is None,
        "url": reverse("dial", args=[dial.code]),
        "changed_words": _changed_words(last),
    }


def _changed_words(last: Any) -> str:
    if last is None:
        return ""
    who = last.history_user or _("系统")
    return _("%(who)s %(on)s 改") % {"who": who, "on": timezone.localdate(last.history_date).isoformat()}


def _path_rows() -> list[dict]:
    turned = StepSetting.objects.values("procedure", "step").distinct().count()
    chosen = ProcedureChoice.objects.values("form").distinct().count()
    laddered = Ladder.objects.values("code").distinct().count()
    untouched = _("都照起始值")
    rows = [
        (_("环节和时限"), "step_settings", turned, _("规定和起始值写在每个环节上")),
        (pgettext("heading", "流程"), "procedure_choices", chosen, _("条例第二十四条和本单位的习惯")),
        (_("催办阶梯"), "ladders", laddered, _("R-SUP-09；级数为通行做法")),
    ]
    return [
        {
            "label": label,
            "value_words": ngettext("本单位改过 %(n)d 处", "本单位改过 %(n)d 处", n) % {"n": n} if n else untouched,
            "source": source,
            "unverified": name == "ladders",
            "url": reverse(name),
            "changed_words": "",
        }
        for label, name, n, source in rows
    ]


def _server_row(one: dials.ServerValue) -> dict:
    return {
        "label": one.label,
        "value_words": one.words,
        "source": _("；").join(filter(None, [one.name, one.source])),
        "unverified": one.unverified,
        "url": "",
        "changed_words": "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def dial(request: Asked, code: str) -> HttpResponse:
    declared = dials.DIALS.get(code)
    if declared is None:
        raise Http404
    row = Setting.objects.filter(code=code).first()
    form = FORMS[declared.kind](
        request.POST or None, dial=declared, initial={"value": row.value if row else declared.initial}
    )
    if request.method == "POST" and form.is_valid():
        Setting.objects.update_or_create(code=code, defaults={"value": form.plain()})
        messages.success(request, _("已保存。"))
        return redirect("calendar_moved" if declared.kind == dials.HOURS else "dials")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": declared.label,
            "sentence": _("起始值：%(words)s") % {"words": declared.words(declared.initial)},
            "source": declared.source,
            "unverified": declared.unverified,
            "form": form,
            "back_url": reverse("dials"),
            "history": history_of(row) if row else [],
        },
    )


# --- Steps ------------------------------------------------------------------------------------------------------


@require_GET
def step_settings(request: Asked) -> HttpResponse:
    """One row a procedure."""
    turned: dict[str, set] = {}
    for procedure, step in StepSetting.objects.values_list("procedure", "step"):
        turned.setdefault(procedure, set()).add(step)
    rows = [
        {
            "cells": [
                {"words": str(one.title), "note": code},
                {"words": _live_words(one), "note": ""},
                {"words": _turned_words(len(turned.get(code, ()))), "note": str(one.source)},
            ],
            "url": reverse("steps", args=[code]),
        }
        for code, one in procedures.REGISTRY.items()
    ]
    return _list(request, _("环节和时限"), _("先选流程，再改环节。"), [_("流程"), _("环节"), _("本单位改动")], rows)


def _live_words(procedure: type[Procedure]) -> str:
    return " → ".join(str(step.label) for step in procedure.steps.values() if not step.side and not step.retired)


def _turned_words(count: int) -> str:
    return ngettext("改过 %(n)d 个环节", "改过 %(n)d 个环节", count) % {"n": count} if count else _("照规定")


def declared_or_404(code: str) -> type[Procedure]:
    if code not in procedures.REGISTRY:
        raise Http404
    return procedures.REGISTRY[code]


@require_GET
def steps(request: Asked, procedure: str) -> HttpResponse:
    declared = declared_or_404(procedure)
    rows = []
    for step in declared.steps.values():
        if step.retired:
            continue
        setting = in_force(procedure, step.code)
        limits = [
            f"{urgency.label} {_limit_words(step, setting, urgency)}" for urgency in Urgency if step.due is not None
        ]
        rows.append(
            {
                "cells": [
                    {"words": str(step.label), "note": _("旁支") if step.side else ""},
                    {"words": _post_words(step, setting), "note": _("可以不经过") if step.optional else ""},
                    {"words": _("，").join(limits) or _("不限时"), "note": _source_words(step, setting)},
                ],
                "url": reverse("step", args=[procedure, step.code]),
                "unverified": step.due is not None and step.due.unverified and not (setting and setting.limits),
                "retired": bool(setting and setting.skipped),
            }
        )
    return _list(
        request, str(declared.title), str(declared.source), [_("环节"), _("由谁办"), _("时限")], rows,
        index_url=reverse("step_settings"), index_words=_("环节和时限"),
        new_url=reverse("drawn", args=[procedure]), new_words=_("流程图"),
    )


def in_force(procedure: str, step: str) -> StepSetting | None:
    """What new cases get from the latest day on, today's or one already set for the days to come."""
    return StepSetting.objects.filter(procedure=procedure, step=step).select_related("post").first()


def _limit_words(step: Step, setting: StepSetting | None, urgency: Urgency) -> str:
    own = setting.limits.get(urgency.value) if setting else None
    limit = Limit.from_dict(own) if own else step.due.limit(urgency) if step.due else None
    return limit.words() if limit else _("不限时")


def _post_words(step: Step, setting: StepSetting | None) -> str:
    if setting is not None and setting.post_id:
        return str(setting.post)
    post = timing.find_post(step.post) if step.post else None
    return str(post) if post else step.post or _("由上一环节选定")


def _source_words(step: Step, setting: StepSetting | None) -> str:
    if setting is not None:
        return _("本单位设置，%(since)s 起") % {"since": setting.since.isoformat()}
    return declared_source(step)


def declared_source(step: Step) -> str:
    """Where a declared limit comes from: a rule by its number (docs/rules.md), or the office's own habit."""
    if step.due is None:
        return ""
    return _("系统起始值，通行做法") if step.due.rule.startswith(HABIT) else step.due.rule


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: Asked, procedure: str, step: str) -> HttpResponse:
    declared = declared_or_404(procedure)
    place = declared.steps.get(step)
    if place is None or place.retired:
        raise Http404
    setting = in_force(procedure, step)
    form = StepForm(request.POST or None, procedure=declared, step=place, setting=setting)
    if request.method == "POST" and form.is_valid():
        StepSetting.objects.update_or_create(
            procedure=procedure, step=step, since=form.cleaned_data["since"], defaults=form.values()
        )
        messages.success(request, _("已保存，%(since)s 起开办的文件照此办理。") % {"since": form.cleaned_data["since"]})
        return redirect("steps", procedure)
    return TemplateResponse(
        request,
        "office/step_form.html",
        {
            "heading": _("%(procedure)s：%(step)s") % {"procedure": declared.title, "step": place.label},
            "sentence": _("空着的照规定。办理中的文件仍按开始时的办法走。"),
            "source": declared_source(place),
            "unverified": bool(place.due and place.due.unverified),
            "form": form,
            "back_url": reverse("steps", args=[procedure]),
            "history": history_of_all(StepSetting.objects.filter(procedure=procedure, step=step)),
        },
    )


# --- Which procedure --------------------------------------------------------------------------------------------


@require_GET
def procedure_choices(request: Asked) -> HttpResponse:
    rows = []
    for form in forms_with_a_choice():
        serving = procedures.serving(form)
        setting = ProcedureChoice.objects.filter(form=form, since__lte=timezone.localdate()).first()
        chosen = next((one for one in serving if setting and one.code == setting.procedure), serving[0])
        rows.append(
            {
                "cells": [
                    {"words": str(serving[0].title), "note": form},
                    {"words": str(chosen.title), "note": str(chosen.source)},
                    {"words": setting.since.isoformat() if setting else _("起始值"), "note": ""},
                ],
                "url": reverse("procedure_choice", args=[form]) if len(serving) > 1 else "",
            }
        )
    return _list(
        request, pgettext("heading", "流程"), _("新收的文件走哪个流程。已经开办的不变。"),
        [_("业务"), _("流程"), _("起用")], rows, new_url=reverse("drawn_list"), new_words=_("流程图"),
    )


def forms_with_a_choice() -> list[str]:
    return list(dict.fromkeys(one.form for one in procedures.REGISTRY.values() if one.form))


@require_http_methods(["GET", "HEAD", "POST"])
def procedure_choice(request: Asked, form_code: str) -> HttpResponse:
    if form_code not in forms_with_a_choice():
        raise Http404
    serving = procedures.serving(form_code)
    setting = ProcedureChoice.objects.filter(form=form_code).first()
    initial = {
        "procedure": setting.procedure if setting else serving[0].code,
        "since": timezone.localdate().isoformat(),
    }
    form = ProcedureForm(request.POST or None, form=form_code, initial=initial)
    if request.method == "POST" and form.is_valid():
        ProcedureChoice.objects.update_or_create(
            form=form_code, since=form.cleaned_data["since"],
            defaults={"procedure": form.cleaned_data["procedure"]},
        )
        messages.success(request, _("已保存。"))
        return redirect("procedure_choices")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": _("%(title)s走哪个流程") % {"title": serving[0].title},
            "sentence": _("只管起用日以后新收的文件。"),
            "source": "",
            "form": form,
            "back_url": reverse("procedure_choices"),
            "history": history_of_all(ProcedureChoice.objects.filter(form=form_code)),
        },
    )


# --- Ladders ----------------------------------------------------------------------------------------------------


def ladder_in_force(code: str) -> tuple[chasing.Ladder, Ladder | None]:
    row = Ladder.objects.filter(code=code).first()
    if row is None:
        return chasing.LADDERS[code], None
    try:
        return chasing.Ladder.from_dict({**row.rungs, "code": code}), row
    except (TypeError, ValueError):
        # The chaser passes it over too (office/chasing/sending.py).
        return chasing.LADDERS[code], row


@require_GET
def ladders(request: Asked) -> HttpResponse:
    rows = []
    for code in chasing.LADDERS:
        ladder, row = ladder_in_force(code)
        source = _(ladder.source) if ladder.source else ""
        rows.append(
            {
                "cells": [
                    {"words": str(ladder.title), "note": _("下班和休息日也催") if ladder.always else ""},
                    {"words": _("；").join(str(rung.label) for rung in ladder.rungs), "note": ""},
                    {"words": row.since.isoformat() if row else _("起始值"), "note": source},
                ],
                "url": reverse("ladder", args=[code]),
                "unverified": row is None,
            }
        )
    return _list(
        request, _("催办阶梯"), _("有排名的领导从不催办：改由文书掌握。"), [_("缓急"), _("各级"), _("起用")], rows
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ladder(request: Asked, code: str) -> HttpResponse:
    if code not in chasing.LADDERS:
        raise Http404
    present, row = ladder_in_force(code)
    form = LadderForm(request.POST or None, ladder=present)
    if request.method == "POST" and form.is_valid():
        Ladder.objects.update_or_create(
            code=code, since=form.cleaned_data["since"], defaults={"rungs": form.made.as_dict()}
        )
        messages.success(request, _("已保存，%(since)s 起开办的文件照此催办。") % {"since": form.cleaned_data["since"]})
        return redirect("ladders")
    return TemplateResponse(
        request,
        "office/ladder.html",
        {
            "heading": _("催办阶梯：%(title)s") % {"title": present.title},
            "sentence": _("一行一级；把名称清空就去掉这一级。"),
            "source": _(chasing.LADDERS[code].source),
            "unverified": row is None,
            "form": form,
            "back_url": reverse("ladders"),
            "history": history_of_all(Ladder.objects.filter(code=code)),
        },
    )


def _list(
    request: Asked, heading: str, sentence: str, columns: list[str], rows: list[dict], *,
    index_url: str = "", index_words: str = "", new_url: str = "", new_words: str = "",
) -> HttpResponse:
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": heading,
            "sentence": sentence,
            "index_url": index_url or reverse("dials"),
            "index_words": index_words or _("设置"),
            "new_url": new_url,
            "new_words": new_words,
            "columns": columns,
            "rows": rows,
        },
    )
