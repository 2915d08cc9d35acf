"""Stored files, addressed by the hash of their content; what hangs on a case; long jobs and their results."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .cases import Case, Decision, Turn
from .people import User


class StoredFile(models.Model):
    hash = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    type = models.CharField(max_length=10)
    pages = models.PositiveIntegerField(null=True)
    stored_at = models.DateTimeField()

    class Meta:
        default_permissions = ()


class Attachment(models.Model):
    class Role(models.TextChoices):
        TEXT = "text", _("正文")
        ATTACHMENT = "attachment", _("附件")
        PAPER = "paper", _("纸质批示扫描件")
        ANSWER = "answer", _("答复")
        ENVELOPE = "envelope", _("信封")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="attachments")
    turn = models.ForeignKey(Turn, null=True, on_delete=models.PROTECT, related_name="+")
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(_("文件名"), max_length=200)
    role = models.CharField(_("类别"), max_length=12, choices=Role.choices, default=Role.TEXT)
    position = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    # Taken off the paper by mistake or replaced: it stays, struck through.
    removed_at = models.DateTimeField(null=True)
    removed_because = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]


class Job(models.Model):
    """Long work done by the worker, with its progress shown and its file kept."""

    public_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="jobs")
    asked_at = models.DateTimeField()
    arguments = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # How often a worker has begun it: work that kills its worker is not handed out for ever.
    tries = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=300, blank=True, default="")
    result = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    # The public ids of the cases its file shows: whoever may no longer see one of them does not get it any more.
    shows = models.JSONField(default=list)
    result_name = models.CharField(max_length=200, blank=True, default="")
    # The page of what came of it, where that is no file.
    page = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="job_by_person")]
