"""查找 as a list somebody arranges: what a search shows of cases of any function."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from office import searching, showing, subjects
from office.models.cases import Case, Turn
from office.models.people import User

from . import Column, List, Row, Value, add

STRETCH = 500


def found_for(user: User, words: str, *, count: int, before: int | None = None) -> list[Case]:
    """The newest that hold the words, and those that somebody of this name has had in his hands or has signed."""
    held = {case.pk: case for case in searching.search(user, words, count=count, before=before)}
    held |= {case.pk: case for case in searching.by_hands(user, words, count=count, before=before)}
    return [held[key] for key in sorted(held, reverse=True)[:count]]


@add
class Found(List):
    code = "office.search"
    title = gettext_lazy("查找")
    url_name = "search"
    columns = (
        Column("number", gettext_lazy("编号"), cls="ref", width=16),
        Column("title", gettext_lazy("事项"), cls="what", width=48, parts=("about",)),
        Column("now", gettext_lazy("现在"), cls="minor where", width=26),
        Column("began", gettext_lazy("日期"), "day", "nowrap num text-start when", 12),
        Column("due", pgettext_lazy("of a paper", "期限"), "moment", "nowrap num text-start", 17),
        Column("about", gettext_lazy("来文单位、字号"), width=30),
        Column("function", gettext_lazy("业务"), width=10),
        Column("urgency", gettext_lazy("紧急程度"), width=9),
        Column("secrecy", gettext_lazy("密级"), width=9),
        Column("opener", gettext_lazy("登记人"), width=10),
        Column("closed", gettext_lazy("办结日期"), "day", "nowrap num text-start", 12),
    )
    usual = ("number", "title", "now", "began")
    params = ("q",)

    def rows(self, viewer: User, query: Mapping[str, str], *, most: int) -> Iterator[Row]:
        words = query.get("q", "").strip()
        cases = found_for(viewer, words, count=most) if words else []
        for start in range(0, len(cases), STRETCH):
            part = cases[start : start + STRETCH]
            values = values_of(part)
            for case in part:
                yield Row(case.public_id, values[case.pk], void=case.outcome == "void")

    def words(self, query: Mapping[str, str]) -> str:
        return _("查“%(words)s”") % {"words": query["q"]} if query.get("q") else ""


def values_of(cases: Sequence[Case]) -> dict[int, dict[str, Value]]:
    """What every column holds, by the keys of the cases. A few queries for any number."""
    prefetch_related_objects(list(cases), "opened_by")
    turns = Turn.objects.filter(case__in=cases, side=False, ended_at__isnull=True)
    now = {turn.case_id: turn for turn in turns.select_related("case", "holder", "post__department")}
    said = subjects.summaries(cases)
    found: dict[int, dict[str, Value]] = {}
    for case in cases:
        turn = now.get(case.pk)
        where = f"{showing.step_label(case.procedure, turn.step)} {showing.holder_words(turn)}" if turn else ""
        found[case.pk] = {
            "number": case.reference,
            "title": showing.title_of(case),
            "now": where or str(case.get_outcome_display()),
            "began": timezone.localdate(case.opened_at),
            "due": turn.due_at if turn else None,
            "about": said[case.pk].line,
            "function": subjects.label(subjects.of(case.procedure)),
            "urgency": said[case.pk].urgency or showing.urgency_words(case),
            "secrecy": str(case.get_secrecy_display()) if case.secrecy else "",
            "opener": case.opened_by.name,
            "closed": timezone.localdate(case.closed_at) if case.closed_at else None,
        }
    return found


def cell_of(column: Column, values: Mapping[str, Value]) -> dict[str, Any]:
    value = values[column.code]
    match value:
        case datetime():
            words = showing.short_moment(value)
        case date():
            words = value.isoformat()
        case _:
            words = str(value or "")
    return {"code": column.code, "cls": column.cls, "words": words}
