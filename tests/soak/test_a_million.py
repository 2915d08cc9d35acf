"""A million papers: the load ends in reasonable time, their chains verify, and the queue does not feel them."""

import subprocess
import sys
import time

import pytest
from django.utils import timezone

from office.bench.rooms import ROOT, Office, house, office

from .rooms import ask

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

CASES = 1_000_000


@pytest.fixture(scope="module")
def crowded():
    with house(cases=CASES) as folder, office(folder / "crowded", cases=CASES) as desk:
        yield desk


def verified(desk: Office, year: int) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", "verify_chain", "--year", str(year)],
        cwd=ROOT, env=desk.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_chains_of_a_year_among_a_million_verify(crowded):
    result = verified(crowded, timezone.localdate().year - 1)
    assert result.returncode == 0, result.stderr[-500:]
    assert result.stdout.startswith("没有发现改动（")


def test_the_queue_page_takes_its_few_queries_among_a_million(crowded):
    for user in ("populate-leader-1", "populate-director", "populate-clerk-1", "populate-staff-1"):
        found = ask(crowded, "queue", user=user)
        assert found["status"] == 200
        assert found["queries"] <= 15
        assert found["rows"] > 0 or found["waiting"] == 0


def test_one_word_altered_among_a_million_is_named(crowded):
    owner = Office.__new__(Office)
    owner.environment = {**crowded.environment, "DATABASE_ROLE": "owner"}
    public_id, _space, year = ask(owner, "alter", number=123_456).partition(" ")
    began = time.monotonic()
    result = verified(crowded, int(year))
    assert result.returncode == 1, f"after {time.monotonic() - began:.0f} s: {result.stderr[-500:]}"
    assert public_id in result.stdout
    assert len(result.stdout.splitlines()) == 1
