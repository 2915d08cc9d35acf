"""The form of 更正登记: every column but the number, written over what is known."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.acting.door import wordless
from office.forms.deciding import DateField
from office.forms.tracking import leave_on_paper
from office.levels import Secrecy, Urgency
from office.models.cases import Case, ContentChange

from .forms import (
    FilesField,
    MomentField,
    answer_after_receipt,
    answer_before_the_meeting,
    inside_words,
    refuse_marks,
)
from .models import IncomingDocument, MeetingNotice
from .paths import wrong_answer_day
from .registering import words_on_a_secret

# What only an opened letter tells (R-IN-25).
INSIDE = ("title", "number", "dated_on", "pages", "enclosures", "answer_wanted", "answer_by", "note", "files")


class CorrectionForm(forms.Form):
    """更正登记: every column but the number, with the reason. The old values stay in the history."""

    # What the page was written from: another correction in between is not overwritten unseen.
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label=gettext_lazy("更正原因"), max_length=200)
    title = forms.CharField(label=gettext_lazy("标题"), max_length=500, required=False)
    sender = forms.CharField(label=gettext_lazy("来文单位"), max_length=120)
    number = forms.CharField(label=gettext_lazy("来文字号"), max_length=80, required=False)
    received_on = DateField(label=gettext_lazy("收文日期"), lean="past")
    dated_on = DateField(label=gettext_lazy("成文日期"), lean="past", required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("收文方式"), choices=IncomingDocument.Channel.choices, required=False
    )
    carrier = forms.ChoiceField(label=gettext_lazy("载体"), choices=IncomingDocument.Carrier.choices, required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("紧急程度"), choices=Urgency.choices)
    copies = forms.IntegerField(label=gettext_lazy("份数"), min_value=1, max_value=9999)
    pages = forms.IntegerField(label=gettext_lazy("页数"), min_value=1, max_value=9999, required=False)
    enclosures = forms.IntegerField(label=gettext_lazy("附件"), min_value=0, max_value=999, required=False)
    copy_number = forms.CharField(label=gettext_lazy("份号"), max_length=30, required=False)
    answer_wanted = forms.BooleanField(label=gettext_lazy("要求答复"), required=False)
    answer_by = DateField(label=gettext_lazy("答复期限"), lean="future", required=False)
    answered_on = DateField(label=gettext_lazy("答复日期"), lean="past", required=False)
    note = forms.CharField(label=gettext_lazy("备注"), max_length=300, required=False)
    files = FilesField(label=gettext_lazy("补充扫描件"), required=False)

    # Document columns under the same name in the form.
    COLUMNS = (
        "number", "received_on", "dated_on", "channel", "carrier", "copies", "pages", "enclosures", "copy_number",
        "answer_wanted", "answer_by", "answered_on", "note",
    )  # fmt: skip
    # The columns of a meeting's notice, by their fields.
    OF_MEETING = {
        "meeting_at": "starts_at", "meeting_place": "place", "meeting_rank": "rank_wanted",
        "meeting_answer_by": "answer_by",
    }  # fmt: skip

    def __init__(self, *args, document: IncomingDocument, **kwargs) -> None:
        self.document = document
        case = document.case
        initial = {
            "version": version_of(case),
            "title": case.title,
            "sender": document.sender.name,
            "urgency": case.urgency,
            **{name: getattr(document, name) for name in self.COLUMNS},
        }
        super().__init__(*args, initial=initial, **kwargs)
        if document.channel != IncomingDocument.Channel.MEETING:
            # What was brought from a meeting names it (R-IN-07), and here is no place to.
            self.fields["channel"].choices = [
                one
                for one in IncomingDocument.Channel.choices
                if one[0] != IncomingDocument.Channel.MEETING
                and (one[0] != IncomingDocument.Channel.UNKNOWN or document.channel == one[0])
            ]
        if document.answered_on is None:
            # An answer is entered by its move; here it is only put right.
            del self.fields["answered_on"]
        if (meeting := getattr(document, "meeting", None)) is not None:
            # A notice is answered by its own hour, below.
            del self.fields["answer_wanted"], self.fields["answer_by"]
            self.fields["meeting_at"] = MomentField(label=_("会议时间"), initial=meeting.starts_at)
            self.fields["meeting_place"] = forms.CharField(
                label=_("会议地点"), max_length=120, required=False, initial=meeting.place
            )
            self.fields["meeting_rank"] = forms.CharField(
                label=_("参会要求"), max_length=120, required=False, initial=meeting.rank_wanted
            )
            self.fields["meeting_answer_by"] = MomentField(
                label=_("报名截止"), required=False, initial=meeting.answer_by
            )
        if document.telegram:
            # A telegram has an urgency of its own, and the paper's follows it.
            self.fields["telegram"] = forms.ChoiceField(
                label=_("电报等级"), choices=IncomingDocument.Telegram.choices, initial=document.telegram
            )
            self.order_fields(["telegram" if name == "urgency" else name for name in self.fields])
            del self.fields["urgency"]
        if case.secrecy == Secrecy.NONE:
            self.fields["work_secret"] = forms.BooleanField(
                label=_("列为工作秘密"), required=False, help_text=_("只给有知悉范围的人看，不能改回")
            )
        self.order_fields([name for name in self.fields if name not in ("note", "files", "work_secret")])
        # The reason for correcting a state secret stays on paper too.
        if wordless(case):
            leave_on_paper(self)

    def see_again(self, case: Case) -> None:
        """After a refusal because the entry had been corrected: what he has left as it stood is shown as it is now, and
        what is sent from this page is written over that."""
        data = self.data.copy()
        for name, (was, is_now) in self._since_then(case).items():
            if name in self.fields and self.cleaned_data.get(name) == was != is_now:
                value = self.fields[name].prepare_value(is_now)
                data[name] = "" if value in (None, False) else "on" if value is True else str(value)
        data["version"] = version_of(case)
        self.data = data

    def _since_then(self, case: Case) -> dict[str, tuple[Any, Any]]:
        """By field, what stood there when his page was written, and what stands there now."""
        written_from = [int(part) for part in self.data.get("version", "").split("-")[:-1] if part.isdecimal()]
        stood = IncomingDocument.history.filter(case_id=case.pk, history_id__in=written_from[:1]).first()
        if stood is None:
            return {}
        now = IncomingDocument.objects.select_related("sender").get(case=case)
        values = {name: (getattr(stood, name), getattr(now, name)) for name in (*self.COLUMNS, "telegram")}
        values["sender"] = (stood.sender.name, now.sender.name)
        values |= _of_case(Case.objects.get(pk=case.pk), since=stood.history_date)
        notices = MeetingNotice.history.filter(document_id=now.pk, history_id__in=written_from[1:])
        if (notice := notices.first()) is not None:
            for name, column in self.OF_MEETING.items():
                values[name] = getattr(notice, column), getattr(now.meeting, column)
        return values

    def clean(self):
        data = super().clean()
        refuse_marks(self, data)
        if wordless(self.document.case):
            # What stands there already is no word of his.
            stood = {name: getattr(self.document, name) for name in ("number", "copy_number")}
            stood["sender"] = self.document.sender.name
            kept = {name for name, value in stood.items() if data.get(name) == value}
            for name, sentence in words_on_a_secret(data).items():
                if name not in kept:
                    self.add_error(name, sentence)
            for name in ("reason", "files"):
                if data.get(name):
                    self.add_error(
                        name, _("涉密文件不在本系统写内容（《保守国家秘密法》第三十一条，R-SEC-03）。")
                    )
        if self.document.is_envelope:
            for name in INSIDE:
                if data.get(name):
                    self.add_error(name, inside_words(self.fields[name].label))
        elif not wordless(self.document.case) and not data.get("title"):
            self.add_error("title", _("请写标题。"))
        if data.get("received_on") and data["received_on"] > timezone.localdate():
            self.add_error("received_on", _("收文日期不能晚于今天。"))
        if data.get("dated_on") and data.get("received_on") and data["dated_on"] > data["received_on"]:
            self.add_error("dated_on", _("成文日期不能晚于收文日期。"))
        if self.document.answer_wanted and data.get("answer_wanted") is False and data.get("answer_by"):
            self.add_error("answer_by", _("不要求答复的，请把答复期限也清空。"))
        answer_after_receipt(self, data)
        answer_before_the_meeting(self, data)
        if "answered_on" in self.fields and "answered_on" not in self.errors:
            self._clean_answer_day(data)
        return data

    def _clean_answer_day(self, data: dict) -> None:
        """As where it is entered. A page asked for before that has not got the column: then it stays as it is."""
        if not data.get("answered_on") and "answered_on" in self.data:
            self.add_error("answered_on", _("答复已经登记，请写答复日期。"))
            return
        day = data.get("answered_on") or self.document.answered_on
        received_on = data.get("received_on") or self.document.received_on
        if sentence := wrong_answer_day(day, received_on=received_on, today=timezone.localdate()):
            self.add_error("answered_on", sentence)


def _of_case(case: Case, *, since: datetime) -> dict[str, tuple[str, str]]:
    """Title and urgency where they were corrected since then: as they stood, and as they are."""
    found: dict[str, tuple[str, str]] = {}
    changes = ContentChange.objects.filter(case=case, decision__at__gt=since, field__in=["title", "urgency"])
    for one in changes.order_by("decision__number"):
        found.setdefault(one.field, (one.before, getattr(case, one.field)))
    return found


def version_of(case: Case) -> str:
    """Another one after every correction, whatever column it touched."""
    documents = IncomingDocument.history.filter(case_id=case.pk).order_by("-history_id").values_list("history_id")
    notices = MeetingNotice.history.filter(document__case_id=case.pk).order_by("-history_id").values_list("history_id")
    newest = [key for (key,) in (*documents[:1], *notices[:1])]
    content = Case.objects.values_list("content_hash", flat=True).get(pk=case.pk)
    return "-".join([*map(str, newest), content])
