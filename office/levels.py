"""Urgency, secrecy and outcome: the field's own scales, shared by every function."""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Urgency(models.TextChoices):
    """紧急程度. Papers: 特急, 加急, 平件; a telegram's 特提 runs as 特急 and its 平急 as 平件 (defaults.md)."""

    NORMAL = "normal", _("平件")
    URGENT = "urgent", _("加急")
    FLASH = "flash", _("特急")


class Secrecy(models.IntegerChoices):
    """密级, ordered. 工作秘密 is no state secret and lawful to store (保密法 art. 64); above it R-SEC-03 holds."""

    NONE = 0, _("无")
    WORK = 1, _("工作秘密")
    CONFIDENTIAL = 2, _("秘密")
    SECRET = 3, _("机密")
    TOP_SECRET = 4, _("绝密")


# The first level that is a state secret.
FIRST_STATE_SECRET = Secrecy.CONFIDENTIAL

# R-SEC-02, 保密法 art. 20: the longest period in years.
LONGEST_PERIOD = {Secrecy.CONFIDENTIAL: 10, Secrecy.SECRET: 20, Secrecy.TOP_SECRET: 30}


# As it is printed on the paper (GB/T 9704: level, star, period). It stands on no ordinary one.
_MARK = re.compile(r"(?:绝密|机密|秘密)\s*级?\s*[★☆⭐✩✭]")


def bears_a_mark(words: str) -> bool:
    """Whether these words carry the mark of a state secret: 机密★10年."""
    return _MARK.search(words) is not None


class Medium(models.TextChoices):
    """代录: what a clerk has somebody's words from. Paper comes with its scan; of a state secret the sheet is kept
    where the secret is (R-SEC-03)."""

    PAPER = "paper", _("纸质批示")
    KEPT = "kept", _("纸质批示，原件另存")
    SPOKEN = "spoken", _("当面口头")
    PHONE = "phone", _("电话")
    MEETING = "meeting", _("会上")


# Said, not written: with the hour, and confirmed later.
ORAL = frozenset({Medium.SPOKEN, Medium.PHONE, Medium.MEETING})


class Outcome(models.TextChoices):
    DONE = "done", pgettext_lazy("outcome", "办结")
    VOID = "void", _("作废")
    REFUSED = "refused", _("退回")
    REFERENCE = "reference", _("存查")
