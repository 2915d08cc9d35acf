"""What of a case's decisions holds: which signed a turn, which were corrected, confirmed, taken back, or decided
before the case began again. Decisions never change; later ones say what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from office.models.cases import Decision

# What can be written about a turn after it has ended, and so is never what ended it.
AFTERWARDS = (
    "correct", "confirm_record", "content", "add_readers", "recall", "reorder", "drop", "extend", "pause", "resume",
    "bar",
)


@dataclass
class Standing:
    """By the number of the decision it is about, or for `signed` by the key of the turn."""

    corrections: dict[int, list[Decision]] = field(default_factory=dict)
    confirmed: dict[int, Decision] = field(default_factory=dict)
    taken_back: dict[int, Decision] = field(default_factory=dict)
    signed: dict[int, Decision] = field(default_factory=dict)


def of(decisions: Iterable[Decision]) -> Standing:
    """From all decisions of one case in the order of their numbers."""
    found = Standing()
    for one in decisions:
        about = one.corrects_number
        if one.move == "correct":
            found.corrections.setdefault(about, []).append(one)
            # He confirmed other words: these he has not seen yet.
            found.confirmed.pop(about, None)
        elif one.move == "confirm_record":
            found.confirmed[about] = one
        elif one.move == "take_back" and about:
            found.taken_back[about] = one
        if one.turn_id and one.move not in AFTERWARDS:
            found.signed[one.turn_id] = one
    return found
