"""Every version of a setting is compared with the one before and today's, and brought back by who may change it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents import registering
from office import numbering
from office.models import Day, Department, Organisation, Phrase, Post, Series, User
from office.models.clocks import KnownYear
from office.models.dials import Ladder, ProcedureChoice, Setting, StepSetting
from office.views.bringing_back import KEPT
from office.views.history import TAKEN_BACK
from tests.make import series
from tests.people import MONDAY, at_desk

MINUTES = "/dials/values/correction_minutes/"
HANDLE = "/dials/steps/documents.incoming/handle/"
WEDNESDAY = date(2026, 11, 18)
DAY = f"/calendar/2026/{WEDNESDAY}/"


@pytest.fixture(autouse=True)
def cast_in_place(who):
    return who


@pytest.fixture
def system() -> Client:
    return at_desk("system")


def today() -> date:
    return timezone.localdate()


def url_of(record: Any) -> str:
    return f"/versions/{record.instance_type._meta.model_name}/{record.history_id}/"


def first_of(model: Any, **key: Any) -> Any:
    return model.history.filter(**key).order_by("history_date", "history_id").first()


def last_of(model: Any, **key: Any) -> Any:
    return model.history.filter(**key).order_by("history_date", "history_id").last()


def back(client: Client, record: Any, **typed: Any):
    return client.post(url_of(record), {"reason": "改错了", **typed})


def errors(response) -> list[str]:
    return sum(response.context["form"].errors.values(), [])


def rows(client: Client, record: Any) -> dict[str, tuple]:
    page = client.get(url_of(record))
    return {row["label"]: (row["before"], row["then"], row["now"]) for row in page.context["rows"]}


def minutes(system: Client, *values: int) -> None:
    for value in values:
        system.post(MINUTES, {"value": str(value)})


# --- Comparing ---


def test_a_version_stands_beside_the_one_before_and_todays(system):
    minutes(system, 10, 15, 20)
    second = Setting.history.filter(code="correction_minutes").order_by("history_id")[1]
    assert rows(system, second) == {"取值": ("10 分钟", "15 分钟", "20 分钟")}


def test_the_history_of_a_setting_leads_to_each_version(system):
    minutes(system, 10, 15)
    urls = [row["url"] for row in system.get(MINUTES).context["history"]]
    assert len(urls) == 2
    assert {system.get(url).status_code for url in urls} == {200}


def test_the_audit_administrator_compares_and_changes_nothing(system):
    minutes(system, 10, 15)
    record = first_of(Setting)
    audit = at_desk("audit")
    row = next(one for one in audit.get("/audit/changes/").context["rows"] if one["url"] == url_of(record))
    page = audit.get(row["url"])
    assert (page.status_code, page.context["form"]) == (200, None)
    assert back(audit, record).status_code == 404
    assert Setting.objects.get(code="correction_minutes").value == 15


@pytest.mark.parametrize("username, status", [("system", 200), ("audit", 200), ("security", 404), ("clerk", 404)])
def test_a_setting_of_the_system_administrator_is_nobody_elses_to_see(system, username, status):
    minutes(system, 10)
    assert at_desk(username).get(url_of(first_of(Setting))).status_code == status


@pytest.mark.parametrize("username, status", [("security", 200), ("audit", 200), ("system", 404)])
def test_a_post_is_the_security_administrators(who, username, status):
    assert at_desk(username).get(url_of(first_of(Post, id=who.posts["clerk"].pk))).status_code == status


def test_accounts_and_who_sits_where_are_not_taken_back(who):
    audit = at_desk("audit")
    people = audit.get("/audit/changes/?kind=user").context["rows"]
    assert people
    assert {row["url"] for row in people} == {""}
    assert audit.get(f"/versions/user/{User.history.first().history_id}/").status_code == 404


def test_every_setting_whose_history_leads_somewhere_can_be_brought_back():
    assert set(KEPT) == TAKEN_BACK


def test_what_was_there_from_the_beginning_has_a_first_version_that_is_no_news():
    assert Day.history.filter(date=date(2026, 10, 1), history_change_reason="起始值").count() == 1
    assert KnownYear.history.filter(year=2026).exists()
    shown = at_desk("audit").get("/audit/changes/?kind=day").context["rows"]
    assert shown == []


# --- Bringing back ---


def test_an_earlier_value_holds_again_and_that_is_a_change_with_its_reason(system):
    minutes(system, 10, 15)
    first = first_of(Setting)
    assert back(system, first)["Location"] == "/dials/"
    assert Setting.objects.get(code="correction_minutes").value == 10
    record = last_of(Setting)
    when = timezone.localtime(first.history_date).strftime("%Y-%m-%d %H:%M")
    assert record.history_change_reason == f"恢复到 {when} 的版本：改错了"
    assert record.history_user.username == "system"
    assert system.get(MINUTES).context["history"][0]["words"].startswith(f"恢复到 {when} 的版本：改错了")


def test_what_was_brought_back_is_said_in_the_readers_language(system):
    minutes(system, 10, 15)
    back(system, first_of(Setting))
    system.cookies["django_language"] = "en"
    assert "恢复到" not in system.get(MINUTES).context["history"][0]["words"]


def test_no_version_is_brought_back_without_a_reason(system):
    minutes(system, 10, 15)
    assert errors(back(system, first_of(Setting), reason=" "))
    assert Setting.objects.get(code="correction_minutes").value == 15


def test_what_is_so_already_is_not_brought_back(system):
    minutes(system, 10)
    assert errors(back(system, first_of(Setting))) == ["现在就是这一版，不用恢复。"]
    assert Setting.history.count() == 1


def test_a_version_that_was_overtaken_meanwhile_is_looked_at_again(system):
    minutes(system, 10, 15)
    record = first_of(Setting)
    shown = system.get(url_of(record)).context["form"].initial["latest"]
    minutes(system, 20)
    assert errors(back(system, record, latest=shown)) == ["这期间又有人改过，请再看一遍再恢复。"]
    assert Setting.objects.get(code="correction_minutes").value == 20


def test_hours_brought_back_lead_to_the_dates_they_move(system):
    from office.dials import DIALS

    for closing in ("17:00", "18:00"):
        system.post("/dials/values/hours/", {**DIALS["hours"].default, "afternoon_ends": closing})
    assert back(system, first_of(Setting))["Location"] == "/calendar/moved/"
    assert Setting.objects.get(code="hours").value["afternoon_ends"] == "17:00"


# --- Dated settings ---


def turned(system: Client, *, since: date, **typed: Any):
    return system.post(HANDLE, {"since": since.isoformat(), **typed})


def limit(n: int) -> dict:
    return {"normal_count": str(n), "normal_kind": "workdays"}


def test_a_limit_is_brought_back_from_a_day_on_and_running_papers_keep_theirs(system, who):
    turned(system, since=today(), **limit(3))
    turned(system, since=today() + timedelta(days=1), **limit(9))
    sender = Organisation.objects.create(name="省农业农村厅", group="above")
    registering.register(
        actor=who.clerk, series=series(), sender=sender, title="关于秋冬种的通知", received_on=today()
    )
    record = first_of(StepSetting)
    # Not before what is set for tomorrow, which would overrule it.
    assert system.get(url_of(record)).context["form"].initial["since"] == (today() + timedelta(days=1)).isoformat()
    refused = back(system, record, since=today().isoformat())
    assert "办理中的文件仍按开始时的办法走" in errors(refused)[0]
    later = today() + timedelta(days=2)
    assert back(system, record, since=later.isoformat())["Location"] == "/dials/steps/documents.incoming/"
    kept = {one.since: one.limits["normal"]["count"] for one in StepSetting.objects.all()}
    assert kept == {today(): 3, today() + timedelta(days=1): 9, later: 3}


def test_a_retired_post_is_not_brought_back_and_the_sentence_says_so(system, who):

    review = "/dials/steps/documents.incoming/propose/"
    system.post(review, {"since": today().isoformat(), "post": who.posts["typist"].pk})
    system.post(review, {"since": today().isoformat(), "post": who.posts["clerk"].pk})
    Post.objects.filter(pk=who.posts["typist"].pk).update(retired=True)
    refused = back(system, first_of(StepSetting, step="propose"), since=today().isoformat())
    assert errors(refused) == ["“由哪个岗位办”当时是“打字员”，现在已经停用或不能选。"]
    assert StepSetting.objects.get(step="propose").post_id == who.posts["clerk"].pk


def test_a_step_that_is_declared_no_more_is_not_brought_back(system):
    StepSetting.objects.create(procedure="documents.nosuch", step="gone", since=today())
    assert "现在就是这一版" in errors(back(system, last_of(StepSetting), since=today().isoformat()))[0]
    StepSetting.objects.update(skipped=True)
    refused = back(system, last_of(StepSetting), since=today().isoformat())
    assert errors(refused) == ["这个环节已经不再使用，恢复不了。"]


def test_the_choice_of_a_procedure_is_brought_back(system):
    for code in ("documents.short", "documents.national"):
        system.post("/dials/procedures/documents.incoming/", {"procedure": code, "since": today().isoformat()})
    back(system, first_of(ProcedureChoice), since=today().isoformat())
    assert ProcedureChoice.objects.get().procedure == "documents.short"
    assert "请写今天或以后的日期" in errors(back(system, last_of(ProcedureChoice, procedure="documents.national"),
                                     since=(today() - timedelta(days=1)).isoformat()))[0]


def test_a_ladder_is_brought_back_rung_by_rung(system):
    page = system.get("/dials/ladders/normal/").context["form"]
    fields = {name: value for name, value in page.initial.items() if value is not None and name != "always"}
    system.post("/dials/ladders/normal/", {**fields, "since": today().isoformat()})
    before = Ladder.objects.get().rungs
    system.post("/dials/ladders/normal/", {**fields, "r0-label": "早些提醒", "since": today().isoformat()})
    assert Ladder.objects.get().rungs != before
    back(system, first_of(Ladder), since=today().isoformat())
    assert Ladder.objects.get().rungs == before


# --- The calendar ---


def test_a_deleted_day_is_brought_back(system):
    system.post(DAY, {"kind": "off", "note": "全县动员", "source": "县政府通知"})
    system.post(DAY, {"kind": ""})
    deleted = last_of(Day, date=WEDNESDAY)
    assert system.get(url_of(deleted)).context["deleted"]
    assert back(system, deleted)["Location"] == "/calendar/2026/"
    row = Day.objects.get(date=WEDNESDAY)
    assert (row.kind, row.note, row.source) == ("off", "全县动员", "县政府通知")


def test_a_day_of_the_official_notice_that_was_changed_is_brought_back(system):
    national = date(2026, 10, 2)
    system.post(f"/calendar/2026/{national}/", {"kind": "work", "note": ""})
    assert rows(system, last_of(Day, date=national))["类别"] == ("放假", "上班", "上班")
    back(system, first_of(Day, date=national))
    assert Day.objects.get(date=national).kind == "holiday"


def test_the_calendar_shows_who_changed_which_day(system):
    system.post(DAY, {"kind": "off", "note": "全县动员"})
    system.post(DAY, {"kind": ""})
    history = system.get("/calendar/2026/").context["history"]
    assert [row["words"] for row in history] == ["2026-11-18：删去", "2026-11-18：新增：类别 休息；说明 全县动员"]
    assert at_desk("clerk").get("/calendar/2026/").context["history"] == []


def test_the_source_of_a_year_is_brought_back(system):
    year = KnownYear.objects.get(year=2026)
    was, year.source = year.source, "写错了"
    year.save()
    back(system, first_of(KnownYear, year=2026))
    assert KnownYear.objects.get(year=2026).source == was


# --- Books and departments ---


def test_a_series_is_brought_back_but_never_its_numbers(system):
    row = Series.objects.get(name="平", year=2026)
    for title in ("平级来函", "兄弟单位来函"):
        row.title = title
        row.save()
    numbering.take(row)
    back(system, Series.history.filter(id=row.pk, title="平级来函").get())
    row.refresh_from_db()
    assert (row.title, row.last) == ("平级来函", 1)


def test_what_is_closed_by_now_is_not_brought_back(system, who):
    row = series()
    was = row.form
    row.form = "number"
    row.save()
    sender = Organisation.objects.create(name="省农业农村厅", group="above")
    registering.register(actor=who.clerk, series=row, sender=sender, title="通知", at=MONDAY, received_on=MONDAY.date())
    assert was != row.form
    refused = back(system, Series.history.filter(id=row.pk, form=was).first())
    assert errors(refused) == ["“编号形式”已经不能改，恢复不了这一版。"]


def test_an_organisation_is_brought_back(system):
    one = Organisation.objects.create(name="县财政局", short_name="财政局", initials="xczj", group="peer")
    one.short_name = "财局"
    one.save()
    back(system, first_of(Organisation, id=one.pk))
    one.refresh_from_db()
    assert one.short_name == "财政局"


def test_a_department_is_brought_back_by_its_own_rules(system, who):
    crops, office = who.departments["crops"], who.departments["office"]
    crops.refresh_from_db()
    crops.parent = office
    crops.save()
    crops.parent = None
    crops.save()
    office.refresh_from_db()
    office.parent = crops
    office.save()
    under_office = Department.history.filter(id=crops.pk, parent=office).get()
    assert errors(back(system, under_office)) == ["上级部门：上级部门不能是它自己的下级。"]
    office.parent = None
    office.save()
    assert back(system, under_office)["Location"] == "/departments/"
    crops.refresh_from_db()
    assert crops.parent_id == office.pk


def test_a_post_is_brought_back_by_the_security_administrator(who):
    post = Post.objects.get(pk=who.posts["supervision"].pk)
    post.name = "督办"
    post.save()
    assert back(at_desk("security"), first_of(Post, id=post.pk))["Location"] == "/posts/"
    post.refresh_from_db()
    assert post.name == "督查"


def test_a_post_is_not_retired_again_while_somebody_sits_in_it(who):
    post = Post.objects.get(pk=who.posts["supervision"].pk)
    for retired in (True, False):
        post.retired = retired
        post.save()
    refused = back(at_desk("security"), Post.history.filter(id=post.pk, retired=True).get())
    assert errors(refused) == ["已撤销：还有人任这个岗位，请先结束任职。"]


# --- Phrases ---


def phrase(system: Client, text: str = "请阅处。") -> Phrase:
    system.post("/dials/phrases/new/", {"text": text})
    return Phrase.objects.get(text=text)


def test_a_deleted_phrase_of_the_office_is_brought_back_where_it_stood(system):
    one = phrase(system)
    system.post(f"/dials/phrases/{one.pk}/", {"text": ""})
    history = system.get("/dials/phrases/").context["history"]
    assert history[0]["words"] == "请阅处。：删去"
    back(system, last_of(Phrase, id=one.pk))
    again = Phrase.objects.get(text="请阅处。")
    assert (again.pk, again.position, again.person) == (one.pk, one.position, None)


def test_a_phrase_that_is_there_twice_is_not_brought_back(system):
    one = phrase(system)
    system.post(f"/dials/phrases/{one.pk}/", {"text": ""})
    phrase(system)
    assert errors(back(system, Phrase.history.get(id=one.pk, history_type="-"))) == [
        "新的常用语：这一条已经有了。"
    ]


def test_what_somebody_keeps_for_himself_has_no_history(who):
    Phrase.objects.create(person=who.clerk, text="我自己的话")
    Phrase.objects.filter(person=who.clerk).get().delete()
    assert not Phrase.history.filter(text="我自己的话").exists()
