"""What leaves the house: urgent notices, and the digest at half past eight, by mail and by the office's chat channels.

A notice is in its reader's hands as soon as it is committed; what leaves the house only tells him to look
(office/letters.py has the words). What a person is to hear through a channel is a Delivery, there once. Everything that
waits for him when something can be sent sets out together, as one Message, and what comes later waits until that has
arrived: so it comes once and in order, and whoever was out of reach for a day is not told forty times.

A message is claimed before it is sent: of two workers one sends it. A worker killed between claiming and sending, or
between sending and writing that down, leaves one that is tried again after ten minutes: it may go out twice then (at
least once), never be lost. It goes with the key it had the first time, by which a receiver drops what it has already.
docs/adr/0017-notices-outside.md says why it is done this way.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from office import digests, letters, quiet
from office.channels import Way
from office.claiming import claim
from office.letters import MAILED_WITH_WORDS, Letter
from office.models.outbox import Address, Delivery, Message, Notice
from office.models.people import Kind, User

log = logging.getLogger(__name__)

EMAIL = "email"
URGENT = "notice:"
DIGEST = "digest:"
# What is merely to be read can wait until its reader wants to hear of it; nothing else that is urgent may (R-IN-22).
CAN_WAIT = ("reading",)
# Longer than any one try takes: whoever claimed it is no longer at it.
ABANDONED = timedelta(minutes=10)
# Nobody is mailed about yesterday's urgency because he entered an address today.
NEWS = timedelta(days=1)
ROUND = 500
# So long, in seconds, one round may be at one channel: it has worker and minute to share with the others.
BUDGET = 30


class Unsent(Exception):
    """In a few words, without address or token. `all`: whatever was sent now would fare the same."""

    def __init__(self, words: str, *, all: bool) -> None:
        super().__init__(words)
        self.all = all


def _minutes(*pauses: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=one) for one in pauses)


@dataclass(frozen=True)
class Channel:
    """A way to people outside: `reaches` says whom, `send` raises Unsent. What fails is tried again after each of the
    `pauses`, and on at the last of them until it is `patience` old. `host`: where it leads, for the administrator."""

    code: str
    label: Any
    reaches: Q
    send: Callable[[User, Letter, str], None]
    pauses: tuple[timedelta, ...]
    patience: timedelta
    chat: bool = False
    host: str = ""

    def people(self) -> QuerySet[User]:
        return User.objects.filter(self.reaches, is_active=True)


@dataclass(frozen=True)
class Delivered:
    """`sent` and `failed` count deliveries; what failed is tried again, or given up when it has become too old."""

    sent: int = 0
    failed: int = 0


def channels() -> list[Channel]:
    """Mail first, then those of the server's NOTICE_CHANNELS."""
    # Who has no address is not mailed: that is the whole of the preference. A mail server is back within the morning,
    # or somebody has to look after it.
    mail = Channel(
        EMAIL, gettext_lazy("电子邮件"), ~Q(email=""), _mail, _minutes(1, 2, 5, 10, 20, 40, 80), timedelta(hours=3)
    )  # fmt: skip
    return [mail, *(_chat(way) for way in settings.NOTICE_CHANNELS.values())]


def channel(code: str) -> Channel:
    """KeyError on a code the server does not know."""
    return {one.code: one for one in channels()}[code]


def _mail(person: User, letter: Letter, key: str) -> None:
    # A server that hangs must not hang the worker with it.
    connection = get_connection(timeout=20)
    house = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<{key}@{house}>"}
    try:
        EmailMessage(letter.subject, letter.text, to=[person.email], connection=connection, headers=headers).send()
    except Exception as error:
        his = isinstance(error, SMTPRecipientsRefused | SMTPDataError | SMTPSenderRefused)
        raise Unsent(f"{type(error).__name__}: {error}", all=not his) from error


def _chat(way: Way) -> Channel:
    known = Address.objects.filter(channel=way.code).exclude(address="")
    if not way.template:
        known = known.filter(address__in=list(way.own))

    def send(person: User, letter: Letter, key: str) -> None:
        # Heavy to import, and the pages have no use for it.
        from office import outward

        to = Address.objects.filter(person=person, channel=way.code).values_list("address", flat=True).first()
        try:
            outward.send(way, to or "", letter.text, key=key)
        except outward.NotTaken as error:
            raise Unsent(str(error), all=error.all) from error

    return Channel(
        way.code, way.label, Q(pk__in=known.values("person")), send, _minutes(1, 2, 5, 10, 20, 30), timedelta(days=7),
        chat=True, host=way.host,
    )  # fmt: skip


def deliver(now: datetime) -> Delivered:
    """Every minute, and at once after something urgent: send what waits and try again what failed.

    Safe beside itself and repeatable. A channel that is away or slow keeps no other from its turn.
    """
    sent = failed = 0
    for one in channels():
        _claim_urgent(one, now)
        done = _round(one, now)
        sent, failed = sent + done.sent, failed + done.failed
    return Delivered(sent, failed)


def digest(now: datetime) -> Delivered:
    """Once on every working day from 8:30 on: counts to everybody outside, and for the hub what lies with the leaders.

    A worker that was down catches up until closing time. Repeatable: what has been claimed today is done.
    """
    if not digests.due(now):
        return Delivered()
    digests.leaders_at_hub(now)
    key = _digest_key(now)
    for one in channels():
        people = one.people().filter(kind=Kind.OFFICE).order_by("pk")
        claim(
            [Delivery(person=person, channel=one.code, key=key, at=now) for person in people],
            by=("person_id", "channel", "key"),
        )
    return deliver(now)


def given_up() -> QuerySet[Message]:
    """What was tried to the last and never went out, for the administrator's page."""
    return Message.objects.filter(~Q(error=""), sent_at__isnull=True, ended_at__isnull=False).order_by("-at")


def waiting() -> QuerySet[Delivery]:
    """What is still to go out."""
    return Delivery.objects.filter(sent_at__isnull=True).filter(
        Q(message__isnull=True) | Q(message__ended_at__isnull=True)
    )


# --- Claiming ---


def _claim_urgent(one: Channel, now: datetime) -> None:
    known = Delivery.objects.filter(
        person=OuterRef("person"), channel=one.code, key=Concat(Value(URGENT), Cast(OuterRef("pk"), CharField()))
    )
    kinds = Q(urgent=True) if one.chat else Q(urgent=True) | Q(kind__in=MAILED_WITH_WORDS)
    news = Notice.objects.filter(
        kinds, ~Exists(known), read_at__isnull=True, at__gt=now - NEWS, person__in=one.people()
    )
    claim(
        [
            Delivery(
                person_id=notice.person_id, channel=one.code, key=f"{URGENT}{notice.pk}", at=now,
                always=notice.kind not in CAN_WAIT,
            )
            for notice in news.order_by("pk")[:ROUND]
        ],
        by=("person_id", "channel", "key"),
    )  # fmt: skip


def _round(one: Channel, now: datetime) -> Delivered:
    """One message after the other, until there is none, or the channel is not to be had, or the time is over."""
    sent = failed = 0
    until = time.monotonic() + BUDGET
    held = quiet.undisturbed(now) & Q(always=False)
    while time.monotonic() < until:
        message = _again(one, now, held=held) or _new(one, now, held=held)
        if message is None:
            break
        rows = list(message.deliveries.order_by("pk"))
        try:
            sent += len(rows) if _sent(one, message, rows, now) else 0
        except Unsent as error:
            failed += len(rows)
            if error.all:
                break
    return Delivered(sent, failed)


def _again(one: Channel, now: datetime, *, held: Q) -> Message | None:
    """The message whose next try is due, claimed; the one longest untried first."""
    newer = Delivery.objects.filter(
        person=OuterRef("person"), channel=one.code, always=OuterRef("always"), message__isnull=True,
        sent_at__isnull=True, at__gt=OuterRef("at"),
    )  # fmt: skip
    ripe = Q(error="", at__lte=now - ABANDONED) | ~Q(error="") & Q(at__lt=now) & Q(Exists(newer))
    for tries, pause in enumerate(one.pauses, start=1):
        ripe |= ~Q(error="") & Q(tries=tries, at__lte=now - pause)
    ripe |= ~Q(error="") & Q(tries__gt=len(one.pauses), at__lte=now - one.pauses[-1])
    with transaction.atomic():
        found = (
            Message.objects.filter(ripe, channel=one.code, ended_at__isnull=True)
            .exclude(held)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("person")
            .order_by("at", "pk")
            .first()
        )
        if found is not None:
            Message.objects.filter(pk=found.pk).update(tries=F("tries") + 1, at=now, error="")
    return found


def _new(one: Channel, now: datetime, *, held: Q) -> Message | None:
    """What has waited longest, with all of its kind that waits for the same person, claimed as one message."""
    under_way = Message.objects.filter(
        person=OuterRef("person"), channel=one.code, always=OuterRef("always"), ended_at__isnull=True
    )
    waits = Delivery.objects.filter(channel=one.code, sent_at__isnull=True, message__isnull=True)
    free = waits.filter(~Exists(under_way)).exclude(held)
    while (first := free.select_related("person").order_by("pk").first()) is not None:
        kind = DIGEST if first.key.startswith(DIGEST) else URGENT
        with transaction.atomic():
            made = Message(
                key=uuid4(), person=first.person, channel=one.code, always=first.always, made_at=now, at=now, tries=1
            )
            # Of two workers one makes it; the other sees it now, and looks for somebody else's.
            if claim([made], by=("person_id", "channel", "always")):
                mine = waits.filter(person=first.person, always=first.always, key__startswith=kind)
                if mine.update(message=made):
                    return made
                transaction.set_rollback(True)
    return None


# --- Sending ---


def _sent(one: Channel, message: Message, rows: Sequence[Delivery], now: datetime) -> bool:
    """Whether it went out; not, where nothing is left to say. Raises Unsent."""
    person = message.person
    reached = one.people().filter(pk=person.pk).exists()
    with translation.override(settings.LANGUAGE_CODE):
        letter = _letter(one, person, rows, now) if reached else None
    if letter is None:
        _end(message, rows, now, sent_at=None)
        return False
    try:
        one.send(person, letter, str(message.key))
    except Unsent as error:
        # Whatever goes wrong with one address must not keep the others waiting; the row says what it was.
        log.warning("A message to %s by %s was not sent: %s", person.username, one.code, error)
        tired = now - message.made_at >= one.patience
        Message.objects.filter(pk=message.pk).update(error=str(error)[:300], ended_at=now if tired else None)
        raise
    _end(message, rows, now, sent_at=now)
    return True


def _end(message: Message, rows: Sequence[Delivery], now: datetime, *, sent_at: datetime | None) -> None:
    """Both or neither: what is written down as sent is not sent again."""
    with transaction.atomic():
        Message.objects.filter(pk=message.pk).update(sent_at=sent_at, ended_at=now, error="")
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=now)


def _letter(one: Channel, person: User, rows: Sequence[Delivery], now: datetime) -> Letter | None:
    """A digest that could not be sent on its own day is not sent on the next: today's says all there is."""
    if rows and rows[0].key.startswith(DIGEST):
        today = any(row.key == _digest_key(now) for row in rows)
        return letters.about_queue(person, now=now, chat=one.chat) if today else None
    keys = [int(row.key.removeprefix(URGENT)) for row in rows]
    return letters.about_notices(person, keys, chat=one.chat)


def _digest_key(now: datetime) -> str:
    return f"{DIGEST}{timezone.localdate(now).isoformat()}"
