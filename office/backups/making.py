"""Making a backup: one snapshot of the database for the dump, the proofs and the list of files; then the files."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

from office import keys
from office.files.checking import room
from office.files.storing import not_while_sweeping, place_of
from office.models.backups import Backup
from office.models.files import StoredFile
from office.version import VERSION

from . import parts, tables
from .parts import DUMP, FORMAT, LIST, MANIFEST, Manifest, NotDone, size_words
from .programs import run

Say = Callable[[str], object]
# Lies in a folder that is being written, locked by who writes it.
UNFINISHED = "unfinished"


@dataclass(frozen=True)
class Made:
    folder: Path
    files: int
    bytes: int  # of everything in the folder
    lost: int


def backup(target: Path, *, at: datetime, say: Say, incomplete: bool = False) -> Made:
    """Write the office into the folder `target`, which appears when everything in it is complete.

    Works while people work. `incomplete` makes it though stored files are lost, and names them. Raises NotDone.
    """
    target = _free_place(target)
    _clear_leftovers(target.parent, say=say)
    no_room = _(
        "磁盘写满了，备份没有做成，没有留下半份。请在 %(folder)s 所在的磁盘上腾出空间，或换一个地方，再备份一次。"
    ) % {"folder": target.parent}
    with parts.room_or(no_room), _beside(target) as part:
        room("incoming")
        # What is swept while we copy might be on our list.
        with not_while_sweeping(exclusive=False):
            manifest = _written(part, at=at, say=say, incomplete=incomplete)
        with parts.private(part / MANIFEST) as out:
            out.write(manifest.text().encode())
        # One by one would take minutes for a hundred thousand files.
        os.sync()
        (part / UNFINISHED).unlink()
        size = sum(path.stat().st_size for path in part.rglob("*") if path.is_file())
        part.rename(target)
        _sync(target.parent)
    made = Made(folder=target, files=manifest.files, bytes=size, lost=len(manifest.lost))
    _record(made, at=at, say=say)
    return made


def _free_place(target: Path) -> Path:
    target = target.absolute()
    if not target.parent.is_dir():
        raise NotDone(_("没有文件夹 %(folder)s。") % {"folder": target.parent})
    if target.is_mount():
        raise NotDone(
            _("%(folder)s 是挂载点，备份要放进它里面的一个新文件夹，例如 %(example)s。")
            % {"folder": target, "example": target / "antou-2026-11-23"}
        )
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise NotDone(_("%(folder)s 里已有东西。备份要写进新的文件夹，请换一个名字。") % {"folder": target})
    if target.is_relative_to(settings.FILES_DIR.absolute()):
        raise NotDone(_("备份不能放在存放文件的文件夹 %(folder)s 里面。") % {"folder": settings.FILES_DIR})
    return target


def _clear_leftovers(folder: Path, *, say: Say) -> None:
    """What a backup left that was killed on the spot: half a copy, of use to nobody, and nobody is at it."""
    for part in folder.glob(".*.part"):
        if {path.name for path in part.iterdir()} <= {UNFINISHED, *parts.OURS} and not _at_work(part):
            shutil.rmtree(part)
            say(_("上一次备份中断了，没有做完的 %(folder)s 已删去。") % {"folder": part})


def _at_work(part: Path) -> bool:
    try:
        with (part / UNFINISHED).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """The folder to write into, under another name until it is complete; gone when it does not come to that."""
    part = target.with_name(f".{target.name}.part")
    known = os.umask(0o077)
    try:
        part.mkdir()
    except FileExistsError:
        os.umask(known)
        raise NotDone(_("正有另一次备份在写 %(folder)s。请等它做完，或换一个名字。") % {"folder": target}) from None
    try:
        with parts.private(part / UNFINISHED) as mark:
            fcntl.flock(mark, fcntl.LOCK_EX)
            yield part
    finally:
        os.umask(known)
        shutil.rmtree(part, ignore_errors=True)


def _written(part: Path, *, at: datetime, say: Say, incomplete: bool) -> Manifest:
    # Every question of this transaction, and pg_dump, see the office as it is at its first.
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version_num')::int")
        snapshot, postgres = cursor.fetchone()
        say(_("正在导出数据库。"))
        run("pg_dump", [
            f"--snapshot={snapshot}", "--format=custom", "--schema=public", "--no-owner", "--no-privileges",
            f"--file={part / DUMP}",
        ])  # fmt: skip
        say(_("正在给每张表计数、算校验值。"))
        described, sequences = tables.described(cursor)
        cursor.execute("SELECT classified_network FROM office_installation")
        (classified,) = cursor.fetchone()
        stored = list(StoredFile.objects.order_by("hash").values_list("hash", "size"))
        migrations = sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())
    lost = _copied(stored, part, say=say, incomplete=incomplete)
    return Manifest(
        format=FORMAT, program=VERSION, made_at=timezone.localtime(at).isoformat(timespec="seconds"),
        postgres=postgres, classified_network=classified,
        migrations=migrations, tables=described, sequences=sequences,
        files=len(stored) - len(lost),
        bytes=sum(size for content_hash, size in stored if content_hash not in lost),
        lost=sorted(lost), keys=keys.check_values(),
        parts={name: parts.hash_of(part / name) for name in (DUMP, LIST)},
    )  # fmt: skip


def _copied(stored: list[tuple[str, int]], part: Path, *, say: Say, incomplete: bool) -> set[str]:
    """Copy every stored file; which are lost or damaged. Raises NotDone for those, unless `incomplete`."""
    total = sum(size for _hash, size in stored)
    free = shutil.disk_usage(part).free
    if free < total:
        raise NotDone(
            _("磁盘上只剩 %(free)s，光是文件就有 %(total)s。备份没有做。请腾出空间，或换一个地方。")
            % {"free": size_words(free), "total": size_words(total)}
        )
    lost = set()
    with parts.private(part / LIST) as lines:
        for number, (content_hash, _size) in enumerate(stored, 1):
            place = parts.place_in(part, content_hash)
            place.parent.mkdir(parents=True, exist_ok=True)
            if not _copy(content_hash, place):
                place.unlink(missing_ok=True)
                lost.add(content_hash)
                continue
            lines.write(parts.line_of(content_hash).encode())
            if number % 1000 == 0:
                say(_("文件 %(done)d / %(total)d") % {"done": number, "total": len(stored)})
    if lost and not incomplete:
        raise NotDone(
            _(
                "这台服务器上有 %(n)d 份存放的文件丢失或损坏，第一份是 %(hash)s。"
                "请运行 manage.py verify_chain --files，从以前的备份里补回，再备份；"
                "补不回的，加上 --incomplete 照样备份，清单里写明缺哪些。"
            )
            % {"n": len(lost), "hash": min(lost)}
        )
    return lost


def _copy(content_hash: str, place: Path) -> bool:
    try:
        source = os.open(place_of(content_hash), os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    with os.fdopen(source, "rb") as file:
        return parts.copied(file, place) == content_hash


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _record(made: Made, *, at: datetime, say: Say) -> None:
    try:
        Backup.objects.create(
            made_at=at, finished_at=timezone.now(), name=made.folder.name[:200], program=VERSION, files=made.files,
            bytes=made.bytes,
        )  # fmt: skip
    except DatabaseError as error:
        say(_("备份已做好，但没能记进数据库：%(why)s") % {"why": error})
