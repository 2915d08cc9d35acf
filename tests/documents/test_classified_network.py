"""What only a declared classified network may take; the owner of the tables declares it."""

from dataclasses import replace

import pytest

from documents.registers import entries
from office.registers import Selection
from tests.people import Cast, cast


@pytest.fixture
def who(transactional_db) -> Cast:
    return cast()


def test_R_SEC_03_a_declared_classified_network_takes_the_words(who, paper, settings, database_owner):
    settings.CLASSIFIED_NETWORK = True
    database_owner.execute("UPDATE office_installation SET classified_network = true")
    try:
        one = paper(book="密", secrecy=2, title="某项部署", note="速办")
        assert (one.case.title, one.document.note) == ("某项部署", "速办")
        assert "来文单位above" in one.case.search_text
        # Printed by nobody, it is in no register; by whoever may read it, it is.
        selection = Selection(year=2026)
        assert list(entries(selection)) == []
        assert [found.case for found in entries(replace(selection, viewer=who.clerk))] == [one.case]
    finally:
        database_owner.execute("UPDATE office_installation SET classified_network = false")
