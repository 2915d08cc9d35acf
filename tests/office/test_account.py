"""Signing in, passwords, the second factor, idleness: what lies between a stranger and the office."""

import json
import re
from datetime import timedelta
from time import time

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from office.models import User
from tests.people import PASSWORD, person

LOGIN = "/login/"
FRESH = "Ink-2026-brush"


@pytest.fixture
def clerk(db) -> User:
    return person("clerk", "陈雅文")


def sign_in(client: Client, username: str = "clerk", password: str = PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password}, **more)


def text(response) -> str:
    return response.content.decode()


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def fail(client: Client, times: int, **more):
    for _time in range(times):
        response = sign_in(client, password="Wrong-2026-paper", **more)
    return response


# --- In and out ---


def test_the_right_password_leads_to_the_queue(client, clerk):
    response = sign_in(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("username", "password"), [("clerk", "Wrong-2026-paper"), ("nobody", PASSWORD), ("gone", PASSWORD)]
)
def test_every_failure_is_told_in_the_same_sentence(client, clerk, username, password):
    person("gone", "离职的人", is_active=False)
    response = sign_in(client, username, password)
    assert response.status_code == 200
    assert "登录名或口令不对，请重新输入。" in text(response)


def test_signing_in_gives_the_session_a_new_key(client, clerk):
    session = client.session
    session["draft"] = "before"
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_in_is_no_change_of_the_account(client, clerk):
    before = clerk.history.count()
    sign_in(client)
    assert clerk.history.count() == before


def test_signing_out_asks_for_a_post_and_forgets_the_session(client, clerk):
    sign_in(client)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == LOGIN
    assert not signed_in(client)


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_signing_in_never_leads_out_of_the_office(client, clerk, elsewhere):
    response = client.post(LOGIN, {"username": "clerk", "password": PASSWORD, "next": elsewhere})
    assert response["Location"] == "/"


def test_signing_in_leads_back_to_the_page_asked_for(client, clerk):
    asked = client.get("/done/?kind=all")
    assert asked["Location"] == "/login/?next=%2Fdone%2F%3Fkind%3Dall"
    response = client.post(LOGIN, {"username": "clerk", "password": PASSWORD, "next": "/done/?kind=all"})
    assert response["Location"] == "/done/?kind=all"


def test_an_administrator_is_not_led_to_a_page_of_the_office(client, who):
    response = client.post(LOGIN, {"username": "system", "password": PASSWORD, "next": "/done/"})
    assert response["Location"] == "/"
    assert client.get("/")["Location"] == reverse("dials")


@pytest.mark.parametrize("typed", ["Clerk", "CLERK", " clerk "])
def test_the_case_of_a_login_name_keeps_nobody_out(client, clerk, typed):
    assert sign_in(client, typed).status_code == 302


# --- Lockout ---


def test_the_fifth_wrong_password_locks_and_says_for_how_long(client, clerk):
    assert fail(client, settings.AXES_FAILURE_LIMIT - 1).status_code == 200
    response = fail(client, 1)
    assert response.status_code == 429
    assert "请过 30 分钟再试" in text(response)
    assert "请让安全管理员解锁" in text(response)


def test_a_locked_account_does_not_open_to_the_right_password(client, clerk):
    fail(client, settings.AXES_FAILURE_LIMIT)
    assert sign_in(client).status_code == 429
    assert not signed_in(client)


def test_a_lock_holds_for_one_account_at_one_address(client, who):
    fail(client, settings.AXES_FAILURE_LIMIT)
    assert sign_in(client, "director").status_code == 302
    assert sign_in(Client(), REMOTE_ADDR="10.0.0.7").status_code == 302


@pytest.mark.parametrize("written", ["clerk", "Nobody"])
def test_tries_count_together_however_the_name_is_written(client, clerk, written):
    for name in (written, written.upper(), written.title(), written.lower(), written):
        response = sign_in(client, name, "Wrong-2026-paper")
    assert "请过 30 分钟再试" in text(response)
    assert AccessAttempt.objects.get().username == written.lower()


def test_a_lock_ends_by_itself(client, clerk):
    fail(client, settings.AXES_FAILURE_LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME - timedelta(seconds=1))
    assert sign_in(client).status_code == 302


def test_trying_on_makes_a_lock_no_longer(client, clerk):
    fail(client, settings.AXES_FAILURE_LIMIT)
    since = timezone.now() - timedelta(minutes=29, seconds=30)
    AccessAttempt.objects.update(attempt_time=since)
    assert "请过 1 分钟再试" in text(fail(client, 3))
    assert AccessAttempt.objects.get().attempt_time == since


def test_the_right_password_forgets_earlier_mistakes(client, clerk):
    fail(client, settings.AXES_FAILURE_LIMIT - 1)
    sign_in(client)
    client.post("/logout/")
    assert fail(client, settings.AXES_FAILURE_LIMIT - 1).status_code == 200


def test_behind_a_proxy_the_lock_is_on_the_address_the_proxy_names(clerk, settings):
    settings.BEHIND_PROXY = True
    proxy = {"REMOTE_ADDR": "172.18.0.2"}
    # What the browser itself wrote into the header stands before what the proxy wrote, and counts for nothing.
    for number in range(5):
        response = sign_in(Client(), password="x", HTTP_X_FORWARDED_FOR=f"1.2.3.{number}, 10.0.0.7", **proxy)
    assert response.status_code == 429
    assert sign_in(Client(), HTTP_X_FORWARDED_FOR="10.0.0.8", **proxy).status_code == 302
    assert AccessAttempt.objects.get().ip_address == "10.0.0.7"


def test_without_a_proxy_nobodys_word_for_an_address_is_taken(client, clerk):
    fail(client, 1, HTTP_X_FORWARDED_FOR="10.0.0.7")
    assert AccessAttempt.objects.get().ip_address == "127.0.0.1"


# --- The password ---


def change(client: Client, fresh: str, *, again: str | None = None, old: str = PASSWORD):
    typed = {"old_password": old, "new_password1": fresh, "new_password2": fresh if again is None else again}
    return client.post("/password/", typed)


@pytest.mark.parametrize(
    ("fresh", "says"),
    [
        ("Ab-3456", "10"),
        ("Password123", "常见"),
        ("12345678901234", "数字"),
        ("onlylowercase-", "至少三种"),
        ("chenyawen-Clerk1", "相似"),
        (PASSWORD, "新口令不能和原口令一样"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(client, clerk, fresh, says):
    User.objects.filter(pk=clerk.pk).update(username="chenyawen-clerk1")
    client.force_login(clerk)
    response = change(client, fresh)
    assert response.status_code == 200
    errors = response.context["form"].errors
    assert says in " ".join(sum(errors.values(), [])), errors
    assert User.objects.get(pk=clerk.pk).check_password(PASSWORD)


def test_two_different_new_passwords_are_refused(client, clerk):
    client.force_login(clerk)
    assert "两次输入的新口令不一样。" in text(change(client, FRESH, again=FRESH + "x"))


def test_the_old_password_has_to_be_known(client, clerk):
    client.force_login(clerk)
    assert "原口令不对" in text(change(client, FRESH, old="Wrong-2026-paper"))


def test_a_changed_password_throws_out_the_other_places(client, clerk):
    elsewhere = Client()
    elsewhere.force_login(clerk)
    client.force_login(clerk)
    before = client.session.session_key
    assert change(client, FRESH)["Location"] == "/password/done/"
    assert client.get("/").status_code == 200
    assert client.session.session_key != before
    assert elsewhere.get("/")["Location"].startswith(LOGIN)


@pytest.mark.parametrize("address", ["/", "/done/", "/search/", "/me/", "/notices/", "/calendar/"])
def test_a_one_time_password_opens_nothing_but_the_page_to_change_it(client, clerk, address):
    User.objects.filter(pk=clerk.pk).update(must_change_password=True)
    sign_in(client)
    assert client.get(address)["Location"] == "/password/"
    assert "这是一次性口令" in text(client.get("/password/"))


def test_after_a_one_time_password_is_changed_the_office_is_open(client, clerk):
    User.objects.filter(pk=clerk.pk).update(must_change_password=True)
    sign_in(client)
    change(client, FRESH)
    assert client.get("/").status_code == 200
    clerk.refresh_from_db()
    assert not clerk.must_change_password


def test_a_password_runs_out_after_ninety_days(client, clerk):
    days = timedelta(days=settings.PASSWORD_DAYS)
    User.objects.filter(pk=clerk.pk).update(password_changed_at=timezone.now() - days - timedelta(minutes=1))
    client.force_login(clerk)
    assert client.get("/")["Location"] == "/password/"
    assert "口令已到期" in text(client.get("/password/"))
    change(client, FRESH)
    assert client.get("/").status_code == 200


# --- Idleness ---


def leave_idle(client: Client, *, minutes: float) -> None:
    session = client.session
    session["seen_at"] = int(time() - minutes * 60)
    session.save()


def test_who_is_away_too_long_is_signed_out_and_told_why(client, clerk):
    client.force_login(clerk)
    client.get("/")
    leave_idle(client, minutes=settings.IDLE_MINUTES + 1)
    response = client.get("/done/")
    assert response["Location"] == "/login/?next=%2Fdone%2F&idle=1"
    assert "很久没有操作" in text(client.get(response["Location"]))
    assert not signed_in(client)


def test_who_comes_back_in_time_stays(client, clerk):
    client.force_login(clerk)
    client.get("/")
    leave_idle(client, minutes=settings.IDLE_MINUTES - 1)
    assert client.get("/").status_code == 200
    assert client.session["seen_at"] >= int(time()) - 5


def test_what_was_sent_too_late_leads_back_to_the_page_it_was_typed_on(client, clerk):
    client.force_login(clerk)
    client.get("/")
    leave_idle(client, minutes=settings.IDLE_MINUTES + 1)
    response = client.post("/phrases/", {"text": "同意"}, HTTP_REFERER="http://testserver/phrases/")
    assert response["Location"] == "/login/?next=http%3A%2F%2Ftestserver%2Fphrases%2F&idle=1"


def test_a_piece_of_a_page_tells_its_page_that_somebody_is_signed_out(client, clerk):
    """And where to sign in, to come back to the page and not to the piece."""
    page = "http://testserver/incoming/"
    response = client.get("/done/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=page)
    told = {"signed-out": "/login/?next=http%3A%2F%2Ftestserver%2Fincoming%2F"}
    assert (response.status_code, json.loads(response["HX-Trigger"])) == (204, told)


def test_what_a_page_asks_by_itself_is_no_sign_of_life(client, clerk):
    client.force_login(clerk)
    leave_idle(client, minutes=5)
    before = client.session["seen_at"]
    client.get(reverse("job", args=["00000000-0000-4000-8000-000000000000"]), HTTP_HX_REQUEST="true")
    assert client.session["seen_at"] == before


# --- The second factor ---

SETUP, FACTOR = "/second-factor/setup/", "/second-factor/"


def token(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06d}"


def telephone(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="totp")


def test_the_code_to_photograph_is_a_picture_without_inline_style(client, clerk):
    client.force_login(clerk)
    page = text(client.get(SETUP))
    device = TOTPDevice.objects.get(user=clerk)
    assert re.search(r'<img class="qr" src="data:image/svg\+xml[^"]+"', page)
    assert "style=" not in page
    assert not device.confirmed


def test_setting_up_again_before_it_is_done_shows_the_same_code(client, clerk):
    client.force_login(clerk)
    client.get(SETUP)
    client.get(SETUP)
    assert TOTPDevice.objects.filter(user=clerk).count() == 1


def test_a_second_factor_is_on_when_the_telephone_has_shown_the_right_figures(client, clerk):
    client.force_login(clerk)
    client.get(SETUP)
    device = TOTPDevice.objects.get(user=clerk)
    before = client.session.session_key
    page = client.post(SETUP, {"otp_token": token(device)})
    codes = list(StaticToken.objects.filter(device__user=clerk).values_list("token", flat=True))
    assert len(codes) == 8
    assert all(code in text(page) for code in codes)
    assert client.session.session_key != before
    assert client.get("/").status_code == 200
    assert not any(code in text(client.get(SETUP)) for code in codes)


def test_wrong_figures_set_nothing_up(client, clerk):
    client.force_login(clerk)
    client.get(SETUP)
    device = TOTPDevice.objects.get(user=clerk)
    wrong = f"{(int(token(device)) + 1) % 1_000_000:06d}"
    assert "数字不对" in text(client.post(SETUP, {"otp_token": wrong}))
    device.refresh_from_db()
    assert not device.confirmed


def test_with_a_second_factor_the_password_alone_opens_nothing(client, clerk):
    telephone(clerk)
    sign_in(client)
    for address in ("/", "/done/", "/me/", "/password/", SETUP):
        assert client.get(address)["Location"].split("?")[0] == FACTOR
    change(client, FRESH)
    assert User.objects.get(pk=clerk.pk).check_password(PASSWORD)


def test_the_figures_from_the_telephone_open_the_office(client, clerk):
    device = telephone(clerk)
    sign_in(client)
    before = client.session.session_key
    response = client.post(FACTOR, {"otp_token": token(device), "next": "/done/"})
    assert response["Location"] == "/done/"
    assert client.session.session_key != before
    assert client.get("/done/").status_code == 200


def test_wrong_figures_open_nothing(client, clerk):
    device = telephone(clerk)
    sign_in(client)
    wrong = f"{(int(token(device)) + 1) % 1_000_000:06d}"
    assert "数字不对或已过期" in text(client.post(FACTOR, {"otp_token": wrong}))
    assert client.get("/")["Location"] == FACTOR


def test_a_spare_code_works_once(client, clerk):
    telephone(clerk)
    StaticDevice.objects.create(user=clerk, name="spare").token_set.create(token="abcdefgh")
    sign_in(client)
    assert client.post(FACTOR, {"otp_token": "ABCD EFGH"})["Location"] == "/"
    client.post("/logout/")
    sign_in(client)
    assert "秒再输" in text(client.post(FACTOR, {"otp_token": "abcdefgh"}))
    for kind in (TOTPDevice, StaticDevice):
        kind.objects.get(user=clerk).throttle_reset()
    assert "数字不对或已过期" in text(client.post(FACTOR, {"otp_token": "abcdefgh"}))


def test_a_second_factor_is_switched_off_only_with_its_own_figures(client, clerk):
    device = telephone(clerk)
    StaticDevice.objects.create(user=clerk, name="spare").token_set.create(token="abcdefgh")
    sign_in(client)
    client.post(FACTOR, {"otp_token": token(device)})
    assert "没有停用" in text(client.post(SETUP, {"remove": "1", "otp_token": "000"}))
    assert TOTPDevice.objects.filter(user=clerk).exists()
    StaticDevice.objects.get(user=clerk).throttle_reset()
    client.post(SETUP, {"remove": "1", "otp_token": "abcdefgh"})
    assert not TOTPDevice.objects.filter(user=clerk).exists()
    assert not StaticDevice.objects.filter(user=clerk).exists()


def test_where_the_office_asks_for_it_everybody_sets_up_a_second_factor(client, clerk, settings):
    settings.SECOND_FACTOR = "required"
    sign_in(client)
    assert client.get("/")["Location"] == SETUP
    page = client.get(SETUP).content.decode()
    # Who has no telephone at hand is not shut in: he signs out, or reads it in his language.
    assert 'action="/logout/"' in page and 'action="/language/"' in page
    client.post(SETUP, {"otp_token": token(TOTPDevice.objects.get(user=clerk))})
    assert client.get("/").status_code == 200


def test_where_the_office_asks_for_it_nobody_switches_it_off(client, clerk, settings):
    settings.SECOND_FACTOR = "required"
    device = telephone(clerk)
    StaticDevice.objects.create(user=clerk, name="spare").token_set.create(token="abcdefgh")
    sign_in(client)
    client.post(FACTOR, {"otp_token": token(device)})
    assert 'href="/"' in client.get(SETUP).content.decode()
    client.post(SETUP, {"remove": "1", "otp_token": "abcdefgh"})
    assert TOTPDevice.objects.filter(user=clerk).exists()


def test_a_one_time_password_is_changed_before_a_second_factor_is_set_up(client, clerk, settings):
    settings.SECOND_FACTOR = "required"
    User.objects.filter(pk=clerk.pk).update(must_change_password=True)
    sign_in(client)
    assert client.get(SETUP)["Location"] == "/password/"
    change(client, FRESH)
    assert client.get("/")["Location"] == SETUP


# --- Habits ---


def test_large_type_is_kept_in_this_browser(client, clerk):
    client.force_login(clerk)
    response = client.post("/me/text-size/", {"size": "large", "next": "/me/"})
    assert response["Location"] == "/me/"
    assert 'class="text-large"' in text(client.get("/me/"))


def test_a_person_keeps_his_own_telephone_and_address_and_nothing_else(client, clerk):
    client.force_login(clerk)
    client.post(
        "/me/",
        {"phone": "000-12", "email": "c@example.org", "text_size": "standard", "kind": "system", "clearance": 5},
    )
    clerk.refresh_from_db()
    assert (clerk.phone, clerk.email, clerk.kind) == ("000-12", "c@example.org", "office")
    assert clerk.clearance == User._meta.get_field("clearance").default


def test_a_password_with_the_login_name_in_it_is_refused(client, clerk):
    client.force_login(clerk)
    answer = text(change(client, f"X-{clerk.username}-2026-Ab"))
    assert "口令和登录名" in answer
    assert not User.objects.get(pk=clerk.pk).check_password(f"X-{clerk.username}-2026-Ab")


def test_wrong_codes_stand_among_the_sign_ins(client, clerk):
    telephone(clerk)
    sign_in(client)
    client.post(FACTOR, {"otp_token": "000000"})
    assert AccessFailureLog.objects.filter(username=clerk.username, path_info=FACTOR).count() == 1


def test_after_the_second_factor_he_is_where_he_wanted_to_go(client, clerk):
    device = telephone(clerk)
    client.post("/login/?next=/done/", {"username": clerk.username, "password": PASSWORD, "next": "/done/"})
    asked = client.get("/done/")["Location"]
    assert asked == f"{FACTOR}?next=%2Fdone%2F"
    assert 'name="next" value="/done/"' in text(client.get(asked))
    assert client.post(asked, {"otp_token": token(device), "next": "/done/"})["Location"] == "/done/"
