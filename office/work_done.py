"""述职清单: what somebody, a unit or the office did in a week, a month or a year; counted and listed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.db.models import Case as DatabaseCase
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from office import access, showing, subjects
from office.clock import TIME_ZONE
from office.models.cases import Case, Decision, Turn
from office.models.people import Department, User
from office.standing import AFTERWARDS

Length = Literal["week", "month", "year"]
LENGTHS: tuple[Length, ...] = ("week", "month", "year")
# Papers listed in one file: more than a clerk registers in a year.
MOST = 30_000
# Handing to and fro within the office is no work of its own.
NOT_COUNTED = (*AFTERWARDS, "claim", "release", "take_back", "give_back", "follow")

# What `kind_of` says, asked of the database: as it was printed that day.
KIND = DatabaseCase(
    When(Q(move="start") | Q(step=""), then="label"), When(step_label="", then="step"), default="step_label"
)


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both included; `parts` are its days, or a year's months: [(name, first, last)]."""

    length: Length
    first: date
    last: date

    @classmethod
    def around(cls, day: date, *, length: Length) -> "Period":
        if length == "week":
            monday = day - timedelta(days=day.weekday())
            return cls(length, monday, monday + timedelta(days=6))
        if length == "month":
            return cls(length, day.replace(day=1), _month_end(day))
        return cls(length, date(day.year, 1, 1), date(day.year, 12, 31))

    @property
    def words(self) -> str:
        if self.length == "year":
            return _("%(year)d年") % {"year": self.first.year}
        if self.length == "month":
            return _("%(year)d年%(month)d月") % {"year": self.first.year, "month": self.first.month}
        return _("%(first)s 至 %(last)s") % {"first": self.first.isoformat(), "last": self.last.isoformat()}

    @property
    def parts(self) -> list[tuple[str, date, date]]:
        """Months of a year, weeks (Monday to Sunday) of a month, days of a week."""
        return list(_months(self) if self.length == "year" else _weeks(self) if self.length == "month" else _days(self))

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=TIME_ZONE)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), tzinfo=TIME_ZONE)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _months(period: Period) -> Iterator[tuple[str, date, date]]:
    for month in range(1, 13):
        first = date(period.first.year, month, 1)
        yield _("%(n)d月") % {"n": month}, first, _month_end(first)


def _weeks(period: Period) -> Iterator[tuple[str, date, date]]:
    first = period.first
    while first <= period.last:
        last = min(first + timedelta(days=6 - first.weekday()), period.last)
        yield f"{first.day}–{last.day}", first, last
        first = last + timedelta(days=1)


def _days(period: Period) -> Iterator[tuple[str, date, date]]:
    for place in range(7):
        day = period.first + timedelta(days=place)
        yield day.strftime("%m-%d"), day, day


@dataclass(frozen=True)
class Whose:
    """One person's, one unit's with what belongs to it, or (neither) the whole office's."""

    person: User | None = None
    unit: Department | None = None

    @property
    def name(self) -> str:
        return str(self.person or self.unit or _("全办公室"))


@dataclass
class Done:
    """One paper and what was done with it: kinds of work in their order, first and last day."""

    case: Case
    kinds: list[str] = field(default_factory=list)
    first: date = date.max
    last: date = date.min
    line: str = ""


@dataclass
class WorkDone:
    """`counts[kind][part]`: papers with which this was done in that part of the period; `totals[kind]` in all of it."""

    whose: Whose
    period: Period
    counts: dict[str, list[int]]
    totals: dict[str, int]
    # How many papers there are altogether, and how many of them are closed by now.
    count: int
    closed: int
    # The first of them, in the order of their first deed.
    papers: list[Done]
    # Turns with a date that were ended in the period, and how many of them in time.
    dated: int = 0
    in_time: int = 0


def work_done(whose: Whose, period: Period, *, reader: User, most: int = MOST) -> WorkDone:
    """Of papers `reader` may see; `papers` are at most `most`. A few queries, whatever the number: the database counts,
    since a year of a whole office is a hundred thousand decisions."""
    deeds = _deeds(whose, period, reader=reader)
    counts, totals = _counted(deeds, period)
    every = deeds.aggregate(
        count=Count("case", distinct=True), closed=Count("case", distinct=True, filter=Q(case__closed_at__isnull=False))
    )
    dated, in_time = _in_time(whose, period, deeds=deeds)
    return WorkDone(
        whose=whose, period=period, counts=counts, totals=totals, papers=_papers(deeds, most=most),
        dated=dated, in_time=in_time, **every,
    )  # fmt: skip


def _counted(deeds: QuerySet[Decision], period: Period) -> tuple[dict[str, list[int]], dict[str, int]]:
    """How many papers of each kind in each part of the period, and altogether; kinds as they first appear."""
    ends = [_midnight_after(last) for _name, _first, last in period.parts]
    part = DatabaseCase(*[When(at__lt=end, then=Value(place)) for place, end in enumerate(ends)])
    papers = Count("case", distinct=True)
    by_kind = deeds.annotate(kind=KIND).values("kind")
    found = list(by_kind.annotate(papers=papers, one=Min("pk"), begun=Min("at")).order_by("begun", "one"))
    examples = Decision.objects.select_related("case").in_bulk([row["one"] for row in found])
    names = {row["kind"]: kind_of(examples[row["one"]]) for row in found}
    totals: dict[str, int] = {}
    for row in found:
        totals[names[row["kind"]]] = totals.get(names[row["kind"]], 0) + row["papers"]
    counts = {name: [0] * len(ends) for name in totals}
    for each in by_kind.annotate(part=part).values("kind", "part").annotate(papers=papers).order_by():
        counts[names[each["kind"]]][each["part"]] += each["papers"]
    return counts, totals


def _papers(deeds: QuerySet[Decision], *, most: int) -> list[Done]:
    days = deeds.values("case").annotate(begun=Min("at"), ended=Max("at")).order_by("begun", "case")[:most]
    found = {row["case"]: (timezone.localdate(row["begun"]), timezone.localdate(row["ended"])) for row in days}
    cases = Case.objects.filter(pk__in=found).select_related("series").defer("search_text").in_bulk()
    said = subjects.summaries(list(cases.values()))
    papers = {
        key: Done(cases[key], first=first, last=last, line=said[key].line.split("　")[0])
        for key, (first, last) in found.items()
    }
    of_these = deeds.filter(case__in=list(papers)).select_related("case").only(
        "move", "step", "step_label", "label", "case__procedure"
    ).order_by("at", "pk")  # fmt: skip
    for one in of_these:
        kind = kind_of(one)
        if kind not in papers[one.case_id].kinds:
            papers[one.case_id].kinds.append(kind)
    return list(papers.values())


def kind_of(one: Decision) -> str:
    """登记, 拟办, 批示, 承办 …: the step, and for what begins a paper the move itself."""
    if one.move == "start" or not one.step:
        return showing.label_of(one, procedure=one.case.procedure)
    if translation.get_language() == "zh-hans" and one.step_label:
        return one.step_label
    return showing.step_label(one.case.procedure, one.step)


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=TIME_ZONE)


def _deeds(whose: Whose, period: Period, *, reader: User) -> QuerySet[Decision]:
    """What was done and not taken back."""
    rows = Decision.objects.filter(
        at__gte=period.begin, at__lt=period.end, case__in=access.visible_to(reader)
    ).exclude(move__in=NOT_COUNTED)
    if whose.person is not None:
        # What a clerk has entered for somebody is that one's decision and the clerk's work.
        rows = rows.filter(Q(actor=whose.person) | Q(recorded_by=whose.person))
    elif whose.unit is not None:
        rows = rows.filter(signed_department__in=_names(whose.unit))
    taken_back = Decision.objects.filter(move="take_back", corrects=OuterRef("pk"))
    return rows.exclude(Exists(taken_back)).order_by()


def _names(unit: Department) -> list[str]:
    """The unit and all below it, by their long and short names: signatures bear the name of their day."""
    everything = list(Department.objects.all())
    names, waiting = [], [unit]
    while waiting:
        here = waiting.pop()
        names += [here.name, here.short_name]
        waiting += [one for one in everything if one.parent_id == here.pk]
    return [name for name in names if name]


def _in_time(whose: Whose, period: Period, *, deeds: QuerySet[Decision]) -> tuple[int, int]:
    """Turns that had a date and were done in the period; of a leader none: nothing of his is late."""
    turns = Turn.objects.filter(
        case__in=deeds.values("case"), ended_at__gte=period.begin, ended_at__lt=period.end, ended_how="moved",
        due_at__isnull=False,
    )  # fmt: skip
    if whose.person is not None:
        if access.identity(whose.person).ranked:
            return 0, 0
        turns = turns.filter(decisions__actor=whose.person)
    elif whose.unit is not None:
        turns = turns.filter(decisions__signed_department__in=_names(whose.unit))
    in_time = Count("pk", distinct=True, filter=Q(ended_at__lte=F("due_at")))
    found = turns.aggregate(dated=Count("pk", distinct=True), in_time=in_time)
    return found["dated"], found["in_time"]


def title_of(case: Case) -> str:
    """A list goes from hand to hand: what only a few may read stands in it by its number alone."""
    return _("限定知悉范围的文件") if case.guarded else showing.title_of(case)


def state_of(case: Case) -> str:
    return str(case.get_outcome_display()) if case.closed_at else _("在办")


# --- Who may ask for whose ---


def may_ask(reader: User, whose: Whose) -> bool:
    """Everybody his own; the head of a unit that unit and its people; director, clerks and leaders everything. Which
    papers stand in it, is another question: those he may see."""
    if whose.person is not None and whose.person.pk == reader.pk:
        return True
    who = access.identity(reader)
    if who.ranked or any(who.holds(code) for code in ("office-director", "clerk")):
        return True
    mine = {unit.pk for unit in units_headed(reader)}
    if whose.person is not None:
        return whose.person.department_id in mine
    return whose.unit is not None and whose.unit.pk in mine


def units_headed(reader: User) -> list[Department]:
    """The units whose head he is, with all below them."""
    seats = {seat.post_id for seat in access.identity(reader).seats}
    everything = list(Department.objects.filter(retired=False))
    found = [unit for unit in everything if unit.head_id in seats]
    for unit in found:
        found += [one for one in everything if one.parent_id == unit.pk and one not in found]
    return found
