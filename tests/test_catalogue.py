"""Two languages: the English catalogue is complete, and who chooses one keeps it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from office import procedures
from office.models import Clock, Decision, Notice, User
from office.models.clocks import Reminder
from tests.furnished import furnish
from tests.people import PASSWORD, cast
from tests.screens import CATALOGUE, HAN, LATIN, ROOT, Visible, compile_catalogue, latin_words, seen

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

# --- Which language ---


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> Path:
    return compile_catalogue(tmp_path_factory.mktemp("locale"))


@pytest.fixture(autouse=True)
def _the_committed_catalogue(settings, compiled):
    settings.LOCALE_PATHS = [compiled]


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
