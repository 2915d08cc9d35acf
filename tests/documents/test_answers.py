"""The answer a paper asked for: entered on a day it can have gone out, put right later, printed as what it is."""

from datetime import date, datetime

import pytest

from documents.sheets import slip_of
from office import acting
from tests.people import CHINA

from .test_odd_ways import clerk, correct, handed_over

__all__ = ["clerk"]


@pytest.fixture
def reported(who, paper):
    """reported(…) registers a paper that wants an answer and brings it to the clerk with its result."""

    def made(**fields):
        one = handed_over(paper(answer_wanted=True, **fields), who)
        one.do("report", who.handler, opinion="已办。")
        return one

    return made


def answer(one, who, day: date | None = None):
    return one.do("answered", who.clerk, opinion="函复，9号。", values={"answered_on": day} if day else {})


def test_nothing_is_answered_before_it_was_received(who, reported):
    one = reported()
    with pytest.raises(acting.Refused, match="2026-11-16 才收到"):
        answer(one, who, date(2020, 1, 1))
    answer(one, who, date(2026, 11, 16))
    assert one.document.answered_on == date(2026, 11, 16)


def test_nor_is_a_meeting_attended_before_its_notice_came(who, paper):
    one = paper(book="会", answer_wanted=True, meeting={"starts_at": datetime(2026, 11, 25, 9, tzinfo=CHINA)})
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader])
    one.do("attend", who.leader, opinion="请办公室派人。")
    with pytest.raises(acting.Refused, match="2026-11-16 才收到"):
        answer(one, who, date(2020, 1, 1))


def test_the_day_of_an_answer_is_put_right_and_its_clock_stays_met(who, clerk, reported):
    one = reported(received_on=date(2026, 11, 12), answer_by=date(2026, 11, 30))
    edit = f"/documents/incoming/{one.case.public_id}/edit/"
    assert "answered_on" not in clerk.get(edit).context["form"].fields
    answer(one, who, date(2026, 11, 16))
    met_at = one.case.clocks.get(turn=None).met_at
    form = clerk.get(edit).context["form"]
    assert form["answered_on"].value() == "2026-11-16"
    given = {"answer_wanted": "on", "answer_by": "2026-11-30", "version": form["version"].value()}
    assert correct(clerk, one, **given, answered_on="2026-11-13").status_code == 302
    assert one.document.answered_on == date(2026, 11, 13)
    assert one.case.clocks.get(turn=None).met_at == met_at
    page = clerk.get(edit)
    assert any(
        (row["field"], row["old"], row["new"]) == ("答复日期", "2026-11-16", "2026-11-13")
        for row in page.context["history"]
    )


@pytest.mark.parametrize(("given", "said"), [
    ({"answered_on": "2026-11-15"}, "2026-11-16 才收到"), ({"answered_on": "2099-01-01"}, "不能晚于今天"),
    ({"answered_on": ""}, "请写答复日期"),
    ({"answered_on": "2026-11-16", "received_on": "2026-11-17"}, "2026-11-17 才收到"),
])  # fmt: skip
def test_it_is_put_right_by_the_rules_it_was_entered_by(who, clerk, reported, given, said):
    one = reported()
    answer(one, who, date(2026, 11, 16))
    refused = correct(clerk, one, answer_wanted="on", **given)
    assert refused.status_code == 422 and said in str(refused.context["form"].errors["answered_on"])
    assert one.document.answered_on == date(2026, 11, 16)


def test_a_page_asked_for_before_the_answer_leaves_its_day_alone(who, clerk, reported):
    one = reported()
    answer(one, who, date(2026, 11, 16))
    assert correct(clerk, one, answer_wanted="on", copies="2").status_code == 302
    assert (one.document.answered_on, one.document.copies) == (date(2026, 11, 16), 2)


def test_the_slip_says_which_words_are_the_answer_and_of_what_day(who, reported):
    one = reported()
    made = answer(one, who, date(2026, 11, 16))
    said = slip_of(one.document, viewer=None).handling[-1]
    assert (said.words, said.name) == ("答复（2026年11月16日）：函复，9号。", who.clerk.name)
    acting.correct(made, opinion="函复，19号。", actor=who.clerk, at=one.at, seen=made.number)
    said = slip_of(one.document, viewer=None).handling[-1]
    assert [words for words, _remark, holds in said.versions if holds] == ["答复（2026年11月16日）：函复，19号。"]
