"""docs/rules.md: every rule with its source, where it is kept, and the tests that prove it."""

from collections.abc import Iterable, Mapping

from django.utils import translation

from . import FAMILIES, SOURCES, WHERE_WORDS, Rule

HEAD = """# Rules

<!-- Written by `manage.py write_docs`. Do not edit: change the declarations in office/rules/ and <app>/rules.py. -->

Every rule the program keeps, with its source, where it is kept, and the tests that name it. A *constraint*
(数据库约束) is refused by the database itself, a *procedure* (办理流程) by the path a paper takes, a *form*
(录入表单) at the counter; *shown* (文字提示) is text that nothing enforces. 未核实 marks what could not be checked
against its source. One seed rule is often the rule of one organisation: its numbers are settings.

"""


def rules_page(rules: Iterable[Rule], *, tests: Mapping[str, list[str]]) -> str:
    """The whole file; `tests` as evidence.tests_by_rule gives them."""
    with translation.override("zh-hans"):
        rules = list(rules)
        lines = [HEAD, "## Sources\n", "| sign | source |", "|---|---|"]
        lines += [f"| {sign} | {words} |" for sign, words in SOURCES.items()]
        for family, label in FAMILIES.items():
            mine = [rule for rule in rules if rule.family == family and rule.is_built]
            if mine:
                lines += [f"\n## {label} (R-{family})\n", "| id | rule | source | kept | tests |"]
                lines.append("|---|---|---|---|---|")
                lines += [_row(rule, tests.get(rule.id, [])) for rule in mine]
        named = [rule for rule in rules if not rule.is_built]
        lines += ["\n## Named, not built yet\n", "| id | rule | source |", "|---|---|---|"]
        lines += [f"| {rule.id} | {_words(rule)} | {_sources(rule)} |" for rule in named]
        return "\n".join(lines) + "\n"


def _row(rule: Rule, tests: list[str]) -> str:
    kept = "<br>".join(f"{WHERE_WORDS[keeper.where]} `{keeper.name}`" for keeper in rule.keepers)
    if rule.elsewhere:
        kept += f"<br>（{rule.elsewhere}）"
    proofs = "<br>".join(_linked(test) for test in tests) or "–"
    return f"| {rule.id} | {_words(rule)} | {_sources(rule)} | {kept} | {proofs} |"


def _linked(test: str) -> str:
    path, name = test.split("::")
    return f"[{name}](../{path})"


def _words(rule: Rule) -> str:
    return f"{rule.words}<br>{rule.english}"


def _sources(rule: Rule) -> str:
    return "<br>".join(rule.sources) + ("<br>**未核实**" if rule.unverified else "")
