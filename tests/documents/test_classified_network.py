"""What only a declared classified network may take; the owner of the tables declares it."""

import pytest

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
    finally:
        database_owner.execute("UPDATE office_installation SET classified_network = false")
