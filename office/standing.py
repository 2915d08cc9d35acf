"""What of a case's decisions holds: which signed a turn, which were corrected, confirmed, taken back, or decided
before the case began again. Decisions never change; later ones say what became of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from office.models.cases import Decision

# What can be written about a turn after it has ended, and so is never what ended it.
AFTERWARDS = (
    "correct", "confirm_record", "content", "add_readers", "recall", "reorder", "drop", "extend", "pause", "resume",
    "bar",
)

# What sends a paper back: of the round it ends, and said to the one that begins.
RETURNING = ("return", "return_straight")


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


def words_of(decisions: Iterable[Decision], *, move: str, round_now: int | None = None) -> str:
    """The words of the last such move as they hold: as corrected, never what was taken back, and with `round_now`
    nothing of a round before it. From all decisions of one case in the order of their numbers; "" without any."""
    found = _held(decisions, lambda one: one.move == move and round_now in (None, one.round))
    return found[1] if found else ""


def last_words(decisions: Iterable[Decision], *, round_now: int) -> tuple[Decision, str] | None:
    """The last opinion of this round as it holds, with the decision that bears it; why the paper came back is one."""

    def wanted(one: Decision) -> bool:
        here = one.round == round_now or one.move in RETURNING
        return bool(_words(one)) and one.move not in AFTERWARDS and here

    return _held(decisions, wanted)


def _held(decisions: Iterable[Decision], wanted: Callable[[Decision], bool]) -> tuple[Decision, str] | None:
    rows = list(decisions)
    stands = of(rows)
    for one in reversed(rows):
        if wanted(one) and one.number not in stands.taken_back:
            later = stands.corrections.get(one.number)
            return one, later[-1].opinion if later else _words(one)
    return None


def _words(one: Decision) -> str:
    return one.opinion or (one.reason if one.move in RETURNING else "")
