"""The ways back: 送回, 退回重走, 退回直送, 撤回."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from office import timing
from office.models.cases import Case, Decision, Turn
from office.models.files import StoredFile
from office.models.handovers import RETURNING, HandoverItem
from office.models.people import Post, User, in_hands
from office.standing import AFTERWARDS

from .asking import allow, need_reason
from .door import (
    Holder,
    Passing,
    Refused,
    clean_words,
    decide,
    end,
    issue,
    land,
    leave,
    lock_case,
    locked,
    open_sides,
    recall_sides,
    refuse_unseen,
    wordless,
)
from .labels import LABELS
from .record import recorder_may


def _hands_of(turn: Turn) -> tuple[Holder | None, Post | None]:
    """To whom a turn goes back: its holder, and the chair he had claimed it from."""
    return turn.hands, turn.post if turn.holder_id else None


def _taken_over(origin: Turn) -> User | None:
    """Who gets what comes back to somebody who has handed over since (交接), unless it was given back to him."""
    items = HandoverItem.objects.filter(part=RETURNING, turn=origin, taker__isnull=False)
    newest = items.filter(handover__given_back__isnull=True).select_related("taker").order_by("-pk").first()
    return newest.taker if newest is not None else None


def give_back(
    turn: Turn, *, actor: User, opinion: str = "", at: datetime | None = None,
    content_hash: str | None = None, recorded_by: User | None = None, medium: str = "",
    happened_at: datetime | None = None, files: Sequence[tuple[StoredFile, str]] = (),
) -> Turn:
    """While `back_to` is set this is the only way forward: to that step and holder, copied from it.

    A holder who has left, or may no longer have it, is stood in for by his chair or the fallback post.
    """
    with locked(turn, actor=actor, at=at, content_hash=content_hash) as passing:
        if recorded_by is not None:
            recorder_may(
                passing, recorder=recorded_by, medium=medium, happened_at=happened_at, scanned=bool(files)
            )
        origin = passing.turn.back_to
        if origin is None:
            raise Refused(_("这份文件没有要送回的人。"))
        passing.opinion = clean_words(passing.case, opinion)
        if not passing.opinion and not wordless(passing.case):
            raise Refused(_("请写明意见再送回。"), field="opinion")
        step = passing.procedure.step(origin.step)
        # Back to the one who asked, at the same step: the paper does not leave it, and its date runs on.
        same = origin.step == passing.turn.step
        if not same:
            leave(passing, closing=False)
        to, post_kept = _hands_of(origin)
        if (taker := _taken_over(origin)) is not None:
            to, post_kept = taker, origin.post
        holder, post = land(passing, step=step, to=to, post_kept=post_kept)
        decide(
            passing, move="give_back", label=LABELS["give_back"], leads_to=step.code, names=[in_hands(holder, post)],
            files=files,
        )
        end(passing.turn, how="moved", at=passing.at)
        return issue(
            passing, step=step, to=in_hands(holder, post), back_to=origin.back_to, post_kept=post if holder else None,
            date_of=passing.turn if same else None,
        )


def return_to(
    turn: Turn, *, target: Turn, actor: User, reason: str, straight: bool, at: datetime | None = None,
    content_hash: str | None = None,
) -> Turn:
    """退回重走 raises the round: approvals before it stay visible and no longer count. 退回直送 comes straight back."""
    move = "return_straight" if straight else "return"
    with locked(turn, actor=actor, at=at, content_hash=content_hash) as passing:
        allow(passing, move)
        if passing.turn.side:
            raise Refused(_("传阅件请直接退给文书，不能退回流程。"))
        target = Turn.objects.select_related("holder", "post").get(pk=target.pk)
        if target.case_id != passing.case.pk or target.side or target.ended_how != "moved":
            raise Refused(_("只能退回到本件已经走过的环节。"), field="target")
        here = passing.turn
        if (target.step, target.holder_id, target.post_id) == (here.step, here.holder_id, here.post_id):
            raise Refused(_("文件就在这一环节，请选更早的环节。"), field="target")
        if not straight and here.back_to is not None:
            who = here.back_to.hands
            raise Refused(_("这份文件要先送回 %(who)s，才能退回重走。") % {"who": who})
        need_reason(passing, reason)
        # Nobody answers a question that has been withdrawn.
        if passing.step.sides != "keep":
            recall_sides(passing, open_sides(passing.case))
        step = passing.procedure.step(target.step)
        to, post_kept = _hands_of(target)
        holder, post = land(passing, step=step, to=to, post_kept=post_kept)
        decide(passing, move=move, label=LABELS[move], leads_to=target.step, names=[in_hands(holder, post)])
        end(here, how="moved", at=passing.at)
        if not straight:
            _walk_again(passing)
        return issue(
            passing, step=step, to=in_hands(holder, post), back_to=here if straight else None,
            post_kept=post if holder else None,
        )


def _walk_again(passing: Passing) -> None:
    case = passing.case
    case.round += 1
    case.save(update_fields=["round"])
    listed = case.planned.filter(step__in=_main_steps(passing), turn__isnull=True, dropped_at__isnull=True)
    listed.update(dropped_at=passing.at)


def _main_steps(passing: Passing) -> list[str]:
    return [step.code for step in passing.procedure.steps.values() if not step.side]


def _last_move(case: Case, current: Turn) -> Decision | None:
    """The decision that put `current` where it is, if it can be taken back."""
    found = case.decisions.filter(side=False, turn__ended_how="moved", turn__ended_at=current.issued_at)
    return (
        found.exclude(turn=current).exclude(move__in=AFTERWARDS)
        .select_related("turn__holder", "turn__post").order_by("-number").first()
    )


def _has_recalled(case: Case, current: Turn) -> bool:
    """Whether the move that put `current` where it is called spokes back: nobody sends them out a second time."""
    return case.turns.filter(side=True, ended_how="recalled", ended_at=current.issued_at).exists()


def may_take_back(case: Case, user: User) -> Turn | None:
    """The turn a person may still take back to himself: the next holder has neither opened nor acted."""
    current = case.turns.filter(side=False, ended_at__isnull=True).first()
    if current is None or current.opened_at is not None or current.decisions.exclude(move__in=AFTERWARDS).exists():
        return None
    last = _last_move(case, current)
    if last is None or user.pk not in (last.actor_id, last.recorded_by_id, last.on_behalf_of_id):
        return None
    sent = case.turns.filter(side=True, sent_by=current)
    if sent.exclude(opened_at__isnull=True, ended_at__isnull=True).exists():
        return None
    if last.move == "return" and case.decisions.filter(round__gt=last.round).exists():
        # Somebody beside the path has already decided in the new round: it has begun.
        return None
    if _has_recalled(case, current):
        return None
    # What came after it must still be the last that happened on the main line.
    later = case.turns.filter(side=False, pk__gt=last.turn_id).exclude(pk=current.pk)
    return None if later.exists() else last.turn


def take_back(case: Case, *, actor: User, reason: str = "", at: datetime | None = None) -> Turn:
    """撤回, until the next holder has opened or acted; the button says which."""
    with transaction.atomic():
        case = lock_case(case)
        refuse_unseen(case, actor)
        origin = may_take_back(case, actor)
        current = case.turns.filter(side=False, ended_at__isnull=True).first()
        if current is not None and origin is None and _has_recalled(case, current):
            raise Refused(_("这一步收回了还在别人手里的会签、协办或传阅，撤回补不回去。需要改动请联系对方退回。"))
        if current is None or origin is None:
            raise Refused(_("对方已经打开或办理，不能撤回了。需要改动请联系对方退回。"))
        passing = Passing.on(current, actor=actor, at=at, reason=clean_words(case, reason, field="reason"))
        step = passing.procedure.step(origin.step)
        undone = _last_move(case, current)
        _undo_plans(passing, origin=origin)
        to, post_kept = _hands_of(origin)
        holder, post = land(passing, step=step, to=to, post_kept=post_kept)
        decide(
            passing, move="take_back", label=LABELS["take_back"], leads_to=origin.step, names=[in_hands(holder, post)],
            corrects=undone,
        )
        recall_sides(passing, list(case.turns.filter(side=True, ended_at__isnull=True, sent_by=current)))
        end(current, how="taken_back", at=passing.at)
        again = issue(
            passing, step=step, to=in_hands(holder, post), back_to=origin.back_to, post_kept=post if holder else None,
            date_of=origin,
        )
        # While it was away the entry may have been corrected, and with it what its date hangs on.
        timing.recount(again, procedure=passing.procedure, step=step, at=passing.at)
        return again


def _undo_plans(passing: Passing, *, origin: Turn) -> None:
    """What the move taken back had planned is planned no more; whom it had taken from the list is on it again;
    a return taken back leaves the approvals in force, and its list stands as it stood."""
    case, current = passing.case, passing.turn
    last = _last_move(case, current)
    assert last is not None
    case.planned.filter(turn=current).update(turn=None)
    if last.move == "return":
        case.round -= 1
        case.save(update_fields=["round"])
        listed = case.planned.filter(step__in=_main_steps(passing), turn__isnull=True, dropped_at=last.at)
        listed.update(dropped_at=None)
    move = passing.procedure.step(origin.step).move(last.move)
    if move is None or (move.others and not move.plans):
        return
    target = timing.walked(passing.procedure, passing.procedure.step(move.to), case=case)
    named = last.names.split("、") if last.names else []
    later = named if move.plans else named[1:]
    newest = case.planned.filter(step=move.plans or target.code).select_related("holder", "post").order_by("-id")
    rows = [row.pk for row in newest[: len(later)] if str(row.hands) in later]
    case.planned.filter(pk__in=rows, turn__isnull=True, dropped_at__isnull=True).update(dropped_at=passing.at)
