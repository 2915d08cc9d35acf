"""Registering an incoming paper, as fast as a clerk types."""

import re
import unicodedata
import uuid
from datetime import datetime, time

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from office import clock, numbering, shorthand
from office.acting.door import marked
from office.forms.deciding import DateField
from office.levels import FIRST_STATE_SECRET, Secrecy, Urgency
from office.models.contacts import Organisation
from office.models.numbers import Series
from office.models.people import Kind, User

from .models import IncomingDocument
from .registering import ARTICLE, FUNCTION, book_of, sender_named, senders_by_letters, words_on_a_secret

MEETING_BOOK, TELEGRAM_BOOK = "会", "电"


# What only an opened letter tells (R-IN-25).
INSIDE = (
    "title", "doc_number", "dated_on", "pages", "attachments_count", "from_meeting", "answer_wanted", "answer_by",
    "note",
)  # fmt: skip


def inside_words(column: str) -> str:
    return _("亲启件只登信封，不写“%(column)s”（R-IN-25）。") % {"column": column}


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; cleans to a list."""

    widget = SeveralFiles

    def __init__(self, **kwargs) -> None:
        # An empty one is refused where files are checked (office.files), by its name.
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, value, initial=None):
        uploads = value if isinstance(value, list | tuple) else [value] if value else []
        return [super(FilesField, self).clean(one, initial) for one in uploads]


class MomentField(forms.CharField):
    """A day and an hour: 1125 9:00, 11.25 14:30, 明天 9点. Cleans to an aware datetime."""

    def prepare_value(self, value):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value

    def clean(self, value):
        text = _as_notices_write(super().clean(value))
        if not text:
            return None
        day, _space, hour = text.partition(" ")
        try:
            found = shorthand.read_date(day, today=timezone.localdate(), lean="future")
            at = time.fromisoformat(hour.strip().zfill(5)) if hour.strip() else time(17, 30)
        except shorthand.Unreadable as error:
            raise ValidationError(str(error)) from None
        except ValueError:
            raise ValidationError(_("看不懂时间“%(text)s”，请写成 1125 9:00。") % {"text": value}) from None
        return datetime.combine(found, at, tzinfo=clock.TIME_ZONE)


_HOUR = re.compile(r"(上午|下午|晚上|晚|中午|凌晨)?\s*(\d{1,2})\s*[:点时]\s*(半|\d{1,2})?分?$")


def _as_notices_write(text: str) -> str:
    """11月25日（星期三）下午3点 → 11月25日 15:00."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"\((?:星期|周)[一二三四五六日天]\)", " ", plain)
    match = _HOUR.search(plain)
    if match is None:
        return plain
    part, hour, minute = match[1] or "", int(match[2]), 30 if match[3] == "半" else int(match[3] or 0)
    if part in ("下午", "晚上", "晚") and hour < 12:
        hour += 12
    return f"{plain[: match.start()].strip()} {hour:02}:{minute:02}".strip()


def books(year: int) -> list[Series]:
    """This year's incoming books; a year that has none yet gets them from last year's."""
    names = Series.objects.filter(function=FUNCTION, retired=False).order_by("position", "name")
    ordered = list(dict.fromkeys(names.values_list("name", flat=True)))
    known = {one.name: one for one in Series.objects.filter(name__in=ordered, year=year)}
    return [known.get(name) or numbering.of_year(name, year=year) for name in ordered]


class IncomingForm(forms.Form):
    token = forms.UUIDField(widget=forms.HiddenInput)
    series = forms.ChoiceField(label=pgettext_lazy("one book", "登记簿"))
    received_on = DateField(label=gettext_lazy("收文日期"), lean="past")
    channel = forms.ChoiceField(label=gettext_lazy("收文方式"), choices=IncomingDocument.Channel.known())
    carrier = forms.ChoiceField(label=gettext_lazy("载体"), choices=IncomingDocument.Carrier.choices)
    # The number of `series` that was drawn beforehand for it.
    reserved = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    sender_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Asked once about a book that is not this sender's, and saved so all the same.
    book_for = forms.CharField(widget=forms.HiddenInput, required=False)
    sender = forms.CharField(label=gettext_lazy("来文单位"), max_length=120)
    doc_number = forms.CharField(label=gettext_lazy("来文字号"), max_length=80, required=False)
    title = forms.CharField(label=gettext_lazy("标题"), max_length=500, required=False)
    secrecy = forms.TypedChoiceField(
        label=gettext_lazy("密级"), choices=Secrecy.choices, coerce=int, initial=0
    )
    secrecy_period = forms.IntegerField(
        label=gettext_lazy("保密期限（年）"), min_value=1, max_value=99, required=False
    )
    urgency = forms.ChoiceField(label=gettext_lazy("紧急程度"), choices=Urgency.choices)
    telegram_urgency = forms.ChoiceField(
        label=gettext_lazy("电报等级"),
        choices=[("", "——"), *IncomingDocument.Telegram.choices],
        required=False,
    )
    copies = forms.IntegerField(label=gettext_lazy("份数"), min_value=1, max_value=9999, initial=1)
    pages = forms.IntegerField(label=gettext_lazy("页数"), min_value=1, max_value=9999, required=False)
    attachments_count = forms.IntegerField(
        label=gettext_lazy("附件"), min_value=0, max_value=999, required=False
    )
    dated_on = DateField(label=gettext_lazy("成文日期"), lean="past", required=False)
    copy_number = forms.CharField(label=gettext_lazy("份号"), max_length=30, required=False)
    purpose = forms.ChoiceField(
        label=gettext_lazy("办理方式"),
        choices=IncomingDocument.Purpose.choices,
        widget=forms.RadioSelect,
        initial=IncomingDocument.Purpose.DECISION,
    )
    addressee = forms.ModelChoiceField(
        label=gettext_lazy("亲启人"), queryset=User.objects.none(), required=False, empty_label="——"
    )
    answer_wanted = forms.BooleanField(label=gettext_lazy("要求答复"), required=False)
    answer_by = DateField(label=gettext_lazy("答复期限"), lean="future", required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("文件类别"),
        choices=[("", gettext_lazy("按登记簿")), *IncomingDocument.Category.choices],
        required=False,
    )
    from_meeting = forms.CharField(label=gettext_lazy("会议带回（会议名称）"), max_length=120, required=False)
    meeting_at = MomentField(label=gettext_lazy("会议时间"), max_length=30, required=False)
    meeting_place = forms.CharField(label=gettext_lazy("会议地点"), max_length=120, required=False)
    meeting_rank = forms.CharField(label=gettext_lazy("要求谁参加"), max_length=120, required=False)
    meeting_answer_by = MomentField(label=gettext_lazy("报名截止"), max_length=30, required=False)
    mismatch = forms.CharField(
        label=gettext_lazy("签收不符（与清单、印章、手续）"), max_length=200, required=False
    )
    note = forms.CharField(label=gettext_lazy("备注"), max_length=300, required=False)
    files = FilesField(label=gettext_lazy("扫描件"), required=False)

    # Repeated by the next paper when the clerk asks for it.
    CARRIED = (
        "series",
        "received_on",
        "channel",
        "carrier",
        "sender",
        "sender_id",
        "secrecy",
        "urgency",
        "purpose",
    )

    # Kept by itself from one paper to the next: a pile that came together lies in one book.
    KEPT = ("series", "channel", "carrier", "received_on")

    def __init__(self, *args, year: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        self.books = books(year)
        self.fields["series"].choices = [
            (one.name, one.name if one.title in ("", one.name) else f"{one.name} {one.title}") for one in self.books
        ]
        self.fields["addressee"].queryset = User.objects.filter(kind=Kind.OFFICE, is_active=True)
        self.initial.setdefault("token", uuid.uuid4())
        self.initial.setdefault("received_on", timezone.localdate().isoformat())

    def clean_sender(self) -> str:
        """Initials of nobody are no sender: a name made of them would stay in every list."""
        name = self.cleaned_data["sender"].strip()
        if not re.fullmatch(r"[a-z]{1,12}", name) or Organisation.objects.filter(name=name).exists():
            return name
        # Without script no list has opened: one that fits is meant, of several the clerk says which.
        found = list(senders_by_letters(name).values_list("name", flat=True)[:6])
        if len(found) == 1:
            return found[0]
        if found:
            words = _("拼音首字母是“%(name)s”的来文单位有几个：%(found)s。请写单位全称。")
            raise ValidationError(words % {"name": name, "found": "、".join(found)})
        words = _("没有拼音首字母是“%(name)s”的来文单位，请写单位全称。")
        raise ValidationError(words % {"name": name})

    def clean_received_on(self):
        day = self.cleaned_data["received_on"]
        if day is None:
            raise ValidationError(_("请写收文日期。"))
        if day > timezone.localdate():
            raise ValidationError(_("收文日期不能晚于今天。"))
        return day

    def clean(self):
        data = super().clean()
        refuse_marks(self, data)
        if data.get("series") != MEETING_BOOK:
            # What the page has folded away with another book asks for nothing.
            for name in ("meeting_at", "meeting_place", "meeting_rank", "meeting_answer_by"):
                self.errors.pop(name, None)
                data[name] = None
        envelope = data.get("purpose") == IncomingDocument.Purpose.ENVELOPE
        classified = data.get("secrecy", 0) >= FIRST_STATE_SECRET and not settings.CLASSIFIED_NETWORK
        if classified:
            self._refuse_words(data)
        if envelope:
            self._only_the_outside(data)
        if not (classified or envelope or data.get("title") or "title" in self.errors):
            self.add_error("title", _("请写标题。"))
        if data.get("dated_on") and data.get("received_on") and data["dated_on"] > data["received_on"]:
            self.add_error("dated_on", _("成文日期不能晚于收文日期。"))
        answer_after_receipt(self, data)
        self._right_book(data)
        if data.get("series") == TELEGRAM_BOOK and not data.get("telegram_urgency"):
            self.add_error("telegram_urgency", _("电报请选等级。"))
        if data.get("series") == MEETING_BOOK and not classified and not envelope:
            self._meeting(data)
        brought = data.get("channel") == IncomingDocument.Channel.MEETING
        if brought and not classified and not envelope and not data.get("from_meeting"):
            self.add_error("from_meeting", _("会议带回的文件请写会议名称（R-IN-07）。"))
        return data

    def _right_book(self, data: dict) -> None:
        """R-IN-05: asked once, before a number is used up in a book the sender does not belong to."""
        chosen = data.get("series", "")
        sender = Organisation.objects.filter(name=data.get("sender", "")).first()
        if sender is None or (book := book_of(sender, chosen=chosen)) == chosen:
            return
        if book not in [one.name for one in self.books] or data.get("book_for") == f"{chosen}{sender.pk}":
            return
        words = _("%(sender)s是%(group)s单位，一般登在“%(book)s”本。仍登“%(chosen)s”本，请再保存一次。")
        given = {"sender": sender.name, "group": sender.get_group_display(), "book": book, "chosen": chosen}
        self.add_error("series", words % given)
        self.data = self.data.copy()
        self.data["book_for"] = f"{chosen}{sender.pk}"

    def _refuse_words(self, data: dict) -> None:
        typed = {**data, "number": data.get("doc_number")}
        for name, sentence in words_on_a_secret(typed).items():
            self.add_error("doc_number" if name == "number" else name, sentence)
        if data.get("files"):
            words = _("涉密文件不得上传（%(article)s）。请取消选择文件。")
            self.add_error("files", words % {"article": ARTICLE})

    def _only_the_outside(self, data: dict) -> None:
        """R-IN-25: what stands inside is in no column, whatever was typed before the clerk saw what it is."""
        if not data.get("addressee"):
            self.add_error("addressee", _("亲启件请选收件人（R-IN-25）。"))
        if data.get("series") == MEETING_BOOK:
            self.add_error("series", _("亲启件没有拆封，不知道是不是会议通知，请登在别的登记簿（R-IN-25）。"))
        if data.get("channel") != IncomingDocument.Channel.MEETING:
            data["from_meeting"] = ""  # folded away
        for name in INSIDE:
            if data.get(name):
                self.add_error(name, inside_words(self.fields[name].label))

    def _meeting(self, data: dict) -> None:
        if not data.get("meeting_at") and "meeting_at" not in self.errors:
            self.add_error("meeting_at", _("会议通知请写会议时间。"))
        answer_before_the_meeting(self, data)
        if data.get("meeting_answer_by"):
            data["answer_wanted"] = True
            data["answer_by"] = data.get("answer_by") or timezone.localdate(data["meeting_answer_by"])

    # --- What goes to registering.register ---

    def organisation(self) -> Organisation:
        return sender_named(self.cleaned_data["sender"], book=self.cleaned_data["series"])

    def book(self) -> Series:
        return next(one for one in self.books if one.name == self.cleaned_data["series"])

    def fields_of_document(self) -> dict:
        data = self.cleaned_data
        return {
            "received_on": data["received_on"],
            "channel": data["channel"],
            "carrier": data["carrier"],
            "category": self._category(),
            "number": shorthand.read_document_number(data["doc_number"]),
            "number_typed": data["doc_number"],
            "dated_on": data["dated_on"],
            "copies": data["copies"],
            "pages": data["pages"],
            "enclosures": data["attachments_count"] or 0,
            "copy_number": data["copy_number"],
            "secrecy_years": data["secrecy_period"],
            "telegram": data["telegram_urgency"] if data["series"] == TELEGRAM_BOOK else "",
            "purpose": data["purpose"],
            "addressee": data["addressee"] if data["purpose"] == IncomingDocument.Purpose.ENVELOPE else None,
            "answer_wanted": data["answer_wanted"],
            "answer_by": data["answer_by"],
            "from_meeting": data["from_meeting"],
            "mismatch": data["mismatch"],
            "note": data["note"],
        }

    def _category(self) -> str:
        """R-IN-06: what the clerk chose, else what the book says, so that he seldom needs to."""
        if self.cleaned_data["category"]:
            return self.cleaned_data["category"]
        category = IncomingDocument.Category
        return {
            "平": category.ENQUIRY,
            "内": category.REQUEST,
            "会": category.MEETING,
            "信": category.LETTER,
        }.get(
            self.cleaned_data["series"],
            category.HANDOUT
            if self.cleaned_data["channel"] == IncomingDocument.Channel.MEETING
            else category.DIRECTIVE,
        )

    def meeting(self) -> dict | None:
        data = self.cleaned_data
        if data["series"] != MEETING_BOOK:
            return None
        return {
            "starts_at": data["meeting_at"],
            "place": data["meeting_place"],
            "rank_wanted": data["meeting_rank"],
            "answer_by": data["meeting_answer_by"],
        }


def refuse_marks(form: forms.Form, data: dict) -> None:
    for name, value in list(data.items()):
        if isinstance(value, str) and (sentence := marked(value)):
            form.add_error(name, sentence)


def answer_after_receipt(form: forms.Form, data: dict) -> None:
    if data.get("answer_by"):
        data["answer_wanted"] = True
        if data.get("received_on") and data["answer_by"] < data["received_on"]:
            form.add_error("answer_by", _("答复期限早于收文日期，请核对。"))


def answer_before_the_meeting(form: forms.Form, data: dict) -> None:
    if data.get("meeting_answer_by") and data.get("meeting_at") and data["meeting_answer_by"] > data["meeting_at"]:
        form.add_error("meeting_answer_by", _("报名截止晚于会议时间，请核对。"))


class RegisterFilter(forms.Form):
    """What part of the register is shown, printed or exported."""

    year = forms.TypedChoiceField(label=gettext_lazy("年度"), coerce=int, required=False)
    month = forms.TypedChoiceField(
        label=gettext_lazy("月份"),
        coerce=int,
        required=False,
        empty_value=None,
        choices=[("", gettext_lazy("全年")), *[(n, str(n)) for n in range(1, 13)]],
    )
    series = forms.ChoiceField(label=pgettext_lazy("one book", "登记簿"), required=False)
    senders = forms.ChoiceField(
        label=gettext_lazy("来文单位"),
        required=False,
        choices=[("", gettext_lazy("全部")), *Organisation.Group.choices],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[
            ("", gettext_lazy("全部")),
            ("open", gettext_lazy("在办")),
            ("closed", gettext_lazy("已办结")),
            ("void", gettext_lazy("作废")),
        ],
    )
    q = forms.CharField(label=gettext_lazy("标题、文号"), required=False, max_length=100)
    order = forms.ChoiceField(
        label=pgettext_lazy("of a list", "顺序"),
        required=False,
        choices=[("", gettext_lazy("新的在前")), ("oldest", gettext_lazy("旧的在前"))],
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        rows = list(Series.objects.filter(function=FUNCTION).values_list("year", "name"))
        years = sorted({year for year, _name in rows} | {timezone.localdate().year}, reverse=True)
        self.fields["year"].choices = [(year, str(year)) for year in years]
        self.fields["series"].choices = [
            ("", _("全部")),
            *[(name, name) for name in dict.fromkeys(name for _year, name in rows)],
        ]
