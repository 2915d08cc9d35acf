"""交接: what lay in the hands of somebody who leaves goes on, one turn after the other, by whoever supervises it.

Each of these is a decision in the chain of its case (转交, 放回 or 收回, with the reason), so that slip and trail show
it. They are made inside the transaction of office/handover, which has locked all cases in ascending order before.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from office import access
from office.models.cases import Case, Turn
from office.models.people import Department, Kind, PostHolding, User

from .asking import instead_of_leader
from .circulation import after_return, having
from .common import same_department
from .door import (
    Holder,
    Passing,
    Refused,
    clean_words,
    decide,
    end,
    issue,
    land,
    lock_case,
    refuse_if_over,
    refuse_unfit,
    wordless,
)
from .labels import LABELS

# Whoever sits in one of these may have anybody's hands emptied.
EVERYBODYS = "office-director"


def may_hand_over(person: User, user: User) -> bool:
    """Whether `user` supervises (监交) what `person` hands over. Never himself."""
    return supervised_by(user).filter(pk=person.pk).exists()


def supervised_by(user: User) -> QuerySet[User]:
    """Whose hand-over somebody supervises: the office director and the first head everybody's, whoever heads or is in
    charge of a department that of its people and of those below it; by their accounts or their chairs."""
    others = User.objects.filter(kind=Kind.OFFICE).exclude(pk=user.pk)
    if user.kind != Kind.OFFICE or not user.is_active:
        return others.none()
    who = access.identity(user)
    if who.holds(EVERYBODYS) or any(seat.rank == 1 for seat in who.seats):
        return others
    parents = dict(Department.objects.values_list("id", "parent_id"))
    in_charge = Q(head__in=who.posts) | Q(leader__in=who.posts)
    mine = set(Department.objects.filter(in_charge).values_list("pk", flat=True))
    while below := {one for one, parent in parents.items() if parent in mine} - mine:
        mine |= below
    seated = PostHolding.objects.current(timezone.localdate()).filter(post__department__in=mine)
    return others.filter(Q(department__in=mine) | Q(pk__in=seated.values("person")))


def lock_all(keys: list[int]) -> dict[int, Case]:
    """Lock these cases in ascending order of their keys. Inside a transaction the caller has opened."""
    rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return {case.pk: case for case in rows}


def hand_on(turn: Turn, *, to: Holder | None, actor: User, reason: str, at: datetime | None = None) -> Turn:
    """The turn of somebody who leaves, into other hands at the same step; its date runs on. Without `to` it goes to
    the declared fallback post, as from somebody who is barred. The chair it was claimed from is kept."""
    with transaction.atomic():
        passing = _passing(turn, actor=actor, reason=reason, at=at)
        old, step = passing.turn, passing.step
        if step.personal:
            raise Refused(_("“%(step)s”由本人办理，不能移交。") % {"step": step.label})
        if to is None:
            holder, post = land(passing, step=step, chairs=[])
            hands: Holder | None = holder or post
        else:
            refuse_unfit(passing.case, [to])
            if sentence := passing.procedure.unfit(step, passing.case, to):
                raise Refused(sentence, field="names")
            instead_of_leader(passing, to)
            if old.side and step.whom != "departments":
                same_department(old, to)
            hands = to
        if old.side and hands in having(passing.case, step):
            return _call_in(passing)
        decide(passing, move="reassign", label=LABELS["reassign"], leads_to=step.code, names=[hands] if hands else [])
        end(old, how="reassigned", at=passing.at)
        kept: dict[str, Any] = {"back_to": old.back_to, "sent_by": old.sent_by, "date_of": old}
        if to is None:
            return issue(passing, step=step, chairs=[], **kept)
        return issue(passing, step=step, to=to, post_kept=old.post if isinstance(to, User) else None, **kept)


def lay_back(turn: Turn, *, actor: User, reason: str, at: datetime | None = None) -> Turn:
    """What somebody who leaves had claimed lies in its chair again, for whoever sits there."""
    with transaction.atomic():
        passing = _passing(turn, actor=actor, reason=reason, at=at)
        fresh = passing.turn
        if fresh.post is None:
            raise Refused(_("这份文件不是从岗位认领的，不能放回。"))
        others = [person for person in access.seated(fresh.post) if person != fresh.holder]
        if not access.able(passing.case, others):
            raise Refused(_("%(post)s没有别人在岗，放回去没有人办，请移交给人。") % {"post": fresh.post})
        fresh.holder = None
        fresh.save(update_fields=["holder"])
        access.let_see(passing.case, posts=[fresh.post])
        decide(passing, move="release", label=LABELS["release"], leads_to=fresh.step)
        return fresh


def call_in(turn: Turn, *, actor: User, reason: str, at: datetime | None = None) -> Turn:
    """R-CIR-16: what somebody who leaves was still to read comes back to the hub, which sends it on."""
    with transaction.atomic():
        return _call_in(_passing(turn, actor=actor, reason=reason, at=at))


def _call_in(passing: Passing) -> Turn:
    turn = passing.turn
    decide(passing, move="recall", label=LABELS["recall"], leads_to=passing.step.code, names=[turn.hands])
    end(turn, how="recalled", at=passing.at)
    after_return(passing)
    return turn


def _passing(turn: Turn, *, actor: User, reason: str, at: datetime | None) -> Passing:
    case = lock_case(turn.case)
    beside = ("holder__department", "post__department", "back_to", "sent_by")
    fresh = Turn.objects.select_related(*beside).get(pk=turn.pk)
    fresh.case = case
    refuse_if_over(fresh)
    if fresh.holder is None or not may_hand_over(fresh.holder, actor):
        raise Refused(_("交接由办公室主任、主要领导，或者本人所在部门的负责人、分管领导监交。"))
    passing = Passing.on(fresh, actor=actor, at=at or timezone.now())
    passing.reason = "" if wordless(case) else clean_words(case, reason, field="reason")
    return passing
