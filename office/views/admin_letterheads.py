"""发文机关, kept by the 系统管理员: in whose name the office writes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from office.forms.books import LetterheadForm
from office.models.letterheads import Letterhead
from office.views.asked import Asked

from .history import history_of


@require_GET
def letterheads(request: Asked) -> HttpResponse:
    rows = [
        {
            "cells": [
                {"words": one.name, "note": one.heading},
                {"words": _("、").join(one.series) or _("还没有选代字"), "note": ""},
                {"words": str(one.signer or _("还没有选岗位")), "note": one.seal},
            ],
            "url": reverse("letterhead", args=[one.pk]),
            "retired": one.retired,
        }
        for one in Letterhead.objects.select_related("signer__department")
    ]
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": _("发文机关"),
            "sentence": _("以谁的名义发文：红头、代字、印章、签发岗位。停用的划线保留。"),
            "index_url": reverse("dials"),
            "new_url": reverse("letterhead_new"),
            "new_words": _("新增发文机关"),
            "columns": [_("发文机关"), _("代字"), _("签发和印章")],
            "rows": rows,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def letterhead_new(request: Asked) -> HttpResponse:
    return _form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def letterhead(request: Asked, key: int) -> HttpResponse:
    return _form(request, get_object_or_404(Letterhead, pk=key))


def _form(request: Asked, one: Letterhead | None) -> HttpResponse:
    heading = one.name if one else _("新增发文机关")
    form = LetterheadForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("已保存。"))
        return redirect("letterheads")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": heading,
            "sentence": _("发过的文照旧，改动只管以后的文。"),
            "source": "",
            "form": form,
            "back_url": reverse("letterheads"),
            "history": history_of(one) if one else [],
        },
    )
