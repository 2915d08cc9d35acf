"""What comes into the demo office: 290 real documents and a county's own invented ones, each with its story."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from office.clock.scales import on
from office.models.contacts import Organisation

from .times import Times

FOLDER = Path(__file__).resolve().parent.parent / "demo_data"
Group = Organisation.Group

# Which unit a paper concerns, by the words of its title; the first that fits.
CONCERNS = (
    ("machines", "农机|机械化"),
    ("animals", "畜|动物|禽"),
    ("safety", "食品安全|农产品|质量安全|三品"),
    ("crops", "粮|化肥|土壤污染|春耕|种子|棉|烟花|国家储备林"),
    ("fields", "水利|水体|国土空间|矿|地质灾害|自然资源|农林水|排污口"),
    ("village", "乡村|农村|扶贫|村落|村晚|帮扶|传统村"),
    ("economy", "合作社|社会化服务|三农|“三农”|小微企业|志愿|慈善"),
    ("finance", "资金|财政|补助|收费|税|预算|保险|价格"),
    ("staff", "人力资源|就业|职业资格|人才|技能|薪酬|女职工|社会保险"),
    ("enforcement", "执法|电子数据取证|应急预案|打击|专项行动"),
    ("law", "合法性|公示制度|审批|双随机|公平竞争|行政法规|立法|规范性"),
    ("office", "档案|政务新媒体|机构设置|议事协调|政务|表扬|激励"),
)
ELSEWHERE = re.compile(r"(?<!国家)(省|自治区|市|县|区)(?!场)|公积金|^中共")
TELEGRAM = re.compile(r"电〔")
LEADER_OF = {
    "office": "leader-1", "staff": "leader-1", "finance": "leader-1", "crops": "leader-2", "safety": "leader-2",
    "fields": "leader-2", "animals": "leader-3", "machines": "leader-3", "enforcement": "leader-3",
    "village": "leader-4", "economy": "leader-4", "law": "leader-4",
}  # fmt: skip


@dataclass
class Paper:
    """One paper and what becomes of it. `stop` is the step where it lies now, "" as far as time has carried it;
    `more` holds what the story has besides (documents/demo/walks.py reads it)."""

    key: str
    age: int
    book: str
    sender: str
    number: str
    title: str
    story: str
    at: datetime = on(date.min, time())
    group: str = Group.ABOVE
    dated_on: date | None = None
    lead: str = ""
    leaders: tuple[str, ...] = ()
    stop: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def random(self) -> Random:
        """The same dice for the same paper, in whatever process it is written."""
        return Random(self.key)

    @property
    def on_the_counter(self) -> bool:
        return self.stop in ("review", "circulate", "deliver")

    def has(self, name: str) -> bool:
        return name in self.more

    def whole(self, name: str, default: int = 0) -> int:
        return int(self.more.get(name) or default)


def all_papers(times: Times, *, count: int | None) -> list[Paper]:
    """In the order in which they come in; the same for the same beginning. `count` keeps some of every story."""
    found = [*_real(times), *_local(times)]
    if count is not None and count < len(found):
        found = _some(found, count)
    for one in found:
        one.at = times.arrival(one.age, last=one.on_the_counter, random=one.random)
    return sorted(found, key=lambda one: one.at)


def _some(found: list[Paper], count: int) -> list[Paper]:
    """One of every story and place first, then the youngest."""
    chosen: dict[str, Paper] = {}
    kinds: set[tuple] = set()
    for one in sorted(found, key=lambda one: (-len(one.more), one.age)):
        kind = (one.book, one.story, one.stop, one.has("restricted"), one.has("ends"))
        if kind not in kinds:
            kinds.add(kind)
            chosen[one.key] = one
    for one in sorted(found, key=lambda one: one.age):
        chosen.setdefault(one.key, one)
    return list(chosen.values())[:count]


def rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


# --- The county's own ---


def _local(times: Times) -> Iterator[Paper]:
    groups = dict(Organisation.objects.values_list("name", "group"))
    for place, row in enumerate(rows("local-papers.csv")):
        year = times.day(int(row["age"])).year
        more = dict(part.partition("=")[::2] for part in row["more"].split())
        yield Paper(
            key=f"local-{place}",
            age=int(row["age"]),
            book=row["book"],
            sender=row["sender"],
            number=row["number"].replace("{y}", str(year)),
            title=row["title"].replace("{y}", str(year)),
            story=row["story"],
            group=groups.get(row["sender"], Group.OTHER),
            dated_on=_dated(row, times=times, place=place),
            lead=row["lead"],
            leaders=tuple(row["leaders"].split()),
            stop="" if row["stop"] in ("refused", "void") else row["stop"],
            more={**more, "ends": row["stop"]} if row["stop"] in ("refused", "void") else more,
        )


def _dated(row: dict[str, str], *, times: Times, place: int) -> date | None:
    if row["story"] in ("envelope", "classified"):
        return None
    return times.day(int(row["age"])) - timedelta(days=1 + place % 3)


# --- The real ones ---


def _real(times: Times) -> list[Paper]:
    random = Random("the real documents")
    given = list(rows("real-documents.csv"))
    random.shuffle(given)
    ages = _ages(len(given), span=times.span(), random=random)
    return [
        _story(row, age=age, times=times, random=random, place=place)
        for place, (row, age) in enumerate(zip(given, ages, strict=True))
    ]


def _ages(count: int, *, span: int, random: Random) -> list[int]:
    """Most of them long ago, a third within the last five weeks: a register of a year and a desk of today."""
    old = count * 2 // 3
    return [random.randint(26, span) for _ in range(old)] + [random.randint(1, 25) for _ in range(count - old)]


def _story(row: dict[str, str], *, age: int, times: Times, random: Random, place: int) -> Paper:
    dated = date.fromisoformat(row["date"]) if row["date"] else None
    if dated is not None and dated >= times.day(age):
        # It cannot have come before it was written: then it came a week later, and without a date if that is to come.
        age = max(times.calendar.workdays_between(dated, times.day0) - 6, 1)
        dated = dated if dated < times.day(age) else None
    lead = next((unit for unit, words in CONCERNS if re.search(words, row["title"])), "")
    elsewhere = bool(ELSEWHERE.search(row["issuer"]))
    one = Paper(
        key=f"real-{place}",
        age=age,
        book="收",
        sender=_issuer(row["issuer"]),
        number=row["doc_number"],
        title=row["title"],
        story=_what_becomes(lead=lead, elsewhere=elsewhere, random=random),
        group=Group.OTHER if elsewhere else Group.ABOVE,
        dated_on=dated,
        lead=lead or random.choice(["office", "law", "economy"]),
        more={"pages": str(random.choice([2, 3, 4, 4, 5, 6, 7, 8, 9, 11, 12, 15, 18, 24, 36]))},
    )
    one.leaders = (LEADER_OF[one.lead],)
    if not elsewhere and random.random() < (0.45 if age < 26 else 0.2):
        one.leaders = ("first-head", *one.leaders)
    if TELEGRAM.search(one.number):
        one.book = "电"
        one.more["telegram"] = random.choice(["flash", "urgent"])
    elif random.random() < 0.06:
        one.more["urgency"] = random.choice(["urgent", "urgent", "flash"])
    if one.story == "reading" and one.age < 5:
        # These few days' readings are the county's own.
        one.age += 5
    if one.story == "handled":
        _happenings(one, random=random)
    if one.has("urgency") and one.more["urgency"] == "flash" and one.age < 20:
        one.more["urgency"] = "urgent"
    return one


def _what_becomes(*, lead: str, elsewhere: bool, random: Random) -> str:
    dice = random.random()
    if elsewhere:
        return "filed" if dice < 0.42 else "reading" if dice < 0.84 else "refused" if dice < 0.95 else "void"
    if lead:
        return "handled" if dice < 0.72 else "reading" if dice < 0.93 else "short" if dice < 0.98 else "void"
    return "reading" if dice < 0.55 else "handled" if dice < 0.72 else "filed" if dice < 0.94 else "refused"


def _happenings(one: Paper, *, random: Random) -> None:
    """What does not happen to every paper, in about the measure of a real office."""
    for name, share in (
        ("progress", 0.14), ("read_along", 0.3 if one.age < 40 else 0.12), ("recorded", 0.05), ("help", 0.05),
        ("extended", 0.04), ("returned", 0.05), ("corrected", 0.02), ("desk", 0.15), ("delegated", 0.05),
        ("again", 0.03), ("taken_back", 0.02), ("assist", 0.16),
    ):  # fmt: skip
        if random.random() < share:
            one.more[name] = ""
    others = [unit for unit in LEADER_OF if unit != one.lead]
    for name in ("assist", "help"):
        if name in one.more:
            one.more[name] = random.choice(others)
    if 9 < one.age < 26 and random.random() < 0.1:
        one.stop = "handle"
        one.more["late"] = ""


def _issuer(text: str) -> str:
    names = [name for name in re.split(r"[\s、，]+", text) if name]
    if not names:
        return "（未署来文机关）"
    return names[0] if len(names) == 1 else "、".join(names) if len(names) == 2 else f"{names[0]}等{len(names)}部门"
