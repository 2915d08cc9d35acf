"""发文机关: in whose name the office writes, kept by the 系统管理员."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from office import day_one
from office.models import Letterhead, Post, Series
from tests.people import at_desk


@pytest.fixture(autouse=True)
def cast_in_place(who):
    return who


@pytest.fixture
def system() -> Client:
    return at_desk("system")


def made(system: Client, who, **fields) -> Letterhead:
    Series.objects.get_or_create(name="某农发", year=2026, defaults={"title": "局文件", "function": "outgoing"})
    typed = {
        "name": "某某县农业农村局", "heading": "某某县农业农村局文件", "series": ["某农发"], "seal": "局章",
        "signer": who.posts["first-head"].pk, "position": 0,
    }  # fmt: skip
    system.post("/letterheads/new/", {**typed, **fields})
    return Letterhead.objects.get()


def errors(response) -> str:
    return " ".join(sum(response.context["form"].errors.values(), []))


def test_a_letterhead_names_its_heading_its_books_its_seal_and_who_signs(system, who):
    one = made(system, who)
    assert (one.heading, one.series, one.seal, one.signer) == (
        "某某县农业农村局文件", ["某农发"], "局章", who.posts["first-head"]
    )  # fmt: skip
    cells = system.get("/letterheads/").context["rows"][0]["cells"]
    assert [cell["words"] for cell in cells] == ["某某县农业农村局", "某农发", "局长"]


@pytest.mark.parametrize(
    "field, value, says",
    [
        ("name", "某某县农业农村局", "已经有这个发文机关。"),
        ("heading", " ", "这一项要填"),
        ("series", ["没有的字"], "没有的字"),
    ],
)
def test_what_makes_no_letterhead_is_refused_in_words(system, who, field, value, says):
    made(system, who)
    page = system.post("/letterheads/new/", {"name": "另一个", "heading": "另一个文件", "position": 0, field: value})
    assert says in errors(page)
    assert Letterhead.objects.count() == 1


def test_it_is_retired_and_never_deleted(system, who):
    one = made(system, who)
    system.post(f"/letterheads/{one.pk}/", {"name": one.name, "heading": one.heading, "position": 0, "retired": "on"})
    assert system.get("/letterheads/").context["rows"][0]["retired"]


def test_a_book_that_was_closed_stays_with_the_letterhead_that_has_it(system, who):
    one = made(system, who)
    Series.objects.filter(name="某农发").update(retired=True)
    choices = system.get(f"/letterheads/{one.pk}/").context["form"].fields["series"].choices
    assert ("某农发", "某农发（局文件）") in choices
    fresh = system.get("/letterheads/new/").context["form"].fields["series"].choices
    assert "某农发" not in dict(fresh)


def test_an_earlier_letterhead_is_brought_back(system, who):
    one = made(system, who)
    system.post(f"/letterheads/{one.pk}/", {"name": one.name, "heading": "某某县农业农村局（代拟）", "position": 0})
    first = Letterhead.history.filter(id=one.pk).earliest("history_id")
    system.post(f"/versions/letterhead/{first.history_id}/", {"reason": "写错了"})
    one.refresh_from_db()
    assert (one.heading, one.series) == ("某某县农业农村局文件", ["某农发"])


def test_a_letterhead_says_whose_it_is(who):
    with pytest.raises(IntegrityError), transaction.atomic():
        Letterhead.objects.create(name="局", heading="")


def test_a_chair_that_signs_is_not_taken_from_under_a_letterhead(system, who):
    """Retired, it stays where it is named, until another is chosen."""
    one = made(system, who)
    Post.objects.filter(pk=who.posts["first-head"].pk).update(retired=True)
    system.post(f"/letterheads/{one.pk}/", {"name": one.name, "heading": "新红头", "position": 0,
                                            "signer": who.posts["first-head"].pk})
    one.refresh_from_db()
    assert (one.heading, one.signer_id) == ("新红头", who.posts["first-head"].pk)


@pytest.mark.parametrize("username", ["clerk", "security", "audit"])
def test_only_the_system_administrator_keeps_them(username):
    assert at_desk(username).get("/letterheads/").status_code == 404


def test_an_office_begins_with_the_four_it_writes_under():
    day_one.make_letterheads()
    found = {one.name: (one.heading, one.signer.code) for one in Letterhead.objects.all()}
    assert list(found) == ["局党组", "局", "局办公室", "领导小组"]
    assert found["局办公室"] == ("某某局办公室文件", "office-director")
    assert Letterhead.history.filter(history_change_reason="起始值").count() == 4
