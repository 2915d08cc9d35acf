"""The fixed cast every test plays with: a small bureau with all the posts the procedures name."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from office.models import Department, Post, PostHolding, Series, User

CHINA = ZoneInfo("Asia/Shanghai")
# A Monday in a known year, mid-morning.
MONDAY = datetime(2026, 11, 16, 9, 30, tzinfo=CHINA)
PASSWORD = "Desk-2026-paper"


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
    user = User(username=username, name=name, title=title, department=department, **fields)
    user.set_password(PASSWORD)
    user.password_changed_at = timezone.now()
    user.save()
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


def cast() -> Cast:
    office = Department.objects.create(name="办公室", position=1)
    crops = Department.objects.create(name="种植业股", position=2)
    machines = Department.objects.create(name="农机股", position=3)
    leaders = Department.objects.create(name="局领导", position=0)
    admins = {
        "system_admin": person("system", "系统员", kind="system"),
        "security_admin": person("security", "安全员", kind="security"),
        "audit_admin": person("audit", "审计员", kind="audit"),
    }
    who = Cast(
        clerk=person("clerk", "陈雅文", title="文书", department=office, clearance=4),
        second_clerk=person("clerk2", "林晓岚", title="文书", department=office),
        director=person("director", "李建国", title="办公室主任", department=office, clearance=4),
        first_head=person("head", "赵明德", title="局长", department=leaders, clearance=4),
        leader=person("leader", "王志远", title="副局长", department=leaders),
        other_leader=person("leader2", "孙长河", title="副局长", department=leaders),
        handler=person("handler", "赵立军", title="股长", department=crops),
        colleague=person("colleague", "刘敏", title="科员", department=crops),
        second_head=person("machines", "周国强", title="股长", department=machines),
        outsider=person("outsider", "吴小梅", title="科员", department=machines),
        **admins,
    )
    who.departments = {"office": office, "crops": crops, "machines": machines, "leaders": leaders}

    def post(code: str, name: str, holders: list[User], *, department=None, rank=None, sees=()) -> Post:
        made = Post.objects.create(code=code, name=name, department=department, rank=rank, sees=list(sees))
        for holder in holders:
            seat(made, holder)
        return made

    who.posts = {
        "clerk": post("clerk", "文书", [who.clerk, who.second_clerk], department=office, sees=["documents", "sketch"]),
        "director": post("office-director", "主任", [who.director], department=office, sees=["documents", "sketch"]),
        "first-head": post("first-head", "局长", [who.first_head], rank=1),
        "leader-1": post("leader", "分管农业副局长", [who.leader], department=leaders, rank=2),
        "leader-2": post("leader-2", "分管农机副局长", [who.other_leader], department=leaders, rank=3),
        "crops": post("department-head", "股长", [who.handler], department=crops),
        "machines": post("department-head", "股长", [who.second_head], department=machines),
        "keeper": post("seal-keeper", "印章保管", [who.second_clerk]),
        "archivist": post("archivist", "档案员", [who.second_clerk]),
        "discipline": post("discipline", "派驻纪检监察组长", [who.other_leader]),
        "duty": post("duty", "值班", [who.colleague]),
        "petitions": post("petition-desk", "信访接待", [who.clerk]),
        "supervision": post("supervision", "督查", [who.director]),
        "typist": post("typist", "打字员", [who.second_clerk]),
    }
    crops.head, machines.head = who.posts["crops"], who.posts["machines"]
    crops.leader, machines.leader = who.posts["leader-1"], who.posts["leader-2"]
    crops.save()
    machines.save()
    for position, name in enumerate(["收", "平", "内", "会", "电", "密", "信"]):
        Series.objects.create(
            name=name, year=2026, title=name, function="documents.incoming", position=position, number_only=name == "密"
        )
    return who
