"""更正 and 代录: words put right by a second decision, and words a clerk enters for somebody else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from office import acting
from office.acting import Refused
from office.models import Setting
from office.models.files import StoredFile
from tests import sketches
from tests.make import Paper
from tests.people import MONDAY


@pytest.fixture
def paper(who) -> Paper:
    """A paper the leader has just written on."""
    made = Paper(sketches.Incoming, actor=who.clerk)
    made.act("submit", who.director, opinion="拟请志远同志批示。", names=[who.leader])
    made.act("instruct", who.leader, opinion="请种植业股办。")
    return made


def correct(paper: Paper, actor, *, opinion: str = "请农机股办。", minutes: float = 1, **more):
    return acting.correct(
        paper.case.decisions.get(move="instruct"), opinion=opinion, actor=actor, at=paper.tick(minutes=minutes), **more
    )


def test_a_correction_is_a_second_decision_and_the_first_stays_as_it_was(paper, who):
    second = correct(paper, who.leader)
    first = paper.case.decisions.get(move="instruct")
    assert (first.opinion, second.opinion) == ("请种植业股办。", "请农机股办。")
    assert (second.move, second.corrects, second.corrects_number) == ("correct", first, first.number)
    assert paper.turn.step == "assign"


def test_a_person_corrects_himself_for_five_minutes(paper, who):
    correct(paper, who.leader, minutes=5)
    with pytest.raises(Refused, match="超过 5 分钟后，由文书说明原因更正"):
        correct(paper, who.leader, opinion="请两股同办。", minutes=1)


def test_the_office_says_for_how_many_minutes_a_person_corrects_himself(paper, who):
    Setting.objects.create(code="correction_minutes", value=20)
    correct(paper, who.leader, minutes=20)
    with pytest.raises(Refused, match="超过 20 分钟后"):
        correct(paper, who.leader, opinion="请两股同办。", minutes=1)


def test_later_the_clerk_corrects_with_a_reason(paper, who):
    with pytest.raises(Refused) as refused:
        correct(paper, who.clerk, minutes=60)
    assert refused.value.field == "reason"
    second = correct(paper, who.clerk, reason="笔误，经本人同意。")
    assert (second.actor, second.reason) == (who.clerk, "笔误，经本人同意。")


@pytest.mark.parametrize("name", ["director", "outsider", "handler", "system_admin"])
def test_nobody_else_corrects_a_leaders_words(paper, who, name):
    with pytest.raises(Refused):
        correct(paper, getattr(who, name))


def test_a_correction_says_something_else(paper, who):
    for words, said in (("", "请写更正后的意见"), ("请种植业股办。", "意见没有改动")):
        with pytest.raises(Refused, match=said):
            correct(paper, who.leader, opinion=words)


def test_what_has_been_corrected_once_is_corrected_again_from_there(paper, who):
    correct(paper, who.leader)
    with pytest.raises(Refused, match="意见没有改动"):
        correct(paper, who.leader)
    assert correct(paper, who.leader, opinion="请种植业股办。").corrects.move == "instruct"


def test_a_correction_itself_is_not_corrected(paper, who):
    second = correct(paper, who.leader)
    with pytest.raises(Refused):
        acting.correct(second, opinion="再改。", actor=who.leader, at=paper.tick())


@pytest.fixture
def recorded(who) -> Paper:
    """A paper on which the clerk has entered what the leader wrote by hand the day before."""
    made = Paper(sketches.Incoming, actor=who.clerk)
    made.act("submit", who.director, opinion="拟请志远同志批示。", names=[who.leader])
    made.tick(days=1)
    made.act(
        "instruct", who.leader, opinion="同意。", recorded_by=who.clerk, medium="spoken",
        happened_at=MONDAY + timedelta(hours=3),
    )
    return made


def test_what_a_clerk_enters_for_a_leader_names_both_and_the_day_on_the_paper(recorded, who):
    last = recorded.last
    assert (last.signed_name, last.recorded_name) == ("王志远", "陈雅文")
    assert last.happened_at == MONDAY + timedelta(hours=3) < last.at


def scanned_as(content_hash: str) -> StoredFile:
    return StoredFile.objects.create(hash=content_hash, size=1, type="pdf", pages=1, stored_at=MONDAY)


@pytest.mark.parametrize(
    ("medium", "scanned", "why"),
    [("", False, "请选明据什么录入"), ("paper", False, "请附上扫描件"), ("kept", False, "不涉密的纸质批示要附扫描件"),
     ("phone", True, "口头的请去掉扫描件")],
)  # fmt: skip
def test_words_entered_for_somebody_have_their_proof(who, medium, scanned, why):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    scan = [(scanned_as("1" * 64), "批示.pdf")] if scanned else []
    with pytest.raises(Refused, match=why):
        paper.act("circulate", who.director, recorded_by=who.clerk, medium=medium, files=scan)


def test_the_database_keeps_no_words_from_paper_without_their_scan(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    paper.act("circulate", who.director, recorded_by=who.clerk, medium="spoken")
    last = paper.last
    for medium, kept_by in (("paper", "words_from_paper_have_their_scan"), ("", "recorded_words_say_what_from")):
        last.pk, last.number, last.medium = None, last.number + 1, medium
        with pytest.raises(IntegrityError, match=kept_by), transaction.atomic():
            last.save(force_insert=True)


def test_what_was_said_is_confirmed_on_a_sheet_the_leader_signs(recorded, who):
    first, scan = recorded.last, [(scanned_as("2" * 64), "补签.pdf")]
    with pytest.raises(Refused, match="请附上扫描件"):
        acting.confirm_record(first, actor=who.leader, recorded_by=who.clerk, at=recorded.tick())
    made = acting.confirm_record(first, actor=who.leader, recorded_by=who.clerk, files=scan, at=recorded.tick())
    assert (made.actor, made.recorded_name, made.medium, made.files) == (who.leader, "陈雅文", "paper", "2" * 64)


def test_the_signer_confirms_once_what_was_entered_for_him(recorded, who):
    first = recorded.last
    for other in (who.clerk, who.director):
        with pytest.raises(Refused, match="只有签署人本人"):
            acting.confirm_record(first, actor=other, at=recorded.tick())
    acting.confirm_record(first, actor=who.leader, at=recorded.tick())
    with pytest.raises(Refused, match="已经确认过"):
        acting.confirm_record(first, actor=who.leader, at=recorded.tick())


def test_only_the_clerk_enters_for_others_and_not_for_himself(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    with pytest.raises(Refused, match="只有文书可以代录"):
        paper.act("circulate", who.director, recorded_by=who.handler, medium="spoken")
    paper.act("circulate", who.director, recorded_by=who.clerk, medium="spoken")
    with pytest.raises(Refused, match="不用代录"):
        paper.act("finish", who.clerk, recorded_by=who.clerk, medium="spoken")


def test_a_paper_is_not_signed_in_the_future(who):
    paper = Paper(sketches.Incoming, actor=who.clerk)
    with pytest.raises(Refused) as refused:
        paper.act(
            "circulate", who.director, recorded_by=who.clerk, medium="spoken", happened_at=MONDAY + timedelta(days=9)
        )
    assert refused.value.field == "happened_at"
