"""Pages as pictures, made by the server: a restricted paper is read without being downloaded."""

import io
import os
import uuid
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from office.files import apart, kinds
from office.files.checking import room
from office.files.storing import open_stored, place_of
from office.fullness import is_full
from office.models.files import StoredFile

# Phone, desk, and desk enlarged. Anything else would fill the disk with sizes nobody asked for.
WIDTHS = (400, 900, 1400)

# The clear face first; the wide one has the characters people's names need beyond GB2312.
_FACES = ("FandolHei-Regular.otf", "NotoSerifSC-Regular.otf")
_FAINT = (110, 118, 128, 100)


class NotShown(Exception):
    """This page cannot be shown as a picture. `str()` is a sentence; `later`: waiting may help."""

    def __init__(self, sentence: str, *, later: bool = False) -> None:
        super().__init__(sentence)
        self.later = later


def previewable(stored: StoredFile) -> bool:
    return stored.type in kinds.SHOWN


def page_count(stored: StoredFile) -> int:
    """Pages that can be shown; 0 for what cannot be previewed. Counted when the file was stored."""
    return stored.pages or 0 if previewable(stored) else 0


def page_picture(stored: StoredFile, *, page: int, width: int, mark: str = "") -> bytes:
    """Page `page` (from 1) as a JPEG at most `width` pixels wide, one of WIDTHS, with `mark` at its margin.

    Kept on disk without the mark, so that a mark is never shown to another reader. Raises LookupError for a
    page or width there is none of, NotShown, and FileNotFoundError when the content has been lost.
    """
    if width not in WIDTHS or not 1 <= page <= page_count(stored):
        raise LookupError(f"page {page} at {width}")
    kept = settings.FILES_DIR / "pictures" / stored.hash[:2] / f"{stored.hash}-{page}-{width}.jpg"
    try:
        plain = kept.read_bytes()
    except FileNotFoundError:
        plain = _made(stored, page=page, width=width, kept=kept)
    return _marked(plain, mark=mark) if mark else plain


def _made(stored: StoredFile, *, page: int, width: int, kept: Path) -> bytes:
    # A lost or exchanged file shows here and not as a fault of the renderer.
    open_stored(stored).close()
    out = room("incoming") / f"picture-{uuid.uuid4().hex}"
    try:
        out.touch(mode=0o600)
        apart.picture(place_of(stored.hash), kind=stored.type, page=page, width=width, out=out)
        picture = out.read_bytes()
        room("pictures")
        kept.parent.mkdir(mode=0o750, exist_ok=True)
        os.replace(out, kept)
    except apart.Failed as failed:
        raise _not_shown(failed.why) from failed
    except OSError as error:
        if is_full(error):
            raise _not_shown("full") from error
        raise
    finally:
        out.unlink(missing_ok=True)
    return picture


def _not_shown(why: str) -> NotShown:
    if why == "busy":
        return NotShown(_("现在看文件的人多，请稍等再刷新。"), later=True)
    if why == "full":
        return NotShown(_("服务器的磁盘满了，这一页暂时显示不出来。请告诉系统管理员；可以先下载查看。"), later=True)
    if why == "slow":
        return NotShown(_("这一页太复杂，不能在这里显示，请下载后查看。"))
    return NotShown(_("这一页显示不出来，请下载后查看。"))


def notice(sentence: str, *, width: int) -> bytes:
    """A blank sheet with a sentence on it, to stand where a page should be."""
    sheet = Image.new("RGB", (width, width // 2), "white")
    size = width // 30
    length = _font(sentence, size=size).getlength(sentence)
    if length > width * 0.9:
        size = int(size * width * 0.9 / length)
    font = _font(sentence, size=size)
    place = ((width - font.getlength(sentence)) / 2, width / 4 - size)
    ImageDraw.Draw(sheet).text(place, sentence, font=font, fill=(31, 35, 41))
    return _jpeg(sheet)


def _marked(plain: bytes, *, mark: str) -> bytes:
    """The mark runs down the right margin and stands at the foot: cutting one off leaves the other."""
    sheet = Image.open(io.BytesIO(plain)).convert("RGB")
    size = max(12, sheet.width // 60)
    font = _font(mark, size=size)
    line = _line(mark, font=font, size=size)
    foot = (max(0, (sheet.width - line.width) // 2), max(0, sheet.height - line.height))
    sheet.paste(line, foot, line)
    side = line.rotate(-90, expand=True)
    for top in range(size * 2, sheet.height - line.height, side.height + size * 6):
        sheet.paste(side, (max(0, sheet.width - side.width), top), side)
    return _jpeg(sheet)


def _line(mark: str, *, font: ImageFont.FreeTypeFont, size: int) -> Image.Image:
    line = Image.new("RGBA", (int(font.getlength(mark)) + size, size + size // 2), (0, 0, 0, 0))
    ImageDraw.Draw(line).text((size // 2, size // 8), mark, font=font, fill=_FAINT)
    return line


def _jpeg(sheet: Image.Image) -> bytes:
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=85, subsampling=0)
    return out.getvalue()


@lru_cache
def _characters(face: Path) -> frozenset[int]:
    with TTFont(face, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})


def _font(text: str, *, size: int) -> ImageFont.FreeTypeFont:
    folder = settings.BASE_DIR / "static" / "fonts"
    faces = [folder / face for face in _FACES]
    wanted = {ord(char) for char in text}
    face = next((face for face in faces if wanted <= _characters(face)), faces[-1])
    # Not kept: a font object is not made for several threads.
    return ImageFont.truetype(face, size)
