"""chase(): whom each rung reaches, that it comes once, and whom it never reaches."""

import json
import threading
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from office import access, acting, timing
from office.bench.chase import bench_chase
from office.chasing import Chased, chase, recorded
from office.chasing.sending import BATCH
from office.clock import workdays
from office.models import Barred, Case, Deputy, Ladder, Notice, Post, PostHolding, Reminder, Turn
from office.procedures import Period
from office.views.deciding import chases_of
from tests.office.chasing_ground import at, clock_of, current, no_more_of, rungs, told, with_handler, with_leader
from tests.people import MONDAY, cast, person, seat
from tests.sketches import Accusation, Incoming

BEFORE = at("2026-11-23T09:00")
DUE_DAY = at("2026-11-25T09:00")
LATE_1 = at("2026-11-26T09:00")
LATE_3 = at("2026-11-30T09:00")
LATE_5 = at("2026-12-02T09:00")


# --- Whom the rungs reach ---


def test_R_SUP_09_a_paper_near_its_date_reminds_whoever_handles_it(who):
    with_handler(who)
    assert chase(BEFORE - timedelta(minutes=1)).sent == 0
    assert chase(BEFORE).sent == 1
    assert (told(), rungs()) == (["colleague"], ["before-2"])


def test_R_SUP_09_the_ladder_climbs_from_handler_to_head_to_director(who):
    with_handler(who)
    for moment in (BEFORE, DUE_DAY, LATE_1, LATE_3, LATE_5):
        chase(moment)
    assert told() == ["colleague", "colleague", "colleague", "handler", "director"]
    assert rungs() == ["before-2", "due-day", "late-1", "late-3", "late-5"]


def test_after_the_last_rung_a_late_paper_is_left_alone(who):
    with_handler(who)
    chase(LATE_5)
    assert chase(LATE_5 + timedelta(days=28)) == Chased(0, 1)


def test_after_a_stop_only_the_latest_rung_is_told(who):
    with_handler(who)
    chase(LATE_3)
    assert rungs() == ["late-3"]


def test_everybody_in_the_post_is_told_until_one_has_claimed_the_paper(who):
    seat(who.posts["crops"], who.outsider)
    turn = with_handler(who, to=who.posts["crops"])
    chase(BEFORE)
    acting.claim(turn, actor=who.outsider, at=BEFORE)
    chase(DUE_DAY)
    assert sorted(told()) == ["handler", "outsider", "outsider"]


def test_a_paper_whose_chair_has_become_empty_is_told_to_the_hub(who):
    with_handler(who, to=who.posts["machines"])
    PostHolding.objects.filter(post=who.posts["machines"]).update(ends_on=date(2026, 11, 20))
    chase(BEFORE)
    assert sorted(told()) == ["clerk", "clerk2"]


def test_a_clock_of_the_case_itself_speaks_to_whoever_holds_the_paper(who):
    """R-IN-21, R-SUP-09: the answer's date belongs to the case, not to one pair of hands."""
    turn = with_handler(who)
    answer = Period("R-IN-21", workdays(5))
    timing.start(turn.case, period=answer, at=MONDAY, label="答复")
    chase(at("2026-11-23T09:00"))
    assert told() == ["colleague", "colleague"]
    assert Reminder.objects.get(rung="due-day").clock.turn is None


def test_two_clocks_of_a_paper_that_end_together_are_told_once_and_both_recorded(who):
    turn = with_handler(who)
    due = clock_of(turn).due_at
    timing.start_until(turn.case, until=due, rule="R-IN-21", label="答复", because="来文要求。", at=MONDAY)
    chase(DUE_DAY)
    assert told() == ["colleague"]
    assert recorded().filter(rung="due-day").count() == 2


def test_the_words_name_number_hands_and_date_and_never_the_title(who):
    with_handler(who, reference="收〔2026〕412号")
    chase(LATE_1)
    chase(LATE_3)
    own, others = (one.sentence for one in Notice.objects.filter(kind="chase").order_by("pk"))
    assert own == "收〔2026〕412号 “承办”已于 11-25 17:30 到期，请抓紧办理"
    assert others == "收〔2026〕412号 在刘敏处，“承办”已于 11-25 17:30 到期，请督促办理"


# --- Urgent and flash ---


def test_R_SUP_07_an_urgent_paper_is_chased_on_the_day_and_then_by_telephone(who):
    with_handler(who, urgency="urgent")
    chase(at("2026-11-18T14:00"))
    chase(at("2026-11-18T17:40"))
    assert told() == ["colleague", "colleague"]
    chase(at("2026-11-19T08:30"))
    assert sorted(told("phone_task")) == ["clerk", "clerk2"]
    assert rungs() == ["before-half", "due", "late-2h"]


def test_an_urgent_paper_is_quiet_at_night(who):
    with_handler(who, urgency="urgent")
    assert chase(at("2026-11-18T20:00")) == Chased(0, 0)


def test_R_SUP_07_a_flash_paper_goes_to_the_duty_officer_at_night_and_on_days_off(who):
    """Every two hours, day and night: on a Saturday at 3:00 as on a working day."""
    duty = person("duty", "钱守夜", department=who.departments["office"])
    PostHolding.objects.filter(post=who.posts["duty"]).update(ends_on=date(2026, 11, 1))
    seat(who.posts["duty"], duty)
    with_handler(who, urgency="flash")
    chase(at("2026-11-16T11:33"))
    chase(at("2026-11-16T13:33"))
    chase(at("2026-11-21T03:00"))
    assert told() == ["duty", "duty", "duty"]
    assert set(Notice.objects.filter(kind="chase").values_list("urgent", flat=True)) == {True}


def test_nobody_is_asked_to_telephone_his_own_desk(who):
    turn = with_handler(who, urgency="urgent", to=who.clerk)
    chase(turn.due_at + timedelta(hours=17))
    assert told("phone_task") == [who.second_clerk.username]
    own = Notice.objects.exclude(kind="before").get(person=who.clerk, kind="chase", words__contains="请抓紧办理")
    assert "电话" not in own.words


def test_who_is_told_of_a_paper_may_look_at_it(who):
    duty = person("duty", "钱守夜", department=who.departments["office"])
    PostHolding.objects.filter(post=who.posts["duty"]).update(ends_on=date(2026, 11, 1))
    seat(who.posts["duty"], duty)
    case = with_handler(who, urgency="flash").case
    assert not access.visible_to(duty).filter(pk=case.pk).exists()
    chase(at("2026-11-21T03:00"))
    assert access.visible_to(duty).filter(pk=case.pk).exists()
    acting.bar(case, people=[duty], actor=who.clerk, reason="亲属", at=at("2026-11-21T04:00"))
    assert not access.visible_to(duty).filter(pk=case.pk).exists()


def test_a_restricted_paper_is_told_to_nobody_who_may_not_see_it(who):
    duty = person("duty", "钱守夜", department=who.departments["office"])
    PostHolding.objects.filter(post=who.posts["duty"]).update(ends_on=date(2026, 11, 1))
    seat(who.posts["duty"], duty)
    case = with_handler(who, urgency="flash", restricted=True).case
    chase(at("2026-11-21T03:00"))
    assert "duty" not in told()
    assert not access.visible_to(duty).filter(pk=case.pk).exists()


def test_the_leader_on_duty_is_informed_after_the_second_time_and_stands_in_no_book(who):
    seat(Post.objects.create(code="duty-leader", name="带班领导"), who.first_head)
    turn = with_handler(who, urgency="flash")
    chase(at("2026-11-16T11:33"))
    assert told("informed") == []
    chase(at("2026-11-16T13:33"))
    chase(at("2026-11-16T15:33"))
    assert told("informed") == ["head"]
    assert "inform" in set(Reminder.objects.values_list("kind", flat=True))
    assert "inform" not in {one.kind for one in chases_of(turn.case)}
    assert sorted(recorded().values_list("rung", flat=True)) == ["every-2h:1", "every-2h:2", "every-2h:3"]


# --- Leaders ---


def test_a_ranked_leader_is_never_chased(who):
    with_leader(who)
    with_leader(who, urgency="urgent")
    no_more_of()
    for days in range(10):
        for hour in (9, 12, 15, 17):
            chase(MONDAY.replace(hour=hour) + timedelta(days=days))
    assert {"leader", "head", "leader2"}.isdisjoint(told(None))
    assert set(told(None)) == {"clerk", "clerk2"}
    assert recorded().count() == 0


def test_an_urgent_paper_with_a_leader_is_told_to_the_hub_and_not_as_late(who):
    with_leader(who, urgency="urgent", reference="收〔2026〕9号")
    chase(at("2026-11-18T17:35"))
    assert sorted(told()) == ["clerk", "clerk2"]
    words = Notice.objects.filter(kind="chase").first().sentence
    assert words == "收〔2026〕9号 11-16 09:31 送分管农业副局长，还没有办，请适时呈请"


def test_a_head_of_department_who_is_a_ranked_leader_is_passed_over(who):
    crops = who.departments["crops"]
    crops.head = who.posts["leader-1"]
    crops.save()
    with_handler(who)
    chase(LATE_3)
    assert told() == ["director"]


# --- Deputies ---


def stand_in(who, *, deputy, principal, **limits) -> Deputy:
    limits.setdefault("starts_on", date(2020, 1, 1))
    limits.setdefault("ends_on", date(2030, 1, 1))
    return Deputy.objects.create(principal=principal, deputy=deputy, **limits)


def test_the_deputy_is_reminded_beside_his_principal(who):
    stand_in(who, principal=who.colleague, deputy=who.second_head)
    with_handler(who)
    chase(BEFORE)
    assert sorted(told()) == ["colleague", "machines"]


@pytest.mark.parametrize(
    "limits",
    [
        {"procedures": ["sketch.seal"]},
        {"starts_on": date(2026, 11, 24)},
        {"ends_on": date(2026, 11, 20)},
    ],
)
def test_a_deputy_is_not_told_what_his_dates_or_limits_do_not_cover(who, limits):
    stand_in(who, principal=who.colleague, deputy=who.second_head, **limits)
    with_handler(who)
    chase(BEFORE)
    assert told() == ["colleague"]


# --- Whom nothing reaches ---


def test_a_barred_person_is_not_told_and_somebody_else_is(who):
    turn = with_handler(who)
    Barred.objects.create(case=turn.case, person=who.handler, at=MONDAY)
    chase(LATE_3)
    assert told() == ["director"]


def test_a_bar_on_a_department_reaches_everybody_in_it(who):
    turn = with_handler(who)
    Barred.objects.create(case=turn.case, department=who.departments["office"], at=MONDAY)
    chase(LATE_5)
    assert told() == ["colleague"]


def test_a_bar_reaches_the_deputy_through_his_principal(who):
    stand_in(who, principal=who.outsider, deputy=who.handler)
    turn = with_handler(who)
    Barred.objects.create(case=turn.case, person=who.outsider, at=MONDAY)
    chase(LATE_3)
    assert told() == ["director"]


def sealed(who) -> Case:
    seat(who.posts["discipline"], who.second_head)
    case = acting.start(Accusation, actor=who.second_head, title="反映某某问题", at=MONDAY, reference="检〔2026〕1号")
    timing.start(case, period=Period("B4-23", workdays(3)), at=MONDAY, label="核查")
    no_more_of()
    return case


def test_a_sealed_case_speaks_only_to_people_named_on_it_and_says_only_its_number_and_what_is_asked(who):
    sealed(who)
    for moment in (at("2026-11-19T09:00"), at("2026-11-24T09:00"), at("2026-11-26T09:00")):
        chase(moment)
    assert set(told()) == {"machines"}
    assert {one.sentence for one in Notice.objects.filter(kind="chase")} == {"检〔2026〕1号 请抓紧办理"}


def test_R_SEC_07_a_restricted_paper_is_not_told_to_a_head_it_was_not_opened_to(who):
    turn = with_handler(who)
    Case.objects.filter(pk=turn.case_id).update(restricted=True)
    chase(LATE_3)
    assert told() == ["director"]


def test_R_SEC_07_nobody_hears_of_a_paper_above_his_clearance(who):
    turn = with_handler(who)
    who.handler.clearance = 0
    who.handler.save()
    Case.objects.filter(pk=turn.case_id).update(secrecy=1)
    chase(LATE_3)
    assert told() == ["director"]


# --- When nothing is to be said ---


def test_a_second_run_sends_nothing(who):
    with_handler(who)
    with_handler(who, urgency="urgent")
    assert chase(LATE_1) == Chased(2, 0)
    assert chase(LATE_1) == Chased(0, 2)
    assert len(told(None)) == 3


@pytest.mark.parametrize("moment", ["2026-11-28T10:00", "2026-11-27T12:30", "2026-11-27T21:00", "2026-11-27T07:00"])
def test_an_ordinary_ladder_is_quiet_on_days_off_and_outside_hours(who, moment):
    with_handler(who)
    assert chase(at(moment)) == Chased(0, 0)


def test_pausing_stops_the_ladder_and_resuming_goes_on(who):
    turn = with_handler(who)
    clock = clock_of(turn)
    pause = timing.pause(clock, actor=who.clerk, basis="等待补充材料", at=MONDAY + timedelta(hours=1))
    assert chase(LATE_1) == Chased(0, 1)
    timing.resume(clock, pause=pause, at=LATE_1)
    assert chase(at("2026-12-31T09:00")).sent == 1


def test_an_extension_arms_the_ladder_anew(who):
    turn = with_handler(who)
    chase(LATE_1)
    acting.extend(clock_of(turn), until=at("2026-12-09T17:30"), actor=who.clerk, reason="待省厅批复", at=LATE_1)
    assert chase(LATE_3).sent == 0
    chase(at("2026-12-07T09:00"))
    chase(at("2026-12-10T09:00"))
    assert rungs() == ["late-1", "before-2", "late-1"]
    assert told() == ["colleague"] * 3


def test_a_paper_that_has_been_done_or_made_void_is_silent(who):
    done, void = with_handler(who), with_handler(who)
    acting.act(done, "report", actor=who.colleague, opinion="已落实", at=MONDAY + timedelta(hours=2))
    acting.void(void.case, actor=who.clerk, reason="重复登记", at=MONDAY + timedelta(hours=2))
    chase(LATE_1)
    assert "colleague" not in told()


def test_a_limit_leaves_the_rest_to_the_next_run(who):
    for _number in range(3):
        with_handler(who)
    assert [chase(LATE_1, limit=2).sent, chase(LATE_1, limit=2).sent, chase(LATE_1).sent] == [2, 1, 0]


def test_the_most_overdue_come_first(who):
    later = with_handler(who)
    first = with_handler(who, urgency="urgent")
    chase(LATE_1, limit=1)
    assert Reminder.objects.get().clock.turn == first != later


# --- The office's own ladders ---


def rung_row(code: str, **more) -> dict:
    return {"code": code, "label": "提前一周", "to": "office-director", **more}


def test_the_offices_own_ladder_replaces_the_one_of_day_one(who):
    Ladder.objects.create(code="normal", rungs=[rung_row("week", workdays=-5, at="10:00")], since=date(2026, 1, 1))
    with_handler(who)
    chase(at("2026-11-18T10:00"))
    assert (told(), rungs()) == (["director"], ["week"])


def test_a_new_ladder_serves_only_papers_opened_since(who):
    Ladder.objects.create(code="normal", rungs=[rung_row("week", workdays=-5)], since=date(2026, 11, 17))
    with_handler(who)
    chase(BEFORE)
    assert rungs() == ["before-2"]


def test_a_ladder_nobody_can_read_leaves_the_one_before_it_in_force(who, caplog):
    Ladder.objects.create(code="normal", rungs=[{"code": "x"}], since=date(2026, 1, 1))
    with_handler(who)
    chase(BEFORE)
    assert rungs() == ["before-2"]
    assert "cannot be read" in caplog.text


# --- Several workers ---


def in_threads(*work) -> None:
    def run(one):
        try:
            one()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_never_tell_a_rung_twice():
    who = cast()
    for _number in range(6):
        with_handler(who)
    together, sent = threading.Barrier(3), []

    def work():
        together.wait(20)
        sent.append(chase(LATE_1).sent)

    in_threads(work, work, work)
    assert (len(sent), sum(sent), Reminder.objects.count(), told()) == (3, 6, 6, ["colleague"] * 6)


@pytest.mark.django_db(transaction=True)
def test_a_paper_somebody_is_just_acting_on_is_not_waited_for_and_told_later():
    who = cast()
    busy, idle = with_handler(who), with_handler(who)
    sent = []
    with transaction.atomic():
        acting.progress(busy, actor=who.colleague, opinion="正在核实", at=LATE_1)
        in_threads(lambda: sent.append(chase(LATE_1).sent))
    assert sent == [1]
    assert Reminder.objects.get().clock.turn == idle
    assert chase(LATE_1).sent == 1


@pytest.mark.django_db(transaction=True)
def test_a_paper_that_moved_while_the_batch_was_read_is_not_chased(monkeypatch):
    from office.chasing import sending

    who = cast()
    turn = with_handler(who)
    read = sending._Run._due

    def moved_meanwhile(self, keys):
        found = read(self, keys)
        acting.act(turn, "report", actor=who.colleague, opinion="已落实", at=LATE_1)
        return found

    monkeypatch.setattr(sending._Run, "_due", moved_meanwhile)
    assert chase(LATE_1) == Chased(0, 1)
    assert told() == []


# --- Cost, and the command ---


@pytest.mark.django_db
def test_a_thousand_overdue_clocks_cost_at_most_sixty_queries():
    found = bench_chase(2 * BATCH)
    assert (found["sent"], found["second_run_sent"]) == (2 * BATCH, 0)
    assert found["queries_per_1000"] <= 60
    assert not Turn.objects.exists()


def run(*args) -> str:
    out = StringIO()
    call_command("chase", *args, stdout=out)
    return out.getvalue().strip()


def test_the_command_prints_two_numbers_as_json(who):
    with_handler(who)
    assert json.loads(run("--now", "2026-11-26T09:00", "--json")) == {"sent": 1, "skipped": 0}
    assert json.loads(run("--now", "2026-11-26T01:00Z", "--json")) == {"sent": 0, "skipped": 1}


def test_the_command_says_in_a_sentence_what_it_did(who):
    with_handler(who)
    assert run("--now", "2026-11-26T09:00") == "已发出催办 1 条；另有 0 件在催办范围内，现在不用再催。"


@pytest.mark.parametrize("text", ["明天", "2026-13-01", "0001-01-01T00:00+14:00"])
def test_the_command_names_a_moment_it_cannot_read(who, text):
    with pytest.raises(CommandError, match=f"“{text[:4]}.*--now 应写成 2026-02-11T10:00".replace("+", r"\+")):
        run("--now", text)


def test_the_identity_of_many_is_the_identity_of_each(who):
    stand_in(who, principal=who.colleague, deputy=who.second_head)
    people = list(who.everybody().values())
    on = date(2026, 11, 16)
    many = access.identities(people, on=on)
    for one in people:
        access.forget_identity(one)
        alone = access.identity(one, on=on)
        assert many.get(one.pk, access.Identity(one, (), (), frozenset())) == alone


def test_a_paper_that_has_come_further_is_no_longer_told_to_those_behind(who):
    turn = with_handler(who)
    acting.act(turn, "report", actor=who.colleague, opinion="已落实", at=MONDAY + timedelta(hours=3))
    assert current(turn.case).step == "conclude"
    assert Incoming.step("conclude").due is None
    assert chase(LATE_5) == Chased(0, 0)
