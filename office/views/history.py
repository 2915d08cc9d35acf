"""Who changed which field of a setting, in words, from simple-history. No behaviour reads it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from office import showing

MOST = 12
# Kept by the program itself and no news to a reader.
QUIET = {"group", "single", "initials", "id"}


def history_of(one: Any, *, most: int = MOST) -> list[dict]:
    """[{when, who, words}], latest first, for the foot of a settings form."""
    records = list(one.history.select_related("history_user").order_by("-history_date", "-history_id")[: most + 1])
    return [row_of(record, before) for record, before in with_before(records)][:most]


def with_before(records: list[Any]) -> Iterable[tuple[Any, Any]]:
    """Each record with the one before it, the list being of one object and latest first."""
    return zip(records, [*records[1:], None], strict=True)


def row_of(record: Any, before: Any) -> dict:
    return {
        "when": showing.moment(record.history_date),
        "who": str(record.history_user) if record.history_user_id else _("系统"),
        "words": words_of(record, before),
    }


def words_of(record: Any, before: Any) -> str:
    if record.history_type == "+":
        return _("新增")
    if record.history_type == "-":
        return _("删去")
    if before is None:
        return _("改动")
    delta = record.diff_against(before, foreign_keys_are_objs=True)
    parts = [
        _("%(field)s：%(old)s → %(new)s")
        % {"field": _label(record, change.field), "old": _plain(change.old), "new": _plain(change.new)}
        for change in delta.changes
        if change.field not in QUIET
    ]
    return "；".join(parts) or _("没有改动")


def _label(record: Any, name: str) -> str:
    try:
        return str(record.instance_type._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name


def _plain(value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return _("空")
    if value is True or value is False:
        return _("是") if value else _("否")
    if hasattr(value, "hour"):
        return showing.moment(value)
    return str(value)[:200]
