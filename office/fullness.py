"""What a full disk looks like, wherever it shows."""

import errno

# Full, or somebody's share of it is.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# As programs write it that are not ours, or that ran in a process of their own.
WORDS = ("No space left on device", "Disk quota exceeded")


def is_full(error: OSError) -> bool:
    return error.errno in NO_ROOM


def comes_of_it(error: BaseException | None) -> bool:
    """Whether a full disk is at the bottom of it; some libraries raise an error of their own over it."""
    while error is not None:
        if isinstance(error, OSError) and is_full(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def says_full(words: str) -> bool:
    return any(one in words for one in WORDS)
