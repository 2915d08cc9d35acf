"""Every look at a restricted record is logged, whichever page shows it."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from office.models import Case, Look, User
from tests import people, test_urls

RECORD_PAGES = ["turn", "case", "looks", "incoming_slip", "incoming_circulation", "incoming_label", "file", "file_page"]
FORMS_ABOUT_IT = ["why", "void", "relocate", "circulation", "chase_new", "record", "correct", "incoming_edit"]


@pytest.fixture(scope="module")
def furnished(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, test_urls.Place]]:
    folder = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), override_settings(FILES_DIR=folder), transaction.atomic():
        yield test_urls.furnish(people.cast())
        transaction.set_rollback(True)


@pytest.fixture
def ordinary(furnished) -> Iterator[dict[str, test_urls.Place]]:
    with transaction.atomic():
        yield furnished
        transaction.set_rollback(True)


@pytest.fixture
def places(ordinary) -> dict[str, test_urls.Place]:
    Case.objects.update(restricted=True)
    return ordinary


def look_at(place: test_urls.Place, **headers: str) -> bool:
    """Whether looking at this page, by whoever may, shows anything; every byte of it is read."""
    client, person = Client(), User.objects.get(username=place.of)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(place.url, **headers)
    if response.streaming:
        return bool(b"".join(response.streaming_content))
    shows = test_urls.TITLE.encode() in response.content or not response["Content-Type"].startswith("text/html")
    return response.status_code == 200 and shows


@pytest.mark.parametrize("name", RECORD_PAGES)
def test_every_look_at_a_restricted_record_is_logged_with_who_and_when(places, name):
    assert look_at(places[name])
    look = Look.objects.latest("pk")
    assert look.person.username == places[name].of
    assert (timezone.now() - look.at).total_seconds() < 60


@pytest.mark.parametrize("name", ["turn", "case", "file", "file_page"])
def test_a_look_is_logged_with_the_readers_own_address(places, settings, name):
    settings.BEHIND_PROXY = True
    assert look_at(places[name], REMOTE_ADDR="172.18.0.2", HTTP_X_FORWARDED_FOR="10.0.0.7")
    assert Look.objects.latest("pk").address == "10.0.0.7"


@pytest.mark.parametrize("name", FORMS_ABOUT_IT)
def test_no_form_shows_a_restricted_record_without_a_look(places, name):
    assert not look_at(places[name]) or Look.objects.exists()


def test_a_look_at_an_ordinary_paper_is_not_kept(ordinary):
    for name in ("case", "turn"):
        assert look_at(ordinary[name])
    assert not Look.objects.exists()


def test_who_may_not_see_a_restricted_record_leaves_no_look(places):
    client = Client()
    client.force_login(
        User.objects.get(username="machines"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(places["case"].url).status_code == 404
    assert not Look.objects.exists()
