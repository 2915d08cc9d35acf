"""Answers that are no pages: paper as PDF."""

from urllib.parse import quote

from django.http import HttpResponse


def pdf_answer(content: bytes, *, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "private, no-store"
    return answer
