"""The one act: everything moves, or nothing does, and the record of it is written beside."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import access, acting, notices, numbering
from office.acting.door import as_printed
from office.models.handovers import Handover, HandoverItem
from office.models.numbers import Series
from office.models.people import User

from . import Order
from .listing import Group, Line, Listing, entries, is_guarded, listing

SERIES = "交接"


class Changed(acting.Refused):
    """Something came into his hands, or left them, since the list was shown."""


@dataclass(frozen=True)
class Asked:
    """What the supervisor decided on the page. `found` and `remarks` by the keys of the lines; `chosen`: who takes a
    line that cannot go where its part goes, or FALLBACK."""

    token: uuid.UUID
    person: User
    receiver: User
    reason: str
    fingerprint: str
    returns_on: date | None = None
    note: str = ""
    ways: Mapping[str, str] = field(default_factory=dict)
    receivers: Mapping[str, User] = field(default_factory=dict)
    chosen: Mapping[str, User | str] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    returns: Handover | None = None

    @property
    def takers(self) -> set[User]:
        named = (one for one in self.chosen.values() if isinstance(one, User))
        return {self.receiver, *self.receivers.values(), *named}


def hand_over(asked: Asked, *, actor: User, at: datetime | None = None) -> Handover:
    """Move everything, or refuse with a sentence and move nothing. The same token again gives the same record."""
    if (done := Handover.objects.filter(token=asked.token).first()) is not None:
        return done
    _refuse_wrong_people(asked, actor=actor)
    try:
        with transaction.atomic():
            return _act(asked, actor=actor, at=at or timezone.now())
    except IntegrityError:
        # Pressed twice at once: the other press has done it.
        done = Handover.objects.filter(token=asked.token).first()
        if done is None:
            raise
        return done


def _refuse_wrong_people(asked: Asked, *, actor: User) -> None:
    if not acting.may_hand_over(asked.person, actor):
        raise acting.Refused(_("交接由办公室主任、主要领导，或者本人所在部门的负责人、分管领导监交。"))
    takers = asked.takers
    if asked.person in takers:
        raise acting.Refused(_("不能移交给本人。"), field="receiver")
    if actor in takers:
        raise acting.Refused(_("监交人不能同时接收，请另请一位接收人或另一位监交人。"), field="receiver")


def _act(asked: Asked, *, actor: User, at: datetime) -> Handover:
    # One hand-over of a person at a time. Turns that are given to him meanwhile only share his key, and do not wait.
    User.objects.select_for_update(no_key=True).get(pk=asked.person.pk)

    def asked_for() -> Listing:
        return listing(
            asked.person, reader=actor, receiver=asked.receiver, ways=asked.ways, receivers=asked.receivers,
            taken=asked.returns,
        )  # fmt: skip

    before = asked_for()
    acting.lock_all(sorted({key for group in before.groups for key in _touched(group, of=asked.person)}))
    with translation.override(settings.LANGUAGE_CODE):
        # What is kept is in the office's own language, as the paper itself (ADR 9).
        found = asked_for()
    if found.fingerprint != asked.fingerprint or found.fingerprint != before.fingerprint:
        raise Changed(_("您打开之后，他手里的东西有变动。请看过下面的清单再移交；您填的都还在。"))
    series, serial = numbering.take(_book(timezone.localdate(at).year))
    handover = Handover.objects.create(
        token=asked.token, series=series, serial=serial, number=series.written(serial), person=asked.person,
        receiver=asked.receiver, supervisor=actor, person_name=asked.person.name, person_duty=duty(asked.person),
        receiver_name=asked.receiver.name, receiver_duty=duty(asked.receiver), supervisor_name=actor.name,
        supervisor_duty=duty(actor), reason=asked.reason, returns_on=asked.returns_on, returns=asked.returns,
        note=asked.note, at=at,
    )  # fmt: skip
    words = as_printed(gettext_lazy("%(number)s（%(reason)s）"))
    words %= {"number": handover.number, "reason": as_printed(Handover.Reason(asked.reason).label)}
    order = Order(
        person=asked.person, receiver=asked.receiver, actor=actor, reason=words, at=at, returns_on=asked.returns_on
    )
    rows: list[HandoverItem] = []
    for group in found.groups:
        chosen = entries(group, asked.chosen)
        outcomes = group.part.move(chosen, order=order)
        for line, entry, outcome in zip(group.lines, chosen, outcomes, strict=True):
            rows.append(_row(handover, line, asked, position=len(rows) + 1, outcome=outcome, taker=entry.to))
    HandoverItem.objects.bulk_create(rows)
    _tell(handover, asked, at=at)
    return handover


def _book(year: int) -> Series:
    """Opened where it is first needed: an office that has never handed anything over has none."""
    given = {"title": "工作交接单", "function": "office.handover", "position": 90}
    return Series.objects.get_or_create(name=SERIES, year=year, defaults=given)[0]


def _touched(group: Group, *, of: User) -> list[int]:
    return group.part.cases([line.held for line in group.lines], of=of)


def _row(
    handover: Handover, line: Line, asked: Asked, *, position: int, outcome: str, taker: User | None
) -> HandoverItem:
    held = line.held
    checked = asked.found.get(line.key, "") if held.copies is not None else ""
    return HandoverItem(
        handover=handover, position=position, part=line.part.code, heading=as_printed(line.part.title)[:60],
        number=held.number[:120], what="" if is_guarded(held.case) else held.what[:500], note=held.note[:200],
        copies=held.copies, check_found=checked, remark=asked.remarks.get(line.key, "")[:200], outcome=outcome[:120],
        taker=taker, case=held.case, turn=held.turn, post=held.post,
    )  # fmt: skip


def duty(person: User) -> str:
    """部门 and 岗位, or the title of who sits in none, as text of this day."""
    seats = "、".join(seat.name for seat in access.identity(person).seats)
    return " ".join(filter(None, [str(person.department or ""), seats or person.title]))[:200]


def _tell(handover: Handover, asked: Asked, *, at: datetime) -> None:
    words = as_printed(gettext_lazy("%(number)s：%(person)s 的工作由您接收，请照交接单清点签字。"))
    words %= {"number": handover.number, "person": handover.person_name}
    notices.tell(asked.takers, kind="handover", words=words, at=at)
    words = as_printed(gettext_lazy("%(number)s：您的工作已移交%(receiver)s，请照交接单清点签字。"))
    words %= {"number": handover.number, "receiver": handover.receiver_name}
    if asked.person.is_active:
        notices.tell([asked.person], kind="handover", words=words, at=at)


def came_and_went(shown: set[str], found: Listing) -> tuple[list[Line], int]:
    """What is on the list now and was not when it was shown, and how many are gone from it."""
    now = {line.key for line in found.lines}
    return [line for line in found.lines if line.key not in shown], len(shown - now)
