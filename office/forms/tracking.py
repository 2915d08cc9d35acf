"""Forms of the acts beside the path: reasons, relocation, more readers."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from office import acting, clock, searching, showing, timing
from office.forms.typed import choosing
from office.models.cases import Case
from office.models.clocks import Clock
from office.models.people import Department, User
from office.procedures import Procedure

from .deciding import DateField
from .people import Candidates, HolderField, HoldersField

# Papers named where several are meant by what was typed.
MOST_NAMED = 3


def leave_on_paper(form: forms.Form) -> None:
    """R-SEC-03: why something is done to a state secret is written on paper, not here."""
    form.fields["reason"].required = False
    form.fields["reason"].help_text = _("涉密文件的理由只写在纸上，这里空着（R-SEC-03）")


class ExtendForm(forms.Form):
    """Which date, until when, why."""

    which = forms.ChoiceField(label=_("哪个期限"))
    until = DateField(label=_("延到"))
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, clocks: list[Clock], wordless: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clocks = clocks
        if wordless:
            leave_on_paper(self)
        choosing(self, "which").choices = [(str(one.pk), self._words(one)) for one in clocks]

    @staticmethod
    def _words(one: Clock) -> str:
        who = str(one.turn.hands) if one.turn is not None else ""
        label = gettext(one.label) if one.label else one.rule
        return " ".join(filter(None, [label, who, f"{timezone.localtime(one.due_at):%Y-%m-%d %H:%M}"]))

    def extend(self, *, by: User) -> None:
        """Raises acting.Refused."""
        chosen = next(one for one in self.clocks if str(one.pk) == self.cleaned_data["which"])
        day = self.cleaned_data["until"]
        if day is None:
            raise acting.Refused(gettext("请写明延到哪一天。"), field="until")
        until = datetime.combine(day, timing.office_hours().closing, tzinfo=clock.TIME_ZONE)
        acting.extend(chosen, until=until, actor=by, reason=self.cleaned_data["reason"])


class ReasonForm(forms.Form):
    """`wordless`: the reason for what is done to a state secret stays on paper (R-SEC-03), as in the forms below."""

    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, wordless: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if wordless:
            leave_on_paper(self)


class RelocateForm(forms.Form):
    step = forms.ChoiceField(label=_("移到哪一步"))
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, procedure: type[Procedure], wordless: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if wordless:
            leave_on_paper(self)
        choosing(self, "step").choices = [
            (step.code, step.label) for step in procedure.steps.values() if not step.side and not step.retired
        ]
        candidates = Candidates()
        self.fields["names"] = HolderField(
            choices=[*candidates.departments(), *candidates.everybody()],
            label=_("送给（有岗位的环节可不选）"),
            required=False,
        )
        self.order_fields(["step", "names", "reason"])


class AddReadersForm(forms.Form):
    step = forms.ChoiceField(label=_("环节"))
    in_order = forms.BooleanField(label=_("一份原件逐人传阅（不选则同时发复印件）"), required=False)

    def __init__(self, *args, procedure: type[Procedure], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "step").choices = [
            (step.code, step.label) for step in procedure.steps.values() if step.side and not step.retired
        ]
        self.fields["names"] = HoldersField(choices=Candidates().everybody(), label=_("送给"))
        self.order_fields(["step", "names", "in_order"])


class BarForm(forms.Form):
    """Whom a case must never reach: persons, and departments with all below them."""

    def __init__(self, *args: Any, wordless: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"] = HoldersField(choices=Candidates().everybody(), label=_("回避的人"), required=False)
        self.fields["departments"] = forms.ModelMultipleChoiceField(
            Department.objects.filter(retired=False).order_by("position", "name"),
            label=_("回避的部门"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

        self.fields["reason"] = forms.CharField(
            label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
        )
        if wordless:
            leave_on_paper(self)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data.get("people") and not data.get("departments"):
            self.add_error("people", gettext("请选要回避的人或部门。"))
        return data


class RelateForm(forms.Form):
    """Another paper, by the number somebody has before him, and what this one is to it."""

    number = forms.CharField(
        label=_("另一份文件"),
        max_length=120,
        help_text=_("写编号（收2026-412，也可以扫处理单上的码）、来文字号或标题里的几个字"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("本件和它的关系"),
        choices=[
            ("see", _("参见它")),
            ("answers", _("是对它的答复")),
            ("forwards", _("是对它的转发")),
            ("revokes", _("废止它")),
        ],
        initial="see",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.user = case, user

    def clean_number(self) -> Case:
        """The one paper meant, among those the user may see."""
        typed = self.cleaned_data["number"]
        exact = searching.by_reference(self.user, typed)
        if exact is not None:
            if exact.pk == self.case.pk:
                raise forms.ValidationError(gettext("这就是本件的编号，请写另一份文件的编号。"))
            return exact
        named = searching.search(self.user, typed, count=MOST_NAMED + 2)
        others = [one for one in named if one.pk != self.case.pk]
        if not others:
            raise forms.ValidationError(gettext("没有找到这份文件，请核对编号。您看不到的文件也不能关联。"))
        if len(others) > 1:
            raise forms.ValidationError(self._several(others))
        return others[0]

    @staticmethod
    def _several(found: list[Case]) -> str:
        numbers = [f"{one.reference or one.public_id} {showing.title_of(one)}" for one in found[:MOST_NAMED]]
        named = gettext("、").join(numbers)
        if len(found) > MOST_NAMED:
            return gettext("找到好几份：%(named)s 等。请写其中一份的编号。") % {"named": named}
        return gettext("找到好几份：%(named)s。请写其中一份的编号。") % {"named": named}
