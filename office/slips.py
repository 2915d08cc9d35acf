"""Who prints the slip of a case: each app for its own papers."""

from collections.abc import Callable

from office.models.cases import Case

# 文件处理单, 送阅文件单, 报批文件单 (R-IN-23).
FORMS = ("handling", "reading", "approval")

_printers: dict[str, Callable[[Case, str], bytes]] = {}


def prints(function: str, printer: Callable[[Case, str], bytes]) -> None:
    """Called in an app's ready(): `printer(case, form)` gives the PDF; form "": the one that fits the paper."""
    _printers[function] = printer


def slip(case: Case, *, form: str = "") -> bytes | None:
    """The slip as PDF bytes; None where the function has no slip."""
    printer = _printers.get(case.procedure.split(".")[0])
    return printer(case, form) if printer else None
