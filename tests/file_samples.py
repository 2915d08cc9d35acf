"""Sample files, made of bytes: every kind the office takes, and those that pretend to be one."""

import io
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image, ImageDraw

PROGRAM = b"MZ\x90\0" + b"\0" * 60 + b"PE\0\0" + b"\0" * 400


def pdf(pages: int = 1, *, user: str | None = None, owner: str = "owner", size=(595, 842), mark: str = "") -> bytes:
    """Each page has a grey block, one step lighter from page to page; with `user`, a password."""
    document = pikepdf.new()
    for number in range(pages):
        document.add_blank_page(page_size=size)
        grey = number / max(pages, 1)
        content = f"% {mark}\n{grey:.2f} g {size[0] / 4:.0f} {size[1] / 4:.0f} {size[0] / 2:.0f} {size[1] / 2:.0f} re f"
        document.pages[number].Contents = document.make_stream(content.encode())
    out = io.BytesIO()
    lock = pikepdf.Encryption(owner=owner, user=user) if user is not None else None
    document.save(out, encryption=lock or False, deterministic_id=lock is None)
    return out.getvalue()


def endless_pdf() -> bytes:
    """2 KB that take a renderer minutes: forms that each draw ten others, eight deep."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    inner = None
    for _depth in range(9):
        form = document.make_stream(b"/X Do " * 10 if inner is not None else b"0 0 500 500 re S")
        form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 600, 800]
        if inner is not None:
            form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
        inner = document.make_indirect(form)
    page = document.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
    page.Contents = document.make_stream(b"/X Do")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def picture(format: str = "PNG", *, size=(200, 100), mode: str = "RGB", turned: int = 0) -> bytes:
    """Left half dark. `turned` is the EXIF orientation."""
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2 - 1, size[1]), fill=20)
    if mode == "I;16":
        image = image.convert("I").point(lambda value: value * 256)
    image = image.convert(mode)
    out = io.BytesIO()
    exif = Image.Exif()
    if turned:
        exif[0x0112] = turned
    image.save(out, format, exif=exif.tobytes() if turned else b"")
    return out.getvalue()


def tiff(frames: int = 1) -> bytes:
    """Fax pages; frame n is 100 × (100 + n)."""
    images = [Image.new("1", (100, 100 + number), 1) for number in range(frames)]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], compression="group4")
    return out.getvalue()


def huge_png() -> bytes:
    """Some hundred bytes that unpack to 2.5 thousand million pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))

    header = struct.pack("!IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def archive(members: dict[str, bytes], *, encoding: str = "utf-8") -> bytes:
    """A ZIP; with encoding gbk, names as Chinese desktops write them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            written = name if encoding == "utf-8" else name.encode(encoding).decode("cp437")
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = written, zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    packed_bytes = out.getvalue()
    if encoding != "utf-8":
        # zipfile writes UTF-8 with its mark; put the bytes of the old code page back and take the mark off.
        return _in_code_page(members, encoding)
    return packed_bytes


def _in_code_page(members: dict[str, bytes], encoding: str) -> bytes:
    local, central = b"", b""
    for name, content in members.items():
        path, total = name.encode(encoding), zlib.crc32(content)
        common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, total, len(content), len(content), len(path), 0)
        central += b"PK\x01\x02\x14\0" + common + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + path
        local += b"PK\x03\x04" + common + path + content
    count = len(members)
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(local), 0)


def link_archive() -> bytes:
    """A ZIP whose only member is a symbolic link out of the folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        entry = zipfile.ZipInfo("通知.pdf")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        packed.writestr(entry, "/etc/passwd")
    return out.getvalue()


def locked_archive() -> bytes:
    """A ZIP whose member says it is encrypted."""
    packed = bytearray(archive({"名单.txt": b"x" * 40}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(signature) + place] |= 1
    return bytes(packed)


def docx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>", **more})


def xlsx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **more})


def pptx() -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<presentation/>"})


def ofd() -> bytes:
    return archive({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b"<Document/>"})


def bomb() -> bytes:
    """30 MB of zeros in 30 KB."""
    return archive({"说明.txt": b"\0" * (30 * 1024 * 1024)})


def compound(*top: str, deeper: tuple[str, ...] = ()) -> bytes:
    """An OLE file with these entries under its root, and `deeper` ones under the first of them."""
    rows: list[tuple[str, int, int]] = [("Root Entry", 0xFFFFFFFF, 1)]
    for number, name in enumerate(top, 1):
        right = number + 1 if number < len(top) else 0xFFFFFFFF
        rows.append((name, right, len(top) + 1 if number == 1 and deeper else 0xFFFFFFFF))
    for number, name in enumerate(deeper, len(top) + 1):
        rows.append((name, number + 1 if number < len(top) + len(deeper) else 0xFFFFFFFF, 0xFFFFFFFF))
    directory = b""
    for name, right, child in rows:
        written = name.encode("utf-16-le") + b"\0\0"
        directory += written.ljust(64, b"\0") + struct.pack("<HBB", len(written), 2, 1)
        directory += struct.pack("<III", 0xFFFFFFFF, right, child) + b"\0" * 48
    directory += b"\0" * (-len(directory) % 512)
    sectors = len(directory) // 512
    chain = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    header += b"\0" * 10 + struct.pack("<IIIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    return header + struct.pack("<108I", *[0xFFFFFFFF] * 108) + table + directory


def doc() -> bytes:
    return compound("WordDocument", "1Table")


def xls() -> bytes:
    return compound("Workbook")
