"""Hub and spokes (R-CIR-02): side turns go out from a main turn and come back to it. No reader passes on."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from office import access, notices, procedures
from office.models.cases import Case, Planned, Turn
from office.models.people import Post, User

from .door import Holder, Passing, Refused, decide, end, issue, lock_case, now_or


def send_out(
    passing: Passing, *, step: procedures.Step, names: Sequence[Holder], in_order: bool, hub: Turn
) -> None:
    """Copies to everybody at once, or the one original to the first and the others kept in order."""
    fresh = [name for name in names if not _has_it(passing.case, step, name)]
    if names and not fresh:
        raise Refused(_("所选的人手里都有这份文件。"), field="names")
    now, later = (fresh[:1], fresh[1:]) if in_order else (fresh, [])
    if in_order and _out(passing.case, step):
        now, later = [], fresh
    for name in now:
        issue(passing, step=step, to=name, sent_by=hub)
    if later:
        from .forward import plan

        plan(passing, step=step, names=later)


def _has_it(case: Case, step: procedures.Step, name: Holder) -> bool:
    who = {"holder": name} if isinstance(name, User) else {"post": name, "holder": None}
    return case.turns.filter(step=step.code, side=True, ended_at__isnull=True, **who).exists()


def _out(case: Case, step: procedures.Step) -> bool:
    return case.turns.filter(step=step.code, side=True, ended_at__isnull=True).exists()


def after_return(passing: Passing) -> None:
    """Back at the hub; the one original goes on to the next on the hub's list, sent by the hub."""
    case, step = passing.case, passing.step
    following = (
        case.planned.filter(step=step.code, turn__isnull=True, dropped_at__isnull=True)
        .select_related("holder", "post")
        .first()
    )
    if following is not None and not _out(case, step) and case.is_open:
        following.turn = issue(
            passing, step=step, to=following.holder or following.post, sent_by=passing.turn.sent_by
        )
        following.save(update_fields=["turn"])
    else:
        notices.back_at_hub(passing.turn, by=passing.actor, at=passing.at)


def _hub_passing(hub: Turn, *, actor: User, at: datetime | None) -> Passing:
    """The hub may work on its spokes even after its own turn has ended. Inside a transaction."""
    case = lock_case(hub.case)
    hub = Turn.objects.select_related("holder", "post").get(pk=hub.pk)
    hub.case = case
    if not case.is_open:
        raise Refused(_("这件事已经办结。"))
    who = access.identity(actor)
    own = hub.holder_id == actor.pk or (hub.post_id in who.posts and not access.is_barred(case, actor))
    if not own and not access.holds_hub(actor, case):
        raise Refused(_("只有送出的人或文书可以调整传阅。"))
    procedure = procedures.get(case.procedure)
    return Passing(
        case=case, turn=hub, procedure=procedure, step=procedure.step(hub.step), actor=actor, at=now_or(at)
    )


def add_readers(
    hub: Turn, *, step: str, names: Sequence[Holder], actor: User, in_order: bool = False,
    at: datetime | None = None,
) -> None:
    """More readers, by the hub only (R-CIR-05: adding a reader is the hub's recorded act)."""
    with transaction.atomic():
        passing = _hub_passing(hub, actor=actor, at=at)
        declared = passing.procedure.step(step)
        if not declared.side:
            raise Refused(_("“%(step)s”不是传阅环节。") % {"step": declared.label})
        for name in names:
            person = name if isinstance(name, User) else None
            if not access.may_receive(
                passing.case, person=person, post=name if isinstance(name, Post) else None
            ):
                raise Refused(_("不能送给%(name)s，请另选。") % {"name": name}, field="names")
        decide(passing, move="add_readers", label=_("增加阅件人"), leads_to=passing.step.code, names=names)
        send_out(passing, step=declared, names=names, in_order=in_order, hub=hub)


def recall(turn: Turn, *, actor: User, reason: str = "", at: datetime | None = None) -> None:
    """Take a spoke back to the hub before it was read."""
    with transaction.atomic():
        hub = Turn.objects.get(pk=turn.sent_by_id)
        passing = _hub_passing(hub, actor=actor, at=at)
        fresh = Turn.objects.select_related("holder", "post").get(pk=turn.pk)
        if fresh.ended_at is not None:
            raise Refused(_("已经退回，不用收回。"))
        passing.reason = reason
        decide(
            passing, move="recall", label=_("收回"), leads_to=passing.step.code,
            names=[fresh.holder or fresh.post],
        )
        end(fresh, how="recalled", at=passing.at)
        passing.turn, passing.step = fresh, passing.procedure.step(fresh.step)
        fresh.sent_by = hub
        after_return(passing)


def reorder(hub: Turn, *, planned: Sequence[int], actor: User, at: datetime | None = None) -> None:
    """The hub changes the order of those who are still to come (R-CIR-04); it is on the record."""
    with transaction.atomic():
        passing = _hub_passing(hub, actor=actor, at=at)
        rows = {
            row.pk: row
            for row in passing.case.planned.filter(turn__isnull=True, dropped_at__isnull=True).select_related(
                "holder", "post"
            )
        }
        if set(planned) != set(rows):
            raise Refused(_("名单有变动，请刷新后再调整顺序。"))
        ordered = [rows[key] for key in planned]
        for position, row in enumerate(ordered, 1):
            row.position = position
        Planned.objects.bulk_update(ordered, ["position"])
        decide(
            passing, move="reorder", label=_("调整顺序"), leads_to=passing.step.code,
            names=[row.holder or row.post for row in ordered],
        )


def drop_planned(planned: Planned, *, actor: User, hub: Turn, at: datetime | None = None) -> None:
    with transaction.atomic():
        passing = _hub_passing(hub, actor=actor, at=at)
        row = passing.case.planned.filter(pk=planned.pk, turn__isnull=True, dropped_at__isnull=True).first()
        if row is None:
            raise Refused(_("这一位已经送出或已经去掉。"))
        row.dropped_at = passing.at
        row.save(update_fields=["dropped_at"])
        decide(
            passing, move="drop", label=_("减送"), leads_to=passing.step.code, names=[row.holder or row.post]
        )
