"""Forms of the year's 放假安排: the notice as it is brought, and its days as they are to be kept."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import holiday_notice
from office.clock.explained import weekday_words
from office.forms.deciding import DateField
from office.models.clocks import Day

LONGEST = 20_000
SPARE = 3
KINDS = [
    (Day.Kind.OFF.value, gettext_lazy("放假")),
    (Day.Kind.HOLIDAY.value, gettext_lazy("法定节假日")),
    (Day.Kind.WORK.value, gettext_lazy("补班")),
    ("", gettext_lazy("不录这一天")),
]


class NoticeForm(forms.Form):
    """The notice pasted or uploaded; the year only where its title does not say it."""

    text = forms.CharField(
        label=gettext_lazy("通知全文"), required=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("从标题复制到落款；贴不全也能读，少了什么会说"),
    )
    file = forms.FileField(
        label=gettext_lazy("或者上传通知"), required=False, help_text=gettext_lazy("文本、DOCX、PDF、OFD")
    )
    year = forms.IntegerField(
        label=gettext_lazy("年份"), required=False, min_value=2019, max_value=2099,
        help_text=gettext_lazy("通知标题里有就空着"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("file") and not (cleaned.get("text") or "").strip():
            raise ValidationError(_("请贴上通知的文字，或者选择文件。"))
        return cleaned


class ArrangedForm(forms.Form):
    """Every day of the arrangement, each to be changed or left out. `rows`: [{date, kind, note}] as read; `kept`: the
    calendar's own rows that the notice does not name; `doubts`: what has to be compared with the paper."""

    source = forms.CharField(label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("通知的名称和文号"))

    def __init__(self, data: Any = None, *, year: int, rows: list[dict], doubts: list[str], source: str) -> None:
        self.year, self.given = year, rows
        initial: dict[str, Any] = {"source": source}
        for place, row in enumerate(rows):
            initial |= {f"d{place}-{name}": row[name] for name in ("date", "kind", "note")}
        super().__init__(data, initial=initial)
        self.places = range(len(rows) + SPARE)
        for place in self.places:
            self.fields[f"d{place}-date"] = DateField(label=_("日期"), required=False)
            self.fields[f"d{place}-kind"] = forms.ChoiceField(label=_("安排"), choices=KINDS, required=False)
            self.fields[f"d{place}-note"] = forms.CharField(label=_("说明"), required=False, max_length=60)
        if doubts:
            self.fields["compared"] = forms.BooleanField(
                label=_("我对照通知原文看过了，就按下表录入"), required=True,
                error_messages={"required": _("上面有对不上的地方。请对照原文改好，再勾上这一句。")},
            )

    @property
    def rows(self) -> list[dict]:
        """For the table: the three fields of a day, its weekday in words and what the calendar has for it now."""
        return [
            {
                "fields": [self[f"d{place}-{name}"] for name in ("date", "kind", "note")],
                "weekday": weekday_words(date.fromisoformat(row["date"])) if row else "",
                "now": _now_words(row) if row else "",
            }
            for place, row in enumerate([*self.given, *[None] * SPARE])
        ]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("source", "compared") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.days: dict[date, tuple[str, str]] = {}
        for place in self.places:
            day: date | None = cleaned.get(f"d{place}-date")
            if day is None:
                continue
            if abs(day.year - self.year) > 1:
                self.add_error(f"d{place}-date", _("%(day)s 不在 %(year)d 年前后。") % {"day": day, "year": self.year})
            elif day in self.days:
                self.add_error(f"d{place}-date", _("%(day)s 写了两次。") % {"day": day})
            else:
                self.days[day] = cleaned.get(f"d{place}-kind") or "", cleaned.get(f"d{place}-note") or ""
        if not self.errors:
            for sentence in holiday_notice.faults(self.year, self._kept()):
                self.add_error(None, sentence)
        return cleaned

    def _kept(self) -> dict[date, str]:
        return {day: kind for day, (kind, _note) in self.days.items() if kind}


def given_rows(read: holiday_notice.Read) -> list[dict]:
    """The days of a notice and the calendar's own of that year, in order, as ArrangedForm takes them: {date, kind,
    note, named (by the notice), was (the kind of the calendar's row until now, or "")}."""
    assert read.year is not None
    known = {row.date: row for row in Day.objects.filter(date__year__range=(read.year - 1, read.year + 1))}
    rows: list[dict] = [
        {"date": one.date.isoformat(), "kind": one.kind, "note": one.note, "named": True,
         "was": known[one.date].kind if one.date in known else ""}
        for one in read.days.values()
    ]
    rows += [
        {"date": row.date.isoformat(), "kind": row.kind, "note": row.note, "named": False, "was": row.kind}
        for row in known.values()
        if row.date.year == read.year and row.date not in read.days
    ]
    return sorted(rows, key=lambda row: row["date"])


def _now_words(row: dict) -> str:
    if not row["named"]:
        return _("日历里原有，通知里没有")
    if not row["was"] or (row["was"] == Day.Kind.WORK) == (row["kind"] == holiday_notice.WORK):
        return ""
    return _("日历里原来是%(kind)s") % {"kind": dict(Day.Kind.choices)[row["was"]]}
