"""How people arrange their lists: own columns, and named views of a list, own or shared with the office."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import User


class ListColumns(models.Model):
    """The columns somebody has chosen for a list, in his order."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    listed = models.CharField(max_length=40)
    columns = ArrayField(models.CharField(max_length=40))

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "listed"], name="columns_are_chosen_once")]


class SavedView(models.Model):
    """A name for what a list is narrowed to, its order and its columns. It shows nobody more than he may see."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    listed = models.CharField(max_length=40)
    name = models.CharField(_("名称"), max_length=30)
    # The address behind the list's own, without its "?".
    query = models.CharField(max_length=600, blank=True)
    columns = ArrayField(models.CharField(max_length=40), default=list)
    shared = models.BooleanField(_("本单位共用"), default=False)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["shared", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "listed", "name"], name="a_view_is_named_once"),
            models.UniqueConstraint(
                fields=["listed", "name"], condition=Q(shared=True), name="a_shared_view_is_named_once"
            ),
        ]
