"""What the office tells people, what they have begun to write, and what they follow."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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


class Delivery(models.Model):
    """One notice, or one day's digest, on its way through one channel. The key is claimed before sending."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20)
    key = models.CharField(max_length=100)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["person", "channel", "key"], name="delivered_once"),
        ]
        indexes = [
            models.Index(fields=["id"], name="delivery_waiting", condition=Q(sent_at__isnull=True)),
        ]


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
