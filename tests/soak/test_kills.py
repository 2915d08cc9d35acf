"""kill -9 in the middle of it: nothing is half done, nothing is done twice, and the numbers have no gap."""

import http.client
import json
import random
import secrets
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack

import pytest
from django.utils import timezone

from office import embedded
from office.bench.clerks import CLERKS, NAME, Clerk
from office.bench.rooms import Office, house, office

from .rooms import Postbox, ask, counted, kill, kill_postgres, running, until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

PAPERS = 240
KILLS = 5
PASSWORD = secrets.token_urlsafe(12) + "-Aa1"


@pytest.fixture
def folder():
    with house(cases=0) as made:
        yield made


class Patient(Clerk):
    """A clerk who sends the form that lies open again when the office did not answer, and looks at nothing else."""

    stop = False

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        while not self.stop:
            try:
                status, place = super()._ask(method, path, body)
            except (OSError, http.client.HTTPException):
                status, place = 0, ""
            if status not in (0, 500, 502, 503):
                return status, place
            time.sleep(0.3)
        raise AssertionError("The office did not come back.")


def all_register(port: int, *, harm) -> list[Patient]:
    """Every clerk registers his share while `harm(how many are done)` is called until they are through."""
    clerks = [Patient(NAME.format(place), PASSWORD, port) for place in range(CLERKS)]
    for clerk in clerks:
        clerk.sign_in()
    threads = [
        threading.Thread(target=_work, args=(clerk, range(place, PAPERS, CLERKS)))
        for place, clerk in enumerate(clerks)
    ]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads):
            harm(sum(len(clerk.seconds) for clerk in clerks))
            time.sleep(0.05)
    finally:
        for clerk in clerks:
            clerk.stop = True
        for thread in threads:
            thread.join(timeout=60)
    return clerks


def _work(clerk: Patient, papers: Iterable[int]) -> None:
    try:
        clerk.register(papers)
    except Exception as error:
        clerk.errors.append(repr(error))


class Harm:
    """Strikes `KILLS` times, spread over the registering; `tend` mends what it finds, once a second."""

    def __init__(self, strike, *, tend=lambda: None) -> None:
        self.strike, self.tend = strike, tend
        self.tended_at = 0.0
        dice = random.Random(9704)
        self.at = sorted(dice.sample(range(10, PAPERS - 20), KILLS))

    def __call__(self, done: int) -> None:
        if self.at and done >= self.at[0]:
            del self.at[0]
            self.strike()
        if time.monotonic() - self.tended_at > 1:
            self.tend()
            self.tended_at = time.monotonic()


def test_web_server_killed_while_clerks_register(folder):
    with office(folder / "web") as desk, ExitStack() as stack:
        desk.ask("clerks.furnish", password=PASSWORD)
        web = _Web(desk, stack)
        harm = Harm(web.kill_and_start)
        clerks = all_register(web.port, harm=harm)
        nothing_is_half_done(desk, clerks, harm)


def test_postgres_killed_while_clerks_register(folder):
    var = folder / "postgres"
    with office(var) as desk, ExitStack() as stack:
        desk.ask("clerks.furnish", password=PASSWORD)
        web = _Web(desk, stack)

        # What the supervisor of the office does every few seconds.
        harm = Harm(lambda: kill_postgres(var), tend=lambda: embedded.revive(var))
        clerks = all_register(web.port, harm=harm)
        nothing_is_half_done(desk, clerks, harm)


class _Web:
    """The web server on one port, whatever becomes of it."""

    def __init__(self, desk: Office, stack: ExitStack) -> None:
        from office.supervisor import free_port

        self.desk, self.stack = desk, stack
        self.port = next(port for port in range(18431, 18499) if _free(free_port, port))
        self.start()

    def start(self) -> None:
        from office.bench.rooms import _wait_for

        self.process = self.stack.enter_context(
            running(self.desk, "-m", "gunicorn", "office.wsgi", PORT=str(self.port))
        )
        _wait_for(self.port, self.process)

    def kill_and_start(self) -> None:
        kill(self.process)
        self.start()


def _free(free_port, port: int) -> bool:
    from office.supervisor import Refused

    try:
        return free_port(str(port)) == port
    except Refused:
        return False


def nothing_is_half_done(desk: Office, clerks: list[Patient], harm: Harm) -> None:
    assert harm.at == [], "it was over before every blow had fallen"
    assert [error for clerk in clerks for error in clerk.errors] == []
    found = ask(desk, "whole")
    assert found == {
        "found": [], "gaps": [], "titles": PAPERS, "cases": PAPERS, "documents": PAPERS, "lost": 0, "unseen": 0,
    }  # fmt: skip


def test_worker_killed_while_it_chases(folder):
    """R-SUP-07: every rung is told once, whoever is killed while telling it."""
    clocks = 12_000
    with office(folder / "chase", cases=50) as desk:
        ask(desk, "overdue", clocks=clocks)
        now = ask(desk, "now")
        dice = random.Random(9704)
        chase = ("manage.py", "chase", "--now", now)
        for _blow in range(5):
            before = counted(folder / "chase", "office_reminder")
            # Two at once, and both die somewhere between the first batch they write and the last.
            with running(desk, *chase) as chaser, running(desk, *chase) as other:
                until(lambda before=before: counted(folder / "chase", "office_reminder") > before)
                time.sleep(dice.uniform(0, 0.3))
                kill(other)
                kill(chaser)
            found = ask(desk, "chased")
            assert found["named"] == found["notices"], "a receipt without its notice, or the other way round"
        desk.manage("chase", "--now", now)
        found = ask(desk, "chased")
        assert found["silent"] == 0
        assert found["named"] == found["notices"] >= found["receipts"] >= clocks
        desk.manage("chase", "--now", now)
        assert ask(desk, "chased") == found


def test_worker_killed_while_it_sends_mail(folder):
    """At least once, and twice only what was in its hands when it died."""
    people, blows = 400, 6
    with office(folder / "mail") as desk, Postbox() as box:
        desk.environment |= {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(box.port),
        }  # fmt: skip
        ask(desk, "urgent_notices", people=people)
        for blow in range(blows):
            before = sum(box.letters.values())
            later = json.dumps({"later": 11 * blow})
            with running(desk, "-m", "tests.soak.parts", "deliver", later) as worker:
                until(lambda before=before: sum(box.letters.values()) > before + 15 or worker.poll() is not None)
                kill(worker)
        for later in range(blows, blows + 3):
            ask(desk, "deliver", later=11 * later)
        assert ask(desk, "deliveries") == {"claimed": people, "sent": people}
        assert len(box.letters) == people
        assert sum(box.letters.values()) <= people + blows


def test_worker_killed_while_it_prints(folder):
    """A register of 4,000 rows is printed to the end by the worker that comes after, and kept once."""
    year = timezone.localdate().year
    celery = ("-m", "celery", "--app", "office", "worker", "--concurrency", "1", "--loglevel", "ERROR")
    with office(folder / "print", cases=4_000) as desk:
        key = ask(desk, "ask_register", year=year)
        for _blow in range(2):
            with running(desk, *celery) as worker:
                before = ask(desk, "job", key=key)["done"]
                more = f"office_job WHERE done > {before}"
                until(lambda more=more: counted(folder / "print", more) == 1, seconds=300)
                kill(worker)
            assert not ask(desk, "job", key=key)["finished"]
            until(lambda: ask(desk, "pick_up") == 1)
        with running(desk, *celery):
            finished = "office_job WHERE finished_at IS NOT NULL"
            until(lambda: counted(folder / "print", finished) == 1, seconds=300)
        found = ask(desk, "job", key=key)
        assert found["failed"] == ""
        assert found["stored"] == 1
        assert found["pages"] == found["total"] > 50
        assert ask(desk, "prune") == []
