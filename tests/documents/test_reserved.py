"""备用号: numbers drawn beforehand, written on paper while nothing works, entered late, the unused voided."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from documents import registering
from documents.registers import IncomingRegister
from office import numbering
from office.acting import Refused
from office.models import Case, ReservedNumber, Series, Voided
from office.registers import Selection
from office.verifying import verify
from tests.documents.conftest import sender
from tests.paper_scans import texts
from tests.people import MONDAY

NEXT = {"reserved": 1}


@pytest.fixture
def book(who) -> Series:
    return Series.objects.get(name="收", year=2026)


@pytest.fixture
def block(who, book):
    return numbering.reserve(book, count=3, by=who.clerk, at=MONDAY, purpose="停电备用")


def late(who, book, number, **more) -> Case:
    return registering.register(
        actor=who.clerk, series=book, reserved=number, sender=sender(), title="停电那天收的通知",
        at=MONDAY + timedelta(days=2), received_on=date(2026, 11, 16), **more,
    )  # fmt: skip


def rows(who) -> list[tuple[str, str, str, str | None]]:
    found = IncomingRegister().rows(Selection(year=2026, viewer=who.clerk))
    return [(row.cells[0], row.cells[4], row.cells[-1], row.void) for row in found]


def test_numbers_drawn_beforehand_are_given_to_nothing_else(who, paper, book, block):
    assert (block.first, block.last) == (1, 3)
    assert paper().case.serial == 4
    with pytest.raises(IntegrityError), transaction.atomic():
        ReservedNumber.objects.create(block=block, series=book, number=2)


def test_a_paper_is_entered_late_under_the_number_on_its_sheet(who, paper, book, block):
    paper()
    case = late(who, book, 2)
    assert (case.reference, case.serial) == ("收〔2026〕2号", 2)
    assert case.incomingdocument.days_late == 2
    assert [one.number for one in numbering.free(block)] == [1, 3]
    assert paper(group="peer").case.serial == 5


@pytest.mark.parametrize("number", [2, 4, 9])
def test_a_number_is_entered_once_and_only_one_that_was_drawn(who, paper, book, block, number):
    paper()
    late(who, book, 2)
    with pytest.raises(Refused, match="不是空着的备用号"):
        late(who, book, number)
    assert Case.objects.count() == 2


def test_what_was_not_used_is_voided_with_the_reason_and_can_be_used_no_more(who, book, block):
    late(who, book, 1)
    assert numbering.void_unused(block, reason="来电后没有用到", by=who.clerk, at=MONDAY) == 2
    assert [(one.number, one.reason) for one in Voided.objects.order_by("number")] == [
        (2, "来电后没有用到"), (3, "来电后没有用到"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="不是空着的备用号"):
        late(who, book, 3)
    assert numbering.void_unused(block, reason="再来一次", by=who.clerk, at=MONDAY) == 0


def test_a_book_with_numbers_on_sheets_has_no_gap(who, paper, book, block):
    paper()
    late(who, book, 2)
    assert [one.words for one in verify()] == []
    numbering.void_unused(block, reason="没有用到", by=who.clerk, at=MONDAY)
    assert [one.words for one in verify()] == []


def test_the_register_says_of_every_number_what_became_of_it(who, paper, book, block):
    paper()
    late(who, book, 2)
    assert rows(who) == [
        ("收0001", "", "备用号，未登", None), ("收0002", "停电那天收的通知", "补登 2 日", None),
        ("收0003", "", "备用号，未登", None), ("收0004", "关于做好秋冬种工作的通知", "", None),
    ]  # fmt: skip
    numbering.void_unused(block, reason="没有用到", by=who.clerk, at=MONDAY)
    assert [one[3] for one in rows(who)] == ["没有用到（陈雅文 11-16）", None, "没有用到（陈雅文 11-16）", None]


def test_a_late_entry_stands_in_the_book_on_the_screen(who, paper, book, block, client):
    paper()
    late(who, book, 2)
    client.force_login(who.clerk)
    page = client.get("/documents/incoming/", {"year": "2026"}).content.decode()
    assert "停电那天收的通知" in page and "关于做好秋冬种工作的通知" in page


# --- At the counter ---


def test_sheets_are_printed_with_their_numbers_in_the_registers_own_form(who, book, block, client):
    client.force_login(who.clerk)
    (text,) = texts(client.get(f"/reserved/{block.pk}/print/").content)
    assert "收文登记簿（备用）" in text and "停电备用" in text and "来文字号" in text
    assert [f"收000{number}" in text for number in (1, 2, 3, 4)] == [True, True, True, False]


def test_the_clerk_draws_numbers_enters_one_and_voids_the_rest(who, book, client, counter):
    client.post("/reserved/", {"series": book.pk, "count": "4", "purpose": "停电备用"})
    block = book.blocks.get()
    entry = f"/documents/incoming/new/?book={'%E6%94%B6'}&reserved=3"
    page = client.get(f"/reserved/{block.pk}/").content.decode()
    assert entry.replace("&", "&amp;") in page and f"/reserved/{block.pk}/print/" in page
    assert "<h1>收〔2026〕1号–4</h1>" in page
    page = client.get(entry).content.decode()
    assert "补登备用登记表上的 收〔2026〕3号" in page
    answer = counter(**NEXT | {"reserved": 3, "received_on": "2026-11-16"})
    assert answer.headers["Location"] == f"/reserved/{block.pk}/"
    assert Case.objects.get().serial == 3
    again = counter(reserved=3, title="另一件", received_on="2026-11-16")
    assert again.status_code == 422 and "不是空着的备用号" in again.content.decode()
    assert client.post(f"/reserved/{block.pk}/void/", {"reason": ""}).status_code == 422
    client.post(f"/reserved/{block.pk}/void/", {"reason": "没有用到"})
    assert Voided.objects.count() == 3
    assert "作废没用的" not in client.get(f"/reserved/{block.pk}/").content.decode()


def test_only_who_registers_draws_numbers(who, book, client):
    for one in (who.director, who.handler):
        client.force_login(one)
        assert client.get("/reserved/").status_code == 404
        assert client.post("/reserved/", {"series": book.pk, "count": "4", "purpose": "停电"}).status_code == 404
    client.force_login(who.clerk)
    assert client.post("/reserved/", {"series": book.pk, "count": "101", "purpose": "停电"}).status_code == 422
    assert not ReservedNumber.objects.exists()
