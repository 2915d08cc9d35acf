"""The store: files by the hash of their content, written whole or not at all, and what hangs on a case."""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from office import access
from office.files import names
from office.files.checking import Checked, Upload, check, checked, receive, refuse_state_secret
from office.files.unfit import taken
from office.models.cases import Case, Decision
from office.models.files import Attachment, StoredFile
from office.models.people import User

_HASH = re.compile(r"[0-9a-f]{64}")
_CHUNK = 256 * 1024
# An upload whose transaction is still open has no row yet; none lasts a day.
ORPHAN_AFTER = timedelta(days=1)
# Page pictures are made again when asked for.
PICTURES_AFTER = timedelta(days=30)


class Suspicious(Exception):
    """The store holds mostly files no row names: the wrong database or the wrong folder is more likely."""


def place_of(content_hash: str) -> Path:
    if not _HASH.fullmatch(content_hash):
        raise ValueError("not a SHA-256")
    return settings.FILES_DIR / content_hash[:2] / content_hash[2:4] / content_hash


def store(upload: Upload | Checked, *, name: str = "", at: datetime) -> StoredFile:
    """The row for this content, made once however often it comes. Raises Unfit for what `check` refuses."""
    one = upload if isinstance(upload, Checked) else check(upload, name=name)
    try:
        with taken(one.name):
            _settle(one.path, content_hash=one.hash)
        return _row(content_hash=one.hash, size=one.size, type=one.type, pages=one.pages, at=at)
    finally:
        one.discard()


def keep(made: IO[bytes] | File, *, type: str, at: datetime, pages: int | None = None) -> StoredFile:
    """Store what the office itself made (a register, an export): nothing to check, no size limit."""
    path, size, digest = receive(made, name="", limit=None)
    try:
        _settle(path, content_hash=digest)
        return _row(content_hash=digest, size=size, type=type, pages=pages, at=at)
    finally:
        path.unlink(missing_ok=True)


def put_back(made: IO[bytes], *, content_hash: str) -> None:
    """Content whose row is there already, out of a backup. Raises ValueError when it is not that content."""
    path, _size, digest = receive(made, name="", limit=None)
    if digest != content_hash:
        path.unlink()
        raise ValueError(f"The content is {digest}, not {content_hash}.")
    _settle(path, content_hash=digest)


def _row(*, content_hash: str, size: int, type: str, pages: int | None, at: datetime) -> StoredFile:
    # Two at once: the second meets the unique hash inside its savepoint and takes the first one's row.
    return StoredFile.objects.get_or_create(
        hash=content_hash, defaults={"size": size, "type": type, "pages": pages, "stored_at": at}
    )[0]


def _settle(path: Path, *, content_hash: str) -> None:
    """Move a received file to its place. Over an earlier copy too: that renews its date, and heals damage."""
    place = place_of(content_hash)
    for folder in (place.parent.parent, place.parent):
        folder.mkdir(mode=0o750, exist_ok=True)
    os.chmod(path, 0o640)
    with not_while_sweeping(exclusive=False):
        os.replace(path, place)
    for folder in (place.parent, place.parent.parent, settings.FILES_DIR):
        _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def not_while_sweeping(*, exclusive: bool) -> Iterator[None]:
    """Between looking at a file's date and removing it, nobody may store the same content again."""
    handle = os.open(settings.FILES_DIR / "lock", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def open_stored(stored: StoredFile) -> IO[bytes]:
    """The content, for reading. Raises FileNotFoundError when it has been lost."""
    handle = os.open(place_of(stored.hash), os.O_RDONLY | os.O_NOFOLLOW)
    return os.fdopen(handle, "rb")


def verify(stored: StoredFile) -> bool:
    """Whether the content on disk is still what was stored."""
    digest, size = hashlib.sha256(), 0
    try:
        with open_stored(stored) as file:
            while piece := file.read(_CHUNK):
                digest.update(piece)
                size += len(piece)
    except OSError:
        return False
    return digest.hexdigest() == stored.hash and size == stored.size


# --- On a case ----------------------------------------------------------------------------------------------


def attach(
    case: Case,
    uploads: Iterable[File | Checked],
    *,
    actor: User,
    role: str,
    at: datetime,
    decision: Decision | None = None,
) -> list[Attachment]:
    """Hang files on a case, all of them or none. Raises Unfit naming each bad one; R-SEC-03.

    Whether `actor` may do so is the caller's to know. Under a lock, pass what `checked()` gave: reading and
    scanning is slow and is never done while others wait.
    """
    refuse_state_secret(case.secrecy)
    waiting = list(uploads)
    with checked(one for one in waiting if not isinstance(one, Checked)) as fresh:
        received = iter(fresh)
        ready = [one if isinstance(one, Checked) else next(received) for one in waiting]
        return _attach(case, ready, actor=actor, role=role, at=at, decision=decision)


def store_for(case: Case, uploads: Iterable[File], *, at: datetime) -> list[tuple[StoredFile, str]]:
    """Files and their kept names, as acting.act(files=…) takes them: scans that are signed along. All or none."""
    refuse_state_secret(case.secrecy)
    with checked(uploads) as ready, transaction.atomic():
        return [(store(one, at=at), one.name) for one in ready]


def _attach(
    case: Case, ready: list[Checked], *, actor: User, role: str, at: datetime, decision: Decision | None
) -> list[Attachment]:
    with transaction.atomic():
        present = Attachment.objects.filter(case=case)
        taken = set(present.values_list("name", flat=True))
        last = present.aggregate(last=Max("position"))["last"]
        position = 0 if last is None else last + 1
        made = []
        for number, one in enumerate(ready):
            name = names.distinct(one.name, among=taken)
            taken.add(name)
            made.append(
                Attachment.objects.create(
                    case=case,
                    decision=decision,
                    turn=decision.turn if decision else None,
                    stored=store(one, at=at),
                    name=name,
                    role=role,
                    position=position + number,
                    added_by=actor,
                    added_at=at,
                )
            )
        return made


def same_file_cases(content_hash: str, *, user: User) -> QuerySet[Case]:
    """Cases `user` may see that already hold this very file: the warning against registering twice."""
    held = Attachment.objects.filter(case=OuterRef("pk"), stored__hash=content_hash, removed_at__isnull=True)
    return access.visible_to(user).filter(Exists(held))


# --- Sweeping -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Swept:
    orphans: int
    unfinished: int
    pictures: int


def sweep(*, now: datetime) -> Swept:
    """Remove what no row names and nobody is still storing. A file whose row exists is never removed."""
    old = (now - ORPHAN_AFTER).timestamp()
    orphans, named = _orphans(older_than=old)
    if len(orphans) > max(100, named):
        raise Suspicious(f"{len(orphans)} of {len(orphans) + named} stored files are named by no row")
    return Swept(
        orphans=sum(_removed(path, older_than=old) for path in orphans),
        unfinished=sum(_removed(path, older_than=old) for path in _under("incoming")),
        pictures=sum(
            _removed(path, older_than=(now - PICTURES_AFTER).timestamp()) for path in _under("pictures")
        ),
    )


def _orphans(*, older_than: float) -> tuple[list[Path], int]:
    """Old files without a row, and how many files have one; one query per folder of at most 1/256 of all."""
    orphans: list[Path] = []
    named = 0
    for folder in settings.FILES_DIR.glob("[0-9a-f][0-9a-f]"):
        found = [path for path in folder.glob("??/*") if _HASH.fullmatch(path.name)]
        known = set(
            StoredFile.objects.filter(hash__in=[path.name for path in found]).values_list("hash", flat=True)
        )
        named += len(known)
        orphans += [path for path in found if path.name not in known and _is_old(path, older_than=older_than)]
    return orphans, named


def _under(folder: str) -> list[Path]:
    return [path for path in (settings.FILES_DIR / folder).rglob("*") if path.is_file()]


def _is_old(path: Path, *, older_than: float) -> bool:
    try:
        return path.lstat().st_mtime < older_than
    except FileNotFoundError:
        return False


def _removed(path: Path, *, older_than: float) -> bool:
    with not_while_sweeping(exclusive=True):
        if not _is_old(path, older_than=older_than):
            return False
        path.unlink(missing_ok=True)
        return True
