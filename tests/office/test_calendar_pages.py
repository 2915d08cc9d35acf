"""The working calendar on its pages: all see it, the 系统管理员 edits it, dates that would move are confirmed."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from documents import registering
from office import acting
from office.clock import statutory_days
from office.models import Case, Clock, Day, Organisation
from office.models.clocks import KnownYear
from tests.make import series
from tests.people import CHINA, MONDAY, at_desk

WEDNESDAY = date(2026, 11, 18)
DAY = f"/calendar/2026/{WEDNESDAY}/"
UNKNOWN = 2031


@pytest.fixture
def system(who) -> Client:
    return at_desk("system")


@pytest.fixture
def running(who) -> Clock:
    """A leader's clock: two working days from Monday 16 November, due on Wednesday at closing time."""
    sender = Organisation.objects.create(name="省农业农村厅", group="above")
    case: Case = registering.register(
        actor=who.clerk, series=series(), sender=sender, title="关于秋冬种的通知", at=MONDAY, received_on=MONDAY.date()
    )
    acting.act(case.turns.get(), "pass", actor=who.clerk, at=MONDAY)
    acting.act(
        case.turns.get(ended_at__isnull=True), "submit", actor=who.director, opinion="请办", names=[who.leader],
        values={"lead": who.posts["crops"]}, at=MONDAY + timedelta(minutes=1),
    )
    return Clock.objects.get(turn=case.turns.get(side=False, ended_at__isnull=True))


def text(response) -> str:
    return response.content.decode()


def due(day: int) -> datetime:
    return datetime(2026, 11, day, 17, 30, tzinfo=CHINA)


def day_off(system: Client, **fields):
    return system.post(DAY, {"kind": "off", "note": "全县动员", "source": "县政府通知", **fields})


# --- Known years and others ---


def test_a_known_year_names_its_source(who):
    page = text(at_desk("clerk").get("/calendar/2026/"))
    assert "依据：国务院办公厅放假通知" in page
    assert "这一年的放假安排还没有录入" not in page


def test_a_year_whose_notice_is_not_entered_says_that_it_is_reckoned(who):
    page = text(at_desk("clerk").get(f"/calendar/{UNKNOWN}/"))
    assert "这一年的放假安排还没有录入：按双休日和法定节日推算" in page


@pytest.mark.parametrize("year", [2018, 1000, 9999])
def test_years_beyond_reckoning_are_not_found(who, year):
    assert at_desk("clerk").get(f"/calendar/{year}/").status_code == 404


@pytest.mark.parametrize("username", ["clerk", "security", "audit"])
def test_only_the_system_administrator_is_offered_to_edit(who, username):
    assert "/calendar/2026/2026-11-18/" not in text(at_desk(username).get("/calendar/2026/"))
    assert at_desk(username).post(DAY, {"kind": "off"}).status_code == 404


def test_a_day_is_edited_in_its_own_year_only(system):
    assert system.get(f"/calendar/2027/{WEDNESDAY}/").status_code == 404
    assert system.get("/calendar/2026/2026-13-45/").status_code == 404


# --- A day changed ---


def test_a_day_off_that_moves_nothing_leads_back_to_its_year(system):
    response = day_off(system)
    assert response["Location"] == "/calendar/2026/"
    assert Day.objects.get(date=WEDNESDAY).kind == "off"
    assert "2026-11-18 已改" in text(system.get("/calendar/2026/"))


def test_a_day_is_given_back_to_its_weekday(system):
    day_off(system)
    system.post(DAY, {"kind": ""})
    assert not Day.objects.filter(date=WEDNESDAY).exists()


def test_an_unknown_kind_of_day_is_refused(system):
    response = system.post(DAY, {"kind": "party"})
    assert response.status_code == 200
    assert "kind" in response.context["form"].errors
    assert not Day.objects.filter(date=WEDNESDAY).exists()


def test_a_day_off_moves_no_date_before_it_is_confirmed(system, running):
    assert running.due_at == due(18)
    assert day_off(system)["Location"] == "/calendar/moved/"
    running.refresh_from_db()
    assert running.due_at == due(18)


def test_the_dates_that_would_move_are_listed_without_titles(system, running):
    day_off(system)
    page = system.get("/calendar/moved/")
    assert page.context["count"] == page.context["later"] == 1
    (row,) = page.context["rows"]
    assert row == ["收文办理·批示", "2026-11-18 17:30", "2026-11-19 17:30", "1"]
    assert "关于秋冬种的通知" not in text(page)
    assert "收〔2026〕" not in text(page)


def test_confirmed_dates_move_and_the_first_one_is_kept(system, running):
    day_off(system)
    shown = system.get("/calendar/moved/").context["print"]
    assert system.post("/calendar/moved/", {"print": shown})["Location"] == "/calendar/"
    running.refresh_from_db()
    assert (running.first_due_at, running.due_at) == (due(18), due(19))
    assert running.turn.due_at == due(19)
    assert "已改 1 个期限" in text(system.get("/calendar/"))
    assert system.get("/calendar/moved/").context["count"] == 0


def test_a_list_that_has_changed_meanwhile_is_shown_again(system, running):
    day_off(system)
    shown = system.get("/calendar/moved/").context["print"]
    Day.objects.create(date=date(2026, 11, 19), kind="off", note="又放一天")
    response = system.post("/calendar/moved/", {"print": shown})
    assert response.status_code == 200
    assert "这期间又有期限变了" in text(response)
    assert response.context["rows"][0][2] == "2026-11-20 17:30"
    running.refresh_from_db()
    assert running.due_at == due(18)


def test_a_confirmed_date_says_why(system, running):
    day_off(system)
    system.post("/calendar/moved/", {"print": system.get("/calendar/moved/").context["print"]})
    page = text(at_desk("clerk").get(f"/clocks/{running.pk}/"))
    assert "全县动员" in page


def test_a_make_up_day_brings_a_date_forward(system, who, running):
    Day.objects.create(date=date(2026, 11, 17), kind="off")
    system.post("/calendar/moved/", {"print": system.get("/calendar/moved/").context["print"]})
    running.refresh_from_db()
    assert running.due_at == due(19)
    system.post("/calendar/2026/2026-11-17/", {"kind": "", "note": "", "source": ""})
    page = system.get("/calendar/moved/")
    assert (page.context["count"], page.context["later"], page.context["sooner"]) == (1, 0, 1)
    assert "1 个提前" in text(page) and "推后" not in text(page)


def test_a_day_that_is_worked_anyway_is_not_made_up_for(system):
    page = system.post("/calendar/2026/2026-11-17/", {"kind": "work", "note": "", "source": ""})
    assert "本来就上班" in text(page)
    assert not Day.objects.filter(date=date(2026, 11, 17)).exists()
    system.post("/calendar/2026/2026-11-21/", {"kind": "work", "note": "", "source": ""})
    assert Day.objects.get(date=date(2026, 11, 21)).kind == "work"


# --- A year's notice ---


def test_a_year_without_a_single_day_off_is_not_called_complete(system):
    page = system.get(f"/calendar/{UNKNOWN}/known/")
    assert "还一天放假都没有录" in text(page)
    system.post(f"/calendar/{UNKNOWN}/known/", {"source": "国办发明电〔2030〕1号"})
    assert not KnownYear.objects.filter(year=UNKNOWN).exists()


def test_a_year_is_complete_when_its_days_are_entered_and_its_source_named(system):
    Day.objects.create(date=date(UNKNOWN, 1, 1), kind="holiday", note="元旦")
    page = text(system.post(f"/calendar/{UNKNOWN}/known/", {"source": "国办发明电〔2030〕1号"}))
    assert f"劳动节 {UNKNOWN}-05-01" in page or f"国庆节 {UNKNOWN}-10-01" in page
    for day, name in statutory_days(UNKNOWN).items():
        Day.objects.update_or_create(date=day, defaults={"kind": "holiday", "note": name})
    assert "source" in system.post(f"/calendar/{UNKNOWN}/known/", {"source": ""}).context["form"].errors
    system.post(f"/calendar/{UNKNOWN}/known/", {"source": "国办发明电〔2030〕1号"})
    page = text(system.get(f"/calendar/{UNKNOWN}/"))
    assert "国办发明电〔2030〕1号" in page
    assert "这一年的放假安排还没有录入" not in page


def test_who_changed_the_calendar_is_read_by_the_auditor(system):
    day_off(system)
    day_off(system, note="全县大会")
    page = text(at_desk("audit").get("/audit/changes/?kind=day"))
    assert "2026-11-18" in page
    assert "说明：全县动员 → 全县大会" in page
    assert "系统员" in page
