"""收文登记簿 as a list somebody arranges: what it is narrowed to, its columns, its rows for an export."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from office import lists, searching, showing
from office.lists import Column, List, Row
from office.models.cases import Case, Turn
from office.models.numbers import Series
from office.models.people import User
from office.registers import Selection

from . import onscreen, registering
from .forms import RegisterFilter
from .models import IncomingDocument
from .registers import few_keys, handed_to, result_and_day, selected, short_number, signed_for, with_hands
from .subject import urgency_word

# An export reads so many papers at a time.
STRETCH = 500


@dataclass(frozen=True)
class Found:
    """The part of the register that was asked for, as one person may see it."""

    selection: Selection
    books: Sequence[Series]
    few: list[int] | None
    cases: QuerySet[Case]
    oldest_first: bool


def selection_of(viewer: User, chosen: Mapping[str, Any]) -> Selection:
    return Selection(
        year=chosen.get("year") or timezone.localdate().year,
        month=chosen.get("month") or None,
        series=chosen.get("series") or "",
        senders=(chosen["senders"],) if chosen.get("senders") else (),
        viewer=viewer,
    )


def found_by(viewer: User, chosen: Mapping[str, Any]) -> Found:
    """`chosen`: what RegisterFilter has cleaned."""
    selection = selection_of(viewer, chosen)
    books = registering.books_of(selection.year, name=selection.series)
    few = few_keys(selection)
    found = selected(selection, books=books, few=few)
    if chosen.get("state") == "open":
        found = found.filter(closed_at__isnull=True)
    elif chosen.get("state") == "closed":
        found = found.filter(closed_at__isnull=False).exclude(outcome="void")
    elif chosen.get("state") == "void":
        found = found.filter(outcome="void")
    if chosen.get("q"):
        secrets = [case.pk for case in searching.state_secrets(viewer, found, chosen["q"])]
        matching = searching.matching(found, chosen["q"])
        found = found.filter(Q(pk__in=secrets) | Q(pk__in=matching.values("pk"))) if secrets else matching
    return Found(selection, books, few, found, oldest_first=chosen.get("order") == "oldest")


@lists.add
class IncomingList(List):
    code = "documents.incoming"
    title = gettext_lazy("收文登记簿")
    url_name = "incoming_list"
    columns = (
        Column("number", gettext_lazy("收文号"), cls="ref", width=11),
        Column("received", gettext_lazy("收文日期"), "day", "nowrap when", 12),
        Column("sender", gettext_lazy("来文单位、字号"), width=24, parts=("doc_number",)),
        Column("title", gettext_lazy("标题"), cls="what", width=44, parts=("secrecy", "urgency", "note")),
        Column("copies", pgettext_lazy("copies", "份"), "amount", "num desk-only", 7),
        Column("pages", pgettext_lazy("pages", "页"), "amount", "num desk-only", 7),
        Column("attachments", gettext_lazy("附件"), "amount", "num desk-only", 7),
        Column("to", gettext_lazy("承办、分送"), width=20),
        Column("signers", gettext_lazy("签收"), cls="desk-only minor", width=20),
        Column("result", gettext_lazy("办理结果"), cls="minor result", width=30, parts=("closed", "archived")),
        Column("now", gettext_lazy("现在"), cls="minor where", width=24),
        Column("due", pgettext_lazy("of a paper", "期限"), "moment", width=17),
        Column("doc_number", gettext_lazy("来文字号"), width=22),
        Column("dated", gettext_lazy("成文日期"), "day", "nowrap", 12),
        Column("secrecy", gettext_lazy("密级"), width=9),
        Column("urgency", gettext_lazy("紧急程度"), width=9),
        Column("copy_number", gettext_lazy("份号"), width=10),
        Column("channel", gettext_lazy("收文方式"), width=12),
        Column("registrar", gettext_lazy("登记人"), width=10),
        Column("closed", gettext_lazy("办结日期"), "day", "nowrap", 12),
        Column("archived", gettext_lazy("归档号"), width=16),
        Column("note", gettext_lazy("备注"), width=20),
    )
    usual = ("number", "received", "sender", "title", "copies", "pages", "attachments", "to", "signers", "result")
    params = ("year", "month", "series", "senders", "state", "q", "order")

    def rows(self, viewer: User, query: Mapping[str, str], *, most: int) -> Iterator[Row]:
        filters = RegisterFilter(query)
        found = found_by(viewer, filters.cleaned_data if filters.is_valid() else {})
        keys = onscreen.keys_of(found, count=most)
        for start in range(0, len(keys), STRETCH):
            part = keys[start : start + STRETCH]
            papers = {one.case_id: one for one in with_hands(IncomingDocument.objects.filter(case_id__in=part))}
            now = places_of(part)
            for key in part:
                if key in papers:
                    one = papers[key]
                    void = one.case.outcome == "void"
                    yield Row(one.case.public_id, values_of(one, now.get(key)), void=void)

    def words(self, query: Mapping[str, str]) -> str:
        filters = RegisterFilter(query)
        if not filters.is_valid():
            return ""
        shown = []
        for name, value in filters.cleaned_data.items():
            if value:
                choices = dict(getattr(filters.fields[name], "choices", ()))
                said = {"words": filters.fields[name].label, "note": choices.get(value, value)}
                shown.append(_("%(words)s：%(note)s") % said)
        return "　".join(shown)


def places_of(keys: Sequence[int]) -> dict[int, Turn]:
    """Where those that run are now, by the keys of their cases. One query."""
    turns = Turn.objects.filter(case__in=keys, side=False, ended_at__isnull=True)
    return {turn.case_id: turn for turn in turns.select_related("case", "holder", "post__department")}


def values_of(one: IncomingDocument, now: Turn | None) -> dict[str, lists.Value]:
    """What every column holds, as plain values."""
    case = one.case
    result, closed_on = result_and_day(one, outcome=str(case.get_outcome_display()))
    return {
        "number": short_number(case),
        "received": one.received_on,
        "sender": one.sender.name,
        "doc_number": one.number,
        "title": showing.title_of(case),
        "copies": one.copies,
        "pages": one.pages,
        "attachments": one.enclosures or None,
        "to": handed_to(case),
        "signers": signed_for(case),
        "result": result,
        "now": f"{showing.step_label(case.procedure, now.step)} {showing.holder_words(now)}" if now else "",
        "due": now.due_at if now else None,
        "dated": one.dated_on,
        "secrecy": str(case.get_secrecy_display()) if case.secrecy else "",
        "urgency": urgency_word(one) or showing.urgency_words(case),
        "copy_number": one.copy_number,
        "channel": str(one.get_channel_display()),
        "registrar": case.opened_by.name,
        "closed": timezone.localdate(case.closed_at) if case.closed_at and closed_on else None,
        "archived": one.archived_as,
        "note": one.note,
    }


# --- A row on screen ---


def row_of(one: IncomingDocument, columns: Sequence[Column], now: Turn | None, *, void_words: str) -> dict:
    """A row of documents/incoming_list.html: its cells in the order of the columns."""
    case = one.case
    values = values_of(one, now)
    extra = {
        "url": reverse("case", args=[case.public_id]),
        "number": values["number"],
        "title": values["title"],
        "void_words": void_words,
        **showing.chips(case, called=urgency_word(one)),
    }
    return {**extra, "cells": [_cell(column, values, one) for column in columns]}


def _cell(column: Column, values: Mapping[str, lists.Value], one: IncomingDocument) -> dict:
    """`names` are never broken in two; `struck` are the words that a void row strikes through."""
    cell: dict[str, Any] = {"code": column.code, "cls": column.cls, "words": "", "note": "", "names": None}
    value = values[column.code]
    match column.code:
        case "received":
            late = _("补登 %(n)d 日") % {"n": one.days_late} if one.days_late > 0 else ""
            return cell | {"words": one.received_on.isoformat(), "note": late}
        case "sender":
            return cell | {"words": value, "note": values["doc_number"], "struck": True}
        case "title":
            return cell | {"words": value, "note": values["note"]}
        case "to" | "signers":
            return cell | {"names": str(value).split("、")}
        case "result":
            _result, day = result_and_day(one, outcome=str(one.case.get_outcome_display()))
            return cell | {"words": value, "day": day, "note": values["archived"]}
    match value:
        case datetime():
            return cell | {"words": showing.short_moment(value)}
        case date():
            return cell | {"words": value.isoformat()}
    return cell | {"words": "" if value is None else str(value)}
