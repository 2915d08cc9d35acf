"""The demo office: invented people with their settings at once, and behind them the papers of every app.

`office` knows no app: one that has something to show says so in its ready() (`adds`). Everything is written
piece by piece, each piece and the count of pieces in one transaction: whoever is interrupted goes on later.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from office.models.dials import Setting
from office.models.people import User

from . import books, people

# Printed on the terminal and on the login page, and good for this one database: see `begin`.
PASSWORD = "Antou-demo-2026"
SETTING = "demo"
# The worker writes this many pieces and asks to be called again, so that Ctrl+C never waits for long.
CHUNK = 8
# Whoever is filling says so at every piece; silent for longer than this, he is gone.
SILENT = timedelta(minutes=2)
# Beside the locks of office/jobs.py; any fixed number of our own.
LOCK = 0x616E746F75

Piece = Callable[[], None]
# work(began, papers=None) -> the pieces of one app, the same ones whenever it is asked again.
Work = Callable[..., Sequence[Piece]]
_works: list[str] = []


class Refused(Exception):
    """This installation does not become a demo; the text says why."""


def adds(work: str) -> None:
    """An app's pieces, by dotted path to a function `work(began, *, papers)`; imported only where it is filled."""
    if work not in _works:
        _works.append(work)


def state() -> dict[str, Any] | None:
    """What has been written: began, papers, done, total, at. None where this is no demo office."""
    row = Setting.objects.filter(code=SETTING).first()
    return None if row is None else row.value


def begin(now: datetime, *, papers: int | None = None) -> bool:
    """People, chairs, books and settings, all or nothing; False when they are there already.

    `papers` makes it a smaller office. Raises Refused where somebody has a real account.
    """
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        _alone_in_transaction()
        if state() is not None:
            return False
        if User.objects.exists():
            raise Refused(
                _("这里已经有真实账户，不是演示环境，没有写入任何演示数据。请换一个空的数据库（ANTOU_VAR或DATABASE_URL）再试。")
            )
        people.make(password=PASSWORD, now=now)
        books.make(now=now)
        value = {"began": now.isoformat(), "papers": papers, "done": 0, "total": 0, "at": now.isoformat()}
        value["total"] = len(_pieces(value))
        # Nobody changed a setting: no entry in the administrators' history.
        Setting.objects.bulk_create([Setting(code=SETTING, value=value)])
        return True


def fill(*, count: int | None = None, said: Callable[[int, int], object] = lambda done, total: None) -> bool:
    """Write the next `count` pieces (all without it); whether some are left. Safe beside itself: the second
    one to come does nothing, and says that nothing is left to him."""
    if not _lock("pg_try_advisory_lock"):
        return False
    try:
        with translation.override(settings.LANGUAGE_CODE):
            return _fill(count, said)
    finally:
        _lock("pg_advisory_unlock")


def _fill(count: int | None, said: Callable[[int, int], object]) -> bool:
    value = state()
    if value is None:
        return False
    pieces = _pieces(value)[: value["total"]]
    last = len(pieces) if count is None else min(len(pieces), value["done"] + count)
    for piece in pieces[value["done"] : last]:
        with transaction.atomic():
            piece()
            value = {**value, "done": value["done"] + 1, "at": timezone.now().isoformat()}
            Setting.objects.filter(code=SETTING).update(value=value)
        said(value["done"], value["total"])
    return last < len(pieces)


def _pieces(value: dict[str, Any]) -> list[Piece]:
    began = datetime.fromisoformat(value["began"])
    return [piece for work in _works for piece in import_string(work)(began, papers=value["papers"])]


def filling(now: datetime) -> tuple[int, int] | None:
    """How many of how many pieces are written while somebody is writing; None before, after, and when he is gone."""
    value = state()
    if value is None or value["done"] >= value["total"]:
        return None
    if now - datetime.fromisoformat(value["at"]) > SILENT:
        return None
    return value["done"], value["total"]


def accounts() -> dict[str, Any]:
    """For the login page of a demo office: demo_accounts [{username, who}] and demo_password; else nothing."""
    if state() is None:
        return {}
    shown = [{"username": one.username, "who": f"{one.name} · {one.title}：{one.hint}"} for one in people.accounts()]
    return {"demo_accounts": shown, "demo_password": PASSWORD}


def _lock(function: str) -> bool:
    # The connection's own: a worker that is killed lets go.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _alone_in_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK + 1])
