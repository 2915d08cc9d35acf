"""Which columns somebody sees, which views he has, who shares them and takes them away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from office import access
from office.models.arranged import ListColumns, SavedView
from office.models.people import User

from . import Column, List

# What names the view in an address.
VIEW = "view"
MOST_VIEWS = 20
# Whoever sits in one of these arranges lists for everybody; the director also clears away what others have shared.
SHARING = ("clerk", "office-director")
CLEARING = "office-director"


def may_share(user: User) -> bool:
    return any(access.identity(user).holds(code) for code in SHARING)


def may_remove(view: SavedView, user: User) -> bool:
    return view.person_id == user.pk or (view.shared and access.identity(user).holds(CLEARING))


def views_for(user: User, code: str = ""):
    """Those he may open: his own, and what is shared; of one list, or of all."""
    found = SavedView.objects.filter(Q(person=user) | Q(shared=True)).select_related("person")
    return found.filter(listed=code) if code else found


@dataclass(frozen=True)
class Arranged:
    """A list as somebody has arranged it, for one page."""

    columns: list[Column]
    view: SavedView | None
    views: list[SavedView]


def arranged(listed: List, user: User, asked: QueryDict) -> Arranged:
    """Two queries: his views of the list, and his columns where the view has none of its own."""
    views = list(views_for(user, listed.code))
    key = asked.get(VIEW, "")
    view = next((one for one in views if str(one.pk) == key), None)
    codes: Sequence[str] = view.columns if view is not None else ()
    if not codes:
        own = ListColumns.objects.filter(person=user, listed=listed.code).first()
        codes = own.columns if own is not None else ()
    return Arranged(listed.picked(codes), view, views)


def query_of(view: SavedView) -> QueryDict:
    return QueryDict(view.query)


def address_of(listed: List, view: SavedView) -> str:
    query = urlencode({**listed.selection(query_of(view)), VIEW: str(view.pk)})
    return f"{reverse(listed.url_name)}?{query}"


def around(listed: List, user: User, asked: QueryDict, found: Arranged, *, rows: bool) -> dict[str, Any]:
    """Context of office/_views.html."""
    query = urlencode(listed.selection(asked))
    here = urlencode({**listed.selection(asked), **({VIEW: str(found.view.pk)} if found.view else {})})
    return {
        "views": [
            {
                "label": one.name, "url": address_of(listed, one), "shared": one.shared,
                "current": found.view is not None and one.pk == found.view.pk,
            }
            for one in found.views
        ],
        "all_url": reverse(listed.url_name) if found.views else "",
        "all_current": found.view is None,
        "columns_url": f"{reverse('list_columns', args=[listed.code])}?{here}",
        "save_url": f"{reverse('view_new', args=[listed.code])}?{query}",
        "views_url": reverse("views") if found.views else "",
        "export_url": f"{reverse('list_export', args=[listed.code])}?{here}" if rows else "",
    }  # fmt: skip
