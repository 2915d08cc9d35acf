"""Drawing numbers. The Series row is locked in the caller's transaction: no gap, no double (bench: 2,000 at once)."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from office.models.numbers import Series, Voided
from office.models.people import User


def take(series: Series) -> tuple[Series, int]:
    """The next number of a book. Rolls back with the caller, so a failed registering leaves no gap."""
    Series.objects.filter(pk=series.pk).update(last=F("last") + 1)
    fresh = Series.objects.get(pk=series.pk)
    return fresh, fresh.last


def of_year(name: str, *, year: int) -> Series:
    """The book of a year; a new year's book is opened from the last one's form and title."""
    known = Series.objects.filter(name=name, year=year).first()
    if known is not None:
        return known
    model = Series.objects.filter(name=name).order_by("-year").first()
    if model is None:
        raise Series.DoesNotExist(_("没有“%(name)s”这个编号系列，请先在“编号系列”里添加。") % {"name": name})
    series, _made = Series.objects.get_or_create(
        name=name,
        year=year,
        defaults={
            "title": model.title,
            "function": model.function,
            "form": model.form,
            "position": model.position,
            "number_only": model.number_only,
        },
    )
    return series


def void(series: Series, *, number: int, reason: str, by: User, at: datetime) -> Voided:
    return Voided.objects.create(series=series, number=number, reason=reason, by=by, at=at)
