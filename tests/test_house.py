"""The house rules, read from the source: which way imports run, what only one door may do, what is never there."""

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from celery import Task
from django.apps import apps
from django.conf import settings
from django.db import models

from documents import tasks as documents_tasks
from office import acting, tasks

ROOT = Path(settings.BASE_DIR)
FUNCTIONS = ["documents", "seals", "petitions", "meetings", "dutyroster", "archives", "supervision"]
PROGRAM = sorted(path for name in ["office", *FUNCTIONS] for path in (ROOT / name).rglob("*.py"))
WRITTEN = [path for path in PROGRAM if "migrations" not in path.parts]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
LONGEST = 500
# Bulk load and measurements write rows with SQL; their chains are verified by `verify_chain` in their tests.
IN_BULK = {"office/populating/statements.py", "office/bench/chase.py"}
# Gone with their owner, because they are worth nothing without him: grants, drafts, phrases, what one follows.
CASCADES = {
    "CaseUserGrant.content_object", "CaseGroupGrant.content_object", "CaseUserGrant.user", "CaseGroupGrant.group",
    "CaseUserGrant.permission", "CaseGroupGrant.permission", "Phrase.person", "Draft.person", "Follow.person",
    "ImportDraft.person", "ListColumns.person", "SavedView.person",
    "Follow.case",
}  # fmt: skip
VAGUE = {"utils", "helpers", "helper", "services", "service", "managers", "manager", "misc", "common_utils"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(parsed: ast.AST, *, package: str = "") -> Iterator[str]:
    """Every module a file imports, wherever in the file; relative ones written out from `package`."""
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*parts, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def imports_of(path: Path) -> list[str]:
    return list(imported(tree(path), package=".".join(path.relative_to(ROOT).parent.parts)))


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def calls(parsed: ast.AST) -> Iterator[str]:
    for node in ast.walk(parsed):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def comments(text: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


# --- Which way imports run ---


def test_the_office_imports_no_function():
    found = [(name(path), one) for path in PROGRAM if path.parts[len(ROOT.parts)] == "office"
             for one in imports_of(path) if any(within(one, function) for function in FUNCTIONS)]  # fmt: skip
    assert found == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_no_other(function):
    others = [*(one for one in FUNCTIONS if one != function), "tests"]
    found = [(name(path), one) for path in sorted((ROOT / function).rglob("*.py"))
             for one in imports_of(path) if any(within(one, other) for other in others)]  # fmt: skip
    assert found == []


def test_the_program_does_not_need_its_tests():
    assert [name(path) for path in PROGRAM if any(within(one, "tests") for one in imports_of(path))] == []


def test_only_access_and_its_tables_know_guardian():
    knowing = {name(path) for path in PROGRAM if any(within(one, "guardian") for one in imports_of(path))}
    assert knowing - {"office/migrations/0001_core.py"} <= {"office/access.py", "office/models/grants.py"}


def test_nobody_asks_guardian_for_lists():
    """Measured: seven seconds for a group that holds a million."""
    assert [name(path) for path in WRITTEN if "get_objects_for_user" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("module", ["office/procedures.py", "office/chasing/ladders.py", "office/rules/__init__.py"])
def test_declarations_import_no_models(module):
    found = [one for one in imports_of(ROOT / module) if ".models" in one or within(one, "django.db")]
    assert found == []


def test_relative_imports_are_read_as_what_they_mean():
    parsed = ast.parse("from .models import Turn\nfrom ..x import y\nimport guardian.shortcuts")
    assert list(imported(parsed, package="office.acting")) == [
        "office.acting.models.Turn",
        "office.x.y",
        "guardian.shortcuts",
    ]


# --- One door ---

MADE = re.compile(
    r"^(Turn|Decision)$|\b(Turn|Decision)\.objects\.(\w*create\w*)$|\.(turns|decisions)\.(\w*create|add)$"
)


@pytest.mark.parametrize(
    "call", ["Turn()", "Turn.objects.create()", "Decision.objects.bulk_create()", "case.turns.create()"]
)
def test_the_making_of_a_turn_or_a_decision_is_recognised(call):
    assert any(MADE.search(one) for one in calls(ast.parse(call)))


def test_only_the_door_makes_turns_and_decisions():
    makers = {name(path) for path in WRITTEN if any(MADE.search(one) for one in calls(tree(path)))}
    assert makers == {"office/acting/door.py"}


def test_only_bulk_loads_write_turns_and_decisions_with_sql():
    writing = re.compile(r"(INSERT\s+INTO|COPY|UPDATE)\s+office_(turn|decision)\b", re.I)
    found = {name(path) for path in WRITTEN if writing.search(path.read_text(encoding="utf-8"))}
    assert found <= IN_BULK


@pytest.mark.parametrize("function", [one for one in acting.__all__ if one != "Refused"])
def test_the_door_takes_its_subject_first_and_everything_else_by_name(function):
    made = getattr(acting, function)
    first, *rest = inspect.signature(made).parameters.values()
    by_place = [one.name for one in rest if one.kind not in (one.KEYWORD_ONLY, one.VAR_KEYWORD)]
    # act(turn, "instruct"): what is done is as much the subject as on what.
    assert by_place in ([], ["code"], ["user"]), first.name
    actor = inspect.signature(made).parameters.get("actor")
    assert actor is None or actor.default is actor.empty


# --- Shape ---


def test_no_file_outgrows_its_room():
    files = [*PROGRAM, *TESTS, *TEMPLATES]
    generated = {"office/migrations/0001_core.py"}
    long = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: lines for path, lines in long.items() if lines > LONGEST and path not in generated} == {}


def test_no_module_has_a_vague_name():
    assert [name(path) for path in [*PROGRAM, *TESTS] if path.stem in VAGUE] == []


def test_every_module_says_what_it_is_for():
    silent = [path for path in [*WRITTEN, *TESTS] if path.read_text(encoding="utf-8").strip()
              and ast.get_docstring(tree(path)) is None]  # fmt: skip
    # Django's own places: everybody knows what stands there.
    assert [name(path) for path in silent if path.name not in {"apps.py", "urls.py"}] == []


def test_views_are_functions():
    found = [name(path) for path in WRITTEN
             if any(within(one, "django.views.generic") for one in imports_of(path))
             or any(one.endswith(".as_view") for one in calls(tree(path)))]  # fmt: skip
    assert found == []


def test_signals_carry_no_rule():
    """Only the grants after a migration hang on one."""
    found = {(name(path), one) for path in WRITTEN for one in imports_of(path) if ".signals." in one}
    assert found == {("office/roles.py", "django.db.models.signals.post_migrate")}


def test_whatever_says_it_runs_every_so_often_is_asked_by_beat():
    said = re.compile(r"\bevery\b|nightly|half past eight")
    known = [(f"{module.__name__}.{task}", made) for module in (tasks, documents_tasks)
             for task, made in vars(module).items()]  # fmt: skip
    periodic = {path for path, made in known
                if isinstance(made, Task) and said.search(made.__doc__ or "")}  # fmt: skip
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} == periodic


def test_migrations_are_named_for_their_intent():
    files = [path for path in PROGRAM if path.parent.name == "migrations" and path.stem != "__init__"]
    assert [name(path) for path in files if not re.fullmatch(r"\d{4}_(?!auto)[a-z]\w+", path.stem)] == []


# --- Models ---


def own_models() -> list[type[models.Model]]:
    return [model for label in ["office", *FUNCTIONS] if apps.is_installed(f"{label}") or label in apps.app_configs
            for model in apps.get_app_config(label).get_models()]  # fmt: skip


def own_fields() -> Iterator[tuple[str, models.Field]]:
    for model in own_models():
        if not model.__name__.startswith("Historical"):
            for field in model._meta.local_fields:
                yield f"{model.__name__}.{field.name}", field


def test_nothing_is_measured_in_floats():
    """Money, counts and periods are whole numbers or decimals."""
    assert [label for label, field in own_fields() if isinstance(field, models.FloatField)] == []


def test_there_are_no_generic_foreign_keys():
    generic = {model.__name__: model._meta.private_fields for model in own_models() if model._meta.private_fields}
    assert generic == {}


def test_a_row_is_deleted_with_another_only_where_it_is_worthless_without_it():
    cascading = {label for label, field in own_fields() if isinstance(field, models.ForeignKey)
                 and field.remote_field.on_delete is models.CASCADE}  # fmt: skip
    assert cascading <= CASCADES


def test_there_is_no_status_column():
    assert [label for label, _field in own_fields() if re.search(r"\.(status|state)$", label)] == []


# --- What is never there ---

LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|type:\s*ignore")


@pytest.mark.parametrize("comment", ["# TODO: later", "x = 1  # type: ignore[attr]", "# FIXME"])
def test_a_comment_that_puts_something_off_is_recognised(comment):
    assert any(LEFT_OVER.search(one) for one in comments(f"{comment}\n"))


def test_nothing_is_put_off():
    found = [(name(path), one) for path in [*PROGRAM, *TESTS] for one in comments(path.read_text(encoding="utf-8"))
             if LEFT_OVER.search(one)]  # fmt: skip
    others = [*TEMPLATES, *(ROOT / "static").glob("*.js"), *(ROOT / "static").glob("*.css"), ROOT / "Makefile"]
    found += [(name(path), "") for path in others if LEFT_OVER.search(path.read_text(encoding="utf-8"))]
    assert found == []


PASSED_OVER = re.compile(r"(pytest|pytest\.mark|self|unittest)\.(skip|skipif|xfail|importorskip|skipTest)")


def dodges(parsed: ast.AST) -> Iterator[str]:
    """Tests that are passed over or cannot fail, code that is not written."""
    for node in ast.walk(parsed):
        if isinstance(node, ast.Attribute) and PASSED_OVER.fullmatch(ast.unparse(node)):
            yield ast.unparse(node)
        always = isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant)
        missing = isinstance(node, ast.Raise) and node.exc is not None and "NotImplemented" in ast.unparse(node.exc)
        if always or missing:
            yield ast.unparse(node)


@pytest.mark.parametrize(
    "code", ["pytest.skip('x')", "@pytest.mark.xfail\ndef f(): ...", "assert True", "raise NotImplementedError"]
)
def test_what_dodges_is_recognised(code):
    assert list(dodges(ast.parse(code)))


def test_no_test_is_skipped_and_no_code_is_missing():
    assert [(name(path), one) for path in [*PROGRAM, *TESTS] for one in dodges(tree(path))] == []


def test_no_address_outside_the_house_is_called():
    outside = re.compile(r"https?://(?!127\.0\.0\.1|localhost|\[::1\]|www\.w3\.org|\{)[\w.-]+")
    files = [*WRITTEN, *TEMPLATES]
    assert [(name(path), outside.findall(text)) for path in files
            if outside.search(text := path.read_text(encoding="utf-8"))] == []  # fmt: skip


def test_time_is_given_and_not_read_where_limits_are_counted():
    """clock/ and the rungs are pure: the same question has the same answer at any hour."""
    pure = [*sorted((ROOT / "office" / "clock").glob("*.py")), ROOT / "office/chasing/rungs.py",
            ROOT / "office/chasing/ladders.py"]  # fmt: skip
    reading = re.compile(r"(timezone|datetime)\.(now|localdate|localtime|today)\b")
    assert [name(path) for path in pure if any(reading.search(one) for one in calls(tree(path)))] == []
