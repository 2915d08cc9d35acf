"""What screens and paper say about cases, in words: dates, places, signatures, the trail.

Plain dictionaries for templates; nothing here decides anything, and nothing here asks who may see it.
"""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from office import procedures
from office.levels import ORAL, Medium, Secrecy, Urgency
from office.models.cases import Case, Decision, Turn
from office.models.clocks import Clock
from office.models.people import Post, PostHolding, User


def moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def day(at: datetime) -> str:
    return timezone.localdate(at).isoformat()


def short_moment(at: datetime | None) -> str:
    """11-22 09:12, or with the year when it is not this one."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return local.strftime("%m-%d %H:%M" if local.year == timezone.localdate().year else "%Y-%m-%d %H:%M")


def step_of(procedure: str, code: str) -> procedures.Step | None:
    declared = procedures.REGISTRY.get(procedure)
    return declared.steps.get(code) if declared else None


def step_label(procedure: str, code: str) -> str:
    step = step_of(procedure, code)
    return str(step.label) if step else code


def title_of(case: Case) -> str:
    """A state secret has no title here (R-SEC-03): the register shows its level instead."""
    if case.title:
        return case.title
    if case.secrecy >= Secrecy.CONFIDENTIAL:
        return _("涉密文件（%(level)s），只登编号") % {"level": case.get_secrecy_display()}
    return _("亲启件，只登封面")


def urgency_words(case: Case) -> str:
    return "" if case.urgency == Urgency.NORMAL else str(case.get_urgency_display())


def chips(case: Case, *, called: str = "") -> dict:
    """`called`: the paper's own word for its urgency, where it has one (subjects.Summary)."""
    return {
        "urgency": called or urgency_words(case),
        "urgent_now": case.urgency == Urgency.FLASH,
        "restricted": case.restricted or case.secrecy > 0,
        "secrecy_words": str(case.get_secrecy_display()) if case.secrecy else "",
    }


def holder_words(turn: Turn) -> str:
    if turn.holder_id and turn.post_id:
        # No brackets in brackets: 文书（机要）.
        both = _("%(who)s %(post)s") if "（" in str(turn.post) else _("%(who)s（%(post)s）")
        return both % {"who": turn.holder, "post": turn.post}
    return str(turn.hands)


def hands_words(hands: User | Post, *, on: date) -> str:
    """A person's name, or a chair and who sits in it that day."""
    if not isinstance(hands, Post):
        return str(hands)
    sitting = PostHolding.objects.current(on).filter(post=hands).order_by("starts_on", "pk")
    names = list(sitting.values_list("person__name", flat=True)[:4])
    if not names:
        return _("%(post)s（空缺）") % {"post": hands}
    who = "、".join(names[:3]) + (_("等") if len(names) > 3 else "")
    return _("%(post)s（%(who)s）") % {"post": hands, "who": who}


# --- Deadlines ---


def deadline(
    due_at: datetime | None,
    *,
    now: datetime,
    why_url: str = "",
    issued_at: datetime | None = None,
    ranked: bool = False,
    with_leader: bool = False,
    met_at: datetime | None = None,
) -> dict:
    """Always a sign and a word, and of what is done when it was done. A ranked leader reads how long it has waited
    for him, never that it is late (defaults.md); and of what lies `with_leader` nobody else reads that."""
    if met_at is not None:
        return {"state": "done", "words": _("已办"), "date_words": moment(met_at), "why_url": why_url}
    if ranked and issued_at is not None:
        days = (timezone.localdate(now) - timezone.localdate(issued_at)).days
        words = ngettext("等您 %(n)d 天", "等您 %(n)d 天", days) % {"n": days} if days else _("今天送到")
        return {"state": "waiting", "words": words, "date_words": "", "why_url": ""}
    if with_leader and issued_at is not None and due_at is not None and due_at < now:
        return {"state": "waiting", "words": days_with_leader(issued_at, now=now), "date_words": "", "why_url": why_url}
    if due_at is None:
        return {"state": "none", "words": _("不限时"), "date_words": "", "why_url": ""}
    today, day = timezone.localdate(now), timezone.localdate(due_at)
    if due_at < now:
        days = (today - day).days
        if days:
            words = ngettext("超期 %(n)d 天", "超期 %(n)d 天", days) % {"n": days}
        else:
            words = _("今天已超期")
        return {"state": "overdue", "words": words, "date_words": _due_words(due_at), "why_url": why_url}
    clock = timezone.localtime(due_at).strftime("%H:%M")
    if day == today:
        return {
            "state": "today",
            "words": _("今日 %(time)s") % {"time": clock},
            "date_words": "",
            "why_url": why_url,
        }
    days = (day - today).days
    words = _("明日 %(time)s") % {"time": clock} if days == 1 else day.strftime("%m-%d")
    left = ngettext("还有 %(n)d 天", "还有 %(n)d 天", days) % {"n": days}
    return {"state": "later", "words": words, "date_words": left, "why_url": why_url}


def with_leaders(turns: Iterable[Turn]) -> set[int]:
    """The keys of those that lie with a ranked leader, in his own hands or in his chair. One query at most."""
    listed = list(turns)
    people = {turn.holder_id for turn in listed if turn.holder_id is not None}
    ranked: set[int] = set()
    if people:
        holdings = PostHolding.objects.current(timezone.localdate()).filter(person__in=people, post__retired=False)
        ranked.update(holdings.filter(post__rank__isnull=False).values_list("person_id", flat=True))
    return {
        turn.pk
        for turn in listed
        if turn.holder_id in ranked or (turn.post is not None and turn.post.rank is not None)
    }


def days_with_leader(issued_at: datetime, *, now: datetime) -> str:
    days = (timezone.localdate(now) - timezone.localdate(issued_at)).days
    return _("在领导处 %(n)d 天") % {"n": days} if days else _("今天送领导")


def _due_words(due_at: datetime) -> str:
    return _("应于 %(when)s 前") % {"when": short_moment(due_at)}


def bucket(due_at: datetime | None, *, now: datetime) -> str:
    if due_at is None:
        return "later"
    if due_at < now:
        return "overdue"
    return "today" if timezone.localdate(due_at) == timezone.localdate(now) else "later"


def why_url(clock: Clock | None) -> str:
    return reverse("why", args=[clock.pk]) if clock else ""


# --- The trail ---


def label_of(decision: Decision, *, procedure: str) -> str:
    """The declared label where it is still declared (so that it can be read in English), else as printed that day."""
    if translation.get_language() == "zh-hans":
        return decision.label
    step = step_of(procedure, decision.step)
    move = step.move(decision.move) if step else None
    return str(move.label) if move else _(decision.label)


def signature_words(decision: Decision) -> str:
    """王志远（代 李某某）: both names are kept."""
    if decision.signed_for:
        return _("%(who)s（代 %(principal)s）") % {
            "who": decision.signed_name,
            "principal": decision.signed_for,
        }
    return decision.signed_name


def has_its_hour(decision: Decision) -> bool:
    """Of words taken over from paper often only the day is known (代录)."""
    return not decision.recorded_by_id or timezone.localtime(decision.happened_at).time() != time.min


def written_on(decision: Decision) -> str:
    """When it was decided: with its hour, or the day alone where no hour is known."""
    return moment(decision.happened_at) if has_its_hour(decision) else day(decision.happened_at)


def recorded_words(decision: Decision) -> str:
    if not decision.recorded_by_id:
        return ""
    parts = {
        "clerk": decision.recorded_name,
        "at": moment(decision.at),
        "who": decision.signed_name,
        "on": written_on(decision),
        "how": str(decision.get_medium_display()),
    }
    if decision.medium == Medium.PAPER:
        return _("据纸质批示录入（附扫描件）：%(who)s %(on)s 批示，%(clerk)s %(at)s 录入") % parts
    if decision.medium == Medium.KEPT:
        return _("据纸质批示录入（原件另存）：%(who)s %(on)s 批示，%(clerk)s %(at)s 录入") % parts
    if decision.medium in ORAL:
        return _("据口头指示录入（%(how)s）：%(who)s %(on)s 指示，%(clerk)s %(at)s 录入") % parts
    return _("%(clerk)s 据纸质或口头意见代录于 %(at)s，文件上的日期 %(on)s") % parts


def ended_words(case: Case, turn: Turn, decision: Decision | None) -> str:
    """How a side turn ended: what was for reading is 已阅, other things are what was answered: 请假."""
    step = step_of(case.procedure, turn.step)
    if turn.ended_how != "moved":
        return str(turn.get_ended_how_display())
    if step is not None and step.reading:
        return _("已阅")
    return label_of(decision, procedure=case.procedure) if decision else str(turn.get_ended_how_display())


def outcome_words(case: Case) -> str:
    if case.closed_at is None:
        return ""
    return _("%(outcome)s，%(when)s") % {
        "outcome": case.get_outcome_display(),
        "when": moment(case.closed_at),
    }
