"""The search box: people's names, and addresses nobody types."""

import pytest
from django.urls import reverse

from documents.models import IncomingDocument
from documents.sheets import slip_of
from office.models import Organisation
from office.views.asked import FURTHEST, start_of
from tests.journeys.papers import before_leader


def test_a_persons_name_finds_what_has_been_in_his_hands(client, who):
    case = before_leader(who, "关于秋冬种的通知", who.leader)
    client.force_login(who.clerk)
    page = client.get("/search/", {"q": who.leader.name}).content.decode()
    assert case.title in page
    client.force_login(who.outsider)
    assert case.title not in client.get("/search/", {"q": who.leader.name}).content.decode()


def test_a_sender_is_found_by_some_of_its_initials_in_their_order(client, who):
    Organisation.objects.create(name="省农业农村厅", initials="snynct", group="above")
    Organisation.objects.create(name="市能源局", initials="snyj", group="above", used=9)
    client.force_login(who.clerk)
    page = client.get("/documents/incoming/senders/", {"sender": "snyt"}).content.decode()
    assert "省农业农村厅" in page and "市能源局" not in page
    page = client.get("/documents/incoming/senders/", {"sender": "snyn"}).content.decode()
    assert "省农业农村厅" in page


def test_initials_of_nobody_make_no_sender(client, who):
    client.force_login(who.clerk)
    answer = client.post("/documents/incoming/new/", {"sender": "snyt", "title": "通知", "save": "next"})
    assert "没有拼音首字母" in answer.content.decode()
    assert not Organisation.objects.filter(name="snyt").exists()
    assert not IncomingDocument.objects.exists()


def test_a_nul_in_an_address_is_a_bad_request_and_no_error_of_ours(client, who):
    client.force_login(who.clerk)
    for address in ("/search/?q=%00", "/cases/%00/", "/documents/incoming/new/?saved=%00"):
        assert client.get(address).status_code == 400


BEYOND = "9" * 20


@pytest.mark.parametrize("page", ["queue", "reading", "done", "started", "followed", "notices", "chase_register"])
def test_a_list_asked_for_beyond_every_number_is_empty_and_no_error_of_ours(client, who, page):
    client.force_login(who.clerk)
    assert client.get(reverse(page), {"from": BEYOND}).status_code == 200


@pytest.mark.parametrize("page", ["sign_ins", "changes", "anchors", "look_counts"])
def test_so_are_the_lists_of_the_audit(client, who, page):
    client.force_login(who.audit_admin)
    assert client.get(reverse(page), {"from": BEYOND}).status_code == 200


@pytest.mark.parametrize(("asked", "start"), [
    ("", 0), ("-1", 0), ("x", 0), ("60", 60), ("0060", 60), (BEYOND, FURTHEST), ("9" * 5000, FURTHEST),
])  # fmt: skip
def test_where_a_list_begins(rf, asked, start):
    assert start_of(rf.get("/", {"from": asked})) == start


def test_the_number_as_the_register_shows_it_opens_this_years_paper(client, who):
    case = before_leader(who, "关于秋冬种的通知", who.leader)
    client.force_login(who.clerk)
    short = f"{case.series.name}{case.serial:04}"
    year = case.series.year
    for typed in (short, f"{case.series.name}{case.serial}", f"收{year}-{case.serial}", f"收({year}){case.serial}号"):
        assert client.get("/search/", {"q": typed}).headers["Location"] == f"/cases/{case.public_id}/", typed
    client.force_login(who.outsider)
    assert client.get("/search/", {"q": short}).status_code == 200


def test_the_code_on_a_paper_opens_it_in_the_search_box(client, who):
    """A scanner types what the code holds, and Enter; a paper without a number bears its public id."""
    case = before_leader(who, "关于秋冬种的通知", who.leader)
    client.force_login(who.clerk)
    slip = slip_of(IncomingDocument.objects.get(case=case), viewer=who.clerk)
    here = f"/cases/{case.public_id}/"
    for typed in (slip.qr, f"{slip.qr}\r", case.public_id, f"http://oa.example.gov.cn{here}", here):
        assert client.get("/search/", {"q": typed}).headers["Location"] == here, typed
    client.force_login(who.outsider)
    for typed in (slip.qr, case.public_id):
        assert client.get("/search/", {"q": typed}).status_code == 200


def test_who_signed_is_found_by_name_beside_what_bears_his_name(client, who):
    signed = before_leader(who, "关于秋冬种的通知", who.leader)
    called = before_leader(who, "关于表彰李建国同志的通知", who.first_head)
    client.force_login(who.clerk)
    page = client.get("/search/", {"q": "李建国"}).content.decode()
    assert signed.public_id in page and called.public_id in page
