"""Who is busy when, and why: each function says it of its own; whoever plans asks here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from office.models.cases import Case
from office.models.people import User


@dataclass(frozen=True)
class Busy:
    """One entry of the diary. `people` may be nobody yet: then it is known that something is on, and not who goes.
    `case` is whose paper it comes from; who may not see that does not see the entry."""

    starts_at: datetime
    what: str
    where: str = ""
    people: tuple[User, ...] = ()
    ends_at: datetime | None = None
    case: Case | None = None


Source = Callable[[datetime, datetime], Iterable[Busy]]
_sources: dict[str, Source] = {}


def add(code: str, source: Source) -> None:
    """Called in an app's ready(): source(begin, end) gives what starts within [begin, end)."""
    _sources[code] = source


def entries(begin: datetime, end: datetime) -> list[Busy]:
    """Everything that starts within [begin, end), in order. Who may see which is the caller's to ask."""
    found = [one for source in _sources.values() for one in source(begin, end)]
    return sorted(found, key=lambda one: (one.starts_at, one.what))
