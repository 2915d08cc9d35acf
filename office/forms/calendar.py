"""Forms of the working calendar."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.clock import can_be_made_up_for


class DayForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("这一天"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("", gettext_lazy("照星期")),
            ("work", gettext_lazy("补班")),
            ("off", gettext_lazy("放假")),
            ("holiday", gettext_lazy("法定节假日")),
        ],
    )
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=60, help_text=gettext_lazy("如 春节"))
    source = forms.CharField(label=gettext_lazy("依据"), required=False, max_length=200)

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on

    def clean_kind(self) -> str:
        if self.cleaned_data["kind"] == "work" and not can_be_made_up_for(self.on):
            raise ValidationError(_("%(day)s 本来就上班，不用补班。") % {"day": self.on.isoformat()})
        return self.cleaned_data["kind"]


class KnownYearForm(forms.Form):
    source = forms.CharField(label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("放假通知的名称和文号"))
