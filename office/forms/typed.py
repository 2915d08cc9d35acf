"""A form's own fields by what they are; Django hands them out as plain fields."""

from typing import cast

from django import forms


def choosing(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    return cast(forms.ChoiceField, form.fields[name])


def picking(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    return cast(forms.ModelChoiceField, form.fields[name])
