"""Registers: laid out on a fixed grid, rendered in pieces, bound, and written as Excel and screen rows."""

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import openpyxl
import pikepdf
import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from office import registers
from office.printing import fonts
from office.printing.inspect import missing_glyphs
from office.printing.sheets import CHINA
from office.registers import (
    Column,
    Imprint,
    Register,
    Row,
    Selection,
    grid,
    pieces,
    screen,
    spreadsheet,
    workers,
)
from office.registers.book import to_pdf

COLUMNS = (
    Column("收文号", 14, "center"), Column("日　期", 14, "center"),
    Column("来文机关", 28), Column("来文字号", 28),
    Column("标　　题", 70, kind="title"), Column("批示", 22), Column("办理结果", 24), Column("备\n注", 10),
)  # fmt: skip
YEAR = Selection(year=2026)
IMPRINT = Imprint(
    office="某某县农业农村局办公室", registrar="陈雅文", anchor="校验码 7f3a91c2",
    printed_at=datetime(2026, 11, 22, 9, 31, tzinfo=CHINA),
)  # fmt: skip


class Sample(Register):
    code = "tests.sample"
    title = "收文登记簿"
    columns = COLUMNS

    def __init__(self, rows: list[Row]):
        self._rows = rows

    def rows(self, selection):
        return iter(self._rows)


def entry(number: int, **changes: str) -> Row:
    title = changes.get("title", f"关于做好第{number}批农业专项资金绩效评价工作的通知")
    reference = f"农办〔2026〕{number}号"
    cells = [f"{number:04}", "11-20", "省农业农村厅", reference, title, "王志远 11-18", "办结 11-24", ""]
    return Row(cells, void=changes.get("void"), key=str(number))


def entries(count: int) -> list[Row]:
    return [entry(number) for number in range(1, count + 1)]


def written(pages: list[grid.Page]) -> str:
    """Everything on the pages, column by column, without the breaks of lines."""
    return "|".join(
        "".join(line for page in pages for _position, line in sorted(page.text[column].items()))
        for column in range(len(COLUMNS))
    ).replace(" ", "")


def texts(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    return [re.sub(r"\s+", "", page.get_textpage().get_text_range()) for page in document]


@pytest.fixture
def small_pieces(monkeypatch):
    """One page to a piece, so that a short register has several."""
    monkeypatch.setattr(pieces, "PAGES", 1)


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> Path:
    """A register of three pages with what is hard to print on them."""
    folder = tmp_path_factory.mktemp("printed")
    rows = entries(30)
    rows[3] = entry(4, title="关于转发《" + "切实加强低温雨雪冰冻灾害防范应对工作" * 6 + "》的通知")
    rows[5] = entry(6, title="关于表彰欧阳镕喆、吴堃、郑玥、冯赟等同志的通报")
    rows[7] = entry(8, void="重复登记，同 0007（陈雅文 11-20）")
    to_pdf(Sample(rows), YEAR, target=folder / "out.pdf", folder=folder / "pieces", imprint=IMPRINT)
    return folder / "out.pdf"


# --- Lines and pages ----------------------------------------------------------------

_text = st.text(st.sampled_from("关于做好通知（《〔2026〕》）、，。 ABCxyz-/号第镕"), max_size=120)


@given(text=_text, room=st.floats(2.5, 30))
@example(text="0《000A", room=3.0)
@settings(max_examples=100, deadline=None)
def test_breaking_a_text_into_lines_loses_nothing_and_overflows_nowhere(text, room):
    lines = grid.wrap(text, room)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(fonts.width(line, chain="fang") <= room + 0.001 for line in lines)


def test_a_line_does_not_begin_with_a_closing_mark():
    assert grid.wrap("关于做好工作，请办理", 6) == ("关于做好工", "作，请办理")


def test_a_line_does_not_end_with_an_opening_mark():
    assert grid.wrap("关于转发《通知》", 5) == ("关于转发", "《通知》")


def test_a_number_stays_whole_where_the_column_allows_it():
    assert grid.wrap("市农发〔2026〕118号", 5.2) == ("市农发", "〔2026〕", "118号")


def test_a_word_longer_than_the_column_is_broken_anywhere():
    assert "".join(grid.wrap("A" * 40, 4)) == "A" * 40


@given(st.lists(st.tuples(_text, _text, st.booleans()), max_size=40))
@settings(max_examples=25, deadline=None)
def test_every_word_of_every_entry_is_on_some_page(rows):
    made = [
        entry(number, title=title + other, void="误登" if void else None)
        for number, (title, other, void) in enumerate(rows)
    ]
    pages = list(grid.pages(made, columns=COLUMNS))
    text = written(pages)
    for row in made:
        assert row.cells[4].replace(" ", "") in text


def test_no_line_stands_outside_the_grid():
    for page in grid.pages([entry(1, title="很长的标题" * 400)], columns=COLUMNS):
        for column in page.text:
            assert all(0 < position < grid.ROWS * grid.STEP for position in column)


def test_an_entry_takes_as_many_grid_rows_as_its_longest_cell_needs():
    (page,) = grid.pages([entry(1), entry(2, title="转发" * 60), entry(3)], columns=COLUMNS)
    assert page.rules[:3] == [1, 3, 4]


def test_blank_rows_fill_the_last_page():
    (page,) = grid.pages(entries(2), columns=COLUMNS)
    assert page.rules == list(range(1, grid.ROWS + 1))


def test_a_register_without_entries_is_one_blank_page():
    (page,) = grid.pages([], columns=COLUMNS)
    assert page.rules == list(range(1, grid.ROWS + 1))


def test_rows_left_free_in_the_middle_of_a_register_are_crossed_out():
    rows = [*entries(grid.ROWS - 1), entry(99, title="转发" * 60), entry(100)]
    first, second = grid.pages(rows, columns=COLUMNS)
    assert first.unused == (grid.ROWS - 1, grid.ROWS)
    assert second.unused is None


def test_an_entry_longer_than_a_page_goes_on_under_its_number():
    pages = list(grid.pages([entry(7, title="转发" * 900)], columns=COLUMNS))
    assert len(pages) > 1
    for page in pages[1:]:
        assert list(page.text[0].values()) == ["0007", "（续）"]


def test_a_void_entry_is_struck_through_and_its_reason_is_not():
    (page,) = grid.pages([entry(1, title="通知", void="重复登记")], columns=COLUMNS)
    struck = {(round(start), position) for start, _end, position in page.strikes}
    left = round(grid.placed(COLUMNS)[4][0] + grid.PADDING)
    assert {line: (left, position) in struck for position, line in page.text[4].items()} == {
        "通知": True,
        "作废：重复登记": False,
    }


def test_columns_fill_the_width_of_the_page():
    left, width = grid.placed(COLUMNS)[-1]
    assert left + width == pytest.approx(grid.PAGE[0] - grid.RIGHT, abs=0.01)


# --- The book ------------------------------------------------------------------------


def test_the_head_is_on_every_page_and_each_says_which_it_is(printed):
    pages = texts(printed)
    assert len(pages) == 3
    for number, text in enumerate(pages, start=1):
        for words in ("收文登记簿", IMPRINT.office, "2026年", "来文机关", "登记人：陈雅文", "校验码7f3a91c2"):
            assert words in text, words
        assert f"第{number}页共3页" in text


def test_no_text_of_any_entry_is_cut(printed):
    text = "".join(texts(printed))
    assert text.count("灾") == 6
    assert "作废：重复登记，同0007（陈雅文11-20）" in text
    for number in range(1, 31):
        assert f"{number:04}" in text


def test_names_stand_with_the_dates_they_signed(printed):
    assert "王志远11-18" in "".join(texts(printed))


def test_no_glyph_is_missing_and_rare_names_are_printed(printed):
    assert missing_glyphs(printed.read_bytes()) == set()
    assert "欧阳镕喆、吴堃、郑玥、冯赟" in "".join(texts(printed))


def test_the_register_is_a4_across(printed):
    with pikepdf.open(printed) as document:
        width, height = (float(size) / 72 * 25.4 for size in document.pages[0].mediabox[2:])
        assert str(document.docinfo.Title) == "收文登记簿 2026 年"
        assert str(document.docinfo.Producer) == "Antou"
    assert (round(width), round(height)) == (297, 210)


def test_the_same_register_gives_the_same_bytes(printed, tmp_path):
    folder = printed.parent / "pieces"
    first = to_pdf(Sample(entries(3)), YEAR, target=tmp_path / "a.pdf", folder=folder, imprint=IMPRINT)
    again = to_pdf(Sample(entries(3)), YEAR, target=tmp_path / "b.pdf", folder=folder, imprint=IMPRINT)
    assert (first.rendered, again.rendered) == (1, 0)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_register_without_entries_is_a_blank_form(tmp_path):
    to_pdf(Sample([]), YEAR, target=tmp_path / "a.pdf", folder=tmp_path / "pieces", imprint=IMPRINT)
    (text,) = texts(tmp_path / "a.pdf")
    assert "收文登记簿" in text
    assert "第1页共1页" in text


def test_a_second_print_renders_only_what_is_new(tmp_path, small_pieces):
    folder = tmp_path / "pieces"
    first = to_pdf(Sample(entries(30)), YEAR, target=tmp_path / "a.pdf", folder=folder, imprint=IMPRINT)
    again = to_pdf(Sample(entries(42)), YEAR, target=tmp_path / "a.pdf", folder=folder, imprint=IMPRINT)
    assert (first.pages, first.rendered) == (3, 3)
    assert (again.pages, again.rendered) == (4, 2)
    assert [re.search(r"第\d+页共\d+页", text)[0] for text in texts(tmp_path / "a.pdf")] == [
        "第1页共4页", "第2页共4页", "第3页共4页", "第4页共4页",
    ]  # fmt: skip


def test_pages_are_reported_as_they_are_rendered(tmp_path, small_pieces):
    told = []
    to_pdf(
        Sample(entries(30)), YEAR, target=tmp_path / "a.pdf", folder=tmp_path / "pieces", imprint=IMPRINT,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_change_in_an_old_entry_is_printed(tmp_path):
    folder = tmp_path / "pieces"
    rows = entries(3)
    to_pdf(Sample(rows), YEAR, target=tmp_path / "a.pdf", folder=folder, imprint=IMPRINT)
    rows[1] = entry(2, void="来文机关收回")
    to_pdf(Sample(rows), YEAR, target=tmp_path / "a.pdf", folder=folder, imprint=IMPRINT)
    assert "作废：来文机关收回" in texts(tmp_path / "a.pdf")[0]


def test_finished_pages_are_for_this_user_only(printed):
    folder = printed.parent / "pieces"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_nothing_but_finished_pages_is_left_behind(printed):
    left = {path.suffix for path in (printed.parent / "pieces").iterdir()}
    assert left == {".pdf"}
    assert {path.name for path in printed.parent.iterdir()} == {"out.pdf", "pieces"}


def test_a_process_that_fails_leaves_the_old_file_and_no_remains(tmp_path, monkeypatch):
    target = tmp_path / "a.pdf"
    target.write_bytes(b"yesterday's")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(workers.RegisterFailed, match="ended with 1"):
        to_pdf(Sample([]), YEAR, target=target, folder=tmp_path / "pieces", imprint=IMPRINT)
    assert target.read_bytes() == b"yesterday's"
    assert list((tmp_path / "pieces").iterdir()) == []


def test_the_rendering_process_loads_no_settings():
    code = "import office.registers.render, django.conf; print(django.conf.settings.configured)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=workers.ROOT, check=True
    )
    assert answer.stdout.strip() == "False"


def test_pages_nobody_has_used_for_long_are_deleted(tmp_path):
    old, new = tmp_path / "old.pdf", tmp_path / "new.pdf"
    old.write_bytes(b"")
    new.write_bytes(b"")
    stamp = old.stat().st_mtime
    assert pieces.prune(tmp_path, days=30, now=stamp + 29 * 86_400) == 0
    assert pieces.prune(tmp_path, days=30, now=stamp + 31 * 86_400) == 2


def test_what_a_killed_print_left_behind_goes_a_day_later(tmp_path):
    (tmp_path / ".half.part").write_bytes(b"%PDF")
    jobs = tmp_path / "register-killed"
    jobs.mkdir()
    (jobs / "piece.json").write_text("[]")
    kept = tmp_path / "piece.pdf"
    kept.write_bytes(b"%PDF")
    stamp = kept.stat().st_mtime
    pieces.prune(tmp_path, days=30, now=stamp + 3_600)
    assert len(list(tmp_path.iterdir())) == 3
    pieces.prune(tmp_path, days=30, now=stamp + 2 * 86_400)
    assert list(tmp_path.iterdir()) == [kept]


# --- Excel ---------------------------------------------------------------------------


@pytest.fixture
def sheet(tmp_path):
    rows = [
        entry(1, title='=HYPERLINK("http://127.0.0.1/","x")'),
        entry(2, title="+1+1"),
        entry(3, void="重复登记"),
        entry(4, title="长" * 40_000),
        entry(5, title="@关于"),
    ]
    spreadsheet.to_xlsx(Sample(rows), YEAR, target=tmp_path / "out.xlsx", imprint=IMPRINT)
    return openpyxl.load_workbook(tmp_path / "out.xlsx").active


def test_every_cell_of_the_excel_file_is_text(sheet):
    values = [cell for line in sheet.iter_rows(min_row=4) for cell in line if cell.value is not None]
    assert {cell.data_type for cell in values} == {"s"}
    assert sheet["A4"].value == "0001"


def test_amounts_can_be_summed_in_excel(tmp_path):
    class Counted(Sample):
        columns = (registers.Column("收文号", 10), registers.Column("份数", 10, kind="amount"))

    rows = [Row(["0001", "3"]), Row(["0002", ""]), Row(["0003", "约5"])]
    spreadsheet.to_xlsx(Counted(rows), YEAR, target=tmp_path / "out.xlsx", imprint=IMPRINT)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [sheet[f"{column}4"].value for column in "AB"] == ["0001", 3]
    assert [sheet[f"B{line}"].value or "" for line in (5, 6)] == ["", "约5"]


def test_words_that_look_like_a_formula_stay_words(sheet):
    assert sheet["E4"].value == '=HYPERLINK("http://127.0.0.1/","x")'
    assert sheet["E4"].data_type == "s"
    assert sheet["E4"].hyperlink is None


def test_the_head_of_the_excel_file_is_frozen_and_printed_on_every_page(sheet):
    assert [cell.value for cell in sheet[3]][:3] == ["收文号", "日期", "来文机关"]
    assert sheet.freeze_panes == "B4"
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.page_setup.orientation == "landscape"


def test_a_void_entry_is_struck_through_in_excel_with_its_reason(sheet):
    assert sheet["A6"].font.strike
    assert (sheet["I3"].value, sheet["I6"].value) == ("作废原因", "重复登记")
    assert not sheet["A5"].font.strike


def test_a_cell_longer_than_excel_holds_goes_on_below(sheet):
    assert len(sheet["E7"].value) + len(sheet["E8"].value) == 40_000
    assert sheet["A9"].value == "0005"


# --- Screen and registry ----------------------------------------------------------------


def test_rows_on_screen_are_escaped_and_void_ones_struck_through():
    rows = screen.to_html_rows(Sample([]), [entry(1, title="<b>"), entry(2, void="误登")])
    assert "&lt;b&gt;" in rows
    assert '<tr id="row-2" class="void">' in rows
    assert "<s>0002</s>" in rows
    assert "作废：误登" in rows


def test_a_register_is_found_by_its_code(monkeypatch):
    monkeypatch.setattr(registers, "_known", {})

    @registers.add
    class Known(Register):
        code = "tests.known"
        title = "登记簿"
        columns = COLUMNS

        def rows(self, selection):
            return iter([])

    assert registers.codes() == ["tests.known"]
    assert isinstance(registers.get("tests.known"), Known)


def test_two_registers_cannot_share_a_code(monkeypatch):
    monkeypatch.setattr(registers, "_known", {"tests.sample": Sample([])})
    other = type("Other", (Register,), {"code": "tests.sample", "rows": lambda self, selection: iter([])})
    with pytest.raises(ValueError, match="tests.sample"):
        registers.add(other)


def test_the_corner_names_the_book_and_the_month():
    assert Sample([]).heading(Selection(year=2026, month=3, series="平")) == "平　2026 年 3 月"
