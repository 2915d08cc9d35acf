"""What screens and paper say about cases, in words: dates, places, signatures, the trail.

Plain dictionaries for templates; nothing here decides anything, and nothing here asks who may see it.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import chain

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from office import access, procedures, standing, subjects
from office.levels import Outcome, Secrecy, Urgency
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
    return _("%(clerk)s 据纸质或口头意见代录于 %(at)s，文件上的日期 %(on)s") % {
        "clerk": decision.recorded_name,
        "at": moment(decision.at),
        "on": written_on(decision),
    }


def trail(
    case: Case, *, decisions: Iterable[Decision], turns: Iterable[Turn], chases=(), may_correct=None
) -> list[dict]:
    """What was done, who has it now, what comes next; corrections with both versions, chases in between."""
    decisions, turns = list(decisions), list(turns)
    stands = standing.of(decisions)
    subject = subjects.get(case.procedure)
    beside = subject.beside(case) if subject and subject.beside else {}
    first: dict[int, dict] = {}
    items: list[tuple[datetime, dict]] = []
    round_seen = 1
    for decision in decisions:
        if decision.corrects_number and decision.move == "correct":
            _add_correction(first.get(decision.corrects_number), decision)
            continue
        if decision.corrects_number and decision.move == "confirm_record":
            target = first.get(decision.corrects_number)
            if target is not None:
                words = _("本人已于 %(at)s 确认") % {"at": short_moment(decision.at)}
                target["note"] = "  ".join(filter(None, [target["note"], words]))
            continue
        if decision.round > round_seen:
            round_seen = decision.round
            items.append(
                (decision.at, {"kind": "round", "words": _("退回，第 %(n)d 轮") % {"n": decision.round}})
            )
        item = _act(case, decision, beside=beside.get(decision.pk, ""))
        if (undone := stands.taken_back.get(decision.number)) is not None:
            words = _("已于 %(at)s 撤回，不再有效") % {"at": short_moment(undone.at)}
            item["note"] = "  ".join(filter(None, [item["note"], words]))
            item["state"], item["chip"] = "void", _("已撤回")
        elif may_correct is not None:
            item["edit_url"] = may_correct(decision)
        first[decision.number] = item
        items.append((decision.at, item))
    for chase in chases:
        items.append(
            (chase.at, {"kind": "chase", "when": short_moment(chase.at), "words": chase_words(chase)})
        )
    items.sort(key=lambda pair: pair[0])
    shown = [item for _at, item in items]
    shown.extend(_now_and_next(case, turns))
    return shown


def _act(case: Case, decision: Decision, *, beside: str) -> dict:
    return {
        "kind": "act",
        "number": decision.number,
        "state": "void" if decision.move == "void" else "done",
        "chip": _("作废") if decision.move == "void" else "",
        "label": label_of(decision, procedure=case.procedure),
        "who": signature_words(decision),
        "post": decision.signed_title,
        "when": short_moment(decision.happened_at) if has_its_hour(decision) else written_on(decision),
        "opinion": decision.opinion,
        "note": "  ".join(filter(None, [beside, decision.reason, f"→ {decision.names}" if decision.names else ""])),
        "on_behalf_words": "",
        "recorded_by_words": recorded_words(decision),
        "corrections": [],
        "sides": [],
        "edit_url": "",
    }


def _add_correction(target: dict | None, decision: Decision) -> None:
    if target is None:
        return
    last = target["corrections"][-1]["new"] if target["corrections"] else target["opinion"]
    target["corrections"].append(
        {
            "old": last,
            "new": decision.opinion,
            "who": decision.signed_name,
            "when": short_moment(decision.at),
            "reason": decision.reason,
        }
    )
    if len(target["corrections"]) == 1:
        target["opinion"] = ""


def ended_words(case: Case, turn: Turn) -> str:
    """How a side turn ended: what was for reading is 已阅, other things are 已办."""
    step = step_of(case.procedure, turn.step)
    read = turn.ended_how == "moved" and step is not None and step.reading
    return _("已阅") if read else str(turn.get_ended_how_display())


def _being_done(case: Case, turn: Turn) -> str:
    """What somebody beside the main way does: he reads, or what his step says."""
    step = step_of(case.procedure, turn.step)
    return _("在阅") if step is not None and step.reading else step_label(case.procedure, turn.step)


def _now_and_next(case: Case, turns: list[Turn]) -> list[dict]:
    current = next((turn for turn in turns if not turn.side and turn.ended_at is None), None)
    if current is None:
        return []
    sides = [
        {
            "who": str(turn.hands),
            "post": "",
            "state_words": _("%(what)s，%(when)s 送出")
            % {"what": _being_done(case, turn), "when": short_moment(turn.issued_at)},
        }
        for turn in turns
        if turn.side and turn.ended_at is None
    ]
    now = {
        "kind": "act",
        "state": "now",
        "label": step_label(case.procedure, current.step),
        "who": holder_words(current) if current.holder_id else hands_words(current.hands, on=timezone.localdate()),
        "post": "",
        "when": _("%(when)s 送到") % {"when": short_moment(current.issued_at)},
        "sides": sides,
        "corrections": [],
    }
    following = [
        {"kind": "act", "state": "then", "label": one["label"], "who": one["who"], "corrections": []}
        for one in what_comes_next(case, current)
    ]
    return [now, *following]


def what_comes_next(case: Case, current: Turn) -> list[dict]:
    """The next steps with names where they are known: the way back, the list, the post."""
    from office import timing

    on = timezone.localdate()
    if current.back_to is not None:
        return [{"label": _("送回"), "who": hands_words(current.back_to.hands, on=on)}]
    declared = procedures.REGISTRY.get(case.procedure)
    step = declared.steps.get(current.step) if declared else None
    if declared is None or step is None:
        return []
    found = []
    waiting = case.planned.filter(turn__isnull=True, dropped_at__isnull=True)
    named = [str(row.hands) for row in waiting.select_related("holder", "post__department")]
    if named:
        found.append({"label": _("名单上还有"), "who": "、".join(named)})
    primary = next((move for move in step.moves if move.primary and move.offered(case)), None) or step.forward
    if primary is None:
        return found
    if primary.close:
        return [*found, {"label": str(Outcome(primary.close).label), "who": ""}]
    if primary.to:
        target = declared.step(primary.to)
        who = _("由办理人选定")
        if (post := timing.post_of(declared, target, case=case, at=timezone.now())) is not None:
            # As it will land: from whom the paper is kept, it goes by.
            ways = chain([post], timing.fallbacks(declared, target))
            fit = next((one for one in ways if access.able(case, access.seated(one, on=on))), post)
            who = hands_words(fit, on=on)
        found.append({"label": str(target.label), "who": who})
    return found


def chase_words(chase) -> str:
    """Both kinds of chase: a rung the system sent, or one made by hand."""
    who = getattr(chase, "to", "")
    if isinstance(who, list):
        who = "、".join(str(name) for name in who)
    if hasattr(chase, "rung"):
        return _("催办 %(who)s：%(words)s") % {"who": who, "words": _(chase.words) if chase.words else ""}
    answer = _("；答：%(answer)s") % {"answer": chase.answer} if chase.answer else ""
    return _("%(kind)s催办 %(who)s：%(words)s%(answer)s") % {
        "kind": chase.get_kind_display(),
        "who": who,
        "words": chase.words,
        "answer": answer,
    }


def outcome_words(case: Case) -> str:
    if case.closed_at is None:
        return ""
    return _("%(outcome)s，%(when)s") % {
        "outcome": case.get_outcome_display(),
        "when": moment(case.closed_at),
    }
