"""The work queue: 待办, 待阅, 已办, 我发起的, 我关注的. Counted queries: the same for 10 or 500 open items."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_POST

from office import access, acting, ahead, dials, procedures, showing, subjects
from office.models.cases import Case, Decision, Turn
from office.models.clocks import Clock
from office.models.outbox import Draft, Follow, draft_key
from office.views.asked import Asked, start_of
from office.views.looking import note_listed

PAGE = 60
GROUPS = ("overdue", "today", "later")
BESIDE = ("case", "case__series", "holder", "post", "back_to__holder", "back_to__post__department")
# The clock beside each turn.
LAST_CLOCK = Subquery(Clock.objects.filter(turn=OuterRef("pk")).order_by("-pk").values("pk")[:1])


@require_GET
def waiting(request: Asked) -> HttpResponse:
    """待办: main turns and side turns that want words of their own."""
    return _queue(request, kind="waiting")


@require_GET
def reading(request: Asked) -> HttpResponse:
    """待阅: what only wants to be read."""
    return _queue(request, kind="reading")


def reading_steps() -> list[str]:
    """Codes of side steps that are only read; a step's code means the same in every procedure that has it."""
    found = {
        step.code
        for procedure in procedures.REGISTRY.values()
        for step in procedure.steps.values()
        if step.side and step.reading
    }
    return sorted(found)


def of_kind(turns, kind: str):
    reading_only = Q(side=True, step__in=reading_steps())
    return turns.filter(reading_only) if kind == "reading" else turns.exclude(reading_only)


def ordered(turns):
    """By date, then by key: the order of the queue, of J and K, and of the paper that opens next."""
    return turns.order_by("due_at", "pk")


def _queue(request: Asked, *, kind: str) -> HttpResponse:
    now = timezone.now()
    who = access.identity(request.user)
    turns = of_kind(access.waiting_for(request.user), kind)
    function = request.GET.get("function", "")
    counted = _counted(request, kind=kind, function=function, now=now)
    request.waiting_counts = counted.everything
    functions, counts = counted.functions, counted.buckets
    if function:
        turns = turns.filter(case__procedure__in=subjects.codes(function))
    total = counts["total"]
    start = _within(start_of(request), total)
    page = list(ordered(turns).select_related(*BESIDE).annotate(why=LAST_CLOCK)[start : start + PAGE])
    rows = _rows(page, now=now, who=who)
    groups = _grouped(rows, counts, ranked=who.ranked)
    late = 0 if who.ranked else counts["overdue"]
    return TemplateResponse(
        request,
        "office/queue.html",
        {
            "kind": kind,
            "heading": _("待办") if kind == "waiting" else _("待阅"),
            "sentence": _sentence(total, late, kind=kind),
            "tabs": _tabs(request, functions, function),
            "groups": groups,
            "batch": _batch_words(page, rows),
            "just_done": just_done(request),
            "prev_url": _from_url(request, max(0, start - PAGE)) if start else "",
            "next_url": _from_url(request, start + PAGE) if start + PAGE < total else "",
        },
    )


@dataclass(frozen=True)
class Counted:
    """What waits for somebody, counted in one query: by function, by date, and both kinds for the navigation."""

    functions: dict[str, int]
    buckets: dict[str, int]
    everything: dict[str, int]


def _counted(request: Asked, *, kind: str, function: str, now) -> Counted:
    read = Q(side=True, step__in=reading_steps())
    mine = read if kind == "reading" else ~read
    tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = (
        access.waiting_for(request.user)
        .order_by()
        .values("case__procedure")
        .annotate(
            all=Count("pk"),
            reading=Count("pk", filter=read),
            total=Count("pk", filter=mine),
            overdue=Count("pk", filter=mine & Q(due_at__lt=now)),
            today=Count("pk", filter=mine & Q(due_at__gte=now, due_at__lt=tomorrow)),
        )
    )
    functions: dict[str, int] = {}
    buckets = {"overdue": 0, "today": 0, "later": 0, "total": 0}
    everything = {"all": 0, "reading": 0}
    for row in rows:
        everything["all"] += row["all"]
        everything["reading"] += row["reading"]
        of = subjects.of(row["case__procedure"])
        if row["total"]:
            functions[of] = functions.get(of, 0) + row["total"]
        if not function or of == function:
            buckets["overdue"] += row["overdue"]
            buckets["today"] += row["today"]
            buckets["total"] += row["total"]
    buckets["later"] = buckets["total"] - buckets["overdue"] - buckets["today"]
    return Counted(functions, buckets, everything)


def _sentence(total: int, late: int, *, kind: str) -> str:
    if kind == "reading":
        return ngettext("%(n)d 件等您阅。", "%(n)d 件等您阅。", total) % {"n": total}
    if late:
        return _("%(n)d 件等您办理，其中 %(late)d 件已超期。") % {"n": total, "late": late}
    return ngettext("%(n)d 件等您办理。", "%(n)d 件等您办理。", total) % {"n": total}


def _tabs(request: Asked, functions: dict[str, int], current: str) -> list[dict]:
    if len(functions) < 2:
        return []
    tabs = [
        {"label": _("全部"), "count": sum(functions.values()), "url": request.path, "current": not current}
    ]
    return tabs + [
        {
            "label": subjects.label(function),
            "count": count,
            "url": f"{request.path}?function={function}",
            "current": function == current,
        }
        for function, count in functions.items()
    ]


def _within(start: int, total: int) -> int:
    """Where the last page begins, when the list has become shorter meanwhile."""
    return start if start < total else max(0, total - 1) // PAGE * PAGE


def _from_url(request: Asked, start: int) -> str:
    query = request.GET.copy()
    query["from"] = str(start)
    return f"{request.path}?{query.urlencode()}"


def _rows(turns: list[Any], *, now, who: access.Identity) -> list[dict]:
    """`turns` bear `why`, the key of the clock that says why their date is that date."""
    cases = [turn.case for turn in turns]
    said = subjects.summaries(cases)
    following = ahead.phrases(turns, said=said)
    rows = []
    for turn in turns:
        case = turn.case
        step = showing.step_of(case.procedure, turn.step)
        principal = access.principal_of(turn, who)
        rows.append(
            {
                "turn_id": turn.pk,
                "content_hash": case.content_hash,
                "url": reverse("turn", args=[turn.pk]),
                "reference": case.reference,
                **showing.chips(case, called=said[case.pk].urgency),
                "title": showing.title_of(case),
                "second_line": said[case.pk].line,
                "step": showing.step_label(case.procedure, turn.step),
                "step_note": _("%(when)s 送到") % {"when": showing.short_moment(turn.issued_at)},
                "deadline": showing.deadline(
                    turn.due_at,
                    now=now,
                    why_url=reverse("why", args=[turn.why]) if turn.why else "",
                    issued_at=turn.issued_at,
                    ranked=who.ranked,
                ),
                "principal": principal,
                "next_words": following.get(turn.pk, ""),
                "new": turn.opened_at is None,
                # In another's name everything is looked at and signed by itself.
                "batchable": bool(step and any(move.batch for move in step.moves))
                and not turn.back_to_id
                and not principal,
                "bucket": showing.bucket(turn.due_at, now=now),
            }
        )
    return rows


def _grouped(rows: list[dict], counts: dict[str, int], *, ranked: bool) -> list[dict]:
    if ranked:
        return [{"label": "", "count": len(rows), "rows": rows}] if rows else []
    labels = {"overdue": _("已超期"), "today": _("今日到期"), "later": _("以后")}
    return [
        {"label": labels[name], "count": counts[name], "rows": part}
        for name in GROUPS
        if (part := [row for row in rows if row["bucket"] == name])
    ]


def _batch_words(turns: list[Turn], rows: list[dict]) -> dict | None:
    """The button says what it will do: 批量圈阅, 批量已阅. Where the ticked steps differ, each does its own."""
    labels = {
        str(move.label)
        for turn, row in zip(turns, rows, strict=True)
        if row["batchable"] and (step := showing.step_of(turn.case.procedure, turn.step))
        for move in step.moves
        if move.batch
    }
    if not labels:
        return None
    label = _("批量%(move)s") % {"move": _("、").join(sorted(labels))}
    return {"label": label, "url": reverse("batch")}


def just_done(request: Asked) -> dict | None:
    """What the person did a moment ago, once, with the ways to mend it while he still may."""
    key = request.session.pop("just_done", None)
    made = Decision.objects.select_related("case").filter(pk=key, actor=request.user).first() if key else None
    if made is None:
        return None
    case = made.case
    words = _("已“%(label)s” %(reference)s") % {
        "label": showing.label_of(made, procedure=case.procedure),
        "reference": case.reference or showing.title_of(case),
    }
    correct_url = ""
    if made.opinion and acting.may_correct(made, request.user, at=timezone.now()) == "self":
        words = _("%(words)s（可在 %(n)d 分钟内更正）") % {"words": words, "n": dials.value("correction_minutes")}
        correct_url = reverse("correct", args=[case.public_id, made.number])
    return {
        "words": words,
        "case_url": reverse("case", args=[case.public_id]),
        "correct_url": correct_url,
        "take_back_url": reverse("take_back", args=[case.public_id])
        if not made.side and acting.may_take_back(case, request.user)
        else "",
    }


@require_POST
def batch(request: Asked) -> HttpResponse:
    """Reading papers and equal steps, several at once: each stands alone, and each that is not done has its own line.
    What was corrected since the list was shown, and what he has begun to write about, he looks at first."""
    ticked = dict(_ticked(one) for one in request.POST.getlist("turn"))
    ticked.pop(0, None)
    turns = list(ordered(access.waiting_for(request.user).filter(pk__in=ticked)).select_related("case"))
    begun = Draft.objects.filter(person=request.user, key__in=map(draft_key, turns), values__has_key="opinion")
    drafts = set(begun.values_list("key", flat=True))
    done = 0
    for turn in turns:
        step = showing.step_of(turn.case.procedure, turn.step)
        move = next((move for move in step.moves if move.batch), None) if step else None
        if move is None or access.principal_of(turn, access.identity(request.user)):
            continue
        try:
            if draft_key(turn) in drafts:
                raise acting.Refused(_("有没写完的意见，请打开办理。"))
            acting.act(turn, move.code, actor=request.user, content_hash=ticked[turn.pk] or None)
            done += 1
        except acting.Refused as refused:
            messages.error(request, f"{turn.case.reference or showing.title_of(turn.case)} {refused.sentence}")
    if done:
        words = ngettext("已办 %(n)d 件。", "已办 %(n)d 件。", done) % {"n": done}
        # Where each stands and may still be taken back.
        messages.success(request, format_html('{} <a href="{}">{}</a>', words, reverse("done"), _("看已办")))
    if gone := len(ticked) - len(turns):
        words = ngettext("%(n)d 件已不在您手里，没有办。", "%(n)d 件已不在您手里，没有办。", gone)
        messages.error(request, words % {"n": gone})
    if not ticked:
        messages.error(request, _("请先选择要办的文件（按 X 或点左边的方框）。"))
    back = request.POST.get("back", "")
    return redirect("reading" if back == "reading" else request.META.get("HTTP_REFERER") or "queue")


def _ticked(value: str) -> tuple[int, str]:
    """The key of a turn and what its paper said in the list; key 0 for what is neither."""
    key, _colon, content_hash = value.partition(":")
    return (int(key) if key.isdecimal() and len(key) < 19 else 0), content_hash


@require_GET
def done(request: Asked) -> HttpResponse:
    """已办: what went through the user's hands, latest first."""
    held = Turn.objects.filter(holder=request.user, ended_at__isnull=False).order_by("-ended_at")
    acted = request.user.decisions.exclude(case__procedure__in=procedures.brought_in()).order_by("-pk")
    moments = [*held.values_list("ended_at", "case_id")[:1000], *acted.values_list("at", "case_id")[:1000]]
    keys = _page_keys(request, [case for _at, case in sorted(moments, reverse=True)])
    return _cases(request, keys, kind="done", heading=_("已办"), empty=_("还没有办过文件"))


@require_GET
def started(request: Asked) -> HttpResponse:
    begun = Case.objects.filter(opened_by=request.user).exclude(procedure__in=procedures.brought_in())
    keys = _page_keys(request, begun.order_by("-pk").values_list("pk", flat=True)[:1000])
    return _cases(request, keys, kind="started", heading=_("我发起的"), empty=_("还没有登记或发起过文件"))


@require_GET
def followed(request: Asked) -> HttpResponse:
    keys = _page_keys(
        request,
        Follow.objects.filter(person=request.user).order_by("-at").values_list("case_id", flat=True)[:1000],
    )
    return _cases(request, keys, kind="followed", heading=_("我关注的"), empty=_("还没有关注的文件"))


def _page_keys(request: Asked, keys: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(keys))


def _cases(request: Asked, keys: list[int], *, kind: str, heading: str, empty: str) -> HttpResponse:
    start = _within(start_of(request), len(keys))
    visible = access.visible_to(request.user)
    cases = {case.pk: case for case in visible.filter(pk__in=keys[start : start + PAGE])}
    page = [cases[key] for key in keys[start : start + PAGE] if key in cases]
    rows = case_rows(page)
    note_listed(request, page, at=gettext_noop("列表"))
    return TemplateResponse(
        request,
        "office/queue.html",
        {
            "kind": kind,
            "heading": heading,
            "sentence": ngettext("%(n)d 件。", "%(n)d 件。", len(keys)) % {"n": len(keys)},
            "tabs": [],
            "groups": [{"label": "", "count": len(rows), "rows": rows}] if rows else [],
            "batch": None,
            "prev_url": _from_url(request, max(0, start - PAGE)) if start else "",
            "next_url": _from_url(request, start + PAGE) if start + PAGE < len(keys) else "",
            "empty_words": empty,
        },
    )


def case_rows(cases: list[Case]) -> list[dict]:
    """Rows of a list of cases: where each is now, in whose hands, by when. A few queries for any number."""
    now = timezone.now()
    current = {
        turn.case_id: turn
        for turn in Turn.objects.filter(case__in=cases, side=False, ended_at__isnull=True).select_related(
            "case", "holder", "post", "back_to__holder", "back_to__post__department"
        )
    }
    said = subjects.summaries(cases)
    following = ahead.phrases(list(current.values()), said=said)
    leaders = showing.with_leaders(current.values())
    rows = []
    for case in cases:
        turn = current.get(case.pk)
        rows.append(
            {
                "url": reverse("case", args=[case.public_id]),
                "reference": case.reference,
                **showing.chips(case, called=said[case.pk].urgency),
                "title": showing.title_of(case),
                "second_line": said[case.pk].line,
                "step": showing.step_label(case.procedure, turn.step)
                if turn
                else str(case.get_outcome_display()),
                "step_note": showing.holder_words(turn) if turn else showing.short_moment(case.closed_at),
                "deadline": showing.deadline(
                    turn.due_at, now=now, issued_at=turn.issued_at, with_leader=turn.pk in leaders
                )
                if turn
                else None,
                "next_words": following.get(turn.pk, "") if turn else "",
                "new": False,
                "batchable": False,
                "void": case.outcome == "void",
            }
        )
    return rows
