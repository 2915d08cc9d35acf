"""The search box: people's names, and addresses nobody types."""

from documents.models import IncomingDocument
from office.models import Organisation
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


def test_the_number_as_the_register_shows_it_opens_this_years_paper(client, who):
    case = before_leader(who, "关于秋冬种的通知", who.leader)
    client.force_login(who.clerk)
    short = f"{case.series.name}{case.serial:04}"
    year = case.series.year
    for typed in (short, f"{case.series.name}{case.serial}", f"收{year}-{case.serial}", f"收({year}){case.serial}号"):
        assert client.get("/search/", {"q": typed}).headers["Location"] == f"/cases/{case.public_id}/", typed
    client.force_login(who.outsider)
    assert client.get("/search/", {"q": short}).status_code == 200
