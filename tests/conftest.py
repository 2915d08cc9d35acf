"""Fixtures every test may ask for. The servers and databases under them are in tests/ground.py."""

import gc
import os
import shutil
from contextlib import ExitStack, closing

import pytest
from django.core.cache import cache
from django.test import TransactionTestCase
from hypothesis import settings

from tests import ground

# The same examples in every run, so that a red one is the change's doing; chance belongs to `make soak`.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
GROUND = pytest.StashKey[ExitStack]()
LONG = (
    "journeys/test_whole_journey",
    "journeys/test_deciding",
    "journeys/test_registering",
    "test_machine",
    "journeys/",
    "tests/screens/",
    "test_urls",
    "documents/test_demo",
    "test_seeing",
    "test_supervisor",
    "test_registers",
    "test_bench",
)


def pytest_configure(config):
    # The collector would go through every module's objects again and again, in a process that soon ends.
    gc.set_threshold(100_000, 50, 50)
    # xdist's workers stand on the ground their controller has opened.
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[GROUND] = ExitStack()
        ground.open_ground(config.stash[GROUND])


def pytest_collection_modifyitems(items):
    # Each file stays with one worker; the long ones first, so that both workers end together.
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if name in item.nodeid), len(LONG)))


def pytest_unconfigure(config):
    if GROUND in config.stash:
        config.stash[GROUND].close()


@pytest.fixture(scope="session")
def database_name() -> str:
    """The name of this worker's test database."""
    return f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, database_name, pytestconfig):
    """A migrated database. Tests use it in the application's role, so every one proves the grants."""
    with django_db_blocker.unblock():
        ground.make_database(database_name, kept=pytestconfig.cache.mkdir("database"))
        emptier = ground.Emptier(database_name)
        # Django would flush with TRUNCATE, which neither the application's role nor the triggers allow.
        TransactionTestCase._fixture_teardown = lambda self: emptier.empty()
        yield
        emptier.connection.close()


@pytest.fixture
def database_owner(transactional_db, database_name):
    """A cursor as the owner of the tables, for what the application may not do. What it changes it puts back."""
    with closing(ground.owner(database_name)) as connection, connection.cursor() as cursor:
        yield cursor


@pytest.fixture(autouse=True)
def _fresh_cache():
    yield
    cache.clear()


@pytest.fixture(scope="session")
def office_environment(django_db_setup, database_name) -> dict[str, str]:
    """The environment for another process of the office (manage.py, celery) on the test database and queue."""
    return ground.environment(database_name)


@pytest.fixture(scope="session")
def _worker(django_db_setup, database_name):
    worker = ground.start_worker(database_name)
    yield worker
    ground.stop_worker(worker)


@pytest.fixture
def celery_worker_process(transactional_db, _worker):
    """A real Celery worker that does what this test hands to the queue; `.finish()` waits until it is done."""
    with ground.heard():
        yield _worker
        _worker.finish()


@pytest.fixture
def live_office(live_server) -> str:
    """The address of a running office on the test database, without a slash at the end."""
    return live_server.url


@pytest.fixture(scope="session")
def chromium():
    """A real Chromium for the session; give each test a context of its own."""
    from playwright.sync_api import sync_playwright

    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or _installed_chromium(),
            args=["--no-sandbox", "--disable-gpu", *quiet],
        )
        yield browser
        browser.close()


def _installed_chromium() -> str | None:
    """The system's browser; None leaves it to Playwright's own."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None
