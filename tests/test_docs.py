"""What is written for people names what there is: commands, variables, files, words."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from office.acting.labels import LABELS
from office.levels import Secrecy, Urgency

ROOT = Path(settings.BASE_DIR)
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
READING = re.compile(
    r"(?:\b(?:text|boolean|integer|listed|choice|secret|web_address|dotted)\(|environ\.get\(|environ\[)\s*"
    r"""["']([A-Z][A-Z0-9_]+)["']"""
)
# Set by Django's own entry points, or by the shell.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PATH"}


def variables() -> set[str]:
    files = [*(ROOT / "office").rglob("*.py"), ROOT / "gunicorn.conf.py"]
    return {name for path in files for name in READING.findall(path.read_text(encoding="utf-8"))} - NOT_OURS


def test_every_variable_the_program_reads_is_in_the_operators_book():
    found = variables()
    assert {"SECRET_KEY", "WEB_WORKERS", "PAPER_LATIN", "ANTOU_VAR"} <= found, "the search itself works"
    assert {name for name in found if f"`{name}`" not in OPERATIONS} == set()


def test_every_variable_in_the_operators_book_is_read():
    table = OPERATIONS[OPERATIONS.index("## Environment") : OPERATIONS.index("## Logs")]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert told - variables() == set()


def test_every_command_of_the_office_is_in_the_operators_book():
    ours = {command for command, app in get_commands().items() if app in ("office", "documents")}
    assert {command for command in ours if f"`{command}" not in OPERATIONS} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    targets = {target for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]+)\)", text) if "://" not in target}
    assert {target for target in targets if not (page.parent / target).exists()} == set()


def test_both_readmes_tell_the_same():
    english, chinese = (path.read_text(encoding="utf-8") for path in PAGES[:2])
    blocks = [re.sub(r"#.*", "", block) for block in re.findall(r"```sh\n(.*?)```", english, re.S)]
    assert blocks == [re.sub(r"#.*", "", block) for block in re.findall(r"```sh\n(.*?)```", chinese, re.S)]
    links = [set(re.findall(r"\]\(([^)]+)\)", text)) - {"README.md", "README.zh-CN.md"} for text in (english, chinese)]
    assert links[0] == links[1]


def test_every_common_move_and_every_level_has_its_word_in_the_glossary():
    # 确认代录, 更正登记, 前加签 and the like are made of words that stand there.
    parts = {"确认代录": "代录", "更正登记": "更正", "前加签": "加签", "后加签": "加签", "暂停计时": "暂停",
             "恢复计时": "恢复", "增加阅件人": "加送"}  # fmt: skip
    words = [parts.get(word, word) for word in LABELS.values()]
    words += [str(level.label) for level in [*Urgency, *Secrecy] if level]
    assert [word for word in words if word not in GLOSSARY] == []


def test_a_notion_has_one_chinese_word_in_the_glossary():
    rows = [line.split("|")[1].strip() for line in GLOSSARY.splitlines() if line.startswith("| ")]
    words = [row for row in rows if row not in ("中文",)]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "APPENDIX: How to apply the Apache License to your work." in text
