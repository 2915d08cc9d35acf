"""The hand-over on paper and on its page, for one reader: of a case he may not see he reads that there is a line."""

from collections.abc import Sequence
from itertools import groupby

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from office import access
from office.acting.door import as_printed
from office.models.cases import Case
from office.models.handovers import Handover, HandoverItem
from office.models.people import User
from office.printing.handing import HandedGroup, HandedLine, HandoverSheet, Signer

from .executing import duty
from .listing import Listing

ROLES = ("移交人", "接收人", "监交人")
HIDDEN = gettext_noop("不在知悉范围内的文件")


def rows_for(handover: Handover, *, reader: User) -> list[tuple[HandoverItem, bool]]:
    """Its lines in their order, each with whether this reader may know of its case today."""
    items = list(handover.items.select_related("case", "taker"))
    keys = {item.case_id for item in items if item.case_id}
    known = set(access.visible_to(reader).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return [(item, item.case_id is None or item.case_id in known) for item in items]


def cases_in(rows: Sequence[tuple[HandoverItem, bool]]) -> list[Case]:
    """Whose lines this reader has read, for the log of looks."""
    return [item.case for item, known in rows if known and item.case is not None]


def sheet_of(handover: Handover, *, rows: Sequence[tuple[HandoverItem, bool]]) -> HandoverSheet:
    with translation.override(settings.LANGUAGE_CODE):
        groups = [
            HandedGroup(title=heading, lines=[_line(item, known) for item, known in lines])
            for heading, lines in groupby(rows, key=lambda row: row[0].heading)
        ]
        reason = str(handover.get_reason_display())
        if handover.returns is not None:
            reason = _("交回（%(number)s）") % {"number": handover.returns.number}
    takers = [item.taker for item, _known in rows if item.taker is not None]
    others = {taker.name: taker for taker in takers if taker.pk != handover.receiver_id}
    return HandoverSheet(
        office=settings.OFFICE_NAME,
        reference=handover.number,
        title="",
        at=timezone.localdate(handover.at),
        reason=reason,
        returns_on=handover.returns_on,
        note=handover.note,
        signers=[
            Signer(role=ROLES[0], name=handover.person_name, duty=handover.person_duty),
            Signer(role=ROLES[1], name=handover.receiver_name, duty=handover.receiver_duty),
            *(Signer(role=ROLES[1], name=name, duty=duty(one)) for name, one in others.items()),
            Signer(role=ROLES[2], name=handover.supervisor_name, duty=handover.supervisor_duty),
        ],
        groups=groups,
    )


def _line(item: HandoverItem, known: bool) -> HandedLine:
    checked = as_printed(HandoverItem.Check(item.check_found).label) if item.check_found else ""
    if not known:
        return HandedLine(what=HIDDEN, copies=item.copies, checked=checked)
    return HandedLine(
        number=item.number, what=item.what, note=item.note, copies=item.copies, checked=checked, remark=item.remark,
        outcome=item.outcome,
    )  # fmt: skip


def counting_sheet(found: Listing, *, receiver: User, supervisor: User, reason: str) -> HandoverSheet:
    """What is to be counted before anything moves: the same lines, with boxes to tick by hand."""
    people = zip(ROLES, (found.person, receiver, supervisor), strict=True)
    return HandoverSheet(
        office=settings.OFFICE_NAME,
        reference="",
        title="",
        reason=reason,
        signers=[Signer(role=role, name=one.name, duty=duty(one)) for role, one in people],
        groups=[
            HandedGroup(
                title=as_printed(group.part.title),
                lines=[
                    HandedLine(
                        number=line.number, what=line.what if line.known else HIDDEN, note=line.note,
                        copies=line.held.copies, outcome=_meant(line.refused, group.to),
                    )
                    for line in group.lines
                ],
            )
            for group in found.groups
        ],
    )  # fmt: skip


def _meant(refused: bool, to: User | None) -> str:
    return to.name if to is not None and not refused else ""
