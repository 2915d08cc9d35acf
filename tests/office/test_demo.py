"""The demo office: an empty database becomes a county bureau, once, and no real one ever does."""

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from office import access, demo
from office.demo.people import PEOPLE
from office.models import Department, Post, PostHolding, Series, User
from office.models.dials import Setting
from office.models.people import Kind
from tests.people import CHINA, person

WEDNESDAY = datetime(2026, 11, 18, 10, 30, tzinfo=CHINA)


def quick() -> str:
    said = StringIO()
    call_command("demo", "--quick", stdout=said)
    return said.getvalue()


def counted() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (User, Post, PostHolding, Department, Series, Setting)}


def signed_in(username: str) -> Client:
    browser = Client()
    browser.post("/login/", {"username": username, "password": demo.PASSWORD})
    return browser


@pytest.fixture(scope="module")
def begun(django_db_setup, django_db_blocker):
    """What the command says at its first run; all of it is taken back after the last test of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield quick()
        transaction.set_rollback(True)


@pytest.fixture
def office(begun):
    """What a single test changes in it is taken back at once."""
    with transaction.atomic():
        yield begun
        transaction.set_rollback(True)


def test_the_table_names_every_account_and_the_password(office):
    assert demo.PASSWORD in office
    assert all(one.username in office and one.name in office for one in PEOPLE)


def test_running_it_twice_changes_nothing(office):
    before, state = counted(), demo.state()
    quick()
    assert (counted(), demo.state()) == (before, state)


def test_a_real_office_is_refused_and_stays_as_it_is(db):
    person("real", "真实用户")
    with pytest.raises(CommandError, match="真实账户"):
        quick()
    assert User.objects.count() == 1
    assert demo.state() is None


@pytest.mark.parametrize("username", ["chenyawen", "zhouzhengping", "system", "security", "audit"])
def test_a_demo_account_signs_in_and_lands_on_its_first_page(office, username):
    browser = signed_in(username)
    assert browser.session.get("_auth_user_id")
    assert browser.get("/", follow=True).status_code == 200


def test_every_account_has_the_printed_password_and_who_has_left_has_none_to_use(office):
    assert all(User.objects.get(username=one.username).check_password(demo.PASSWORD) for one in PEOPLE)
    assert "_auth_user_id" not in signed_in("weizhigang").session


def test_every_post_of_the_whole_body_is_held_today(office):
    assert [str(post) for post in Post.objects.all() if not access.seated(post)] == []


def test_there_is_one_administrator_of_each_kind_and_none_does_office_business(office):
    kinds = User.objects.exclude(kind=Kind.OFFICE)
    assert sorted(kinds.values_list("kind", flat=True)) == ["audit", "security", "system"]
    assert not PostHolding.objects.filter(person__in=kinds).exists()


def test_leaders_stand_in_ranking_order(office):
    ranks = list(Post.objects.filter(rank__isnull=False).order_by("rank").values_list("code", flat=True))
    assert ranks == ["first-head", "leader-1", "leader-2", "leader-3", "leader-4", "discipline"]


def test_the_books_of_the_defaults_are_there(office):
    incoming = Series.objects.filter(function="documents.incoming").order_by("position")
    assert list(incoming.values_list("name", flat=True)) == ["收", "平", "内", "会", "电", "密", "信"]
    assert [one.name for one in incoming if one.number_only] == ["密"]


def test_accounts_and_password_stand_on_the_login_page_of_the_demo_alone(office, settings):
    settings.DEMO = True
    assert demo.PASSWORD in Client().get("/login/").content.decode()
    settings.DEMO = False
    assert demo.PASSWORD not in Client().get("/login/").content.decode()


def test_the_banner_says_how_far_the_worker_is(office, settings):
    settings.DEMO = True
    browser = signed_in("limingde")
    assert "演示数据还在后台写入（0 /" in browser.get("/").content.decode()
    state = demo.state()
    Setting.objects.filter(code=demo.SETTING).update(value={**state, "done": state["total"]})
    assert "演示数据还在后台写入" not in browser.get("/").content.decode()


def test_the_banner_goes_when_nobody_writes_any_more(db):
    demo.begin(WEDNESDAY, papers=1)
    assert demo.filling(WEDNESDAY) is not None
    assert demo.filling(WEDNESDAY + 2 * demo.SILENT) is None


def test_an_interrupted_filling_goes_on_where_it_stopped(db, monkeypatch):
    written: list[int] = []

    def pieces(began, *, papers):
        return [lambda number=number: written.append(number) for number in range(5)]

    monkeypatch.setattr(demo, "_works", ["tests.office.test_demo.PIECES"])
    monkeypatch.setattr("tests.office.test_demo.PIECES", pieces)
    demo.begin(WEDNESDAY)
    assert demo.fill(count=2)
    assert written == [0, 1]
    assert not demo.fill()
    assert written == [0, 1, 2, 3, 4]
    assert not demo.fill()
    assert written == [0, 1, 2, 3, 4]


def test_a_piece_that_fails_is_written_by_the_next_one(db, monkeypatch):
    written: list[str] = []

    def pieces(began, *, papers):
        def second():
            if "broken" not in written:
                written.append("broken")
                raise RuntimeError("the power went out")
            written.append("second")

        return [lambda: written.append("first"), second]

    monkeypatch.setattr(demo, "_works", ["tests.office.test_demo.PIECES"])
    monkeypatch.setattr("tests.office.test_demo.PIECES", pieces)
    demo.begin(WEDNESDAY)
    with pytest.raises(RuntimeError):
        demo.fill()
    assert demo.state()["done"] == 1
    demo.fill()
    assert written == ["first", "broken", "second"]


PIECES = None


def test_nobody_has_a_mail_address_so_no_mail_leaves_the_demo(office):
    assert not User.objects.exclude(email="").exists()
