"""What lies in a backup's folder, and the words that describe it (backup.json).

    backup.json     when, by which program, of how many rows and files, with the SHA-256 of every part and table
    database.dump   the database, for pg_restore
    files.sha256    every stored file with its SHA-256, as `sha256sum --check files.sha256` reads it
    files/ab/cd/…   the stored files under their hashes
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from office.fullness import is_full

FORMAT = 2
MANIFEST, DUMP, LIST, FILES = "backup.json", "database.dump", "files.sha256", "files"
OURS = {MANIFEST, DUMP, LIST, FILES}
CHUNK = 1024 * 1024
_LINE = re.compile(r"([0-9a-f]{64})  files/[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})")


class NotDone(Exception):
    """Nothing was changed; the sentence says why, and what to do."""


@dataclass(frozen=True)
class Manifest:
    """backup.json. Everything in it was read from one snapshot of the database."""

    format: int
    program: str
    made_at: str
    postgres: int  # the server's version number, such as 180001
    classified_network: bool
    migrations: list[list[str]]
    tables: dict[str, dict[str, Any]]  # {name: {"columns", "rows", "sha256"}}
    sequences: dict[str, int]
    files: int
    bytes: int
    lost: list[str]  # files the database names and the store no longer has
    keys: dict[str, dict[str, str]]  # office/keys.py; never a key
    parts: dict[str, str]  # {name in the folder: SHA-256}

    def text(self) -> str:
        words = asdict(self)
        return json.dumps({**words, "seal": _seal(words)}, indent=1, ensure_ascii=False)


def read_manifest(folder: Path) -> Manifest:
    """Raises NotDone where there is none, it is damaged, or of another format."""
    try:
        words = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(words, dict) and isinstance(words.get("format"), int) and words["format"] != FORMAT:
            raise NotDone(
                _("这份备份的格式是 %(found)s，本版本读的是 %(read)d。请用做这份备份的版本恢复。")
                % {"found": words["format"], "read": FORMAT}
            )
        seal = words.pop("seal")
        manifest = Manifest(**{one.name: words[one.name] for one in fields(Manifest)})
    except FileNotFoundError as error:
        raise NotDone(
            _("%(folder)s 里没有 backup.json：不是本系统的备份，或者没有做完。请换一份。") % {"folder": folder}
        ) from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotDone(_("%(file)s 读不出来，已损坏。请换一份备份。") % {"file": folder / MANIFEST}) from error
    if seal != _seal(words):
        raise NotDone(_("%(file)s 与它自己的校验值不符，已损坏或被改过。请换一份备份。") % {"file": folder / MANIFEST})
    return manifest


def _seal(words: dict) -> str:
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def place_in(folder: Path, content_hash: str) -> Path:
    return folder / FILES / content_hash[:2] / content_hash[2:4] / content_hash


def line_of(content_hash: str) -> str:
    return f"{content_hash}  {place_in(Path(), content_hash).as_posix()}\n"


def listed(folder: Path) -> Iterator[str]:
    """The hashes in files.sha256. Raises NotDone at a line that is none."""
    with (folder / LIST).open(encoding="utf-8") as lines:
        for line in lines:
            found = _LINE.fullmatch(line.rstrip("\n"))
            if found is None or found[1] != found[2]:
                raise NotDone(_("%(file)s 里有读不懂的一行，已损坏。请换一份备份。") % {"file": folder / LIST})
            yield found[1]


def hash_of(path: Path) -> str:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copied(source: IO[bytes], target: Path) -> str:
    """Read and written, never linked: what befalls the one must not befall the other. Returns the SHA-256."""
    digest = hashlib.sha256()
    with private(target) as out:
        while piece := source.read(CHUNK):
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


@contextmanager
def private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that this user alone may read: it holds papers of the office."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file


@contextmanager
def room_or(sentence: str) -> Iterator[None]:
    """A full disk inside becomes NotDone with this sentence."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise NotDone(sentence) from error
        raise


def size_words(count: int) -> str:
    """1.3 GB, 0.4 MB"""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
