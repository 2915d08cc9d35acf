"""docs/procedures.md: the declared procedures as an auditor reads them: who, how long, what can be done."""

from collections.abc import Iterable

from django.apps import apps
from django.utils import translation

from office import procedures
from office.levels import Outcome
from office.procedures import Move, Period, Procedure, Step

HEAD = """# Procedures

<!-- Written by `manage.py write_docs`. Do not edit: change the declarations in <app>/procedures.py. -->

The paths papers take, as they are declared. *Who* holds a step is a post (岗位, by its code) or whoever the move
before named. A *side* step is a spoke: it goes out from a main step and comes back to it; it never moves the case.
Limits are day-one values: 平件 / 加急 / 特急, with the rule they keep; 未核实 marks common practice that no
source confirms. Administrators change posts, limits and optional steps in the browser; running papers keep what
they started with. Beside these moves stand the common ones (转交, 委派, 加签, 退回, 撤回, 跳过, 进展, 延期, 代录,
更正, 重定位, 作废), except where a step forbids them.

"""
NAMES = {"one": "names one", "several": "names several"}
OPINION = {"must": "words required", "may": "words allowed"}
WHOM = {"leaders": "a ranked leader", "departments": "heads of departments", "people": "whoever is named"}
SIDES = {"wait": "waits for its side turns", "recall": "recalls its side turns"}


def installed() -> list[type[Procedure]]:
    """The procedures of installed functions, in order of declaration."""
    packages = {config.name for config in apps.get_app_configs()}
    return [one for one in procedures.REGISTRY.values() if one.__module__.split(".")[0] in packages]


def procedures_page(declared: Iterable[type[Procedure]]) -> str:
    """The whole file."""
    with translation.override("zh-hans"):
        return HEAD + "\n".join(_section(one) for one in declared)


def _section(one: type[Procedure]) -> str:
    lines = [f"## {one.title} `{one.code}`\n", f"Form `{one.form}`. Source: {one.source}. Hub: `{one.hub}`.\n"]
    if one.case_period is not None:
        lines.append(f"The case as a whole: {_limits(one.case_period)}.\n")
    lines += ["| step | who | limit | moves |", "|---|---|---|---|"]
    lines += [_row(one, step) for step in one.steps.values() if not step.retired]
    return "\n".join(lines) + "\n"


def _row(one: type[Procedure], step: Step) -> str:
    kind = " (side)" if step.side else " (optional)" if step.optional else ""
    who = f"post `{step.post}`" if step.post else WHOM[step.whom]
    moves = [_move(one, move) for move in step.moves]
    if step.sides in SIDES:
        moves.append(f"*{SIDES[step.sides]}*")
    if step.awaits:
        moves.append(f"*waits for `{step.awaits}` to close*")
    if step.forbids:
        moves.append(f"*forbids {', '.join(step.forbids)}*")
    return f"| {step.label} `{step.code}`{kind} | {who} | {_limits(step.due)} | {'<br>'.join(moves)} |"


def _limits(period: Period | None) -> str:
    if period is None:
        return "–"
    limits = [period.normal, period.urgent, period.flash]
    words = " / ".join(limit.words() for limit in limits if limit is not None)
    # A source that names its rules itself need not be told which one it is.
    told = period.source if period.rule in period.source else " ".join(filter(None, [period.rule, period.source]))
    return f"{words}<br>{told}{'，未核实' if period.unverified else ''}"


def _move(one: type[Procedure], move: Move) -> str:
    asks = [NAMES.get(move.names, ""), OPINION.get(move.opinion, "")]
    if move.others:
        asks.append(f"the others: {one.steps[move.others].label}")
    if move.approves:
        asks.append("approves")
    if move.next_planned:
        asks.append("next on the list")
    if move.batch:
        asks.append("many at once")
    if move.when is not None:
        asks.append(f"only when {_spoken(move.when)}")
    if move.check is not None:
        asks.append(f"refused unless {_spoken(move.check)}")
    told = "; ".join(filter(None, asks))
    return f"**{move.label}** {_whither(one, move)}{f' ({told})' if told else ''}"


def _whither(one: type[Procedure], move: Move) -> str:
    if move.close:
        return f"→ closes: {Outcome(move.close).label}"
    if move.side:
        return f"⇢ {one.steps[move.side].label}"
    if move.returns:
        return "↩ back to the hub"
    if not move.to:
        return "stays"
    listed = f", list for {one.steps[move.plans].label}" if move.plans else ""
    return f"→ {one.steps[move.to].label}{listed}"


def _spoken(function: object) -> str:
    """answered_when_wanted: the names of conditions are chosen to be read."""
    return getattr(function, "__name__", "").replace("_", " ")
