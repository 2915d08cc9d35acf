"""Dates as they are typed: what is meant is read, what may be a slip of the finger is asked back."""

from datetime import date

import pytest

from office.shorthand import (
    Unreadable,
    read_date,
    read_document_number,
    read_short_reference,
    short_document_number,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "lean", "meant"),
    [
        ("1122", "past", TODAY),
        ("11.22", "past", TODAY),
        ("１１．２０", "past", date(2026, 11, 20)),
        ("昨天", "past", date(2026, 11, 21)),
        ("315", "past", date(2026, 3, 15)),
        ("5", "past", date(2026, 11, 5)),
        ("30", "past", date(2026, 10, 30)),
        ("5", "future", date(2026, 12, 5)),
        ("30", "future", date(2026, 11, 30)),
        ("0105", "future", date(2027, 1, 5)),
        ("2025-11-30", "past", date(2025, 11, 30)),
        ("25.3.1", "past", date(2025, 3, 1)),
    ],
)
def test_a_date_is_read_as_it_is_meant(typed, lean, meant):
    assert read_date(typed, today=TODAY, lean=lean) == meant


def test_a_day_alone_passes_from_december_to_january():
    assert read_date("5", today=date(2026, 12, 20), lean="future") == date(2027, 1, 5)
    assert read_date("30", today=date(2027, 1, 3), lean="past") == date(2026, 12, 30)


@pytest.mark.parametrize(("typed", "lean"), [("1130", "past"), ("1120", "future")])
def test_another_year_far_away_is_asked_for(typed, lean):
    with pytest.raises(Unreadable, match="连年份"):
        read_date(typed, today=TODAY, lean=lean)


@pytest.mark.parametrize("typed", ["9999-12-31", "0001-01-01", "1026-11-22"])
def test_a_year_in_which_no_paper_is_handled_is_a_mistake(typed):
    with pytest.raises(Unreadable, match="年份"):
        read_date(typed, today=TODAY)


@pytest.mark.parametrize("typed", ["0231", "2026-13-01", "abc", "11-22-33-44"])
def test_what_is_no_date_is_said(typed):
    with pytest.raises(Unreadable):
        read_date(typed, today=TODAY)


@pytest.mark.parametrize(("typed", "meant"), [
    ("收0412", "收〔2026〕412号"), ("收４１２号", "收〔2026〕412号"), ("会 3", "会〔2026〕3号"),
    ("412", ""), ("收2026-412", ""), ("关于2026年的通知", ""), ("收0412件", ""),
])  # fmt: skip
def test_a_short_number_is_one_of_this_years(typed, meant):
    assert read_short_reference(typed, year=2026) == meant


@pytest.mark.parametrize(("typed", "meant"), [
    ("财农函 2026 9号", "财农函〔2026〕9号"), ("财农函 2026 第 09 号", "财农函〔2026〕9号"),
    ("农发 [2026] 31", "农发〔2026〕31号"),
    ("便函 12 3", "便函12 3"), ("第 5 期", "第5期"), ("农 发〔2026〕3 号", "农发〔2026〕3号"),
])  # fmt: skip
def test_two_numbers_never_become_one(typed, meant):
    assert read_document_number(typed) == meant


@pytest.mark.parametrize(("number", "short"), [
    ("农明电〔2026〕31号", "农明电31"), ("便函12", ""), ("〔2026〕3号", ""), ("", ""),
])  # fmt: skip
def test_a_number_is_also_known_as_it_is_said(number, short):
    assert short_document_number(number) == short


@pytest.mark.parametrize(("typed", "meant"), [
    ("财政部 税务总局公告2023年第6号", "财政部 税务总局公告2023年第6号"),
    ("交通运输部公告 2025 年 第 016 号", "交通运输部公告2025年第16号"), ("某部令2025年第12号", "某部令2025年第12号"),
    ("某部公告〔2025〕16号", "某部公告〔2025〕16号"),
])  # fmt: skip
def test_an_announcement_is_counted_by_the_year_in_words(typed, meant):
    assert read_document_number(typed) == meant


@pytest.mark.parametrize(("typed", "meant"), [
    ("简报[2026]2期", "简报〔2026〕2期"), ("某农简报（2026）第 03 期", "某农简报〔2026〕3期"),
    ("某农发〔2026〕12-1号", "某农发〔2026〕12-1号"), ("某农发[2026]3、4号", "某农发〔2026〕3、4号"),
    ("某农发〔2026〕3号、4号", "某农发〔2026〕3号、4号"), ("某农发[2026]第3号", "某农发〔2026〕3号"),
    ("某农发〔2026〕31 转发", "某农发〔2026〕31号转发"),
])  # fmt: skip
def test_what_stands_behind_the_figure_is_not_cut_off_by_a_号(typed, meant):
    assert read_document_number(typed) == meant


@pytest.mark.parametrize(("typed", "meant"), [
    ("某水函2026-502", "某水函〔2026〕502号"), ("某水函2026年502号", "某水函〔2026〕502号"),
    ("某水函 2026－０５０２ 号", "某水函〔2026〕502号"), ("某水函2026—502号", "某水函〔2026〕502号"),
    ("某水函2026年第502号", "某水函〔2026〕502号"),
    ("简报2026年第3期", "简报2026年第3期"), ("快报2026-11", "快报2026-11"),
    ("记录2026-11-22", "记录2026-11-22"), ("便函12-3", "便函12-3"),
    ("CZ2026-003", "CZ2026-003"), ("2026-502", "2026-502"), ("水函2026年11月2号", "水函2026年11月2号"),
])  # fmt: skip
def test_a_year_that_stands_bare_is_read_as_a_year(typed, meant):
    assert read_document_number(typed) == meant
