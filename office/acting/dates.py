"""延期, 暂停, 恢复: what may be done to a running clock, each with its reason on the record."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from office import access, timing
from office.models.cases import Decision
from office.models.clocks import Clock
from office.models.people import User

from .asking import allow, as_holder_or_hub, need_reason
from .door import Passing, Refused, decide
from .labels import LABELS


def _on_clock(clock: Clock, *, actor: User, at: datetime | None) -> tuple[Passing, Clock]:
    """By whoever holds the turn the clock runs for (a case's clock: the main turn), or the hub."""
    turn = clock.turn or clock.case.turns.filter(side=False, ended_at__isnull=True).first()
    if turn is None:
        raise Refused(_("这件事已经办结。"))
    passing = as_holder_or_hub(turn, actor=actor, at=at)
    # Read under the lock on the case: nobody moves a date that has just moved.
    return passing, Clock.objects.get(pk=clock.pk)


def _over(clock: Clock) -> bool:
    return clock.met_at is not None or clock.stopped_at is not None


def extend(
    clock: Clock, *, until: datetime, actor: User, reason: str, at: datetime | None = None
) -> Decision:
    """延期, with the reason (R-IN-21). The first date is kept for ever; the ladder is re-armed."""
    with transaction.atomic():
        passing, clock = _on_clock(clock, actor=actor, at=at)
        allow(passing, "extend")
        if _over(clock):
            raise Refused(_("这个时限已经结束，不用延期。"))
        if until <= clock.due_at or until <= passing.at:
            raise Refused(_("新的期限要晚于原来的期限和现在。"), field="until")
        _refuse_past_the_named_date(passing, until=until)
        need_reason(passing, reason)
        decision = decide(passing, move="extend", label=LABELS["extend"], leads_to=passing.step.code)
        timing.extend(clock, until=until, decision=decision)
        return decision


def _refuse_past_the_named_date(passing: Passing, *, until: datetime) -> None:
    """A date the paper or a leader named is not the handler's to move: the office does it, when it has asked."""
    procedure, step = passing.procedure, passing.step
    named = procedure.named_date(step, passing.case) or procedure.latest_date(step, passing.case)
    if named is not None and until > named[0] and not access.holds_hub(passing.actor, passing.case):
        raise Refused(_("%(why)s延期请先报告，由文书办理。") % {"why": named[1]}, field="until")


def pause(
    clock: Clock, *, actor: User, basis: str, at: datetime | None = None
) -> Decision:
    """暂停 a clock whose rule allows it, with the basis. Every case clock says why on its page."""
    with transaction.atomic():
        passing, clock = _on_clock(clock, actor=actor, at=at)
        allow(passing, "pause")
        if not clock.why.get("pausable"):
            raise Refused(_("这个时限的规则不允许暂停。"))
        if _over(clock) or clock.pauses.filter(to_at__isnull=True).exists():
            raise Refused(_("这个时限已经停下。"))
        need_reason(passing, basis)
        decision = decide(passing, move="pause", label=LABELS["pause"], leads_to=passing.step.code)
        timing.pause(clock, actor=actor, basis=passing.reason, at=passing.at)
        return decision


def resume(clock: Clock, *, actor: User, at: datetime | None = None) -> Decision:
    """恢复: the time it stood still does not count."""
    with transaction.atomic():
        passing, clock = _on_clock(clock, actor=actor, at=at)
        open_pause = clock.pauses.filter(to_at__isnull=True).first()
        if open_pause is None or _over(clock):
            raise Refused(_("这个时限没有暂停。"))
        if passing.at <= open_pause.from_at:
            raise Refused(_("恢复的时间要晚于暂停的时间。"))
        decision = decide(passing, move="resume", label=LABELS["resume"], leads_to=passing.step.code)
        timing.resume(clock, pause=open_pause, at=passing.at)
        return decision
