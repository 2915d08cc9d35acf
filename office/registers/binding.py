"""Binding: pieces merged into one file, head and foot laid over every page, page x of y stamped on."""

import io
import re
from collections.abc import Sequence
from pathlib import Path

import pikepdf

from office.printing import engine, fonts

from . import page
from .grid import PAGE, RIGHT
from .imprint import Imprint
from .pieces import Piece
from .whole import whole

_POINT = 72 / 25.4
_SIZE = 10
_FROM_BOTTOM = 10.7 * _POINT


def bind(pieces: Sequence[Piece], *, target: Path, form: dict, imprint: Imprint) -> int:
    """Merge the pieces into `target`, all or nothing, and return the number of pages. The same pieces and
    imprint give the same bytes."""
    total = sum(piece.pages for piece in pieces)
    with pikepdf.new() as book:
        # Read whole: a thousand pieces may not hold a thousand files open.
        sources = [pikepdf.open(io.BytesIO(piece.path.read_bytes())) for piece in pieces]
        for source in sources:
            book.pages.extend(source.pages)
        _stamp(book, total=total, form=form, imprint=imprint)
        book.docinfo["/Title"] = f"{form['title']} {form['period']}"
        book.docinfo["/Producer"] = engine.PRODUCER
        if imprint.printed_at:
            book.docinfo["/CreationDate"] = engine.pdf_date(imprint.printed_at)
        with whole(target, mode=0o640) as path:
            book.save(path, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        for source in sources:
            source.close()
    return total


def _stamp(book: pikepdf.Pdf, *, total: int, form: dict, imprint: Imprint) -> None:
    """Head and foot are one drawing for all pages; only the page number is written page by page."""
    registrar, proof = fonts.printable(imprint.registrar), fonts.printable(imprint.proof)
    html = page.stationery(form, registrar=registrar, proof=proof)
    with pikepdf.open(io.BytesIO(engine.render(html, style="register", title=""))) as stationery:
        drawing = book.copy_foreign(stationery.pages[0].as_form_xobject())
        faces = book.copy_foreign(stationery.make_indirect(stationery.pages[1].obj.Resources.Font))
    codes = _codes(faces)
    # WeasyPrint leaves its own coordinates behind at the end of a page: put them away first.
    before = book.make_stream(b"q\n")
    for number, leaf in enumerate(book.pages, start=1):
        resources = leaf.obj.Resources
        if "/Form" not in resources.XObject:
            resources.XObject["/Form"] = drawing
            for name, face in faces.items():
                resources.Font[f"/Form{name[1:]}"] = face
        after = book.make_stream(b"\nQ q /Form Do Q " + _number(f"第 {number} 页　共 {total} 页", codes))
        leaf.obj.Contents = pikepdf.Array([before, leaf.obj.Contents, after])


def _codes(faces: pikepdf.Object) -> dict[str, tuple[str, bytes]]:
    """Which font, under its stamped name, and which two-byte code draws a character."""
    found: dict[str, tuple[str, bytes]] = {}
    for name, face in faces.items():
        text = face.ToUnicode.read_bytes().decode("ascii")
        for code, character in re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4})>", text):
            found.setdefault(chr(int(character, 16)), (f"/Form{name[1:]}", bytes.fromhex(code)))
    return found


def _number(text: str, codes: dict[str, tuple[str, bytes]]) -> bytes:
    """The operators that write the text flush right in the foot."""
    x = (PAGE[0] - RIGHT) * _POINT - fonts.width(text, chain="fang") * _SIZE
    parts = [f"BT 0 g 1 0 0 1 {x:.2f} {_FROM_BOTTOM:.2f} Tm"]
    current = None
    for character in text:
        name, code = codes[character]
        if name != current:
            parts.append(f"{name} {_SIZE} Tf")
            current = name
        parts.append(f"<{code.hex()}> Tj")
    return " ".join([*parts, "ET"]).encode()
