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


# --- What a browser keeps ---


@pytest.mark.parametrize("address", ["/", "/done/", "/me/", NEW, "/nowhere/", "/people/", "/rules/", "/calendar/"])
def test_no_browser_keeps_what_a_signed_in_person_was_shown(clerk, address):
    assert clerk.get(address)["Cache-Control"] == "private, no-store"


def test_no_browser_keeps_a_paper_or_the_way_out(clerk, who):
    case = registered(who)
    for address in (f"/cases/{case.public_id}/", f"/turns/{turn_of(case).pk}/"):
        assert clerk.get(address)["Cache-Control"] == "private, no-store"
    assert "no-store" in clerk.post("/logout/")["Cache-Control"]
    assert clerk.get("/done/")["Location"] == "/login/?next=%2Fdone%2F"


def test_the_login_page_is_kept_nowhere_and_a_static_file_may_be(client, clerk):
    assert "no-store" in Client().get("/login/")["Cache-Control"]
    assert "no-store" not in clerk.get("/static/office.css").get("Cache-Control", "")


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
