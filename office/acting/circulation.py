"""Hub and spokes (R-CIR-02): side turns go out from a main turn and come back to it. No reader passes on."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from office import access, notices, procedures
from office.models.cases import Case, Planned, Turn
from office.models.people import User

from .door import Holder, Passing, Refused, clean_words, decide, end, issue, lock_case, refuse_unfit
from .labels import LABELS

# --- Who is still to come -----------------------------------------------------------------------------------


def _as_columns(name: Holder) -> dict[str, Holder | None]:
    return {"holder": name, "post": None} if isinstance(name, User) else {"holder": None, "post": name}


def plan(passing: Passing, *, step: procedures.Step, names: Sequence[Holder]) -> None:
    """Keep who is still to come at a step, after those already planned; who is on the list is put on it once."""
    last = passing.case.planned.order_by("-position").values_list("position", flat=True).first() or 0
    waiting = passing.case.planned.filter(step=step.code, turn__isnull=True, dropped_at__isnull=True)
    listed = {row.hands for row in waiting.select_related("holder", "post")}
    Planned.objects.bulk_create(
        [
            Planned(case=passing.case, step=step.code, position=last + number, **_as_columns(name))
            for number, name in enumerate(names, 1)
            if name not in listed
        ]
    )


def next_planned(case: Case, step: str) -> Planned | None:
    """The next on the list whom the paper may still reach: who has left or is barred is passed over."""
    waiting = case.planned.filter(step=step, turn__isnull=True, dropped_at__isnull=True)
    for row in waiting.select_related("holder", "post"):
        if access.may_receive(case, person=row.holder, post=row.post):
            return row
    return None


def use_planned(row: Planned, turn: Turn) -> None:
    """His turn has come; those before him whom it could not reach are off the list."""
    row.turn = turn
    row.save(update_fields=["turn"])
    before = row.case.planned.filter(step=row.step, turn__isnull=True, dropped_at__isnull=True)
    before.filter(position__lt=row.position).update(dropped_at=turn.issued_at)


def tick_off(name: Holder, turn: Turn) -> None:
    """Somebody on the list was chosen by name: his row is used, whoever stands before him waits on."""
    row = turn.case.planned.filter(
        step=turn.step, turn__isnull=True, dropped_at__isnull=True, **_as_columns(name)
    ).first()
    if row is not None:
        row.turn = turn
        row.save(update_fields=["turn"])


# --- Out and back -------------------------------------------------------------------------------------------


def having(case: Case, step: procedures.Step) -> set[Holder]:
    """Who has an open side turn of this step: people, and posts (whoever has claimed it there)."""
    out = case.turns.filter(step=step.code, side=True, ended_at__isnull=True).select_related("holder", "post")
    return {name for turn in out for name in (turn.holder, turn.post) if name is not None}


def refuse_if_all_have_it(passing: Passing, side: str) -> None:
    if having(passing.case, passing.procedure.step(side)).issuperset(passing.names):
        raise Refused(_("所选的人手里都有这份文件。"), field="names")


def send_out(
    passing: Passing, *, step: procedures.Step, names: Sequence[Holder], in_order: bool, hub: Turn
) -> bool:
    """Copies to everybody at once, or the one original to the first and the others kept in order.

    Who has it already gets no second one; who was still to come and now gets a copy is off the list. Whether
    anything went out now: where the original is out, those in order wait for it.
    """
    if not names:
        return False
    out = having(passing.case, step)
    fresh = [name for name in names if name not in out]
    waiting = passing.case.planned.filter(step=step.code, turn__isnull=True, dropped_at__isnull=True)
    listed = {row.hands: row.pk for row in waiting.select_related("holder", "post")}
    if in_order:
        idle = not listed and not original_is_out(passing.case, step)
        plan(passing, step=step, names=[name for name in fresh if name not in listed])
        return idle and send_original(passing, step=step, hub=hub)
    for name in fresh:
        issue(passing, step=step, to=name, sent_by=hub)
    if overtaken := [listed[name] for name in fresh if name in listed]:
        waiting.filter(pk__in=overtaken).update(dropped_at=passing.at)
    return bool(fresh)


def original_is_out(case: Case, step: procedures.Step) -> bool:
    """The original goes by the list; whoever has it without having stood there has a copy."""
    return case.planned.filter(step=step.code, turn__isnull=False, turn__ended_at__isnull=True).exists()


def send_original(passing: Passing, *, step: procedures.Step, hub: Turn | None) -> bool:
    """To the next on the list, sent by the hub. Whether there was one."""
    following = next_planned(passing.case, step.code)
    if following is None:
        return False
    use_planned(following, issue(passing, step=step, to=following.hands, sent_by=hub))
    return True


def after_return(passing: Passing) -> None:
    """Back at the hub; the one original goes on to the next on the hub's list, whoever still has a copy."""
    out = original_is_out(passing.case, passing.step)
    if out or not send_original(passing, step=passing.step, hub=passing.turn.sent_by):
        notices.back_at_hub(passing.turn, by=passing.actor, at=passing.at)


# --- What the hub does --------------------------------------------------------------------------------------


def _hub_passing(hub: Turn, *, actor: User, at: datetime | None) -> Passing:
    """The hub may work on its spokes even after its own turn has ended. Inside a transaction."""
    case = lock_case(hub.case)
    hub = Turn.objects.select_related("holder", "post").get(pk=hub.pk)
    hub.case = case
    if not case.is_open:
        raise Refused(_("这件事已经办结。"))
    if hub.side:
        # R-CIR-02: nothing goes out from a reader, nor does he change who comes after him.
        raise Refused(_("只有送出的人或文书可以调整传阅。"))
    own = hub.holder_id == actor.pk or hub.post_id in access.identity(actor).posts
    seen = own and access.visible_to(actor).filter(pk=case.pk).exists()
    if not seen and not access.holds_hub(actor, case):
        raise Refused(_("只有送出的人或文书可以调整传阅。"))
    return Passing.on(hub, actor=actor, at=at)


def _runs(passing: Passing, step: str) -> bool:
    """R-CIR-01: who has sent out one kind of spoke does not run the others; the clerk does."""
    sends = {code for move in passing.step.moves for code in (move.side, move.others, move.plans, move.to) if code}
    return step in sends or access.holds_hub(passing.actor, passing.case)


def add_readers(
    hub: Turn, *, step: str, names: Sequence[Holder], actor: User, in_order: bool = False,
    at: datetime | None = None,
) -> bool:
    """More readers, by the hub only (R-CIR-05: adding a reader is the hub's recorded act). Whether anything went
    out now."""
    with transaction.atomic():
        passing = _hub_passing(hub, actor=actor, at=at)
        declared = passing.procedure.steps.get(step)
        if declared is None or not declared.side:
            raise Refused(_("请选一个传阅环节。"))
        if not _runs(passing, step):
            raise Refused(_("只有文书可以增加“%(step)s”。") % {"step": declared.label})
        passing.names = list(dict.fromkeys(names))
        if not passing.names:
            raise Refused(_("请选定送给谁。"), field="names")
        refuse_unfit(passing.case, passing.names)
        refuse_if_all_have_it(passing, step)
        decide(
            passing, move="add_readers", label=LABELS["add_readers"], leads_to=passing.step.code, names=passing.names
        )
        return send_out(passing, step=declared, names=passing.names, in_order=in_order, hub=hub)


def recall(turn: Turn, *, actor: User, reason: str = "", at: datetime | None = None) -> None:
    """Take a spoke back to the hub before it was read."""
    if turn.sent_by_id is None:
        raise Refused(_("只能收回送出的传阅件。"))
    with transaction.atomic():
        hub = Turn.objects.get(pk=turn.sent_by_id)
        passing = _hub_passing(hub, actor=actor, at=at)
        fresh = Turn.objects.select_related("holder", "post").get(pk=turn.pk)
        if fresh.ended_at is not None:
            raise Refused(_("已经退回，不用收回。"))
        passing.reason = clean_words(passing.case, reason, field="reason")
        decide(
            passing, move="recall", label=LABELS["recall"], leads_to=passing.step.code,
            names=[fresh.hands],
        )
        end(fresh, how="recalled", at=passing.at)
        passing.turn, passing.step = fresh, passing.procedure.step(fresh.step)
        fresh.sent_by, fresh.case = hub, passing.case
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
        if not rows or len(planned) != len(rows) or set(planned) != set(rows):
            raise Refused(_("名单有变动，请刷新后再调整顺序。"))
        if not all(_runs(passing, row.step) for row in rows.values()):
            raise Refused(_("只有送出的人或文书可以调整传阅。"))
        ordered = [rows[key] for key in planned]
        for position, row in enumerate(ordered, 1):
            row.position = position
        Planned.objects.bulk_update(ordered, ["position"])
        decide(
            passing, move="reorder", label=LABELS["reorder"], leads_to=passing.step.code,
            names=[row.hands for row in ordered],
        )


def drop_planned(planned: Planned, *, actor: User, hub: Turn, at: datetime | None = None) -> None:
    """减送: one who was still to come does not get it; the hub's recorded act."""
    with transaction.atomic():
        passing = _hub_passing(hub, actor=actor, at=at)
        row = passing.case.planned.filter(pk=planned.pk, turn__isnull=True, dropped_at__isnull=True).first()
        if row is None:
            raise Refused(_("这一位已经送出或已经去掉。"))
        if not _runs(passing, row.step):
            raise Refused(_("只有送出的人或文书可以调整传阅。"))
        row.dropped_at = passing.at
        row.save(update_fields=["dropped_at"])
        decide(
            passing, move="drop", label=LABELS["drop"], leads_to=passing.step.code, names=[row.hands]
        )
