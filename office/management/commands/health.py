"""Whether every part of the office is well, for whoever watches it from a terminal or from cron."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from office.health import states


class Command(BaseCommand):
    help = "Asks every part (database, queue, worker, beat, files, disk) and ends with exit code 1 when one is down."

    def handle(self, *args: Any, **options: Any) -> None:
        found = states()
        for one in found:
            words = pgettext("part", "正常") if one.well else one.part.advice
            self.stdout.write(f"{one.part.code}：{words}")
        if down := [one.part.code for one in found if not one.well]:
            raise CommandError(_("不正常：%(parts)s") % {"parts": "、".join(down)})
