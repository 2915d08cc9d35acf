"""The faces paper is set in: which files, in which order, which characters they hold, how wide those are.

Imports neither Django's settings nor any model, so that the processes that render registers start quickly.
"""

import functools
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont

from office.environment import choice

FOLDER = Path(__file__).resolve().parents[2] / "static" / "fonts"

# Numerals and Latin letters: the body face's own, or Times-like where an office prefers it:
# PAPER_LATIN=times.
LATIN = choice("PAPER_LATIN", ["own", "times"], "own")


@dataclass(frozen=True)
class Face:
    """One vendored file under the family name our stylesheets use."""

    family: str
    file: str
    weight: int = 400
    latin_only: bool = False


FACES = (
    Face("Antou Fang", "FandolFang-Regular.otf"),
    Face("Antou Kai", "FandolKai-Regular.otf"),
    Face("Antou Hei", "FandolHei-Regular.otf"),
    Face("Antou Song", "FandolSong-Bold.otf", weight=700),
    Face("Antou Wide", "NotoSerifSC-Regular.otf"),
    Face("Antou Latin", "LiberationSerif-Regular.ttf", latin_only=True),
)
_FIRST = ("Antou Latin",) if LATIN == "times" else ()

# The official faces come first: an office that owns them and has installed them gets them. Antou Wide comes
# last in every chain, for the characters outside GB2312 that names need (镕 喆 堃 玥 赟); an office with
# rarer ones installs SimSun-ExtB.
CHAINS = {
    "fang": (*_FIRST, "FangSong_GB2312", "仿宋_GB2312", "Antou Fang", "SimSun-ExtB", "Antou Wide"),
    "kai": (*_FIRST, "KaiTi_GB2312", "楷体_GB2312", "Antou Kai", "SimSun-ExtB", "Antou Wide"),
    "hei": ("SimHei", "黑体", "Antou Hei", "SimSun-ExtB", "Antou Wide"),
    "song": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "Antou Song", "SimSun-ExtB", "Antou Wide"),
}

# Same meaning, but the first has no glyph in any Chinese face; U+2011 makes line breaking take a minute.
_SAME = {0x2610: "□", 0x2611: "√", 0x2011: "-", 0x00A0: " ", 0x09: " "}
# Controls, zero-width marks, direction overrides: invisible on paper, and able to disguise what stands there.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def css(style: str) -> str:
    """The style sheet with @font-face rules for the vendored files, and with the chains put in for
    var(--fang), var(--kai), var(--hei) and var(--song): WeasyPrint would resolve those again for every
    element."""
    rules = []
    for face in FACES:
        span = "unicode-range:U+20-7E;" if face.latin_only else ""
        source = (FOLDER / face.file).as_uri()
        rules.append(
            f'@font-face{{font-family:"{face.family}";src:url("{source}");font-weight:{face.weight};{span}}}\n'
        )
    for name in CHAINS:
        style = style.replace(f"var(--{name})", family(name))
    return "".join(rules) + style


def family(chain: str) -> str:
    """The chain as the value of a CSS font-family."""
    return ",".join(f'"{name}"' for name in CHAINS[chain])


@functools.cache
def _system_file(family_name: str) -> tuple[str, int] | None:
    """The installed file of exactly this family and its index, or None."""
    try:
        answer = subprocess.run(
            ["fc-match", "-f", "%{family}\t%{file}\t%{index}", family_name],
            capture_output=True, text=True, timeout=10, check=True,
        ).stdout  # fmt: skip
        families, path, index = answer.split("\t")
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return (path, int(index)) if family_name in families.split(",") else None


@functools.cache
def _opened(path: str, index: int, latin_only: bool) -> tuple[dict[int, str], dict, int]:
    font = TTFont(path, fontNumber=index, lazy=True)
    glyphs = font.getBestCmap() or {}
    if latin_only:
        glyphs = {code: name for code, name in glyphs.items() if 0x20 <= code <= 0x7E}
    return glyphs, font["hmtx"].metrics, font["head"].unitsPerEm


def _members(chain: str):
    """The faces of a chain that are there, in order, opened one by one as they are asked for."""
    vendored = {face.family: face for face in FACES}
    for name in CHAINS[chain]:
        if face := vendored.get(name):
            yield _opened(str(FOLDER / face.file), 0, face.latin_only)
        elif found := _system_file(name):
            yield _opened(*found, False)


def installed() -> list[tuple[str, str]]:
    """The official faces this machine has, with their files: pages kept from before they came are stale."""
    ours = {face.family for face in FACES}
    names = dict.fromkeys(name for chain in CHAINS.values() for name in chain if name not in ours)
    return [(name, found[0]) for name in names if (found := _system_file(name))]


_widths: dict[str, dict[str, float]] = {name: {} for name in CHAINS}


def width(text: str, *, chain: str) -> float:
    """The length of one unbroken line, in em of its type size; a character no face holds counts as one em."""
    known = _widths[chain]
    total = 0.0
    for character in text:
        found = known.get(character)
        if found is None:
            found = known[character] = _width(character, chain)
        total += found
    return total


def _width(character: str, chain: str) -> float:
    for glyphs, metrics, em in _members(chain):
        if name := glyphs.get(ord(character)):
            return metrics[name][0] / em
    return 1.0


@functools.cache
def covered(character: str) -> bool:
    """Whether every chain can print the character."""
    return character in "\n\t" or all(
        any(ord(character) in glyphs for glyphs, _metrics, _em in _members(chain)) for chain in CHAINS
    )


def uncovered(text: str) -> list[str]:
    """The characters of the text that no face can print, in their order; for a kind word in a form."""
    return [character for character in dict.fromkeys(_tidy(text)) if not covered(character)]


def printable(text: str) -> str:
    """The text as it goes to paper: invisible marks dropped, and a character no face holds written as the
    printers' 〓 with its code, 〓〔U+2F81A〕, so that it is seen to be missing and can still be looked up."""
    text = _tidy(text)
    lost = [character for character in set(text) if not covered(character)]
    for character in lost:
        text = text.replace(character, f"〓〔U+{ord(character):X}〕")
    return text


def _tidy(text: str) -> str:
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").translate(_SAME))
