"""manage.py deadline: one line in, one answer out."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from office.clock import OFFICE_HOURS, Calendar
from office.management.commands import deadline

CALENDAR = Calendar.from_package()


def answer(line: str, number: int = 1) -> dict | None:
    return deadline.answer(line, number=number, calendar=CALENDAR, hours=OFFICE_HOURS)


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("2026-02-11T10:00 workdays 7", "2026-02-27T17:30:00+08:00"),
        ("2026-02-11T10:00 days 60", "2026-04-12T17:30:00+08:00"),
        ("2026-02-11T10:00 months 1", "2026-03-11T17:30:00+08:00"),
        ("2026-02-11T10:00 half_days 1", "2026-02-11T12:00:00+08:00"),
        ("2026-02-11T10:00 hours 1.5", "2026-02-11T11:30:00+08:00"),
        ("2026-02-11T10:00 working_hours 7", "2026-02-12T10:00:00+08:00"),
        ("2026-02-11T02:00Z workdays 7", "2026-02-27T17:30:00+08:00"),
        ("2026-02-11T10:00:30+08:00 hours 1", "2026-02-11T11:00:30+08:00"),
        ("2019-01-01T00:00 workdays 1", "2019-01-02T17:30:00+08:00"),
        ("  2027-09-30T10:00\tworkdays  1 \r\n", "2027-10-04T17:30:00+08:00"),
        ("\ufeff2026-02-11T10:00 days 0", "2026-02-11T17:30:00+08:00"),
        ("9998-01-01T10:00 days 10", "9998-01-11T17:30:00+08:00"),
    ],
)
def test_a_line_is_answered_with_its_date(line, due):
    assert answer(line)["due"] == due


def test_the_answer_says_why():
    assert "春节放假不计" in answer("2026-02-11T10:00 workdays 7")["because"]


def test_a_year_whose_notice_is_missing_is_named():
    assert "2027年的放假安排尚未录入" in answer("2026-12-28T10:00 workdays 15")["because"]


@pytest.mark.parametrize("line", ["", "   \n", "# 说明", "  # 2026-02-11T10:00 workdays 7"])
def test_blank_lines_and_comments_ask_nothing(line):
    assert answer(line) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-02-11T10:00 workdays", "应有三项"),
        ("2026-02-11 10:00 workdays 7", "应有三项"),
        ("11.2.2026 workdays 7", "应写成 2026-02-11T10:00"),
        ("2026-02-30T10:00 workdays 7", "不是时间"),
        ("9999-12-31T23:00-05:00 hours 1", "不是时间"),
        ("2018-12-31T10:00 workdays 7", "2019年以来"),
        ("2026-02-11T10:00 weeks 7", "可用 hours、working_hours、half_days、workdays、days、months"),
        ("2026-02-11T10:00 until 7", "没有“until”"),
        ("2026-02-11T10:00 workdays -7", "不小于0"),
        ("2026-02-11T10:00 workdays seven", "不是数目"),
        ("2026-02-11T10:00 workdays 1.5", "不能带小数"),
        ("2026-02-11T10:00 workdays 99999999999999999999", "不超过九位"),
        ("2026-02-11T10:00 workdays 999999999", "9999年以后"),
        ("2026-02-11T10:00 hours 999999999", "9999年以后"),
    ],
)
def test_a_bad_line_is_named_with_what_is_expected(line, expected):
    sentence = answer(line, 12)["error"]
    assert sentence.startswith("第12行：")
    assert expected in sentence


def run(monkeypatch, given: str) -> list[dict]:
    monkeypatch.setattr(deadline, "load_calendar", lambda: CALENDAR)
    monkeypatch.setattr(deadline, "office_hours", lambda: OFFICE_HOURS)
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    out = io.StringIO()
    try:
        call_command("deadline", stdout=out)
    finally:
        run.printed = out.getvalue()
    return [json.loads(line) for line in run.printed.splitlines()]


def test_lines_are_answered_in_order(monkeypatch):
    given = "2026-02-11T10:00 workdays 7\n\n# 信访\n2026-02-11T10:00 days 60\n"
    assert [one["due"][:10] for one in run(monkeypatch, given)] == ["2026-02-27", "2026-04-12"]


def test_chinese_is_printed_as_it_is_whatever_language_the_user_reads(monkeypatch):
    with override("en"):
        run(monkeypatch, "2026-02-11T10:00 workdays 7\n")
    assert "当日不计" in run.printed


def test_a_bad_line_leaves_the_others_answered_and_fails_at_the_end(monkeypatch):
    with pytest.raises(CommandError, match="1行无法推算") as failed:
        run(monkeypatch, "2026-02-11T10:00 workdays 7\nnonsense\n2026-02-11T10:00 days 60\n")
    assert failed.value.returncode == 1
    kinds = [sorted(json.loads(line)) for line in run.printed.splitlines()]
    assert kinds == [["because", "due"], ["error"], ["because", "due"]]


def test_nothing_asked_is_nothing_answered(monkeypatch):
    assert run(monkeypatch, "") == []
