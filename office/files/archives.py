"""Looking into ZIP files, and into DOCX, XLSX and OFD, which are ZIP files too, without unpacking to disk."""

import io
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from office.files import compound, names
from office.files.unfit import Unfit

# A register of a year's scans has some thousands; a forged archive has a million.
MEMBERS = 5_000
# Unpacked, in multiples of the limit for one file; measured while reading, never believed.
TIMES_THE_LIMIT = 8
# XML of a large sheet shrinks 60 times, a row of zeros 1,000 times. Small archives are not asked.
RATIO = 200
RATIO_FROM = 20 * 1024 * 1024
# A ZIP may hold a ZIP, which may hold documents; no deeper.
DEPTH = 2
# Office documents hold documents (a table in a text); forged ones hold themselves.
DEPTH_OF_ALL = 6

PROGRAMS = frozenset({
    "exe", "dll", "com", "scr", "pif", "cpl", "msi", "msp", "mst", "bat", "cmd", "ps1", "psm1", "vbs",
    "vbe", "js", "jse", "wsf", "wsh", "hta", "lnk", "url", "reg", "inf", "sys", "drv", "ocx", "jar",
    "class", "dex", "apk", "app", "sh", "bash", "run", "bin", "elf", "so", "dylib", "deb", "rpm", "dmg",
    "pkg", "py", "pl", "rb", "php", "jsp", "asp", "aspx", "chm", "gadget", "docm", "dotm", "xlsm", "xltm",
    "xlam", "xlsb", "pptm", "potm", "ppam",
})
# Parts of Office documents: printer settings and embedded objects are called .bin there.
_PROGRAMS_IN_DOCUMENTS = PROGRAMS - {"bin"}
_PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"dex\n")
# Archives we cannot look into.
_CLOSED = frozenset({
    "rar", "7z", "gz", "tgz", "bz2", "xz", "zst", "tar", "cab", "iso", "img", "lzh", "arj", "ace", "z",
})
_CLOSED_STARTS = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF", b"\x28\xb5\x2f\xfd")

_CHUNK = 256 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_END = b"PK\x05\x06"


@dataclass
class _Budget:
    """What is left for the whole upload, nested archives included."""

    name: str
    packed: int
    members: int = MEMBERS
    unpacked: int = 0

    @property
    def limit(self) -> int:
        return settings.FILE_SIZE_LIMIT * TIMES_THE_LIMIT

    def count(self, more: int) -> None:
        self.unpacked += more
        too_dense = self.unpacked > RATIO_FROM and self.unpacked > self.packed * RATIO
        if self.unpacked > self.limit or too_dense:
            raise Unfit(
                _("“%(name)s”解压后大得不正常，没有收。请直接上传里面的文件，或分成几包。")
                % {"name": self.name}
            )

    def take(self, members: int) -> None:
        self.members -= members
        if self.members < 0:
            raise Unfit(
                _("“%(name)s”里的文件太多（超过 %(most)d 个）。请分成几包，再上传。")
                % {"name": self.name, "most": MEMBERS}
            )


def macro_sentence(name: str) -> str:
    return _(
        "“%(name)s”里有宏（会自己运行的程序），不能收。请另存为不带宏的 .docx、.xlsx 或 PDF，再上传。"
    ) % {"name": name}


def inspect(file: IO[bytes], *, name: str) -> str:
    """docx, xlsx, ofd or zip; "" for what is a ZIP but none of these. Reads every member. Raises Unfit."""
    size = file.seek(0, io.SEEK_END)
    return _inspect(file, budget=_Budget(name, packed=size), plain=0, depth=1)


def ends_as_archive(file: IO[bytes]) -> bool:
    """Whether a ZIP hangs at the end of another file: two programs would read two different things."""
    return _directory(file) is not None


def _directory(file: IO[bytes]) -> tuple[int, int, int, int] | None:
    """Members, size and offset of the central directory and where its end record stands, or None.

    Only an end record whose comment runs exactly to the end of the file counts.
    """
    size = file.seek(0, io.SEEK_END)
    reach = min(size, 65_557)
    file.seek(size - reach)
    tail = file.read(reach)
    place = tail.rfind(_END)
    while place >= 0:
        if place + 22 <= len(tail):
            members, length, offset, comment = struct.unpack_from("<HIIH", tail, place + 10)
            if place + 22 + comment == len(tail):
                return members, length, offset, size - reach + place
        place = tail.rfind(_END, 0, place)
    return None


def _broken(name: str) -> Unfit:
    return Unfit(_("“%(name)s”已损坏或不完整，打不开。请重新压缩或另存，再上传。") % {"name": name})


def _inspect(file: IO[bytes], *, budget: _Budget, plain: int, depth: int) -> str:
    """`plain` counts the plain ZIPs around this one, `depth` everything around it and itself."""
    found = _directory(file)
    if found is None:
        raise _broken(budget.name)
    members, length, offset, place = found
    # Read before zipfile builds an object per member. Files of our size never need ZIP64.
    if members == 0xFFFF or length > MEMBERS * 1024:
        budget.take(MEMBERS + 1)
    if members == 0:
        raise Unfit(_("“%(name)s”是空的压缩包。请检查后重新上传。") % {"name": budget.name})
    if offset + length != place:
        raise _broken(budget.name)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if min(entry.header_offset for entry in entries) != 0:
                raise _broken(budget.name)
            budget.take(len(entries))
            kind = _kind({entry.filename for entry in entries})
            _names(entries, budget=budget)
            if kind == "zip":
                plain += 1
            if plain > DEPTH or depth > DEPTH_OF_ALL:
                raise Unfit(
                    _("“%(name)s”里压缩包套了太多层。请解开里面的压缩包，再上传。") % {"name": budget.name}
                )
            for entry in entries:
                if not entry.is_dir():
                    _member(archive, entry, kind=kind, budget=budget, plain=plain, depth=depth)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, OSError, ValueError) as error:
        raise _broken(budget.name) from error
    except NotImplementedError as error:
        raise Unfit(
            _("“%(name)s”的压缩方式系统不认识。请用普通 ZIP 方式重新压缩，再上传。") % {"name": budget.name}
        ) from error
    return kind


def _kind(inside: set[str]) -> str:
    if "OFD.xml" in inside:
        return "ofd"
    if "[Content_Types].xml" in inside:
        if "word/document.xml" in inside:
            return "docx"
        if "xl/workbook.xml" in inside:
            return "xlsx"
        # Another Office format (slides, drawings): not on the list.
        return ""
    return "zip"


def _written(entry: zipfile.ZipInfo) -> str:
    """The member's name as its author saw it: without the UTF-8 mark it is GBK on Chinese desktops."""
    if entry.flag_bits & 0x800:
        return entry.orig_filename
    try:
        return entry.orig_filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return entry.orig_filename


def _names(entries: list[zipfile.ZipInfo], *, budget: _Budget) -> None:
    """No path out of the folder, no link, no second member of the same name, no lock."""
    seen: set[str] = set()
    for entry in entries:
        path = _written(entry)
        words = {"name": budget.name, "member": names.visible(path)[:80]}
        mode = entry.external_attr >> 16
        odd = stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR)
        if odd or _tricky(path) or _tricky(entry.orig_filename):
            raise Unfit(
                _("“%(name)s”里有不安全的路径（%(member)s），没有收。请解压后重新压缩，再上传。") % words
            )
        if entry.filename in seen:
            raise Unfit(
                _("“%(name)s”里有两个同名的文件（%(member)s）。请解压后重新压缩，再上传。") % words
            )
        seen.add(entry.filename)
        if entry.flag_bits & 0x1:
            raise Unfit(
                _("“%(name)s”加了密码，系统无法检查里面的文件。请去掉密码，再上传。") % words
            )


def _tricky(path: str) -> bool:
    return (
        path.startswith("/")
        or "\\" in path
        or re.match(r"[A-Za-z]:", path) is not None
        or ".." in path.split("/")
        or any(ord(char) < 32 for char in path)
    )


def _member(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, kind: str, budget: _Budget, plain: int, depth: int
) -> None:
    path = _written(entry)
    extension = names.extension(path.rsplit("/", 1)[-1].rstrip(" ."))
    if path.rsplit("/", 1)[-1].lower() == "vbaproject.bin":
        raise Unfit(macro_sentence(budget.name))
    if extension in (PROGRAMS if kind == "zip" else _PROGRAMS_IN_DOCUMENTS):
        raise _program(budget.name, path)
    with archive.open(entry) as member:
        head = member.read(_CHUNK)
        budget.count(len(head))
        if head.startswith(_PROGRAM_STARTS) or (kind == "zip" and head.startswith(b"#!")):
            raise _program(budget.name, path)
        if kind == "zip" and (extension in _CLOSED or head.startswith(_CLOSED_STARTS)):
            raise Unfit(
                _("“%(name)s”里有系统不能检查的压缩包（%(member)s）。请解开后用 ZIP 重新压缩，再上传。")
                % {"name": budget.name, "member": names.visible(path)[:80]}
            )
        nested = head.startswith((b"PK\x03\x04", b"PK\x05\x06", compound.SIGNATURE))
        if not nested:
            while piece := member.read(_CHUNK):
                budget.count(len(piece))
            return
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
            piece = head
            while piece:
                copy.write(piece)
                piece = member.read(_CHUNK)
                budget.count(len(piece))
            _nested(copy, head, path=path, budget=budget, plain=plain, depth=depth)


def _nested(copy: IO[bytes], head: bytes, *, path: str, budget: _Budget, plain: int, depth: int) -> None:
    if head.startswith(compound.SIGNATURE):
        try:
            inside = compound.contents(copy)
        except compound.Damaged:
            # An embedded object in a dialect of its own; nothing can start from it by itself.
            return
        if inside.has_macros:
            raise Unfit(macro_sentence(budget.name))
        return
    _inspect(copy, budget=budget, plain=plain, depth=depth + 1)


def _program(name: str, path: str) -> Unfit:
    return Unfit(
        _("“%(name)s”里有程序文件（%(member)s），不能收。请去掉程序，只留文档和图片，再上传。")
        % {"name": name, "member": names.visible(path)[:80]}
    )
