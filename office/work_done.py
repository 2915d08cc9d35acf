"""述职清单: what somebody, a unit or the office did in a week, a month or a year; counted and listed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from office import access, showing, subjects
from office.clock import TIME_ZONE
from office.models.cases import Case, Decision, Turn
from office.models.people import Department, User
from office.standing import AFTERWARDS

Length = Literal["week", "month", "year"]
LENGTHS: tuple[Length, ...] = ("week", "month", "year")
# Handing to and fro within the office is no work of its own.
NOT_COUNTED = (*AFTERWARDS, "claim", "release", "take_back", "give_back", "follow")


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
    papers: list[Done]
    # Turns with a date that were ended in the period, and how many of them in time.
    dated: int = 0
    in_time: int = 0


def work_done(whose: Whose, period: Period, *, reader: User) -> WorkDone:
    """Of papers `reader` may see. Four queries, whatever the number."""
    deeds = _deeds(whose, period, reader=reader)
    cases = {one.case_id: one.case for one in deeds}
    papers: dict[int, Done] = {}
    marks: dict[str, set[tuple[int, int]]] = {}
    all_of: dict[str, set[int]] = {}
    for one in deeds:
        day = timezone.localdate(one.at)
        kind = kind_of(one)
        paper = papers.setdefault(one.case_id, Done(cases[one.case_id]))
        paper.first, paper.last = min(paper.first, day), max(paper.last, day)
        if kind not in paper.kinds:
            paper.kinds.append(kind)
        marks.setdefault(kind, set()).add((_part_of(day, period), one.case_id))
        all_of.setdefault(kind, set()).add(one.case_id)
    counts = {}
    for kind, found in marks.items():
        per_part = Counter(part for part, _case in found)
        counts[kind] = [per_part[place] for place in range(len(period.parts))]
    said = subjects.summaries(list(cases.values()))
    for key, paper in papers.items():
        paper.line = said[key].line.split("　")[0]
    dated, in_time = _in_time(whose, period, cases=list(cases))
    return WorkDone(
        whose=whose, period=period, counts=counts, totals={kind: len(found) for kind, found in all_of.items()},
        papers=sorted(papers.values(), key=lambda one: (one.first, one.case.pk)), dated=dated, in_time=in_time,
    )  # fmt: skip


def kind_of(one: Decision) -> str:
    """登记, 拟办, 批示, 承办 …: the step, and for what begins a paper the move itself."""
    if one.move == "start" or not one.step:
        return showing.label_of(one, procedure=one.case.procedure)
    if translation.get_language() == "zh-hans" and one.step_label:
        return one.step_label
    return showing.step_label(one.case.procedure, one.step)


def _part_of(day: date, period: Period) -> int:
    if period.length == "year":
        return day.month - 1
    if period.length == "week":
        return (day - period.first).days
    return (day.day - 1 + period.first.weekday()) // 7


def _deeds(whose: Whose, period: Period, *, reader: User) -> list[Decision]:
    rows = Decision.objects.filter(
        at__gte=period.begin, at__lt=period.end, case__in=access.visible_to(reader)
    ).exclude(move__in=NOT_COUNTED)
    if whose.person is not None:
        # What a clerk has entered for somebody is that one's decision and the clerk's work.
        rows = rows.filter(actor=whose.person) | rows.filter(recorded_by=whose.person)
    elif whose.unit is not None:
        rows = rows.filter(signed_department__in=_names(whose.unit))
    taken_back = Decision.objects.filter(move="take_back", corrects__in=rows.order_by().values("pk"))
    undone = set(taken_back.values_list("corrects_id", flat=True))
    found = rows.select_related("case__series").defer("opinion", "salt", "case__search_text").order_by("at", "pk")
    return [one for one in found if one.pk not in undone]


def _names(unit: Department) -> list[str]:
    """The unit and all below it, by their long and short names: signatures bear the name of their day."""
    everything = list(Department.objects.all())
    names, waiting = [], [unit]
    while waiting:
        here = waiting.pop()
        names += [here.name, here.short_name]
        waiting += [one for one in everything if one.parent_id == here.pk]
    return [name for name in names if name]


def _in_time(whose: Whose, period: Period, *, cases: Sequence[int]) -> tuple[int, int]:
    """Turns that had a date and were done in the period; of a leader none: nothing of his is late."""
    turns = Turn.objects.filter(
        case__in=cases, ended_at__gte=period.begin, ended_at__lt=period.end, ended_how="moved", due_at__isnull=False
    )
    if whose.person is not None:
        if access.identity(whose.person).ranked:
            return 0, 0
        turns = turns.filter(decisions__actor=whose.person)
    elif whose.unit is not None:
        turns = turns.filter(decisions__signed_department__in=_names(whose.unit))
    pairs = set(turns.values_list("pk", "ended_at", "due_at"))
    return len(pairs), sum(bool(ended and due and ended <= due) for _key, ended, due in pairs)


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
