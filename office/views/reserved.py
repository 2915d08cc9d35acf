"""备用号: register sheets printed beforehand with their numbers, entered later, the unused voided with the reason."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from office import numbering, registers, showing, subjects
from office.models.numbers import ReservedBlock, ReservedNumber, Series, Voided
from office.models.people import User
from office.registers.blank import sheets
from office.registers.job import imprint, pieces_folder
from office.views.answers import pdf_answer
from office.views.asked import Asked


class ReserveForm(forms.Form):
    series = forms.ModelChoiceField(label=gettext_lazy("登记簿"), queryset=Series.objects.none(), empty_label=None)
    count = forms.IntegerField(
        label=gettext_lazy("几个号"), min_value=1, max_value=numbering.MOST_AT_ONCE, initial=13,
        help_text=gettext_lazy("一页 13 行"),
    )  # fmt: skip
    purpose = forms.CharField(label=gettext_lazy("用途"), max_length=100, initial=gettext_lazy("停电备用"))

    def __init__(self, *args, books, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"] = forms.ModelChoiceField(label=_("登记簿"), queryset=books, empty_label=None)


class VoidForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("作废原因"), max_length=300, error_messages={"required": gettext_lazy("请写明作废原因。")}
    )


def _functions(user: User) -> list[str]:
    """The functions whose papers this person registers, and that keep a register to be printed blank."""
    return [
        code
        for code in registers.codes()
        if (subject := subjects.get(code)) and subject.may_register and subject.may_register(user)
        and subject.entry_url is not None
    ]  # fmt: skip


def _block(request: Asked, key: int) -> ReservedBlock:
    return get_object_or_404(
        ReservedBlock.objects.select_related("series", "by"), pk=key, series__function__in=_functions(request.user)
    )


@require_http_methods(["GET", "POST"])
def reserved(request: Asked) -> HttpResponse:
    functions = _functions(request.user)
    if not functions:
        raise Http404
    books = Series.objects.filter(
        function__in=functions, year=timezone.localdate().year, retired=False, number_only=False
    )
    form = ReserveForm(request.POST or None, books=books)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = numbering.reserve(
            data["series"], count=data["count"], by=request.user, at=timezone.now(), purpose=data["purpose"]
        )
        messages.success(request, _("已留出 %(numbers)s，请打印备用登记表。") % {"numbers": made})
        return redirect("reserved_block", made.pk)
    blocks = ReservedBlock.objects.filter(series__function__in=functions).select_related("series", "by")
    return TemplateResponse(
        request,
        "office/reserved.html",
        {
            "form": form,
            "blocks": [
                {
                    "numbers": str(one),
                    "purpose": one.purpose,
                    "who": one.by.name,
                    "when": showing.moment(one.at),
                    "free": numbering.free(one).count(),
                    "url": reverse("reserved_block", args=[one.pk]),
                }
                for one in blocks[:30]
            ],
        },
        status=422 if form.is_bound and form.errors else 200,
    )


@require_GET
def reserved_block(request: Asked, key: int) -> HttpResponse:
    return _page(request, _block(request, key), VoidForm())


def _page(request: Asked, block: ReservedBlock, form: VoidForm) -> HttpResponse:
    subject = subjects.get(block.series.function)
    assert subject is not None and subject.entry_url is not None
    voided = {one.number: one for one in Voided.objects.filter(series=block.series).select_related("by")}
    rows = []
    for one in ReservedNumber.objects.filter(block=block).select_related("case"):
        void = voided.get(one.number)
        free = one.case is None and void is None
        rows.append({
            "number": block.series.written(one.number),
            # Whose the paper is, its own page decides; here its number is enough.
            "case_url": reverse("case", args=[one.case.public_id]) if one.case else "",
            "entered": showing.short_moment(one.case.opened_at) if one.case else "",
            "void": void.reason if void and one.case is None else "",
            "entry_url": subject.entry_url(block.series, one.number) if free else "",
        })  # fmt: skip
    return TemplateResponse(
        request,
        "office/reserved_block.html",
        {
            "drawn": {
                "numbers": str(block), "purpose": block.purpose, "who": block.by.name,
                "when": showing.moment(block.at), "print_url": reverse("reserved_print", args=[block.pk]),
                "void_url": reverse("reserved_void", args=[block.pk]),
            },
            "rows": rows,
            "free": sum(bool(row["entry_url"]) for row in rows),
            "form": form,
        },
        status=422 if form.is_bound else 200,
    )  # fmt: skip


@require_GET
def reserved_print(request: Asked, key: int) -> HttpResponse:
    block = _block(request, key)
    # Paper is Chinese whatever the language of the screen.
    with translation.override("zh-hans"):
        content = sheets(block, imprint=imprint(registrar=request.user.name), folder=pieces_folder())
    return pdf_answer(content, name=_("备用登记表 %(numbers)s.pdf") % {"numbers": block})


@require_POST
def reserved_void(request: Asked, key: int) -> HttpResponse:
    """What was not used stays used for ever, with the reason."""
    block = _block(request, key)
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _page(request, block, form)
    with transaction.atomic():
        count = numbering.void_unused(
            block, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        )
    messages.success(request, _("没用的 %(n)d 个号已作废，原因已记下。") % {"n": count})
    return redirect("reserved_block", block.pk)
