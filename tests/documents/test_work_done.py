"""述职清单: what somebody, a unit, the office did in a week, a month, a year; counted, listed, as a Word file."""

import io
from datetime import date, datetime, time, timedelta

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from office import acting, jobs, work_docx
from office.files import open_stored
from office.models import Job, Look
from office.work_done import Period, Whose, may_ask, work_done
from tests.people import CHINA, MONDAY

YEAR = Period.around(MONDAY.date(), length="year")


def kinds(whose, reader, period=YEAR) -> dict[str, int]:
    return work_done(whose, period, reader=reader).totals


@pytest.fixture
def year(who, paper):
    """Three papers: one done, one with the leader, one just registered."""
    made = [paper(title=title) for title in ("关于秋冬种的通知", "关于防汛的通知", "关于农机的通知")]
    for one in made[:2]:
        one.do("pass", who.clerk)
        one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    one = made[0]
    one.do("instruct", who.leader, opinion="同意。", values={"lead": who.posts["crops"]})
    one.do("hand_over", who.clerk, names=[who.posts["crops"]])
    one.do("report", who.handler, opinion="已办。")
    one.do("finish", who.clerk)
    return made


# --- Periods ---


@pytest.mark.parametrize(
    ("length", "first", "last", "parts", "names"),
    [
        ("week", date(2026, 11, 16), date(2026, 11, 22), 7, ["11-16", "11-22"]),
        ("month", date(2026, 11, 1), date(2026, 11, 30), 6, ["1–1", "30–30"]),
        ("year", date(2026, 1, 1), date(2026, 12, 31), 12, ["1月", "12月"]),
    ],
)
def test_a_week_a_month_a_year_and_their_parts(length, first, last, parts, names):
    period = Period.around(date(2026, 11, 18), length=length)
    assert (period.first, period.last, len(period.parts)) == (first, last, parts)
    assert [period.parts[0][0], period.parts[-1][0]] == names
    # No day is left out and none counted twice.
    days = [day for _name, begin, end in period.parts for day in range(begin.toordinal(), end.toordinal() + 1)]
    assert days == list(range(first.toordinal(), last.toordinal() + 1))


# --- Counted ---


def test_each_paper_counts_once_for_each_kind_of_work(year, who):
    assert kinds(Whose(person=who.clerk), who.clerk) == {"登记": 3, "初审": 2, "分办": 1, "办结": 1}
    assert kinds(Whose(person=who.director), who.director) == {"拟办": 2}
    assert kinds(Whose(person=who.leader), who.leader) == {"批示": 1}


def test_it_stands_in_the_part_of_the_period_it_was_done_in(year, who):
    found = work_done(Whose(person=who.clerk), YEAR, reader=who.clerk)
    assert found.counts["登记"] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0]
    week = work_done(Whose(person=who.clerk), Period.around(MONDAY.date(), length="week"), reader=who.clerk)
    assert week.counts["登记"] == [3, 0, 0, 0, 0, 0, 0]
    before = Period.around(MONDAY.date() - timedelta(days=7), length="week")
    assert work_done(Whose(person=who.clerk), before, reader=who.clerk).totals == {}


def test_a_unit_is_all_who_signed_for_it_and_the_office_is_everybody(year, who):
    assert kinds(Whose(unit=who.departments["crops"]), who.clerk) == {"承办": 1}
    office = kinds(Whose(unit=who.departments["office"]), who.clerk)
    assert office == {"登记": 3, "初审": 2, "拟办": 2, "分办": 1, "办结": 1}
    assert kinds(Whose(), who.clerk) == {**office, "批示": 1, "承办": 1}


def test_what_was_taken_back_was_not_done(year, who):
    second = year[1]
    acting.take_back(second.case, actor=who.director, at=second.at)
    assert kinds(Whose(person=who.director), who.director) == {"拟办": 1}


def test_words_a_clerk_enters_are_the_leaders_decision_and_the_clerks_work(year, who):
    second = year[1]
    second.do(
        "instruct", who.leader, opinion="同意。", recorded_by=who.clerk, medium="phone",
        values={"lead": who.posts["crops"]},
    )  # fmt: skip
    assert kinds(Whose(person=who.leader), who.leader) == {"批示": 2}
    assert kinds(Whose(person=who.clerk), who.clerk)["批示"] == 1


def test_in_time_is_said_of_work_with_a_date_and_never_of_a_leader(year, who):
    clerk = work_done(Whose(person=who.clerk), YEAR, reader=who.clerk)
    assert clerk.dated == clerk.in_time > 0
    leader = work_done(Whose(person=who.leader), YEAR, reader=who.leader)
    assert (leader.dated, leader.in_time) == (0, 0)


def test_the_list_has_each_paper_once_with_what_was_done(year, who):
    found = work_done(Whose(person=who.clerk), YEAR, reader=who.clerk)
    assert [(one.case.title, one.kinds) for one in found.papers] == [
        ("关于秋冬种的通知", ["登记", "初审", "分办", "办结"]),
        ("关于防汛的通知", ["登记", "初审"]),
        ("关于农机的通知", ["登记"]),
    ]


def test_a_short_list_counts_all_and_shows_the_first(year, who):
    found = work_done(Whose(person=who.clerk), YEAR, reader=who.clerk, most=2)
    assert [one.case.title for one in found.papers] == ["关于秋冬种的通知", "关于防汛的通知"]
    assert (found.count, found.closed, found.totals["登记"]) == (3, 1, 3)
    words, _tables = written(work_docx.made(found))
    assert words[-1] == "还有 1 件不再列出，见登记簿。"


def test_in_english_the_kinds_are_english(year, who):
    with translation.override("en"):
        assert kinds(Whose(person=who.clerk), who.clerk) == {
            "Register": 3, "Check": 2, "Assign": 1, "Close": 1,
        }  # fmt: skip


@pytest.mark.parametrize("length", ["week", "month", "year"])
def test_a_deed_counts_in_the_part_that_has_its_day_in_china(length, paper, who):
    """The last minute of a Sunday in November and the first of the Monday after it, the first of a December."""
    days = [date(2026, 11, 22), date(2026, 11, 23), date(2026, 12, 1)]
    for day, clock in zip(days, [time(23, 59), time(0, 0), time(0, 0)], strict=True):
        one = paper()
        acting.act(one.turn, "pass", actor=who.clerk, at=datetime.combine(day, clock, tzinfo=CHINA))
    for day in days:
        period = Period.around(day, length=length)
        counts = work_done(Whose(person=who.clerk), period, reader=who.clerk).counts["初审"]
        assert counts == [sum(first <= one <= last for one in days) for _name, first, last in period.parts]
        assert sum(counts) > 0


def test_nobody_reads_in_it_what_he_may_not_see(year, who):
    acting.bar(year[0].case, people=[who.director], actor=who.clerk, reason="回避", at=year[0].at)
    assert kinds(Whose(), who.director) == {"登记": 2, "初审": 1, "拟办": 1}
    assert kinds(Whose(), who.outsider) == {}


def test_the_queries_do_not_grow_with_the_papers(year, who, paper):
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            work_done(Whose(), YEAR, reader=who.clerk)
        return len(caught)

    asked()
    few = asked()
    for _more in range(5):
        paper()
    assert asked() == few


# --- Who may ask ---


def test_everybody_asks_for_his_own_a_head_for_his_unit_director_and_leaders_for_all(who):
    crops, office = who.departments["crops"], who.departments["office"]
    allowed = {
        who.outsider: [Whose(person=who.outsider)],
        who.handler: [Whose(person=who.handler), Whose(person=who.colleague), Whose(unit=crops)],
        who.director: [Whose(), Whose(unit=crops), Whose(person=who.leader)],
        who.leader: [Whose(), Whose(unit=office)],
    }
    refused = {
        who.outsider: [Whose(), Whose(unit=crops), Whose(person=who.colleague)],
        who.handler: [Whose(), Whose(unit=office), Whose(person=who.clerk)],
    }
    assert [whose for one, asked in allowed.items() for whose in asked if not may_ask(one, whose)] == []
    assert [whose for one, asked in refused.items() for whose in asked if may_ask(one, whose)] == []


def test_the_page_offers_what_may_be_asked_and_refuses_the_rest(year, who, client):
    client.force_login(who.handler)
    page = client.get("/work-done/", {"length": "year", "day": "2026-11-16"}).content.decode()
    assert "赵立军 2026年" in page and "承办 1 件" in page
    assert client.get("/work-done/", {"whose": "office"}).status_code == 422
    assert client.get("/work-done/", {"whose": f"person:{who.clerk.pk}"}).status_code == 422
    client.force_login(who.director)
    page = client.get("/work-done/", {"whose": "office", "length": "year", "day": "2026-11-16"}).content.decode()
    assert "登记 3 件" in page


# --- The file ---


def written(content: bytes) -> tuple[list[str], list[list[list[str]]]]:
    document = docx.Document(io.BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    return [one.text for one in document.paragraphs], tables


def test_the_file_counts_and_lists(year, who):
    words, (counts, papers) = written(work_docx.made(work_done(Whose(person=who.clerk), YEAR, reader=who.clerk)))
    assert words[0] == "工作清单" and "陈雅文　2026年" in words[1]
    assert words[3].startswith("经手 3 件，其中已办结 1 件；登记 3 件、初审 2 件、分办 1 件、办结 1 件。")
    assert counts[0] == ["事项", *(f"{month}月" for month in range(1, 13)), "合计"]
    assert counts[1] == ["登记", *[""] * 10, "3", "", "3"]
    assert [row[1:4] for row in papers[1:]] == [
        [str(one.case), one.case.title, "来文单位above"] for one in year
    ]  # fmt: skip
    assert papers[1][4:] == ["登记、初审、分办、办结", "11-16", "办结"]


def test_a_thousand_papers_do_not_take_a_minute(year, who):
    found = work_done(Whose(person=who.clerk), YEAR, reader=who.clerk)
    found.papers *= 400
    _words, (_counts, papers) = written(work_docx.made(found))
    assert len(papers) == 1201


def test_a_guarded_paper_stands_in_it_by_its_number_alone(year, who):
    case = year[0].case
    case.restricted = True
    case.save()
    found = work_done(Whose(person=who.clerk), YEAR, reader=who.clerk)
    _words, (_counts, papers) = written(work_docx.made(found))
    assert papers[1][2:4] == ["限定知悉范围的文件", ""]


def test_the_worker_makes_it_and_only_who_may_still_see_it_gets_it(year, who, client):
    case = year[0].case
    case.restricted = True
    case.save()
    client.force_login(who.clerk)
    client.post("/work-done/file/", {"whose": f"person:{who.clerk.pk}", "length": "year", "day": "2026-11-16"})
    job = Job.objects.get(kind="work_done")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.failed, job.result_name) == ("", "工作清单 陈雅文 2026年.docx")
    assert set(job.shows) == {one.case.public_id for one in year}
    answer = client.get(f"/jobs/{job.public_id}/file/")
    assert answer.headers["Content-Type"].endswith("wordprocessingml.document")
    with open_stored(job.result) as kept:
        assert "工作清单" in written(kept.read())[0]
    assert Look.objects.filter(case=case, person=who.clerk, what="工作清单").exists()
    acting.bar(case, people=[who.clerk], actor=who.director, reason="回避", at=year[0].at)
    assert client.get(f"/jobs/{job.public_id}/file/").status_code == 302
