"""An office out of a backup; or, with --check, whether one could be had from it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from office import backups


class Command(BaseCommand):
    help = (
        "Restores what `backup` wrote into an empty database and an empty files folder. Everything is checked before "
        "anything is written; the database comes back in one transaction and is proved table by table. Stop web, "
        "worker and beat before it; run `migrate` and `verify_chain --files` after it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--check", action="store_true", help="only look whether it is whole; touches no database, exit code 1"
        )
        parser.add_argument(
            "--over", metavar="PAPERS",
            help="replace the office that is there; the number of its papers, as the refusal names it",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                self.check_only(options["folder"])
            else:
                self.restore(options["folder"], over=options["over"])
        except (backups.NotDone, OSError) as error:
            raise CommandError(str(error)) from None

    def check_only(self, folder: Path) -> None:
        found = backups.check(folder, say=self.stderr.write)
        manifest = found.manifest
        self.stdout.write(
            _("%(at)s 的备份：%(tables)d 张表，%(rows)d 行，%(files)d 份文件，程序 %(version)s。")
            % {
                "at": manifest.made_at[:16].replace("T", " "), "tables": len(manifest.tables),
                "rows": sum(one["rows"] for one in manifest.tables.values()), "files": manifest.files,
                "version": manifest.program,
            }
        )  # fmt: skip
        for words in found.remarks:
            self.stdout.write(words)
        if found.damage:
            raise CommandError("\n".join([*found.damage, _("这份备份不能用来恢复，请换一份。")]))
        self.stdout.write(_("每一份都完好。"))

    def restore(self, folder: Path, *, over: str | None) -> None:
        made = backups.restore(folder, at=timezone.now(), say=self.stderr.write, over=over)
        for words in made.remarks:
            self.stdout.write(words)
        if made.aside:
            self.stdout.write(
                _("原来那个办公室的文件移到了 %(folder)s，确定不要了再删。") % {"folder": made.aside}
            )
        words = _("已恢复 %(tables)d 张表和 %(n)d 份文件，逐一核对无误。")
        self.stdout.write(words % {"tables": len(made.manifest.tables), "n": made.manifest.files})
        self.stdout.write(_("请接着运行 manage.py migrate 和 manage.py verify_chain --files，再启动。"))
