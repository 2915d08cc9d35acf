"""Forms of bringing in an old register: which file, and which column is what."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.importing import Table
from office.models.numbers import Series

from .legacy import FACTS
from .registering import FUNCTION

EARLIEST = 1949


class OldBookForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("登记簿文件"), help_text=gettext_lazy("XLSX 或 XLS 表格，一次一个年度"),
        error_messages={"required": gettext_lazy("请选择文件。")},
    )
    year = forms.IntegerField(label=gettext_lazy("年度"))
    book = forms.ChoiceField(label=gettext_lazy("导入到哪一本"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        books = Series.objects.filter(function=FUNCTION, number_only=False).order_by("position", "name", "-year")
        titles = {one.name: one.title for one in books}
        self.fields["book"].choices = [(name, f"{title}（{name}）") for name, title in titles.items()]
        self.fields["year"].initial = timezone.localdate().year - 1

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if not EARLIEST <= year <= timezone.localdate().year:
            raise forms.ValidationError(_("请写 %(least)d 到今年之间的年份。") % {"least": EARLIEST})
        return year


class MappingForm(forms.Form):
    """Under which column each fact stands, as recognised and changeable."""

    def __init__(self, *args: Any, table: Table, columns: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        letters = [_letter(at) for at in range(table.grid.width)]
        heads = [word or _("（没有列名）") for word in table.head.words]
        choices = [("", _("没有这一列"))]
        named = enumerate(zip(letters, heads, strict=False))
        choices += [(str(at), f"{letter}　{head}") for at, (letter, head) in named]
        for fact in FACTS:
            field = forms.ChoiceField(
                label=fact.label, choices=choices, required=False, initial=str(columns.get(fact.code, ""))
            )
            self.fields[fact.code] = field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        taken: dict[str, str] = {}
        for fact in FACTS:
            column = data.get(fact.code)
            if column and column in taken:
                self.add_error(fact.code, _("这一列已经指定为“%(other)s”。") % {"other": taken[column]})
            elif column:
                taken[column] = str(fact.label)
        return data

    @property
    def columns(self) -> dict[str, int]:
        return {fact.code: int(self.cleaned_data[fact.code]) for fact in FACTS if self.cleaned_data.get(fact.code)}


def _letter(at: int) -> str:
    """The spreadsheet's name of a column: 0 → A, 26 → AA."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
