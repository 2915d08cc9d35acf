"""The closed papers on a clerk's shelf: counted book by book, handed over with the rest (R-CIR-17)."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents import handover, registering
from documents.models import Custody, IncomingDocument
from office import acting
from office.handover.executing import Asked, hand_over
from office.handover.listing import listing
from office.models import Organisation, Series
from tests.people import MONDAY

SHELF = handover.Shelf()
LATER = MONDAY + timedelta(days=1)


def closed(who, *, by=None, book="收", at=MONDAY, **fields):
    """A paper for reading that the first head has read and the clerk has put to rest."""
    sender, _made = Organisation.objects.get_or_create(name="省农业农村厅", group="above")
    given = {"title": "" if fields.get("secrecy", 0) >= 2 else "关于秋冬种的通知", **fields}
    case = registering.register(
        actor=by or who.clerk, series=Series.objects.get(name=book, year=2026), sender=sender, at=at,
        received_on=MONDAY.date(), purpose="reading", **given,
    )  # fmt: skip
    hub = case.turns.get()
    acting.act(hub, "send", actor=by or who.clerk, names=[who.first_head], at=at)
    acting.act(case.turns.get(side=True), "read", actor=who.first_head, at=at)
    acting.act(hub, "finish", actor=by or who.clerk, at=at)
    return case


def on_shelf(person) -> dict[str, tuple[str, int]]:
    return {one.number: (one.what, one.copies) for one in SHELF.held(person)}


def give(who, person, receiver, **more):
    found = listing(person, reader=who.director, receiver=receiver, taken=more.get("returns"))
    papers = {line.key: "found" for line in found.lines if line.held.copies is not None}
    given = {"token": uuid.uuid4(), "reason": "leaving", "fingerprint": found.fingerprint, "found": papers, **more}
    return hand_over(Asked(person=person, receiver=receiver, **given), actor=who.director, at=LATER)


def test_R_CIR_17_what_is_closed_and_not_filed_is_counted_by_book(who):
    closed(who, copies=2)
    closed(who)
    closed(who, book="平", carrier="electronic")
    closed(who, by=who.second_clerk)
    filed = closed(who)
    IncomingDocument.objects.filter(case=filed).update(archived_as="2026-1")
    assert on_shelf(who.clerk) == {"收〔2026〕": ("2 件，陈雅文登记", 3)}


def test_what_was_handed_over_lies_on_the_other_shelf(who):
    closed(who)
    closed(who, by=who.second_clerk)
    line = give(who, who.clerk, who.second_clerk).items.get(part="documents.shelf")
    assert (line.number, line.what, line.copies, line.outcome) == ("收〔2026〕", "1 件，陈雅文登记", 1, "林晓岚")
    assert on_shelf(who.clerk) == {}
    assert [one.what for one in SHELF.held(who.second_clerk)] == ["1 件，陈雅文登记", "1 件，林晓岚登记"]


def test_what_comes_later_is_his_own_again(who):
    closed(who)
    give(who, who.clerk, who.second_clerk)
    closed(who)
    assert on_shelf(who.clerk) == {"收〔2026〕": ("1 件，陈雅文登记", 1)}


def test_it_comes_back_with_who_was_away(who):
    closed(who)
    closed(who, by=who.second_clerk)
    taken = give(who, who.clerk, who.second_clerk, reason="away")
    give(who, who.second_clerk, who.clerk, reason="away", returns=taken)
    assert on_shelf(who.clerk) == {"收〔2026〕": ("1 件，陈雅文登记", 1)}
    assert on_shelf(who.second_clerk) == {"收〔2026〕": ("1 件，林晓岚登记", 1)}


def test_classified_papers_are_kept_by_who_is_cleared_for_them(who):
    closed(who, book="密", secrecy=3, secrecy_years=10)
    found = listing(who.clerk, reader=who.director, receiver=who.second_clerk)
    shelf = [line for line in found.lines if line.part.code == "documents.shelf"]
    assert [line.refused for line in shelf] == [True]
    with pytest.raises(acting.Refused, match="要有人保管"):
        give(who, who.clerk, who.second_clerk)
    give(who, who.clerk, who.second_clerk, chosen={shelf[0].key: who.first_head})
    assert Custody.objects.get().keeper == who.first_head


def test_a_long_shelf_is_handed_over_in_as_many_queries_as_a_short_one(who):
    def queries(receiver, person) -> int:
        found = listing(person, reader=who.director, receiver=receiver)
        lines = [line.held for line in found.lines if line.part.code == "documents.shelf"]
        order = handover.Order(person=person, receiver=receiver, actor=who.director, reason="", at=LATER)
        with CaptureQueriesContext(connection) as captured:
            SHELF.move([handover.Entry(one, "to", receiver) for one in lines], order=order)
        return len(captured)

    closed(who)
    before = queries(who.second_clerk, who.clerk)
    for _n in range(4):
        closed(who)
    assert queries(who.second_clerk, who.clerk) == before
