"""Long prints and exports: asked for, watched, and kept. Everybody sees only his own."""

from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from office import access, files, registers, showing
from office import jobs as long_jobs
from office.models.files import Job
from office.views.asked import Asked
from office.views.papers import size_words

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
def jobs(request: Asked) -> HttpResponse:
    found = list(Job.objects.filter(asked_by=request.user).select_related("result")[:30])
    broken = long_jobs.interrupted(found)
    rows = [job_words(one, broken=one.pk in broken) for one in found]
    return TemplateResponse(
        request,
        "office/jobs.html",
        {"jobs": rows, "running": any(row["state"] in ("waiting", "running") for row in rows)},
    )


@require_GET
def job(request: Asked, public_id) -> HttpResponse:
    """The state of one job: a fragment for the page that asks every two seconds, else the list."""
    one = get_object_or_404(Job.objects.select_related("result"), public_id=public_id, asked_by=request.user)
    if request.htmx:
        broken = bool(long_jobs.interrupted([one]))
        return TemplateResponse(request, "office/_job.html", {"job": job_words(one, broken=broken)})
    return jobs(request)


def job_words(one: Job, *, broken: bool = False) -> dict:
    if one.failed:
        state, words = "failed", _("没有做成")
    elif one.finished_at:
        state, words = "done", _("已做好 %(at)s") % {"at": showing.short_moment(one.finished_at)}
    elif broken:
        state, words = "waiting", _("做到一半中断了，没有留下半份。几分钟内自动重做，不用再点；可以先去做别的。")
    elif one.total:
        state, words = "running", _("已做 %(done)d / %(total)d 页") % {"done": one.done, "total": one.total}
    else:
        state, words = "waiting", _("等待开始")
    return {
        "id": str(one.public_id),
        "title": one.title,
        "asked_words": showing.short_moment(one.asked_at),
        "done": one.done,
        "total": one.total,
        "state": state,
        "state_words": words,
        "url": reverse("job", args=[one.public_id]),
        "download_url": reverse("job_file", args=[one.public_id]) if one.result_id else "",
        "page_url": one.page,
        "size_words": size_words(one.result.size) if one.result else "",
        "failure": one.failed,
    }


@require_GET
def job_file(request: Asked, public_id) -> FileResponse | HttpResponse:
    one = get_object_or_404(Job.objects.select_related("result"), public_id=public_id, asked_by=request.user)
    if one.result is None:
        raise Http404
    if access.visible_to(request.user).filter(public_id__in=one.shows).count() < len(set(one.shows)):
        # A bar or a level set since then reaches what was printed before.
        messages.error(request, _("这份打印里有您现在不能看的文件，请重新打印。"))
        return redirect("jobs")
    answer = FileResponse(
        files.open_stored(one.result), content_type=TYPES.get(one.result.type, "application/octet-stream")
    )
    way = "inline" if one.result.type == "pdf" else "attachment"
    answer["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(one.result_name)}"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
def registers_list(request: Asked) -> HttpResponse:
    """登记簿: every register the office keeps, each with its page on screen."""
    rows = []
    for code in registers.codes():
        register = registers.get(code)
        try:
            url = reverse(f"register_{code.replace('.', '_')}")
        except NoReverseMatch:
            continue
        rows.append({"label": _(register.title), "url": url, "year": timezone.localdate().year})
    return TemplateResponse(request, "office/registers.html", {"registers": rows})
