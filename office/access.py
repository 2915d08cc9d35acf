"""Who sees what, and who may act. Acting follows from an open turn; seeing is a grant or a rule; deny wins.

Every view starts from `visible_to(user)` or `waiting_for(user)`: what is not yours is 404.
`is_superuser` opens nothing, and administrators (三员) see no case at all under that account.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from heapq import merge
from itertools import islice
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from office import procedures
from office.models.cases import Barred, Case, Turn, see_permission
from office.models.grants import CaseGroupGrant, CaseUserGrant
from office.models.people import Department, Deputy, Kind, Post, PostHolding, User

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Seat:
    """A post somebody holds today, as far as seeing and acting need it."""

    post_id: int
    group_id: int
    department_id: int | None
    code: str
    name: str
    rank: int | None
    sees: tuple[str, ...]


@dataclass(frozen=True)
class StandIn:
    """A principal whose work the user does today, and how far."""

    principal: User
    seats: tuple[int, ...]
    procedures: tuple[str, ...]
    highest_secrecy: int
    departments: frozenset[int]

    def covers(self, case: Case) -> bool:
        """Never sealed cases (house rule); only the named procedures; never above the given secrecy."""
        return (
            not case.sealed
            and case.secrecy <= self.highest_secrecy
            and (not self.procedures or case.procedure in self.procedures)
        )


@dataclass(frozen=True)
class Identity:
    """Everything a user is today: himself, his posts, whom he stands in for, his departments upward."""

    user: User
    seats: tuple[Seat, ...]
    stands_in: tuple[StandIn, ...]
    departments: frozenset[int]

    @property
    def posts(self) -> list[int]:
        return [seat.post_id for seat in self.seats]

    @property
    def groups(self) -> list[int]:
        return [seat.group_id for seat in self.seats]

    @property
    def sees(self) -> list[str]:
        """Codes of the procedures whose cases a post of his shows him by rule."""
        functions = {function for seat in self.seats for function in seat.sees}
        return [
            code
            for code, procedure in procedures.REGISTRY.items()
            if procedure.form in functions or code.split(".")[0] in functions or code in functions
        ]

    @property
    def people(self) -> list[int]:
        return [self.user.pk, *(one.principal.pk for one in self.stands_in)]

    @property
    def within(self) -> frozenset[int]:
        """The departments whose bars reach him: his own upward, and those of whom he stands in for."""
        return self.departments.union(*(one.departments for one in self.stands_in))

    @property
    def ranked(self) -> bool:
        """A ranked leader is never shown his own papers as late, nor chased (defaults.md)."""
        return any(seat.rank for seat in self.seats)

    def holds(self, code: str) -> bool:
        return any(seat.code == code for seat in self.seats)


def identity(user: User, *, on: date | None = None) -> Identity:
    """Resolve it first, in four small queries, and pass lists on: a subquery spoils the queue's plan."""
    on = on or timezone.localdate()
    kept = getattr(user, "_identity", None)
    if kept is not None and kept[0] == on:
        return kept[1]
    who = identities([user], on=on).get(user.pk) or Identity(user, (), (), frozenset())
    user.__dict__["_identity"] = (on, who)
    return who


def forget_identity(user: User) -> None:
    user.__dict__.pop("_identity", None)


def identities(people: Iterable[User], *, on: date) -> dict[int, Identity]:
    """Who everybody is on a day, by key, in three queries however many they are. Whoever does no office
    business that day is left out."""
    at_work = {user.pk: user for user in people if user.kind == Kind.OFFICE and user.is_active}
    standing: dict[int, list[Deputy]] = {key: [] for key in at_work}
    if not at_work:
        return {}
    running = Deputy.objects.filter(starts_on__lte=on, ends_on__gte=on, ended_at__isnull=True)
    for one in running.filter(deputy__in=at_work, principal__is_active=True).select_related("principal"):
        standing[one.deputy_id].append(one)
    seats: dict[int, list[Seat]] = {key: [] for key in at_work}
    seats.update({one.principal_id: [] for found in standing.values() for one in found})
    holdings = PostHolding.objects.current(on).filter(person__in=seats, post__retired=False)
    for holding in holdings.select_related("post"):
        seats[holding.person_id].append(_seat(holding.post))
    parents: dict[int, int | None] = dict(Department.objects.values_list("id", "parent_id"))

    def departments(user: User) -> frozenset[int]:
        return _upward([user.department_id, *(seat.department_id for seat in seats[user.pk])], parents)

    return {
        key: Identity(
            user=user,
            seats=tuple(seats[key]),
            departments=departments(user),
            stands_in=tuple(
                StandIn(
                    principal=one.principal,
                    seats=tuple(seat.post_id for seat in seats[one.principal_id]),
                    procedures=tuple(one.procedures),
                    # A deputy decides in the principal's name: never above what that one may know (R-SEC-07).
                    highest_secrecy=min(one.highest_secrecy, one.principal.clearance),
                    departments=departments(one.principal),
                )
                for one in standing[key]
            ),
        )
        for key, user in at_work.items()
    }


def _seat(post: Post) -> Seat:
    return Seat(
        post.pk, post.group_id, post.department_id, post.code, post.name, post.rank, tuple(post.sees)
    )


def _upward(start: Iterable[int | None], parents: dict[int, int | None]) -> frozenset[int]:
    found: set[int] = set()
    for department in start:
        here = department
        while here is not None and here not in found:
            found.add(here)
            here = parents.get(here)
    return frozenset(found)


# --- Seeing ---


def _bars(who: Identity) -> Q:
    """Bars reach the person, his departments, and through him everybody he stands in for (回避)."""
    return Q(person_id__in=who.people) | Q(department_id__in=who.within)


def not_barred(rows: QuerySet[Row], who: Identity, *, case: str = "pk") -> QuerySet[Row]:
    """Drop what is barred to `who`; `case` is the path from the queryset's rows to the case's key."""
    return rows.exclude(Exists(Barred.objects.filter(_bars(who), case_id=OuterRef(case))))


def is_barred(case: Case, user: User) -> bool:
    return Barred.objects.filter(_bars(identity(user)), case=case).exists()


def able(case: Case, people: Iterable[User]) -> list[User]:
    """Those of `people` whom this paper may reach: in service, cleared for it, not barred from it."""
    fit = [
        person
        for person in people
        if person.kind == Kind.OFFICE and person.is_active and person.clearance >= case.secrecy
    ]
    bars = Barred.objects.filter(case=case).values_list("person_id", "department_id") if fit else ()
    barred, units = {person for person, _unit in bars}, {unit for _person, unit in bars}
    # Most cases bar nobody, and then nobody's identity need be resolved.
    known = identities(fit, on=timezone.localdate()) if barred or units else {}
    return [
        person
        for person in fit
        if not known or (barred.isdisjoint(known[person.pk].people) and units.isdisjoint(known[person.pk].within))
    ]


def seated(post: Post, *, on: date | None = None) -> list[User]:
    """Who sits in a post on a day (today when none is given) and is still in service."""
    holdings = PostHolding.objects.current(on or timezone.localdate()).filter(post=post)
    return [holding.person for holding in holdings.filter(person__is_active=True).select_related("person")]


def reaching(person: User, cases: Iterable[Case]) -> set[int]:
    """As able(), the other way round: the keys of those papers that may reach this person, in a query for all."""
    who = identities([person], on=timezone.localdate()).get(person.pk)
    fit = {case.pk for case in cases if who is not None and person.clearance >= case.secrecy}
    return fit - set(Barred.objects.filter(_bars(who), case__in=fit).values_list("case_id", flat=True)) if who else fit


def visible_to(user: User) -> QuerySet[Case]:
    """The cases `user` may see. Long lists page by `newest_for`; this is for looking one up or joining."""
    who = identity(user)
    if user.kind != Kind.OFFICE or not user.is_active:
        return Case.objects.none()
    # The rule first: where it lets a case be seen, no grant is looked up.
    allowed = Q(procedure__in=who.sees, restricted=False) if who.sees else Q()
    allowed |= Q(_granted(CaseUserGrant.objects.filter(user_id=user.pk)))
    if who.groups:
        # Sealed cases are seen by people named one by one, never through a post.
        allowed |= Q(_granted(CaseGroupGrant.objects.filter(group_id__in=who.groups)), sealed=False)
    for one in who.stands_in:
        allowed |= _stood_in_for(one)
    return not_barred(Case.objects.filter(allowed, secrecy__lte=user.clearance), who)


def seen_by_rule(user: User) -> QuerySet[Case]:
    """The part of `visible_to` that a chair opens by rule, without looking any grant up."""
    who = identity(user)
    if not who.sees or user.kind != Kind.OFFICE or not user.is_active:
        return Case.objects.none()
    ruled = Case.objects.filter(procedure__in=who.sees, restricted=False, secrecy__lte=user.clearance)
    return not_barred(ruled, who)


def _granted(grants: QuerySet) -> Exists:
    """Asked of one case after the other. With the second condition, which says no more than the first, PostgreSQL
    cannot choose to read all grants of somebody who has 200,000 into memory for the sake of one page."""
    return Exists(grants.filter(content_object_id=OuterRef("pk"), content_object_id__lte=OuterRef("pk")))


def _stood_in_for(one: StandIn) -> Q:
    """What lies in the principal's in-tray now: a deputy does his work and does not read his past."""
    turns = Turn.objects.open().filter(case_id=OuterRef("pk")).exclude(_personal())
    held = Q(holder_id=one.principal.pk) | Q(holder__isnull=True, post_id__in=one.seats)
    limits = Q(sealed=False, secrecy__lte=one.highest_secrecy)
    if one.procedures:
        limits &= Q(procedure__in=one.procedures)
    return Q(Exists(turns.filter(held))) & limits


def _personal() -> Q:
    """What is for the holder's own hands only: a deputy neither has it nor sees it through him (R-IN-25)."""
    found = Q(pk=None)
    for procedure, step in procedures.personal_steps():
        found |= Q(case__procedure=procedure, step=step)
    return found


def newest_for(
    user: User, *, count: int, before: int | None = None, among: QuerySet[Case] | None = None
) -> list[Case]:
    """The newest `count` visible cases with a key below `before`, newest first.

    One LIMIT per principal, merged: it reads about `count` rows of each index instead of testing a
    million cases one by one. `among` narrows the cases (a function, a year).
    """
    found: list[Case] = []
    for keys in newest_keys(user, step=max(count * 2, 50), before=before):
        rows = visible_to(user) if among is None else visible_to(user) & among
        page = rows.filter(pk__in=keys).order_by("-pk")
        found.extend(page[: count - len(found)])
        if len(found) == count:
            break
    return found


def newest_keys(user: User, *, step: int, before: int | None = None) -> Iterator[list[int]]:
    """Keys of cases `user` may see, newest first, `step` at a time. Candidates: `visible_to` has the last word."""
    who = identity(user)
    while keys := _newest_keys(who, count=step, before=before):
        yield keys
        if len(keys) < step:
            return
        before = keys[-1]


def few_keys(user: User, *, most: int = 2_000) -> list[int] | None:
    """All keys `visible_to` can let through, where they are few: a list over them need not ask every case of a
    million. None where they are more, or where a rule shows him a whole function."""
    if identity(user).sees:
        return None
    keys = _newest_keys(identity(user), count=most + 1, before=None)
    return keys if len(keys) <= most else None


def density(user: User, *, below: int, sample: int = 500) -> float:
    """About what part of the cases with keys below `below` is open to `user`, judged by the newest of them."""
    who = identity(user)
    if who.sees:
        return 1.0
    keys = _newest_keys(who, count=sample, before=below)
    if len(keys) < sample:
        return len(keys) / max(below, 1)
    return len(keys) / (below - keys[-1])


def _newest_keys(who: Identity, *, count: int, before: int | None) -> list[int]:
    """Candidates only, in falling order: `visible_to` has the last word on each."""
    below: dict = {} if before is None else {"content_object_id__lt": before}
    sources: list[Iterable[int]] = [
        CaseUserGrant.objects.filter(user_id=who.user.pk, **below)
        .order_by("-content_object_id")
        .values_list("content_object_id", flat=True)[:count]
    ]
    for group in who.groups:
        sources.append(
            CaseGroupGrant.objects.filter(group_id=group, **below)
            .order_by("-content_object_id")
            .values_list("content_object_id", flat=True)[:count]
        )
    if who.sees:
        ruled = Case.objects.filter(procedure__in=who.sees, restricted=False)
        if before is not None:
            ruled = ruled.filter(pk__lt=before)
        sources.append(ruled.order_by("-pk").values_list("pk", flat=True)[:count])
    for one in who.stands_in:
        turns = Turn.objects.open().filter(
            Q(holder_id=one.principal.pk) | Q(holder__isnull=True, post_id__in=one.seats)
        )
        if before is not None:
            turns = turns.filter(case_id__lt=before)
        # Distinct before the limit: one case with many turns must not push others off the page for good.
        sources.append(turns.order_by("-case_id").values_list("case_id", flat=True).distinct()[:count])
    keys: list[int] = []
    for key in merge(*sources, reverse=True):
        if not keys or keys[-1] != key:
            keys.append(key)
    return list(islice(keys, count))


# --- Acting ---


@dataclass(frozen=True)
class Acting:
    """As whom somebody acts: himself, or in a principal's name (both names are kept)."""

    actor: User
    on_behalf_of: User | None = None


def waiting_for(user: User) -> QuerySet[Turn]:
    """Open turns in the user's hands, his posts' hands, or a principal's: one indexed query.

    Of a sealed case a post's turn waits only for those of its people who are named on the case.
    """
    who = identity(user)
    if user.kind != Kind.OFFICE or not user.is_active:
        return Turn.objects.none()
    mine = Q(holder_id=user.pk)
    if who.posts:
        mine |= Q(holder__isnull=True, post_id__in=who.posts)
    for one in who.stands_in:
        held = Q(holder_id=one.principal.pk) | Q(holder__isnull=True, post_id__in=one.seats)
        limits = Q(case__sealed=False, case__secrecy__lte=one.highest_secrecy)
        if one.procedures:
            limits &= Q(case__procedure__in=one.procedures)
        mine |= held & limits & ~_personal()
    turns = Turn.objects.open().filter(mine, case__secrecy__lte=user.clearance)
    if who.posts:
        # Beside the rest, not inside it: the queue's plan needs the plain OR over its two indexes.
        named = CaseUserGrant.objects.filter(user_id=user.pk, content_object_id=OuterRef("case_id"))
        turns = turns.filter(Q(case__sealed=False) | Q(holder__isnull=False) | Exists(named))
    return not_barred(turns, who, case="case_id")


def may_act(user: User, turn: Turn) -> Acting | None:
    """As whom `user` may act on this open turn, or None. Asked again under the lock by office/acting.py."""
    who = identity(user)
    case = turn.case
    if user.kind != Kind.OFFICE or not user.is_active or turn.ended_at is not None:
        return None
    if case.secrecy > user.clearance or is_barred(case, user):
        return None
    if turn.holder_id == user.pk:
        return Acting(user)
    if turn.holder_id is None and turn.post_id in who.posts and (not case.sealed or is_named(case, user)):
        return Acting(user)
    for one in who.stands_in:
        held = turn.holder_id == one.principal.pk or (turn.holder_id is None and turn.post_id in one.seats)
        if held and one.covers(case) and not procedures.is_personal(case.procedure, turn.step):
            return Acting(user, on_behalf_of=one.principal)
    return None


def principal_of(turn: Turn, who: Identity) -> str:
    """Whose work a waiting turn is, where a deputy has it; "" for what lies in his own hands. No query."""
    if turn.holder_id == who.user.pk or (turn.holder_id is None and turn.post_id in who.posts):
        return ""
    for one in who.stands_in:
        if turn.holder_id == one.principal.pk or (turn.holder_id is None and turn.post_id in one.seats):
            return one.principal.name
    return ""


def may_receive(case: Case, *, person: User | None = None, post: Post | None = None) -> bool:
    """Whether a paper may be put into these hands at all: bars, clearance and account decide.

    A post may, when somebody sits in it today whom the paper may reach.
    """
    if person is not None:
        return bool(able(case, [person]))
    return post is not None and not post.retired and bool(able(case, seated(post)))


def holds_hub(user: User, case: Case) -> bool:
    """Whether `user` runs this case's hub: circulation, writing on behalf, corrections by the office.

    Nobody runs what he may not see (R-SEC-07).
    """
    if not identity(user).holds(procedures.get(case.procedure).hub):
        return False
    return visible_to(user).filter(pk=case.pk).exists()


# --- Grants and looks ---


@lru_cache(maxsize=1)
def _see_id() -> int:
    return see_permission().pk


def is_named(case: Case, user: User) -> bool:
    """Whether a case has been opened to this person by name."""
    return CaseUserGrant.objects.filter(user=user, content_object=case).exists()


def let_see(case: Case, *, people: Iterable[User | None] = (), posts: Iterable[Post | None] = ()) -> None:
    """Grant sight of a case, in bulk, and keep it: who once held a paper may always look at it again.

    A sealed case is never opened to a post, only by name to those who sit in it now.
    """
    permission = _see_id()
    people, posts = list(people), list(posts)
    if case.sealed:
        people += [person for post in posts if post is not None for person in able(case, seated(post))]
        posts = []
    CaseUserGrant.objects.bulk_create(
        [
            CaseUserGrant(user=person, content_object=case, permission_id=permission)
            for person in {person for person in people if person is not None}
        ],
        ignore_conflicts=True,
    )
    CaseGroupGrant.objects.bulk_create(
        [
            CaseGroupGrant(group_id=post.group_id, content_object=case, permission_id=permission)
            for post in {post for post in posts if post is not None}
        ],
        ignore_conflicts=True,
    )


def let_each_see(pairs: Iterable[tuple[Case, User]]) -> None:
    """Grant each of these people sight of the case beside him, all in one statement."""
    permission = _see_id()
    chosen = {(case.pk, person.pk) for case, person in pairs}
    CaseUserGrant.objects.bulk_create(
        [
            CaseUserGrant(user_id=person, content_object_id=case, permission_id=permission)
            for case, person in sorted(chosen)
        ],
        ignore_conflicts=True,
    )
