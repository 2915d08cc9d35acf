"""Forms of what a person arranges for himself: phrases, deputies, days away."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import procedures
from office.acting.door import marked
from office.forms.typed import choosing, picking
from office.levels import FIRST_STATE_SECRET, Secrecy
from office.models.dials import Phrase
from office.models.people import Deputy, Kind, Leave, User

from .deciding import DateField

# More would not fit beside the opinion; the first nine have keys.
MOST_PHRASES = 30


class PhraseForm(forms.ModelForm):
    class Meta:
        model = Phrase
        fields = ["text"]
        labels = {"text": gettext_lazy("新的常用语")}

    def __init__(self, *args: Any, person: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_text(self) -> str:
        text = " ".join(self.cleaned_data["text"].split())
        if sentence := marked(text):
            raise ValidationError(sentence)
        others = Phrase.objects.filter(person=self.person).exclude(pk=self.instance.pk)
        if others.filter(text=text).exists():
            raise ValidationError(_("这一条已经有了。"))
        if self.instance.pk is None and others.count() >= MOST_PHRASES:
            raise ValidationError(_("最多 %(n)d 条，请先删去不用的。") % {"n": MOST_PHRASES})
        return text


def colleagues(user: User) -> list[User]:
    people = User.objects.filter(kind=Kind.OFFICE, is_active=True).exclude(pk=user.pk)
    return list(people.select_related("department").order_by("department__position", "username"))


class DeputyForm(forms.ModelForm):
    """授权代理: whom, from when to when, for what, up to which level. Not transitive, never sealed papers."""

    starts_on = DateField(label=gettext_lazy("从哪天起"))
    ends_on = DateField(label=gettext_lazy("到哪天止"), help_text=gettext_lazy("含这一天"))
    procedures = forms.MultipleChoiceField(
        label=gettext_lazy("哪些事项"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("都不选就是全部"),
    )

    field_order = ["deputy", "starts_on", "ends_on", "procedures", "highest_secrecy", "note"]

    class Meta:
        model = Deputy
        fields = ["deputy", "starts_on", "ends_on", "procedures", "highest_secrecy", "note"]

    def __init__(self, *args: Any, principal: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.principal = principal
        self.instance.principal = principal
        chosen = picking(self, "deputy")
        chosen.queryset = User.objects.filter(pk__in=[one.pk for one in colleagues(principal)])
        chosen.choices = [
            ("", "——"),
            *((one.pk, f"{one.name} {one.department or ''} {one.title}".strip()) for one in colleagues(principal)),
        ]
        choosing(self, "procedures").choices = [
            (code, str(one.title)) for code, one in procedures.REGISTRY.items() if not one.sealed
        ]
        # R-SEC-03, R-SEC-07: state secrets are not decided here, and nobody lends what he has not got.
        choosing(self, "highest_secrecy").choices = [
            (level.value, level.label)
            for level in Secrecy
            if level <= principal.clearance and level < FIRST_STATE_SECRET
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends:
            if ends < starts:
                self.add_error("ends_on", _("结束日期不能早于开始日期。"))
            elif ends < timezone.localdate():
                self.add_error("ends_on", _("这段时间已经过去了，请写今天以后的日期。"))
            elif (again := self._again(starts, ends)) is not None:
                self.add_error(
                    "deputy",
                    _("%(from)s 至 %(to)s 已经授权给这位了，请错开日期，或者先收回原来的。")
                    % {"from": again.starts_on, "to": again.ends_on},
                )
        return cleaned

    def _again(self, starts: date, ends: date) -> Deputy | None:
        deputy = self.cleaned_data.get("deputy")
        return overlapping(self.principal, starts=starts, ends=ends).filter(deputy=deputy).first() if deputy else None

    def remarks(self) -> list[str]:
        """What is allowed and still worth knowing: others beside him, his own deputies, his days away."""
        made = self.instance
        span = {"starts": made.starts_on, "ends": made.ends_on}
        words = []
        beside = overlapping(self.principal, **span).exclude(pk=made.pk).select_related("deputy")
        if beside:
            names = "、".join(sorted({one.deputy.name for one in beside}))
            words.append(_("这段时间 %(names)s 也代您办理：谁先办就算谁办的。") % {"names": names})
        further = overlapping(made.deputy, **span).select_related("deputy")
        if further:
            words.append(
                _("%(deputy)s 自己请 %(names)s 代办；代理不能再转授，%(names)s 不能办您的文件。")
                % {"deputy": made.deputy.name, "names": "、".join(sorted({one.deputy.name for one in further}))}
            )
        if Leave.objects.filter(person=made.deputy, starts_on__lte=made.ends_on, ends_on__gte=made.starts_on):
            words.append(_("%(deputy)s 这段时间里也有不在岗的日子。") % {"deputy": made.deputy.name})
        return words


def overlapping(principal: User, *, starts: date, ends: date):
    return Deputy.objects.filter(
        principal=principal, ended_at__isnull=True, starts_on__lte=ends, ends_on__gte=starts
    )


class LeaveForm(forms.ModelForm):
    starts_on = DateField(label=gettext_lazy("从哪天起"))
    ends_on = DateField(label=gettext_lazy("到哪天止"), help_text=gettext_lazy("含这一天"))

    field_order = ["kind", "starts_on", "ends_on", "note"]

    class Meta:
        model = Leave
        fields = ["kind", "starts_on", "ends_on", "note"]

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("结束日期不能早于开始日期。"))
        elif starts and ends:
            mine = Leave.objects.filter(person=self.person, starts_on__lte=ends, ends_on__gte=starts)
            if (again := mine.first()) is not None:
                words = _("%(from)s 至 %(to)s 已经登记离岗了，请错开日期，或者先取消原来的。")
                self.add_error("starts_on", words % {"from": again.starts_on, "to": again.ends_on})
        return cleaned
