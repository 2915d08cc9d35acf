"""Old registers out of Excel: what comes in, what does not and why, and that nothing is half-done."""

import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from documents import bringing_in, legacy, old_books
from documents.models import ImportedRow, IncomingDocument, RegisterImport
from documents.registers import entries, row_of
from office.importing import UnreadableBook
from office.models import Case, Series
from office.registers import Selection
from office.verifying import verify

DATA = Path(__file__).parent.parent / "data"
TODAY = date(2026, 11, 16)
BOOKS = [("legacy-incoming-2025.xlsx", 2025), ("legacy-incoming-2024.xls", 2024)]


def imported(name: str, year: int, *more: str) -> dict:
    said = io.StringIO()
    call_command("import_register", "incoming", str(DATA / name), "--year", str(year), "--json", *more, stdout=said,
                 stderr=io.StringIO())  # fmt: skip
    return json.loads(said.getvalue())


def expected(name: str) -> dict:
    return json.loads((DATA / name).with_suffix(".expected.json").read_text("utf-8"))


def book(*rows: tuple, title: str = "", sheet: str = "收文", more: dict[str, list[tuple]] | None = None) -> bytes:
    """A workbook made on the spot."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = sheet
    if title:
        page.append([title])
        page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=6)
    for row in rows:
        page.append(list(row))
    for name, lines in (more or {}).items():
        other = made.create_sheet(name)
        for line in lines:
            other.append(list(line))
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


HEAD = ("序号", "收文日期", "来文单位", "来文字号", "文件标题", "份数", "密级", "备注")


def row(seq=1, day="2025-03-01", sender="省农业农村厅", number="某农发〔2025〕1号", title="关于春耕的通知", copies=1,
        level="", note="") -> tuple:  # fmt: skip
    return seq, day, sender, number, title, copies, level, note


@pytest.fixture
def read(db):
    def of(*rows: tuple, year: int = 2025, **how) -> legacy.Reading:
        return old_books.open_book("旧.xlsx", book(*rows, **how)).read(year=year, today=TODAY)

    return of


# --- The two real registers ---


@pytest.mark.parametrize(("name", "year"), BOOKS)
def test_all_rows_of_a_real_register_come_in_and_exactly_the_wrong_ones_do_not(who, name, year):
    made, wanted = imported(name, year), expected(name)
    keys = ("number", "title", "issuer", "received", "copies", "unit")
    assert {one["seq"]: [one[key] for key in keys] for one in made["rows"]} == {
        one["seq"]: [one[key] for key in keys] for one in wanted["rows"]
    }
    assert [one["seq"] for one in made["errors"]] == [one["row_seq"] for one in wanted["errors"]]
    assert made["imported"] == len(wanted["rows"]) == Case.objects.filter(procedure="documents.imported").count()
    assert list(verify()) == []


def test_they_keep_the_numbers_of_the_old_book_and_its_holes_are_no_deletions(who):
    imported(*BOOKS[0])
    series = Series.objects.get(name="收", year=2025)
    assert (series.last, series.imported_to) == (220, 220)
    assert Case.objects.get(reference="收〔2025〕36号").serial == 36
    assert not Case.objects.filter(reference="收〔2025〕37号").exists()
    gone = Case.objects.get(reference="收〔2025〕38号")
    assert gone.closed_at is not None and gone.opened_at.year == 2025


def test_the_register_shows_them_as_the_old_book_did(who):
    imported(*BOOKS[0])
    shown = {one.key: one for one in map(row_of, entries(Selection(year=2025, viewer=who.clerk)))}
    first = shown[Case.objects.get(reference="收〔2025〕1号").public_id]
    assert "办公室" in first.cells[11] and "归档" in " ".join(first.cells)
    assert "补登" not in " ".join(first.cells)
    silent = shown[Case.objects.get(reference="收〔2025〕2号").public_id]
    assert not {"存查", "办结"} & set(silent.cells)


def test_a_dry_run_writes_nothing(who):
    made = imported(*BOOKS[0], "--dry-run")
    assert made["imported"] == 214 and not Case.objects.exists() and not RegisterImport.objects.exists()
    assert not Series.objects.filter(year=2025).exists()


def test_what_came_in_does_not_come_in_twice(who):
    imported(*BOOKS[0])
    again = imported(*BOOKS[0])
    assert again["imported"] == 0 and len(again["errors"]) == 220
    assert Case.objects.count() == 214


@pytest.mark.parametrize(("name", "year"), BOOKS)
def test_the_copy_says_row_by_row_what_became_of_it_and_blanks_what_is_classified(who, tmp_path, name, year):
    made = imported(name, year, "--dry-run", "--report", str(tmp_path / "对照.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "对照.xlsx").worksheets[0]
    column = sheet.max_column
    assert sheet.cell(2, column).value == "导入结果"
    said = {at: sheet.cell(at, column).value for at in range(3, sheet.max_row + 1) if sheet.cell(at, column).value}
    assert {at for at, words in said.items() if words.startswith("未导入")} == {one["row"] for one in made["errors"]}
    assert sum(words == "可以导入" for words in said.values()) == made["imported"]
    for fault in made["errors"]:
        if "涉密" in fault["reason"]:
            assert [sheet.cell(fault["row"], at).value for at in range(1, column)] == [None] * (column - 1)


def test_R_SEC_03_of_a_classified_row_nothing_is_kept(who):
    imported(*BOOKS[0])
    kept = json.dumps(list(RegisterImport.objects.values("faults", "mapping")), ensure_ascii=False)
    assert "中医药振兴" not in kept
    assert not ImportedRow.objects.filter(written__icontains="中医药振兴发展重大工程实施方案的").exists()


# --- Rows of other books ---


@pytest.mark.parametrize(("written", "day"), [
    ("2025-03-01", "03-01"), ("2025/3/1", "03-01"), ("2025.3.1", "03-01"), ("2025年3月1日", "03-01"),
    ("20250301", "03-01"), (20250301, "03-01"), (45717, "03-01"), ("3.1", "03-01"), ("3月1日", "03-01"),
    ("03-01", "03-01"), ("3/1", "03-01"), ("二〇二五年三月一日", "03-01"), ("二○二五年十二月二十一日", "12-21"),
    ("２０２５．３．１", "03-01"), ("25.3.1", "03-01"), (date(2025, 3, 1), "03-01"), ("2025-03-01 09:30", "03-01"),
    ("3月1日（周六）", "03-01"), (12.25, "12-25"),
])  # fmt: skip
def test_a_day_is_read_in_all_the_forms_it_is_written_in(read, written, day):
    assert read(HEAD, row(day=written)).papers[0].received.isoformat() == f"2025-{day}"


@pytest.mark.parametrize(("written", "why"), [
    ("2025.2.30", "没有"), ("二月", "不是日期"), (1.1, "可能是"), ("", "没有收文日期"),
    ("2023-03-01", "不在 2025 年"), ("13.1", "没有"),
])  # fmt: skip
def test_a_day_that_cannot_be_read_is_not_guessed(read, written, why):
    found = read(HEAD, row(day=written))
    assert not found.papers and why in found.faults[0].reason


def test_a_day_that_has_not_come_is_none(read):
    found = read(HEAD, row(day="2026-12-01"), year=2026)
    assert "还没有到" in found.faults[0].reason


@pytest.mark.parametrize(("typed", "meant"), [
    ("某农发[2025]1号", "某农发〔2025〕1号"), ("某农发【2025】第01号", "某农发〔2025〕1号"),
    ("某农发(2025] 1 号", "某农发〔2025〕1号"), ("某农发〔２０２５〕１号", "某农发〔2025〕1号"),
    ("某农发﹝2025﹞\n1号", "某农发〔2025〕1号"), ("无", ""), ("/", ""),
])  # fmt: skip
def test_a_number_is_read_in_all_its_brackets(read, typed, meant):
    assert read(HEAD, row(number=typed)).papers[0].number == meant


def test_ditto_marks_stand_for_what_is_above_them(read):
    second = row(2, "〃", "同上", "某农发〔2025〕2号", "〃")
    found = read(HEAD, row(), second, row(3, "″", '"', "某农发〔2025〕3号", "另一件", "〃"))
    assert [(one.received.isoformat(), one.sender, one.title) for one in found.papers] == [
        ("2025-03-01", "省农业农村厅", "关于春耕的通知"), ("2025-03-01", "省农业农村厅", "关于春耕的通知"),
        ("2025-03-01", "省农业农村厅", "另一件"),
    ]  # fmt: skip


def test_blank_rows_repeated_heads_captions_and_totals_are_no_entries(read):
    nothing = (None,) * 8
    found = read(HEAD, row(), nothing, HEAD, ("三月", *nothing[1:]), row(2, number="某农发〔2025〕2号"),
                 ("合计", None, None, None, "共2件", None, None, None), title="2025年收文登记簿")  # fmt: skip
    assert [one.seq for one in found.papers] == ["1", "2"]
    assert found.skipped == {"blank": 1, "head": 1, "banner": 1, "total": 1}
    assert not found.faults


def test_a_head_is_recognised_by_other_names_in_two_rows_and_with_breaks_in_it(read):
    head = ("收文\n顺序号", "登 记 时 间", "发文机关", "文　号", "公文标题", "件数", "秘级", "备 注")
    assert read(head, row()).papers[0].number == "某农发〔2025〕1号"
    upper = ("顺序号", "收文日期", "来文", None, "标题", "份数", "密级", "备注")
    assert read(upper, (None, None, "来文单位", "来文字号", *[None] * 4), row()).papers[0].sender == "省农业农村厅"


def test_a_date_merged_over_the_days_papers_holds_for_each(db):
    made = openpyxl.load_workbook(io.BytesIO(book(HEAD, row(), row(2, None, number="某农发〔2025〕2号"))))
    made.active.merge_cells("B2:B3")
    content = io.BytesIO()
    made.save(content)
    found = old_books.open_book("旧.xlsx", content.getvalue()).read(year=2025, today=TODAY)
    assert [one.received.isoformat() for one in found.papers] == ["2025-03-01", "2025-03-01"]


def test_title_and_number_in_one_column_are_parted(read):
    head = ("顺序号", "收文时间", "来文单位", "公文标题及文号", "密级", "份数")
    found = read(head, (1, "3.1", "省政府", "省人民政府关于促进就业的实施意见（黔府发〔2019〕4 号）", "", 1))
    assert (found.papers[0].title, found.papers[0].number) == ("省人民政府关于促进就业的实施意见", "黔府发〔2019〕4号")


def test_sheets_of_several_months_come_in_together_and_are_numbered_anew(who):
    march = [HEAD, row(1), row(2, number="某农发〔2025〕2号")]
    april = {"四月": [HEAD, row(1, "2025-04-01", number="某农发〔2025〕9号"), row(2, "4.2", "", "", "没有单位")]}
    found = old_books.open_book("旧.xlsx", book(*march, sheet="三月", more=april))
    reading = found.read(year=2025, today=TODAY)
    assert [(one.sheet, one.seq) for one in reading.papers] == [("三月", "1"), ("三月", "2"), ("四月", "1")]
    assert (reading.faults[0].sheet, reading.faults[0].row) == ("四月", 3)
    given = {"book": "收", "year": 2025, "actor": who.clerk, "file_name": "旧.xlsx", "file_hash": found.hash}
    bringing_in.bring_in(reading, mapping=found.mapping, **given)
    assert list(Case.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2, 3]
    assert ImportedRow.objects.get(sheet="四月").seq == "1"
    assert list(verify()) == []


@pytest.mark.parametrize("level", ["机密", "秘密★10年", "绝密级", "机密（20年）"])
def test_R_SEC_03_a_classified_row_is_never_taken_for_an_ordinary_one(read, level):
    found = read(HEAD, row(level=level), row(2, number="某农发〔2025〕2号"))
    assert found.faults[0].classified and len(found.papers) == 1


@pytest.mark.parametrize(("cells", "why"), [
    ({"copies": 0}, "份数"), ({"copies": 99999}, "份数"), ({"copies": -2}, "份数"),
    ({"sender": "某" * 121}, "超过 120"),
    ({"title": "标" * 501}, "超过 500"), ({"number": "某" * 81}, "超过 80"),
])  # fmt: skip
def test_what_no_column_holds_is_not_cut_but_named(read, cells, why):
    found = read(HEAD, row(**cells))
    assert not found.papers and why in found.faults[0].reason


@pytest.mark.parametrize(("written", "many"), [("0", 0), ("", 0), ("无", 0), (2, 2), ("《方案》", 1)])
def test_enclosures_are_counted_or_one_where_they_are_named(read, written, many):
    found = read((*HEAD, "附件", "页数"), (*row(), written, "0"))
    assert (found.papers[0].enclosures, found.papers[0].pages) == (many, None)


def test_a_file_saved_under_the_other_name_is_read_by_what_it_is(db):
    for name, year in BOOKS:
        other = {"xls": "x.xlsx", "xlsx": "x.xls"}[name.rsplit(".", 1)[1]]
        found = old_books.open_book(other, (DATA / name).read_bytes())
        assert len(found.read(year=year, today=TODAY).papers) == len(expected(name)["rows"])


def test_several_faults_of_a_row_are_all_named(read):
    found = read(HEAD, row(day="2.30", title="", copies="若干"))
    assert found.faults[0].reason == "没有标题；收文日期：没有“2.30”这一天；份数：“若干”不是数字"


def test_a_sheet_without_a_head_says_what_is_missing(db):
    with pytest.raises(UnreadableBook, match="没有认出表头"):
        old_books.open_book("旧.xlsx", book(("一", "二"), ("三", "四")))
    found = old_books.open_book("旧.xlsx", book(("序号", "收文日期", "来文单位", "备注"), (1, "3.1", "某厅", "")))
    assert "“标题”" in old_books.wanting(found)


@pytest.mark.parametrize(("name", "content"), [
    ("旧.docx", b""), ("旧.xlsx", b"PK\x03\x04broken"), ("旧.xls", b"nonsense"),
])  # fmt: skip
def test_what_is_no_workbook_is_said(db, name, content):
    with pytest.raises(UnreadableBook):
        old_books.open_book(name, content)


# --- All or nothing ---


def test_an_import_that_breaks_off_leaves_nothing(who, monkeypatch):
    made = bringing_in._bring

    def breaks(paper, **given):
        if paper.seq == "100":
            raise RuntimeError("the power went")
        return made(paper, **given)

    monkeypatch.setattr(bringing_in, "_bring", breaks)
    with pytest.raises(RuntimeError):
        imported(*BOOKS[0])
    assert not IncomingDocument.objects.exists() and not RegisterImport.objects.exists()
    assert not Series.objects.filter(year=2025).exists()


def test_a_running_number_with_the_day_in_it_is_no_number_of_a_book(read):
    reading = read(HEAD, row(seq="20250037"), row(seq="20250038", number="某农发〔2025〕2号", title="另一件"))
    numbers = bringing_in.numbers_for(reading.papers, book=None)
    assert not numbers.own and "不是顺序号" in numbers.words


def test_a_book_in_use_goes_on_with_its_own_numbers(who, paper):
    paper()
    rows = row(day="2026-03-01"), row(2, "2026-03-02", number="某〔2026〕2号")
    found = old_books.open_book("旧.xlsx", book(HEAD, *rows))
    reading = found.read(year=2026, today=TODAY)
    series = Series.objects.get(name="收", year=2026)
    assert "接着往下编号" in bringing_in.numbers_for(reading.papers, book=series).words
    given = {"book": "收", "year": 2026, "actor": who.clerk, "file_name": "旧.xlsx", "file_hash": found.hash}
    bringing_in.bring_in(reading, mapping={}, **given)
    assert list(Case.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2, 3]


def test_rows_put_right_later_get_the_numbers_they_had(who):
    rows = row(), row(2, "2.30", number="某〔2025〕2号"), row(3, number="某〔2025〕3号")
    first = old_books.open_book("旧.xlsx", book(HEAD, *rows))
    given = {"book": "收", "year": 2025, "actor": who.clerk, "file_name": "旧.xlsx", "file_hash": "x"}
    bringing_in.bring_in(first.read(year=2025, today=TODAY), mapping={}, **given)
    second = old_books.open_book("改.xlsx", book(HEAD, row(2, "2.28", number="某〔2025〕2号")))
    bringing_in.bring_in(second.read(year=2025, today=TODAY), mapping={}, **given)
    assert list(Case.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2, 3]
    assert list(verify()) == []


@pytest.mark.parametrize("wrong", [
    ("--year", "3000"), ("--year", "2025", "--report", "out.pdf"), ("--year", "2025", "--as", "nobody"),
])  # fmt: skip
def test_the_command_says_what_is_wrong(who, wrong):
    with pytest.raises(CommandError):
        call_command("import_register", "incoming", str(DATA / BOOKS[0][0]), *wrong, stdout=io.StringIO())
    assert not Case.objects.exists()
