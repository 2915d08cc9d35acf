"""The people of the demo office: a county bureau of agriculture and rural affairs, every name invented.

Telephone numbers are all zeros in front, which no exchange connects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from office import day_one
from office.levels import Secrecy
from office.models.people import Department, Deputy, Kind, Leave, Post, PostHolding, User
from office.shorthand import initials


@dataclass(frozen=True)
class Unit:
    """A department; `leader` is the code of the chair in charge of it."""

    key: str
    name: str
    short: str
    leader: str = "first-head"
    head: str = "股长"


UNITS = (
    Unit("leaders", "局领导", "局领导", head=""),
    Unit("office", "办公室", "办公室", leader="leader-1", head="负责人"),
    Unit("staff", "人事股", "人事股", leader="leader-1"),
    Unit("finance", "计划财务股", "计财股", leader="leader-1"),
    Unit("law", "政策法规股", "法规股", leader="leader-4"),
    Unit("village", "乡村振兴股", "乡村振兴股", leader="leader-4"),
    Unit("crops", "种植业管理股", "种植业股", leader="leader-2"),
    Unit("animals", "畜牧兽医股", "畜牧股", leader="leader-3"),
    Unit("machines", "农业机械化管理股", "农机股", leader="leader-3"),
    Unit("safety", "农产品质量安全监管股", "质安股", leader="leader-2"),
    Unit("fields", "农田建设管理股", "农田股", leader="leader-2"),
    Unit("economy", "农村经济指导股", "农经股", leader="leader-4"),
    Unit("enforcement", "农业综合行政执法大队", "执法大队", leader="leader-3", head="大队长"),
    Unit("discipline", "派驻纪检监察组", "纪检组", head=""),
)


@dataclass(frozen=True)
class Person:
    """`seats`: codes of chairs; "head:crops" is the head of a unit, "desk:crops" its 内勤."""

    username: str
    name: str
    title: str
    unit: str
    seats: tuple[str, ...] = ()
    hint: Any = ""
    clearance: int = Secrecy.WORK
    kind: str = Kind.OFFICE


SOME = _("本股的承办件")
DESK = _("转到内勤手里的件")
# In the order in which a visitor best tries them.
PEOPLE = (
    Person("chenyawen", "陈雅文", "文书（机要）", "office", ("clerk", "secrecy-officer"),
           _("登记收文、初审、分办、传阅、催办、办结"), Secrecy.SECRET),
    Person("limingde", "李明德", "办公室主任", "office", ("office-director",),
           _("写拟办意见，看全局的件"), Secrecy.SECRET),
    Person("zhouzhengping", "周正平", "局长", "leaders", ("first-head",),
           _("批示、圈阅；确认文书代录的批示"), Secrecy.SECRET),
    Person("linjianhua", "林建华", "副局长", "leaders", ("leader-2",), _("批示、圈阅；同时代理出差的吴海燕")),
    Person("madesheng", "马德胜", "种植业管理股股长", "crops", ("head:crops",),
           _("本股的承办件：报结果、请协办、写进展、延期"), Secrecy.CONFIDENTIAL),
    Person("yangxiaoyu", "杨小雨", "种植业管理股科员", "crops", ("desk:crops", "desk:safety"),
           _("股长委派的件，办完送回")),
    Person("linxiaolan", "林晓岚", "文书", "office", ("clerk",), _("第二位文书：同一个岗位，先办先得")),
    Person("wangxiaolan", "王晓兰", "办公室副主任", "office", ("office-deputy-director", "head:office", "supervision"),
           _("催办记录簿，办公室的承办件")),
    Person("chenzhiyuan", "陈志远", "副局长", "leaders", ("leader-1", "duty-leader"), _("批示；今天的带班领导")),
    Person("wuhaiyan", "吴海燕", "副局长", "leaders", ("leader-3",), _("出差中，授权林建华代理")),
    Person("zhengguoqiang", "郑国强", "副局长", "leaders", ("leader-4",), _("批示，从手机上圈阅")),
    Person("hexiuying", "何秀英", "派驻纪检监察组组长", "discipline", ("discipline",), _("亲启件，阅件")),
    Person("sunhaoran", "孙浩然", "政策法规股股长", "law", ("head:law",), SOME),
    Person("fenglixin", "冯立新", "乡村振兴股股长", "village", ("head:village",), SOME),
    Person("gaojianjun", "高建军", "畜牧兽医股股长", "animals", ("head:animals",), SOME),
    Person("xuguodong", "徐国栋", "农业机械化管理股股长", "machines", ("head:machines",), SOME),
    Person("tanghuimin", "唐慧敏", "农产品质量安全监管股股长", "safety", ("head:safety",), SOME),
    Person("songliping", "宋立平", "农田建设管理股股长", "fields", ("head:fields",), SOME),
    Person("hanxuemei", "韩雪梅", "农村经济指导股股长", "economy", ("head:economy",), SOME),
    Person("qianwenbin", "钱文斌", "计划财务股股长", "finance", ("head:finance",), SOME),
    Person("zhaolihua", "赵丽华", "人事股股长", "staff", ("head:staff",), SOME),
    Person("dengweidong", "邓卫东", "农业综合行政执法大队大队长", "enforcement", ("head:enforcement",), SOME),
    Person("luoqian", "罗倩", "畜牧兽医股科员", "animals", ("desk:animals", "desk:machines"), DESK),
    Person("xunuo", "许诺", "农田建设管理股科员", "fields", ("desk:fields", "desk:economy"), DESK),
    Person("shaoyue", "邵玥", "计划财务股科员", "finance", ("desk:finance", "desk:staff", "desk:village"), DESK),
    Person("caoyang", "曹阳", "执法大队队员", "enforcement", ("desk:enforcement", "desk:law", "duty"),
           _("值班；特急件的催办到他这里")),
    Person("huangzhiqiang", "黄志强", "档案员", "office", ("archivist", "seal-keeper-b"), _("阅件；印章保管B角")),
    Person("suting", "苏婷", "办公室科员（收发）", "office", ("dispatch", "meetings-officer", "duty"),
           _("会务、收发、值班")),
    Person("liufang", "刘芳", "办公室科员（信访）", "office", ("petition-desk", "seal-keeper"),
           _("群众来信，印章保管A角")),
    Person("system", "系统员", "系统管理员", "", kind=Kind.SYSTEM,
           hint=_("账户、部门、时限、催办阶梯、日历、编号系列")),
    Person("security", "安全员", "安全管理员", "", kind=Kind.SECURITY, hint=_("岗位和任职")),
    Person("audit", "审计员", "审计管理员", "", kind=Kind.AUDIT,
           hint=_("确认一条待确认的任职；登录记录、存证、改动记录")),
)  # fmt: skip
# Who sat in a chair before: his papers keep his name, his account is closed.
FORMER = Person("weizhigang", "魏志刚", "原农田建设管理股股长", "fields", ("head:fields",))

# What this bureau calls its leaders' chairs.
LEADERS = {
    "first-head": "局长",
    "leader-1": "副局长（分管办公室、人事、财务）",
    "leader-2": "副局长（分管种植业、农田、质量安全）",
    "leader-3": "副局长（分管畜牧、农机、执法）",
    "leader-4": "副局长（分管乡村振兴、农经、法规）",
}


def accounts() -> Sequence[Person]:
    """Who may sign in, in the order of the printed table."""
    return PEOPLE


def make(*, password: str, now: datetime) -> None:
    """Departments, chairs, people and dated holdings. The caller holds a transaction."""
    today = timezone.localdate(now)
    units = {
        unit.key: Department.objects.create(name=unit.name, short_name=unit.short, position=position)
        for position, unit in enumerate(UNITS)
    }
    posts = _chairs(units)
    # One hash for all: hashing thirty times over would take longer than everything else.
    hashed = make_password(password)
    known = {}
    for number, one in enumerate((*PEOPLE, FORMER)):
        known[one.username] = User.objects.create(
            username=one.username,
            password=hashed,
            name=one.name,
            initials=initials(one.name),
            title="" if one.kind != Kind.OFFICE else one.title,
            phone=f"0000-00{number + 1:05}" if one.kind == Kind.OFFICE else "",
            department=units.get(one.unit),
            kind=one.kind,
            clearance=one.clearance,
            is_active=one is not FORMER,
            # Without a date it never grows old: a demo asks nobody for a new password.
            password_changed_at=None,
        )
    _seat(posts, known, today=today, now=now)
    _away(known, today=today)


def _chairs(units: dict[str, Department]) -> dict[str, Post]:
    posts = day_one.make_chairs(units["office"], names=LEADERS)
    for unit in UNITS:
        if unit.head:
            department = units[unit.key]
            posts[f"head:{unit.key}"] = Post.objects.create(
                code="department-head", name=unit.head, department=department, single=True
            )
            if unit.key != "office":
                posts[f"desk:{unit.key}"] = Post.objects.create(
                    code="department-desk", name="内勤", department=department
                )
    for unit in UNITS:
        department = units[unit.key]
        if unit.key == "leaders":
            department.head = posts["first-head"]
        elif unit.key == "office":
            department.head, department.leader = posts["office-director"], posts[unit.leader]
        elif unit.key == "discipline":
            department.head = posts["discipline"]
        else:
            department.head, department.leader = posts[f"head:{unit.key}"], posts[unit.leader]
        department.save()
    return posts


def _seat(posts: dict[str, Post], known: dict[str, User], *, today: date, now: datetime) -> None:
    """Granted by the 安全管理员, confirmed by a second person, as the rules ask."""
    granted = {"granted_by": known["security"], "confirmed_by": known["audit"], "confirmed_at": now}
    handover = date(today.year - 1, 3, 1)
    for number, one in enumerate(PEOPLE):
        for code in one.seats:
            since = date(2022 - number % 4, 1 + number % 12, 1)
            if code in FORMER.seats:
                since = handover
            PostHolding.objects.create(post=posts[code], person=known[one.username], starts_on=since, **granted)
    for code in FORMER.seats:
        PostHolding.objects.create(
            post=posts[code],
            person=known[FORMER.username],
            starts_on=date(2018, 5, 1),
            ends_on=handover - timedelta(days=1),
            **granted,
        )
    # One that waits for its confirmation, so that there is something to confirm.
    PostHolding.objects.create(
        post=posts["archivist"],
        person=known["suting"],
        starts_on=today + timedelta(days=7),
        granted_by=known["security"],
    )


def _away(known: dict[str, User], *, today: date) -> None:
    since, until = today - timedelta(days=6), today + timedelta(days=8)
    Leave.objects.create(
        person=known["wuhaiyan"], kind="trip", starts_on=since, ends_on=until, note="参加省厅畜牧业务培训"
    )
    Deputy.objects.create(
        principal=known["wuhaiyan"], deputy=known["linjianhua"], starts_on=since, ends_on=until,
        highest_secrecy=Secrecy.WORK, note="出差期间",
    )
    Leave.objects.create(
        person=known["xunuo"], kind="leave", starts_on=today + timedelta(days=2), ends_on=today + timedelta(days=6)
    )
