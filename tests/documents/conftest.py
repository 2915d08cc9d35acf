"""A cast, a paper, the clerk at the counter, and short words for walking."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.utils import timezone

from documents import registering
from documents.models import IncomingDocument
from office import acting
from office.models import Case, Organisation, Series, Turn
from tests.engine.conftest import standing_cast, who
from tests.people import MONDAY

__all__ = ["standing_cast", "who"]


@dataclass
class Paper:
    """One paper on its way; `do` makes a move as whoever holds the main turn's post asks for."""

    case: Case
    minutes: int = 0

    @property
    def document(self) -> IncomingDocument:
        return IncomingDocument.objects.get(case=self.case)

    @property
    def turn(self) -> Turn:
        return self.case.turns.get(side=False, ended_at__isnull=True)

    @property
    def at(self):
        self.minutes += 1
        return MONDAY + timedelta(minutes=self.minutes)

    def do(self, move: str, actor, **more):
        made = acting.act(self.turn, move, actor=actor, at=self.at, **more)
        self.case.refresh_from_db()
        return made

    def side(self, holder) -> Turn:
        who = {"post": holder} if hasattr(holder, "rank") else {"holder": holder}
        return self.case.turns.get(side=True, ended_at__isnull=True, **who)

    def read(self, reader, actor=None, move: str = "read", **more):
        made = acting.act(self.side(reader), move, actor=actor or reader, at=self.at, **more)
        self.case.refresh_from_db()
        return made


def sender(name: str = "省农业农村厅", group: str = "above") -> Organisation:
    return Organisation.objects.get_or_create(name=name, defaults={"group": group, "initials": "snynct"})[0]


@pytest.fixture
def paper(who):
    """paper(purpose=…, urgency=…, group=…) registers one and says where it is."""

    def register(*, book: str = "收", group: str = "above", title: str = "关于做好秋冬种工作的通知", **fields) -> Paper:
        case = registering.register(
            actor=who.clerk,
            series=Series.objects.get(name=book, year=2026),
            sender=sender(f"来文单位{group}", group),
            title=title,
            at=MONDAY,
            received_on=fields.pop("received_on", date(2026, 11, 16)),
            **fields,
        )
        return Paper(case)

    return register


@pytest.fixture
def counter(who, client):
    """counter(title=…) posts the form as the clerk and answers with the response."""
    client.force_login(who.clerk)

    def post(**fields):
        today = timezone.localdate().isoformat()
        values = {
            "token": str(uuid.uuid4()), "series": "收", "received_on": today, "channel": "exchange",
            "carrier": "paper", "sender": "省农业农村厅", "title": "关于做好冬春防火工作的通知", "secrecy": "0",
            "urgency": "normal", "copies": "1", "purpose": "decision", "save": "next",
        }  # fmt: skip
        values |= {name: str(getattr(value, "pk", value)) for name, value in fields.items()}
        return client.post("/documents/incoming/new/", values)

    return post
