"""Papers made while somebody waits, sent so that no browser keeps them."""

from urllib.parse import quote

from django.http import HttpResponse


def pdf_answer(content: bytes, *, name: str) -> HttpResponse:
    """A PDF shown in the browser under this name."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "private, no-store"
    return answer
