"""The measurements measure what they say: each part is tried small; whether a promise holds is `make bench`'s."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from office import populating, searching
from office.bench import clerks, queue_page, rooms, run, seeing, words
from office.bench.table import Line, width, written
from office.management.commands import bench
from office.models import Case, Series, Turn, User
from tests.owner import as_owner


@pytest.fixture(scope="module")
def load(django_db_setup, django_db_blocker):
    autodiscover_modules("populating")
    with django_db_blocker.unblock(), as_owner():
        populating.populate(150, now=timezone.now())
        searching.forget_statistics()
        yield
    searching.forget_statistics()


@pytest.fixture
def crowded(load):
    """An office of 150 papers whose people the load has made."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_table_stands_in_columns_whatever_the_script():
    lines = written([Line("文 a", "≤ 1", "1", True), Line("promise", "b", "测算", False)]).splitlines()
    bars = [[width(line[:place]) for place, char in enumerate(line) if char == "|"] for line in lines]
    assert all(found == bars[0] for found in bars)


@pytest.mark.parametrize(("holds", "verdict"), [(True, "yes"), (False, "NO"), (None, "-")])
def test_a_line_says_whether_it_holds(holds, verdict):
    assert written([Line("a", "b", "c", holds)]).endswith(verdict)


def test_a_broken_promise_is_named_and_fails_the_command(monkeypatch):
    lines = [Line("holds", "", "", True), Line("broken", "", "", False), Line("too small", "", "", None)]
    monkeypatch.setattr(bench, "measured", lambda names, **more: iter(lines))
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 3 promises do not hold: broken"):
        call_command("bench", stdout=out, stderr=StringIO())
    assert "too small" in out.getvalue()


def test_promises_that_hold_let_the_command_end_well(monkeypatch):
    asked = []

    def measured(names, *, scale, say):
        asked.append((names, scale))
        return iter([Line("holds", "", "", True)])

    monkeypatch.setattr(bench, "measured", measured)
    call_command("bench", only=["chase"], quick=True, stdout=StringIO(), stderr=StringIO())
    assert asked == [(["chase"], run.QUICK)]


def test_a_disk_that_is_too_small_is_said_before_anything_is_made(monkeypatch):
    monkeypatch.setattr(rooms, "BYTES_PER_CASE", 1 << 60)
    with pytest.raises(rooms.TooSmall, match="TMPDIR"), rooms.house(cases=1):
        pass


def test_an_office_of_a_measurement_knows_no_servers_of_another(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL_FILE", "REDIS_URL", "SECRET_KEY", "DEMO"):
        monkeypatch.setenv(name, "somebody's own")
    environment = rooms.Office(tmp_path).environment
    assert "somebody's own" not in environment.values()
    assert environment["ANTOU_VAR"] == str(tmp_path)


def test_sixteen_clerks_sit_at_an_empty_book(crowded):
    Series.objects.filter(name="收").update(name="旧")
    clerks.furnish("Desk-2026-paper")
    assert User.objects.filter(username__startswith="bench-clerk-").count() == clerks.CLERKS
    assert clerks.numbers() == {"last": 0, "given": 0, "in_order": True, "cases": 150, "found": 0}


def test_a_queue_is_measured_with_as_many_papers_as_it_says(crowded, monkeypatch):
    monkeypatch.setattr(queue_page, "ITEMS", {"ten": 2, "many": 4})
    queue_page.furnish()
    ask = queue_page.serve()
    found = {name: ask(name) for name in ("ten", "many")}
    assert {name: Turn.objects.open().filter(holder__username=f"bench-{name}").count() for name in found} == {
        "ten": 2, "many": 4,
    }  # fmt: skip
    assert found["ten"]["queries"] == found["many"]["queries"] <= queue_page.MOST_QUERIES


def test_words_are_chosen_by_how_many_titles_hold_them(crowded):
    found = words.some_words()
    assert found["many"][1] > found["few"][1] > found["none"][1] == 0


def test_the_scan_and_the_search_find_as_many(crowded):
    found = words.measured()
    assert found["few"]["held"] >= 1
    assert all(found[kind][way] > 0 for kind in ("few", "many") for way in ("scan", "search"))


def test_lists_and_search_are_measured_for_all_three_people(crowded, monkeypatch):
    monkeypatch.setattr(seeing, "TIMES", 1)
    found = seeing.measured()
    assert {one["who"] for one in found} == {"registry", "leader", "few"}
    everything = {(one["who"], one["what"]): one["rows"] for one in found}
    assert everything["registry", "cases"] == seeing.PAGE
    assert everything["registry", "register on screen"] > everything["few", "cases"] > 0
    assert Case.objects.count() == 150


def test_only_time_in_the_database_is_counted(crowded):
    milliseconds, answer = seeing.in_database(lambda: 7, times=1)
    assert (milliseconds, answer) == (0.0, 7)
    milliseconds, answer = seeing.in_database(Case.objects.count, times=1)
    assert milliseconds > 0 and answer == 150
