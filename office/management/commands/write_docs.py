"""Writes what of the documentation follows from the program: docs/rules.md and docs/procedures.md."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from office import describing, rules
from office.rules import evidence, pages


def written() -> dict[Path, str]:
    """Each generated file with what should stand in it."""
    root = Path(settings.BASE_DIR)
    tests = evidence.tests_by_rule(root / "tests")
    return {
        root / "docs" / "rules.md": pages.rules_page(rules.declared(), tests=tests),
        root / "docs" / "procedures.md": describing.procedures_page(describing.installed()),
    }


class Command(BaseCommand):
    help = (
        "Writes docs/rules.md (every rule with its source, where it is kept and its tests) and "
        "docs/procedures.md (the declared paths of papers) from the declarations. --check writes nothing and "
        "ends with exit code 1, naming the files that are stale."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say which files are stale")

    def handle(self, *args: Any, **options: Any) -> None:
        files = written()
        stale = [path for path, text in files.items() if _read(path) != text]
        names = ", ".join(path.relative_to(settings.BASE_DIR).as_posix() for path in stale)
        if options["check"]:
            if stale:
                raise CommandError(f"Stale: {names}. Run `manage.py write_docs`.")
            return
        for path in stale:
            path.parent.mkdir(exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
        self.stdout.write(f"Written: {names}." if stale else "Nothing was stale.")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
