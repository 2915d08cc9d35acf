"""Linked cases by code: what a procedure accepts, what it answers. Apps meet here without importing each other.

When the linked case closes, the parent's holder acts: there is no system actor. A code that is not
installed has no button: `offered(code)` says whether it is.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from office import access, notices, procedures
from office.acting.bars import copy_bars, lock_linked, settle
from office.acting.door import Refused, clean_words, lock_case, now_or
from office.acting.forward import start
from office.models.cases import Case, Link
from office.models.people import User

# code -> opener(case): builds the Matter of a case opened through a link, from `link.asked`.
_openers: dict[str, Callable[[Case, Any], None]] = {}


def opens(code: str, build: Callable[[Case, Any], None]) -> None:
    """An app says in ready() how its Matter is made when another case opens one. `build(case, asked)`."""
    _openers[code] = build


def offered(code: str) -> bool:
    procedure = procedures.REGISTRY.get(code)
    return procedure is not None and procedure.accepts is not None


def open_linked(
    parent: Case,
    code: str,
    *,
    asked: Any,
    actor: User,
    title: str = "",
    awaited_by: str = "",
    at: datetime | None = None,
    kind: str = Link.Kind.PARENT,
    **fields: Any,
) -> Case:
    """Open a case of procedure `code` from `parent` (also from a closed one: that is how a matter is reopened).

    `asked` is an instance of the dataclass the procedure accepts. The link, the bars both ways and the
    new case are one transaction. Raises Refused.
    """
    at = now_or(at)
    if not offered(code):
        raise Refused(_("没有安装这项业务，不能由此开始。"))
    procedure = procedures.get(code)
    if procedure.accepts is None or not isinstance(asked, procedure.accepts):
        raise Refused(_("交办的内容不完整，请补齐再提交。"))
    with transaction.atomic():
        parent = lock_case(parent)
        if not access.visible_to(actor).filter(pk=parent.pk).exists():
            raise Refused(_("这份文件现在不在您手里，不能办理。"))
        said = asdict(cast(Any, asked))
        _refuse_words(parent, said)
        build = _openers.get(code)

        def make(made: Case) -> None:
            # Before the first turn is issued: it must not reach whom the parent is kept from.
            Link.objects.create(
                from_case=parent,
                to_case=made,
                kind=kind,
                by=actor,
                at=at,
                asked=said,
                awaited_by=awaited_by,
            )
            copy_bars(parent, made, at=at)
            if build is not None:
                build(made, asked)

        return start(
            procedure,
            actor=actor,
            # What a sealed case is about is told to nobody by way of a link.
            title=title or ("" if parent.sealed else parent.title),
            at=at,
            secrecy=parent.secrecy,
            restricted=parent.restricted,
            build=make,
            **fields,
        )


def _refuse_words(case: Case, values: dict[str, Any]) -> None:
    """R-SEC-03: what one case asks of another is kept, so it says nothing about a state secret."""
    for value in values.values():
        if isinstance(value, str):
            clean_words(case, value)


def connect(one: Case, other: Case, *, kind: str, actor: User, at: datetime | None = None) -> Link:
    """Link two cases that exist (参见, 并案, 答复 …). Locks both and all linked with them in ascending key order."""
    at = now_or(at)
    with transaction.atomic():
        if one.pk == other.pk:
            raise Refused(_("一件事不能和自己关联。"))
        cases = lock_linked(one, other)
        if access.visible_to(actor).filter(pk__in=[one.pk, other.pk]).count() != 2:
            raise Refused(_("找不到要关联的事项。"))
        link, _made = Link.objects.get_or_create(
            from_case=one, to_case=other, kind=kind, undone_at=None, defaults={"by": actor, "at": at}
        )
        copy_bars(one, other, at=at)
        settle(cases, actor=actor, at=at)
        return link


def undo(link: Link, *, actor: User, at: datetime | None = None) -> None:
    """A link can be undone; the bars it brought stay, for what was known cannot be unknown."""
    with transaction.atomic():
        case = lock_case(link.from_case)
        if not access.visible_to(actor).filter(pk=case.pk).exists():
            raise Refused(_("找不到要关联的事项。"))
        Link.objects.filter(pk=link.pk, undone_at__isnull=True).update(undone_at=now_or(at))


def answer(case: Case, *, values: dict[str, Any], at: datetime | None = None) -> None:
    """What the linked case answers its parents, as plain values; called from a `then=` of its closing move."""
    at = now_or(at)
    _refuse_words(case, values)
    for link in Link.objects.filter(to_case=case, kind=Link.Kind.PARENT, undone_at__isnull=True):
        link.answered = {"outcome": case.outcome, **values}
        link.save(update_fields=["answered"])
        parent_turn = (
            link.from_case.turns.filter(side=False, ended_at__isnull=True)
            .select_related("holder", "post")
            .first()
        )
        if parent_turn is not None:
            people = access.able(link.from_case, notices.holders_of(parent_turn, at=at))
            notices.tell(people, kind="answered", case=link.from_case, turn=parent_turn, at=at)
