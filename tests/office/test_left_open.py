"""A desk left open: nothing that was shown is kept, what is sent too late is a draft, a late click is told why."""

from datetime import date, timedelta
from time import time

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError
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


# --- Sent too late ---


def test_an_entry_sent_too_late_without_script_is_the_draft_of_its_page(clerk, who):
    leave_idle(clerk)
    answer = clerk.post(NEW, {**TYPED, "save": "next"})
    assert answer["Location"].startswith("/login/") and not Case.objects.exists()
    clerk.force_login(who.clerk)
    assert TYPED["title"] in clerk.get(NEW).content.decode()


def test_an_opinion_sent_too_late_without_script_is_a_draft(clerk, who):
    turn = turn_of(registered(who))
    leave_idle(clerk)
    clerk.post(f"/turns/{turn.pk}/", {"opinion": "手续完备。", "move": "pass"})
    clerk.force_login(who.clerk)
    assert "手续完备。" in clerk.get(f"/turns/{turn.pk}/").content.decode()
    assert turn_of(turn.case) == turn


def test_R_SEC_03_of_a_state_secret_nothing_sent_too_late_is_kept(clerk, who):
    turn = turn_of(registered(who, book="密", secrecy=2, title=""))
    leave_idle(clerk)
    clerk.post(f"/turns/{turn.pk}/", {"opinion": "手续完备。", "move": "pass"})
    clerk.force_login(who.clerk)
    leave_idle(clerk)
    clerk.post(NEW, {**TYPED, "series": "密"})
    assert kept() == []


def test_a_form_from_elsewhere_leaves_no_draft(who):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(who.clerk)
    leave_idle(strict)
    assert strict.post(NEW, TYPED)["Location"].startswith("/login/")
    assert kept() == []


def test_a_turn_in_other_hands_takes_no_draft(client, who):
    turn = turn_of(registered(who))
    client.force_login(who.outsider)
    leave_idle(client)
    assert client.post(f"/turns/{turn.pk}/", {"opinion": "同意。"})["Location"].startswith("/login/")
    assert kept() == []


def test_the_login_page_promises_only_the_drafts_there_are(client, db):
    page = client.get("/login/?idle=1").content.decode()
    assert "没存上的请重新填写" in page and "草稿还在。" not in page


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


# --- The database is started again in the middle of a request ---


def test_a_database_that_goes_while_a_session_is_saved_is_no_bad_request(clerk, monkeypatch):
    def gone(*_given, **_more):
        raise OperationalError("server closed the connection unexpectedly")

    clerk.raise_request_exception = False
    monkeypatch.setattr("django.contrib.sessions.models.Session.save", gone)
    # The first page somebody opens keeps the hour in his session.
    assert clerk.get("/me/").status_code == 500


def test_a_session_that_somebody_has_ended_is_still_an_ended_one(clerk):
    session = clerk.session
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()


# --- Words beside a reason ---


def test_words_beside_a_reason_that_would_be_lost_are_asked_about(client, who):
    turn = turn_of(registered(who))
    acting.act(turn, "pass", actor=who.clerk)
    proposing = turn_of(turn.case)
    client.force_login(who.director)
    sent = {"move": "return", "return-target": turn.pk, "return-reason": "来文单位不对。", "opinion": "请重新登记。"}
    answer = client.post(f"/turns/{proposing.pk}/", sent)
    assert answer.status_code == 422
    assert "意见框里还有字" in answer.content.decode() and "请重新登记。" in answer.content.decode()
    client.post(f"/turns/{proposing.pk}/", {**sent, "opinion": ""})
    assert turn.case.decisions.get(move="return").reason == "来文单位不对。"


def test_nor_do_words_go_with_a_claim(client, who):
    turn = turn_of(registered(who))
    client.force_login(who.clerk)
    answer = client.post(f"/turns/{turn.pk}/", {"move": "claim", "opinion": "手续完备。"})
    assert answer.status_code == 422 and "意见框里还有字" in answer.content.decode()
    turn.refresh_from_db()
    assert turn.holder_id is None
    client.post(f"/turns/{turn.pk}/", {"move": "claim"})
    turn.refresh_from_db()
    assert turn.holder == who.clerk


def test_whoever_works_is_not_signed_out_however_short_the_time(clerk, settings):
    settings.IDLE_MINUTES = 1
    clerk.get("/me/")
    for _click in range(3):
        session = clerk.session
        session["seen_at"] -= 40
        session.save()
        assert clerk.get("/me/").status_code == 200
