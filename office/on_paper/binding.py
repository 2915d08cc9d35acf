"""The folder as one PDF: of each leader a cover, then his slips in its order, each with the code it comes back by."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

import pikepdf
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from office import access, dials, looks, printing, showing, subjects
from office.files import keep
from office.jobs import Failed
from office.models.files import Job, StoredFile
from office.models.on_paper import Folder, SheetOut
from office.printing.folders import FolderCover, FolderLine, SaidSheet

URGENCY = {"urgent": "加急", "flash": "特急"}


def run(job: Job, progress: Callable[[int, int], None]) -> tuple[StoredFile, str]:
    """The job kind "folder". What its clerk may not see any more is left out; repeatable."""
    folder = Folder.objects.select_related("made_by").get(pk=job.arguments["folder"])
    sheets = list(
        folder.sheets.filter(ended_at__isnull=True)
        .select_related("leader", "turn__case__series", "turn__post", "said__recorded_by")
        .order_by("position")
    )
    seen = set(
        access.visible_to(job.asked_by)
        .filter(pk__in={one.turn.case_id for one in sheets})
        .values_list("pk", flat=True)
    )
    sheets = [one for one in sheets if one.turn.case_id in seen]
    if not sheets:
        raise Failed(_("这个呈批夹里的文件都已经收回或录入，没有要打印的。"))
    now = timezone.now()
    # Paper is Chinese whatever the language of the screen it was asked for on.
    with translation.override("zh-hans"):
        made = bound(sheets, clerk=folder.made_by.name, made_at=folder.made_at, at=now, progress=progress)
    for one in sheets:
        looks.note(one.turn.case, person=job.asked_by, what=gettext_noop("印呈批夹"), at=now)
    Job.objects.filter(pk=job.pk).update(shows=sorted({one.turn.case.public_id for one in sheets}))
    return keep(io.BytesIO(made), type="pdf", at=now), f"{job.title}.pdf"


def bound(
    sheets: Sequence[SheetOut], *, clerk: str, made_at: datetime, at: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> bytes:
    """`sheets` in the order of the folder, those of one leader together. Nobody's name stands in its margin: the signed
    original is kept."""
    whole = pikepdf.new()
    words = subjects.summaries([one.turn.case for one in sheets])
    done = 0
    for _key, group in groupby(sheets, key=lambda one: one.leader_id):
        mine = list(group)
        cover = _cover(mine, words=words, clerk=clerk, made_at=made_at)
        _add(whole, printing.folder_cover(cover, created=at))
        for one in mine:
            _add(whole, _said(one, words=words, at=at) if one.said is not None else _slip(one))
            done += 1
            progress(done, len(sheets))
    # Two papers on one leaf could not be parted again.
    whole.Root.ViewerPreferences = pikepdf.Dictionary(Duplex=pikepdf.Name.Simplex)
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def _add(whole: pikepdf.Pdf, part: bytes) -> None:
    with pikepdf.open(io.BytesIO(part)) as document:
        whole.pages.extend(document.pages)


def _slip(one: SheetOut) -> bytes:
    subject = subjects.get(one.turn.case.procedure)
    assert subject is not None and subject.desk_slip is not None
    return subject.desk_slip(one.turn, one.code)


def _cover(mine: Sequence[SheetOut], *, words: dict, clerk: str, made_at: datetime) -> FolderCover:
    leader = mine[0].leader
    return FolderCover(
        office=dials.office_name(), leader=leader.name, title=leader.title, made_at=made_at, clerk=clerk,
        lines=tuple(
            FolderLine(
                reference=str(one.turn.case),
                title=showing.title_of(one.turn.case),
                sender=words[one.turn.case_id].line,
                levels=words[one.turn.case_id].urgency or URGENCY.get(one.turn.case.urgency, ""),
                wanted="补签口头指示" if one.said is not None else showing.step_label(
                    one.turn.case.procedure, one.turn.step
                ),
                waits=(timezone.localdate(made_at) - timezone.localdate(_since(one))).days,
            )
            for one in mine
        ),
    )  # fmt: skip


def _since(one: SheetOut) -> datetime:
    return one.said.at if one.said is not None else one.turn.issued_at


def _said(one: SheetOut, *, words: dict, at: datetime) -> bytes:
    said, case = one.said, one.turn.case
    assert said is not None
    latest = said.corrections.filter(move="correct").order_by("-number").first() or said
    sheet = SaidSheet(
        office=dials.office_name(), reference=str(case), title=showing.title_of(case), qr=one.code,
        number=words[case.pk].line, words=latest.opinion or f"（{said.label}）", leader=said.signed_name,
        said_at=said.happened_at, how=str(said.get_medium_display()), recorded_by=said.recorded_name,
        recorded_at=said.at,
    )  # fmt: skip
    return printing.said(sheet, created=at)
