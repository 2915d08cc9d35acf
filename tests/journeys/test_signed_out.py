"""Who is signed out while he writes: nothing is lost, and he is told."""

import pytest

from .papers import before_leader, main_turn

pytestmark = pytest.mark.browser
BACK = "退出登录前写的内容已放回来"


def written_too_late(desk):
    """A leader whose session ended while he wrote has pressed the button: he stands before the login page."""
    turn = main_turn(before_leader(desk.people, "请示一件"))
    page = desk.sit(desk.people.leader, alone=True)
    page.goto(f"/turns/{turn.pk}/")
    page.get_by_label("批示意见").fill("同意，请抓紧。")
    page.context.clear_cookies()
    page.get_by_role("button", name="批示").first.click()
    page.wait_for_url("**/login/**")
    return turn, page


def test_what_a_clerk_types_is_there_after_he_has_signed_in_again(desk):
    page = desk.sit(desk.people.clerk, alone=True)
    page.goto("/documents/incoming/new/")
    page.get_by_label("标题", exact=True).fill("关于冬季安全生产的通知")
    page.context.clear_cookies()
    # The page asks for duplicates by itself: it is told, and stays.
    page.get_by_label("来文字号").fill("农发〔2026〕88号")
    notice = page.get_by_role("alert").filter(has_text="已退出登录")
    notice.wait_for()
    assert page.url.endswith("/documents/incoming/new/")
    notice.get_by_role("link").click()
    page.wait_for_url("**/login/**")
    desk.sign_in(page, desk.people.clerk)
    page.goto("/documents/incoming/new/")
    page.get_by_text(BACK).wait_for()
    assert page.get_by_label("标题", exact=True).input_value() == "关于冬季安全生产的通知"
    assert page.get_by_label("来文字号").input_value() == "农发〔2026〕88号"


@pytest.mark.soak
def test_an_opinion_sent_too_late_is_there_after_he_has_signed_in_again(desk):
    turn, page = written_too_late(desk)
    desk.sign_in(page, desk.people.leader)
    page.goto(f"/turns/{turn.pk}/")
    page.get_by_text(BACK).wait_for()
    assert page.get_by_label("批示意见").input_value() == "同意，请抓紧。"


def test_it_is_not_put_before_another_reader(desk):
    turn, page = written_too_late(desk)
    desk.sign_in(page, desk.people.clerk)
    page.goto("/done/")
    assert page.evaluate("sessionStorage.getItem('antou-words')") is None
