"""What a paper has to do with others: shown beside it, written down and taken back by the hub."""

from django.utils.translation import gettext_noop, pgettext

from office import access, showing
from office.models.cases import Case, Link
from office.models.people import User
from office.views.asked import Asked
from office.views.looking import note_listed

# What a clerk may say of two papers; the others come of acts of their own.
BY_HAND = (Link.Kind.SEE, Link.Kind.ANSWERS, Link.Kind.FORWARDS, Link.Kind.REVOKES)


def may_relate(user: User, case: Case) -> bool:
    """The hub, and whoever opened the case."""
    return case.opened_by_id == user.pk or access.holds_hub(user, case)


def links_of(request: Asked, case: Case) -> list[dict]:
    """Only what the reader may see: a link to what is barred to him does not exist."""
    rows = Link.objects.filter(undone_at__isnull=True).order_by("at", "pk")
    pairs = [(one, one.to_case, True) for one in rows.filter(from_case=case).select_related("to_case")]
    pairs += [(one, one.from_case, False) for one in rows.filter(to_case=case).select_related("from_case")]
    visible = access.visible_to(request.user)
    seen = set(visible.filter(pk__in=[other.pk for _one, other, _out in pairs]).values_list("pk", flat=True))
    note_listed(request, [other for _one, other, _out in pairs if other.pk in seen], at=gettext_noop("相关文件"))
    return [
        {
            "key": link.pk,
            "kind": words_of(Link.Kind(link.kind), out=out),
            "reference": other.reference or showing.title_of(other),
            "title": showing.title_of(other),
            "public_id": other.public_id,
            "by_hand": link.kind in BY_HAND,
        }
        for link, other, out in pairs
        if other.pk in seen
    ]


def words_of(kind: Link.Kind, *, out: bool) -> str:
    """What the other paper is to this one. `out`: the link leads from this one to the other."""
    words = {
        Link.Kind.ANSWERS: (pgettext("link", "答复"), pgettext("link", "答复件")),
        Link.Kind.FORWARDS: (pgettext("link", "转发"), pgettext("link", "转发件")),
        Link.Kind.REVOKES: (pgettext("link", "废止"), pgettext("link", "被其废止")),
        Link.Kind.SEE: (pgettext("link", "参见"), pgettext("link", "参见")),
        Link.Kind.PARENT: (pgettext("link", "由此产生"), pgettext("link", "来自")),
        Link.Kind.MERGED: (pgettext("link", "并案"), pgettext("link", "并案")),
    }
    return words[kind][0 if out else 1]
