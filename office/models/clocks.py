"""Clocks with their reasons, pauses, reminders, and the calendar they all run on."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .cases import Case, Turn
from .people import User


class Day(models.Model):
    """A day that is not what its weekday says: day off, holiday, or make-up working day."""

    class Kind(models.TextChoices):
        WORK = "work", _("上班")
        OFF = "off", _("休息")
        HOLIDAY = "holiday", _("放假")

    date = models.DateField(_("日期"), unique=True)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    note = models.CharField(_("说明"), max_length=60, blank=True)
    source = models.CharField(_("依据"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("日历")
        verbose_name_plural = _("日历")
        ordering = ["date"]


class KnownYear(models.Model):
    """A year whose official holiday notice has been entered."""

    year = models.PositiveSmallIntegerField(_("年份"), unique=True)
    source = models.CharField(_("依据"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("放假安排")
        verbose_name_plural = _("放假安排")
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)


class Clock(models.Model):
    """A period that runs for a case or a turn. It explains itself, and its first date is kept for ever."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    turn = models.ForeignKey(Turn, null=True, on_delete=models.PROTECT, related_name="clocks")
    rule = models.CharField(max_length=60)
    label = models.CharField(max_length=60, blank=True, default="")
    starts_at = models.DateTimeField()
    first_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    # The date was set by an extension or a person: a change of the calendar leaves it alone.
    set_by_hand = models.BooleanField(default=False)
    # {"limit": {...}, "because": "...", "source": "...", "unverified": bool, "assumptions": [...]}
    why = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(met_at__isnull=True) | Q(stopped_at__isnull=True),
                name="a_clock_is_met_or_stopped",
            ),
        ]
        indexes = [
            # chase(): the running clocks within reach, oldest date first.
            models.Index(
                fields=["due_at", "id"],
                name="clock_running",
                condition=Q(met_at__isnull=True, stopped_at__isnull=True),
            ),
        ]


class Pause(models.Model):
    """Time that does not count (a rule must allow it). No two pauses of a clock overlap: a constraint."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    basis = models.CharField(max_length=200)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gt=F("from_at")), name="a_pause_ends_after_it_starts"
            )
        ]


class Reminder(models.Model):
    """A receipt, not a plan: this rung was sent for this date. An extension re-arms the ladder."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="reminders")
    rung = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    to = models.JSONField(default=list)
    words = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["clock", "rung", "due_at"], name="a_rung_is_sent_once"),
        ]
        # 催办记录簿: the newest entries first.
        indexes = [models.Index(fields=["-at", "-id"], name="reminder_newest")]


class Chase(models.Model):
    """催办 by hand (R-SUP-06): who asked whom, how, and what was answered.

    Append-only but for the answer, which is written once: a trigger keeps it.
    """

    class Kind(models.TextChoices):
        PHONE = "phone", _("电话")
        ORAL = "oral", _("当面")
        LETTER = "letter", _("催办函")
        SYSTEM = "system", _("系统提醒")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="chases")
    turn = models.ForeignKey(Turn, null=True, on_delete=models.PROTECT, related_name="chases")
    kind = models.CharField(_("催办方式"), max_length=10, choices=Kind.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to = models.CharField(_("催办对象"), max_length=100)
    words = models.TextField(_("催办内容"), blank=True, default="")
    answer = models.TextField(_("答复"), blank=True, default="")
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="chase_newest")]


def load_calendar():
    """The Day table as the plain calendar the clocks count with (office/clock.py)."""
    from office.clock import Calendar

    rows = Day.objects.values_list("date", "kind", "note", "source")
    years = set(KnownYear.objects.values_list("year", flat=True))
    return Calendar.from_rows(rows, known_years=years)
