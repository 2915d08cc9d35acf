"""Forms for words that somebody else writes: on behalf (代录) and corrections (更正)."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import acting, clock
from office.acting.door import wordless
from office.levels import ORAL, Medium
from office.models.people import User

from .deciding import DateField, DecisionForm


class RecordForm(DecisionForm):
    """The decision form, with whose words they are, when they were written, and the scan."""

    extra = ("medium", "signer", "happened_on", "happened_time", "scan")

    def __init__(self, *args, signers: list[User], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signer"] = forms.ChoiceField(
            label=_("签署人"), choices=[(str(one.pk), str(one)) for one in signers]
        )
        media = [Medium.KEPT if wordless(self.case) else Medium.PAPER, *(one for one in Medium if one in ORAL)]
        choices = [(one.value, one.label) for one in media]
        self.fields["medium"] = forms.ChoiceField(label=_("据什么录入"), choices=choices)
        self.fields["happened_on"] = DateField(label=_("批示日期"), lean="past")
        self.fields["happened_time"] = forms.TimeField(
            label=_("几点"), required=False, input_formats=["%H:%M", "%H%M", "%H:%M:%S", "%H点", "%H点%M", "%H点%M分"],
            error_messages={"invalid": _("请写几点几分，比如 0930。")},
        )
        self.fields["scan"] = forms.FileField(label=_("纸质批示扫描件"), required=False, allow_empty_file=True)

    def record(self, code: str, *, by: User) -> None:
        """Enter the words as the signer's. Raises acting.Refused."""
        from office.files import Unfit, store_for

        now = timezone.now()
        medium = self.cleaned_data["medium"]
        day, at = self.cleaned_data["happened_on"], self.cleaned_data.get("happened_time")
        if day is None:
            raise acting.Refused(_("请写明批示日期：纸上写的，或者口头说的那天。"), field="happened_on")
        if at is None and medium in ORAL:
            raise acting.Refused(_("口头指示请写明几点，比如 0930。"), field="happened_time")
        happened_at = datetime.combine(day, at or datetime.min.time(), tzinfo=clock.TIME_ZONE)
        upload = self.cleaned_data.get("scan")
        files = []
        if upload is not None:
            try:
                files = store_for(self.case, [upload], at=now)
            except Unfit as unfit:
                raise acting.Refused(str(unfit), field="scan") from None
        self.make(
            code, at=now,
            recorded={"recorded_by": by, "medium": medium, "happened_at": happened_at, "files": files},
        )  # fmt: skip


class CorrectionForm(forms.Form):
    opinion = forms.CharField(label=gettext_lazy("更正后的意见"), max_length=5000, widget=forms.Textarea)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, by_office: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if by_office:
            self.fields["reason"] = forms.CharField(label=_("更正原因"), max_length=300)
