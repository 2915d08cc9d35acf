"""Lists and search over a million cases, as the people see them who see most, few, and all by rule."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client

from .rooms import Office
from .table import Line

LIMIT = 20.0
TIMES = 9
PAGE = 50


class Watch:
    """Milliseconds spent in the database: every statement until its rows are here."""

    def __init__(self) -> None:
        self.milliseconds = 0.0

    def __call__(self, execute: Callable, statement: str, values: Any, many: bool, context: dict) -> Any:
        began = time.perf_counter()
        try:
            return execute(statement, values, many, context)
        finally:
            self.milliseconds += (time.perf_counter() - began) * 1000


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    with connection.execute_wrapper(watch):
        yield watch


def in_database(do: Callable[[], Any], *, times: int = 0) -> tuple[float, Any]:
    """The middle of several runs, in milliseconds, and what the last one gave. The first two only warm up."""
    found: list[float] = []
    given: Any = None
    for _turn in range((times or TIMES) + 2):
        with watched() as watch:
            given = do()
        found.append(watch.milliseconds)
    return statistics.median(found[2:]), given


def people() -> dict[str, int]:
    """Part of the measurement: keys of the registry's clerk, the leader who sees most, who sees few."""
    from office.models.people import Post, PostHolding

    clerk = PostHolding.objects.filter(post=Post.objects.get(code="clerk")).order_by("pk").first()
    assert clerk is not None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT g.user_id, count(*) FROM office_caseusergrant g
            WHERE g.user_id IN (SELECT h.person_id FROM office_postholding h JOIN office_post p ON p.id = h.post_id
                                WHERE p.rank = 1)
            GROUP BY 1 ORDER BY 2 DESC LIMIT 1
            """
        )
        leader, _many = cursor.fetchone()
        cursor.execute("SELECT user_id, count(*) FROM office_caseusergrant GROUP BY 1 ORDER BY 2 LIMIT 1")
        few, _some = cursor.fetchone()
    return {"registry": clerk.person_id, "leader": leader, "few": few}


def measured() -> list[dict]:
    """Part of the measurement: for each person, list and word: {"who", "grants", "what", "milliseconds", "rows"}."""
    from office import access
    from office.bench.words import some_words
    from office.models.grants import CaseUserGrant
    from office.models.people import User

    words = some_words()
    found = []
    for who, key in people().items():
        grants = CaseUserGrant.objects.filter(user_id=key).count()

        def fresh(key: int = key) -> User:
            return User.objects.get(pk=key)

        asks: dict[str, Callable[[], Any]] = {
            "cases": lambda: access.newest_for(fresh(), count=PAGE),
            "cases, later page": lambda: access.newest_for(fresh(), count=PAGE, before=_middle()),
        }
        for kind, (word, _held) in words.items():
            asks[f"search: {kind} ({word})"] = partial(_searched, key, word)
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.force_login(fresh(), backend="django.contrib.auth.backends.ModelBackend")
        asks["register on screen"] = partial(_shown, browser)
        for what, ask in asks.items():
            milliseconds, rows = in_database(ask)
            found.append(
                {"who": who, "grants": grants, "what": what, "milliseconds": milliseconds, "rows": len(rows)}
            )
    return found


def _searched(key: int, word: str) -> list:
    from office import searching
    from office.models.people import User

    return searching.search(User.objects.get(pk=key), word, count=PAGE)


def _shown(browser: Client) -> list[bytes]:
    return browser.get("/documents/incoming/").content.splitlines()


def _middle() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (max(id) + min(id)) / 2 FROM office_case")
        return cursor.fetchone()[0]


def measure(office: Office, *, full: bool) -> list[Line]:
    found = office.ask("seeing.measured")
    lines = []
    for who, label in (("leader", "a leader"), ("few", "a user"), ("registry", "the registry")):
        mine = [one for one in found if one["who"] == who]
        name = f"{label} with {mine[0]['grants']:,} grants" if who != "registry" else label
        for kind, chosen in (
            ("lists", [one for one in mine if not one["what"].startswith("search")]),
            ("search", [one for one in mine if one["what"].startswith("search")]),
        ):
            slowest = max(chosen, key=lambda one: one["milliseconds"])
            lines.append(
                Line(f"First page in the database, {kind}, as {name}", f"< {LIMIT:.0f} ms",
                     f"{slowest['milliseconds']:.1f} ms at most ({slowest['what']})",
                     slowest["milliseconds"] < LIMIT if full or slowest["milliseconds"] >= LIMIT else True)
            )  # fmt: skip
    return lines
