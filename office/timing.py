"""Clocks on turns and cases: started with a reason, met, stopped, extended, paused, recomputed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from office import clock as counting
from office import procedures
from office.models.cases import Case, Decision, Turn
from office.models.clocks import Clock, Pause, load_calendar
from office.models.dials import Setting, StepSetting
from office.models.people import Post, User
from office.procedures import Period


class Dials:
    """The calendar, the hours and the step settings as one act reads them: once, however many turns it issues."""

    def __init__(self) -> None:
        self._settings: dict[tuple, StepSetting | None] = {}

    @cached_property
    def calendar(self) -> counting.Calendar:
        return load_calendar()

    @cached_property
    def hours(self) -> counting.OfficeHours:
        return office_hours()

    def setting(self, procedure: str, step: str, *, at: datetime) -> StepSetting | None:
        key = (procedure, step, at)
        if key not in self._settings:
            self._settings[key] = step_setting(procedure, step, at=at)
        return self._settings[key]


def office_hours() -> counting.OfficeHours:
    row = Setting.objects.filter(code="hours").first()
    return counting.OfficeHours.from_dict(row.value) if row else counting.OfficeHours()


def step_setting(procedure: str, step: str, *, at: datetime) -> StepSetting | None:
    """The dial in force when the case began: running cases keep what they started with."""
    return (
        StepSetting.objects.filter(procedure=procedure, step=step, since__lte=timezone.localdate(at))
        .select_related("post__department")
        .order_by("-since")
        .first()
    )


def find_post(code: str) -> Post | None:
    """A post of the whole body by its code; where only departments have it, the first department's."""
    posts = Post.objects.filter(code=code, retired=False).select_related("department")
    return posts.order_by("department__position", "pk").first()


def post_of(
    procedure: type[procedures.Procedure],
    step: procedures.Step,
    *,
    case: Case,
    at: datetime,
    dials: Dials | None = None,
) -> Post | None:
    return post_in_force(procedure, step, opened_at=case.opened_at, dials=dials or Dials())


def post_in_force(
    procedure: type[procedures.Procedure], step: procedures.Step, *, opened_at: datetime, dials: Dials
) -> Post | None:
    """The chair of a step for papers opened at that moment; None where the move before names somebody."""
    setting = dials.setting(procedure.code, step.code, at=opened_at)
    if setting is not None and setting.post is not None and not setting.post.retired:
        return setting.post
    return find_post(step.post) if step.post else None


def fallbacks(procedure: type[procedures.Procedure], step: procedures.Step) -> Iterator[Post]:
    """The declared posts that take what nobody else may have, looked up one by one; nothing in the answer tells why."""
    for code in dict.fromkeys([step.fallback, procedure.fallback, procedure.hub]):
        post = find_post(code) if code else None
        if post is not None:
            yield post


def walked(procedure: type[procedures.Procedure], step: procedures.Step, *, case: Case) -> procedures.Step:
    """The step itself, or the one behind it where the office has chosen not to walk an optional step."""
    return walked_at(procedure, step, opened_at=case.opened_at, dials=Dials())


def walked_at(
    procedure: type[procedures.Procedure], step: procedures.Step, *, opened_at: datetime, dials: Dials
) -> procedures.Step:
    """The same for papers opened at that moment."""
    passed = set()
    while step.optional and step.code not in passed:
        passed.add(step.code)
        setting = dials.setting(procedure.code, step.code, at=opened_at)
        forward = step.forward
        if setting is None or not setting.skipped or forward is None or not forward.to:
            break
        step = procedure.step(forward.to)
    return step


def start_for_turn(
    turn: Turn,
    *,
    procedure: type[procedures.Procedure],
    step: procedures.Step,
    at: datetime,
    dials: Dials | None = None,
) -> Clock | None:
    """The clock of a turn, from a date the paper or a person names, else from the step's period; None without any."""
    dials = dials or Dials()
    clock: Clock | None = None
    if (named := named_for(procedure, step, case=turn.case, at=at, dials=dials)) is not None:
        until, because = named
        rule = step.due.rule if step.due else ""
        clock = start_until(turn.case, until=until, rule=rule, label=step.label, because=because, at=at, turn=turn)
    elif (period := procedure.period(step, turn.case)) is not None:
        limit, source = _limit(period, turn.case, step=step, dials=dials)
        clock = start(
            turn.case, turn=turn, period=period, limit=limit, at=at, label=step.label, source=source, dials=dials
        )
    if clock is not None:
        turn.due_at = clock.due_at
        turn.save(update_fields=["due_at"])
    return clock


def named_for(
    procedure: type[procedures.Procedure], step: procedures.Step, *, case: Case, at: datetime, dials: Dials
) -> tuple[datetime, str] | None:
    """The date this step has by somebody's word: what a decision names always, what the paper asks for where the
    office's own period, counted from `at`, would end later."""
    if (named := procedure.named_date(step, case)) is not None:
        return named
    latest = procedure.latest_date(step, case)
    period = procedure.period(step, case)
    if latest is None or period is None:
        return latest
    limit, _source = _limit(period, case, step=step, dials=dials)
    own = counting.due(at, limit, calendar=dials.calendar, hours=dials.hours).certain
    return latest if latest[0] < own else None


def _limit(period: Period, case: Case, *, step: procedures.Step, dials: Dials) -> tuple[counting.Limit, str]:
    """The office's own limit where it has set one for papers of this urgency, else the declared one; and its source."""
    setting = dials.setting(case.procedure, step.code, at=case.opened_at)
    own = own_limit(setting, urgency=case.urgency)
    if setting is not None and own is not None:
        return own, _printed(gettext_lazy("本单位设置，%(since)s 起")) % {"since": setting.since}
    return period.limit(case.urgency), period.source


def own_limit(setting: StepSetting | None, *, urgency: str) -> counting.Limit | None:
    """The limit the office has set itself for papers of this urgency."""
    if setting is None or urgency not in setting.limits:
        return None
    return counting.Limit.from_dict(setting.limits[urgency])


def recount(turn: Turn, *, procedure: type[procedures.Procedure], step: procedures.Step, at: datetime) -> None:
    """After the entry was corrected: the date of an open turn as it would have been from the beginning. The clock that
    ran is kept as stopped. A date given by 延期 stands, and so does one that has stood still."""
    old = turn.clocks.filter(met_at__isnull=True, stopped_at__isnull=True).order_by("-pk").first()
    if old is None or old.why.get("extended") or old.pauses.exists():
        return
    dials = Dials()
    named = named_for(procedure, step, case=turn.case, at=old.starts_at, dials=dials)
    period = procedure.period(step, turn.case)
    if named is not None:
        same = old.set_by_hand and old.due_at == named[0]
    elif period is not None:
        limit, _source = _limit(period, turn.case, step=step, dials=dials)
        same = old.why.get("limit") == limit.as_dict()
    else:
        same = False
    if not same:
        stop(turn, at=at)
        turn.due_at = None
        turn.save(update_fields=["due_at"])
        start_for_turn(turn, procedure=procedure, step=step, at=old.starts_at, dials=dials)


def start(
    case: Case,
    *,
    period: Period,
    at: datetime,
    turn: Turn | None = None,
    limit: counting.Limit | None = None,
    label=None,
    source: str = "",
    dials: Dials | None = None,
) -> Clock:
    """Start a clock by a declared period and keep the reason for its date beside it."""
    limit = limit or period.limit(case.urgency)
    dials = dials or Dials()
    due = counting.due(at, limit, calendar=dials.calendar, hours=dials.hours)
    return Clock.objects.create(
        case=case,
        turn=turn,
        rule=period.rule,
        label=_printed(label),
        starts_at=at,
        first_due_at=due.certain,
        due_at=due.certain,
        why={
            "limit": limit.as_dict(),
            "due": due.as_dict(),
            "source": source or period.source,
            "unverified": period.unverified,
            "pausable": period.pausable,
        },
    )


def start_until(
    case: Case, *, until: datetime, rule: str, label, because: str, at: datetime, turn: Turn | None = None
) -> Clock:
    """A date named by the paper itself or by a person: nothing is counted, and no calendar moves it."""
    return Clock.objects.create(
        case=case,
        turn=turn,
        rule=rule,
        label=_printed(label),
        starts_at=at,
        first_due_at=until,
        due_at=until,
        set_by_hand=True,
        why={"because": because, "source": gettext_noop("来文要求"), "pausable": False},
    )


def _printed(label) -> str:
    from office.acting.door import as_printed

    return as_printed(label) if label else ""


def meet(turn: Turn, *, at: datetime) -> None:
    turn.clocks.filter(met_at__isnull=True, stopped_at__isnull=True).update(met_at=at)


def meet_while_held(turn: Turn, *, at: datetime) -> None:
    """What the date asked for is done, though the paper stays: nobody is late with what lies with others."""
    meet(turn, at=at)
    turn.due_at = None
    turn.save(update_fields=["due_at"])


def stop(turn: Turn, *, at: datetime) -> None:
    turn.clocks.filter(met_at__isnull=True, stopped_at__isnull=True).update(stopped_at=at)


def meet_case(case: Case, *, at: datetime, met: bool = True) -> None:
    """The case is over: its own clocks are met, or stopped when it was void."""
    running = case.clocks.filter(met_at__isnull=True, stopped_at__isnull=True)
    running.update(**({"met_at": at} if met else {"stopped_at": at}))


def meet_rule(case: Case, *, rule: str, at: datetime) -> None:
    case.clocks.filter(rule=rule, met_at__isnull=True, stopped_at__isnull=True).update(met_at=at)


def stop_rule(case: Case, *, rule: str, at: datetime) -> None:
    """What was asked for is asked for no more, or for another day by a clock of its own."""
    case.clocks.filter(rule=rule, met_at__isnull=True, stopped_at__isnull=True).update(stopped_at=at)


def _set_due(clock: Clock, due_at: datetime) -> None:
    clock.due_at = due_at
    clock.save(update_fields=["due_at", "set_by_hand", "why"])
    if clock.turn_id:
        Turn.objects.filter(pk=clock.turn_id).update(due_at=due_at)


def extend(clock: Clock, *, until: datetime, decision: Decision) -> None:
    clock.set_by_hand = True
    clock.why = {
        **clock.why,
        "extended": [
            *clock.why.get("extended", []),
            {"from": clock.due_at.isoformat(), "to": until.isoformat(), "decision": decision.number},
        ],
    }
    _set_due(clock, until)


def keep_date(new: Turn, *, of: Turn) -> Clock | None:
    """A paper put into other hands keeps its date, its reasons and its pauses: handing it on buys no time.

    None when the turn `of` had no clock. Where it had none running any more (meet_while_held), nothing runs on: nobody
    is late in other hands with what was met in the first.
    """
    old = of.clocks.order_by("-pk").first()
    if old is None:
        return None
    over = of.due_at is None
    kept = Clock.objects.create(
        case=new.case,
        turn=new,
        rule=old.rule,
        label=old.label,
        starts_at=old.starts_at,
        first_due_at=old.first_due_at,
        due_at=old.due_at,
        met_at=old.met_at if over else None,
        stopped_at=old.stopped_at if over else None,
        set_by_hand=old.set_by_hand,
        why=old.why,
    )
    Pause.objects.bulk_create(
        [
            Pause(
                clock=kept,
                from_at=one.from_at,
                to_at=one.to_at,
                basis=one.basis,
                actor_id=one.actor_id,
                recorded_at=one.recorded_at,
            )
            for one in old.pauses.order_by("from_at")
        ]
    )
    if not over:
        new.due_at = kept.due_at
        new.save(update_fields=["due_at"])
    return kept


def pause(clock: Clock, *, actor: User, basis: str, at: datetime) -> Pause:
    return Pause.objects.create(clock=clock, from_at=at, basis=basis[:200], actor=actor, recorded_at=at)


def resume(clock: Clock, *, pause: Pause, at: datetime) -> None:
    """The time the clock stood still does not count: the date moves by it, with the reason."""
    pause.to_at = at
    pause.save(update_fields=["to_at"])
    if clock.set_by_hand or "limit" not in clock.why:
        # A date set by hand moves by the plain length of the pause; who set it meanwhile knew of what had passed.
        _set_due(clock, clock.due_at + (at - max(pause.from_at, _last_extended(clock) or pause.from_at)))
        return
    spans = [(one.from_at, one.to_at) for one in clock.pauses.order_by("from_at")]
    due = counting.with_pauses(
        clock.starts_at,
        counting.Limit.from_dict(clock.why["limit"]),
        spans,
        calendar=load_calendar(),
        hours=office_hours(),
    )
    clock.why = {**clock.why, "due": due.as_dict()}
    _set_due(clock, due.certain)


def _last_extended(clock: Clock) -> datetime | None:
    extended = clock.why.get("extended")
    if not extended:
        return None
    return Decision.objects.get(case_id=clock.case_id, number=extended[-1]["decision"]).at


def because(clock: Clock) -> list[str]:
    """Why the date is what it is, in the reader's language, one sentence a line; assumptions last."""
    if "due" in clock.why and not clock.set_by_hand:
        due = counting.Due.from_dict(clock.why["due"])
        return [due.because, *due.assumptions]
    lines = [clock.why["because"]] if clock.why.get("because") else []
    if "due" in clock.why:
        lines.append(counting.Due.from_dict(clock.why["due"]).because)
    for one in clock.why.get("extended", []):
        was, now = (timezone.localtime(datetime.fromisoformat(one[key])) for key in ("from", "to"))
        lines.append(
            _("%(was)s 延到 %(now)s（第 %(n)d 条办理记录）。")
            % {"was": was.strftime("%Y-%m-%d"), "now": now.strftime("%Y-%m-%d"), "n": one["decision"]}
        )
    return lines


@dataclass(frozen=True)
class Moved:
    """An open clock whose date a changed calendar moves; confirmed by a person before it is written."""

    clock: Clock
    was: datetime
    becomes: datetime
    due: counting.Due


def moved_by_calendar(clocks: Iterable[Clock] | None = None) -> list[Moved]:
    """Recount every running clock over the present calendar. Extended and hand-set dates stay."""
    calendar, hours = load_calendar(), office_hours()
    running = (
        clocks
        if clocks is not None
        else Clock.objects.filter(met_at__isnull=True, stopped_at__isnull=True, set_by_hand=False)
        .select_related("case")
        .prefetch_related("pauses")
    )
    found = []
    for clock in running:
        if "limit" not in clock.why:
            continue
        spans = [(one.from_at, one.to_at) for one in clock.pauses.all() if one.to_at]
        limit = counting.Limit.from_dict(clock.why["limit"])
        due = counting.with_pauses(clock.starts_at, limit, spans, calendar=calendar, hours=hours)
        if due.at is not None and due.at != clock.due_at:
            found.append(Moved(clock, clock.due_at, due.at, due))
    return found


def confirm_moved(moved: Iterable[Moved]) -> int:
    count = 0
    for one in moved:
        one.clock.why = {
            **one.clock.why,
            "due": one.due.as_dict(),
            "recounted": [*one.clock.why.get("recounted", []), one.was.isoformat()],
        }
        _set_due(one.clock, one.becomes)
        count += 1
    return count
