"""Through whose hands the papers go: the people of this office, or a small invented one where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from office import access, timing
from office.acting.door import signature
from office.models.people import Department, Kind, Post, PostHolding, User

# Of a hundred papers that go to a leader the first head gets so many: with a million he has seen 200,000.
FIRST_LEADERS_PLACES = 33
PLACES = 100
SINCE = date(2019, 1, 1)
# The login names of the people made here begin so.
INVENTED = "populate-"


class Short(Exception):
    """This office lacks somebody the papers must go through; the text is a sentence for whoever started it."""


@dataclass(frozen=True)
class Hand:
    """One answer to "who is the clerk of this paper?": `place` of `many`, drawn anew for every paper.

    `post` is the chair that has the paper where the role holds it through one. Place -1 is drawn by nobody: it
    is kept for the person who sees few papers.
    """

    role: str
    place: int
    many: int
    person: User
    post: Post | None

    def row(self, now: datetime) -> tuple:
        name, title, department = signature(self.person, on=now)
        return (
            self.role, self.place, self.many, self.person.pk, name, title, department,
            self.post.pk if self.post else None, self.post.group_id if self.post else None,
            str(self.post or self.person),
        )  # fmt: skip


def hands(now: datetime) -> list[Hand]:
    """Every role with all who may play it. Raises Short when a role stays empty."""
    on = now.date()
    clerks, directors = _chair("clerk", on), _chair("office-director", on)
    leaders = [person for post in _ranked() for person in access.seated(post, on=on)]
    leaders = list(dict.fromkeys(leaders))
    units = [
        (person, department.head)
        for department in Department.objects.filter(retired=False).select_related("head")
        if department.head is not None
        for person in access.seated(department.head, on=on)[:1]
    ]
    staff, seldom = _staff([*(one for one, _post in [*clerks, *directors, *units]), *leaders], on=on)
    readers = leaders[1:] or staff[:1]
    staff = [person for person in staff if person not in readers] or [person for person, _post in units]
    if not leaders or not units or not readers:
        raise Short(_("批量造数要有文书、办公室主任、排名领导和有负责人的部门各至少一人在岗。"))
    return [
        *_round("clerk", clerks),
        *_round("office-director", directors),
        *_leaders(leaders),
        *_round("unit", units),
        *_round("reader", [(person, None) for person in readers]),
        *_round("reader2", [(person, None) for person in staff]),
        *([Hand("reader2", -1, len(staff), seldom, None)] if seldom else []),
    ]


def _round(role: str, people: Sequence[tuple[User, Post | None]]) -> list[Hand]:
    return [Hand(role, place, len(people), person, post) for place, (person, post) in enumerate(people)]


def _leaders(leaders: Sequence[User]) -> list[Hand]:
    first, *others = leaders
    if not others:
        return _round("leader", [(first, None)])
    return [
        Hand("leader", place, PLACES, first if place < FIRST_LEADERS_PLACES else others[place % len(others)], None)
        for place in range(PLACES)
    ]


def _chair(code: str, on: date) -> list[tuple[User, Post | None]]:
    post = timing.find_post(code)
    people = access.seated(post, on=on) if post else []
    if not people:
        raise Short(_("“%(post)s”没有人在岗，不能批量造数。") % {"post": post.name if post else code})
    return [(person, post) for person in people]


def _ranked() -> list[Post]:
    return list(Post.objects.filter(rank__isnull=False, retired=False).order_by("rank"))


def _staff(busy: Sequence[User], *, on: date) -> tuple[list[User], User | None]:
    """Office people who sit in none of those chairs, and among them one who is sent only a few papers."""
    office = User.objects.filter(kind=Kind.OFFICE, is_active=True).exclude(pk__in=[one.pk for one in busy])
    people = list(office.order_by("username"))
    chaired = set(PostHolding.objects.current(on).values_list("person_id", flat=True))
    seldom = next((one for one in reversed(people) if one.pk not in chaired), None) if len(people) > 1 else None
    return [one for one in people if one != seldom], seldom


# --- An office where there is none ---

LEADERS = [("周明德", "局长"), ("王志远", "副局长"), ("孙长河", "副局长"), ("何文彬", "副局长")]
UNITS = [
    ("种植业股", "赵立军"), ("农机股", "刘国强"), ("质量监管股", "郑晓燕"), ("计划财务股", "吴玉兰"),
    ("农田建设股", "冯建平"), ("畜牧股", "许海涛"),
]  # fmt: skip
STAFF = ["陈志刚", "黄丽华", "徐文静", "马晓东", "朱雪梅", "胡振华"]


def settle(now: datetime) -> None:
    """A bureau of invented people, where nobody sits in the clerk's chair yet. Nobody among them can sign in:
    an administrator gives them passwords, if anyone needs them."""
    post = timing.find_post("clerk")
    if post is not None and access.seated(post, on=now.date()):
        return
    with transaction.atomic():
        _Founding(now).found()


class _Founding:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.granted = self._person("security", "安全员", kind=Kind.SECURITY)
        self.confirmed = self._person("audit", "审计员", kind=Kind.AUDIT)

    def found(self) -> None:
        office = self._department("办公室", 1)
        top = self._department("局领导", 0)
        clerk = self._post("clerk", "文书", office, sees=["documents"])
        self._seat(clerk, self._person("clerk-1", "陈雅文", title="文书", department=office))
        self._seat(clerk, self._person("clerk-2", "林晓岚", title="文书", department=office))
        director = self._post("office-director", "主任", office, sees=["documents"])
        self._seat(director, self._person("director", "李建国", title="办公室主任", department=office))
        for rank, (name, title) in enumerate(LEADERS, start=1):
            if Post.objects.filter(rank=rank).exists():
                continue
            chair = self._post(f"populate-leader-{rank}", title, None, rank=rank)
            self._seat(chair, self._person(f"leader-{rank}", name, title=title, department=top))
        for place, (unit, name) in enumerate(UNITS, start=1):
            department = self._department(unit, 1 + place)
            chair = department.head or self._post("department-head", "股长", department)
            if department.head is None:
                department.head = chair
                department.save(update_fields=["head"])
            person = self._person(f"head-{place}", name, title="股长", department=department)
            self._seat(chair, person)
        for place, name in enumerate(STAFF, start=1):
            self._person(f"staff-{place}", name, title="科员", department=office)

    def _department(self, name: str, position: int) -> Department:
        return Department.objects.get_or_create(name=name, defaults={"position": position})[0]

    def _person(self, username: str, name: str, **fields) -> User:
        username = f"{INVENTED}{username}"
        found = User.objects.filter(username=username).first()
        return found or User.objects.create_user(username, name=name, password_changed_at=self.now, **fields)

    def _post(self, code: str, name: str, department: Department | None, **fields) -> Post:
        found = Post.objects.filter(code=code, department=department).first()
        return found or Post.objects.create(code=code, name=name, department=department, **fields)

    def _seat(self, post: Post, person: User) -> None:
        PostHolding.objects.create(
            post=post, person=person, starts_on=SINCE, granted_by=self.granted, confirmed_by=self.confirmed,
            confirmed_at=self.now,
        )  # fmt: skip
