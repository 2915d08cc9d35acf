"""Small forms in the address: what a list is narrowed by."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from office.forms.typed import choosing


class WordFilter(forms.Form):
    q = forms.CharField(required=False, max_length=60)

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = label

    def words(self) -> str:
        return self.cleaned_data.get("q", "").strip() if self.is_bound and self.is_valid() else ""


class ChoiceFilter(WordFilter):
    """A word and one choice out of a list."""

    kind = forms.ChoiceField(label=_("类别"), required=False)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "kind").choices = [("", _("全部")), *choices]

    def chosen(self) -> str:
        return self.cleaned_data.get("kind", "") if self.is_bound and self.is_valid() else ""
