"""People by Excel: a list of names becomes departments, accounts, and proposals of who sits where.

Nothing is guessed: a row that cannot be right is said with its sheet row and left out. Seats are only proposed: the
安全管理员 grants them and a second administrator confirms, as with every holding.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypinyin import lazy_pinyin

from office.forms.admin_people import NAME, USERNAME, is_same_person
from office.importing.cells import plain
from office.importing.grids import Grid
from office.importing.heads import Fact
from office.importing.tables import Entry, tables_of
from office.models.people import Department, Kind, Post, PostHolding, SeatWish, User
from office.passwords import one_time
from office.shorthand import initials

FACTS = (
    Fact("name", gettext_lazy("姓名"), ("姓名", "名字", "人员", "人员姓名", "name"), required=True),
    Fact("username", gettext_lazy("登录名"), ("登录名", "用户名", "账号", "帐号", "登录账号", "工号")),
    Fact(
        "department", gettext_lazy("部门"),
        ("部门", "科室", "股室", "处室", "所在部门", "所在科室", "单位", "内设机构"),
    ),
    Fact("title", gettext_lazy("职务"), ("职务", "职位", "职务职级", "现任职务")),
    Fact("post", gettext_lazy("岗位"), ("岗位", "岗位职责", "分工", "担任岗位")),
    Fact("rank", gettext_lazy("领导排名"), ("领导排名", "排名", "领导排序", "班子排名")),
    Fact("phone", gettext_lazy("电话"), ("电话", "手机", "联系电话", "手机号", "办公电话", "电话号码")),
    Fact("email", gettext_lazy("电子邮件"), ("电子邮件", "邮箱", "电子邮箱", "邮件", "e-mail", "email")),
)
HEADS = ("姓名", "登录名", "部门", "职务", "岗位", "领导排名", "电话", "电子邮件")
# How the head of a unit is called; the chair of whoever is called so is its department-head.
HEAD_OF_UNIT = re.compile(r"(?:负责人|股长|科长|处长|所长|站长|队长|大队长|部长|室主任)$")
SEVERAL = re.compile(r"[、,，/；;]|\s+")
MOST_RANKS = 30


@dataclass
class Person:
    """One row that can be right: an account to be made, or (`known`) one that is there already."""

    row: int
    name: str
    username: str
    department: str = ""
    title: str = ""
    posts: list[str] = field(default_factory=list)
    rank: int | None = None
    phone: str = ""
    email: str = ""
    known: bool = False


@dataclass
class Fault:
    row: int
    name: str
    reason: str


@dataclass
class Reading:
    """What a workbook holds; `departments` are those it names that the office has not."""

    people: list[Person] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    departments: list[str] = field(default_factory=list)

    @property
    def fresh(self) -> list[Person]:
        return [one for one in self.people if not one.known]

    def as_plain(self) -> dict:
        return asdict(self)

    @classmethod
    def from_plain(cls, kept: dict) -> "Reading":
        return cls(
            people=[Person(**one) for one in kept["people"]],
            faults=[Fault(**one) for one in kept["faults"]],
            departments=list(kept["departments"]),
        )


class NoList(Exception):
    """The workbook holds no list of people; the text says what one looks like."""


def read(grids: Sequence[Grid]) -> Reading:
    """Raises NoList where no sheet has a head with 姓名."""
    tables = [one for one in tables_of(grids, FACTS) if "name" in one.head.columns]
    if not tables:
        raise NoList(
            _("没有找到人员表：第一行要有“姓名”，还可以有%(heads)s。") % {"heads": "、".join(HEADS[1:])}
        )
    reading = Reading()
    known = {one.username.lower(): one for one in User.objects.all()}
    units = {name for pair in Department.objects.values_list("name", "short_name") for name in pair if name}
    taken: dict[str, int] = {}
    ranks: dict[int, int] = {}
    for table in tables:
        for entry in table.entries(table.head.columns):
            if isinstance(entry, Entry):
                _take(entry, reading=reading, known=known, units=units, taken=taken, ranks=ranks)
    return reading


def _take(
    entry: Entry, *, reading: Reading, known: dict[str, User], units: set[str], taken: dict[str, int],
    ranks: dict[int, int],
) -> None:
    words = {code: " ".join(str(_whole(value) or "").split()) for code, value in entry.values.items()}
    name = words.get("name", "")

    def fault(reason: str) -> None:
        reading.faults.append(Fault(entry.row, name, reason))

    if not name:
        return fault(_("没有姓名"))
    if not NAME.match(name):
        return fault(_("姓名只能用汉字、字母、间隔号和空格：它要印在处理单上。"))
    username = words.get("username", "") or _free_name(name, known=known, taken=taken)
    if not USERNAME.match(username):
        return fault(_("登录名只能用字母、数字、点、横线，至少两个字符。"))
    there = known.get(username.lower())
    if there is not None and there.name != name:
        return fault(_("登录名 %(username)s 已经是%(who)s的。") % {"username": username, "who": there.name})
    if username.lower() in taken:
        return fault(
            _("登录名 %(username)s 和第 %(row)d 行重复。") % {"username": username, "row": taken[username.lower()]}
        )
    rank = words.get("rank", "")
    if rank and not (rank.isdecimal() and 1 <= int(rank) <= MOST_RANKS):
        return fault(_("领导排名“%(rank)s”不是 1 到 %(most)d 的数字。") % {"rank": rank, "most": MOST_RANKS})
    if rank and int(rank) in ranks:
        return fault(_("领导排名 %(rank)s 和第 %(row)d 行重复。") % {"rank": rank, "row": ranks[int(rank)]})
    email = words.get("email", "")
    if email and not _is_email(email):
        return fault(_("电子邮件“%(email)s”写得不对。") % {"email": email})
    taken[username.lower()] = entry.row
    if rank:
        ranks[int(rank)] = entry.row
    unit = plain(words.get("department", ""))
    if unit and unit not in units:
        units.add(unit)
        reading.departments.append(unit)
    reading.people.append(
        Person(
            row=entry.row, name=name, username=username, department=unit, title=words.get("title", "")[:60],
            posts=[one for one in SEVERAL.split(words.get("post", "")) if one], rank=int(rank) if rank else None,
            phone=words.get("phone", "")[:40], email=email, known=there is not None,
        )  # fmt: skip
    )
    return None


def _whole(value: object) -> object:
    """A telephone number typed as a number comes as 13800000000.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_email(words: str) -> bool:
    try:
        validate_email(words)
    except ValidationError:
        return False
    return True


def _free_name(name: str, *, known: dict[str, User], taken: dict[str, int]) -> str:
    """chenyawen of 陈雅文; with a figure where another one has it, but the same where it is he himself."""
    base = re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(name)).lower()) or "user"
    found, number = base, 1
    while found in taken or (found in known and known[found].name != name):
        number += 1
        found = f"{base}{number}"
    return found if len(found) > 1 else f"{found}1"


# --- Made ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """An account and its one-time password, to be handed over and kept nowhere."""

    person: User
    password: str


def make(reading: Reading, *, by: User, at: datetime) -> list[Made]:
    """The departments, accounts and proposals of a reading, all or none. Who is there already keeps his account."""
    with transaction.atomic():
        position = Department.objects.count()
        for place, name in enumerate(reading.departments):
            Department.objects.get_or_create(name=name[:80], defaults={"position": position + place})
        units = {name: one for one in Department.objects.all() for name in (one.name, one.short_name) if name}
        made: list[Made] = []
        for row in reading.people:
            person = User.objects.filter(username__iexact=row.username).first()
            if person is None:
                person = User(
                    username=row.username, name=row.name, initials=initials(row.name)[:30], title=row.title,
                    phone=row.phone, email=row.email, department=units.get(row.department), kind=Kind.OFFICE,
                    must_change_password=True, password_changed_at=at,
                )  # fmt: skip
                password = one_time()
                person.set_password(password)
                person.save(force_insert=True)
                made.append(Made(person, password))
            _propose(row, person, by=by, at=at)
        return made


def _propose(row: Person, person: User, *, by: User, at: datetime) -> None:
    wanted = list(row.posts)
    if not wanted and row.rank is None and HEAD_OF_UNIT.search(row.title):
        wanted = [row.title]
    seats = [(words, None) for words in wanted] + ([(row.title, row.rank)] if row.rank is not None else [])
    for words, rank in seats:
        SeatWish.objects.get_or_create(
            person=person, wanted=words[:60], rank=rank, settled_at=None, defaults={"by": by, "at": at}
        )


# --- Seats, as they were proposed ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Seat:
    """What a proposal comes to: a chair that is there, or one that granting it makes; `why` where neither is known."""

    wish: SeatWish
    post: Post | None = None
    makes: str = ""
    why: str = ""


def proposed() -> list[SeatWish]:
    rows = SeatWish.objects.filter(settled_at__isnull=True).select_related("person__department", "by")
    return list(rows.order_by("rank", "person__department__position", "person_id", "pk"))


def seat_of(wish: SeatWish) -> Seat:
    """The chair meant: by rank, by its name in his unit, by its name in the house; else that of his unit's head."""
    posts = Post.objects.filter(retired=False).select_related("department")
    if wish.rank is not None:
        found = posts.filter(rank=wish.rank).first()
        return Seat(wish, post=found) if found else Seat(wish, makes=wish.wanted or _("领导"))
    unit = wish.person.department
    mine = posts.filter(department=unit) if unit is not None else posts.none()
    for rows in (mine, posts.filter(department__isnull=True), posts):
        named = list(rows.filter(name=wish.wanted) | rows.filter(code=wish.wanted))
        if len(named) == 1:
            return Seat(wish, post=named[0])
    if unit is not None and HEAD_OF_UNIT.search(wish.wanted):
        head = mine.filter(code="department-head").first()
        return Seat(wish, post=head) if head else Seat(wish, makes=_("%(unit)s负责人") % {"unit": unit})
    return Seat(wish, why=_("没有叫“%(name)s”的岗位，请先建岗位或另行授予。") % {"name": wish.wanted})


def grant(wishes: Sequence[SeatWish], *, by: User, on: date, at: datetime) -> list[str]:
    """Grant what was ticked, to be confirmed by a second administrator; a unit's head gets his chair where it has none.
    The sentences about what could not be granted."""
    refused: list[str] = []
    for wish in wishes:
        with transaction.atomic():
            if is_same_person(wish.person, by):
                refused.append(_("%(who)s：这是您自己的另一个账户，请另一位安全管理员来办。") % {"who": wish.person})
                continue
            seat = seat_of(wish)
            if seat.why:
                refused.append(f"{wish.person}：{seat.why}")
                continue
            post = seat.post or _chair(wish)
            lasting = post.holdings.lasting(on)
            if lasting.filter(person=wish.person).exists():
                _settle(wish, at=at)
                continue
            if post.single and (held := lasting.select_related("person").first()) is not None:
                words = _("%(who)s：%(post)s只能一人在任，现在是%(held)s。")
                refused.append(words % {"who": wish.person, "post": post, "held": held.person})
                continue
            PostHolding.objects.create(post=post, person=wish.person, starts_on=on, granted_by=by)
            _settle(wish, at=at)
    return refused


def _chair(wish: SeatWish) -> Post:
    if wish.rank is not None:
        return Post.objects.create(
            code=f"leader-{wish.rank}", name=wish.wanted or _("领导"), rank=wish.rank, single=True
        )
    unit = wish.person.department
    assert unit is not None
    post = Post.objects.create(code="department-head", name=wish.wanted, department=unit)
    if unit.head_id is None:
        # Papers are handed to the head of a unit: without one it gets none.
        unit.head = post
        unit.save()
    return post


def _settle(wish: SeatWish, *, at: datetime) -> None:
    SeatWish.objects.filter(pk=wish.pk).update(settled_at=at)


def drop(wishes: Sequence[SeatWish], *, at: datetime) -> None:
    """Not wanted: a proposal binds nobody."""
    SeatWish.objects.filter(pk__in=[one.pk for one in wishes]).update(settled_at=at)
