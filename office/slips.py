"""Who prints the slip of a case: each app for its own papers."""

from collections.abc import Callable

from office.models.cases import Case

_printers: dict[str, Callable[[Case], bytes]] = {}


def prints(function: str, printer: Callable[[Case], bytes]) -> None:
    """Called in an app's ready(): `printer(case)` gives the PDF."""
    _printers[function] = printer


def slip(case: Case) -> bytes | None:
    """The slip as PDF bytes; None where the function has no slip."""
    printer = _printers.get(case.procedure.split(".")[0])
    return printer(case) if printer else None
