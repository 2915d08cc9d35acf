"""Choosing columns and their order; a name for a view, and whether the office shares it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.acting.door import marked
from office.lists import Column, List
from office.lists.arranging import MOST_VIEWS
from office.models.arranged import SavedView
from office.models.people import User


class ColumnsForm(forms.Form):
    """For every column a box and its place; the one that names the row is always the first."""

    def __init__(self, data: Any = None, *, listed: List, shown: list[Column], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.listed = listed
        places = {column.code: place for place, column in enumerate(shown, start=1)}
        others = [column for column in listed.columns if column.code not in places]
        self.columns = [column for column in [*shown, *others] if column.code != listed.usual[0]]
        for place, column in enumerate(self.columns, start=1):
            self.fields[f"show-{column.code}"] = forms.BooleanField(
                label=str(column.label), required=False, initial=column.code in places
            )
            self.fields[f"place-{column.code}"] = forms.IntegerField(
                label=_("%(column)s的位置") % {"column": column.label}, required=False, initial=place, min_value=1,
                max_value=99, error_messages={"invalid": _("位置请写数字。")},
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"show-{column.code}"], self[f"place-{column.code}"]) for column in self.columns]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.codes():
            raise ValidationError(_("请至少选一栏。"))
        return data

    def codes(self) -> list[str]:
        """Those that are ticked, in the order of their places; of one place as they stand."""
        ticked = [column.code for column in self.columns if self.cleaned_data.get(f"show-{column.code}")]
        return sorted(ticked, key=lambda code: self.cleaned_data.get(f"place-{code}") or 99)


class ViewForm(forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ["name", "shared"]
        help_texts = {"shared": gettext_lazy("别人打开时，只看到他自己能看的文件")}

    def __init__(self, *args: Any, person: User, listed: str, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.listed = person, listed
        self.instance.person, self.instance.listed = person, listed
        if not may_share:
            del self.fields["shared"]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if sentence := marked(name):
            raise ValidationError(sentence)
        others = SavedView.objects.exclude(pk=self.instance.pk)
        if others.filter(person=self.person, listed=self.listed, name=name).exists():
            raise ValidationError(_("您已经有一个叫这个名字的视图了，请换一个名字。"))
        mine = others.filter(person=self.person, listed=self.listed).count()
        if self.instance.pk is None and mine >= MOST_VIEWS:
            raise ValidationError(_("一个清单最多存 %(n)d 个视图，请先删去不用的。") % {"n": MOST_VIEWS})
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        shared = SavedView.objects.exclude(pk=self.instance.pk).filter(shared=True, listed=self.listed)
        if data.get("shared") and shared.filter(name=data.get("name", "")).exists():
            self.add_error("name", _("本单位已经有一个叫这个名字的共用视图了，请换一个名字。"))
        return data
