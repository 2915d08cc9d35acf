"""The job kind "import": what office/jobs.py calls in the worker."""

from collections.abc import Callable

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from office.acting import Refused
from office.jobs import Failed
from office.models.files import Job

from .bringing_in import bring_in
from .import_views import book_of
from .models import ImportDraft


def run(job: Job, progress: Callable[[int, int], None]) -> tuple[str, str]:
    """Everything comes in and the file goes, in one transaction; killed before its end it has left nothing."""
    arguments = job.arguments
    with transaction.atomic():
        draft = ImportDraft.objects.select_for_update().filter(pk=arguments["draft"], person=job.asked_by).first()
        if draft is None or draft.file_hash != arguments["hash"]:
            raise Failed(_("这个文件已经导入，或者换成了别的文件。请回到“旧登记簿导入”看一看。"))
        book = book_of(draft)
        reading = book.read(year=draft.year)
        try:
            made = bring_in(
                reading, book=draft.book, year=draft.year, actor=job.asked_by, file_name=draft.file_name,
                file_hash=draft.file_hash, mapping=book.mapping, say=progress,
            )  # fmt: skip
        except Refused as refused:
            raise Failed(str(refused)) from None
        draft.delete()
    return reverse("import_done", args=[made.pk]), draft.file_name
