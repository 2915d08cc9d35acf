"""Procedure, Step, Move: how a paper travels, declared as plain data. Imports no models.

A procedure is a class body that an auditor reads from top to bottom. A wrong declaration does not
import: `Procedure.__init_subclass__` checks it and raises `WrongProcedure` with a sentence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Literal, get_args

from django.utils import timezone

from office.clock import Limit
from office.levels import Outcome, Urgency


class WrongProcedure(Exception):
    """A declaration that contradicts itself."""


@dataclass(frozen=True)
class Period:
    """A limit per urgency with the rule it keeps. `unverified` ones are shown with 未核实, never as law."""

    rule: str
    normal: Limit
    urgent: Limit | None = None
    flash: Limit | None = None
    source: str = ""
    unverified: bool = False
    pausable: bool = False

    def limit(self, urgency: str) -> Limit:
        if urgency == Urgency.FLASH:
            return self.flash or self.urgent or self.normal
        if urgency == Urgency.URGENT:
            return self.urgent or self.normal
        return self.normal


Need = Literal["", "may", "must"]
Names = Literal["", "one", "several"]
Sides = Literal["keep", "wait", "recall"]
# Whom a form offers for a step: ranked leaders, heads of departments, or everybody. It narrows no rule.
Whom = Literal["people", "leaders", "departments"]


@dataclass(frozen=True)
class Move:
    """One thing the holder of a step can do.

    Exactly one of: `to` (another step), `close` (an outcome), `side` (a side step whose spokes it sends
    out), `returns` (a side turn goes back to its hub). None of them: the paper stays where it is.
    `names`: whom it goes to. With `to`, "several" gives the first one the paper and keeps the others in
    order for the same step, or sends them side turns of the step `others`; with `plans`, all of them go on
    the list of that step and the paper moves to the post of `to`.
    `mentions`: the value, filled in beside the words, with the people this decision names though the paper does not go
    to them.
    `when(case)` says whether the move is offered at all; `check(passing) -> sentence or ""` refuses;
    `numbers(case) -> Series`: this move gives the case its number from that book, unless it has one, so that the
    decision and all later ones are about the numbered paper; `then(passing)` runs inside the same transaction, with
    `to` before the paper lies in the next hands, else when the case is as the move leaves it.
    """

    code: str
    label: Any
    to: str = ""
    close: str = ""
    side: str = ""
    returns: bool = False
    opinion: Need = ""
    names: Names = ""
    others: str = ""
    plans: str = ""
    mentions: str = ""
    next_planned: bool = False
    in_order: bool = False
    approves: bool = False
    batch: bool = False
    primary: bool = False
    when: Callable[[Any], bool] | None = None
    check: Callable[[Any], str] | None = None
    numbers: Callable[[Any], Any] | None = None
    then: Callable[[Any], None] | None = None

    @property
    def stays(self) -> bool:
        return not (self.to or self.close or self.returns)

    def offered(self, case: Any) -> bool:
        return self.when is None or self.when(case)


@dataclass(frozen=True)
class Step:
    """A place where the paper lies in somebody's hands.

    `post`: the chair it waits for when nobody is named. `sides`: what open side turns do when this step
    is left: they keep running, are waited for, or are recalled. `awaits`: the code of a linked procedure
    that must have closed before a move leaves the step. `personal`: for the holder's own hands, no deputy's.
    """

    label: Any
    moves: list[Move] = field(default_factory=list)
    post: str = ""
    side: bool = False
    reading: bool = False
    personal: bool = False
    whom: Whom = "people"
    due: Period | None = None
    sides: Sides = "keep"
    awaits: str = ""
    optional: bool = False
    retired: bool = False
    fallback: str = ""
    forbids: tuple[str, ...] = ()
    code: str = ""

    def move(self, code: str) -> Move | None:
        return next((move for move in self.moves if move.code == code), None)

    @property
    def forward(self) -> Move | None:
        """The first move that leaves the step: where skipping leads."""
        return next((move for move in self.moves if move.to or move.close), None)


# The common moves a step may forbid (office/acting/labels.py has their names on paper).
COMMON = frozenset(
    ["reassign", "delegate", "add_before", "add_after", "return", "return_straight", "skip", "progress", "extend",
     "pause", "claim"]
)

REGISTRY: dict[str, type["Procedure"]] = {}


class Procedure:
    """Base of all procedures. `form` groups those that serve the same paper form (ProcedureChoice)."""

    code: ClassVar[str] = ""
    form: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    source: ClassVar[Any] = ""
    # The post at the hub: runs circulation, writes on behalf, is chased in a ranked leader's stead.
    hub: ClassVar[str] = "clerk"
    # Who gets a turn whose holder has become barred.
    fallback: ClassVar[str] = "office-director"
    sealed: ClassVar[bool] = False
    case_period: ClassVar[Period | None] = None
    # What a linking case must hand over, and which outcomes it may count on (office/linking.py).
    accepts: ClassVar[type | None] = None
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.DONE, Outcome.VOID)

    steps: ClassVar[Mapping[str, Step]] = {}

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        inherited = {} if abstract else dict(getattr(cls, "steps", {}))
        own = {
            name: replace(value, code=name) for name, value in vars(cls).items() if isinstance(value, Step)
        }
        if hidden := [name for name in own if hasattr(Procedure, name)]:
            raise WrongProcedure(f"{cls.__name__} calls a step {hidden[0]}, which is a word of Procedure itself.")
        cls.steps = {**inherited, **own}
        if abstract:
            return
        _check(cls)
        known = REGISTRY.get(cls.code)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise WrongProcedure(f"{cls.code} is declared twice: {known.__qualname__} and {cls.__qualname__}.")
        REGISTRY[cls.code] = cls

    @classmethod
    def first(cls) -> Step:
        return next(step for step in cls.steps.values() if not step.side and not step.retired)

    @classmethod
    def step(cls, code: str) -> Step:
        return cls.steps[code]

    # What the paper says, as strings in a fixed order: its hash is what a decision was about.
    @classmethod
    def content(cls, case: Any) -> list[str]:
        return [case.title, case.reference, case.urgency, str(case.secrecy)]

    @classmethod
    def contents(cls, cases: Sequence[Any]) -> dict[int, list[str]]:
        """`content` of many cases, by key; an app whose papers are many answers it in a few queries."""
        return {case.pk: cls.content(case) for case in cases}

    # Why a step may not be put into these hands whatever the way it gets there, as a sentence; "" when it may.
    @classmethod
    def unfit(cls, step: Step, case: Any, holder: Any) -> str:
        return ""

    @classmethod
    def came_on(cls, case: Any) -> date:
        """The day the matter reached the office: nobody has written on it before. An app whose papers are entered
        late answers with the paper's own day."""
        return timezone.localdate(case.opened_at)

    @classmethod
    def period(cls, step: Step, case: Any) -> Period | None:
        """The period of a step for this very case; an app overrides it where the paper itself names a date."""
        return step.due

    # Its papers come in closed, out of an old register: nobody has begun or done them here.
    brought_in: ClassVar[bool] = False

    @classmethod
    def named_date(cls, step: Step, case: Any) -> tuple[datetime, str] | None:
        """A date a decision names for this step, with the sentence that says so; it beats the period."""
        return None

    @classmethod
    def latest_date(cls, step: Step, case: Any) -> tuple[datetime, str] | None:
        """A date the paper itself asks for: the step ends by it, and by its period where that is earlier."""
        return None


def brought_in() -> list[str]:
    """Codes of the procedures whose papers come out of old registers."""
    return [code for code, declared in REGISTRY.items() if declared.brought_in]


def get(code: str) -> type[Procedure]:
    return REGISTRY[code]


def personal_steps() -> list[tuple[str, str]]:
    """(procedure, step) of every step no deputy does for its holder."""
    return [(one.code, step.code) for one in REGISTRY.values() for step in one.steps.values() if step.personal]


def is_personal(procedure: str, step: str) -> bool:
    declared = REGISTRY.get(procedure)
    return declared is not None and step in declared.steps and declared.steps[step].personal


def serving(form: str) -> list[type[Procedure]]:
    """The procedures declared for one paper form, in order of declaration."""
    return [procedure for procedure in REGISTRY.values() if procedure.form == form]


def _check(cls: type[Procedure]) -> None:
    if not cls.code or not cls.title:
        raise WrongProcedure(f"{cls.__name__} needs a code and a title.")
    if not any(not step.side and not step.retired for step in cls.steps.values()):
        raise WrongProcedure(f"{cls.code} has no step.")
    named = _steps_entered_with_names(cls)
    closes = False
    for step in cls.steps.values():
        seen: set[str] = set()
        for move in step.moves:
            if move.code in seen:
                raise WrongProcedure(f"{cls.code}.{step.code} declares the move {move.code} twice.")
            seen.add(move.code)
            _check_move(cls, step, move)
            closes = closes or bool(move.close)
        if unknown := set(step.forbids) - COMMON:
            raise WrongProcedure(f"{cls.code}.{step.code} forbids {sorted(unknown)[0]}, which is no common move.")
        if step.sides not in get_args(Sides):
            raise WrongProcedure(f"{cls.code}.{step.code} does not say what its side turns do: {step.sides!r}.")
        if step.side and not any(move.returns for move in step.moves):
            raise WrongProcedure(f"{cls.code}.{step.code} is a side step without a way back to the hub.")
        if not step.post and step.code not in named and not step.retired:
            raise WrongProcedure(f"Nobody can hold {cls.code}.{step.code}: no post, and no move names anybody.")
    if not closes:
        raise WrongProcedure(f"{cls.code} never closes.")
    for step in cls.steps.values():
        if not step.side and not step.retired and not _can_end(cls, step):
            raise WrongProcedure(f"A paper that comes to {cls.code}.{step.code} never gets to an end.")


def _steps_entered_with_names(cls: type[Procedure]) -> set[str]:
    entered = set()
    for step in cls.steps.values():
        for move in step.moves:
            if move.plans:
                entered.add(move.plans)
            elif move.names or move.next_planned:
                entered.add(move.to or move.side or step.code)
            if move.others:
                entered.add(move.others)
    return entered


def _can_end(cls: type[Procedure], step: Step) -> bool:
    seen, waiting = set(), [step]
    while waiting:
        here = waiting.pop()
        if any(move.close for move in here.moves):
            return True
        seen.add(here.code)
        waiting += [cls.steps[move.to] for move in here.moves if move.to and move.to not in seen]
    return False


def _check_move(cls: type[Procedure], step: Step, move: Move) -> None:
    where = f"{cls.code}.{step.code}.{move.code}"
    if sum(bool(way) for way in (move.to, move.close, move.side, move.returns)) > 1:
        raise WrongProcedure(f"{where} goes two ways at once.")
    if step.side and (move.to or move.close or move.side):
        raise WrongProcedure(f"{where}: a side move cannot move the case (横传 cannot be declared).")
    if not step.side and move.returns:
        raise WrongProcedure(f"{where}: only a side turn returns to a hub.")
    for target, side in ((move.to, False), (move.plans, False), (move.side, True), (move.others, True)):
        if not target:
            continue
        if target not in cls.steps:
            raise WrongProcedure(f"{where} leads to {target}, which is not declared.")
        if cls.steps[target].retired and not step.retired:
            raise WrongProcedure(f"{where} leads to {target}, which is retired.")
        if cls.steps[target].side is not side:
            raise WrongProcedure(f"{where} leads to {target}, which is {'no' if side else 'a'} side step.")
    if move.close and move.close not in Outcome.values:
        raise WrongProcedure(f"{where} closes with the unknown outcome {move.close}.")
    named = (move.names and not move.plans) or move.next_planned
    if move.to and not named and not cls.steps[move.to].post:
        raise WrongProcedure(f"{where} leads to {move.to} and names nobody, but that step has no post.")
    if move.side and not move.names:
        raise WrongProcedure(f"{where} sends side turns and must name who gets them.")
    if move.others and (move.names != "several" or not move.to):
        raise WrongProcedure(f"{where}: others need several names, and a step to which the first of them goes.")
    if move.next_planned and not move.to:
        raise WrongProcedure(f"{where} goes to the next on a list, but to no step.")
    if move.plans and (not move.names or not move.to):
        raise WrongProcedure(f"{where} puts people on a list and must name them, and say where the paper goes.")
    if move.mentions and (move.names or not move.to):
        raise WrongProcedure(f"{where} mentions people: then it leads to a step and names nobody it goes to.")
    if move.names not in get_args(Names) or move.opinion not in get_args(Need):
        raise WrongProcedure(f"{where} asks for names {move.names!r} and an opinion {move.opinion!r}.")
    if move.batch and (move.opinion == "must" or (move.names and not move.next_planned)):
        raise WrongProcedure(f"{where} cannot be made for many at once: it asks for words or names.")
