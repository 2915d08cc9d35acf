"""Forms of the acts beside the path: reasons, relocation, more readers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from office.forms.typed import choosing
from office.procedures import Procedure

from .people import Candidates, HolderField, HoldersField


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RelocateForm(forms.Form):
    step = forms.ChoiceField(label=_("移到哪一步"))
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, procedure: type[Procedure], **kwargs) -> None:
        super().__init__(*args, **kwargs)
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
