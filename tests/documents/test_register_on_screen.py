"""The register on screen: pages of what the reader may see, newest first, counted only where that is quick."""

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from documents import onscreen, registering, views
from documents.models import IncomingDocument
from office import access, populating
from office.models import Case
from tests.owner import as_owner
from tests.people import cast, person

ADDRESS = "/documents/incoming/"


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker):
    autodiscover_modules("populating")
    with django_db_blocker.unblock(), as_owner():
        who = cast()
        who.seldom = person("seldom", "卫小满", department=who.departments["machines"])
        populating.populate(160, now=timezone.now())
        yield who


def numbers(page) -> list[str]:
    return [row["number"] for row in page.context_data["rows"]]


def shown(user, **query) -> list:
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser.get(ADDRESS, query)


def this_year(user) -> list[str]:
    year = timezone.localdate().year
    seen = IncomingDocument.objects.filter(case__in=access.visible_to(user), case__series__year=year)
    return [views.short_number(one.case) for one in seen.select_related("case__series").order_by("-case_id")]


def test_every_paper_a_reader_may_see_is_on_some_page_and_no_other(office):
    every_page_of(office.clerk, office.first_head, office.seldom)


def every_page_of(*users) -> None:
    for user in users:
        found, page = [], 1
        while True:
            answer = shown(user, page=page)
            found += numbers(answer)
            if not answer.context_data["next_url"]:
                break
            page += 1
        assert found == this_year(user)


def test_the_stretches_of_a_list_meet_without_gap_or_double(office, monkeypatch):
    monkeypatch.setattr(onscreen, "STRETCH", 3)
    monkeypatch.setattr(onscreen, "PAGE", 7)
    every_page_of(office.first_head, office.seldom)


def test_a_short_register_says_how_many_there_are(office):
    context = shown(office.clerk).context_data
    count = len(this_year(office.clerk))
    assert f"{count} 件" in context["sentence"]
    assert f"共 {-(-count // onscreen.PAGE)} 页" in context["page_words"]


def test_a_long_register_is_not_counted_to_its_end(office, monkeypatch):
    monkeypatch.setattr(onscreen, "COUNTED", 60)
    context = shown(office.clerk).context_data
    assert (context["sentence"], context["page_words"]) == ("先列最近的 50 件。", "第 1 页")
    assert context["next_url"]


def test_who_sees_many_papers_one_by_one_is_told_sooner_that_there_are_more(office, monkeypatch):
    monkeypatch.setattr(onscreen, "COUNTED_ONE_BY_ONE", 5)
    assert shown(office.leader).context_data["page_words"] == "第 1 页"
    assert "共" in shown(office.clerk).context_data["page_words"]


def test_a_year_past_begins_at_its_own_last_paper(office):
    year = timezone.localdate().year
    last = Case.objects.filter(series__year=year - 1).order_by("-pk").first()
    newest = [book.newest for book in registering.books_of(year - 1)]
    assert max(newest, default=None) == (last.pk if last else None)
    assert registering.books_of(1990) == []
    context = shown(office.clerk, year=year - 1).context_data
    assert len(context["rows"]) == min(onscreen.PAGE, Case.objects.filter(series__year=year - 1).count())


@pytest.mark.parametrize("page", ["0", "-3", "x", "", "99999", "１"])
def test_a_page_that_is_none_shows_one_that_is(office, page):
    assert numbers(shown(office.clerk, page=page))


def test_few_keys_are_all_keys_of_whoever_sees_little(office):
    assert access.few_keys(office.clerk) is None
    assert access.few_keys(office.first_head, most=3) is None
    keys = access.few_keys(office.seldom)
    assert set(access.visible_to(office.seldom).values_list("pk", flat=True)) <= set(keys)


def in_menu(user) -> dict:
    return {item["url"]: item["count"] for group in shown(user).context["page"].nav for item in group["items"]}


def test_the_menu_counts_what_waits_and_of_hundreds_says_at_least_so_many(office, monkeypatch):
    waiting = access.waiting_for(office.clerk).count()
    assert in_menu(office.clerk)["/"] == waiting > 0
    monkeypatch.setattr("office.context.COUNTED", 0)
    assert in_menu(office.clerk)["/"] == "1+"
