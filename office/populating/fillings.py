"""What an app tells about its papers, so that many of them can be made at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .walks import Walk


@dataclass(frozen=True)
class Filling:
    """How the papers of one app are made.

    `books(year)` gives the keys of the series new papers of that year are entered in. `prepare(cursor)` makes
    the temporary tables of words once per connection. `paper` makes, from the temporary table `plan` (n, case_id,
    opened_at, year, reference, urgency, procedure), the temporary table `paper` with at least n, title, search_text
    and content: the parts of the content hash as text[] in the order of `Procedure.content`. `rows` are run when
    cases, turns and decisions are there; they read `plan`, `paper`, `act` and `hand`.
    """

    code: str
    walks: Sequence[Walk]
    books: Callable[[int], list[int]]
    prepare: Callable[[Any], None]
    paper: str
    rows: Sequence[str]
    # Before any paper: what must be there once, such as senders. Called in a transaction of its own.
    ready: Callable[[datetime], None] = lambda now: None


FILLINGS: dict[str, Filling] = {}


def add(filling: Filling) -> None:
    FILLINGS[filling.code] = filling
