"""The common moves, written once and offered wherever a step does not forbid them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from office import access, dials, numbering, procedures, timing
from office.levels import Secrecy
from office.models.cases import Case, ContentChange, Decision, Turn
from office.models.files import StoredFile
from office.models.people import User

from .asking import allow, as_holder_or_hub, instead_of_leader, into_other_hands, main_only, need_reason
from .circulation import having
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
    refuse_if_changed,
    refuse_unfit,
    refuse_unseen,
    wordless,
)
from .labels import LABELS


def claim(turn: Turn, *, actor: User, at: datetime | None = None) -> Turn:
    """认领: one of a post's people takes the paper; the post is kept."""
    with locked(turn, actor=actor, at=at, claiming=True) as passing:
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
        # Where nobody in the chair may have it, it would lie there unseen.
        refuse_unfit(passing.case, [fresh.post])
        fresh.holder = None
        fresh.save(update_fields=["holder"])
        access.let_see(passing.case, posts=[fresh.post])
        decide(passing, move="release", label=LABELS["release"], leads_to=fresh.step)
        return fresh


def reassign(
    turn: Turn, *, to: Holder, actor: User, opinion: str = "", at: datetime | None = None,
    content_hash: str | None = None,
) -> Turn:
    """转交: into other hands at the same step. A side turn only inside its own department (R-CIR-03)."""
    with locked(turn, actor=actor, at=at, content_hash=content_hash) as passing:
        allow(passing, "reassign")
        into_other_hands(passing, to)
        instead_of_leader(passing, to)
        old = passing.turn
        if old.side:
            same_department(old, to)
            if to in having(passing.case, passing.step):
                raise Refused(_("%(name)s手里已经有这份文件，请另选。") % {"name": to}, field="names")
        passing.opinion = clean_words(passing.case, opinion)
        decide(passing, move="reassign", label=LABELS["reassign"], leads_to=passing.step.code, names=[to])
        end(old, how="reassigned", at=passing.at)
        return issue(passing, step=passing.step, to=to, back_to=old.back_to, sent_by=old.sent_by, date_of=old)


def same_department(turn: Turn, to: Holder) -> None:
    mine = (turn.post and turn.post.department_id) or (turn.holder and turn.holder.department_id)
    if turn.holder is not None and access.identity(turn.holder).ranked:
        # All leaders are one department; among them above all nothing is handed across (R-CIR-05).
        raise Refused(_("领导的阅件不横传（R-CIR-05）。请退给文书，由文书再送。"), field="names")
    if mine is None or to.department_id != mine:
        raise Refused(_("传阅件只能在本部门内转交，不能横传（R-CIR-03）。请退给文书。"), field="names")


def _send_away(passing: Passing, *, to: Holder, move: str) -> Turn:
    """委派 and 前加签: the same step in other hands, which come back to this turn. They nest.

    The date goes on running: asking somebody else buys no time.
    """
    allow(passing, move)
    main_only(passing)
    into_other_hands(passing, to)
    decide(passing, move=move, label=LABELS[move], leads_to=passing.step.code, names=[to])
    end(passing.turn, how="moved", at=passing.at, met=False)
    return issue(passing, step=passing.step, to=to, back_to=passing.turn, date_of=passing.turn)


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
        main_only(passing)
        into_other_hands(passing, to)
        instead_of_leader(passing, to)
        if not passing.opinion and not wordless(passing.case):
            raise Refused(_("后加签前请先写下您自己的意见。"), field="opinion")
        decide(
            passing, move="add_after", label=LABELS["add_after"], leads_to=passing.step.code, names=[to]
        )
        end(passing.turn, how="moved", at=passing.at)
        return issue(passing, step=passing.step, to=to, back_to=passing.turn.back_to)


def earlier(case: Case) -> list[Turn]:
    """The main turns a paper can be returned to: one per step and holder, the latest first."""
    found: dict[tuple, Turn] = {}
    current = case.turns.filter(side=False, ended_at__isnull=True).first()
    turns = case.turns.filter(side=False, ended_at__isnull=False, ended_how="moved")
    for turn in turns.select_related("holder", "post__department").order_by("-id"):
        key = (turn.step, turn.holder_id, turn.post_id)
        here = current and (current.step, current.holder_id, current.post_id) == key
        if key not in found and not here:
            found[key] = turn
    return list(found.values())


def skip(
    turn: Turn, *, actor: User, reason: str, to: Holder | None = None, at: datetime | None = None
) -> Turn:
    """跳过 a step with the reason on record (R-IN-01): by its holder, or by the hub."""
    with transaction.atomic():
        passing = as_holder_or_hub(turn, actor=actor, at=at)
        allow(passing, "skip")
        forward = passing.step.forward
        if passing.turn.side or forward is None or not forward.to or passing.turn.back_to_id:
            raise Refused(_("“%(step)s”环节不能跳过。") % {"step": passing.step.label})
        need_reason(passing, reason)
        procedure = passing.procedure
        step = timing.walked(procedure, procedure.step(forward.to), case=passing.case)
        if to is not None:
            refuse_unfit(passing.case, [to])
        elif timing.post_of(procedure, step, case=passing.case, at=passing.at, dials=passing.dials) is None:
            raise Refused(_("请选定送给谁。"), field="names")
        leave(passing, closing=False, skipping=True)
        decide(passing, move="skip", label=LABELS["skip"], leads_to=step.code, names=[to] if to else [])
        end(passing.turn, how="moved", at=passing.at, met=False)
        return issue(passing, step=step, to=to)


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


def may_correct(decision: Decision, user: User, *, at: datetime) -> str:
    """"self" within the minutes the office allows, "office" later for the hub, "" for nobody. Where there are no
    words nothing can be put right: nobody writes an opinion above a signature that had none, but a reader who forgot
    his own."""
    if decision.move in ("correct", "start", "content", "confirm_record"):
        return ""
    if not decision.opinion and (
        wordless(decision.case)
        or not (_was_read(decision) and (user.pk == decision.actor_id or _worded(decision)))
    ):
        return ""
    mine = user.pk in (decision.actor_id, decision.recorded_by_id)
    age = at - decision.at
    # A page shows many old decisions: what no setting could reach is not asked about.
    young = mine and age <= timedelta(minutes=dials.DIALS["correction_minutes"].most)
    if young and age <= timedelta(minutes=dials.value("correction_minutes")) and _still_his(decision, user):
        return "self"
    return "office" if _worded(decision) and access.holds_hub(user, decision.case) else ""


def _was_read(decision: Decision) -> bool:
    """Whether somebody signed for what he had read: his words are his remark, and decide nothing."""
    declared = procedures.REGISTRY.get(decision.case.procedure)
    step = declared.steps.get(decision.step) if declared else None
    move = step.move(decision.move) if step else None
    return bool(step and step.reading and move and move.opinion)


def _worded(decision: Decision) -> bool:
    return bool(decision.opinion) or decision.corrections.filter(move="correct").exists()


def _still_his(decision: Decision, user: User) -> bool:
    """Words the signer has confirmed are his own, no longer the recorder's slip of the pen."""
    return user.pk == decision.actor_id or not decision.corrections.filter(move="confirm_record").exists()


def correct(
    decision: Decision, *, opinion: str, actor: User, reason: str = "", seen: int | None = None,
    at: datetime | None = None,
) -> Decision:
    """更正: a second decision that names the first. Words, never the path; both versions stay visible. `seen`: the
    number of the version it was written from."""
    with transaction.atomic():
        case = lock_case(decision.case)
        at = now_or(at)
        first = Decision.objects.select_related("turn", "on_behalf_of").get(pk=decision.pk)
        first.case = case
        refuse_unseen(case, actor)
        allowed = may_correct(first, actor, at=at)
        if not first.opinion and not _was_read(first):
            raise Refused(_("这一步没有写意见，没有可以更正的文字。"))
        if first.corrections.filter(move="take_back").exists():
            raise Refused(_("这一步已经撤回，不再有效，不用更正。"))
        if not allowed:
            raise Refused(_("超过 %(n)d 分钟后，由文书说明原因更正。") % {"n": dials.value("correction_minutes")})
        procedure = procedures.get(case.procedure)
        passing = Passing(
            case=case, turn=cast(Turn, first.turn), procedure=procedure, step=procedure.step(first.step),
            actor=actor, at=at,
            on_behalf_of=first.on_behalf_of if actor.pk == first.actor_id else None,
            opinion=clean_words(case, opinion), reason=clean_words(case, reason, field="reason"),
        )
        if not passing.opinion:
            raise Refused(_("请写更正后的意见。"), field="opinion")
        latest = first.corrections.filter(move="correct").order_by("-number").first() or first
        if seen is not None and seen != latest.number:
            raise Refused(
                _("您打开之后，%(who)s已把意见更正为“%(words)s”。请看过再改；您写的还在。")
                % {"who": latest.signed_name, "words": latest.opinion}
            )
        if passing.opinion == latest.opinion:
            raise Refused(_("意见没有改动。"), field="opinion")
        if allowed == "office" and not passing.reason:
            raise Refused(_("请写明更正的原因。"), field="reason")
        return decide(
            passing, move="correct", label=LABELS["correct"], leads_to=first.leads_to, corrects=first
        )


def note_content(
    case: Case,
    *,
    actor: User,
    reason: str,
    at: datetime | None = None,
    content_hash: str | None = None,
    before: Mapping[str, str] | None = None,
) -> Decision | None:
    """After a form has corrected what the paper says: bind the new content to the chain. The caller holds a
    transaction and has checked that `actor` may. Nothing changed: no decision. `before`: the case's own columns as
    they were ({"title": …}), kept beside the decision where they are different now."""
    case = lock_case(case)
    refuse_if_changed(case, content_hash)
    known = case.content_hash
    give_content_hash(case)
    if case.content_hash == known:
        return None
    passing = Passing.beside(case, actor=actor, at=at, reason=clean_words(case, reason, field="reason"))
    made = decide(passing, move="content", label=LABELS["content"], leads_to=passing.step.code)
    ContentChange.objects.bulk_create(
        ContentChange(case=case, decision=made, field=field, before=old, after=str(getattr(case, field)))
        for field, old in (before or {}).items()
        if old != str(getattr(case, field))
    )
    return made


def make_work_secret(case: Case, *, by: User) -> None:
    """R-SEC-07: a paper registered as an ordinary one by mistake is from now on only for who is cleared; never the
    other way round. The caller holds the lock, saves the case and notes the content."""
    case.secrecy, case.restricted = Secrecy.WORK, True
    if by.clearance < case.secrecy:
        raise Refused(_("工作秘密超出您的知悉范围，请由有知悉范围的人更正。"))
    for turn in case.turns.filter(ended_at__isnull=True).select_related("holder", "post__department"):
        if not access.may_receive(case, person=turn.holder, post=None if turn.holder_id else turn.post):
            words = _("文件现在在%(who)s手里，知悉范围不到工作秘密。请先收回或重定位，再来更正。")
            raise Refused(words % {"who": turn.hands})
    access.let_see(case, people=[by])


def void(case: Case, *, actor: User, reason: str, at: datetime | None = None) -> Decision:
    """作废: the number stays used, the reason is printed on the struck row. By the opener or the hub."""
    with transaction.atomic():
        case = lock_case(case)
        refuse_unseen(case, actor)
        if case.opened_by_id != actor.pk and not access.holds_hub(actor, case):
            raise Refused(_("只有登记人或文书可以作废。"))
        if case.outcome == "void":
            raise Refused(_("这件事已经作废了。"))
        current = case.turns.filter(side=False, ended_at__isnull=True).first()
        if current is None:
            raise Refused(_("这件事已经办结，不能作废。"))
        passing = Passing.on(current, actor=actor, at=at)
        need_reason(passing, reason)
        decision = decide(passing, move="void", label=LABELS["void"], leads_to="void")
        for turn in case.turns.filter(ended_at__isnull=True):
            end(turn, how="void", at=passing.at)
        if case.series is not None and case.serial is not None:
            numbering.void(
                case.series, number=case.serial, reason=passing.reason[:300] or _("作废"), by=actor, at=passing.at
            )
        close(passing, outcome="void")
        return decision
