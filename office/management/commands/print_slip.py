"""Print one paper's slip: `print_slip 收2026-412 -o OUT.pdf`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from office import access, looks, slips
from office.levels import FIRST_STATE_SECRET
from office.models.cases import Case
from office.models.people import User
from office.shorthand import read_reference

from ._target import refuse_unwritable


class Command(BaseCommand):
    help = (
        "Print the slip (文件处理单) of one case. REFERENCE as printed (收〔2026〕412号) or typed (收2026-412). "
        "Without --as never of a sealed or restricted case; with it what this user may see, and the look is logged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference")
        parser.add_argument(
            "--form", default="", choices=slips.FORMS,
            help="handling (文件处理单), reading (送阅文件单), approval (报批文件单); without it the one that fits",
        )
        parser.add_argument("--as", dest="user", default="", help="print for this user, who may see it")
        parser.add_argument("-o", "--output", required=True, help="OUT.pdf")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["output"]).absolute()
        if target.suffix != ".pdf":
            raise CommandError(_("文件名要以 .pdf 结尾。"))
        refuse_unwritable(target)
        viewer = _user(options["user"]) if options["user"] else None
        if viewer:
            seen = access.visible_to(viewer)
        else:
            seen = Case.objects.filter(Q(secrecy__lt=FIRST_STATE_SECRET) | Q(title=""), restricted=False)
        reference = read_reference(options["reference"])
        case = seen.filter(reference=reference).exclude(reference="").first()
        if case is None:
            raise CommandError(_("没有 %(reference)s；限知件请用 --as 写明由谁来看。") % {"reference": reference})
        content = slips.slip(case, form=options["form"])
        if content is None:
            raise CommandError(_("这种事项没有处理单。"))
        if viewer is not None:
            looks.note(case, person=viewer, what=gettext_noop("打印"), at=timezone.now())
        target.touch(mode=0o640)
        target.write_bytes(content)
        self.stdout.write(str(target))


def _user(name: str) -> User:
    found = User.objects.filter(username=name).first()
    if found is None:
        raise CommandError(_("没有账户 %(name)s。") % {"name": name})
    return found
