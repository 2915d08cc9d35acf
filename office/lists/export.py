"""What a list shows, as an Excel file: for its reader's eyes, with the columns he has, its head saying what it is."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from office import jobs, lists, looks
from office.files import keep
from office.levels import Secrecy
from office.models.cases import Case
from office.models.files import Job, StoredFile
from office.models.people import User
from office.printing.sheets import CHINA

from . import Column, List, Row, values_of

# More than anybody reads; whoever needs more narrows the list by year or month.
MOST = 20_000
_CELL = 32_000
_HEAD = 3


@dataclass(frozen=True)
class Head:
    """What stands above the rows, and in the foot of each printed page."""

    office: str
    title: str
    words: str
    who: str
    at: datetime

    @property
    def made(self) -> str:
        local = timezone.localtime(self.at)
        return _("%(who)s %(when)s 导出") % {"who": self.who, "when": local.strftime("%Y-%m-%d %H:%M")}


def write(rows: Iterable[Row], *, columns: Sequence[Column], head: Head, target: Path) -> int:
    """Write the file and return the number of rows. Text is text (a number of a paper keeps its zeros, and words that
    begin with = never run as a formula), days are days, and only amounts can be summed."""
    options = {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False,
               "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}  # fmt: skip
    count = 0
    with xlsxwriter.Workbook(str(target), options) as workbook:
        created = head.at.astimezone(CHINA).replace(tzinfo=None)
        workbook.set_properties({"title": head.title, "author": head.office, "created": created})
        sheet = workbook.add_worksheet(head.title[:31])
        base = {"font_name": "仿宋", "font_size": 10, "valign": "vcenter", "text_wrap": 1, "border": 1}
        plain, void = _formats(workbook, columns, base), _formats(workbook, columns, {**base, "font_strikeout": 1})
        _page(sheet, workbook, columns, head, base)
        for row in rows:
            for at, value in enumerate(values_of(row, columns)):
                _cell(sheet, _HEAD + 1 + count, at, value, (void if row.void else plain)[at])
            count += 1
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_HEAD + 1 + count}"})
    return count


def _page(sheet, workbook, columns: Sequence[Column], head: Head, base: dict) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)
    sheet.freeze_panes(_HEAD + 1, 1)
    # A lone & begins a code in Excel's footers.
    foot = f"{head.title} {head.made}".replace("&", "&&")
    sheet.set_footer(f"&L{foot}&R第 &P 页　共 &N 页")
    sheet.write_string(0, 0, head.title, workbook.add_format({"font_name": "宋体", "font_size": 18, "bold": True}))
    sheet.write_string(1, 0, "　".join(filter(None, [head.office, head.words])))
    sheet.write_string(2, 0, head.made)
    label = workbook.add_format({**base, "font_name": "黑体", "align": "center"})
    for at, column in enumerate(columns):
        sheet.write_string(_HEAD, at, str(column.label), label)
        sheet.set_column(at, at, column.width)


def _formats(workbook, columns: Sequence[Column], base: dict) -> list:
    shown = {"amount": "0", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "text": "@"}
    return [workbook.add_format({**base, "num_format": shown[column.kind]}) for column in columns]


def _cell(sheet, line: int, at: int, value: lists.Value, looks_like) -> None:
    match value:
        case None | "":
            sheet.write_blank(line, at, None, looks_like)
        case datetime():
            sheet.write_datetime(line, at, value.astimezone(CHINA).replace(tzinfo=None, microsecond=0), looks_like)
        case date():
            sheet.write_datetime(line, at, value, looks_like)
        case int():
            sheet.write_number(line, at, value, looks_like)
        case _:
            sheet.write_string(line, at, str(value)[:_CELL], looks_like)


def ask(listed: List, *, query: Mapping[str, str], columns: Sequence[Column], actor: User, at: datetime) -> Job:
    """The worker makes the file; what it holds is asked then, of whoever asked for it."""
    arguments = {"code": listed.code, "query": dict(query), "columns": [column.code for column in columns]}
    title = _("%(list)s导出") % {"list": listed.title}
    return jobs.ask("list", title=title, actor=actor, arguments=arguments, at=at)


def run(job: Job, progress: Callable[[int, int], None]) -> tuple[StoredFile, str]:
    """The job kind "list": what office/jobs.py calls in the worker. Raises jobs.Failed where there is too much."""
    listed, query = lists.get(job.arguments["code"]), job.arguments["query"]
    columns = listed.apart(listed.picked(job.arguments["columns"]))
    at = timezone.now()
    head = Head(settings.OFFICE_NAME, str(listed.title), listed.words(query), job.asked_by.name, at)
    keys: list[str] = []

    def noted() -> Iterable[Row]:
        for row in listed.rows(job.asked_by, query, most=MOST + 1):
            if len(keys) == MOST:
                raise jobs.Failed(_("超过 %(n)d 行，请先筛选再导出。") % {"n": MOST})
            keys.append(row.key)
            yield row

    with tempfile.TemporaryDirectory(prefix="list-") as folder:
        target = Path(folder) / "list.xlsx"
        write(noted(), columns=columns, head=head, target=target)
        job.shows = keys
        job.save(update_fields=["shows"])
        _note_looks(keys, person=job.asked_by, at=at)
        with target.open("rb") as made:
            stored = keep(made, type="xlsx", at=at)
    return stored, f"{head.title} {timezone.localtime(at):%Y-%m-%d %H%M}.xlsx"


def _note_looks(keys: Sequence[str], *, person: User, at: datetime) -> None:
    """Of guarded papers a line in a file is a look like any other."""
    guarded = Case.objects.filter(public_id__in=keys).filter(Q(restricted=True) | Q(secrecy__gt=Secrecy.NONE))
    for case in guarded.order_by("pk"):
        looks.note(case, person=person, what=gettext_noop("导出清单"), at=at)
