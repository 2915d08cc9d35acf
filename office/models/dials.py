"""What an administrator turns in the browser. Dated: running cases keep what they started with."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .people import Post, User

# The reason beside the first version of what was there from the beginning: no change anybody made.
BEGAN = "起始值"


class Setting(models.Model):
    """One value of the office (office/settings_list.py declares each with its source)."""

    code = models.CharField(_("代码"), max_length=60, unique=True)
    value = models.JSONField(_("取值"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("参数")
        verbose_name_plural = _("参数")
        ordering = ["code"]


class StepSetting(models.Model):
    """What an office changes about a declared step: its post, its limits, whether it is walked at all."""

    procedure = models.CharField(_("流程"), max_length=60)
    step = models.CharField(_("环节"), max_length=40)
    # {"normal": {"kind": "workdays", "count": 7}, …}; an absent urgency keeps the declared limit.
    limits = models.JSONField(_("时限"), default=dict, blank=True)
    post = models.ForeignKey(
        Post, verbose_name=_("岗位"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    skipped = models.BooleanField(_("不经过"), default=False)
    readers = ArrayField(models.PositiveIntegerField(), verbose_name=_("默认阅件人"), default=list, blank=True)
    since = models.DateField(_("起用日期"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("环节设置")
        verbose_name_plural = _("环节设置")
        ordering = ["procedure", "step", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "step", "since"], name="one_step_setting_a_day"),
        ]


class ProcedureChoice(models.Model):
    """Which declared procedure new papers of a form take, from a day on."""

    form = models.CharField(_("业务"), max_length=60)
    procedure = models.CharField(_("流程"), max_length=60)
    since = models.DateField(_("起用日期"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("流程选择")
        verbose_name_plural = _("流程选择")
        ordering = ["form", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["form", "since"], name="one_procedure_choice_a_day"),
        ]


class Ladder(models.Model):
    """The rungs of chasing for one kind of paper; office/chasing.py has the day-one ladders."""

    code = models.CharField(_("代码"), max_length=30)
    rungs = models.JSONField(_("催办阶梯"))
    since = models.DateField(_("起用日期"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("催办阶梯")
        verbose_name_plural = _("催办阶梯")
        ordering = ["code", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["code", "since"], name="one_ladder_a_day"),
        ]


class OfficeHistory(HistoricalRecords):
    """The history of what belongs to the office; what somebody keeps for himself is nobody's business."""

    def create_historical_record(self, instance, history_type, using=None):
        if instance.person_id is None:
            super().create_historical_record(instance, history_type, using=using)


class Phrase(models.Model):
    """常用语: a person's own, or the office's when nobody owns it."""

    person = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="phrases")
    text = models.CharField(_("常用语"), max_length=100)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    history = OfficeHistory(excluded_fields=["person"])

    class Meta:
        verbose_name = _("常用语")
        verbose_name_plural = _("常用语")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="a_phrase_says_something"),
            models.UniqueConstraint(
                fields=["person", "text"], nulls_distinct=False, name="a_phrase_is_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text
