"""The keys this installation holds beside its data, and what stays closed without each.

A backup never holds a key. It holds a check value of each, from which the key cannot be found, and by which a restore
tells whether the keys at hand are those of the office that was backed up. A function that encrypts or signs what it
keeps adds its key here.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

# As costly as a stored password: a weak key must not be guessed from its check value.
COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 16}


@dataclass(frozen=True)
class Key:
    """`values`: the key in use, then older ones that still open. `closed`, `remedy`: sentences for whoever restores."""

    code: str
    values: Callable[[], list[str]]
    closed: Any
    remedy: Any


KEYS: dict[str, Key] = {}


def add(key: Key) -> None:
    """Raises ValueError for a code that is taken."""
    if key.code in KEYS:
        raise ValueError(f"Two keys call themselves {key.code}.")
    KEYS[key.code] = key


add(
    Key(
        "SECRET_KEY",
        values=lambda: [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS],
        closed=_("各人的登录状态：每个人都要重新登录一次。文件、意见、口令和动态口令不靠它，照常可用。"),
        remedy=_(
            "要接着用，把备份时的密钥放回 SECRET_KEY（SECRET_KEY_FILE），或写进 SECRET_KEY_FALLBACKS；不放也可以。"
        ),
    )
)


def check_values() -> dict[str, dict[str, str]]:
    """{code: {"salt", "value"}} of every key in use."""
    found = {}
    for code, key in KEYS.items():
        salt = secrets.token_hex(16)
        found[code] = {"salt": salt, "value": _value(key.values()[0], code=code, salt=salt)}
    return found


def closed(checks: Mapping[str, Mapping[str, str]]) -> list[Key | str]:
    """The keys of another installation that this one lacks; a code where this program knows no such key."""
    lacking: list[Key | str] = []
    for code, known in checks.items():
        key = KEYS.get(code)
        if key is None:
            lacking.append(code)
        elif not any(
            hmac.compare_digest(_value(one, code=code, salt=known["salt"]), known["value"]) for one in key.values()
        ):
            lacking.append(key)
    return lacking


def _value(key: str, *, code: str, salt: str) -> str:
    return hashlib.scrypt(key.encode(), salt=f"{code}:{salt}".encode(), **COST).hex()
