"""Chases what is due now, as the worker does every ten minutes, or as of a given moment."""

import json
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from office.chasing import chase
from office.clock import TIME_ZONE


class Command(BaseCommand):
    help = (
        "Tells every reminder that is due and has not been told (催办). Running it again tells nothing new. "
        "--json prints {\"sent\": n, \"skipped\": n}: reminders told now, and running clocks within reach to "
        "which nothing new was to be said. Exit code 0; 1 with a sentence when --now cannot be read."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--now",
            metavar="ISO",
            help="chase as of this moment, e.g. 2026-02-11T10:00; without a zone it is Beijing time",
        )
        parser.add_argument("--json", action="store_true", help="print the two numbers as JSON")

    def handle(self, *args, **options):
        with override("zh-hans"):
            done = chase(moment(options["now"]) if options["now"] else timezone.now())
            if options["json"]:
                self.stdout.write(json.dumps({"sent": done.sent, "skipped": done.skipped}))
                return
            sentence = _("已发出催办 %(sent)d 条；另有 %(skipped)d 件在催办范围内，现在不用再催。")
            self.stdout.write(sentence % {"sent": done.sent, "skipped": done.skipped})


def moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
        return found.astimezone(TIME_ZONE) if found.tzinfo else found.replace(tzinfo=TIME_ZONE)
    except (ValueError, OverflowError):
        raise CommandError(_("“%(text)s”不是时间，--now 应写成 2026-02-11T10:00 的样子。") % {"text": text}) from None
