"""Every look at a stored file: the case is looked up among what the reader may see, the file by its key."""

import logging
from datetime import datetime, timedelta

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from office import access, looks
from office.acting.door import as_printed
from office.files import kinds, pictures, storing
from office.levels import Secrecy
from office.middleware import address_of
from office.models.cases import Case
from office.models.files import Attachment, StoredFile
from office.models.grants import Look
from office.models.people import User

log = logging.getLogger(__name__)

# What a browser may show by itself, walled off; nothing else is ever sent as a page.
_SHOWN_BY_BROWSERS = {"pdf", "jpg", "png"}
_WALLED_OFF = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; sandbox"
# Reading is one look, not one per page; after this long it is another.
_ONE_LOOK = timedelta(minutes=10)
_DOWNLOADED = gettext_lazy("下载 %(name)s")
_READ = gettext_lazy("看 %(name)s，")
_FIRST_PAGE = gettext_lazy("第 %(page)d 页")
_SHORT = 30


class Request(HttpRequest):
    """Somebody is signed in: the middleware lets nobody else through to these addresses."""

    user: User


def _found(request: Request, public_id: str, pk: int) -> Attachment:
    """The attachment, or 404 for all alike: not there, not his, and taken off unless he runs the hub."""
    case = get_object_or_404(access.visible_to(request.user), public_id=public_id)
    attachment = get_object_or_404(Attachment.objects.select_related("stored"), case=case, pk=pk)
    if attachment.removed_at is not None and not access.holds_hub(request.user, case):
        raise Http404
    attachment.case = case
    return attachment


def _is_guarded(case: Case) -> bool:
    """Read by few: marked with the reader's name, kept in no browser."""
    return case.restricted or case.secrecy > Secrecy.NONE


@require_safe
def file(request: Request, public_id: str, pk: int) -> HttpResponseBase:
    """Download; with ?inline=1 a PDF or picture opens in the browser."""
    attachment = _found(request, public_id, pk)
    stored = attachment.stored
    try:
        content = storing.open_stored(stored)
    except OSError:
        log.exception("stored file %s cannot be read", stored.hash)
        return TemplateResponse(request, "office/file_lost.html", {"name": attachment.name}, status=500)
    inline = request.GET.get("inline") == "1" and stored.type in _SHOWN_BY_BROWSERS
    _note_download(request, attachment)
    response = FileResponse(
        content,
        as_attachment=not inline,
        filename=attachment.name,
        content_type=kinds.CONTENT_TYPES.get(stored.type, "application/octet-stream"),
    )
    _wall_off(response, attachment.case)
    return response


@require_safe
def file_page(request: Request, public_id: str, pk: int, page: int) -> HttpResponseBase:
    """One page as a picture, ?width=400|900|1400; on a guarded paper with the reader's mark at its margin."""
    attachment = _found(request, public_id, pk)
    stored, case = attachment.stored, attachment.case
    asked = request.GET.get("width", "900")
    width = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 0
    if width not in pictures.WIDTHS or not 1 <= page <= pictures.page_count(stored):
        raise Http404
    if _is_guarded(case):
        return _guarded_page(request, attachment, page=page, width=width)
    etag = f'"{stored.hash[:32]}-{page}-{width}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = _picture(stored, page=page, width=width)
        _wall_off(response, case)
    if response.status_code in (200, 304):
        response["ETag"] = etag
        response["Cache-Control"] = "private, max-age=3600"
        # The next person at this computer has another cookie and asks again.
        patch_vary_headers(response, ["Cookie"])
    return response


def _guarded_page(request: Request, attachment: Attachment, *, page: int, width: int) -> HttpResponse:
    now = timezone.now()
    response = _picture(attachment.stored, page=page, width=width, mark=mark_of(request.user, at=now))
    _wall_off(response, attachment.case)
    _note_reading(request, attachment, page=page, at=now)
    return response


def _picture(stored: StoredFile, *, page: int, width: int, mark: str = "") -> HttpResponse:
    """The page, or a sheet that says why there is none: an <img> shows no error page."""
    status = 200
    try:
        picture = pictures.page_picture(stored, page=page, width=width, mark=mark)
    except pictures.NotShown as reason:
        picture, status = pictures.notice(str(reason), width=width), 503 if reason.later else 422
    except OSError:
        log.exception("stored file %s cannot be read", stored.hash)
        picture, status = pictures.notice(_("文件在服务器上找不到了，请告诉系统管理员。"), width=width), 500
    return HttpResponse(picture, content_type="image/jpeg", status=status)


def _wall_off(response: HttpResponseBase, case: Case) -> None:
    """What a stranger made is never read as a page of ours, and a guarded paper stays in no browser."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store" if _is_guarded(case) else "private, no-cache"


def mark_of(reader: User, *, at: datetime) -> str:
    """Whose eyes, from which department, when: a photograph of the screen names its source."""
    department = reader.department.name if reader.department else ""
    when = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    return " ".join(part for part in (reader.name, department, when) if part)


# --- Looks --------------------------------------------------------------------------------------------------


def _note_download(request: Request, attachment: Attachment) -> None:
    if request.method == "GET":
        words = as_printed(_DOWNLOADED) % {"name": _known_as(attachment)}
        _note(request, attachment.case, what=words, at=timezone.now())


def _note_reading(request: Request, attachment: Attachment, *, page: int, at: datetime) -> None:
    """Logged once per file, reader and ten minutes, with the page that was looked at first."""
    words = as_printed(_READ) % {"name": _known_as(attachment)}
    earlier = Look.objects.filter(
        case=attachment.case, person=request.user, at__gt=at - _ONE_LOOK, what__startswith=words
    )
    if request.method == "GET" and not earlier.exists():
        _note(request, attachment.case, what=words + as_printed(_FIRST_PAGE) % {"page": page}, at=at)


def _known_as(attachment: Attachment) -> str:
    """Short enough for a line of the log, and not to be mistaken for another file of the case."""
    short = attachment.name[:_SHORT]
    alike = Attachment.objects.filter(case=attachment.case_id, name__startswith=short)
    others = attachment.case.restricted and alike.exclude(pk=attachment.pk).exists()
    return f"{short}#{attachment.pk}" if others else short


def _note(request: Request, case: Case, *, what: str, at: datetime) -> None:
    looks.note(case, person=request.user, what=what, at=at, address=address_of(request))


urlpatterns_files = [
    path("cases/<slug:public_id>/files/<int:pk>/", file, name="file"),
    path("cases/<slug:public_id>/files/<int:pk>/pages/<int:page>/", file_page, name="file_page"),
]
