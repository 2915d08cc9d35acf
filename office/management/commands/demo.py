"""The demo office: one believable county bureau, in an empty database."""

import time
from argparse import ArgumentParser
from typing import Any
from unicodedata import east_asian_width

from django.core.management import BaseCommand, CommandError, call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _

from office import demo
from office.demo.people import accounts


class Command(BaseCommand):
    help = (
        "Migrates where needed and fills an empty database with the demo office; starts nothing. Run again it goes "
        "on where it was interrupted, and changes nothing once all is written. Prints the accounts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quick", action="store_true", help="people and settings only, the papers later")
        parser.add_argument("--papers", type=int, help="a smaller office of about so many papers")

    def handle(self, *args: Any, quick: bool, papers: int | None, **options: Any) -> None:
        if papers is not None and papers < 1:
            raise CommandError(_("--papers 应是不小于 1 的整数。"))
        _migrate()
        try:
            demo.begin(timezone.now(), papers=papers)
        except demo.Refused as refused:
            raise CommandError(str(refused)) from None
        if not quick:
            self._fill()
        self._table()

    def _fill(self) -> None:
        told_at = 0.0

        def said(done: int, total: int) -> None:
            nonlocal told_at
            if time.monotonic() - told_at > 2 or done == total:
                told_at = time.monotonic()
                self.stdout.write(_("已写入 %(done)d / %(total)d") % {"done": done, "total": total})
                self.stdout.flush()

        demo.fill(said=said)
        if demo.filling(timezone.now()):
            self.stdout.write(_("另有程序正在写入演示数据，请稍候。"))

    def _table(self) -> None:
        rows = [(one.username, one.name, one.title, str(one.hint)) for one in accounts()]
        rows.insert(0, (_("账号"), _("姓名"), _("岗位"), _("可以试什么")))
        widths = [max(_width(row[column]) for row in rows) for column in range(3)]
        for *cells, last in rows:
            padded = [cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
            self.stdout.write("  ".join([*padded, last]))
        self.stdout.write(_("所有演示账号的口令：%(password)s") % {"password": demo.PASSWORD})


def _migrate() -> None:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
