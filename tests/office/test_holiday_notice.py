"""The State Council's notices are read as they are written, and what contradicts itself is said."""

import io
from datetime import date, datetime, timedelta

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from office import holiday_notice, missing_year
from office.clock import Calendar, Day, statutory_days
from office.models import Clock, Notice
from office.models import Day as Row
from office.models.clocks import KnownYear
from tests import file_samples
from tests.notices import TEXTS
from tests.office.test_calendar_pages import running
from tests.people import CHINA, at_desk

__all__ = ["running"]

NEW, CHECK = "/calendar/notice/", "/calendar/notice/check/"
# What was announced later by notices of their own: Labour Day 2019 was made longer, Spring Festival 2020 as well.
CHANGED_LATER = {
    2019: {"2019-04-28", "2019-05-02", "2019-05-03", "2019-05-05"},
    2020: {"2020-01-31", "2020-02-01"},
}
LABOUR_DAY_2019 = """国务院办公厅关于调整2019年劳动节假期安排的通知
国办发明电〔2019〕3号
经国务院批准，现将2019年劳动节假期安排调整为：2019年5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。"""
# 2028 has no notice yet; one is written for it here, as one year may look like another.
MADE_UP = """国务院办公厅关于2028年部分节假日安排的通知
国办发明电〔2027〕9号
一、元旦：1月1日（周六）至3日（周一）放假，共3天。
二、春节：1月25日（周二）至31日（周一）放假调休，共7天。1月22日（周六）、2月5日（周六）上班。
三、清明节：4月4日（周二）放假1天，不调休。
四、劳动节：5月1日（周一）至5日（周五）放假调休，共5天。4月29日（周六）、5月6日（周六）上班。
五、端午节：5月28日（周日）至29日（周一）放假，共2天。
六、国庆节、中秋节：10月1日（周日）至8日（周日）放假调休，共8天。9月30日（周六）、10月14日（周六）上班。"""


def kinds(read: holiday_notice.Read) -> dict[date, str]:
    return {day: one.kind for day, one in read.days.items()}


def days_of(year: int) -> list[date]:
    return [day for n in range(366) if (day := date(year, 1, 1) + timedelta(days=n)).year == year]


# --- Reading ---


@pytest.mark.parametrize("year", TEXTS)
def test_a_years_notice_is_read_as_the_calendar_has_it(year):
    read = holiday_notice.read(TEXTS[year])
    mine = Calendar({day: Day(one.kind, one.note) for day, one in read.days.items()}, [year])
    known = Calendar.from_package([year])
    different = {day.isoformat() for day in days_of(year) if mine.is_workday(day) != known.is_workday(day)}
    assert different == CHANGED_LATER.get(year, set())
    assert read.year == year
    assert read.doubts == []


@pytest.mark.parametrize("year", [year for year in TEXTS if year != 2020])
def test_a_notice_as_it_was_published_has_no_fault(year):
    assert holiday_notice.faults(year, kinds(holiday_notice.read(TEXTS[year]))) == []


def test_its_number_is_its_source():
    assert holiday_notice.read(TEXTS[2026]).source == (
        "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"
    )


def test_what_is_statutory_is_told_from_what_is_exchanged():
    read = holiday_notice.read(TEXTS[2026])
    named = {day: read.days[date(2026, *day)] for day in [(1, 1), (1, 2), (1, 4), (2, 16), (2, 14)]}
    assert {day: one.kind for day, one in named.items()} == {
        (1, 1): "holiday", (1, 2): "off", (1, 4): "work", (2, 16): "holiday", (2, 14): "work"
    }  # fmt: skip
    assert named[(2, 14)].note == "春节"


def test_days_of_the_year_before_and_after_are_read_as_such():
    read = holiday_notice.read(TEXTS[2023])
    assert read.days[date(2022, 12, 31)].note == "元旦"
    assert holiday_notice.read(TEXTS[2019]).days[date(2018, 12, 29)].kind == "work"


def test_a_change_of_one_festival_is_read_too():
    read = holiday_notice.read(LABOUR_DAY_2019)
    assert (read.year, read.doubts) == (2019, [])
    assert [day.isoformat() for day, one in read.days.items() if one.kind == "work"] == ["2019-04-28", "2019-05-05"]
    assert [day.day for day, one in read.days.items() if one.kind != "work"] == [1, 2, 3, 4]


def test_full_width_figures_brackets_and_broken_lines_are_read():
    typed = TEXTS[2026].replace("（", "(").replace("）", ")").replace("1月4日", "１月\n４日").replace("：", ":")
    assert kinds(holiday_notice.read(typed)) == kinds(holiday_notice.read(TEXTS[2026]))


@pytest.mark.parametrize(
    "right, wrong, sentence",
    [
        ("1月1日（周四）", "1月1日（周五）", "元旦：写的是周五，2026-01-01 是周四。"),
        ("至6日（周一）放假，共3天", "至7日（周二）放假，共3天",
         "清明节：写的是共 3 天，2026-04-04 至 2026-04-07 是 4 天。"),
        ("1月4日（周日）上班", "1月5日（周一）上班", "元旦：写着 2026-01-05（周一）上班，这一天本来就上班。"),
        ("2月14日（周六）", "2月15日（周日）", "2026-02-15 又放假又上班（春节、春节），只能有一种。"),
        ("6月19日（周五）至21日", "6月31日（周五）至21日",
         "端午节：没有“6月31日（周五）至21日（周日）”这一天，没有录入。"),
        ("5月1日（周五）至5日（周二）", "5月5日（周二）至1日（周五）",
         "劳动节：“5月5日（周二）至1日（周五）”前后不对，没有录入。"),
        ("9月25日（周五）至27日（周日）放假，共3天。", "9月25日（周五）至27日（周日）休息。",
         "中秋节：看不懂“9月25日（周五）至27日（周日）休息”，没有录入。"),
    ],
)  # fmt: skip
def test_a_contradiction_is_said_and_not_guessed_at(right, wrong, sentence):
    assert right in TEXTS[2026]
    assert sentence in holiday_notice.read(TEXTS[2026].replace(right, wrong)).doubts


def test_a_statutory_day_left_out_is_a_fault():
    read = holiday_notice.read(TEXTS[2026].replace("五、端午节：6月19日（周五）至21日（周日）放假，共3天。", ""))
    assert holiday_notice.faults(2026, kinds(read)) == ["端午节 2026-06-19是法定节假日，却没有写成放假。"]


@pytest.mark.parametrize("text", ["请各单位做好值班。", "关于2027年部分节假日安排的通知", "一、元旦：1月1日放假。"])
def test_what_is_no_notice_is_said(text):
    assert holiday_notice.read(text).doubts


def test_the_year_may_be_said_beside_a_text_without_title():
    read = holiday_notice.read("一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。", year=2026)
    assert len(read.days) == 4
    assert read.doubts == []


# --- Bringing it ---


@pytest.fixture
def system(who) -> Client:
    return at_desk("system")


def typed(form, **changed) -> dict:
    """What the check page sends back, with some of its fields changed."""
    fields = {field.html_name: field.value() if field.value() is not None else "" for field in form}
    return {**fields, **changed}


def bring(system: Client, text: str = MADE_UP):
    system.post(NEW, {"text": text})
    return system.get(CHECK)


def errors(response) -> str:
    return " ".join(sum(response.context["form"].errors.values(), []))


def place_of(form, day: str) -> str:
    return next(name[:-5] for name, value in form.initial.items() if value == day)


def test_nothing_is_kept_before_it_was_looked_through(system):
    page = bring(system)
    assert page.context["year"] == 2028
    assert not Row.objects.filter(date__year=2028).exists()
    assert not KnownYear.objects.filter(year=2028).exists()


def test_what_was_looked_through_is_kept_with_its_source(system):
    form = bring(system).context["form"]
    assert system.post(CHECK, typed(form))["Location"] == "/calendar/2028/"
    row = Row.objects.get(date=date(2028, 5, 6))
    assert (row.kind, row.note) == ("work", "劳动节")
    assert "国办发明电〔2027〕9号" in row.source
    assert "国办发明电〔2027〕9号" in KnownYear.objects.get(year=2028).source
    assert KnownYear.history.get(year=2028).history_user.username == "system"


def test_each_day_can_be_changed_left_out_and_added(system):
    form = bring(system).context["form"]
    changed, left_out = place_of(form, "2028-05-06"), place_of(form, "2028-04-29")
    spare = form.places[-1]
    fields = {
        f"{changed}-date": "2028-05-13", f"{left_out}-kind": "",
        f"d{spare}-date": "2028-12-25", f"d{spare}-kind": "off", f"d{spare}-note": "县庆",
    }  # fmt: skip
    system.post(CHECK, typed(form, **fields))
    kept = dict(Row.objects.filter(date__year=2028).values_list("date", "kind"))
    assert kept[date(2028, 5, 13)] == "work"
    assert kept[date(2028, 12, 25)] == "off"
    assert not {date(2028, 5, 6), date(2028, 4, 29)} & set(kept)


@pytest.mark.parametrize(
    "field, value, sentence",
    [
        ("kind", "", "清明节 2028-04-04是法定节假日，却没有写成放假。"),
        ("date", "2028-01-03", "2028-01-03 写了两次。"),
        ("date", "2031-01-01", "2031-01-01 不在 2028 年前后。"),
    ],
)
def test_what_may_not_be_is_refused_and_nothing_is_kept(system, field, value, sentence):
    form = bring(system).context["form"]
    first = place_of(form, "2028-04-04")
    page = system.post(CHECK, typed(form, **{f"{first}-{field}": value}))
    assert sentence in errors(page)
    assert not Row.objects.filter(date__year=2028).exists()


def test_a_day_made_up_for_on_a_working_day_is_refused(system):
    form = bring(system).context["form"]
    page = system.post(CHECK, typed(form, **{f"{place_of(form, '2028-05-06')}-date": "2028-05-09"}))
    assert "2028-05-09 本来就上班，不用补班。" in errors(page)


def test_doubts_are_compared_with_the_paper_before_anything_is_kept(system):
    page = bring(system, MADE_UP.replace("共8天", "共7天"))
    assert page.context["doubts"] == ["国庆节、中秋节：写的是共 7 天，2028-10-01 至 2028-10-08 是 8 天。"]
    refused = system.post(CHECK, typed(page.context["form"]))
    assert "请对照原文改好，再勾上这一句" in errors(refused)
    system.post(CHECK, typed(page.context["form"], compared="on"))
    assert KnownYear.objects.filter(year=2028).exists()


def test_days_the_office_has_entered_itself_are_shown_and_stay(system):
    Row.objects.create(date=date(2028, 3, 15), kind="off", note="全县动员", source="县政府通知")
    form = bring(system).context["form"]
    assert "日历里原有，通知里没有" in [row["now"] for row in form.rows]
    system.post(CHECK, typed(form))
    assert Row.objects.get(date=date(2028, 3, 15)).source == "县政府通知"


def test_what_contradicts_the_calendar_is_said_beside_the_day(system):
    Row.objects.create(date=date(2028, 5, 6), kind="off", note="县庆")
    assert "日历里原来是休息" in [row["now"] for row in bring(system).context["form"].rows]


def test_running_dates_are_confirmed_afterwards(system, running):
    before = running.due_at
    text = TEXTS[2026].replace("10月10日（周六）上班。", "10月10日（周六）上班。\n八、元旦：11月18日（周三）放假1天。")
    page = bring(system, text)
    assert system.post(CHECK, typed(page.context["form"]))["Location"] == "/calendar/moved/"
    assert Clock.objects.get(pk=running.pk).due_at == before
    assert system.get("/calendar/moved/").context["count"] == 1


def word(text: str) -> bytes:
    made, content = docx.Document(), io.BytesIO()
    for line in text.splitlines():
        made.add_paragraph(line)
    made.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    "name, content",
    [
        ("通知.txt", MADE_UP.encode()),
        ("通知.TXT", MADE_UP.encode("gb18030")),
        ("通知.docx", word(MADE_UP)),
    ],
)
def test_an_uploaded_notice_is_read(system, name, content):
    assert system.post(NEW, {"file": SimpleUploadedFile(name, content)})["Location"] == CHECK
    assert system.get(CHECK).context["year"] == 2028


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("扫描.pdf", file_samples.pdf(1), "没有文字"),
        ("通知.png", file_samples.picture(), "读不出文字"),
        ("别的.txt", "请各单位做好值班。".encode(), "没有找到是哪一年"),
        ("坏的.docx", b"PK", "坏的.docx"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(system, name, content, sentence):
    page = system.post(NEW, {"file": SimpleUploadedFile(name, content)})
    assert sentence in errors(page)


def test_nothing_brought_is_said(system):
    assert errors(system.post(NEW, {"text": " "})) == "请贴上通知的文字，或者选择文件。"
    assert system.get(CHECK)["Location"] == NEW


@pytest.mark.parametrize("username", ["clerk", "security", "audit"])
def test_only_the_system_administrator_enters_it(who, username):
    assert {at_desk(username).get(url).status_code for url in (NEW, CHECK)} == {404}


# --- The year that is missing ---


def on(month: int, day: int, *, year: int = 2026, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CHINA)


@pytest.mark.parametrize(
    "at, year", [(on(10, 31), None), (on(11, 1), 2027), (on(12, 31), 2027), (on(1, 1, year=2027), 2027)]
)
def test_the_coming_year_is_missed_from_november_on(who, at, year):
    assert missing_year.missing(at.date()) == year


def warned(username: str, monkeypatch, at: datetime) -> bool:
    monkeypatch.setattr(timezone, "now", lambda: at)
    page = at_desk(username).get("/dials/" if username == "system" else "/calendar/").content.decode()
    return "2027 年的放假安排还没有录入。国务院办公厅" in page


@pytest.mark.parametrize("username", ["clerk", "security", "system"])
def test_the_pages_warn_until_it_is_entered(who, monkeypatch, username):
    assert not warned(username, monkeypatch, on(10, 20))
    assert warned(username, monkeypatch, on(11, 2))
    KnownYear.objects.create(year=2027)
    assert not warned(username, monkeypatch, on(11, 2))


def told() -> int:
    return Notice.objects.filter(person__username="system", kind="missing_year", read_at__isnull=True).count()


def test_each_system_administrator_is_told_once_a_week(who):
    for at in (on(10, 30), on(11, 2), on(11, 2, hour=10), on(11, 8), on(11, 9)):
        missing_year.tell(at)
    # In the week of 2 November once, in the next once more; nobody else.
    assert told() == 2
    assert Notice.objects.filter(kind="missing_year").count() == 2


def test_nobody_is_reminded_any_more_once_it_is_entered(system, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: on(11, 2))
    missing_year.tell(on(11, 2))
    system.post(CHECK, typed(bring(system).context["form"]))
    assert told() == 1, "another year was entered"
    for day, name in statutory_days(2027).items():
        Row.objects.create(date=day, kind="holiday", note=name)
    system.post("/calendar/2027/known/", {"source": "国办发明电〔2026〕9号"})
    assert told() == 0
    assert missing_year.tell(on(11, 9)) == 0
