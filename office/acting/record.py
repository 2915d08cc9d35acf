"""代录: a clerk at the hub enters what somebody wrote on paper or said; the signer sees it to confirm."""

from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from office import access, procedures, standing
from office.models import Turn
from office.models.cases import Decision
from office.models.people import User

from .door import Passing, Refused, decide, lock_case, now_or, refuse_unseen
from .labels import LABELS


def recorder_may(passing: Passing, *, recorder: User, happened_at: datetime | None) -> None:
    """Only what is written down for somebody has a date of its own: the one on the paper."""
    passing.recorded_by, passing.happened_at = recorder, happened_at
    if not access.holds_hub(recorder, passing.case):
        raise Refused(_("只有文书可以代录。"))
    if recorder == passing.actor:
        raise Refused(_("您自己的意见请直接办理，不用代录。"))
    if happened_at is not None and happened_at > passing.at:
        raise Refused(_("纸面日期不能晚于现在，请改正。"), field="happened_at")
    came = passing.procedure.came_on(passing.case)
    if happened_at is not None and timezone.localdate(happened_at) < came:
        words = _("这份文件 %(day)s 才收到，纸面日期不能更早，请改正。")
        raise Refused(words % {"day": came.isoformat()}, field="happened_at")


def confirm_record(decision: Decision, *, actor: User, at: datetime | None = None) -> Decision:
    """The one whose words were entered by a clerk says that they are his."""
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
        return decide(
            passing, move="confirm_record", label=LABELS["confirm_record"], leads_to=first.leads_to, corrects=first
        )
