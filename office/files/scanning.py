"""The optional virus scan: a file is streamed to clamd, and what could not be scanned is not taken."""

import socket
import struct
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from office.files.unfit import Unfit

SECONDS = 60
_CHUNK = 64 * 1024


def scan(path: Path, *, name: str) -> None:
    """Nothing when CLAMD_SOCKET (a path, or host:port) is not set. Raises Unfit."""
    if not settings.CLAMD_SOCKET:
        return
    try:
        answer = _ask(path)
    except OSError as error:
        raise _unscanned(name) from error
    if answer.endswith("OK"):
        return
    if answer.endswith("FOUND"):
        found = answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise Unfit(
            _("“%(name)s”里查出病毒（%(found)s），没有收。请告诉系统管理员，并请来文单位重发。")
            % {"name": name, "found": found}
        )
    raise _unscanned(name)


def _unscanned(name: str) -> Unfit:
    return Unfit(
        _("“%(name)s”没能查毒，所以没有收。请稍后再传；如果一直这样，请告诉系统管理员。") % {"name": name}
    )


def _ask(path: Path) -> str:
    """clamd's INSTREAM: pieces with their length before them, an empty one at the end, one line back."""
    with _connected() as line, path.open("rb") as file:
        line.sendall(b"zINSTREAM\0")
        while piece := file.read(_CHUNK):
            line.sendall(struct.pack("!I", len(piece)) + piece)
        line.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < 4096:
            piece = line.recv(4096)
            if not piece:
                break
            answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", errors="replace").strip()


def _connected() -> socket.socket:
    address = settings.CLAMD_SOCKET.removeprefix("unix:")
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise OSError("CLAMD_SOCKET is a path or host:port")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)
