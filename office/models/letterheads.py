"""发文机关: in whose name the office writes: red heading, the books it numbers from, its seal, who signs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .people import Post


class Letterhead(models.Model):
    """One issuing identity. Never deleted: what it has issued bears its name."""

    name = models.CharField(_("发文机关"), max_length=80, unique=True)
    heading = models.CharField(_("红头"), max_length=100)
    # 代字 of its books; a book of each year bears the same.
    series = ArrayField(models.CharField(max_length=30), verbose_name=_("代字"), default=list, blank=True)
    seal = models.CharField(_("印章"), max_length=60, blank=True)
    signer = models.ForeignKey(
        Post, verbose_name=_("签发岗位"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    retired = models.BooleanField(_("停用"), default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("发文机关")
        verbose_name_plural = _("发文机关")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(heading=""), name="a_letterhead_says_whose_it_is"),
        ]

    def __str__(self) -> str:
        return self.name
