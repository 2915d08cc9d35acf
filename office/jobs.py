"""Long work done by the worker: asked for on a page, its progress shown, its file kept."""

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from office import fullness
from office.models.files import Job, StoredFile
from office.models.people import User

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
# A file and its name, or the address of a page and what it is called.
Work = Callable[[Job, Progress], tuple[StoredFile | str, str]]

# Named, not imported: what draws pages is loaded by the worker that draws them.
_kinds: dict[str, str] = {
    "register": "office.registers.job.run",
    "folder": "office.on_paper.binding.run",
    "work_done": "office.work_docx.run",
    "list": "office.lists.export.run",
    "scan": "office.on_paper.scans.run",
}
# Two integers make an advisory lock; the first is ours, the second the job's key.
LOCK = 0x4A4F42
EVERY = 1.0
# A job that is neither at work nor finished after this long has lost its worker or its place in the queue.
LOST_AFTER = timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(days=1)
# A job that has cost so many workers their life is not handed to another.
TRIES = 3


class Failed(Exception):
    """The work cannot be done, for a reason the person who asked for it understands. `str()` is the sentence."""


def add(kind: str, path: str) -> None:
    """Make a kind of job known by the dotted path of `work(job, progress) -> (StoredFile or page, name)`.

    `work` may raise Failed. It may be run again from the start when its worker was killed, so it leaves
    nothing behind but its file. Raises ValueError for a kind that is taken.
    """
    if _kinds.get(kind, path) != path:
        raise ValueError(f"Two kinds of job call themselves {kind}.")
    _kinds[kind] = path


def ask(kind: str, *, title: str, actor: User, arguments: dict[str, Any], at: datetime | None = None) -> Job:
    """Put a job into the queue once this transaction is committed; the same asked for again before it is done is the
    same job. Raises KeyError on an unknown kind."""
    _kinds[kind]
    waiting = Job.objects.filter(
        kind=kind, asked_by=actor, arguments=arguments, finished_at__isnull=True,
        asked_at__gt=timezone.now() - GIVEN_UP_AFTER,
    ).first()  # fmt: skip
    if waiting is not None:
        return waiting
    job = Job.objects.create(
        public_id=uuid.uuid4(),
        kind=kind,
        title=title[:200],
        asked_by=actor,
        asked_at=at or timezone.now(),
        arguments=arguments,
    )
    # A broker that is away does not lose the job: pick_up() finds it.
    transaction.on_commit(lambda: _enqueue(job.pk), robust=True)
    return job


def _enqueue(key: int) -> None:
    from office.tasks import make_register

    make_register.apply_async([key], retry=False)


def run(key: int) -> None:
    """Do one job, unless it is finished or another worker is at it. Repeatable."""
    with _at_work(key) as alone:
        job = Job.objects.select_related("asked_by").filter(pk=key, finished_at__isnull=True).first()
        if not alone or job is None:
            return
        Job.objects.filter(pk=key).update(tries=F("tries") + 1)
        with translation.override(settings.LANGUAGE_CODE):
            if job.tries >= TRIES:
                _finish(job, failed=_("做了 %(n)d 次都中断了，没有做成。请告诉系统管理员。") % {"n": TRIES})
            else:
                _finish(job, **_done(job))


def _done(job: Job) -> dict[str, Any]:
    try:
        work: Work = import_string(_kinds[job.kind])
        made, name = work(job, _keeping(job))
    except Failed as reason:
        return {"failed": str(reason)[:300]}
    except OperationalError:
        # The database is away: no fault of the job's, which pick_up() hands out again.
        raise
    except Exception as error:
        log.exception("Job %s (%s) failed.", job.pk, job.kind)
        if fullness.comes_of_it(error):
            return {"failed": _("服务器的磁盘满了，没有做成，也没有留下半份。请告诉系统管理员，腾出空间后再试一次。")}
        return {"failed": _("没有做成，请再试一次；仍不行请告诉系统管理员，任务号 %(n)d。") % {"n": job.pk}}
    if isinstance(made, str):
        return {"page": made, "result_name": name[:200]}
    return {"result": made, "result_name": name[:200]}


def _finish(job: Job, **found: Any) -> None:
    # Whoever finishes first has finished it: one job has one file.
    Job.objects.filter(pk=job.pk, finished_at__isnull=True).update(finished_at=timezone.now(), **found)


def _keeping(job: Job) -> Progress:
    """Saves progress at most once a second, and always the first and the last."""
    saved_at = -EVERY

    def progress(done: int, total: int) -> None:
        nonlocal saved_at
        now = time.monotonic()
        if now - saved_at >= EVERY or done >= total:
            saved_at = now
            Job.objects.filter(pk=job.pk).update(done=done, total=total)

    return progress


@contextmanager
def _at_work(key: int) -> Iterator[bool]:
    """Whether this worker has the job to itself. The lock is the connection's: a killed worker lets go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, key])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, key])


def _busy() -> list[int]:
    """The keys of the jobs a worker is at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND datname = current_database()",
            [LOCK],
        )
        return [key for (key,) in cursor.fetchall()]


def interrupted(some: Iterable[Job]) -> set[int]:
    """The keys of those whose worker was killed in the middle and that nobody has taken up again."""
    begun = {one.pk for one in some if one.tries and one.finished_at is None}
    return begun.difference(_busy()) if begun else set()


def pick_up(now: datetime) -> int:
    """Hand out again what a killed worker or a lost queue left behind. How many; handing out twice is harmless."""
    busy = _busy()
    given_up = Job.objects.filter(finished_at__isnull=True, asked_at__lte=now - GIVEN_UP_AFTER).exclude(pk__in=busy)
    for job in given_up:
        _finish(job, failed=_("等了一天没有做成，请再试一次；仍不行请告诉系统管理员。"))
    lost = Job.objects.filter(
        finished_at__isnull=True, asked_at__lt=now - LOST_AFTER, asked_at__gt=now - GIVEN_UP_AFTER
    ).exclude(pk__in=busy)
    keys = list(lost.values_list("pk", flat=True))
    for key in keys:
        _enqueue(key)
    return len(keys)
