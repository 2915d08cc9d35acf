"""Who sees what: grants, chairs, deputies, levels, bars and sealed cases, and the log of looks."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from office import access, acting, linking
from office.acting import Refused
from office.models import (
    Barred,
    Case,
    CaseGroupGrant,
    CaseUserGrant,
    Department,
    Deputy,
    Notice,
    Post,
    PostHolding,
    Turn,
    User,
)
from office.models.cases import see_permission
from tests import people, sketches
from tests.engine.oracle import Oracle
from tests.make import Paper, series
from tests.people import MONDAY, seat

TODAY = timezone.localdate()


def sees(person: User, case: Case) -> bool:
    access.forget_identity(person)
    return access.visible_to(person).filter(pk=case.pk).exists()


def viewers(who, case: Case) -> set[str]:
    return {name for name, person in who.everybody().items() if sees(person, case)}


@pytest.fixture
def paper(who) -> Paper:
    """An ordinary paper that has gone from the director to a leader."""
    made = Paper(sketches.Incoming, actor=who.clerk, series=series())
    made.act("submit", who.director, opinion="拟请志远同志批示。", names=[who.leader])
    return made


def stands_in(principal: User, deputy: User, *, since: int = -1, until: int = 1, **fields) -> Deputy:
    made = Deputy.objects.create(
        principal=principal, deputy=deputy, starts_on=TODAY + timedelta(days=since),
        ends_on=TODAY + timedelta(days=until), **fields,
    )
    access.forget_identity(deputy)
    return made


# --- Who has it, who had it, and the registry ---


def test_a_paper_is_seen_by_those_who_have_had_it_and_by_the_registry_and_nobody_else(who, paper):
    assert viewers(who, paper.case) == {"clerk", "second_clerk", "director", "leader"}


def test_whoever_has_had_a_paper_may_always_look_at_it_again(who, paper):
    paper.do("reassign", who.leader, to=who.handler)
    paper.do("reassign", who.handler, to=who.first_head)
    assert {"leader", "handler", "first_head"} <= viewers(who, paper.case)


def test_a_paper_before_a_chair_is_seen_by_everybody_in_it(who, paper):
    paper.act("circle", who.leader)
    paper.act("hand_over", who.clerk, names=[who.posts["crops"]])
    seat(who.posts["crops"], who.outsider)
    assert {"handler", "outsider"} <= viewers(who, paper.case)
    assert "second_head" not in viewers(who, paper.case)


def test_the_head_of_a_department_sees_what_lay_before_his_chair_and_not_what_his_people_have(who, paper):
    paper.do("reassign", who.leader, to=who.colleague)
    assert "handler" not in viewers(who, paper.case)


def test_who_leaves_a_chair_keeps_his_own_papers_and_loses_those_of_the_chair(who):
    named = Paper(sketches.Incoming, actor=who.clerk)
    named.act("circulate", who.director)
    named.act("hand_over", who.clerk, names=[who.posts["crops"]])
    named.do("claim", who.handler)
    common = Paper(sketches.Incoming, actor=who.clerk)
    common.act("circulate", who.director)
    common.act("hand_over", who.clerk, names=[who.posts["crops"]])
    who.posts["crops"].holdings.update(ends_on=TODAY - timedelta(days=1))
    assert sees(who.handler, named.case)
    assert not sees(who.handler, common.case)
    assert set(access.waiting_for(who.handler)) == {named.turn}


def test_who_comes_into_a_chair_sees_what_the_chair_has_had(who, paper):
    paper.act("circle", who.leader)
    paper.act("hand_over", who.clerk, names=[who.posts["crops"]])
    paper.act("report", who.handler, opinion="已办。")
    seat(who.posts["crops"], who.outsider)
    assert sees(who.outsider, paper.case)


def test_a_chair_granted_and_not_yet_confirmed_opens_nothing(who, paper):
    PostHolding.objects.create(
        post=who.posts["clerk"], person=who.outsider, starts_on=TODAY, granted_by=who.security_admin
    )
    assert not sees(who.outsider, paper.case)
    assert not access.waiting_for(who.outsider).exists()


def test_the_registry_sees_its_functions_only(who):
    petition = Paper(sketches.Petition, actor=who.outsider)
    who.posts["clerk"].sees = ["sketch.incoming"]
    who.posts["clerk"].save()
    assert not sees(who.second_clerk, petition.case)
    who.posts["clerk"].sees = ["sketch"]
    who.posts["clerk"].save()
    assert sees(who.second_clerk, petition.case)


def test_an_administrator_sees_no_business_whatever_he_was_granted(who, paper):
    for person in (who.system_admin, who.security_admin, who.audit_admin):
        CaseUserGrant.objects.create(user=person, content_object=paper.case, permission=see_permission())
        seat(who.posts["clerk"], person)
        assert not sees(person, paper.case)
        assert not access.waiting_for(person).exists()
        assert access.newest_for(person, count=5) == []


def test_who_has_left_the_house_sees_nothing(who, paper):
    who.leader.is_active = False
    assert not sees(who.leader, paper.case)
    assert access.may_act(who.leader, paper.turn) is None


# --- Restricted and sealed ---


def test_no_rule_shows_a_restricted_paper(who):
    paper = Paper(sketches.Incoming, actor=who.clerk, restricted=True)
    assert viewers(who, paper.case) == {"clerk", "director"}


def test_the_chair_before_which_a_restricted_paper_lies_sees_it(who):
    paper = Paper(sketches.Incoming, actor=who.clerk, restricted=True)
    paper.act("circulate", who.director)
    assert "second_clerk" in viewers(who, paper.case)


@pytest.fixture
def accusation(who) -> Paper:
    """A sealed case with the head of the discipline group."""
    return Paper(sketches.Accusation, actor=who.outsider)


def test_a_sealed_case_is_seen_by_those_named_one_by_one(who, accusation):
    assert viewers(who, accusation.case) == {"outsider", "other_leader"}
    assert not CaseGroupGrant.objects.filter(content_object=accusation.case).exists()


def test_who_comes_later_into_the_chair_sees_no_sealed_case_of_before(who, accusation):
    accusation.act("check", who.other_leader, names=[who.first_head])
    seat(who.posts["discipline"], who.director)
    assert not sees(who.director, accusation.case)


def test_a_sealed_case_before_a_chair_waits_only_for_those_of_it_who_are_named(who):
    seat(who.posts["discipline"], who.director)
    accusation = Paper(sketches.Accusation, actor=who.outsider)
    seat(who.posts["discipline"], who.clerk)
    assert accusation.turn.holder is None
    waiting = {name for name, one in who.everybody().items() if access.waiting_for(one).exists()}
    assert waiting == {"other_leader", "director"}
    assert access.may_act(who.clerk, accusation.turn) is None
    with pytest.raises(Refused, match="不在您手里"):
        accusation.act("file", who.clerk, opinion="存查。")


# --- Levels ---


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_R_SEC_07_nobody_sees_above_his_clearance_whatever_he_was_granted(who, level):
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=level, series=series("密"))
    for person in who.everybody().values():
        CaseUserGrant.objects.get_or_create(user=person, content_object=paper.case, permission=see_permission())
    cleared = {name for name, one in who.everybody().items() if one.does_office_business and one.clearance >= level}
    assert viewers(who, paper.case) == cleared


def test_R_SEC_07_a_paper_reaches_only_those_cleared_for_it(who):
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=3)
    with pytest.raises(Refused, match="不能送给王志远"):
        paper.act("submit", who.director, names=[who.leader])
    paper.act("circulate", who.director)
    assert set(access.waiting_for(who.clerk)) == {paper.turn}
    assert not access.waiting_for(who.second_clerk).exists()
    assert access.may_act(who.second_clerk, paper.turn) is None


def test_R_SEC_07_who_loses_his_clearance_loses_the_paper_from_sight_and_queue(who):
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=3)
    paper.act("submit", who.director, names=[who.first_head])
    who.first_head.clearance = 1
    who.first_head.save()
    assert not sees(who.first_head, paper.case)
    assert not access.waiting_for(who.first_head).exists()


def test_R_SEC_07_no_notice_of_a_paper_goes_to_the_uncleared_of_a_chair(who):
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=3)
    paper.act("circulate", who.director)
    assert not Notice.objects.filter(person=who.second_clerk, case=paper.case).exists()


# --- Deputies ---


def test_a_deputy_sees_what_lies_in_the_in_tray_and_not_what_has_been(who, paper):
    past = Paper(sketches.Incoming, actor=who.clerk)
    past.act("submit", who.director, opinion="请批示。", names=[who.leader])
    past.act("circle", who.leader)
    stands_in(who.leader, who.outsider)
    assert sees(who.outsider, paper.case)
    assert not sees(who.outsider, past.case)


@pytest.mark.parametrize(("since", "until", "sight"), [(-3, -1, False), (-1, 0, True), (0, 0, True), (1, 3, False)])
def test_a_deputy_sees_and_acts_from_the_first_day_to_the_last(who, paper, since, until, sight):
    stands_in(who.leader, who.outsider, since=since, until=until)
    assert sees(who.outsider, paper.case) is sight
    assert access.waiting_for(who.outsider).exists() is sight
    assert (access.may_act(who.outsider, paper.turn) is not None) is sight


def test_a_deputy_whose_time_was_cut_short_sees_nothing_more(who, paper):
    made = stands_in(who.leader, who.outsider)
    made.ended_at = timezone.now()
    made.save()
    assert not sees(who.outsider, paper.case)


def test_what_a_deputy_has_signed_he_may_look_at_later(who, paper):
    made = stands_in(who.leader, who.outsider)
    paper.act("instruct", who.outsider, opinion="同意。")
    made.ended_at = timezone.now()
    made.save()
    assert sees(who.outsider, paper.case)
    assert (paper.last.actor, paper.last.on_behalf_of) == (who.outsider, who.leader)
    assert (paper.last.signed_name, paper.last.signed_for) == ("吴小梅", "王志远")


def test_a_deputy_of_a_deputy_is_nobodys(who, paper):
    stands_in(who.leader, who.handler)
    stands_in(who.handler, who.outsider)
    assert sees(who.handler, paper.case)
    assert not sees(who.outsider, paper.case)


def test_a_deputy_does_the_named_kinds_of_work_only(who, paper):
    stands_in(who.leader, who.outsider, procedures=["sketch.meeting"])
    assert not sees(who.outsider, paper.case)
    assert access.may_act(who.outsider, paper.turn) is None


def test_a_deputy_never_has_a_sealed_case(who, accusation):
    who.outsider.clearance = who.handler.clearance = 4
    stands_in(who.other_leader, who.handler, highest_secrecy=3)
    assert accusation.turn.holder == who.other_leader
    assert not sees(who.handler, accusation.case)
    assert access.may_act(who.handler, accusation.turn) is None


@pytest.mark.parametrize(("given", "own", "principals", "sight"), [
    (1, 1, 1, True), (0, 1, 1, False), (1, 0, 1, False), (1, 1, 0, False),
])
def test_R_SEC_07_a_deputy_has_no_more_than_he_was_given_may_know_and_his_principal_may(
    who, given, own, principals, sight
):
    paper = Paper(sketches.Incoming, actor=who.clerk, secrecy=1)
    paper.act("submit", who.director, opinion="请批示。", names=[who.leader])
    User.objects.filter(pk=who.leader.pk).update(clearance=principals)
    who.outsider.clearance = own
    who.outsider.save()
    stands_in(who.leader, who.outsider, highest_secrecy=given)
    assert sees(who.outsider, paper.case) is sight
    assert access.waiting_for(who.outsider).exists() is sight
    assert (access.may_act(who.outsider, paper.turn) is not None) is sight


def test_a_deputy_is_nobody_when_his_principal_has_left(who, paper):
    User.objects.filter(pk=who.leader.pk).update(is_active=False)
    stands_in(who.leader, who.outsider)
    assert not sees(who.outsider, paper.case)


# --- Bars ---


def test_for_whom_a_case_is_barred_it_does_not_exist(who, paper):
    paper.of_case("bar", who.clerk, people=[who.director])
    assert "director" not in viewers(who, paper.case)
    assert paper.case not in access.newest_for(who.director, count=9)


def test_a_bar_on_a_department_reaches_everybody_in_it_and_below_it(who, paper):
    part = Department.objects.create(name="种子站", parent=who.departments["crops"], position=9)
    who.outsider.department = part
    who.outsider.save()
    paper.do("reassign", who.leader, to=who.outsider)
    paper.of_case("bar", who.clerk, departments=[who.departments["crops"]])
    assert not sees(who.outsider, paper.case)
    assert paper.turn.holder != who.outsider


def test_a_bar_reaches_those_who_stand_in_for_the_barred(who, paper):
    paper.do("reassign", who.leader, to=who.handler)
    paper.of_case("bar", who.clerk, people=[who.first_head])
    stands_in(who.first_head, who.handler)
    assert not sees(who.handler, paper.case)
    acting.settle_bars(who.handler, actor=who.security_admin, at=paper.tick())
    assert paper.turn.hands == who.posts["director"]


def test_a_bar_follows_whoever_moves_into_the_department(who, paper):
    paper.of_case("bar", who.clerk, departments=[who.departments["machines"]])
    assert sees(who.leader, paper.case)
    who.leader.department = who.departments["machines"]
    who.leader.save()
    assert not sees(who.leader, paper.case)
    acting.settle_bars(who.leader, actor=who.security_admin, at=paper.tick())
    assert paper.turn.hands == who.posts["director"]


def test_the_barred_are_told_nothing(who, paper):
    paper.of_case("bar", who.clerk, people=[who.second_clerk])
    before = list(Notice.objects.values_list("pk", flat=True))
    paper.act("circle", who.leader)
    told = Notice.objects.exclude(pk__in=before)
    assert told.filter(person=who.clerk).exists()
    assert not told.filter(person=who.second_clerk).exists()


def test_a_case_opened_from_another_is_barred_to_the_same_people(who, paper):
    paper.of_case("bar", who.clerk, people=[who.handler])
    made = linking.open_linked(
        paper.case, "sketch.petition", asked=sketches.Call("某某", "水渠"), actor=who.clerk, at=paper.tick()
    )
    assert access.is_barred(made, who.handler)
    acting.bar(made, actor=who.clerk, people=[who.outsider], at=paper.tick())
    assert access.is_barred(paper.case, who.outsider)


# --- Random offices ---


def random_office(dice: random.Random) -> None:
    """People, chairs, deputies, papers, grants and bars as the dice have them; most of it would never be so."""
    who = people.cast()
    units = list(who.departments.values())
    units += [Department.objects.create(name=f"站{n}", parent=dice.choice(units), position=n) for n in range(4)]
    everybody = list(who.everybody().values())
    for person in everybody:
        User.objects.filter(pk=person.pk).update(
            department=dice.choice([None, *units]), clearance=dice.randrange(5), is_active=dice.random() < 0.85
        )
    posts = list(Post.objects.all())
    for post in posts:
        shown = dice.choice([[], [], ["sketch"], ["sketch.incoming"], ["documents"], ["sketch.seal"]])
        Post.objects.filter(pk=post.pk).update(
            sees=shown, department=dice.choice([None, *units]), retired=dice.random() < 0.1, code=f"p{post.pk}"
        )
    PostHolding.objects.all().delete()
    for _seat in range(20):
        begins = TODAY + timedelta(days=dice.randrange(-9, 4))
        holding = seat(dice.choice(posts), dice.choice(everybody), starts_on=begins)
        if dice.random() < 0.4:
            holding.ends_on = begins + timedelta(days=dice.randrange(9))
        if dice.random() < 0.15:
            holding.confirmed_at = holding.confirmed_by = None
        holding.save()
    for _deputy in range(8):
        principal, deputy = dice.sample(everybody, 2)
        begins = TODAY + timedelta(days=dice.randrange(-5, 3))
        Deputy.objects.create(
            principal=principal, deputy=deputy, starts_on=begins, ends_on=begins + timedelta(days=dice.randrange(7)),
            procedures=dice.choice([[], [], ["sketch.incoming", "sketch.seal"]]), highest_secrecy=dice.randrange(4),
            ended_at=MONDAY if dice.random() < 0.1 else None,
        )
    for _case in range(40):
        sealed = dice.random() < 0.2
        case = Case.objects.create(
            procedure=dice.choice(sketches.ALL).code, opened_by=dice.choice(everybody), opened_at=MONDAY,
            secrecy=dice.choice([0, 0, 0, 1, 2, 3, 4]), sealed=sealed, restricted=sealed or dice.random() < 0.3,
        )
        hub = None
        for step in ("main", "read", "assist")[: dice.randrange(4)]:
            by_name, by_post = dice.choice([(True, False), (False, True), (True, True)])
            turn = Turn.objects.create(
                case=case, step=step, side=hub is not None, sent_by=hub, issued_at=MONDAY,
                holder=dice.choice(everybody) if by_name else None, post=dice.choice(posts) if by_post else None,
            )
            hub = hub or turn
        for person in dice.sample(everybody, dice.randrange(4)):
            CaseUserGrant.objects.create(user=person, content_object=case, permission=see_permission())
        for post in dice.sample(posts, dice.randrange(3)):
            CaseGroupGrant.objects.create(group_id=post.group_id, content_object=case, permission=see_permission())
        for _bar in range(dice.choice([0, 0, 1, 2])):
            whom = {"person": dice.choice(everybody)} if dice.random() < 0.5 else {"department": dice.choice(units)}
            Barred.objects.get_or_create(case=case, **whom, defaults={"at": MONDAY})


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(one, marks=pytest.mark.soak) for one in range(2, 40))])
def test_lists_and_single_questions_agree_in_any_office(seed):
    random_office(random.Random(seed))
    oracle, turns = Oracle(on=TODAY), list(Turn.objects.open().select_related("case"))
    seen_at_all = waiting_at_all = 0
    for person in User.objects.all():
        may_see = {key for key in oracle.cases if oracle.may_see(person.pk, key)}
        assert set(access.visible_to(person).values_list("pk", flat=True)) == may_see
        assert [case.pk for case in access.newest_for(person, count=99)] == sorted(may_see, reverse=True)
        may_act = {turn.pk for turn in turns if oracle.acts_as(person.pk, turn)}
        assert set(access.waiting_for(person).values_list("pk", flat=True)) == may_act
        for turn in turns:
            acting_as = access.may_act(person, turn)
            names = oracle.acts_as(person.pk, turn)
            assert (acting_as is not None) is bool(names)
            if acting_as is not None:
                principal = acting_as.on_behalf_of
                assert (principal.pk if principal else None) in names
        seen_at_all += len(may_see)
        waiting_at_all += len(may_act)
    assert seen_at_all > 10
    assert waiting_at_all > 3
