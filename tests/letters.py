"""Papers as other offices send them: by GB/T 9704 as PDF, as OFD, and as a scan over a layer of recognised text."""

import io
import zipfile
from datetime import date
from html import escape

import pikepdf
import pypdfium2
from PIL import Image

from office.printing.engine import render

STYLE = """
@page { size: A4; margin: 37mm 26mm 35mm 28mm; }
body { margin: 0; font: 16pt/29pt "Antou Fang"; }
p { margin: 0; text-indent: 2em; }
.marks, .address, .no { text-indent: 0; }
.head { text-indent: 0; margin-top: 8mm; text-align: center; font: 700 34pt/1.4 "Antou Song"; color: #c00; }
.no { text-align: center; margin-top: 18mm; }
.no.up { text-align: left; }
.no span { float: right; }
.no.letter { text-align: right; margin-top: 4mm; }
.rule { border-top: 2pt solid #c00; }
.title { text-indent: 0; margin: 14mm 0 8mm; text-align: center; font: 700 22pt/34pt "Antou Song"; }
.from { text-align: right; padding-right: 2em; margin-top: 18mm; }
.day { text-align: right; padding-right: 1em; }
.foot { text-indent: 0; margin-top: 20mm; font-size: 14pt; border-top: 1pt solid #000; }
"""
WORDS = (
    "为深入贯彻落实有关决策部署，切实做好今冬明春各项工作，现将有关事项通知如下。"
    "各地要高度重视，加强领导，压实责任，确保各项措施落到实处。"
)
FIGURES = "〇一二三四五六七八九"


def in_words(day: date) -> str:
    tens = ["", "十", "二十", "三十"]

    def counted(number: int) -> str:
        return tens[number // 10] + ("" if number % 10 == 0 else FIGURES[number % 10])

    return f"{''.join(FIGURES[int(one)] for one in str(day.year))}年{counted(day.month)}月{counted(day.day)}日"


def letter(
    *, number: str, title: str, issuer: str, day: date, form: str = "down", marks: tuple[str, ...] = (),
    words: bool = False, pages: int = 1,
) -> bytes:
    """`form`: down (红头 with 文件), up (签发人 beside the number), letter (函: no 文件, number at the right)."""
    written = in_words(day) if words else f"{day.year}年{day.month}月{day.day}日"
    head = escape(issuer) if form == "letter" else f"{escape(issuer)}文件"
    number_line = {
        "down": f'<p class="no">{number}</p>',
        "up": f'<p class="no up">{number}<span>签发人：张建国</span></p>',
        "letter": f'<p class="no letter">{number}</p>',
    }[form]
    html = f"""<html lang="zh"><head><style>{STYLE}</style></head><body>
{"".join(f'<p class="marks">{mark}</p>' for mark in marks)}
<p class="head">{head}</p>{number_line}<div class="rule"></div>
<p class="title">{escape(title)}</p>
<p class="address">各县（市、区）人民政府，市直各有关单位：</p>
{f"<p>{WORDS}</p>" * (5 * pages)}
<p>附件：任务分解表</p>
<p class="from">{escape(issuer)}</p><p class="day">{written}</p>
<p class="foot">抄送：市委各部门，市人大常委会办公室。</p><p class="foot">{escape(issuer)}　　2026年11月30日印发</p>
</body></html>"""
    return render(html, style="plain", title="letter")


def as_ofd(pdf_lines: list[list]) -> bytes:
    """An OFD of lines as apart.lines() gives them; sizes in points, the page A4."""
    points = 25.4 / 72
    pages: dict[int, list] = {}
    for text, page, left, _right, top, size in pdf_lines:
        pages.setdefault(page, []).append((text, left * 210, top * 297, size * points))
    out = io.BytesIO()
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("OFD.xml", f'<ofd:OFD {space} DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo/>'
                         "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>")  # fmt: skip
        listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in sorted(pages))
        archive.writestr("Doc_0/Document.xml", f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea>"
                         "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
                         f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>")  # fmt: skip
        for number, lines in pages.items():
            objects = "".join(
                f'<ofd:TextObject ID="{number}{place}" Boundary="{left:.2f} {top:.2f} 160 {size:.2f}" Font="1" '
                f'Size="{size:.2f}"><ofd:TextCode X="0" Y="{size:.2f}" DeltaX="g {max(1, len(text) - 1)} {size:.3f}">'
                f"{escape(text)}</ofd:TextCode></ofd:TextObject>"
                for place, (text, left, top, size) in enumerate(lines)
            )  # fmt: skip
            archive.writestr(f"Doc_0/Pages/Page_{number}/Content.xml",
                             f'<ofd:Page {space}><ofd:Content><ofd:Layer ID="9{number}">{objects}</ofd:Layer>'
                             "</ofd:Content></ofd:Page>")  # fmt: skip
    return out.getvalue()


def under_a_picture(pdf: bytes) -> bytes:
    """The same paper as a scanner with text recognition makes it: a picture, and its letters invisibly below."""
    made = pikepdf.open(io.BytesIO(pdf))
    shown = pypdfium2.PdfDocument(pdf)
    for place, page in enumerate(made.pages):
        picture = io.BytesIO()
        shown[place].render(scale=1.5).to_pil().convert("L").save(picture, "JPEG")
        wide, high = Image.open(io.BytesIO(picture.getvalue())).size
        image = made.make_stream(picture.getvalue())
        image.Type, image.Subtype, image.Width, image.Height = pikepdf.Name.XObject, pikepdf.Name.Image, wide, high
        image.ColorSpace, image.BitsPerComponent, image.Filter = pikepdf.Name.DeviceGray, 8, pikepdf.Name.DCTDecode
        page.Resources.XObject = pikepdf.Dictionary(Scan=image)
        box = page.mediabox
        drawn = f"q {float(box[2])} 0 0 {float(box[3])} 0 0 cm /Scan Do Q\n3 Tr\n".encode()
        page.contents_coalesce()
        page.Contents = made.make_stream(drawn + page.Contents.read_bytes())
    shown.close()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
