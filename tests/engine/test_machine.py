"""Random moves, returns, delegations, claims, pauses, corrections and deputies, nested, over the eight sketches.

No invariant breaks: 100 examples here, 2,000 of up to 30 moves in the long run.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import people
from tests.engine import invariants
from tests.engine.around import Office

# After its tenth example Hypothesis shuffles the steps of those it has. Here the dice hold everything, so that it
# would get the same moves again, or examples that break off: each lot of ten is a run of its own.
LOT = 10
# One step of an example is for the paper that comes in, and the dice say how many moves follow.
ALWAYS = {
    "max_examples": LOT,
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}
SHORT = settings(stateful_step_count=7, derandomize=True, **ALWAYS)
LONG = settings(stateful_step_count=31, derandomize=False, print_blob=True, **ALWAYS)
# Everything that has to have been done, not only tried, somewhere in the long run.
DONE = {
    *("start", "main move", "side move", "recorded move", "opened", "content"),
    *("reassign", "delegate", "add_signer before", "add_signer", "give_back", "return", "return_straight", "take_back"),
    *("claim", "release", "progress", "skip", "extend", "pause", "resume", "void", "correct", "confirm_record"),
    *("add_readers", "recall", "reorder", "drop", "ask_relocation", "confirm_relocation", "withdraw_relocation"),
    *("open_linked", "connect", "undo", "bar", "deputy", "deputy ended", "chairs", "person", "time"),
}


@pytest.fixture
def office(transactional_db):
    """The cast, committed once; every example is a transaction of its own on top of it."""
    Office.cast = people.cast()
    Office.done.clear()
    Office.refused.clear()
    Office.walked.clear()
    Office.lot = 0
    invariants.prepare()
    return Office


def walk(office: type[Office], *, examples: int, settings: settings) -> None:
    office.most = settings.stateful_step_count - 1
    # Counted are those that differ: a lot may throw the same dice twice.
    while len(office.walked) < examples:
        office.lot += 1
        run_state_machine_as_test(office, settings=settings)


def test_no_random_walk_breaks_what_always_holds(office):
    walk(office, examples=100, settings=SHORT)
    assert len(office.done) > len(DONE) / 2


@pytest.mark.soak
@pytest.mark.timeout(3000)
def test_no_long_random_walk_breaks_what_always_holds(office):
    walk(office, examples=2000, settings=LONG)
    assert set(office.done) == DONE
    assert office.refused["trespass"] > 100
    assert office.refused["old page"] > 100
