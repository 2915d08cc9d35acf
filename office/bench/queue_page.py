"""The work queue: how many queries a page takes, and how much slower it is among a million papers."""

import statistics
import time
from collections.abc import Callable
from uuid import uuid4

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from .paper import ENTRY, typed
from .rooms import Office
from .table import Line

ITEMS = {"ten": 10, "many": 500}
LOADS = 60
MOST_QUERIES = 15
MOST_TIMES = 1.5


def furnish() -> None:
    """Part of the measurement: one person with 10 open papers and one with 500, registered as every paper is."""
    from office.models.cases import Turn
    from office.models.people import Post, PostHolding, User

    post = Post.objects.get(code="clerk")
    held = PostHolding.objects.filter(post=post, confirmed_at__isnull=False).select_related("person").first()
    assert held is not None
    clerk = _browser(held.person)
    for name, many in ITEMS.items():
        person = User.objects.create_user(f"bench-{name}", name=f"测算{name}", password_changed_at=timezone.now())
        with transaction.atomic():
            for number in range(many):
                clerk.post(ENTRY, typed(number, token=str(uuid4()), by=name, on=timezone.localdate()))
            newest = Turn.objects.open().filter(case__opened_by=held.person, step="review").order_by("-pk")[:many]
            given = Turn.objects.filter(pk__in=[turn.pk for turn in newest]).update(holder=person, post=None)
        if given != many:
            raise RuntimeError(f"{given} of {many} papers were registered.")


def serve() -> Callable[[str], dict]:
    """Part of the measurement: loads the queue of "ten" or "many" once. {"seconds", "queries"}."""
    from office.models.people import User

    browsers = {name: _browser(User.objects.get(username=f"bench-{name}")) for name in ITEMS}

    def load(name: str) -> dict:
        began = time.perf_counter()
        answer = browsers[name].get("/")
        seconds = time.perf_counter() - began
        if answer.status_code != 200 or b"/turns/" not in answer.content:
            raise RuntimeError(f"The queue of {name} did not open: {answer.status_code}.")
        # Counting slows the queries down, so it has a request of its own.
        with CaptureQueriesContext(connection) as queries:
            browsers[name].get("/")
        return {"seconds": seconds, "queries": len(queries)}

    return load


def _browser(person) -> Client:
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def measure(small: Office, large: Office, *, cases: tuple[int, int], full: bool) -> list[Line]:
    for office in (small, large):
        office.ask("queue_page.furnish")
    seconds: dict[tuple[str, str], list[float]] = {}
    queries: dict[str, set[int]] = {name: set() for name in ITEMS}
    with small.talk("queue_page.serve") as ask_small, large.talk("queue_page.serve") as ask_large:
        for turn in range(LOADS + 5):
            # One after the other: whatever else the machine does falls on both alike.
            for where, ask in (("small", ask_small), ("large", ask_large)):
                for name in ITEMS:
                    found = ask(name)
                    if turn >= 5:
                        seconds.setdefault((where, name), []).append(found["seconds"])
                        queries[name].add(found["queries"])
    middle = {key: statistics.median(found) for key, found in seconds.items()}
    most = max(max(found) for found in queries.values())
    same = len(queries["ten"] | queries["many"]) == 1
    times = {name: middle["large", name] / middle["small", name] for name in ITEMS}
    counts = ", ".join(f"{ITEMS[name]} items: {'/'.join(map(str, sorted(queries[name])))}" for name in ITEMS)
    pages = ", ".join(f"{ITEMS[one]} items: {times[one]:.2f} × {middle['small', one] * 1000:.0f} ms" for one in ITEMS)
    return [
        Line("Queue page: queries for 10 and 500 items", f"≤ {MOST_QUERIES}, the same", counts,
             most <= MOST_QUERIES and same),
        Line(f"Queue page: p50 at {cases[1]:,} against {cases[0]:,} cases", f"≤ {MOST_TIMES} ×", pages,
             max(times.values()) <= MOST_TIMES if full else None),
    ]  # fmt: skip
