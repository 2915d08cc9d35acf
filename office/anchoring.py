"""The nightly anchor: one hash over every case that moved, so that a cut tail or a deleted case shows.

A chain proves a case against itself; whoever owns the database can compute a whole chain anew, or take a
case out with everything that hangs on it. The anchor keeps how far each case had come that night, in a
chain of its own, and its hash leaves the house: on printed registers and in the audit administrator's mail.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.db.models.functions import Collate
from django.utils import timezone
from django.utils.translation import gettext as _

from office import chain, notices
from office.clock import TIME_ZONE
from office.models.cases import Anchor, AnchorLine
from office.models.people import Kind, User

FORMAT = 1
# Not at midnight: by two o'clock the evening's work and its corrections are in (practice, 未核实).
NIGHT = time(2, 0)
# Two workers at once: the second waits here and then finds the night done. Any fixed number of our own.
LOCK = int.from_bytes(hashlib.sha256(b"office.anchoring").digest()[:8], "big", signed=True)
LINES = ("public_id", "reference", "decisions", "head")


def night_of(at: datetime) -> datetime:
    """The last 02:00 at or before `at`: a worker that was down at night anchors when it is back."""
    local = at.astimezone(TIME_ZONE)
    night = datetime.combine(local.date(), NIGHT, tzinfo=TIME_ZONE)
    return night if night <= local else night - timedelta(days=1)


def anchor(at: datetime) -> list[Anchor]:
    """Seal the night: one anchor over the ordinary cases and one over the sealed; [] when it has been done.

    Which cases moved is found by comparing every case with its lines, not by "decisions with a higher key
    than last time": keys are drawn before they are committed, so a slow transaction may show a lower key
    after a higher one was covered, and would be passed over for ever. Whatever is not committed when the
    statement begins is simply found the next night. Each anchor is one statement, hence one snapshot, and
    a case's head changes in the same transaction as its last decision: a line never shows half an act.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if Anchor.objects.filter(at__gte=night_of(at)).exists():
            return []
        made = [_seal(sealed=sealed, at=at) for sealed in (False, True)]
        auditors = User.objects.filter(kind=Kind.AUDIT, is_active=True)
        notices.tell(auditors, kind="anchored", words=notice(made), at=at)
        return made


def _seal(*, sealed: bool, at: datetime) -> Anchor:
    previous = Anchor.objects.filter(sealed=sealed).order_by("-pk").first()
    with connection.cursor() as cursor:
        # The row is written once, with its hash, and never updated; its lines go in before it, which the
        # deferred foreign key allows.
        cursor.execute("SELECT nextval(pg_get_serial_sequence('office_anchor', 'id'))")
        (key,) = cursor.fetchone()
        cursor.execute(
            """
            INSERT INTO office_anchorline (anchor_id, public_id, reference, decisions, head)
            SELECT %(key)s, c.public_id, CASE WHEN c.sealed THEN '' ELSE c.reference END,
                   c.decisions_count, c.head
            FROM office_case c
            WHERE c.sealed = %(sealed)s AND NOT EXISTS (
                SELECT 1 FROM office_anchorline l
                WHERE l.public_id = c.public_id AND l.decisions = c.decisions_count AND l.head = c.head)
            """,
            {"key": key, "sealed": sealed},
        )
        moved = cursor.rowcount
        # For the reader only: nothing begins or ends by it.
        cursor.execute("SELECT coalesce(max(id), 0) FROM office_decision")
        (upto,) = cursor.fetchone()
    row = Anchor(
        pk=key, at=at, sealed=sealed, cases=moved, upto=upto, previous_hash=previous.hash if previous else ""
    )
    row.hash = anchor_hash(row, lines=lines_of(key))
    row.save(force_insert=True)
    return row


def lines_of(key: int) -> Iterator[tuple]:
    """The lines of one anchor in hashing order, read piece by piece (the first night has them all)."""
    lines = AnchorLine.objects.filter(anchor_id=key).order_by(Collate("public_id", "C"))
    return lines.values_list(*LINES).iterator(chunk_size=10_000)


def anchor_hash(row: Anchor, *, lines: Iterable[tuple]) -> str:
    """chain.digest() over the anchor's own columns and all its lines, without holding them in memory."""
    running = hashlib.sha256(
        chain.joined(
            [
                str(FORMAT),
                row.previous_hash,
                chain.microseconds(row.at),
                "1" if row.sealed else "0",
                str(row.cases),
                str(row.upto),
            ]
        )
    )
    for public_id, reference, decisions, head in lines:
        running.update(chain.joined([public_id, reference, str(decisions), head]))
    return running.hexdigest()


# --- What leaves the house ---


def latest_words(at: datetime) -> str:
    """The short proof in a register's foot: 校验码 7f3a91c2（2026年11月21日）. "" before the first night."""
    row = Anchor.objects.filter(sealed=False, at__lte=at).order_by("-pk").first()
    if row is None:
        return ""
    day = timezone.localdate(row.at)
    return _("校验码 %(code)s（%(year)d年%(month)d月%(day)d日）") % {
        "code": row.hash[:8], "year": day.year, "month": day.month, "day": day.day,
    }


def notice(made: Iterable[Anchor]) -> str:
    """What the audit administrator is mailed and keeps outside the program. Of sealed cases only the hash."""
    rows = {row.sealed: row for row in made}
    ordinary, sealed = rows[False], rows[True]
    return _("%(when)s 存证，%(n)d 件有变动。校验码 %(hash)s；另册 %(sealed)s。请留存备查。") % {
        "when": timezone.localtime(ordinary.at).strftime("%Y-%m-%d %H:%M"),
        "n": ordinary.cases,
        "hash": ordinary.hash,
        "sealed": sealed.hash,
    }
