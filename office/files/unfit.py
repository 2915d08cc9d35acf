"""What a person is told about a file the office does not take."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from office.acting.door import Refused
from office.fullness import is_full


class Unfit(Refused):
    """This file is not taken. `str()` is one sentence per file, each naming it and saying what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="files")


def no_room(name: str) -> Unfit:
    return Unfit(
        _(
            "服务器上存文件的磁盘满了，“%(name)s”没有收。填的内容还在这一页上：请先告诉系统管理员，腾出空间后再选一次文件、"
            "再提交。"
        )
        % {"name": name}
    )


@contextmanager
def taken(name: str) -> Iterator[None]:
    """A full disk inside is told as any other reason why this file is not taken. Raises Unfit."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise no_room(name) from error
        raise
