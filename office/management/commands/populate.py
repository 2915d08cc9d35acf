"""Fills the office with papers in bulk, for measuring and for trying what a million of them feel like."""

import time

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _
from django.utils.translation import override

from office import demo, populating
from office.models.people import User
from office.populating.people import INVENTED


class Command(BaseCommand):
    help = (
        "Adds N invented incoming papers of the past years in bulk: most of them closed, some under way, some late, "
        "each with a chain that verify_chain accepts. Where nobody sits in the clerk's chair it makes a small bureau "
        "of people first. A leader sees about one paper in five, one person sees 60, the registry sees all. "
        "Not for an office that is in use: the papers cannot be taken out again. Progress goes to standard error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, required=True, metavar="N", help="how many papers to add")
        parser.add_argument(
            "--at-once", type=int, default=2, metavar="N", help="connections that write side by side (2)"
        )

    def handle(self, *args, **options) -> None:
        with override("zh-hans"):
            if options["cases"] < 1 or options["at_once"] < 1:
                raise CommandError(_("--cases 和 --at-once 应是不小于 1 的整数。"))
            if demo.state() is None and User.objects.exclude(username__startswith=INVENTED).exists():
                raise CommandError(
                    _("这里已经有真实账户，造出的文件再也拿不掉，没有写入。请换一个空的数据库（ANTOU_VAR或DATABASE_URL）再试。")
                )
            autodiscover_modules("populating")
            began = time.monotonic()
            try:
                made = populating.populate(
                    options["cases"], now=timezone.now(), at_once=options["at_once"], say=self._progress
                )
            except populating.Short as short:
                raise CommandError(str(short)) from None
            populating.tidy()
            seconds = time.monotonic() - began
            self.stdout.write(_("已造 %(n)d 件，用时 %(s).0f 秒。") % {"n": made.cases, "s": seconds})

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done}/{total}", ending="" if done < total else "\n")
