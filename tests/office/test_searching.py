"""Search finds what a plain reading of every title would find, whichever way it takes, and only what may be seen."""

from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from office import access, acting, populating, searching
from office.models import Case, Turn
from tests.make import Paper
from tests.owner import as_owner
from tests.people import cast, person
from tests.sketches import Accusation, Incoming

CASES = 300
WORDS = ["通知", "农机", "种植业管理处", "的", "林", "通知 秋冬", "情况的报告", "农机，通知", "没有的词", "〔2026〕12"]


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker):
    autodiscover_modules("populating")
    with django_db_blocker.unblock(), as_owner():
        who = cast()
        who.seldom = person("seldom", "卫小满", department=who.departments["machines"])
        populating.populate(CASES, now=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE office_case")
        searching.forget_statistics()
        yield SimpleNamespace(who=who, people=[who.clerk, who.first_head, who.seldom, who.handler])
        searching.forget_statistics()


@pytest.fixture(autouse=True)
def nothing_stays(office):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def read_one_by_one(user, text: str, *, before: int | None = None) -> list[Case]:
    words = searching.words_of(text)
    found = []
    for case in access.visible_to(user).order_by("-pk"):
        plain = searching.folded(f"{case.title} {case.search_text} {case.reference}")
        if all(word in plain for word in words) and (before is None or case.pk < before):
            found.append(case)
    return found


@pytest.mark.parametrize("at_once", [5, 40, 2_000])
@pytest.mark.parametrize("word", WORDS)
def test_search_finds_what_reading_finds(office, monkeypatch, word, at_once):
    monkeypatch.setattr(searching, "AT_ONCE", at_once)
    for user in office.people:
        assert searching.search(user, word, count=50) == read_one_by_one(user, word)[:50]


@pytest.mark.parametrize("shares", [{}, {"通知": 0.9, "农机": 0.9}, {"通知": 0.001, "农机": 0.001}])
@pytest.mark.parametrize("word", ["通知", "农机", "通知 农机"])
def test_a_wrong_guess_about_a_word_loses_no_paper(office, monkeypatch, word, shares):
    monkeypatch.setattr(searching, "_statistics", lambda: shares)
    monkeypatch.setattr(searching, "AT_ONCE", 7)
    for user in office.people:
        assert searching.search(user, word, count=20) == read_one_by_one(user, word)[:20]


def test_pages_follow_each_other_without_gap_or_double(office):
    whole = searching.search(office.who.clerk, "通知", count=CASES)
    pages, before = [], None
    while page := searching.search(office.who.clerk, "通知", count=30, before=before):
        pages += page
        before = page[-1].pk
    assert pages == whole == read_one_by_one(office.who.clerk, "通知")


def test_words_of_a_sealed_case_are_found_by_nobody_but_its_people(office):
    who = office.who
    acting.start(Accusation, actor=who.other_leader, title="反映虚报补贴")
    assert [case.title for case in searching.search(who.other_leader, "虚报")] == ["反映虚报补贴"]
    assert searching.search(who.clerk, "虚报") == searching.search(who.director, "虚报") == []


def test_words_of_a_barred_case_are_not_found(office):
    who = office.who
    paper = Paper(Incoming, actor=who.clerk, title="关于蘑菇棚选址的请示")
    assert searching.search(who.director, "蘑菇") == [paper.case]
    paper.of_case("bar", who.clerk, people=[who.director])
    assert searching.search(who.director, "蘑菇") == []


def test_matching_serves_inside_another_query(office):
    found = searching.matching(access.visible_to(office.who.clerk), "通知 农机")
    turns = Turn.objects.filter(case__in=found).values_list("case_id", flat=True)
    assert set(turns) == {case.pk for case in read_one_by_one(office.who.clerk, "通知 农机")} != set()


def test_a_search_without_letters_finds_nothing(office):
    assert searching.search(office.who.clerk, " ，。〔〕") == []


def test_an_administrator_finds_nothing(office):
    assert searching.search(office.who.system_admin, "通知") == []


def test_the_newest_cases_are_those_a_plain_query_gives(office):
    for user in office.people:
        plain = list(access.visible_to(user).order_by("-pk"))
        assert access.newest_for(user, count=50) == plain[:50]
        assert access.newest_for(user, count=CASES * 2) == plain


def test_newest_cases_narrowed_to_some_are_all_found(office):
    void = Case.objects.filter(outcome="void")
    for user in office.people:
        plain = list(access.visible_to(user).filter(outcome="void").order_by("-pk"))
        assert access.newest_for(user, count=20, among=void) == plain[:20]


def test_density_tells_what_part_of_the_cases_somebody_sees(office):
    top = Case.objects.order_by("-pk").first().pk
    assert access.density(office.who.clerk, below=top + 1) == 1.0
    assert 0.1 < access.density(office.who.first_head, below=top + 1, sample=20) < 0.35
    assert access.density(office.who.outsider, below=top + 1) < 0.2
