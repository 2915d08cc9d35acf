"""Lists as people arrange them: own columns, views own and shared, and an export of what is shown to its reader."""

from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents import registering
from office import acting, files, jobs, lists
from office.lists import arranging, export
from office.models import ListColumns, Look, Organisation, SavedView, Series, User
from office.models.files import Job
from tests.people import CHINA, MONDAY, Cast, at_desk

pytestmark = pytest.mark.usefixtures("who")
LIST = "/documents/incoming/?year=2026"
CODE = "documents.incoming"


def text(response) -> str:
    return response.content.decode()


def registered(who: Cast, title: str = "关于秋冬种的通知", *, book: str = "收", **fields):
    sender, _made = Organisation.objects.get_or_create(name="省农业农村厅", group="above")
    return registering.register(
        actor=who.clerk, series=Series.objects.get(name=book, year=2026), sender=sender, title=title, at=MONDAY,
        received_on=MONDAY.date(), **fields,
    )  # fmt: skip


def heads(page: str) -> list[str]:
    table = page.split("<thead>")[1].split("</thead>")[0]
    return [part.split("</th>")[0].split(">")[-1] for part in table.split("<th")[1:]]


def choose(client: Client, *codes: str, query: str = ""):
    given = {f"show-{code}": "on" for code in codes} | {f"place-{code}": n for n, code in enumerate(codes, start=1)}
    return client.post(f"/lists/{CODE}/columns/{query}", {**given, "save": "1"})


def save(client: Client, name: str, query: str = "?year=2026&state=open", **more) -> SavedView:
    answer = client.post(f"/lists/{CODE}/views/new/{query}", {"name": name, **more})
    assert answer.status_code == 302, text(answer)
    return SavedView.objects.latest("pk")


def exported(client: Client, query: str = "?year=2026") -> tuple[Job, list[tuple]]:
    """The job the page asks for, done, and the rows of its file below the heads."""
    client.get(f"/lists/{CODE}/export/{query}")
    job = Job.objects.latest("pk")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert not job.failed
    sheet = openpyxl.load_workbook(files.open_stored(job.result)).active
    return job, list(sheet.iter_rows(values_only=True))


# --- Columns ---


def test_columns_are_chosen_and_ordered_and_remembered_for_each(who):
    registered(who)
    clerk = at_desk(who.clerk)
    usual = heads(text(clerk.get(LIST)))
    choose(clerk, "registrar", "title")
    assert heads(text(clerk.get(LIST))) == ["收文号", "登记人", "标题"]
    assert heads(text(at_desk(who.second_clerk).get(LIST))) == usual


def test_the_usual_columns_come_back_at_a_press(who):
    registered(who)
    clerk = at_desk(who.clerk)
    usual = heads(text(clerk.get(LIST)))
    choose(clerk, "title")
    clerk.post(f"/lists/{CODE}/columns/", {"usual": "1"})
    assert heads(text(clerk.get(LIST))) == usual
    assert not ListColumns.objects.exists()


def test_a_list_without_a_column_is_refused(who):
    answer = at_desk(who.clerk).post(f"/lists/{CODE}/columns/", {"save": "1"})
    assert answer.status_code == 422
    assert "请至少选一栏" in text(answer)


def test_every_column_of_the_register_shows_something(who):
    case = registered(who, number="某农发〔2026〕3号", dated_on=date(2026, 11, 2), copies=2, pages=3, enclosures=1,
                      copy_number="000012", note="急", urgency="urgent")  # fmt: skip
    listed = lists.get(CODE)
    (row,) = listed.rows(who.clerk, {"year": "2026"}, most=10)
    assert row.key == case.public_id
    empty = {code for code, value in row.values.items() if value in (None, "")}
    assert set(row.values) == {column.code for column in listed.columns}
    assert empty == {"to", "signers", "result", "secrecy", "closed", "archived"}


def test_the_list_asks_as_often_for_one_row_as_for_many(who):
    client = at_desk(who.clerk)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    choose(client, "title", "now", "due", "registrar", "to")
    registered(who)
    queries()
    before = queries()
    for _n in range(4):
        registered(who)
    assert queries() == before


def test_search_has_columns_of_its_own(who):
    registered(who)
    clerk = at_desk(who.clerk)
    clerk.post("/lists/office.search/columns/", {"show-opener": "on", "place-opener": "1", "save": "1"})
    page = text(clerk.get("/search/?q=秋冬种"))
    assert heads(page) == ["编号", "登记人"]
    assert "<td class=\"minor\">陈雅文</td>" in page


# --- Views ---


def test_a_view_keeps_filter_order_and_columns_under_a_name(who):
    first, second = registered(who), registered(who, "关于春耕的通知")
    acting.void(first, actor=who.clerk, reason="重复", at=MONDAY)
    third = registered(who, "关于夏收的通知")
    clerk = at_desk(who.clerk)
    choose(clerk, "title", "registrar")
    view = save(clerk, "在办", "?year=2026&state=open&order=oldest")
    choose(clerk, "copies")
    page = text(clerk.get(arranging.address_of(lists.get(CODE), view)))
    assert heads(page) == ["收文号", "标题", "登记人"]
    places = [page.index(f"/cases/{case.public_id}/") for case in (second, third)]
    assert places == sorted(places)
    assert first.public_id not in page


def test_own_views_are_offered_to_nobody_else(who):
    save(at_desk(who.clerk), "在办件")
    assert "在办件" in text(at_desk(who.clerk).get(LIST))
    assert "在办件" not in text(at_desk(who.second_clerk).get(LIST))


def test_a_shared_view_shows_nobody_more_than_he_may_see(who):
    registered(who, "关于秋冬种的通知")
    view = save(at_desk(who.clerk), "本年在办", shared="on")
    url = arranging.address_of(lists.get(CODE), view)
    page = text(at_desk(who.outsider).get(url))
    assert "本年在办" in page
    assert "关于秋冬种的通知" not in page
    assert "关于秋冬种的通知" in text(at_desk(who.clerk).get(url))


def test_clerks_and_the_director_share_views_and_nobody_else(who):
    for person, may in ((who.clerk, True), (who.director, True), (who.handler, False)):
        view = save(at_desk(person), f"视图{person.pk}", shared="on")
        assert view.shared is may
    private = SavedView.objects.get(person=who.handler)
    assert at_desk(who.handler).post(f"/views/{private.pk}/share/").status_code == 404


def test_a_shared_view_is_removed_by_its_owner_or_the_director(who):
    first, second = (save(at_desk(who.clerk), name, shared="on") for name in ("一", "二"))
    for person in (who.second_clerk, who.outsider):
        assert at_desk(person).post(f"/views/{first.pk}/remove/").status_code == 404
    at_desk(who.director).post(f"/views/{first.pk}/remove/")
    at_desk(who.clerk).post(f"/views/{second.pk}/remove/")
    assert not SavedView.objects.exists()


def test_what_is_his_own_nobody_else_removes_or_shares(who):
    view = save(at_desk(who.clerk), "在办")
    for act in ("remove", "share"):
        assert at_desk(who.director).post(f"/views/{view.pk}/{act}/").status_code == 404
    assert SavedView.objects.get().shared is False


@pytest.mark.parametrize(
    ("name", "says"), [("在办", "已经有一个叫这个名字的视图"), ("机密★", "国家秘密标志"), ("", "这一项要填")]
)
def test_a_name_that_cannot_be_is_refused_in_words(who, name, says):
    clerk = at_desk(who.clerk)
    save(clerk, "在办")
    answer = clerk.post(f"/lists/{CODE}/views/new/?state=void", {"name": name})
    assert answer.status_code == 422
    assert says in text(answer)


def test_two_people_do_not_share_views_of_one_name(who):
    save(at_desk(who.clerk), "在办", shared="on")
    answer = at_desk(who.second_clerk).post(f"/lists/{CODE}/views/new/", {"name": "在办", "shared": "on"})
    assert "共用视图了" in text(answer)


def test_a_view_keeps_nothing_of_the_address_but_what_lists(who):
    view = save(at_desk(who.clerk), "在办", "?year=2026&state=open&page=7&view=3&next=//evil.example")
    assert view.query == "year=2026&state=open"


def test_somebody_elses_view_in_an_address_is_no_view(who):
    registered(who)
    view = save(at_desk(who.clerk), "在办")
    page = at_desk(who.second_clerk).get(f"{LIST}&view={view.pk}")
    assert page.context["views"] == []


# --- Export ---


def test_the_export_holds_what_the_filter_shows_with_the_chosen_columns(who):
    registered(who, number="某农发〔2026〕3号", dated_on=date(2026, 11, 2))
    registered(who, "关于春耕的通知")
    clerk = at_desk(who.clerk)
    choose(clerk, "title", "received", "copies", "sender")
    _job, rows = exported(clerk, "?year=2026&q=秋冬种")
    assert rows[3] == ("收文号", "标题", "密级", "紧急程度", "备注", "收文日期", "份", "来文单位、字号", "来文字号")
    (row,) = rows[4:]
    assert row[:2] == ("收0001", "关于秋冬种的通知")
    assert row[5:] == (MONDAY.replace(hour=0, minute=0, tzinfo=None), 1, "省农业农村厅", "某农发〔2026〕3号")


def test_its_head_says_what_it_is_whose_and_when(who):
    registered(who)
    _job, rows = exported(at_desk(who.clerk), "?year=2026&state=open")
    assert rows[0][0] == "收文登记簿"
    assert "年度：2026　状态：在办" in rows[1][0]
    assert rows[2][0].startswith("陈雅文 ") and rows[2][0].endswith(" 导出")


def test_words_that_look_like_a_formula_stay_words(who):
    registered(who, "=HYPERLINK(\"//evil\")")
    job, _rows = exported(at_desk(who.clerk))
    sheet = openpyxl.load_workbook(files.open_stored(job.result)).active
    cell = next(one for one in sheet[5] if one.value and "HYPERLINK" in str(one.value))
    assert (cell.data_type, cell.number_format) == ("s", "@")


def test_who_exports_gets_what_he_may_see_and_a_bar_set_later_reaches_the_file(who):
    seen, _unseen = registered(who), registered(who, "关于春耕的通知", secrecy=1)
    User.objects.filter(pk=who.second_clerk.pk).update(clearance=0)
    client = at_desk(who.second_clerk)
    job, rows = exported(client)
    assert len(rows) == 5
    assert job.shows == [seen.public_id]
    acting.bar(seen, actor=who.director, people=[who.second_clerk], at=MONDAY + timedelta(days=1))
    assert client.get(reverse("job_file", args=[job.public_id]))["Location"] == reverse("jobs")


def test_a_line_of_a_guarded_paper_in_an_export_is_a_look(who):
    case = registered(who, secrecy=1)
    exported(at_desk(who.clerk))
    assert Look.objects.filter(case=case, person=who.clerk, what="导出清单").count() == 1


def test_what_is_too_long_is_said_and_not_cut(who, monkeypatch):
    registered(who)
    registered(who)
    monkeypatch.setattr(export, "MOST", 1)
    at_desk(who.clerk).get(f"/lists/{CODE}/export/?year=2026")
    jobs.run(Job.objects.get().pk)
    assert Job.objects.get().failed == "超过 1 行，请先筛选再导出。"


def test_a_search_is_exported_as_it_is_shown(who):
    registered(who)
    registered(who, "关于春耕的通知")
    at_desk(who.clerk).get("/lists/office.search/export/?q=春耕")
    job = Job.objects.get()
    jobs.run(job.pk)
    job.refresh_from_db()
    rows = list(openpyxl.load_workbook(files.open_stored(job.result)).active.iter_rows(values_only=True))
    assert [row[1] for row in rows[4:]] == ["关于春耕的通知"]
    assert "查“春耕”" in rows[1][0]


def test_an_exported_moment_is_the_offices_own(tmp_path):
    columns = [lists.Column("due", "期限", "moment")]
    due = datetime(2026, 11, 16, 17, 30, tzinfo=CHINA)
    rows = [lists.Row("x", {"due": due})]
    head = export.Head("办公室", "清单", "", "陈雅文", MONDAY)
    export.write(rows, columns=columns, head=head, target=tmp_path / "x.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "x.xlsx").active["A5"]
    assert (cell.value, cell.number_format) == (due.replace(tzinfo=None), "yyyy-mm-dd hh:mm")


def test_a_list_nobody_declared_is_not_there(who):
    answers = [at_desk(who.clerk).get(f"/lists/nothing/{page}/") for page in ("columns", "views/new", "export")]
    assert [answer.status_code for answer in answers] == [404] * 3


def test_two_lists_do_not_share_a_code(who):
    taken = type("Other", (type(lists.get(CODE)),), {})
    with pytest.raises(ValueError, match=CODE):
        lists.add(taken)
