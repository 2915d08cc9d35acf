"""Arranging a list: its columns, its named views, the file of what it shows."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from office import lists
from office.forms.arranging import ColumnsForm, ViewForm
from office.lists import List, arranging, export
from office.models.arranged import ListColumns, SavedView
from office.views.asked import Asked


def list_or_404(code: str) -> List:
    try:
        return lists.get(code)
    except KeyError:
        raise Http404 from None


def _back(listed: List, request: Asked, view: SavedView | None = None) -> str:
    """The list as it was left."""
    if view is not None:
        return arranging.address_of(listed, view)
    query = urlencode(listed.selection(request.GET))
    return f"{reverse(listed.url_name)}?{query}" if query else reverse(listed.url_name)


@require_http_methods(["GET", "HEAD", "POST"])
def list_columns(request: Asked, code: str) -> HttpResponse:
    """选栏目: of the view that is open, if it is his own; else of the list, as he sees it from now on."""
    listed = list_or_404(code)
    mine = arranging.arranged(listed, request.user, request.GET)
    own = mine.view if mine.view is not None and mine.view.person_id == request.user.pk else None
    form = ColumnsForm(request.POST if "save" in request.POST else None, listed=listed, shown=mine.columns)
    if "usual" in request.POST or form.is_valid():
        chosen = [] if "usual" in request.POST else form.codes()
        if own is not None:
            own.columns = chosen
            own.save(update_fields=["columns"])
        elif chosen:
            ListColumns.objects.update_or_create(
                person=request.user, listed=listed.code, defaults={"columns": chosen}
            )
        else:
            ListColumns.objects.filter(person=request.user, listed=listed.code).delete()
        messages.success(request, _("栏目已改。"))
        return redirect(_back(listed, request, own))
    return TemplateResponse(
        request,
        "office/list_columns.html",
        {
            "heading": _("选栏目"),
            "sentence": _("视图“%(name)s”") % {"name": own.name} if own else str(listed.title),
            "first": mine.columns[0].label,
            "form": form,
            "rows": form.rows(),
            "back_url": _back(listed, request, mine.view),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def view_new(request: Asked, code: str) -> HttpResponse:
    """存为视图: what the list is narrowed to, its order and its columns, under a name."""
    listed = list_or_404(code)
    selection = listed.selection(request.GET)
    may_share = arranging.may_share(request.user)
    form = ViewForm(request.POST or None, person=request.user, listed=listed.code, may_share=may_share)
    if request.method == "POST" and form.is_valid():
        view = form.instance
        view.query, view.at = urlencode(selection), timezone.now()
        view.columns = [column.code for column in arranging.arranged(listed, request.user, request.GET).columns]
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError:
            form.add_error("name", _("刚刚有人用了这个名字，请换一个名字。"))
        else:
            messages.success(request, _("已存为视图“%(name)s”。") % {"name": view.name})
            return redirect(arranging.address_of(listed, view))
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": _("存为视图"),
            "sentence": listed.words(selection) or _("全部"),
            "source": "",
            "form": form,
            "back_url": _back(listed, request),
            "history": [],
        },
        status=422 if form.errors else 200,
    )


@require_GET
def views(request: Asked) -> HttpResponse:
    """管理视图: one's own, and those the office shares."""
    rows = []
    for one in arranging.views_for(request.user).order_by("listed", "shared", "name", "pk"):
        if one.listed not in lists.codes():
            continue
        listed, own = lists.get(one.listed), one.person_id == request.user.pk
        may_turn = own and (one.shared or arranging.may_share(request.user))
        rows.append(
            {
                "name": one.name,
                "list": listed.title,
                "words": listed.words(listed.selection(arranging.query_of(one))) or _("全部"),
                "url": arranging.address_of(listed, one),
                "shared": one.shared,
                "who": "" if own else one.person.name,
                "share_url": reverse("view_share", args=[one.pk]) if may_turn else "",
                "remove_url": reverse("view_remove", args=[one.pk])
                if arranging.may_remove(one, request.user)
                else "",
            }
        )
    return TemplateResponse(request, "office/views.html", {"rows": rows})


@require_POST
def view_share(request: Asked, key: int) -> HttpResponse:
    """共用, and back to one's own."""
    one = get_object_or_404(SavedView, pk=key, person=request.user)
    if not one.shared and not arranging.may_share(request.user):
        raise Http404
    taken = SavedView.objects.filter(listed=one.listed, name=one.name, shared=True).exclude(pk=one.pk)
    if not one.shared and taken.exists():
        messages.error(request, _("本单位已经有一个叫这个名字的共用视图了，请换一个名字。"))
    else:
        one.shared = not one.shared
        one.save(update_fields=["shared"])
        messages.success(
            request,
            _("“%(name)s”现在全单位共用。") % {"name": one.name}
            if one.shared
            else _("“%(name)s”不再共用。") % {"name": one.name},
        )
    return redirect("views")


@require_POST
def view_remove(request: Asked, key: int) -> HttpResponse:
    one = get_object_or_404(arranging.views_for(request.user), pk=key)
    if not arranging.may_remove(one, request.user):
        raise Http404
    one.delete()
    messages.success(request, _("已删去视图“%(name)s”。") % {"name": one.name})
    return redirect("views")


@require_GET
def list_export(request: Asked, code: str) -> HttpResponse:
    """导出所列: made by the worker, with its progress shown and the file kept."""
    listed = list_or_404(code)
    mine = arranging.arranged(listed, request.user, request.GET)
    job = export.ask(
        listed, query=listed.selection(request.GET), columns=mine.columns, actor=request.user, at=timezone.now()
    )
    return redirect("job", job.public_id)
