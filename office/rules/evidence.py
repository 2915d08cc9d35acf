"""What backs the list of rules up: the keepers as they exist, and the tests that name a rule."""

import ast
from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from . import Keeper, named_in

# Tables' constraints, unique indexes and triggers: whatever the database itself says no with.
NAMES = """
SELECT conname FROM pg_constraint
UNION SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid AND indisunique
UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
"""


def tests_by_rule(folder: Path) -> dict[str, list[str]]:
    """For each rule id the tests that name it, in their name or docstring: tests/….py::test_…, sorted."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        place = path.relative_to(folder.parent).as_posix()
        for function in _tests(ast.parse(path.read_text(encoding="utf-8"))):
            for rule in named_in(f"{function.name} {ast.get_docstring(function) or ''}"):
                found.setdefault(rule, set()).add(f"{place}::{function.name}")
    return {rule: sorted(tests) for rule, tests in found.items()}


def _tests(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def ids_in_code(folders: list[Path]) -> dict[str, list[str]]:
    """Every rule id that stands in the program, its templates or its tests, with the files that name it."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix in {".py", ".html", ".js", ".css"} and path.is_file():
            for rule in named_in(path.read_text(encoding="utf-8")):
                found.setdefault(rule, []).append(path.relative_to(settings.BASE_DIR).as_posix())
    return found


def database_names() -> set[str]:
    """The names of all constraints, unique indexes and triggers there are."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES)
        return {name for (name,) in cursor.fetchall()}


def resolve(keeper: Keeper) -> Any:
    """The object or template a keeper names. Raises LookupError where there is none; constraints are looked up
    with `database_names`."""
    if keeper.name.startswith("templates/"):
        path = Path(settings.BASE_DIR, keeper.name)
        if not path.is_file():
            raise LookupError(f"There is no {keeper.name}.")
        return path
    parts = keeper.name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            module = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        try:
            return reduce(getattr, parts[cut:], module)
        except AttributeError as error:
            raise LookupError(f"{keeper.name}: {error}") from error
    raise LookupError(f"There is no {keeper.name}.")
