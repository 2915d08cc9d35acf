"""What a view is asked with."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from office.models import User


class Asked(HttpRequest):
    """A request behind the outer door: office/middleware.SignedIn lets nobody through who is not signed in."""

    user: User
    htmx: HtmxDetails
    # What waits for him, where a page has counted it already: {"all", "reading"} (office/context.py).
    waiting_counts: dict[str, int]


# Longer than any list; an offset the database cannot count to is an error there.
FURTHEST = 1_000_000


def start_of(request: HttpRequest) -> int:
    """Where a list begins (?from=…); at its beginning where that is no number."""
    asked = request.GET.get("from", "")
    return min(int(asked[:9]), FURTHEST) if asked.isdecimal() else 0
