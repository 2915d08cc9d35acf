"""What is said about those who help, go to a meeting or read beside the main way: each by the word of his step."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from office import acting

from .test_asked_and_told import invited
from .test_odd_ways import handed_over


def told(client, person) -> list[str]:
    """What his notices say, the latest first."""
    client.force_login(person)
    return [row["words"] for row in client.get("/notices/").context["notices"]]


@pytest.fixture
def helped(who, paper):
    """A paper its lead handles and another unit helps with; `values` may name the day it is to be done by."""

    def made(**values):
        one = paper()
        one.do("pass", who.clerk)
        values = {"lead": who.posts["crops"], "assisting": [who.posts["machines"]], **values}
        one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values=values)
        one.do("instruct", who.leader, opinion="同意拟办意见。")
        one.do("hand_over", who.clerk, names=[who.posts["crops"], who.posts["machines"]])
        return one

    return made


# --- Notices ---


def test_the_lead_is_told_whose_help_has_come_in_wherever_the_paper_is(who, helped, client):
    one = helped()
    assert told(client, who.second_head)[0] == f"请您协办：{one.case.title}"
    one.do("report", who.handler, opinion="已办。")
    one.read(who.posts["machines"], actor=who.second_head, move="answer", opinion="农机已备。")
    assert told(client, who.handler)[0] == f"{who.second_head.name}已回复“协办意见”：{one.case.title}"


def test_who_is_to_go_to_a_meeting_is_told_so_and_the_clerk_who_cannot(who, paper, client):
    one = invited(who, paper, who.first_head)
    one.do("notify", who.clerk, names=[who.first_head])
    assert told(client, who.first_head)[0] == f"请您参会：{one.case.title}"
    one.read(who.first_head, move="excuse", opinion="另有会议。")
    assert told(client, who.clerk)[0] == f"赵明德已回复“请假”：{one.case.title}"


def test_a_copy_that_was_read_is_back_at_the_hub_as_before(who, paper, client):
    one = paper(purpose="reading")
    one.do("send", who.clerk, names=[who.leader])
    assert told(client, who.leader)[0] == f"送您阅：{one.case.title}"
    one.read(who.leader)
    assert told(client, who.clerk)[0] == f"已退回您这里：{one.case.title}"


def test_the_list_of_notices_asks_no_more_of_many_than_of_few(who, paper, client):
    asked = []
    client.force_login(who.clerk)
    for _number in range(3):
        one = invited(who, paper, who.first_head)
        one.do("notify", who.clerk, names=[who.first_head])
        one.read(who.first_head, move="excuse", opinion="另有会议。")
        with CaptureQueriesContext(connection) as queries:
            client.get("/notices/")
        asked.append(len(queries))
    assert asked[1] == asked[2]


# --- Dates ---


@pytest.mark.parametrize(("named", "ends"), [
    (date(2026, 11, 20), date(2026, 11, 20)), (date(2026, 12, 31), date(2026, 11, 25)), (None, date(2026, 11, 25)),
])  # fmt: skip
def test_nobody_helps_longer_than_the_lead_has(who, helped, named, ends):
    one = helped(**({"due_on": named} if named else {}))
    assert timezone.localdate(one.side(who.posts["machines"]).due_at) == ends


def test_nor_where_the_sender_waits_for_the_answer(who, paper):
    one = handed_over(paper(answer_wanted=True, answer_by=date(2026, 11, 18)), who)
    one.do("ask_help", who.handler, names=[who.posts["machines"]])
    side = one.side(who.posts["machines"])
    assert side.due_at == one.turn.due_at
    assert "牵头部门" in side.clocks.get().why["because"]


# --- On the screen ---


def test_the_trail_says_what_those_beside_the_way_do(who, helped, paper, client):
    client.force_login(who.clerk)
    one = helped()
    assert "协办，" in str(client.get(f"/cases/{one.case.public_id}/").context["trail"][-2]["sides"])


def test_and_the_table_says_of_a_reader_that_he_has_read(who, helped, client):
    one = helped()
    hub = one.case.turns.get(step="assign")
    acting.add_readers(hub, step="read", names=[who.leader], actor=who.clerk, at=one.at)
    one.read(who.leader)
    one.read(who.posts["machines"], actor=who.second_head, move="answer", opinion="农机已备。")
    client.force_login(who.clerk)
    rows = client.get(f"/cases/{one.case.public_id}/").context["circulation"]
    assert {row["name"]: row["state_words"] for row in rows} == {"农机股股长": "协办意见", who.leader.name: "已阅"}


def test_and_of_who_was_asked_to_a_meeting_what_he_answered(who, paper, client):
    one = invited(who, paper, who.first_head, who.other_leader)
    one.do("notify", who.clerk, names=[who.first_head, who.other_leader])
    one.read(who.first_head, move="excuse", opinion="另有会议。")
    one.read(who.other_leader, move="come")
    client.force_login(who.clerk)
    page = client.get(f"/cases/{one.case.public_id}/").context
    said = {row["name"]: row["state_words"] for row in page["circulation"]}
    assert said == {who.first_head.name: "请假", who.other_leader.name: "准时参加"}
    assert page["circulation_heading"] != "传阅"
    assert page["circulation_words"] == "已回复 2，还没有回复 0"


def test_a_telegram_is_called_by_its_own_grade_wherever_its_urgency_stands(who, paper, client):
    one = paper(book="电", telegram="most")
    other = paper(book="电", telegram="flash")
    assert one.case.urgency == "flash"
    client.force_login(who.clerk)
    groups = client.get("/").context["groups"]
    shown = {row["reference"]: row["urgency"] for group in groups for row in group["rows"]}
    assert (shown[one.case.reference], shown[other.case.reference]) == ("特提", "特急")
    assert client.get(f"/turns/{one.turn.pk}/").context["turn"]["urgency"] == "特提"
    assert client.get(f"/cases/{one.case.public_id}/").context["case"]["urgency"] == "特提"
    started = client.get("/started/").context["groups"]
    assert {row["urgency"] for group in started for row in group["rows"]} == {"特提", "特急"}
    register = client.get("/documents/incoming/?year=2026").context["rows"]
    assert {row["urgency"] for row in register} == {"特提", "特急"}
