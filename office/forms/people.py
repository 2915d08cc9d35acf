"""Choosing hands: persons and posts in one list, in the office's own order."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from office.models.people import Department, Kind, Leave, Post, PostHolding, User
from office.procedures import Step

# What a post is called by that heads its department.
HEAD = "department-head"


def key_of(holder: User | Post) -> str:
    return f"p{holder.pk}" if isinstance(holder, Post) else f"u{holder.pk}"


def by_keys(keys: Iterable[str]) -> list[User | Post]:
    """The persons and posts behind form keys, in the given order; unknown ones raise ValidationError."""
    keys = [key for key in keys if key]
    people = User.objects.in_bulk([int(key[1:]) for key in keys if key[0] == "u" and key[1:].isdecimal()])
    posts = Post.objects.select_related("department").in_bulk(
        [int(key[1:]) for key in keys if key[0] == "p" and key[1:].isdecimal()]
    )
    found: list[User | Post] = []
    for key in keys:
        number = int(key[1:]) if key[1:].isdecimal() else 0
        holder = people.get(number) if key[0] == "u" else posts.get(number)
        if holder is None:
            raise ValidationError(_("名单里没有这个人，请重新选择。"))
        found.append(holder)
    return found


class Candidates:
    """Everybody who may be named, read once per page: four queries for any number of fields."""

    def __init__(self) -> None:
        today = timezone.localdate()
        holdings = (
            PostHolding.objects.current(today)
            .filter(post__retired=False, person__is_active=True, person__kind=Kind.OFFICE)
            .select_related("post__department", "person__department")
        )
        self.holdings = list(holdings)
        self.people = list(
            User.objects.filter(is_active=True, kind=Kind.OFFICE)
            .select_related("department")
            .order_by("department__position", "username")
        )
        self.away = dict(
            Leave.objects.filter(starts_on__lte=today, ends_on__gte=today).values_list("person_id", "kind")
        )

    def leaders(self) -> list[tuple[str, str]]:
        """Ranked leaders in ranking order, with the departments they are in charge of: important papers go to
        the first, ordinary ones to the leader in charge (R-IN-14)."""
        ranked = sorted((one for one in self.holdings if one.post.rank), key=lambda one: one.post.rank or 0)
        found: dict[str, str] = {}
        for one in ranked:
            charge = "、".join(self._in_charge.get(one.post_id, ()))
            title = one.person.title or one.post.name
            words = _("%(title)s（分管%(departments)s）") % {"title": title, "departments": charge} if charge else title
            found.setdefault(key_of(one.person), self._words(one.person, words))
        return list(found.items())

    @cached_property
    def _units(self) -> list[Department]:
        return list(Department.objects.filter(retired=False))

    @cached_property
    def _in_charge(self) -> dict[int, list[str]]:
        """The names of the departments each post leads."""
        led: dict[int, list[str]] = {}
        for unit in self._units:
            if unit.leader_id is not None:
                led.setdefault(unit.leader_id, []).append(str(unit))
        return led

    def departments(self) -> list[tuple[str, str]]:
        """Heads of departments, as posts: work goes to the chair. Whom the departments' page names as head, and
        whatever post says so by its code; a leader is no unit."""
        heads: dict[int, list[str]] = {}
        posts = {}
        named = {unit.head_id for unit in self._units}
        for one in self.holdings:
            if not one.post.rank and (one.post_id in named or one.post.code == HEAD):
                posts[one.post_id] = one.post
                heads.setdefault(one.post_id, []).append(one.person.name)
        ordered = sorted(
            posts.values(), key=lambda post: (post.department.position if post.department else 0, post.pk)
        )
        return [
            (key_of(post), f"{post.department or post.name} {'、'.join(heads[post.pk])}") for post in ordered
        ]

    def everybody(self) -> list[tuple[str, str]]:
        leaders = self.leaders()
        known = {key for key, _words in leaders}
        rest = [
            (key_of(person), self._words(person, f"{person.department or ''} {person.title}".strip()))
            for person in self.people
            if key_of(person) not in known
        ]
        return leaders + rest

    def of(self, step: Step) -> list[tuple[str, str]]:
        return {"leaders": self.leaders, "departments": self.departments, "people": self.everybody}[
            step.whom
        ]()

    def _words(self, person: User, title: str) -> str:
        away = _("（不在岗）") if person.pk in self.away else ""
        return f"{person.name} {title}{away}".strip()


class HoldersField(forms.MultipleChoiceField):
    """Several, as boxes in the list's order. Cleans to persons and posts."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value) -> list[User | Post]:
        return by_keys(super().clean(value))


class HolderField(forms.ChoiceField):
    """One, from a list. Cleans to a person, a post or None."""

    def __init__(self, *, choices, **kwargs) -> None:
        super().__init__(choices=[("", "——"), *choices], **kwargs)

    def clean(self, value) -> User | Post | None:
        key = super().clean(value)
        return by_keys([key])[0] if key else None
