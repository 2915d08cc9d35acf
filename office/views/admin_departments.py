"""The office's departments, kept by the 系统管理员. Never deleted: old papers bear their names."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from office import acting
from office.forms.admin_people import DepartmentForm
from office.models.people import Department
from office.views.asked import Asked

from .history import history_of


@require_GET
def departments(request: Asked) -> HttpResponse:
    in_charge, without = _("分管：%(leader)s"), _("还没有，不能承办文件")
    rows = [
        {
            "cells": [
                {"words": one.name, "note": one.short_name},
                {
                    "words": str(one.head or ("" if one.retired else without)),
                    "note": in_charge % {"leader": one.leader} if one.leader else "",
                },
                {"words": str(one.parent or ""), "note": ""},
            ],
            "url": reverse("department", args=[one.pk]),
            "retired": one.retired,
        }
        for one in Department.objects.select_related("head__department", "leader__department", "parent")
    ]
    return TemplateResponse(
        request,
        "office/dial_list.html",
        {
            "heading": pgettext("heading", "部门"),
            "sentence": _("撤销的部门划线保留，旧文件上的名称不变。"),
            "new_url": reverse("department_new"),
            "new_words": _("新增部门"),
            "columns": [_("部门"), _("负责人岗位"), _("上级")],
            "rows": rows,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def department_new(request: Asked) -> HttpResponse:
    return _department_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def department(request: Asked, key: int) -> HttpResponse:
    return _department_form(request, get_object_or_404(Department, pk=key))


def _department_form(request: Asked, one: Department | None) -> HttpResponse:
    form = DepartmentForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            made = form.save()
            if one is not None and "parent" in form.changed_data:
                # What is above it may be barred from what its people hold: that goes on to somebody else.
                acting.settle_department(made, actor=request.user)
        messages.success(request, _("已保存。"))
        return redirect("departments")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": Department.objects.get(pk=one.pk).name if one else _("新增部门"),
            "sentence": _("承办和催办按负责人岗位找人。岗位由安全管理员建立，建好以后在这里选。"),
            "source": "",
            "form": form,
            "back_url": reverse("departments"),
            "history": history_of(one) if one else [],
        },
    )
