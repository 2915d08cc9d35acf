"""What every act shares: the lock, the signature, the decision, turns and their clocks."""

import unicodedata
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from office import access, chain, notices, procedures, timing
from office.levels import FIRST_STATE_SECRET, bears_a_mark
from office.models.cases import Case, Decision, Link, Turn
from office.models.files import Attachment, StoredFile
from office.models.people import Post, User
from office.standing import AFTERWARDS

Holder = User | Post


class Refused(Exception):
    """The office does not do this. `str()` is a whole sentence in the reader's language."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Changed(Refused):
    """The paper says something else now than when the page was opened: it is looked at again, then decided about."""


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
    medium: str = ""
    happened_at: datetime | None = None
    opinion: str = ""
    reason: str = ""
    names: Sequence[Holder] = ()
    values: dict[str, Any] = field(default_factory=dict)
    decision: Decision | None = None
    dials: timing.Dials = field(default_factory=timing.Dials)

    @classmethod
    def on(cls, turn: Turn, *, actor: User, at: datetime | None, **more: Any) -> "Passing":
        """An act on this turn, at its own step."""
        procedure = procedures.get(turn.case.procedure)
        step = procedure.step(turn.step)
        return cls(case=turn.case, turn=turn, procedure=procedure, step=step, actor=actor, at=now_or(at), **more)

    @classmethod
    def beside(cls, case: Case, *, actor: User, at: datetime | None, **more: Any) -> "Passing":
        """What is noted about the case itself: it stands at the last place the case has been to."""
        turn = case.turns.filter(side=False).order_by("-id").first()
        if turn is not None:
            return cls.on(turn, actor=actor, at=at, **more)
        procedure = procedures.get(case.procedure)
        return cls(
            case=case, turn=cast(Turn, None), procedure=procedure, step=procedure.first(), actor=actor, at=now_or(at),
            **more,
        )

    def refuse(self, sentence: str, *, field: str = "") -> None:
        raise Refused(sentence, field=field)


def now_or(at: datetime | None) -> datetime:
    return at or timezone.now()


@contextmanager
def locked(
    turn: Turn, *, actor: User, at: datetime | None, content_hash: str | None = None, claiming: bool = False
):
    """Lock the case, read the turn again, and hand out a Passing for whoever may act on it now."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).get(pk=turn.case_id)
        fresh = Turn.objects.select_related("holder", "post", "back_to", "sent_by").get(pk=turn.pk)
        fresh.case = case
        refuse_if_over(fresh)
        acting = access.may_act(actor, fresh)
        if acting is None:
            raise Refused(_("这份文件现在不在您手里，不能办理。"))
        if fresh.holder_id is None and case.secrecy >= FIRST_STATE_SECRET and not claiming:
            raise Refused(_("涉密件由专人办理，请先认领（R-IN-27）。"))
        refuse_if_changed(case, content_hash)
        if fresh.holder_id != actor.pk:
            # Who signs through a post or for a principal keeps his own sight of what he signed.
            access.let_see(case, people=[actor])
        yield Passing.on(fresh, actor=actor, at=at, on_behalf_of=acting.on_behalf_of)


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


def refuse_unseen(case: Case, actor: User) -> None:
    """Nobody puts a hand to what he may not see any more: barred, no longer cleared, gone (R-SEC-07)."""
    if not access.visible_to(actor).filter(pk=case.pk).exists():
        raise Refused(_("这份文件现在不在您手里，不能办理。"))


def refuse_if_changed(case: Case, content_hash: str | None) -> None:
    if content_hash is not None and content_hash != case.content_hash:
        raise Changed(_("您打开之后，这份文件的登记内容有改动。请看过改动再办理；您写的意见已保留。"))


def lock_case(case: Case) -> Case:
    """Inside a transaction the caller has opened."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


# --- Words --------------------------------------------------------------------------------------------------


def wordless(case: Case) -> bool:
    """Whether the words about this paper must stay on paper (R-SEC-03)."""
    return case.secrecy >= FIRST_STATE_SECRET and not settings.CLASSIFIED_NETWORK


def marked(words: str) -> str:
    """R-SEC-03: why these words may not stand here, where they bear the mark of a state secret; "" where they may."""
    if settings.CLASSIFIED_NETWORK or not bears_a_mark(words):
        return ""
    return _("文字里有国家秘密标志（如“机密★”），涉密内容不得写进本系统（《保守国家秘密法》第三十一条，R-SEC-03）。")


def clean_words(case: Case, words: str, *, field: str = "opinion") -> str:
    """R-SEC-03: no words about a state secret on an ordinary installation; what is no writing goes."""
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    words = "".join(char for char in words if char in "\n\t" or is_writing(char)).strip()
    if words and wordless(case):
        raise Refused(
            _(
                "涉密文件不得在本系统书写任何内容（《保守国家秘密法》第三十一条，R-SEC-03）。"
                "请在纸质文件处理单上签署，系统只记环节和时间。"
            ),
            field=field,
        )
    if sentence := marked(words):
        raise Refused(sentence, field=field)
    return words


# They turn the reading order round, so that a printed sentence says something else than was signed.
TURNS_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_writing(char: str) -> bool:
    """Full-width spaces, joiners and the private characters of rare names are; control characters are not."""
    return char not in TURNS_ROUND and unicodedata.category(char) not in ("Cc", "Cs")


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
        medium=passing.medium,
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
    if move not in AFTERWARDS:
        notices.signed_for(decision)
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


def land(
    passing: Passing,
    *,
    step: procedures.Step,
    to: Holder | None = None,
    post_kept: Post | None = None,
    chairs: Sequence[Post | None] | None = None,
) -> tuple[User | None, Post | None]:
    """In whose hands a paper comes down: those it is meant for, or the next chair that may have it.

    A holder who has left, or from whom the paper is kept, is passed over: then the chair he sat in, the
    step's own chair, and the fallback posts are tried in turn. Where all of them stand empty it waits for
    the first. `chairs` replaces that list. Raises Refused when no chair is there at all.
    """
    case = passing.case
    if isinstance(to, User) and access.may_receive(case, person=to):
        return to, post_kept
    if chairs is None:
        own = to if isinstance(to, Post) else post_kept
        chairs = [own or timing.post_of(passing.procedure, step, case=case, at=passing.at, dials=passing.dials)]
        if to is None and chairs == [None]:
            raise Refused(_("请选定送给谁。"), field="names")
    tried = [post for post in chairs if post is not None and not post.retired]
    for post in tried:
        if (found := _in_chair(case, post)) is not None:
            return found
    for post in timing.fallbacks(passing.procedure, step):
        tried.append(post)
        if (found := _in_chair(case, post)) is not None:
            return found
    if not tried:
        raise Refused(
            _("“%(step)s”环节还没有人在岗，请先在“岗位”里任命。") % {"step": step.label}, field="names"
        )
    return None, tried[0]


def _in_chair(case: Case, post: Post) -> tuple[User | None, Post] | None:
    people = access.able(case, access.seated(post))
    if not people:
        return None
    # A sealed case and a state secret (R-IN-27) go to people by name; one who sits alone has it in his own hands,
    # whoever sits there later.
    by_name = case.sealed or case.secrecy >= FIRST_STATE_SECRET
    return (people[0] if by_name and len(people) == 1 else None), post


def refuse_unfit(case: Case, names: Sequence[Holder]) -> None:
    """Nobody is given a paper he may not have, and no empty chair is chosen for one (R-SEC-07)."""
    people = access.able(case, [name for name in names if isinstance(name, User)])
    for name in names:
        if isinstance(name, User):
            fit = name in people
        else:
            seated = access.seated(name)
            if not seated and not name.retired:
                raise Refused(_("%(name)s现在没有人在岗，请另选。") % {"name": name}, field="names")
            fit = not name.retired and bool(access.able(case, seated))
        if not fit:
            raise Refused(_("不能送给%(name)s，请另选。") % {"name": name}, field="names")


def issue(
    passing: Passing,
    *,
    step: procedures.Step,
    to: Holder | None = None,
    back_to: Turn | None = None,
    sent_by: Turn | None = None,
    post_kept: Post | None = None,
    chairs: Sequence[Post | None] | None = None,
    date_of: Turn | None = None,
) -> Turn:
    """Put the paper into somebody's hands: the turn, its clock, the grant and the notice in one place.

    `date_of`: the turn whose date goes on running, where putting a paper into other hands buys no time.
    """
    case = passing.case
    holder, post = land(passing, step=step, to=to, post_kept=post_kept, chairs=chairs)
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
    if date_of is None or timing.keep_date(turn, of=date_of) is None:
        timing.start_for_turn(
            turn, procedure=passing.procedure, step=step, at=passing.at, dials=passing.dials
        )
    if sent_by is not None and date_of is not None:
        # The original stays the original in a colleague's hands.
        case.planned.filter(turn=date_of).update(turn=turn)
    access.let_see(case, people=[holder], posts=[post])
    notices.turn_issued(turn, by=passing.actor, at=passing.at)
    return turn


def end(turn: Turn, *, how: str, at: datetime, met: bool = True) -> None:
    """`met=False`: the turn has moved on, but what its clock asked for has not been done."""
    turn.ended_at = at
    turn.ended_how = how
    turn.save(update_fields=["ended_at", "ended_how"])
    if how == "moved" and met:
        timing.meet(turn, at=at)
    else:
        timing.stop(turn, at=at)


def open_sides(case: Case) -> list[Turn]:
    return list(case.turns.filter(side=True, ended_at__isnull=True).select_related("holder", "post"))


def recall_sides(passing: Passing, sides: Sequence[Turn]) -> None:
    """The spokes come back unread, and nobody further on their lists gets them."""
    for turn in sides:
        end(turn, how="recalled", at=passing.at)
    waiting = passing.case.planned.filter(turn__isnull=True, dropped_at__isnull=True)
    waiting.filter(step__in={turn.step for turn in sides}).update(dropped_at=passing.at)


def leave(passing: Passing, *, closing: bool, skipping: bool = False) -> None:
    """Before the main turn moves on: linked cases it waits for, and its spokes (blocked, recalled or kept)."""
    case, step = passing.case, passing.step
    if step.awaits:
        _refuse_if_awaiting(case, step, skipping=skipping)
    sides = open_sides(case)
    if not sides:
        return
    if step.sides == "recall":
        recall_sides(passing, sides)
    elif step.sides == "wait" or closing:
        who = written_names([turn.hands for turn in sides[:3]])
        raise Refused(
            _("还有 %(count)d 份没有收回（%(who)s）。请等他们办完，或先收回。")
            % {"count": len(sides), "who": who + ("…" if len(sides) > 3 else "")}
        )


def _refuse_if_awaiting(case: Case, step: procedures.Step, *, skipping: bool) -> None:
    """A step that awaits a linked case is left when one has closed and none runs; skipping needs none at all."""
    linked = Link.objects.filter(
        Q(awaited_by=step.code) | Q(to_case__procedure=step.awaits), from_case=case, undone_at__isnull=True
    ).select_related("to_case")
    waiting = next((link for link in linked if link.to_case.is_open), None)
    if waiting is not None:
        raise Refused(_("关联事项 %(case)s 还没有办结，请等它办结再往下走。") % {"case": waiting.to_case})
    awaited = procedures.REGISTRY.get(step.awaits)
    # An office without that function does this step on paper.
    if awaited is None or skipping or any(link.to_case.outcome != "void" for link in linked):
        return
    raise Refused(
        _("“%(step)s”环节要等“%(linked)s”办结，请先发起。") % {"step": step.label, "linked": awaited.title}
    )


def close(passing: Passing, *, outcome: str) -> None:
    case = passing.case
    case.closed_at = passing.at
    case.outcome = outcome
    case.save(update_fields=["closed_at", "outcome"])
    timing.meet_case(case, at=passing.at, met=outcome != "void")
    case.planned.filter(turn__isnull=True, dropped_at__isnull=True).update(dropped_at=passing.at)
    case.relocations.filter(ended_at__isnull=True).update(ended_at=passing.at)
    notices.case_closed(case, by=passing.actor, at=passing.at)


def give_content_hash(case: Case) -> None:
    """Bind what the paper says now to every decision that follows."""
    case.content_hash = chain.digest(procedures.get(case.procedure).content(case))
    case.save(update_fields=["content_hash"])
