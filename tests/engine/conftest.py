"""The cast is made once a module and kept in a transaction nobody commits; each test gets its own savepoint."""

import copy

import pytest
from django.db import connection, transaction

from tests import people


@pytest.fixture(scope="module")
def standing_cast(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield people.cast()
        transaction.set_rollback(True)


@pytest.fixture
def who(standing_cast) -> people.Cast:
    """The cast, as new: nothing a test has done to these people or their papers is left for the next."""
    save = transaction.savepoint()
    yield copy.deepcopy(standing_cast)
    if not connection.needs_rollback:
        connection.check_constraints()
    transaction.savepoint_rollback(save)
    transaction.set_rollback(False)
