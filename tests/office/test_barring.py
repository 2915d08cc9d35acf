"""回避 from the page of a case: who may say it, and what it does."""

import pytest
from django.urls import reverse

from office import access
from tests.journeys.papers import before_leader, incoming


@pytest.fixture
def case(who):
    return before_leader(who, "反映王志远的问题", who.leader)


def bar(client, case, actor, **posted):
    client.force_login(actor, backend="django.contrib.auth.backends.ModelBackend")
    return client.post(reverse("bar", args=[case.public_id]), {"reason": "来信反映的就是他", **posted})


def test_the_hub_bars_a_leader_and_the_paper_leaves_his_hands(client, who, case):
    bar(client, case, who.clerk, people=[f"u{who.leader.pk}"])
    assert not access.visible_to(who.leader).filter(pk=case.pk).exists()
    assert case.turns.get(ended_at__isnull=True).hands != who.leader


def test_a_department_is_barred_with_everybody_in_it(client, who, case):
    bar(client, case, who.director, departments=[who.departments["crops"].pk])
    assert access.is_barred(case, who.handler)
    assert access.is_barred(case, who.colleague)


def test_nobody_chosen_bars_nobody(client, who, case):
    answer = bar(client, case, who.clerk)
    assert answer.status_code == 422
    assert "请选要回避的人或部门" in answer.content.decode()
    assert not case.barred.exists()


def test_a_leader_bars_nobody(client, who, case):
    assert bar(client, case, who.leader, people=[f"u{who.clerk.pk}"]).status_code == 404
    assert not case.barred.exists()


def test_a_bar_that_leaves_a_paper_in_nobodys_hands_is_refused_in_words(client, who, case):
    everybody = [f"u{one.pk}" for one in (who.leader, who.clerk, who.second_clerk, who.director)]
    answer = bar(client, case, who.clerk, people=everybody)
    assert answer.status_code == 422
    assert "没有人能办" in answer.content.decode()
    assert not case.barred.exists()


def test_what_comes_next_names_who_will_have_it_not_who_is_barred(client, who):
    found = incoming(who, "反映办公室的问题")
    client.force_login(who.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("case", args=[found.public_id])
    assert "李建国" in client.get(page).content.decode()
    bar(client, found, who.clerk, people=[f"u{who.director.pk}"])
    following = [one["who"] for one in client.get(page).context["trail"] if one["state"] == "then"]
    assert following and not any("李建国" in one for one in following)
    assert any("陈雅文" in one for one in following)


def test_that_somebody_was_barred_is_on_record_with_the_reason_but_not_who(client, who, case):
    assert bar(client, case, who.clerk, people=[f"u{who.leader.pk}"], reason="").status_code == 422
    bar(client, case, who.clerk, people=[f"u{who.leader.pk}"])
    made = case.decisions.get(move="bar")
    assert (made.signed_name, made.reason, made.names) == ("陈雅文", "来信反映的就是他", "")
