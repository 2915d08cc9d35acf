"""What a scanner makes of printed pages: pictures, a little askew and dusty, in whatever order they lay."""

import contextlib
import io
import re
from collections.abc import Sequence

import pypdfium2
from PIL import Image

A4_AT_150 = (1240, 1754)


def scanned(
    pdf: bytes, *, order: Sequence[int | None] | None = None, turned: float = 1.2, dots: int = 150
) -> bytes:
    """These pages (counted from 0; None: a blank back) as a PDF of pictures."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        places = range(len(document)) if order is None else order
        pictures = [
            Image.new("L", A4_AT_150, 252) if place is None else _picture(document[place], turned=turned, dots=dots)
            for place in places
        ]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=dots)
    return out.getvalue()


def _picture(page, *, turned: float, dots: int) -> Image.Image:
    picture = page.render(scale=dots / 72, grayscale=True).to_pil().convert("L")
    return picture.rotate(turned, fillcolor=250).point(lambda shade: 245 if shade > 128 else 40)


def texts(pdf: bytes) -> list[str]:
    """What stands on each page, without the gaps between letters."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        return [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document]


def slips_of(pdf: bytes) -> list[int]:
    """Places of the pages that are no cover."""
    return [place for place, text in enumerate(texts(pdf)) if "呈批夹" not in text]
