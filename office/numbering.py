"""Drawing numbers. The Series row is locked in the caller's transaction: no gap, no double (bench: 2,000 at once)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from office.models.numbers import ReservedBlock, ReservedNumber, Series, Voided
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


# --- Drawn beforehand ---------------------------------------------------------------------------------------

# Two sheets of a register: what a day without power brings.
MOST_AT_ONCE = 100


def reserve(series: Series, *, count: int, by: User, at: datetime, purpose: str = "") -> ReservedBlock:
    """Draw `count` numbers of a book for paper sheets. They are used or voided later, never given to anything else."""
    if not 1 <= count <= MOST_AT_ONCE:
        raise ValueError(f"{count} numbers at once")
    with transaction.atomic():
        Series.objects.filter(pk=series.pk).update(last=F("last") + count)
        fresh = Series.objects.get(pk=series.pk)
        first = fresh.last - count + 1
        block = ReservedBlock.objects.create(
            series=fresh, first=first, last=fresh.last, purpose=purpose, by=by, at=at
        )
        ReservedNumber.objects.bulk_create(
            ReservedNumber(block=block, series=fresh, number=number) for number in range(first, fresh.last + 1)
        )
        return block


def free(block: ReservedBlock) -> QuerySet[ReservedNumber]:
    """Its numbers that are neither used nor voided."""
    voided = Voided.objects.filter(series=OuterRef("series"), number=OuterRef("number"))
    return block.numbers.filter(~Exists(voided), case__isnull=True)


def take_reserved(series: Series, number: int) -> ReservedNumber:
    """Lock a reserved number for the paper that gets it now; the caller sets its case. Raises NotReserved."""
    row = (
        ReservedNumber.objects.select_for_update(of=("self",))
        .select_related("series")
        .filter(series__name=series.name, series__year=series.year, number=number)
        .first()
    )
    if row is None or row.case_id is not None:
        raise NotReserved(series.written(number))
    if Voided.objects.filter(series=row.series, number=number).exists():
        raise NotReserved(series.written(number))
    return row


class NotReserved(Exception):
    """This number is not free: never drawn beforehand, used by now, or voided. `str()` is the number as written."""


def void_unused(block: ReservedBlock, *, reason: str, by: User, at: datetime) -> int:
    """Close a block: what was not used stays used for ever, with the reason. How many."""
    with transaction.atomic():
        rows = list(free(block).select_for_update(of=("self",)))
        for row in rows:
            void(block.series, number=row.number, reason=reason, by=by, at=at)
        return len(rows)


def void(series: Series, *, number: int, reason: str, by: User, at: datetime) -> Voided:
    return Voided.objects.create(series=series, number=number, reason=reason, by=by, at=at)
