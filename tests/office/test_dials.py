"""The dials of the 系统管理员: what is turned on a page, the engine obeys; what makes no sense is refused in words."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from documents import registering
from office import acting, chasing, dials, numbering, procedures
from office.chasing.sending import ladders_in_force
from office.models import Case, Decision, Organisation, Phrase, Series, User
from office.models.dials import Ladder, ProcedureChoice, Setting, StepSetting
from office.models.outbox import Message
from office.views.deciding import phrases_of
from tests.make import series
from tests.people import MONDAY

HANDLE = "/dials/steps/documents.incoming/handle/"
INSTRUCT = "/dials/steps/documents.incoming/instruct/"


@pytest.fixture(autouse=True)
def cast_in_place(who):
    return who


@pytest.fixture
def system() -> Client:
    client = Client()
    client.force_login(User.objects.get(username="system"))
    return client


def text(response) -> str:
    return response.content.decode()


def errors(response) -> str:
    return " ".join(sum(response.context["form"].errors.values(), []))


def today() -> date:
    return timezone.localdate()


def registered(who, **fields) -> Case:
    sender, _made = Organisation.objects.get_or_create(name="省农业农村厅", defaults={"group": "above"})
    return registering.register(
        actor=who.clerk, series=fields.pop("series", series()), sender=sender, title="关于秋冬种的通知",
        received_on=today(), **fields,
    )


def decided(who) -> Decision:
    """A decision of the office director, made now."""
    case = registered(who)
    acting.act(case.turns.get(), "pass", actor=who.clerk)
    return acting.act(
        case.turns.get(ended_at__isnull=True), "submit", actor=who.director, opinion="请种植业股办",
        names=[who.leader], values={"lead": who.posts["crops"]},
    )


def clock_of(case: Case):
    return case.turns.get(side=False, ended_at__isnull=True).clocks.get()


def turned(url: str, system: Client, **typed):
    return system.post(url, {"since": today().isoformat(), **typed})


# --- Values ---


@pytest.mark.parametrize("code", dials.DIALS)
def test_every_value_has_a_page_that_says_where_it_comes_from(system, code):
    declared = dials.DIALS[code]
    page = text(system.get(f"/dials/values/{code}/"))
    assert str(declared.source) in page
    assert ("未核实" in page) == declared.unverified


def test_the_time_for_correcting_is_what_the_office_set(system, who):
    written = decided(who)
    late = written.at + timedelta(minutes=8)
    assert acting.may_correct(written, who.director, at=late) != "self"
    system.post("/dials/values/correction_minutes/", {"value": "10"})
    assert acting.may_correct(written, who.director, at=late) == "self"
    assert acting.may_correct(written, who.director, at=written.at + timedelta(minutes=11)) != "self"


@pytest.mark.parametrize("value", ["0", "61", "很久", "", "2.5"])
def test_a_time_for_correcting_that_makes_no_sense_is_refused(system, value):
    response = system.post("/dials/values/correction_minutes/", {"value": value})
    assert errors(response) == "请填 1 到 60 之间的整数。"
    assert dials.value("correction_minutes") == 5


def hours(**changed) -> dict:
    return {**dials.DIALS["hours"].default, **changed}


def test_a_paper_is_due_when_the_office_closes(system, who):
    system.post("/dials/values/hours/", hours(afternoon_ends="17:00"))
    due = timezone.localtime(clock_of(decided(who).case).due_at)
    assert (due.hour, due.minute) == (17, 0)


def test_changed_hours_lead_to_the_dates_they_would_move(system, who):
    case = decided(who).case
    before = clock_of(case).due_at
    assert system.post("/dials/values/hours/", hours(afternoon_ends="17:00"))["Location"] == "/calendar/moved/"
    assert clock_of(case).due_at == before
    assert system.get("/calendar/moved/").context["count"] >= 1


@pytest.mark.parametrize(
    "changed", [{"morning_ends": "08:00"}, {"afternoon_ends": "25:00"}, {"noon_until": "很晚"}, {"morning_starts": ""}]
)
def test_hours_that_make_no_sense_are_refused(system, changed):
    response = system.post("/dials/values/hours/", hours(**changed))
    assert errors(response)
    assert not Setting.objects.filter(code="hours").exists()


def test_what_is_common_practice_only_is_marked_until_the_office_has_set_it(system):
    def row() -> dict:
        groups = system.get("/dials/").context["groups"]
        return next(one for one in groups[0]["dials"] if one["url"].endswith("correction_minutes/"))

    assert row()["unverified"]
    system.post("/dials/values/correction_minutes/", {"value": "10"})
    assert not row()["unverified"]
    assert row()["source"] == "本单位设置"
    assert row()["changed_words"] == f"系统员 {today()} 改"


def test_a_changed_value_is_told_in_words(system):
    for value in ("10", "15"):
        system.post("/dials/values/correction_minutes/", {"value": value})
    history = system.get("/dials/values/correction_minutes/").context["history"]
    assert [row["words"] for row in history] == ["取值：10 分钟 → 15 分钟", "新增：取值 10 分钟"]
    assert {row["who"] for row in history} == {"系统员"}


# --- Steps ---


def test_a_steps_limit_is_what_the_office_set(system, who):
    assert turned(INSTRUCT, system, normal_count="3", normal_kind="workdays")["Location"].startswith("/dials/steps/")
    case = decided(who).case
    assert clock_of(case).why["limit"] == {"kind": "workdays", "count": 3}


def test_an_urgency_left_empty_keeps_the_declared_limit(system, who):
    turned(INSTRUCT, system, urgent_count="1", urgent_kind="half_days")
    assert clock_of(decided(who).case).why["limit"] == {"kind": "workdays", "count": 2}


def test_a_running_case_keeps_what_it_started_with(system, who):
    case = registered(who, at=timezone.now() - timedelta(days=3))
    turned(INSTRUCT, system, normal_count="9", normal_kind="workdays")
    acting.act(case.turns.get(), "pass", actor=who.clerk)
    acting.act(
        case.turns.get(ended_at__isnull=True), "submit", actor=who.director, opinion="请办", names=[who.leader],
        values={"lead": who.posts["crops"]},
    )
    assert clock_of(case).why["limit"]["count"] == 2


def test_a_setting_begins_on_a_day_no_case_was_opened_yet(system, who):
    registered(who)
    tomorrow = today() + timedelta(days=1)
    response = turned(INSTRUCT, system, normal_count="3", normal_kind="workdays")
    assert f"最早从 {tomorrow} 起" in errors(response)
    assert not StepSetting.objects.exists()
    turned(INSTRUCT, system, normal_count="3", normal_kind="workdays", since=tomorrow.isoformat())
    assert StepSetting.objects.get().since == tomorrow


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"normal_count": "3"}, "数目和单位要一起写"),
        ({"normal_kind": "workdays"}, "数目和单位要一起写"),
        ({"normal_count": "0", "normal_kind": "workdays"}, "数目至少是 1"),
        ({"normal_count": "-1", "normal_kind": "workdays"}, "不能小于 0"),
        ({"normal_count": "1", "normal_kind": "until"}, "几点前"),
        ({"normal_count": "1", "normal_kind": "until", "normal_at": "25:99"}, "不是时间"),
        ({"normal_count": "1", "normal_kind": "workdays", "normal_at": "12:00"}, "其他期限不写时间"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(system, typed, says):
    assert says in errors(turned(HANDLE, system, **typed))
    assert not StepSetting.objects.exists()


def test_a_step_lies_with_the_post_the_office_set(system, who):
    step = procedures.REGISTRY["documents.incoming"].steps["propose"]
    assert step.post == "office-director"
    turned("/dials/steps/documents.incoming/propose/", system, post=who.posts["typist"].pk)
    case = registered(who)
    acting.act(case.turns.get(), "pass", actor=who.clerk)
    assert case.turns.get(ended_at__isnull=True).post == who.posts["typist"]


def test_an_optional_step_is_passed_over_where_the_office_says_so(system, who):
    code = next(code for code, step in procedures.REGISTRY["documents.incoming"].steps.items() if step.optional)
    turned(f"/dials/steps/documents.incoming/{code}/", system, skipped="on")
    assert registered(who).turns.get().step != code


def test_the_readers_the_office_set_are_ticked_already(system, who):
    reading = procedures.REGISTRY["documents.reading"]
    code = next(code for code, step in reading.steps.items() if step.reading)
    turned(f"/dials/steps/documents.reading/{code}/", system, readers=[who.handler.pk])
    case = registered(who, purpose="reading")
    client = Client()
    client.force_login(who.clerk)
    form = client.get(f"/turns/{case.turns.get().pk}/").context["form"]
    assert [field.initial for name, field in form.fields.items() if name.endswith("-names")] == [[f"u{who.handler.pk}"]]


def test_the_list_shows_what_is_set_and_what_is_not_verified(system):
    def rows() -> dict:
        found = system.get("/dials/steps/documents.incoming/").context["rows"]
        return {row["url"].split("/")[-2]: row for row in found}

    assert rows()["instruct"]["unverified"]
    assert not rows()["handle"]["unverified"]
    assert rows()["handle"]["cells"][2]["note"] == "R-IN-18"
    turned(INSTRUCT, system, normal_count="3", normal_kind="workdays")
    assert not rows()["instruct"]["unverified"]
    assert "平件 3个工作日" in rows()["instruct"]["cells"][2]["words"]


def test_the_history_of_a_step_is_told_in_words(system):
    turned(INSTRUCT, system, normal_count="3", normal_kind="workdays")
    turned(INSTRUCT, system, normal_count="4", normal_kind="workdays")
    history = system.get(INSTRUCT).context["history"]
    assert history[0]["words"] == "时限：平件 3个工作日 → 平件 4个工作日"
    assert history[1]["words"] == f"新增：时限 平件 3个工作日；起用日期 {today()}"


def test_an_unknown_procedure_or_step_is_not_found(system):
    assert system.get("/dials/steps/nothing/").status_code == 404
    assert system.get("/dials/steps/documents.incoming/nothing/").status_code == 404


# --- Which procedure ---

CHOICE = "/dials/procedures/documents.incoming/"


def test_new_papers_take_the_procedure_the_office_chose_and_old_ones_keep_theirs(system, who):
    old = registered(who)
    turned(CHOICE, system, procedure="documents.short")
    assert registered(who).procedure == "documents.short"
    old.refresh_from_db()
    assert old.procedure == "documents.incoming"


def test_a_choice_for_a_later_day_waits_for_it(system, who):
    turned(CHOICE, system, procedure="documents.short", since=(today() + timedelta(days=1)).isoformat())
    assert registered(who).procedure == "documents.incoming"


@pytest.mark.parametrize(
    ("typed", "says"),
    [({"since": "2020-01-01"}, "请写今天或以后的日期"), ({"procedure": "documents.envelope"}, "不在可选的范围内")],
)
def test_a_choice_that_makes_no_sense_is_refused(system, typed, says):
    assert says in errors(turned(CHOICE, system, **{"procedure": "documents.short", **typed}))
    assert not ProcedureChoice.objects.exists()


# --- Ladders ---


def rungs_as_typed(system: Client, code: str = "normal") -> dict:
    form = system.get(f"/dials/ladders/{code}/").context["form"]
    return {name: str(form.initial.get(name, "")) for name in form.fields if name != "always"}


def in_force(code: str, *, on: date | None = None) -> chasing.Ladder:
    return next(one.ladder for one in ladders_in_force() if one.ladder.code == code and one.serves(on or today()))


def test_a_rung_comes_on_the_day_the_office_set(system):
    typed = rungs_as_typed(system)
    assert typed["r0-count"] == "-2"
    assert system.post("/dials/ladders/normal/", {**typed, "r0-count": "-3"})["Location"] == "/dials/ladders/"
    assert in_force("normal").rungs[0].workdays == -3
    assert in_force("normal", on=today() - timedelta(days=1)).rungs[0].workdays == -2


def test_a_page_sent_back_as_it_came_changes_no_rung(system):
    for code, day_one in chasing.LADDERS.items():
        always = {"always": "on"} if day_one.always else {}
        system.post(f"/dials/ladders/{code}/", rungs_as_typed(system, code) | always)
        made = in_force(code)
        assert [rung.as_dict() for rung in made.rungs] == [rung.as_dict() for rung in day_one.rungs]
        assert made.always == day_one.always


def test_a_rung_without_a_name_is_taken_out_and_a_new_one_put_in(system):
    typed = rungs_as_typed(system)
    count = len(chasing.LADDERS["normal"].rungs)
    system.post(
        "/dials/ladders/normal/",
        {**typed, "r0-label": "", f"r{count}-label": "超期10个工作日报分管领导", f"r{count}-count": "10"},
    )
    labels = [str(rung.label) for rung in in_force("normal").rungs]
    assert len(labels) == count
    assert labels[-1] == "超期10个工作日报分管领导"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"r0-unit": "half_days"}, "只能按工作日推算"),
        ({"r0-unit": "every", "r0-at": ""}, "每隔几小时重复"),
        ({"r0-at": "25:00"}, "不是时间"),
        ({"r0-count": "99"}, "不能大于 60"),
        ({"r0-count": "二"}, "请填整数"),
    ],
)
def test_a_rung_that_makes_no_sense_is_refused(system, typed, says):
    response = system.post("/dials/ladders/normal/", {**rungs_as_typed(system), **typed})
    assert says in errors(response)
    assert not Ladder.objects.exists()


def test_a_ladder_has_at_least_one_rung(system):
    typed = {name: "" if name.endswith("-label") else value for name, value in rungs_as_typed(system).items()}
    assert "至少要有一级" in errors(system.post("/dials/ladders/normal/", typed))


def test_the_ladders_are_marked_as_not_verified_until_the_office_has_set_its_own(system):
    assert "未核实" in text(system.get("/dials/ladders/normal/"))
    system.post("/dials/ladders/normal/", {**rungs_as_typed(system), "r0-count": "-3"})
    rows = system.get("/dials/ladders/").context["rows"]
    assert [row["unverified"] for row in rows] == [code != "normal" for code in chasing.LADDERS]


# --- Books ---


def book(**fields) -> dict:
    return {
        "name": "函", "year": str(today().year), "title": "函件", "function": "documents.incoming", "form": "year",
        "last": "0", "position": "9", **fields,
    }


def test_a_new_book_goes_on_from_the_number_the_paper_book_had_reached(system, who):
    system.post("/series/new/", book(last="37"))
    case = registered(who, series=Series.objects.get(name="函"))
    assert case.reference == f"函〔{today().year}〕38号"


def test_a_book_in_use_keeps_its_name_its_form_and_its_count(system, who):
    registered(who)
    used = series()
    system.post(f"/series/{used.pk}/", book(name="别", last="0", form="number", title="收文", position="0"))
    used.refresh_from_db()
    assert (used.name, used.form, used.last) == ("收", "year", 1)
    assert "已经发过号" in text(system.get(f"/series/{used.pk}/"))


def test_a_count_never_goes_back(system):
    Series.objects.filter(name="收").update(last=12)
    response = system.post(f"/series/{series().pk}/", book(name="收", last="11"))
    assert "号只能往上走" in errors(response)


def test_no_two_books_of_a_year_bear_one_name(system):
    response = system.post("/series/new/", book(name="收", year="2026"))
    assert response.status_code == 200
    assert errors(response)


def test_a_closed_book_takes_no_more_papers(system, who):
    client = Client()
    client.force_login(who.clerk)
    page = "/documents/incoming/new/"
    typed = book(name="信", title="来信", position="6", year="2026", retired="on")
    books = [name for name, _words in client.get(page).context["form"].fields["series"].choices]
    assert "信" in books
    system.post(f"/series/{Series.objects.get(name='信').pk}/", typed)
    books = [name for name, _words in client.get(page).context["form"].fields["series"].choices]
    assert "信" not in books


def test_a_new_year_opens_every_book_once_and_begins_at_one(system, monkeypatch):
    Series.objects.filter(name="信").update(retired=True)
    Series.objects.filter(name="收").update(last=412)
    monkeypatch.setattr(timezone, "localdate", lambda *_at: date(2026, 12, 20))
    assert "收〔2027〕" in text(system.get("/series/year/"))
    for _again in range(2):
        system.post("/series/year/", {"confirm": "yes"})
    opened = dict(Series.objects.filter(year=2027).values_list("name", "last"))
    assert opened == dict.fromkeys(["收", "平", "内", "会", "电", "密"], 0)
    assert Series.objects.get(name="密", year=2027).number_only


def test_when_nothing_is_to_be_opened_the_page_says_so_and_asks_nothing(system, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_at: date(2026, 6, 1))
    page = text(system.get("/series/year/"))
    assert "都开好了" in page
    assert 'value="yes"' not in page


def test_a_new_years_book_opened_by_the_first_paper_looks_like_the_last():
    made = numbering.of_year("密", year=2027)
    assert (made.number_only, made.function, made.last) == (True, "documents.incoming", 0)


def test_a_changed_book_says_who_changed_it_and_drawn_numbers_are_no_changes(system, who):
    registered(who)
    system.post(f"/series/{series().pk}/", book(title="上级来文", position="0"))
    history = system.get(f"/series/{series().pk}/").context["history"]
    assert (history[0]["who"], history[0]["words"]) == ("系统员", "名称：收 → 上级来文；已用到：0 → 1")
    assert len(history) == 2


# --- The address book and the office's phrases ---


def test_a_new_organisation_is_found_by_its_initials(system, who):
    system.post("/organisations/new/", {"name": " 县  水利局", "group": "peer"})
    made = Organisation.objects.get(name="县 水利局")
    assert made.initials.startswith("x")
    clerk = Client()
    clerk.force_login(who.clerk)
    found = clerk.get("/documents/incoming/senders/", {"sender": made.initials, "q": made.initials})
    assert "县 水利局" in text(found)


def test_no_organisation_is_kept_twice(system):
    Organisation.objects.create(name="县水利局", group="peer")
    response = system.post("/organisations/new/", {"name": "县水利局", "group": "peer"})
    assert errors(response)


def test_a_retired_organisation_is_no_longer_offered(system, who):
    one = Organisation.objects.create(name="县水利局", group="peer", initials="xslj")
    system.post(f"/organisations/{one.pk}/", {"name": one.name, "group": "peer", "initials": "xslj", "retired": "on"})
    clerk = Client()
    clerk.force_login(who.clerk)
    assert "县水利局" not in text(clerk.get("/documents/incoming/senders/", {"sender": "xslj", "q": "xslj"}))


def test_a_phrase_of_the_office_stands_behind_ones_own(system, who):
    Phrase.objects.create(person=who.leader, text="同意", position=1)
    system.post("/dials/phrases/new/", {"text": "请按规定办理"})
    assert phrases_of(who.leader) == ["同意", "请按规定办理"]
    shared = Phrase.objects.get(person__isnull=True)
    assert "已经有了" in errors(system.post("/dials/phrases/new/", {"text": "请按规定办理"}))
    system.post(f"/dials/phrases/{shared.pk}/", {"text": " "})
    assert phrases_of(who.leader) == ["同意"]


def test_nobody_reaches_a_persons_own_phrase_through_the_offices(system, who):
    own = Phrase.objects.create(person=who.leader, text="同意", position=1)
    assert system.post(f"/dials/phrases/{own.pk}/", {"text": ""}).status_code == 404


def test_mail_that_never_went_out_is_named_to_whoever_can_put_it_right(system):
    who = User.objects.get(username="handler")
    Message.objects.create(
        person=who, channel="email", made_at=MONDAY, at=MONDAY, ended_at=MONDAY, tries=9, error="connection refused"
    )
    page = system.get("/dials/").content.decode()
    assert "没有发出去的提醒" in page
    assert "赵立军" in page and "connection refused" in page
    Message.objects.update(sent_at=MONDAY)
    assert "没有发出去的提醒" not in system.get("/dials/").content.decode()
