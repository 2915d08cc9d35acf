"""The trail of a paper (经过): what was done, who has it now, what comes next."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from office import ahead, showing, standing, subjects
from office.models.cases import Case, Decision, Turn


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
                words = _("本人已于 %(at)s 确认") % {"at": showing.short_moment(decision.at)}
                target["note"] = "  ".join(filter(None, [target["note"], words]))
            continue
        if decision.round > round_seen:
            round_seen = decision.round
            items.append(
                (decision.at, {"kind": "round", "words": _("退回，第 %(n)d 轮") % {"n": decision.round}})
            )
        item = _act(case, decision, beside=beside.get(decision.pk, ""))
        if (undone := stands.taken_back.get(decision.number)) is not None:
            words = _("已于 %(at)s 撤回，不再有效") % {"at": showing.short_moment(undone.at)}
            item["note"] = "  ".join(filter(None, [item["note"], words]))
            item["state"], item["chip"] = "void", _("已撤回")
        elif may_correct is not None:
            item["edit_url"] = may_correct(decision)
        first[decision.number] = item
        items.append((decision.at, item))
    for chase in chases:
        items.append(
            (chase.at, {"kind": "chase", "when": showing.short_moment(chase.at), "words": chase_words(chase)})
        )
    items.sort(key=lambda pair: pair[0])
    shown = [item for _at, item in items]
    shown.extend(_now_and_next(case, turns))
    return shown


def _act(case: Case, decision: Decision, *, beside: str) -> dict:
    hour = showing.has_its_hour(decision)
    when = showing.short_moment(decision.happened_at) if hour else showing.written_on(decision)
    if decision.move == "start":
        # What comes out of an old register has its old day in the entry; here stands when it was brought in.
        when = showing.short_moment(decision.at)
    sent = f"→ {decision.names}" if decision.names else ""
    return {
        "kind": "act",
        "number": decision.number,
        "state": "void" if decision.move == "void" else "done",
        "chip": _("作废") if decision.move == "void" else "",
        "label": showing.label_of(decision, procedure=case.procedure),
        "who": showing.signature_words(decision),
        "post": decision.signed_title,
        "when": when,
        "opinion": decision.opinion,
        "note": "  ".join(filter(None, [beside, decision.reason, sent])),
        "on_behalf_words": "",
        "recorded_by_words": showing.recorded_words(decision),
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
            "when": showing.short_moment(decision.at),
            "reason": decision.reason,
        }
    )
    if len(target["corrections"]) == 1:
        target["opinion"] = ""


def _now_and_next(case: Case, turns: list[Turn]) -> list[dict]:
    current = next((turn for turn in turns if not turn.side and turn.ended_at is None), None)
    if current is None:
        return []
    sides = [
        {
            "who": str(turn.hands),
            "post": "",
            "state_words": _("%(what)s，%(when)s 送出")
            % {"what": _being_done(case, turn), "when": showing.short_moment(turn.issued_at)},
        }
        for turn in turns
        if turn.side and turn.ended_at is None
    ]
    hands = showing.hands_words(current.hands, on=timezone.localdate())
    now = {
        "kind": "act",
        "state": "now",
        "label": showing.step_label(case.procedure, current.step),
        "who": showing.holder_words(current) if current.holder_id else hands,
        "post": "",
        "when": _("%(when)s 送到") % {"when": showing.short_moment(current.issued_at)},
        "sides": sides,
        "corrections": [],
    }
    following = [
        {"kind": "act", "state": "then", "label": one["label"], "who": one["who"], "corrections": []}
        for one in ahead.steps(case, current)
    ]
    return [now, *following]


def _being_done(case: Case, turn: Turn) -> str:
    """What somebody beside the main way does: he reads, or what his step says."""
    step = showing.step_of(case.procedure, turn.step)
    return _("在阅") if step is not None and step.reading else showing.step_label(case.procedure, turn.step)


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
