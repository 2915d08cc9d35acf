"""Forms for words that somebody else writes: on behalf (代录) and corrections (更正)."""

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import acting, clock
from office.acting.door import wordless
from office.levels import ORAL, Medium
from office.models.cases import Decision
from office.models.files import StoredFile
from office.models.people import User

from .deciding import DateField, DecisionForm


class RecordForm(DecisionForm):
    """The decision form, with whose words they are, when they were written, and the scan."""

    extra: tuple[str, ...] = ("medium", "signer", "happened_on", "happened_time", "scan")

    def __init__(
        self, *args, signers: list[User], scanned: Sequence[tuple[StoredFile, str]] = (), **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.scanned = list(scanned)
        self.fields["signer"] = forms.ChoiceField(
            label=_("签署人"), choices=[(str(one.pk), str(one)) for one in signers]
        )
        if self.scanned:
            # The sheet lies beside the form: there is nothing to ask about it.
            self.extra = ("signer", "happened_on", "happened_time")
        media = [Medium.KEPT if wordless(self.case) else Medium.PAPER, *(one for one in Medium if one in ORAL)]
        choices = [(one.value, one.label) for one in media]
        self.fields["medium"] = forms.ChoiceField(
            label=_("据什么录入"), choices=choices, required=not self.scanned
        )
        self.fields["happened_on"] = DateField(
            label=_("批示日期"), lean="past",
            error_messages={"required": _("请写明批示日期：纸上写的，或者口头说的那天。")},
        )  # fmt: skip
        if self.scanned:
            self.fields["happened_on"].widget.attrs["autofocus"] = True
        self.fields["happened_time"] = forms.TimeField(
            label=_("几点"), required=False, input_formats=["%H:%M", "%H%M", "%H:%M:%S", "%H点", "%H点%M", "%H点%M分"],
            error_messages={"invalid": _("请写几点几分，比如 0930。")},
        )
        self.fields["scan"] = forms.FileField(label=_("纸质批示扫描件"), required=False, allow_empty_file=True)

    def record(self, code: str, *, by: User) -> Decision:
        """Enter the words as the signer's. Raises acting.Refused."""
        from office.files import Unfit, store_for

        now = timezone.now()
        medium = Medium.PAPER if self.scanned else self.cleaned_data["medium"]
        day, at = self.cleaned_data["happened_on"], self.cleaned_data.get("happened_time")
        if at is None and medium in ORAL:
            raise acting.Refused(_("口头指示请写明几点，比如 0930。"), field="happened_time")
        happened_at = datetime.combine(day, at or datetime.min.time(), tzinfo=clock.TIME_ZONE)
        upload = self.cleaned_data.get("scan")
        files = self.scanned
        if upload is not None and not self.scanned:
            try:
                files = store_for(self.case, [upload], at=now)
            except Unfit as unfit:
                raise acting.Refused(str(unfit), field="scan") from None
        made = self.make(
            code, at=now,
            recorded={"recorded_by": by, "medium": medium, "happened_at": happened_at, "files": files},
        )  # fmt: skip
        return made if isinstance(made, Decision) else self.case.decisions.latest("number")


class CorrectionForm(forms.Form):
    opinion = forms.CharField(label=gettext_lazy("更正后的意见"), max_length=5000, widget=forms.Textarea)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, by_office: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if by_office:
            self.fields["reason"] = forms.CharField(label=_("更正原因"), max_length=300)
