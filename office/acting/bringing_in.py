"""bring_in(): a paper of an old book, closed long ago, becomes a case that nobody has to do anything about."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import access, procedures
from office.levels import Outcome
from office.models.cases import Case, Turn
from office.models.numbers import Series
from office.models.people import User

from .door import Passing, Refused, clean_words, decide, give_content_hash


def bring_in(
    procedure: type[procedures.Procedure],
    *,
    actor: User,
    series: Series,
    serial: int,
    title: str,
    opened_at: datetime,
    at: datetime,
    build: Callable[[Case], Any],
    **fields: Any,
) -> Case:
    """The case with the number it had, opened when it was entered then, closed by its only decision: that it was
    brought in, by whom and when. The caller holds the book and has seen that the number is free. Raises Refused."""
    if not actor.does_office_business:
        raise Refused(_("管理员账户不办理业务，请用办公账户登录。"))
    with transaction.atomic():
        case = Case(
            procedure=procedure.code, opened_by=actor, opened_at=opened_at, series=series, serial=serial,
            reference=series.written(serial), **fields,
        )  # fmt: skip
        if case.secrecy > actor.clearance:
            raise Refused(_("这个密级超出您的知悉范围，请由涉密人员登记。"), field="secrecy")
        case.title = clean_words(case, title, field="title")
        case.save(force_insert=True)
        build(case)
        give_content_hash(case)
        access.let_see(case, people=[actor])
        passing = Passing(
            case=case, turn=cast(Turn, None), procedure=procedure, step=procedure.first(), actor=actor, at=at,
            happened_at=opened_at,
        )
        decide(passing, move="start", label=gettext_lazy("旧登记簿导入"), leads_to=Outcome.REFERENCE)
        case.closed_at, case.outcome = at, Outcome.REFERENCE
        case.save(update_fields=["closed_at", "outcome"])
        return case
