"""One box finds everything: by number, by two characters of the title, by sender, by the sender's number."""

import pytest
from django.utils import timezone

from office.models import Case

from .papers import incoming

pytestmark = pytest.mark.browser


@pytest.fixture
def page(desk):
    incoming(desk.people, "关于低温雨雪冰冻灾害防范的通知", sender="省农业农村厅", number="农明电〔2026〕31号")
    incoming(desk.people, "关于拨付农机购置补贴资金的函", sender="县财政局", number="财农〔2026〕7号")
    return desk.sit(desk.people.clerk)


def look_for(page, words: str) -> None:
    page.keyboard.press("/")
    page.keyboard.insert_text(words)
    page.keyboard.press("Enter")


def test_a_number_opens_its_paper_at_once(page):
    look_for(page, f"收{timezone.localdate().year}-2")
    page.wait_for_url("**/cases/*/")
    assert "农机购置补贴" in page.locator("h1").inner_text()


def test_enter_goes_from_the_paper_to_its_work_and_there_to_the_words_and_n_to_the_counter(page):
    look_for(page, f"收{timezone.localdate().year}-2")
    page.wait_for_url("**/cases/*/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/turns/*/")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("手续齐全。")
    assert page.locator("textarea.opinion").input_value() == "手续齐全。"
    page.goto("/")
    page.keyboard.press("n")
    page.wait_for_url("**/incoming/new/")


@pytest.mark.parametrize(
    "words", ["雨雪", *(pytest.param(words, marks=pytest.mark.soak) for words in ("省农业农村厅", "农明电"))]
)
def test_words_find_the_paper_that_holds_them(page, words):
    look_for(page, words)
    page.wait_for_url("**/search/**")
    assert page.locator("a.title").all_inner_texts() == ["关于低温雨雪冰冻灾害防范的通知"]


def test_what_is_not_there_is_said_with_a_way_on(page):
    look_for(page, "航天飞机")
    page.get_by_text("没有找到").wait_for()


def test_a_scanner_types_the_code_into_the_box_and_the_paper_opens(page):
    case = Case.objects.get(title="关于拨付农机购置补贴资金的函")
    page.keyboard.press("/")
    page.keyboard.type(case.public_id)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case.public_id}/")


def test_columns_are_chosen_and_a_view_is_kept_with_keys_alone(page):
    page.goto("/documents/incoming/")
    page.get_by_role("link", name="选栏目").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/columns/**")
    page.get_by_label("登记人", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.get_by_role("columnheader", name="登记人").wait_for()
    page.get_by_role("link", name="存为视图").focus()
    page.keyboard.press("Enter")
    page.get_by_label("名称").focus()
    page.keyboard.insert_text("我的收文")
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="我的收文").wait_for()
