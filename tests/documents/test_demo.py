"""The demo's papers: every stage of a real office, written through the real door, at times that have passed."""

import logging
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F

from documents.demo import papers
from documents.demo.times import Times
from documents.models import IncomingDocument, MeetingNotice
from office import demo
from office.models import Attachment, Case, Decision, Series, Turn
from office.models.clocks import Chase, Reminder
from office.models.outbox import Delivery
from tests.people import CHINA

WEDNESDAY = datetime(2026, 11, 18, 14, 30, tzinfo=CHINA)
MOMENTS = [
    WEDNESDAY,
    datetime(2026, 11, 18, 7, 50, tzinfo=CHINA),
    datetime(2026, 11, 18, 23, 5, tzinfo=CHINA),
    datetime(2026, 11, 22, 16, 0, tzinfo=CHINA),  # a Sunday
    datetime(2026, 10, 3, 9, 0, tzinfo=CHINA),  # in the autumn holidays
    datetime(2027, 1, 6, 11, 0, tzinfo=CHINA),
]
SOME = 52


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """A small demo office; everything is taken back after the last test of this module."""
    complaints: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record):
            complaints.append(record.getMessage())

    listener = Listener()
    logging.getLogger("documents.demo").addHandler(listener)
    with django_db_blocker.unblock(), transaction.atomic():
        demo.begin(WEDNESDAY, papers=SOME)
        demo.fill()
        yield complaints
        transaction.set_rollback(True)
    logging.getLogger("documents.demo").removeHandler(listener)


def test_no_rule_stopped_a_paper_on_its_way(filled):
    assert filled == []
    assert Case.objects.count() == SOME


def test_papers_lie_at_every_stage(filled):
    lying = set(Turn.objects.open().values_list("step", flat=True))
    assert lying >= {"review", "propose", "instruct", "assign", "handle", "conclude", "read", "arrange", "deliver"}
    outcomes = set(Case.objects.values_list("outcome", flat=True))
    assert outcomes >= {"", "done", "reference", "refused", "void"}


def test_some_are_late_and_some_are_due_today_and_tomorrow(filled):
    due = Counter(
        (at.astimezone(CHINA).date() - WEDNESDAY.date()).days
        for at in Turn.objects.open().filter(due_at__isnull=False).values_list("due_at", flat=True)
    )
    assert due[0] and due[1] and sum(count for days, count in due.items() if days < 0)


def test_nothing_happened_after_the_demo_began_or_out_of_order(filled):
    assert Decision.objects.filter(at__gt=WEDNESDAY).count() == 0
    assert Turn.objects.filter(ended_at__lt=F("issued_at")).count() == 0
    for case in Case.objects.prefetch_related("decisions"):
        times = [one.at for one in case.decisions.all()]
        assert times == sorted(times), case


def test_every_special_kind_of_paper_is_there(filled):
    assert MeetingNotice.objects.exists()
    assert IncomingDocument.objects.filter(purpose="envelope", case__title="").exists()
    assert IncomingDocument.objects.exclude(telegram="").exists()
    assert Case.objects.filter(procedure="documents.short").exists()
    assert Case.objects.filter(procedure="documents.reading").exists()
    assert Case.objects.filter(secrecy=1, restricted=True).exists()


def test_R_SEC_03_classified_papers_have_neither_title_nor_words_nor_file(filled):
    classified = Case.objects.filter(secrecy__gte=2)
    assert classified.exists()
    assert not classified.exclude(title="").exists()
    assert not Decision.objects.filter(case__in=classified).exclude(opinion="", reason="").exists()
    assert not Attachment.objects.filter(case__in=classified).exists()


def test_void_papers_say_why_and_keep_their_number(filled):
    void = Case.objects.filter(outcome="void")
    assert all(case.series.voided.filter(number=case.serial).exclude(reason="").exists() for case in void)


def test_numbers_follow_the_day_of_registering_without_a_gap(filled):
    for book in Series.objects.filter(function="documents.incoming"):
        cases = list(Case.objects.filter(series=book).order_by("serial"))
        assert [case.serial for case in cases] == list(range(1, book.last + 1))
        assert cases == sorted(cases, key=lambda case: case.opened_at)


def test_the_chains_hold(filled):
    call_command("verify_chain", verbosity=0)


def test_R_SUP_06_late_papers_have_been_chased_within_measure_and_without_mail(filled):
    assert Reminder.objects.exists()
    assert Reminder.objects.count() < 3 * Turn.objects.open().count()
    assert Chase.objects.filter(answered_at__isnull=False).exists()
    assert not Delivery.objects.filter(channel="email").exists()


def test_the_next_round_of_chasing_finds_little_left_to_say(filled):
    from office.chasing import chase

    with transaction.atomic():
        assert chase(WEDNESDAY + timedelta(minutes=10)).sent <= 5
        transaction.set_rollback(True)


def test_scanned_pages_can_be_looked_at(filled):
    scans = Attachment.objects.select_related("stored")
    assert {one.stored.type for one in scans} <= {"pdf", "jpg"}
    assert scans.exists()


@pytest.mark.parametrize("began", MOMENTS, ids=lambda at: at.strftime("%m-%d_%H%M"))
def test_whenever_it_begins_every_paper_has_come_before(db, began):
    demo.begin(began, papers=1)
    found = papers.all_papers(Times(began), count=None)
    assert len(found) == 290 + len(list(papers.rows("local-papers.csv")))
    assert all(one.at <= began for one in found)
    assert all(one.dated_on is None or one.dated_on <= one.at.date() for one in found)


def test_the_real_documents_are_all_there_and_say_not_where_they_were_found():
    found = list(papers.rows("real-documents.csv"))
    assert len(found) == 290
    assert "source" not in found[0]


@pytest.mark.soak
def test_the_whole_office_is_filled(transactional_db):
    demo.begin(WEDNESDAY)
    demo.fill()
    assert Case.objects.count() > 360
    call_command("verify_chain", verbosity=0)
    assert not demo.fill()
