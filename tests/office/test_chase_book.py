"""催办记录簿: what stands in it, who may read and write it, and the calls the ladder asks for."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, transaction

from office import acting, timing
from office.acting import Refused
from office.chasing import (
    answered,
    by_hand,
    chase,
    chase_register,
    chases_of,
    may_answer,
    may_chase,
    phone_tasks,
)
from office.models import Barred, Case, Chase, Notice
from tests.office.chasing_ground import at, clock_of, current, told, with_handler, with_leader
from tests.people import MONDAY
from tests.sketches import Incoming

LATE_1 = at("2026-11-26T09:00")
NOON = at("2026-11-26T12:00")


# --- The book ---


def test_R_SUP_06_the_book_holds_what_was_sent_and_what_was_done_by_hand_newest_first(who):
    turn = with_handler(who)
    chase(LATE_1)
    by_hand(turn.case, kind="phone", words="请本周报结果", actor=who.clerk, at=NOON)
    newer, older = chase_register(who.clerk)
    assert (newer.kind, newer.kind_words, newer.to, newer.by) == ("phone", "电话", "刘敏", who.clerk)
    assert (older.kind, older.kind_words, older.to, older.by) == ("auto", "自动", "刘敏", None)
    assert older.words == "承办：超期1个工作日催承办人"
    # Due yesterday at half past five: a day late, as the queue says.
    assert older.days_late == 1 and newer.days_late == 1
    assert chases_of(turn.case) == [older, newer]


def test_the_book_shows_everybody_only_the_papers_he_may_see(who):
    turn = with_handler(who)
    chase(LATE_1)
    by_hand(turn.case, kind="oral", actor=who.clerk, at=NOON)
    assert [len(chase_register(one)) for one in (who.clerk, who.colleague, who.outsider)] == [2, 2, 0]
    Barred.objects.create(case=turn.case, person=who.colleague, at=NOON)
    assert chase_register(who.colleague) == []


def test_the_book_can_be_read_by_year_month_kind_and_page(who):
    turn = with_handler(who)
    chase(LATE_1)
    for days in (1, 2, 40):
        by_hand(turn.case, kind="phone", actor=who.clerk, at=NOON + timedelta(days=days))
    assert len(chase_register(who.clerk, year=2026)) == 3
    assert len(chase_register(who.clerk, year=2027, month=1)) == 1
    assert [row.kind for row in chase_register(who.clerk, kind="auto")] == ["auto"]
    assert len(chase_register(who.clerk, kind="phone")) == 3
    whole = chase_register(who.clerk)
    assert chase_register(who.clerk, offset=1, count=2) == whole[1:3]
    assert chase_register(who.clerk, case=turn.case) == whole


# --- By hand ---


def test_whoever_holds_the_paper_is_told_who_chases_him_and_why(who):
    turn = with_handler(who, reference="收〔2026〕7号")
    made = by_hand(turn.case, kind="letter", words="请本周报结果", actor=who.clerk, at=NOON)
    assert told("by_hand") == ["colleague"]
    assert Notice.objects.get(kind="by_hand").words == "陈雅文：请本周报结果"
    assert (made.to, made.turn, made.due_at) == ("刘敏", turn, turn.due_at)


def test_the_hub_the_opener_the_sender_and_the_supervisors_may_chase(who):
    case = with_handler(who).case
    assert all(may_chase(one, case) for one in (who.clerk, who.second_clerk, who.director))
    # The leader has seen it and has not sent it where it lies now; the outsider does not see it.
    assert not any(may_chase(one, case) for one in (who.leader, who.outsider, who.system_admin))


def test_whoever_sent_the_paper_on_may_chase_it(who):
    turn = with_handler(who, to=who.handler)
    acting.delegate(turn, to=who.colleague, actor=who.handler, at=MONDAY + timedelta(hours=1))
    assert may_chase(who.handler, turn.case)
    assert not may_chase(who.colleague, turn.case)


def test_R_CIR_02_the_circulator_may_chase_his_readers(who):
    case = with_handler(who, to=who.handler).case
    acting.act(
        current(case), "ask_help", actor=who.handler, names=[who.outsider], at=MONDAY + timedelta(hours=1)
    )
    side = case.turns.get(side=True)
    assert may_chase(who.handler, case, turn=side)
    by_hand(case, kind="phone", turn=side, actor=who.handler, at=NOON)
    assert told("by_hand") == ["outsider"]


def test_somebody_who_has_nothing_to_do_with_it_is_refused(who):
    case = with_handler(who).case
    with pytest.raises(Refused, match="只有文书、登记人、送件人和督查人员可以催办"):
        by_hand(case, kind="phone", actor=who.leader, at=NOON)
    assert not Chase.objects.exists()


def test_nobody_chases_himself(who):
    case = with_handler(who, to=who.director).case
    with pytest.raises(Refused, match="就在您自己手里"):
        by_hand(case, kind="phone", actor=who.director, at=NOON)


def test_the_same_person_is_not_chased_the_same_way_twice_within_an_hour(who):
    case = with_handler(who).case
    by_hand(case, kind="phone", actor=who.clerk, at=NOON)
    with pytest.raises(Refused, match="12:00 已用“电话”催过刘敏，一小时内不重复催"):
        by_hand(case, kind="phone", actor=who.director, at=NOON + timedelta(minutes=59))
    by_hand(case, kind="oral", actor=who.director, at=NOON + timedelta(minutes=59))
    by_hand(case, kind="phone", actor=who.clerk, at=NOON + timedelta(minutes=60))
    assert Chase.objects.count() == 3


def test_a_leader_is_spoken_to_and_never_written_to(who):
    case = with_leader(who).case
    for kind in ("letter", "system"):
        with pytest.raises(Refused, match="对领导同志请电话或当面报告"):
            by_hand(case, kind=kind, actor=who.clerk, at=NOON)
    by_hand(case, kind="oral", actor=who.clerk, at=NOON)
    assert told("by_hand") == []
    assert Chase.objects.get().to == "王志远"


def test_a_closed_paper_is_not_chased(who):
    turn = with_handler(who)
    acting.void(turn.case, actor=who.clerk, reason="重复登记", at=NOON)
    with pytest.raises(Refused, match="不用再催"):
        by_hand(turn.case, kind="phone", actor=who.clerk, at=NOON)


def test_an_unknown_kind_is_refused_at_its_field(who):
    with pytest.raises(Refused) as refused:
        by_hand(with_handler(who).case, kind="pigeon", actor=who.clerk, at=NOON)
    assert refused.value.field == "kind"


def test_R_SEC_03_no_words_are_written_about_a_state_secret(who):
    # No word about it is here from the first day on.
    case = acting.start(Incoming, actor=who.clerk, secrecy=2, at=MONDAY)
    with pytest.raises(Refused, match="R-SEC-03"):
        by_hand(case, kind="phone", words="内容是……", actor=who.clerk, at=NOON)
    by_hand(case, kind="phone", actor=who.clerk, at=NOON)


def test_a_notice_about_a_restricted_paper_says_only_that_it_is_chased(who, client):
    turn = with_handler(who, reference="收〔2026〕7号")
    Case.objects.filter(pk=turn.case_id).update(restricted=True)
    by_hand(turn.case, kind="phone", words="关于某某的事", actor=who.clerk, at=NOON)
    assert Notice.objects.get(kind="by_hand").words == ""
    client.force_login(who.colleague)
    page = client.get("/notices/").content.decode()
    assert f"催办：{turn.case.title}" in page and "陈雅文" not in page.split("催办：", 1)[1].split("</tr>")[0]


def test_a_reminder_says_the_number_of_its_paper_once(who, client):
    case = with_handler(who, reference="收〔2026〕7号").case
    chase(LATE_1)
    client.force_login(who.colleague)
    line = client.get("/notices/").content.decode().split("已于 11-25 17:30 到期", 1)
    assert case.reference in line[0] and case.reference not in line[1].split("</tr>")[0]


# --- Answers ---


def test_an_answer_is_written_once_by_whoever_chased_or_the_hub(who):
    made = by_hand(with_handler(who).case, kind="phone", actor=who.director, at=NOON)
    assert [may_answer(one, made) for one in (who.director, who.second_clerk, who.colleague)] == [True, True, False]
    with pytest.raises(Refused, match="只有催办的人"):
        answered(made, answer="知道了", actor=who.colleague, at=NOON)
    with pytest.raises(Refused, match="请写明对方怎样答复"):
        answered(made, answer=" ", actor=who.clerk, at=NOON)
    answered(made, answer="周五前报", actor=who.clerk, at=NOON + timedelta(hours=1))
    assert chase_register(who.clerk)[0].answer == "周五前报"
    with pytest.raises(Refused, match="已经登记过了"):
        answered(made, answer="改口了", actor=who.clerk, at=NOON + timedelta(hours=2))


@pytest.mark.parametrize("change", [{"words": "没有说过"}, {"to": "别人"}, {"answer": "另一个答复"}])
def test_R_SUP_06_the_database_keeps_a_chase_as_it_was_written(who, change):
    made = by_hand(with_handler(who).case, kind="phone", words="请报结果", actor=who.clerk, at=NOON)
    answered(made, answer="周五前报", actor=who.clerk, at=NOON)
    with pytest.raises(DatabaseError, match="only answered once|permission denied"), transaction.atomic():
        Chase.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        made.delete()


# --- Calls to make ---


def urgent_call(who):
    turn = with_handler(who, urgency="urgent")
    chase(at("2026-11-19T08:30"))
    return turn


def test_a_call_the_ladder_asks_for_waits_for_both_clerks_until_one_has_made_it(who):
    turn = urgent_call(who)
    assert [task.turn for task in phone_tasks(who.clerk)] == [turn]
    by_hand(turn.case, kind="phone", actor=who.clerk, at=at("2026-11-19T09:00"))
    assert [list(phone_tasks(one)) for one in (who.clerk, who.second_clerk)] == [[], []]


def test_a_call_is_no_longer_asked_for_once_the_paper_has_moved(who):
    turn = urgent_call(who)
    acting.act(turn, "report", actor=who.colleague, opinion="已落实", at=at("2026-11-19T09:00"))
    assert list(phone_tasks(who.clerk)) == []


def test_a_call_is_no_longer_asked_for_once_the_date_has_been_extended(who):
    turn = urgent_call(who)
    clock = clock_of(turn)
    acting.extend(clock, until=at("2026-11-27T17:30"), actor=who.clerk, reason="待批复", at=at("2026-11-19T09:00"))
    assert list(phone_tasks(who.clerk)) == []


def test_a_call_about_a_paper_barred_since_is_not_shown(who):
    turn = urgent_call(who)
    Barred.objects.create(case=turn.case, person=who.clerk, at=NOON)
    assert [list(phone_tasks(one).values_list("turn", flat=True)) for one in (who.clerk, who.second_clerk)] == [
        [], [turn.pk],
    ]  # fmt: skip


def test_what_merely_informed_somebody_is_no_entry(who):
    with_leader(who, urgency="urgent")
    chase(at("2026-11-18T17:35"))
    assert chase_register(who.clerk) == []


def test_a_met_clock_of_the_case_ends_the_call(who):
    turn = urgent_call(who)
    timing.meet(turn, at=NOON)
    assert list(phone_tasks(who.clerk)) == []
