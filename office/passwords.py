"""The password rules: the standard ones in the office's own words, and one more (等保 habit, domain B8, 未核实)."""

import re
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import password_validation as standard
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NotTheName(standard.UserAttributeSimilarityValidator):
    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        username = getattr(user, "username", "")
        if len(username) >= 3 and username.lower() in password.lower():
            raise ValidationError(self.get_error_message(), code="password_too_similar")

    def get_error_message(self) -> str:
        return _("口令和登录名、姓名或电子邮件太相似，请换一个。")


class LongEnough(standard.MinimumLengthValidator):
    """Django's Chinese catalogue has no sentence for this one."""

    def get_error_message(self) -> str:
        return _("口令太短，至少 %(n)d 个字。") % {"n": self.min_length}


class NotCommon(standard.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("这个口令太常见，请换一个。")


class NotOnlyDigits(standard.NumericPasswordValidator):
    def get_error_message(self) -> str:
        return _("口令不能全是数字。")


class ThreeKindsOfCharacters:
    KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")

    def validate(self, password: str, user: object = None) -> None:
        if sum(bool(re.search(kind, password)) for kind in self.KINDS) < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _("口令要含大写字母、小写字母、数字、符号中的至少三种。")


def password_rule() -> str:
    """What a new password must be, in one line beside the field."""
    return _("至少 %(n)d 个字，大写、小写、数字、符号中至少三种") % {"n": settings.PASSWORD_LENGTH}


# Without letters and digits that are mixed up when read aloud or from paper.
LEGIBLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
ONE_TIME_LENGTH = 14


def one_time() -> str:
    """A random password to be handed over and changed at the first signing in; it keeps the office's own rules."""
    while True:
        made = "".join(secrets.choice(LEGIBLE) for _place in range(ONE_TIME_LENGTH))
        kinds = sum(bool(re.search(kind, made)) for kind in ThreeKindsOfCharacters.KINDS)
        if kinds >= 3:
            return made
