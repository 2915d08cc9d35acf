"""Looking through a backup without touching the database: whether every part is there, whole, and of use here."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from office import keys
from office.version import VERSION

from . import parts, programs
from .parts import DUMP, FILES, LIST, OURS, Manifest, NotDone

# Who has lost a whole disk need not read a hundred thousand lines.
SHOWN = 20


@dataclass
class Found:
    """`damage`: why it cannot be restored, a sentence each. `remarks`: what whoever restores has to know."""

    manifest: Manifest
    damage: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def check(source: Path, *, say: Callable[[str], object]) -> Found:
    """Read every byte of a backup and compare it with backup.json. Raises NotDone where that cannot be read."""
    found = Found(parts.read_manifest(source))
    _check_use(found)
    for name in (DUMP, LIST):
        say(_("正在核对 %(name)s。") % {"name": name})
        found.damage += _wrong(source / name, found.manifest.parts.get(name, ""), name=name)
    if not found.damage:
        found.damage += _wrong_dump(source, found.manifest)
        found.damage += _wrong_files(source, found, say=say)
    found.remarks += _closed(found.manifest)
    return found


def _check_use(found: Found) -> None:
    """Whether this program and this installation may take it at all."""
    manifest = found.manifest
    known = {tuple(key) for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    newer = [one for one in manifest.migrations if tuple(one) not in known]
    if newer:
        found.damage.append(
            _(
                "这份备份是较新的程序（%(theirs)s）做的，本机的程序（%(ours)s）不认识它的数据表，例如 %(example)s。"
                "请先升级程序。"
            )
            % {"theirs": manifest.program, "ours": VERSION, "example": ".".join(newer[0])}
        )
    elif len(manifest.migrations) < len(known):
        found.remarks.append(
            _("备份是较早的程序（%(theirs)s）做的，恢复以后请运行 manage.py migrate。") % {"theirs": manifest.program}
        )
    if manifest.classified_network and not settings.CLASSIFIED_NETWORK:
        found.damage.append(
            _("这份备份出自涉密网络，只能恢复到声明了 CLASSIFIED_NETWORK=1 的涉密网络上（R-SEC-03）。")
        )
    if manifest.lost:
        found.remarks.append(
            _("做备份时就少了 %(n)d 份文件，它们回不来，第一份是 %(hash)s。")
            % {"n": len(manifest.lost), "hash": manifest.lost[0]}
        )


def _wrong(path: Path, digest: str, *, name: str) -> list[str]:
    try:
        return [] if parts.hash_of(path) == digest else [_("%(name)s 已损坏。") % {"name": name}]
    except FileNotFoundError:
        return [_("缺 %(name)s。") % {"name": name}]
    except OSError as error:
        return [_("%(name)s 读不出来：%(why)s") % {"name": name, "why": error.strerror}]


def _wrong_dump(source: Path, manifest: Manifest) -> list[str]:
    try:
        told = programs.contents(source / DUMP)
    except NotDone as error:
        return [str(error)]
    held = {line.split(" TABLE DATA public ")[1].split(" ")[0] for line in told.splitlines() if " TABLE DATA " in line}
    missing = sorted(set(manifest.tables) - held)
    return [_("database.dump 里没有数据表 %(name)s。") % {"name": name} for name in missing[:SHOWN]]


def _wrong_files(source: Path, found: Found, *, say: Callable[[str], object]) -> list[str]:
    wrong: list[str] = []
    listed = list(parts.listed(source))
    if len(listed) != found.manifest.files:
        wrong.append(
            _("清单里有 %(n)d 份文件，应有 %(all)d 份。") % {"n": len(listed), "all": found.manifest.files}
        )
    for number, content_hash in enumerate(listed, 1):
        path = parts.place_in(source, content_hash)
        wrong += _wrong(path, content_hash, name=path.relative_to(source).as_posix())
        if number % 1000 == 0:
            say(_("文件 %(done)d / %(total)d") % {"done": number, "total": len(listed)})
    if len(wrong) > SHOWN:
        wrong = [*wrong[:SHOWN], _("还有 %(n)d 处。") % {"n": len(wrong) - SHOWN}]
    strangers = _strangers(source, set(listed))
    if strangers:
        found.remarks.append(
            _("文件夹里有 %(n)d 份不属于这份备份的文件，例如 %(name)s。恢复时不理会它们。")
            % {"n": len(strangers), "name": strangers[0]}
        )
    return wrong


def _strangers(source: Path, listed: set[str]) -> list[str]:
    ours = OURS - {FILES}
    found = []
    for folder, _folders, names in os.walk(source):
        for name in names:
            path = (Path(folder) / name).relative_to(source)
            if path.as_posix() not in ours and not (path.parts[0] == FILES and path.name in listed):
                found.append(path.as_posix())
    return sorted(found)


def _closed(manifest: Manifest) -> list[str]:
    """What stays closed here, for want of a key the office had when it was backed up."""
    lacking = keys.closed(manifest.keys)
    if not lacking:
        return [_("本机的密钥就是备份时的密钥。")]
    words = []
    for key in lacking:
        if isinstance(key, str):
            words.append(_("备份用过密钥 %(code)s，本机的程序不认识它；靠它的内容打不开。") % {"code": key})
        else:
            words.append(
                _("本机的 %(code)s 不是备份时的那一把。打不开的：%(closed)s%(remedy)s")
                % {"code": key.code, "closed": key.closed, "remedy": key.remedy}
            )
    return words
