"""A walk: one way a paper of a declared procedure goes from the first act to the last, as plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from office import procedures
from office.acting.door import as_printed
from office.acting.labels import LABELS
from office.procedures import Period


@dataclass(frozen=True)
class Act:
    """One act: who (`by`, a role of office/populating/people.py) makes which move at which step, and when.

    `day`: so many working days after the opening; `minute`: of that day. The acts of a walk come in rising order.
    `to`: the roles it goes to. `words`: the opinion is one of these; of a void entry it is the reason.
    """

    step: str
    move: str
    by: str
    day: int
    minute: int
    to: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Walk:
    """`share`: how many of a thousand papers go this way. The opening itself is not among `acts`."""

    procedure: str
    share: int
    acts: Sequence[Act]
    minute: int = 8 * 60 + 40


@dataclass
class Stop:
    """A turn of a walk: issued by one act, ended by another; `hub` is the position of the main turn of a spoke."""

    position: int
    step: str
    label: str
    role: str
    issued: int
    period: Period | None
    side: bool = False
    hub: int | None = None
    ended: int | None = None
    how: str = ""


@dataclass(frozen=True)
class Said:
    """A decision of a walk, as the door would write it."""

    number: int
    position: int | None
    step: str
    step_label: str
    move: str
    label: str
    leads_to: str
    side: bool
    by: str
    to: tuple[str, ...]
    day: int
    minute: int
    words: tuple[str, ...]
    outcome: str = ""


@dataclass
class Laid:
    """A walk laid over its procedure: the decisions and the turns. KeyError or ValueError when it cannot be walked."""

    said: list[Said] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)


def laid_out(walk: Walk) -> Laid:
    procedure = procedures.get(walk.procedure)
    laid = Laid()
    first = procedure.first()
    laid.said.append(
        Said(1, None, first.code, as_printed(first.label), "start", as_printed("登记"), first.code, False,
             "clerk", (), 0, walk.minute, ())
    )
    _issue(laid, first, role=first.post, by=1)
    for number, act in enumerate(walk.acts, start=2):
        _lay(laid, procedure, act, number)
    return laid


def _lay(laid: Laid, procedure: type[procedures.Procedure], act: Act, number: int) -> None:
    step = procedure.step(act.step)
    turn = next(
        (stop for stop in laid.stops if stop.step == act.step and not stop.ended and act.by in (stop.role, "clerk")),
        None,
    )
    if turn is None:
        raise ValueError(f"{procedure.code}: nobody has the paper at {act.step} when {act.by} makes {act.move}.")
    if act.move == "void":
        _say(laid, act, number, turn, step, label=LABELS["void"], leads_to="void", outcome="void")
        _end(laid.stops, number, "void")
        return
    move = step.move(act.move)
    if move is None:
        raise ValueError(f"{procedure.code}: there is no move {act.move} at {act.step}.")
    leads_to = "hub" if move.returns else move.close or move.to or step.code
    _say(laid, act, number, turn, step, label=move.label, leads_to=leads_to, outcome=move.close)
    if not move.stays:
        _end([turn], number, "moved")
    for role in act.to if move.side else ():
        _issue(laid, procedure.step(move.side), role=role, by=number, hub=turn)
    if move.to:
        target = procedure.step(move.to)
        _issue(laid, target, role=act.to[0] if act.to else target.post, by=number)


def _say(laid: Laid, act: Act, number: int, turn: Stop, step, *, label, leads_to: str, outcome: str) -> None:
    laid.said.append(
        Said(number, turn.position, step.code, turn.label, act.move, as_printed(label), leads_to, turn.side,
             act.by, act.to, act.day, act.minute, act.words, outcome)
    )


def _issue(laid: Laid, step: procedures.Step, *, role: str, by: int, hub: Stop | None = None) -> None:
    laid.stops.append(
        Stop(len(laid.stops), step.code, as_printed(step.label), role, by, step.due,
             side=step.side, hub=hub.position if hub else None)
    )


def _end(stops: Sequence[Stop], number: int, how: str) -> None:
    for stop in stops:
        if stop.ended is None:
            stop.ended, stop.how = number, how


def every(walks: Sequence[Walk]) -> Iterator[tuple[int, Walk, Laid]]:
    for key, walk in enumerate(walks):
        yield key, walk, laid_out(walk)
