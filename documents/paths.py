"""What the paths of incoming papers ask and do: conditions, refusals, and what is written along."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import access, clock, timing
from office.acting.door import Passing, Refused, as_printed, refuse_unfit
from office.models.cases import Case, Decision
from office.models.files import Attachment
from office.models.people import Post, User
from office.procedures import Period

from .models import IncomingDocument, MeetingNotice, Named

# R-SUP-09: the organiser wants to know who comes by the day and hour of his notice.
MEETING_ANSWER = "R-SUP-09"
# R-IN-21: replies to subordinates and peers normally within 15 working days; longer needs a reason.
ANSWER = Period("R-IN-21", clock.workdays(15), source="S1a", pausable=False)


def document(case: Case) -> IncomingDocument:
    return IncomingDocument.objects.select_related("sender", "case").get(case=case)


# --- Conditions (`when`) ---


def answer_is_due(case: Case) -> bool:
    found = document(case)
    return found.answer_wanted and found.answered_on is None


def no_answer_is_due(case: Case) -> bool:
    return not answer_is_due(case)


def is_urgent(case: Case) -> bool:
    """R-IN-09: only important or extra-urgent papers may pass the director by."""
    return case.urgency != "normal"


def is_for_reading(case: Case) -> bool:
    return document(case).purpose == IncomingDocument.Purpose.READING


def is_meeting(case: Case) -> bool:
    return hasattr(document(case), "meeting")


def more_leaders_planned(case: Case) -> bool:
    return case.planned.filter(step="instruct", turn__isnull=True, dropped_at__isnull=True).exists()


# --- Refusals (`check`): a sentence, or "" ---


def named_in_force(case: Case) -> Named | None:
    """The latest unit named by a proposal or instruction of this round."""
    return in_force(case).filter(lead__isnull=False).select_related("lead", "decision").first()


def in_force(case: Case) -> QuerySet[Named]:
    """What proposals and instructions of this round have named, the latest first; what was taken back has not."""
    named = Named.objects.filter(document__case=case, decision__round=case.round)
    return named.exclude(decision__corrections__move="take_back").order_by("-decision__number")


def whom_it_names(case: Case) -> Post | User | None:
    """Who is to have the paper next, as it says itself: the addressee of a letter, the unit in force."""
    named = named_in_force(case)
    return document(case).addressee or (named.lead if named else None)


def name_of_unit() -> Subquery:
    """The same unit's name, as a column of a query over papers: asked paper by paper, never of all decisions."""
    named = Named.objects.filter(
        document=OuterRef("pk"), decision__round=OuterRef("case__round"), lead__isnull=False
    ).exclude(decision__corrections__move="take_back")
    department = "lead__department__"
    name = Coalesce(NullIf(f"{department}short_name", Value("")), f"{department}name", "lead__name")
    return Subquery(named.order_by("-decision__number").values_list(name)[:1])


def named_words(case: Case, *, day: Callable[[date], str] = date.isoformat) -> dict[int, str]:
    """{decision pk: the unit, the helpers and the date it named}; nothing where it only repeats the one before.
    Two queries. `day` writes the date."""
    rows = Named.objects.filter(document__case=case).select_related("lead__department")
    found, last = {}, ""
    for one in rows.prefetch_related("assisting__department"):
        words = one.in_words(day=day)
        if words != last:
            found[one.decision_id] = words
        last = words
    return found


def proposal_names_unit(passing: Passing) -> str:
    """R-IN-10, R-IN-11: a paper from below or from peers is proposed with its unit, and with a date where it wants an
    answer; whom a paper from above goes to, the instruction may say. Who helps has a lead."""
    found = document(passing.case)
    if found.purpose == IncomingDocument.Purpose.READING or hasattr(found, "meeting"):
        return ""
    if passing.values.get("assisting") and not passing.values.get("lead"):
        return _("几个部门一起办的，请先定一个牵头部门（R-IN-11）。")
    if not passing.values.get("lead"):
        return _("请写明由哪个部门承办（R-IN-10）。") if _must_name_unit(found) else ""
    return may_have_it(passing) or _names_date_where_needed(passing, found)


def may_have_it(passing: Passing) -> str:
    """Who cannot be given the paper is not named for it either (R-SEC-07): the clerk could not hand it over."""
    named = [passing.values.get("lead"), *(passing.values.get("assisting") or [])]
    try:
        refuse_unfit(passing.case, [one for one in named if one is not None])
    except Refused as refused:
        return str(refused)
    return ""


def answered_by_rule(group: str) -> bool:
    """R-IN-10, R-IN-21: papers from below and from peers."""
    return group in ("below", "peer")


def _must_name_unit(found: IncomingDocument) -> bool:
    return answered_by_rule(found.sender.group)


def _names_date_where_needed(passing: Passing, found: IncomingDocument) -> str:
    if _must_name_unit(found) and found.answer_wanted and not (passing.values.get("due_on") or found.answer_by):
        return _("下级和平级来文要答复的，请写明办理期限（R-IN-10）。")
    return ""


def handed_over_with_its_date(passing: Passing) -> str:
    """R-IN-10 where the proposal hands the paper to its unit at once: the unit is named, the date is asked for."""
    return _names_date_where_needed(passing, document(passing.case))


def circle_agrees_with_something(passing: Passing) -> str:
    """A circle is agreement with what is proposed, and there is something to agree with only where a unit and a date
    are named (条例 art. 22, R-IN-15). The day the paper itself wants its answer by is such a date."""
    found = document(passing.case)
    if found.purpose != IncomingDocument.Purpose.DECISION or hasattr(found, "meeting"):
        return ""
    if named_in_force(passing.case) is None:
        return _("拟办意见没有写明承办部门，只圈阅不能交办。请写明批示（R-IN-15）。")
    if not found.answer_by and not in_force(passing.case).filter(due_on__isnull=False).exists():
        return _("拟办意见没有写明办结期限，只圈阅不能交办。请写明批示（R-IN-15）。")
    return ""


def one_lead(passing: Passing) -> str:
    if passing.values.get("assisting") and not passing.values.get("lead"):
        return _("几个部门一起办的，请先定一个牵头部门（R-IN-11）。")
    return may_have_it(passing)


def handed_to_the_named_unit(passing: Passing) -> str:
    """Nothing goes to handling unless a proposal or an instruction names the unit; the lead comes first (R-IN-16)."""
    named = named_in_force(passing.case)
    if named is None:
        return _("拟办和批示都没有写明承办部门，不能交办。请退回拟办或请领导批示（R-IN-10）。")
    if more_leaders_planned(passing.case):
        row = passing.case.planned.filter(step="instruct", turn__isnull=True, dropped_at__isnull=True).first()
        return _("名单上还有%(who)s没有批示，请先呈批，或在去向页去掉再交办。") % {"who": row.hands}
    first = passing.names[0] if passing.names else None
    if first is None or first == named.lead:
        return ""
    if isinstance(first, User) and named.lead.department_id == first.department_id:
        return ""
    if not access.may_receive(passing.case, post=named.lead):
        return _("批示由%(lead)s承办，但不能送给%(lead)s，请呈领导另定承办部门（R-IN-16）。") % {"lead": named.lead}
    return _("批示由%(lead)s承办，请先交给%(lead)s（R-IN-16）。") % {"lead": named.lead}


def answered_when_wanted(passing: Passing) -> str:
    if answer_is_due(passing.case):
        return _("来文要求答复，请先登记答复的日期和方式，再办结。")
    return ""


def has_been_read(passing: Passing) -> str:
    """A reading paper is finished when somebody has read it; a paper for decision not by reading alone (R-IN-15)."""
    case = passing.case
    if not (case.turns.filter(step="read", ended_how="moved").exists() or _is_to_be_kept(case)):
        return _("还没有人阅过，不能办结。请先送阅。")
    if (named := named_in_force(case)) is not None:
        return _("批示由%(lead)s承办，只阅不能办结，请交办（R-IN-15）。") % {"lead": named.lead}
    if answer_is_due(case):
        return _("来文要求答复，只阅不能办结，请转办后答复。")
    return ""


def _is_to_be_kept(case: Case) -> bool:
    """拟存: whoever proposed to keep the paper has read it."""
    proposed = case.decisions.filter(round=case.round, step="propose", side=False)
    last = proposed.exclude(corrections__move="take_back").order_by("-number").first()
    return last is not None and last.move == "note"


def may_conclude(passing: Passing) -> str:
    return answered_when_wanted(passing) or result_is_on_record(passing)


def result_is_on_record(passing: Passing) -> str:
    """R-IN-17: what went to handling closes with process and result written with name and date."""
    case = passing.case
    handled = case.turns.filter(step="handle", side=False, round=case.round).exists()
    if not handled or case.decisions.filter(move="report", round=case.round).exists():
        return ""
    return _("承办部门还没有写明办理结果，不能办结（R-IN-17）。")


def addressee_only(passing: Passing) -> str:
    return nobody_but_the_addressee(passing.case, passing.names[0] if passing.names else None)


def nobody_but_the_addressee(case: Case, holder: User | Post | None) -> str:
    if holder is None or isinstance(holder, User) and document(case).addressee_id == holder.pk:
        return ""
    return _("亲启件只能交给收件人本人（R-IN-25）。")


def signs_without_a_word(passing: Passing) -> str:
    """What the clerks may not read in the letter they shall not read in its trail."""
    if passing.opinion:
        return _("亲启件签收不写意见：经办的人都能看到（R-IN-25）。请清空意见再签收。")
    return ""


def somebody_goes(passing: Passing) -> str:
    """Who goes is named; only a leader who writes it in words, or on paper, need not tick names."""
    if passing.values.get("attendees") or passing.opinion:
        return ""
    return _("请勾选谁去参加，或者写明意见。")


# --- What is written along (`then`) ---


def name_unit(passing: Passing) -> None:
    """Keep the unit, helpers and date of a proposal or an instruction beside its words."""
    lead = passing.values.get("lead")
    due_on = passing.values.get("due_on")
    assisting: list[Post] = list(passing.values.get("assisting") or [])
    if lead is None and due_on is None:
        return
    row = Named.objects.create(
        document=document(passing.case), decision=passing.decision, lead=lead, due_on=due_on
    )
    row.assisting.set(assisting)


def name_those_it_goes_to(passing: Passing) -> None:
    """As name_unit(), where the same move hands the paper over: the first is the lead, the others assist."""
    posts = [one for one in passing.names if isinstance(one, Post)]
    passing.values = {**passing.values, "lead": posts[0] if posts else None, "assisting": posts[1:]}
    name_unit(passing)


def name_attendees(passing: Passing) -> None:
    name_unit(passing)
    people = passing.values.get("attendees") or []
    found = document(passing.case)
    if people and hasattr(found, "meeting"):
        found.meeting.attendees.set(people)


def name_those_notified(passing: Passing) -> None:
    """Whom the clerk notifies goes as well: instead of who has excused himself, or with the others."""
    people = [one for one in passing.names if isinstance(one, User)]
    document(passing.case).meeting.attendees.add(*people)


def excused(case_id: int) -> set[int]:
    """The keys of who excused himself when last asked; of whose turn it was, a deputy answers for his principal."""
    answers = Decision.objects.filter(case_id=case_id, move__in=["come", "excuse"]).order_by("number")
    said = dict(answers.values_list("turn__holder", "move"))
    return {key for key, move in said.items() if move == "excuse"}


def is_on_its_round(passing: Passing) -> None:
    """The half day is for sending it round; from then on each reader has a date of his own (R-CIR-07)."""
    timing.meet_while_held(passing.turn, at=passing.at)


def became_handling(case: Case) -> bool:
    """Whether a reading paper had to be handled after all (转为办件). It stays registered as it was."""
    turned = Decision.objects.filter(case=case, move="needs_handling")
    return turned.exclude(corrections__move="take_back").exists()


def wrong_answer_day(answered_on: date, *, received_on: date, today: date) -> str:
    """Why nothing can have been answered on this day, as a sentence; "" where it can."""
    if answered_on > today:
        return _("答复日期不能晚于今天，答复以后再登记。")
    if answered_on < received_on:
        return _("这份文件 %(day)s 才收到，答复日期不能更早，请核对。") % {"day": received_on.isoformat()}
    return ""


def _answered(passing: Passing) -> None:
    found = document(passing.case)
    today = timezone.localdate(passing.at)
    answered_on = passing.values.get("answered_on") or today
    if sentence := wrong_answer_day(answered_on, received_on=found.received_on, today=today):
        passing.refuse(sentence, field="answered_on")
    # Saved with its history: a correction of the day has the first one beside it.
    found.answered_on = answered_on
    found.save(update_fields=["answered_on"])


def keep_answer(passing: Passing) -> None:
    """The answer's date and way; the clock of R-IN-21 is met."""
    _answered(passing)
    timing.meet_rule(passing.case, rule=ANSWER.rule, at=passing.at)


def keep_attendance_answer(passing: Passing) -> None:
    """The sender of a meeting notice has been told who comes."""
    meeting = document(passing.case).meeting
    meeting.answered_at = passing.at
    meeting.save(update_fields=["answered_at"])
    _answered(passing)
    for rule in (ANSWER.rule, MEETING_ANSWER):
        timing.meet_rule(passing.case, rule=rule, at=passing.at)


# --- Dates the paper itself names ---


def closing_time(day) -> datetime:
    hours = timing.office_hours()
    return datetime.combine(day, hours.closing, tzinfo=clock.TIME_ZONE)


def handling_date(case: Case) -> tuple[datetime, str] | None:
    """The date an instruction or the proposal has named: it beats the office's own limit."""
    named = in_force(case).filter(due_on__isnull=False).select_related("decision").first()
    if named is None:
        return None
    words = as_printed(gettext_lazy("%(who)s在%(what)s中要求 %(day)s 前办结。"))
    return closing_time(named.due_on), words % {
        "who": named.decision.signed_name,
        "what": named.decision.step_label,
        "day": named.due_on.isoformat(),
    }


def asked_date(case: Case) -> tuple[datetime, str] | None:
    """The day the sender wants his answer by: handling ends by it, and sooner where the office's limit is shorter."""
    found = document(case)
    if not found.answer_by:
        return None
    words = as_printed(gettext_lazy("来文要求 %(day)s 前答复，办理不晚于这一天。"))
    return closing_time(found.answer_by), words % {"day": found.answer_by.isoformat()}


def leads_date(case: Case) -> tuple[datetime, str] | None:
    """Who helps does so before the lead has to be done."""
    leading = case.turns.filter(step="handle", side=False, round=case.round, due_at__isnull=False)
    lead = leading.order_by("-pk").first()
    if lead is None or lead.due_at is None:
        return None
    words = as_printed(gettext_lazy("牵头部门应于 %(day)s 前办结，协办不晚于这一天。"))
    return lead.due_at, words % {"day": timezone.localdate(lead.due_at).isoformat()}


def start_answer_clock(found: IncomingDocument, *, at: datetime) -> None:
    """R-SUP-09: every paper with a reply date is chased; R-IN-21 where the paper names none."""
    if not found.answer_wanted:
        return
    meeting = getattr(found, "meeting", None)
    if meeting is not None and meeting.answer_by:
        timing.start_until(
            found.case,
            until=meeting.answer_by,
            rule=MEETING_ANSWER,
            label=gettext_lazy("报名"),
            because=as_printed(gettext_lazy("会议通知要求 %(when)s 前报名。"))
            % {"when": timezone.localtime(meeting.answer_by).strftime("%Y-%m-%d %H:%M")},
            at=at,
        )
    elif found.answer_by:
        timing.start_until(
            found.case,
            until=closing_time(found.answer_by),
            rule=ANSWER.rule,
            label=gettext_lazy("答复"),
            because=as_printed(gettext_lazy("来文要求 %(day)s 前答复。")) % {"day": found.answer_by.isoformat()},
            at=at,
        )
    elif answered_by_rule(found.sender.group):
        timing.start(found.case, period=ANSWER, at=at, label=gettext_lazy("答复"))


# What a paper says, in this order for ever: every stored content hash was made from it.
CONTENT = (
    "sender__name",
    "number",
    "received_on",
    "dated_on",
    "copies",
    "pages",
    "enclosures",
    "copy_number",
    "purpose",
    "answer_by",
)


def document_contents(cases: Sequence[Case]) -> dict[int, list[str]]:
    """What each paper says, in a fixed order: what a decision was about (content hash). Three queries."""
    keys = [case.pk for case in cases]
    notices = MeetingNotice.objects.filter(document__case__in=keys)
    meetings = {
        key: [starts_at.isoformat(), place, rank, answer_by.isoformat() if answer_by else ""]
        for key, starts_at, place, rank, answer_by in notices.values_list(
            "document__case_id", "starts_at", "place", "rank_wanted", "answer_by"
        )
    }
    rows = IncomingDocument.objects.filter(case_id__in=keys).values_list("case_id", *CONTENT)
    fields = {key: [_in_words(value) for value in values] for key, *values in rows}
    hanging = Attachment.objects.filter(case_id__in=keys, decision__isnull=True, removed_at__isnull=True)
    hashes: dict[int, list[str]] = {}
    for key, stored in hanging.order_by("pk").values_list("case_id", "stored__hash"):
        hashes.setdefault(key, []).append(stored)
    return {
        case.pk: [
            case.title,
            case.reference,
            case.urgency,
            str(case.secrecy),
            *fields.get(case.pk, []),
            *meetings.get(case.pk, []),
            *hashes.get(case.pk, []),
        ]
        for case in cases
    }


def _in_words(value) -> str:
    return "" if value is None else str(value)
