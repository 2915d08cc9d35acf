"""The fixed cast every test plays with: a small bureau with all the posts the procedures name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from office.models import Department, Post, PostHolding, Series, User

CHINA = ZoneInfo("Asia/Shanghai")
# A Monday in a known year, mid-morning.
MONDAY = datetime(2026, 11, 16, 9, 30, tzinfo=CHINA)
PASSWORD = "Desk-2026-paper"


def at_desk(one: User | str) -> Client:
    """The browser of somebody signed in, named by himself or by his username."""
    client = Client()
    person = one if isinstance(one, User) else User.objects.get(username=one)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@dataclass
class Cast:
    clerk: User
    second_clerk: User
    director: User
    first_head: User
    leader: User
    other_leader: User
    handler: User
    colleague: User
    second_head: User
    outsider: User
    system_admin: User
    security_admin: User
    audit_admin: User
    posts: dict[str, Post] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)

    def everybody(self) -> dict[str, User]:
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}


def person(username: str, name: str, *, title: str = "", department: Department | None = None, **fields) -> User:
    user = unsaved(username, name, title=title, department=department, **fields)
    user.save()
    return user


def unsaved(username: str, name: str, **fields) -> User:
    user = User(username=username, name=name, **fields)
    user.set_password(PASSWORD)
    user.password_changed_at = timezone.now()
    return user


def seat(post: Post, who: User, *, starts_on: date = date(2020, 1, 1), ends_on: date | None = None) -> PostHolding:
    """Put somebody into a chair, granted and confirmed as the rules ask."""
    return PostHolding.objects.create(
        post=post,
        person=who,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by=User.objects.get(username="security"),
        confirmed_by=User.objects.get(username="audit"),
        confirmed_at=MONDAY,
    )


def cast(*, latin: bool = False) -> Cast:
    """Everybody, in a statement or two for each table: most tests begin here. `latin`: by names in Latin letters,
    so that Chinese on a page is never a name."""

    def made(rows: Iterable) -> list:
        return saved(map(called, range(1, 100), rows) if latin else rows)

    leaders, office, crops, machines = made(
        Department(name=name, position=position)
        for position, name in enumerate(["局领导", "办公室", "种植业股", "农机股"])
    )
    who = Cast(
        clerk=unsaved("clerk", "陈雅文", title="文书", department=office, clearance=4),
        second_clerk=unsaved("clerk2", "林晓岚", title="文书", department=office),
        director=unsaved("director", "李建国", title="办公室主任", department=office, clearance=4),
        first_head=unsaved("head", "赵明德", title="局长", department=leaders, clearance=4),
        leader=unsaved("leader", "王志远", title="副局长", department=leaders),
        other_leader=unsaved("leader2", "孙长河", title="副局长", department=leaders),
        handler=unsaved("handler", "赵立军", title="股长", department=crops),
        colleague=unsaved("colleague", "刘敏", title="科员", department=crops),
        second_head=unsaved("machines", "周国强", title="股长", department=machines),
        outsider=unsaved("outsider", "吴小梅", title="科员", department=machines),
        system_admin=unsaved("system", "系统员", kind="system"),
        security_admin=unsaved("security", "安全员", kind="security"),
        audit_admin=unsaved("audit", "审计员", kind="audit"),
    )
    made(who.everybody().values())
    who.departments = {"office": office, "crops": crops, "machines": machines, "leaders": leaders}
    sees = ["documents", "sketch"]
    who.posts = {
        "clerk": Post(code="clerk", name="文书", department=office, sees=sees),
        "director": Post(code="office-director", name="主任", department=office, sees=sees),
        "first-head": Post(code="first-head", name="局长", rank=1),
        "leader-1": Post(code="leader", name="分管农业副局长", department=leaders, rank=2),
        "leader-2": Post(code="leader-2", name="分管农机副局长", department=leaders, rank=3),
        "crops": Post(code="department-head", name="股长", department=crops),
        "machines": Post(code="department-head", name="股长", department=machines),
        "keeper": Post(code="seal-keeper", name="印章保管"),
        "archivist": Post(code="archivist", name="档案员"),
        "discipline": Post(code="discipline", name="派驻纪检监察组长"),
        "duty": Post(code="duty", name="值班"),
        "petitions": Post(code="petition-desk", name="信访接待"),
        "supervision": Post(code="supervision", name="督查"),
        "typist": Post(code="typist", name="打字员"),
    }
    holders = {
        "clerk": who.clerk,
        "director": who.director,
        "first-head": who.first_head,
        "leader-1": who.leader,
        "leader-2": who.other_leader,
        "crops": who.handler,
        "machines": who.second_head,
        "keeper": who.second_clerk,
        "archivist": who.second_clerk,
        "discipline": who.other_leader,
        "duty": who.colleague,
        "petitions": who.clerk,
        "supervision": who.director,
        "typist": who.second_clerk,
    }
    _fill_chairs(who, [*holders.items(), ("clerk", who.second_clerk)], made)
    crops.head, machines.head = who.posts["crops"], who.posts["machines"]
    crops.leader, machines.leader = who.posts["leader-1"], who.posts["leader-2"]
    bulk_update_with_history([crops, machines], Department, ["head", "leader"])
    made(
        Series(
            name=name, year=2026, title=name, function="documents.incoming", position=position, number_only=name == "密"
        )
        for position, name in enumerate(["收", "平", "内", "会", "电", "密", "信"])
    )
    return who


def saved(rows: Iterable) -> list:
    """With their history."""
    rows = list(rows)
    return bulk_create_with_history(rows, type(rows[0]))


def called(place: int, one: Any) -> Any:
    """The same person or thing by a name in Latin letters."""
    if isinstance(one, Series):
        one.title = f"Book {place}"
    elif not isinstance(one, PostHolding):
        one.name = f"{type(one).__name__} {place}"
    if isinstance(one, User):
        one.title = "Clerk" if one.title else ""
    return one


def _fill_chairs(who: Cast, holders: list[tuple[str, User]], made: Callable[[Iterable], list]) -> None:
    groups = Group.objects.bulk_create(
        Group(name=f"{post.code}@{post.department_id or 0}") for post in who.posts.values()
    )
    for post, group in zip(who.posts.values(), groups, strict=True):
        post.group = group
    made(who.posts.values())
    made(
        PostHolding(
            post=who.posts[code],
            person=holder,
            starts_on=date(2020, 1, 1),
            granted_by=who.security_admin,
            confirmed_by=who.audit_admin,
            confirmed_at=MONDAY,
        )
        for code, holder in holders
    )
