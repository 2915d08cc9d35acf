"""The parts an office runs on, and whether each is well; the checks are django-health-check's, and some of our own."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from health_check import Cache, Database, HealthCheck
from health_check.contrib.celery import Ping
from health_check.exceptions import ServiceUnavailable

from office import beat, outbox
from office.celery import app
from office.files.checking import room
from office.models.backups import Backup
from office.models.cases import Anchor, Turn
from office.models.files import Job
from office.models.outbox import Message

# Its own log line would repeat, with a traceback, what is answered.
logging.getLogger("health_check").setLevel(logging.CRITICAL)
SECONDS = timedelta(seconds=2)
# After so many tries in vain somebody should look; before that it may be a hiccup.
STUCK = 3


@dataclass
class BeatIsHeard(HealthCheck):
    def run(self) -> None:
        silent = beat.silent_for()
        if silent is None or silent > beat.SILENT:
            raise ServiceUnavailable("no sign of celery beat")


@dataclass
class StoreTakesFiles(HealthCheck):
    def run(self) -> None:
        try:
            with tempfile.TemporaryFile(dir=room("incoming")) as file:
                file.write(b"well?")
                file.flush()
        except OSError as error:
            raise ServiceUnavailable(error.strerror or "not writable") from error


@dataclass
class DiskHasRoom(HealthCheck):
    def run(self) -> None:
        if free_space() < settings.DISK_LEAST_MB * 1_000_000:
            raise ServiceUnavailable("little room left")


@dataclass
class DatabaseAnswers(Database):
    def run(self) -> None:
        try:
            super().run()
        finally:
            # Asked in a thread of its own, which nobody comes back to.
            connections[self.alias].close()


@dataclass(frozen=True)
class Part:
    """`advice`: what a 系统管理员 does when it is down."""

    code: str
    label: Any
    check: Callable[[], HealthCheck]
    advice: Any


PARTS = [
    Part("database", _("数据库"), DatabaseAnswers, _("连不上。请看数据库服务有没有在运行、磁盘满没满，再看它的日志。")),
    Part("redis", _("队列和缓存"), lambda: Cache(timeout=SECONDS), _("连不上。请看队列服务有没有在运行、内存够不够。")),
    Part(
        "worker", _("后台任务"), lambda: Ping(app=app, timeout=SECONDS, limit=1),
        _("没有回应：提醒、邮件和登记簿打印都在等。请启动后台任务进程；正忙着的可稍等再看。"),
    ),
    Part(
        "beat", _("定时器"), BeatIsHeard,
        _("几分钟没有动静：催办、存证和每天的汇总不会发生。请启动定时器进程，只要一个。"),
    ),
    Part("store", _("文件存放"), StoreTakesFiles, _("写不进去：附件收不下。请看文件夹的权限，磁盘满没满。")),
    Part("disk", _("磁盘空间"), DiskHasRoom, _("快满了：请腾出空间，或换大一点的磁盘。备份不要放在这块盘上。")),
]  # fmt: skip


@dataclass(frozen=True)
class State:
    part: Part
    well: bool


def states() -> list[State]:
    """Every part, asked side by side; no longer than a few seconds, whatever is down."""

    async def ask() -> list[bool]:
        threads = ThreadPoolExecutor(len(PARTS))
        try:
            results = await asyncio.gather(*(one.check().get_result(threads) for one in PARTS))
        finally:
            # Who hangs on a server that is silent is not waited for.
            threads.shutdown(wait=False)
        return [result.error is None for result in results]

    # In a thread of its own: the one that asks may have a loop already.
    with ThreadPoolExecutor(1) as loop:
        answers = loop.submit(asyncio.run, ask()).result()
    return [State(part, well) for part, well in zip(PARTS, answers, strict=True)]


def free_space() -> int:
    """Bytes left where the files lie."""
    return shutil.disk_usage(room("incoming")).free


@dataclass(frozen=True)
class Sending:
    """One channel to the outside. `error`: what it answers since it takes nothing, "" while it does. Of where it
    leads the host only."""

    code: str
    label: Any
    host: str
    waiting: int
    given_up: int
    error: str


@dataclass(frozen=True)
class Figures:
    """What is worth an alarm. Counts and moments only: of whom and of which paper nothing."""

    overdue: int
    sending: list[Sending]
    jobs_waiting: int
    anchored_at: datetime | None
    backed_up_at: datetime | None


def figures(now: datetime) -> Figures:
    """Raises DatabaseError."""
    anchor = Anchor.objects.order_by("-pk").first()
    backup = Backup.objects.order_by("-made_at").first()
    return Figures(
        overdue=Turn.objects.open().filter(due_at__lt=now).count(),
        sending=_sending(),
        jobs_waiting=Job.objects.filter(finished_at__isnull=True).count(),
        anchored_at=anchor.at if anchor else None,
        backed_up_at=backup.made_at if backup else None,
    )


def _sending() -> list[Sending]:
    waiting = dict(outbox.waiting().order_by().values_list("channel").annotate(Count("pk")))
    lost = dict(outbox.given_up().order_by().values_list("channel").annotate(Count("pk")))
    stuck = Message.objects.filter(~Q(error=""), ended_at__isnull=True, tries__gte=STUCK)
    errors = dict(stuck.order_by("channel", "-at").distinct("channel").values_list("channel", "error"))
    return [
        Sending(
            one.code, one.label, one.host,
            waiting=waiting.get(one.code, 0), given_up=lost.get(one.code, 0), error=errors.get(one.code, ""),
        )
        for one in outbox.channels()
    ]  # fmt: skip
