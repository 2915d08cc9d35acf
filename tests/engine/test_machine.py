"""Random moves, returns, delegations, claims, pauses, corrections and deputies, nested, over the eight sketches.

No invariant breaks: 100 examples here, 2,000 of up to 30 moves in the long run.
"""


import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import people
from tests.engine import invariants
from tests.engine.around import Office

ALWAYS = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}
SHORT = settings(max_examples=100, stateful_step_count=10, derandomize=True, **ALWAYS)
LONG = settings(max_examples=2000, stateful_step_count=30, print_blob=True, **ALWAYS)


@pytest.fixture
def office(transactional_db):
    """The cast, committed once; every example is a transaction of its own on top of it."""
    Office.cast = people.cast()
    invariants.prepare()
    Office.done.clear()
    Office.refused.clear()
    yield Office
    assert not connection.in_atomic_block


def test_no_random_walk_breaks_what_always_holds(office):
    run_state_machine_as_test(office, settings=SHORT)
