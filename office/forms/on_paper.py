"""Forms of the clerk's desk for leaders who write on paper."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .deciding import DateField


class StackForm(forms.Form):
    stack = forms.FileField(label=_("批好的整叠，扫描成一个 PDF"), allow_empty_file=True)


class ConfirmForm(forms.Form):
    signed_on = DateField(label=_("签字日期"), lean="past", error_messages={"required": _("请写明纸上签字的日期。")})
