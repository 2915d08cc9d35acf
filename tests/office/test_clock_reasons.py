"""Why a date is that date, what pauses do to it, and what always holds."""

import json
from datetime import date, datetime, time, timedelta

import pytest
from django.utils.translation import override
from hypothesis import example, given, settings
from hypothesis import strategies as st

from office.clock import (
    KINDS,
    OFFICE_HOURS,
    TIME_ZONE,
    Calendar,
    Day,
    Due,
    Limit,
    days,
    due,
    half_days,
    hours,
    months,
    until,
    with_pauses,
    workdays,
    working_hours,
)

CALENDAR = Calendar.from_package()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


def because(text: str, limit: Limit, pauses=()) -> str:
    return with_pauses(at(text), limit, pauses, calendar=CALENDAR, hours=OFFICE_HOURS).because


# --- Why this date ------------------------------------------------------------------------------------------


def test_the_reason_names_holidays_and_make_up_days():
    assert because("2026-02-11 10:00", workdays(7)) == (
        "2026年2月11日（周三）10:00起算，当日不计。2月15日至23日春节放假不计。"
        "2月14日（周六）春节调休上班，照常计入。期限7个工作日，至2026年2月27日（周五）17:30。"
    )


def test_the_reason_counts_plain_weekends():
    assert because("2026-03-02 10:00", workdays(7)) == (
        "2026年3月2日（周一）10:00起算，当日不计。其间周末2天不计。期限7个工作日，至2026年3月11日（周三）17:30。"
    )


def test_a_date_in_an_unknown_year_says_that_it_is_assumed():
    result = due(at("2026-12-28 10:00"), workdays(15), calendar=CALENDAR, hours=OFFICE_HOURS)
    assert result.assumptions == [
        "2027年的放假安排尚未录入，暂按周末和法定节假日推算，补假、调休未计，录入后须重算。"
    ]
    assert result.because.endswith(result.assumptions[0])


def test_a_date_that_no_notice_can_move_is_certain():
    result = due(at("2026-12-10 10:00"), days(60), calendar=CALENDAR, hours=OFFICE_HOURS)
    assert result.assumptions == []
    assert "2027年的放假安排尚未录入，不影响这一期限。" in result.steps


def test_a_date_within_known_years_assumes_nothing():
    assert not due(at("2026-02-11 10:00"), workdays(7), calendar=CALENDAR, hours=OFFICE_HOURS).assumptions


def test_festivals_that_cannot_be_computed_are_admitted():
    result = due(at("2150-12-28 10:00"), workdays(15), calendar=CALENDAR, hours=OFFICE_HOURS)
    assert "推算不出农历节日" in result.because


def test_a_last_day_that_is_off_is_explained_whether_it_moves_or_not():
    last = "末日2026年2月16日为春节放假，"
    assert last + "按规定不顺延。" in because("2026-02-11 10:00", days(5))
    assert last + "顺延到下一个工作日。" in because("2026-02-11 10:00", days(5, rolls=True))


def test_a_half_day_names_the_hour_that_decided():
    assert "11:00以前" in because("2026-03-02 10:00", half_days(1))
    assert "已到16:00" in because("2026-03-02 16:00", half_days(1))
    assert "当日为周六" in because("2026-03-07 16:00", half_days(1))


def test_a_long_period_stays_short_to_read():
    text = because("2026-02-11 10:00", workdays(2000))
    assert "节假日共" in text
    assert len(text) < 200


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (workdays(2), "2个工作日"),
        (half_days(1), "½个工作日"),
        (half_days(3), "3个半天"),
        (days(60), "60日"),
        (months(3), "3个月"),
        (hours(2), "2小时"),
        (hours(0), "即时"),
        (working_hours(1.5), "1.5个工作小时"),
        (until("17:30"), "当日17:30前"),
        (until("9:00", after=2), "2个工作日后9:00前"),
        (workdays(0), "当日"),
        (days(15, rolls=True), "15日（末日逢休息日顺延）"),
    ],
)
def test_a_limit_says_what_it_grants(limit, words):
    assert limit.words() == words


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "weeks", "count": 1},
        {"kind": "days", "count": -1},
        {"kind": "days", "count": 1.5},
        {"kind": "days", "count": True},
        {"kind": "days", "count": "7"},
        {"kind": "hours", "count": float("nan")},
        {"kind": "hours", "count": float("inf")},
        {"kind": "days", "count": 1, "at": "17:30"},
        {"kind": "until", "count": 0},
        {"kind": "until", "count": 0, "at": "25:00"},
        {"kind": "workdays", "count": 1, "rolls": True},
        {"kind": "days"},
        [],
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_with_a_sentence(wrong):
    with pytest.raises(ValueError, match="期限|时间"):
        Limit.from_dict(wrong)


# --- Pauses -------------------------------------------------------------------------------------------------


def paused(start: str, limit: Limit, *pauses: tuple[str, str | None], calendar: Calendar = CALENDAR) -> Due:
    spans = [(at(since), None if to is None else at(to)) for since, to in pauses]
    return with_pauses(at(start), limit, spans, calendar=calendar, hours=OFFICE_HOURS)


@pytest.mark.parametrize(
    ("limit", "pauses", "expected"),
    [
        (workdays(5), [("2026-03-03 10:00", "2026-03-05 15:00")], "2026-03-11 17:30"),
        (workdays(5), [("2026-03-06 16:00", "2026-03-09 09:00")], "2026-03-10 17:30"),
        (workdays(5), [("2026-03-07 09:00", "2026-03-08 20:00")], "2026-03-09 17:30"),
        (workdays(5), [("2026-03-03 09:00", "2026-03-03 17:00")], "2026-03-09 17:30"),
        (workdays(5), [("2026-03-20 09:00", "2026-03-21 09:00")], "2026-03-09 17:30"),
        (workdays(5), [("2026-03-09 17:30", "2026-03-12 09:00")], "2026-03-09 17:30"),
        (
            workdays(5),
            [("2026-03-03 10:00", "2026-03-05 15:00"), ("2026-03-10 10:00", "2026-03-11 10:00")],
            "2026-03-12 17:30",
        ),
        (days(10), [("2026-03-03 10:00", "2026-03-05 15:00")], "2026-03-14 17:30"),
        (days(10, rolls=True), [("2026-03-03 10:00", "2026-03-05 15:00")], "2026-03-16 17:30"),
        (days(12, rolls=True), [("2026-03-15 10:00", "2026-03-17 10:00")], "2026-03-17 17:30"),
        (months(1), [("2026-03-03 10:00", "2026-03-05 15:00")], "2026-04-04 17:30"),
        (half_days(3), [("2026-03-02 15:00", "2026-03-03 10:00")], "2026-03-03 17:30"),
        (hours(5), [("2026-03-02 11:00", "2026-03-02 12:20")], "2026-03-02 16:20"),
        (working_hours(5), [("2026-03-02 11:00", "2026-03-02 14:30")], "2026-03-03 09:30"),
        (until("17:30"), [("2026-03-02 16:00", "2026-03-03 10:00")], "2026-03-03 17:30"),
        (until("17:30"), [("2026-03-02 12:00", "2026-03-02 13:00")], "2026-03-02 17:30"),
    ],
)
def test_time_in_which_a_clock_stands_still_does_not_count(limit, pauses, expected):
    assert paused("2026-03-02 10:00", limit, *pauses).at == at(expected)


def test_an_open_pause_has_no_due_date():
    result = paused("2026-03-02 10:00", workdays(5), ("2026-03-03 10:00", None))
    assert result.at is None
    assert "2026年3月3日（周二）10:00起暂停，恢复后另算到期日。" in result.because


def test_a_pause_says_how_much_it_took_out():
    result = paused("2026-03-02 10:00", workdays(5), ("2026-03-03 10:00", "2026-03-05 15:00"))
    assert "其间2个工作日不计。" in result.because


def test_a_pause_that_took_nothing_out_says_so():
    result = paused("2026-03-02 10:00", workdays(5), ("2026-03-07 09:00", "2026-03-08 20:00"))
    assert "暂停，不影响到期日。" in result.because


def test_overlapping_pauses_count_once():
    once = paused("2026-03-02 10:00", days(10), ("2026-03-03 10:00", "2026-03-06 15:00"))
    twice = paused(
        "2026-03-02 10:00",
        days(10),
        ("2026-03-04 10:00", "2026-03-06 15:00"),
        ("2026-03-03 10:00", "2026-03-05 15:00"),
        ("2026-03-01 10:00", "2026-03-01 15:00"),
    )
    assert twice.at == once.at


# --- What always holds --------------------------------------------------------------------------------------

COUNTS = st.integers(0, 400)
TIMES = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
STARTS = st.datetimes(datetime(2019, 1, 1), datetime(2100, 12, 31)).map(lambda d: d.replace(tzinfo=TIME_ZONE))  # noqa: DTZ001
NEAR = st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1)).map(lambda d: d.replace(tzinfo=TIME_ZONE))  # noqa: DTZ001


@st.composite
def limits(draw, counts=COUNTS):
    kind = draw(st.sampled_from(KINDS))
    clock = draw(TIMES) if kind == "until" else None
    rolls = draw(st.booleans()) if kind in ("days", "months") else False
    return Limit(kind, draw(counts), at=clock, rolls=rolls)


@st.composite
def pauses(draw):
    """Pauses as the table holds them: apart from each other, the last one perhaps still open."""
    moments = sorted(draw(st.lists(NEAR, max_size=6, unique=True)))
    pairs = list(zip(moments[::2], moments[1::2], strict=False))
    return [*pairs, (moments[-1], None)] if len(moments) % 2 else pairs


@given(STARTS, limits())
def test_every_period_has_an_end_not_before_its_start_and_a_reason(start, limit):
    result = due(start, limit, calendar=CALENDAR, hours=OFFICE_HOURS)
    assert result.at >= start
    assert result.at.utcoffset() == timedelta(hours=8)
    assert result.because


@given(STARTS, limits(), st.integers(1, 30))
def test_a_longer_limit_never_ends_earlier(start, limit, more):
    longer = Limit(limit.kind, limit.count + more, at=limit.at, rolls=limit.rolls)
    ends = [due(start, one, calendar=CALENDAR, hours=OFFICE_HOURS).at for one in (limit, longer)]
    assert ends[0] <= ends[1]


@given(STARTS, limits(), st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_later_start_never_ends_earlier(start, limit, later):
    ends = [due(one, limit, calendar=CALENDAR, hours=OFFICE_HOURS).at for one in (start, start + later)]
    assert ends[0] <= ends[1]


@given(STARTS, COUNTS)
def test_working_days_end_on_a_working_day_at_closing(start, n):
    end = due(start, workdays(n), calendar=CALENDAR, hours=OFFICE_HOURS).at
    assert CALENDAR.is_workday(end.date())
    assert end.time() == time(17, 30)


@given(STARTS, COUNTS)
def test_working_hours_end_while_the_office_is_open(start, n):
    end = due(start, working_hours(n), calendar=CALENDAR, hours=OFFICE_HOURS).at
    assert CALENDAR.is_workday(end.date())
    assert time(8, 30) <= end.time() <= time(12) or time(14) <= end.time() <= time(17, 30)


@given(NEAR, st.integers(0, 200), st.integers(1, 200))
def test_working_hours_add_up(start, first, second):
    def later(moment, n):
        return due(moment, working_hours(n), calendar=CALENDAR, hours=OFFICE_HOURS).at

    assert later(later(start, first), second) == later(start, first + second)


@given(NEAR, limits(st.integers(0, 60)), st.dates(date(2025, 6, 1), date(2028, 6, 1)))
def test_a_further_day_off_never_makes_a_date_earlier(start, limit, off):
    more = Calendar({**CALENDAR.days, off: Day("off", "台风停工")}, CALENDAR.known_years)
    ends = [due(start, limit, calendar=one, hours=OFFICE_HOURS).at for one in (CALENDAR, more)]
    assert ends[0] <= ends[1]


@given(NEAR, limits(st.integers(0, 60)), pauses())
def test_a_pause_never_makes_a_date_earlier_and_nothing_falls_due_in_it(start, limit, spans):
    plain = due(start, limit, calendar=CALENDAR, hours=OFFICE_HOURS)
    result = with_pauses(start, limit, spans, calendar=CALENDAR, hours=OFFICE_HOURS)
    if result.at is None:
        assert spans[-1][1] is None
        return
    assert result.at >= plain.at
    if limit.kind != "working_hours":
        assert not [span for span in spans if start <= span[0] < result.at <= (span[1] or result.at)]


@given(NEAR, limits(st.integers(0, 60)), pauses())
def test_a_due_date_survives_the_way_through_json(start, limit, spans):
    result = with_pauses(start, limit, spans, calendar=CALENDAR, hours=OFFICE_HOURS)
    again = Due.from_dict(json.loads(json.dumps(result.as_dict())))
    assert again == result
    assert again.because == result.because


@given(limits())
@example(Limit("hours", 1.5))
def test_a_limit_survives_the_way_through_json(limit):
    assert Limit.from_dict(json.loads(json.dumps(limit.as_dict()))) == limit


@settings(max_examples=30)
@given(st.integers(2019, 9990), limits(st.integers(0, 60)))
def test_no_year_is_without_an_answer(year, limit):
    start = datetime(year, 12, 20, 10, tzinfo=TIME_ZONE)
    with override("zh-hans"):
        assert due(start, limit, calendar=CALENDAR, hours=OFFICE_HOURS).because
