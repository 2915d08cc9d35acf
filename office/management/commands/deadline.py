"""Answers when a period ends and why, line by line: FROM_ISO KIND N in, one JSON object out."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from office.clock import TIME_ZONE, Calendar, Limit, OfficeHours, Unreachable, due
from office.clock.calendars import FIRST_YEAR
from office.clock.limits import DIVISIBLE
from office.models.clocks import load_calendar
from office.timing import office_hours

KINDS = ("hours", "working_hours", "half_days", "workdays", "days", "months")
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


class Command(BaseCommand):
    help = (
        "Reads lines FROM_ISO KIND N from standard input (2026-02-11T10:00 workdays 7; KIND: "
        + ", ".join(KINDS)
        + ") and answers each with a JSON line of due (ISO 8601, +08:00) and because (in Chinese). Times "
        "without a zone are Beijing time; periods that end on a day off do not move. Blank lines and lines "
        "that begin with # are passed over. A line that cannot be answered gets error, and the exit code is "
        "then 1."
    )

    def handle(self, *args, **options):
        # JSON is UTF-8 whatever the terminal's locale says.
        for stream in (sys.stdin, sys.stdout):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="replace")
        wrong = 0
        with override("zh-hans"):
            for given in answers(sys.stdin, calendar=load_calendar(), hours=office_hours()):
                wrong += "error" in given
                self.stdout.write(json.dumps(given, ensure_ascii=False))
                self.stdout.flush()
        if wrong:
            sentence = ngettext("{n}行无法推算，见输出的error", "{n}行无法推算，见输出的error", wrong)
            raise CommandError(sentence.format(n=wrong))


def answers(lines: Iterable[str], *, calendar: Calendar, hours: OfficeHours) -> Iterator[dict]:
    """One answer for every line that asks something, in order and as soon as the line is there."""
    for number, line in enumerate(lines, start=1):
        given = answer(line, number=number, calendar=calendar, hours=hours)
        if given is not None:
            yield given


def answer(line: str, *, number: int, calendar: Calendar, hours: OfficeHours) -> dict | None:
    """{"due": "2026-02-27T17:30:00+08:00", "because": "…"}, {"error": "…"} naming line `number`, or None for
    a blank line or a comment."""
    text = line.lstrip("\ufeff").strip()
    if not text or text.startswith("#"):
        return None
    try:
        start, limit = parse(text)
        result = due(start, limit, calendar=calendar, hours=hours)
    except (ValueError, Unreachable) as wrong:
        return {"error": _("第{number}行：{reason}").format(number=number, reason=wrong)}
    assert result.at is not None
    return {"due": result.at.isoformat(), "because": result.because}


def parse(text: str) -> tuple[datetime, Limit]:
    """The start and the limit of one line. ValueError with a sentence saying what is expected."""
    parts = text.split()
    if len(parts) != 3:
        raise ValueError(_("应有三项：起算时间、种类、数目，例如 2026-02-11T10:00 workdays 7"))
    return _start(parts[0]), _limit(parts[1], parts[2])


def _start(text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
        start = start.astimezone(TIME_ZONE) if start.tzinfo else start.replace(tzinfo=TIME_ZONE)
    except (ValueError, OverflowError):
        raise ValueError(_("“{text}”不是时间，应写成 2026-02-11T10:00").format(text=text)) from None
    if start.year < FIRST_YEAR:
        raise ValueError(_("只能推算{year}年以来的时间").format(year=FIRST_YEAR))
    return start


def _limit(kind: str, text: str) -> Limit:
    if kind not in KINDS:
        raise ValueError(_("没有“{kind}”这个种类，可用 {kinds}").format(kind=kind, kinds="、".join(KINDS)))
    if not NUMBER.fullmatch(text):
        raise ValueError(_("“{text}”不是数目，应是不小于0、不超过九位的数字").format(text=text))
    if "." not in text:
        return Limit(kind, int(text))
    if kind not in DIVISIBLE:
        raise ValueError(_("“{text}”应是整数：{kind} 不能带小数").format(text=text, kind=kind))
    return Limit(kind, float(text))
