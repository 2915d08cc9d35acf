"""Incoming documents (收文): the register's columns, the proposal's names, the meeting notice."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from office.models.cases import Decision
from office.models.contacts import Organisation
from office.models.matters import Matter
from office.models.numbers import Series
from office.models.people import Post, User


class IncomingDocument(Matter):
    """One received paper, with the fields of the 收文登记簿 (domain C; R-IN-04)."""

    class Channel(models.TextChoices):
        EXCHANGE = "exchange", _("机要交换")
        SYSTEM = "system", _("电子公文系统")
        POST = "post", _("邮寄")
        HAND = "hand", _("专人送达")
        FAX = "fax", _("传真")
        MEETING = "meeting", _("会议带回")
        COLLECTED = "collected", _("自取")
        NET = "net", _("网络")
        # Only of what was brought in from an old register.
        UNKNOWN = "unknown", _("未记")

        @classmethod
        def known(cls) -> list[tuple[str, Any]]:
            """Those that a clerk may choose."""
            return [one for one in cls.choices if one[0] != cls.UNKNOWN]

    class Carrier(models.TextChoices):
        PAPER = "paper", _("纸质")
        ELECTRONIC = "electronic", _("电子")
        BOTH = "both", _("纸质和电子")

    class Purpose(models.TextChoices):
        DECISION = "decision", _("办件")
        READING = "reading", _("阅件")
        ENVELOPE = "envelope", _("亲启（只登封面）")

    class Telegram(models.TextChoices):
        """Telegrams have urgencies of their own; 特提 runs as 特急, 平急 as 平件 (defaults.md)."""

        MOST = "most", _("特提")
        FLASH = "flash", _("特急")
        URGENT = "urgent", _("加急")
        PLAIN = "plain", _("平急")

    class Category(models.TextChoices):
        """R-IN-06: what must be registered."""

        DIRECTIVE = "directive", _("上级政策指示")
        REQUEST = "request", _("下级请示报告")
        ENQUIRY = "enquiry", _("平级来函")
        MEETING = "meeting", _("会议通知")
        HANDOUT = "handout", _("会议文件")
        PERIODICAL = "periodical", _("重要或涉密刊物")
        LETTER = "letter", _("群众来信")
        OTHER = "other", _("其他")

    received_on = models.DateField(_("收文日期"))
    channel = models.CharField(_("收文方式"), max_length=12, choices=Channel.choices, default=Channel.EXCHANGE)
    carrier = models.CharField(_("载体"), max_length=12, choices=Carrier.choices, default=Carrier.PAPER)
    category = models.CharField(
        _("文件类别"), max_length=12, choices=Category.choices, default=Category.DIRECTIVE
    )
    sender = models.ForeignKey(
        Organisation, verbose_name=_("来文单位"), on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField(_("来文字号"), max_length=80, blank=True)
    # As the clerk typed or pasted it: the normalised form may be wrong, the original never is.
    number_typed = models.CharField(max_length=80, blank=True)
    dated_on = models.DateField(_("成文日期"), null=True, blank=True)
    copies = models.PositiveSmallIntegerField(_("份数"), default=1)
    pages = models.PositiveSmallIntegerField(_("页数"), null=True, blank=True)
    enclosures = models.PositiveSmallIntegerField(_("附件"), default=0)
    copy_number = models.CharField(_("份号"), max_length=30, blank=True)
    secrecy_years = models.PositiveSmallIntegerField(_("保密期限（年）"), null=True, blank=True)
    telegram = models.CharField(_("电报等级"), max_length=10, choices=Telegram.choices, blank=True)
    purpose = models.CharField(_("办理方式"), max_length=10, choices=Purpose.choices, default=Purpose.DECISION)
    addressee = models.ForeignKey(
        User, verbose_name=_("亲启人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer_wanted = models.BooleanField(_("要求答复"), default=False)
    answer_by = models.DateField(_("答复期限"), null=True, blank=True)
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    from_meeting = models.CharField(_("会议名称"), max_length=120, blank=True)
    # R-IN-03: what did not agree with the delivery slip at signing.
    mismatch = models.CharField(_("签收不符"), max_length=200, blank=True)
    archived_as = models.CharField(_("归档号"), max_length=60, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True)
    # A duplicate was shown and the clerk went on: with whom it was compared.
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    history = HistoricalRecords()

    class Meta(Matter.Meta):
        verbose_name = _("收文")
        verbose_name_plural = _("收文")
        constraints = [
            models.CheckConstraint(condition=Q(copies__gte=1), name="at_least_one_copy_is_received"),
            models.CheckConstraint(
                condition=Q(dated_on__isnull=True) | Q(dated_on__lte=F("received_on")),
                name="a_paper_is_dated_before_it_is_received",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="envelope") | Q(number="", note="", from_meeting="", addressee__isnull=False),
                name="an_envelope_shows_only_its_outside",
            ),
            models.CheckConstraint(
                condition=Q(answer_by__isnull=True) | Q(answer_wanted=True),
                name="an_answer_date_wants_an_answer",
            ),
        ]
        indexes = [
            # The duplicate warning asks for sender and number while the clerk types.
            models.Index(fields=["sender", "number"], name="incoming_by_sender_and_number"),
            models.Index(fields=["received_on", "id"], name="incoming_by_day"),
        ]

    def __str__(self) -> str:
        return str(self.case)

    @property
    def days_late(self) -> int:
        """Days between receiving and registering: more than none is shown as 补登."""
        from django.utils import timezone

        return (timezone.localdate(self.case.opened_at) - self.received_on).days

    @property
    def is_envelope(self) -> bool:
        return self.purpose == self.Purpose.ENVELOPE


class RegisterImport(models.Model):
    """An old register brought in: from which file, by whom, what came of it. The file itself is not kept (R-SEC-03)."""

    function = models.CharField(max_length=40)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, verbose_name=_("经办人"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"))
    file_name = models.CharField(_("文件名"), max_length=200)
    file_hash = models.CharField(max_length=64)
    # {sheet: {fact: the head's words}}, as it was agreed to.
    mapping = models.JSONField(default=dict)
    imported = models.PositiveIntegerField(_("已导入"))
    skipped = models.JSONField(default=dict)
    # [{row, seq, reason, sheet}] in the order of the file.
    faults = models.JSONField(default=list)

    class Meta:
        verbose_name = _("导入")
        default_permissions = ()
        ordering = ["-at", "-id"]


class ImportDraft(models.Model):
    """A register between two pages: brought, looked at, not yet decided about. Gone once it has come in, or after a
    day; what is classified in it was emptied before it was kept (R-SEC-03)."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    content = models.BinaryField()
    year = models.PositiveSmallIntegerField()
    book = models.CharField(max_length=30)
    columns = models.JSONField(default=list)
    emptied = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()


class ImportedRow(models.Model):
    """What the old register said of a paper, in its own words: nothing of it is lost, and none of it is changed."""

    document = models.OneToOneField(IncomingDocument, on_delete=models.PROTECT, related_name="imported")
    batch = models.ForeignKey(RegisterImport, on_delete=models.PROTECT, related_name="rows")
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField()
    seq = models.CharField(max_length=60, blank=True)
    unit = models.CharField(_("承办单位"), max_length=200, blank=True)
    outcome = models.CharField(_("办理结果"), max_length=500, blank=True)
    # [[head, what stood under it]] in the order of the sheet
    written = models.JSONField(default=list)

    class Meta:
        default_permissions = ()


class Custody(models.Model):
    """Whose shelf a closed paper lies on since it was handed over; without a row it is its registrar's (R-CIR-17)."""

    document = models.OneToOneField(IncomingDocument, on_delete=models.PROTECT, related_name="custody")
    keeper = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        default_permissions = ()


class MeetingNotice(models.Model):
    """A notice of somebody else's meeting: who goes, and what was answered by when."""

    document = models.OneToOneField(IncomingDocument, on_delete=models.PROTECT, related_name="meeting")
    starts_at = models.DateTimeField(_("会议时间"))
    place = models.CharField(_("会议地点"), max_length=120, blank=True)
    rank_wanted = models.CharField(_("参会要求"), max_length=120, blank=True)
    answer_by = models.DateTimeField(_("报名截止"), null=True, blank=True)
    attendees = models.ManyToManyField(User, verbose_name=_("参会人员"), related_name="+", blank=True)
    answered_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("会议通知")
        default_permissions = ()


class Named(models.Model):
    """The unit, helpers and date that a proposal or an instruction names (R-IN-10, R-IN-11).

    Hangs on its decision and is never changed: a later instruction makes a row of its own.
    """

    document = models.ForeignKey(IncomingDocument, on_delete=models.PROTECT, related_name="named")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="named")
    # Exactly one lead, by being one column (R-IN-11).
    lead = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    assisting = models.ManyToManyField(Post, related_name="+", blank=True)
    due_on = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["decision__number"]

    def in_words(self, *, day: Callable[[date], str]) -> str:
        helping = "、".join(str(post.department or post) for post in self.assisting.all())
        parts = [
            gettext("承办：%(unit)s") % {"unit": self.lead.department or self.lead} if self.lead else "",
            gettext("协办：%(units)s") % {"units": helping} if helping else "",
            gettext("%(day)s前办结") % {"day": day(self.due_on)} if self.due_on else "",
        ]
        return gettext("；").join(part for part in parts if part)
