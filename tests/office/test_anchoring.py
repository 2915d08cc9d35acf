"""The nightly anchor: what it covers, that a night has one, and what of it leaves the house."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections

from office import acting, anchoring, chain
from office.models import Anchor, AnchorLine, Case, Notice, Series
from office.verifying import verify
from tests.owner import as_owner, behind_the_back
from tests.people import MONDAY, cast
from tests.sketches import Accusation, Incoming

pytestmark = pytest.mark.django_db
FIRST = MONDAY.replace(hour=2, minute=10) + timedelta(days=1)
SECOND = FIRST + timedelta(days=1)


@pytest.fixture
def who():
    return cast()


def open_case(who, title="关于报送粮食生产总结的通知", *, at=MONDAY) -> Case:
    return acting.start(Incoming, actor=who.clerk, title=title, at=at, series=Series.objects.get(name="收"))


def propose(who, case, *, at) -> None:
    turn = case.turns.get(ended_at=None)
    acting.act(turn, "submit", actor=who.director, opinion="拟请志远副局长批示。", names=[who.leader], at=at)


def covered(row: Anchor) -> set[str]:
    return set(row.lines.values_list("public_id", flat=True))


def test_the_first_night_covers_every_case_and_the_sealed_apart(who):
    ordinary = open_case(who)
    sealed = acting.start(Accusation, actor=who.other_leader, title="反映虚报补贴", at=MONDAY)
    first, apart = anchoring.anchor(FIRST)
    assert (covered(first), first.cases, first.sealed) == ({ordinary.public_id}, 1, False)
    assert (covered(apart), apart.cases, apart.sealed) == ({sealed.public_id}, 1, True)


def test_a_line_says_how_far_the_case_had_come(who):
    case = open_case(who)
    propose(who, case, at=MONDAY)
    case.refresh_from_db()
    anchoring.anchor(FIRST)
    line = AnchorLine.objects.get()
    assert (line.decisions, line.head, line.reference) == (2, case.head, "收〔2026〕1号")


def test_a_line_of_a_sealed_case_tells_no_number(who):
    acting.start(
        Accusation, actor=who.other_leader, title="一", at=MONDAY, series=Series.objects.get(name="信")
    )
    anchoring.anchor(FIRST)
    assert AnchorLine.objects.get().reference == ""


def test_the_hash_is_the_digest_of_the_anchor_and_its_lines_in_order(who):
    for number in range(3):
        open_case(who, title=str(number))
    row, _sealed = anchoring.anchor(FIRST)
    parts = ["1", "", chain.microseconds(FIRST), "0", "3", str(row.upto)]
    for line in sorted(row.lines.all(), key=lambda line: line.public_id):
        parts += [line.public_id, line.reference, str(line.decisions), line.head]
    assert row.hash == chain.digest(parts)


def test_the_next_night_covers_only_what_moved_and_hangs_on_the_last(who):
    moving, _resting = open_case(who), open_case(who)
    first, _sealed = anchoring.anchor(FIRST)
    propose(who, moving, at=FIRST)
    second, _sealed = anchoring.anchor(SECOND)
    assert covered(second) == {moving.public_id}
    assert second.previous_hash == first.hash


def test_a_quiet_night_is_anchored_too(who):
    open_case(who)
    anchoring.anchor(FIRST)
    second, apart = anchoring.anchor(SECOND)
    assert (second.cases, apart.cases) == (0, 0)
    assert list(verify()) == []


def test_a_night_is_anchored_once(who):
    assert len(anchoring.anchor(FIRST)) == 2
    assert anchoring.anchor(FIRST + timedelta(hours=1)) == []
    # Half past one is still the night before.
    assert anchoring.anchor(FIRST.replace(hour=1, minute=30) + timedelta(days=1)) == []
    assert len(anchoring.anchor(SECOND)) == 2


def test_a_worker_that_was_down_anchors_when_it_is_back(who):
    anchoring.anchor(FIRST)
    late = SECOND.replace(hour=16)
    assert len(anchoring.anchor(late)) == 2
    assert anchoring.anchor(late.replace(hour=23)) == []


def test_a_decision_committed_late_with_a_lower_key_is_covered_the_next_night(django_db_blocker):
    """Keys are drawn before they are committed: a slow act may appear below what the last night covered."""
    with as_owner():
        who = cast()
        slow, quick = open_case(who), open_case(who)
        row, _sealed = anchoring.anchor(FIRST)
        propose(who, quick, at=FIRST)
        propose(who, slow, at=FIRST)
        behind_the_back(f"UPDATE office_decision SET id = -1 WHERE case_id = {slow.pk} AND number = 2")
        assert slow.decisions.get(number=2).pk < row.upto
        second, _sealed = anchoring.anchor(SECOND)
        assert covered(second) == {slow.public_id, quick.public_id}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_anchor():
    """The second waits for the first to commit and then finds the night done."""
    made = []

    def second_worker() -> None:
        made.append(anchoring.anchor(FIRST + timedelta(minutes=1)))
        connections.close_all()

    with anchoring_in_progress() as first:
        thread = threading.Thread(target=second_worker)
        thread.start()
        wait_until_somebody_waits()
        assert made == []
        first.commit()
    thread.join(timeout=30)
    assert made == [[]]
    assert Anchor.objects.count() == 2


@contextmanager
def anchoring_in_progress():
    """A worker that has sealed the night and not committed yet."""
    connection.set_autocommit(False)
    try:
        assert len(anchoring.anchor(FIRST)) == 2
        yield connection
    finally:
        connection.rollback()
        connection.set_autocommit(True)


def wait_until_somebody_waits() -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waited for the lock")


# --- What leaves the house ----------------------------------------------------------------------------------


def test_registers_carry_the_first_figures_of_the_last_nights_hash(who):
    assert anchoring.latest_words(MONDAY) == ""
    row, sealed = anchoring.anchor(FIRST)
    words = anchoring.latest_words(FIRST + timedelta(hours=8))
    assert words == f"校验码 {row.hash[:8]}（2026年11月17日）"
    assert sealed.hash[:8] not in words


def test_a_register_printed_for_an_earlier_moment_carries_that_nights_words(who):
    row, _sealed = anchoring.anchor(FIRST)
    anchoring.anchor(SECOND)
    assert row.hash[:8] in anchoring.latest_words(FIRST)


def test_the_audit_administrator_is_sent_both_hashes_and_no_count_of_sealed_cases(who):
    acting.start(Accusation, actor=who.other_leader, title="反映虚报补贴", at=MONDAY)
    row, sealed = anchoring.anchor(FIRST)
    notice = Notice.objects.get(kind="anchored")
    assert notice.person == who.audit_admin
    assert notice.words == (
        f"2026-11-17 02:10 存证，0 件有变动。校验码 {row.hash}；另册 {sealed.hash}。请留存备查。"
    )
