"""The work queue and the decision: a leader with a telephone, a reader with a pile, words put right."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import expect

from documents.models import IncomingDocument
from office.forms.people import key_of
from office.models import Case, Decision, User
from office.on_paper import binding, scans
from office.on_paper import desk as on_paper
from tests.paper_scans import scanned, slips_of
from tests.people import PASSWORD

from .hands import Keyboard, Mouse, labelled
from .papers import act, before_leader, for_reading, incoming, main_turn

pytestmark = pytest.mark.browser


def done_line(page):
    return page.locator(".note-green", has_text="已“")


def test_a_leader_decides_three_papers_on_his_telephone_one_after_the_other(desk):
    who = desk.people
    titles = ["第一件请示", "第二件请示", "第三件请示"]
    for title in titles:
        before_leader(who, title)
    page = desk.sit(who.leader, phone=True)
    page.get_by_role("link", name=re.compile("第一件请示")).tap()
    for number, title in enumerate(titles, 1):
        page.get_by_role("heading", name=title, exact=True).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        instruct = page.get_by_role("button", name=re.compile("^批示"))
        place = instruct.bounding_box()
        assert place["y"] + place["height"] <= 844, "the bar stays at the bottom of the glass"
        assert place["height"] >= 36, "wide enough for a thumb"
        labelled(page, "批示意见").fill(f"同意。（{number}）")
        instruct.tap()
        done_line(page).wait_for()
    page.get_by_text("案头已清").wait_for()
    assert Decision.objects.filter(move="instruct", actor=who.leader).count() == 3


def test_reading_papers_are_ticked_and_read_in_one_go(desk):
    who = desk.people
    for number in range(1, 4):
        for_reading(who, f"简报第{number}期", who.leader)
    page = desk.sit(who.leader)
    page.goto("/reading/")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_role("button", name="批量已阅").click()
    page.get_by_text("已办 2 件").wait_for()
    assert page.locator("[data-row]").count() == 1
    assert Decision.objects.filter(move="read", actor=who.leader).count() == 2


def test_enter_on_a_ticked_box_opens_its_paper_and_signs_nothing(desk):
    who = desk.people
    for_reading(who, "简报第1期", who.leader)
    page = desk.sit(who.leader)
    page.goto("/reading/")
    page.locator("[data-row] input[type=checkbox]").check()
    page.keyboard.press("Enter")
    page.wait_for_url("**/turns/*/")
    assert not Decision.objects.filter(move="read").exists()


def test_a_phrase_of_ones_own_is_one_digit_away(desk):
    who = desk.people
    before_leader(who, "请示一件")
    page = desk.sit(who.leader)
    page.goto("/phrases/")
    labelled(page, "新的常用语").fill("同意，抓紧办。")
    page.get_by_role("button", name="添一条").click()
    page.locator("td", has_text="同意，抓紧办。").first.wait_for()
    page.goto("/")
    Keyboard(page).take("请示一件")
    page.wait_for_url("**/turns/*/")
    page.keyboard.press("1")
    assert labelled(page, "批示意见").input_value() == "同意，抓紧办。"


@pytest.mark.soak
def test_words_are_put_right_within_five_minutes_and_both_versions_stay(desk):
    case = before_leader(desk.people, "请示一件")
    page = desk.sit(desk.people.leader)
    hand = Mouse(page)
    hand.take("请示一件")
    hand.write("批示意见", "请种殖业股办。")
    hand.send("^批示")
    done_line(page).get_by_role("link", name="更正").click()
    hand.write("更正后的意见", "请种植业股办。")
    hand.press("^更正$")
    page.wait_for_url(f"**/cases/{case.public_id}/")
    trail = page.locator(".trail")
    assert trail.locator("del").inner_text() == "请种殖业股办。"
    assert trail.locator(".words", has_text="请种植业股办。").count() == 1


@pytest.mark.soak
def test_a_paper_sent_on_by_mistake_is_taken_back_from_the_line_that_says_so(desk):
    before_leader(desk.people, "请示一件")
    page = desk.sit(desk.people.leader)
    hand = Mouse(page)
    hand.take("请示一件")
    hand.write("批示意见", "同意。")
    hand.send("^批示")
    done_line(page).get_by_role("link", name="撤回").click()
    hand.press("^撤回$")
    page.wait_for_url("**/turns/*/")
    assert Case.objects.get().turns.get(ended_at__isnull=True).holder == desk.people.leader


def test_an_opinion_half_written_is_still_there_after_a_reload(desk):
    before_leader(desk.people, "请示一件")
    page = desk.sit(desk.people.leader, alone=True)
    page.clock.install()
    Mouse(page).take("请示一件")
    page.wait_for_url("**/turns/*/")
    labelled(page, "批示意见").fill("想了一半")
    with page.expect_response("**/draft/"):
        page.clock.run_for(4500)
    page.get_by_text(re.compile(r"草稿 \d\d:\d\d 已存")).wait_for()
    page.reload()
    assert labelled(page, "批示意见").input_value() == "想了一半"


def test_a_digit_chosen_in_an_input_method_is_no_phrase(desk):
    before_leader(desk.people, "请示一件")
    page = desk.sit(desk.people.leader)
    Mouse(page).take("请示一件")
    page.wait_for_url("**/turns/*/")
    page.evaluate(
        """() => document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key: "1", bubbles: true, cancelable: true, isComposing: true}))"""
    )
    assert labelled(page, "批示意见").input_value() == ""


def test_what_a_leader_wrote_on_paper_is_recorded_shown_as_such_and_confirmed_by_him(desk):
    who = desk.people
    case = before_leader(who, "请示一件")
    clerk = desk.sit(who.clerk)
    clerk.goto(f"/cases/{case.public_id}/")
    hand = Mouse(clerk)
    hand.follow("^代录$")
    clerk.wait_for_url("**/record/")
    hand.choose("签署人", "王志远")
    hand.choose("据什么录入", "电话")
    hand.write("批示日期", "今天")
    hand.write("几点", "0000")
    hand.write("王志远的意见", "同意，请种植业股办。")
    hand.send("^批示")
    clerk.wait_for_url(f"**/cases/{case.public_id}/")
    assert "据口头指示录入（电话）：王志远" in clerk.locator(".trail").inner_text()
    leader = desk.sit(who.leader)
    leader.goto(f"/cases/{case.public_id}/")
    leader.get_by_role("button", name="是我的意见，确认").click()
    leader.get_by_text("已确认，是您本人的意见").wait_for()
    assert case.decisions.filter(move="confirm_record", actor=who.leader).count() == 1


def test_a_signed_stack_is_entered_by_keyboard_one_sheet_after_the_other(desk):
    who = desk.people
    User.objects.filter(pk=who.leader.pk).update(writes_on_paper=True)
    cases = [before_leader(who, title) for title in ("请示一件", "请示两件")]
    folder = on_paper.make_folder(on_paper.waiting(who.clerk), by=who.clerk, at=timezone.now())
    printed = binding.bound(list(folder.sheets.all()), clerk="陈雅文", made_at=folder.made_at, at=folder.made_at)
    stack = SimpleUploadedFile("批示.pdf", scanned(printed, order=slips_of(printed)))
    scans.take_apart(scans.bring(stack, by=who.clerk, at=timezone.now()))
    clerk = desk.sit(who.clerk)
    hand = Keyboard(clerk)
    clerk.goto("/on-paper/")
    hand.press("开始照录", role="link")
    for words in ("同意，请种植业股办。", "请抓紧。"):
        clerk.get_by_alt_text("扫描件第 1 页").wait_for()
        expect(labelled(clerk, "批示日期")).to_be_focused()
        hand.keys.type("今天")
        hand.reach(labelled(clerk, "王志远的意见"))
        hand.keys.type(words)
        hand.keys.press("Control+Enter")
    clerk.get_by_text("收回的都照录完了").wait_for()
    assert [one.decisions.latest("number").opinion for one in cases] == ["同意，请种植业股办。", "请抓紧。"]
    assert {one.decisions.latest("number").medium for one in cases} == {"paper"}


def test_a_deputy_reads_in_whose_name_he_acts(desk):
    from django.utils import timezone

    from office.models import Deputy

    who = desk.people
    today = timezone.localdate()
    Deputy.objects.create(principal=who.leader, deputy=who.other_leader, starts_on=today, ends_on=today)
    before_leader(who, "请示一件")
    page = desk.sit(who.other_leader)
    Mouse(page).take("请示一件")
    page.get_by_text("您正代 王志远 办理").wait_for()


@pytest.mark.soak
def test_a_title_of_three_lines_is_one_place_to_click(desk):
    """With script and without, wherever in the cell the pointer lands."""
    incoming(desk.people, "关于进一步加强高标准农田建设项目全过程管理切实提高建设质量和管护水平的若干措施" * 3)
    page = desk.sit(desk.people.clerk, script=False)
    cell = page.locator("td.what").first.bounding_box()
    page.mouse.click(cell["x"] + cell["width"] - 6, cell["y"] + cell["height"] - 6)
    page.wait_for_url("**/turns/*/")


def test_somebody_signs_in_by_the_keys_and_is_at_his_desk(desk):
    page = desk.sit(desk.people.leader)
    page.context.clear_cookies()
    page.goto("/")
    page.wait_for_url("**/login/**")
    # The page puts him before the first field; a person waits for it, too.
    page.wait_for_function("document.activeElement && document.activeElement.name === 'username'")
    page.keyboard.insert_text("leader")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="待办", exact=True).wait_for()


def test_a_proposal_writes_itself_and_a_like_papers_is_copied_by_one_key(desk):
    who = desk.people
    old = incoming(who, "关于做好秋粮收购工作的通知", number="某发〔2026〕1号")
    IncomingDocument.objects.filter(case=old).update(received_on=timezone.localdate() - timedelta(days=30))
    act(old, "pass", who.clerk)
    words = "拟请王志远同志阅示，由种植业股办理。"
    act(old, "submit", who.director, opinion=words, names=[who.leader], values={"lead": who.posts["crops"]})
    new = incoming(who, "关于做好秋粮收购有关工作的通知", number="某发〔2026〕2号")
    act(new, "pass", who.clerk)
    page = desk.sit(who.director)
    page.goto(f"/turns/{main_turn(new).pk}/")
    page.locator("summary", has_text="报批").click()
    page.get_by_role("checkbox", name=re.compile(who.leader.name)).first.check()
    box = page.locator("textarea.opinion")
    expect(box).to_have_value(re.compile("^拟请王"))
    page.select_option("[name=submit-lead]", key_of(who.posts["machines"]))
    expect(box).to_have_value(re.compile("由农机股办理"))
    box.fill("我自己写的意见。")
    page.locator("[name=submit-due_on]").fill("2099-11-28")
    page.locator("h1").click()
    page.wait_for_timeout(300)
    assert box.input_value() == "我自己写的意见。", "what somebody has written himself is never written over"
    page.keyboard.press("c")
    assert box.input_value() == words
    assert page.locator("[name=submit-lead]").input_value() == key_of(who.posts["crops"])
