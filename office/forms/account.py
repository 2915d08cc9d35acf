"""Forms of somebody's own account: signing in, the password, the second factor, small habits."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from office.models.people import User
from office.passwords import password_rule


class LoginForm(AuthenticationForm):
    """One sentence for every failure: it never says whether an account exists, is shut, or has another password."""

    error_messages = {
        "invalid_login": _("登录名或口令不对，请重新输入。"),
        "inactive": _("登录名或口令不对，请重新输入。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("口令")
        for field in self.fields.values():
            field.error_messages["required"] = _("请填写。")

    def clean_username(self) -> str:
        """The name as its account has it, however its letters were typed: tries and locks count under that one."""
        typed = self.cleaned_data["username"].strip()
        known = User.objects.filter(username__iexact=typed).values_list("username", flat=True).first()
        return known or typed.lower()


class PasswordForm(PasswordChangeForm):
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": _("原口令不对，请重新输入。"),
        "password_mismatch": _("两次输入的新口令不一样。"),
    }

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["old_password"].label = _("原口令")
        self.fields["new_password1"].label = _("新口令")
        self.fields["new_password1"].help_text = password_rule()
        self.fields["new_password2"].label = _("再输一次新口令")
        self.fields["new_password2"].help_text = ""

    def clean_old_password(self) -> str:
        """Asked as at the door: at a desk left open it is not guessed without end either (django-axes)."""
        old = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=old) is None:
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return old

    def clean_new_password1(self) -> str:
        fresh = self.cleaned_data["new_password1"]
        if self.user.check_password(fresh):
            raise ValidationError(_("新口令不能和原口令一样。"))
        return fresh


class TokenForm(forms.Form):
    """Six digits from the telephone, or where `spare` allows it one of the spare codes."""

    otp_token = forms.CharField(label=_("六位数字"), max_length=16)

    def __init__(self, *args: Any, spare: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["otp_token"]
        if spare:
            field.label = _("六位数字或备用码")
        field.widget.attrs.update({"autocomplete": "one-time-code", "autofocus": True})
        if not spare:
            field.widget.attrs["inputmode"] = "numeric"

    def clean_otp_token(self) -> str:
        return self.cleaned_data["otp_token"].replace(" ", "").strip().lower()


class MySettingsForm(forms.ModelForm):
    """What a person keeps himself. Name, title and department are the administrator's."""

    text_size = forms.ChoiceField(
        label=_("字号"),
        choices=[("standard", _("标准")), ("large", _("大"))],
        widget=forms.RadioSelect,
        help_text=_("只管这台电脑"),
    )
    keys = forms.BooleanField(label=_("使用快捷键"), required=False, help_text=_("只管这台电脑。"))

    class Meta:
        model = User
        fields = ["phone", "email"]
        help_texts = {"email": _("留空就不发邮件提醒；邮件里只写件数，不写标题。")}
