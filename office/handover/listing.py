"""The list before the act: what is there, who may read which line of it, and what cannot go where it was meant to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from office import access, chain
from office.levels import Secrecy
from office.models.cases import Case
from office.models.handovers import Handover
from office.models.people import User

from . import Entry, Held, Part, Way, parts

# What the form calls the declared fallback post, where others are called by their keys.
FALLBACK = "fallback"


@dataclass(frozen=True)
class Line:
    """One thing on the list. `known`: whether the reader may know of its case; of others he reads that there is one.
    `refused`: it cannot go to whom its part goes."""

    part: Part
    held: Held
    known: bool = True
    refused: bool = False

    @property
    def key(self) -> str:
        return f"{self.part.code}:{self.held.key}"

    @property
    def number(self) -> str:
        return self.held.number if self.known else ""

    @property
    def what(self) -> str:
        """A list on paper goes through many hands: what only few may see is on it by its number alone."""
        if not self.known:
            return _("不在您知悉范围内的文件")
        return "" if is_guarded(self.held.case) else self.held.what

    @property
    def note(self) -> str:
        return self.held.note if self.known else ""


def is_guarded(case: Case | None) -> bool:
    return case is not None and (case.guarded or case.secrecy > Secrecy.NONE)


@dataclass(frozen=True)
class Group:
    part: Part
    lines: list[Line]
    way: Way
    to: User | None = None


@dataclass
class Listing:
    """Everything in somebody's hands as one reader may read it, with where it would go."""

    person: User
    groups: list[Group] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]

    @property
    def fingerprint(self) -> str:
        """What the list held: when it is another one under the locks, something has come or gone in between."""
        return fingerprint(line.key for line in self.lines)

    @property
    def known_cases(self) -> list[Case]:
        known = (line.held.case for line in self.lines if line.known and line.held.case is not None)
        return list({case.pk: case for case in known}.values())


def fingerprint(keys: Iterable[str]) -> str:
    return chain.digest(sorted(keys))


def everything(person: User, *, taken: Handover | None = None) -> dict[str, list[Held]]:
    """By the code of its part; with `taken`, what came with that hand-over and may be given back."""
    found = {}
    for part in parts():
        held = part.held(person)
        if taken is not None:
            held = part.given_back(held, taken=taken)
        if held:
            found[part.code] = held
    return found


def listing(
    person: User,
    *,
    reader: User,
    receiver: User,
    ways: Mapping[str, str] | None = None,
    receivers: Mapping[str, User] | None = None,
    taken: Handover | None = None,
) -> Listing:
    """The list for `reader`. `ways` and `receivers`: by the code of a part, what else than usual becomes of it."""
    held = everything(person, taken=taken)
    keys = {one.case.pk for group in held.values() for one in group if one.case is not None}
    known = set(access.visible_to(reader).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    groups = []
    for part in parts():
        if part.code not in held:
            continue
        way = way_of(part, (ways or {}).get(part.code, ""))
        to = (receivers or {}).get(part.code, receiver) if way.wants else None
        refused = part.unfit(held[part.code], to=to, of=person) if to is not None else set()
        lines = [
            Line(part, one, known=one.case is None or one.case.pk in known, refused=one.key in refused)
            for one in held[part.code]
        ]
        groups.append(Group(part, lines, way, to))
    return Listing(person, groups)


def way_of(part: Part, code: str) -> Way:
    return next((way for way in part.ways if way.code == code), part.ways[0])


def unnamed(found: Listing, chosen: Mapping[str, User | str]) -> list[Line]:
    """Lines that cannot go where their part goes, of which the reader may know, and for which nobody else is named.
    Of the others nothing is asked of somebody who may not know them: they go to the fallback post."""
    return [line for line in found.lines if line.refused and line.known and line.key not in chosen]


def unfit_choices(found: Listing, chosen: Mapping[str, User | str]) -> list[tuple[Line, User]]:
    """Lines that cannot go to whom they were given one by one either."""
    by_person: dict[User, list[Line]] = {}
    for line in found.lines:
        to = chosen.get(line.key)
        if line.refused and isinstance(to, User):
            by_person.setdefault(to, []).append(line)
    wrong = []
    for person, lines in by_person.items():
        for line in lines:
            if line.held.key in line.part.unfit([line.held], to=person, of=found.person):
                wrong.append((line, person))
    return wrong


def entries(group: Group, chosen: Mapping[str, User | str]) -> Sequence[Entry]:
    """What becomes of each: whoever is named for it, the fallback post, or where its part goes."""
    made = []
    for line in group.lines:
        entry = Entry(line.held, group.way.code, group.to)
        if line.refused:
            to = chosen.get(line.key, FALLBACK)
            entry = replace(entry, to=to if isinstance(to, User) else None)
        made.append(entry)
    return made
