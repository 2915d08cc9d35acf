"""An office with every kind of page in it: papers at all stages, chases, deputies, appointments, a finished job."""

import io
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

import openpyxl
from django.utils import timezone

from documents import bringing_in, old_books, registering
from documents.models import ImportDraft
from office import acting, chasing, files, numbering
from office.handover.executing import Asked, hand_over
from office.handover.listing import listing
from office.models import (
    Case,
    Deputy,
    Follow,
    Letterhead,
    Organisation,
    Phrase,
    Post,
    PostHolding,
    Scan,
    ScannedPages,
    Series,
    Turn,
)
from office.models.arranged import SavedView
from office.models.dials import Ladder, ProcedureChoice, Setting, StepSetting
from office.models.files import Job
from office.models.people import Leave
from office.on_paper import desk, scans
from tests import file_samples
from tests.people import MONDAY, Cast, person

TODAY = MONDAY.date()


@dataclass
class Furnished:
    """The cases by their state, and the keys of what else has a page."""

    who: Cast
    cases: dict[str, Case] = field(default_factory=dict)
    minutes: int = 0

    def at(self):
        self.minutes += 1
        return MONDAY + timedelta(minutes=self.minutes)

    def register(self, state: str, *, book: str = "收", title: str = "Autumn sowing", **fields) -> Case:
        sender, _made = Organisation.objects.get_or_create(
            name="Provincial Bureau", defaults={"group": "above", "initials": "pb"}
        )
        self.cases[state] = registering.register(
            actor=self.who.clerk,
            series=Series.objects.get(name=book, year=2026),
            sender=sender,
            title=title,
            at=self.at(),
            received_on=fields.pop("received_on", TODAY),
            **fields,
        )
        return self.cases[state]

    def turn(self, state: str) -> Turn:
        return self.cases[state].turns.get(side=False, ended_at__isnull=True)

    def side(self, state: str) -> Turn:
        return self.cases[state].turns.filter(side=True, ended_at__isnull=True).earliest("pk")

    def do(self, state: str, move: str, actor, *, turn: Turn | None = None, **more):
        return acting.act(turn or self.turn(state), move, actor=actor, at=self.at(), **more)

    def to_leaders(self, state: str) -> None:
        who = self.who
        self.do(state, "pass", who.clerk)
        values = {"lead": who.posts["crops"], "due_on": date(2026, 11, 20)}
        leaders = [who.leader, who.first_head]
        self.do(state, "submit", who.director, opinion="Crops to lead.", names=leaders, values=values)


def furnish(who: Cast) -> Furnished:
    office = Furnished(who)
    register, do = office.register, office.do
    register("new", urgency="urgent", number="某农发〔2026〕3号", answer_wanted=True, answer_by=date(2026, 11, 25))
    register("proposed")
    office.to_leaders("proposed")

    register("out", urgency="flash", received_on=date(2026, 11, 12))
    office.to_leaders("out")
    written = do(
        "out", "instruct", who.leader, opinion="Agreed.", recorded_by=who.clerk, medium="spoken", happened_at=MONDAY,
        values={"lead": who.posts["crops"]},
    )
    acting.correct(written, opinion="Agreed, be quick.", actor=who.clerk, reason="misread", at=office.at())
    do("out", "send", who.clerk, names=[who.other_leader, who.outsider])
    do("out", "present", who.clerk)

    register("returned")
    office.to_leaders("returned")
    proposing = office.cases["returned"].turns.get(step="propose")
    acting.return_to(
        office.turn("returned"), target=proposing, actor=who.leader, reason="Not clear.", straight=False, at=office.at()
    )

    register("handled")
    office.to_leaders("handled")
    do("handled", "circle", who.leader)
    do("handled", "present", who.clerk)
    do("handled", "circle", who.first_head)
    do("handled", "hand_over", who.clerk, names=[who.posts["crops"], who.posts["machines"]])
    chasing.by_hand(
        office.cases["handled"], kind="phone", actor=who.clerk, at=office.at(), to=who.handler, words="How far?"
    )

    register("closed", purpose="reading")
    do("closed", "send", who.clerk, names=[who.outsider])
    do("closed", "read", who.outsider, turn=office.side("closed"))
    do("closed", "finish", who.clerk)

    register("void")
    acting.void(office.cases["void"], actor=who.clerk, reason="twice", at=office.at())
    register("classified", book="密", title="", secrecy=3, secrecy_years=10, number="密〔2026〕1号")
    register("envelope", title="", purpose="envelope", addressee=who.leader)
    register(
        "meeting", book="会", title="Flood control meeting",
        meeting={"starts_at": MONDAY + timedelta(days=9), "place": "Room 3", "rank_wanted": "a leader"},
    )
    register("restricted", secrecy=1)
    register("asked")
    acting.ask_relocation(
        office.cases["asked"], step="propose", to=None, actor=who.clerk, reason="wrong step", at=office.at()
    )

    chasing.chase(MONDAY + timedelta(days=4))
    _beside(office)
    _handed_over(office)
    _settings(office)
    _old_books(office)
    _on_paper(office)
    _without_power(office)
    return office


def _beside(office: Furnished) -> None:
    who, now = office.who, timezone.now()
    today = now.date()
    for place, owner in enumerate((None, who.clerk, who.leader)):
        Phrase.objects.create(person=owner, text="Agreed.", position=place)
    for owner, name, shared in ((who.clerk, "会", False), (who.second_clerk, "电", True)):
        SavedView.objects.create(
            person=owner, listed="documents.incoming", name=name, query="state=open&order=oldest", shared=shared,
            at=now,
        )
    Follow.objects.create(person=who.clerk, case=office.cases["handled"], at=now)
    for principal, deputy in ((who.clerk, who.second_clerk), (who.other_leader, who.leader)):
        Deputy.objects.create(principal=principal, deputy=deputy, starts_on=today, ends_on=today + timedelta(days=3))
        Leave.objects.create(person=principal, starts_on=today, ends_on=today + timedelta(days=3), kind="trip")
    PostHolding.objects.create(
        post=Post.objects.get(code="typist"), person=who.colleague, starts_on=today, granted_by=who.security_admin
    )
    person("system2", "Second System", kind="system", is_active=False)
    for finished, failed in ((None, ""), (now, "no")):
        Job.objects.create(
            public_id=uuid.uuid4(), kind="register", title="Register", asked_by=who.clerk, asked_at=now,
            finished_at=finished, failed=failed, arguments={},
        )


def _settings(office: Furnished) -> None:
    """Something of each kind that has been changed, so that its versions can be compared."""
    since = TODAY
    for value in (10, 15):
        Setting.objects.update_or_create(code="correction_minutes", defaults={"value": value})
    StepSetting.objects.create(
        procedure="documents.short", step="propose", since=since, post=office.who.posts["typist"],
        limits={"normal": {"kind": "workdays", "count": 3}},
    )
    ProcedureChoice.objects.create(form="documents.incoming", procedure="documents.incoming", since=since)
    Letterhead.objects.create(name="Bureau", heading="Bureau paper", series=["收"], signer=office.who.posts["typist"])
    # In the office's own words, as a ladder of its own is.
    ladder = chasing.LADDERS["normal"].as_dict() | {"title": "Normal"}
    ladder["rungs"] = [rung | {"label": "Rung"} for rung in ladder["rungs"]]
    Ladder.objects.create(code="normal", since=since, rungs=ladder)


def _on_paper(office: Furnished) -> None:
    """Two leaders who write on paper; of their folder one sheet is back, and pages of nothing beside it."""
    who, now = office.who, timezone.now()
    for leader in (who.leader, who.first_head):
        leader.writes_on_paper = True
        leader.save()
    folder = desk.make_folder(desk.waiting(who.clerk)[1:], by=who.clerk, at=now - timedelta(days=3))
    signed = folder.sheets.exclude(said=None).get()
    stack = Scan.objects.create(by=who.clerk, at=now, name="stack.pdf", pages=5)
    kept = files.keep(io.BytesIO(file_samples.pdf(2)), type="pdf", at=now, pages=2)
    ScannedPages.objects.create(scan=stack, first=1, count=2, sheet=signed, stored=kept)
    for page, why in enumerate(scans.WHY, start=3):
        ScannedPages.objects.create(scan=stack, first=page, count=1, why=why, content=b"%PDF")
    Scan.objects.create(by=who.clerk, at=now, name="other.pdf", pages=5, content=b"%PDF")


def _without_power(office: Furnished) -> None:
    """A block of numbers drawn beforehand: one entered late, two voided, and one that is still whole."""
    who, book = office.who, Series.objects.get(name="收", year=2026)
    block = numbering.reserve(book, count=3, by=who.clerk, at=office.at(), purpose="No power")
    registering.register(
        actor=who.clerk, series=book, reserved=block.first, sender=Organisation.objects.first(),
        title="Written by hand", received_on=date(2026, 11, 12), at=office.at(),
    )  # fmt: skip
    numbering.void_unused(block, reason="not needed", by=who.clerk, at=office.at())
    numbering.reserve(book, count=2, by=who.clerk, at=office.at(), purpose="No power")


def _handed_over(office: Furnished) -> None:
    """Somebody with a chair has handed over to a colleague; what he read was recalled, a paper was missing."""
    who = office.who
    office.register("shelved", purpose="reading")
    office.do("shelved", "send", who.clerk, names=[who.handler])
    found = listing(who.second_head, reader=who.director, receiver=who.clerk)
    hand_over(
        Asked(
            token=uuid.uuid4(), person=who.second_head, receiver=who.clerk, reason="away",
            returns_on=TODAY + timedelta(days=90), fingerprint=found.fingerprint,
            found={line.key: "missing" for line in found.lines if line.held.copies is not None},
            remarks={line.key: "—" for line in found.lines},
        ),
        actor=who.director, at=office.at(),
    )  # fmt: skip


def _old_books(office: Furnished) -> None:
    """One register brought in, one waiting to be agreed to, each with a row that cannot be right."""
    head = ("序号", "收文日期", "来文单位", "来文字号", "文件标题", "份数")
    right = (1, "2025-03-01", "Ministry", "某农发〔2025〕1号", "Sowing in spring", 1)
    rows = [right, (2, "2025-03-02", "Ministry", "", "", 1)]
    made = openpyxl.Workbook()
    made.active.title = "收文"
    for row in (head, *rows):
        made.active.append(list(row))
    content = io.BytesIO()
    made.save(content)
    book = old_books.open_book("old.xlsx", content.getvalue())
    bringing_in.bring_in(
        book.read(year=2025), book="收", year=2025, actor=office.who.clerk, file_name="old.xlsx", file_hash=book.hash,
        mapping=book.mapping,
    )  # fmt: skip
    ImportDraft.objects.create(
        person=office.who.clerk, at=timezone.now(), file_name="other.xlsx", file_hash=book.hash, content=book.content,
        year=2024, book="收", columns=book.columns, emptied=book.emptied,
    )  # fmt: skip
