"""Forms of the working calendar."""

from django import forms
from django.utils.translation import gettext_lazy


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


class KnownYearForm(forms.Form):
    source = forms.CharField(label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("放假通知的名称和文号"))
