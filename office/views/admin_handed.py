"""Chairs that a hand-over asks for: the 安全管理员 ends and grants in one act, a second administrator confirms."""

from datetime import timedelta

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from office import notices, vacancies
from office.acting.door import as_printed
from office.forms.admin_people import HandedPostForm
from office.handover.own import Posts
from office.models.handovers import HandoverItem
from office.models.people import Kind, PostHolding, User
from office.views.asked import Asked


def asked():
    """Chairs hand-overs have asked for and that are still his without an end."""
    still = PostHolding.objects.filter(
        person=OuterRef("handover__person"), post=OuterRef("post"), confirmed_at__isnull=False, ends_on__isnull=True,
        starts_on__lte=OuterRef("handover__at__date"),
    )  # fmt: skip
    items = HandoverItem.objects.filter(Exists(still), part=Posts.code, taker__isnull=False)
    newest = HandoverItem.objects.filter(
        part=Posts.code, post=OuterRef("post"), handover__person=OuterRef("handover__person"),
        handover__gt=OuterRef("handover"),
    )
    # Handed over twice, it is asked for once.
    found = items.exclude(Exists(newest))
    return found.select_related("handover__person", "handover__returns", "post__department", "taker").order_by("-pk")


def asked_rows() -> list[dict]:
    return [
        {
            "cells": [
                {"words": f"{one.handover.person_name} → {one.taker or ''}", "note": one.handover.number},
                {"words": str(one.post), "note": ""},
                {"words": _("交接请求任免"), "note": str(one.handover.get_reason_display())},
            ],
            "url": reverse("holding_handed", args=[one.pk]),
            "act": _("办任免"),
            "retired": False,
        }
        for one in asked()
    ]


def tell_who_confirms(made: PostHolding, *, by: User) -> None:
    others = User.objects.filter(kind__in=[Kind.SECURITY, Kind.AUDIT], is_active=True)
    words = as_printed(gettext_lazy("%(who)s 任 %(post)s，等您确认。")) % {"who": made.person.name, "post": made.post}
    notices.tell(others.exclude(pk=by.pk), kind="holding", words=words, at=timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
def holding_handed(request: Asked, key: int) -> HttpResponse:
    """The old holding ends, the new one is granted and waits for the second administrator; who is away for a time gets
    his chair again from the day he is back, confirmed in the same way."""
    one = get_object_or_404(asked(), pk=key)
    held = PostHolding.objects.filter(person=one.handover.person, post=one.post, ends_on__isnull=True)
    old = held.filter(confirmed_at__isnull=False).select_related("post", "person").first()
    if old is None:
        raise Http404
    form = HandedPostForm(request.POST or None, item=one, holding=old, granted_by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                _do(old, form, item=one, by=request.user)
        except IntegrityError:
            form.add_error(None, _("这个岗位只能一人在任，刚刚已授予别人。"))
        else:
            messages.success(request, _("已办。新的任职等另一位管理员确认后生效。"))
            vacancies.tell(on=timezone.localdate(), at=timezone.now())
            return redirect("holdings")
    words = _("%(number)s：%(person)s 交出 %(post)s。")
    return TemplateResponse(
        request,
        "office/dial_form.html",
        {
            "heading": _("交接请求任免"),
            "sentence": words
            % {"number": one.handover.number, "person": one.handover.person_name, "post": one.post},
            "source": "",
            "second_person": True,
            "form": form,
            "save_words": _("结束并授予"),
            "back_url": reverse("holdings"),
            "history": [],
        },
    )


def _do(old: PostHolding, form: HandedPostForm, *, item: HandoverItem, by: User) -> None:
    data, now = form.cleaned_data, timezone.now()
    old.ends_on, old.stopped_at = data["ends_on"], now if data["at_once"] else None
    old.save()
    starts = old.ends_on if old.stopped_at else old.ends_on + timedelta(days=1)
    back_on = item.handover.returns_on
    given = {"post": old.post, "granted_by": by}
    if (person := data["person"]) is not None:
        until = back_on - timedelta(days=1) if back_on else None
        tell_who_confirms(PostHolding.objects.create(person=person, starts_on=starts, ends_on=until, **given), by=by)
    if back_on:
        tell_who_confirms(PostHolding.objects.create(person=old.person, starts_on=back_on, **given), by=by)
