"""Accounts in the hands of three administrators: nobody administers his own, nobody opens an administrator alone."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from documents import registering
from office import access, acting
from office.levels import Secrecy
from office.models import Case, Organisation, User
from office.models.outbox import Notice
from tests.make import series
from tests.people import MONDAY, PASSWORD, at_desk, person

pytestmark = pytest.mark.usefixtures("who")
FRESH = "Ink-2026-brush"


def text(response) -> str:
    return response.content.decode()


def key(username: str) -> int:
    return User.objects.get(username=username).pk


def told(username: str) -> str:
    return " ".join(Notice.objects.filter(person__username=username).values_list("words", flat=True))


def registered(who, **fields) -> Case:
    """A paper the clerk has just registered."""
    sender = Organisation.objects.create(name="省农业农村厅", group="above", initials="snynct")
    return registering.register(
        actor=who.clerk, series=series(), sender=sender, title="关于秋冬种的通知", at=MONDAY,
        received_on=MONDAY.date(), **fields,
    )


def new_account(**fields) -> tuple[str, object]:
    """Make an account as the 系统管理员; the one-time password, and the answer that shows it."""
    typed = {"username": "zhouli", "name": "周丽", "kind": "office", "title": "科员", **fields}
    response = at_desk("system").post("/people/new/", typed)
    return (response.context or {}).get("password", ""), response


def can_sign_in(username: str, password: str) -> bool:
    return Client().post("/login/", {"username": username, "password": password}).status_code == 302


# --- New accounts ---


def test_a_new_account_comes_with_a_password_for_one_time():
    password, response = new_account()
    client = Client()
    client.post("/login/", {"username": "zhouli", "password": password})
    assert client.get("/")["Location"] == "/password/"
    client.post("/password/", {"old_password": password, "new_password1": FRESH, "new_password2": FRESH})
    assert client.get("/").status_code == 200


def test_the_one_time_password_is_shown_once_and_kept_nowhere():
    password, response = new_account()
    assert password in text(response)
    assert "no-store" in response["Cache-Control"]
    made = User.objects.get(username="zhouli")
    assert password not in text(at_desk("system").get(f"/people/{made.pk}/"))
    assert password not in made.password


def test_no_two_accounts_get_the_same_password():
    first, _response = new_account()
    second, _response = new_account(username="zhouli2")
    assert first != second


def test_initials_come_from_the_name():
    new_account()
    assert User.objects.get(username="zhouli").initials == "zl"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("username", "CLERK", "这个登录名已经有人用了。"),
        ("username", "周 丽", "登录名只能用字母、数字、点、横线"),
        ("username", "", "这一项要填"),
        ("name", "", "这一项要填"),
        ("email", "no", "完整的邮件地址"),
    ],
)
def test_a_wrong_account_is_refused_in_words(field, value, says):
    _password, response = new_account(**{field: value})
    assert says in text(response)
    assert not User.objects.filter(name="周丽").exists()


def test_no_two_login_names_differ_by_case_only():
    with pytest.raises(IntegrityError, match="login_names_differ_beyond_case"), transaction.atomic():
        person("CLERK", "周丽")


def test_an_administrators_account_belongs_to_no_department(who):
    _password, response = new_account(kind="audit", department=who.departments["office"].pk)
    assert "管理员账户不属于任何部门" in text(response)


def test_login_name_and_kind_are_given_once():
    one = key("handler")
    at_desk("system").post(f"/people/{one}/", {"username": "boss", "name": "赵立军", "kind": "system"})
    handler = User.objects.get(pk=one)
    assert (handler.username, handler.kind) == ("handler", "office")


# --- An administrator is never opened alone ---


def test_a_new_administrator_waits_for_a_second_one():
    password, response = new_account(kind="security")
    assert "核实启用以后才能登录" in text(response)
    assert not can_sign_in("zhouli", password)
    assert "管理员账户 zhouli 等您核实启用" in told("audit")
    at_desk("audit").post(f"/people/{key('zhouli')}/activate/", {"confirm": "yes"})
    assert can_sign_in("zhouli", password)


def test_who_made_an_administrator_cannot_open_him():
    new_account(kind="security")
    assert at_desk("system").post(f"/people/{key('zhouli')}/activate/").status_code == 404
    assert not User.objects.get(username="zhouli").is_active


def test_a_new_password_for_an_administrator_shuts_him_until_another_opens_him():
    person("audit2", "审计员二", kind="audit")
    response = at_desk("system").post(f"/people/{key('audit')}/password/", {"confirm": "yes"})
    assert not can_sign_in("audit", response.context["password"])
    at_desk("audit2").post(f"/people/{key('audit')}/activate/", {"confirm": "yes"})
    assert can_sign_in("audit", response.context["password"])


def test_the_last_who_could_open_others_keeps_his_password():
    User.objects.filter(username="audit").update(is_active=False)
    response = at_desk("system").post(f"/people/{key('security')}/password/", {"confirm": "yes"})
    assert "没有别的管理员能再启用它" in text(response)
    assert User.objects.get(username="security").check_password(PASSWORD)


# --- A new password ---


def test_a_new_password_ends_the_old_one_everywhere_and_tells_its_owner():
    clerk = at_desk("clerk")
    response = at_desk("system").post(f"/people/{key('clerk')}/password/", {"confirm": "yes"})
    assert clerk.get("/")["Location"].startswith("/login/")
    assert not can_sign_in("clerk", PASSWORD)
    assert can_sign_in("clerk", response.context["password"])
    assert "您的口令已由 系统员 重发" in told("clerk")


# --- Shutting and opening ---


def test_a_shut_account_is_out_at_once_and_opens_again():
    outsider = at_desk("outsider")
    system = at_desk("system")
    system.post(f"/people/{key('outsider')}/deactivate/", {"confirm": "yes"})
    assert outsider.get("/")["Location"].startswith("/login/")
    assert not can_sign_in("outsider", PASSWORD)
    system.post(f"/people/{key('outsider')}/activate/", {"confirm": "yes"})
    assert can_sign_in("outsider", PASSWORD)


def test_an_account_is_not_shut_while_something_is_in_its_hands(who):
    """What it is is said by kind and number, and no title: the reader sees no case."""
    case = registered(who)
    acting.act(case.turns.get(), "pass", actor=who.clerk, at=MONDAY)
    proposing = case.turns.get(ended_at__isnull=True)
    values = {"lead": who.posts["crops"]}
    acting.act(proposing, "submit", actor=who.director, opinion="请承办", names=[who.leader], values=values, at=MONDAY)
    page = text(at_desk("system").get(f"/people/{who.leader.pk}/deactivate/"))
    assert "<td>待办文件</td><td>1</td>" in page
    assert "<td>岗位</td><td>1</td>" in page
    assert "关于秋冬种的通知" not in page
    at_desk("system").post(f"/people/{who.leader.pk}/deactivate/", {"confirm": "yes"})
    assert User.objects.get(pk=who.leader.pk).is_active


def test_the_office_is_asked_to_hand_over_what_keeps_an_account_open():
    at_desk("system").post(f"/people/{key('handler')}/deactivate/", {"confirm": "yes"})
    for username in ("director", "head", "leader"):
        assert "请给 赵立军 办理交接" in told(username)
    assert told("machines") == told("handler") == ""


def test_what_lies_in_a_post_only_he_sits_in_is_left_too(who):
    case = registered(who)
    acting.act(case.turns.get(), "pass", actor=who.clerk, at=MONDAY)
    assert case.turns.get(ended_at__isnull=True).holder is None
    assert "收文办理·拟办" in text(at_desk("system").get(f"/people/{who.director.pk}/"))


@pytest.mark.parametrize("username", ["security", "audit"])
def test_the_last_administrator_of_a_kind_is_not_shut(username):
    response = at_desk("system").post(f"/people/{key(username)}/deactivate/", {"confirm": "yes"})
    assert "不能停用" in text(response)
    assert User.objects.get(username=username).is_active


@pytest.mark.parametrize("act", ["password", "deactivate", "activate"])
def test_nobody_administers_his_own_account(act):
    assert at_desk("system").post(f"/people/{key('system')}/{act}/", {"confirm": "yes"}).status_code == 404


def test_nobody_edits_his_own_account():
    system = at_desk("system")
    assert "由另一位管理员管理" in text(system.get(f"/people/{key('system')}/"))
    assert system.post(f"/people/{key('system')}/", {"name": "别人"}).status_code == 404


# --- What the 安全管理员 alone does ---


def test_R_SEC_07_a_clearance_is_the_security_administrators_word(who):
    case = registered(who, secrecy=1)
    assert access.visible_to(who.clerk).filter(pk=case.pk).exists()
    at_desk("security").post(f"/people/{who.clerk.pk}/clearance/", {"clearance": 0})
    clerk = User.objects.get(pk=who.clerk.pk)
    assert clerk.clearance == 0
    assert not access.visible_to(clerk).filter(pk=case.pk).exists()


@pytest.mark.parametrize("username", ["system", "audit", "clerk"])
def test_nobody_else_changes_a_clearance(username):
    before = User.objects.get(username="handler").clearance
    client = at_desk(username)
    assert client.post(f"/people/{key('handler')}/clearance/", {"clearance": 4}).status_code == 404
    client.post(f"/people/{key('handler')}/", {"name": "赵立军", "clearance": 4})
    assert User.objects.get(username="handler").clearance == before


def test_nobody_clears_himself_under_his_other_account():
    person("anquan", "安全员")
    response = at_desk("security").post(f"/people/{key('anquan')}/clearance/", {"clearance": 4})
    assert "请另一位安全管理员来办" in text(response)
    assert User.objects.get(username="anquan").clearance != 4


def attempts(username: str, failures: int, *, browser: str = "a", minutes: float = 1) -> None:
    attempt = AccessAttempt.objects.create(
        username=username, ip_address="10.0.0.7", user_agent=browser, failures_since_start=failures,
        attempt_time=timezone.now(), get_data="", post_data="", http_accept="", path_info="/login/",
    )
    AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=timezone.now() - timedelta(minutes=minutes))


def test_a_locked_account_is_marked_and_unlocked():
    attempts("clerk", settings.AXES_FAILURE_LIMIT)
    security = at_desk("security")
    page = f"/people/{key('clerk')}/"
    assert "锁定中" in text(security.get("/people/"))
    assert f"{page}unlock/" in text(security.get(page))
    security.post(f"{page}unlock/", {"confirm": "yes"})
    assert not AccessAttempt.objects.filter(username="clerk").exists()
    assert "锁定中" not in text(security.get(page))


def test_failures_of_several_browsers_at_one_address_lock_together():
    attempts("clerk", 3, browser="a")
    attempts("clerk", 2, browser="b")
    assert "锁定中" in text(at_desk("security").get(f"/people/{key('clerk')}/"))


def test_a_lock_that_has_run_out_is_not_shown():
    attempts("clerk", 9, minutes=settings.AXES_COOLOFF_TIME.total_seconds() / 60 + 1)
    assert "锁定中" not in text(at_desk("security").get(f"/people/{key('clerk')}/"))


def test_the_second_factor_of_a_lost_telephone_is_taken_off_and_its_owner_told(who):
    TOTPDevice.objects.create(user=who.clerk, name="totp")
    StaticDevice.objects.create(user=who.clerk, name="spare").token_set.create(token="abcdefgh")
    security = at_desk("security")
    assert "已开通" in text(security.get(f"/people/{who.clerk.pk}/"))
    security.post(f"/people/{who.clerk.pk}/second-factor/", {"confirm": "yes"})
    assert not TOTPDevice.objects.filter(user=who.clerk).exists()
    assert not StaticDevice.objects.filter(user=who.clerk).exists()
    assert "您的动态口令已由 安全员 取消" in told("clerk")


@pytest.mark.parametrize("act", ["unlock", "second-factor"])
def test_nobody_else_unlocks_or_takes_a_second_factor_off(act):
    for username in ("system", "audit", "director"):
        assert at_desk(username).post(f"/people/{key('clerk')}/{act}/", {"confirm": "yes"}).status_code == 404


# --- Who did it ---


def test_the_page_of_an_account_says_who_changed_what():
    one = key("handler")
    at_desk("system").post(
        f"/people/{one}/", {"name": "赵立军", "title": "副主任", "initials": "zlj", "phone": "000", "email": ""}
    )
    row = at_desk("security").get(f"/people/{one}/").context["history"][0]
    assert row["who"] == "系统员"
    assert "职务：股长 → 副主任" in row["words"]
    assert "电话：空 → 000" in row["words"]


def test_a_changed_clearance_is_told_in_words():
    one = key("handler")
    at_desk("security").post(f"/people/{one}/clearance/", {"clearance": 0})
    row = at_desk("audit").get(f"/people/{one}/").context["history"][0]
    assert row["who"] == "安全员"
    assert row["words"] == f"知悉范围：{Secrecy.WORK.label} → {Secrecy.NONE.label}"


def test_the_audit_administrator_reads_every_change_with_who_made_it():
    at_desk("system").post(f"/people/{key('outsider')}/deactivate/", {"confirm": "yes"})
    page = text(at_desk("audit").get("/audit/changes/?kind=user&q=系统员"))
    assert "吴小梅" in page
    assert "在用：是 → 否" in page


def test_no_history_holds_a_password():
    fields = {field.name for field in User.history.model._meta.get_fields()}
    assert "password" not in fields


@pytest.mark.parametrize(("act", "says"), [("unlock", "解锁"), ("second-factor", "取消动态口令")])
def test_opening_an_account_again_stands_among_its_changes(who, act, says):
    at_desk("security").post(f"/people/{who.clerk.pk}/{act}/", {"confirm": "yes"})
    assert says in text(at_desk("audit").get("/audit/changes/"))
