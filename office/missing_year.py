"""The coming year's 放假安排 is missing: said on pages from November on, told the administrators once a week."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from office import notices
from office.claiming import claim
from office.models.clocks import KnownYear
from office.models.outbox import Delivery, Notice
from office.models.people import Kind, User

KIND = "missing_year"
IN_APP = "in-app"
# The State Council publishes the coming year's arrangement in November.
FROM_MONTH = 11


def missing(on: date) -> int | None:
    """The year whose notice should have been entered by the day `on`: this one, from November on the next."""
    wanted = [on.year, *([on.year + 1] if on.month >= FROM_MONTH else [])]
    known = set(KnownYear.objects.filter(year__in=wanted).values_list("year", flat=True))
    return next((year for year in wanted if year not in known), None)


def words(year: int) -> str:
    """The sentence for the pages, in the reader's language."""
    return _(
        "%(year)d 年的放假安排还没有录入。国务院办公厅一般在十一月发通知；没有录入以前，期限按双休日和法定节日推算。"
    ) % {"year": year}


def tell(now: datetime) -> int:
    """Tell every 系统管理员, each once in a calendar week. How many were told. Repeatable."""
    on = timezone.localdate(now)
    year = missing(on)
    if year is None:
        return 0
    week = on.isocalendar()
    key = f"{KIND}:{year}:{week.year}-{week.week:02}"
    admins = list(User.objects.filter(kind=Kind.SYSTEM, is_active=True).order_by("pk"))
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        rows = [Delivery(person=one, channel=IN_APP, key=key, at=now, sent_at=now) for one in admins]
        mine = {row.person_id for row in claim(rows, by=("person_id", "channel", "key"))}
        said = _("%(year)d 年的放假安排还没有录入，请在工作日历上读入放假通知。") % {"year": year}
        return len(notices.tell([one for one in admins if one.pk in mine], kind=KIND, words=said, at=now))


def entered(*, at: datetime) -> None:
    """A year was entered: where nothing is missing any more, nobody is reminded of it."""
    if missing(timezone.localdate(at)) is None:
        Notice.objects.filter(kind=KIND, read_at__isnull=True).update(read_at=at)
