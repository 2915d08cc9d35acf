"""What the soak tests do inside an office: `python -m tests.soak.parts FUNCTION JSON`, the answer as JSON."""

import json
import sys
from datetime import datetime, timedelta
from typing import Any


def overdue(clocks: int) -> None:
    """A heap of overdue papers, as the measurement of chase() makes it, and kept."""
    from django.db import transaction

    from office.bench.chase import _fill

    with transaction.atomic():
        _fill(clocks)


def chased() -> dict[str, int]:
    """Receipts, the people they name, the notices those people have, and overdue clocks without a receipt."""
    from office.models.clocks import Clock, Reminder
    from office.models.outbox import Notice

    receipts = list(Reminder.objects.values_list("clock_id", "to"))
    return {
        "receipts": len(receipts),
        "named": sum(len(to) for _clock, to in receipts),
        "notices": Notice.objects.filter(kind__in=["chase", "phone_task", "informed"]).count(),
        "silent": Clock.objects.filter(case__public_id__startswith="bench", reminders=None).count(),
    }  # fmt: skip


def urgent_notices(people: int) -> None:
    """Somebody with an address for every notice, and something urgent for each."""
    from django.utils import timezone

    from office.models.outbox import Notice
    from office.models.people import User

    now = timezone.now()
    made = [
        User.objects.create(username=f"soak-{n}", name=f"收信人{n}", password="!", email=f"soak-{n}@example.test")
        for n in range(people)
    ]
    Notice.objects.bulk_create(
        [Notice(person=one, kind="chase", words="请抓紧办理", urgent=True, at=now) for one in made]
    )


def deliver(later: int = 0) -> None:
    """Send what waits, as of so many minutes from now."""
    from django.utils import timezone

    from office.outbox import deliver as send

    send(timezone.now() + timedelta(minutes=later))


def deliveries() -> dict[str, int]:
    from office.models.outbox import Delivery

    rows = Delivery.objects.filter(channel="email")
    return {"claimed": rows.count(), "sent": rows.filter(sent_at__isnull=False).count()}


def ask_register(year: int) -> int:
    """Put a register into the worker's queue, as the registry's clerk does on the page."""
    from office import access, jobs, timing

    post = timing.find_post("clerk")
    assert post is not None
    arguments = {"code": "documents.incoming", "year": year, "as": "pdf"}
    return jobs.ask("register", title="收文登记簿", actor=access.seated(post)[0], arguments=arguments).pk


def job(key: int) -> dict[str, Any]:
    from office.models.files import Job, StoredFile

    one = Job.objects.get(pk=key)
    return {
        "done": one.done, "total": one.total, "tries": one.tries, "failed": one.failed,
        "finished": one.finished_at is not None, "stored": StoredFile.objects.count(),
        "pages": _pages(one.result) if one.result else 0,
    }  # fmt: skip


def _pages(stored) -> int:
    import pikepdf

    from office.files.storing import place_of

    with pikepdf.open(place_of(stored.hash)) as book:
        return len(book.pages)


def pick_up() -> int:
    """Hand out again what a killed worker left, as of ten minutes from now."""
    from django.utils import timezone

    from office import jobs

    return jobs.pick_up(timezone.now() + timedelta(minutes=10))


def prune() -> list[str]:
    """What is left beside finished pages after a day, when nobody prints any more."""
    import time

    from office.registers import job, pieces

    folder = job.pieces_folder()
    pieces.prune(folder, days=job.KEPT_DAYS, now=time.time() + 2 * 86_400)
    return [path.name for path in folder.iterdir() if path.suffix != ".pdf"]


def whole() -> dict[str, Any]:
    """What must be true of an office after any accident."""
    from documents.models import IncomingDocument
    from office.models.cases import Case, Turn
    from office.models.numbers import Series
    from office.verifying import verify

    numbers = {
        book.name: (book.last, sorted(book.cases.values_list("serial", flat=True))) for book in Series.objects.all()
    }
    open_cases = Case.objects.filter(closed_at=None)
    return {
        "found": [f"{finding.name}：{finding.words}" for finding in verify()][:10],
        "gaps": [name for name, (last, given) in numbers.items() if given != list(range(1, last + 1))],
        "titles": dict.fromkeys(Case.objects.values_list("title", flat=True)).__len__(),
        "cases": Case.objects.count(),
        "documents": IncomingDocument.objects.count(),
        "lost": open_cases.exclude(pk__in=Turn.objects.filter(ended_at=None, side=False).values("case_id")).count(),
        "unseen": Case.objects.exclude(pk__in=_granted()).count(),
    }


def _granted():
    from office.models.grants import CaseUserGrant

    return CaseUserGrant.objects.values("content_object_id")


def queue(user: str) -> dict[str, Any]:
    """One load of somebody's queue page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from office import access
    from office.models.people import User
    from office.views.queue import of_kind

    person = User.objects.get(username=user)
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get("/")
    rows = answer.content.count(b'href="/turns/')
    return {
        "status": answer.status_code, "queries": len(queries), "rows": rows,
        "waiting": of_kind(access.waiting_for(person), "waiting").count(),
    }  # fmt: skip


def alter(number: int) -> str:
    """Rewrite one opinion with the triggers off, as whoever owns the tables can; the case's public id."""
    from django.db import connection, transaction

    from office.models.cases import Decision

    decision = Decision.objects.exclude(opinion="").select_related("case").order_by("pk")[number]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE office_decision DISABLE TRIGGER USER")
        cursor.execute("UPDATE office_decision SET opinion = '不同意' WHERE id = %s", [decision.pk])
        cursor.execute("ALTER TABLE office_decision ENABLE TRIGGER USER")
    return f"{decision.case.public_id} {decision.case.opened_at:%Y}"


def now() -> str:
    from office.bench.chase import NOW

    moment: datetime = NOW
    return moment.isoformat()


def store_until_full() -> dict[str, Any]:
    """Scans are stored until the disk refuses one; then a register is printed onto it."""
    import io
    import secrets

    from django.conf import settings
    from django.core.files.base import File
    from django.utils import timezone

    from office import files, jobs
    from office.models import Job, StoredFile, User

    sentence = ""
    while not sentence:
        noise = b"".join(b"% " + secrets.token_hex(50).encode() + b"\n" for _line in range(1500))
        scan = _pdf(noise)
        try:
            files.store(File(io.BytesIO(scan), name="scan.pdf"), name="scan.pdf", at=timezone.now())
        except files.Unfit as unfit:
            sentence = unfit.sentence
    arguments = {"code": "documents.incoming", "as": "xlsx", "year": timezone.localdate().year, "month": None,
                 "series": "", "senders": []}  # fmt: skip
    job = jobs.ask("register", title="x", actor=User.objects.filter(kind="office").first(), arguments=arguments)
    _fill_up(settings.FILES_DIR)
    jobs.run(job.pk)
    on_disk = [path.name for path in settings.FILES_DIR.glob("[0-9a-f][0-9a-f]/*/*")]
    return {
        "sentence": sentence,
        "failed": Job.objects.get(pk=job.pk).failed,
        "rows": sorted(StoredFile.objects.values_list("hash", flat=True)),
        "on_disk": sorted(on_disk),
        "unfinished": len(list((settings.FILES_DIR / "incoming").iterdir())),
        "whole": all(files.verify(one) for one in StoredFile.objects.all()),
    }


def _pdf(noise: bytes) -> bytes:
    import io

    import pypdf

    made, out = pypdf.PdfWriter(), io.BytesIO()
    made.add_blank_page(200, 200)
    made.add_attachment("noise", noise)
    made.write(out)
    return out.getvalue()


def _fill_up(folder: Any) -> None:
    import errno

    with (folder / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"x" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(globals()[sys.argv[1]](**json.loads(sys.argv[2])), ensure_ascii=False))  # noqa: T201
