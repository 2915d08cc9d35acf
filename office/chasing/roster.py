"""Who is who on one day, read once for a whole run: chairs, heads, deputies, ranks, and whom a bar keeps out."""

from collections.abc import Iterable
from datetime import date

from office import access, procedures
from office.models.cases import Barred, Case, Turn
from office.models.grants import CaseGroupGrant, CaseUserGrant
from office.models.people import Department, Kind, Post, User

from . import ladders

# Where the one who is meant cannot be told, somebody must know all the same; in the end whoever holds it.
INSTEAD = {
    ladders.HOLDER: (ladders.HUB, ladders.DIRECTOR),
    ladders.HEAD: (ladders.DIRECTOR, ladders.HUB, ladders.HOLDER),
    ladders.DIRECTOR: (ladders.HUB, ladders.HOLDER),
    ladders.CLERK: (ladders.HUB, ladders.DIRECTOR, ladders.HOLDER),
    ladders.HUB: (ladders.DIRECTOR, ladders.HOLDER),
    ladders.DUTY_OFFICER: (ladders.HOLDER, ladders.HUB),
    # Information and no chase: an office that names no 带班领导 has nobody to inform.
    ladders.DUTY_LEADER: (),
}
UNRANKED = 1_000_000
POSTS = {
    ladders.DIRECTOR: "office-director",
    ladders.DUTY_OFFICER: "duty",
    ladders.DUTY_LEADER: "duty-leader",
}


class Roster:
    """A day's roster. Six small queries to make, none to ask."""

    def __init__(self, *, on: date) -> None:
        self.people = {
            person.pk: person
            for person in User.objects.filter(kind=Kind.OFFICE, is_active=True).select_related("department")
        }
        self.known = access.identities(self.people.values(), on=on)
        self.posts = {post.pk: post for post in Post.objects.filter(retired=False).select_related("department")}
        self.departments = {unit.pk: unit for unit in Department.objects.all()}
        self.seated: dict[int, list[User]] = {}
        self.deputies: dict[int, list[tuple[User, access.StandIn]]] = {}
        for who in self.known.values():
            for seat in who.seats:
                self.seated.setdefault(seat.post_id, []).append(who.user)
            for one in who.stands_in:
                self.deputies.setdefault(one.principal.pk, []).append((who.user, one))

    def ranked(self, person: User) -> bool:
        return person.pk in self.known and self.known[person.pk].ranked

    def behind(self, turn: Turn) -> list[User]:
        """Whose hands hold the turn: its holder, or everybody who sits in its post that day."""
        if turn.holder_id:
            return [self.people[turn.holder_id]] if turn.holder_id in self.people else []
        return self.seated.get(turn.post_id or 0, [])

    def with_leader(self, turn: Turn) -> bool:
        """Whether the paper lies with a ranked leader: by the post it waits for, or by all who hold it."""
        post = self.posts.get(turn.post_id or 0)
        people = self.behind(turn)
        return (post is not None and post.rank is not None) or (
            bool(people) and all(self.ranked(person) for person in people)
        )

    def rank_of(self, turn: Turn) -> int:
        """The highest rank of whoever holds the turn; beyond every rank when nobody is ranked."""
        ranks = [seat.rank for one in self.behind(turn) for seat in self.known[one.pk].seats if seat.rank]
        post = self.posts.get(turn.post_id or 0)
        return min([*ranks, (post.rank if post else None) or UNRANKED])

    def holder_words(self, turn: Turn) -> str:
        """刘敏, 办公室文书; a ranked leader by his post (局长), as the office speaks of him."""
        if turn.holder_id in self.people:
            person = self.people[turn.holder_id]
            seats = [(seat.rank, seat.name) for seat in self.known[person.pk].seats if seat.rank is not None]
            return min(seats)[1] if seats else person.name
        post = self.posts.get(turn.post_id or 0)
        if post is None:
            return ""
        return str(post) if post.rank is None else post.name

    def in_post(self, code: str) -> list[User]:
        """The people of a post of the whole body; where only departments have it, of the first department's."""
        found = [post for post in self.posts.values() if post.code == code]
        if not found:
            return []
        first = min(found, key=lambda post: (*self._position(post), post.pk))
        return self.seated.get(first.pk, [])

    def _position(self, post: Post) -> tuple[bool, int]:
        return post.department is not None, post.department.position if post.department else 0

    def hub(self, case: Case) -> list[User]:
        declared = procedures.REGISTRY.get(case.procedure, procedures.Procedure)
        return self.in_post(declared.hub)

    def _with_deputies(self, people: Iterable[User], case: Case) -> list[User]:
        found = list(people)
        for person in tuple(found):
            found += [deputy for deputy, limits in self.deputies.get(person.pk, []) if limits.covers(case)]
        return found

    def _heads(self, turn: Turn) -> list[User]:
        """Whoever heads the holder's department, or the post's; an empty chair is passed over upward."""
        department = self.people[turn.holder_id].department_id if turn.holder_id in self.people else None
        post = self.posts.get(turn.post_id or 0)
        here = department or (post.department_id if post else None)
        seen: set[int] = set()
        while here in self.departments and here not in seen:
            seen.add(here)
            unit = self.departments[here]
            people = [one for one in self.seated.get(unit.head_id or 0, []) if not self.ranked(one)]
            if people:
                return people
            here = unit.parent_id
        return []

    def hands(self, turn: Turn, case: Case) -> list[User]:
        """In whose hands it is, and who stands in for them: for nobody in what is personal (R-IN-25)."""
        people = self.behind(turn)
        return people if procedures.is_personal(case.procedure, turn.step) else self._with_deputies(people, case)

    def _in_role(self, role: str, turn: Turn, case: Case) -> list[User]:
        if role == ladders.HOLDER:
            return self.hands(turn, case)
        if role == ladders.HEAD:
            return self._heads(turn)
        if role in (ladders.HUB, ladders.CLERK):
            return self.hub(case)
        return self.in_post(POSTS[role])

    def told(self, role: str, *, turn: Turn, case: Case, wards: "Wards") -> list[User]:
        """Whom a rung for this role reaches. Ranked leaders are never among them but as 带班领导; [] is nobody."""
        for one in (role, *INSTEAD[role]):
            found = {
                person.pk: person
                for person in self._in_role(one, turn, case)
                if (one == ladders.DUTY_LEADER or not self.ranked(person)) and wards.allow(person, case)
            }
            if found:
                return list(found.values())
        return []


class Wards:
    """Whom the cases of one batch may not reach: bars (deny wins), clearance, and of guarded ones everybody
    they have not been opened to (R-SEC-07). Three queries at most."""

    def __init__(self, cases: Iterable[Case], *, roster: Roster) -> None:
        self.roster = roster
        found = {case.pk: case for case in cases}
        self.barred: set[tuple[int, int]] = set()
        rows = Barred.objects.filter(case_id__in=found).values_list("case_id", "person_id", "department_id")
        for case_id, person_id, department_id in rows:
            for key, who in roster.known.items():
                if person_id in who.people or department_id in who.within:
                    self.barred.add((case_id, key))
        guarded = [key for key, case in found.items() if case.guarded]
        self.named: set[tuple[int, int]] = set()
        self.opened: set[tuple[int, int]] = set()
        if guarded:
            named = CaseUserGrant.objects.filter(content_object_id__in=guarded)
            self.named.update(named.values_list("content_object_id", "user_id"))
            opened = CaseGroupGrant.objects.filter(content_object_id__in=guarded)
            self.opened.update(opened.values_list("content_object_id", "group_id"))

    def allow(self, person: User, case: Case) -> bool:
        return (
            person.clearance >= case.secrecy
            and (case.pk, person.pk) not in self.barred
            and (not case.guarded or self._sees(self.roster.known[person.pk], case))
        )

    def _sees(self, who: access.Identity, case: Case) -> bool:
        """By name, by rule where it is not restricted, through a chair it was opened to, or as the deputy of somebody
        named; sealed by name only."""
        if not case.restricted and case.procedure in who.sees:
            return True
        if (case.pk, who.user.pk) in self.named:
            return True
        if not case.sealed and any((case.pk, group) in self.opened for group in who.groups):
            return True
        return any(
            one.covers(case) and (case.pk, one.principal.pk) in self.named for one in who.stands_in
        )
