"""What leaves the house: notices by mail, and the digest at half past eight.

A notice is in its reader's hands as soon as it is committed; mail only tells him to look. It carries counts,
numbers and links and never a title, of no paper at all; of restricted and classified papers not even the
number. So nothing has to be decided about a title when a mail is read on somebody's telephone.

Every mail is a Delivery, claimed before it is sent: of two workers one sends it. A worker killed between
claiming and sending, or between sending and writing that down, leaves a row that is tried again after ten
minutes: a mail may come twice then (at least once), never be lost.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import access, dials, digests
from office.claiming import claim
from office.digests import IN_APP
from office.levels import FIRST_STATE_SECRET
from office.models.cases import Case
from office.models.outbox import Delivery, Notice
from office.models.people import Kind, User

log = logging.getLogger(__name__)

EMAIL = "email"
URGENT = "notice:"
DIGEST = "digest:"
# Notices whose words are themselves what has to leave the house (the nightly anchor, office/anchoring.py).
MAILED_WITH_WORDS = ("anchored",)
# Before the second try, the third, … and the last: a mail server is back within the morning, or somebody
# has to look after it.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 80)]
TRIES = len(PAUSES) + 1
# Longer than any one try takes: whoever claimed it is no longer at it.
ABANDONED = timedelta(minutes=10)
# Nobody is mailed about yesterday's urgency because he entered an address today.
NEWS = timedelta(days=1)
ROUND = 500


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


@dataclass(frozen=True)
class Channel:
    """A way to reach people: `reaches` says whom. `send` is None where the Notice row itself is the message."""

    code: str
    label: Any
    reaches: Q
    send: Callable[[User, Letter], None] | None = None

    def people(self) -> QuerySet[User]:
        return User.objects.filter(self.reaches, is_active=True)


@dataclass(frozen=True)
class Delivered:
    """`sent` and `failed` count deliveries; what failed is tried again, or given up after the last try."""

    sent: int
    failed: int


def _mail(person: User, letter: Letter) -> None:
    # A server that hangs must not hang the worker with it.
    connection = get_connection(timeout=20)
    EmailMessage(letter.subject, letter.text, to=[person.email], connection=connection).send()


CHANNELS: dict[str, Channel] = {}


def add(channel: Channel) -> None:
    CHANNELS[channel.code] = channel


add(Channel(IN_APP, gettext_lazy("站内"), reaches=Q()))
# Who has no address is not mailed: that is the whole of the preference.
add(Channel(EMAIL, gettext_lazy("电子邮件"), reaches=~Q(email=""), send=_mail))


def deliver(now: datetime) -> Delivered:
    """Every minute, and at once after something urgent: mail what is urgent and try again what failed.

    Safe beside itself and repeatable.
    """
    sent = failed = 0
    for channel in _outward():
        rows = _claim_urgent(channel, now) + _claim_again(channel, now)
        rows.sort(key=lambda row: row.person_id)
        for _person, mine in groupby(rows, key=lambda row: row.person_id):
            done, lost = _send(channel, list(mine), now)
            sent, failed = sent + done, failed + lost
    return Delivered(sent, failed)


def _outward() -> list[Channel]:
    return [channel for channel in CHANNELS.values() if channel.send is not None]


def given_up() -> QuerySet[Delivery]:
    """What was tried to the last and never went out, for the administrator's page."""
    return Delivery.objects.filter(sent_at__isnull=True, tries__gte=TRIES).order_by("-at")


# --- Claiming ---


def _claim_urgent(channel: Channel, now: datetime) -> list[Delivery]:
    known = Delivery.objects.filter(
        person=OuterRef("person"), channel=channel.code, key=Concat(Value(URGENT), Cast(OuterRef("pk"), CharField()))
    )
    news = Notice.objects.filter(
        Q(urgent=True) | Q(kind__in=MAILED_WITH_WORDS),
        ~Exists(known),
        read_at__isnull=True,
        at__gt=now - NEWS,
        person__in=channel.people(),
    )
    rows = [
        Delivery(person=one.person, channel=channel.code, key=f"{URGENT}{one.pk}", at=now, tries=1)
        for one in news.select_related("person").order_by("pk")[:ROUND]
    ]
    return claim(rows, by=("person_id", "channel", "key"))


def _claim_again(channel: Channel, now: datetime) -> list[Delivery]:
    ripe = Q(error="", at__lte=now - ABANDONED)
    for tries, pause in enumerate(PAUSES, start=1):
        ripe |= ~Q(error="") & Q(tries=tries, at__lte=now - pause)
    with transaction.atomic():
        waiting = Delivery.objects.filter(ripe, channel=channel.code, sent_at__isnull=True, tries__lt=TRIES)
        rows = list(
            waiting.select_for_update(of=("self",), skip_locked=True).select_related("person").order_by("pk")[:ROUND]
        )
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(tries=F("tries") + 1, at=now, error="")
    for row in rows:
        row.tries += 1
    return rows


# --- Sending ---


def _send(channel: Channel, rows: list[Delivery], now: datetime) -> tuple[int, int]:
    """One person's deliveries: his urgent notices in one letter, his digest in another."""
    urgent = [row for row in rows if row.key.startswith(URGENT)]
    digests = [row for row in rows if row.key.startswith(DIGEST)]
    person = rows[0].person
    sent = failed = 0
    with translation.override(settings.LANGUAGE_CODE):
        letters = [(urgent, _urgent_letter(person, urgent))] if urgent else []
        letters += [([row], _digest_letter(person, row, now)) for row in digests]
    reached = channel.people().filter(pk=person.pk).exists()
    for about, letter in letters:
        if letter is None or not reached:
            _settle(about, now, error=str(_("没有要发的内容")))
        elif _sent(channel, person, letter, about, now):
            sent += len(about)
        else:
            failed += len(about)
    return sent, failed


def _sent(channel: Channel, person: User, letter: Letter, about: Sequence[Delivery], now: datetime) -> bool:
    assert channel.send is not None
    try:
        channel.send(person, letter)
    except Exception as error:
        # Whatever goes wrong with one address must not keep the others waiting; the row says what it was.
        log.warning("A mail to %s was not sent: %s", person.username, error)
        said = (f"{type(error).__name__}: {error}")[:300]
        Delivery.objects.filter(pk__in=[row.pk for row in about]).update(error=said)
        return False
    _settle(about, now)
    return True


def _settle(about: Iterable[Delivery], now: datetime, *, error: str = "") -> None:
    """Done with, because it was sent or, where `error` says so, because there was nothing left to send."""
    Delivery.objects.filter(pk__in=[row.pk for row in about]).update(sent_at=now, error=error)


def _urgent_letter(person: User, rows: Sequence[Delivery]) -> Letter | None:
    keys = [int(row.key.removeprefix(URGENT)) for row in rows]
    found = Notice.objects.filter(pk__in=keys, read_at__isnull=True, person=person).select_related("case")
    # A bar or a level set since still holds the mail back.
    cases = Case.objects.filter(notices__in=keys, secrecy__lte=person.clearance)
    reached = set(access.not_barred(cases, access.identity(person)).values_list("pk", flat=True))
    told = [one for one in found.order_by("pk") if one.case_id is None or one.case_id in reached]
    if not told:
        return None
    lines = [one.sentence for one in told if one.kind in MAILED_WITH_WORDS]
    papers = {one.case_id: one.case for one in told if one.case is not None}
    # Of a state secret nothing leaves the house (R-SEC-06), not even its number.
    numbers = [
        str(case) for case in papers.values() if not case.restricted and case.secrecy < FIRST_STATE_SECRET
    ]
    hidden = len(papers) - len(numbers)
    if papers:
        lines.append(_("有 %(n)d 件特急事项请您尽快处理。") % {"n": len(papers)})
        lines += numbers[:20]
        if len(numbers) > 20:
            lines.append(_("等 %(n)d 件") % {"n": len(numbers)})
        if hidden:
            lines.append(_("其中 %(n)d 件限定知悉范围，请登录查看。") % {"n": hidden})
    subject = _("%(n)d 件特急事项") % {"n": len(papers)} if papers else _("存证通知")
    return _letter(subject, lines, page="notices")


def _letter(subject: str, lines: Sequence[str], *, page: str) -> Letter:
    address = settings.SITE_URL.rstrip("/") + reverse(page)
    text = "\n".join([*lines, "", address, "", _("本邮件由系统自动发出，只写件数和编号，请勿回复。")])
    return Letter(f"【{dials.office_name()}】{subject}".replace("\n", " "), text)


# --- The digest ---


def digest(now: datetime) -> Delivered:
    """Once on every working day from 8:30 on: counts by mail, and for the hub what lies with the leaders.

    A worker that was down catches up until closing time. Repeatable: what has been claimed today is done.
    """
    if not digests.due(now):
        return Delivered(0, 0)
    digests.leaders_at_hub(now)
    key = _digest_key(now)
    sent = failed = 0
    for channel in _outward():
        known = Delivery.objects.filter(person=OuterRef("pk"), channel=channel.code, key=key)
        for person in channel.people().filter(~Exists(known), kind=Kind.OFFICE).order_by("pk"):
            # One at a time: a worker killed half-way has claimed one mail it did not send, not all of them.
            row = Delivery(person=person, channel=channel.code, key=key, at=now, tries=1)
            mine = claim([row], by=("person_id", "channel", "key"))
            if mine:
                done, lost = _send(channel, mine, now)
                sent, failed = sent + done, failed + lost
    return Delivered(sent, failed)


def _digest_key(now: datetime) -> str:
    return f"{DIGEST}{timezone.localdate(now).isoformat()}"


def _digest_letter(person: User, row: Delivery, now: datetime) -> Letter | None:
    """Today's counts; a digest that could not be sent on its own day is not sent on the next."""
    if row.key != _digest_key(now):
        return None
    found = digests.counts(person, now=now)
    return None if found.nothing else _letter(found.sentence(), [found.sentence()], page="queue")
