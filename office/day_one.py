"""What an office has on its first day: chairs, books and phrases (docs: defaults of a bureau). All of it may be
changed afterwards; `code` is what the procedures and the ladders call a chair by, and stays."""

from dataclasses import dataclass

from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from office.models.dials import BEGAN, Phrase
from office.models.letterheads import Letterhead
from office.models.numbers import Series
from office.models.people import Department, Post

INCOMING = "documents.incoming"


@dataclass(frozen=True)
class Chair:
    """A post of the whole body, or of the 办公室; `rank` for leaders; `sees`: what its holders see by rule."""

    code: str
    name: str
    of_office: bool = True
    rank: int | None = None
    single: bool = False
    sees: tuple[str, ...] = ()


CHAIRS = (
    Chair("first-head", "主要领导", of_office=False, rank=1, single=True),
    Chair("leader-1", "分管领导一", of_office=False, rank=2, single=True),
    Chair("leader-2", "分管领导二", of_office=False, rank=3, single=True),
    Chair("leader-3", "分管领导三", of_office=False, rank=4, single=True),
    Chair("leader-4", "分管领导四", of_office=False, rank=5, single=True),
    Chair("discipline", "派驻纪检监察组组长", of_office=False, rank=6, single=True),
    Chair("office-director", "主任", single=True, sees=("documents",)),
    Chair("office-deputy-director", "副主任", sees=("documents",)),
    Chair("clerk", "文书", sees=("documents",)),
    Chair("secrecy-officer", "保密员", single=True),
    Chair("supervision", "督查", sees=("documents",)),
    Chair("dispatch", "收发"),
    Chair("meetings-officer", "会务"),
    Chair("archivist", "档案员"),
    Chair("petition-desk", "信访接待"),
    Chair("seal-keeper", "印章保管A角", single=True),
    Chair("seal-keeper-b", "印章保管B角", single=True),
    Chair("duty", "值班", of_office=False),
    Chair("duty-leader", "带班领导", of_office=False),
)
# 代字, name, number only. The forms know 会, 电 and 密 by these names.
INCOMING_BOOKS = (
    ("收", "上级来文", False),
    ("平", "平级来函", False),
    ("内", "下级请示报告", False),
    ("会", "会议通知", False),
    ("电", "电报", False),
    ("密", "涉密文件（只登编号）", True),
    ("信", "群众来信", False),
)
# 发文机关, its red heading, its seal, the chair that signs. Their books are opened with the office's own 代字.
LETTERHEADS = (
    ("局党组", "中共某某局党组文件", "局党组章", "first-head"),
    ("局", "某某局文件", "局章", "first-head"),
    ("局办公室", "某某局办公室文件", "办公室章", "office-director"),
    ("领导小组", "某某工作领导小组文件", "领导小组章", "first-head"),
)
PHRASES = (
    "同意。",
    "同意拟办意见。",
    "请按程序办理。",
    "请抓紧办理，按时反馈。",
    "请结合实际抓好贯彻落实。",
    "已阅。",
    "请有关股室阅研。",
)


def make() -> None:
    """The 办公室, its chairs, this year's incoming books and the office's phrases. The caller holds a transaction."""
    office = Department.objects.create(name="办公室", short_name="办公室", position=0)
    make_chairs(office)
    office.head = Post.objects.get(code="office-director")
    office.save()
    year = timezone.localdate().year
    books = [
        Series(
            name=name, title=title, year=year, function=INCOMING, form=Series.Form.YEAR, number_only=number_only,
            position=position,
        )
        for position, (name, title, number_only) in enumerate(INCOMING_BOOKS)
    ]
    bulk_create_with_history(books, Series, default_change_reason=BEGAN)
    make_letterheads()
    make_phrases()


def make_letterheads() -> None:
    posts = {one.code: one for one in Post.objects.filter(code__in={code for *_rest, code in LETTERHEADS})}
    made = [
        Letterhead(name=name, heading=heading, seal=seal, signer=posts[code], position=position)
        for position, (name, heading, seal, code) in enumerate(LETTERHEADS)
    ]
    bulk_create_with_history(made, Letterhead, default_change_reason=BEGAN)


def make_chairs(office: Department, *, names: dict[str, str] | None = None) -> dict[str, Post]:
    """By their codes; `names` where this office calls one otherwise."""
    return {
        one.code: Post.objects.create(
            code=one.code,
            name=(names or {}).get(one.code, one.name),
            department=office if one.of_office else None,
            rank=one.rank,
            single=one.single,
            sees=list(one.sees),
        )
        for one in CHAIRS
    }


def make_phrases() -> None:
    phrases = [Phrase(text=text, position=place) for place, text in enumerate(PHRASES)]
    bulk_create_with_history(phrases, Phrase, default_change_reason=BEGAN)
