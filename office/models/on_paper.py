"""What is out on paper: a leader's folder (呈批夹), its sheets, and the scans of what came back signed."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .cases import Decision, Turn, random_public_id
from .files import StoredFile
from .people import User

# Crockford's: no letter that a hand, an eye or a stained code takes for a figure.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MARK = "AT-"


def sheet_code() -> str:
    """Forty random bits: what stands in a sheet's QR code. Plain letters, which every hand scanner can type."""
    return MARK + "".join(secrets.choice(LETTERS) for _place in range(8))


class Folder(models.Model):
    """呈批夹: what was printed at one time, to be written on by hand."""

    public_id = models.CharField(max_length=16, unique=True, default=random_public_id, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="folders")
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["-made_at", "-id"]


class SheetOut(models.Model):
    """One slip on a leader's desk: whose words are wanted, of which turn, and what became of it."""

    folder = models.ForeignKey(Folder, on_delete=models.PROTECT, related_name="sheets")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20, unique=True, default=sheet_code)
    leader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sheets_out")
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, related_name="sheets_out")
    # What he said and now signs for; empty where it is his words that are wanted.
    said = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="sheets_out")
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(
        max_length=10,
        blank=True,
        default="",
        choices=[("entered", _("已录入")), ("returned", _("原件已收回")), ("replaced", _("已重新打印"))],
    )
    # The decision his words became.
    became = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["folder_id", "position"]
        constraints = [
            # A leader has a paper before him once.
            models.UniqueConstraint(
                fields=["turn", "said"], condition=Q(ended_at__isnull=True), nulls_distinct=False,
                name="one_sheet_out_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="") | (Q(ended_at__isnull=False) & ~Q(ended_how="")),
                name="a_sheet_says_how_it_came_back",
            ),
            models.CheckConstraint(
                condition=Q(became__isnull=True) | Q(ended_how="entered"), name="only_what_was_entered_became_words"
            ),
        ]  # fmt: skip


class Scan(models.Model):
    """A signed stack, scanned in one go. Its content is kept until it has been taken apart, and no longer."""

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=200)
    pages = models.PositiveIntegerField()
    content = models.BinaryField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]


class ScannedPages(models.Model):
    """Pages that belong together: those of one sheet, or what could not be told, which its clerk places or drops."""

    scan = models.ForeignKey(Scan, on_delete=models.PROTECT, related_name="parts")
    first = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    sheet = models.ForeignKey(SheetOut, null=True, on_delete=models.PROTECT, related_name="scans")
    # Of a sheet it is stored; what belongs to nothing lies here only and goes when it is dropped (R-SEC-03).
    stored = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField(null=True)
    why = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["scan_id", "first"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sheet__isnull=True, stored__isnull=True, content__isnull=False)
                | Q(sheet__isnull=False, stored__isnull=False, content__isnull=True),
                name="scanned_pages_belong_to_a_sheet_or_wait",
            ),
        ]
