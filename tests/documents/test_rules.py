"""The rules of incoming papers and of circulation, each by its id."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from documents import paths, registering
from documents.models import IncomingDocument
from office import access, acting
from office.models import Case, Organisation, Series, User
from tests.people import CHINA, MONDAY


def at_assign(one, who, **values):
    one.do("pass", who.clerk)
    one.do(
        "submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"], **values}
    )
    one.do("instruct", who.leader, opinion="同意拟办意见。")
    return one


def test_R_IN_04_numbers_run_without_gap_and_a_refused_paper_uses_none(who, paper):
    first = paper()
    with pytest.raises(acting.Refused):
        registering.register(
            actor=who.clerk,
            series=Series.objects.get(name="密"),
            sender=Organisation.objects.first(),
            title="不该登在密本里",
            received_on=date(2026, 11, 16),
            at=MONDAY,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        paper(dated_on=date(2026, 12, 1))
    second = paper()
    assert (first.case.reference, second.case.reference) == ("收〔2026〕1号", "收〔2026〕2号")


def test_R_IN_05_every_book_counts_for_itself(who, paper):
    assert [paper(book=book).case.reference for book in ("收", "平", "收")] == [
        "收〔2026〕1号",
        "平〔2026〕1号",
        "收〔2026〕2号",
    ]


def test_a_new_years_book_begins_at_one(who, paper):
    from office import numbering

    paper()
    assert numbering.of_year("收", year=2027).last == 0


def test_R_IN_10_a_proposal_for_a_paper_from_below_names_the_unit(who, paper):
    one = paper(group="below", book="内")
    one.do("pass", who.clerk)
    with pytest.raises(acting.Refused, match="哪个部门"):
        one.do("submit", who.director, opinion="请批示。", names=[who.leader])


def test_R_IN_10_and_the_date_where_an_answer_is_wanted(who, paper):
    one = paper(group="peer", book="平", answer_wanted=True)
    one.do("pass", who.clerk)
    with pytest.raises(acting.Refused, match="期限"):
        one.do("submit", who.director, opinion="请批示。", names=[who.leader], values={"lead": who.posts["crops"]})


def test_R_IN_10_the_director_who_hands_over_himself_writes_the_date_too(who, paper):
    one = paper(procedure="documents.national", group="below", book="内", answer_wanted=True)
    one.do("pass", who.clerk)
    crops = [who.posts["crops"]]
    with pytest.raises(acting.Refused, match="期限"):
        one.do("hand_over", who.director, opinion="请种植业股办理。", names=crops)
    one.do("hand_over", who.director, opinion="请办理。", names=crops, values={"due_on": date(2026, 11, 20)})
    assert one.turn.due_at == datetime(2026, 11, 20, 17, 30, tzinfo=CHINA)
    assert paths.named_in_force(one.case).lead == who.posts["crops"]


def test_R_IN_11_helpers_need_a_lead(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    with pytest.raises(acting.Refused, match="牵头"):
        one.do(
            "submit", who.director, opinion="请批示。", names=[who.leader], values={"assisting": [who.posts["crops"]]}
        )


def test_R_IN_12_a_proposal_is_words_with_name_and_time(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    with pytest.raises(acting.Refused, match="意见"):
        one.do("submit", who.director, names=[who.leader])
    made = one.do("submit", who.director, opinion="拟请志远同志批示。", names=[who.leader])
    assert (made.signed_name, made.signed_title, made.opinion) == ("李建国", "办公室主任", "拟请志远同志批示。")


def test_R_IN_13_the_office_director_proposes(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    assert one.turn.post == who.posts["director"]
    with pytest.raises(acting.Refused, match="不在您手里"):
        one.do("submit", who.handler, opinion="我来拟办", names=[who.leader])


def test_R_IN_15_a_circle_agrees_only_with_a_proposal_that_names_a_unit(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="请批示。", names=[who.leader])
    with pytest.raises(acting.Refused, match="没有写明承办部门"):
        one.do("circle", who.leader)


def test_R_IN_15_a_circle_agrees_only_with_a_proposal_that_names_a_date(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="拟由种植业股办。", names=[who.leader], values={"lead": who.posts["crops"]})
    with pytest.raises(acting.Refused, match="没有写明办结期限"):
        one.do("circle", who.leader)
    one.do("instruct", who.leader, opinion="同意。", values={"due_on": date(2026, 11, 27)})
    one.do("present", who.clerk, names=[who.first_head])
    one.do("circle", who.first_head)
    assert one.turn.step == "assign"


def test_R_IN_15_the_day_the_paper_wants_its_answer_by_is_a_date_to_agree_to(who, paper):
    one = paper(answer_wanted=True, answer_by=date(2026, 11, 27))
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="拟由种植业股办。", names=[who.leader], values={"lead": who.posts["crops"]})
    one.do("circle", who.leader)
    assert one.turn.step == "assign"


def test_nothing_is_handed_over_unless_somebody_named_the_unit(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="请批示。", names=[who.leader])
    one.do("instruct", who.leader, opinion="阅。")
    with pytest.raises(acting.Refused, match="没有写明承办部门"):
        one.do("hand_over", who.clerk, names=[who.posts["crops"]])


def test_R_IN_16_the_lead_gets_it_first(who, paper):
    one = at_assign(paper(), who)
    with pytest.raises(acting.Refused, match="种植业股"):
        one.do("hand_over", who.clerk, names=[who.posts["machines"], who.posts["crops"]])


def test_R_IN_16_a_unit_that_may_not_have_the_paper_is_not_named_for_it(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    acting.bar(one.case, people=[who.handler], actor=who.clerk, reason="本人的事", at=one.at)
    given = {"opinion": "拟请批示。", "names": [who.leader]}
    for values in ({"lead": who.posts["crops"]}, {"lead": who.posts["machines"], "assisting": [who.posts["crops"]]}):
        with pytest.raises(acting.Refused, match="不能送给种植业股股长，请另选"):
            one.do("submit", who.director, values=values, **given)
    one.do("submit", who.director, **given)
    with pytest.raises(acting.Refused, match="不能送给种植业股股长，请另选"):
        one.do("instruct", who.leader, opinion="请种植业股办。", values={"lead": who.posts["crops"]})


def test_R_IN_16_the_clerk_is_told_the_way_out_where_the_unit_may_no_longer_have_it(who, paper):
    one = at_assign(paper(), who)
    acting.bar(one.case, people=[who.handler], actor=who.clerk, reason="本人的事", at=one.at)
    with pytest.raises(acting.Refused, match="请呈领导另定承办部门"):
        one.do("hand_over", who.clerk, names=[who.posts["machines"]])


def test_R_IN_17_the_result_is_written_before_closing(who, paper):
    one = at_assign(paper(), who)
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    with pytest.raises(acting.Refused, match="意见"):
        one.do("report", who.handler)


@pytest.mark.parametrize(
    ("urgency", "rule", "due"),
    [
        ("normal", "seven working days", datetime(2026, 11, 25, 17, 30, tzinfo=CHINA)),
        ("urgent", "two working days", datetime(2026, 11, 18, 17, 30, tzinfo=CHINA)),
        ("flash", "the same day", datetime(2026, 11, 16, 17, 30, tzinfo=CHINA)),
    ],
)
def test_R_IN_18_R_IN_19_R_IN_22_handling_is_due_by_urgency(who, paper, urgency, rule, due):
    one = at_assign(paper(urgency=urgency), who)
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    assert one.turn.due_at == due, rule


def test_the_date_named_by_the_proposal_beats_the_offices_own(who, paper):
    one = at_assign(paper(), who, due_on=date(2026, 11, 19))
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    assert one.turn.due_at == datetime(2026, 11, 19, 17, 30, tzinfo=CHINA)
    assert "李建国" in one.turn.clocks.get().why["because"]


def test_R_IN_20_a_morning_paper_is_proposed_by_noon(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    assert one.turn.due_at == datetime(2026, 11, 16, 12, 0, tzinfo=CHINA)


def test_R_IN_21_an_answer_to_peers_is_due_in_fifteen_working_days(who, paper):
    one = paper(group="peer", book="平", answer_wanted=True)
    clock = one.case.clocks.get(rule="R-IN-21")
    assert clock.due_at == datetime(2026, 12, 7, 17, 30, tzinfo=CHINA)


def test_R_IN_21_a_date_the_paper_names_is_kept_as_it_is(who, paper):
    one = paper(group="above", answer_wanted=True, answer_by=date(2026, 11, 24))
    assert one.case.clocks.get(rule="R-IN-21").due_at == datetime(2026, 11, 24, 17, 30, tzinfo=CHINA)


def test_R_IN_26_the_way_of_a_paper_is_known_to_the_registry_at_any_time(who, paper):
    one = at_assign(paper(), who)
    assert access.visible_to(who.second_clerk).filter(pk=one.case.pk).exists()
    assert [d.step_label for d in one.case.decisions.all()] == ["初审", "初审", "拟办", "批示"]


def test_R_IN_27_a_work_secret_is_seen_by_named_persons_only(who, paper):
    one = paper(secrecy=1)
    assert one.case.restricted
    assert access.visible_to(who.clerk).filter(pk=one.case.pk).exists()
    assert not access.visible_to(who.outsider).filter(pk=one.case.pk).exists()


def test_R_CIR_01_only_the_hub_adds_readers(who, paper):
    one = at_assign(paper(), who)
    one.do("send", who.clerk, names=[who.first_head])
    hub = one.turn
    with pytest.raises(acting.Refused, match="文书"):
        acting.add_readers(hub, step="read", names=[who.outsider], actor=who.first_head, at=one.at)


def test_R_CIR_02_the_original_comes_back_to_the_hub_before_the_next_reader_has_it(who, paper):
    one = at_assign(paper(), who)
    one.do("send", who.clerk, names=[who.first_head, who.other_leader], values={"in_order": True})
    assert one.case.turns.filter(side=True).count() == 1
    first = one.side(who.first_head)
    one.read(who.first_head)
    second = one.side(who.other_leader)
    assert first.sent_by_id == second.sent_by_id
    assert second.sent_by.post == who.posts["clerk"]


def test_R_CIR_03_a_reader_cannot_pass_the_paper_to_another_department(who, paper):
    one = at_assign(paper(), who)
    one.do("send", who.clerk, names=[who.colleague])
    with pytest.raises(acting.Refused, match="横传"):
        acting.reassign(one.side(who.colleague), to=who.outsider, actor=who.colleague, at=one.at)


def test_R_CIR_04_the_hub_changes_the_order_of_those_to_come(who, paper):
    one = at_assign(paper(), who)
    readers = [who.first_head, who.other_leader, who.outsider]
    one.do("send", who.clerk, names=readers, values={"in_order": True})
    keys = list(one.case.planned.filter(turn__isnull=True, dropped_at__isnull=True).values_list("pk", flat=True))
    acting.reorder(one.turn, planned=keys[::-1], actor=who.clerk, at=one.at)
    one.case.refresh_from_db()
    one.read(who.first_head)
    assert one.side(who.outsider)
    assert one.case.decisions.filter(move="reorder").exists()


def test_R_CIR_05_whoever_is_not_on_the_list_does_not_read_it(who, paper):
    one = at_assign(paper(), who)
    one.do("send", who.clerk, names=[who.colleague])
    assert access.visible_to(who.colleague).filter(pk=one.case.pk).exists()
    assert not access.visible_to(who.outsider).filter(pk=one.case.pk).exists()


def test_R_CIR_06_a_reader_signs_with_name_and_time(who, paper):
    one = at_assign(paper(), who)
    one.do("send", who.clerk, names=[who.colleague])
    made = one.read(who.colleague)
    assert (made.signed_name, made.side, made.label) == ("刘敏", True, "已阅")


def test_R_CIR_07_each_reader_has_two_working_days(who, paper):
    one = at_assign(paper(), who)
    one.do("send", who.clerk, names=[who.colleague])
    assert one.side(who.colleague).due_at == datetime(2026, 11, 18, 17, 30, tzinfo=CHINA)


def test_the_lead_handles_while_the_original_still_circulates(who, paper):
    one = at_assign(paper(), who)
    one.do("send", who.clerk, names=[who.first_head])
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    assert one.turn.step == "handle"
    assert one.side(who.first_head).ended_at is None


def test_R_SEC_02_a_period_longer_than_the_law_allows_is_refused(who, paper):
    with pytest.raises(acting.Refused, match="20 年"):
        paper(book="密", secrecy=3, secrecy_years=21, title="")


def test_R_SEC_03_a_classified_paper_has_a_number_and_no_words(who, paper):
    with pytest.raises(acting.Refused, match="第三十一条"):
        paper(book="密", secrecy=2, title="关于某事的通知")
    one = paper(book="密", secrecy=2, secrecy_years=10, title="")
    assert one.case.reference == "密〔2026〕1号"
    one.do("pass", who.clerk) if one.turn.step == "review" else None
    with pytest.raises(acting.Refused, match="第三十一条"):
        one.do("submit", who.director, opinion="拟请批示", names=[who.leader])


def test_late_entries_are_marked_with_their_days(who, paper):
    assert paper(received_on=date(2026, 11, 13)).document.days_late == 3


def test_a_double_submit_makes_one_paper(who, paper):
    import uuid

    token = uuid.uuid4()
    assert paper(token=token).case == paper(token=token).case
    assert Case.objects.count() == 1


def test_the_same_sender_and_number_is_recognised_however_it_was_typed(who, paper):
    from office.shorthand import read_document_number

    first = paper(number="农发〔2026〕31号")
    twins = registering.same_number(
        first.document.sender, read_document_number("农发[2026]第031号"), visible=access.visible_to(who.clerk)
    )
    assert [one.case for one in twins] == [first.case]


def test_a_void_paper_keeps_its_number_and_its_reason(who, paper):
    one = paper()
    acting.void(one.case, actor=who.clerk, reason="重复登记", at=one.at)
    one.case.refresh_from_db()
    assert (one.case.outcome, one.case.serial) == ("void", 1)
    assert one.case.series.voided.get().reason == "重复登记"
    assert paper().case.serial == 2


def test_an_administrator_registers_nothing(who, paper):
    admin = User.objects.get(username="system")
    with pytest.raises(acting.Refused, match="管理员"):
        registering.register(
            actor=admin,
            series=Series.objects.get(name="收"),
            sender=paper().document.sender,
            title="x",
            received_on=date(2026, 11, 16),
            at=MONDAY + timedelta(hours=1),
        )
    assert IncomingDocument.objects.count() == 1


def test_nothing_is_handed_over_while_a_leader_on_the_list_has_not_instructed(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    one.do(
        "submit",
        who.director,
        opinion="请批示。",
        names=[who.leader, who.first_head],
        values={"lead": who.posts["crops"], "due_on": date(2026, 11, 27)},
    )
    one.do("circle", who.leader)
    with pytest.raises(acting.Refused, match="赵明德"):
        one.do("hand_over", who.clerk, names=[who.posts["crops"]])
