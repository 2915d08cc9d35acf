"""Eighty papers a day: the entry page under the fingers of a clerk."""

import re
from datetime import date, timedelta

import pytest
from django.core.files import File
from django.utils import timezone
from playwright.sync_api import expect

from documents.models import IncomingDocument
from office import files
from office.models import Case, Organisation
from tests import file_samples, letters
from tests.people import MONDAY

from .hands import Keyboard
from .papers import incoming

pytestmark = pytest.mark.browser


@pytest.fixture
def page(desk):
    """The clerk before an empty form."""
    page = desk.sit(desk.people.clerk)
    page.goto("/documents/incoming/new/")
    return page


def field(page, label: str):
    return page.locator("main").get_by_label(re.compile(rf"^\s*{label}")).first


def focus(page) -> str:
    return page.evaluate("document.activeElement.name || document.activeElement.id || ''")


def write(page, words: str) -> None:
    """What an input method hands over at the end: whole words."""
    page.keyboard.insert_text(words)


def send(page) -> None:
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**saved=**")


def test_a_clerk_registers_without_leaving_the_keys(page):
    assert focus(page) == "sender"
    write(page, "省农业农村厅")
    page.locator("#sender-new").wait_for()
    page.keyboard.press("Enter")
    assert focus(page) == "doc_number"
    write(page, "农明电[2026]31")
    page.keyboard.press("Enter")
    assert focus(page) == "title"
    write(page, "关于做好低温雨雪冰冻灾害防范应对工作的通知")
    send(page)
    number = page.locator(".saved-number")
    assert number.inner_text() == f"收〔{timezone.localdate().year}〕1号"
    assert number.evaluate("it => parseFloat(getComputedStyle(it).fontSize)") >= 26
    assert focus(page) == "sender"
    one = IncomingDocument.objects.get()
    assert (one.number, one.number_typed) == ("农明电〔2026〕31号", "农明电[2026]31")
    # A sender the office had not met is made in place, and found by its initials from then on.
    assert (one.sender.name, one.sender.initials) == ("省农业农村厅", "snynct")


def test_R_IN_05_a_sender_taken_from_the_list_brings_the_book_of_its_group(page):
    Organisation.objects.create(name="县水利局", group="peer", initials="xslj")
    write(page, "xslj")
    page.locator("#sender-1").wait_for()
    page.keyboard.press("Enter")
    assert field(page, "登记簿").input_value() == "平"
    assert "平" in page.locator("#book-changed").inner_text()


def test_the_next_paper_repeats_what_the_clerk_asks_for(desk, page):
    field(page, "来文单位").fill("市农业农村局")
    field(page, "标题").fill("第一件")
    field(page, "收文方式").select_option(index=2)
    send(page)
    assert field(page, "来文单位").input_value() == ""
    field(page, "来文单位").press("Control+0")
    assert field(page, "来文单位").input_value() == "市农业农村局"
    assert focus(page) == "doc_number"
    page.get_by_role("link", name="同上一件").click()
    assert field(page, "收文方式").evaluate("it => it.selectedIndex") == 2
    field(page, "标题").fill("第二件")
    send(page)
    assert IncomingDocument.objects.values("channel", "sender").distinct().count() == 1


def test_a_sender_is_found_by_the_initials_of_its_name(desk, page):
    known = Organisation.objects.create(name="县农业技术推广中心", initials="xnyjstgzx")
    write(page, "xnyj")
    page.locator("[role=option]", has_text=known.name).wait_for()
    page.keyboard.press("Enter")
    assert field(page, "来文单位").input_value() == known.name
    assert page.locator("[name=sender_id]").input_value() == str(known.pk)


def test_dates_are_read_as_they_are_typed(page):
    today = timezone.localdate()
    box = field(page, "收文日期")
    yesterday = today - timedelta(days=1)
    for typed in (f"{yesterday:%m%d}", f"{yesterday.month}.{yesterday.day}", "昨天"):
        box.fill(typed)
        with page.expect_response("**/incoming/date/**"):
            box.press("Tab")
        box.locator("xpath=..").locator(".echo").get_by_text(yesterday.isoformat()).wait_for()


def test_a_paper_that_came_before_is_named_while_the_number_is_typed(desk, page):
    first = incoming(desk.people, "早先登记的一件", number="农明电〔2026〕31号")
    field(page, "来文单位").fill("省农业农村厅")
    field(page, "来文字号").fill("农明电[2026]31")
    warning = page.get_by_text("疑似重复")
    warning.wait_for()
    assert first.reference in page.locator("#duplicates").inner_text()
    field(page, "标题").fill("再来一件")
    send(page)
    assert Case.objects.count() == 2


def test_enter_belongs_to_the_input_method_while_it_composes(page):
    field(page, "来文字号").focus()
    for event in ({"isComposing": True}, {"keyCode": 229}):
        for key in ({}, {"ctrlKey": True}):
            page.evaluate(
                """(given) => {
                    const press = {key: "Enter", bubbles: true, cancelable: true, ...given};
                    const event = new KeyboardEvent("keydown", press);
                    if (given.keyCode) Object.defineProperty(event, "keyCode", {get: () => given.keyCode});
                    document.activeElement.dispatchEvent(event);
                }""",
                {**event, **key},
            )
    assert focus(page) == "doc_number"
    assert page.locator(".error-summary").count() == 0
    page.keyboard.press("Enter")
    assert focus(page) == "title"


def test_without_script_enter_registers_nothing_half_typed(desk):
    page = desk.sit(desk.people.clerk, script=False)
    page.goto("/documents/incoming/new/")
    field(page, "来文单位").fill("省农业农村厅")
    field(page, "标题").fill("关于春耕的通知")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.url.endswith("/new/") and not Case.objects.exists()
    page.get_by_role("button", name="保存并登下一件").click()
    page.wait_for_url("**saved=**")
    assert Case.objects.count() == 1


def test_pressing_twice_makes_one_case(page):
    field(page, "来文单位").fill("县财政局")
    field(page, "标题").fill("关于拨付资金的函")
    page.evaluate(
        """() => {
            const words = () => {
                const made = new FormData(document.querySelector("#entry"));
                made.append("save", "next");
                return {method: "POST", body: made};
            };
            return Promise.all([fetch(location.href, words()), fetch(location.href, words())]);
        }"""
    )
    page.get_by_role("button", name="保存并登下一件").dblclick()
    page.wait_for_url("**saved=**")
    assert Case.objects.count() == 1


def test_the_very_same_scan_is_named_as_soon_as_it_is_chosen(desk, page, tmp_path):
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(file_samples.pdf(1, mark="雨雪冰冻"))
    who = desk.people
    first = incoming(who, "关于低温雨雪冰冻灾害防范的通知")
    with scan.open("rb") as file, files.checked([File(file, name="scan.pdf")]) as ready:
        files.attach(first, ready, actor=who.clerk, role="text", at=MONDAY)
    page.locator("input[type=file]").set_input_files(scan)
    page.locator("#same-file .note").wait_for()
    assert first.reference in page.locator("#same-file").inner_text()
    assert Case.objects.count() == 1


@pytest.mark.soak
def test_a_file_of_the_wrong_kind_is_refused_in_words_and_nothing_else_is_lost(page, tmp_path):
    program = tmp_path / "通知.exe"
    program.write_bytes(b"MZ" + bytes(200))
    field(page, "来文单位").fill("县委办公室")
    field(page, "来文字号").fill("县委办〔2026〕5号")
    field(page, "标题").fill("关于召开会议的通知")
    page.locator("input[type=file]").set_input_files(program)
    assert page.locator("[data-chosen]").inner_text() == "通知.exe"
    page.keyboard.press("Control+Enter")
    error = page.locator(".error-summary")
    error.wait_for()
    assert "通知.exe" in error.inner_text()
    assert Case.objects.count() == 0
    assert field(page, "来文字号").input_value() == "县委办〔2026〕5号"
    assert field(page, "标题").input_value() == "关于召开会议的通知"
    right = tmp_path / "通知.pdf"
    right.write_bytes(file_samples.pdf(1))
    page.locator("input[type=file]").set_input_files(right)
    field(page, "标题").focus()
    send(page)
    assert Case.objects.get().attachments.count() == 1


def test_what_is_typed_is_kept_and_still_there_after_a_reload(desk):
    page = desk.sit(desk.people.clerk, alone=True)
    page.clock.install()
    page.goto("/documents/incoming/new/")
    field(page, "标题").fill("写到一半的标题")
    with page.expect_response("**/incoming/draft/"):
        page.clock.run_for(4500)
    page.get_by_text(re.compile(r"草稿 \d\d:\d\d 已存")).wait_for()
    page.reload()
    assert field(page, "标题").input_value() == "写到一半的标题"


def test_an_envelope_asks_for_its_addressee_and_for_nothing_inside(desk, page):
    assert field(page, "亲启人").is_hidden()
    field(page, "亲启（只登封面）").check()
    field(page, "亲启人").select_option(label=str(desk.people.leader))
    field(page, "来文单位").fill("省农业农村厅")
    field(page, "来文单位").focus()
    send(page)
    assert IncomingDocument.objects.get().addressee == desk.people.leader


def test_telegrams_and_meetings_open_their_own_fields(page):
    rank, place = field(page, "电报等级"), field(page, "会议地点")
    book = field(page, "登记簿")
    assert rank.is_hidden() and place.is_hidden()
    book.select_option("电")
    assert rank.is_visible() and place.is_hidden()
    book.select_option("会")
    assert rank.is_hidden() and place.is_visible()


def test_what_a_dropped_file_says_is_taken_over_field_by_field_by_a_key(page, tmp_path):
    path = tmp_path / "来文.pdf"
    path.write_bytes(letters.letter(
        number="某水函〔2026〕31号", title="关于报送冬修水利进展的函", issuer="某某县水利局", day=date(2026, 11, 18),
        form="letter",
    ))  # fmt: skip
    Keyboard(page).attach(path)
    page.get_by_text("读到：某某县水利局").wait_for()
    # Nothing is filled in by itself.
    labels = ("来文单位", "来文字号", "标题", "成文日期")
    assert [field(page, label).input_value() for label in labels] == ["", "", "", ""]
    for name in ("sender", "doc_number", "title"):
        expect(page.locator(f"[name={name}]")).to_be_focused()
        page.keyboard.press("F2")
    field(page, "成文日期").focus()
    page.keyboard.press("F2")
    assert [field(page, label).input_value() for label in labels] == [
        "某某县水利局", "某水函〔2026〕31号", "关于报送冬修水利进展的函", "2026-11-18",
    ]  # fmt: skip
    expect(page.locator("[name=pages] ~ .read-hint")).to_be_visible()
    send(page)
    one = IncomingDocument.objects.get()
    assert (one.sender.name, one.number, one.dated_on, one.pages) == (
        "某某县水利局", "某水函〔2026〕31号", date(2026, 11, 18), None,
    )  # fmt: skip
