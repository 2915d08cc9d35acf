"""The hash chain over a case's decisions. Length-prefixed UTF-8, so that SQL `sha256()` computes the same."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

# The columns in hashing order. The SQL function office_decision_hash (newest migration that names it) reads the same
# list. Format 2 ends with what a clerk had the words from; what was hashed as format 1 stays as it is.
FORMAT = 2


def joined(parts: Iterable[str]) -> bytes:
    """`5:hello3:abc`: no two different lists of strings give the same bytes."""
    return b"".join(str(len(raw)).encode() + b":" + raw for raw in (part.encode() for part in parts))


def digest(parts: Iterable[str]) -> str:
    return hashlib.sha256(joined(parts)).hexdigest()


def new_salt() -> str:
    return secrets.token_hex(16)


def opinion_digest(*, salt: str, opinion: str, reason: str) -> str:
    """Salted, so that a blanked opinion cannot be found again by trying likely words."""
    return digest([salt, opinion, reason])


def microseconds(moment: datetime) -> str:
    delta = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return str((delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds)


def decision_parts(decision: Any, *, public_id: str) -> list[str]:
    parts = [
        str(decision.format),
        public_id,
        str(decision.number),
        decision.step,
        decision.step_label,
        decision.move,
        decision.label,
        decision.leads_to,
        "1" if decision.side else "0",
        str(decision.round),
        str(decision.actor_id),
        str(decision.on_behalf_of_id or ""),
        str(decision.recorded_by_id or ""),
        decision.signed_name,
        decision.signed_title,
        decision.signed_department,
        decision.signed_for,
        decision.recorded_name,
        decision.names,
        decision.files,
        decision.opinion_digest,
        microseconds(decision.at),
        microseconds(decision.happened_at),
        decision.content_hash,
        str(decision.corrects_number),
        decision.previous_hash,
    ]
    return parts if decision.format < 2 else [*parts, decision.medium]


def decision_hash(decision: Any, *, public_id: str) -> str:
    return digest(decision_parts(decision, public_id=public_id))
