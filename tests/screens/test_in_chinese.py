"""No Chinese screen speaks English, but for what somebody wrote; and paper is Chinese whoever prints it."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from documents.models import ImportDraft, IncomingDocument, MeetingNotice, RegisterImport
from office import printing, registers
from office.models import (
    Case,
    Decision,
    Letterhead,
    Look,
    Organisation,
    Phrase,
    Post,
    Relocation,
    ReservedBlock,
    User,
    Voided,
)
from office.models.clocks import Chase
from office.models.files import Job
from tests import file_samples
from tests.screens import HAN, LATIN, WALKERS, latin_words, seen, walk

LANGUAGE = "zh-hans"


def latin_data() -> set[str]:
    texts = [
        *(one.title for one in Case.objects.all()),
        *(text for row in Decision.objects.values_list("opinion", "reason", "signed_name") for text in row),
        *(text for row in Organisation.objects.values_list("name", "initials") for text in row),
        *(text for row in Letterhead.objects.values_list("name", "heading") for text in row),
        *(text for row in User.objects.values_list("username", "name") for text in row),
        *(text for row in Job.objects.values_list("title", "failed") for text in row),
        *(text for row in MeetingNotice.objects.values_list("place", "rank_wanted") for text in row),
        *Post.objects.values_list("code", flat=True),
        *ImportDraft.objects.values_list("file_name", flat=True),
        *RegisterImport.objects.values_list("file_name", flat=True),
        *Phrase.objects.values_list("text", flat=True),
        *Chase.objects.values_list("words", flat=True),
        *Voided.objects.values_list("reason", flat=True),
        *ReservedBlock.objects.values_list("purpose", flat=True),
        *Relocation.objects.values_list("reason", flat=True),
        *("sowing", "zzz", "sketch", "Normal", "Rung"),
    ]
    return {word for text in texts for word in latin_words(text)}


@pytest.mark.parametrize("who", WALKERS)
def test_a_chinese_screen_shows_no_english_that_is_not_data(client, office, who):
    known = LATIN | latin_data()
    found = {
        f"{url}: {one}"
        for url, words in walk(client, who, office, language=LANGUAGE).items()
        for one in words
        if latin_words(one) - known
    }
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("sheet", ["incoming_slip", "incoming_circulation", "incoming_label"])
def test_paper_is_chinese_when_the_screen_is_english(client, office, monkeypatch, sheet):
    printed: dict[str, list[str]] = {"en": [], "zh-hans": []}
    client.force_login(office.who.clerk)
    for language, pages in printed.items():

        def drawn(name, context, *, pages=pages, **_rest) -> bytes:
            pages.append(printing.html(name, context))
            return file_samples.pdf(1)

        monkeypatch.setattr(printing, "pdf", drawn)
        client.cookies["django_language"] = language
        for state in ("out", "closed", "void", "classified", "envelope"):
            public_id = office.cases[state].public_id
            for form in ("", "?form=reading", "?form=approval"):
                assert client.get(reverse(sheet, args=[public_id]) + form).status_code == 200
    # The margin of a restricted paper says when it was printed.
    english, chinese = ([re.sub(r"\d\d:\d\d 打印", "", one) for one in pages] for pages in printed.values())
    assert english == chinese
    assert all(HAN.search(one) for one in chinese)


def test_the_printed_register_is_chinese_when_the_screen_is_english(office):
    register = registers.get("documents.incoming")
    selection = registers.Selection(year=2026, viewer=office.who.clerk)
    with translation.override("zh-hans"):
        chinese = list(register.rows(selection))
    with translation.override("en"):
        assert list(register.rows(selection)) == chinese
    assert sum(bool(row.key) for row in chinese) == IncomingDocument.objects.filter(imported=None).count()


def test_a_look_is_stored_in_the_offices_language_and_shown_in_the_readers(client, office):
    client.force_login(office.who.clerk)
    client.cookies["django_language"] = "en"
    public_id = office.cases["restricted"].public_id
    client.get(reverse("case", args=[public_id]))
    assert "去向页" in set(Look.objects.values_list("what", flat=True))
    shown = seen(client.get(reverse("looks", args=[public_id])).content.decode(), language="en")
    assert "Tracking page" in shown
