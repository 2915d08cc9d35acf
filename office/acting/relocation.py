"""重定位: a paper that has come to the wrong place is moved by two people, with the reason on record."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import access, procedures
from office.models.cases import Case, Relocation
from office.models.people import Post, User, in_hands

from .door import (
    Holder,
    Passing,
    Refused,
    as_printed,
    clean_words,
    decide,
    end,
    issue,
    land,
    lock_case,
    now_or,
    open_sides,
    recall_sides,
    refuse_unfit,
    wordless,
)
from .labels import LABELS


def _may(case: Case, user: User) -> bool:
    """The hub, or the post declared as fallback (the office director)."""
    if access.holds_hub(user, case):
        return True
    procedure = procedures.get(case.procedure)
    return (
        access.identity(user).holds(procedure.fallback)
        and access.visible_to(user).filter(pk=case.pk).exists()
    )


def ask_relocation(
    case: Case, *, step: str, to: Holder | None, actor: User, reason: str, at: datetime | None = None
) -> Relocation:
    with transaction.atomic():
        case = lock_case(case)
        procedure = procedures.get(case.procedure)
        if not case.is_open or not _may(case, actor):
            raise Refused(_("只有文书或办公室主任可以申请重定位，办结的事项不能重定位。"))
        target = procedure.steps.get(step)
        if target is None or target.side or target.retired:
            raise Refused(_("请选一个主流程环节。"), field="step")
        if to is None and not target.post:
            raise Refused(_("请选定送给谁。"), field="names")
        if to is not None:
            refuse_unfit(case, [to])
            if sentence := procedure.unfit(target, case, to):
                raise Refused(sentence, field="names")
        words = clean_words(case, reason, field="reason")
        if not words and not wordless(case):
            raise Refused(_("请写明理由。"), field="reason")
        try:
            with transaction.atomic():
                return Relocation.objects.create(
                    case=case,
                    step=step,
                    holder=to if isinstance(to, User) else None,
                    post=to if isinstance(to, Post) else None,
                    reason=words,
                    asked_by=actor,
                    asked_at=now_or(at),
                )
        except IntegrityError:
            raise Refused(_("已经有人申请重定位，正等另一个人确认。")) from None


def withdraw_relocation(relocation: Relocation, *, actor: User, at: datetime | None = None) -> None:
    with transaction.atomic():
        case = lock_case(relocation.case)
        fresh = Relocation.objects.get(pk=relocation.pk)
        if fresh.ended_at is not None or not _may(case, actor):
            raise Refused(_("这项申请已经结束。"))
        fresh.ended_at = now_or(at)
        fresh.save(update_fields=["ended_at"])


def confirm_relocation(relocation: Relocation, *, actor: User, at: datetime | None = None) -> None:
    """The second person carries it out. Opinions already given stay on the paper; spokes are recalled."""
    with transaction.atomic():
        case = lock_case(relocation.case)
        fresh = Relocation.objects.select_related("asked_by", "holder", "post").get(pk=relocation.pk)
        if fresh.ended_at is not None or not case.is_open:
            raise Refused(_("这项申请已经结束。"))
        if fresh.asked_by_id == actor.pk:
            raise Refused(_("重定位要由另一个人确认。"))
        if not _may(case, actor):
            raise Refused(_("只有文书或办公室主任可以确认重定位。"))
        at = now_or(at)
        current = case.turns.select_related("holder", "post").get(side=False, ended_at__isnull=True)
        passing = Passing.on(
            current, actor=actor, at=at,
            reason=as_printed(gettext_lazy("%(who)s申请：%(why)s")) % {"who": fresh.asked_by.name, "why": fresh.reason}
            if fresh.reason
            else "",
        )
        step = passing.procedure.step(fresh.step)
        holder, post = land(passing, step=step, to=fresh.holder or fresh.post)
        decide(passing, move="relocate", label=LABELS["relocate"], leads_to=fresh.step, names=[in_hands(holder, post)])
        recall_sides(passing, open_sides(case))
        # Not "moved": what the place asked for was not done there, and nobody returns a paper to it.
        end(current, how="reassigned", at=at)
        issue(passing, step=step, to=in_hands(holder, post), post_kept=post if holder else None)
        fresh.confirmed_by, fresh.ended_at = actor, at
        fresh.save(update_fields=["confirmed_by", "ended_at"])
