"""Where a paper is, since when, who had it, what was said, what comes next, and why each date is that date."""

from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from office import access, chasing, clock, procedures, rules, showing, standing, subjects, timing, trails
from office.acting import may_correct, may_take_back
from office.models.cases import Case, Decision, Turn
from office.models.clocks import Clock
from office.models.grants import Look
from office.models.outbox import Follow
from office.models.people import User
from office.views.asked import Asked
from office.views.deciding import HANDS, chases_of
from office.views.looking import note_look
from office.views.papers import paper_of
from office.views.relations import links_of, may_relate
from office.views.spokes import circulation_heading, circulation_rows, circulation_words, only_read


def visible(request: Asked, public_id: str, *, at: str) -> Case:
    """The case, if the reader may see it; 404 otherwise. A look `at` a page of a restricted one is logged."""
    found = get_object_or_404(
        access.visible_to(request.user).select_related("series", "opened_by"), public_id=public_id
    )
    note_look(request, found, at=at)
    return found


@require_GET
def case(request: Asked, public_id: str) -> HttpResponse:
    found = visible(request, public_id, at=gettext_noop("去向页"))
    now = timezone.now()
    decisions = list(found.decisions.select_related("turn", "case").order_by("number"))
    turns = list(
        found.turns.select_related(*HANDS).order_by("pk")
    )
    current = next((turn for turn in turns if not turn.side and turn.ended_at is None), None)
    subject = subjects.get(found.procedure)
    hub = access.holds_hub(request.user, found)
    stands = standing.of(decisions)
    hands = {turn.pk: str(turn.hands) for turn in turns}
    paper = paper_of(found, user=request.user)
    circulation = circulation_rows(found, turns, decisions, now=now)
    leaders = showing.with_leaders(turn for turn in turns if turn.ended_at is None)
    clocks = _clocks(found, hands, {turn.pk: turn.issued_at for turn in turns if turn.pk in leaders}, now=now)
    trail = trails.trail(
        found,
        decisions=decisions,
        turns=turns,
        chases=chases_of(found),
        may_correct=lambda one: (
            reverse("correct", args=[found.public_id, one.number])
            if may_correct(one, request.user, at=now)
            else ""
        ),
    )
    said = subjects.summaries([found])[found.pk]
    return TemplateResponse(
        request,
        "office/case.html",
        {
            "case": {
                "reference": found.reference,
                "title": showing.title_of(found),
                "second_line": said.line,
                **showing.chips(found, called=said.urgency),
                "void": found.outcome == "void",
                "outcome_words": showing.outcome_words(found),
            },
            "place": _place(found, current, leaders=leaders, now=now) if current else None,
            "next": [one for one in trail if one.get("state") == "then"],
            "trail": trail,
            "drawn_url": _drawn_url(found, current),
            "circulation": circulation,
            "circulation_heading": circulation_heading(found, turns),
            "circulation_read": only_read(found, circulation),
            "circulation_words": circulation_words(found, circulation),
            "circulation_url": subject.circulation_url(found)
            if subject and subject.circulation_url and circulation
            else "",
            "clocks": clocks[True],
            "clocks_over": clocks[False],
            "facts": subject.facts(found) if subject and subject.facts else None,
            "facts_template": subject.facts_template if subject else "",
            **paper,
            "links": links_of(request, found),
            "relate_url": reverse("relate", args=[found.public_id]) if may_relate(request.user, found) else "",
            "chases": _chase_rows(found),
            "chase_url": reverse("chase_new", args=[found.public_id])
            if current and chasing.may_chase(request.user, found)
            else "",
            "copies": [],
            "looks": _looks(found)[:10] if _owns(request, found) and found.guarded else None,
            "looks_url": reverse("looks", args=[found.public_id]),
            "actions": _actions(request, found, current, subject, hub=hub, circulating=bool(circulation)),
            "turn_url": _own_turn(request, turns),
            "to_confirm": [
                one.number for one in decisions if _wants_confirming(one, stands, request.user)
            ],
            "relocation": _relocation(request, found),
        },
    )


def _drawn_url(case: Case, turn: Turn | None) -> str:
    """The drawing of its procedure, with the step it lies at marked."""
    if case.procedure not in procedures.REGISTRY:
        return ""
    return reverse("drawn", args=[case.procedure]) + (f"?at={turn.step}" if turn else "")


def _place(case: Case, turn: Turn, *, leaders: set[int], now) -> dict:
    last = turn.clocks.order_by("-pk").first()
    return {
        "step": showing.step_label(case.procedure, turn.step),
        "holder_words": showing.holder_words(turn)
        if turn.holder_id
        else showing.hands_words(turn.hands, on=timezone.localdate(now)),
        "since_words": _("%(when)s 送到") % {"when": showing.short_moment(turn.issued_at)}
        + ("" if turn.opened_at else _("，尚未打开")),
        "deadline": showing.deadline(turn.due_at, now=now, why_url=showing.why_url(last), issued_at=turn.issued_at)
        if turn.pk not in leaders
        else {
            "state": "waiting",
            "words": showing.days_with_leader(turn.issued_at, now=now),
            "date_words": "",
            "why_url": "",
        },
    }


def _clocks(
    case: Case, hands: dict[int, str], with_leader_since: dict[int, datetime], *, now
) -> dict[bool, list[dict]]:
    """Those that run, the next date first; those that are over, as they ended. `hands`: whose each turn is."""
    found: dict[bool, list[dict]] = {True: [], False: []}
    rows = case.clocks.prefetch_related("pauses")
    for one in sorted(rows, key=lambda one: (one.met_at or one.stopped_at or one.due_at, one.pk)):
        key = one.turn_id or 0
        words = _clock_words(one, who=hands.get(key, ""), with_leader_since=with_leader_since.get(key), now=now)
        found[one.met_at is None and one.stopped_at is None].append(words)
    return found


def _clock_words(one: Clock, *, who: str, with_leader_since: datetime | None, now) -> dict:
    """`who`: in whose hands the turn is that the clock runs for; "" for a date of the case itself."""
    paused = next((pause for pause in one.pauses.all() if pause.to_at is None), None)
    words = showing.deadline(
        one.due_at,
        now=now,
        met_at=one.met_at or one.stopped_at,
        issued_at=with_leader_since,
        with_leader=with_leader_since is not None,
    )
    if one.stopped_at:
        words["words"] = _("已停止")
    return {
        "name": " ".join(filter(None, [_(one.label) if one.label else one.rule, who])),
        "deadline": words,
        "first_words": _("原定 %(day)s") % {"day": showing.moment(one.first_due_at)}
        if one.first_due_at != one.due_at
        else "",
        "paused_words": _("%(when)s 起暂停：%(basis)s")
        % {"when": showing.short_moment(paused.from_at), "basis": paused.basis}
        if paused
        else "",
        "because": timing.because(one),
        "why_url": reverse("why", args=[one.pk]),
        "source": source_words(one),
    }


def source_words(one: Clock) -> str:
    parts = [rules.source_words(one.why.get("source", "")), one.rule]
    if one.why.get("unverified"):
        parts.append(_("未核实"))
    return " · ".join(part for part in parts if part)


def _chase_rows(case: Case) -> list[dict]:
    rows = []
    for one in chases_of(case):
        to = one.to if isinstance(one.to, str) else "、".join(str(name) for name in one.to)
        rows.append(
            {
                "when": showing.short_moment(one.at),
                "kind": _("自动") if hasattr(one, "rung") else str(one.get_kind_display()),
                "to": to,
                "words": _(one.words) if one.words and hasattr(one, "rung") else one.words,
                "answer": getattr(one, "answer", ""),
            }
        )
    return rows


def _owns(request: Asked, case: Case) -> bool:
    """Who reads the log of looks: whoever opened the case, and its hub."""
    return case.opened_by_id == request.user.pk or access.holds_hub(request.user, case)


def _looks(case: Case) -> list[dict]:
    rows = Look.objects.filter(case=case).select_related("person")[:200]
    return [{"who": one.person.name, "when": showing.moment(one.at), "what": _(one.what)} for one in rows]


def _own_turn(request: Asked, turns: list[Turn]) -> str:
    keys = [turn.pk for turn in turns if turn.ended_at is None]
    mine = (
        access.waiting_for(request.user)
        .filter(pk__in=keys)
        .order_by("side", "pk")
        .values_list("pk", flat=True)
        .first()
    )
    return reverse("turn", args=[mine]) if mine else ""


def _wants_confirming(decision: Decision, stands: standing.Standing, user: User) -> bool:
    return (
        decision.recorded_by_id is not None
        and decision.actor_id == user.pk
        and decision.number not in stands.confirmed
    )


def _actions(
    request, case: Case, current: Turn | None, subject, *, hub: bool, circulating: bool
) -> list[dict]:
    def link(label, url, **more):
        plain = {"primary": False, "post": False, "pressed": None, "word": False, "danger": False}
        return {"label": label, "url": url, **plain, **more}

    actions: list[dict] = []
    found_more = case.planned.filter(turn__isnull=True, dropped_at__isnull=True).exists()
    if subject and subject.slip_url:
        actions.append(link(_("打印处理单"), subject.slip_url(case)))
    if subject and subject.label_url and case.reference:
        actions.append(link(_("打印标签"), subject.label_url(case)))
    if subject and subject.slip_forms:
        actions += [link(name, url, word=True) for name, url in subject.slip_forms(case)]
    followed = Follow.objects.filter(person=request.user, case=case).exists()
    actions.append(
        link(
            _("已关注") if followed else _("关注"),
            reverse("follow", args=[case.public_id]),
            post=True,
            pressed=followed,
        )
    )
    if current is not None:
        if may_take_back(case, request.user):
            actions.append(link(_("撤回"), reverse("take_back", args=[case.public_id])))
        if hub:
            # What he holds himself he decides himself.
            if not access.waiting_for(request.user).filter(pk=current.pk).exists():
                actions.append(link(_("代录"), reverse("record", args=[current.pk])))
            if circulating or found_more:
                actions.append(link(_("调整传阅"), reverse("circulation", args=[case.public_id])))
            actions.append(link(_("延期"), reverse("extend", args=[case.public_id]), word=True))
        if hub or access.identity(request.user).holds(procedures.get(case.procedure).fallback):
            actions.append(link(_("重定位"), reverse("relocate", args=[case.public_id]), word=True))
            actions.append(link(_("回避"), reverse("bar", args=[case.public_id]), word=True))
        if hub or case.opened_by_id == request.user.pk:
            actions.append(link(_("作废"), reverse("void", args=[case.public_id]), word=True, danger=True))
    if (
        subject
        and subject.edit_url
        and (url := subject.edit_url(case))
        and (hub or case.opened_by_id == request.user.pk)
    ):
        actions.append(link(_("更正登记"), url, word=True))
    return actions


def _relocation(request: Asked, case: Case) -> dict | None:
    asked = (
        case.relocations.filter(ended_at__isnull=True).select_related("asked_by", "holder", "post").first()
    )
    if asked is None:
        return None
    return {
        "words": (
            _("%(who)s 申请重定位到“%(step)s”（%(to)s）：%(why)s")
            if asked.holder or asked.post
            else _("%(who)s 申请重定位到“%(step)s”：%(why)s")
        )
        % {
            "who": asked.asked_by,
            "step": showing.step_label(case.procedure, asked.step),
            "to": asked.holder or asked.post or "",
            "why": asked.reason,
        },
        "url": reverse("relocate", args=[case.public_id]),
        "mine": asked.asked_by_id == request.user.pk,
    }


@require_POST
def follow(request: Asked, public_id: str) -> HttpResponse:
    found = visible(request, public_id, at=gettext_noop("关注"))
    made = Follow.objects.filter(person=request.user, case=found)
    if made.exists():
        made.delete()
    else:
        Follow.objects.get_or_create(person=request.user, case=found, defaults={"at": timezone.now()})
    return redirect("case", public_id)


@require_GET
def why(request: Asked, key: int) -> HttpResponse:
    """为什么是这一天: day by day for short periods."""
    clocks = Clock.objects.select_related("case", "turn__post").prefetch_related("pauses")
    one = get_object_or_404(clocks, pk=key)
    case = get_object_or_404(access.visible_to(request.user), pk=one.case_id)
    note_look(request, case, at=gettext_noop("为什么是这一天"))
    now = timezone.now()
    limit = clock.Limit.from_dict(one.why["limit"]) if "limit" in one.why else None
    lines = timing.because(one)
    return TemplateResponse(
        request,
        "office/why.html",
        {
            "clock": {
                "title": showing.title_of(case),
                "case_reference": case.reference,
                "case_url": reverse("case", args=[case.public_id]),
                "deadline": showing.deadline(
                    one.due_at,
                    now=now,
                    met_at=one.met_at or one.stopped_at,
                    issued_at=one.turn.issued_at if one.turn else None,
                    with_leader=one.turn is not None and bool(showing.with_leaders([one.turn])),
                ),
                "due_words": showing.moment(one.due_at),
                "starts_words": showing.moment(one.starts_at),
                "limit_words": limit.words() if limit else _("指定日期"),
                "first_words": showing.moment(one.first_due_at) if one.first_due_at != one.due_at else "",
                "rule_id": one.rule,
                "source": rules.source_words(one.why.get("source", "")),
                "unverified": one.why.get("unverified", False),
                "calendar_words": "",
            },
            "because": lines,
            "days": _day_by_day(one, limit),
            "pauses": [
                {
                    "from": showing.moment(pause.from_at),
                    "to": showing.moment(pause.to_at),
                    "basis": pause.basis,
                }
                for pause in one.pauses.all()
            ],
            "moved": _extensions(one),
        },
    )


def _extensions(one: Clock) -> list[dict]:
    numbers = [row["decision"] for row in one.why.get("extended", [])]
    decisions = {made.number: made for made in one.case.decisions.filter(number__in=numbers)}
    return [
        {
            "from": row["from"][:10],
            "to": row["to"][:10],
            "reason": decisions[row["decision"]].reason if row["decision"] in decisions else "",
            "who": decisions[row["decision"]].signed_name if row["decision"] in decisions else "",
            "when": showing.short_moment(decisions[row["decision"]].at)
            if row["decision"] in decisions
            else "",
        }
        for row in one.why.get("extended", [])
    ]


def _day_by_day(one: Clock, limit) -> list[dict]:
    """Each day of a period of at most two months, with what it counted for."""
    if limit is None or limit.kind not in ("workdays", "days") or one.set_by_hand:
        return []
    calendar = timing.load_calendar()
    first, last = timezone.localdate(one.starts_at), timezone.localdate(one.due_at)
    if (last - first).days > 62:
        return []
    weekdays = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
    rows, running = [], 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        counts = offset > 0 and (limit.kind == "days" or calendar.is_workday(day))
        running += counts
        row = calendar.row(day)
        rows.append(
            {
                "date": day.isoformat(),
                "weekday": weekdays[day.weekday()],
                "note": row.note if row else "",
                "counts": counts,
                "running": running if counts else "",
                "mark": "start" if offset == 0 else "due" if day == last else "",
            }
        )
    return rows


@require_GET
def looks(request: Asked, public_id: str) -> HttpResponse:
    """Every look at a restricted record, for its owner."""
    found = visible(request, public_id, at=gettext_noop("谁看过"))
    if not _owns(request, found):
        raise Http404
    page = Paginator(Look.objects.filter(case=found).select_related("person"), 50).get_page(
        request.GET.get("page")
    )
    return TemplateResponse(
        request,
        "office/looks.html",
        {
            "case": {
                "reference": found.reference,
                "title": showing.title_of(found),
                "url": reverse("case", args=[found.public_id]),
            },
            "looks": [
                {"who": one.person.name, "when": showing.moment(one.at), "what": _(one.what)} for one in page
            ],
            "prev_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
            "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
        },
    )
