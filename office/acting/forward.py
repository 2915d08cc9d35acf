"""start() and act(): a paper comes in, and a holder moves it by one of the declared moves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import access, numbering, procedures, timing
from office.models.cases import Case, Decision, Turn
from office.models.files import StoredFile
from office.models.numbers import ReservedNumber, Series
from office.models.people import User

from .circulation import after_return, next_planned, plan, refuse_if_all_have_it, send_out, tick_off, use_planned
from .door import (
    Holder,
    Passing,
    Refused,
    clean_words,
    close,
    decide,
    end,
    give_content_hash,
    issue,
    leave,
    locked,
    now_or,
    refuse_unfit,
    wordless,
)
from .record import recorder_may


def start(
    procedure: type[procedures.Procedure],
    *,
    actor: User,
    title: str = "",
    token: UUID | None = None,
    at: datetime | None = None,
    series: Series | None = None,
    reserved: int | None = None,
    to: Holder | None = None,
    build: Callable[[Case], Any] | None = None,
    label: Any = None,
    **fields: Any,
) -> Case:
    """Open a case with its number, its Matter (made by `build`) and its first turn, or nothing at all. `reserved`: the
    number of `series` that was drawn beforehand for it.

    `token` is the form's: the same one twice gives the case that exists, and with other content AlreadySent.
    Raises Refused.
    """
    if token is not None:
        known = Case.objects.filter(start_token=token).first()
        if known is not None:
            return _sent_twice(known, actor=actor, title=title)
    at = now_or(at)
    try:
        with transaction.atomic():
            return _start(
                procedure, actor=actor, title=title, token=token, at=at, series=series, reserved=reserved, to=to,
                build=build, label=label, fields=fields,
            )
    except IntegrityError:
        # Two submits of one form at the same moment: the second finds what the first made.
        known = Case.objects.filter(start_token=token).first() if token is not None else None
        if known is None:
            raise
        return _sent_twice(known, actor=actor, title=title)


class AlreadySent(Refused):
    """The form has been sent before with something else in it: a page kept open, or opened twice."""


def _sent_twice(known: Case, *, actor: User, title: str) -> Case:
    if known.opened_by_id == actor.pk and known.title == clean_words(known, title, field="title"):
        return known
    raise AlreadySent(
        _("这张登记表已经保存过一件（%(number)s），现在填的还没有保存。请核对后再保存一次，作为新的一件。")
        % {"number": known.reference or known.public_id}
    )


def _start(procedure, *, actor, title, token, at, series, reserved, to, build, label, fields) -> Case:
    if not actor.does_office_business:
        raise Refused(_("管理员账户不办理业务，请用办公账户登录。"))
    case = Case(procedure=procedure.code, opened_by=actor, opened_at=at, sealed=procedure.sealed, **fields)
    if procedure.sealed:
        case.restricted = True
    if token is not None:
        case.start_token = token
    if case.secrecy > actor.clearance:
        # R-SEC-07: whoever registers it must be among those who may know of it.
        raise Refused(_("这个密级超出您的知悉范围，请由涉密人员登记。"), field="secrecy")
    case.title = clean_words(case, title, field="title")
    drawn = _drawn_beforehand(series, reserved) if reserved is not None else None
    if series is not None:
        case.series, case.serial = (drawn.series, drawn.number) if drawn is not None else numbering.take(series)
        case.reference = case.series.written(case.serial)
    case.save(force_insert=True)
    if drawn is not None:
        drawn.case = case
        drawn.save(update_fields=["case"])
    if build is not None:
        build(case)
    if to is not None:
        refuse_unfit(case, [to])
    give_content_hash(case)
    access.let_see(case, people=[actor])
    step = timing.walked(procedure, procedure.first(), case=case)
    passing = Passing(
        case=case, turn=cast(Turn, None), procedure=procedure, step=step, actor=actor, at=at, happened_at=at
    )
    decide(passing, move="start", label=label or gettext_lazy("登记"), leads_to=step.code)
    if procedure.case_period is not None:
        timing.start(case, period=procedure.case_period, at=at, label=procedure.title, dials=passing.dials)
    issue(passing, step=step, to=to)
    return case


def _drawn_beforehand(series: Series, number: int) -> ReservedNumber:
    try:
        return numbering.take_reserved(series, number)
    except numbering.NotReserved as taken:
        raise Refused(_("%(number)s不是空着的备用号：没有预留，或者已经用了、作废了。") % {"number": taken}) from None


def act(
    turn: Turn,
    code: str,
    *,
    actor: User,
    opinion: str = "",
    names: Sequence[Holder] = (),
    at: datetime | None = None,
    content_hash: str | None = None,
    recorded_by: User | None = None,
    medium: str = "",
    happened_at: datetime | None = None,
    files: Sequence[tuple[StoredFile, str]] = (),
    values: dict[str, Any] | None = None,
    reason: str = "",
) -> Decision:
    """Make the declared move `code` from an open turn. Raises Refused; then nothing has happened.

    代录: `actor` is the leader who wrote on paper or spoke, `recorded_by` the clerk at the hub who enters
    it, `medium` what from (levels.Medium), `happened_at` the date on the paper, `files` the scan.
    """
    with locked(turn, actor=actor, at=at, content_hash=content_hash) as passing:
        passing.values = values or {}
        if recorded_by is not None:
            recorder_may(
                passing, recorder=recorded_by, medium=medium, happened_at=happened_at, scanned=bool(files)
            )
        move = passing.step.move(code)
        if move is None or not move.offered(passing.case):
            raise Refused(_("“%(step)s”环节没有这个办法。") % {"step": passing.step.label})
        passing.opinion = clean_words(passing.case, opinion)
        passing.reason = clean_words(passing.case, reason, field="reason")
        passing.names = list(dict.fromkeys(names))
        _refuse_incomplete(passing, move)
        if move.check is not None and (sentence := move.check(passing)):
            raise Refused(sentence)
        if move.numbers is not None and passing.case.serial is None:
            _give_number(passing, move.numbers(passing.case))
        _make(passing, move, files)
        if move.then is not None and not move.to:
            move.then(passing)
        assert passing.decision is not None
        return passing.decision


def _give_number(passing: Passing, series: Series) -> None:
    case = passing.case
    case.series, case.serial = numbering.take(series)
    case.reference = case.series.written(case.serial)
    case.save(update_fields=["series", "serial", "reference"])
    give_content_hash(case)


def _refuse_incomplete(passing: Passing, move: procedures.Move) -> None:
    # A state secret's words stay on paper (R-SEC-03), so an opinion cannot be demanded here.
    if move.opinion == "must" and not passing.opinion and not wordless(passing.case):
        raise Refused(_("请写明意见再“%(move)s”。") % {"move": move.label}, field="opinion")
    waits_for_a_chair = bool(move.to and passing.procedure.step(move.to).post) and move.names == "one"
    following = next_planned(passing.case, move.to) if move.next_planned and not passing.names else None
    if move.names and not passing.names and following is None and not waits_for_a_chair:
        raise Refused(_("请选定送给谁。"), field="names")
    if move.next_planned and not move.names and following is None and not passing.procedure.step(move.to).post:
        raise Refused(_("名单上没有下一位了，请用别的办法。"))
    if move.names == "one" and len(passing.names) > 1:
        raise Refused(_("这里只能送一位。"), field="names")
    if passing.names and not move.names:
        raise Refused(_("“%(move)s”不需要选人。") % {"move": move.label}, field="names")
    refuse_unfit(passing.case, passing.names)


def _make(passing: Passing, move: procedures.Move, files: Sequence[tuple[StoredFile, str]]) -> None:
    if move.returns:
        decide(passing, move=move.code, label=move.label, leads_to="hub", files=files)
        end(passing.turn, how="moved", at=passing.at)
        after_return(passing)
        return
    if move.stays:
        decide(passing, move=move.code, label=move.label, leads_to=passing.step.code, names=passing.names,
               files=files)
        if move.side:
            refuse_if_all_have_it(passing, move.side)
            send_out(passing, step=passing.procedure.step(move.side), names=passing.names,
                     in_order=bool(passing.values.get("in_order", move.in_order)), hub=passing.turn)
        return
    if passing.turn.back_to is not None:
        raise Refused(_("这份文件办完要送回 %(who)s，请用“送回”。") % {"who": passing.turn.back_to.hands})
    leave(passing, closing=bool(move.close))
    if move.close:
        decide(passing, move=move.code, label=move.label, leads_to=move.close, files=files)
        end(passing.turn, how="moved", at=passing.at)
        close(passing, outcome=move.close)
        return
    _move_on(passing, move, files)


def _move_on(passing: Passing, move: procedures.Move, files: Sequence[tuple[StoredFile, str]]) -> None:
    declared = passing.procedure.step(move.to)
    names = list(passing.names)
    planned = None
    if not names and move.next_planned:
        planned = next_planned(passing.case, move.to)
        if planned is not None:
            names = [planned.hands]
    step = timing.walked(passing.procedure, declared, case=passing.case)
    if step is not declared and step.post and not move.plans:
        # Whoever was named was named for a step this office does not walk.
        names = []
    mentioned = passing.values.get(move.mentions) or [] if move.mentions else []
    decide(
        passing, move=move.code, label=move.label, leads_to=step.code, names=[*names, *mentioned], files=files
    )
    end(passing.turn, how="moved", at=passing.at)
    if move.then is not None:
        # Before the next hands have it: what is written along may name their date.
        move.then(passing)
    if move.plans:
        plan(passing, step=passing.procedure.step(move.plans), names=names)
        names = []
    turn = issue(passing, step=step, to=names[0] if names else None)
    if planned is not None:
        use_planned(planned, turn)
    elif names:
        tick_off(names[0], turn)
    rest = names[1:]
    if move.others:
        send_out(passing, step=passing.procedure.step(move.others), names=rest, in_order=False, hub=turn)
    elif rest:
        plan(passing, step=step, names=rest)
