"""From HTML to PDF: the only module that knows WeasyPrint. No network, no files but our own fonts and styles.

Imports neither Django's settings nor any model, so that the processes that render registers start quickly.
"""

import atexit
import contextlib
import functools
import gc
import threading
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pydyf

from . import fonts
from .errors import PaperError
from .weasy import CSS, HTML, FatalURLFetchingError, FontConfiguration, URLFetcher

STYLES = Path(__file__).resolve().parents[2] / "templates" / "print"
PRODUCER = "Antou"

# Pango's font map is not made for several threads, and the collector is a switch of the whole process.
_one_at_a_time = threading.Lock()


class OwnFilesOnly(URLFetcher):
    """Opens data: addresses and files below static/; everything else stops the rendering."""

    def __init__(self):
        super().__init__(allowed_protocols={"data", "file"}, allow_redirects=False, fail_on_errors=True)

    def fetch(self, url, headers=None):
        if not url.startswith("data:"):
            path = Path(url2pathname(urlsplit(url).path)).resolve()
            if not url.startswith("file:///") or fonts.FOLDER.parent not in path.parents:
                raise ValueError(f"Paper is made from our own files only, not from {url}")
        return super().fetch(url, headers)


@functools.cache
def font_configuration() -> FontConfiguration:
    configuration = FontConfiguration()
    # WeasyPrint keeps a copy of every font in a temporary folder until the configuration is deleted, which
    # the end of a process does not promise for a cached object.
    atexit.register(configuration.__del__)
    return configuration


@functools.cache
def style_sheet(name: str) -> CSS:
    css = fonts.css((STYLES / f"{name}.css").read_text(encoding="utf-8"))
    return CSS(string=css, font_config=font_configuration(), url_fetcher=OwnFilesOnly())


@contextlib.contextmanager
def _collector_off():
    """Rendering makes millions of objects that die together: without the collector it is a third faster."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def render(html: str, *, style: str, title: str, created: datetime | None = None) -> bytes:
    """The HTML as PDF, set with templates/print/<style>.css. The same arguments give the same bytes.

    `created` becomes the PDF's creation date; without it the file carries none. Raises PaperError when the
    HTML names anything but our own files.
    """

    def sign(_document, pdf: pydyf.PDF) -> None:
        pdf.info["Producer"] = pydyf.String(PRODUCER)
        pdf.info["Title"] = pydyf.String(title)
        if created:
            pdf.info["CreationDate"] = pydyf.String(pdf_date(created))

    with _one_at_a_time, _collector_off():
        try:
            document = HTML(string=html, url_fetcher=OwnFilesOnly(), media_type="print").render(
                stylesheets=[style_sheet(style)], font_config=font_configuration()
            )
            return document.write_pdf(finisher=sign, pdf_identifier=True)
        except FatalURLFetchingError as error:
            raise PaperError(str(error.__cause__ or error)) from error


def pdf_date(moment: datetime) -> str:
    """A moment as PDF writes it: D:20261120160200+08'00."""
    text = moment.strftime("D:%Y%m%d%H%M%S")
    offset = moment.strftime("%z")
    return text + (f"{offset[:3]}'{offset[3:5]}" if offset else "")
