"""Drawing laid-out pages as HTML: an SVG grid, and one <pre> per column and height of line over it.

WeasyPrint's time goes into boxes. A table has one per cell; a <pre> has one for a whole column of a page.
Plain strings in and out, without Django: the processes that render use this.
"""

from html import escape

from .grid import BODY_TOP, BODY_WIDTH, HEAD, LEFT, PADDING, PAGE, ROW, ROWS, STEP, TOP, UNIT

_END = LEFT + BODY_WIDTH
BOTTOM = BODY_TOP + ROWS * ROW


def document(columns: list, pages: list[dict]) -> str:
    """The HTML of a piece: the grid and the entries of its pages. What all pages share is drawn once, by
    stationery(), and laid over them. `columns` as pieces.form() makes them; `pages` as grid.Page has them."""
    body = "".join(f"<section>{_grid(columns, page)}{''.join(_columns(page))}</section>" for page in pages)
    return (
        f'<!doctype html><html lang="zh-CN"><head><style>{_style(columns)}</style></head>'
        f"<body>{body}</body></html>"
    )


def stationery(form: dict, *, registrar: str, proof: str) -> str:
    """A page with what stands on every page: title, office, period, labels, frame and foot; and a second
    page whose only use is the glyphs that page numbers need."""
    labels = "".join(
        _label(lines, left=left, width=width)
        for (left, width, _align), lines in zip(form["columns"], form["labels"], strict=True)
    )
    down = "".join(f"M{left} {TOP}V{BOTTOM}" for left, _width, _align in form["columns"][1:])
    frame = _drawing(f"M{LEFT} {TOP}H{_END}V{BOTTOM}H{LEFT}ZM{LEFT} {BODY_TOP}H{_END}{down}")
    return (
        f'<!doctype html><html lang="zh-CN"><body><section>{frame}{labels}<h1>{escape(form["title"])}</h1>'
        f'<p class="office">{escape(form["office"])}</p><p class="period">{escape(form["period"])}</p>'
        f'<p class="registrar">登记人：{escape(registrar)}</p><p class="proof">{escape(proof)}</p></section>'
        f'<section><p class="digits">第页共 　0123456789</p></section></body></html>'
    )


def _label(lines: list[str], *, left: float, width: float) -> str:
    top = TOP + (HEAD - 4 * len(lines)) / 2
    style = f"left:{left}mm;width:{width}mm;top:{top:.2f}mm"
    return f'<pre class="label" style="{style}">{escape(chr(10).join(lines))}</pre>'


def _style(columns: list) -> str:
    rules = []
    for number, (left, width, align) in enumerate(columns):
        inset = PADDING if align == "left" else 0
        place = f"left:{left + inset:.3f}mm;width:{width - inset:.3f}mm"
        rules.append(f".c{number}{{{place};text-align:{align}}}")
    return "".join(rules)


def _grid(columns: list, page: dict) -> str:
    """The rules between entries, the line through grid rows left free, and the strikes through void
    entries."""
    rules = "".join(f"M{LEFT} {BODY_TOP + row * ROW}H{_END}" for row in page["rules"])
    crossed = ""
    if page["unused"]:
        first, end = page["unused"]
        crossed = f"M{LEFT} {BODY_TOP + end * ROW}L{_END} {BODY_TOP + first * ROW}"
    strikes = "".join(
        f"M{start} {BODY_TOP + position * UNIT:.2f}H{end}" for start, end, position in page["strikes"]
    )
    return _drawing(rules + crossed + strikes)


def _drawing(path: str) -> str:
    stroke = 'fill="none" stroke="#000" stroke-width=".265"'
    return f'<svg viewBox="0 0 {PAGE[0]} {PAGE[1]}"><path d="{path}" {stroke}/></svg>'


def _columns(page: dict):
    for number, text in enumerate(page["text"]):
        # Lines of one height within their grid row stand a whole grid row apart: one <pre> holds them all.
        heights: dict[int, dict[int, str]] = {}
        for position, line in text.items():
            row, height = divmod(int(position), STEP)
            heights.setdefault(height, {})[row] = line
        for height, lines in heights.items():
            first = min(lines)
            top = BODY_TOP + first * ROW + height * UNIT - ROW / 2
            body = "\n".join(lines.get(row, "") for row in range(first, max(lines) + 1))
            yield f'<pre class="c{number}" style="top:{top:.2f}mm">{escape(body, quote=False)}</pre>'
