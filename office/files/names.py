"""File names as they are kept and shown: no path, nothing invisible, nothing a desktop cannot save."""

import re
import unicodedata

from django.utils.translation import gettext as _

# Below the column's 200 with room to spare; official titles are long.
LONGEST = 150
LONGEST_EXTENSION = 10

# What Windows does not allow in a name; the full-width twins read the same.
_FULL_WIDTH = str.maketrans({":": "：", "?": "？", "*": "＊", '"': "＂", "<": "＜", ">": "＞", "|": "｜"})
# Windows opens a device instead of a file under these names, whatever the extension.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


def visible(text: str) -> str:
    """Without controls, direction overrides and zero-width marks, which disguise what a name says."""
    shown = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if char in "\t\n\r" or category in ("Zs", "Zl", "Zp"):
            shown.append(" ")
        elif category not in ("Cc", "Cf", "Cs"):
            shown.append(char)
    return "".join(shown)


def clean(name: str) -> str:
    """The name that is kept: last part of any path, at most 150 characters, its extension untouched."""
    name = re.split(r"[/\\]", name.split("\0")[0])[-1]
    name = re.sub(r"\s+", " ", visible(name)).translate(_FULL_WIDTH).strip(" .")
    if not name:
        return _("未命名")
    if _DEVICES.match(name):
        name = f"_{name}"
    if len(name) > LONGEST:
        stem, dot, tail = name.rpartition(".")
        if dot and len(tail) <= LONGEST_EXTENSION:
            name = stem[: LONGEST - len(tail) - 1].rstrip(" .") + dot + tail
        else:
            name = name[:LONGEST].rstrip(" .")
    return name


def extension(name: str) -> str:
    """What follows the last dot, in small letters; "" when there is none."""
    stem, dot, tail = name.rpartition(".")
    return tail.lower() if dot and stem else ""


def distinct(name: str, *, among: set[str]) -> str:
    """The name, numbered when the paper already has one like it: 通知.pdf, 通知 (2).pdf."""
    if name not in among:
        return name
    stem, dot, tail = name.rpartition(".")
    if not dot:
        stem, tail = name, ""
    number = 2
    while (numbered := f"{stem} ({number}){dot}{tail}") in among:
        number += 1
    return numbered
