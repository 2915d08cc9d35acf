"""Print one paper's slip: `print_slip 收2026-412 -o OUT.pdf`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from office import slips
from office.models.cases import Case
from office.shorthand import read_reference


class Command(BaseCommand):
    help = "Print the slip (文件处理单) of one case. REFERENCE as printed (收〔2026〕412号) or typed (收2026-412)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("reference")
        parser.add_argument("-o", "--output", required=True, help="OUT.pdf")

    def handle(self, *args, **options) -> None:
        reference = read_reference(options["reference"])
        case = Case.objects.filter(reference=reference).exclude(reference="").first()
        if case is None or case.sealed:
            raise CommandError(f"There is no case {reference}.")
        target = Path(options["output"]).absolute()
        if target.suffix != ".pdf" or not target.parent.is_dir():
            raise CommandError("The output's name must end in .pdf, in a folder that exists.")
        content = slips.slip(case)
        if content is None:
            raise CommandError(f"Papers of {case.procedure} have no slip.")
        target.write_bytes(content)
        self.stdout.write(str(target))
