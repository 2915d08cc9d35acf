"""A register as an Excel file: text as text, amounts as amounts, a head on every page, void rows struck through."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from office.printing.sheets import CHINA

from . import Register, Selection
from .imprint import Imprint
from .whole import whole

# Excel holds 32,767 characters in a cell; what is longer goes on in the row below.
_CELL = 32_000
_HEAD = 2


def to_xlsx(register: Register, selection: Selection, *, target: Path, imprint: Imprint) -> int:
    """Write the register to `target`, whole or not at all, and return the number of entries.

    Every value is written as text, a number of a paper with its zeros, and words that begin with = are words, never
    a formula that runs on the machine of whoever opens the file. Only columns of amounts can be summed.
    """
    with whole(target, mode=0o640) as path:
        return _write(register, selection, path=path, imprint=imprint)


def _write(register: Register, selection: Selection, *, path: Path, imprint: Imprint) -> int:
    options = {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False,
               "strings_to_urls": False}  # fmt: skip
    count = 0
    with xlsxwriter.Workbook(str(path), options) as workbook:
        properties: dict[str, str | datetime] = {"title": register.title, "author": imprint.office}
        if imprint.printed_at:
            properties["created"] = imprint.printed_at.astimezone(CHINA).replace(tzinfo=None)
        workbook.set_properties(properties)
        sheet = workbook.add_worksheet(register.title[:31])
        _page(sheet, register, imprint)
        base = {"font_name": "仿宋", "font_size": 10, "valign": "vcenter", "text_wrap": 1, "num_format": "@"}
        plain = _formats(workbook, register, base)
        void = _formats(workbook, register, {**base, "font_strikeout": 1})
        reason = workbook.add_format({**base, "border": 1})
        title = workbook.add_format({"font_name": "宋体", "font_size": 18, "bold": True})
        head = workbook.add_format({**base, "font_name": "黑体", "align": "center", "border": 1})

        sheet.write_string(0, 0, f"{register.title}　{register.heading(selection)}", title)
        sheet.write_string(1, 0, "　".join(part for part in (imprint.office, imprint.left_out) if part))
        for at, column in enumerate(register.columns):
            sheet.write_string(_HEAD, at, _in_one_line(column.label), head)
        sheet.write_string(_HEAD, len(register.columns), "作废原因", head)
        line = _HEAD + 1
        for row in register.rows(selection):
            count += 1
            for cells in _lines(row.cells):
                for at, text in enumerate(_as_values(cells, register)):
                    looks = (plain if row.void is None else void)[at]
                    if register.columns[at].kind == "amount" and text.isdecimal():
                        sheet.write_number(line, at, int(text), looks)
                    else:
                        sheet.write_string(line, at, text, looks)
                if row.void is not None:
                    sheet.write_string(line, len(register.columns), row.void, reason)
                line += 1
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{line}"})
    return count


def _as_values(cells: Sequence[str], register: Register) -> list[str]:
    """A day is one value here, whether or not its year has a line of its own on paper."""
    days = [column.kind == "day" for column in register.columns]
    return [text.replace("\n", "-") if day else text for text, day in zip(cells, days, strict=True)]


def _in_one_line(label: str) -> str:
    """收文日期; and of two names one below the other, spread on paper to the same width, both: 承办单位、分送."""
    between = "、" if "\u3000" in label else ""
    return between.join(part.replace("\u3000", "") for part in label.split("\n"))


def _page(sheet, register: Register, imprint: Imprint) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)
    sheet.freeze_panes(_HEAD + 1, 1)
    # A lone & begins a code in Excel's footers.
    registrar, anchor = imprint.registrar.replace("&", "&&"), imprint.anchor.replace("&", "&&")
    sheet.set_footer(f"&L登记人：{registrar}&C{anchor}&R第 &P 页　共 &N 页")
    for at, column in enumerate(register.columns):
        sheet.set_column(at, at, column.width / 2)
    sheet.set_column(len(register.columns), len(register.columns), 24)


def _formats(workbook, register: Register, base: dict) -> list:
    return [
        workbook.add_format(
            {**base, "border": 1, "align": column.align, "num_format": "0" if column.kind == "amount" else "@"}
        )
        for column in register.columns
    ]


def _lines(cells: Sequence[str]) -> list[list[str]]:
    """The entry as the rows of the sheet it needs: one, unless a cell is longer than Excel can hold."""
    count = max(1, *(-(-len(cell) // _CELL) for cell in cells))
    return [[cell[at * _CELL : (at + 1) * _CELL] for cell in cells] for at in range(count)]
