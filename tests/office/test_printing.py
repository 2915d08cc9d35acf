"""Paper: fonts, slips, circulation lists and labels, checked as against the office's own forms."""

import hashlib
import io
import logging
import re
from dataclasses import replace
from datetime import date, datetime

import pikepdf
import pypdfium2
import pytest

from office import printing
from office.printing import engine, fonts, sheets
from office.printing.inspect import missing_glyphs
from office.printing.sheets import Reader
from tests import paper_samples

GB2312 = [
    character
    for high in range(0xA1, 0xF8)
    for low in range(0xA1, 0xFF)
    if (character := bytes([high, low]).decode("gb2312", "ignore"))
]


def texts(pdf: bytes) -> list[str]:
    """The text of every page, without the white space that line breaks and letter-spacing leave."""
    document = pypdfium2.PdfDocument(pdf)
    return [re.sub(r"\s+", "", page.get_textpage().get_text_range()) for page in document]


@pytest.fixture(scope="module")
def everyday() -> str:
    """The text of the everyday slip's only page."""
    (text,) = texts(printing.slip(paper_samples.everyday()))
    return text


@pytest.fixture(scope="module")
def extreme() -> bytes:
    return printing.slip(paper_samples.extreme())


# --- Fonts ------------------------------------------------------------


def test_the_vendored_fonts_are_the_published_ones():
    record = (fonts.FOLDER / "README.md").read_text(encoding="utf-8")
    sums = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", record, re.MULTILINE))
    there = {path.name for path in fonts.FOLDER.iterdir()} - {"README.md"}
    assert there == set(sums)
    for name, recorded in sums.items():
        assert hashlib.sha256((fonts.FOLDER / name).read_bytes()).hexdigest() == recorded, name


def test_every_face_in_the_style_sheets_is_vendored():
    assert {face.file for face in fonts.FACES} <= {path.name for path in fonts.FOLDER.iterdir()}


@pytest.mark.parametrize(
    ("chain", "official"),
    [("fang", "FangSong_GB2312"), ("song", "方正小标宋简体"), ("kai", "KaiTi_GB2312"), ("hei", "SimHei")],
)
def test_the_official_face_comes_first_in_every_chain(chain, official):
    assert fonts.CHAINS[chain][0] == official


def test_every_gb2312_character_can_be_printed():
    assert fonts.uncovered("".join(GB2312)) == []


def test_rare_characters_of_names_can_be_printed():
    assert fonts.uncovered("镕喆堃玥赟淼翀祎頔昇㛃䲟𬱖𫖯") == []


def test_a_character_no_face_holds_is_printed_as_a_geta_with_its_code():
    assert fonts.uncovered("王\ue123，\U0010fffd") == ["\ue123", "\U0010fffd"]
    assert fonts.printable("王\ue123") == "王〓〔U+E123〕"


def test_marks_that_would_disguise_the_text_do_not_reach_the_paper():
    assert fonts.printable("同意\u202e。\u200b\x00\ufeff") == "同意。"


def test_the_hyphen_that_stalls_line_breaking_is_replaced():
    assert fonts.printable("DA\u201170") == "DA-70"


def test_glyphs_that_are_missing_from_a_pdf_are_found():
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    pdf = engine.render("<html lang='zh-CN'><p>王\ue123</p>", style="sheet", title="")
    assert missing_glyphs(pdf) == {(1, "\ue123")}


def test_only_our_own_faces_are_embedded(extreme):
    with pikepdf.open(io.BytesIO(extreme)) as document:
        names = {str(font.BaseFont).partition("+")[2] for font in document.pages[0].Resources.Font.values()}
    assert names == {"Antou-Fang", "Antou-Hei", "Antou-Kai", "Antou-Song-Bold", "Antou-Wide"}


# --- The engine ------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/logo.png", "file:///etc/hostname", (fonts.FOLDER / "../../pyproject.toml").as_uri()],
)
def test_paper_opens_nothing_but_our_own_files(address):
    with pytest.raises(printing.PaperError, match="own files only"):
        engine.render(f'<img src="{address}">', style="sheet", title="")


def test_the_same_slip_gives_the_same_bytes():
    slip = paper_samples.empty()
    moment = datetime(2026, 11, 22, 9, 31, tzinfo=sheets.CHINA)
    assert printing.slip(slip, created=moment) == printing.slip(slip, created=moment)


def test_the_file_names_the_form_and_its_day_and_not_the_tool():
    moment = datetime(2026, 11, 22, 9, 31, tzinfo=sheets.CHINA)
    pdf = printing.slip(paper_samples.empty(), created=moment)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.docinfo.Title) == "文件处理单 收〔2026〕412号"
        assert str(document.docinfo.Producer) == "Antou"
        assert str(document.docinfo.CreationDate) == "D:20261122093100+08'00"


def test_words_from_a_form_are_never_markup():
    words = '<img src="http://127.0.0.1:9/x.png">&amp;'
    slip = paper_samples.everyday(title=words)
    assert words.replace(" ", "") in texts(printing.slip(slip))[0]


# --- 文件处理单 ------------------------------------------------------------


def test_the_slip_carries_the_fields_of_the_paper_form(everyday):
    for words in (
        "文件处理单", "某某县农业农村局办公室", "来文机关省农业农村厅", "农明电〔2026〕31号", "特急",
        "2026年11月20日09:12", "关于做好低温雨雪冰冻灾害防范应对工作的紧急通知", "1份4页附件1件",
        "2026年11月20日17:30", "拟办意见", "李建国2026年11月20日10:05", "领导批示", "承办情况",
        "种植业股赵立军2026年11月24日", "刘敏11月20日", "赵立军：下午报方案", "Z109-WS·2026-D10-BGS-0137",
        "陈雅文2026年11月24日",
    ):  # fmt: skip
        assert words in everyday, words


def test_the_foot_says_which_paper_and_which_page(everyday):
    assert everyday.endswith("收〔2026〕412号第1页共1页")


def test_words_taken_from_paper_say_so(everyday):
    assert "（据纸质批示录入：陈雅文，2026年11月20日16:02，附扫描件）" in everyday


def test_no_character_of_a_long_opinion_is_cut(extreme):
    text = "".join(texts(extreme))
    assert text.count("每周五下班前书面报我。") == 46


def test_no_glyph_is_missing_on_the_fullest_slip(extreme):
    assert missing_glyphs(extreme) == set()


def test_the_head_is_repeated_on_every_page_of_a_long_slip(extreme):
    pages = texts(extreme)
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert "文件处理单" in text
        assert f"第{number}页共{len(pages)}页" in text


def test_a_box_that_runs_on_is_named_again_and_only_there(extreme):
    pages = texts(extreme)
    assert ["领导批示（续）" in text for text in pages] == [False] + [True] * (len(pages) - 1)
    assert "承办情况和结果（续）" not in "".join(pages)


def test_a_correction_leaves_both_versions_to_be_read(extreme):
    text = texts(extreme)[0]
    assert "拟请赟局长、喆副局长阅示，请种植业股牵头办理。" in text
    assert "（更正：陈雅文，2026年11月21日08:40，原件单位名称有误）" in text
    page = printing.html("print/slip.html", {"sheet": paper_samples.extreme()})
    assert re.findall(r"<s>(.{6})", page)[:2] == ["拟请赟局长、", "拟请赟局长阅"]


def test_a_deputy_signs_with_both_names(extreme):
    assert "王志远（代张赟）2026年11月20日15:40" in texts(extreme)[0]


def test_a_restricted_paper_names_its_reader_at_the_margin_of_every_page(extreme):
    for text in texts(extreme):
        assert text.count("限制阅览李建国2026年11月22日09:31打印") == 2


def test_a_void_slip_is_struck_through_and_says_why():
    text = texts(printing.slip(paper_samples.void()))[0]
    assert "作废原因：重复登记，同收〔2026〕409号（陈雅文，2026年11月20日16:30）" in text
    assert '<svg class="void"' in printing.html("print/slip.html", {"sheet": paper_samples.void()})


def test_a_slip_in_force_bears_no_void_mark(everyday):
    assert "作废" not in everyday


def test_an_empty_slip_leaves_room_to_write_by_hand():
    assert paper_height(paper_samples.empty(), "领导批示") >= 45


def paper_height(slip: sheets.Slip, label: str) -> float:
    """The height in millimetres of the box with this label."""
    html = printing.html("print/slip.html", {"sheet": slip})
    page = engine.HTML(string=html, url_fetcher=engine.OwnFilesOnly())
    document = page.render(stylesheets=[engine.style_sheet("sheet")], font_config=engine.font_configuration())
    boxes = document.pages[0]._page_box.descendants()
    (row,) = [box for box in boxes if box.element_tag == "tr" and label in "".join(box.element.itertext())]
    return row.height * 25.4 / 96


def test_a_reading_slip_has_readers_and_no_boxes():
    pdf = printing.slip(paper_samples.reading())
    text = texts(pdf)[0]
    assert "送阅文件单" in text
    assert "领导批示" not in text
    assert "拟办意见" not in text
    assert "周国强（代吴堃）" in text
    assert missing_glyphs(pdf) == set()


def test_an_approval_slip_has_boxes_and_no_handling():
    text = texts(printing.slip(paper_samples.approval()))[0]
    assert "报批文件单" in text
    assert "领导批示" in text
    assert "承办情况" not in text


def test_the_code_is_printed_18_millimetres_wide_at_the_upper_right():
    page = printing.html("print/slip.html", {"sheet": paper_samples.empty()})
    assert page.count('<img class="code" src="data:image/svg+xml') == 1
    style = (engine.STYLES / "sheet.css").read_text(encoding="utf-8")
    assert re.search(r"\.code \{[^}]*right: [^}]*width: 18mm; height: 18mm", style)


def test_a_slip_without_a_code_prints_none():
    assert "<img" not in printing.html("print/slip.html", {"sheet": paper_samples.everyday(qr="")})


def test_paper_is_a4():
    with pikepdf.open(io.BytesIO(printing.slip(paper_samples.empty()))) as document:
        width, height = (float(size) / 72 * 25.4 for size in document.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)


# --- 传阅单 and labels ------------------------------------------------------------


def test_the_circulation_list_says_who_had_it_from_when_to_when():
    pdf = printing.circulation(paper_samples.circulation())
    text = "".join(texts(pdf))
    for words in ("文件传阅单", "送阅范围", "阅文人", "送出时间", "退回时间", "阅文签名", "经手文书：陈雅文"):
        assert words in text, words
    assert "1刘敏2026年11月20日09:002026年11月20日11:00刘敏2026年11月20日10:00" in text
    assert missing_glyphs(pdf) == set()


def test_the_circulation_list_keeps_lines_for_names_written_by_hand():
    rows = paper_samples.circulation().rows
    assert [reader for _number, reader in rows].count(None) >= 2


def test_a_label_shows_its_number_sender_and_day():
    pdf = printing.labels(paper_samples.stickers(2))
    assert texts(pdf) == [
        "收〔2026〕412号省农业农村厅2026年11月20日",
        "收〔2026〕413号省农业农村厅2026年11月20日",
    ]
    assert missing_glyphs(pdf) == set()


def test_twenty_four_labels_fill_a_sheet_and_used_places_are_skipped():
    assert len(texts(printing.labels(paper_samples.stickers(20), sheet=True, skip=4))) == 1
    assert len(texts(printing.labels(paper_samples.stickers(21), sheet=True, skip=4))) == 2


# --- Words ------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (None, ""),
        ("当天", "当天"),
        (date(2026, 2, 3), "2026年2月3日"),
        (datetime.fromisoformat("2026-11-20T01:05:00+00:00"), "2026年11月20日 09:05"),
        (datetime(2026, 11, 20, 15, 40), "2026年11月20日 15:40"),  # noqa: DTZ001
    ],
)
def test_moments_are_written_as_the_office_writes_them(moment, words):
    assert sheets.when(moment) == words


def test_names_of_two_characters_take_the_room_of_three():
    assert [sheets.spaced(name) for name in ("刘敏", "孙长河", "Li")] == ["刘　敏", "孙长河", "Li"]


def test_no_page_is_printed_for_one_line_or_for_empty_ones():
    """A box that could be lower, an empty line too many: the sheet takes the pages its words need."""
    readers = tuple(Reader(name=f"读{one}", sent_at=paper_samples.at(20)) for one in "甲乙丙丁")
    round_trip = replace(paper_samples.circulation(), readers=readers)
    pages = texts(printing.circulation(round_trip))
    assert len(pages) == 1
    assert "经手文书" in pages[0]
    everyday = paper_samples.everyday()
    opinions = tuple(replace(everyday.instructions[0], words="同意。") for _one in range(3))
    assert len(texts(printing.slip(replace(everyday, instructions=opinions, readers=readers * 4)))) == 1
