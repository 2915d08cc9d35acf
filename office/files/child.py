"""Opens what a stranger made, in a process of its own, and dies if that takes too long or too much.

A PDF of 2 KB can keep a renderer busy for minutes, and a forged picture can crash one: neither may touch the
process that serves the office. Run by path (office/files/apart.py); imports nothing of the project.

    child.py SECONDS inspect KIND PATH                  answers {"pages": 3} or {"wrong": "broken"}
    child.py SECONDS picture KIND PATH PAGE WIDTH OUT   writes a JPEG to OUT and answers {} or {"wrong": …}
    child.py SECONDS codes pdf PATH FIRST LAST          answers {"codes": [[what a page's QR codes say], …]}
    child.py SECONDS lines KIND PATH                    answers {"lines": [[text, page, left, right, top, size], …]}
    child.py SECONDS cut pdf PATH FIRST LAST OUT        writes these pages to OUT as a PDF

`wrong` is one of broken, locked, large, page. SECONDS are of processor time.
"""

import json
import resource
import sys
from pathlib import Path

from PIL import Image, ImageOps

# A3 at 600 dpi has 70 million; one in three colours then takes 240 MB while it is opened.
MOST_PIXELS = 80_000_000
# Of the picture that is sent: a strip 100 times as long as wide is not made 1,400 wide.
MOST_SHOWN = 12_000_000
MOST_HEIGHT = 10_000
MOST_FRAMES = 2_000
MEMORY = 1_500 * 1024 * 1024

_FORMATS = {"jpg": ["JPEG"], "png": ["PNG"], "tif": ["TIFF"]}


class Wrong(Exception):
    pass


def inspect(kind: str, path: str) -> dict:
    return {"pages": _pdf_pages(path) if kind == "pdf" else _picture_pages(kind, path)}


def _pdf_pages(path: str) -> int:
    import pypdfium2

    size = Path(path).stat().st_size
    with open(path, "rb") as file:
        file.seek(max(0, size - 65_536))
        # Readers repair a file that was cut off and silently show its first half; the end mark tells.
        if b"%%EOF" not in file.read():
            raise Wrong("broken")
    try:
        document = pypdfium2.PdfDocument(path)
        count = len(document)
        if not count:
            raise Wrong("broken")
        # Reading the first page shows what takes for ever before anybody waits for it.
        document[0].close()
    except pypdfium2.PdfiumError as error:
        locked = (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY)
        raise Wrong("locked" if getattr(error, "err_code", None) in locked else "broken") from error
    return count


def _open(kind: str, path: str) -> Image.Image:
    try:
        image = Image.open(path, formats=_FORMATS[kind])
    except Image.DecompressionBombError as error:
        raise Wrong("large") from error
    except Exception as error:
        raise Wrong("broken") from error
    return image


def _sized(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise Wrong("large")


def _frames(kind: str, image: Image.Image) -> int:
    # A moving PNG and a camera's second view are still one page.
    return getattr(image, "n_frames", 1) if kind == "tif" else 1


def _picture_pages(kind: str, path: str) -> int:
    image = _open(kind, path)
    try:
        _sized(image)
        if kind == "png":
            image.verify()
            return 1
        if kind == "jpg":
            # Decoding at an eighth still reads every byte.
            image.draft(None, (image.width // 8, image.height // 8))
            image.load()
            return 1
        count = _frames(kind, image)
        if count > MOST_FRAMES:
            raise Wrong("large")
        for number in range(count):
            image.seek(number)
            _sized(image)
            if number in (0, count - 1):
                image.load()
        return count
    except (Wrong, MemoryError):
        raise
    except Exception as error:
        raise Wrong("broken") from error


def picture(kind: str, path: str, page: int, width: int, out: str) -> dict:
    try:
        image = _pdf_page(path, page, width) if kind == "pdf" else _frame(kind, path, page, width)
    except (Wrong, MemoryError):
        raise
    except Exception as error:
        raise Wrong("broken") from error
    image.save(out, "JPEG", quality=88, subsampling=0, optimize=True)
    return {}


def _pdf_page(path: str, page: int, width: int) -> Image.Image:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    if not 1 <= page <= len(document):
        raise Wrong("page")
    # Filled-in fields and seals lie in form fields.
    document.init_forms()
    sheet = document[page - 1]
    wide, high = sheet.get_size()
    # The renderer rounds up.
    scale = (width - 0.5) / wide
    scale = min(scale, MOST_HEIGHT / high, (MOST_SHOWN / (wide * high)) ** 0.5)
    return sheet.render(scale=scale).to_pil().convert("RGB")


# A code of 18 mm has some six dots to each of its squares at the first, twelve at the second.
_DOTS_PER_INCH = (200, 400)


def codes(kind: str, path: str, first: int, last: int) -> dict:
    """Of pages `first` to `last` (from 1), what their QR codes say."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    if not 1 <= first <= last <= len(document):
        raise Wrong("page")
    return {"codes": [_codes_on(document[number - 1]) for number in range(first, last + 1)]}


def _codes_on(sheet) -> list[str]:
    import zxingcpp

    wide, high = sheet.get_size()
    for dots in _DOTS_PER_INCH:
        scale = min(dots / 72, (MOST_SHOWN / (wide * high)) ** 0.5)
        image = sheet.render(scale=scale, grayscale=True).to_pil().convert("L")
        found = zxingcpp.read_barcodes(image, formats=zxingcpp.barcode_formats_from_str("QRCode"))
        if found:
            return sorted({one.text for one in found})
    return []


def cut(kind: str, path: str, first: int, last: int, out: str) -> dict:
    """Pages `first` to `last` (from 1) as a PDF of their own, as they were scanned."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    if not 1 <= first <= last <= len(document):
        raise Wrong("page")
    part = pypdfium2.PdfDocument.new()
    part.import_pages(document, list(range(first - 1, last)))
    part.save(out)
    return {}


# A number and a title stand on the first page, signature and date near the end; a long appendix says neither.
_FIRST_PAGES, _LAST_PAGES, _MOST_LETTERS = 4, 3, 30_000


def lines(kind: str, path: str) -> dict:
    """The text layer of a PDF or OFD, line by line: [text, page, left, right, top, size in points], the edges and the
    height from the top in shares of the page."""
    return {"lines": _ofd_lines(path) if kind == "ofd" else _pdf_lines(path)}


def _pages_read(count: int) -> list[int]:
    return sorted({*range(min(count, _FIRST_PAGES)), *range(max(0, count - _LAST_PAGES), count)})


def _pdf_lines(path: str) -> list:
    import ctypes

    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    found: list = []
    for number in _pages_read(len(document)):
        sheet = document[number]
        wide, high = sheet.get_size()
        layer = sheet.get_textpage()
        letters = []
        for place in range(min(layer.count_chars(), _MOST_LETTERS)):
            letter = chr(pypdfium2.raw.FPDFText_GetUnicode(layer, place))
            left, bottom, right, top = layer.get_charbox(place, loose=True)
            x, y = ctypes.c_double(), ctypes.c_double()
            pypdfium2.raw.FPDFText_GetCharOrigin(layer, place, x, y)
            if letter not in "\r\n\0":
                letters.append((y.value, left, right, top, letter, abs(top - bottom)))
        found += _as_lines(letters, page=number + 1, wide=wide, high=high)
    return found


def _ofd_lines(path: str) -> list:
    import ofdkit

    points = 72 / 25.4
    document = ofdkit.open(path)
    found: list = []
    for number in _pages_read(len(document.pages)):
        sheet = document.pages[number]
        left, top, wide, high = sheet.box
        letters = [
            ((top + high - run.y) * points, (run.x - left) * points, (run.x - left + run.width) * points,
             (top + high - run.y + run.size) * points, run.text, run.size * points)
            for run in sheet.runs
        ]
        found += _as_lines(letters, page=number + 1, wide=wide * points, high=high * points)
    return found


def _as_lines(letters: list, *, page: int, wide: float, high: float) -> list:
    """Letters of (baseline from below, left, right, top, text, size), put together where they stand on one line."""
    rows: list[list] = []
    for letter in sorted(letters, key=lambda one: (-one[0], one[1])):
        if rows and abs(rows[-1][0][0] - letter[0]) < max(2.0, letter[5] * 0.3):
            rows[-1].append(letter)
        else:
            rows.append([letter])
    found = []
    for row in rows:
        row.sort(key=lambda one: one[1])
        text = "".join(one[4] for one in row).strip()
        if not text.strip():
            continue
        inked = [one for one in row if one[4].strip()]
        size = sorted(one[5] for one in inked)[len(inked) // 2]
        edge = (inked[0][1] / wide, max(one[2] for one in inked) / wide)
        found.append([text, page, *edge, 1 - max(one[3] for one in inked) / high, round(size, 1)])
    return found


def _frame(kind: str, path: str, page: int, width: int) -> Image.Image:
    image = _open(kind, path)
    if not 1 <= page <= _frames(kind, image):
        raise Wrong("page")
    image.seek(page - 1)
    _sized(image)
    turned = image.getexif().get(0x0112, 1) >= 5
    box = (MOST_HEIGHT, width) if turned else (width, MOST_HEIGHT)
    image.draft("RGB", box)
    if image.mode.startswith(("I", "F")):
        # Sixteen grey bits: keep the upper eight.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("1", "P", "PA", "LA", "RGBA", "RGBa", "La"):
        image = _on_white(image)
    image.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return ImageOps.exif_transpose(image).convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(seen, mask=seen.getchannel("A"))
    # The paste drops what the camera said about up and down.
    ground.getexif().update(image.getexif())
    return ground


def main(seconds: str, task: str, *arguments: str) -> dict:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    try:
        if task == "inspect":
            return inspect(*arguments)
        kind, path, *rest = arguments
        if task == "lines":
            return lines(kind, path)
        if task == "codes":
            return codes(kind, path, int(rest[0]), int(rest[1]))
        if task == "cut":
            return cut(kind, path, int(rest[0]), int(rest[1]), rest[2])
        page, width, out = rest
        return picture(kind, path, int(page), int(width), out)
    except Wrong as wrong:
        return {"wrong": str(wrong)}
    except MemoryError:
        return {"wrong": "large"}


if __name__ == "__main__":
    # Warnings about odd files are of no use to anybody.
    sys.stderr = open("/dev/null", "w")  # noqa: SIM115
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201
