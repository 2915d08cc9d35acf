"""Eighty papers a day: ten mixed ones registered, proposed and handed out by keyboard alone, in few presses each."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from documents.procedures import FORMS
from office import acting
from office.models import Case, Organisation, ProcedureChoice
from tests.people import seat

from .papers import main_turn

pytestmark = pytest.mark.browser

# Beside the words themselves.
MOST = 25
SENDERS = [("省农业农村厅", "above", "snynct"), ("市气象局", "peer", "sqxj"), ("青石镇人民政府", "below", "qszrmzf")]
WATCH = """window.pressed = 0;
for (const kind of ["mousedown", "pointerdown", "touchstart"])
    addEventListener(kind, () => { window.pressed += 1; }, true);"""


@dataclass
class Fingers:
    """Presses keys and counts them; words are handed over as an input method does and count for nothing."""

    page: object
    pressed: int = 0
    taken: list[int] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        # Who sees a page that still loads its keys waits for it.
        self.page.wait_for_load_state()
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def write(self, words: str) -> None:
        self.page.keyboard.insert_text(words)

    def done(self) -> None:
        self.taken.append(self.pressed)
        self.pressed = 0


@pytest.fixture
def clerk(desk):
    """A small office: who registers proposes as well. Decision papers go the national way."""
    who = desk.people
    seat(who.posts["director"], who.clerk)
    ProcedureChoice.objects.create(form=FORMS["decision"], procedure="documents.national", since=date(2020, 1, 1))
    for name, group, letters in SENDERS:
        Organisation.objects.create(name=name, group=group, initials=letters)
    page = desk.sit(who.clerk, alone=True)
    page.add_init_script(WATCH)
    page.goto("/")
    return Fingers(page)


def enter(hand: Fingers, letters: str, number: str, title: str) -> None:
    """From wherever the clerk is: a new entry, its sender by letters, its number and title."""
    hand.press("n")
    expect(hand.page.locator("[name=sender]")).to_be_focused()
    hand.write(letters)
    hand.page.locator("#senders [role=option]").first.wait_for()
    hand.press("Enter")
    hand.write(number)
    hand.press("Enter")
    hand.write(title)


def on_to(hand: Fingers, step: str) -> None:
    expect(hand.page.locator(".trail .now, [data-turn]").get_by_text(step, exact=True).first).to_be_visible()


def save_and_check(hand: Fingers) -> None:
    hand.press("Alt+s")
    hand.page.wait_for_url("**/turns/*/")
    on_to(hand, "初审")
    hand.press("Control+Enter")


def newest() -> Case:
    return Case.objects.order_by("-pk")[0]


def straight_to_the_unit(hand: Fingers) -> None:
    """拟办 that hands the paper over at once: words, then its own fold with the unit."""
    on_to(hand, "承办·拟办")
    hand.press("Enter")
    hand.write("请种植业股办理。")
    hand.press("Tab", "Tab", "Enter", "Tab", "ArrowDown", "Control+Enter")
    expect(hand.page.get_by_text("案头已清")).to_be_visible()


def handed_over(hand: Fingers, number: int) -> None:
    enter(hand, "snynct", f"农发〔2026〕{number}号", f"关于第{number}件工作的通知")
    save_and_check(hand)
    straight_to_the_unit(hand)
    assert main_turn(newest()).step == "handle"
    hand.done()


def to_be_answered(hand: Fingers, number: int) -> None:
    """From below, with the day the sender wants its answer by."""
    enter(hand, "qszrmzf", f"青政请〔2026〕{number}号", f"关于第{number}项经费的请示")
    hand.press(*["Enter"] * 8, "Space", "Enter")
    hand.write((timezone.localdate() + timedelta(days=9)).isoformat())
    save_and_check(hand)
    straight_to_the_unit(hand)
    one = newest()
    assert main_turn(one).step == "handle" and one.incomingdocument.answer_wanted
    hand.done()


def to_be_read(hand: Fingers, number: int) -> None:
    enter(hand, "sqxj", f"气象简报〔2026〕{number}期", f"气候公报第{number}期")
    hand.press(*["Enter"] * 7, "ArrowRight", "Alt+s")
    hand.page.wait_for_url("**/turns/*/")
    on_to(hand, "送阅")
    hand.press("Control+Enter", "Space", "Tab", "Space", "Control+Enter")
    expect(hand.page.get_by_text("文件仍在您手里").first).to_be_visible()
    assert newest().turns.filter(side=True).count() == 2
    hand.done()


def to_a_leader(hand: Fingers) -> None:
    """报批: the first leader and a unit; the sentence writes itself."""
    hand.press("Control+Enter", "Space")
    while hand.page.evaluate("document.activeElement.name") != "submit-lead":
        assert hand.pressed <= MOST, "the unit in the lead cannot be reached with Tab"
        hand.press("Tab")
    hand.press("ArrowDown")
    expect(hand.page.locator("textarea.opinion")).not_to_have_value("")
    hand.press("Control+Enter")


def back_again(hand: Fingers, case: Case) -> None:
    """What the leader has written on lies with the clerk: found by its number, opened, on to what is to be done."""
    hand.press("/")
    hand.write(case.reference)
    hand.press("Enter")
    hand.page.wait_for_url("**/cases/*/")
    hand.press("Enter")
    hand.page.wait_for_url("**/turns/*/")


def instructed(hand: Fingers, number: int) -> None:
    enter(hand, "snynct", f"农办〔2026〕{number}号", f"关于第{number}件要批示的通知")
    save_and_check(hand)
    on_to(hand, "承办·拟办")
    to_a_leader(hand)
    expect(hand.page.get_by_text("案头已清")).to_be_visible()
    case = newest()
    turn = main_turn(case)
    named = case.incomingdocument.named.get().lead
    acting.act(turn, "instruct", actor=turn.holder, opinion="同意。", values={"lead": named})
    back_again(hand, case)
    hand.press("Control+Enter", "Control+Enter")
    expect(hand.page.get_by_text("案头已清")).to_be_visible()
    assert main_turn(case).step == "handle"
    hand.done()


def meeting(hand: Fingers, number: int) -> None:
    hand.press("n")
    expect(hand.page.locator("[name=sender]")).to_be_focused()
    hand.press("Alt+4")
    hand.write("snynct")
    hand.page.locator("#senders [role=option]").first.wait_for()
    hand.press("Enter")
    hand.write(f"农会〔2026〕{number}号")
    hand.press("Enter")
    hand.write(f"关于召开第{number}次会议的通知")
    hand.press(*["Enter"] * 7)
    expect(hand.page.locator("[name=meeting_at]")).to_be_focused()
    hand.write((timezone.localdate() + timedelta(days=20)).isoformat() + " 9:00")
    hand.press("Alt+s")
    hand.page.wait_for_url("**/turns/*/")
    on_to(hand, "拟办")
    hand.press("Control+Enter", "Space")
    expect(hand.page.locator("textarea.opinion")).not_to_have_value("")
    hand.press("Control+Enter")
    expect(hand.page.locator(".note-green")).to_contain_text("报批")
    case = newest()
    turn = main_turn(case)
    acting.act(turn, "attend", actor=turn.holder, values={"attendees": [turn.holder]})
    back_again(hand, case)
    hand.press("Control+Enter", "Control+Enter")
    expect(hand.page.get_by_text("文件仍在您手里").first).to_be_visible()
    assert case.turns.filter(side=True, step="attend").count() == 1
    hand.done()


def test_ten_mixed_papers_take_no_mouse_and_few_presses_each(clerk):
    for number in (1, 2, 3):
        handed_over(clerk, number)
    for number in (4, 5):
        instructed(clerk, number)
    to_be_answered(clerk, 6)
    handed_over(clerk, 7)
    instructed(clerk, 8)
    to_be_read(clerk, 9)
    meeting(clerk, 10)
    assert len(clerk.taken) == 10
    assert max(clerk.taken) <= MOST, clerk.taken
    assert clerk.page.evaluate("window.pressed") == 0
