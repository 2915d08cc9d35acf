"""The face, read as text: what Chromium 80 lacks, outside addresses, inline code, contrast."""

import hashlib
import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Paper is rendered on the server and never meets a browser: its style sheets may use what WeasyPrint knows.
SCREENS = [path for path in TEMPLATES if "print" not in path.relative_to(ROOT / "templates").parts]
OWN_STYLES = [STATIC / "office.css", STATIC / "narrow.css"]
OWN_SCRIPTS = [STATIC / name for name in ("composing.js", "office.js", "pointer.js", "signed-out.js")]

TOO_NEW_FOR_STYLES = [
    r":has\(", r":is\(", r":where\(", r":focus-visible", r":focus-within\(", r"@layer", r"@container",
    r"@scope", r"@property", r"color-mix\(", r"light-dark\(", r"\boklch\(", r"\blch\(", r"\binset\s*:",
    r"\binset-\w+", r"aspect-ratio", r"accent-color", r"text-decoration-thickness",
    r"text-underline-offset", r"text-wrap\s*:", r"content-visibility", r"scrollbar-gutter", r"subgrid",
    r"\brevert\b", r"overflow\s*:\s*clip", r"\d(?:dvh|svh|lvh|cqw|rlh)\b", r"\btranslate\s*:",
    r"\brotate\s*:", r"\bscale\s*:", r"[{;]\s*&",
]
TOO_NEW_FOR_SCRIPTS = [
    r"\?\?=", r"\|\|=", r"&&=", r"\?\.\(", r"\.replaceAll\(", r"\.at\(", r"Object\.hasOwn",
    r"Object\.groupBy", r"structuredClone", r"\bthis\.#", r"\bstatic\s*\{", r"\.findLast",
    r"\.toSorted\(", r"\.toReversed\(", r"Promise\.any", r"WeakRef",
    r"crypto\.randomUUID", r"\.replaceChildren\(", r"AbortSignal\.timeout",
]
# What Bootstrap's published sheet holds beyond the floor: focus rings (office.css sets :focus), how far
# an underline stands off, two helpers and a ratio box that no page uses. More than that has to be looked at.
BOOTSTRAP_MAY = {r":focus-visible": 12, r"\binset\s*:": 2, r"aspect-ratio": 5, r"text-underline-offset": 7}

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
OUTSIDE = re.compile(r"(?:https?:)?//(?!www\.w3\.org|127\.0\.0\.1)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)


def without_comments(text: str) -> str:
    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.S)
    return re.sub(r"\{#.*?#\}", "", text)


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def plain_style(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)



@pytest.mark.parametrize("feature", TOO_NEW_FOR_STYLES)
def test_our_style_sheet_uses_nothing_newer_than_chromium_80(feature):
    for path in OWN_STYLES:
        assert not re.search(feature, plain_style(path), re.M), feature


@pytest.mark.parametrize("feature", TOO_NEW_FOR_SCRIPTS)
def test_our_script_uses_nothing_newer_than_chromium_80(feature):
    for path in OWN_SCRIPTS:
        assert not re.search(feature, path.read_text(encoding="utf-8")), feature


@pytest.mark.parametrize("feature", TOO_NEW_FOR_STYLES)
def test_bootstrap_goes_beyond_chromium_80_only_where_we_know(feature):
    text = plain_style(VENDOR / "bootstrap.min.css")
    assert len(re.findall(feature, text)) == BOOTSTRAP_MAY.get(feature, 0), feature


def test_gaps_are_used_in_grids_only():
    """Chromium 80 knows gap in grids, not in flex boxes."""
    for path in OWN_STYLES:
        for selector, block in re.findall(r"([^{}]+)\{([^{}]*)\}", plain_style(path)):
            if re.search(r"(^|[;\s])(?:row-|column-)?gap\s*:", block):
                assert re.search(r"display\s*:\s*grid", block), selector.strip()
            assert not ("grid-gap" in block and "display: flex" in block), selector.strip()


def test_script_and_styles_stay_small_enough_to_be_read():
    assert len((STATIC / "office.js").read_text(encoding="utf-8").splitlines()) <= 300
    for path in OWN_STYLES:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500



@pytest.mark.parametrize("name", names([*SCREENS, *OWN_STYLES, *OWN_SCRIPTS, *sorted(STATIC.glob("*.svg"))]))
def test_no_screen_names_an_outside_address(name):
    text = without_comments((ROOT / name).read_text(encoding="utf-8"))
    if name.endswith(".js"):
        text = re.sub(r"^\s*//.*$", "", text, flags=re.M)
    assert not OUTSIDE.findall(text)


def test_bootstrap_names_an_outside_address_in_its_licence_only():
    assert not OUTSIDE.findall(plain_style(VENDOR / "bootstrap.min.css"))


@pytest.mark.parametrize("name", names(SCREENS))
def test_no_screen_holds_inline_style_or_script(name):
    text = without_comments((ROOT / name).read_text(encoding="utf-8"))
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert "javascript:" not in text
    assert not re.search(r"hx-on|hx-vals=['\"]js:|hx-vars", text), "allowEval is off"


def test_htmx_is_told_to_evaluate_nothing_and_to_write_no_styles():
    text = (ROOT / "templates" / "skeleton.html").read_text(encoding="utf-8")
    assert '"allowEval":false' in text
    assert '"includeIndicatorStyles":false' in text


def test_htmx_comes_from_our_own_static_files():
    page = engines["django"].from_string("{% load django_htmx %}{% htmx_script %}").render()
    assert re.search(r'src="/?static/django_htmx/htmx-2[^"/]*\.js"', page)



def vendored() -> dict[str, str]:
    rows = re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", (VENDOR / "VENDOR.md").read_text(), re.M)
    return dict(rows)


def test_vendored_files_are_as_published():
    for name, published in vendored().items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == published, name


def test_every_vendored_file_is_listed_with_its_licence():
    listed = set(vendored()) | {"VENDOR.md"}
    assert {path.name for path in VENDOR.iterdir()} == listed



@pytest.mark.parametrize("name", names(SCREENS))
def test_every_chinese_word_of_a_screen_can_be_translated(name):
    text = without_comments((ROOT / name).read_text(encoding="utf-8"))
    text = re.sub(r"\{%\s*blocktranslate\b.*?\{%\s*endblocktranslate\s*%\}", "", text, flags=re.S)
    text = re.sub(r"\{%\s*translate\s+\"[^\"]*\".*?%\}", "", text)
    text = re.sub(r"_\(\"[^\"]*\"\)", "", text)
    assert not CHINESE.findall(text)


@pytest.mark.parametrize("name", names(SCREENS))
def test_translated_blocks_of_several_lines_are_trimmed(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for tag, words in re.findall(r"(\{%\s*blocktranslate\b[^%]*%\})(.*?)\{%\s*endblocktranslate", text, re.S):
        assert "trimmed" in tag or "\n" not in words, tag


def test_our_script_holds_no_words_of_its_own():
    for path in OWN_SCRIPTS:
        assert not CHINESE.findall(path.read_text(encoding="utf-8"))



@pytest.mark.parametrize("name", [str(path.relative_to(ROOT / "templates")) for path in SCREENS])
def test_every_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", names(SCREENS))
def test_every_posted_form_carries_its_token(name):
    text = without_comments((ROOT / name).read_text(encoding="utf-8"))
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, flags=re.S):
        assert "{% csrf_token %}" in form


@pytest.mark.parametrize("name", names(SCREENS))
def test_pictures_have_words_for_those_who_do_not_see_them(name):
    text = without_comments((ROOT / name).read_text(encoding="utf-8"))
    for picture in re.findall(r"<img\b[^>]*>", text):
        assert " alt=" in picture



def tokens() -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", plain_style(STATIC / "office.css")))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("ink", "grounds"),
    [
        ("ink", ["desk", "paper", "rail", "felt", "blue-bg", "line-2"]),
        ("ink-2", ["desk", "paper", "rail", "felt", "blue-bg", "line-2"]),
        ("ink-3", ["desk", "paper", "rail"]),
        ("blue", ["desk", "paper", "rail", "felt", "blue-bg"]),
        ("red", ["paper", "desk", "red-bg"]),
        ("amber", ["paper", "desk", "amber-bg"]),
        ("green", ["paper", "desk", "green-bg"]),
    ],
)
def test_words_stand_out_from_their_ground(ink, grounds):
    """WCAG 2.1 AA, 1.4.3: 4.5 to 1."""
    colours = tokens()
    for ground in grounds:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def test_the_edge_of_a_field_can_be_seen():
    """WCAG 2.1 AA, 1.4.11: 3 to 1."""
    colours = tokens()
    for ground in ("paper", "desk", "rail"):
        assert contrast(colours["control"], colours[ground]) >= 3, ground
