"""A paper from the counter to the shelf: by mouse, by keyboard, and without script."""

import io
import re

import pypdf
import pytest
from django.utils import timezone

from documents.models import IncomingDocument
from office.models import Case
from tests import file_samples

from .hands import Keyboard, Mouse

pytestmark = pytest.mark.browser

TITLE = "关于做好低温雨雪冰冻灾害防范应对工作的紧急通知"
PROPOSAL = "拟请王志远、孙长河副局长批示，种植业股承办。"
FIRST = "同意，请种植业股今天拿出方案。"
SECOND = "请一并检查农机。"
RESULT = "方案已报省厅，措施已落实到各乡镇。"
ANSWER = "书面答复省农业农村厅。"


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "农明电31号.pdf"
    path.write_bytes(file_samples.pdf(1, mark="雨雪冰冻"))
    return path


class Story:
    """Everybody's part, in the order in which the paper passes."""

    def __init__(self, desk, hand, *, script: bool = True) -> None:
        self.desk, self.hand, self.script = desk, hand, script

    def at(self, name: str):
        """This person's hands, on his own queue."""
        return self.hand(self.desk.sit(getattr(self.desk.people, name), script=self.script))

    def open(self, name: str):
        """His queue, and the paper taken from it."""
        hand = self.at(name)
        hand.take(TITLE)
        hand.page.wait_for_url("**/turns/*/")
        return hand

    def register(self, scan, *, answer: bool = True) -> None:
        clerk = self.at("clerk")
        clerk.follow("^登记$")
        clerk.page.wait_for_url("**/incoming/new/")
        clerk.write("来文单位", "省农业农村厅")
        clerk.write("来文字号", "农明电[2026]31")
        clerk.write("标题", TITLE)
        clerk.choose("紧急程度", "加急")
        if answer:
            clerk.tick("要求答复")
        clerk.attach(scan)
        clerk.send("保存并登下一件")
        clerk.page.wait_for_url("**saved=**")
        assert "号" in clerk.page.locator(".saved-number").inner_text()

    def examine(self) -> None:
        clerk = self.open("clerk")
        clerk.send("^初审合格")
        self.gone(clerk)

    def propose(self, *leaders: str) -> None:
        director = self.open("director")
        director.write("拟办意见", PROPOSAL)
        director.unfold("报批")
        for leader in leaders:
            director.tick(leader)
        director.choose("承办（牵头）", "种植业股 赵立军")
        director.send("^确定报批")
        self.gone(director)

    def instruct(self, name: str, words: str) -> None:
        leader = self.open(name)
        leader.write("批示意见", words)
        leader.send("^批示")
        self.gone(leader)

    def present(self) -> None:
        clerk = self.open("clerk")
        clerk.unfold("呈其他领导批示")
        clerk.send("^确定呈其他领导批示")
        self.gone(clerk)

    def circulate(self) -> None:
        clerk = self.open("clerk")
        clerk.unfold("送阅")
        clerk.tick("赵明德 局长")
        clerk.tick("刘敏 种植业股 科员")
        clerk.send("^确定送阅")
        clerk.page.get_by_text("文件仍在您手里").wait_for()

    def hand_over(self) -> None:
        clerk = self.open("clerk")
        clerk.unfold("交办")
        clerk.send("^确定交办")
        self.gone(clerk)

    def read(self, name: str) -> None:
        reader = self.at(name)
        reader.follow("^待阅")
        reader.page.wait_for_url("**/reading/")
        reader.take(TITLE)
        reader.page.wait_for_url("**/turns/*/")
        reader.send("^已阅")
        self.gone(reader)

    def handle(self) -> None:
        handler = self.open("handler")
        handler.write("承办意见", RESULT)
        handler.send("^报结果")
        self.gone(handler)

    def conclude(self, *, answer: bool = True) -> None:
        clerk = self.open("clerk")
        if answer:
            clerk.write("办结意见", ANSWER)
            clerk.send("^登记答复")
            clerk.page.get_by_text("文件仍在您手里").wait_for()
        clerk.send("^办结")
        self.gone(clerk)

    def print_slip(self) -> str:
        clerk = self.at("clerk")
        clerk.follow("^已办")
        clerk.page.wait_for_url("**/done/")
        clerk.take(TITLE)
        clerk.page.wait_for_url("**/cases/*/")
        address = clerk.page.get_by_role("link", name="打印处理单").get_attribute("href")
        paper = clerk.page.context.request.get(address).body()
        return re.sub(r"\s", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages))

    def gone(self, hand) -> None:
        """It went out: nothing else waits, so the queue opens and says what was done."""
        answer = hand.page.locator(".note-green, .error-summary").first
        answer.wait_for()
        assert "已“" in answer.inner_text()


def walk(story: Story, scan) -> Case:
    story.register(scan)
    story.examine()
    story.propose("王志远 副局长", "孙长河 副局长")
    story.instruct("leader", FIRST)
    story.present()
    story.instruct("other_leader", SECOND)
    story.circulate()
    story.hand_over()
    story.read("first_head")
    story.read("colleague")
    story.handle()
    story.conclude()
    return Case.objects.get()


def moves(case: Case) -> list[str]:
    return list(case.decisions.order_by("number").values_list("move", flat=True))


WHOLE = [
    "register", "pass", "submit", "instruct", "present", "instruct", "send", "hand_over", "read", "read", "report",
    "answered", "finish",
]


@pytest.mark.soak
def test_a_paper_goes_from_the_counter_to_the_shelf_by_mouse(desk, scan):
    story = Story(desk, Mouse)
    case = walk(story, scan)
    assert case.outcome == "done"
    assert moves(case)[1:] == WHOLE[1:]
    slip = story.print_slip()
    year = timezone.localdate().year
    for words in (TITLE, f"收〔{year}〕1号", "农明电〔2026〕31号", PROPOSAL, FIRST, SECOND, RESULT, "王志远", "孙长河"):
        assert words in slip, words


def test_a_paper_goes_from_the_counter_to_the_shelf_by_keyboard_alone(desk, scan):
    story = Story(desk, Keyboard)
    story.register(scan)
    story.examine()
    story.propose("王志远 副局长")
    story.instruct("leader", FIRST)
    story.circulate()
    story.hand_over()
    story.read("colleague")
    story.read("first_head")
    story.handle()
    story.conclude()
    case = Case.objects.get()
    assert case.outcome == "done"
    assert moves(case)[1:] == [*WHOLE[1:4], *WHOLE[6:]]
    assert case.attachments.count() == 1
    assert FIRST in story.print_slip()


def test_a_paper_is_registered_without_script(desk, scan):
    Story(desk, Mouse, script=False).register(scan, answer=False)
    case = Case.objects.get()
    assert case.attachments.count() == 1
    assert IncomingDocument.objects.get(case=case).number == "农明电〔2026〕31号"


@pytest.mark.soak
def test_every_station_works_without_script(desk, scan):
    story = Story(desk, Mouse, script=False)
    story.register(scan)
    story.examine()
    story.propose("王志远 副局长")
    story.instruct("leader", FIRST)
    story.circulate()
    story.hand_over()
    story.read("first_head")
    story.read("colleague")
    story.handle()
    story.conclude()
    case = Case.objects.get()
    assert case.outcome == "done"
    assert moves(case)[1:] == [
        *("pass", "submit", "instruct", "send", "hand_over", "read", "read", "report", "answered", "finish")
    ]
