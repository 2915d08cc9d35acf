"""An office out of a backup, into an empty database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from office import backups


class Command(BaseCommand):
    help = (
        "Restores what `backup` wrote into an empty database: the tables in one transaction, then "
        "the files. Every part is checked before anything is written. Run `migrate` and `verify_chain` after it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, metavar="BACKUP.tar")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = backups.restore(options["backup"], say=self.stderr.write)
        except (backups.NotDone, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            _("已恢复数据库和 %(n)d 份文件。请接着运行 manage.py migrate 和 manage.py verify_chain --files。")
            % {"n": count}
        )
