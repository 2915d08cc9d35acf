"""What corrections have changed of an entry: the paper's own columns and the case's, both versions of each."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import showing
from office.levels import Secrecy, Urgency
from office.models.cases import Case, ContentChange

from .models import IncomingDocument

# The columns are saved in the transaction of the decision that says so, a moment before it.
BESIDE = timedelta(minutes=1)
AS_TYPED = gettext_lazy("来文字号（照打的）")
CASE_COLUMNS = {
    "title": gettext_lazy("标题"), "urgency": gettext_lazy("紧急程度"), "secrecy": gettext_lazy("密级"),
}  # fmt: skip


def of(document: IncomingDocument) -> list[dict]:
    """What was corrected, the latest first: the paper's columns, and the case's own."""
    rows = [
        {
            "at": one.decision.at,
            "who": one.decision.signed_name,
            "field": str(CASE_COLUMNS[one.field]),
            "old": _case_words(one.field, one.before),
            "new": _case_words(one.field, one.after),
            "reason": one.decision.reason,
            "decision": one.decision_id,
        }
        for one in ContentChange.objects.filter(case=document.case_id).select_related("decision")
    ]
    for record in filter(None, (document, getattr(document, "meeting", None))):
        rows += _versions(record)
    rows.sort(key=lambda row: row["at"], reverse=True)
    return [{**row, "when": showing.moment(row["at"])} for row in rows]


def _versions(record) -> list[dict]:
    rows = []
    versions = list(record.history.select_related("history_user").order_by("-history_date")[:30])
    for new, old in zip(versions, versions[1:], strict=False):
        for change in new.diff_against(old, foreign_keys_are_objs=True).changes:
            field = type(record)._meta.get_field(change.field)
            rows.append(
                {
                    "at": new.history_date,
                    "who": str(new.history_user or ""),
                    "field": str(AS_TYPED if change.field == "number_typed" else field.verbose_name),
                    "old": _in_words(change.old, field),
                    "new": _in_words(change.new, field),
                    "reason": new.history_change_reason or "",
                }
            )
    return rows


def _case_words(field: str, value: str) -> str:
    if field == "secrecy":
        return str(Secrecy(int(value)).label)
    return str(Urgency(value).label) if field == "urgency" and value else value


def _in_words(value: Any, field: Any) -> str:
    if getattr(field, "choices", None):
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, datetime):
        return showing.moment(value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "" if value is None else str(value)


def beside(case: Case) -> dict[int, str]:
    """{decision pk: "标题：旧 → 新；…"} of every 更正登记, for whoever has the paper. One query where nothing was
    corrected."""
    made = list(case.decisions.filter(move="content").order_by("at"))
    if not made:
        return {}
    document = IncomingDocument.objects.select_related("sender").get(case=case)
    said: dict[int, list[str]] = {one.pk: [] for one in made}
    for row in reversed(of(document)):
        key = row.get("decision") or next(
            (one.pk for one in made if row["at"] <= one.at <= row["at"] + BESIDE and row["reason"] == one.reason), None
        )
        if key in said:
            none = _("（空）")
            words = {"field": row["field"], "old": row["old"] or none, "new": row["new"] or none}
            said[key].append(_("%(field)s：%(old)s → %(new)s") % words)
    return {key: _("；").join(words) for key, words in said.items() if words}
