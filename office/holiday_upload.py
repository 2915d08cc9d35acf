"""The words of an uploaded notice: plain text, Word (docx), or the text layer of a PDF or OFD."""

from django.core.files.base import File
from django.utils.translation import gettext as _
from docx import Document
from docx.opc.exceptions import PackageNotFoundError

from office import files

# A notice is two pages; more is something else.
LONGEST = 200_000
ENCODINGS = ("utf-8-sig", "gb18030")


def words_of(upload: File) -> str:
    """The text of the file. Raises files.Unfit with a sentence where there is none to be read."""
    name = upload.name or ""
    if name.lower().endswith(".txt"):
        return _decoded(upload.read(LONGEST), name=name)
    with files.checked([upload]) as (one,):
        if one.type == "docx":
            return _of_word(one)
        if one.type in files.READABLE:
            if words := "\n".join(str(line[0]) for line in files.lines(one)):
                return words
            raise files.Unfit(_("“%(name)s”里没有文字（可能是扫描件）。请打开通知，把文字复制过来。") % {"name": name})
    words = _("“%(name)s”读不出文字。请用文本、Word（DOCX）、PDF 或 OFD，或者把文字复制过来。")
    raise files.Unfit(words % {"name": name})


def _decoded(content: bytes, *, name: str) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise files.Unfit(_("“%(name)s”的文字编码认不出来。请把文字复制过来。") % {"name": name})


def _of_word(one: files.Checked) -> str:
    try:
        document = Document(str(one.path))
    except (KeyError, ValueError, PackageNotFoundError):
        raise files.Unfit(_("“%(name)s”打不开。请把文字复制过来。") % {"name": one.name}) from None
    lines = [paragraph.text for paragraph in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(lines)[:LONGEST]
