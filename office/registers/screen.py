"""Rows of a register for the page that shows it."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from . import Register, Row


def to_html_rows(register: Register, rows: Iterable[Row]) -> SafeString:
    """<tr> elements, one <td> per column; class "void" and struck through, with the reason in the title
    column, for a voided entry. The caller pages and supplies the table around them."""
    return format_html_join("\n", "{}", ((_row(register, row),) for row in rows))


def _row(register: Register, row: Row) -> SafeString:
    cells = zip(register.columns, row.cells, strict=True)
    if row.void is None:
        values = ((column.align, cell) for column, cell in cells)
        inside = format_html_join("", '<td class="{}">{}</td>', values)
        return format_html('<tr id="row-{}">{}</tr>', row.key, inside)
    reason = _("作废：%(reason)s") % {"reason": row.void}
    inside = format_html_join(
        "",
        '<td class="{}"><s>{}</s>{}</td>',
        (
            (column.align, cell, format_html(" <span>{}</span>", reason) if column.kind == "title" else "")
            for column, cell in cells
        ),
    )
    return format_html('<tr id="row-{}" class="void">{}</tr>', row.key, inside)
