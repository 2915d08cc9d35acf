"""No English screen speaks Chinese, but for what somebody wrote."""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction

from office import procedures, rules
from office.models import Clock, Day, Notice, Phrase, Series
from office.models.clocks import KnownYear
from tests.furnished import Furnished
from tests.screens import HAN, WALKERS, compile_catalogue, furnished_office, walk


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Furnished]:
    with furnished_office(django_db_blocker, compile_catalogue(tmp_path_factory.mktemp("en")), english=True) as made:
        yield made


@pytest.fixture(autouse=True)
def _each_reader_finds_it_as_it_was(office, monkeypatch):
    # Procedures sketched by other tests of this process are no screens of the office.
    for code in [code for code in procedures.REGISTRY if not code.startswith("documents.")]:
        monkeypatch.delitem(procedures.REGISTRY, code)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def kept_words() -> set[str]:
    """Chinese that is data on every screen: what was written and stored, names of books, sources."""
    texts = [
        *Phrase.objects.values_list("text", flat=True),
        *Day.objects.values_list("note", flat=True),
        *KnownYear.objects.values_list("source", flat=True),
        *Notice.objects.values_list("words", flat=True),
        *Series.objects.values_list("name", flat=True),
        *(one.why.get("because", "") for one in Clock.objects.all()),
        *(one.source for one in procedures.REGISTRY.values()),
        *rules.SOURCES.values(),
        *(source for rule in rules.declared() for source in rule.sources),
    ]
    return {run for text in texts for run in HAN.findall(text)}


# 收〔2026〕1号, its short form, and the mark of a series.
NUMBERS = re.compile(r"[\u3400-\u9fff]{0,4}〔\d{4}〕(?:\d+号)?|[\u3400-\u9fff]{1,3}\d{4}|第\d+[号期]")


@pytest.mark.parametrize("who", WALKERS)
def test_an_english_screen_shows_no_chinese_that_is_not_data(client, office, who):
    data = kept_words()
    found = {
        f"{url}: {one}"
        for url, words in walk(client, who, office, language="en").items()
        for one in words
        if set(HAN.findall(NUMBERS.sub("", one))) - data
    }
    assert not found, "\n".join(sorted(found))
