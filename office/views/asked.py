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
