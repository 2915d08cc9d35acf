"""The whole office in one folder: database and stored files, with a proof of every part."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from office import backups
from office.backups.parts import size_words


class Command(BaseCommand):
    help = (
        "Writes the database and every stored file, as they are at this moment, into a new folder that this user "
        "alone may read. Works while the office works. The folder appears under its name when it is complete. Keys "
        "are not in it. Keep a copy on another machine; `restore` reads it back, `restore DIR --check` verifies it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that does not exist yet, or is empty")
        parser.add_argument(
            "--incomplete", action="store_true", help="make it though stored files are lost, and name them in it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backups.backup(
                options["folder"], at=timezone.now(), say=self.stderr.write, incomplete=options["incomplete"]
            )
        except (backups.NotDone, OSError) as error:
            raise CommandError(str(error)) from None
        words = _("%(folder)s：数据库和 %(n)d 份文件，共 %(size)s。")
        self.stdout.write(words % {"folder": made.folder, "n": made.files, "size": size_words(made.bytes)})
        if made.lost:
            self.stdout.write(_("少 %(n)d 份文件，名单在 backup.json 的 lost 里。") % {"n": made.lost})
