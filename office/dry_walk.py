"""A procedure walked dry: no case, no row; who would hold each step, by when and why. The walk is a list of words.

A walk is what was chosen, in order: ["review.pass", "assign.send", "read.read"]. What depends on one paper (a move
that is offered only to some, a check of its values) is not asked here and said to be left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from office import access, procedures, rules, timing
from office import clock as counting
from office.levels import Outcome, Urgency
from office.models.people import Post
from office.procedures import Move, Period, Procedure, Step

# When a step is done: on its last day, or as soon as it comes.
LATE, AT_ONCE = "late", "at_once"
# Periods no source names carry a number of the office's own.
HABIT = "OFF-"
# Longer walks go round in circles.
MOST_STEPS = 60


@dataclass(frozen=True)
class Facts:
    """What the office makes of a declared step today. `limits` per urgency, "" where there is none."""

    step: Step
    who: str
    sitting: tuple[str, ...]
    limits: dict[str, str]
    rule: str
    known_rule: bool
    source: str
    unverified: bool
    skipped: bool

    @property
    def hands(self) -> str:
        """办公室文书（陈雅文、林晓岚）."""
        if not self.sitting:
            return self.who
        return _("%(words)s（%(note)s）") % {"words": self.who, "note": _("、").join(self.sitting)}

    @property
    def basis(self) -> str:
        """Where the limit comes from: the office's own setting, a rule by its number, or common practice."""
        if self.source or not self.rule:
            return self.source
        return _("系统起始值，通行做法") if self.rule.startswith(HABIT) else self.rule

    @property
    def limit_lines(self) -> list[str]:
        """One line where all urgencies have the same limit, else one for each that differs."""
        if not any(self.limits.values()):
            return [_("不限时")]
        if len(set(self.limits.values())) == 1:
            return [next(iter(self.limits.values()))]
        return [f"{Urgency(code).label} {words}" for code, words in self.limits.items()]


class Office:
    """Chairs, limits and the calendar as they hold for papers opened at one moment; everything asked once."""

    def __init__(self, procedure: type[Procedure], *, opened_at: datetime) -> None:
        self.procedure, self.opened_at = procedure, opened_at
        self.dials = timing.Dials()
        self._facts: dict[str, Facts] = {}
        self._sitting: dict[int, tuple[str, ...]] = {}

    def facts(self, step: Step) -> Facts:
        if step.code not in self._facts:
            self._facts[step.code] = self._make_facts(step)
        return self._facts[step.code]

    def _make_facts(self, step: Step) -> Facts:
        setting = self.dials.setting(self.procedure.code, step.code, at=self.opened_at)
        post = timing.post_in_force(self.procedure, step, opened_at=self.opened_at, dials=self.dials)
        limits = {one.value: self.limit(step, one.value) for one in Urgency}
        own = setting is not None and bool(setting.limits)
        period = step.due
        rule = period.rule if period else ""
        known = {one.id for one in rules.declared() if one.is_built}
        return Facts(
            step=step,
            who=str(post) if post else self._nobody_yet(step),
            sitting=self._seated(post) if post else (),
            limits={code: limit.words() if limit else "" for code, limit in limits.items()},
            rule=rule,
            known_rule=rule in known,
            source=_("本单位设置，%(since)s 起") % {"since": setting.since} if setting and own else "",
            unverified=bool(period and period.unverified and not own),
            skipped=self.skips(step),
        )

    def _nobody_yet(self, step: Step) -> str:
        if step.post:
            return _("%(post)s（还没有这个岗位）") % {"post": step.post}
        whom = {
            "leaders": _("上一环节选定的领导"), "departments": _("上一环节选定的部门"), "people": _("上一环节选定的人")
        }
        return whom[step.whom]

    def _seated(self, post: Post) -> tuple[str, ...]:
        if post.pk not in self._sitting:
            names = tuple(one.name for one in access.seated(post))
            self._sitting[post.pk] = names or (_("空缺"),)
        return self._sitting[post.pk]

    def limit(self, step: Step, urgency: str) -> counting.Limit | None:
        setting = self.dials.setting(self.procedure.code, step.code, at=self.opened_at)
        own = timing.own_limit(setting, urgency=urgency)
        return own or (step.due.limit(urgency) if step.due else None)

    def skips(self, step: Step) -> bool:
        """Whether the office passes this optional step over."""
        return timing.walked_at(self.procedure, step, opened_at=self.opened_at, dials=self.dials) is not step

    def due(self, step: Step, *, urgency: str, since: datetime) -> counting.Due | None:
        limit = self.limit(step, urgency)
        return self._count(limit, since) if limit else None

    def period_due(self, period: Period, *, urgency: str) -> counting.Due:
        return self._count(period.limit(urgency), self.opened_at)

    def _count(self, limit: counting.Limit, since: datetime) -> counting.Due:
        return counting.due(since, limit, calendar=self.dials.calendar, hours=self.dials.hours)


@dataclass(frozen=True)
class Held:
    """A step in somebody's hands: the main one, or a spoke of it."""

    step: Step
    since: datetime
    due: counting.Due | None


@dataclass(frozen=True)
class Taken:
    """One line of what was walked: who did what when, and what came of it in words."""

    word: str
    step: Step
    move: Move
    at: datetime
    notes: tuple[str, ...]


@dataclass
class Walk:
    """Where a dry walk has come to. `refused` is the sentence why the rest of the words was not walked."""

    office: Office
    urgency: str
    pace: str
    now: datetime
    here: Held | None = None
    spokes: list[Held] = field(default_factory=list)
    outcome: str = ""
    taken: list[Taken] = field(default_factory=list)
    began: list[str] = field(default_factory=list)
    refused: str = ""

    @property
    def words(self) -> list[str]:
        return [one.word for one in self.taken]

    def hold(self, step: Step, *, since: datetime) -> Held:
        return Held(step, since, self.office.due(step, urgency=self.urgency, since=since))

    def enter(self, step: Step) -> list[str]:
        """Bring the paper to a main step, past what the office does not walk. What is to be said of it."""
        procedure, office = self.office.procedure, self.office
        walked = timing.walked_at(procedure, step, opened_at=office.opened_at, dials=office.dials)
        self.here = self.hold(walked, since=self.now)
        if walked is step:
            return []
        return [_("本单位不经过“%(step)s”，直接到“%(next)s”。") % {"step": step.label, "next": walked.label}]


def begin(procedure: type[Procedure], *, urgency: str, pace: str, opened_at: datetime) -> Walk:
    walk = Walk(Office(procedure, opened_at=opened_at), urgency, pace, opened_at)
    walk.began = walk.enter(procedure.first())
    return walk


def walked(walk: Walk, words: Sequence[str]) -> Walk:
    """Take these moves one after another, up to the first that cannot be made; then `refused` says why."""
    for word in words[:MOST_STEPS]:
        step, _dot, move = word.partition(".")
        if sentence := take(walk, step, move):
            walk.refused = sentence
            return walk
    if len(words) > MOST_STEPS:
        walk.refused = _("走了 %(n)d 步还没有走完，请从头再走。") % {"n": MOST_STEPS}
    return walk


def take(walk: Walk, step: str, move: str) -> str:
    """Make one move; the sentence why it cannot be made, "" when it was."""
    if walk.outcome or walk.here is None:
        return _("已经走完了：%(outcome)s。") % {"outcome": Outcome(walk.outcome).label}
    held = next((one for one in [walk.here, *walk.spokes] if one.step.code == step), None)
    if held is None:
        known = walk.office.procedure.steps.get(step)
        if known is not None and walk.office.skips(known):
            return _("本单位不经过“%(step)s”，文件不会到这一环节。") % {"step": known.label}
        return _("文件现在不在“%(step)s”。") % {"step": known.label if known else step}
    made = held.step.move(move)
    if made is None:
        return _("“%(step)s”环节没有这个办法。") % {"step": held.step.label}
    leaving = bool(made.to or made.close)
    if leaving and (sentence := _kept_back(walk, held.step, made)):
        return sentence
    if walk.pace == LATE and held.due is not None and held.due.at is not None:
        walk.now = max(walk.now, held.due.at)
    at = walk.now
    walk.taken.append(Taken(f"{step}.{move}", held.step, made, at, tuple(_follow(walk, held, made))))
    return ""


def _kept_back(walk: Walk, step: Step, move: Move) -> str:
    """Spokes that have to come back first, as the door has it (office/acting/door.leave)."""
    if not walk.spokes or step.sides == "recall" or (step.sides != "wait" and not move.close):
        return ""
    names = _("、").join(dict.fromkeys(str(one.step.label) for one in walk.spokes))
    return _("还有送出去的没有收回（%(steps)s）：先让他们退回，才能“%(move)s”。") % {"steps": names, "move": move.label}


def _follow(walk: Walk, held: Held, move: Move) -> list[str]:
    """What a move makes of the walk; the sentences to be said of it."""
    procedure, notes = walk.office.procedure, []
    if move.returns:
        walk.spokes.remove(held)
        return [_("退回发出的一方。")]
    if (move.to or move.close) and walk.spokes and held.step.sides == "recall":
        walk.spokes.clear()
        notes.append(_("送出去的一并收回。"))
    if held.step.awaits and (move.to or move.close):
        awaited = procedures.REGISTRY.get(held.step.awaits)
        notes.append(_("要等关联的“%(linked)s”办结。") % {"linked": awaited.title if awaited else held.step.awaits})
    if move.close:
        walk.here, walk.outcome = None, move.close
        return notes
    if move.plans:
        notes.append(_("选定的人排进“%(step)s”的名单。") % {"step": procedure.step(move.plans).label})
    if move.to:
        notes += walk.enter(procedure.step(move.to))
    if beside := move.side or move.others:
        walk.spokes.append(walk.hold(procedure.step(beside), since=walk.now))
        notes.append(_("同时送出一份“%(step)s”。") % {"step": procedure.step(beside).label})
    return notes


def conditions(step: Step, move: Move) -> list[str]:
    """What a move asks of whoever makes it, and what only one paper can tell."""
    asks = []
    if move.opinion == "must":
        asks.append(_("要写意见"))
    if move.next_planned:
        asks.append(_("送名单上的下一位"))
    elif move.names:
        asks.append(_("选一位") if move.names == "one" else _("可以选几位"))
    if move.when is not None:
        asks.append(_("有的文件才有"))
    if move.check is not None:
        asks.append(_("办的时候还要核对"))
    return asks


def whither(procedure: type[Procedure], move: Move) -> str:
    """Where a move leads, in words."""
    if move.close:
        return _("了结：%(outcome)s") % {"outcome": Outcome(move.close).label}
    if move.returns:
        return _("退回发出的一方")
    if move.side:
        return _("送出“%(step)s”") % {"step": procedure.step(move.side).label}
    if not move.to:
        return pgettext("of a move", "留在原处")
    return str(procedure.step(move.to).label)
