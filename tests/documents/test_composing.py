"""拟办: the sentence writes itself, and a like paper of last year lends its own."""

from datetime import date

import pytest
from django.urls import reverse

from documents import bringing_in, composing, old_books
from documents.models import IncomingDocument
from documents.registering import sender_named
from office import acting
from office.forms.people import key_of
from tests.documents.test_old_registers import book
from tests.people import MONDAY

OLD = {
    "title": "关于做好2025年秋粮收购工作的通知", "received_on": date(2025, 11, 14), "dated_on": None,
    "number": "某发〔2025〕9号",
}  # fmt: skip


@pytest.mark.parametrize(("name", "title", "called"), [
    ("张明", "局长", "张局长"), ("欧阳文", "党组成员、副局长", "欧阳副局长"), ("王志远", "", "王志远"),
])  # fmt: skip
def test_leaders_are_called_by_name_and_title(who, name, title, called):
    who.leader.name, who.leader.title = name, title
    assert composing.called(who.leader) == called


def test_the_sentence_says_who_is_asked_who_leads_who_helps_and_by_when(who):
    given = {"leaders": [who.first_head, who.leader], "lead": who.posts["crops"], "due_on": date(2026, 11, 28)}
    asked = "、".join(map(composing.called, given["leaders"]))
    whole = composing.sentence(**given, assisting=[who.posts["machines"]])
    assert whole == f"拟请{asked}阅示，种植业股牵头、农机股配合，11月28日前办结。"
    assert composing.sentence(**given) == f"拟请{asked}阅示，由种植业股办理，11月28日前办结。"
    assert composing.sentence(leaders=[who.leader], reading=True) == f"拟请{composing.called(who.leader)}阅。"
    assert composing.sentence(leaders=[], lead=who.posts["crops"]) == "拟由种植业股办理。"
    assert composing.sentence(leaders=[]) == ""


def test_it_is_asked_for_while_picking_and_written_by_nobody_else(who, paper, client):
    one = paper()
    one.do("pass", who.clerk)
    client.force_login(who.director)
    picked = {
        "submit-names": [key_of(who.leader)], "submit-lead": key_of(who.posts["crops"]), "submit-due_on": "2026-11-28",
    }  # fmt: skip
    answer = client.get(reverse("incoming_compose", args=[one.turn.pk]), picked)
    assert "由种植业股办理，11月28日前办结。" in answer.content.decode()
    wrong = client.get(reverse("incoming_compose", args=[one.turn.pk]), {**picked, "submit-lead": "p999999"})
    assert wrong.content == b""
    client.force_login(who.outsider)
    assert client.get(reverse("incoming_compose", args=[one.turn.pk]), picked).status_code == 404


@pytest.fixture
def last_year(who, paper):
    """A paper of the year before: proposed for 种植业股, instructed."""
    one = paper(**OLD)
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"], "assisting": [who.posts["machines"]], "due_on": date(2026, 12, 1)}
    words = "拟请王副局长阅示，种植业股牵头、农机股配合，11月28日前办结。"
    one.do("submit", who.director, opinion=words, names=[who.leader], values=values)
    one.do("instruct", who.leader, opinion="同意，抓紧。", values={"lead": who.posts["crops"]})
    return one


def likes(one, user):
    return composing.aids(one.turn, user=user)["likes"]


def test_last_years_like_paper_lends_its_proposal_and_shows_its_instruction(who, paper, last_year):
    one = paper(title="关于做好2026年秋粮收购有关工作的通知", number="某发〔2026〕12号")
    one.do("pass", who.clerk)
    found = likes(one, who.director)
    assert [like["reference"] for like in found] == [last_year.case.reference]
    assert found[0]["proposal"] == "拟请王副局长阅示，种植业股牵头、农机股配合，＿月＿日前办结。"
    assert found[0]["instructions"] == ["同意，抓紧。"]
    assert found[0]["lead"] == key_of(who.posts["crops"])


@pytest.mark.parametrize("title", ["关于开展森林防火检查的通知", "转发省政府人事任免的通知"])
def test_another_matter_of_the_same_sender_is_no_like_paper(who, paper, last_year, title):
    one = paper(title=title, number="某发〔2026〕12号")
    one.do("pass", who.clerk)
    assert likes(one, who.director) == []


def test_nobody_learns_by_it_of_a_paper_he_may_not_see(who, paper, last_year):
    acting.bar(last_year.case, people=[who.director], actor=who.clerk, reason="本人的事", at=MONDAY)
    one = paper(title="关于做好2026年秋粮收购工作的通知", number="某发〔2026〕12号")
    one.do("pass", who.clerk)
    assert likes(one, who.director) == []


def test_what_was_taken_back_is_no_example(who, paper):
    old = paper(**OLD)
    old.do("pass", who.clerk)
    old.do("submit", who.director, opinion="写错了。", names=[who.leader])
    acting.take_back(old.case, actor=who.director, at=old.at)
    one = paper(title="关于做好2026年秋粮收购工作的通知", number="某发〔2026〕12号")
    one.do("pass", who.clerk)
    assert likes(one, who.director) == []


def test_an_old_register_lends_its_proposals_too(who, paper):
    head = ("序号", "收文日期", "来文单位", "来文字号", "文件标题", "拟办意见", "领导批示")
    said = "拟请王局长阅示。", "已阅，请种植股办。"
    cells = (1, "2025.11.20", "省农业农村厅", OLD["number"], OLD["title"], *said)
    found = old_books.open_book("旧.xlsx", book(head, cells))
    one = paper(title="关于做好2026年秋粮收购工作的通知", number="某发〔2026〕12号")
    IncomingDocument.objects.update(sender=sender_named("省农业农村厅"))
    reading = found.read(year=2025, today=MONDAY.date())
    bringing_in.bring_in(
        reading, book="收", year=2025, actor=who.clerk, file_name="旧.xlsx", file_hash="x", mapping={}
    )
    one.do("pass", who.clerk)
    found = likes(one, who.director)
    assert (found[0]["proposal"], found[0]["instructions"]) == ("拟请王局长阅示。", ["已阅，请种植股办。"])


def test_the_page_offers_to_copy_it_by_a_key(who, paper, last_year, client):
    one = paper(title="关于做好2026年秋粮收购工作的通知", number="某发〔2026〕12号")
    one.do("pass", who.clerk)
    client.force_login(who.director)
    page = client.get(f"/turns/{one.turn.pk}/").content.decode()
    assert "去年同类文" in page and 'data-copy="拟请王副局长阅示' in page and "<kbd>C</kbd>" in page
