"""What the office tells people, what they have begun to write, and what they follow."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .cases import Case, Turn
from .people import User


class Notice(models.Model):
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=30)
    # Empty for general notices. Titles are read from the case when shown, so a bar set later still hides them.
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="notices")
    turn = models.ForeignKey(Turn, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(_("内容"), max_length=300, blank=True, default="")
    # What fills the places of `words`, which then is read in the language of whoever reads it.
    parts = models.JSONField(default=dict, blank=True)
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]

    @property
    def sentence(self) -> str:
        """`words` with their parts in their places; the name of a step is one that is translated too."""
        if not self.parts:
            return self.words
        step = self.parts.get("step", "")
        return gettext(self.words) % {**self.parts, "step": gettext(step) if step else ""}


class Message(models.Model):
    """What goes to one person through one channel at one time: all that waited for him then, folded into one.

    `key` goes with every try, so that a receiver drops what it has had. Ended without having been sent, it was given up
    (`error` says what was the matter) or there was nothing left to say.
    """

    key = models.UUIDField(unique=True, default=uuid4)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20)
    # Whether it goes out in somebody's quiet hours too.
    always = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    # The last try.
    at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=1)
    error = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            # What comes later waits for what set out before it, whatever number of workers there is.
            models.UniqueConstraint(
                fields=["person", "channel", "always"], condition=Q(ended_at__isnull=True), name="one_message_under_way"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(ended_at__isnull=False), name="a_message_sent_has_ended"
            ),
        ]
        indexes = [
            # The administrator's pages ask for these, among all that were ever sent.
            models.Index(
                fields=["-at"],
                name="message_given_up",
                condition=Q(ended_at__isnull=False, sent_at__isnull=True) & ~Q(error=""),
            ),
        ]


class Delivery(models.Model):
    """One notice, or one day's digest, for one person through one channel. The key is claimed once; the message takes
    it along."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20)
    key = models.CharField(max_length=100)
    always = models.BooleanField(default=False)
    at = models.DateTimeField()
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="deliveries")
    # Also where nothing was left to send.
    sent_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["person", "channel", "key"], name="delivered_once"),
        ]
        indexes = [
            models.Index(fields=["id"], name="delivery_waiting", condition=Q(sent_at__isnull=True)),
        ]


class Address(models.Model):
    """By which name a channel knows somebody (it may be another than his login name). Empty: he is not told by it."""

    person = models.ForeignKey(User, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="addresses")
    channel = models.CharField(_("提醒渠道"), max_length=20)
    address = models.CharField(_("渠道里的账号"), max_length=64, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("提醒账号")
        verbose_name_plural = _("提醒账号")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["person", "channel"], name="one_address_per_channel"),
            # Nobody is told another's counts.
            models.UniqueConstraint(
                fields=["channel", "address"], condition=~Q(address=""), name="an_address_is_one_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.channel}"


class QuietHours(models.Model):
    """When somebody does not want to be disturbed (office/quiet.py); without a row the usual hours hold."""

    person = models.OneToOneField(
        User, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="quiet_hours"
    )
    starts = models.TimeField(_("免打扰从"), null=True, blank=True)
    ends = models.TimeField(_("免打扰到"), null=True, blank=True)
    days_off = models.BooleanField(_("休息日整天免打扰"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("免打扰时间")
        verbose_name_plural = _("免打扰时间")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True)
                | Q(starts__isnull=False, ends__isnull=False) & ~Q(starts=F("ends")),
                name="quiet_hours_begin_and_end",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Draft(models.Model):
    """What somebody has typed and not yet sent: kept in the database every few seconds."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=80)
    values = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_draft_per_form")]


def draft_key(turn: Turn) -> str:
    """Under which key the words somebody writes in a turn are kept."""
    return f"turn:{turn.pk}"


class Follow(models.Model):
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follows")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="followers")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "case"], name="followed_once")]
