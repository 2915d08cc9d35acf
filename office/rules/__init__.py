"""The rules this office keeps, in one list: each with its source, and where in the program it is kept.

office/rules/core.py declares those of the core, each function its own in `<app>/rules.py`. docs/rules.md is
written from here (`manage.py write_docs`), with the tests that name each rule; tests/test_rules.py fails on
a rule without a test, on a keeper that does not exist, and on an id nobody declared. Imports no models.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal, get_args

from django.utils.translation import get_language, gettext, gettext_lazy

Where = Literal["constraint", "procedure", "form", "shown"]

WHERE_WORDS = {
    "constraint": gettext_lazy("数据库约束"),
    "procedure": gettext_lazy("办理流程"),
    "form": gettext_lazy("录入表单"),
    "shown": gettext_lazy("文字提示"),
}
ID = re.compile(r"R-([A-Z]+)-(\d{2})")


class WrongRule(Exception):
    """A declaration that contradicts itself or another."""


@dataclass(frozen=True)
class Keeper:
    """One place that keeps a rule.

    `name`: of a constraint, the name of a constraint, unique index or trigger in the database; otherwise a
    dotted Python name, or the path of a template.
    """

    where: Where
    name: str


@dataclass(frozen=True)
class Rule:
    """One rule of the field. `words` and `english` say the same.

    `sources`: seeds (S1a, see SOURCES) and articles. `unverified`: its source could not be checked, and every
    page that shows it says 未核实. `elsewhere`: what of it is kept outside the program or by a function that
    is not built yet. A rule without a keeper is only named so far: its function is not built.
    """

    id: str
    words: str
    english: str
    sources: tuple[str, ...]
    keepers: tuple[Keeper, ...] = ()
    unverified: bool = False
    elsewhere: str = ""

    @property
    def family(self) -> str:
        return self.id.split("-")[1]

    @property
    def is_built(self) -> bool:
        return bool(self.keepers)

    @property
    def is_only_shown(self) -> bool:
        """Text that nothing enforces, so that there is nothing to test."""
        return self.is_built and all(keeper.where == "shown" for keeper in self.keepers)

    @property
    def wheres(self) -> list[Where]:
        return [where for where in get_args(Where) if any(keeper.where == where for keeper in self.keepers)]

    def __str__(self) -> str:
        return self.english if (get_language() or "").startswith("en") else self.words


_rules: dict[str, Rule] = {}


def add(*rules: Rule) -> None:
    """Declare rules. Raises WrongRule on an id that is malformed or taken, and on a rule without a source."""
    for rule in rules:
        if not ID.fullmatch(rule.id):
            raise WrongRule(f"{rule.id!r} is not the id of a rule.")
        if _rules.get(rule.id, rule) != rule:
            raise WrongRule(f"{rule.id} is declared twice.")
        if not rule.sources:
            raise WrongRule(f"{rule.id} has no source.")
        _rules[rule.id] = rule


def also_kept(rule_id: str, *keepers: Keeper) -> None:
    """A function keeps a rule of the core too, in a place of its own. KeyError when nobody declared it."""
    rule = _rules[rule_id]
    fresh = tuple(keeper for keeper in keepers if keeper not in rule.keepers)
    _rules[rule_id] = replace(rule, keepers=rule.keepers + fresh)


def declared() -> list[Rule]:
    """All rules in the order of their families, then of their numbers."""
    families = list(FAMILIES)
    return sorted(_rules.values(), key=lambda rule: (families.index(rule.family), rule.id))


def get(rule_id: str) -> Rule:
    return _rules[rule_id]


def named_in(text: str) -> set[str]:
    """The ids a text names, written R-IN-19, or R_IN_19 as in the name of a test."""
    return {f"R-{family}-{number}" for family, number in re.findall(r"\bR-([A-Z]+)-(\d+)\b", text)} | {
        f"R-{family}-{number}" for family, number in re.findall(r"(?<![A-Za-z])R_([A-Z]+)_(\d+)(?!\d)", text)
    }


# Which collections of rules the seeds are, as domain knowledge cites them.
SOURCES = {
    "S0": "机关后勤与日常办公讲义",
    "S1a": "某煤矿党政办公室规章制度",
    "S1b": "某统计局办公室业务培训讲稿",
    "S1c": "《党政机关办公室工作》讲义",
    "S1e": "某工商分局办公室岗位职责",
    "S1f": "某县办公室业务培训材料（2012年4月）",
    "S2": "某县后勤服务中心规章制度",
    "S3": "某企业集团办公室工作讲座",
    "S4": "信访与值班工作教材章节",
}


def source_words(source: str) -> str:
    """A declared source as a reader knows it: seeds by their titles (S1f R-IN-20 → 某县办公室业务培训材料… R-IN-20)."""
    return " ".join(SOURCES.get(part, gettext(part)) for part in source.split())


# In the office's own order: papers, then meetings and seals, then what runs through everything.
FAMILIES = {
    "IN": gettext_lazy("收文"),
    "CIR": gettext_lazy("传阅"),
    "OUT": gettext_lazy("发文"),
    "MTG": gettext_lazy("会议"),
    "SEAL": gettext_lazy("用印"),
    "PET": gettext_lazy("信访"),
    "SUP": gettext_lazy("督查催办"),
    "ARC": gettext_lazy("档案"),
    "TEL": gettext_lazy("电话"),
    "SEC": gettext_lazy("保密"),
    "MAIL": gettext_lazy("收发"),
    "IT": gettext_lazy("微机"),
}


def constraint(name: str) -> Keeper:
    return Keeper("constraint", name)


def procedure(name: str) -> Keeper:
    return Keeper("procedure", name)


def form(name: str) -> Keeper:
    return Keeper("form", name)


def shown(name: str) -> Keeper:
    return Keeper("shown", name)
