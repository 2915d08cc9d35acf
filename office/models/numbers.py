"""Number series: given in the caller's transaction, so there are no gaps; never reused."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .people import User


class Series(models.Model):
    """One book of one year (收〔2026〕…). A new year's row is opened from the last year's."""

    class Form(models.TextChoices):
        YEAR = "year", "〔2026〕1号"
        NUMBER = "number", "第1号"
        ISSUE = "issue", "第1期"

    name = models.CharField(_("代字"), max_length=30)
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("名称"), max_length=60)
    function = models.CharField(_("业务"), max_length=40)
    form = models.CharField(_("编号形式"), max_length=10, choices=Form.choices, default=Form.YEAR)
    last = models.PositiveIntegerField(_("已用到"), default=0)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    # A book of classified papers: number, sender, level and period only (R-SEC-03).
    number_only = models.BooleanField(_("只登编号"), default=False)
    # Up to this number the book was kept elsewhere and brought in: holes below it are the old book's own.
    imported_to = models.PositiveIntegerField(default=0, db_default=0)
    retired = models.BooleanField(_("停用"), default=False)
    # Numbers drawn are no changes: numbering.take() writes past it.
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("编号系列")
        verbose_name_plural = _("编号系列")
        ordering = ["position", "name", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["name", "year"], name="one_series_per_name_and_year"),
        ]

    def __str__(self) -> str:
        return f"{self.name}〔{self.year}〕"

    def written(self, number: int) -> str:
        """The number as the office writes it: 收〔2026〕412号, 会议纪要第3期."""
        if self.form == self.Form.NUMBER:
            return f"{self.name}第{number}号"
        if self.form == self.Form.ISSUE:
            return f"{self.name}第{number}期"
        return f"{self.name}〔{self.year}〕{number}号"


class Voided(models.Model):
    """Why a number was not used. The number stays used for ever."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="voided")
    number = models.PositiveIntegerField()
    reason = models.CharField(_("作废原因"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="a_number_is_voided_once"),
        ]


class ReservedBlock(models.Model):
    """备用号: numbers drawn beforehand for sheets that are written on while nothing works (停电) and entered later."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="blocks")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    purpose = models.CharField(_("用途"), max_length=100, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="a_block_holds_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.series.written(self.first)}–{self.last}"


class ReservedNumber(models.Model):
    """One of them: free until a paper has been entered with it or it is among the voided."""

    block = models.ForeignKey(ReservedBlock, on_delete=models.PROTECT, related_name="numbers")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    case = models.OneToOneField("Case", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["series_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="a_number_is_reserved_once"),
        ]
