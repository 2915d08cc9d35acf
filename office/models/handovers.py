"""Hand-overs (交接): what one person had in his hands, who took it, who watched. Written once, never changed."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .cases import Case, Turn
from .numbers import Series
from .people import Post, User

# The part of a hand-over that says to whom goes what comes back from somebody else (office/acting/ways_back.py).
RETURNING = "office.returning"


class Handover(models.Model):
    """One act of handing over, with the names and chairs of three people as text of that day."""

    class Reason(models.TextChoices):
        LEAVING = "leaving", _("离职")
        MOVING = "moving", _("换岗")
        AWAY = "away", _("长期外出")

    # A form carries its token; pressed twice it meets this constraint and makes one hand-over.
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    serial = models.PositiveIntegerField()
    number = models.CharField(_("编号"), max_length=60)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="handed_over")
    receiver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="taken_over")
    supervisor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=60)
    person_duty = models.CharField(max_length=200, blank=True)
    receiver_name = models.CharField(max_length=60)
    receiver_duty = models.CharField(max_length=200, blank=True)
    supervisor_name = models.CharField(max_length=60)
    supervisor_duty = models.CharField(max_length=200, blank=True)
    reason = models.CharField(_("事由"), max_length=10, choices=Reason.choices)
    # 长期外出: from this day on the papers are given back (a hand-over of its own, `returns`).
    returns_on = models.DateField(_("预计返回"), null=True)
    returns = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="given_back")
    note = models.CharField(_("说明"), max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["series", "serial"], name="a_handover_has_its_number_alone"),
            models.CheckConstraint(
                condition=~Q(person=F("receiver")) & ~Q(person=F("supervisor")) & ~Q(receiver=F("supervisor")),
                name="a_handover_takes_three_people",
            ),
            models.CheckConstraint(
                condition=Q(returns_on__isnull=True) | Q(reason="away"), name="only_who_is_away_comes_back"
            ),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="handover_by_person")]

    def __str__(self) -> str:
        return self.number


class HandoverItem(models.Model):
    """One line of the sheet, as it was that day. Of what only few may see it holds no title, and who may no longer see
    the case reads neither number nor words (office/handover/sheets.py)."""

    class Check(models.TextChoices):
        """R-CIR-17: whether the paper lay there when the account was compared."""

        FOUND = "found", _("相符")
        MISSING = "missing", _("缺")

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    part = models.CharField(max_length=40)
    heading = models.CharField(max_length=60)
    number = models.CharField(max_length=120, blank=True)
    what = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=200, blank=True)
    # How many papers the account says; empty where there is nothing to be counted.
    copies = models.PositiveIntegerField(null=True)
    check_found = models.CharField(max_length=10, choices=Check.choices, blank=True)
    remark = models.CharField(max_length=200, blank=True)
    # Where it went, as text of that day.
    outcome = models.CharField(max_length=120)
    taker = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    turn = models.ForeignKey(Turn, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["handover_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "position"], name="a_line_of_a_handover_has_its_place"),
            models.CheckConstraint(
                condition=~Q(check_found="missing") | ~Q(remark=""), name="what_is_missing_is_explained"
            ),
            models.CheckConstraint(
                condition=Q(copies__isnull=True, check_found="") | Q(copies__isnull=False),
                name="only_papers_are_counted",
            ),
        ]
        indexes = [models.Index(fields=["case"], name="handover_item_by_case")]
