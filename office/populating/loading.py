"""populate(): plans the load, reserves its keys, and writes it piece by piece."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from office.access import _see_id
from office.procedures import Period

from . import statements as sql
from .dates import Dates
from .fillings import FILLINGS, Filling
from .people import Hand, hands, settle
from .walks import every

PIECE = 10_000
SELDOM = 60
Say = Callable[[int, int], None]


@dataclass(frozen=True)
class Loaded:
    """What was made: so many cases, with keys from `first` on."""

    cases: int
    first: int


def populate(cases: int, *, now: datetime, say: Say = lambda done, total: None, at_once: int = 1) -> Loaded:
    """Make `cases` papers that came in over the past years, most of them closed. Adds to what is there.

    Every piece is a transaction of its own: whatever was written before a run broke off verifies. `at_once`
    connections work side by side; with 1 the caller's own connection does everything. `say(done, total)`.
    Raises Short when this office has people, but not those the papers go through.
    """
    filling = next(iter(FILLINGS.values()))
    with transaction.atomic():
        settle(now)
        filling.ready(now)
        people = hands(now)
    load = _Load(cases, filling=filling, people=people, now=now)
    done = 0
    lock = threading.Lock()

    def tell(count: int) -> None:
        nonlocal done
        with lock:
            done += count
            say(done, cases)

    if at_once == 1:
        _Writer(load).write(load.pieces(0, 1), tell)
    else:
        _side_by_side(load, at_once, tell)
    return Loaded(cases, load.first_case)


def tidy() -> None:
    """Statistics and visibility of what was loaded. Outside any transaction."""
    with connection.cursor() as cursor:
        for table in (*sql.TIDY, *connection.introspection.table_names(cursor)):
            if table in sql.TIDY or table.startswith("documents_"):
                cursor.execute(f"VACUUM (ANALYZE) {connection.ops.quote_name(table)}")


def _side_by_side(load: "_Load", many: int, tell: Callable[[int], None]) -> None:
    """Each has a stretch of time of its own, so that they seldom wait for each other's books."""
    failed: list[BaseException] = []

    def work(place: int) -> None:
        try:
            _Writer(load, failed=failed).write(load.pieces(place, many), tell)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(many)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException as error:
        failed.append(error)  # Ctrl+C: the others stop after the piece they are at
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]


class _Load:
    """What all pieces share, read once: people, days, books, and the keys reserved for the new rows."""

    def __init__(self, cases: int, *, filling: Filling, people: Sequence[Hand], now: datetime) -> None:
        self.cases, self.filling, self.now = cases, filling, now
        self.dates = Dates(now)
        self.days = self.dates.working_days(cases)
        self.people = [hand.row(now) for hand in people]
        self.roles = list(dict.fromkeys(hand.role for hand in people))
        self.walks = list(every(filling.walks))
        # Room for the turns and for the decisions of the longest walk.
        self.width = max(len(laid.said) for _key, _walk, laid in self.walks) + 1
        self.periods: dict[tuple[int, int], Period] = {
            (key, stop.position): stop.period for key, _walk, laid in self.walks for stop in laid.stops if stop.period
        }
        self.books = [
            (year, place, len(found), book)
            for year in sorted({day.year for day in self.days})
            for found in [filling.books(year)]
            for place, book in enumerate(found)
        ]
        self.see = _see_id()
        self.every, self.seldom = self._seldom(people)
        self.first_case, self.first_turn, self.first_decision = self._reserve()

    def _seldom(self, people: Sequence[Hand]) -> tuple[int, int]:
        """Every how many-th paper goes to the one who sees few, and by which walk."""
        to_him = [key for key, walk, laid in self.walks if any(stop.role == "reader2" for stop in laid.stops)]
        there = any(hand.place == -1 for hand in people)
        if not there or not to_him or self.cases < SELDOM:
            return self.cases + 1, 0  # no paper of this load
        return self.cases // SELDOM, max(to_him, key=lambda key: self.walks[key][1].share)

    def _reserve(self) -> list[int]:
        """Keys one after the other, so that a later paper has the higher one. The office may go on working."""
        firsts = []
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE office_case, office_turn, office_decision IN SHARE ROW EXCLUSIVE MODE")
            for table, width in (("office_case", 1), ("office_turn", self.width), ("office_decision", self.width)):
                cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
                (first,) = cursor.fetchone()
                last = first + self.cases * width
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])
                firsts.append(first)
        return firsts

    def pieces(self, place: int, many: int) -> list[tuple[int, int]]:
        """The stretch of writer `place` of `many` in pieces, each [first, last]."""
        start, end = self.cases * place // many, self.cases * (place + 1) // many
        return [(first, min(first + PIECE, end) - 1) for first in range(start, end, PIECE)]

    def values(self, first: int, last: int) -> dict[str, Any]:
        return {
            "first": first, "last": last, "all": self.cases, "days": len(self.days), "cases": self.first_case,
            "turns": self.first_turn, "decisions": self.first_decision, "width": self.width, "every": self.every,
            "seldom": self.seldom, "see": self.see,
        }  # fmt: skip


class _Writer:
    """One connection at its pieces."""

    def __init__(self, load: _Load, *, failed: Sequence[BaseException] = ()) -> None:
        self.load = load
        self.failed = failed
        self.dates = Dates(load.now)
        with connection.cursor() as cursor:
            self._forget(cursor)
            cursor.execute(sql.TABLES)
            self._tell_tables(cursor)
            load.filling.prepare(cursor)
            cursor.execute(sql.COLUMNS)
            self.chain = sql.chain([name for (name,) in cursor.fetchall()])

    def write(self, pieces: Sequence[tuple[int, int]], tell: Callable[[int], None]) -> None:
        try:
            for first, last in pieces:
                if self.failed:
                    return
                self._piece(first, last)
                tell(last - first + 1)
        finally:
            with suppress(Exception), connection.cursor() as cursor:
                self._forget(cursor)

    def _forget(self, cursor: Any) -> None:
        """The temporary tables of an earlier load on this connection."""
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE pg_temp.{connection.ops.quote_name(name)}")

    def _tell_tables(self, cursor: Any) -> None:
        low = 0
        for key, walk, laid in self.load.walks:
            cursor.execute(
                "INSERT INTO walk VALUES (%s, %s, %s, %s, %s)",
                [key, walk.procedure, low, low + walk.share - 1, len(walk.acts)],
            )
            low += walk.share
            for one in laid.said:
                to = [*one.to[:2], None, None][:2]
                cursor.execute(
                    "INSERT INTO said VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::text[], %s)",
                    [key, one.number, one.position, one.step, one.step_label, one.move, one.label, one.leads_to,
                     one.side, one.by, *to, one.day, one.minute, list(one.words) or None, one.outcome],
                )  # fmt: skip
            for stop in laid.stops:
                cursor.execute(
                    "INSERT INTO stop VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    [key, stop.position, stop.step, stop.label, stop.role, stop.side, stop.hub, stop.issued,
                     stop.ended, stop.how, stop.period.rule if stop.period else None],
                )  # fmt: skip
        if low != 1000:
            raise ValueError(f"The shares of the walks make {low}, not 1000.")
        for role, *row in self.load.people:
            cursor.execute(
                "INSERT INTO person VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [role, self.load.roles.index(role), *row],
            )
        places = list(range(len(self.load.days)))
        cursor.execute("INSERT INTO day SELECT * FROM unnest(%s::int[], %s::date[])", [places, self.load.days])
        for book in self.load.books:
            cursor.execute("INSERT INTO book VALUES (%s, %s, %s, %s)", book)

    def _piece(self, first: int, last: int) -> None:
        values = self.load.values(first, last)
        with transaction.atomic(), connection.cursor() as cursor:
            # Nothing is lost with a power cut but time; the pieces are alike, so their tables need no statistics,
            # only that nobody looks up ten thousand rows one by one.
            cursor.execute("SET LOCAL synchronous_commit = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")
            cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off")
            cursor.execute(sql.PLAN, values)
            cursor.execute(sql.LOCK_BOOKS)
            cursor.execute(sql.NUMBERS)
            cursor.execute(sql.ACT, values)
            cursor.execute(sql.HAND, values)
            cursor.execute(sql.TURN, values)
            self._count_dates(cursor)
            cursor.execute(self.load.filling.paper, values)
            cursor.execute(sql.CONTENT)
            cursor.execute(sql.READY)
            cursor.execute(sql.SAID, values)
            cursor.execute(self.chain)
            for statement in (sql.CASES, sql.TURNS, sql.DECISIONS, sql.CLOCKS, sql.SIGHT, sql.SIGHT_OF_CHAIRS,
                              sql.VOIDED, *self.load.filling.rows, sql.BOOKS):  # fmt: skip
                cursor.execute(statement, values)

    def _count_dates(self, cursor: Any) -> None:
        self.dates.forget()
        cursor.execute(sql.STARTS)
        rows = cursor.fetchall()
        found = [
            self.dates.due(issued_at, self.load.periods[walk, place], urgency)
            for walk, place, urgency, issued_at in rows
        ]
        columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
        cursor.execute(sql.DUE, [*columns, [due for due, _why in found], [why for _due, why in found]])
