"""Brings an old register in from a spreadsheet: all rows that can be right, and every other with its reason."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from documents import bringing_in, legacy, old_books
from office import access, timing
from office.acting import Refused
from office.importing import UnreadableBook
from office.models.people import Kind, User

BOOK = "收"


class Command(BaseCommand):
    help = (
        "Reads an incoming register of one year from an .xlsx or .xls file. The head is recognised among its many "
        "names; ditto marks, merged cells, repeated heads, blank and total rows and all forms of dates are "
        "understood. A row that cannot be right is never guessed: it is listed with its row and reason. All other "
        "rows come in together or not at all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("register", choices=["incoming"], help="which register: incoming")
        parser.add_argument("file", type=Path, metavar="FILE", help="the .xlsx or .xls file")
        parser.add_argument("--year", type=int, required=True, metavar="Y", help="the year of the register")
        parser.add_argument("--book", default=BOOK, metavar="NAME", help=f"the series it becomes ({BOOK})")
        parser.add_argument("--as", dest="user", metavar="USER", help="who brings it in (the first clerk)")
        parser.add_argument("--dry-run", action="store_true", help="read and report, write nothing")
        parser.add_argument(
            "--report", type=Path, metavar="OUT.xlsx", help="a copy of the file with a column of results"
        )
        parser.add_argument("--json", action="store_true", help="print what came in and what did not as JSON")

    def handle(self, *args, **options) -> None:
        with override("zh-hans"):
            self._import(**options)

    def _import(
        self, *, file: Path, year: int, book: str, user: str | None, dry_run: bool, report: Path | None, **more: Any
    ) -> None:
        if not 1949 <= year <= timezone.localdate().year:
            raise CommandError(_("--year 应是 1949 到今年之间的年份。"))
        if report is not None and report.suffix.lower() != ".xlsx":
            raise CommandError(_("--report 的文件名要以 .xlsx 结尾。"))
        try:
            found = old_books.open_book(file.name, file.read_bytes())
        except OSError as error:
            raise CommandError(_("读不到“%(file)s”：%(why)s") % {"file": file, "why": error.strerror}) from None
        except UnreadableBook as unreadable:
            raise CommandError(str(unreadable)) from None
        if sentence := old_books.wanting(found):
            raise CommandError(sentence)
        reading = found.read(year=year)
        if not dry_run:
            actor = self._actor(user)
            try:
                bringing_in.bring_in(
                    reading, book=book, year=year, actor=actor, file_name=file.name, file_hash=found.hash,
                    mapping=found.mapping, say=self._progress,
                )  # fmt: skip
            except Refused as refused:
                raise CommandError(str(refused)) from None
        if report is not None:
            try:
                report.write_bytes(found.copy(reading, done=not dry_run))
            except OSError as error:
                raise CommandError(_("写不出“%(file)s”：%(why)s") % {"file": report, "why": error.strerror}) from None
        self._say(reading, as_json=more["json"], dry_run=dry_run)

    def _actor(self, username: str | None) -> User:
        if username:
            found = User.objects.filter(username=username, kind=Kind.OFFICE, is_active=True).first()
            if found is None:
                raise CommandError(_("没有“%(name)s”这个办公账号。") % {"name": username})
            return found
        post = timing.find_post("clerk")
        clerks = access.seated(post) if post is not None else []
        if not clerks:
            raise CommandError(_("还没有人任文书。请先任命，或用 --as 写明由谁导入。"))
        return clerks[0]

    def _progress(self, done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            self.stderr.write(f"\r{done}/{total}", ending="" if done < total else "\n")

    def _say(self, reading: legacy.Reading, *, as_json: bool, dry_run: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_plain(reading, dry_run=dry_run), ensure_ascii=False, indent=1))
            return
        words = _("已导入 %(n)d 件，%(faults)d 行没有导入。")
        if dry_run:
            words = _("可以导入 %(n)d 件，%(faults)d 行不能导入。")
        self.stdout.write(words % {"n": len(reading.papers), "faults": len(reading.faults)})
        for fault in reading.faults:
            where = f"{fault.sheet} " if fault.sheet else ""
            self.stdout.write(f"  {where}{fault.row}  {fault.seq}  {fault.reason}")


def _plain(reading: legacy.Reading, *, dry_run: bool) -> dict:
    def seq(words: str) -> int | str:
        return int(words) if words.isdecimal() else words

    return {
        "dry_run": dry_run,
        "imported": len(reading.papers),
        "rows": [
            {
                "seq": seq(one.seq), "number": one.number, "title": one.title, "issuer": one.sender,
                "received": one.received.isoformat(), "copies": one.copies, "unit": one.unit, "row": one.row,
            }
            for one in reading.papers
        ],
        "errors": [{"row": one.row, "seq": seq(one.seq), "reason": one.reason} for one in reading.faults],
        "skipped": reading.skipped,
    }  # fmt: skip
