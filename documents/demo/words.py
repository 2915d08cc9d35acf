"""The words of the demo office (documents/demo_data/words.toml), and the people who say them."""

import tomllib
from datetime import date
from functools import lru_cache
from random import Random

from django.utils import timezone

from office.demo.people import PEOPLE, UNITS
from office.models.cases import Turn
from office.models.people import Department, Deputy, Post, PostHolding, User

from .papers import FOLDER


@lru_cache(maxsize=1)
def _words() -> dict:
    with (FOLDER / "words.toml").open("rb") as file:
        return tomllib.load(file)


def say(kind: str, *, random: Random, **slots: str) -> str:
    """One of the sentences of a kind, with its names filled in."""
    return random.choice(_words()[kind]).format(**slots)


def report(unit: str, *, random: Random, **slots: str) -> str:
    """What a unit reports: mostly about its own business."""
    own = _words()["report_of"].get(unit, [])
    return random.choice(own if own and random.random() < 0.7 else _words()["report"]).format(**slots)


def body() -> list[str]:
    return _words()["body"]


class Cast:
    """Everybody by chair, read once; the same objects for every act, so that who they are is resolved once."""

    def __init__(self) -> None:
        users = {one.username: one for one in User.objects.select_related("department")}
        self.person: dict[str, User] = {}
        for one in PEOPLE:
            for chair in one.seats:
                self.person.setdefault(chair, users[one.username])
        self.clerks = [users["chenyawen"], users["linxiaolan"]]
        self.users = users
        self.post: dict[str, Post] = {}
        units = {unit.name: unit.key for unit in UNITS}
        for post in Post.objects.filter(code="department-head").select_related("department"):
            self.post[units[post.department.name]] = post
        self.unit = {units[one.name]: one.short_name or one.name for one in Department.objects.filter(name__in=units)}
        self._people = {one.pk: one for one in users.values()}
        # Who acts for a chair: the one who sits in it, of several the first.
        seats = PostHolding.objects.current(timezone.localdate()).order_by("-pk")
        self._seated = {post: self._people[person] for post, person in seats.values_list("post_id", "person_id")}

        today = timezone.localdate()
        # Whom nobody may stand in for today, nobody stands in for in the demo's past either.
        running = Deputy.objects.filter(starts_on__lte=today, ends_on__gte=today, ended_at__isnull=True)
        self._deputies = {one.principal_id: one for one in running}

    @property
    def director(self) -> User:
        return self.person["office-director"]

    def leader(self, chair: str) -> User:
        return self.person[chair]

    def deputy(self, leader: User, *, on: date) -> User | None:
        """Who stands in for him on a day."""
        one = self._deputies.get(leader.pk)
        return self._people[one.deputy_id] if one is not None and one.starts_on <= on <= one.ends_on else None

    def holding(self, turn: Turn) -> User:
        """Whose hands a turn is in."""
        return self._people[turn.holder_id] if turn.holder_id else self._seated[turn.post_id]

    def called(self, person: User) -> str:
        """How a paper speaks of a leader: 正平局长, 建华同志."""
        return f"{person.name[1:]}{'局长' if person is self.person['first-head'] else '同志'}"
