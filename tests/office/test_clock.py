"""Deadlines: the calendar, and known answers by hand."""

import json
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.clock import (
    OFFICE_HOURS,
    TIME_ZONE,
    Calendar,
    Day,
    Limit,
    OfficeHours,
    Unreachable,
    days,
    due,
    half_days,
    hours,
    months,
    until,
    workdays,
    working_hours,
)

CALENDAR = Calendar.from_package()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


def due_at(text: str, limit: Limit, *, calendar: Calendar = CALENDAR) -> str:
    return due(at(text), limit, calendar=calendar, hours=OFFICE_HOURS).at.strftime("%Y-%m-%d %H:%M")


# --- The calendar -------------------------------------------------------------------------------------------


def test_the_make_up_days_of_2026_are_worked():
    made_up = {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28)}
    made_up |= {date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)}
    year = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
    assert {day for day in year if day.weekday() >= 5 and CALENDAR.is_workday(day)} == made_up


@pytest.mark.parametrize(
    ("year", "count"),
    [(2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)],
)
def test_every_known_year_has_the_working_days_of_its_notice(year, count):
    assert CALENDAR.workdays_between(date(year - 1, 12, 31), date(year, 12, 31)) == count


def test_a_year_is_known_only_when_its_notice_is():
    assert [year for year in range(2018, 2030) if CALENDAR.year_known(year)] == list(range(2019, 2027))


def test_asking_for_a_year_without_a_notice_leaves_it_unknown():
    calendar = Calendar.from_package([2026, 2027])
    assert calendar.known_years == {2026}
    assert not [day for day in calendar.days if day.year == 2027]


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 2, 14), "春节调休上班"),
        (date(2026, 2, 15), "春节放假"),
        (date(2026, 2, 17), "春节放假"),
        (date(2026, 4, 6), "清明节放假"),
        (date(2026, 9, 20), "国庆节调休上班"),
        (date(2026, 9, 26), "中秋节放假"),
        (date(2020, 10, 1), "中秋节、国庆节放假"),
        (date(2026, 3, 7), "周六"),
        (date(2026, 3, 8), "周日"),
        (date(2026, 3, 9), "工作日"),
    ],
)
def test_every_day_says_what_it_is(day, why):
    assert CALENDAR.why(day) == why


def test_a_statutory_day_is_told_from_a_day_off_by_the_notice():
    assert CALENDAR.days[date(2026, 2, 17)].kind == "holiday"
    assert CALENDAR.days[date(2026, 2, 20)].kind == "off"
    assert CALENDAR.days[date(2026, 2, 14)].kind == "work"


def test_an_unknown_year_counts_weekends_and_statutory_days():
    assert CALENDAR.why(date(2027, 2, 8)) == "春节放假"
    assert not CALENDAR.is_workday(date(2027, 10, 1))
    assert CALENDAR.is_workday(date(2027, 10, 4))
    assert not CALENDAR.is_workday(date(2027, 10, 9))


def test_a_day_the_office_has_entered_wins_over_the_statutory_day():
    calendar = Calendar({date(2027, 10, 1): Day("work", "抗洪抢险上班")}, set())
    assert calendar.is_workday(date(2027, 10, 1))
    assert calendar.why(date(2027, 10, 1)) == "抗洪抢险上班"


def test_rows_of_the_table_make_the_same_calendar():
    rows = [(day, row.kind, row.note, row.source) for day, row in CALENDAR.days.items()]
    again = Calendar.from_rows(rows, known_years=CALENDAR.known_years)
    assert again.days == CALENDAR.days
    assert again.workdays_between(date(2018, 12, 31), date(2026, 12, 31)) == 1994


def test_beyond_the_lunar_tables_the_fixed_days_are_off():
    assert CALENDAR.why(date(2300, 10, 2)) == "国庆节放假"
    assert CALENDAR.why(date(9999, 5, 1)) == "劳动节放假"


def test_working_days_count_backwards_too():
    assert CALENDAR.add_workdays(date(2026, 2, 24), -2) == date(2026, 2, 13)
    assert CALENDAR.add_workdays(date(2026, 2, 21), -1) == date(2026, 2, 14)
    assert CALENDAR.add_workdays(date(2026, 1, 4), -1) == date(2025, 12, 31)


def test_no_working_days_leave_a_working_day_and_move_a_day_off():
    assert CALENDAR.add_workdays(date(2026, 2, 13), 0) == date(2026, 2, 13)
    assert CALENDAR.add_workdays(date(2026, 2, 15), 0) == date(2026, 2, 24)


def test_the_next_working_day_is_never_the_day_itself():
    assert CALENDAR.next_workday(date(2026, 2, 13)) == date(2026, 2, 14)


@given(st.dates(date(2018, 1, 1), date(2105, 12, 31)), st.integers(1, 800))
def test_counting_and_adding_working_days_agree(day, n):
    later = CALENDAR.add_workdays(day, n)
    assert CALENDAR.is_workday(later)
    assert CALENDAR.workdays_between(day, later) == n
    assert CALENDAR.add_workdays(later, -n) <= day < CALENDAR.add_workdays(later, -n + 1 if n > 1 else 0)


@given(st.dates(date(2019, 1, 1), date(2030, 12, 31)), st.integers(0, 900))
def test_working_days_between_two_dates_are_counted_one_by_one(day, length):
    by_hand = sum(CALENDAR.is_workday(day + timedelta(n)) for n in range(1, length + 1))
    assert CALENDAR.workdays_between(day, day + timedelta(length)) == by_hand
    assert CALENDAR.workdays_between(day + timedelta(length), day) == -by_hand


# --- Known answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # Spring Festival 2026: off from 15 to 23 February, worked on Saturday 14 and Saturday 28.
        ("2026-02-11 10:00", workdays(7), "2026-02-27 17:30"),
        ("2026-02-11 10:00", workdays(8), "2026-02-28 17:30"),
        ("2026-02-13 17:31", workdays(1), "2026-02-14 17:30"),
        ("2026-02-15 09:00", workdays(1), "2026-02-24 17:30"),
        ("2026-02-11 10:00", days(60), "2026-04-12 17:30"),
        ("2026-02-11 10:00", days(5), "2026-02-16 17:30"),
        ("2026-02-11 10:00", days(5, rolls=True), "2026-02-24 17:30"),
        # National Day 2026: worked on 20 September and 10 October, off 25-27 September and 1-7 October.
        ("2026-09-18 10:00", workdays(15), "2026-10-15 17:30"),
        ("2026-09-30 23:59", workdays(2), "2026-10-09 17:30"),
        ("2026-09-30 23:59", workdays(3), "2026-10-10 17:30"),
        # The turn to 2027, whose notice is not known: 1 January is off, Monday 4 January worked.
        ("2026-12-31 08:30", workdays(1), "2027-01-04 17:30"),
        ("2027-02-04 08:30", workdays(1), "2027-02-09 17:30"),
        # Month ends.
        ("2026-01-31 10:00", months(1), "2026-02-28 17:30"),
        ("2027-11-30 10:00", months(3), "2028-02-29 17:30"),
        ("2026-08-31 10:00", months(6), "2027-02-28 17:30"),
        ("2026-01-15 10:00", months(3), "2026-04-15 17:30"),
        ("2026-08-03 10:00", months(2, rolls=True), "2026-10-08 17:30"),
        ("2026-12-15 10:00", months(12), "2027-12-15 17:30"),
        # Half days.
        ("2026-03-02 10:59", half_days(1), "2026-03-02 12:00"),
        ("2026-03-02 11:00", half_days(1), "2026-03-02 17:30"),
        ("2026-03-02 15:59", half_days(1), "2026-03-02 17:30"),
        ("2026-03-02 16:00", half_days(1), "2026-03-03 12:00"),
        ("2026-03-06 16:00", half_days(1), "2026-03-09 12:00"),
        ("2026-03-07 09:00", half_days(1), "2026-03-09 12:00"),
        ("2026-03-06 10:00", half_days(3), "2026-03-09 12:00"),
        ("2026-03-06 12:30", half_days(2), "2026-03-09 12:00"),
        ("2026-02-14 16:30", half_days(2), "2026-02-24 17:30"),
        # Hours run day and night, working hours only while the office is open (7 hours a day).
        ("2026-02-14 17:00", hours(30), "2026-02-15 23:00"),
        ("2026-03-06 16:30", working_hours(1), "2026-03-06 17:30"),
        ("2026-03-06 16:30", working_hours(8), "2026-03-09 17:30"),
        ("2026-03-06 11:00", working_hours(1.5), "2026-03-06 14:30"),
        ("2026-03-06 12:45", working_hours(0.5), "2026-03-06 14:30"),
        ("2026-03-07 12:45", working_hours(14), "2026-03-10 17:30"),
        ("2026-03-06 07:00", working_hours(0), "2026-03-06 08:30"),
        # 特急, the same day, and whatever else is due at a time of day.
        ("2026-03-06 10:00", until("17:30"), "2026-03-06 17:30"),
        ("2026-03-06 17:30", until("17:30"), "2026-03-06 17:30"),
        ("2026-03-06 17:31", until("17:30"), "2026-03-09 17:30"),
        ("2026-03-07 10:00", until("17:30"), "2026-03-07 17:30"),
        ("2026-03-06 10:00", until("9:00", after=1), "2026-03-09 09:00"),
        # Nothing at all: the day of issue, or the next that counts.
        ("2026-03-06 10:00", workdays(0), "2026-03-06 17:30"),
        ("2026-03-06 18:00", workdays(0), "2026-03-09 17:30"),
        ("2026-03-07 10:00", workdays(0), "2026-03-09 17:30"),
        ("2026-03-06 10:00", days(0), "2026-03-06 17:30"),
        ("2026-03-06 18:00", days(0), "2026-03-07 17:30"),
        ("2026-03-06 10:00", months(0), "2026-03-06 17:30"),
        ("2026-03-06 10:00", hours(0), "2026-03-06 10:00"),
        ("2026-03-07 10:00", half_days(0), "2026-03-07 10:00"),
    ],
)
def test_a_period_ends_when_it_was_worked_out_by_hand(start, limit, expected):
    assert due_at(start, limit) == expected


def test_R_IN_18_a_normal_paper_is_due_after_seven_working_days():
    assert due_at("2026-11-23 10:00", workdays(7)) == "2026-12-02 17:30"


def test_R_IN_19_an_urgent_paper_is_due_after_two_working_days():
    assert due_at("2026-11-20 10:00", workdays(2)) == "2026-11-24 17:30"


def test_R_IN_20_a_morning_paper_is_not_past_noon_and_a_later_one_not_past_the_evening():
    assert due_at("2026-11-23 09:00", half_days(1)) == "2026-11-23 12:00"
    assert due_at("2026-11-23 14:00", half_days(1)) == "2026-11-23 17:30"


def test_R_IN_21_an_answer_is_due_after_fifteen_working_days():
    assert due_at("2026-11-02 10:00", workdays(15)) == "2026-11-23 17:30"


def test_R_IN_22_a_paper_for_at_once_is_due_when_it_comes():
    assert due_at("2026-11-22 22:15", hours(0)) == "2026-11-22 22:15"


def test_a_start_in_another_zone_is_taken_to_beijing_time():
    utc = datetime(2026, 3, 6, 17, 0, tzinfo=timezone.utc)  # noqa: UP017 - 01:00 on the 7th in Beijing
    result = due(utc, days(1), calendar=CALENDAR, hours=OFFICE_HOURS)
    assert result.at.isoformat() == "2026-03-08T17:30:00+08:00"


def test_a_start_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        due(datetime(2026, 3, 6, 17), days(1), calendar=CALENDAR, hours=OFFICE_HOURS)  # noqa: DTZ001


def test_the_last_day_that_can_be_written_is_reached_and_not_passed():
    assert due_at("9999-12-30 10:00", days(1)) == "9999-12-31 17:30"


@pytest.mark.parametrize(
    "limit",
    [
        days(2),
        workdays(9),
        workdays(10**9),
        months(10**30),
        hours(10**30),
        half_days(9),
        until("9:00", after=9),
    ],
)
def test_a_date_after_the_year_9999_is_refused_with_a_sentence(limit):
    with pytest.raises(Unreachable, match="9999年以后"):
        due_at("9999-12-30 10:00", limit)


def test_office_hours_of_another_office_are_kept():
    summer = OfficeHours.from_dict({"afternoon_starts": "15:00", "afternoon_ends": "18:00"})
    start = at("2026-07-06 10:00")
    assert due(start, workdays(1), calendar=CALENDAR, hours=summer).at == at("2026-07-07 18:00")
    assert due(start, working_hours(3), calendar=CALENDAR, hours=summer).at == at("2026-07-06 16:00")
    assert OfficeHours.from_dict(json.loads(json.dumps(summer.as_dict()))) == summer


@pytest.mark.parametrize(
    "wrong",
    [
        {"morning_ends": "8:00"},
        {"afternoon_ends": "13:00"},
        {"noon_until": "17:00"},
        {"closing_until": "18:00"},
        {"opening": "8:00", "morning_starts": "8 o'clock"},
    ],
)
def test_office_hours_out_of_order_are_refused(wrong):
    with pytest.raises(ValueError, match="上班|界限|不是时间"):
        OfficeHours.from_dict(wrong)
