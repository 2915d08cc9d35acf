"""The address book: who writes to the office, and who is written to."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Organisation(models.Model):
    class Group(models.TextChoices):
        ABOVE = "above", _("上级")
        PEER = "peer", _("平级")
        BELOW = "below", _("下级")
        PEOPLE = "people", _("群众")
        OTHER = "other", _("其他")

    name = models.CharField(_("单位名称"), max_length=120, unique=True)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_index=True)
    group = models.CharField(_("类别"), max_length=10, choices=Group.choices, default=Group.OTHER)
    used = models.PositiveIntegerField(default=0, editable=False)
    retired = models.BooleanField(_("停用"), default=False)
    history = HistoricalRecords(excluded_fields=["used"])

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="contacts"
    )
    name = models.CharField(_("姓名"), max_length=60)
    title = models.CharField(_("职务"), max_length=60, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("联系人")
        verbose_name_plural = _("联系人")
        ordering = ["name"]
