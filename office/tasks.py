"""What Celery calls. Each takes ids, may be repeated, and is three lines long; the work is elsewhere."""

import logging

from celery import shared_task
from django.utils import timezone

log = logging.getLogger(__name__)


@shared_task
def chase() -> None:
    """催办, every ten minutes."""
    from office.chasing import chase as chase_now

    chase_now(timezone.now())


@shared_task
def deliver() -> None:
    """Mail, every minute and after anything urgent."""
    from office.outbox import deliver as deliver_now

    deliver_now(timezone.now())


@shared_task
def digest() -> None:
    """The digest of half past eight; asked every quarter of an hour, sent once a day."""
    from office.outbox import digest as digest_now

    digest_now(timezone.now())


@shared_task
def daily_page() -> None:
    """每日一页 of eight and of five; asked every quarter of an hour, told once for each."""
    from office import daily

    daily.tell(timezone.now())


@shared_task
def anchor() -> None:
    """The nightly anchor; asked every hour, made once a night."""
    from office.anchoring import anchor as anchor_now

    anchor_now(timezone.now())


@shared_task
def settle_bars() -> None:
    """What chairs and deputies that begin today bar; every hour, and once settled it stays so."""
    from office.acting import settle_beginning

    settle_beginning(on=timezone.localdate())


@shared_task
def vacancies() -> None:
    """Chairs that fell empty with papers in them; every hour, each told of once."""
    from office import vacancies as chairs

    chairs.tell(on=timezone.localdate(), at=timezone.now())


@shared_task
def missing_notice() -> None:
    """A year without its 放假安排; asked every hour, told once a week."""
    from office import missing_year

    missing_year.tell(timezone.now())


@shared_task
def make_register(job_id: int) -> None:
    """One long job: a register as PDF or Excel."""
    from office.jobs import run

    run(job_id)


@shared_task
def pick_up_jobs() -> None:
    """Long jobs whose worker was killed, every five minutes."""
    from office.jobs import pick_up

    pick_up(timezone.now())


@shared_task
def sweep() -> None:
    """The store, every night: what no row names and nobody is still storing goes."""
    from office import files

    try:
        files.sweep(now=timezone.now())
    except files.Suspicious as error:
        log.error("Nothing was swept from the store: %s", error)


@shared_task
def fill_demo() -> None:
    """The part of the demo office that takes longer than its first page, a little at a time."""
    from office import demo

    if demo.fill(count=demo.CHUNK):
        fill_demo.delay()
