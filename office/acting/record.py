"""代录: a clerk at the hub enters what somebody wrote on paper or said; the signer sees it to confirm."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from office import access, procedures, standing
from office.levels import ORAL, Medium
from office.models import Turn
from office.models.cases import Decision
from office.models.files import StoredFile
from office.models.people import User

from .door import Passing, Refused, decide, lock_case, now_or, refuse_unseen, wordless
from .labels import LABELS


def recorder_may(
    passing: Passing, *, recorder: User, medium: str, happened_at: datetime | None, scanned: bool
) -> None:
    """Only what is written down for somebody has a date of its own: the one on the paper, or when he said it."""
    passing.recorded_by, passing.medium, passing.happened_at = recorder, medium, happened_at
    if not access.holds_hub(recorder, passing.case):
        raise Refused(_("只有文书可以代录。"))
    if recorder == passing.actor:
        raise Refused(_("您自己的意见请直接办理，不用代录。"))
    if sentence := _without_its_proof(passing, scanned=scanned):
        raise Refused(sentence, field="scan" if medium == Medium.PAPER else "medium")
    if happened_at is not None and happened_at > passing.at:
        raise Refused(_("纸面日期不能晚于现在，请改正。"), field="happened_at")
    came = passing.procedure.came_on(passing.case)
    if happened_at is not None and timezone.localdate(happened_at) < came:
        words = _("这份文件 %(day)s 才收到，纸面日期不能更早，请改正。")
        raise Refused(words % {"day": came.isoformat()}, field="happened_at")


def _without_its_proof(passing: Passing, *, scanned: bool) -> str:
    """What was written is shown as it was written; the sheet of a state secret is not scanned (R-SEC-03)."""
    medium, secret = passing.medium, wordless(passing.case)
    if medium not in Medium.values:
        return _("请选明据什么录入：纸质批示，还是口头指示。")
    if secret and medium == Medium.PAPER:
        return _("涉密文件的批示不扫描（R-SEC-03），请选“纸质批示，原件另存”。")
    if not secret and medium == Medium.KEPT:
        return _("不涉密的纸质批示要附扫描件，请选“纸质批示”。")
    if medium == Medium.PAPER and not scanned:
        return _("据纸质批示录入的，请附上扫描件。")
    if medium in ORAL and scanned:
        return _("附了扫描件，请选“纸质批示”；口头的请去掉扫描件。")
    return ""


def confirm_record(
    decision: Decision, *, actor: User, at: datetime | None = None, recorded_by: User | None = None,
    happened_at: datetime | None = None, files: Sequence[tuple[StoredFile, str]] = (),
) -> Decision:
    """The one whose words were entered by a clerk says that they are his: here, or on a sheet he has signed, which
    the clerk `recorded_by` enters with its scan. Raises Refused."""
    with transaction.atomic():
        case = lock_case(decision.case)
        first = Decision.objects.select_related("turn").get(pk=decision.pk)
        refuse_unseen(case, actor)
        if first.recorded_by_id is None or first.actor_id != actor.pk:
            raise Refused(_("只有签署人本人可以确认代录。"))
        if first.number in standing.of(case.decisions.order_by("number")).confirmed:
            raise Refused(_("已经确认过了。"))
        procedure = procedures.get(case.procedure)
        passing = Passing(
            case=case, turn=cast(Turn, first.turn), procedure=procedure, step=procedure.step(first.step), actor=actor,
            at=now_or(at),
        )
        if recorded_by is not None:
            recorder_may(
                passing, recorder=recorded_by, medium=Medium.PAPER, happened_at=happened_at, scanned=bool(files)
            )
        return decide(
            passing, move="confirm_record", label=LABELS["confirm_record"], leads_to=first.leads_to, corrects=first,
            files=files,
        )
