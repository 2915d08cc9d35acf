"""Two people at one paper at the same moment: real threads, real connections, committed."""

import threading
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from office import acting, channels, linking, looks, outbox
from office.acting import Refused
from office.acting.door import lock_case
from office.handover.executing import Asked, hand_over
from office.handover.listing import listing
from office.models import Address, Case, Decision, Handover, Look, Notice, Series, Turn
from office.verifying import verify
from tests import people, sketches
from tests.make import Paper, series
from tests.office.receiving import receiver
from tests.people import MONDAY

# Nobody waits longer for a lock than this; a deadlock would be broken by PostgreSQL and shown as an error.
PATIENCE = 60


@pytest.fixture
def who(transactional_db):
    return people.cast()


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Let each deed run in a thread of its own, all starting together; its result, or the exception it raised."""
    gate, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int, deed: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(PATIENCE)
            results[place] = deed()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "somebody waits for ever"
    unexpected = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert unexpected == []
    return results


def refusals(results: list[object]) -> list[str]:
    return [str(one) for one in results if isinstance(one, Refused)]


def fresh(turn: Turn) -> Turn:
    """As another browser has it: an object of its own."""
    return Turn.objects.select_related("case").get(pk=turn.pk)


def test_of_twelve_clicks_on_one_turn_one_counts_and_the_others_are_told_who_was_faster(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    turns = [fresh(paper.turn) for _click in range(12)]
    results = at_once(*[
        lambda turn=turn: acting.act(turn, "circulate", actor=who.director, at=MONDAY) for turn in turns
    ])
    told = refusals(results)
    assert len(told) == 11
    assert all("已由 李建国" in words and "直送传阅" in words for words in told)
    assert paper.moves() == ["start", "circulate"]


def test_two_different_moves_from_one_turn_do_not_both_happen(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    turn = paper.turn
    results = at_once(
        lambda: acting.act(fresh(turn), "circulate", actor=who.director, at=MONDAY),
        lambda: acting.act(fresh(turn), "not_ours", actor=who.director, opinion="退回。", at=MONDAY),
        lambda: acting.delegate(fresh(turn), to=who.handler, actor=who.director, at=MONDAY),
        lambda: acting.skip(fresh(turn), to=who.leader, actor=who.clerk, reason="急。", at=MONDAY),
    )
    assert len(refusals(results)) == 3
    assert paper.case.decisions.count() == 2
    assert list(verify()) == []


def test_of_two_who_claim_one_paper_one_has_it(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    turn = paper.turn
    results = at_once(*[
        lambda person=person: acting.claim(fresh(turn), actor=person, at=MONDAY)
        for person in (who.clerk, who.second_clerk) * 3
    ])
    assert len(refusals(results)) == 5
    assert paper.moves().count("claim") == 1
    assert paper.turn.holder in (who.clerk, who.second_clerk)


def test_a_form_sent_twice_at_the_same_moment_makes_one_case_with_one_number(who):
    token = uuid4()
    results = at_once(*[
        lambda: acting.start(
            sketches.Incoming, actor=who.clerk, title="通知", token=token, series=series(), at=MONDAY
        )
        for _click in range(6)
    ])
    assert len({case.pk for case in results}) == 1
    assert Case.objects.count() == 1
    assert series().last == 1


def test_eight_clerks_draw_numbers_without_a_gap_while_some_of_them_fail(who):
    def broken(case: Case) -> None:
        raise Refused("附件损坏，没有登记。")

    def clerk(place: int) -> list[int]:
        drawn = []
        for sheet in range(6):
            try:
                case = acting.start(
                    sketches.Incoming, actor=who.clerk, title="通知", series=series(), at=MONDAY,
                    build=broken if (place + sheet) % 4 == 0 else None,
                )
            except Refused:
                continue
            drawn.append(case.serial)
        return drawn

    drawn = at_once(*[lambda place=place: clerk(place) for place in range(8)])
    numbers = sorted(number for some in drawn for number in some)
    assert numbers == list(range(1, 37))
    assert series().last == 36


def test_a_book_of_a_new_year_is_opened_once(who):
    from office import numbering

    books = at_once(*[lambda: numbering.of_year("收", year=2027).pk for _clerk in range(8)])
    assert len(set(books)) == 1
    assert Series.objects.filter(name="收", year=2027).count() == 1


@pytest.mark.parametrize("rival", ["act", "claim", "open"])
def test_taking_back_and_going_on_do_not_both_happen(who, rival):
    for _round in range(4):
        paper = Paper(sketches.Incoming, actor=who.clerk)
        paper.act("circulate", who.director)
        turn, case = paper.turn, paper.case
        deed = {
            "act": lambda turn=turn: acting.act(fresh(turn), "finish", actor=who.clerk, at=MONDAY),
            "claim": lambda turn=turn: acting.claim(fresh(turn), actor=who.clerk, at=MONDAY),
            "open": lambda turn=turn: acting.opened(fresh(turn), by=who.clerk, at=MONDAY),
        }[rival]
        results = at_once(lambda case=case: acting.take_back(case, actor=who.director, at=MONDAY), deed)
        turn.refresh_from_db()
        taken = turn.ended_how == "taken_back"
        assert taken is not isinstance(results[0], Refused)
        if rival == "open":
            assert taken is (turn.opened_at is None)
        else:
            assert len(refusals(results)) == 1
    assert list(verify()) == []


def until_somebody_waits() -> None:
    """Until another connection waits for what this one has locked."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        for _look in range(PATIENCE * 100):
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("rival", ["look", "open"])
def test_who_looks_at_a_paper_and_who_acts_on_it_do_not_wait_for_each_other(who, rival):
    paper = Paper(sketches.Incoming, actor=who.clerk, restricted=True)
    turn, locked = paper.turn, threading.Event()

    def acts() -> None:
        with transaction.atomic():
            lock_case(paper.case)
            if rival == "open":
                acting.progress(fresh(turn), actor=who.director, opinion="正在核对。", at=MONDAY)
            locked.set()
            until_somebody_waits()
            acting.act(fresh(turn), "circulate", actor=who.director, at=MONDAY)

    def look() -> None:
        here = fresh(turn)
        assert locked.wait(PATIENCE)
        if rival == "open":
            acting.opened(here, by=who.director, at=MONDAY)
        else:
            looks.note(here.case, person=who.director, what="办理页", at=MONDAY)

    at_once(acts, look)
    assert paper.moves()[-1] == "circulate"
    assert Look.objects.count() == (rival == "look")
    assert list(verify()) == []


def test_a_hub_and_its_readers_do_not_wait_for_each_other(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    readers = [who.first_head, who.leader, who.other_leader, who.handler, who.second_head]
    paper.act("send", who.clerk, names=readers)
    spokes = [paper.side(reader) for reader in readers]
    hub = paper.turn
    results = at_once(
        *[
            lambda turn=turn, reader=reader: acting.act(fresh(turn), "read", actor=reader, at=MONDAY)
            for turn, reader in zip(spokes, readers, strict=True)
        ],
        lambda: acting.recall(fresh(spokes[0]), actor=who.clerk, at=MONDAY),
        lambda: acting.add_readers(fresh(hub), step="read", names=[who.colleague], actor=who.second_clerk, at=MONDAY),
        lambda: acting.act(fresh(hub), "hand_over", actor=who.clerk, names=[who.outsider], at=MONDAY),
    )
    # The first reader read it, or it was recalled before: one of the two.
    assert len(refusals(results)) == 1
    assert {turn.holder for turn in paper.sides()} == {who.colleague}
    assert list(verify()) == []


def test_one_original_goes_on_to_one_reader_when_it_comes_back_and_is_recalled_at_once(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director)
    paper.act("send", who.clerk, names=[who.first_head, who.leader, who.other_leader], values={"in_order": True})
    out = paper.side(who.first_head)
    at_once(
        lambda: acting.act(fresh(out), "read", actor=who.first_head, at=MONDAY),
        lambda: acting.recall(fresh(out), actor=who.clerk, at=MONDAY),
    )
    assert [turn.holder for turn in paper.sides()] == [who.leader]


def test_links_and_bars_laid_across_each_other_do_not_wait_for_ever(who):
    cases = [Paper(sketches.Incoming, actor=who.clerk).case for _paper in range(4)]
    pairs = [(0, 1), (1, 0), (2, 3), (3, 2), (0, 3), (2, 1)]
    at_once(
        *[
            lambda one=one, other=other: linking.connect(
                cases[one], cases[other], kind="see", actor=who.clerk, at=MONDAY
            )
            for one, other in pairs
        ],
        lambda: acting.bar(cases[3], actor=who.clerk, people=[who.handler], at=MONDAY),
        lambda: acting.bar(cases[0], actor=who.clerk, departments=[who.departments["machines"]], at=MONDAY),
    )
    for case in cases:
        assert case.barred.count() == 2


def test_a_parent_moves_on_while_its_linked_case_is_opened_or_not_at_all(who):
    for _round in range(3):
        paper = Paper(sketches.Outgoing, actor=who.handler)
        paper.do("reassign", who.handler, to=who.clerk)
        at_once(
            lambda paper=paper: linking.open_linked(
                paper.case, "sketch.seal", asked=sketches.SealRequest("发文", 2), actor=who.clerk, at=MONDAY
            ),
            lambda paper=paper: acting.bar(paper.case, actor=who.clerk, people=[who.second_clerk], at=MONDAY),
            lambda paper=paper: acting.act(fresh(paper.turn), "submit", actor=who.clerk, at=MONDAY),
        )
        seal = paper.case.links_out.get().to_case
        assert set(seal.barred.values_list("person", flat=True)) == {who.second_clerk.pk}


def test_a_relocation_asked_for_twice_at_once_is_asked_once(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    results = at_once(*[
        lambda person=person: acting.ask_relocation(
            paper.case, step="assign", to=None, actor=person, reason="送错了。", at=MONDAY
        )
        for person in (who.clerk, who.second_clerk, who.director)
    ])
    assert len(refusals(results)) == 2


def test_corrections_at_the_same_moment_each_have_their_own_number(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("submit", who.director, opinion="拟请志远同志批示。", names=[who.leader])
    first = paper.last
    at_once(*[
        lambda words=words: acting.correct(
            Decision.objects.select_related("case").get(pk=first.pk), opinion=words, actor=who.clerk, reason="笔误。",
            at=MONDAY,
        )
        for words in ("改一。", "改二。", "改三。", "改四。")
    ])
    assert list(paper.case.decisions.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert list(verify()) == []


def test_what_fails_in_one_thread_leaves_nothing(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    turn = paper.turn

    def fails() -> None:
        with transaction.atomic():
            acting.act(fresh(turn), "circulate", actor=who.director, at=MONDAY)
            raise Refused("断电。")

    at_once(fails)
    assert paper.moves() == ["start"]
    assert paper.turn.pk == turn.pk


def test_two_who_hand_over_the_same_hands_at_once_hand_over_once(who):
    papers = []
    for _n in range(3):
        paper = Paper(sketches.Incoming, actor=who.clerk)
        paper.act("submit", who.director, opinion="拟办", names=[who.leader])
        papers.append(paper)

    def hand(supervisor, receiver):
        found = listing(who.leader, reader=supervisor, receiver=receiver)
        asked = Asked(
            token=uuid4(), person=who.leader, receiver=receiver, reason="leaving", fingerprint=found.fingerprint
        )
        return lambda: hand_over(asked, actor=supervisor, at=MONDAY)

    results = at_once(hand(who.director, who.other_leader), hand(who.first_head, who.other_leader))
    assert len(refusals(results)) == 1
    assert Handover.objects.get().serial == 1
    assert [paper.moves().count("reassign") for paper in papers] == [1, 1, 1]
    assert list(verify()) == []


def test_one_press_sent_twice_at_once_is_one_hand_over(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("submit", who.director, opinion="拟办", names=[who.leader])
    found = listing(who.leader, reader=who.director, receiver=who.other_leader)
    asked = Asked(
        token=uuid4(), person=who.leader, receiver=who.other_leader, reason="leaving", fingerprint=found.fingerprint
    )
    at_once(*[lambda: hand_over(asked, actor=who.director, at=MONDAY)] * 3)
    assert Handover.objects.count() == 1
    assert paper.moves().count("reassign") == 1


# --- Telling ---


def test_of_several_workers_one_sends_each_message(who, settings):
    """Six people with five notices each, four workers in the same minute: six messages, each asked for once."""
    listeners = [who.director, who.leader, who.handler, who.colleague, who.clerk, who.second_clerk]
    settings.NOTICE_SECONDS = 5
    with receiver() as one:
        settings.NOTICE_CHANNELS = channels.read(f"webhook json://127.0.0.1:{one.port}/{{to}}")
        case = Paper(sketches.Incoming, actor=who.clerk).case
        for number, person in enumerate(listeners):
            Address.objects.create(person=person, channel="webhook", address=f"a{number}")
            Notice.objects.bulk_create(
                [Notice(person=person, kind="waiting", urgent=True, at=MONDAY, case=case) for _time in range(5)]
            )
        # Long enough that all four are at it.
        one.mood = lambda path: str(one.released.wait(0.03))
        done = at_once(*[lambda: outbox.deliver(MONDAY)] * 4)
        assert sum(found.sent for found in done) == 30
        assert sorted(path for path, _key, _body in one.asked) == [f"/a{number}" for number in range(6)]
        assert len(one.keys) == 6
