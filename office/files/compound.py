"""What lies inside an OLE compound file (DOC, XLS, WPS), read just far enough to tell them apart."""

import struct
from dataclasses import dataclass
from typing import IO

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA  # this number and those above it mark ends and gaps
_NOBODY = 0xFFFFFFFF
_ENTRY = 128
# A Word file with thousands of embedded objects stays far below; a forged one must not keep us busy.
_MOST_ENTRIES = 100_000


class Damaged(ValueError):
    """The file says it is a compound file and its tables cannot be followed."""


@dataclass(frozen=True)
class Contents:
    """Names in small letters: `top` directly under the root, `all` wherever they are."""

    top: frozenset[str]
    all: frozenset[str]

    @property
    def has_macros(self) -> bool:
        return bool(self.all & {"macros", "vba", "_vba_project", "_vba_project_cur"})


@dataclass(frozen=True)
class _Entry:
    name: str
    left: int
    right: int
    child: int


def contents(file: IO[bytes]) -> Contents:
    """Read the directory from `file`, which must be seekable. Raises Damaged."""
    try:
        entries = _entries(file)
    except (struct.error, IndexError) as error:
        raise Damaged("the tables end too early") from error
    if not entries:
        raise Damaged("no root entry")
    top: set[str] = set()
    waiting, seen = [entries[0].child], set()
    while waiting:
        number = waiting.pop()
        if number == _NOBODY or number in seen:
            continue
        if number >= len(entries):
            raise Damaged("an entry points outside the directory")
        seen.add(number)
        top.add(entries[number].name)
        waiting += [entries[number].left, entries[number].right]
    return Contents(frozenset(top), frozenset(entry.name for entry in entries if entry.name))


def _entries(file: IO[bytes]) -> list[_Entry]:
    file.seek(0)
    header = file.read(512)
    if not header.startswith(SIGNATURE):
        raise Damaged("no signature")
    (shift,) = struct.unpack_from("<H", header, 30)
    if shift not in (9, 12):
        raise Damaged("strange sector size")
    size = 1 << shift

    def sector(number: int) -> bytes:
        file.seek((number + 1) * size)
        return file.read(size)

    tables = [number for number in struct.unpack_from("<109I", header, 76) if number < _LAST_SECTOR]
    more, count = struct.unpack_from("<II", header, 68)
    for _step in range(min(count, 10_000)):
        if more >= _LAST_SECTOR:
            break
        numbers = struct.unpack(f"<{size // 4}I", sector(more))
        tables += [number for number in numbers[:-1] if number < _LAST_SECTOR]
        more = numbers[-1]

    found: list[_Entry] = []
    (here,) = struct.unpack_from("<I", header, 48)
    seen: set[int] = set()
    while here < _LAST_SECTOR:
        if here in seen or len(found) > _MOST_ENTRIES:
            raise Damaged("the directory runs in a circle")
        seen.add(here)
        block = sector(here)
        for place in range(0, size, _ENTRY):
            found.append(_entry(block, place))
        table = tables[here // (size // 4)]
        file.seek((table + 1) * size + here % (size // 4) * 4)
        (here,) = struct.unpack("<I", file.read(4))
    return found


def _entry(block: bytes, place: int) -> _Entry:
    (length,) = struct.unpack_from("<H", block, place + 64)
    name = block[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
    left, right, child = struct.unpack_from("<III", block, place + 68)
    return _Entry(name.lower(), left, right, child)
