"""The common moves, written once and offered wherever a step does not forbid them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from office import access, numbering, procedures, timing
from office.models.cases import Case, Decision, Turn
from office.models.clocks import Clock
from office.models.files import StoredFile
from office.models.people import Post, User

from .door import (
    Holder,
    Passing,
    Refused,
    clean_words,
    close,
    decide,
    end,
    give_content_hash,
    issue,
    leave,
    lock_case,
    locked,
    now_or,
    open_sides,
    refuse_if_changed,
    wordless,
)

# The person himself may correct his words this long; later the office does, with a reason (未核实, a setting).
CORRECTION_MINUTES = 5

LABELS = {
    "reassign": gettext_noop("转交"),
    "delegate": gettext_noop("委派"),
    "give_back": gettext_noop("送回"),
    "take_back": gettext_noop("撤回"),
    "return": gettext_noop("退回重走"),
    "return_straight": gettext_noop("退回直送"),
    "add_before": gettext_noop("前加签"),
    "add_after": gettext_noop("后加签"),
    "skip": gettext_noop("跳过"),
    "progress": gettext_noop("进展"),
    "extend": gettext_noop("延期"),
    "pause": gettext_noop("暂停计时"),
    "resume": gettext_noop("恢复计时"),
    "correct": gettext_noop("更正"),
    "void": gettext_noop("作废"),
    "claim": gettext_noop("认领"),
    "release": gettext_noop("放回"),
    "confirm_record": gettext_noop("确认代录"),
    "content": gettext_noop("更正登记"),
}


def allow(passing: Passing, move: str) -> None:
    if move in passing.step.forbids:
        raise Refused(_("“%(step)s”环节不能%(move)s。") % {"step": passing.step.label, "move": _(LABELS[move])})


def _to_one(passing: Passing, to: Holder) -> None:
    person = to if isinstance(to, User) else None
    if not access.may_receive(passing.case, person=person, post=to if isinstance(to, Post) else None):
        raise Refused(_("不能送给%(name)s，请另选。") % {"name": to}, field="names")
    if person is not None and person in (passing.actor, passing.turn.holder):
        raise Refused(_("文件已经在这位手里，请另选一位。"), field="names")


def _need_reason(passing: Passing, words: str) -> None:
    passing.reason = clean_words(passing.case, words, field="reason")
    if not passing.reason and not wordless(passing.case):
        raise Refused(_("请写明理由。"), field="reason")


def claim(turn: Turn, *, actor: User, at: datetime | None = None) -> Turn:
    """认领: one of a post's people takes the paper; the post is kept."""
    with locked(turn, actor=actor, at=at) as passing:
        fresh = passing.turn
        if fresh.holder_id is not None:
            raise Refused(_("%(who)s 已经认领。") % {"who": fresh.holder})
        allow(passing, "claim")
        fresh.holder = passing.on_behalf_of or actor
        fresh.save(update_fields=["holder"])
        access.let_see(passing.case, people=[fresh.holder])
        decide(passing, move="claim", label=LABELS["claim"], leads_to=fresh.step)
        return fresh


def release(turn: Turn, *, actor: User, at: datetime | None = None) -> Turn:
    """Put a claimed paper back into the post's tray."""
    with locked(turn, actor=actor, at=at) as passing:
        fresh = passing.turn
        if fresh.post_id is None or fresh.holder_id is None:
            raise Refused(_("这份文件不是从岗位认领的，不能放回。"))
        fresh.holder = None
        fresh.save(update_fields=["holder"])
        decide(passing, move="release", label=LABELS["release"], leads_to=fresh.step)
        return fresh


def reassign(
    turn: Turn, *, to: Holder, actor: User, opinion: str = "", at: datetime | None = None,
    content_hash: str | None = None,
) -> Turn:
    """转交: into other hands at the same step. A side turn only inside its own department (R-CIR-03)."""
    with locked(turn, actor=actor, at=at, content_hash=content_hash) as passing:
        allow(passing, "reassign")
        _to_one(passing, to)
        if passing.turn.side:
            _same_department(passing.turn, to)
        passing.opinion = clean_words(passing.case, opinion)
        decide(passing, move="reassign", label=LABELS["reassign"], leads_to=passing.step.code, names=[to])
        old = passing.turn
        end(old, how="reassigned", at=passing.at)
        new = issue(passing, step=passing.step, to=to, back_to=old.back_to, sent_by=old.sent_by)
        timing.keep_date(new, of=old)
        return new


def _same_department(turn: Turn, to: Holder) -> None:
    mine = turn.post.department_id if turn.post_id and turn.post.department_id else None
    if mine is None and turn.holder_id:
        mine = turn.holder.department_id
    if mine is None or to.department_id != mine:
        raise Refused(_("传阅件只能在本部门内转交，不能横传（R-CIR-03）。请退给文书。"), field="names")


def _send_away(passing: Passing, *, to: Holder, move: str) -> Turn:
    """委派 and 前加签: the same step in other hands, which come back to this turn. They nest."""
    allow(passing, move)
    if passing.turn.side:
        raise Refused(_("传阅件请直接写意见退回，不能再送别人。"))
    _to_one(passing, to)
    decide(passing, move=move, label=LABELS[move], leads_to=passing.step.code, names=[to])
    end(passing.turn, how="moved", at=passing.at)
    return issue(passing, step=passing.step, to=to, back_to=passing.turn)


def delegate(
    turn: Turn, *, to: Holder, actor: User, opinion: str = "", at: datetime | None = None,
    content_hash: str | None = None,
) -> Turn:
    """委派: somebody else works on it and it comes back to the one who delegated."""
    with locked(turn, actor=actor, at=at, content_hash=content_hash) as passing:
        passing.opinion = clean_words(passing.case, opinion)
        return _send_away(passing, to=to, move="delegate")


def add_signer(
    turn: Turn, *, to: Holder, actor: User, before: bool, opinion: str = "", at: datetime | None = None,
    content_hash: str | None = None,
) -> Turn:
    """加签. Before: B signs and it comes back to A. After: A has signed, B decides at the same step in his turn."""
    with locked(turn, actor=actor, at=at, content_hash=content_hash) as passing:
        passing.opinion = clean_words(passing.case, opinion)
        if before:
            return _send_away(passing, to=to, move="add_before")
        allow(passing, "add_after")
        if passing.turn.side:
            raise Refused(_("传阅件请直接写意见退回，不能再送别人。"))
        _to_one(passing, to)
        if not passing.opinion and not wordless(passing.case):
            raise Refused(_("后加签前请先写下您自己的意见。"), field="opinion")
        decide(
            passing, move="add_after", label=LABELS["add_after"], leads_to=passing.step.code, names=[to]
        )
        end(passing.turn, how="moved", at=passing.at)
        return issue(passing, step=passing.step, to=to, back_to=passing.turn.back_to)


def give_back(
    turn: Turn, *, actor: User, opinion: str = "", at: datetime | None = None,
    content_hash: str | None = None, recorded_by: User | None = None, happened_at: datetime | None = None,
    files: Sequence[tuple[StoredFile, str]] = (),
) -> Turn:
    """While `back_to` is set this is the only way forward: to that step and holder, copied from it."""
    with locked(turn, actor=actor, at=at, content_hash=content_hash) as passing:
        if recorded_by is not None:
            from .record import recorder_may

            passing.recorded_by, passing.happened_at = recorded_by, happened_at
            recorder_may(passing)
        origin = passing.turn.back_to
        if origin is None:
            raise Refused(_("这份文件没有要送回的人。"))
        passing.opinion = clean_words(passing.case, opinion)
        if not passing.opinion and not wordless(passing.case):
            raise Refused(_("请写明意见再送回。"), field="opinion")
        leave(passing, closing=False)
        to = origin.holder or origin.post
        step = passing.procedure.step(origin.step)
        decide(passing, move="give_back", label=LABELS["give_back"], leads_to=step.code, names=[to], files=files)
        end(passing.turn, how="moved", at=passing.at)
        return issue(
            passing, step=step, to=to, back_to=origin.back_to, post_kept=origin.post if origin.holder_id else None
        )


def earlier(case: Case) -> list[Turn]:
    """The main turns a paper can be returned to: one per step and holder, the latest first."""
    found: dict[tuple, Turn] = {}
    current = case.turns.filter(side=False, ended_at__isnull=True).first()
    turns = case.turns.filter(side=False, ended_at__isnull=False, ended_how="moved")
    for turn in turns.select_related("holder", "post").order_by("-id"):
        key = (turn.step, turn.holder_id, turn.post_id)
        here = current and (current.step, current.holder_id, current.post_id) == key
        if key not in found and not here:
            found[key] = turn
    return list(found.values())


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
        if target.case_id != passing.case.pk or target.side or target.ended_at is None:
            raise Refused(_("只能退回到本件已经走过的环节。"), field="target")
        if not straight and passing.turn.back_to_id:
            raise Refused(_("这份文件要先送回 %(who)s，才能退回重走。") % {"who": passing.turn.back_to.holder})
        _need_reason(passing, reason)
        leave_for_return(passing)
        to = target.holder or target.post
        decide(passing, move=move, label=LABELS[move], leads_to=target.step, names=[to])
        end(passing.turn, how="moved", at=passing.at)
        if not straight:
            passing.case.round += 1
            passing.case.save(update_fields=["round"])
        return issue(
            passing,
            step=passing.procedure.step(target.step),
            to=to,
            back_to=passing.turn if straight else None,
            post_kept=target.post if target.holder_id else None,
        )


def leave_for_return(passing: Passing) -> None:
    """A way back recalls the spokes of a step that waits for them: nobody answers a question withdrawn."""
    if passing.step.sides != "keep":
        for side in open_sides(passing.case):
            end(side, how="recalled", at=passing.at)


def may_take_back(case: Case, user: User) -> Turn | None:
    """The turn a person may still take back to himself: the next holder has neither opened nor acted."""
    current = case.turns.filter(side=False, ended_at__isnull=True).first()
    if current is None or current.opened_at is not None:
        return None
    last = case.decisions.filter(side=False).exclude(move="correct").order_by("-number").first()
    if last is None or last.turn_id is None or last.turn.side:
        return None
    mine = user.pk in (last.actor_id, last.recorded_by_id)
    if not mine or last.turn_id == current.pk or last.turn.ended_how != "moved":
        return None
    if case.turns.filter(side=True, sent_by=current).filter(opened_at__isnull=False).exists():
        return None
    return last.turn if current.issued_at == last.turn.ended_at else None


def take_back(case: Case, *, actor: User, reason: str = "", at: datetime | None = None) -> Turn:
    """撤回, until the next holder has opened or acted; the button says which."""
    at = now_or(at)
    with transaction.atomic():
        case = lock_case(case)
        if access.is_barred(case, actor) or not actor.does_office_business:
            raise Refused(_("这份文件现在不在您手里，不能办理。"))
        origin = may_take_back(case, actor)
        if origin is None:
            raise Refused(_("对方已经打开或办理，不能撤回了。需要改动请联系对方退回。"))
        current = case.turns.get(side=False, ended_at__isnull=True)
        procedure = procedures.get(case.procedure)
        passing = Passing(
            case=case, turn=current, procedure=procedure, step=procedure.step(current.step), actor=actor, at=at,
            reason=clean_words(case, reason, field="reason"),
        )
        to = origin.holder or origin.post
        decide(passing, move="take_back", label=LABELS["take_back"], leads_to=origin.step, names=[to])
        for side in case.turns.filter(side=True, ended_at__isnull=True, sent_by=current):
            end(side, how="recalled", at=at)
        end(current, how="taken_back", at=at)
        case.planned.filter(turn=current).update(turn=None)
        return issue(
            passing, step=procedure.step(origin.step), to=to, back_to=origin.back_to,
            post_kept=origin.post if origin.holder_id else None,
        )


def skip(
    turn: Turn, *, actor: User, reason: str, to: Holder | None = None, at: datetime | None = None
) -> Turn:
    """跳过 a step with the reason on record (R-IN-01): by its holder, or by the hub."""
    with transaction.atomic():
        passing = _as_holder_or_hub(turn, actor=actor, at=at)
        allow(passing, "skip")
        forward = passing.step.forward
        if passing.turn.side or forward is None or not forward.to or passing.turn.back_to_id:
            raise Refused(_("“%(step)s”环节不能跳过。") % {"step": passing.step.label})
        _need_reason(passing, reason)
        step = passing.procedure.step(forward.to)
        if to is not None:
            _to_one(passing, to)
        elif not step.post:
            raise Refused(_("请选定送给谁。"), field="names")
        leave(passing, closing=False)
        decide(passing, move="skip", label=LABELS["skip"], leads_to=step.code, names=[to] if to else [])
        end(passing.turn, how="moved", at=passing.at)
        return issue(passing, step=step, to=to)


def _as_holder_or_hub(turn: Turn, *, actor: User, at: datetime | None) -> Passing:
    """For what the hub may do to a paper in other hands: skip, extend, void. Inside a transaction."""
    from .door import refuse_if_over

    case = lock_case(turn.case)
    fresh = Turn.objects.select_related("holder", "post", "back_to", "sent_by").get(pk=turn.pk)
    fresh.case = case
    refuse_if_over(fresh)
    acting = access.may_act(actor, fresh)
    if acting is None and not access.holds_hub(actor, case):
        raise Refused(_("这份文件现在不在您手里，不能办理。"))
    procedure = procedures.get(case.procedure)
    return Passing(
        case=case, turn=fresh, procedure=procedure, step=procedure.step(fresh.step), actor=actor, at=now_or(at),
        on_behalf_of=acting.on_behalf_of if acting else None,
    )


def progress(
    turn: Turn, *, actor: User, opinion: str, at: datetime | None = None,
    files: Sequence[tuple[StoredFile, str]] = (),
) -> Decision:
    """进展: a note on the record; the paper stays where it is."""
    with locked(turn, actor=actor, at=at) as passing:
        allow(passing, "progress")
        passing.opinion = clean_words(passing.case, opinion)
        if not passing.opinion:
            raise Refused(_("请写明进展。"), field="opinion")
        return decide(
            passing, move="progress", label=LABELS["progress"], leads_to=passing.step.code, files=files
        )


def extend(
    clock: Clock, *, until: datetime, actor: User, reason: str, at: datetime | None = None
) -> Decision:
    """延期, with the reason (R-IN-21). The first date is kept for ever; the ladder is re-armed."""
    with transaction.atomic():
        passing = _on_clock(clock, actor=actor, at=at)
        clock = Clock.objects.get(pk=clock.pk)
        allow(passing, "extend")
        if clock.met_at or clock.stopped_at:
            raise Refused(_("这个时限已经结束，不用延期。"))
        if until <= clock.due_at or until <= passing.at:
            raise Refused(_("新的期限要晚于原来的期限和现在。"), field="until")
        _need_reason(passing, reason)
        decision = decide(passing, move="extend", label=LABELS["extend"], leads_to=passing.step.code)
        timing.extend(clock, until=until, decision=decision)
        return decision


def _on_clock(clock: Clock, *, actor: User, at: datetime | None) -> Passing:
    turn = clock.turn or clock.case.turns.filter(side=False, ended_at__isnull=True).first()
    if turn is None:
        raise Refused(_("这件事已经办结。"))
    return _as_holder_or_hub(turn, actor=actor, at=at)


def pause(
    clock: Clock, *, actor: User, basis: str, at: datetime | None = None
) -> Decision:
    """暂停 a clock whose rule allows it, with the basis. Every case clock says why on its page."""
    with transaction.atomic():
        passing = _on_clock(clock, actor=actor, at=at)
        allow(passing, "pause")
        clock = Clock.objects.get(pk=clock.pk)
        if not clock.why.get("pausable"):
            raise Refused(_("这个时限的规则不允许暂停。"))
        if clock.met_at or clock.stopped_at or clock.pauses.filter(to_at__isnull=True).exists():
            raise Refused(_("这个时限已经停下。"))
        _need_reason(passing, basis)
        decision = decide(passing, move="pause", label=LABELS["pause"], leads_to=passing.step.code)
        timing.pause(clock, actor=actor, basis=passing.reason, at=passing.at)
        return decision


def resume(clock: Clock, *, actor: User, at: datetime | None = None) -> Decision:
    with transaction.atomic():
        passing = _on_clock(clock, actor=actor, at=at)
        clock = Clock.objects.get(pk=clock.pk)
        open_pause = clock.pauses.filter(to_at__isnull=True).first()
        if open_pause is None:
            raise Refused(_("这个时限没有暂停。"))
        decision = decide(passing, move="resume", label=LABELS["resume"], leads_to=passing.step.code)
        timing.resume(clock, pause=open_pause, at=passing.at)
        return decision


def may_correct(decision: Decision, user: User, *, at: datetime) -> str:
    """"self" within five minutes, "office" later for the hub, "" for nobody."""
    if decision.move in ("correct", "start", "content"):
        return ""
    mine = user.pk in (decision.actor_id, decision.recorded_by_id)
    if mine and at - decision.at <= timedelta(minutes=CORRECTION_MINUTES):
        return "self"
    return "office" if access.holds_hub(user, decision.case) else ""


def correct(
    decision: Decision, *, opinion: str, actor: User, reason: str = "", at: datetime | None = None
) -> Decision:
    """更正: a second decision that names the first. Words, never the path; both versions stay visible."""
    with transaction.atomic():
        case = lock_case(decision.case)
        at = now_or(at)
        first = Decision.objects.select_related("turn").get(pk=decision.pk)
        first.case = case
        access_refused = access.is_barred(case, actor) or not actor.does_office_business
        allowed = "" if access_refused else may_correct(first, actor, at=at)
        if not allowed:
            raise Refused(_("超过 %(n)d 分钟后，由文书说明原因更正。") % {"n": CORRECTION_MINUTES})
        procedure = procedures.get(case.procedure)
        passing = Passing(
            case=case, turn=first.turn, procedure=procedure, step=procedure.step(first.step), actor=actor, at=at,
            opinion=clean_words(case, opinion), reason=clean_words(case, reason, field="reason"),
        )
        if not passing.opinion:
            raise Refused(_("请写更正后的意见。"), field="opinion")
        latest = first.corrections.order_by("-number").first() or first
        if passing.opinion == latest.opinion:
            raise Refused(_("意见没有改动。"), field="opinion")
        if allowed == "office" and not passing.reason:
            raise Refused(_("请写明更正的原因。"), field="reason")
        return decide(
            passing, move="correct", label=LABELS["correct"], leads_to=first.leads_to, corrects=first
        )


def confirm_record(decision: Decision, *, actor: User, at: datetime | None = None) -> Decision:
    """The one whose words were entered by a clerk says that they are his."""
    with transaction.atomic():
        case = lock_case(decision.case)
        first = Decision.objects.select_related("turn").get(pk=decision.pk)
        if first.recorded_by_id is None or first.actor_id != actor.pk:
            raise Refused(_("只有签署人本人可以确认代录。"))
        if case.decisions.filter(move="confirm_record", corrects=first).exists():
            raise Refused(_("已经确认过了。"))
        procedure = procedures.get(case.procedure)
        passing = Passing(
            case=case, turn=first.turn, procedure=procedure, step=procedure.step(first.step), actor=actor,
            at=now_or(at),
        )
        return decide(
            passing, move="confirm_record", label=LABELS["confirm_record"], leads_to=first.leads_to, corrects=first
        )


def note_content(
    case: Case, *, actor: User, reason: str, at: datetime | None = None, content_hash: str | None = None
) -> Decision | None:
    """After a form has corrected what the paper says: bind the new content to the chain. The caller holds a
    transaction and has checked that `actor` may. Nothing changed: no decision."""
    case = lock_case(case)
    refuse_if_changed(case, content_hash)
    before = case.content_hash
    give_content_hash(case)
    if case.content_hash == before:
        return None
    procedure = procedures.get(case.procedure)
    turn = case.turns.filter(side=False).order_by("-id").first()
    step = procedure.step(turn.step) if turn else procedure.first()
    passing = Passing(
        case=case, turn=turn, procedure=procedure, step=step, actor=actor, at=now_or(at),
        reason=clean_words(case, reason, field="reason"),
    )
    return decide(passing, move="content", label=LABELS["content"], leads_to=step.code)


def void(case: Case, *, actor: User, reason: str, at: datetime | None = None) -> Decision:
    """作废: the number stays used, the reason is printed on the struck row. By the opener or the hub."""
    with transaction.atomic():
        case = lock_case(case)
        if access.is_barred(case, actor) or not actor.does_office_business or not (
            case.opened_by_id == actor.pk or access.holds_hub(actor, case)
        ):
            raise Refused(_("只有登记人或文书可以作废。"))
        current = case.turns.filter(side=False, ended_at__isnull=True).first()
        if current is None:
            raise Refused(_("这件事已经办结，不能作废。"))
        procedure = procedures.get(case.procedure)
        passing = Passing(
            case=case, turn=current, procedure=procedure, step=procedure.step(current.step), actor=actor,
            at=now_or(at),
        )
        _need_reason(passing, reason)
        decision = decide(passing, move="void", label=LABELS["void"], leads_to="void")
        for turn in case.turns.filter(ended_at__isnull=True):
            end(turn, how="void", at=passing.at)
        if case.series_id:
            numbering.void(
                case.series, number=case.serial, reason=passing.reason or _("作废"), by=actor, at=passing.at
            )
        close(passing, outcome="void")
        return decision
