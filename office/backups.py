"""One file holds the whole office: its database and every stored file, each checked on the way back in."""

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from office import embedded, roles
from office.files.storing import place_of, put_back
from office.models.files import StoredFile
from office.version import VERSION

FORMAT = 1
CHUNK = 1024 * 1024
Say = Callable[[str], None]


class NotDone(Exception):
    """Nothing was changed; the sentence says why."""


def backup(target: Path, *, at: datetime, say: Say) -> int:
    """Write the office into one tar file and return how many stored files it holds.

    The dump comes first: a file it names was stored before, and the store only grows. The target appears
    when it is complete; an older one of that name is replaced by then. Raises NotDone.
    """
    target = target.resolve()
    if not target.parent.is_dir():
        raise NotDone(_("没有文件夹 %(folder)s。") % {"folder": target.parent})
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder) / "database.dump"
        say(_("正在导出数据库。"))
        _run("pg_dump", ["--format=custom", "--schema=public", "--no-owner", "--no-privileges", f"--file={dump}"])
        part = Path(folder) / "part.tar"
        with _private(part) as file, tarfile.open(fileobj=file, mode="w") as tar:
            hashes = list(StoredFile.objects.order_by("hash").values_list("hash", flat=True))
            words = {
                "format": FORMAT, "version": VERSION, "made_at": at.isoformat(), "database": _hash_of(dump),
                "files": len(hashes),
            }
            _add_words(tar, "backup.json", json.dumps(words, indent=1).encode())
            tar.add(dump, arcname="database.dump")
            lost = [one for one in hashes if not place_of(one).exists()]
            if lost:
                raise NotDone(
                    _(
                        "这台服务器上少了 %(n)d 份存放的文件，第一份是 %(hash)s。"
                        "请先运行 manage.py verify_chain --files，把文件补回再备份。"
                    )
                    % {"n": len(lost), "hash": lost[0]}
                )
            for number, one in enumerate(hashes, 1):
                tar.add(place_of(one), arcname=f"files/{one}")
                if number % 1000 == 0:
                    say(_("文件 %(done)d / %(total)d") % {"done": number, "total": len(hashes)})
        part.replace(target)
    return len(hashes)


def restore(source: Path, *, say: Say) -> int:
    """Put a backup into an empty database; returns how many files came back.

    The whole file is checked before anything is written; the database comes back in one transaction or not
    at all. Raises NotDone.
    """
    if connection.introspection.table_names():
        raise NotDone(_("这个数据库里已经有数据表，请恢复到空的数据库里。"))
    with _opened(source) as tar, tempfile.TemporaryDirectory(prefix="antou-restore-") as folder:
        dump = Path(folder) / "database.dump"
        say(_("正在核对备份。"))
        words = _checked(tar, dump=dump)
        say(_("正在恢复数据库。"))
        connection.close()
        # Naming the schema leaves out the line that would make it again.
        _run("pg_restore", [
            "--schema=public", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(dump),
        ])
        roles.grant(connection, app_role=settings.DATABASE_APP_ROLE)
        say(_("正在恢复文件。"))
        for member in _files_in(tar):
            put_back(_reader(tar, member), content_hash=member.name.removeprefix("files/"))
    return words["files"]


def _run(program: str, arguments: list[str]) -> None:
    """A PostgreSQL program on the office's database; the password goes by environment, never by argument."""
    where = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": where["HOST"], "PGPORT": where["PORT"], "PGUSER": where["USER"], "PGPASSWORD": where["PASSWORD"],
    }
    command = [str(embedded.program(program)), "--no-password", f"--dbname={where['NAME']}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotDone(_("%(program)s 没有完成：%(why)s") % {"program": program, "why": done.stderr.strip()[-2000:]})


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """It holds every paper of the office: readable by this user alone."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, mode="r:") as tar:
            yield tar
    except (OSError, tarfile.TarError) as error:
        raise NotDone(_("%(file)s 不能当作备份读取：%(why)s") % {"file": source, "why": error}) from error


def _add_words(tar: tarfile.TarFile, name: str, words: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(words)
    tar.addfile(member, io.BytesIO(words))


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files_in(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    return (member for member in tar if member.name.startswith("files/"))


def _checked(tar: tarfile.TarFile, *, dump: Path) -> dict:
    """What backup.json says, after every part has been compared with its hash. Raises NotDone."""
    try:
        words = json.loads(_reader(tar, tar.getmember("backup.json")).read())
        member = tar.getmember("database.dump")
    except (KeyError, ValueError) as error:
        raise NotDone(_("这不是本系统的备份文件。")) from error
    if words.get("format") != FORMAT:
        raise NotDone(
            _("这份备份的格式是 %(found)s，本版本读的是 %(read)d。") % {"found": words.get("format"), "read": FORMAT}
        )
    with dump.open("wb") as out:
        for piece in _pieces(_reader(tar, member)):
            out.write(piece)
    if _hash_of(dump) != words["database"]:
        raise NotDone(_("备份里的数据库已损坏。"))
    count = 0
    for member in _files_in(tar):
        digest = hashlib.sha256()
        for piece in _pieces(_reader(tar, member)):
            digest.update(piece)
        if digest.hexdigest() != member.name.removeprefix("files/"):
            raise NotDone(_("备份里的文件 %(name)s 已损坏。") % {"name": member.name})
        count += 1
    if count != words["files"]:
        raise NotDone(
            _("备份不完整：应有 %(all)d 份文件，只有 %(n)d 份。") % {"all": words["files"], "n": count}
        )
    return words


def _reader(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    found = tar.extractfile(member)
    if found is None:
        raise NotDone(_("备份里的 %(name)s 不是普通文件。") % {"name": member.name})
    return found


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(CHUNK):
        yield piece
