"""Print a register as PDF or Excel: `print_register documents.incoming --year 2026 -o OUT.pdf`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from office import registers
from office.models.contacts import Organisation
from office.models.numbers import Series
from office.models.people import User
from office.registers import Selection, job

from ._target import refuse_unwritable


class Command(BaseCommand):
    help = "Print a register as PDF or Excel. Without --as: what the registry sees, never sealed or restricted cases."

    def add_arguments(self, parser) -> None:
        parser.add_argument("code", help="the register, for example documents.incoming")
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--month", type=int, choices=range(1, 13))
        parser.add_argument("--series", default="", help="one book only, for example 收")
        parser.add_argument(
            "--senders", action="append", default=[], help="one group of senders: above, peer, below …"
        )
        parser.add_argument("--as", dest="user", default="", help="print what this user may see")
        parser.add_argument("-o", "--output", required=True, help="OUT.pdf or OUT.xlsx")

    def handle(self, *args, **options) -> None:
        if options["code"] not in registers.codes():
            given = {"code": options["code"], "codes": "、".join(registers.codes())}
            raise CommandError(_("没有登记簿 %(code)s；有：%(codes)s。") % given)
        target = Path(options["output"]).absolute()
        if target.suffix not in (".pdf", ".xlsx"):
            raise CommandError(_("文件名要以 .pdf 或 .xlsx 结尾。"))
        refuse_unwritable(target)
        _refuse_no_book(options["code"], year=options["year"], name=options["series"])
        groups = Organisation.Group.values
        if unknown := [one for one in options["senders"] if one not in groups]:
            given = {"group": unknown[0], "groups": "、".join(groups)}
            raise CommandError(_("没有来文单位类别 %(group)s；有：%(groups)s。") % given)
        viewer = None
        if options["user"]:
            viewer = User.objects.filter(username=options["user"]).first()
            if viewer is None:
                raise CommandError(_("没有账户 %(name)s。") % {"name": options["user"]})
            if not viewer.does_office_business:
                raise CommandError(_("%(name)s 是管理员账户，看不到登记簿。") % {"name": options["user"]})
        selection = Selection(
            year=options["year"],
            month=options["month"],
            series=options["series"],
            senders=tuple(options["senders"]),
            viewer=viewer,
        )
        keys = job.make(options["code"], selection, target=target, progress=self._progress)
        if viewer is not None:
            job.note_looks(keys, person=viewer)
        self.stdout.write(str(target))

    def _progress(self, done: int, total: int) -> None:
        if total > 40:
            self.stderr.write(f"\r{done}/{total}", ending="" if done < total else "\n")


def _refuse_no_book(code: str, *, year: int, name: str) -> None:
    """An empty register of a year or a book that never was is a slip of the finger."""
    books = Series.objects.filter(function=code)
    if not books.exists():
        return
    names = list(books.filter(year=year).order_by("position").values_list("name", flat=True))
    if not names:
        raise CommandError(_("%(year)d 年没有这种登记簿。") % {"year": year})
    if name and name not in names:
        raise CommandError(_("没有“%(name)s”这一本；有：%(names)s。") % {"name": name, "names": "、".join(names)})
