"""The kinds of file the office takes, and how each is recognised by what it really is."""

from pathlib import Path
from typing import IO

import puremagic
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office.files import archives, compound, names
from office.files.unfit import Unfit

WORDS = {
    "pdf": gettext_lazy("PDF 文档"),
    "ofd": gettext_lazy("OFD 版式文件"),
    "jpg": gettext_lazy("JPG 图片"),
    "png": gettext_lazy("PNG 图片"),
    "tif": gettext_lazy("TIFF 图片"),
    "doc": gettext_lazy("Word 文档（doc）"),
    "docx": gettext_lazy("Word 文档（docx）"),
    "wps": gettext_lazy("WPS 文档"),
    "xls": gettext_lazy("Excel 表格（xls）"),
    "xlsx": gettext_lazy("Excel 表格（xlsx）"),
    "zip": gettext_lazy("ZIP 压缩包"),
}
# Which names a kind may carry. WPS writes both its own files and Word's in the same container.
EXTENSIONS = {kind: {kind} for kind in WORDS} | {"jpg": {"jpg", "jpeg"}, "tif": {"tif", "tiff"}}
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "wps": "application/vnd.ms-works",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
PICTURES = {"jpg", "png", "tif"}
# What can be shown as page pictures.
SHOWN = PICTURES | {"pdf"}

_HEAD = 4096
_STARTS = (
    ("pdf", b"%PDF-"),
    ("jpg", b"\xff\xd8\xff"),
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("tif", b"II*\0"),
    ("tif", b"MM\0*"),
    ("compound", compound.SIGNATURE),
    ("archive", b"PK\x03\x04"),
    ("archive", b"PK\x05\x06"),
)
# The same kinds as puremagic names them.
_OPINIONS = {
    "pdf": {".pdf"},
    "jpg": {".jpg", ".jpeg"},
    "png": {".png"},
    "tif": {".tif", ".tiff"},
    "compound": {".doc"},
    "archive": {".zip"},
}


def recognise(path: Path, *, name: str) -> str:
    """The kind of this file, one of WORDS, agreeing with the extension of `name`. Raises Unfit."""
    with path.open("rb") as file:
        start = _start(file.read(_HEAD))
        if start == "compound":
            kind = _compound(file, name=name)
        elif start == "archive":
            kind = archives.inspect(file, name=name)
        else:
            kind = start
            if kind and archives.ends_as_archive(file):
                raise Unfit(
                    _("“%(name)s”后面还接着一个压缩包，不能收。请重新扫描或另存后再上传。") % {"name": name}
                )
    if not kind:
        raise Unfit(_not_taken(name))
    _agree(kind, name=name)
    return kind


def _not_taken(name: str) -> str:
    return _(
        "“%(name)s”不是本系统收的文件。请转成 PDF、OFD、图片（JPG、PNG、TIFF）、Word、WPS、Excel "
        "或不含程序的 ZIP，再上传。"
    ) % {"name": name}


def _start(head: bytes) -> str:
    """Our own signatures and puremagic must say the same; what stands before a signature is not skipped."""
    # Some programs write a byte order mark or an empty line before a PDF; readers allow it.
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t ")
    start = next((kind for kind, signature in _STARTS if head.startswith(signature)), "")
    if not start:
        return ""
    try:
        opinions = {match.extension for match in puremagic.magic_string(head)}
    except puremagic.PureError:
        return ""
    return start if opinions & _OPINIONS[start] else ""


def _compound(file: IO[bytes], *, name: str) -> str:
    try:
        inside = compound.contents(file)
    except compound.Damaged as error:
        raise Unfit(
            _("“%(name)s”已损坏，打不开。请用 Word 或 WPS 打开原件另存，再上传。") % {"name": name}
        ) from error
    if "encryptedpackage" in inside.top:
        raise Unfit(_("“%(name)s”加了密码，别人打不开。请去掉密码另存，再上传。") % {"name": name})
    if inside.has_macros:
        raise Unfit(archives.macro_sentence(name))
    if "worddocument" in inside.top:
        return "wps" if names.extension(name) == "wps" else "doc"
    if inside.top & {"workbook", "book"}:
        return "xls"
    return ""


def _agree(kind: str, *, name: str) -> None:
    extension = names.extension(name)
    if extension in EXTENSIONS[kind]:
        return
    words = {"name": name, "kind": WORDS[kind], "right": kind, "wrong": extension}
    if not extension:
        raise Unfit(
            _("“%(name)s”没有扩展名，内容是%(kind)s。请在文件名后面加上 .%(right)s，再上传。") % words
        )
    raise Unfit(
        _(
            "“%(name)s”的扩展名是 .%(wrong)s，内容却是%(kind)s。"
            "请把扩展名改成 .%(right)s，或者打开后另存，再上传。"
        )
        % words
    )
