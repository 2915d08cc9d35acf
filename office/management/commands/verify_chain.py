"""Names every case that was altered, cut or deleted behind the program's back; says so with its exit code."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from office.verifying import Finding, count, verify

# Who has rewritten a million rows need not read a million lines.
SHOWN = 1_000


class Command(BaseCommand):
    help = (
        "Checks the chain of decisions of every case, what the papers say, where they lie, the numbers of "
        "every series and the nightly anchors. Prints one line per finding, naming the case, and ends with "
        "exit code 1 when anything was altered, cut or deleted behind the program's back; sealed cases go "
        "by their public id only. Works while the office works. Progress goes to standard error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--year", type=int, metavar="Y", help="only cases numbered (if not, opened) in this year"
        )
        parser.add_argument(
            "--files", action="store_true", help="read every stored file too and compare it with its hash"
        )

    def handle(self, *args, **options):
        with override("zh-hans"):
            self.check_all(year=options["year"], files=options["files"], quiet=options["verbosity"] == 0)

    def check_all(self, *, year: int | None, files: bool, quiet: bool) -> None:
        def say(words: str) -> None:
            if not quiet:
                self.stderr.write(words, style_func=str)

        found: list[Finding] = []
        for finding in verify(year=year, files=files, say=say):
            found.append(finding)
            if len(found) <= SHOWN:
                self.stdout.write(f"{finding.name}：{finding.words}")
        if found:
            names = len({finding.name for finding in found})
            raise CommandError(_("发现 {n} 处问题，涉及 {names} 项").format(n=len(found), names=names))
        many = count(year=year)
        if year is not None and not many:
            # A slip of the finger is no all-clear.
            raise CommandError(_("{year} 年没有文件，什么也没有核对。请看年份对不对。").format(year=year))
        self.stdout.write(_("没有发现改动（{n} 件）").format(n=many))
