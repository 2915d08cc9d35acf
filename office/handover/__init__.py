"""交接: what a person leaves behind, and where it goes. Each app declares its part; the office moves all in one act.

    @handover.add
    class Boxes(Part):
        code, title = "archives.boxes", gettext_lazy("档案盒")
        ways = (Way("to", gettext_lazy("移交接收人"), wants=True),)

        def held(self, person): return [Held(key=str(box.pk), what=box.title, copies=1) for box in ...]
        def move(self, entries, *, order): ...update the rows; return where each went, in words

`held` is asked for the list before the act, again under the locks, and when an account is to be closed. It holds
everything: who may read which line is asked of the case (office/handover/listing.py), never of the part.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from office.models.cases import Case, Turn
from office.models.handovers import Handover
from office.models.people import Post, User

__all__ = ["Entry", "Held", "Order", "Part", "Way", "add", "get", "parts", "remove", "still_held"]


@dataclass(frozen=True)
class Way:
    """What becomes of a part's things. `wants`: somebody has to be named who takes them."""

    code: str
    label: Any
    wants: bool = False


@dataclass(frozen=True)
class Held:
    """One thing in somebody's hands. `key`: its name within the part. `copies`: how many papers the account says lie
    there (R-CIR-17); None where there is nothing to be counted. `case`: whose case it is; without one the line is
    read by everybody who has a part in the hand-over."""

    key: str
    what: str
    number: str = ""
    note: str = ""
    copies: int | None = None
    case: Case | None = None
    turn: Turn | None = None
    post: Post | None = None


@dataclass(frozen=True)
class Entry:
    """A thing and what becomes of it: `to` is None where the declared fallback post has it, or nobody is wanted."""

    held: Held
    way: str
    to: User | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """The act the entries are moved in. `reason`: the sentence that stands in every decision of it."""

    person: User
    receiver: User
    actor: User
    reason: str
    at: datetime
    returns_on: date | None = None


class Part(ABC):
    """One kind of thing somebody can have. `ways`: the first is taken unless another is chosen. `binds`: an account is
    not closed while there is some of it; False for what only concerns himself and is listed for his sake."""

    code: ClassVar[str]
    title: ClassVar[Any]
    ways: ClassVar[tuple[Way, ...]]
    binds: ClassVar[bool] = True

    @abstractmethod
    def held(self, person: User) -> list[Held]:
        """Everything of this kind in his hands now, in the order of the list. A fixed number of queries."""

    def cases(self, held: Sequence[Held], *, of: User) -> list[int]:
        """The cases that moving these touches: they are locked before anything is moved, all parts' together."""
        return [one.case.pk for one in held if one.case is not None]

    def unfit(self, held: Sequence[Held], *, to: User, of: User) -> set[str]:
        """The keys of those, in the hands `of` somebody, that must not go to this person. A fixed number of queries."""
        return set()

    def given_back(self, held: Sequence[Held], *, taken: Handover) -> list[Held]:
        """Those of them that came with this hand-over and go back to who was away."""
        cases = set(taken.items.filter(case__isnull=False).values_list("case_id", flat=True))
        return [one for one in held if one.case is not None and one.case.pk in cases]

    @abstractmethod
    def move(self, entries: Sequence[Entry], *, order: Order) -> list[str]:
        """Inside the one transaction, all cases being locked: do it, and say of each where it went, in the office's
        language. Raises acting.Refused, and then nothing has moved at all."""


_parts: dict[str, Part] = {}


def add(part: type[Part]) -> type[Part]:
    """Class decorator. Raises ValueError for a code that is taken, and for a part nothing can become of."""
    if part.code in _parts and type(_parts[part.code]) is not part:
        raise ValueError(f"Two parts of a hand-over call themselves {part.code}.")
    if not part.ways:
        raise ValueError(f"{part.code} does not say what becomes of its things.")
    _parts[part.code] = part()
    return part


def remove(code: str) -> None:
    """Take a part out again: for a function that is not installed any more."""
    _parts.pop(code, None)


def get(code: str) -> Part:
    return _parts[code]


def parts() -> list[Part]:
    """In the order they were declared: the office's own first."""
    return list(_parts.values())


def still_held(person: User) -> list[tuple[Part, int]]:
    """What keeps his account open: how much of each part."""
    counted = [(part, len(part.held(person))) for part in parts() if part.binds]
    return [(part, count) for part, count in counted if count]
