"""关联 from the page of a case: two papers that have to do with each other, and who may say so."""

import pytest
from django.urls import reverse

from office import access, acting, linking
from office.models import Link
from tests.journeys.papers import before_leader, incoming


@pytest.fixture
def papers(who):
    return incoming(who, "关于报送春耕进度的通知"), incoming(who, "关于补报春耕进度的函")


def relate(client, case, actor, **posted):
    client.force_login(actor, backend="django.contrib.auth.backends.ModelBackend")
    return client.post(reverse("relate", args=[case.public_id]), {"kind": "see", **posted})


def shown(client, case):
    """What stands beside a case: [(what the other is to it, its number)]."""
    links = client.get(reverse("case", args=[case.public_id])).context["links"]
    return [(one["kind"], one["reference"]) for one in links]


def test_an_answer_is_shown_on_both_papers_each_way(client, who, papers):
    asked, answered = papers
    assert relate(client, answered, who.clerk, number=asked.reference, kind="answers").status_code == 302
    assert shown(client, answered) == [("答复", asked.reference)]
    assert shown(client, asked) == [("答复件", answered.reference)]


@pytest.mark.parametrize("typed", ["报送春耕", "short"])
def test_the_other_paper_is_found_by_a_short_number_or_words_of_its_title(client, who, papers, typed):
    other, case = papers
    typed = f"收{other.reference[2:6]}-{other.serial}" if typed == "short" else typed
    assert relate(client, case, who.clerk, number=typed).status_code == 302
    assert shown(client, case) == [("参见", other.reference)]


def test_several_papers_of_the_same_words_are_named_and_none_is_linked(client, who, papers):
    case = incoming(who, "关于别的事")
    answer = relate(client, case, who.clerk, number="春耕进度")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "找到好几份" in page and all(one.reference in page for one in papers)
    assert not Link.objects.exists()


def test_a_number_that_is_not_there_and_the_papers_own_are_refused_in_words(client, who, papers):
    case = papers[0]
    answer = relate(client, case, who.clerk, number="收2026-9999")
    assert answer.status_code == 422 and "没有找到这份文件" in answer.content.decode()
    answer = relate(client, case, who.clerk, number=case.reference)
    assert answer.status_code == 422 and "这就是本件的编号" in answer.content.decode()


def test_linking_twice_is_one_link_and_undoing_it_leaves_none(client, who, papers):
    case, other = papers
    relate(client, case, who.clerk, number=other.reference)
    relate(client, case, who.clerk, number=other.reference)
    link = Link.objects.get()
    relate(client, other, who.clerk, undo=link.pk)
    assert shown(client, case) == shown(client, other) == []
    assert Link.objects.get().undone_at is not None


def test_a_link_to_what_one_may_not_see_is_neither_made_nor_shown_nor_undone(client, who, papers):
    case, other = papers
    relate(client, case, who.clerk, number=other.reference)
    link = Link.objects.get()
    client.post(reverse("bar", args=[other.public_id]), {"reason": "亲属", "people": [f"u{who.second_clerk.pk}"]})
    # A bar goes along the link: for her there are neither of the two.
    assert not access.visible_to(who.second_clerk).filter(pk__in=[case.pk, other.pk]).exists()
    third = incoming(who, "另一件")
    assert relate(client, third, who.second_clerk, number=other.reference).status_code == 422
    assert relate(client, third, who.second_clerk, undo=link.pk).status_code == 302
    assert Link.objects.get().undone_at is None


def test_linking_brings_bars_along_and_takes_the_paper_out_of_barred_hands(client, who):
    barred, other = incoming(who, "反映王志远的问题"), before_leader(who, "关于同一件事", who.leader)
    client.force_login(who.clerk, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("bar", args=[barred.public_id]), {"reason": "信里就是他", "people": [f"u{who.leader.pk}"]})
    assert relate(client, barred, who.clerk, number=other.reference).status_code == 302
    assert other.turns.get(ended_at__isnull=True).hands != who.leader
    assert not access.visible_to(who.leader).filter(pk=other.pk).exists()


def test_linking_that_leaves_a_paper_in_nobodys_hands_is_refused_in_words(who, papers):
    case, other = papers
    acting.void(other, actor=who.clerk, reason="重复登记")
    access.let_see(case, people=[who.handler])
    access.let_see(other, people=[who.handler])
    acting.bar(other, actor=who.clerk, people=[who.leader, who.clerk, who.second_clerk, who.director], reason="回避")
    with pytest.raises(acting.Refused, match="没有人能办"):
        linking.connect(case, other, kind="see", actor=who.handler)
    assert not Link.objects.exists()
    assert not case.barred.exists()


def test_a_leader_relates_nothing(client, who):
    case = before_leader(who, "请示", who.leader)
    assert relate(client, case, who.leader, number="春耕").status_code == 404
    client.force_login(who.leader, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("case", args=[case.public_id])).context["relate_url"] == ""
