"""Chairs that have fallen empty while papers wait there: the hub hears of it, so that nothing lies unseen."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy

from office import notices
from office.acting.door import as_printed
from office.models.cases import Turn
from office.models.outbox import Notice
from office.models.people import Post, PostHolding, User

KIND = "vacant"
# Whoever may hand a waiting paper to somebody else (重定位).
HUB = ("clerk", "office-director")


def tell(*, on: date, at: datetime) -> int:
    """Tell of every chair nobody sits in on the day `on` where papers wait, once for each time it falls empty. How
    many chairs. A new paper never comes to such a chair; this is for those that were there already."""
    seats = PostHolding.objects.current(on)
    waiting = Turn.objects.open().filter(holder__isnull=True, post__isnull=False)
    empty = Post.objects.filter(pk__in=waiting.values("post")).exclude(pk__in=seats.values("post"))
    told = 0
    for post in empty.select_related("department"):
        last = PostHolding.objects.filter(post=post, confirmed_at__isnull=False, ends_on__lte=on)
        since = _empty_since(last.order_by("-ends_on").first(), on=on)
        words = as_printed(gettext_lazy("%(post)s从 %(day)s 起空缺，还有文件在等，请转交（重定位）。"))
        words %= {"post": post, "day": since.isoformat()}
        if Notice.objects.filter(kind=KIND, words=words).exists():
            continue
        hub = User.objects.filter(is_active=True, holdings__in=seats.filter(post__code__in=HUB))
        told += bool(notices.tell(hub, kind=KIND, words=words, at=at))
    return told


def _empty_since(last: PostHolding | None, *, on: date) -> date:
    if last is None or last.ends_on is None:
        return on
    return last.ends_on if last.stopped_at else last.ends_on + timedelta(days=1)
