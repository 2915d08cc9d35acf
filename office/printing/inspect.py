"""Looking into a finished PDF: are there empty boxes where characters should be?"""

import io
import re

import pikepdf
from fontTools.ttLib import TTFont


def page_count(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def missing_glyphs(pdf: bytes) -> set[tuple[int, str]]:
    """(page number, character) wherever text is drawn with a glyph its embedded font does not have: glyph 0,
    or a number beyond its last. The character is as the PDF names it, or "" where it does not."""
    found: set[tuple[int, str]] = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        known: dict[tuple[int, int], _Face] = {}
        for number, page in enumerate(document.pages, start=1):
            _look(page.obj, page.obj.get("/Resources", pikepdf.Dictionary()), number, found, known)
    return found


class _Face:
    """An embedded composite font: how many glyphs it has, and which character each code stands for."""

    def __init__(self, font: pikepdf.Object):
        program = font.DescendantFonts[0].FontDescriptor
        stream = program["/FontFile3"] if "/FontFile3" in program else program["/FontFile2"]
        self.glyphs = TTFont(io.BytesIO(stream.read_bytes()), lazy=True)["maxp"].numGlyphs
        pairs = re.findall(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", font.ToUnicode.read_bytes())
        self.characters = {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
                           for code, text in pairs if len(text) % 4 == 0}  # fmt: skip

    def missing(self, codes: bytes) -> set[str]:
        # Two bytes a glyph (Identity-H), which is what WeasyPrint writes.
        glyphs = {int.from_bytes(codes[at : at + 2]) for at in range(0, len(codes), 2)}
        return {self.characters.get(glyph, "") for glyph in glyphs if not 0 < glyph < self.glyphs}


def _look(holder, resources, number: int, found: set, known: dict) -> None:
    fonts = resources.get("/Font", {})
    forms = resources.get("/XObject", {})
    face: _Face
    for instruction in pikepdf.parse_content_stream(holder):
        operands = instruction.operands
        match str(instruction.operator):
            case "Tf":
                font = fonts[str(operands[0])]
                face = known.get(font.objgen) or known.setdefault(font.objgen, _Face(font))
            case "Tj" | "TJ" as operator:
                for part in operands[0] if operator == "TJ" else operands:
                    if isinstance(part, pikepdf.String):
                        found.update((number, character) for character in face.missing(bytes(part)))
            case "Do":
                form = forms[str(operands[0])]
                if form.get("/Subtype") == "/Form":
                    _look(form, form.get("/Resources", resources), number, found, known)
