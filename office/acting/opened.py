"""The first look of a holder: until then the sender may take the paper back."""

from datetime import datetime

from django.db import transaction

from office import access, tally
from office.models.cases import Turn
from office.models.people import User


def opened(turn: Turn, *, by: User, at: datetime) -> None:
    if turn.opened_at is None and turn.ended_at is None and access.may_act(by, turn) is not None:
        with transaction.atomic():
            tally.case_first(turn.case_id)
            Turn.objects.open().filter(pk=turn.pk, opened_at__isnull=True).update(opened_at=at)
