"""Search for Chinese words against a plain scan of the titles."""

from functools import partial
from typing import TYPE_CHECKING

from django.db import connection

from .rooms import Office
from .seeing import PAGE, in_database, people
from .table import Line

if TYPE_CHECKING:
    from office.models.people import User

FEWER, MOST_TIMES = 500, 1.5


def some_words() -> dict[str, tuple[str, int]]:
    """Two characters held by many titles, by some, by few and by none, with how many hold them.

    Taken from a sample of the titles; counted by the scan itself, so that the search proves right as well.
    """
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM office_case WHERE title <> '' ORDER BY md5(id::text) LIMIT 5000")
        for (title,) in cursor.fetchall():
            for pair in {title[place : place + 2] for place in range(len(title) - 1)}:
                if all("\u4e00" <= char <= "\u9fff" for char in pair):
                    counts[pair] = counts.get(pair, 0) + 1
    rising = sorted(counts, key=lambda pair: (counts[pair], pair))
    wanted = {"many": rising[-1], "some": _nearest(rising, counts, 500), "hundredth": _nearest(rising, counts, 50),
              "seldom": _nearest(rising, counts, 5), "few": min(rising[:20], key=_held_by), "none": "龘靐"}  # fmt: skip
    return {kind: (pair, _held_by(pair)) for kind, pair in wanted.items()}


def _nearest(pairs: list[str], counts: dict[str, int], wanted: int) -> str:
    return min(pairs, key=lambda pair: abs(counts[pair] - wanted))


def _held_by(pair: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM office_case WHERE title LIKE %s", [f"%{pair}%"])
        return cursor.fetchone()[0]


def measured() -> dict:
    """Part of the measurement: {"few"|"many": {"word", "held", "scan", "search"}}, times in milliseconds."""
    from office import access, searching
    from office.models.people import User

    registry = User.objects.get(pk=people()["registry"])
    access.identity(registry)
    words = some_words()
    found = {}
    for kind in ("few", "many"):
        word, held = words[kind]
        search, cases = in_database(partial(searching.search, registry, word, count=PAGE))
        scan, rows = in_database(partial(scanned, registry, word))
        if len(cases) < min(len(rows), PAGE):
            raise RuntimeError(f"The search for {word} gave {len(cases)}, the scan {len(rows)}.")
        found[kind] = {"word": word, "held": held, "scan": scan, "search": search}
    return found


def scanned(user: "User", word: str) -> list:
    """The same list for the same person without our index: the newest titles are read until a page holds the word."""
    from office import access

    return list(access.visible_to(user).filter(title__contains=word).order_by("-pk")[:PAGE])


def measure(office: Office, *, full: bool) -> list[Line]:
    found = office.ask("words.measured")
    few, many = found["few"], found["many"]
    faster, slower = few["scan"] / few["search"], many["search"] / many["scan"]
    return [
        Line("Search for two characters that few titles hold, against a scan", f"≥ {FEWER} ×",
             f"{faster:,.0f} × ({few['word']}, {few['held']} titles: {few['search']:.2f} ms, scan "
             f"{few['scan']:.0f} ms)",
             faster >= FEWER if full else None),
        Line("First page for a word that many hold, against the scan", f"≤ {MOST_TIMES} ×",
             f"{slower:.2f} × ({many['word']}, {many['held']:,} titles: {many['search']:.2f} ms, scan "
             f"{many['scan']:.2f} ms)",
             slower <= MOST_TIMES if full else None),
    ]  # fmt: skip
