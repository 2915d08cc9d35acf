"""No English screen speaks Chinese, but for what somebody wrote."""

import re

import pytest

from documents.import_views import book_of
from documents.models import ImportDraft, ImportedRow, RegisterImport
from office import procedures, rules
from office.models import Clock, Day, Notice, Phrase, Series
from office.models.clocks import KnownYear
from tests.screens import HAN, WALKERS, walk

LANGUAGE = "en"


def kept_words() -> set[str]:
    """Chinese that is data on every screen: what was written and stored, names of books, sources."""
    texts = [
        *Phrase.objects.values_list("text", flat=True),
        *Day.objects.values_list("note", flat=True),
        *KnownYear.objects.values_list("source", flat=True),
        *Notice.objects.filter(parts={}).values_list("words", flat=True),
        *(words for row in Series.objects.values_list("name", "title") for words in row),
        *(str(words) for one in RegisterImport.objects.all() for fault in one.faults for words in fault.values()),
        *(cell for one in ImportDraft.objects.all() for row in book_of(one).grids[0].rows for cell in map(str, row)),
        *(grid.name for one in ImportDraft.objects.all() for grid in book_of(one).grids),
        *(head for one in ImportedRow.objects.all() for head, _words in one.written),
        *(one.why.get("because", "") for one in Clock.objects.all()),
        *(one.source for one in procedures.REGISTRY.values() if isinstance(one.source, str)),
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
        for url, words in walk(client, who, office, language=LANGUAGE).items()
        for one in words
        if set(HAN.findall(NUMBERS.sub("", one))) - data
    }
    assert not found, "\n".join(sorted(found))
