"""The two forms of a hand-over: between whom and why; then the list, line by line."""

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import acting
from office.acting.door import as_printed, marked, wordless
from office.forms.typed import picking
from office.handover.listing import FALLBACK, Line, Listing, unfit_choices, unnamed
from office.models.cases import Turn
from office.models.handovers import Handover, HandoverItem
from office.models.people import Kind, User

from .deciding import DateField

SHOWN = "shown"
ON_PAPER = gettext_lazy("原因写在纸上")


def _on_paper_only(line: Line) -> bool:
    return line.held.case is not None and wordless(line.held.case)


class PersonField(forms.ModelChoiceField):
    """With the department and title beside the name: there are two of the same name in many an office."""

    def label_from_instance(self, obj: User) -> str:
        away = "" if obj.is_active else _("（已停用）")
        return f"{obj.name}{away} {obj.department or ''} {obj.title}".strip()


def takers(*without: User):
    """Who may take something over."""
    people = User.objects.filter(kind=Kind.OFFICE, is_active=True).exclude(pk__in=[one.pk for one in without])
    return people.select_related("department").order_by("department__position", "username")


class ChooseForm(forms.Form):
    """Between whom, why, and for how long. It stands in the address, so that a list can be come back to."""

    person = PersonField(queryset=User.objects.none(), label=gettext_lazy("移交人"), empty_label="——")
    reason = forms.ChoiceField(label=gettext_lazy("事由"), choices=Handover.Reason.choices)
    receiver = PersonField(queryset=User.objects.none(), label=gettext_lazy("接收人"), empty_label="——")
    returns_on = DateField(
        label=gettext_lazy("预计返回"), required=False, help_text=gettext_lazy("长期外出的写上，到时候交回")
    )
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=200)
    back = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, supervisor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.supervisor = supervisor
        busy = Turn.objects.open().filter(holder__is_active=False).values("holder")
        people = acting.supervised_by(supervisor).filter(Q(is_active=True) | Q(pk__in=busy))
        ordered = people.select_related("department").order_by("department__position", "username")
        picking(self, "person").queryset = ordered
        picking(self, "receiver").queryset = takers(supervisor)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("person") and data.get("person") == data.get("receiver"):
            self.add_error("receiver", _("接收人不能是移交人自己。"))
        away = data.get("reason") == Handover.Reason.AWAY
        if not away:
            data["returns_on"] = None
        elif data.get("returns_on") and data["returns_on"] <= timezone.localdate():
            self.add_error("returns_on", _("预计返回的日期要在今天以后。"))
        return data

    def clean_note(self) -> str:
        note = self.cleaned_data["note"].strip()
        if sentence := marked(note):
            raise ValidationError(sentence)
        return note

    def clean_back(self) -> Handover | None:
        """What is given back: a hand-over this one supervises and whose two people change places now."""
        key = self.cleaned_data.get("back")
        if not key:
            return None
        found = Handover.objects.filter(pk=key, receiver=self.cleaned_data.get("person")).first()
        if found is None or found.person != self.cleaned_data.get("receiver"):
            raise ValidationError(_("没有这份交接单可以交回。"))
        return found


class ListForm(forms.Form):
    """A field for every question the list asks: the ways of a part, who takes it, whether a paper lies there."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    # The keys of the lines as they were shown: another list under the locks is said, not moved.
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, found: Listing, supervisor: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {
            "token": uuid.uuid4(), **kwargs["initial"], SHOWN: " ".join(line.key for line in found.lines)
        }
        super().__init__(data, **kwargs)
        self.found = found
        people = takers(supervisor, found.person)
        self.people = {str(one.pk): one for one in people}
        named = [(key, f"{one.name} {one.department or ''}".strip()) for key, one in self.people.items()]
        for group in found.groups:
            code = group.part.code
            if len(group.part.ways) > 1:
                self.fields[f"way-{code}"] = forms.ChoiceField(
                    label=_("%(part)s怎样移交") % {"part": group.part.title}, required=False,
                    choices=[(way.code, way.label) for way in group.part.ways],
                )
            if any(way.wants for way in group.part.ways):
                self.fields[f"to-{code}"] = forms.ChoiceField(
                    label=_("%(part)s由谁接收") % {"part": group.part.title}, required=False,
                    choices=[("", _("接收人")), *named],
                )
        for line in found.lines:
            self._ask_about(line, named)

    def _ask_about(self, line: Line, named: list[tuple[str, str]]) -> None:
        name = line.number or line.what
        if line.held.copies is not None:
            self.fields[f"check-{line.key}"] = forms.ChoiceField(
                label=_("%(number)s 账物") % {"number": name},
                choices=[("", "——"), *HandoverItem.Check.choices],
                error_messages={"required": _("请清点后选“相符”或“缺”。")},
            )
            if not _on_paper_only(line):
                self.fields[f"remark-{line.key}"] = forms.CharField(
                    label=_("%(number)s 缺件说明") % {"number": name}, required=False, max_length=200
                )
        if line.refused and line.known:
            self.fields[f"other-{line.key}"] = forms.ChoiceField(
                label=_("%(number)s 另由谁接收") % {"number": name}, required=False,
                choices=[("", "——"), (FALLBACK, _("按规定转后备岗位（传阅件收回文书处）")), *named],
            )

    def part_fields(self, code: str) -> Iterator[forms.BoundField]:
        for name in (f"way-{code}", f"to-{code}"):
            if name in self.fields:
                yield self[name]

    def line_field(self, kind: str, line: Line) -> forms.BoundField | None:
        name = f"{kind}-{line.key}"
        return self[name] if name in self.fields else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = self.chosen()
        for line in unnamed(self.found, chosen):
            words = _("%(number)s 不能移交给%(who)s，请另选一位，或者按规定转后备岗位。")
            to = self.to_of(line)
            self.add_error(f"other-{line.key}", words % {"number": line.number or line.what, "who": to or ""})
        for line, person in unfit_choices(self.found, chosen):
            words = _("%(number)s 也不能移交给%(who)s，请另选。")
            self.add_error(f"other-{line.key}", words % {"number": line.number or line.what, "who": person})
        for line in self.found.lines:
            missing = data.get(f"check-{line.key}") == HandoverItem.Check.MISSING
            words = data.get(f"remark-{line.key}", "").strip()
            if missing and not words and not _on_paper_only(line):
                self.add_error(f"remark-{line.key}", _("缺的请写明原因。"))
            elif sentence := marked(words):
                self.add_error(f"remark-{line.key}", sentence)
        return data

    def to_of(self, line: Line) -> User | None:
        return next((group.to for group in self.found.groups if line in group.lines), None)

    # --- What goes to handover.executing.Asked ---

    def _given(self, kind: str) -> dict[str, str]:
        head = f"{kind}-"
        return {name.removeprefix(head): value for name, value in self.cleaned_data.items()
                if name.startswith(head) and value}  # fmt: skip

    def chosen(self) -> dict[str, User | str]:
        return {key: self.people.get(value, FALLBACK) for key, value in self._given("other").items()}

    def checks(self) -> dict[str, str]:
        return self._given("check")

    def remarks(self) -> dict[str, str]:
        """Of a state secret no word stands here (R-SEC-03): why it is missing is written on the sheet by hand."""
        found = {key: words.strip() for key, words in self._given("remark").items()}
        missing = [key for key, state in self.checks().items() if state == HandoverItem.Check.MISSING]
        return found | {key: as_printed(ON_PAPER) for key in missing if key not in found}
