"""Scanned papers for the demo office: one page each, printed, photographed and set a little askew."""

import io
from random import Random

import pypdfium2
from django.core.files.base import ContentFile
from PIL import Image

from office import printing

from . import words
from .papers import Paper

INKS = (252, 250, 244)


def of(paper: Paper) -> list[ContentFile]:
    """The paper's text as the clerk has scanned it: a PDF, or for an odd one the picture of its page."""
    lines = words.body()
    text = printing.pdf(
        "print/demo_paper.html",
        {"sender": paper.sender, "number": paper.number, "title": paper.title, "lines": lines, "on": paper.dated_on},
        style="demo",
        title=paper.title,
        created=paper.at,
    )
    dice = Random(f"{paper.key} on the scanner")
    if dice.random() < 0.6:
        return [ContentFile(text, name=f"{paper.title[:40]}.pdf")]
    return [ContentFile(_photographed(text, dice=dice), name=f"{paper.title[:40]}.jpg")]


def _photographed(text: bytes, *, dice: Random) -> bytes:
    page = pypdfium2.PdfDocument(text)[0].render(scale=1.7).to_pil().convert("RGB")
    askew = page.rotate(dice.uniform(-0.7, 0.7), resample=Image.Resampling.BICUBIC, fillcolor=INKS)
    made = io.BytesIO()
    askew.save(made, format="JPEG", quality=72)
    return made.getvalue()
