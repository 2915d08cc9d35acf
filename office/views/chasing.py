"""催办: the book of chases, and writing one down that was made by telephone, in person or by letter."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from office import access, chasing, notices, showing
from office.acting import Refused
from office.forms.typed import choosing
from office.models.cases import Case, Turn
from office.models.clocks import Chase
from office.views.asked import Asked, start_of
from office.views.tracking import visible

PAGE = 50


class ChaseForm(forms.Form):
    turn = forms.ChoiceField(label=gettext_lazy("催谁"))
    kind = forms.ChoiceField(
        label=gettext_lazy("催办方式"),
        choices=[choice for choice in Chase.Kind.choices if choice[0] != Chase.Kind.SYSTEM],
    )
    words = forms.CharField(
        label=gettext_lazy("催办内容"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    answer = forms.CharField(label=gettext_lazy("对方答复（可以以后再登）"), required=False, max_length=300)

    def __init__(self, *args, turns: list[Turn], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.turns = {str(turn.pk): turn for turn in turns}
        choosing(self, "turn").choices = [
            (key, f"{showing.holder_words(turn)} {showing.step_label(turn.case.procedure, turn.step)}")
            for key, turn in self.turns.items()
        ]


class AnswerForm(forms.Form):
    answer = forms.CharField(label=gettext_lazy("答复"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class BookFilter(forms.Form):
    year = forms.TypedChoiceField(label=gettext_lazy("年度"), coerce=int, required=False, empty_value=None)
    month = forms.TypedChoiceField(
        label=gettext_lazy("月份"),
        coerce=int,
        required=False,
        empty_value=None,
        choices=[("", gettext_lazy("全年")), *[(n, str(n)) for n in range(1, 13)]],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("方式"),
        required=False,
        choices=[("", gettext_lazy("全部")), ("auto", gettext_lazy("自动")), *Chase.Kind.choices[:3]],
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        year = timezone.localdate().year
        choosing(self, "year").choices = [(one, str(one)) for one in range(year, year - 5, -1)]


@require_GET
def register(request: Asked) -> HttpResponse:
    filters = BookFilter(request.GET or None)
    chosen = filters.cleaned_data if filters.is_valid() else {}
    start = start_of(request)
    rows = chasing.chase_register(
        request.user,
        year=chosen.get("year"),
        month=chosen.get("month"),
        kind=chosen.get("kind", ""),
        offset=start,
        count=PAGE + 1,
    )
    tasks = list(chasing.phone_tasks(request.user)[:20])
    query = request.GET.copy()
    return TemplateResponse(
        request,
        "office/chase_register.html",
        {
            "sentence": ngettext("%(n)d 个电话等您打。", "%(n)d 个电话等您打。", len(tasks)) % {"n": len(tasks)}
            if tasks
            else _("没有等您打的催办电话。"),
            "tasks": [_task(one) for one in tasks],
            "filters": filters,
            "clear_url": reverse("chase_register") if request.GET else "",
            "rows": [_row(one, request=request) for one in rows[:PAGE]],
            "new_url": "",
            "exports": [],
            "prev_url": _page(query, max(0, start - PAGE)) if start else "",
            "next_url": _page(query, start + PAGE) if len(rows) > PAGE else "",
        },
    )


def _page(query, start: int) -> str:
    query["from"] = str(start)
    return f"?{query.urlencode()}"


def _task(one) -> dict:
    return {
        "reference": one.case.reference or showing.title_of(one.case),
        "title": showing.title_of(one.case),
        "who": showing.holder_words(one.turn),
        "url": reverse("chase_new", args=[one.case.public_id]),
        "when": showing.short_moment(one.at),
    }


def _row(one, *, request: Asked) -> dict:
    days = one.days_late
    can_answer = one.chase is not None and not one.answer and chasing.may_answer(request.user, one.chase)
    return {
        "when": showing.short_moment(one.at),
        "reference": one.case.reference or showing.title_of(one.case),
        "url": reverse("case", args=[one.case.public_id]),
        "title": showing.title_of(one.case),
        "to": one.to,
        "post": "",
        "kind": one.kind_words,
        "by": one.by.name if one.by else "",
        "words": one.words,
        "answer": one.answer,
        "late_words": ngettext("超期 %(n)d 天", "超期 %(n)d 天", days) % {"n": days} if days > 0 else "",
        "answer_url": reverse("chase_answer", args=[one.chase.pk]) if can_answer else "",
    }


@require_http_methods(["GET", "POST"])
def new(request: Asked, public_id: str) -> HttpResponse:
    """A chase made by hand: whom, how, what was said, what was answered."""
    case = visible(request, public_id, at=gettext_noop("催办"))
    if not chasing.may_chase(request.user, case):
        raise Http404
    turns = _open_turns(case)
    form = ChaseForm(request.POST or None, turns=turns)
    if request.method == "POST" and form.is_valid() and _write(request, case, form):
        return redirect("case", public_id)
    place = turns[0] if turns else None
    return TemplateResponse(
        request,
        "office/chase_new.html",
        {
            "case": {
                "reference": case.reference,
                "title": showing.title_of(case),
                "url": reverse("case", args=[public_id]),
                "place_words": showing.holder_words(place) if place else "",
            },
            "form": form,
            "cancel_url": reverse("case", args=[public_id]),
        },
        status=422 if form.errors else 200,
    )


def _open_turns(case: Case) -> list[Turn]:
    turns = case.turns.filter(ended_at__isnull=True).select_related("holder", "post__department", "case")
    return list(turns.order_by("side", "pk"))


def _write(request: Asked, case: Case, form: ChaseForm) -> bool:
    data, now = form.cleaned_data, timezone.now()
    turn = form.turns[data["turn"]]
    people = notices.holders_of(turn, at=now)
    to = turn.holder or (people[0] if len(people) == 1 else str(turn.post))
    try:
        made = chasing.by_hand(
            case, kind=data["kind"], to=to, words=data["words"], actor=request.user, at=now, turn=turn
        )
        if data["answer"]:
            chasing.answered(made, answer=data["answer"], actor=request.user, at=now)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return False
    messages.success(request, _("已记入催办记录簿。"))
    return True


@require_http_methods(["GET", "POST"])
def answer(request: Asked, key: int) -> HttpResponse:
    """What the other side answered, written down later."""
    one = get_object_or_404(Chase.objects.select_related("case", "by"), pk=key)
    case = get_object_or_404(access.visible_to(request.user), pk=one.case_id)
    if not chasing.may_answer(request.user, one):
        raise Http404
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            chasing.answered(one, answer=form.cleaned_data["answer"], actor=request.user, at=timezone.now())
        except Refused as refused:
            form.add_error("answer", refused.sentence)
        else:
            return redirect("chase_register")
    return TemplateResponse(
        request,
        "office/confirm.html",
        {
            "heading": _("登记答复"),
            "question": f"{case.reference} {showing.title_of(case)}",
            "lines": [
                _("%(when)s %(kind)s催办 %(to)s：%(words)s")
                % {
                    "when": showing.moment(one.at),
                    "kind": one.get_kind_display(),
                    "to": one.to,
                    "words": one.words,
                }
            ],
            "form": form,
            "yes_words": _("登记"),
            "back_url": reverse("chase_register"),
            "danger": False,
        },
        status=422 if form.errors else 200,
    )
