"""What comes next, with names: on the page of the paper and in the lists."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from office import acting, ahead, subjects
from office.models import Case, StepSetting, Turn


def phrase(one) -> str:
    turn = Turn.objects.select_related("case").get(pk=one.turn.pk)
    return ahead.phrases([turn], said=subjects.summaries([turn.case]))[turn.pk]


def whole(one) -> list[tuple[str, str]]:
    return [(row["label"], row["who"]) for row in ahead.steps(Case.objects.get(pk=one.case.pk), one.turn)]


@pytest.fixture
def agreed(who, paper):
    """Proposed for 种植业股 to two leaders, the first of whom has agreed."""
    one = paper()
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"], "assisting": [who.posts["machines"]], "due_on": date(2026, 11, 20)}
    one.do("submit", who.director, opinion="拟请批示。", names=[who.first_head, who.leader], values=values)
    one.do("circle", who.first_head)
    return one


def test_the_chair_a_step_is_declared_for_is_named(who, paper):
    one = paper()
    assert phrase(one) == "初审合格 → 拟办 办公室主任"
    assert whole(one) == [("拟办", "办公室主任（李建国）")]


def test_the_post_an_office_has_given_a_step_to_is_named_for_papers_begun_since(who, paper):
    setting = StepSetting.objects.create(
        procedure="documents.incoming", step="propose", post=who.posts["clerk"], since=date(2026, 11, 17)
    )
    one = paper()
    assert phrase(one) == "初审合格 → 拟办 办公室主任"
    StepSetting.objects.filter(pk=setting.pk).update(since=date(2026, 11, 1))
    assert phrase(one) == f"初审合格 → 拟办 {who.posts['clerk']}"


def test_whoever_is_still_on_the_list_comes_before_the_unit(who, agreed):
    assert phrase(agreed) == "呈其他领导批示 → 王志远"
    assert whole(agreed)[0] == ("名单上还有", "王志远")


def test_the_unit_in_force_is_named_once_the_list_is_done(who, agreed):
    agreed.do("present", who.clerk)
    agreed.do("instruct", who.leader, opinion="请农机股办。", values={"lead": who.posts["machines"]})
    assert phrase(agreed) == "交办 → 承办 农机股"
    assert whole(agreed) == [("承办", "农机股股长（周国强）")]


def test_nothing_is_named_that_nobody_has_said(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    assert phrase(one) == "报批 → 批示"
    assert whole(one) == [("批示", "由办理人选定")]


def test_who_was_asked_in_between_sends_it_back_to_a_name(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    acting.delegate(one.turn, to=who.second_clerk, actor=who.director, at=one.at)
    assert phrase(one) == "办毕送回 办公室主任"


def test_the_addressee_of_a_letter_is_named(who, paper):
    one = paper(purpose="envelope", title="", addressee=who.leader)
    assert phrase(one) == "转交本人 → 本人签收 王志远"
    assert whole(one) == [("本人签收", "王志远")]


def test_a_list_of_many_asks_no_more_than_one_of_few(who, paper):
    asked = []
    for many in (1, 4):
        for _number in range(many):
            paper().do("pass", who.clerk)
        turns = list(Turn.objects.open().select_related("case"))
        said = subjects.summaries([turn.case for turn in turns])
        with CaptureQueriesContext(connection) as queries:
            ahead.phrases(turns, said=said)
        asked.append(len(queries))
    assert asked == [1, 1]


def test_a_unit_that_was_taken_back_is_named_no_more(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"], "due_on": date(2026, 11, 20)}
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values=values)
    acting.take_back(one.case, actor=who.director, at=one.at)
    one.do("submit", who.director, opinion="请批示。", names=[who.leader])
    one.do("instruct", who.leader, opinion="阅。")
    assert phrase(one) == "交办 → 承办"


def test_the_queue_and_what_one_has_begun_name_who_is_next(who, agreed, client):
    client.force_login(who.clerk)
    for page in ("queue", "started"):
        assert "呈其他领导批示 → 王志远" in client.get(reverse(page)).content.decode()
