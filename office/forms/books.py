"""Forms of the office's books: number series and the address book."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import ManyToOneRel, Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import procedures
from office.day_one import INCOMING
from office.forms.typed import choosing, picking
from office.models.cases import Case
from office.models.contacts import Contact, Organisation
from office.models.letterheads import Letterhead
from office.models.numbers import Series
from office.models.people import Post
from office.shorthand import initials


class SeriesForm(forms.ModelForm):
    """A book of one year. Numbers once given stay: name, form and count of a book in use are closed."""

    class Meta:
        model = Series
        fields = ["name", "year", "title", "function", "form", "last", "position", "number_only", "retired"]
        labels = {"last": gettext_lazy("已用到几号")}
        help_texts = {
            "last": gettext_lazy("年中开始使用的，填纸质簿已用到的号；发出第一个号以后不能再改"),
            "number_only": gettext_lazy("涉密文件的簿：只登编号、单位、密级、期限（R-SEC-03）"),
        }

    CLOSED = ("name", "year", "function", "form", "last", "number_only")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["function"] = forms.ChoiceField(label=_("业务"), choices=functions())
        self.used = bool(self.instance.pk) and Case.objects.filter(series=self.instance).exists()
        closed = self.CLOSED if self.used else ("name", "year") if self.instance.pk else ()
        for name in closed:
            self.fields[name].disabled = True
        if not self.instance.pk:
            self.fields["year"].initial = timezone.localdate().year

    def clean_last(self) -> int:
        last = self.cleaned_data["last"]
        if self.instance.pk and last < (self.initial.get("last") or 0):
            raise ValidationError(_("号只能往上走，不能改小：%(n)d 以前的号已经算用过。") % {"n": self.initial["last"]})
        return last


def functions() -> list[tuple[str, str]]:
    """The forms that papers are registered under, named by their first procedure."""
    found: dict[str, str] = {}
    for one in procedures.REGISTRY.values():
        if one.form:
            found.setdefault(one.form, str(one.title))
    for code in Series.objects.values_list("function", flat=True).distinct():
        found.setdefault(code, code)
    return list(found.items())


class LetterheadForm(forms.ModelForm):
    """发文机关. Several may number from one book; one book may be opened later than its letterhead."""

    series = forms.MultipleChoiceField(
        label=gettext_lazy("可用的代字"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("在编号系列里先建好"),
    )

    class Meta:
        model = Letterhead
        fields = ["name", "heading", "series", "seal", "signer", "position", "retired"]
        help_texts = {
            "heading": gettext_lazy("印在正文上方的发文机关标志，如 某某局文件"),
            "seal": gettext_lazy("落款盖哪一枚章"),
            "signer": gettext_lazy("由哪个岗位签发"),
        }
        error_messages = {"name": {"unique": gettext_lazy("已经有这个发文机关。")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = dict(Series.objects.order_by("-position", "year").values_list("name", "title"))
        # Under what is received nothing is issued.
        issued = Series.objects.filter(retired=False).exclude(function=INCOMING).order_by("position", "name")
        running = issued.values_list("name", flat=True)
        names = list(dict.fromkeys([*running, *(self.instance.series or [])]))
        choosing(self, "series").choices = [(name, _book_words(name, titles.get(name, ""))) for name in names]
        posts = Post.objects.filter(Q(retired=False) | Q(pk=self.instance.signer_id)).select_related("department")
        picking(self, "signer").queryset = posts

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_heading(self) -> str:
        return " ".join(self.cleaned_data["heading"].split())


def _book_words(name: str, title: str) -> str:
    return _("%(words)s（%(note)s）") % {"words": name, "note": title} if title and title != name else name


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "short_name", "initials", "group", "retired"]
        help_texts = {"initials": gettext_lazy("空着就按名称自动生成")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and in_use(self.instance):
            # What papers say is bound to their chains: a renamed body is another one, a slip is corrected on the paper.
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _(
                "已有文件用了这个名称，不能改。单位改了名，请停用这一个，另建新名称；登错了，请在那份文件上更正登记。"
            )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("initials") and cleaned.get("name"):
            cleaned["initials"] = initials(cleaned["name"])[:60]
        return cleaned


def in_use(organisation: Organisation) -> bool:
    """Whether any app's paper names it; its contacts and its own history do not count."""
    for relation in Organisation._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.related_model in (Contact, Organisation.history.model):
            continue
        papers: type[Model] = relation.related_model
        if papers._base_manager.filter(**{relation.field.name: organisation}).exists():
            return True
    return False
