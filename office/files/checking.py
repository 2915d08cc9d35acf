"""Whether the office takes a file at all: received to disk, recognised, opened, scanned."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from office.files import apart, kinds, names, scanning
from office.files.unfit import Unfit, no_room, taken
from office.files.uploading import NotReceived
from office.levels import FIRST_STATE_SECRET

Upload = File | IO[bytes]
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Checked:
    """A file that may be stored. It lies at `path`, beside the store, until it is stored or discarded."""

    name: str
    type: str
    size: int
    hash: str
    pages: int | None
    path: Path

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def refuse_state_secret(level: int) -> None:
    """R-SEC-03, before a byte is written: a state secret has no file on an ordinary installation."""
    if level >= FIRST_STATE_SECRET and not settings.CLASSIFIED_NETWORK:
        raise Unfit(
            _(
                "涉密文件不得在本系统存放任何电子文件（《保守国家秘密法》第三十一条，R-SEC-03）。"
                "请去掉附件，只登记编号、来文单位、密级和期限；文件按保密规定以纸质流转。"
            )
        )


def check(upload: Upload, *, name: str) -> Checked:
    """Receive `upload` and see what it really is. The caller stores or discards the answer. Raises Unfit."""
    name = names.clean(name)
    if isinstance(upload, NotReceived):
        raise no_room(name)
    with taken(name):
        path, size, digest = receive(upload, name=name, limit=settings.FILE_SIZE_LIMIT)
    try:
        if size == 0:
            raise Unfit(_("“%(name)s”是空文件。请检查后重新上传。") % {"name": name})
        kind = kinds.recognise(path, name=name)
        pages = _opened(path, kind=kind, name=name) if kind in kinds.SHOWN else None
        scanning.scan(path, name=name)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Checked(name=name, type=kind, size=size, hash=digest, pages=pages, path=path)


# What may have a text layer.
READABLE = frozenset({"pdf", "ofd"})


def lines(one: Checked) -> list[list]:
    """The lines of text in it, as office/files/apart.py gives them; [] where there is none or it cannot be read."""
    try:
        return apart.lines(one.path, kind=one.type)
    except apart.Failed:
        return []


@contextmanager
def checked(uploads: Iterable[File]) -> Iterator[list[Checked]]:
    """Check several before any lock is taken; what the block did not store is gone afterwards.

    Raises Unfit with a sentence for each bad file, parted by line ends: nobody uploads twice to learn twice.
    """
    ready: list[Checked] = []
    wrong: list[str] = []
    try:
        for upload in uploads:
            try:
                ready.append(check(upload, name=upload.name or ""))
            except Unfit as unfit:
                wrong.append(unfit.sentence)
        if wrong:
            raise Unfit("\n".join(wrong))
        yield ready
    finally:
        for one in ready:
            one.discard()


def receive(upload: Upload, *, name: str, limit: int | None) -> tuple[Path, int, str]:
    """Stream to a temporary file on the store's own disk: its path, size in bytes and SHA-256."""
    handle, written = tempfile.mkstemp(dir=room("incoming"))
    path = Path(written)
    size, digest = 0, hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as out:
            for piece in _pieces(upload):
                size += len(piece)
                if limit is not None and size > limit:
                    raise Unfit(_too_large(name, limit=limit))
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, size, digest.hexdigest()


def room(name: str) -> Path:
    """A folder of the store, made when it is first needed."""
    settings.FILES_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
    folder = settings.FILES_DIR / name
    folder.mkdir(mode=0o750, exist_ok=True)
    return folder


def _pieces(upload: Upload) -> Iterator[bytes]:
    if isinstance(upload, File):
        yield from upload.chunks(_CHUNK)
        return
    while piece := upload.read(_CHUNK):
        yield piece


def _too_large(name: str, *, limit: int) -> str:
    return _(
        "“%(name)s”超过了 %(limit)d MB 的上限。请降低扫描分辨率（200 dpi 足够），或分成几个文件，再上传。"
    ) % {"name": name, "limit": limit // (1024 * 1024)}


def _opened(path: Path, *, kind: str, name: str) -> int:
    try:
        return apart.page_count(path, kind=kind)
    except apart.Failed as failed:
        raise Unfit(_why(failed.why) % {"name": name}) from failed


def _why(why: str) -> str:
    if why == "locked":
        return _("“%(name)s”加了打开密码，别人看不了。请去掉密码另存，再上传。")
    if why == "large":
        return _("“%(name)s”的图太大，打不开。请用 300 dpi 以下重新扫描，再上传。")
    if why == "slow":
        return _("“%(name)s”打开太慢，没有收。请重新扫描，或打印成新的 PDF，再上传。")
    if why == "busy":
        return _("现在上传的人多，“%(name)s”没有来得及检查。请稍等一会儿再传。")
    return _("“%(name)s”已损坏或不完整，打不开。请重新扫描或另存，再上传。")
