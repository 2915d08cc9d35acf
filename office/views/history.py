"""Who changed which field of a setting, in words, from simple-history. No behaviour reads it."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Field, ForeignKey, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from office import chasing, dials, procedures, showing, subjects
from office.clock import Limit
from office.forms.dials import ROLES, UNITS
from office.levels import Urgency
from office.models.clocks import Day, KnownYear
from office.models.dials import BEGAN, Ladder, Phrase, ProcedureChoice, Setting, StepSetting
from office.models.numbers import Series
from office.models.people import Post, User

# Beside a version that was brought back; kept in the office's language, read in the reader's.
BACK = gettext_lazy("恢复到 %(when)s 的版本：%(why)s")
BROUGHT_BACK = re.compile(r"恢复到 (\d{4}-\d\d-\d\d \d\d:\d\d) 的版本：(.*)", re.S)
MOST = 12
MOST_WORDS = 400
# Kept by the program itself and no news to a reader.
QUIET = {"group", "initials", "id", "imported_to"}
# What says of which thing a dated setting speaks; the heading of its page says it already.
SUBJECT = {
    Setting: {"code"},
    StepSetting: {"procedure", "step"},
    ProcedureChoice: {"form"},
    Ladder: {"code"},
    Day: {"date"},
    KnownYear: {"year"},
    Phrase: {"text", "position"},
}
# People's accounts and who sits where are not taken back this way: each has acts of its own.
TAKEN_BACK = {
    "setting", "stepsetting", "procedurechoice", "ladder", "day", "knownyear", "series", "organisation", "department",
    "post", "phrase", "letterhead",
}  # fmt: skip


def history_of(one: Any, *, most: int = MOST) -> list[dict]:
    """[{when, who, words}], latest first, for the foot of a settings form."""
    records = list(one.history.select_related("history_user").order_by("-history_date", "-history_id")[: most + 1])
    return [row_of(record, before) for record, before in with_before(records)][:most]


def history_of_all(rows: QuerySet, *, most: int = MOST) -> list[dict]:
    """The same for a setting that has a row for each day it changed."""
    model: Any = rows.model
    records = model.history.filter(id__in=rows.order_by().values("pk")).select_related("history_user")
    latest = records.order_by("-history_date", "-history_id")[:most]
    return [row_of(record, record.prev_record if record.history_type == "~" else None) for record in latest]


def history_of_each(records: QuerySet, *, most: int = MOST) -> list[dict]:
    """The same for many things at once, what was deleted among them: each line says of which it speaks."""
    latest = records.select_related("history_user").exclude(history_change_reason=BEGAN)
    found = list(latest.order_by("-history_date", "-history_id")[:most])
    rows = [row_of(one, one.prev_record if one.history_type == "~" else None) for one in found]
    return [
        row | {"words": _("%(name)s：%(words)s") % {"name": name_of(one), "words": row["words"]}}
        for one, row in zip(found, rows, strict=True)
    ]


def with_before(records: list[Any]) -> Iterable[tuple[Any, Any]]:
    """Each record with the one before it, the list being of one object and latest first."""
    return zip_longest(records, records[1:])


def row_of(record: Any, before: Any) -> dict:
    return {
        "when": showing.moment(record.history_date),
        "who": str(record.history_user) if record.history_user_id else _("系统"),
        "words": words_of(record, before),
        "url": _version_url(record),
    }


def _version_url(record: Any) -> str:
    """Where this version is compared and taken back."""
    name = record.instance_type._meta.model_name
    if name not in TAKEN_BACK or (record.instance_type is Setting and record.code not in dials.DIALS):
        return ""
    return reverse("version", args=[name, record.history_id])


def words_of(record: Any, before: Any) -> str:
    if record.history_type == "-":
        return pgettext("history", "删去")
    why = reason_words(record)
    if record.history_type == "+":
        said = _first_values(record)
        words = _("新增：%(values)s") % {"values": said} if said else pgettext("history", "新增")
        return _("；").join([why, words]) if why else words
    if before is None:
        return why or pgettext("history", "改动")
    # Not simple-history's own comparison: that passes over what no form edits, such as who confirmed a post.
    parts = [
        _("%(field)s：%(old)s → %(new)s")
        % {
            "field": field.verbose_name,
            "old": plain_value(record, field, getattr(before, field.attname)),
            "new": plain_value(record, field, getattr(record, field.attname)),
        }
        for field in record.tracked_fields
        if field.name not in QUIET and getattr(before, field.attname) != getattr(record, field.attname)
    ]
    if why:
        parts.insert(0, why)
    return _("；").join(parts) or _("没有改动")


def reason_words(record: Any) -> str:
    """Why it was changed, in the reader's language."""
    reason = record.history_change_reason or ""
    if brought := BROUGHT_BACK.fullmatch(reason):
        return str(BACK) % {"when": brought[1], "why": brought[2]}
    return _(reason) if reason else ""


def _first_values(record: Any) -> str:
    """What a dated setting began with. Of a person or a post, that there is one now says enough."""
    model = record.instance_type
    if model not in SUBJECT:
        return ""
    parts = []
    for field in record.tracked_fields:
        if field.name in QUIET or field.name in SUBJECT[model]:
            continue
        value = getattr(record, field.attname)
        if value not in (None, "", [], {}, False):
            parts.append(f"{field.verbose_name} {plain_value(record, field, value)}")
    return _("；").join(parts)


def name_of(record: Any) -> str:
    """What was changed, as it was called then; rows it pointed to may be gone."""
    model = record.instance_type
    if model is Setting:
        return str(dials.DIALS[record.code].label) if record.code in dials.DIALS else record.code
    if model is StepSetting:
        return f"{_title(record.procedure)}·{showing.step_label(record.procedure, record.step)}"
    if model is ProcedureChoice:
        return _served(record.form)
    if model is Ladder:
        return str(chasing.LADDERS[record.code].title) if record.code in chasing.LADDERS else record.code
    if model is Day:
        return record.date.isoformat()
    if model is Phrase:
        return record.text
    try:
        return str(record.instance)[:80]
    except (AttributeError, LookupError, ObjectDoesNotExist):
        return f"#{record.id}"


def plain_value(record: Any, field: Field, value: Any) -> str:
    if value in (None, "", [], {}):
        return _("空")
    if value is True or value is False:
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return showing.moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(field, ForeignKey):
        # What it pointed to may be gone.
        return str(field.related_model._base_manager.filter(pk=value).first() or f"#{value}")
    if (say := SAYING.get((record.instance_type, field.name))) is not None:
        return say(record, value)[:MOST_WORDS]
    if not isinstance(value, list):
        return str(dict(field.flatchoices).get(value, value))[:MOST_WORDS]
    return "、".join(str(one) for one in value)[:MOST_WORDS]


# --- Values that are kept as plain data, in words ---------------------------------------------------------------


def _title(code: str) -> str:
    return str(procedures.REGISTRY[code].title) if code in procedures.REGISTRY else code


def _served(form: str) -> str:
    serving = procedures.serving(form)
    return str(serving[0].title) if serving else form


def _limits(record: Any, value: dict) -> str:
    known = [one for one in Urgency if one.value in value]
    return _("，").join(f"{one.label} {Limit.from_dict(value[one.value]).words()}" for one in known)


def _readers(record: Any, value: list[int]) -> str:
    return "、".join(User.objects.filter(pk__in=value).values_list("name", flat=True))


def _rungs(record: Any, value: dict | list) -> str:
    """Each rung with what it is counted by, so that a change of one figure shows."""
    roles = dict(ROLES)
    said = []
    always = isinstance(value, dict) and value.get("always")
    for rung in value.get("rungs", []) if isinstance(value, dict) else value:
        every = _("每 %(n)g 小时") % {"n": rung.get("hours", 0)} if rung.get("every") else ""
        counted = [f"{rung[unit]:+g} {words}" for unit, words in UNITS if rung.get(unit) and not every]
        details = " ".join(filter(None, [every, *counted, rung.get("at", ""), str(roles.get(rung.get("to"), ""))]))
        said.append(_("%(words)s（%(note)s）") % {"words": rung.get("label", ""), "note": details})
    return _("，").join([*said, *([_("下班和休息日也催")] if always else [])])


def _dial(record: Any, value: Any) -> str:
    declared = dials.DIALS.get(record.code)
    return declared.words(value) if declared else str(value)



SAYING: dict[tuple[Any, str], Callable[[Any, Any], str]] = {
    (StepSetting, "limits"): _limits,
    (StepSetting, "readers"): _readers,
    (Ladder, "rungs"): _rungs,
    (Setting, "value"): _dial,
    (Post, "sees"): lambda record, value: _("、").join(subjects.label(code) for code in value),
    (Series, "function"): lambda record, value: _served(value),
    (ProcedureChoice, "procedure"): lambda record, value: _title(value),
}
