"""A desk left open: nothing that was shown is kept, what is sent too late is a draft, a late click is told why."""

from datetime import date, timedelta
from time import time

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from documents import registering
from office import acting
from office.models import Case, Draft, Organisation, Series, Turn

NEW = "/documents/incoming/new/"
TYPED = {"title": "关于做好冬春防火工作的通知", "series": "收"}


def registered(who, *, book: str = "收", **fields) -> Case:
    sender = Organisation.objects.get_or_create(name="省农业农村厅", defaults={"group": "above"})[0]
    return registering.register(
        actor=who.clerk, series=Series.objects.get(name=book, year=2026), sender=sender,
        received_on=date(2026, 11, 16), **{"title": "关于做好秋冬种工作的通知", **fields},
    )


def turn_of(case: Case) -> Turn:
    return case.turns.get(ended_at__isnull=True)


@pytest.fixture
def clerk(who, client) -> Client:
    client.force_login(who.clerk)
    return client


def leave_idle(client: Client) -> None:
    client.get("/me/")
    session = client.session
    session["seen_at"] = int(time()) - (settings.IDLE_MINUTES + 1) * 60
    session.save()


def kept() -> list[dict]:
    return list(Draft.objects.values_list("values", flat=True))


# --- A late click ---


@pytest.fixture
def corrected(who) -> str:
    """The address at which the director corrects words he wrote six minutes ago."""
    case = registered(who)
    at = timezone.now() - timedelta(minutes=6)
    acting.act(turn_of(case), "pass", actor=who.clerk, at=at)
    made = acting.act(
        turn_of(case), "submit", actor=who.director, opinion="拟请志远同志批示。", names=[who.leader], at=at
    )
    return f"/cases/{case.public_id}/{made.number}/correct/"


def test_a_late_click_on_a_correction_is_told_why(client, who, corrected):
    client.force_login(who.director)
    answer = client.get(corrected, follow=True)
    assert answer.redirect_chain == [(corrected.rsplit("/", 3)[0] + "/", 302)]
    assert "超过 5 分钟后，由文书说明原因更正。" in answer.content.decode()


def test_whose_words_they_are_not_finds_nothing_to_correct(client, who, corrected):
    client.force_login(who.leader)
    assert client.get(corrected).status_code == 404
