"""People by Excel: departments, accounts with one-time passwords, and seats that two administrators still grant."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from office import dials, staffing
from office.importing.grids import read_workbook
from office.models import Department, Post, PostHolding, SeatWish, User
from tests.people import MONDAY, at_desk, person

HEAD = ["姓名", "登录名", "部门", "职务", "岗位", "领导排名", "电话", "电子邮件"]


def text(response) -> str:
    return response.content.decode()


def book(*rows, head=HEAD) -> bytes:
    made = openpyxl.Workbook()
    made.active.append(["某某局人员表"])
    for row in (head, *rows):
        made.active.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(*rows, head=HEAD) -> staffing.Reading:
    return staffing.read(read_workbook(book(*rows, head=head), kind="xlsx"))


def make(who, *rows):
    return staffing.make(read(*rows), by=who.system_admin, at=MONDAY)


# --- Read ---


def test_a_row_becomes_an_account_with_a_login_name_by_sound(who):
    (one,) = read(["欧阳春晓", "", "法规股", "股长", "", "", 13800000000.0, "oy@example.gov.cn"]).people
    assert (one.row, one.username, one.department, one.phone) == (3, "ouyangchunxiao", "法规股", "13800000000")


def test_two_of_one_sound_get_two_names_and_who_is_there_keeps_his(who):
    reading = read(["王志远", "leader", "局领导"], ["李四", "", "法规股"], ["李思", "", "法规股"])
    assert [(one.username, one.known) for one in reading.people] == [
        ("leader", True), ("lisi", False), ("lisi2", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["", "zs", "法规股", "科员"], "没有姓名"),
        (["张三；李四", "", "法规股", "科员"], "姓名只能用"),
        (["张三", "张 三", "法规股"], "登录名只能用"),
        (["张三", "clerk", "法规股"], "已经是陈雅文的"),
        (["张三", "", "法规股", "", "", "第一"], "不是 1 到 30 的数字"),
        (["张三", "", "法规股", "", "", "", "", "zhang"], "写得不对"),
    ],
)
def test_a_row_that_cannot_be_right_is_said_and_left_out(who, row, reason):
    reading = read(row, ["赵钱孙", "", "法规股"])
    (fault,) = reading.faults
    assert reason in fault.reason and fault.row == 3
    assert [one.name for one in reading.people] == ["赵钱孙"]


def test_names_and_ranks_that_come_twice_name_the_row_they_came_in_first(who):
    reading = read(["张三", "zs", "", "", "", 7], ["李四", "ZS"], ["王五", "ww", "", "", "", 7])
    assert [one.reason for one in reading.faults] == ["登录名 ZS 和第 3 行重复。", "领导排名 7 和第 3 行重复。"]


def test_what_is_no_list_of_people_says_what_one_looks_like(who):
    with pytest.raises(staffing.NoList, match="第一行要有“姓名”"):
        read(["1", "2"], head=["序号", "标题"])


def test_departments_the_office_has_not_are_named_once(who):
    reading = read(["张三", "", "法规股", "科员"], ["李四", "", "法规股", "科员"], ["王五", "", "办公室", "科员"])
    assert reading.departments == ["法规股"]


# --- Made ---


def test_accounts_are_made_with_one_time_passwords_that_must_be_changed(who):
    (made,) = make(who, ["张三", "", "法规股", "股长"])
    one = User.objects.get(username="zhangsan")
    assert one.check_password(made.password) and one.must_change_password
    assert (one.kind, str(one.department), one.initials) == ("office", "法规股", "zs")


def test_the_same_list_again_makes_nobody_twice(who):
    rows = ["张三", "", "法规股", "股长", "保密员"], ["李四", "", "法规股", "", "督查"]
    make(who, *rows)
    assert make(who, *rows) == []
    assert (User.objects.filter(name="张三").count(), SeatWish.objects.count()) == (1, 2)


# --- Seats ---


def granted(who, **more) -> list[str]:
    return staffing.grant(staffing.proposed(), by=who.security_admin, on=MONDAY.date(), at=MONDAY, **more)


def test_a_list_seats_nobody_until_two_administrators_have_granted(who):
    make(who, ["张三", "", "办公室", "文书", "文书"])
    assert not PostHolding.objects.filter(person__name="张三").exists()
    assert granted(who) == []
    held = PostHolding.objects.get(person__name="张三")
    assert (held.post, held.granted_by, held.confirmed_at) == (who.posts["clerk"], who.security_admin, None)
    assert not PostHolding.objects.current(MONDAY.date()).filter(pk=held.pk).exists()


def test_the_head_of_a_new_unit_gets_the_chair_papers_are_handed_to(who):
    make(who, ["张三", "", "法规股", "股长"])
    assert granted(who) == []
    unit = Department.objects.get(name="法规股")
    assert (unit.head.code, unit.head.name) == ("department-head", "股长")
    assert PostHolding.objects.get(person__name="张三").post == unit.head


def test_leaders_are_seated_by_their_rank_and_a_rank_without_a_chair_makes_one(who):
    PostHolding.objects.filter(post__rank=1).delete()
    make(who, ["张局", "", "局领导", "局长", "", 1], ["李副局", "", "局领导", "副局长", "", 4])
    assert granted(who) == []
    assert PostHolding.objects.get(person__name="张局").post == who.posts["first-head"]
    made = PostHolding.objects.get(person__name="李副局").post
    assert (made.rank, made.name, made.single) == (4, "副局长", True)


def test_a_chair_for_one_that_is_taken_and_a_chair_nobody_knows_are_said(who):
    make(who, ["张局", "", "局领导", "局长", "", 1], ["李四", "", "法规股", "", "占星师"])
    who.posts["first-head"].single = True
    who.posts["first-head"].save()
    said = granted(who)
    assert "局长只能一人在任，现在是赵明德" in said[0] and "没有叫“占星师”的岗位" in said[1]
    assert SeatWish.objects.filter(settled_at=None).count() == 2


def test_nobody_grants_a_seat_to_himself(who):
    person("same", who.security_admin.name, department=who.departments["office"])
    make(who, [who.security_admin.name, "same", "办公室", "", "督查"])
    assert "您自己的另一个账户" in granted(who)[0]


# --- The pages ---


def test_the_three_administrators_bring_a_list_grant_and_confirm_it(who):
    system, security, audit = (at_desk(one) for one in (who.system_admin, who.security_admin, who.audit_admin))
    content = book(["张三", "", "法规股", "股长"], ["李四", "", "办公室", "", "督查、值班"])
    upload = SimpleUploadedFile("人员.xlsx", content)
    assert system.post("/people/import/", {"file": upload})["Location"] == "/people/import/check/"
    page = text(system.get("/people/import/check/"))
    assert "将建 2 个账户" in page and "法规股" in page
    answer = system.post("/people/import/check/")
    assert "zhangsan" in text(answer) and "no-store" in answer["Cache-Control"]
    assert system.get("/people/import/check/")["Location"] == "/people/import/"
    page = text(security.get("/holdings/wishes/"))
    assert "新建：法规股负责人" in page
    keys = [one.pk for one in staffing.proposed()]
    security.post("/holdings/wishes/", {"wish": keys})
    waiting = list(PostHolding.objects.filter(confirmed_at=None))
    assert len(waiting) == 3
    assert "张三" not in text(security.get("/holdings/confirm/"))
    audit.post("/holdings/confirm/", {"holding": [one.pk for one in waiting]})
    assert not PostHolding.objects.filter(confirmed_at=None).exists()
    assert PostHolding.objects.filter(person__name="李四", confirmed_by=who.audit_admin).count() == 2


def test_a_proposal_may_be_left_aside(who):
    make(who, ["张三", "", "法规股", "股长"])
    at_desk(who.security_admin).post("/holdings/wishes/", {"wish": [staffing.proposed()[0].pk], "drop": "1"})
    assert staffing.proposed() == [] and not Post.objects.filter(department__name="法规股").exists()


def test_a_picture_is_no_list(who):
    answer = at_desk(who.system_admin).post("/people/import/", {"file": SimpleUploadedFile("a.xlsx", b"no book")})
    assert answer.status_code == 422


# --- 首次设置 ---


def test_the_first_page_asks_what_it_must_and_shows_every_default_with_its_source(who):
    system = at_desk(who.system_admin)
    page = text(system.get("/first-run/"))
    assert "单位名称" in page and "全宗号" in page and "R-IN-20" in page and "未核实" in page
    for one in dials.DIALS.values():
        assert str(one.label) in page
    system.post("/first-run/", {"office_name-value": "某某县水利局办公室", "fonds_number-value": "037"})
    assert (dials.office_name(), dials.value("fonds_number")) == ("某某县水利局办公室", "037")
    assert "某某县水利局办公室" in text(at_desk(who.clerk).get("/"))


def test_it_says_what_is_still_missing_before_the_first_paper(who):
    page = text(at_desk(who.system_admin).get("/first-run/"))
    assert "个部门没有负责人岗位" in page and "还没好" in page
    make(who, ["张三", "", "法规股", "股长"])
    assert "人员表里的建议 1 项等安全管理员授予" in text(at_desk(who.system_admin).get("/first-run/"))


def test_a_name_that_is_left_empty_is_asked_for(who):
    answer = at_desk(who.system_admin).post("/first-run/", {"office_name-value": "", "fonds_number-value": ""})
    assert answer.status_code == 422 and "请填写单位名称" in text(answer)
