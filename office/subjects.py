"""What each function says about its papers on the office's own pages. Apps register; the office asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from office import procedures
from office.models.cases import Case, Turn
from office.models.numbers import Series
from office.models.people import Post, User


@dataclass(frozen=True)
class Summary:
    """What a list says of a paper: the line under its title, its own word for its urgency where it has one, the
    unit or the person that it names to have it next, and how many papers it came on (0: none, it is electronic)."""

    line: str = ""
    urgency: str = ""
    named: str = ""
    copies: int = 0


@dataclass(frozen=True)
class Subject:
    """One function's words. `code` is the app's, the first part of its procedures' codes.

    summaries(cases) -> {case pk: Summary}, in one query; facts(case) -> context of `facts_template`;
    beside(case) -> {decision pk: what was decided beside the words}, for the trail;
    form(turn, move, data, files, user) -> extra fields of a move, or None; slip(case, user) -> the paper's slip.
    """

    code: str
    label: Any
    summaries: Callable[[Sequence[Case]], dict[int, Summary]]
    facts: Callable[[Case], dict] | None = None
    facts_template: str = ""
    beside: Callable[[Case], dict[int, str]] | None = None
    fields: Callable[..., dict] | None = None
    suggested: Callable[..., list] | None = None
    edit_url: Callable[[Case], str] | None = None
    slip_url: Callable[[Case], str] | None = None
    # The other forms of the slip: [(name, address)].
    slip_forms: Callable[[Case], list[tuple[str, str]]] | None = None
    label_url: Callable[[Case], str] | None = None
    circulation_url: Callable[[Case], str] | None = None
    may_register: Callable[[User], bool] | None = None
    # Where a paper is entered under a number drawn beforehand: entry_url(series, number).
    entry_url: Callable[[Series, int], str] | None = None
    # State secrets by number and sender: (cases, words in small letters and figures) -> those that bear them all.
    numbered: Callable[[QuerySet, Sequence[str]], QuerySet] | None = None
    # Whom a paper itself names to have it next, a unit's post or a person; a list has the name from summaries().
    named: Callable[[Case], Post | User | None] | None = None
    # What helps to decide a turn, beside the box for words: aids(turn, user=…) -> context of `aids_template`, or None.
    aids: Callable[..., dict | None] | None = None
    aids_template: str = ""
    # The slip as it goes to a leader's desk and comes back signed: desk_slip(turn, code) -> PDF, with `code` in its QR
    # code and nobody's name at its margin.
    desk_slip: Callable[[Turn, str], bytes] | None = None


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    _subjects[subject.code] = subject


def of(procedure: str) -> str:
    """The function a procedure belongs to."""
    return procedure.split(".")[0]


def get(procedure: str) -> Subject | None:
    return _subjects.get(of(procedure))


def codes(function: str) -> list[str]:
    return [code for code in procedures.REGISTRY if of(code) == function]


def numbers() -> list[Callable[[QuerySet, Sequence[str]], QuerySet]]:
    return [subject.numbered for subject in _subjects.values() if subject.numbered]


def label(function: str) -> str:
    subject = _subjects.get(function)
    return str(subject.label) if subject else function


def summaries(cases: Sequence[Case]) -> dict[int, Summary]:
    """Of every case, its own function's words. One query per function on the page, however many papers there are."""
    found = {case.pk: Summary() for case in cases}
    for code, subject in _subjects.items():
        mine = [case for case in cases if of(case.procedure) == code]
        if mine:
            found.update(subject.summaries(mine))
    return found


def named(case: Case) -> Post | User | None:
    """Whom the paper itself names to have it next, where it does."""
    subject = get(case.procedure)
    return subject.named(case) if subject and subject.named else None
