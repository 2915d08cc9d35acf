"""Forms of somebody's own account: signing in, the password, the second factor, small habits."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from office.channels import ADDRESS, Way
from office.models.outbox import Address, QuietHours
from office.models.people import User
from office.passwords import password_rule
from office.quiet import quiet_hours_of


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
    """What a person keeps himself. Name, title and department are the administrator's.

    Who does office business says here too by which channels he is told outside these pages, and when not.
    """

    quiet_from = forms.TimeField(label=_("免打扰从"), required=False, widget=forms.TimeInput(format="%H:%M"))
    quiet_to = forms.TimeField(label=_("免打扰到"), required=False, widget=forms.TimeInput(format="%H:%M"))
    quiet_days_off = forms.BooleanField(label=_("休息日整天免打扰"), required=False)
    text_size = forms.ChoiceField(
        label=_("字号"),
        choices=[("standard", _("标准")), ("large", _("大"))],
        widget=forms.RadioSelect,
    )
    keys = forms.BooleanField(label=_("使用快捷键"), required=False)

    class Meta:
        model = User
        fields = ["phone", "email"]
        help_texts = {"email": _("留空就不发邮件提醒；邮件里只写件数，不写标题。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.instance
        self.ways: dict[str, Way] = {}
        if not person.does_office_business:
            for name in ("quiet_from", "quiet_to", "quiet_days_off"):
                del self.fields[name]
            return
        self.ways = {f"address_{way.code}": way for way in settings.NOTICE_CHANNELS.values()}
        known = dict(Address.objects.filter(person=person).values_list("channel", "address"))
        for name, way in self.ways.items():
            self.fields[name] = forms.CharField(
                label=gettext("%(channel)s账号") % {"channel": way.label},
                required=False,
                max_length=64,
                initial=known.get(way.code, ""),
            )
        quiet = quiet_hours_of(person)
        for name, value in (("from", quiet.starts), ("to", quiet.ends), ("days_off", quiet.days_off)):
            self.initial[f"quiet_{name}"] = value
        self.order_fields(["phone", "email", *self.ways])

    def sections(self) -> list[dict[str, Any]]:
        """What belongs together: [{label, hint, fields: [(field, its class)]}]."""
        quiet = [("quiet_from", "c4 c-half"), ("quiet_to", "c4 c-half"), ("quiet_days_off", "")]
        found = [
            (_("本人"), "", [("phone", ""), ("email", "")]),
            (_("聊天软件"), _("留空就不往那里发；只发件数，不写标题和编号。"), [(name, "c6") for name in self.ways]),
            (
                _("免打扰"),
                _(
                    "这段时间邮件和聊天软件不响，过后合成一条补上；特急的待办和催办照发，站内随时看得到。"
                    "起始值 22:00 到次日 7:00，通行做法，未核实；起止都留空就是不设。"
                ),
                [(name, cls) for name, cls in quiet if name in self.fields],
            ),
            (_("这台电脑"), "", [("text_size", ""), ("keys", "")]),
        ]
        return [
            {"label": label, "hint": hint, "fields": [(self[name], cls) for name, cls in fields]}
            for label, hint, fields in found
            if fields
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("quiet_from"), cleaned.get("quiet_to")
        if not {"quiet_from", "quiet_to"} & set(self.errors):
            if (starts is None) != (ends is None):
                self.add_error("quiet_to", gettext("起止时间要么都填，要么都留空。"))
            elif starts is not None and starts == ends:
                self.add_error("quiet_to", gettext("起止时间不能一样。"))
        for name, way in self.ways.items():
            if (address := cleaned.get(name)) and (wrong := self._wrong(way, address)):
                self.add_error(name, wrong)
        return cleaned

    def _wrong(self, way: Way, address: str) -> str:
        if not ADDRESS.fullmatch(address):
            return gettext("账号以字母或数字开头，只用字母、数字、点、横线、下划线和 @，也不能写 all。")
        if not way.url_for(address):
            return gettext("服务器上没有这个账号的地址，请系统管理员加上再填。")
        others = Address.objects.filter(channel=way.code, address=address).exclude(person=self.instance)
        return gettext("这个账号已经有人在用，请核对。") if others.exists() else ""

    def save(self, commit: bool = True) -> User:
        with transaction.atomic():
            person: User = super().save(commit=commit)
            for name, way in self.ways.items():
                if name in self.changed_data:
                    fresh = {"address": self.cleaned_data[name]}
                    Address.objects.update_or_create(person=person, channel=way.code, defaults=fresh)
            if {"quiet_from", "quiet_to", "quiet_days_off"} & set(self.changed_data):
                fresh = {
                    "starts": self.cleaned_data["quiet_from"],
                    "ends": self.cleaned_data["quiet_to"],
                    "days_off": self.cleaned_data["quiet_days_off"],
                }
                QuietHours.objects.update_or_create(person=person, defaults=fresh)
        return person
