"""回避: whom a case must never reach. Copied along links; a holder who becomes barred loses the turn."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import access, notices
from office.models.cases import Barred, Case, Link, Turn
from office.models.outbox import Notice
from office.models.people import Department, Deputy, Kind, PostHolding, User, in_hands

from .circulation import after_return, having
from .door import Passing, Refused, as_printed, clean_words, decide, end, issue, land, now_or
from .labels import LABELS


def bar(
    case: Case,
    *,
    actor: User,
    people: list[User] | tuple[User, ...] = (),
    departments: list[Department] | tuple[Department, ...] = (),
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Bar people and whole departments from a case and from everything linked to it, both ways.

    That it was done, by whom and why is a decision of the case; who is barred is said on the hub's page only.
    """
    with transaction.atomic():
        at = now_or(at)
        cases = lock_linked(case)
        _note(next(one for one in cases if one.pk == case.pk), actor=actor, reason=reason, at=at)
        rows = []
        for one in cases:
            source = None if one.pk == case.pk else case
            rows += [Barred(case=one, person=person, source_case=source, at=at) for person in people]
            rows += [Barred(case=one, department=unit, source_case=source, at=at) for unit in departments]
        Barred.objects.bulk_create(rows, ignore_conflicts=True)
        settle(cases, actor=actor, at=at)


def settle(cases: list[Case], *, actor: User, at: datetime) -> None:
    """Take each of these locked cases from whom it is now kept from. Raises Refused where nobody could go on."""
    for one in cases:
        take_from_barred(one, actor=actor, at=at)
        if (turn := _in_no_hands(one)) is not None:
            raise Refused(
                _("回避之后，%(case)s 到%(post)s就没有人能办了。请先让系统管理员安排别人任这个岗位，再登记回避。")
                % {"case": one.reference or one.public_id, "post": turn.hands}
            )


def _note(case: Case, *, actor: User, reason: str, at: datetime) -> None:
    passing = Passing.beside(case, actor=actor, at=at, reason=clean_words(case, reason, field="reason"))
    decide(passing, move="bar", label=LABELS["bar"], leads_to=passing.step.code)


def _in_no_hands(case: Case) -> Turn | None:
    """A turn nobody could act on any more because of a bar; None where somebody can, or nobody is barred."""
    for turn in case.turns.filter(ended_at__isnull=True).select_related("holder", "post__department"):
        turn.case = case
        people = [turn.hands] if isinstance(turn.hands, User) else access.seated(turn.hands)
        if people and not access.able(case, people) and any(access.is_barred(case, person) for person in people):
            return turn
    return None


def settle_bars(*people: User, actor: User, at: datetime | None = None) -> None:
    """A new chair, department or principal may bar somebody from what he holds, and whoever stands in for him: that
    goes to the fallback. Where nobody there may have it either, those who keep the chairs hear of it."""
    today = timezone.localdate()
    running = Deputy.objects.filter(starts_on__lte=today, ends_on__gte=today, ended_at__isnull=True)
    deputies = [one.deputy for one in running.filter(principal__in=people).select_related("deputy")]
    people = (*people, *deputies)
    for person in people:
        access.forget_identity(person)
    with transaction.atomic():
        at = now_or(at)
        known = access.identities(people, on=today).values()
        chairs = {post for who in known for post in who.posts}
        held = Q(holder__in=people) | Q(holder__isnull=True, post_id__in=chairs)
        keys = Turn.objects.open().filter(held, case__barred__isnull=False).values("case_id")
        for one in Case.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
            take_from_barred(one, actor=actor, at=at)
            if (turn := _in_no_hands(one)) is not None:
                _tell_who_fills_chairs(turn, at=at)


def settle_department(department: Department, *, actor: User) -> None:
    """It lies elsewhere now: whoever belongs to it, or to what is below it, by his account, his chair or whom he
    stands in for, may be barred by what is above."""
    everybody = access.identities(User.objects.all(), on=timezone.localdate()).values()
    settle_bars(*(who.user for who in everybody if department.pk in who.within), actor=actor)


def _tell_who_fills_chairs(turn: Turn, *, at: datetime) -> None:
    """Once for each turn: that something waits in a chair, never what, nor why nobody there may have it."""
    if turn.holder_id is not None or Notice.objects.filter(turn=turn, kind="no_hands").exists():
        return
    words = as_printed(gettext_lazy("%(post)s处有文件没有人能办，请安排别人任这个岗位。")) % {"post": turn.post}
    administrators = User.objects.filter(kind__in=[Kind.SYSTEM, Kind.SECURITY], is_active=True)
    notices.tell(administrators, kind="no_hands", turn=turn, words=words, at=at)


def settle_beginning(*, on: date, at: datetime | None = None) -> None:
    """Chairs and deputies granted ahead: what they bar is settled when they begin, in the name of who granted them.

    Repeatable. It looks a week back, so that a worker that was down leaves nothing lying.
    """
    lately = {"starts_on__lte": on, "starts_on__gte": on - timedelta(days=7)}
    for holding in PostHolding.objects.current(on).filter(**lately).select_related("person", "confirmed_by"):
        if holding.confirmed_by is not None:
            settle_bars(holding.person, actor=holding.confirmed_by, at=at)
    for one in Deputy.objects.filter(**lately, ended_at__isnull=True).select_related("deputy", "principal"):
        settle_bars(one.deputy, actor=one.principal, at=at)


def lock_linked(*cases: Case) -> list[Case]:
    """Lock these cases and all they are linked with, in ascending key order; nobody links meanwhile unseen."""
    keys = linked(*cases)
    while True:
        save = transaction.savepoint()
        found = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
        now = linked(*cases)
        if now == keys:
            transaction.savepoint_commit(save)
            return found
        # Locks taken out of order would wait for each other: let go and begin again with all of them.
        transaction.savepoint_rollback(save)
        keys = now


def copy_bars(*cases: Case, at: datetime) -> None:
    """Opening a link copies bars both ways (and to what those are linked with)."""
    keys = linked(*cases)
    rows = Barred.objects.filter(case_id__in=keys).values_list("case_id", "person_id", "department_id")
    Barred.objects.bulk_create(
        [
            Barred(case_id=key, person_id=person, department_id=department, source_case_id=source, at=at)
            for source, person, department in set(rows)
            for key in keys
            if key != source
        ],
        ignore_conflicts=True,
    )


def linked(*cases: Case) -> set[int]:
    found = {case.pk for case in cases}
    frontier = set(found)
    while frontier:
        pairs = Link.objects.filter(
            Q(from_case_id__in=frontier) | Q(to_case_id__in=frontier), undone_at__isnull=True
        ).values_list("from_case_id", "to_case_id")
        frontier = {key for pair in pairs for key in pair} - found
        found |= frontier
    return found


def take_from_barred(case: Case, *, actor: User, at: datetime) -> None:
    """The caller holds the lock on the case. Also a chair loses the turn when nobody in it may have it any more."""
    turns = case.turns.filter(ended_at__isnull=True).select_related("holder", "post", "sent_by", "back_to")
    for turn in turns.order_by("pk"):
        turn.case = case
        if not _is_lost(turn):
            continue
        passing = Passing.on(turn, actor=actor, at=at)
        step = passing.step
        # From a holder to the fallback post, never to the colleagues of his own chair.
        holder, post = land(passing, step=step, chairs=[])
        if (holder, post) == (turn.holder, turn.post):
            continue
        if turn.side and in_hands(holder, post) in having(case, step):
            decide(passing, move="recall", label=LABELS["recall"], leads_to=step.code)
            end(turn, how="recalled", at=at)
            after_return(passing)
            continue
        decide(
            passing, move="reassign", label=LABELS["reassign"], leads_to=step.code, names=[in_hands(holder, post)]
        )
        end(turn, how="reassigned", at=at)
        issue(
            passing, step=step, chairs=[], back_to=turn.back_to, sent_by=turn.sent_by, date_of=turn
        )


def _is_lost(turn: Turn) -> bool:
    hands = turn.hands
    if isinstance(hands, User):
        return access.is_barred(turn.case, hands)
    people = access.seated(hands)
    return any(access.is_barred(turn.case, person) for person in people) and not access.able(turn.case, people)
