"""Who may see which case: guardian's direct-key tables, and the log of looks."""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from .cases import Case
from .people import User


class CaseUserGrant(UserObjectPermissionBase):
    content_object = models.ForeignKey(Case, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()
        indexes = [
            # newest_for(): one LIMIT per principal, walked backwards.
            models.Index(fields=["user", "-content_object"], name="grant_user_newest"),
        ]


class CaseGroupGrant(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Case, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        default_permissions = ()
        indexes = [
            models.Index(fields=["group", "-content_object"], name="grant_group_newest"),
        ]


class Look(models.Model):
    """Every look at a sealed or restricted record; the case's owner reads this log. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="looks")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=60)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
