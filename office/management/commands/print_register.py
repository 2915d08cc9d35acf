"""Print a register as PDF or Excel: `print_register documents.incoming --year 2026 -o OUT.pdf`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from office import registers
from office.models.people import User
from office.registers import Selection, job


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
            raise CommandError(f"No register {options['code']}; there are: {', '.join(registers.codes())}.")
        target = Path(options["output"]).absolute()
        if target.suffix not in (".pdf", ".xlsx"):
            raise CommandError("The output's name must end in .pdf or .xlsx.")
        if not target.parent.is_dir():
            raise CommandError(f"There is no folder {target.parent}.")
        viewer = None
        if options["user"]:
            viewer = User.objects.filter(username=options["user"]).first()
            if viewer is None:
                raise CommandError(f"There is no user {options['user']}.")
        selection = Selection(
            year=options["year"],
            month=options["month"],
            series=options["series"],
            senders=tuple(options["senders"]),
            viewer=viewer,
        )
        job.make(options["code"], selection, target=target, progress=self._progress)
        self.stdout.write(str(target))

    def _progress(self, done: int, total: int) -> None:
        if total > 40:
            self.stderr.write(f"\r{done}/{total}", ending="" if done < total else "\n")
