"""旧登记簿导入 in the browser: bring, agree, dry run, come in whole; the file does not stay."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents import tasks
from documents.models import ImportDraft, ImportedRow, RegisterImport
from office import jobs
from office.models import Case, Job
from tests.documents.test_old_registers import DATA, HEAD, book, row


@pytest.fixture
def bring(who, client, settings, tmp_path):
    """bring(content, …) uploads a workbook as the clerk and answers with the response."""
    settings.FILES_DIR = tmp_path / "files"
    client.force_login(who.clerk)

    def post(content: bytes, *, name: str = "2025收文.xlsx", year: int = 2025):
        upload = SimpleUploadedFile(name, content)
        return client.post(reverse("imports"), {"file": upload, "year": year, "book": "收"}, follow=True)

    return post


def test_a_register_is_brought_agreed_and_comes_in(bring, client):
    page = bring((DATA / "legacy-incoming-2025.xlsx").read_bytes()).context
    assert (page["imported"], page["faults_count"], page["numbers"]) == (214, 6, "")
    assert not Case.objects.exists()
    columns = {f"t0-{code}": str(column) for code, column in ImportDraft.objects.get().columns[0].items()}
    client.post(reverse("import_check"), {**columns, "import": "1"})
    job = Job.objects.get(kind="import")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.failed, Case.objects.count()) == ("", 214)
    done = client.get(job.page)
    assert done.context["imported"] == 214 and done.context["faults_count"] == 6
    assert not ImportDraft.objects.exists()
    assert "查看" in client.get(reverse("jobs")).content.decode()


def test_the_same_file_asked_for_twice_comes_in_once(bring, client):
    bring(book(HEAD, row()))
    draft = ImportDraft.objects.get()
    columns = {f"t0-{code}": str(column) for code, column in draft.columns[0].items()}
    client.post(reverse("import_check"), {**columns, "import": "1"})
    job = Job.objects.get()
    jobs.run(job.pk)
    again = jobs.ask("import", title="再来", actor=job.asked_by, arguments=job.arguments)
    jobs.run(again.pk)
    again.refresh_from_db()
    assert "已经导入" in again.failed and Case.objects.count() == 1


def test_a_column_taken_for_another_is_put_right_by_hand(bring, client):
    head = ("序号", "收文日期", "来文单位", "来文字号", "内容", "事由")
    page = bring(book(head, (1, "3.1", "某厅", "某〔2025〕1号", "关于春耕的通知", "春耕"))).context
    assert page["imported"] == 1
    columns = {"t0-title": "4", "t0-seq": "0", "t0-received": "1", "t0-sender": "2", "t0-number": "3"}
    client.post(reverse("import_check"), {**columns, "again": "1"})
    assert ImportDraft.objects.get().columns[0]["title"] == 4
    wrong = client.post(reverse("import_check"), {**columns, "t0-note": "4", "again": "1"})
    assert "已经指定为" in wrong.content.decode()


def test_a_sheet_whose_title_is_not_recognised_asks_which_it_is(bring):
    rows = (1, "3.1", "某厅", "某〔2025〕1号", "关于春耕的通知")
    page = bring(book(("序号", "收文日期", "来文单位", "来文字号", "内容"), rows))
    assert "“标题”" in page.context["wanting"]
    assert 'name="import"' not in page.content.decode()


def test_R_SEC_03_nothing_classified_is_kept_between_two_pages(bring, client):
    bring(book(HEAD, row(), row(2, number="某〔2025〕2号", title="某项部署", level="机密")))
    kept = ImportDraft.objects.get()
    names = [cell.value for line in openpyxl.load_workbook(io.BytesIO(bytes(kept.content))).active for cell in line]
    assert "某项部署" not in names and "机密" not in names
    page = client.get(reverse("import_check")).context
    assert (page["faults"][0]["row"], page["faults"][0]["seq"]) == (3, "2")
    copy = openpyxl.load_workbook(io.BytesIO(client.get(reverse("import_copy")).content)).active
    assert [cell.value for cell in copy[3]][:8] == [None] * 8
    assert "R-SEC-03" in copy.cell(3, copy.max_column).value


@pytest.mark.parametrize(("name", "content", "why"), [
    ("旧.docx", b"nothing", ""), ("旧.xlsx", b"PK\x03\x04broken", ""), ("旧.xlsx", book(("一", "二")), "没有认出表头"),
])  # fmt: skip
def test_what_cannot_be_read_is_said_at_the_field_and_nothing_is_kept(bring, name, content, why):
    answer = bring(content, name=name)
    assert answer.status_code == 422 and why in str(answer.context["form"].errors["file"])
    assert not ImportDraft.objects.exists()


def test_a_file_that_is_not_wanted_any_more_goes_at_once_or_after_a_day(bring, client):
    bring(book(HEAD, row()))
    client.post(reverse("import_check"), {"drop": "1"})
    assert not ImportDraft.objects.exists()
    bring(book(HEAD, row()))
    tasks.forget_imports()
    assert ImportDraft.objects.exists()
    ImportDraft.objects.update(at="2026-01-01T00:00+08:00")
    tasks.forget_imports()
    assert not ImportDraft.objects.exists()


def test_the_page_of_such_a_paper_shows_the_old_row_word_for_word(bring, client, who):
    bring(book(HEAD, row(note="原件退回")))
    columns = {f"t0-{code}": str(column) for code, column in ImportDraft.objects.get().columns[0].items()}
    client.post(reverse("import_check"), {**columns, "import": "1"})
    jobs.run(Job.objects.get().pk)
    case = Case.objects.get()
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    for words in ("原件退回", "2025收文.xlsx 第 2 行", "省农业农村厅", "旧登记簿导入"):
        assert words in page
    assert ImportedRow.objects.get().written[4] == ["文件标题", "关于春耕的通知"]
    assert client.get(f"/documents/incoming/{case.public_id}/slip/").status_code == 200


def test_only_the_clerks_bring_registers_in(client, who, bring):
    bring(book(HEAD, row()))
    client.force_login(who.director)
    for name in ("imports", "import_check", "import_copy"):
        assert client.get(reverse(name)).status_code == 404
    client.force_login(who.second_clerk)
    assert client.get(reverse("import_copy")).status_code == 404
    assert not RegisterImport.objects.exists()
