"""Papers already on their way, made by the office's own door a moment ago."""

from typing import Any

from django.utils import timezone

from documents import registering
from documents.models import IncomingDocument
from office import acting, numbering
from office.models import Case, Turn
from tests.people import Cast


def incoming(
    who: Cast, title: str, *, sender: str = "省农业农村厅", number: str = "", **more: Any
) -> Case:
    """A registered paper in the clerk's hands."""
    today = timezone.localdate()
    return registering.register(
        actor=who.clerk,
        series=numbering.of_year("收", year=today.year),
        sender=registering.sender_named(sender),
        title=title,
        received_on=today,
        channel=IncomingDocument.Channel.EXCHANGE,
        carrier=IncomingDocument.Carrier.PAPER,
        category=IncomingDocument.Category.DIRECTIVE,
        number=number,
        number_typed=number,
        copies=1,
        **more,
    )


def main_turn(case: Case) -> Turn:
    return case.turns.select_related("case").get(side=False, ended_at__isnull=True)


def act(case: Case, code: str, actor, **given: Any) -> None:
    acting.act(main_turn(case), code, actor=actor, **given)


def before_leader(who: Cast, title: str, *leaders, **more: Any) -> Case:
    """Proposed with its unit, waiting for the first of these leaders."""
    case = incoming(who, title, **more)
    act(case, "pass", who.clerk)
    act(
        case,
        "submit",
        who.director,
        opinion="拟请领导批示，种植业股承办。",
        names=list(leaders or [who.leader]),
        values={"lead": who.posts["crops"]},
    )
    return case


def for_reading(who: Cast, title: str, *readers) -> Case:
    """A reading paper, with copies out to these readers."""
    case = incoming(who, title, purpose=IncomingDocument.Purpose.READING)
    act(case, "send", who.clerk, names=list(readers), values={"in_order": False})
    return case
