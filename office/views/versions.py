"""One version of a setting beside the one before and today's; who may change the setting may bring it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from office import dials, showing
from office.acting.door import as_printed
from office.forms.deciding import DateField
from office.forms.dials import first_free_day
from office.models.dials import Setting
from office.models.people import Kind
from office.procedures import REGISTRY
from office.views.asked import Asked

from .bringing_back import KEPT, Back, Gone, Kept, refusals
from .history import BACK, QUIET, name_of, plain_value, row_of


class BackForm(forms.Form):
    """Why an earlier version is to hold again, and of a dated setting from when."""

    since = DateField(label=gettext_lazy("从哪天起"), help_text=gettext_lazy("这一天起开办的文件照这一版"))
    reason = forms.CharField(label=gettext_lazy("为什么恢复"), max_length=200)
    # The latest version there was when this page was shown.
    latest = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, dated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not dated:
            del self.fields["since"]


@require_http_methods(["GET", "HEAD", "POST"])
def version(request: Asked, model: str, key: int) -> HttpResponse:
    kept = KEPT.get(model)
    if kept is None or request.user.kind not in (kept.by, Kind.AUDIT):
        raise Http404
    record = get_object_or_404(kept.model.history.select_related("history_user"), history_id=key)
    if kept.model is Setting and record.code not in dials.DIALS:
        raise Http404
    may = request.user.kind == kept.by
    if request.method == "POST" and not may:
        raise Http404
    chain = kept.model.history.filter(**_subject(kept, record)).order_by("-history_date", "-history_id")
    latest = chain.values_list("history_id", flat=True).first()
    form = BackForm(
        request.POST or None, dated=kept.dated,
        initial={"latest": latest, "since": _first_day(kept, record) if kept.dated else None},
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            if (answer := _bring_back(request, kept, record, form, latest)) is not None:
                return answer
    return TemplateResponse(request, "office/version.html", _page(request, kept, record, form, may=may))


def _subject(kept: Kept, record: Any) -> dict[str, Any]:
    """What picks the versions of the same thing: a deleted day entered again is still that day."""
    return {name: getattr(record, name) for name in kept.key} if kept.key else {"id": record.id}


def _bring_back(request: Asked, kept: Kept, record: Any, form: BackForm, latest: int | None) -> HttpResponse | None:
    """Writes the version, or adds to the form why it may not be."""
    if form.cleaned_data.get("latest") not in (None, latest):
        form.add_error(None, _("这期间又有人改过，请再看一遍再恢复。"))
        return None
    if _is_now(kept, record):
        form.add_error(None, _("现在就是这一版，不用恢复。"))
        return None
    since = form.cleaned_data.get("since")
    try:
        back: Back = kept.back(record, request.user, since.isoformat() if since else "")
    except Gone as gone:
        form.add_error(None, str(gone))
        return None
    for sentence in refusals(back, record, lambda one, name: _said(one, name)):
        form.add_error(None, sentence)
    if form.errors:
        return None
    when = showing.moment(record.history_date)
    answer = back.write(request, as_printed(BACK) % {"when": when, "why": form.cleaned_data["reason"]})
    messages.success(request, _("已恢复到 %(when)s 的版本。") % {"when": when})
    return answer


def _said(record: Any, name: str) -> str:
    field = next(one for one in record.tracked_fields if one.name == name)
    return plain_value(record, field, getattr(record, field.attname))


def _now(kept: Kept, record: Any) -> Any:
    """Today's row; of a dated setting what is in force from its latest day on."""
    key = {name: getattr(record, name) for name in kept.key} if kept.key else {"pk": record.id}
    return kept.model.objects.filter(**key).first()


def _compared(kept: Kept, record: Any) -> list[Any]:
    return [one for one in record.tracked_fields if one.name not in QUIET and one.name not in kept.key]


def _is_now(kept: Kept, record: Any) -> bool:
    now = _now(kept, record)
    fields = [one for one in _compared(kept, record) if not (kept.dated and one.name == "since")]
    return now is not None and all(getattr(now, one.attname) == getattr(record, one.attname) for one in fields)


def _first_day(kept: Kept, record: Any) -> str:
    """From when an earlier version can hold: no running paper feels it, and none planned for later overrules it."""
    codes = {"stepsetting": lambda: [record.procedure], "ladder": lambda: list(REGISTRY)}
    names = codes.get(kept.model._meta.model_name)
    free = first_free_day(names()) if names else timezone.localdate()
    now = _now(kept, record)
    return max(free, now.since if now else free).isoformat()


def _page(request: Asked, kept: Kept, record: Any, form: BackForm, *, may: bool) -> dict:
    earlier = Q(history_date__lt=record.history_date) | Q(
        history_date=record.history_date, history_id__lt=record.history_id
    )
    chain = kept.model.history.filter(**_subject(kept, record)).order_by("-history_date", "-history_id")
    before, now = chain.filter(earlier).first(), _now(kept, record)
    gone = before is not None and before.history_type == "-"
    rows = []
    for field in _compared(kept, record):
        values = [getattr(one, field.attname) if one is not None else None for one in (before, record, now)]
        rows.append(
            {
                "label": str(field.verbose_name),
                "before": "" if before is None or gone else plain_value(record, field, values[0]),
                "then": plain_value(record, field, values[1]),
                "now": "" if now is None else plain_value(record, field, values[2]),
                "changed": before is not None and not gone and values[0] != values[1],
                "differs": now is not None and values[1] != values[2],
            }
        )
    said = row_of(record, before if record.history_type == "~" else None)
    return {
        "heading": name_of(record),
        "kind": str(kept.model._meta.verbose_name),
        "when": said["when"],
        "who": said["who"],
        "words": said["words"],
        "rows": rows,
        "first": before is None or gone,
        "deleted": record.history_type == "-",
        "there": now is not None,
        "same": _is_now(kept, record),
        "dated": kept.dated,
        "form": form if may else None,
        "back_url": kept.page(record) if may else reverse("changes"),
    }
