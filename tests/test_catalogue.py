"""Two languages: the English catalogue is complete, and no page speaks the other language or a third."""

import re
import shutil
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from documents.models import IncomingDocument, MeetingNotice
from office import dials, printing, procedures, registers, rules
from office.admission import ADMITTED, admits
from office.models import (
    Case,
    Clock,
    Day,
    Decision,
    Look,
    Notice,
    Organisation,
    Phrase,
    Post,
    PostHolding,
    Relocation,
    Series,
    User,
)
from office.models.clocks import Chase, KnownYear, Reminder
from office.models.files import Job
from tests.furnished import Furnished, furnish, latin
from tests.people import PASSWORD, cast

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
HAN = re.compile(r"[\u3400-\u9fff]+")
HELD = re.compile(r"%\((\w+)\)|(?<!%)\{(\w+)|%[sd]")


# --- The catalogue ---


@pytest.fixture(autouse=True)
def _only_what_the_office_declares(monkeypatch):
    """Procedures sketched by other tests of this process are no screens of the office."""
    for code in [code for code in procedures.REGISTRY if not code.startswith("documents.")]:
        monkeypatch.delitem(procedures.REGISTRY, code)


def entries(path: Path) -> dict[tuple[str, str], tuple[list[str], str]]:
    """{(context, msgid): ([msgid, plural], [translations])}; a fuzzy or obsolete entry has no translation."""
    found = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                name, line = line.split(" ", 1)
            fields[name] = fields.get(name, "") + line[1:-1].replace('\\"', '"').replace("\\n", "\n")
        if fields.get("msgid"):
            source = [fields[one] for one in ("msgid", "msgid_plural") if one in fields]
            said = [words for one, words in fields.items() if one.startswith("msgstr")]
            fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in block.splitlines())
            found[fields.get("msgctxt", ""), fields["msgid"]] = (source, [""] if fuzzy else said)
    return found


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> dict:
    """What `make messages` finds in the program now, collected from a copy."""
    copy = tmp_path_factory.mktemp("copy")
    for folder in ROOT.iterdir():
        if (folder / "apps.py").exists() or folder.name == "templates":
            kept = shutil.ignore_patterns("__pycache__", "*.csv", "*.pdf")
            shutil.copytree(folder, copy / folder.name, ignore=kept)
    shutil.copy(ROOT / "manage.py", copy)
    (copy / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "en", "--no-wrap", "--verbosity", "0"]
    subprocess.run(command, cwd=copy, check=True, env={"PATH": "/usr/local/bin:/usr/bin:/bin"})
    return entries(copy / "locale" / "en" / "LC_MESSAGES" / "django.po")


@pytest.fixture(scope="module")
def written() -> dict:
    return entries(CATALOGUE)


def test_every_sentence_of_the_program_has_an_english_one(collected, written):
    assert [key for key in collected if not all(written.get(key, ([], [""]))[1])] == []


def test_nothing_in_the_catalogue_is_left_over_from_an_older_program(collected, written):
    assert [key for key in written if key not in collected] == []


def test_every_translation_holds_what_its_source_holds(written):
    def held(words: str) -> list:
        return sorted(set(HELD.findall(words)))

    assert [key for key, (source, said) in written.items() for one in said if held(one) != held(source[0])] == []


def test_no_translation_is_half_chinese(written):
    # The name of the language; words one types; names of books; people of the demo.
    typed = {"中文", "昨天", "春节", "收", "密", "吴海燕", "林建华"}
    assert [one for _source, said in written.values() for one in said if set(HAN.findall(one)) - typed] == []


def test_the_catalogue_compiles_with_its_placeholders_checked(tmp_path):
    subprocess.run(["msgfmt", "--check-format", "-o", str(tmp_path / "en.mo"), str(CATALOGUE)], check=True)


# --- Walking the pages ---


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    target = folder / "en" / "LC_MESSAGES"
    target.mkdir(parents=True)
    subprocess.run(["msgfmt", "-o", str(target / "django.mo"), str(CATALOGUE)], check=True)
    return folder


@pytest.fixture(autouse=True)
def _the_committed_catalogue(settings, compiled):
    settings.LOCALE_PATHS = [compiled]


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
    "incoming_duplicates", "incoming_senders", "read_date", "incoming_print", "incoming_slip",
    "incoming_circulation", "incoming_label", "file", "file_page", "job_file", "notice", "notices_read",
    "phrase_up", "phrase_down", "phrase_remove", "deputy_end", "leave_remove", "second_factor",
}


def ways(office: Furnished) -> dict[str, list]:
    """The arguments with which each address that takes some is asked for."""
    who, cases = office.who, office.cases
    ids = [[one.public_id] for one in cases.values()]
    beside = [[cases[state].public_id] for state in ("out", "proposed", "restricted", "void", "asked")]
    turns = [[office.turn(state).pk] for state in cases if cases[state].turns.filter(side=False, ended_at=None)]
    sides = [[one.pk] for one in cases["out"].turns.filter(side=True)]
    pending = PostHolding.objects.get(confirmed_at__isnull=True)
    seat = PostHolding.objects.filter(confirmed_at__isnull=False).first()
    opinion = cases["out"].decisions.filter(recorded_by__isnull=False, move="instruct").get()
    paths = [one for one in procedures.REGISTRY.values() if one.code.startswith("documents.")]
    people = [[one.pk] for one in User.objects.filter(username__in=["clerk", "system", "system2", "audit"])]
    return {
        "turn": turns + sides, "record": turns,
        "case": ids,
        **dict.fromkeys(
            ["void", "relocate", "circulation", "take_back", "bar", "looks", "chase_new", "incoming_edit"], beside
        ),
        **dict.fromkeys(["correct", "confirm_record"], [[cases["out"].public_id, opinion.number]]),
        "why": [[one.pk] for one in Clock.objects.filter(case__in=[cases["new"], cases["out"]])],
        "chase_answer": [[Chase.objects.get().pk]],
        "job": [[one.public_id] for one in Job.objects.all()],
        **dict.fromkeys([name for name in ADMITTED if name.startswith("person") and name != "person_new"], people),
        "department": [[who.departments["crops"].pk]],
        "post": [[who.posts["clerk"].pk]],
        **dict.fromkeys(["holding_confirm", "holding_withdraw"], [[pending.pk]]),
        "holding_end": [[seat.pk]],
        "dial": [[code] for code in dials.DIALS],
        "steps": [[one.code] for one in paths],
        "step": [[paths[0].code, step] for step in paths[0].steps],
        "procedure_choice": [["documents.incoming"]],
        "ladder": [["normal"], ["urgent"], ["flash"]],
        "series": [[Series.objects.first().pk]],
        "organisation": [[Organisation.objects.first().pk]],
        "office_phrase": [[Phrase.objects.filter(person=None).first().pk]],
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
    given, said = ways(office), {}
    for name in sorted(ADMITTED):
        if name in NO_PAGE or not admits(name, person.kind):
            continue
        for args in given.get(name, [[]]):
            url = reverse(name, args=args)
            for answer in (client.get(url), client.post(url) if name.endswith(ASKED) else None):
                if answer is not None and answer.get("Content-Type", "").startswith("text/html"):
                    said.setdefault(url, []).extend(seen(answer.content.decode(), language=language))
    for words in ("sowing", "zzz", ""):
        said[f"search {words}"] = seen(client.get(reverse("search"), {"q": words}).content.decode(), language=language)
    return said


@pytest.fixture
def english_office(db, settings) -> Furnished:
    settings.OFFICE_NAME = "The Bureau"
    who = cast()
    latin(who)
    return furnish(who)


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
def test_an_english_screen_shows_no_chinese_that_is_not_data(client, english_office, who):
    data = kept_words()
    found = {
        f"{url}: {one}"
        for url, words in walk(client, who, english_office, language="en").items()
        for one in words
        if set(HAN.findall(NUMBERS.sub("", one))) - data
    }
    assert not found, "\n".join(sorted(found))


# --- Chinese screens ---

# What stands in Latin letters on a Chinese screen: kinds of files, keys, ids of rules, codes and examples of input.
LATIN = {
    "PDF", "OFD", "JPG", "PNG", "TIFF", "DOC", "DOCX", "WPS", "XLS", "XLSX", "ZIP", "Excel", "MB", "EN", "Ctrl", "Alt",
    "Enter", "Esc", "snyt", "holidays", "unknown",
}
# Codes and addresses (R-IN-20, office-director, documents.short, LOGIN_TRIES), and the second factor's secret.
CODES = re.compile(r"\S*[A-Za-z0-9][-._/=]\w\S*|(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")


@pytest.fixture
def chinese_office(db) -> Furnished:
    return furnish(cast())


def latin_words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z][A-Za-z'’]+", CODES.sub(" ", text)))


def latin_data() -> set[str]:
    texts = [
        *(one.title for one in Case.objects.all()),
        *(text for row in Decision.objects.values_list("opinion", "reason", "signed_name") for text in row),
        *(text for row in Organisation.objects.values_list("name", "initials") for text in row),
        *(text for row in User.objects.values_list("username", "name") for text in row),
        *(text for row in Job.objects.values_list("title", "failed") for text in row),
        *(text for row in MeetingNotice.objects.values_list("place", "rank_wanted") for text in row),
        *Post.objects.values_list("code", flat=True),
        *Phrase.objects.values_list("text", flat=True),
        *Chase.objects.values_list("words", flat=True),
        *Relocation.objects.values_list("reason", flat=True),
        *("sowing", "zzz", "sketch"),
    ]
    return {word for text in texts for word in latin_words(text)}


@pytest.mark.parametrize("who", WALKERS)
def test_a_chinese_screen_shows_no_english_that_is_not_data(client, chinese_office, who):
    known = LATIN | latin_data()
    found = {
        f"{url}: {one}"
        for url, words in walk(client, who, chinese_office, language="zh-hans").items()
        for one in words
        if latin_words(one) - known
    }
    assert not found, "\n".join(sorted(found))


@pytest.fixture
def clerk(db) -> User:
    return cast().clerk


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_door_and_the_password_speak_the_language_of_the_screen(client, clerk, settings, language):
    """What Django, axes and otp say themselves, where bad input makes them speak."""
    settings.AXES_FAILURE_LIMIT = 2
    settings.OFFICE_NAME = ""
    client.cookies["django_language"] = language
    client.force_login(clerk)
    weak = {"old_password": PASSWORD, "new_password1": "123456", "new_password2": "123456"}
    pages = [client.post(reverse("password_change"), weak)]
    pages.append(client.post(reverse("second_factor_setup"), {"otp_token": "abc"}))
    client.post(reverse("logout"))
    pages += [client.post(reverse("login"), {"username": "clerk", "password": "wrong"}) for _try in range(3)]
    assert pages[-1].status_code == 429
    for page in pages:
        words = " ".join(seen(page.content.decode(), language=language)).replace(clerk.name, "")
        assert not (HAN.search(words) if language == "en" else latin_words(words) - LATIN - {"clerk"}), words


# --- Which language ---


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_says_which_language_it_is_in(client, clerk, language):
    client.cookies["django_language"] = language
    at_the_door = client.get(reverse("login"))
    client.force_login(clerk)
    for answer in (at_the_door, client.get(reverse("queue")), client.get("/nowhere/")):
        assert Visible(answer.content.decode(), language=language).html_lang == language
        assert answer["Content-Language"] == language


def test_the_switch_stays_on_the_page(client, clerk):
    client.force_login(clerk)
    here = f"{reverse('incoming_list')}?month=11"
    page = client.get(here).content.decode()
    assert f'name="next" value="{here}"' in page
    answer = client.post(reverse("set_language"), {"language": "en", "next": here})
    assert answer["Location"] == here


def test_the_switch_follows_no_address_of_another_house(client):
    answer = client.post(reverse("set_language"), {"language": "en", "next": "https://example.org/"})
    assert answer["Location"] == "/"


def test_the_chosen_language_is_remembered_on_that_computer_for_a_year(client, clerk):
    client.force_login(clerk)
    chosen = client.post(reverse("set_language"), {"language": "en", "next": "/"}).cookies["django_language"]
    assert int(chosen["max-age"]) >= 365 * 24 * 3600
    client.post(reverse("logout"))
    assert 'lang="en"' in client.get(reverse("login")).content.decode()


# --- Paper and what is stored ---


@pytest.mark.parametrize("sheet", ["incoming_slip", "incoming_circulation", "incoming_label"])
def test_paper_is_chinese_when_the_screen_is_english(client, chinese_office, monkeypatch, sheet):
    printed: dict[str, list[str]] = {"en": [], "zh-hans": []}
    client.force_login(chinese_office.who.clerk)
    for language, pages in printed.items():

        def drawn(name, context, *, pages=pages, **_rest) -> bytes:
            pages.append(printing.html(name, context))
            return b""

        monkeypatch.setattr(printing, "pdf", drawn)
        client.cookies["django_language"] = language
        for state in ("out", "closed", "void", "classified", "envelope"):
            public_id = chinese_office.cases[state].public_id
            for form in ("", "?form=reading", "?form=approval"):
                assert client.get(reverse(sheet, args=[public_id]) + form).status_code == 200
    # The margin of a restricted paper says when it was printed.
    english, chinese = ([re.sub(r"\d\d:\d\d 打印", "", one) for one in pages] for pages in printed.values())
    assert english == chinese
    assert all(HAN.search(one) for one in chinese)


def test_the_printed_register_is_chinese_when_the_screen_is_english(chinese_office):
    register = registers.get("documents.incoming")
    selection = registers.Selection(year=2026, viewer=chinese_office.who.clerk)
    with translation.override("zh-hans"):
        chinese = list(register.rows(selection))
    with translation.override("en"):
        assert list(register.rows(selection)) == chinese
    assert len(chinese) == IncomingDocument.objects.count()


def test_what_is_stored_is_in_the_offices_language_whoever_writes_it(db):
    """A clerk whose screen is English leaves the same words behind as a colleague whose screen is Chinese."""
    stored = {}
    for language in ("zh-hans", "en"):
        with translation.override(language), transaction.atomic():
            furnish(cast())
            stored[language] = [
                list(Decision.objects.order_by("pk").values_list("label", "step_label", "reason", "names")),
                list(Clock.objects.order_by("pk").values_list("label", "why")),
                list(Notice.objects.order_by("pk").values_list("words", flat=True)),
                list(Reminder.objects.order_by("pk").values_list("words", flat=True)),
            ]
            transaction.set_rollback(True)
    assert stored["en"] == stored["zh-hans"]


def test_a_look_is_stored_in_the_offices_language_and_shown_in_the_readers(client, chinese_office):
    client.force_login(chinese_office.who.clerk)
    client.cookies["django_language"] = "en"
    public_id = chinese_office.cases["restricted"].public_id
    client.get(reverse("case", args=[public_id]))
    assert "去向页" in set(Look.objects.values_list("what", flat=True))
    shown = seen(client.get(reverse("looks", args=[public_id])).content.decode(), language="en")
    assert "Tracking page" in shown
