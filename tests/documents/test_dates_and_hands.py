"""Dates nobody may move alone, days before a paper came, what a correction leaves alone, pages that come too late."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.template.loader import render_to_string

from documents.sheets import slip_of
from documents.subject import suggested
from office import acting, procedures, showing
from office.printing.sheets import Reader
from tests import paper_samples
from tests.people import CHINA


def handled(paper, who, *, due_on=None, **fields):
    """A paper in the hands of the crops department, with the leader's date where one is given."""
    one = paper(**fields)
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"]}
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values=values)
    one.do("instruct", who.leader, opinion="同意。", values={**values, "due_on": due_on})
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    return one


def extend(one, actor, day: date):
    until = datetime.combine(day, datetime.min.time(), tzinfo=CHINA) + timedelta(hours=17, minutes=30)
    return acting.extend(one.turn.clocks.get(), until=until, actor=actor, reason="现场未完成", at=one.at)


def test_who_handles_a_paper_does_not_move_the_date_a_leader_named(who, paper):
    one = handled(paper, who, due_on=date(2026, 11, 27))
    with pytest.raises(acting.Refused, match="王志远.*2026-11-27.*由文书办理"):
        extend(one, who.handler, date(2026, 12, 4))
    assert extend(one, who.clerk, date(2026, 12, 4)).signed_name == "陈雅文"


def test_nor_the_date_the_paper_itself_names(who, paper):
    one = handled(paper, who, answer_wanted=True, answer_by=date(2026, 11, 27))
    with pytest.raises(acting.Refused, match="2026-11-27.*由文书办理"):
        extend(one, who.handler, date(2026, 12, 4))


def test_the_offices_own_limit_he_extends_with_his_reason(who, paper):
    one = handled(paper, who)
    assert extend(one, who.handler, date(2026, 12, 4)).reason == "现场未完成"


def barred(one, who):
    acting.claim(one.turn, actor=who.clerk, at=one.at)
    acting.bar(one.case, actor=who.second_clerk, people=[who.clerk], reason="亲属来文", at=one.at)


def taken_back(one, who):
    for reader in (who.leader, who.other_leader):
        one.read(reader)
    one.do("needs_handling", who.clerk, opinion="要办。")
    acting.take_back(one.case, actor=who.clerk, at=one.at)


IN_OTHER_HANDS = {
    "reassign": lambda one, who: acting.reassign(one.turn, to=who.second_clerk, actor=who.clerk, at=one.at),
    "delegate": lambda one, who: acting.delegate(one.turn, to=who.second_clerk, actor=who.clerk, at=one.at),
    "bar": barred,
    "take_back": taken_back,
}


@pytest.mark.parametrize("deed", IN_OTHER_HANDS)
def test_R_CIR_07_a_paper_on_its_round_is_late_in_nobodys_hands(who, paper, deed):
    one = paper(purpose="reading")
    one.do("send", who.clerk, names=[who.leader, who.other_leader])
    before = one.turn
    IN_OTHER_HANDS[deed](one, who)
    assert one.turn != before and one.turn.step == "circulate"
    assert one.turn.due_at is None
    assert one.turn.clocks.get().met_at == before.clocks.get().met_at


def record(one, who, at):
    return acting.act(
        one.turn, "instruct", actor=who.leader, recorded_by=who.clerk, medium="spoken", happened_at=at,
        opinion="同意。", values={"lead": who.posts["crops"]}, at=one.at,
    )


def before_the_leader(paper, who, **fields):
    one = paper(**fields)
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    return one


def test_nobody_has_written_on_a_paper_before_it_came(who, paper):
    one = before_the_leader(paper, who)
    with pytest.raises(acting.Refused, match="2026-11-16 才收到") as refused:
        record(one, who, datetime(2026, 11, 15, tzinfo=CHINA))
    assert refused.value.field == "happened_at"


def test_on_a_paper_entered_late_the_words_may_be_older_than_the_entry(who, paper):
    one = before_the_leader(paper, who, received_on=date(2026, 11, 10))
    made = record(one, who, datetime(2026, 11, 12, tzinfo=CHINA))
    assert showing.written_on(made) == "2026-11-12"
    assert "王志远 2026-11-12 指示" in showing.recorded_words(made)
    assert slip_of(one.document, viewer=None).instructions[0].signed_at == "2026年11月12日"


def test_correcting_the_words_leaves_the_unit_and_the_date_standing(who, paper):
    one = handled(paper, who, due_on=date(2026, 11, 27))
    first = one.case.decisions.get(move="instruct")
    acting.correct(first, opinion="同意，抓紧办。", actor=who.leader, at=first.at + timedelta(minutes=1))
    struck, holds = slip_of(one.document, viewer=None).instructions[0].versions
    assert (struck[0], struck[2]) == ("同意。", False)
    assert holds[0] == "同意，抓紧办。（承办：种植业股；2026年11月27日前办结）"


@pytest.mark.parametrize("page", ["void", "relocate"])
def test_a_page_about_a_void_paper_says_so_at_once(who, paper, client, page):
    one = paper(purpose="reading")
    acting.void(one.case, actor=who.clerk, reason="重复登记", at=one.at)
    client.force_login(who.clerk)
    answer = client.get(f"/cases/{one.case.public_id}/{page}/", follow=True)
    assert answer.redirect_chain and "已经作废，不能再这样办" in answer.content.decode()


def test_where_the_leader_hands_over_himself_the_named_unit_is_ticked_already(who, paper):
    one = paper(procedure="documents.short")
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    moves = procedures.get("documents.short").step(one.turn.step).moves
    to_handle = next(move for move in moves if move.to == "handle")
    assert suggested(one.turn, to_handle) == [who.posts["crops"]]


def test_long_words_of_a_reader_get_the_width_of_the_sheet():
    short, long = Reader(name="王志远", words="已阅，请转办公室。"), Reader(name="王志远", words="请逐条研究。" * 10)
    assert (short.wordy, long.wordy) == (False, True)
    text = render_to_string("print/circulation.html", {"sheet": replace(paper_samples.circulation(), readers=(long,))})
    assert text.count("请逐条研究。" * 10) == 1 and "见下行" in text
