"""Measures what the office promises about speed, on this machine, and says whether it holds."""

import sys
import time

from django.core.management.base import BaseCommand, CommandError, CommandParser

from office.bench.rooms import TooSmall
from office.bench.run import FULL, MEASUREMENTS, QUICK, measured
from office.bench.table import written


class Command(BaseCommand):
    help = (
        "Measures in a private office that is made for it and removed at the end, and prints one table: promise, "
        "limit, measured, holds. Takes about half an hour and 15 GB in TMPDIR. Exit code 1 when a promise does not "
        "hold. --quick takes a few minutes and tells only what does not depend on size."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="a small run, to see that the measurements work")
        parser.add_argument(
            "--only", action="append", choices=list(MEASUREMENTS), default=[], help="one measurement; may be repeated"
        )

    def handle(self, *args, **options) -> None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        self.began = time.monotonic()
        names = options["only"] or list(MEASUREMENTS)
        try:
            lines = list(measured(names, scale=QUICK if options["quick"] else FULL, say=self._say))
        except TooSmall as small:
            raise CommandError(str(small)) from None
        self._say("done")
        self.stdout.write(written(lines))
        broken = [line.promise for line in lines if line.holds is False]
        if broken:
            raise CommandError(f"{len(broken)} of {len(lines)} promises do not hold: {'; '.join(broken)}")

    def _say(self, words: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
        self.stderr.write(f"[{minutes:02}:{seconds:02}] {words}", style_func=str)
