"""Reading the pages as somebody does: what is seen and heard of them, and the ways through the whole office."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from documents.models import RegisterImport
from office import access, dials, lists, procedures
from office.admission import ADMITTED, admits
from office.models import (
    Clock,
    Handover,
    HandoverItem,
    Letterhead,
    Organisation,
    Phrase,
    PostHolding,
    ReservedBlock,
    Series,
    SheetOut,
    User,
)
from office.models.clocks import Chase
from office.models.files import Job
from office.views.bringing_back import KEPT
from tests.furnished import Furnished, furnish
from tests.people import cast

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
HAN = re.compile(r"[\u3400-\u9fff]+")
# What stands in Latin letters on a Chinese screen: kinds of files, keys, ids of rules, codes and examples of input.
LATIN = {
    "PDF", "OFD", "JPG", "PNG", "TIFF", "DOC", "DOCX", "WPS", "XLS", "XLSX", "ZIP", "Excel", "Word", "MB", "GB", "EN",
    "Ctrl", "Alt", "Enter", "Esc", "snyt", "holidays", "unknown",
}
# Codes and addresses (R-IN-20, office-director, documents.short, LOGIN_TRIES), and the second factor's secret.
CODES = re.compile(r"\S*[A-Za-z0-9][-._/=]\w\S*|(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")


def latin_words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z][A-Za-z'’]+", CODES.sub(" ", text)))


def compile_catalogue(folder: Path) -> Path:
    """The committed English catalogue, compiled into `folder`: a LOCALE_PATHS entry."""
    target = folder / "en" / "LC_MESSAGES"
    target.mkdir(parents=True)
    subprocess.run(["msgfmt", "-o", str(target / "django.mo"), str(CATALOGUE)], check=True)
    return folder


@contextmanager
def furnished_office(blocker, catalogue: Path, *, english: bool) -> Iterator[Furnished]:
    """One office for all readers of a module; everything is taken back when the last has read."""
    named = {"OFFICE_NAME": "The Bureau"} if english else {}
    with blocker.unblock(), override_settings(LOCALE_PATHS=[catalogue], **named), transaction.atomic():
        yield furnish(cast(latin=english))
        transaction.set_rollback(True)


class Visible(HTMLParser):
    """What somebody sees or hears of a page, without what is marked as being in another language."""

    SPOKEN = {"title", "aria-label", "placeholder", "alt"}
    SILENT = {"script", "style"}
    EMPTY = {"input", "br", "hr", "meta", "link", "img", "col", "wbr", "source"}

    def __init__(self, html: str, *, language: str) -> None:
        super().__init__()
        self.language, self.words, self.open, self.html_lang = language, [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        if tag == "html":
            self.html_lang = given.get("lang", "")
        other = given.get("lang", self.language) != self.language
        hidden = other or tag in self.SILENT or any(one for _tag, one in self.open)
        if not hidden:
            self.words += [value for name, value in attrs if value and self._spoken(tag, name, given)]
        if tag not in self.EMPTY:
            self.open.append((tag, hidden))

    def _spoken(self, tag: str, name: str, given: dict) -> bool:
        if name == "value":
            return tag == "input" and given.get("type") in ("submit", "button")
        return name in self.SPOKEN or name == "data-leave"

    def handle_endtag(self, tag) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data) -> None:
        if data.strip() and not any(hidden for _tag, hidden in self.open):
            self.words.append(" ".join(data.split()))


def seen(html: str, *, language: str) -> list[str]:
    return Visible(html, language=language).words


# Addresses that answer with no page of words: acts, pieces of a page for the script, files.
NO_PAGE = {
    "logout", "set_language", "health", "text_size", "turn_draft", "follow", "batch", "incoming_draft",
    "incoming_duplicates", "incoming_same_file", "incoming_senders", "read_date", "incoming_print", "incoming_slip",
    "handover_sheet", "handover_count", "list_export", "view_share", "view_remove",
    "incoming_circulation", "incoming_label", "file", "file_page", "job_file", "notice", "notices_read",
    "import_copy", "incoming_compose", "phrase_up", "phrase_down", "phrase_remove", "deputy_end", "leave_remove",
    "second_factor", "on_paper_print", "on_paper_scan", "on_paper_next", "scan_drop", "folder", "sheet_back",
    "scanned_page", "scanned_place", "paper_mode", "waiting_list", "daily_print", "work_done_file",
    "reserved_print", "reserved_void", "people_template",
}


def ways(office: Furnished, *, few: bool) -> dict[str, list]:
    """The arguments with which each address that takes some is asked for; `few`: not of every case there is."""
    who, cases = office.who, office.cases
    beside = [[cases[state].public_id] for state in ("out", "proposed", "restricted", "void", "asked")]
    ids = beside if few else [[one.public_id] for one in cases.values()]
    turns = [[office.turn(state).pk] for state in cases if cases[state].turns.filter(side=False, ended_at=None)]
    turns = turns[::2] if few else turns
    sides = [[one.pk] for one in cases["out"].turns.filter(side=True)]
    pending = PostHolding.objects.get(confirmed_at__isnull=True)
    seat = PostHolding.objects.filter(confirmed_at__isnull=False).first()
    opinion = cases["out"].decisions.filter(recorded_by__isnull=False, move="instruct").get()
    paths = [one for one in procedures.REGISTRY.values() if one.code.startswith("documents.")]
    people = [[one.pk] for one in User.objects.filter(username__in=["clerk", "system", "system2", "audit"])]
    return {
        "turn": turns + sides, "record": turns[:3],
        "case": ids,
        **dict.fromkeys(["void", "extend", "relocate", "circulation", "take_back", "bar", "relate"], beside),
        **dict.fromkeys(["looks", "chase_new", "incoming_edit"], beside),
        **dict.fromkeys(["correct", "confirm_record"], [[cases["out"].public_id, opinion.number]]),
        "why": [[one.pk] for one in Clock.objects.filter(case__in=[cases["new"], cases["out"]])],
        "sheet_confirm": [[one.pk] for one in SheetOut.objects.exclude(said=None)],
        "reserved_block": [[one.pk] for one in ReservedBlock.objects.all()],
        **dict.fromkeys(["handover"], [[one.pk] for one in Handover.objects.all()]),
        **dict.fromkeys(["list_columns", "view_new"], [[code] for code in lists.codes()]),
        "holding_handed": [[one.pk] for one in HandoverItem.objects.filter(part="office.posts")],
        "chase_answer": [[Chase.objects.get().pk]],
        "import_done": [[one.pk] for one in RegisterImport.objects.all()],
        "job": [[one.public_id] for one in Job.objects.all()],
        **dict.fromkeys([name for name in ADMITTED if name.startswith("person") and name != "person_new"], people),
        "department": [[who.departments["crops"].pk]],
        "post": [[who.posts["clerk"].pk]],
        **dict.fromkeys(["holding_confirm", "holding_withdraw"], [[pending.pk]]),
        "holding_end": [[seat.pk]],
        "dial": [[code] for code in dials.DIALS],
        **dict.fromkeys(["steps", "drawn"], [[one.code] for one in paths]),
        "step": [[paths[0].code, step] for step in paths[0].steps],
        "procedure_choice": [["documents.incoming"]],
        "ladder": [["normal"], ["urgent"], ["flash"]],
        "series": [[Series.objects.first().pk]],
        "letterhead": [[one.pk] for one in Letterhead.objects.all()],
        "organisation": [[Organisation.objects.first().pk]],
        "office_phrase": [[Phrase.objects.filter(person=None).first().pk]],
        "version": [[name, one.model.history.earliest("history_id").history_id] for name, one in KEPT.items()
                    if one.model.history.exists()],
        "calendar_year": [[2025], [2026], [2027]],
        "calendar_known": [[2027]],
        "calendar_day": [[2026, date(2026, 11, 17)]],
    }


# Forms that are also sent empty, for the sentences they answer with.
ASKED = ("_new", "turn", "record", "deputies", "phrases", "leave", "password_change", "second_factor_setup")
WALKERS = ["clerk", "leader", "handler", "system_admin", "security_admin", "audit_admin"]


def walk(client, who: str, office: Furnished, *, language: str) -> dict[str, list[str]]:
    """{address: its words} of every page this person can open, and the answers to empty forms."""
    person = getattr(office.who, who)
    client.force_login(person)
    client.cookies["django_language"] = language
    # What an English screen lacks differs from paper to paper; what a Chinese one has too much, from page to page.
    given, said = ways(office, few=language != "en"), {}
    if person.does_office_business:
        # One paper in other hands shows what any does.
        mine = set(access.waiting_for(person).values_list("pk", flat=True))
        others = [one for one in given["turn"] if one[0] not in mine]
        given["turn"] = [one for one in given["turn"] if one not in others[1:]]
    if who == "system_admin":
        # What was read of a notice is looked through on a page of its own.
        notice = "关于2028年部分节假日安排的通知。一、元旦：1月1日（周六）放假1天。"
        client.post(reverse("holiday_notice"), {"text": notice})
    if person.does_office_business and who != "clerk":
        # What depends on a paper is the clerk's as well, but for what one may do with it.
        given = {name: args if name == "turn" else [] for name, args in given.items()}
    for name in sorted(ADMITTED):
        if name in NO_PAGE or not admits(name, person.kind):
            continue
        for args in given.get(name, [[]]):
            url = reverse(name, args=args)
            for answer in (client.get(url), client.post(url) if name.endswith(ASKED) else None):
                if answer is not None and answer.get("Content-Type", "").startswith("text/html"):
                    said.setdefault(url, []).extend(seen(answer.content.decode(), language=language))
    if who == "leader":
        between = {"person": office.who.handler.pk, "receiver": office.who.colleague.pk, "reason": "moving"}
        for url in (f"{reverse('handover_new')}?{urlencode(between)}",):
            for answer in (client.get(url), client.post(url, {"move": "1"})):
                said.setdefault(url, []).extend(seen(answer.content.decode(), language=language))
    for words in ("sowing", "zzz", ""):
        said[f"search {words}"] = seen(client.get(reverse("search"), {"q": words}).content.decode(), language=language)
    return said
