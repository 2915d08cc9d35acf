"""Bringing an office back: everything is checked, then the files come, then the database in one transaction."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from office import roles
from office.files.storing import place_of, put_back

from . import parts, programs, tables
from .checking import check
from .parts import DUMP, Manifest, NotDone, size_words

Say = Callable[[str], object]
# The owner of the database may do both; what the old one held goes in the transaction that brings the new one.
EMPTIED = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    remarks: list[str]
    # Where files of the office that was replaced lie now.
    aside: Path | None


def restore(source: Path, *, at: datetime, say: Say, over: str | None = None) -> Restored:
    """Put a backup into an empty database and an empty store, or over what is there if `over` says the word.

    The word is the number of papers that will be gone: whoever writes it has seen it. Files are only added until the
    database is back, in one transaction that ends with the proof of every table; so whenever it breaks off, either
    nothing has changed or everything is there. Raises NotDone.
    """
    found = check(source, say=say)
    if found.damage:
        raise NotDone("\n".join([_("这份备份不能恢复，什么也没有改动："), *found.damage]))
    replacing = _must_be_free(over)
    listed = set(parts.listed(source))
    foreign = [one for one in _stored() if one not in listed]
    if foreign and not replacing:
        raise NotDone(
            _(
                "数据库是空的，可是存放文件的文件夹 %(folder)s 里有 %(n)d 份别的文件。请核对 FILES_DIR；"
                "确实不要的，先移到别处再恢复。"
            )
            % {"folder": settings.FILES_DIR, "n": len(foreign)}
        )
    _bring_files(source, listed, found.manifest, say=say)
    say(_("正在恢复数据库，并逐表核对。"))
    _bring_database(source, found.manifest, replacing=replacing)
    aside = _put_aside(foreign, at=at) if replacing and foreign else None
    return Restored(manifest=found.manifest, remarks=found.remarks, aside=aside)


def _must_be_free(over: str | None) -> bool:
    """Whether something is replaced. Raises NotDone where nobody said it might be, or somebody is still at work."""
    there = connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = %s"
            " AND pid <> pg_backend_pid()",
            [settings.DATABASE_APP_ROLE],
        )
        if cursor.fetchone()[0]:
            raise NotDone(
                _("还有程序连着这个数据库。请先停下 web、worker 和 beat，再恢复。什么也没有改动。")
            )
        if not there:
            return False
        word = "0"
        if "office_case" in there:
            cursor.execute("SELECT count(*) FROM office_case")
            word = str(cursor.fetchone()[0])
    if over is None:
        raise NotDone(
            _(
                "这个数据库里已经有一个办公室（%(n)s 件文件），什么也没有改动。请恢复到空的数据库里；真要用备份替换它，"
                "先给现在的做一份备份，再加上 --over %(n)s（就是将被替换的件数）。"
            )
            % {"n": word}
        )
    if over != word:
        raise NotDone(
            _("--over 后面要写将被替换的件数：现在是 %(n)s，不是 %(given)s。什么也没有改动。")
            % {"n": word, "given": over}
        )
    return True


def _stored() -> Iterator[str]:
    """The names of the files that lie in the store."""
    for path in settings.FILES_DIR.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
        yield path.name


def _bring_files(source: Path, listed: set[str], manifest: Manifest, *, say: Say) -> None:
    settings.FILES_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
    there = listed.intersection(_stored())
    if there:
        say(_("已有这份备份的 %(n)d 份文件（多半是上次恢复中断时放进去的），接着做。") % {"n": len(there)})
    free = shutil.disk_usage(settings.FILES_DIR).free
    coming = sum(parts.place_in(source, one).stat().st_size for one in listed - there)
    if free < coming:
        raise NotDone(
            _("磁盘上只剩 %(free)s，要恢复的文件有 %(total)s。什么也没有改动。请腾出空间再恢复。")
            % {"free": size_words(free), "total": size_words(coming)}
        )
    say(_("正在恢复文件。"))
    no_room = _(
        "磁盘写满了，恢复没有做成：数据库没有改动，已放进去的文件不碍事。请腾出空间，再运行一次同样的命令。"
    )
    for number, content_hash in enumerate(sorted(listed), 1):
        with parts.room_or(no_room), parts.place_in(source, content_hash).open("rb") as content:
            try:
                put_back(content, content_hash=content_hash)
            except ValueError as error:
                raise NotDone(
                    _("备份里的文件 %(name)s 刚刚变了或读错了：数据库没有改动。请再核对一遍备份。")
                    % {"name": content_hash}
                ) from error
        if number % 1000 == 0:
            say(_("文件 %(done)d / %(total)d") % {"done": number, "total": manifest.files})


def _bring_database(source: Path, manifest: Manifest, *, replacing: bool) -> None:
    rights = roles.statements(set(manifest.tables), app_role=settings.DATABASE_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        (server,) = cursor.fetchone()
    no_room = _("数据库的磁盘写满了，恢复没有做成，数据库没有改动。请腾出空间，再运行一次同样的命令。")
    try:
        with parts.room_or(no_room):
            programs.restore_dump(
                source / DUMP,
                server=server,
                before=EMPTIED if replacing else (),
                after=["SET LOCAL search_path = public", *rights, *tables.proof(manifest.tables, manifest.sequences)],
            )
    finally:
        # What this connection knows of the tables is not true any more.
        connection.close()
    with connection.cursor() as cursor:
        # The first questions would otherwise be planned for empty tables.
        cursor.execute("ANALYZE")


def _put_aside(foreign: list[str], *, at: datetime) -> Path:
    """Files only the replaced office had. Not removed: its database may yet be wanted from its own backup."""
    aside = settings.FILES_DIR / f"replaced-{at.strftime('%Y%m%dT%H%M%S')}"
    for content_hash in foreign:
        place = aside / content_hash[:2] / content_hash[2:4] / content_hash
        place.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        place_of(content_hash).replace(place)
    return aside
