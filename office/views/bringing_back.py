"""How an earlier version of a setting is brought back: by the very form it is changed with, so its rules are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from office import acting, chasing, dials, missing_year, procedures
from office.forms.admin_people import DepartmentForm, PostForm
from office.forms.books import LetterheadForm, OrganisationForm, SeriesForm
from office.forms.calendar import DayForm, KnownYearForm
from office.forms.dials import DialForm, LadderForm, ProcedureForm, StepForm
from office.forms.personal import PhraseForm
from office.models.clocks import Day, KnownYear
from office.models.contacts import Organisation
from office.models.dials import Ladder, Phrase, ProcedureChoice, Setting, StepSetting
from office.models.letterheads import Letterhead
from office.models.numbers import Series
from office.models.people import Department, Kind, Post, PostHolding, User
from office.views.asked import Asked

from .admin_dials import FORMS
from .calendar import left_out, then_moved


class Gone(Exception):
    """What the version spoke of is not there any more; the text says so."""


@dataclass
class Back:
    """A version in its form. `write(reason)` saves what the form has accepted and says where to go then."""

    form: forms.BaseForm
    write: Callable[[Asked, str], HttpResponse]
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """A setting whose versions are kept. `by`: what kind of account changes it; `key`: the fields that say of which
    thing it speaks (without any: of one row); `page(record)`: where it is changed; `back(record, user, since)`."""

    model: Any
    by: str
    key: tuple[str, ...]
    page: Callable[[Any], str]
    back: Callable[[Any, User, Any], Back]
    dated: bool = False


def save(row: Any, fresh: dict[str, Any], reason: str) -> None:
    for name, value in fresh.items():
        setattr(row, name, value)
    row._change_reason = reason
    row.save()


def _setting(record: Any, user: User, since: Any) -> Back:
    declared = dials.DIALS.get(record.code)
    if declared is None:
        raise Gone(_("这一项已经不再使用，恢复不了。"))
    typed = record.value if declared.kind == dials.HOURS else {"value": record.value}
    form: DialForm = FORMS[declared.kind](typed, dial=declared, initial={"value": record.value})

    def write(request: Asked, reason: str) -> HttpResponse:
        row = Setting.objects.filter(code=record.code).first() or Setting(code=record.code)
        save(row, {"value": form.plain()}, reason)
        return redirect("calendar_moved" if declared.kind == dials.HOURS else "dials")

    return Back(form, write)


def _step(record: Any, user: User, since: Any) -> Back:
    declared = procedures.REGISTRY.get(record.procedure)
    place = declared.steps.get(record.step) if declared else None
    if declared is None or place is None or place.retired:
        raise Gone(_("这个环节已经不再使用，恢复不了。"))
    typed: dict[str, Any] = {
        "since": since, "post": record.post_id, "readers": record.readers, "skipped": record.skipped
    }
    for urgency, limit in record.limits.items():
        typed |= {f"{urgency}_{name}": limit.get(name, "") for name in ("count", "kind", "at")}
    form = StepForm(typed, procedure=declared, step=place, setting=None)

    def write(request: Asked, reason: str) -> HttpResponse:
        key = {"procedure": record.procedure, "step": record.step, "since": form.cleaned_data["since"]}
        save(StepSetting.objects.filter(**key).first() or StepSetting(**key), form.values(), reason)
        return redirect("steps", record.procedure)

    return Back(form, write)


def _choice(record: Any, user: User, since: Any) -> Back:
    form = ProcedureForm({"procedure": record.procedure, "since": since}, form=record.form)

    def write(request: Asked, reason: str) -> HttpResponse:
        key = {"form": record.form, "since": form.cleaned_data["since"]}
        row = ProcedureChoice.objects.filter(**key).first() or ProcedureChoice(**key)
        save(row, {"procedure": form.cleaned_data["procedure"]}, reason)
        return redirect("procedure_choices")

    return Back(form, write)


def _ladder(record: Any, user: User, since: Any) -> Back:
    try:
        ladder = chasing.Ladder.from_dict({**record.rungs, "code": record.code})
    except (KeyError, TypeError, ValueError):
        raise Gone(_("这一版的阶梯读不出来，恢复不了。")) from None
    form = LadderForm({**LadderForm(ladder=ladder).initial, "since": since}, ladder=ladder)

    def write(request: Asked, reason: str) -> HttpResponse:
        key = {"code": record.code, "since": form.cleaned_data["since"]}
        save(Ladder.objects.filter(**key).first() or Ladder(**key), {"rungs": form.made.as_dict()}, reason)
        return redirect("ladders")

    return Back(form, write)


def _day(record: Any, user: User, since: Any) -> Back:
    form = DayForm({"kind": record.kind, "note": record.note, "source": record.source}, on=record.date)

    def write(request: Asked, reason: str) -> HttpResponse:
        row = Day.objects.filter(date=record.date).first() or Day(date=record.date)
        save(row, {name: form.cleaned_data[name] for name in ("kind", "note", "source")}, reason)
        return then_moved(request, record.date.year)

    return Back(form, write)


def _known_year(record: Any, user: User, since: Any) -> Back:
    form = KnownYearForm({"source": record.source})
    if sentence := left_out(record.year):
        form.add_error(None, sentence)

    def write(request: Asked, reason: str) -> HttpResponse:
        row = KnownYear.objects.filter(year=record.year).first() or KnownYear(year=record.year)
        save(row, {"source": form.cleaned_data["source"]}, reason)
        missing_year.entered(at=timezone.now())
        return redirect("calendar_year", record.year)

    return Back(form, write)


def _row(model: Any, record: Any) -> Any:
    """The row itself, held until the change is written: a number may be drawn at this very moment."""
    row = model.objects.select_for_update(of=("self",)).filter(pk=record.id).first()
    if row is None:
        raise Gone(_("这一条已经不在了，恢复不了。"))
    return row


def _typed(form: type[forms.ModelForm], record: Any, **other: Any) -> dict[str, Any]:
    """What would be typed into a form for this version; the version may lack what its history leaves out."""
    names = form.base_fields
    tracked = {field.name: getattr(record, field.attname) for field in record.tracked_fields if field.name in names}
    return {name: value for name, value in {**tracked, **other}.items() if value is not None}


def _model_back(form: forms.ModelForm, to: str, *, after: Callable[[Any, Asked], None] | None = None,
                kept: tuple[str, ...] = ()) -> Back:
    def write(request: Asked, reason: str) -> HttpResponse:
        form.instance._change_reason = reason
        made = form.save()
        if after is not None:
            after(made, request)
        return redirect(to)

    return Back(form, write, kept)


def _series(record: Any, user: User, since: Any) -> Back:
    row = _row(Series, record)
    # Numbers drawn are no change of the book and never go back.
    form = SeriesForm(_typed(SeriesForm, record, last=row.last), instance=row)
    return _model_back(form, "series_list", kept=("last",))


def _organisation(record: Any, user: User, since: Any) -> Back:
    form = OrganisationForm(_typed(OrganisationForm, record), instance=_row(Organisation, record))
    return _model_back(form, "organisations")


def _letterhead(record: Any, user: User, since: Any) -> Back:
    form = LetterheadForm(_typed(LetterheadForm, record), instance=_row(Letterhead, record))
    return _model_back(form, "letterheads")


def _department(record: Any, user: User, since: Any) -> Back:
    form = DepartmentForm(_typed(DepartmentForm, record), instance=_row(Department, record))

    def settle(made: Department, request: Asked) -> None:
        if "parent" in form.changed_data:
            acting.settle_department(made, actor=request.user)

    return _model_back(form, "departments", after=settle)


def _post(record: Any, user: User, since: Any) -> Back:
    form = PostForm(_typed(PostForm, record), instance=_row(Post, record), by=user)

    def follow(made: Post, request: Asked) -> None:
        PostHolding.objects.filter(post=made).update(single=made.single)

    return _model_back(form, "posts", after=follow)


def _phrase(record: Any, user: User, since: Any) -> Back:
    row = Phrase.objects.filter(pk=record.id, person=None).first() or Phrase(pk=record.id, position=record.position)
    return _model_back(PhraseForm({"text": record.text}, instance=row, person=None), "office_phrases")


def _phrase_page(record: Any) -> str:
    there = Phrase.objects.filter(pk=record.id, person=None).exists()
    return reverse("office_phrase", args=[record.id]) if there else reverse("office_phrases")


def _of_one(name: str) -> Callable[[Any], str]:
    return lambda record: reverse(name, args=[record.id])


SYSTEM = Kind.SYSTEM.value
KEPT: dict[str, Kept] = {
    "setting": Kept(Setting, SYSTEM, ("code",), lambda one: reverse("dial", args=[one.code]), _setting),
    "stepsetting": Kept(
        StepSetting, SYSTEM, ("procedure", "step"), lambda one: reverse("step", args=[one.procedure, one.step]),
        _step, dated=True,
    ),
    "procedurechoice": Kept(
        ProcedureChoice, SYSTEM, ("form",), lambda one: reverse("procedure_choice", args=[one.form]),
        _choice, dated=True,
    ),
    "ladder": Kept(Ladder, SYSTEM, ("code",), lambda one: reverse("ladder", args=[one.code]), _ladder, dated=True),
    "day": Kept(Day, SYSTEM, ("date",), lambda one: reverse("calendar_day", args=[one.date.year, one.date]), _day),
    "knownyear": Kept(
        KnownYear, SYSTEM, ("year",), lambda one: reverse("calendar_year", args=[one.year]), _known_year
    ),
    "series": Kept(Series, SYSTEM, (), _of_one("series"), _series),
    "organisation": Kept(Organisation, SYSTEM, (), _of_one("organisation"), _organisation),
    "department": Kept(Department, SYSTEM, (), _of_one("department"), _department),
    "post": Kept(Post, Kind.SECURITY.value, (), _of_one("post"), _post),
    "letterhead": Kept(Letterhead, SYSTEM, (), _of_one("letterhead"), _letterhead),
    "phrase": Kept(Phrase, SYSTEM, (), _phrase_page, _phrase),
}


def refusals(back: Back, record: Any, said: Callable[[Any, str], str]) -> list[str]:
    """Why this version may not hold again, in sentences; none when it may. `said(record, field name)`: its value then
    in words."""
    if not back.form.is_valid():
        found = []
        for name, errors in back.form.errors.as_data().items():
            label = back.form.fields[name].label if name in back.form.fields else ""
            for error in errors:
                if error.code in ("invalid_choice", "invalid_pk_value") and label:
                    found.append(
                        _("“%(field)s”当时是“%(value)s”，现在已经停用或不能选。")
                        % {"field": label, "value": said(record, name)}
                    )
                else:
                    found += [_("%(field)s：%(words)s") % {"field": label, "words": one} if label else str(one)
                              for one in error.messages]
        return found
    # A field that is closed by now keeps what it says now, without a word: then this is not that version.
    closed = [
        field.label for name, field in back.form.fields.items()
        if field.disabled and name not in back.kept and _differs(back.form, record, name)
    ]
    return [_("“%(field)s”已经不能改，恢复不了这一版。") % {"field": label} for label in closed]


def _differs(form: forms.BaseForm, record: Any, name: str) -> bool:
    then = {field.name: getattr(record, field.attname) for field in record.tracked_fields}
    now = getattr(form, "initial", {}).get(name)
    return name in then and then[name] != now
