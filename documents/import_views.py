"""旧登记簿导入: the file is brought, its columns are agreed, what can come in is counted; then it comes in whole."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from office import files, jobs, showing
from office.importing import UnreadableBook
from office.views.asked import Asked

from . import bringing_in, legacy, old_books
from .import_forms import MappingForm, OldBookForm
from .models import ImportDraft, RegisterImport
from .views import may_register

# Faults shown on a page; the copy of the file has them all.
SHOWN = 50
PREVIEWED = 5


def _only_registrars(request: Asked) -> None:
    if not may_register(request.user):
        raise Http404


@require_http_methods(["GET", "POST"])
def imports(request: Asked) -> HttpResponse:
    """What has been brought in, and the form for bringing another register."""
    _only_registrars(request)
    form = OldBookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _keep(request, form):
        return redirect("import_check")
    draft = ImportDraft.objects.filter(person=request.user).first()
    return TemplateResponse(
        request,
        "documents/imports.html",
        {
            "form": form,
            "draft": {"name": draft.file_name, "when": showing.moment(draft.at), "url": reverse("import_check")}
            if draft
            else None,
            "imports": [
                {
                    "name": one.file_name,
                    "when": showing.moment(one.at),
                    "who": one.by.name,
                    "book": str(one.series),
                    "imported": one.imported,
                    "left_out": len(one.faults),
                    "url": reverse("import_done", args=[one.pk]),
                }
                for one in RegisterImport.objects.select_related("by", "series")[:50]
            ],
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _keep(request: Asked, form: OldBookForm) -> bool:
    data = form.cleaned_data
    upload = data["file"]
    try:
        with files.checked([upload]) as ready:
            book = old_books.open_book(upload.name, ready[0].path.read_bytes())
    except (files.Unfit, UnreadableBook) as refused:
        form.add_error("file", str(refused))
        return False
    ImportDraft.objects.update_or_create(
        person=request.user,
        defaults={
            "at": timezone.now(), "file_name": book.name[:200], "file_hash": book.hash, "content": book.content,
            "year": data["year"], "book": data["book"], "columns": book.columns, "emptied": book.emptied,
        },
    )  # fmt: skip
    return True


def book_of(draft: ImportDraft) -> old_books.OldBook:
    return old_books.kept_book(
        draft.file_name, bytes(draft.content), file_hash=draft.file_hash, emptied=draft.emptied, columns=draft.columns
    )


@require_http_methods(["GET", "POST"])
def check(request: Asked) -> HttpResponse:
    """The dry run: columns as recognised, changed by hand where they are something else; counts, faults, numbers."""
    _only_registrars(request)
    draft = ImportDraft.objects.filter(person=request.user).first()
    if draft is None:
        messages.info(request, _("没有等着核对的登记簿，请先选文件。"))
        return redirect("imports")
    if "drop" in request.POST:
        draft.delete()
        messages.success(request, _("没有导入，文件已删除。"))
        return redirect("imports")
    book = book_of(draft)
    forms = [
        MappingForm(request.POST or None, table=table, columns=columns, prefix=f"t{place}")
        for place, (table, columns) in enumerate(zip(book.tables, draft.columns, strict=True))
    ]
    valid = [form.is_valid() for form in forms]
    if request.method == "POST" and all(valid):
        draft.columns = [form.columns for form in forms]
        draft.save(update_fields=["columns"])
        if "import" not in request.POST:
            return redirect("import_check")
        book.columns = draft.columns
        if not old_books.wanting(book):
            return _ask(request, draft)
    book.columns = draft.columns
    return TemplateResponse(request, "documents/import_check.html", _checked(draft, book, forms))


def _ask(request: Asked, draft: ImportDraft) -> HttpResponse:
    job = jobs.ask(
        "import",
        title=_("导入 %(name)s") % {"name": draft.file_name},
        actor=request.user,
        arguments={"draft": draft.pk, "hash": draft.file_hash, "year": draft.year, "book": draft.book},
    )
    return redirect("job", job.public_id)


def _checked(draft: ImportDraft, book: old_books.OldBook, forms: list[MappingForm]) -> dict[str, Any]:
    sentence = old_books.wanting(book)
    reading = legacy.Reading() if sentence else book.read(year=draft.year)
    series = bringing_in.book_named(draft.book, year=draft.year)
    numbers = bringing_in.numbers_for(reading.papers, book=series)
    return {
        "draft": {"name": draft.file_name, "year": draft.year, "book": draft.book},
        "wanting": sentence,
        "tables": [
            {"name": table.grid.name, "form": form, "rows": _preview(table, form)}
            for table, form in zip(book.tables, forms, strict=True)
        ],
        "imported": len(reading.papers),
        "skipped": [
            {"label": legacy.Skipped(why).label, "count": many} for why, many in sorted(reading.skipped.items())
        ],
        **faults_of([vars(one) for one in reading.faults]),
        "numbers": numbers.words,
        "copy_url": reverse("import_copy"),
        "back_url": reverse("imports"),
    }


def _preview(table, form: MappingForm) -> list[list[str]]:
    rows = table.grid.rows[table.head.last : table.head.last + PREVIEWED]
    return [[legacy.cells.text_of(cell) for cell in row] for row in rows]


def faults_of(faults: list[dict]) -> dict[str, Any]:
    return {"faults": faults[:SHOWN], "faults_count": len(faults), "faults_more": max(0, len(faults) - SHOWN)}


@require_GET
def copy(request: Asked) -> HttpResponse:
    """The user's own file with a column that says of every row what would become of it."""
    _only_registrars(request)
    draft = get_object_or_404(ImportDraft, person=request.user)
    book = book_of(draft)
    if old_books.wanting(book):
        return redirect("import_check")
    content = book.copy(book.read(year=draft.year), done=False)
    answer = HttpResponse(
        content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    name = _("%(name)s 核对结果.xlsx") % {"name": draft.file_name.rsplit(".", 1)[0]}
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
def done(request: Asked, key: int) -> HttpResponse:
    """What came in with one file, and what did not and why."""
    _only_registrars(request)
    one = get_object_or_404(RegisterImport.objects.select_related("series", "by"), pk=key)
    return TemplateResponse(
        request,
        "documents/import_done.html",
        {
            "name": one.file_name,
            "who": one.by.name,
            "when": showing.moment(one.at),
            "book": str(one.series),
            "imported": one.imported,
            **faults_of(one.faults),
            "register_url": f"{reverse('incoming_list')}?year={one.series.year}&series={one.series.name}",
            "back_url": reverse("imports"),
        },
    )
