"""Who may see and who may act, said a second time over plain rows: what office/access.py is measured by."""

from collections import defaultdict
from datetime import date
from types import SimpleNamespace

from django.db import connection

from office.models import Department, Deputy, Post, PostHolding, Turn, User
from office.procedures import REGISTRY

PAPERS = """
    SELECT (SELECT json_agg(r) FROM (SELECT id, procedure, secrecy, sealed, restricted FROM office_case ORDER BY id) r),
           (SELECT json_agg(r) FROM (SELECT id, case_id, step, side, holder_id, post_id FROM office_turn
                                     WHERE ended_at IS NULL ORDER BY id) r),
           (SELECT json_agg(json_build_array(case_id, person_id, department_id)) FROM office_barred),
           (SELECT json_agg(json_build_array(user_id, content_object_id)) FROM office_caseusergrant),
           (SELECT json_agg(json_build_array(p.id, g.content_object_id)) FROM office_casegroupgrant g
            JOIN office_post p ON p.group_id = g.group_id)
"""


class Oracle:
    """The office as its rows stand on the day `on`."""

    def __init__(self, *, on: date) -> None:
        self.people = {row.pk: row for row in User.objects.all()}
        self.posts = {row.pk: row for row in Post.objects.all()}
        self.parents = dict(Department.objects.values_list("id", "parent_id"))
        self.seats: dict[int, set[int]] = defaultdict(set)
        for row in PostHolding.objects.filter(confirmed_at__isnull=False, starts_on__lte=on):
            if (row.ends_on is None or row.ends_on >= on) and not self.posts[row.post_id].retired:
                self.seats[row.person_id].add(row.post_id)
        self.deputies = list(Deputy.objects.filter(starts_on__lte=on, ends_on__gte=on, ended_at=None))
        self.read_cases()

    def read_cases(self) -> None:
        """What changes with every act, in one question."""
        with connection.cursor() as cursor:
            cursor.execute(PAPERS)
            cases, turns, bars, named, shown = cursor.fetchone()
        self.cases = {row["id"]: SimpleNamespace(**row, pk=row["id"]) for row in cases or []}
        self.turns = [SimpleNamespace(**row, pk=row["id"], ended_at=None) for row in turns or []]
        self.barred: dict[int, set[tuple]] = defaultdict(set)
        for case, person, unit in bars or []:
            self.barred[case].add((person, unit))
        self.named = {tuple(row) for row in named or []}
        self.shown = {tuple(row) for row in shown or []}

    # --- Who somebody is ---

    def departments(self, person: int) -> set[int]:
        start = {self.people[person].department_id} | {self.posts[post].department_id for post in self.seats[person]}
        found: set[int] = set()
        for unit in start:
            while unit is not None:
                found.add(unit)
                unit = self.parents[unit]
        return found

    def principals(self, person: int) -> list[Deputy]:
        return [
            row for row in self.deputies if row.deputy_id == person and self.people[row.principal_id].is_active
        ]

    def is_barred(self, person: int, case: int) -> bool:
        people = {person} | {row.principal_id for row in self.principals(person)}
        units = set().union(*(self.departments(one) for one in people))
        return any(one in people or unit in units for one, unit in self.barred[case])

    def fit(self, person: int, case: int) -> bool:
        """In service, in the office, cleared, not barred: without it nothing else counts (R-SEC-07, 回避)."""
        row = self.people[person]
        cleared = row.clearance >= self.cases[case].secrecy
        return row.is_active and row.kind == "office" and cleared and not self.is_barred(person, case)

    # --- Acting ---

    def holds(self, person: int, turn: Turn) -> bool:
        if turn.holder_id is not None:
            return turn.holder_id == person
        return turn.post_id in self.seats[person]

    def acts_as(self, person: int, turn: Turn) -> set[int | None]:
        """In whose name somebody may act on an open turn: None is his own."""
        case = self.cases[turn.case_id]
        found: set[int | None] = set()
        if turn.ended_at is not None or not self.fit(person, case.pk):
            return found
        named = not case.sealed or turn.holder_id is not None or (person, case.pk) in self.named
        if self.holds(person, turn) and named:
            found.add(None)
        if not case.sealed:
            found |= {row.principal_id for row in self.principals(person) if self._stands_in(row, turn, case)}
        return found

    def _stands_in(self, row: Deputy, turn: Turn, case) -> bool:
        """A deputy has no more than his principal has himself, and no more than he was given."""
        principal = self.people[row.principal_id]
        return (
            not getattr(REGISTRY[case.procedure].steps.get(turn.step), "personal", False)
            and self.holds(row.principal_id, turn)
            and case.secrecy <= min(row.highest_secrecy, principal.clearance)
            and (not row.procedures or case.procedure in row.procedures)
        )

    # --- Seeing ---

    def may_see(self, person: int, case: int) -> bool:
        if not self.fit(person, case):
            return False
        row, posts = self.cases[case], self.seats[person]
        if (person, case) in self.named:
            return True
        if not row.sealed and any((post, case) in self.shown for post in posts):
            return True
        if not row.restricted and any(self._shows(self.posts[post], row.procedure) for post in posts):
            return True
        lying = [turn for turn in self.turns if turn.case_id == case]
        return any(principal is not None for turn in lying for principal in self.acts_as(person, turn))

    def _shows(self, post: Post, code: str) -> bool:
        return bool({code, code.split(".")[0], REGISTRY[code].form} & set(post.sees))

    def holds_hub(self, person: int, case: int) -> bool:
        return self._sits_as(person, REGISTRY[self.cases[case].procedure].hub) and self.may_see(person, case)

    def holds_fallback(self, person: int, case: int) -> bool:
        return self._sits_as(person, REGISTRY[self.cases[case].procedure].fallback) and self.may_see(person, case)

    def _sits_as(self, person: int, code: str) -> bool:
        return any(self.posts[post].code == code for post in self.seats[person])
