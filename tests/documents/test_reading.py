"""What a paper says about itself is read off its text, shown beside the fields, and never entered by itself."""

import csv
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents import reading
from documents.reading import Line
from office.files import apart
from office.models import Case, StoredFile
from office.shorthand import read_document_number
from tests import letters
from tests.file_samples import pdf as blank_pdf

REAL = Path(__file__).parents[1] / "data" / "real-documents.csv"
PAPERS = list(csv.DictReader(REAL.open(encoding="utf-8")))
FORMS = ("down", "letter", "up")


def read(content: bytes, tmp_path, *, kind: str = "pdf") -> reading.Facts:
    path = tmp_path / "paper"
    path.write_bytes(content)
    return reading.read([Line(*line) for line in apart.lines(path, kind=kind)])


def set_by_the_standard(row: dict, *, place: int) -> bytes:
    return letters.letter(
        number=row["doc_number"], title=row["title"], issuer=row["issuer"], day=date.fromisoformat(row["date"]),
        form=FORMS[place % 3], words=place % 4 == 0, marks=("特急",) if place % 5 == 0 else (), pages=1 + place % 2,
    )  # fmt: skip


@pytest.mark.parametrize("place", range(len(PAPERS)))
def test_real_papers_say_number_title_issuer_and_date(place, tmp_path):
    row = PAPERS[place]
    facts = read(set_by_the_standard(row, place=place), tmp_path)
    assert facts.number == read_document_number(row["doc_number"])
    assert facts.title == row["title"].replace(" ", "")
    assert facts.sender == row["issuer"].split()[0]
    assert facts.dated_on == date.fromisoformat(row["date"])
    assert facts.urgency == ("flash" if place % 5 == 0 else "")


A_PAPER = {
    "doc_number": "某农函〔2026〕12号",
    "title": "关于报送今冬明春农业防灾减灾工作情况的函",
    "issuer": "某某市农业农村局",
    "date": "2026-11-18",
}


def test_a_scan_with_recognised_text_below_is_read_as_well(tmp_path):
    facts = read(letters.under_a_picture(set_by_the_standard(A_PAPER, place=1)), tmp_path)
    assert (facts.number, facts.title, facts.sender) == (
        A_PAPER["doc_number"], A_PAPER["title"], A_PAPER["issuer"],
    )  # fmt: skip
    assert facts.dated_on == date(2026, 11, 18)


def test_an_ofd_is_read_as_well(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(set_by_the_standard(A_PAPER, place=2))
    facts = read(letters.as_ofd(apart.lines(path, kind="pdf")), tmp_path, kind="ofd")
    assert (facts.number, facts.title, facts.sender, facts.dated_on) == (
        A_PAPER["doc_number"], A_PAPER["title"], A_PAPER["issuer"], date(2026, 11, 18),
    )  # fmt: skip


def lines(*texts: str) -> list[Line]:
    """Without sizes and places, as poor recognition gives them."""
    return [Line(text, 1, 0.2, 0.8, 0.1 + 0.03 * place, 0) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "number", "title", "dated_on"),
    [
        (["某政发[2026]8号", "关于做好秋收工作的通知", "各乡镇人民政府：", "正文。", "二〇二六年十月三日"],
         "某政发〔2026〕8号", "关于做好秋收工作的通知", date(2026, 10, 3)),
        (["关于做好秋收工作", "的通知", "各乡镇人民政府：", "见某政发〔2025〕3号文件。", "2026年10月31日"],
         "", "关于做好秋收工作的通知", date(2026, 10, 31)),
        (["某政发〔2026〕8号", "各乡镇：", "按2026年5月1日通知办。", "某某局2026年12月2日印发"],
         "某政发〔2026〕8号", "", date(2026, 12, 2)),
        (["某政发〔2026〕8号", "关于开会的通知", "各乡镇：", "2026年2月30日"],
         "某政发〔2026〕8号", "关于开会的通知", None),
        (["农业农村部公告 2026年 第 43 号", "关于禁用某药的公告", "正文。"],
         "农业农村部公告2026年第43号", "关于禁用某药的公告", None),
        (["这是一段说明。", "没有别的。"], "", "", None),
    ],
)  # fmt: skip
def test_what_is_read_by_rule_and_what_is_not_there(texts, number, title, dated_on):
    facts = reading.read(lines(*texts))
    assert (facts.number, facts.title, facts.dated_on) == (number, title, dated_on)


def test_nothing_gives_nothing():
    assert reading.read([]).nothing


# --- At the counter ---


def choose(client, *contents: tuple[str, bytes]):
    files = [SimpleUploadedFile(name, content) for name, content in contents]
    return client.post("/documents/incoming/same-file/", {"files": files}).content.decode()


def test_the_facts_are_shown_beside_their_fields_and_nothing_is_kept(client, who):
    client.force_login(who.clerk)
    page = choose(client, ("来函.pdf", set_by_the_standard(A_PAPER, place=1)))
    for field, value in (
        ("sender", A_PAPER["issuer"]), ("doc_number", A_PAPER["doc_number"]), ("title", A_PAPER["title"]),
        ("dated_on", A_PAPER["date"]),
    ):  # fmt: skip
        assert f'data-read="{field}" data-value="{value}"' in page
    assert not Case.objects.exists() and not StoredFile.objects.exists()


def test_R_SEC_03_a_marked_paper_is_told_at_once_and_nothing_is_read_off_it(client, who):
    client.force_login(who.clerk)
    content = letters.letter(
        number="某密发〔2026〕1号", title="关于某事的通知", issuer="某某局", day=date(2026, 1, 5), marks=("机密★10年",)
    )
    page = choose(client, ("某.pdf", content))
    assert "标有密级" in page and "data-read" not in page and "某密发" not in page


def test_a_file_that_cannot_be_taken_is_told_when_it_is_chosen(client, who):
    client.force_login(who.clerk)
    page = choose(client, ("空.pdf", b""), ("来函.pdf", set_by_the_standard(A_PAPER, place=1)))
    assert "“空.pdf”是空文件" in page and A_PAPER["title"] in page


def test_a_picture_without_letters_says_so(client, who):
    client.force_login(who.clerk)
    assert "没有文字层" in choose(client, ("扫描.pdf", blank_pdf()))
