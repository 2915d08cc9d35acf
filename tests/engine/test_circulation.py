"""传阅: the hub and its spokes (R-CIR-01 to R-CIR-07). No reader passes the paper on."""

import pytest

from office import acting
from office.acting import Refused
from tests import sketches
from tests.make import Paper


@pytest.fixture
def paper(who) -> Paper:
    """A reading paper at the clerk's desk."""
    made = Paper(sketches.Incoming, actor=who.clerk)
    made.act("circulate", who.director)
    return made


def send(paper: Paper, who, *names, in_order: bool = False) -> None:
    paper.act("send", who.clerk, names=list(names), values={"in_order": in_order})


def readers(paper: Paper) -> list:
    return [turn.holder or turn.post for turn in paper.sides()]


def test_R_CIR_02_every_reader_gives_the_paper_back_to_the_hub(paper, who):
    send(paper, who, who.first_head, who.leader)
    turn = paper.side(who.leader)
    paper.act("read", who.leader, turn=turn)
    turn.refresh_from_db()
    assert (turn.ended_how, turn.sent_by) == ("moved", paper.turn)
    assert paper.last.leads_to == "hub"
    assert paper.turn.post == who.posts["clerk"]


def test_R_CIR_02_one_original_goes_to_one_reader_after_the_other_through_the_hub(paper, who):
    send(paper, who, who.first_head, who.leader, who.other_leader, in_order=True)
    had = []
    for reader in (who.first_head, who.leader, who.other_leader):
        assert len(paper.sides()) == 1
        had += readers(paper)
        paper.act("read", reader, turn=paper.side(reader))
    assert had == [who.first_head, who.leader, who.other_leader]
    assert {turn.sent_by_id for turn in paper.case.turns.filter(side=True)} == {paper.turn.pk}


def test_a_copy_does_not_stop_the_original(paper, who):
    """A copy is out while the original comes back: the original goes on, and the copy's return moves nothing."""
    send(paper, who, who.first_head, who.leader, who.other_leader, in_order=True)
    send(paper, who, who.colleague)
    paper.act("read", who.first_head, turn=paper.side(who.first_head))
    assert set(readers(paper)) == {who.colleague, who.leader}
    paper.act("read", who.colleague, turn=paper.side(who.colleague))
    assert readers(paper) == [who.leader]


def test_the_original_begins_its_round_though_copies_are_out(paper, who):
    send(paper, who, who.colleague)
    send(paper, who, who.first_head, who.leader, in_order=True)
    assert set(readers(paper)) == {who.colleague, who.first_head}


def test_the_original_stays_the_original_in_a_colleagues_hands(paper, who):
    send(paper, who, who.handler, who.leader, in_order=True)
    send(paper, who, who.other_leader)
    paper.do("reassign", who.handler, turn=paper.side(who.handler), to=who.colleague)
    paper.act("read", who.other_leader, turn=paper.side(who.other_leader))
    assert readers(paper) == [who.colleague]
    paper.act("read", who.colleague, turn=paper.side(who.colleague))
    assert readers(paper) == [who.leader]


def test_copies_go_to_everybody_at_once(paper, who):
    send(paper, who, who.first_head, who.leader, who.other_leader)
    assert len(paper.sides()) == 3


@pytest.mark.parametrize("move", ["delegate", "add_signer"])
def test_R_CIR_03_a_reader_cannot_pass_the_document_on(paper, who, move):
    send(paper, who, who.leader)
    more = {"before": True} if move == "add_signer" else {}
    with pytest.raises(Refused, match="不能再送别人"):
        paper.do(move, who.leader, turn=paper.side(who.leader), to=who.first_head, opinion="请阅。", **more)


def test_R_CIR_03_a_readers_copy_is_reassigned_inside_his_department_only(paper, who):
    send(paper, who, who.handler)
    with pytest.raises(Refused, match="不能横传（R-CIR-03）"):
        paper.do("reassign", who.handler, turn=paper.side(who.handler), to=who.second_head)
    paper.do("reassign", who.handler, turn=paper.side(who.handler), to=who.colleague)
    assert readers(paper) == [who.colleague]
    paper.act("read", who.colleague, turn=paper.side(who.colleague))


def test_R_CIR_03_a_posts_copy_stays_in_the_posts_department(paper, who):
    send(paper, who, who.posts["crops"])
    with pytest.raises(Refused, match="横传"):
        paper.do("reassign", who.handler, turn=paper.side(who.posts["crops"]), to=who.posts["machines"])


def test_a_copy_is_not_reassigned_to_somebody_who_has_one(paper, who):
    send(paper, who, who.handler, who.colleague)
    with pytest.raises(Refused, match="手里已经有这份文件"):
        paper.do("reassign", who.handler, turn=paper.side(who.handler), to=who.colleague)


def test_R_CIR_06_reading_is_signed_with_name_and_time(paper, who):
    send(paper, who, who.leader)
    paper.act("read", who.leader, turn=paper.side(who.leader), opinion="阅。")
    assert (paper.last.signed_name, paper.last.at, paper.last.opinion) == ("王志远", paper.now, "阅。")


def test_R_CIR_07_a_reader_has_two_working_days(paper, who):
    send(paper, who, who.leader)
    turn = paper.side(who.leader)
    assert turn.clocks.get().rule == "R-CIR-07"
    assert (turn.due_at.date() - paper.now.date()).days == 2


def test_R_CIR_07_each_reader_of_the_one_original_has_his_own_two_days(paper, who):
    send(paper, who, who.first_head, who.leader, in_order=True)
    paper.tick(days=2)
    paper.act("read", who.first_head, turn=paper.side(who.first_head))
    assert paper.side(who.leader).due_at > paper.now


def test_nobody_has_two_copies(paper, who):
    send(paper, who, who.leader)
    with pytest.raises(Refused, match="手里都有这份文件"):
        send(paper, who, who.leader)
    send(paper, who, who.leader, who.first_head)
    assert readers(paper) == [who.leader, who.first_head]


def test_a_copy_claimed_from_a_post_is_the_posts_copy_still(paper, who):
    send(paper, who, who.posts["machines"])
    paper.do("claim", who.second_head, turn=paper.side(who.posts["machines"]))
    with pytest.raises(Refused, match="手里都有这份文件"):
        send(paper, who, who.posts["machines"])


def test_who_is_on_the_list_is_put_on_it_once(paper, who):
    send(paper, who, who.first_head, who.leader, in_order=True)
    send(paper, who, who.leader, who.other_leader, in_order=True)
    assert [row.holder for row in paper.case.planned.filter(turn=None)] == [who.leader, who.other_leader]


def test_who_was_still_to_come_and_now_gets_a_copy_is_off_the_list(paper, who):
    send(paper, who, who.first_head, who.leader, in_order=True)
    send(paper, who, who.leader)
    paper.act("read", who.first_head, turn=paper.side(who.first_head))
    paper.act("read", who.leader, turn=paper.side(who.leader))
    assert paper.sides() == []


def test_who_has_left_is_passed_over(paper, who):
    send(paper, who, who.first_head, who.leader, who.other_leader, in_order=True)
    who.leader.is_active = False
    who.leader.save()
    paper.act("read", who.first_head, turn=paper.side(who.first_head))
    assert readers(paper) == [who.other_leader]
    assert not paper.case.planned.filter(turn=None, dropped_at=None).exists()


# --- What the hub does ---


def test_R_CIR_04_the_hub_changes_the_order_of_those_still_to_come_and_it_is_on_record(paper, who):
    send(paper, who, who.first_head, who.leader, who.other_leader, in_order=True)
    rows = [row.pk for row in paper.case.planned.filter(turn=None)]
    acting.reorder(paper.turn, planned=rows[::-1], actor=who.second_clerk, at=paper.tick())
    assert (paper.last.move, paper.last.names) == ("reorder", "孙长河、王志远")
    paper.act("read", who.first_head, turn=paper.side(who.first_head))
    assert readers(paper) == [who.other_leader]


def test_R_CIR_04_an_order_made_from_an_old_list_is_refused(paper, who):
    send(paper, who, who.first_head, who.leader, who.other_leader, in_order=True)
    rows = [row.pk for row in paper.case.planned.filter(turn=None)]
    for wrong in (rows[:1], [*rows, rows[0]], []):
        with pytest.raises(Refused, match="名单有变动"):
            acting.reorder(paper.turn, planned=wrong, actor=who.clerk, at=paper.tick())


def test_R_CIR_05_a_reader_is_added_by_the_hub_and_it_is_on_record(paper, who):
    send(paper, who, who.leader)
    acting.add_readers(paper.turn, step="read", names=[who.first_head], actor=who.clerk, at=paper.tick())
    assert (paper.last.move, paper.last.names) == ("add_readers", "赵明德")
    assert readers(paper) == [who.leader, who.first_head]


@pytest.mark.parametrize("name", ["leader", "handler", "outsider", "system_admin"])
def test_R_CIR_01_only_the_hub_runs_circulation(paper, who, name):
    send(paper, who, who.leader, who.first_head)
    person = getattr(who, name)
    with pytest.raises(Refused, match="只有送出的人或文书"):
        acting.add_readers(paper.turn, step="read", names=[who.colleague], actor=person, at=paper.tick())
    with pytest.raises(Refused, match="只有送出的人或文书"):
        acting.recall(paper.side(who.first_head), actor=person, at=paper.tick())


@pytest.mark.parametrize("deed", ["add", "drop", "reorder"])
def test_R_CIR_02_nothing_goes_out_from_a_reader_and_he_does_not_choose_who_comes_next(paper, who, deed):
    send(paper, who, who.handler, who.leader, who.first_head, in_order=True)
    mine, at = paper.side(who.handler), paper.tick()
    rows = list(paper.case.planned.filter(turn=None))
    with pytest.raises(Refused, match="只有送出的人或文书"):
        {
            "add": lambda: acting.add_readers(mine, step="read", names=[who.outsider], actor=who.handler, at=at),
            "drop": lambda: acting.drop_planned(rows[0], hub=mine, actor=who.handler, at=at),
            "reorder": lambda: acting.reorder(mine, planned=[rows[1].pk, rows[0].pk], actor=who.handler, at=at),
        }[deed]()


def test_R_CIR_04_who_sent_nobody_out_does_not_change_the_list(paper, who):
    send(paper, who, who.first_head, who.leader, who.other_leader, in_order=True)
    paper.act("hand_over", who.clerk, names=[who.handler])
    rows = list(paper.case.planned.filter(turn=None))
    with pytest.raises(Refused, match="只有送出的人或文书"):
        acting.reorder(paper.turn, planned=[rows[1].pk, rows[0].pk], actor=who.handler, at=paper.tick())
    with pytest.raises(Refused, match="只有送出的人或文书"):
        acting.drop_planned(rows[0], hub=paper.turn, actor=who.handler, at=paper.tick())


def test_a_leader_named_twice_is_asked_once(who):
    made = Paper(sketches.Incoming, actor=who.clerk)
    made.act("submit", who.director, opinion="请阅示。", names=[who.first_head, who.leader, who.other_leader])
    asked = made.of_case("ask_relocation", who.clerk, step="propose", to=None, reason="送错了。")
    acting.confirm_relocation(asked, actor=who.director, at=made.tick())
    made.act("submit", who.director, opinion="请阅示。", names=[who.leader, who.other_leader])
    assert [row.holder for row in made.case.planned.filter(turn=None, dropped_at=None)] == [who.other_leader]


def test_R_CIR_01_who_asked_for_help_does_not_run_the_reading(paper, who):
    paper.act("hand_over", who.clerk, names=[who.handler])
    paper.act("ask_help", who.handler, names=[who.second_head])
    acting.add_readers(paper.turn, step="assist", names=[who.colleague], actor=who.handler, at=paper.tick())
    with pytest.raises(Refused, match="只有文书可以增加“阅件”"):
        acting.add_readers(paper.turn, step="read", names=[who.outsider], actor=who.handler, at=paper.tick())


def test_the_hub_runs_its_readers_after_the_paper_itself_has_moved_on(paper, who):
    send(paper, who, who.leader)
    hub = paper.turn
    paper.act("hand_over", who.clerk, names=[who.handler])
    acting.add_readers(hub, step="read", names=[who.first_head], actor=who.clerk, at=paper.tick())
    assert readers(paper) == [who.leader, who.first_head]


def test_adding_needs_names_who_may_read_and_a_step_for_readers(paper, who):
    for names, step, words in (
        ([], "read", "请选定送给谁"),
        ([who.system_admin], "read", "请另选"),
        ([who.leader], "handle", "请选一个传阅环节"),
        ([who.leader], "nowhere", "请选一个传阅环节"),
    ):
        with pytest.raises(Refused, match=words):
            acting.add_readers(paper.turn, step=step, names=names, actor=who.clerk, at=paper.tick())


def test_a_spoke_recalled_goes_on_to_the_next_on_the_list(paper, who):
    send(paper, who, who.first_head, who.leader, in_order=True)
    acting.recall(paper.side(who.first_head), actor=who.clerk, reason="出差。", at=paper.tick())
    assert readers(paper) == [who.leader]
    assert paper.case.decisions.get(move="recall").reason == "出差。"


def test_what_is_back_is_not_recalled(paper, who):
    send(paper, who, who.leader)
    turn = paper.side(who.leader)
    paper.act("read", who.leader, turn=turn)
    with pytest.raises(Refused, match="已经退回"):
        acting.recall(turn, actor=who.clerk, at=paper.tick())


def test_only_a_spoke_is_recalled(paper, who):
    with pytest.raises(Refused, match="只能收回送出的传阅件"):
        acting.recall(paper.turn, actor=who.clerk, at=paper.tick())


def test_one_still_to_come_is_taken_off_the_list_on_the_record(paper, who):
    send(paper, who, who.first_head, who.leader, in_order=True)
    row = paper.case.planned.get(turn=None)
    acting.drop_planned(row, actor=who.clerk, hub=paper.turn, at=paper.tick())
    assert (paper.last.move, paper.last.names) == ("drop", "王志远")
    with pytest.raises(Refused, match="已经送出或已经去掉"):
        acting.drop_planned(row, actor=who.clerk, hub=paper.turn, at=paper.tick())


def test_a_closed_case_has_no_circulation_left_to_run(paper, who):
    send(paper, who, who.first_head)
    hub = paper.turn
    paper.act("read", who.first_head, turn=paper.side(who.first_head))
    paper.act("finish", who.clerk)
    with pytest.raises(Refused, match="已经办结"):
        acting.add_readers(hub, step="read", names=[who.leader], actor=who.clerk, at=paper.tick())


def test_R_SEC_03_a_reason_for_recalling_a_state_secret_stays_on_paper(who):
    for person in (who.clerk, who.director, who.leader):
        person.clearance = 4
        person.save()
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=4)
    paper.act("circulate", who.director)
    paper.act("send", who.clerk, names=[who.leader])
    with pytest.raises(Refused, match="涉密文件"):
        acting.recall(paper.side(who.leader), actor=who.clerk, reason="内容如下", at=paper.tick())
    acting.recall(paper.side(who.leader), actor=who.clerk, at=paper.tick())


def test_whoever_was_still_on_a_recalled_list_does_not_get_it_later(who):
    paper = Paper(sketches.Meeting, actor=who.clerk)
    paper.act("submit", who.director, names=[who.leader])
    paper.act("agree", who.leader)
    paper.act("notify", who.clerk, names=[who.handler, who.second_head], values={"in_order": True})
    paper.do("return_to", who.clerk, target=paper.case.turns.get(step="approve"), reason="改期。", straight=True)
    paper.do("give_back", who.leader, opinion="同意改期。")
    paper.act("notify", who.clerk, names=[who.colleague])
    paper.act("come", who.colleague, turn=paper.side(who.colleague))
    assert paper.sides() == []
