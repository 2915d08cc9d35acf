"""The pieces the demo office is filled with: a paper and its whole passage each, then the chases, then the rest."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any

from django.utils import timezone

from documents.models import IncomingDocument
from documents.registering import register
from office import anchoring, chasing, clock, numbering
from office.files import attach, checked
from office.levels import Secrecy, Urgency
from office.models.cases import Case
from office.models.contacts import Organisation
from office.models.outbox import Follow, Notice
from office.shorthand import initials

from . import scans, walks, words
from .papers import Paper, all_papers
from .times import Times
from .words import Cast

BOOK_PURPOSE = {"reading": "reading", "envelope": "envelope"}
CHASED_AT = (time(9, 5), time(16, 40))
CHASED_DAYS = 12
Channel, Carrier, Category = IncomingDocument.Channel, IncomingDocument.Carrier, IncomingDocument.Category
CATEGORY = {
    "收": Category.DIRECTIVE, "平": Category.ENQUIRY, "内": Category.REQUEST, "会": Category.MEETING,
    "电": Category.DIRECTIVE, "密": Category.DIRECTIVE, "信": Category.LETTER,
}  # fmt: skip


def fill(began: datetime, *, papers: int | None) -> Sequence[Callable[[], None]]:
    """office.demo asks for these; the same ones for the same beginning, in whatever process."""
    times = Times(began)
    kept = _Once()
    pieces: list[Callable[[], None]] = [
        partial(_write, paper, times=times, kept=kept) for paper in all_papers(times, count=papers)
    ]
    for age in range(CHASED_DAYS, -1, -1):
        for at in CHASED_AT:
            moment = datetime.combine(times.day(age), at, tzinfo=clock.TIME_ZONE)
            if moment < times.began:
                pieces.append(partial(chasing.chase, moment))
    pieces.append(partial(_settle, times))
    return pieces


class _Once:
    """The cast is read by the first piece that is written, not by everybody who only counts them."""

    _cast: Cast | None = None

    def cast(self) -> Cast:
        if self._cast is None:
            self._cast = Cast()
        return self._cast


def _write(paper: Paper, *, times: Times, kept: _Once) -> None:
    cast = kept.cast()
    case = _register(paper, times=times, cast=cast)
    walks.go(paper, case, times=times, cast=cast)
    # What has been dealt with has been seen.
    Notice.objects.filter(case=case, turn__ended_at__isnull=False, read_at__isnull=True).update(read_at=times.began)


def _register(paper: Paper, *, times: Times, cast: Cast) -> Case:
    dice = Random(f"{paper.key} at the counter")
    secrecy = Secrecy.WORK if paper.has("restricted") else Secrecy(paper.whole("secrecy"))
    clerk = cast.clerks[0] if secrecy > Secrecy.WORK else dice.choice(cast.clerks)
    given = {**_counter(paper, times=times, dice=dice), **_wants(paper, times=times, cast=cast)}
    with checked(scans.of(paper) if paper.has("scan") else []) as files:
        case = register(
            actor=clerk,
            series=numbering.of_year(paper.book, year=paper.at.year),
            sender=_sender(paper),
            title=paper.title,
            at=paper.at,
            urgency=paper.more.get("urgency", Urgency.NORMAL),
            secrecy=secrecy,
            procedure="documents.short" if paper.story == "short" else "",
            attach=(lambda made: attach(made, files, actor=clerk, role="text", at=paper.at)) if files else None,
            **given,
        )
    if paper.key.endswith("7"):
        Follow.objects.get_or_create(person=cast.director, case=case, defaults={"at": paper.at})
    return case


def _counter(paper: Paper, *, times: Times, dice: Random) -> dict[str, Any]:
    """What the clerk at the counter writes down of any paper."""
    received = timezone.localdate(paper.at)
    if paper.age > 3 and dice.random() < 0.03:
        received = times.calendar.add_workdays(received, -dice.randint(1, 2))
    on_paper = paper.book in ("内", "信", "密") or paper.story == "envelope" or dice.random() < 0.35
    channel = Channel.EXCHANGE if on_paper else Channel.SYSTEM
    if paper.book in ("内", "信") or paper.story == "envelope":
        channel = dice.choice([Channel.HAND, Channel.POST]) if paper.book != "内" else Channel.HAND
    known = paper.dated_on if paper.dated_on and paper.dated_on <= received else None
    quiet = paper.story in ("classified", "envelope")
    return {
        "received_on": received,
        "channel": channel,
        "carrier": Carrier.PAPER if on_paper else Carrier.ELECTRONIC,
        "category": Category.OTHER if paper.story == "filed" else CATEGORY[paper.book],
        "number": paper.number,
        "number_typed": paper.number,
        "dated_on": known,
        "copies": paper.whole("copies", 1),
        "pages": paper.whole("pages") or None,
        "enclosures": 0 if quiet else dice.choice([0, 0, 0, 1, 1, 2, 3]),
        "copy_number": paper.more.get("copy", ""),
        "secrecy_years": paper.whole("years") or None,
        "purpose": BOOK_PURPOSE.get(paper.story, "decision"),
        "note": "" if quiet else words.say("note", random=dice),
    }


def _wants(paper: Paper, *, times: Times, cast: Cast) -> dict[str, Any]:
    """What the paper itself asks for: an answer, somebody at a meeting, haste, its addressee."""
    given: dict[str, Any] = {}
    if paper.has("answer"):
        given |= {"answer_wanted": True, "answer_by": times.ahead(paper.whole("answer"))}
    if paper.has("telegram"):
        given["telegram"] = paper.more["telegram"]
    if paper.story == "envelope":
        given["addressee"] = cast.leader(paper.leaders[0])
    if paper.story == "meeting":
        day = times.ahead(paper.whole("meet"))
        before = max(times.calendar.add_workdays(day, -1), timezone.localdate(paper.at))
        rank = "主要负责同志" if paper.leaders[-1] == "first-head" else "分管负责同志"
        starts = datetime.combine(day, time(9) if len(paper.title) % 2 else time(14, 30), tzinfo=clock.TIME_ZONE)
        answer = datetime.combine(before, time(17, 30), tzinfo=clock.TIME_ZONE)
        place = "县政府四楼视频会议室" if "视频" in paper.title else "县行政中心第二会议室"
        given |= {
            "answer_wanted": True,
            "answer_by": before,
            "meeting": {"starts_at": starts, "place": place, "rank_wanted": rank, "answer_by": answer},
        }
    return given


def _sender(paper: Paper) -> Organisation:
    found, _made = Organisation.objects.get_or_create(
        name=paper.sender, defaults={"initials": initials(paper.sender), "group": paper.group}
    )
    return found


def _settle(times: Times) -> None:
    """Notices of days gone by have been seen; the night before has been sealed."""
    Notice.objects.filter(read_at__isnull=True, at__lt=times.began - timedelta(days=2)).update(read_at=times.began)
    anchoring.anchor(times.began)
