"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole(target: Path, *, mode: int) -> Iterator[Path]:
    """A path beside `target` to write to: it takes the target's place when the block ends well and is deleted when
    it does not. Two writers of the same target never see each other's half."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    os.close(handle)
    path = Path(name)
    try:
        yield path
        path.chmod(mode)
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)
