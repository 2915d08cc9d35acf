"""Which papers go into a leader's folder, which are out on paper and since when, which came back to be entered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from office import access, acting, dials, procedures, showing, standing, subjects
from office.acting import Refused
from office.acting.door import wordless
from office.clock import TIME_ZONE
from office.levels import ORAL, Urgency
from office.models.cases import Case, Decision, Turn
from office.models.files import StoredFile
from office.models.on_paper import Folder, ScannedPages, SheetOut
from office.models.people import Kind, User
from office.printing.folders import WaitingLine, WaitingSheet

UNRANKED = 10_000
FIRST = {Urgency.FLASH: 0, Urgency.URGENT: 1, Urgency.NORMAL: 2}


@dataclass(frozen=True)
class Waiting:
    """One paper for one leader: his words are wanted at `turn`, or his signature under what he `said`. `out`: the
    sheet of it that lies with him already."""

    leader: User
    turn: Turn
    said: Decision | None = None
    out: SheetOut | None = None

    @property
    def key(self) -> str:
        """As a form sends it."""
        return f"said:{self.said.pk}" if self.said else f"turn:{self.turn.pk}"


def hubs_of(user: User) -> list[str]:
    """Codes of the procedures whose hub `user` sits at and whose papers go out on paper."""
    who = access.identity(user)
    return [code for code, declared in procedures.REGISTRY.items() if who.holds(declared.hub) and _prints(code)]


def in_ranking_order(people: Collection[User]) -> list[User]:
    known = access.identities(people, on=timezone.localdate())
    rank = {key: min((seat.rank for seat in who.seats if seat.rank), default=UNRANKED) for key, who in known.items()}
    return sorted(people, key=lambda one: (rank.get(one.pk, UNRANKED), one.pk))


def writing_on_paper() -> list[User]:
    people = User.objects.filter(writes_on_paper=True, is_active=True, kind=Kind.OFFICE)
    return in_ranking_order(list(people.select_related("department")))


def waiting(clerk: User) -> list[Waiting]:
    """What goes into the day's folder: of each leader who writes on paper, in ranking order, what lies in his hands or
    in a chair he sits in, the urgent first; then what he has said and not yet signed for.

    Never a sealed case, nor on an ordinary network a state secret (R-SEC-03); nothing the clerk may not see himself.
    """
    people = [one for one in writing_on_paper() if one.pk != clerk.pk]
    codes = hubs_of(clerk)
    if not people or not codes:
        return []
    known = access.identities(people, on=timezone.localdate())
    chairs = {seat.post_id: known[one.pk].user for one in reversed(people) for seat in known[one.pk].seats}
    turns = Turn.objects.open().filter(
        Q(holder__in=people) | Q(holder__isnull=True, post__in=chairs),
        case__procedure__in=codes, case__sealed=False, case__secrecy__lte=clerk.clearance,
    ).select_related("case__series", "holder", "post__department")  # fmt: skip
    said = _to_be_signed_for(people, codes=codes, clerk=clerk)
    listed = [*turns, *(one.turn for one in said if one.turn is not None)]
    seen = set(access.visible_to(clerk).filter(pk__in={turn.case_id for turn in listed}).values_list("pk", flat=True))
    out: dict[tuple[int, int | None], SheetOut] = {
        (sheet.turn_id, sheet.said_id): sheet
        for sheet in SheetOut.objects.filter(turn__in=listed, ended_at__isnull=True).select_related("folder")
    }
    found = [
        Waiting(leader=turn.holder or chairs[turn.post_id or 0], turn=turn, out=out.get((turn.pk, None)))
        for turn in sorted(turns, key=lambda one: (FIRST.get(Urgency(one.case.urgency), 2), one.issued_at, one.pk))
        if turn.case_id in seen and not wordless(turn.case)
    ]
    found += [
        Waiting(leader=one.actor, turn=one.turn, said=one, out=out.get((one.turn.pk, one.pk)))
        for one in said
        if one.turn is not None and one.case_id in seen and not wordless(one.case)
    ]
    place = {one.pk: at for at, one in enumerate(people)}
    return sorted(found, key=lambda one: place[one.leader.pk])


def _prints(code: str) -> bool:
    subject = subjects.get(code)
    return subject is not None and subject.desk_slip is not None


def _to_be_signed_for(people: Sequence[User], *, codes: Sequence[str], clerk: User) -> list[Decision]:
    """What was entered as said by word of mouth, and its speaker has neither confirmed nor taken back."""
    after = Decision.objects.filter(corrects=OuterRef("pk"), move__in=["confirm_record", "take_back"])
    said = Decision.objects.filter(
        ~Exists(after), actor__in=people, recorded_by__isnull=False, medium__in=ORAL, case__procedure__in=codes,
        case__sealed=False, case__secrecy__lte=clerk.clearance,
    ).exclude(move__in=standing.AFTERWARDS)  # fmt: skip
    return list(said.select_related("case", "actor", "turn__case").order_by("pk"))


# --- Out ---


def make_folder(chosen: Sequence[Waiting], *, by: User, at: datetime) -> Folder:
    """Write down what is printed now; an earlier sheet of the same paper counts no more. Raises Refused."""
    if not chosen:
        raise Refused(_("请至少勾选一件再打印。"))
    try:
        with transaction.atomic():
            folder = Folder.objects.create(made_by=by, made_at=at)
            earlier = [one.out.pk for one in chosen if one.out is not None]
            SheetOut.objects.filter(pk__in=earlier, ended_at__isnull=True).update(ended_at=at, ended_how="replaced")
            SheetOut.objects.bulk_create(
                SheetOut(folder=folder, position=place, leader=one.leader, turn=one.turn, said=one.said)
                for place, one in enumerate(chosen, start=1)
            )
            return folder
    except IntegrityError:
        raise Refused(_("其中有的刚刚已经打印，请看一下“在外的纸件”再决定。")) from None


def _of(clerk: User) -> QuerySet[SheetOut]:
    """The sheets this clerk has to do with: of papers whose hub he sits at and that he may see."""
    cases = access.visible_to(clerk).filter(procedure__in=hubs_of(clerk))
    sheets = SheetOut.objects.filter(turn__case__in=cases)
    pages = Prefetch("scans", queryset=ScannedPages.objects.defer("content").order_by("scan_id", "first"))
    beside = ("leader", "folder__made_by", "turn__case__series", "turn__holder", "said")
    return sheets.select_related(*beside).prefetch_related(pages)


def out(clerk: User) -> list[SheetOut]:
    """Out on paper, the longest away first."""
    return list(_of(clerk).filter(ended_at__isnull=True).order_by("folder__made_at", "position"))


def sheet_of(clerk: User, key: int) -> SheetOut | None:
    return _of(clerk).filter(pk=key, ended_at__isnull=True).first()


def sheet_at(turn: Turn) -> SheetOut | None:
    """The sheet on which this turn's words are wanted."""
    return SheetOut.objects.filter(turn=turn, said__isnull=True, ended_at__isnull=True).first()


def taken_back(sheet: SheetOut, *, at: datetime) -> None:
    """The paper is back on the clerk's desk, and nothing was entered from it."""
    SheetOut.objects.filter(pk=sheet.pk, ended_at__isnull=True).update(ended_at=at, ended_how="returned")


def entered(sheet: SheetOut, *, became: Decision, at: datetime) -> None:
    """Called beside the act, in its transaction."""
    SheetOut.objects.filter(pk=sheet.pk, ended_at__isnull=True).update(
        ended_at=at, ended_how="entered", became=became
    )


# --- Back ---


def to_enter(clerk: User) -> list[SheetOut]:
    """Came back signed and scanned, in the order of the stack; what was decided meanwhile is not entered any more."""
    scans = ScannedPages.objects.filter(sheet=OuterRef("pk"))
    confirmed = Decision.objects.filter(corrects=OuterRef("said"), move="confirm_record")
    open_still = Q(said__isnull=True, turn__ended_at__isnull=True) | Q(said__isnull=False) & ~Exists(confirmed)
    sheets = _of(clerk).filter(Exists(scans), open_still, ended_at__isnull=True)
    first = {sheet: place for place, sheet in enumerate(
        ScannedPages.objects.filter(sheet__in=sheets).order_by("-scan_id", "-first").values_list("sheet_id", flat=True)
    )}  # fmt: skip
    return sorted(sheets, key=lambda one: -first[one.pk])


def scans_of(sheet: SheetOut) -> list[tuple[StoredFile, str]]:
    """The files signed along with his words, and what they are called."""
    parts = list(sheet.scans.select_related("stored").order_by("scan_id", "first"))
    name = _("纸质批示 %(number)s %(who)s") % {"number": sheet.turn.case, "who": sheet.leader}
    several = len(parts) > 1
    return [
        (part.stored, f"{name}（{place}）.pdf" if several else f"{name}.pdf")
        for place, part in enumerate(parts, start=1)
        if part.stored is not None
    ]


def runs(clerk: User, sheet: SheetOut) -> bool:
    """Whether this clerk has to do with this sheet, ended or not."""
    return _of(clerk).filter(pk=sheet.pk).exists()


def confirm(sheet: SheetOut, *, on: date, by: User, at: datetime) -> None:
    """The leader has signed for what he said: the clerk enters it with the scan. Raises Refused."""
    assert sheet.said is not None
    signed_at = min(datetime.combine(on, time.min, tzinfo=TIME_ZONE), at)
    with transaction.atomic():
        made = acting.confirm_record(
            sheet.said, actor=sheet.leader, recorded_by=by, happened_at=signed_at, files=scans_of(sheet), at=at
        )
        entered(sheet, became=made, at=at)


# --- 待批清单 ---


def waiting_list(leader: User, *, reader: User) -> list[Waiting]:
    """What lies in a leader's hands and may be known to `reader`, the urgent first; whatever way he writes."""
    seats = [seat.post_id for seat in access.identity(leader).seats]
    turns = Turn.objects.open().filter(
        Q(holder=leader) | Q(holder__isnull=True, post__in=seats),
        case__sealed=False, case__in=access.visible_to(reader),
    ).select_related("case__series", "holder", "post__department")  # fmt: skip
    ordered = sorted(turns, key=lambda one: (FIRST.get(Urgency(one.case.urgency), 2), one.issued_at, one.pk))
    return [Waiting(leader=leader, turn=one) for one in ordered]


def list_sheet(leader: User, found: Sequence[Waiting], *, made_by: str, at: datetime) -> WaitingSheet:
    cases = [one.turn.case for one in found]
    said = subjects.summaries(cases)
    decisions: dict[int, list[Decision]] = {case.pk: [] for case in cases}
    for decision in Decision.objects.filter(case__in=cases).order_by("case", "number"):
        decisions[decision.case_id].append(decision)

    def proposed(case: Case) -> str:
        last = standing.last_words(decisions[case.pk], round_now=case.round)
        return f"{last[1]}（{last[0].signed_name}）" if last else ""

    return WaitingSheet(
        office=dials.office_name(), leader=leader.name, title=leader.title, made_at=at, clerk=made_by,
        lines=tuple(
            WaitingLine(
                reference=str(one.turn.case),
                title=showing.title_of(one.turn.case),
                sender=said[one.turn.case_id].line,
                levels=showing.chips(one.turn.case, called=said[one.turn.case_id].urgency)["urgency"],
                wanted=showing.step_label(one.turn.case.procedure, one.turn.step),
                waits=(timezone.localdate(at) - timezone.localdate(one.turn.issued_at)).days,
                proposed=proposed(one.turn.case),
            )
            for one in found
        ),
    )  # fmt: skip
