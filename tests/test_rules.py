"""The list of rules has no gap: what is named is declared, what is kept exists and is tested."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from office import describing, rules
from office.management.commands import write_docs
from office.rules import Keeper, Rule, WrongRule, constraint, evidence, pages, procedure
from tests.people import Cast, cast

ROOT = Path(settings.BASE_DIR)
FUNCTIONS = ["documents", "seals", "petitions", "meetings", "dutyroster", "archives", "supervision"]
PLACES = [ROOT / name for name in ["office", *FUNCTIONS, "templates", "static", "tests"]]
CHINESE = re.compile(r"[\u3400-\u9fff]")
# What the office has decided to show as text only.
TEXT_ONLY = {"R-IT-01", "R-SEC-08", "R-MAIL-05"}
BUILT = [
    *(f"R-IN-{n:02}" for n in range(1, 28)),
    *(f"R-CIR-{n:02}" for n in range(1, 8)),
    *(f"R-SEC-{n:02}" for n in range(1, 10)),
    *(f"R-SUP-{n:02}" for n in (6, 7, 9)),
    "R-IT-01",
    "R-MAIL-05",
]


@pytest.fixture
def who(db) -> Cast:
    return cast()


@pytest.fixture(scope="module")
def tests_named() -> dict[str, list[str]]:
    return evidence.tests_by_rule(ROOT / "tests")


def a_rule(**more) -> Rule:
    fields = {"id": "R-IN-98", "words": "一条规则。", "english": "A rule.", "sources": ("S1a",), **more}
    return Rule(**fields)


# --- The list itself ---


def test_every_rule_of_what_has_been_built_is_kept_somewhere():
    built = {rule.id for rule in rules.declared() if rule.is_built}
    assert set(BUILT) <= built


def test_every_id_named_in_the_program_or_its_tests_is_declared():
    declared = {rule.id for rule in rules.declared()}
    named = evidence.ids_in_code(PLACES)
    # The ids this file makes up.
    made_up = {"R-IN-97", "R-IN-98", "R-IN-99", "R-IN-4"}
    assert {rule: files for rule, files in named.items() if rule not in declared | made_up} == {}


def test_every_rule_that_is_kept_is_named_by_a_test(tests_named):
    untested = [
        rule.id
        for rule in rules.declared()
        if rule.is_built and not rule.is_only_shown and rule.id not in tests_named
    ]
    assert untested == []


def test_only_what_the_office_decided_to_show_is_merely_shown():
    assert {rule.id for rule in rules.declared() if rule.is_only_shown} == TEXT_ONLY


def test_every_place_that_keeps_a_rule_exists():
    keepers = {keeper for rule in rules.declared() for keeper in rule.keepers if keeper.where != "constraint"}
    for keeper in sorted(keepers, key=lambda one: one.name):
        evidence.resolve(keeper)


@pytest.mark.django_db
def test_every_constraint_that_keeps_a_rule_is_in_the_database():
    named = {keeper.name for rule in rules.declared() for keeper in rule.keepers if keeper.where == "constraint"}
    assert named - evidence.database_names() == set()


def test_every_source_is_a_seed_we_can_name_or_an_article():
    sources = {source for rule in rules.declared() for source in rule.sources}
    assert {source for source in sources if source not in rules.SOURCES and not source.startswith("《")} == set()


def test_every_rule_is_told_in_both_languages():
    for rule in rules.declared():
        with translation.override("en"):
            assert not CHINESE.search(str(rule)), rule.id
        with translation.override("zh-hans"):
            assert CHINESE.search(str(rule)), rule.id


# --- What is written from it ---


@pytest.mark.parametrize("path", ["docs/rules.md", "docs/procedures.md"])
def test_what_is_written_from_the_declarations_is_fresh(path):
    expected = write_docs.written()[ROOT / path]
    assert (ROOT / path).read_text(encoding="utf-8") == expected, "run `.venv/bin/python manage.py write_docs`"


def test_a_stale_page_is_named_and_nothing_is_written(tmp_path, monkeypatch):
    stale = ROOT / "docs" / "nowhere.md"
    monkeypatch.setattr(write_docs, "written", lambda: {stale: "something"})
    with pytest.raises(CommandError, match="docs/nowhere.md"):
        call_command("write_docs", "--check")
    assert not stale.exists()


def test_an_unverified_rule_says_so_on_the_page():
    page = pages.rules_page([a_rule(keepers=(constraint("x"),), unverified=True)], tests={})
    assert "S1a<br>**未核实**" in page


def test_a_rule_without_a_keeper_stands_among_those_not_built():
    page = pages.rules_page([a_rule()], tests={})
    assert page.index("not built yet") < page.index("R-IN-98")


def test_the_tests_of_a_rule_are_linked_from_its_row():
    page = pages.rules_page([a_rule(keepers=(constraint("x"),))], tests={"R-IN-98": ["tests/test_x.py::test_it"]})
    assert "[test_it](../tests/test_x.py)" in page


def test_the_procedures_of_the_tests_are_not_described():
    from tests.sketches import ALL

    assert ALL
    assert {one.__module__.split(".")[0] for one in describing.installed()} == {"documents"}


# --- What would be noticed ---


def test_a_test_names_a_rule_in_its_name_or_in_its_docstring(tmp_path):
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_one.py").write_text(
        'def test_R_IN_98_holds():\n    pass\n\n\ndef test_other():\n    """R-IN-97: as well."""\n\n\ndef helper():\n'
        '    """R-IN-99"""\n'
    )
    assert evidence.tests_by_rule(folder) == {
        "R-IN-98": ["tests/test_one.py::test_R_IN_98_holds"],
        "R-IN-97": ["tests/test_one.py::test_other"],
    }


@pytest.mark.parametrize("name", ["office.acting.nothing", "nowhere.at_all", "templates/office/nothing.html"])
def test_a_keeper_that_does_not_exist_is_noticed(name):
    with pytest.raises(LookupError):
        evidence.resolve(procedure(name))


@pytest.mark.parametrize("wrong", [{"id": "IN-98"}, {"id": "R-IN-4"}, {"sources": ()}])
def test_a_rule_without_a_proper_id_or_a_source_is_not_declared(wrong):
    with pytest.raises(WrongRule):
        rules.add(a_rule(**wrong))


def test_a_rule_is_declared_once():
    with pytest.raises(WrongRule, match="twice"):
        rules.add(a_rule(id="R-IN-19"))


def test_a_place_is_listed_once_however_often_it_is_named():
    before = rules.get("R-CIR-07").keepers
    rules.also_kept("R-CIR-07", Keeper(before[0].where, before[0].name))
    assert rules.get("R-CIR-07").keepers == before


# --- The page ---


def test_everybody_reads_the_rules_and_finds_one_by_its_words(who, client):
    client.force_login(who.audit_admin)
    page = client.get("/rules/", {"q": "横传"}).content.decode()
    assert "R-CIR-03" in page
    assert "R-IN-19" not in page


def test_the_rules_are_read_in_english_too(who, client):
    client.force_login(who.clerk)
    client.cookies["django_language"] = "en"
    assert "Only the clerk runs circulation." in client.get("/rules/").content.decode()


def test_rules_nobody_keeps_yet_are_not_promised(who, client):
    client.force_login(who.clerk)
    assert "R-OUT-16" not in client.get("/rules/").content.decode()
