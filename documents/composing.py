"""拟办: the sentence a proposal is written in, from what was picked, and how a like paper was dealt with before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from office import access, standing
from office.forms.people import key_of
from office.models.cases import Case, Decision
from office.models.people import Post, User

from .models import IncomingDocument

# How far back papers of the same sender are looked through, and how alike two titles have to be (shares of the
# pairs of characters they have in common).
LOOKED_THROUGH = 400
ALIKE = 0.5
SHOWN = 3


# --- The sentence ---


def sentence(
    *,
    leaders: Sequence[User | Post],
    lead: Post | None = None,
    assisting: Sequence[Post] = (),
    due_on: date | None = None,
    reading: bool = False,
) -> str:
    """拟请张局长阅示，综合科牵头、财务科配合，11月28日前办结。 Empty where nothing is picked. In the office's own
    language: it is written on the paper."""
    asked = "、".join(called(one) for one in leaders)
    helping = "、".join(_unit(one) for one in assisting)
    parts = []
    if asked:
        parts.append(f"拟请{asked}{'阅' if reading else '阅示'}")
    if lead and helping:
        parts.append(f"{_unit(lead)}牵头、{helping}配合")
    elif lead:
        parts.append(f"{'' if parts else '拟'}由{_unit(lead)}办理")
    if due_on and not reading:
        parts.append(f"{due_on.month}月{due_on.day}日前办结")
    return f"{'，'.join(parts)}。" if parts else ""


def called(one: User | Post) -> str:
    """张局长, 王副局长: as the office speaks of a leader; of a chair, the chair."""
    if isinstance(one, Post):
        return str(one)
    # 党组书记、局长 is called by the last.
    title = re.split(r"[、,，/ ]", one.title.strip())[-1] if one.title else ""
    family = one.name[:2] if one.name[:2] in TWO_CHARACTERS else one.name[:1]
    return f"{family}{title}" if title else one.name


TWO_CHARACTERS = {
    "欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "令狐", "慕容", "东方", "南宫", "公孙", "司徒",
}  # fmt: skip


def _unit(post: Post) -> str:
    return str(post.department or post)


# --- 去年同类文 ---


@dataclass(frozen=True)
class Like:
    """A paper of the same sender with a like title, and what was proposed and instructed then."""

    case: Case
    number: str
    received_on: date
    proposal: str
    instructions: list[str]
    lead: Post | None
    assisting: list[Post]


def like_papers(document: IncomingDocument, *, user: User) -> list[Like]:
    """The likest first, of those the reader may see and that were dealt with before this one came. Four queries."""
    mine = pairs(document.case.title)
    if not mine:
        return []
    earlier = IncomingDocument.objects.filter(sender=document.sender_id, received_on__lt=document.received_on)
    seen = earlier.filter(case__in=access.visible_to(user)).exclude(case__title="").exclude(case__outcome="void")
    found = []
    rows = seen.order_by("-received_on", "-pk").values_list("pk", "case__title", "received_on")
    for key, title, day in rows[:LOOKED_THROUGH]:
        alike = _share(mine, pairs(title))
        if alike >= ALIKE:
            # Of two as like, the one of the same season of the year before.
            found.append((alike, -abs((document.received_on - day).days - 365), key))
    keys = [key for _alike, _season, key in sorted(found, reverse=True)[:SHOWN]]
    papers = IncomingDocument.objects.filter(pk__in=keys).select_related("case", "imported")
    beside = ("named__lead__department", "named__assisting__department")
    known = {one.pk: one for one in papers.prefetch_related(*beside)}
    return [like for key in keys if (like := _like(known[key])) is not None]


def _like(one: IncomingDocument) -> Like | None:
    """None where nothing was said about it then."""
    decisions = list(one.case.decisions.order_by("number"))
    stands = standing.of(decisions)
    proposed = [made for made in decisions if made.step == "propose" and made.move in ("submit", "note")]
    proposal = [_holds(made, stands) for made in proposed]
    said = [_holds(made, stands) for made in decisions if made.step == "instruct"]
    if hasattr(one, "imported"):
        written = one.imported.written
        proposal = [words for head, words in written if "拟办" in head]
        said = [words for head, words in written if "批示" in head or "签批" in head]
    named = [row for row in one.named.all() if row.lead is not None]
    proposal, said = [words for words in proposal if words], [words for words in said if words]
    if not (proposal or said or named):
        return None
    last = named[-1] if named else None
    return Like(
        case=one.case,
        number=one.number,
        received_on=one.received_on,
        proposal=proposal[-1] if proposal else "",
        instructions=said,
        lead=last.lead if last else None,
        assisting=list(last.assisting.all()) if last else [],
    )


def _holds(decision: Decision, stands: standing.Standing) -> str:
    """The words as they hold; "" of what was taken back."""
    if decision.number in stands.taken_back:
        return ""
    later = stands.corrections.get(decision.number)
    return later[-1].opinion if later else decision.opinion


def pairs(title: str) -> set[str]:
    """The title's pairs of characters, without years, numbers and marks: 关于做好2025年… is like 关于做好2026年…."""
    plain = re.sub(r"[\W\d_]+|第?[一二三四五六七八九十〇]+(?=[年期次届号])", "", title)
    for word in ("关于", "的通知", "通知", "印发"):
        plain = plain.replace(word, "")
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def _share(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def aids(turn, *, user: User) -> dict | None:
    """What stands beside the proposal's box: the papers like this one. None on other steps."""
    if turn.step != "propose":
        return None
    document = IncomingDocument.objects.select_related("case").get(case=turn.case_id)
    found = like_papers(document, user=user)
    return {
        "compose_url": reverse("incoming_compose", args=[turn.pk]),
        "likes": [
            {
                "url_id": one.case.public_id,
                "reference": one.case.reference,
                "title": one.case.title,
                "day": one.received_on.isoformat(),
                "proposal": brought_up(one.proposal, year=document.received_on.year - one.received_on.year),
                "instructions": one.instructions,
                "lead": key_of(one.lead) if one.lead and not one.lead.retired else "",
                "lead_words": _unit(one.lead) if one.lead else "",
                "assisting": " ".join(key_of(post) for post in one.assisting if not post.retired),
            }
            for one in found
        ]
    }


def brought_up(words: str, *, year: int) -> str:
    """Last year's dates are not this year's: a day in the words is left open to be filled in."""
    return re.sub(r"\d{1,2}月\d{1,2}日", "＿月＿日", words) if year else words


