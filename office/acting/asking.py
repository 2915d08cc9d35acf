"""What the common moves ask before they are made: is it allowed here, may he have it, why."""

from datetime import datetime

from django.utils.translation import gettext as _

from office import access
from office.models.cases import Turn
from office.models.people import Post, User

from .door import Holder, Passing, Refused, clean_words, lock_case, refuse_if_over, refuse_unfit, wordless
from .labels import LABELS


def allow(passing: Passing, move: str) -> None:
    if move in passing.step.forbids:
        raise Refused(_("“%(step)s”环节不能%(move)s。") % {"step": passing.step.label, "move": _(LABELS[move])})


def main_only(passing: Passing) -> None:
    """A reader cannot pass the document on (R-CIR-02, R-CIR-03)."""
    if passing.turn.side:
        raise Refused(_("传阅件请直接写意见退回，不能再送别人。"))


def into_other_hands(passing: Passing, to: Holder) -> None:
    refuse_unfit(passing.case, [to])
    turn = passing.turn
    if to in (passing.actor, turn.holder) or (turn.holder_id is None and to == turn.post):
        raise Refused(_("文件已经在这位手里，请另选一位。"), field="names")


def instead_of_leader(passing: Passing, to: Holder) -> None:
    """Whoever decides in a leader's place is a leader himself; to ask somebody for his opinion, he need not be."""
    ranked = to.rank is not None if isinstance(to, Post) else access.identity(to).ranked
    if passing.step.whom == "leaders" and not ranked:
        raise Refused(_("“%(step)s”由领导办理，请选一位领导。") % {"step": passing.step.label}, field="names")


def need_reason(passing: Passing, words: str) -> None:
    passing.reason = clean_words(passing.case, words, field="reason")
    if not passing.reason and not wordless(passing.case):
        raise Refused(_("请写明理由。"), field="reason")


def as_holder_or_hub(turn: Turn, *, actor: User, at: datetime | None) -> Passing:
    """For what the hub may do to a paper in other hands: skip, extend, pause. Inside a transaction."""
    case = lock_case(turn.case)
    fresh = Turn.objects.select_related("holder", "post", "back_to", "sent_by").get(pk=turn.pk)
    fresh.case = case
    refuse_if_over(fresh)
    acting = access.may_act(actor, fresh)
    if acting is None and not access.holds_hub(actor, case):
        raise Refused(_("这份文件现在不在您手里，不能办理。"))
    return Passing.on(fresh, actor=actor, at=at, on_behalf_of=acting.on_behalf_of if acting else None)
