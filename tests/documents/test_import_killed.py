"""An import whose worker is killed in the middle: nothing came in, the page says so, and it is done again."""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from documents.models import ImportDraft, ImportedRow, RegisterImport
from office import jobs
from office.models import Case, Job, Organisation, Series
from tests import ground
from tests.documents.test_old_registers import HEAD, book, row
from tests.people import cast

WORKER = "import sys, django; django.setup(); from office.tasks import make_register; make_register(int(sys.argv[1]))"
# The servers serve other tests' databases as well.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
AT_WORK = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = {}"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def until(question: str, answer: int) -> None:
    deadline = time.monotonic() + 20
    found = None
    with connection.cursor() as cursor:
        while found != answer:
            assert time.monotonic() < deadline, f"{question}: {found}"
            time.sleep(0.02)
            cursor.execute(question)
            (found,) = cursor.fetchone()


def killed_in_the_middle(job: Job, *, environment: dict[str, str]) -> None:
    """The worker has brought in the first paper, waits with the second for its sender, and dies."""
    with transaction.atomic():
        # Somebody else has just entered it, and has not committed.
        Organisation.objects.create(name="第二个单位", group="above", initials="degdw")
        with subprocess.Popen([sys.executable, "-c", WORKER, str(job.pk)], env=environment, cwd=ground.ROOT) as worker:
            try:
                until(WAITING, 1)
            finally:
                worker.kill()
        transaction.set_rollback(True)
    until(AT_WORK.format(jobs.LOCK), 0)


@pytest.fixture
def job(transactional_db, client, settings, tmp_path) -> Job:
    settings.FILES_DIR = tmp_path / "files"
    client.force_login(cast().clerk)
    papers = [row(), row(2, sender="第二个单位", number="二〔2025〕2号"), row(3, number="某农发〔2025〕3号")]
    upload = SimpleUploadedFile("2025收文.xlsx", book(HEAD, *papers))
    client.post(reverse("imports"), {"file": upload, "year": 2025, "book": "收"})
    columns = {f"t0-{code}": str(column) for code, column in ImportDraft.objects.get().columns[0].items()}
    client.post(reverse("import_check"), {**columns, "import": "1"})
    return Job.objects.get(kind="import")


def test_an_import_killed_in_the_middle_brings_nothing_in_says_so_and_is_done_again(job, client, office_environment):
    killed_in_the_middle(job, environment=office_environment)
    assert [one.objects.count() for one in (Case, RegisterImport, ImportedRow, ImportDraft)] == [0, 0, 0, 1]
    assert not Series.objects.filter(name="收", year=2025, last__gt=0).exists(), "no number was used"
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(reverse("job", args=[job.public_id]), headers=headers).content.decode()
        assert "做到一半中断了，没有留下半份" in page
    assert jobs.pick_up(timezone.now() + timedelta(minutes=6)) == 1
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.failed, Case.objects.count(), RegisterImport.objects.count()) == ("", 3, 1)
    assert "中断" not in client.get(reverse("job", args=[job.public_id])).content.decode()


def test_an_import_that_kills_every_worker_is_given_up_with_a_sentence(job, client, office_environment):
    Job.objects.update(tries=jobs.TRIES - 1)
    killed_in_the_middle(job, environment=office_environment)
    jobs.run(job.pk)
    page = client.get(reverse("job", args=[job.public_id])).content.decode()
    assert "做了 3 次都中断了，没有做成。请告诉系统管理员" in page
    assert not Case.objects.exists()
    assert ImportDraft.objects.count() == 1, "the file is still there to be tried again"
