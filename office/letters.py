"""What is said outside the house: counts, in mails also numbers and links; never a title, of no paper at all.

In a mail restricted and classified papers have not even a number. Into a chat go counts alone, and of state secrets
not even those (R-SEC-06): it leads over other people's computers. Nothing has to be decided about a title when a
message is read on somebody's telephone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from office import access, dials, digests
from office.levels import FIRST_STATE_SECRET
from office.models.cases import Case
from office.models.outbox import Notice
from office.models.people import User

# Notices whose words are themselves what has to leave the house (the nightly anchor, office/anchoring.py).
MAILED_WITH_WORDS = ("anchored",)
# Where nobody outside this machine finds anything.
NOWHERE = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class Letter:
    """`subject` is for mails alone."""

    subject: str
    text: str


def about_notices(person: User, keys: Sequence[int], *, chat: bool) -> Letter | None:
    """What is urgent among these notices, and still unread. None when there is nothing (left) to say."""
    found = Notice.objects.filter(pk__in=keys, read_at__isnull=True, person=person).select_related("case")
    # A bar or a level set since still holds it back.
    cases = Case.objects.filter(notices__in=keys, secrecy__lte=person.clearance)
    reached = set(access.not_barred(cases, access.identity(person)).values_list("pk", flat=True))
    told = [one for one in found.order_by("pk") if one.case_id is None or one.case_id in reached]
    papers = {one.case_id: one.case for one in told if one.case is not None}
    others = sum(one.case is None and one.kind not in MAILED_WITH_WORDS for one in told)
    if chat:
        count = others + sum(case.secrecy < FIRST_STATE_SECRET for case in papers.values())
        return _chat(_("您有%(n)d件特急事项，请尽快登录办理。") % {"n": count}) if count else None
    lines = [one.sentence for one in told if one.kind in MAILED_WITH_WORDS]
    count = others + len(papers)
    if not count and not lines:
        return None
    # Of a state secret nothing leaves the house (R-SEC-06), not even its number.
    numbers = [
        str(case) for case in papers.values() if not case.restricted and case.secrecy < FIRST_STATE_SECRET
    ]
    hidden = len(papers) - len(numbers)
    if count:
        lines.append(_("有 %(n)d 件特急事项请您尽快处理。") % {"n": count})
        lines += numbers[:20]
        if len(numbers) > 20:
            lines.append(_("等 %(n)d 件") % {"n": len(numbers)})
        if hidden:
            lines.append(_("其中 %(n)d 件限定知悉范围，请登录查看。") % {"n": hidden})
    subject = _("%(n)d 件特急事项") % {"n": count} if count else _("存证通知")
    return _mail(subject, lines, page="notices")


def about_queue(person: User, *, now: datetime, chat: bool) -> Letter | None:
    """The digest. None when nothing waits."""
    if not chat:
        found = digests.counts(person, now=now)
        return None if found.nothing else _mail(found.sentence(), [found.sentence()], page="queue")
    found = digests.counts(person, now=now, below=FIRST_STATE_SECRET)
    parts = []
    if found.todo:
        parts.append(_("%(n)d件待办") % {"n": found.todo})
    if found.reading:
        parts.append(_("%(n)d件待阅") % {"n": found.reading})
    return _chat(_("您有%(counts)s。") % {"counts": "、".join(parts)}) if parts else None


def trial() -> Letter:
    """For `send_notice`: says nothing but that it has arrived."""
    words = _("这是一条试发的消息，收到就说明这个渠道是通的。")
    return Letter(f"【{dials.office_name()}】{_('试发')}", f"【{dials.office_name()}】{words}")


def _mail(subject: str, lines: Sequence[str], *, page: str) -> Letter:
    address = settings.SITE_URL.rstrip("/") + reverse(page)
    text = "\n".join([*lines, "", address, "", _("本邮件由系统自动发出，只写件数和编号，请勿回复。")])
    return Letter(f"【{dials.office_name()}】{subject}".replace("\n", " "), text)


def _chat(words: str) -> Letter:
    """One line, and where to sign in: the same address for everybody and every paper."""
    lines = [f"【{dials.office_name()}】{words}"]
    if urlsplit(settings.SITE_URL).hostname not in NOWHERE:
        lines.append(settings.SITE_URL.rstrip("/") + reverse("queue"))
    return Letter("", "\n".join(lines))
