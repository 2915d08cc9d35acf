"""What every act shares: the lock, the signature, the decision, turns and their clocks."""

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from office import access, chain, notices, procedures, timing
from office.levels import FIRST_STATE_SECRET
from office.models.cases import Case, Decision, Link, Turn
from office.models.files import Attachment, StoredFile
from office.models.people import Post, User

Holder = User | Post


class Refused(Exception):
    """The office does not do this. `str()` is a whole sentence in the reader's language."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


@dataclass
class Passing:
    """One act on its way through the door; what `check` and `then` of a move get to see."""

    case: Case
    turn: Turn
    procedure: type[procedures.Procedure]
    step: procedures.Step
    actor: User
    at: datetime
    on_behalf_of: User | None = None
    recorded_by: User | None = None
    happened_at: datetime | None = None
    opinion: str = ""
    reason: str = ""
    names: Sequence[Holder] = ()
    values: dict[str, Any] = field(default_factory=dict)
    decision: Decision | None = None

    def refuse(self, sentence: str, *, field: str = "") -> None:
        raise Refused(sentence, field=field)


def now_or(at: datetime | None) -> datetime:
    return at or timezone.now()


@contextmanager
def locked(turn: Turn, *, actor: User, at: datetime | None, content_hash: str | None = None):
    """Lock the case, read the turn again, and hand out a Passing for whoever may act on it now."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).get(pk=turn.case_id)
        fresh = Turn.objects.select_related("holder", "post", "back_to", "sent_by").get(pk=turn.pk)
        fresh.case = case
        refuse_if_over(fresh)
        acting = access.may_act(actor, fresh)
        if acting is None:
            raise Refused(_("这份文件现在不在您手里，不能办理。"))
        refuse_if_changed(case, content_hash)
        procedure = procedures.get(case.procedure)
        yield Passing(
            case=case,
            turn=fresh,
            procedure=procedure,
            step=procedure.step(fresh.step),
            actor=actor,
            at=now_or(at),
            on_behalf_of=acting.on_behalf_of,
        )


def refuse_if_over(turn: Turn) -> None:
    if turn.ended_at is None:
        return
    last = turn.decisions.order_by("-number").first()
    when = timezone.localtime(turn.ended_at).strftime("%m-%d %H:%M")
    if last is None:
        raise Refused(_("这一环节已于 %(when)s 结束，请回到待办。") % {"when": when})
    raise Refused(
        _("这一环节已由 %(who)s 于 %(when)s 办理（%(what)s），您的意见没有提交。")
        % {"who": last.signed_name, "when": when, "what": last.label}
    )


def refuse_if_changed(case: Case, content_hash: str | None) -> None:
    if content_hash is not None and content_hash != case.content_hash:
        raise Refused(_("您打开之后，这份文件的登记内容有改动。请看过改动再办理；您写的意见已保留。"))


def lock_case(case: Case) -> Case:
    """Inside a transaction the caller has opened."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


# --- Words --------------------------------------------------------------------------------------------------


def wordless(case: Case) -> bool:
    """Whether the words about this paper must stay on paper (R-SEC-03)."""
    return case.secrecy >= FIRST_STATE_SECRET and not settings.CLASSIFIED_NETWORK


def clean_words(case: Case, words: str, *, field: str = "opinion") -> str:
    """R-SEC-03: no words about a state secret on an ordinary installation; control characters go."""
    words = "".join(char for char in words.replace("\r\n", "\n") if char in "\n\t" or char.isprintable()).strip()
    if words and wordless(case):
        raise Refused(
            _(
                "涉密文件不得在本系统书写任何内容（《保守国家秘密法》第三十一条，R-SEC-03）。"
                "请在纸质文件处理单上签署，系统只记环节和时间。"
            ),
            field=field,
        )
    return words


def as_printed(label: Any) -> str:
    """A label in the office's own language, as it stands on paper, whatever language the screen has."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(label)


def written_names(names: Sequence[Holder]) -> str:
    return "、".join(str(name) for name in names)


def signature(person: User, *, on: datetime) -> tuple[str, str, str]:
    """Name, title and department as text of this day."""
    title = person.title
    if not title:
        seats = access.identity(person, on=timezone.localdate(on)).seats
        title = "、".join(seat.name for seat in seats[:2])
    return person.name, title, person.department.name if person.department else ""


# --- Decisions ----------------------------------------------------------------------------------------------


def decide(
    passing: Passing,
    *,
    move: str,
    label: Any,
    leads_to: str = "",
    names: Sequence[Holder] = (),
    corrects: Decision | None = None,
    files: Sequence[tuple[StoredFile, str]] = (),
) -> Decision:
    """Append one decision to the case's chain. The caller holds the lock on the case."""
    case, turn = passing.case, passing.turn
    name, title, department = signature(passing.actor, on=passing.at)
    salt = chain.new_salt()
    decision = Decision(
        case=case,
        number=case.decisions_count + 1,
        turn=turn,
        step=passing.step.code,
        step_label=as_printed(passing.step.label),
        move=move,
        label=as_printed(label),
        leads_to=leads_to,
        side=turn.side if turn else False,
        round=case.round,
        actor=passing.actor,
        on_behalf_of=passing.on_behalf_of,
        recorded_by=passing.recorded_by,
        signed_name=name,
        signed_title=title,
        signed_department=department,
        signed_for=passing.on_behalf_of.name if passing.on_behalf_of else "",
        recorded_name=passing.recorded_by.name if passing.recorded_by else "",
        names=written_names(names),
        opinion=passing.opinion,
        reason=passing.reason,
        files=" ".join(stored.hash for stored, _name in files),
        salt=salt,
        opinion_digest=chain.opinion_digest(salt=salt, opinion=passing.opinion, reason=passing.reason),
        at=passing.at,
        happened_at=passing.happened_at or passing.at,
        format=chain.FORMAT,
        content_hash=case.content_hash,
        corrects=corrects,
        corrects_number=corrects.number if corrects else 0,
        previous_hash=case.head,
    )
    decision.hash = chain.decision_hash(decision, public_id=case.public_id)
    decision.save(force_insert=True)
    case.decisions_count = decision.number
    case.head = decision.hash
    case.save(update_fields=["decisions_count", "head"])
    passing.decision = decision
    for stored, filename in files:
        Attachment.objects.create(
            case=case,
            decision=decision,
            turn=turn,
            stored=stored,
            name=filename,
            role=Attachment.Role.PAPER if passing.recorded_by else Attachment.Role.ATTACHMENT,
            added_by=passing.recorded_by or passing.actor,
            added_at=passing.at,
        )
    return decision


# --- Turns --------------------------------------------------------------------------------------------------


def issue(
    passing: Passing,
    *,
    step: procedures.Step,
    to: Holder | None = None,
    back_to: Turn | None = None,
    sent_by: Turn | None = None,
    post_kept: Post | None = None,
) -> Turn:
    """Put the paper into somebody's hands: the turn, its clock, the grant and the notice in one place."""
    case = passing.case
    holder = to if isinstance(to, User) else None
    post = to if isinstance(to, Post) else post_kept
    if holder is None and post is None:
        post = timing.post_of(passing.procedure, step, case=case, at=passing.at)
        if post is None:
            raise Refused(
                _("“%(step)s”环节还没有人在岗，请先在“岗位”里任命。") % {"step": step.label}, field="names"
            )
    if not access.may_receive(case, person=holder, post=post):
        holder, post = _fallback(passing, step)
    turn = Turn.objects.create(
        case=case,
        step=step.code,
        side=step.side,
        sent_by=sent_by,
        holder=holder,
        post=post,
        round=case.round,
        issued_at=passing.at,
        back_to=back_to,
    )
    timing.start_for_turn(turn, procedure=passing.procedure, step=step, at=passing.at)
    access.let_see(case, people=[holder], posts=[post])
    notices.turn_issued(turn, by=passing.actor, at=passing.at)
    return turn


def _fallback(passing: Passing, step: procedures.Step) -> tuple[User | None, Post | None]:
    """A declared post takes what nobody else may have; nothing in the answer tells why."""
    code = step.fallback or passing.procedure.fallback
    post = timing.find_post(code)
    if post is None:
        raise Refused(_("不能送给所选的人，请另选。"), field="names")
    return None, post


def end(turn: Turn, *, how: str, at: datetime) -> None:
    turn.ended_at = at
    turn.ended_how = how
    turn.save(update_fields=["ended_at", "ended_how"])
    if how == "moved":
        timing.meet(turn, at=at)
    else:
        timing.stop(turn, at=at)


def open_sides(case: Case) -> list[Turn]:
    return list(case.turns.filter(side=True, ended_at__isnull=True).select_related("holder", "post"))


def leave(passing: Passing, *, closing: bool) -> None:
    """Before the main turn moves on: linked cases it waits for, and its spokes (blocked, recalled or kept)."""
    case, step = passing.case, passing.step
    if step.awaits:
        waiting = Link.objects.filter(
            from_case=case, awaited_by=step.code, undone_at__isnull=True, to_case__closed_at__isnull=True
        ).select_related("to_case")
        for link in waiting:
            raise Refused(_("关联事项 %(case)s 还没有办结，请等它办结再往下走。") % {"case": link.to_case})
    sides = open_sides(case)
    if not sides:
        return
    if step.sides == "recall":
        for turn in sides:
            end(turn, how="recalled", at=passing.at)
    elif step.sides == "wait" or closing:
        who = written_names([turn.holder or turn.post for turn in sides[:3]])
        raise Refused(
            _("还有 %(count)d 份没有收回（%(who)s）。请等他们办完，或先收回。")
            % {"count": len(sides), "who": who + ("…" if len(sides) > 3 else "")}
        )


def close(passing: Passing, *, outcome: str) -> None:
    case = passing.case
    case.closed_at = passing.at
    case.outcome = outcome
    case.save(update_fields=["closed_at", "outcome"])
    timing.meet_case(case, at=passing.at, met=outcome != "void")
    case.planned.filter(turn__isnull=True, dropped_at__isnull=True).update(dropped_at=passing.at)
    notices.case_closed(case, by=passing.actor, at=passing.at)


def give_content_hash(case: Case) -> None:
    """Bind what the paper says now to every decision that follows."""
    case.content_hash = chain.digest(procedures.get(case.procedure).content(case))
    case.save(update_fields=["content_hash"])
