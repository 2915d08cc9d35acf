"""The rungs of chasing: which one a clock has reached, when it speaks, and when it keeps quiet."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.chasing import (
    AFTER_HOURS,
    FLASH,
    LADDERS,
    ORDINARY,
    URGENT,
    Ladder,
    Rung,
    for_ranked_leader,
    ladder_for,
    next_time,
    reach,
    rung,
)
from office.clock import OFFICE_HOURS, TIME_ZONE, Calendar, days, due, half_days, hours, workdays

CALENDAR = Calendar.from_package()


@dataclass(frozen=True)
class Running:
    starts_at: datetime
    due_at: datetime | None
    met_at: datetime | None = None
    stopped_at: datetime | None = None
    paused: bool = False
    urgency: str = "normal"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


def running(start: str, limit) -> Running:
    return Running(at(start), due(at(start), limit, calendar=CALENDAR, hours=OFFICE_HOURS).at)


def key(clock: Running, now: str, ladder: Ladder) -> str | None:
    found = rung(clock, at(now), ladder=ladder, calendar=CALENDAR, hours=OFFICE_HOURS)
    return found and found.key


def following(clock: Running, now: str, ladder: Ladder) -> str | None:
    found = next_time(clock, at(now), ladder=ladder, calendar=CALENDAR, hours=OFFICE_HOURS)
    return found and found.strftime("%Y-%m-%d %H:%M")


# Issued on Monday 23 November 2026, due on Wednesday 2 December at 17:30.
WEEK = running("2026-11-23 10:00", workdays(7))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-27 17:00", None),
        ("2026-11-30 08:59", None),
        ("2026-11-30 09:00", "before-2"),
        ("2026-12-02 08:59", "before-2"),
        ("2026-12-02 09:00", "due-day"),
        ("2026-12-03 08:40", "due-day"),
        ("2026-12-03 09:00", "late-1"),
        ("2026-12-07 09:00", "late-3"),
        ("2026-12-09 09:00", "late-5"),
        ("2027-03-03 09:00", "late-5"),
    ],
)
def test_R_SUP_09_an_ordinary_paper_climbs_its_ladder(now, expected):
    assert key(WEEK, now, ORDINARY) == expected


@pytest.mark.parametrize(
    ("code", "to"),
    [
        ("before-2", "holder"),
        ("due-day", "holder"),
        ("late-1", "holder"),
        ("late-3", "department-head"),
        ("late-5", "office-director"),
    ],
)
def test_an_ordinary_paper_speaks_to_handler_then_head_then_director(code, to):
    assert {one.code: one.to for one in ORDINARY.rungs}[code] == to


def test_a_stopped_worker_catches_up_with_the_highest_rung_only():
    found = rung(WEEK, at("2026-12-21 10:00"), ladder=ORDINARY, calendar=CALENDAR, hours=OFFICE_HOURS)
    assert found.key == "late-5"
    assert found.also == ()


def test_the_ladder_is_not_spent_at_a_weekend_or_a_festival():
    clock = running("2026-02-05 10:00", workdays(7))
    assert clock.due_at == at("2026-02-14 17:30")
    assert key(clock, "2026-02-18 10:00", ORDINARY) is None
    assert key(clock, "2026-02-24 08:30", ORDINARY) == "due-day"
    assert key(clock, "2026-02-24 09:00", ORDINARY) == "late-1"
    assert key(clock, "2026-02-28 09:00", ORDINARY) == "late-5"


def test_a_calendar_date_on_a_day_off_is_announced_before_it():
    clock = running("2026-02-11 10:00", days(60))
    assert clock.due_at == at("2026-04-12 17:30")
    assert key(clock, "2026-04-09 09:00", ORDINARY) == "before-2"
    assert key(clock, "2026-04-10 09:00", ORDINARY) == "due-day"
    assert key(clock, "2026-04-13 09:00", ORDINARY) == "late-1"


def test_a_period_shorter_than_the_warning_gets_none():
    clock = running("2026-11-23 09:30", half_days(1))
    assert key(clock, "2026-11-23 11:00", ORDINARY) is None
    assert key(clock, "2026-11-24 09:00", ORDINARY) == "late-1"


def test_R_SUP_07_an_urgent_paper_is_chased_the_same_day():
    clock = running("2026-11-23 10:00", workdays(2))
    assert key(clock, "2026-11-25 13:50", URGENT) is None
    assert key(clock, "2026-11-25 14:00", URGENT) == "before-half"
    assert key(clock, "2026-11-25 17:30", URGENT) == "due"
    assert key(clock, "2026-11-25 17:40", URGENT) == "due"
    assert key(clock, "2026-11-25 19:30", URGENT) is None
    assert key(clock, "2026-11-26 08:30", URGENT) == "late-2h"


def test_two_hours_late_an_urgent_paper_is_a_telephone_call_for_the_clerk():
    clock = running("2026-11-23 09:00", half_days(1))
    found = rung(clock, at("2026-11-23 14:00"), ladder=URGENT, calendar=CALENDAR, hours=OFFICE_HOURS)
    assert (found.key, found.rung.to, found.rung.kind) == ("late-2h", "clerk", "phone-task")


def test_half_a_day_before_noon_is_the_opening_of_that_morning():
    clock = running("2026-11-23 16:30", half_days(1))
    assert clock.due_at == at("2026-11-24 12:00")
    assert key(clock, "2026-11-24 08:30", URGENT) == "before-half"


def test_half_a_day_before_an_odd_hour_reaches_back_over_the_weekend():
    clock = replace(running("2026-11-19 10:00", workdays(1)), due_at=at("2026-11-23 09:30"))
    assert key(clock, "2026-11-20 14:50", URGENT) is None
    assert key(clock, "2026-11-20 15:00", URGENT) == "before-half"


def test_a_most_urgent_paper_is_chased_every_two_hours_on_days_off_and_at_night_too():
    clock = running("2026-11-21 20:00", hours(24))
    assert key(clock, "2026-11-21 21:59", FLASH) is None
    assert key(clock, "2026-11-21 22:00", FLASH) == "every-2h:1"
    assert key(clock, "2026-11-22 03:00", FLASH) == "every-2h:3"
    assert key(clock, "2026-11-23 20:00", FLASH) == "every-2h:24"


def test_the_leader_on_duty_is_informed_after_the_second_time_without_a_chase_entry():
    clock = running("2026-11-21 20:00", hours(24))
    first = rung(clock, at("2026-11-21 22:00"), ladder=FLASH, calendar=CALENDAR, hours=OFFICE_HOURS)
    second = rung(clock, at("2026-11-22 00:00"), ladder=FLASH, calendar=CALENDAR, hours=OFFICE_HOURS)
    assert first.also == ()
    assert second.rung.to == "duty-officer"
    assert [(one.key, one.rung.to, one.rung.recorded) for one in second.also] == [
        ("tell-leader", "duty-leader", False)
    ]


def test_a_worker_that_missed_the_second_time_still_informs_the_leader_on_duty():
    clock = running("2026-11-21 20:00", hours(24))
    found = rung(clock, at("2026-11-22 09:00"), ladder=FLASH, calendar=CALENDAR, hours=OFFICE_HOURS)
    assert found.key == "every-2h:6"
    assert [one.key for one in found.also] == ["tell-leader"]


@pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)
@pytest.mark.parametrize(
    "change",
    [
        {"met_at": at("2026-11-24 10:00")},
        {"stopped_at": at("2026-11-24 10:00")},
        {"paused": True},
        {"starts_at": at("2026-12-31 10:00")},
    ],
)
def test_a_clock_that_does_not_run_is_not_chased(ladder, change):
    clock = replace(WEEK, **change)
    assert key(clock, "2026-12-09 10:00", ladder) is None


def test_a_clock_without_a_date_is_chased_from_its_start_only():
    clock = replace(WEEK, due_at=None)
    assert key(clock, "2026-12-09 10:00", ORDINARY) is None
    assert key(clock, "2026-11-23 12:00", FLASH) == "every-2h:1"


def test_an_extended_date_starts_the_ladder_again():
    extended = replace(WEEK, due_at=at("2026-12-11 17:30"))
    assert key(extended, "2026-12-08 10:00", ORDINARY) is None
    found = rung(extended, at("2026-12-09 09:00"), ladder=ORDINARY, calendar=CALENDAR, hours=OFFICE_HOURS)
    assert (found.key, found.due_at) == ("before-2", at("2026-12-11 17:30"))


def test_a_ranked_leader_is_never_spoken_to():
    for ladder in LADDERS.values():
        told = for_ranked_leader(ladder).rungs
        assert {one.to for one in told} <= {"hub-clerk", "duty-officer", "duty-leader"}
        assert not [one for one in told if one.to == "hub-clerk" and one.recorded]


def test_ordinary_papers_with_a_leader_become_entries_of_the_hubs_digest():
    found = rung(
        WEEK,
        at("2026-12-02 08:30"),
        ladder=ladder_for("normal", ranked=True),
        calendar=CALENDAR,
        hours=OFFICE_HOURS,
    )
    assert (found.key, found.rung.to, found.rung.kind) == ("due-day", "hub-clerk", "digest")


def test_urgent_papers_with_a_leader_are_told_to_the_hub_at_once():
    assert {one.kind for one in ladder_for("urgent", ranked=True).rungs} == {"notice"}


def test_an_urgency_without_a_ladder_is_an_error():
    with pytest.raises(KeyError):
        ladder_for("whenever", ranked=False)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23 10:00", "2026-11-30 09:00"),
        ("2026-11-30 09:00", "2026-12-02 09:00"),
        ("2026-12-02 17:30", "2026-12-03 09:00"),
        ("2026-12-09 09:00", None),
    ],
)
def test_the_next_time_is_known_beforehand(now, expected):
    assert following(WEEK, now, ORDINARY) == expected


def test_the_next_time_of_what_falls_due_at_night_is_the_next_opening():
    clock = running("2026-11-20 10:00", workdays(0))
    assert following(clock, "2026-11-20 17:30", URGENT) == "2026-11-23 08:30"


def test_the_next_time_of_a_most_urgent_paper_is_within_two_hours():
    clock = running("2026-11-21 20:00", hours(24))
    assert following(clock, "2026-11-21 20:00", FLASH) == "2026-11-21 22:00"
    assert following(clock, "2026-11-22 02:00", FLASH) == "2026-11-22 04:00"


def test_a_met_clock_has_no_next_time():
    assert following(replace(WEEK, met_at=at("2026-11-24 10:00")), "2026-11-25 10:00", ORDINARY) is None


def test_nothing_comes_after_the_final_key_and_a_repeating_ladder_has_none():
    assert [ladder.final_key for ladder in (ORDINARY, URGENT, FLASH)] == ["late-5", "late-2h", None]


def test_ladders_survive_the_way_through_json():
    for ladder in LADDERS.values():
        for one in (ladder, for_ranked_leader(ladder)):
            assert Ladder.from_dict(json.loads(json.dumps(one.as_dict()))).as_dict() == one.as_dict()


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "a:1", "label": "催", "to": "holder"},
        {"code": "", "label": "催", "to": "holder"},
        {"code": "a", "label": "催", "to": "everybody"},
        {"code": "a", "label": "催", "to": "holder", "kind": "shout"},
        {"code": "a", "label": "催", "to": "holder", "workdays": 1, "hours": 2},
        {"code": "a", "label": "催", "to": "holder", "hours": 2, "every": True},
        {"code": "a", "label": "催", "to": "holder", "anchor": "start", "every": True},
        {"code": "a", "label": "催", "to": "holder", "anchor": "start", "workdays": -1},
        {"code": "a", "label": "催", "to": "holder", "hours": 2, "at": "9:00"},
        {"code": "a", "label": "催", "to": "holder", "at": "nine"},
        {"code": "a", "label": "催", "to": "holder", "when": "soon"},
        {"code": "a", "to": "holder"},
        "a",
    ],
)
def test_a_rung_that_contradicts_itself_is_refused_with_a_sentence(wrong):
    with pytest.raises(ValueError, match="催办阶梯|“a”|不是时间"):
        Rung.from_dict(wrong)


def test_a_ladder_with_one_code_twice_is_refused():
    twice = [{"code": "a", "label": "催", "to": "holder"}] * 2
    with pytest.raises(ValueError, match="相同的代码"):
        Ladder.from_dict({"code": "normal", "rungs": twice})


# --- What always holds --------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 3, 1)).map(lambda d: d.replace(tzinfo=TIME_ZONE))  # noqa: DTZ001
LIMITS = st.one_of(
    st.integers(0, 20).map(workdays),
    st.integers(0, 6).map(half_days),
    st.integers(0, 90).map(days),
    st.integers(0, 100).map(hours),
)
ANY_LADDER = st.sampled_from([*LADDERS.values(), *(for_ranked_leader(one) for one in LADDERS.values())])
NOWS = st.lists(st.timedeltas(timedelta(days=-3), timedelta(days=60)), max_size=40)


def told(clock: Running, ladder: Ladder, nows: list[datetime]):
    found = [
        (now, rung(clock, now, ladder=ladder, calendar=CALENDAR, hours=OFFICE_HOURS)) for now in sorted(nows)
    ]
    return [(now, one) for now, one in found if one is not None]


def started(start: datetime, limit) -> Running:
    return Running(start, due(start, limit, calendar=CALENDAR, hours=OFFICE_HOURS).at)


def rank(ladder: Ladder, one) -> tuple[int, int]:
    repeated = int(one.key.partition(":")[2] or 0)
    return [each.code for each in ladder.rungs].index(one.rung.code), repeated


@given(MOMENTS, LIMITS, ANY_LADDER, NOWS)
def test_a_ladder_is_only_ever_climbed(start, limit, ladder, nows):
    ranks = [rank(ladder, one) for _, one in told(started(start, limit), ladder, [start + n for n in nows])]
    assert ranks == sorted(ranks)


@given(MOMENTS, LIMITS, ANY_LADDER, NOWS)
def test_asking_more_often_never_sends_more_than_the_ladder_holds(start, limit, ladder, nows):
    found = told(started(start, limit), ladder, [start + n for n in nows])
    keys = {each.key for _, one in found for each in (one, *one.also)}
    if any(one.every for one in ladder.rungs):
        last = max((now for now, _ in found), default=start)
        assert len(keys) <= 1 + (last - start) // timedelta(hours=2)
    else:
        assert keys <= {one.code for one in ladder.rungs}


@given(MOMENTS, LIMITS, ANY_LADDER, NOWS)
def test_nobody_is_disturbed_on_a_day_off_or_outside_office_hours(start, limit, ladder, nows):
    for now, _ in told(started(start, limit), ladder, [start + n for n in nows]):
        if ladder.always:
            continue
        assert CALENDAR.is_workday(now.date())
        late = (now - AFTER_HOURS).time()
        assert time(8, 30) <= now.time()
        assert late <= time(12) or time(14) <= now.time() and late <= time(17, 30)


@given(MOMENTS, LIMITS, ANY_LADDER, NOWS)
def test_what_is_told_has_come_and_not_before_the_start(start, limit, ladder, nows):
    for now, one in told(started(start, limit), ladder, [start + n for n in nows]):
        assert start <= one.since <= now


@given(MOMENTS, LIMITS, ANY_LADDER, NOWS)
def test_every_clock_with_a_rung_is_within_reach(start, limit, ladder, nows):
    clock = started(start, limit)
    for now, one in told(clock, ladder, [start + n for n in nows]):
        within = reach(ladder, now, calendar=CALENDAR)
        if one.rung.anchor == "due":
            assert clock.due_at < within.due_before
        else:
            assert clock.starts_at <= within.started_by


def test_the_reach_is_no_wider_than_the_ladder_needs():
    within = reach(ORDINARY, at("2026-11-23 10:00"), calendar=CALENDAR)
    assert within.due_before.date() == date(2026, 11, 27)
    assert within.started_by is None


@given(MOMENTS, LIMITS, ANY_LADDER, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_the_next_time_is_when_the_next_rung_speaks(start, limit, ladder, later):
    clock, now = started(start, limit), start + later
    speaks = next_time(clock, now, ladder=ladder, calendar=CALENDAR, hours=OFFICE_HOURS)
    if speaks is None:
        return
    assert speaks > now
    found = rung(clock, speaks, ladder=ladder, calendar=CALENDAR, hours=OFFICE_HOURS)
    before = rung(clock, now, ladder=ladder, calendar=CALENDAR, hours=OFFICE_HOURS)
    keys = {each.key for each in (found, *found.also)}
    assert before is None or keys - {each.key for each in (before, *before.also)}
