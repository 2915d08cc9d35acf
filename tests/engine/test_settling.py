"""Who sits down in a chair, stands in for somebody or changes departments may be barred by it: it all goes on."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from office import acting
from office.models import Department, Deputy, Notice
from office.tasks import settle_bars
from tests import sketches
from tests.make import Paper
from tests.people import seat

TODAY = timezone.localdate()


@pytest.fixture
def paper(who) -> Paper:
    """A paper in the hands of the head of the crops section, kept from the machines section and from the first head."""
    made = Paper(sketches.Incoming, actor=who.clerk)
    made.act("circulate", who.director)
    made.act("hand_over", who.clerk, names=[who.handler])
    made.of_case("bar", who.clerk, departments=[who.departments["machines"]], people=[who.first_head])
    return made


def signed_in(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def settled(paper: Paper, who) -> bool:
    """With the office director's chair, by a decision on record."""
    return paper.turn.hands == who.posts["director"] and paper.last.move == "reassign"


def test_who_begins_to_stand_in_for_the_barred_loses_the_paper_at_once(client, who, paper):
    answer = signed_in(client, who.first_head).post(reverse("deputies"), {
        "deputy": who.handler.pk, "starts_on": TODAY.isoformat(), "ends_on": TODAY.isoformat(), "highest_secrecy": 0,
    })
    assert answer.status_code == 302
    assert settled(paper, who)


def test_who_is_moved_into_a_barred_department_loses_the_paper_at_once(client, who, paper):
    answer = signed_in(client, who.system_admin).post(reverse("person", args=[who.handler.pk]), {
        "username": "handler", "name": "赵立军", "initials": "zlj", "kind": "office", "title": "股长",
        "department": who.departments["machines"].pk,
    })
    assert answer.status_code == 302
    assert settled(paper, who)


def test_so_does_who_stands_in_for_somebody_moved_there(client, who, paper):
    Deputy.objects.create(principal=who.colleague, deputy=who.handler, starts_on=TODAY, ends_on=TODAY)
    signed_in(client, who.system_admin).post(reverse("person", args=[who.colleague.pk]), {
        "username": "colleague", "name": "刘敏", "initials": "lm", "kind": "office", "title": "科员",
        "department": who.departments["machines"].pk,
    })
    assert settled(paper, who)


def test_who_sits_down_in_a_chair_of_a_barred_department_loses_the_paper_when_it_is_confirmed(client, who, paper):
    holding = seat(who.posts["machines"], who.handler)
    holding.confirmed_by = holding.confirmed_at = None
    holding.save()
    assert not settled(paper, who)
    signed_in(client, who.audit_admin).post(reverse("holding_confirm", args=[holding.pk]))
    assert settled(paper, who)


def test_whose_department_comes_under_a_barred_one_loses_the_paper_at_once(client, who, paper):
    fields = {"name": "种植业股", "position": 2, "parent": who.departments["machines"].pk}
    answer = signed_in(client, who.system_admin).post(reverse("department", args=[who.departments["crops"].pk]), fields)
    assert answer.status_code == 302
    assert settled(paper, who)


def test_so_does_who_belongs_to_a_part_of_it_or_stands_in_for_its_people(client, who, paper):
    part = Department.objects.create(name="种子站", parent=who.departments["crops"])
    who.colleague.department = part
    who.colleague.save()
    Deputy.objects.create(principal=who.colleague, deputy=who.other_leader, starts_on=TODAY, ends_on=TODAY)
    paper.do("reassign", who.handler, to=who.other_leader)
    acting.settle_department(part, actor=who.system_admin)
    assert paper.turn.holder == who.other_leader
    who.departments["crops"].parent = who.departments["machines"]
    who.departments["crops"].save()
    acting.settle_department(who.departments["crops"], actor=who.system_admin)
    assert settled(paper, who)


def test_a_department_that_stays_where_it_is_settles_nothing(client, who, paper):
    fields = {"name": "种植业股（种子站）", "position": 2}
    signed_in(client, who.system_admin).post(reverse("department", args=[who.departments["crops"].pk]), fields)
    assert paper.turn.holder == who.handler


def test_where_nobody_may_have_it_who_fills_the_chairs_is_told_once_and_not_what_it_is(client, who, paper):
    who.departments["office"].parent = who.departments["crops"].parent = who.departments["machines"]
    who.departments["office"].save()
    who.departments["crops"].save()
    for person in (who.handler, who.director, who.director):
        acting.settle_bars(person, actor=who.system_admin, at=paper.tick())
    assert paper.turn.hands == who.posts["director"]
    told = Notice.objects.filter(kind="no_hands").order_by("person__username")
    assert [one.person for one in told] == [who.security_admin, who.system_admin]
    page = signed_in(client, who.system_admin).get(reverse("notices")).content.decode()
    assert "办公室主任处有文件没有人能办" in page
    assert paper.case.title not in page and paper.case.public_id not in page


@pytest.mark.parametrize("ago", [0, 3])
def test_what_was_granted_ahead_is_settled_when_it_begins(who, paper, ago):
    Deputy.objects.create(
        principal=who.first_head, deputy=who.handler, starts_on=TODAY - timedelta(days=ago),
        ends_on=TODAY + timedelta(days=5),
    )
    assert not settled(paper, who)
    settle_bars()
    assert settled(paper, who)
    count = paper.case.decisions.count()
    settle_bars()
    assert paper.case.decisions.count() == count


def test_a_chair_that_begins_later_settles_nothing_yet(who, paper):
    seat(who.posts["machines"], who.handler, starts_on=TODAY + timedelta(days=1))
    acting.settle_beginning(on=TODAY)
    assert paper.turn.holder == who.handler


def test_who_is_not_barred_by_it_keeps_what_he_holds(client, who, paper):
    Deputy.objects.create(principal=who.leader, deputy=who.handler, starts_on=TODAY, ends_on=TODAY)
    acting.settle_beginning(on=TODAY)
    assert paper.turn.holder == who.handler
