"""Forms of the administrator's dials. Everything here is dated where cases run under it."""

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from office import chasing, procedures
from office.acting.door import as_printed
from office.clock import Limit, OfficeHours
from office.dials import Dial
from office.forms.typed import choosing
from office.levels import Urgency
from office.models.cases import Case
from office.models.dials import StepSetting
from office.models.people import Kind, Post, User
from office.procedures import Procedure, Step

from .deciding import DateField

LIMIT_KINDS = [
    ("", gettext_lazy("照规定")),
    ("half_days", gettext_lazy("个半天")),
    ("workdays", gettext_lazy("个工作日")),
    ("days", gettext_lazy("日")),
    ("months", gettext_lazy("个月")),
    ("working_hours", gettext_lazy("个工作小时")),
    ("hours", gettext_lazy("小时")),
    ("until", gettext_lazy("个工作日后的几点前")),
]
ROLES = [
    (chasing.HOLDER, gettext_lazy("承办人")),
    (chasing.HEAD, gettext_lazy("科室负责人")),
    (chasing.DIRECTOR, gettext_lazy("办公室主任")),
    (chasing.CLERK, gettext_lazy("文书")),
    (chasing.HUB, gettext_lazy("文书（领导处的件）")),
    (chasing.DUTY_OFFICER, gettext_lazy("值班人员")),
    (chasing.DUTY_LEADER, gettext_lazy("带班领导")),
]
KINDS = [
    (chasing.NOTICE, gettext_lazy("提醒")),
    (chasing.PHONE_TASK, gettext_lazy("请人打电话")),
    (chasing.DIGEST, gettext_lazy("每日汇总")),
    (chasing.INFORM, gettext_lazy("只告知，不算催办")),
]

UNITS = [
    ("workdays", gettext_lazy("个工作日")),
    ("half_days", gettext_lazy("个半天")),
    ("hours", gettext_lazy("小时")),
    ("every", gettext_lazy("小时一次，反复")),
]


def newest_case(codes: list[str]) -> date | None:
    """The day the latest case of these procedures was opened."""
    at = Case.objects.filter(procedure__in=codes).order_by("-pk").values_list("opened_at", flat=True).first()
    return timezone.localdate(at) if at else None


def first_free_day(codes: list[str]) -> date:
    """From when a new setting can hold without touching a case that runs: cases keep what they started with."""
    today = timezone.localdate()
    newest = newest_case(codes)
    return today if newest is None or newest < today else newest + timedelta(days=1)


class Dated(forms.Form):
    """A setting from a day on. `codes` are the procedures whose running cases must not feel it."""

    codes: list[str] = []

    def clean_since(self) -> date:
        since = self.cleaned_data["since"]
        free = first_free_day(self.codes)
        if since is None or since < free:
            words = _("最早从 %(day)s 起：办理中的文件仍按开始时的办法走，这一天以前已有文件开办。")
            raise ValidationError(words % {"day": free.isoformat()})
        return since


class DialForm(forms.Form):
    """One value of the office; `plain` is what is kept of it."""

    def __init__(self, data: Any = None, *, dial: Dial, initial: dict[str, Any], prefix: str | None = None) -> None:
        super().__init__(data, initial=initial, prefix=prefix)
        self.dial = dial

    def plain(self) -> Any:
        return self.cleaned_data["value"]


class TextForm(DialForm):
    value = forms.CharField()

    def __init__(self, data: Any = None, *, dial: Dial, initial: dict[str, Any], prefix: str | None = None) -> None:
        super().__init__(data, dial=dial, initial=initial, prefix=prefix)
        required = bool(dial.initial)
        self.fields["value"] = forms.CharField(
            label=dial.label, max_length=dial.most, required=required, help_text=str(dial.hint),
            error_messages={"required": _("请填写%(what)s。") % {"what": dial.label}},
        )  # fmt: skip

    def clean_value(self) -> str:
        return " ".join(self.cleaned_data["value"].split())


class NumberForm(DialForm):
    value = forms.IntegerField()

    def __init__(self, data: Any = None, *, dial: Dial, initial: dict[str, Any]) -> None:
        super().__init__(data, dial=dial, initial=initial)
        bounds = _("请填 %(least)d 到 %(most)d 之间的整数。") % {"least": dial.least, "most": dial.most}
        self.fields["value"] = forms.IntegerField(
            label=dial.label,
            min_value=dial.least,
            max_value=dial.most,
            help_text=_("%(unit)s。%(hint)s") % {"unit": dial.unit, "hint": dial.hint},
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), bounds),
        )


class HoursForm(DialForm):
    """The office's hours; what the clock itself refuses is said at the top of the form."""

    morning_starts = forms.CharField(label=gettext_lazy("上午上班"), max_length=5)
    morning_ends = forms.CharField(label=gettext_lazy("上午下班"), max_length=5)
    afternoon_starts = forms.CharField(label=gettext_lazy("下午上班"), max_length=5)
    afternoon_ends = forms.CharField(label=gettext_lazy("下午下班（到期的时刻）"), max_length=5)
    noon_until = forms.CharField(label=gettext_lazy("几点前起算的半天到上午下班"), max_length=5)
    closing_until = forms.CharField(label=gettext_lazy("几点前起算的半天到下午下班"), max_length=5)

    def __init__(self, data: Any = None, *, dial: Dial, initial: dict[str, Any]) -> None:
        super().__init__(data, dial=dial, initial=initial["value"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.hours = OfficeHours.from_dict({name: text.replace("：", ":") for name, text in cleaned.items()})
            except ValueError as error:
                raise ValidationError(str(error)) from None
        return cleaned

    def plain(self) -> dict[str, str]:
        return self.hours.as_dict()


class StepForm(Dated):
    """What an office changes about a declared step; an empty limit keeps the declared one."""

    since = DateField(label=gettext_lazy("从哪天起"), help_text=gettext_lazy("这一天起开办的文件照新办法"))

    def __init__(
        self, data: Any = None, *, procedure: type[Procedure], step: Step, setting: StepSetting | None, **kwargs: Any
    ) -> None:
        self.procedure, self.step = procedure, step
        self.codes = [procedure.code]
        initial = self._now(setting) | {"since": first_free_day(self.codes).isoformat()}
        super().__init__(data, initial=initial, **kwargs)
        declared_limits = {urgency: step.due.limit(urgency).words() for urgency in Urgency} if step.due else {}
        self.urgencies = list(declared_limits)
        for urgency, declared in declared_limits.items():
            self.fields[f"{urgency}_count"] = forms.IntegerField(
                label=_("%(urgency)s：几") % {"urgency": urgency.label}, required=False, min_value=0, max_value=366
            )
            self.fields[f"{urgency}_kind"] = forms.ChoiceField(
                label=_("什么单位（规定：%(limit)s）") % {"limit": declared}, required=False, choices=LIMIT_KINDS
            )
            self.fields[f"{urgency}_at"] = forms.CharField(label=_("几点前"), required=False, max_length=5)
        if step.post:
            posts = Post.objects.filter(retired=False).select_related("department")
            self.fields["post"] = forms.ModelChoiceField(
                posts, label=_("由哪个岗位办"), required=False, empty_label=_("照规定")
            )
        if step.optional:
            self.fields["skipped"] = forms.BooleanField(label=_("本单位不经过这一环节"), required=False)
        if step.reading:
            people = User.objects.filter(kind=Kind.OFFICE, is_active=True).order_by("department__position", "username")
            self.fields["readers"] = forms.ModelMultipleChoiceField(
                people, label=_("默认阅件人"), required=False, widget=forms.CheckboxSelectMultiple
            )
        self.order_fields([*[name for name in self.fields if name != "since"], "since"])

    @staticmethod
    def _now(setting: StepSetting | None) -> dict[str, Any]:
        if setting is None:
            return {}
        found: dict[str, Any] = {"post": setting.post_id, "skipped": setting.skipped, "readers": setting.readers}
        for urgency, limit in setting.limits.items():
            found |= {f"{urgency}_{name}": limit.get(name, "") for name in ("count", "kind", "at")}
        return found

    @property
    def limit_rows(self) -> list[dict]:
        return [
            {"label": urgency.label, "fields": [self[f"{urgency}_{name}"] for name in ("count", "kind", "at")]}
            for urgency in self.urgencies
        ]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("post", "skipped", "readers", "since") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.limits = {}
        for urgency in self.urgencies:
            kind, count = cleaned.get(f"{urgency}_kind"), cleaned.get(f"{urgency}_count")
            at = (cleaned.get(f"{urgency}_at") or "").replace("：", ":")
            if (not kind and count is None and not at) or f"{urgency}_count" in self.errors:
                continue
            try:
                self.limits[urgency.value] = _limit(kind, count, at).as_dict()
            except ValueError as error:
                self.add_error(f"{urgency}_count", str(error))
        return cleaned

    def values(self) -> dict[str, Any]:
        return {
            "limits": self.limits,
            "post": self.cleaned_data.get("post"),
            "skipped": bool(self.cleaned_data.get("skipped")),
            "readers": [person.pk for person in self.cleaned_data.get("readers") or []],
        }


def _limit(kind: str | None, count: int | None, at: str) -> Limit:
    if not kind or count is None:
        raise ValueError(_("数目和单位要一起写；都空着就照规定。"))
    if count == 0 and kind != "until":
        raise ValueError(_("数目至少是 1。当天办结的，单位选“个工作日后的几点前”，数目写 0。"))
    return Limit.from_dict({"kind": kind, "count": count, **({"at": at} if at else {})})


class ProcedureForm(Dated):
    """Which of the declared procedures new papers of a form take."""

    procedure = forms.ChoiceField(label=gettext_lazy("新收的文件走哪个流程"), widget=forms.RadioSelect)
    since = DateField(label=gettext_lazy("从哪天起"))

    def __init__(self, *args: Any, form: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "procedure").choices = [
            (one.code, _("%(words)s（%(note)s）") % {"words": one.title, "note": one.source})
            for one in procedures.serving(form)
        ]

    def clean_since(self) -> date:
        """A case keeps its procedure for good, so today will do; the past is over."""
        since = self.cleaned_data["since"]
        if since is None or since < timezone.localdate():
            raise ValidationError(_("请写今天或以后的日期。"))
        return since


class LadderForm(Dated):
    """The rungs of one ladder, a row each. A row without a name is left out."""

    always = forms.BooleanField(label=gettext_lazy("下班时间和休息日也催"), required=False)
    since = DateField(label=gettext_lazy("从哪天起"), help_text=gettext_lazy("这一天起开办的文件照新阶梯"))

    SPARE = 2
    COLUMNS = ("label", "anchor", "count", "unit", "at", "to", "kind")
    ANCHORS = [(chasing.DUE, gettext_lazy("到期")), (chasing.START, gettext_lazy("收到"))]

    def __init__(self, data: Any = None, *, ladder: chasing.Ladder, **kwargs: Any) -> None:
        self.ladder = ladder
        self.codes = list(procedures.REGISTRY)
        initial: dict[str, Any] = {"since": first_free_day(self.codes).isoformat(), "always": ladder.always}
        for place, rung in enumerate(ladder.rungs):
            initial |= {f"r{place}-{name}": value for name, value in self._typed(rung).items()}
        super().__init__(data, initial=initial, **kwargs)
        self.places = range(len(ladder.rungs) + self.SPARE)
        for place in self.places:
            self._add_row(place)
        self.order_fields([*[name for name in self.fields if name.startswith("r")], "always", "since"])

    def _add_row(self, place: int) -> None:
        row = {
            "label": forms.CharField(label=_("名称"), required=False, max_length=60),
            "anchor": forms.ChoiceField(label=_("从何时算"), choices=self.ANCHORS, required=False),
            "count": forms.IntegerField(label=_("前（负）后（正）几"), required=False, min_value=-60, max_value=60),
            "unit": forms.ChoiceField(label=pgettext("of a limit", "单位"), choices=UNITS, required=False),
            "at": forms.CharField(label=_("几点"), required=False, max_length=5),
            "to": forms.ChoiceField(label=_("向谁"), choices=ROLES, required=False),
            "kind": forms.ChoiceField(label=_("方式"), choices=KINDS, required=False),
        }
        self.fields.update({f"r{place}-{name}": field for name, field in row.items()})

    @staticmethod
    def _typed(rung: chasing.Rung) -> dict[str, Any]:
        unit = "every" if rung.every else "half_days" if rung.half_days else "hours" if rung.hours else "workdays"
        count = rung.hours or rung.half_days or rung.workdays
        return {
            "label": as_printed(rung.label), "anchor": rung.anchor, "count": int(count), "unit": unit,
            "at": rung.at.strftime("%H:%M") if rung.at else "", "to": rung.to, "kind": rung.kind,
        }

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"r{place}-{name}"] for name in self.COLUMNS] for place in self.places]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [self["always"], self["since"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rungs = []
        for place in self.places:
            row = {name: cleaned.get(f"r{place}-{name}") for name in self.COLUMNS}
            if not row["label"]:
                continue
            try:
                rungs.append(self._rung(place, row))
            except ValueError as error:
                self.add_error(f"r{place}-label", str(error))
        if not self.errors:
            if not rungs:
                raise ValidationError(_("至少要有一级。"))
            self.made = chasing.Ladder(
                self.ladder.code, self.ladder.title, tuple(rungs), _("本单位设置"), always=cleaned.get("always", False)
            )
        return cleaned

    def _rung(self, place: int, row: dict[str, Any]) -> chasing.Rung:
        """What the form does not ask (recorded, beside) stays as it was for that row."""
        known = self.ladder.rungs[place] if place < len(self.ladder.rungs) else None
        count = row["count"] or 0
        unit = row["unit"]
        kept = {"beside": known.beside, "recorded": known.recorded} if known else {}
        return chasing.Rung(
            known.code if known else f"own-{place + 1}",
            row["label"],
            row["to"] or chasing.HOLDER,
            kind=row["kind"] or chasing.NOTICE,
            anchor=row["anchor"] or chasing.DUE,
            workdays=count if unit == "workdays" else 0,
            half_days=count if unit == "half_days" else 0,
            hours=count if unit in ("hours", "every") else 0,
            at=_time(row["at"]) if row["at"] else None,
            every=unit == "every",
            **kept,
        )


def _time(text: str) -> time:
    from office.clock.limits import clock_time

    return clock_time(text.replace("：", ":"))
