"""The bulk load: what it writes, the door could have written, and everybody finds it where he would look."""

from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from office import access, acting, populating, searching, timing
from office.models import Case, Clock, Decision, Series, Turn, User
from office.models.grants import CaseUserGrant
from office.models.people import Post, PostHolding
from office.populating.people import LEADERS, hands
from office.populating.walks import Act, Walk, laid_out
from office.verifying import verify
from tests.owner import as_owner
from tests.people import cast, person

CASES = 400


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker):
    """The cast's office with 700 papers of the past year."""
    autodiscover_modules("populating")
    with django_db_blocker.unblock(), as_owner():
        who = cast()
        who.seldom = person("seldom", "卫小满", department=who.departments["machines"])
        now = timezone.now()
        told = []
        made = populating.populate(CASES, now=now, say=lambda done, total: told.append((done, total)))
        searching.forget_statistics()
        yield SimpleNamespace(who=who, now=now, made=made, told=told)


@pytest.fixture(autouse=True)
def nothing_stays(office):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_chains_of_a_bulk_load_verify(office):
    assert [f"{found.name}：{found.words}" for found in verify()] == []


def test_every_case_asked_for_is_there_and_progress_was_told(office):
    assert (Case.objects.count(), office.made.cases, office.told) == (CASES, CASES, [(CASES, CASES)])


def test_most_papers_are_closed_some_are_open_and_some_are_late(office):
    open_cases = Case.objects.filter(closed_at=None).count()
    late = Turn.objects.open().filter(due_at__lt=office.now).count()
    assert late > 0 and 0 < open_cases < CASES / 5
    assert set(Case.objects.values_list("outcome", flat=True)) >= {"", "done", "reference", "refused", "void"}


def test_later_papers_have_the_higher_key(office):
    opened = Case.objects.order_by("pk").values_list("opened_at", flat=True)
    days = [timezone.localdate(at) for at in opened]
    assert days == sorted(days)


def test_dates_are_counted_as_the_office_counts_them(office):
    assert Clock.objects.filter(met_at=None, stopped_at=None).exists()
    assert timing.moved_by_calendar() == []


def test_every_clock_says_why(office):
    assert all(timing.because(clock) for clock in Clock.objects.all()[:50])


def test_a_second_load_goes_on_with_the_numbers_and_verifies_too(office):
    populating.populate(120, now=office.now)
    assert list(verify()) == []
    assert Case.objects.count() == CASES + 120
    assert sum(Series.objects.values_list("last", flat=True)) == CASES + 120


def test_the_registry_sees_every_paper_and_a_person_with_few_sees_sixty(office):
    who = office.who
    assert access.visible_to(who.clerk).count() == CASES
    assert access.visible_to(who.seldom).count() == CaseUserGrant.objects.filter(user=who.seldom).count()
    assert 50 <= access.visible_to(who.seldom).count() <= 70
    assert not access.visible_to(who.system_admin).exists()


def test_a_first_head_sees_about_one_paper_in_five(office):
    share = access.visible_to(office.who.first_head).count() / CASES
    assert 0.10 < share < 0.32


def test_what_is_open_lies_in_somebodys_queue(office):
    for turn in Turn.objects.open().select_related("holder", "post"):
        holder = turn.holder or access.seated(turn.post)[0]
        assert access.waiting_for(holder).filter(pk=turn.pk).exists()


def test_titles_are_found_by_their_words(office):
    case = Case.objects.exclude(title="").order_by("pk")[CASES // 2]
    found = searching.search(office.who.clerk, case.title[-8:], count=CASES)
    assert case in found


def test_a_paper_of_the_load_goes_on_through_the_door(office):
    turn = Turn.objects.open().filter(step="handle").select_related("post").first()
    head = access.seated(turn.post)[0]
    acting.act(turn, "report", actor=head, opinion="已办。")
    assert list(verify()) == []


def test_the_unit_that_was_proposed_may_be_given_the_paper(office):
    """R-IN-10, R-IN-16: the proposal of the load names a unit, so the clerk can hand over."""
    before_leaders = Turn.objects.open().filter(step="instruct", case__procedure="documents.incoming")
    # What lies where depends on the keys; of some hundred papers there may be none before a leader.
    for _more in range(20):
        if before_leaders.exists():
            break
        populating.populate(CASES, now=office.now)
    turn = before_leaders.first()
    acting.act(turn, "circle", actor=turn.holder)
    assign = turn.case.turns.get(ended_at=None, side=False)
    named = turn.case.incomingdocument.named.get().lead
    acting.act(assign, "hand_over", actor=office.who.clerk, names=[named])
    assert turn.case.turns.get(ended_at=None, side=False).post == named


def test_void_papers_keep_their_number_with_the_reason(office):
    case = Case.objects.filter(outcome="void").first()
    assert Decision.objects.get(case=case, move="void").reason
    assert case.series.voided.get(number=case.serial).reason


def test_a_load_needs_the_people_the_papers_go_through(office):
    User.objects.filter(pk__in=[office.who.first_head.pk, office.who.leader.pk, office.who.other_leader.pk]).update(
        is_active=False
    )
    with pytest.raises(populating.Short):
        hands(office.now)


def test_where_they_are_missing_nobody_is_invented_beside_those_there_are(office):
    empty = Q(post__code="clerk") | Q(post__rank__isnull=False)
    PostHolding.objects.filter(empty).update(ends_on=F("starts_on"))
    for rank in range(1, len(LEADERS) + 1):
        if not Post.objects.filter(rank=rank).exists():
            Post.objects.create(code=f"empty-{rank}", name="副局长", rank=rank)
    before = User.objects.count()
    with pytest.raises(populating.Short):
        populating.populate(3, now=office.now)
    assert User.objects.count() == before


def test_the_command_invents_nothing_where_people_have_real_accounts(office):
    before = Case.objects.count()
    with pytest.raises(CommandError, match="真实账户"):
        call_command("populate", cases=3, stderr=StringIO())
    assert Case.objects.count() == before


def test_the_command_says_so_when_the_number_makes_no_sense(office):
    with pytest.raises(CommandError, match="--cases"):
        call_command("populate", cases=0, stderr=StringIO())


def test_a_walk_with_an_undeclared_move_is_refused(office):
    with pytest.raises(ValueError, match="no move fly"):
        laid_out(Walk("documents.short", 1000, [Act("propose", "fly", "office-director", 0, 600)]))


def test_a_walk_where_nobody_has_the_paper_is_refused(office):
    with pytest.raises(ValueError, match="nobody has the paper"):
        laid_out(Walk("documents.short", 1000, [Act("handle", "report", "unit", 0, 600)]))


@pytest.mark.parametrize(
    "text",
    ["", "a", "ab", "abc", "abcd", "关", "关于", "关于做", "关于做好防", "收〔2026〕412号", "，，", "aXb9", "重复重复"],
)
def test_the_database_makes_the_same_pairs_as_the_search(office, text):
    plain = searching.folded(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT office_bigrams(%s::text)", [text])
        (found,) = cursor.fetchone()
    assert sorted(set(found)) == sorted(searching.pairs_of(plain) or ([plain] if plain else []))
