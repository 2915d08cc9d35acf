"""The outbox. A notice is written in the transaction that causes it and delivered after commit.

Mail carries counts and links, never the title of a restricted paper; in-app lists read titles through
`visible_to` when shown, so that a bar set later still hides them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from office import access, procedures
from office.levels import Urgency
from office.models.cases import Case, Decision, Turn
from office.models.outbox import Notice
from office.models.people import Deputy, User


def holders_of(turn: Turn, *, at: datetime) -> list[User]:
    """Everybody in whose hands this turn is: its holder, or whoever sits in its post that day."""
    hands = turn.hands
    return [hands] if isinstance(hands, User) else access.seated(hands, on=timezone.localdate(at))


def _reached(turn: Turn, hands: list[User], *, by: User) -> list[User]:
    """Those of the hands whom the paper may reach: a barred or uncleared colleague of the chair hears nothing."""
    return [one for one in access.able(turn.case, hands) if one.pk != by.pk]


def turn_issued(turn: Turn, *, by: User, at: datetime) -> None:
    case, urgent = turn.case, turn.case.urgency == Urgency.FLASH
    hands = holders_of(turn, at=at)
    reached = _reached(turn, hands, by=by)
    kind = "waiting" if not turn.side else "reading" if _is_read(turn) else "asked"
    tell(reached, kind=kind, case=case, turn=turn, at=at, urgent=urgent)
    deputies = [one for one in _deputies(turn, hands, at=at) if one.pk != by.pk and one not in reached]
    if deputies:
        tell(deputies, kind="deputised", case=case, turn=turn, at=at, urgent=urgent)


def _is_read(turn: Turn) -> bool:
    """Whether this side turn is for reading: others are for helping, or for going to a meeting."""
    return procedures.get(turn.case.procedure).step(turn.step).reading


def _deputies(turn: Turn, hands: list[User], *, at: datetime) -> list[User]:
    """Who may do it now for those in whose hands it is, because they are away."""
    on = timezone.localdate(at)
    running = Deputy.objects.filter(starts_on__lte=on, ends_on__gte=on, ended_at__isnull=True)
    rows = running.filter(principal__in=hands).select_related("deputy")
    return [row.deputy for row in rows if access.may_act(row.deputy, turn)]


def signed_for(decision: Decision) -> None:
    """Who was signed for hears of it: the principal of a deputy, and whose words a clerk has entered (代录)."""
    for person, kind in ((decision.on_behalf_of, "signed_for"), (decision.actor, "recorded")):
        if person is not None and (kind == "signed_for" or decision.recorded_by_id):
            tell(access.able(decision.case, [person]), kind=kind, case=decision.case, at=decision.at)


def back_at_hub(turn: Turn, *, by: User, at: datetime) -> None:
    """A spoke has come back: whoever sent it out is told. What was not for reading brings an answer, and no paper: the
    hub's own may lie elsewhere by now."""
    hub = turn.sent_by
    if hub is not None and hub.ended_how == "reassigned":
        # Somebody else has it now (转交, 交接): what comes back is his.
        hub = turn.case.turns.filter(side=False, ended_at__isnull=True).select_related("holder", "post").first() or hub
    if hub is not None:
        kind = "returned" if _is_read(turn) else "replied"
        tell(_reached(hub, holders_of(hub, at=at), by=by), kind=kind, case=turn.case, turn=turn, at=at)


def case_closed(case: Case, *, by: User, at: datetime) -> None:
    people = User.objects.filter(follows__case=case).exclude(pk=by.pk)
    tell(access.able(case, people), kind="closed", case=case, at=at)


def tell(
    people: Iterable[User],
    *,
    kind: str,
    at: datetime,
    case: Case | None = None,
    turn: Turn | None = None,
    words: str = "",
    urgent: bool = False,
) -> list[Notice]:
    """Tell these people, each once. Whom a case may reach the caller has asked (`access.able`)."""
    return write(
        [
            Notice(person=person, kind=kind, case=case, turn=turn, words=words, urgent=urgent, at=at)
            for person in {person.pk: person for person in people}.values()
        ]
    )


def write(notices: Sequence[Notice]) -> list[Notice]:
    """Put notices into the outbox, many at once; urgent ones set out as soon as this is committed."""
    written = Notice.objects.bulk_create(notices)
    if any(notice.urgent for notice in written):
        # A broker that is away must not undo what has been done: the next round finds the notice anyway.
        transaction.on_commit(_deliver_soon, robust=True)
    return written


def _deliver_soon() -> None:
    """Urgent papers do not wait for the next minute's round (R-IN-22)."""
    from office.tasks import deliver

    deliver.apply_async(retry=False)
