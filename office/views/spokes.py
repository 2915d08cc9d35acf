"""Who has a paper beside its main way, or had it: the rows that the page of the paper and the hub's own page show."""

from django.utils.translation import gettext as _

from office import procedures, showing, standing
from office.models.cases import Case, Turn


def circulation_rows(case: Case, turns: list[Turn], decisions, *, now, whole_list: bool = False) -> list[dict]:
    """Who has it since when, at a glance; who is still to come on the hub's list. `whole_list`: leaders who are
    still to instruct too, whom the hub may drop."""
    stands = standing.of(decisions)
    # Where one original goes round, it is said who has it and who a copy.
    originals = set(case.planned.filter(turn__side=True).values_list("turn_id", flat=True))
    sorts = {True: _("（原件）"), False: _("（复印件）")} if originals else {}
    leaders = showing.with_leaders(turn for turn in turns if turn.side and turn.ended_at is None)
    rows = []
    for turn in turns:
        if not turn.side:
            continue
        decision = stands.signed.get(turn.pk)
        corrected = stands.corrections.get(decision.number) if decision else None
        state = showing.ended_words(case, turn, decision) if turn.ended_at else _("在手")
        rows.append(
            {
                "name": str(turn.hands),
                "post": showing.step_label(case.procedure, turn.step) + sorts.get(turn.pk in originals, ""),
                "sent": showing.short_moment(turn.issued_at),
                "returned": showing.short_moment(turn.ended_at),
                "signature": f"{showing.signature_words(decision)} {showing.short_moment(decision.happened_at)}"
                if decision and turn.ended_how == "moved"
                else "",
                "opinion": corrected[-1].opinion if corrected else decision.opinion if decision else "",
                "state_words": state,
                "held": turn.ended_at is None,
                "deadline": showing.deadline(
                    turn.due_at, now=now, issued_at=turn.issued_at, with_leader=turn.pk in leaders
                )
                if turn.ended_at is None
                else None,
                "turn": turn,
            }
        )
    waiting = case.planned.filter(turn__isnull=True, dropped_at__isnull=True).select_related("holder", "post")
    if not whole_list:
        steps = procedures.get(case.procedure).steps.values()
        waiting = waiting.filter(step__in=[step.code for step in steps if step.side])
    for place, planned in enumerate(waiting):
        rows.append(
            {
                "name": str(planned.hands),
                "post": showing.step_label(case.procedure, planned.step),
                "sent": "",
                "returned": "",
                "signature": "",
                "opinion": "",
                "state_words": _("在名单上，还没送"),
                "held": False,
                "deadline": None,
                "planned": planned,
                "may_rise": place > 0,
            }
        )
    return rows


def circulation_heading(case: Case, turns: list[Turn]) -> str:
    """What those beside the main way have it for: 传阅, 协办, 参会."""
    sides = [showing.step_of(case.procedure, turn.step) for turn in turns if turn.side]
    words = [_("传阅") if step is None or step.reading else str(step.label) for step in sides]
    return _("、").join(dict.fromkeys(words)) or _("传阅")


def only_read(case: Case, rows: list[dict]) -> bool:
    """Whether all of them have it for reading: nobody is asked to help or to go to a meeting."""
    sides = [showing.step_of(case.procedure, row["turn"].step) for row in rows if "turn" in row]
    return all(step is None or step.reading for step in sides)


def circulation_words(case: Case, rows: list[dict]) -> str:
    if not rows:
        return ""
    sent = [row["turn"] for row in rows if "turn" in row]
    counts = {
        "read": sum(1 for turn in sent if turn.ended_how == "moved"),
        "out": sum(1 for turn in sent if turn.ended_at is None),
        "wait": len(rows) - len(sent),
    }
    if not only_read(case, rows):
        return _("已回复 %(read)d，还没有回复 %(out)d") % counts
    counts["unread"] = len(sent) - counts["read"] - counts["out"]
    if counts["unread"]:
        return _("已退回 %(read)d，未阅收回 %(unread)d，在手 %(out)d，待送 %(wait)d") % counts
    return _("已退回 %(read)d，在手 %(out)d，待送 %(wait)d") % counts
