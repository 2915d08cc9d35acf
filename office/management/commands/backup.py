"""The whole office in one file: database and stored files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from office import backups


class Command(BaseCommand):
    help = (
        "Writes the database and every stored file into one tar file, readable by this user alone. Works "
        "while the office works. Keep a copy on another machine; `restore` reads it back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT.tar", help="where to write it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = backups.backup(options["output"], at=timezone.now(), say=self.stderr.write)
        except (backups.NotDone, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(_("%(file)s：数据库和 %(n)d 份文件。") % {"file": options["output"], "n": count})
