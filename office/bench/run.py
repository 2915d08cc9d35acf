"""All measurements, one after the other: heavy ones never side by side."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from office.registers.bench import bench_register

from . import clerks, queue_page, seeing, words
from .rooms import Office, house, office
from .table import Line

Say = Callable[[str], None]


@dataclass(frozen=True)
class Scale:
    """How large the measurement is. Only a `full` one can tell whether what depends on size holds."""

    small: int
    large: int
    papers: int
    rows: int
    clocks: int
    full: bool


FULL = Scale(small=1_000, large=1_000_000, papers=2_000, rows=10_000, clocks=20_000, full=True)
QUICK = Scale(small=200, large=2_000, papers=64, rows=500, clocks=1_000, full=False)


class Rooms:
    """The offices of one run, each opened when it is first asked for."""

    def __init__(self, folder: Path, stack: ExitStack, scale: Scale, say: Say) -> None:
        self.folder, self.stack, self.scale, self.say = folder, stack, scale, say
        self._open: dict[str, Office] = {}

    def empty(self) -> Office:
        return self._office("empty", 0)

    def small(self) -> Office:
        return self._office("small", self.scale.small)

    def large(self) -> Office:
        return self._office("large", self.scale.large)

    def _office(self, name: str, cases: int) -> Office:
        if name not in self._open:
            self.say(f"office with {cases:,} cases")
            folder = self.folder / name
            folder.mkdir(mode=0o755)
            self._open[name] = self.stack.enter_context(office(folder, cases=cases))
        return self._open[name]


def registering(rooms: Rooms) -> list[Line]:
    return clerks.measure(rooms.empty(), papers=rooms.scale.papers)


def queue(rooms: Rooms) -> list[Line]:
    cases = rooms.scale.small, rooms.scale.large
    return queue_page.measure(rooms.small(), rooms.large(), cases=cases, full=rooms.scale.full)


def lists(rooms: Rooms) -> list[Line]:
    return seeing.measure(rooms.large(), full=rooms.scale.full)


def search(rooms: Rooms) -> list[Line]:
    return words.measure(rooms.large(), full=rooms.scale.full)


def register(rooms: Rooms) -> list[Line]:
    found, full = bench_register(rooms.scale.rows), rooms.scale.full
    rows = f"{rooms.scale.rows:,}"
    return [
        Line(f"Register of {rows} rows against one plain document", "≥ 2 ×",
             f"{found['times_as_fast_as_plain']:.2f} × ({found['first_seconds']:.1f} s, plain "
             f"{found['plain_seconds']:.1f} s)", found["times_as_fast_as_plain"] >= 2 if full else None),
        Line(f"Register: time per row against {rooms.scale.rows // 10:,} rows", "≤ 1.2 ×",
             f"{found['per_row_against_a_tenth']:.2f} ×", found["per_row_against_a_tenth"] <= 1.2 if full else None),
        Line("Register: largest process", "< 350 MiB",
             f"{found['first_mib']:.0f} MiB (plain {found['plain_mib']:.0f} MiB)", found["first_mib"] < 350),
        Line("Register: again after 50 new rows", "≥ 10 ×",
             f"{found['again_times_as_fast']:.1f} × ({found['again_seconds']:.2f} s)",
             found["again_times_as_fast"] >= 10 if full else None),
    ]  # fmt: skip


def chase(rooms: Rooms) -> list[Line]:
    found = rooms.small().ask("chase.bench_chase", clocks=rooms.scale.clocks)
    return [
        Line(f"chase over {found['clocks']:,} overdue clocks", "≤ 60 queries per 1,000",
             f"{found['queries_per_1000']} ({found['sent']:,} sent in {found['seconds']:.1f} s)",
             found["queries_per_1000"] <= 60 and found["sent"] >= found["clocks"] if rooms.scale.full else None),
        Line("chase: a second run", "sends nothing",
             f"{found['second_run_sent']} sent ({found['second_run_queries']} queries, "
             f"{found['second_run_seconds']:.1f} s)", found["second_run_sent"] == 0),
    ]  # fmt: skip


MEASUREMENTS: dict[str, Callable[[Rooms], list[Line]]] = {
    "register": register,
    "clerks": registering,
    "chase": chase,
    "queue": queue,
    "lists": lists,
    "search": search,
}


def measured(names: Sequence[str], *, scale: Scale, say: Say) -> Iterator[Line]:
    """The lines of the chosen measurements. Raises rooms.TooSmall when the disk has no room for them."""
    large = scale.large if {"queue", "lists", "search"} & set(names) else scale.small
    with house(cases=large) as folder, ExitStack() as stack:
        rooms = Rooms(folder, stack, scale, say)
        for name in names:
            say(name)
            yield from MEASUREMENTS[name](rooms)
