"""述职清单 as a Word file: to be cut, added to and handed in."""

import copy
import io
from collections.abc import Callable, Sequence
from datetime import date

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from office import dials, looks, work_done
from office.files import keep
from office.jobs import Failed
from office.models.files import Job, StoredFile
from office.models.people import Department, User
from office.work_done import Period, Whose, WorkDone

# As official papers are set (GB/T 9704); a computer without them shows its own.
BODY, HEAD, TITLE = "仿宋", "黑体", "方正小标宋简体"
EDGE = Mm(20)


def run(job: Job, progress: Callable[[int, int], None]) -> tuple[StoredFile, str]:
    """The job kind "work_done". Repeatable."""
    asked = job.arguments
    person = User.objects.get(pk=asked["person"]) if asked.get("person") else None
    unit = Department.objects.get(pk=asked["unit"]) if asked.get("unit") else None
    period = Period.around(date.fromisoformat(asked["day"]), length=asked["length"])
    whose = Whose(person=person, unit=unit)
    with translation.override(settings.LANGUAGE_CODE):
        if not work_done.may_ask(job.asked_by, whose):
            raise Failed(_("您现在不能看这份清单了。"))
        found = work_done.work_done(whose, period, reader=job.asked_by)
        content = made(found, progress=progress)
        name = _("工作清单 %(who)s %(period)s.docx") % {"who": whose.name, "period": period.words}
    now = timezone.now()
    looks.note_listed([one.case for one in found.papers], person=job.asked_by, what=_("工作清单"), at=now)
    Job.objects.filter(pk=job.pk).update(shows=[one.case.public_id for one in found.papers])
    return keep(io.BytesIO(content), type="docx", at=now), name


def made(found: WorkDone, *, progress: Callable[[int, int], None] = lambda done, total: None) -> bytes:
    document = Document()
    _page(document)
    _line(document, _("工作清单"), font=TITLE, size=22, centred=True)
    words = _("%(office)s　%(who)s　%(period)s") % {
        "office": dials.office_name(), "who": found.whose.name, "period": found.period.words,
    }
    _line(document, words, size=14, centred=True)
    _line(document, _("一、合计"), font=HEAD, size=14)
    _line(document, summary(found), size=14)
    if found.counts:
        _line(document, _("二、分项"), font=HEAD, size=14)
        _counts(document, found)
        _line(document, _("三、明细"), font=HEAD, size=14)
        _papers(document, found, progress=progress)
        if more := found.count - len(found.papers):
            _line(document, _("还有 %(n)d 件不再列出，见登记簿。") % {"n": more})
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def summary(found: WorkDone) -> str:
    """经手 12 件，办结 8 件；登记 10 件、拟办 3 件。有期限的 9 个环节按期办理 8 个。"""
    parts = [_("经手 %(n)d 件，其中已办结 %(closed)d 件") % {"n": found.count, "closed": found.closed}]
    if found.totals:
        parts.append(_("、").join(_("%(kind)s %(n)d 件") % {"kind": kind, "n": n} for kind, n in found.totals.items()))
    words = _("；").join(parts) + _("。")
    if found.dated:
        words += _("有期限的 %(all)d 个环节，按期 %(in_time)d 个。") % {"all": found.dated, "in_time": found.in_time}
    return words


def _page(document) -> None:
    section = document.sections[0]
    # A year has twelve columns.
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = EDGE
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)


def _line(document, words: str, *, font: str = BODY, size: float = 12, centred: bool = False) -> None:
    paragraph = document.add_paragraph()
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _written(paragraph, words, font=font, size=size)


def _written(paragraph, words: str, *, font: str = BODY, size: float = 12) -> None:
    run = paragraph.add_run(words)
    run.font.size = Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _counts(document, found: WorkDone) -> None:
    names = [name for name, _first, _last in found.period.parts]
    rows = [[kind, *(str(n) if n else "" for n in found.counts[kind]), str(total)]
            for kind, total in found.totals.items()]  # fmt: skip
    first, rest = 34, (257 - 34) / (len(names) + 1)
    _table(document, [_("事项"), *names, _("合计")], rows, widths=[first, *[rest] * (len(names) + 1)])


def _papers(document, found: WorkDone, *, progress: Callable[[int, int], None]) -> None:
    rows = []
    for number, one in enumerate(found.papers, start=1):
        days = one.first.strftime("%m-%d")
        if one.last != one.first:
            days += f" – {one.last.strftime('%m-%d')}"
        rows.append([
            str(number), str(one.case), work_done.title_of(one.case), "" if one.case.guarded else one.line,
            _("、").join(one.kinds), days, work_done.state_of(one.case),
        ])  # fmt: skip
    head = [_("序号"), _("编号"), _("标题"), _("来文单位"), _("办理事项"), _("日期"), _("现在")]
    _table(document, head, rows, widths=[13, 32, 92, 44, 36, 24, 16])
    progress(len(rows), len(rows))


def _table(document, head: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[float]) -> None:
    """One row is made and copied: adding thousands one by one takes minutes."""
    table = document.add_table(rows=1, cols=len(head), style="Table Grid")
    table.autofit = False
    for cell, words, width in zip(table.rows[0].cells, head, widths, strict=True):
        cell.width = Mm(width)
        _written(cell.paragraphs[0], words, font=HEAD, size=10.5)
    repeated = table.rows[0]._tr.get_or_add_trPr()
    repeated.append(repeated.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
    pattern = copy.deepcopy(table.rows[0]._tr)
    pattern.remove(pattern.trPr)
    for fonts in pattern.iter(qn("w:rFonts")):
        fonts.set(qn("w:eastAsia"), BODY)
    for row in rows:
        made_row = copy.deepcopy(pattern)
        for place, words in zip(made_row.iter(qn("w:t")), row, strict=True):
            place.text = _clean(words)
        table._tbl.append(made_row)


def _clean(words: str) -> str:
    """XML takes no control characters; nobody types one."""
    return "".join(one for one in words if one >= " ")
