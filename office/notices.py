"""The outbox. A notice is written in the transaction that causes it and delivered after commit.

Mail carries counts and links, never the title of a restricted paper; in-app lists read titles through
`visible_to` when shown, so that a bar set later still hides them.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from office.levels import Urgency
from office.models.cases import Case, Turn
from office.models.outbox import Notice
from office.models.people import PostHolding, User


def holders_of(turn: Turn, *, at: datetime) -> list[User]:
    """Everybody who may take this turn up: its holder, or whoever sits in its post today."""
    if turn.holder_id:
        return [turn.holder]
    current = PostHolding.objects.current(timezone.localdate(at)).filter(post_id=turn.post_id)
    return [holding.person for holding in current.select_related("person") if holding.person.is_active]


def turn_issued(turn: Turn, *, by: User, at: datetime) -> None:
    people = [person for person in holders_of(turn, at=at) if person.pk != by.pk]
    tell(
        people,
        kind="reading" if turn.side else "waiting",
        case=turn.case,
        turn=turn,
        at=at,
        urgent=turn.case.urgency == Urgency.FLASH,
    )


def back_at_hub(turn: Turn, *, by: User, at: datetime) -> None:
    """A spoke has come back: whoever sent it out is told."""
    if turn.sent_by_id:
        hub = turn.sent_by
        people = [person for person in holders_of(hub, at=at) if person.pk != by.pk]
        tell(people, kind="returned", case=turn.case, turn=turn, at=at)


def case_closed(case: Case, *, by: User, at: datetime) -> None:
    people = User.objects.filter(follows__case=case).exclude(pk=by.pk)
    tell(people, kind="closed", case=case, at=at)


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
    notices = Notice.objects.bulk_create(
        [
            Notice(person=person, kind=kind, case=case, turn=turn, words=words, urgent=urgent, at=at)
            for person in {person.pk: person for person in people}.values()
        ]
    )
    if urgent and notices:
        transaction.on_commit(_deliver_soon)
    return notices


def _deliver_soon() -> None:
    """Urgent papers do not wait for the next minute's round (R-IN-22)."""
    from office.tasks import deliver

    deliver.delay()
