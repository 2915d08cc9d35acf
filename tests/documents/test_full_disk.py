"""The disk is full while a scan comes in: a sentence, nothing typed is lost, nothing is half stored.

/dev/full answers every byte written to it as a full disk does (ENOSPC).
"""

import errno
import os
import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents.models import ImportDraft, IncomingDocument
from office import files, jobs
from office.files import checking, pictures, storing
from office.models import Attachment, Case, Draft, Job, Series, StoredFile
from office.registers import workers
from office.registers.pieces import Piece
from tests import file_samples as samples
from tests.documents.test_old_registers import HEAD, book, row
from tests.people import MONDAY

SENTENCE = "服务器上存文件的磁盘满了，“扫描件.pdf”没有收。填的内容还在这一页上"


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def full_store(monkeypatch):
    """What is written to the store's incoming folder finds no room."""

    made = tempfile.mkstemp

    def full(*arguments, dir=None, **more) -> tuple[int, str]:
        handle, written = made(*arguments, dir=dir, **more)
        if dir is None or dir.name != "incoming":
            return handle, written
        os.close(handle)
        return os.open("/dev/full", os.O_WRONLY), written

    monkeypatch.setattr(checking.tempfile, "mkstemp", full)


@pytest.fixture
def full_temporary_folder(monkeypatch):
    """What Django receives into its own temporary files, before any view of ours has begun, finds no room."""
    receive_onto_a_full_disk(monkeypatch, buffering=0)


@pytest.fixture
def full_temporary_folder_seen_late(monkeypatch):
    """The same, where the system takes the bytes at first."""
    receive_onto_a_full_disk(monkeypatch, buffering=-1)


def receive_onto_a_full_disk(monkeypatch, *, buffering: int) -> None:
    def full(*_arguments, **_more):
        return open("/dev/full", "wb+", buffering=buffering)  # noqa: SIM115 - whoever receives the upload closes it

    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", full)


@pytest.fixture
def full_at_the_last_step(monkeypatch):
    """The file is there; its place in the store cannot be made."""

    def full(*_arguments, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storing.os, "replace", full)


def scan(name: str = "扫描件.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.pdf())


def left(settings) -> list[str]:
    return [path.name for path in settings.FILES_DIR.rglob("*") if path.is_file() and path.name != "lock"]


@pytest.mark.parametrize(("where", "in_memory"), [
    ("full_store", True), ("full_store", False), ("full_temporary_folder", False),
    ("full_temporary_folder_seen_late", False), ("full_at_the_last_step", True),
])  # fmt: skip
def test_registering_with_a_scan_says_so_and_keeps_what_was_typed(
    who, client, request, settings, monkeypatch, where, in_memory
):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20 if in_memory else 10
    client.force_login(who.clerk)
    last = Series.objects.get(name="收", year=2026).last
    fields = {
        "token": "7b0d9f0e-7e6b-4f57-9f39-3d0c7b1c0c11", "series": "收", "received_on": "2026-11-20",
        "channel": "exchange", "carrier": "paper", "sender": "省农业农村厅", "title": "关于做好冬春防火工作的通知",
        "secrecy": "0", "urgency": "normal", "copies": "1", "purpose": "decision", "save": "next",
    }  # fmt: skip
    request.getfixturevalue(where)
    answer = client.post(reverse("incoming_new"), {**fields, "files": [scan()]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert SENTENCE in page, answer.context["form"].errors
    assert "关于做好冬春防火工作的通知" in page and fields["token"] in page
    assert Draft.objects.get().values["title"] == [fields["title"]], "and it is kept besides"
    assert [one.objects.count() for one in (Case, IncomingDocument, Attachment, StoredFile)] == [0, 0, 0, 0]
    assert Series.objects.get(name="收", year=2026).last == last, "no number was used"
    assert left(settings) == []
    monkeypatch.undo()
    assert client.post(reverse("incoming_new"), {**fields, "files": [scan()]}).status_code == 302
    assert Attachment.objects.get().name == "扫描件.pdf"


def test_of_two_files_the_one_there_was_no_room_for_is_named(who, client, settings, full_temporary_folder):
    """Django keeps a small one in memory; the form says of the large one alone that it did not arrive."""
    small, large = SimpleUploadedFile("附件.docx", samples.docx()), scan()
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    client.force_login(who.clerk)
    answer = client.post(reverse("incoming_new"), {"title": "一件", "files": [large]})
    (lost,) = answer.context["form"].cleaned_data["files"]
    with pytest.raises(files.Unfit) as unfit, files.checked([small, lost]):
        pass
    assert "扫描件.pdf" in unfit.value.sentence
    assert "附件" not in unfit.value.sentence


def test_recording_a_signed_sheet_says_so_and_keeps_the_words(who, client, paper, settings, full_store):
    one = paper()
    one.do("pass", who.clerk)
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    client.force_login(who.clerk)
    before = one.case.decisions.count()
    answer = client.post(
        reverse("record", args=[one.turn.pk]),
        {
            "medium": "paper", "signer": who.leader.pk, "happened_on": "2026-11-16", "move": "instruct",
            "opinion": "请种植业股抓紧办理", "names": "", "scan": scan(),
        },
    )  # fmt: skip
    page = answer.content.decode()
    assert (answer.status_code, SENTENCE in page, "请种植业股抓紧办理" in page) == (422, True, True)
    assert one.case.decisions.count() == before
    assert (StoredFile.objects.count(), left(settings)) == (0, [])


def test_bringing_an_old_register_says_so(who, client, settings, full_store):
    client.force_login(who.clerk)
    upload = SimpleUploadedFile("2025收文.xlsx", book(HEAD, row()))
    page = client.post(reverse("imports"), {"file": upload, "year": 2025, "book": "收"}, follow=True)
    assert "磁盘满了，“2025收文.xlsx”没有收" in page.content.decode()
    assert not ImportDraft.objects.exists()


def test_another_fault_of_the_disk_is_no_full_one(who, monkeypatch):
    def broken(*_arguments, **_more):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(checking.tempfile, "mkstemp", broken)
    with pytest.raises(OSError, match="Input/output"):
        files.check(scan(), name="扫描件.pdf")


def test_a_page_that_cannot_be_drawn_for_want_of_room_is_said_to_come_later(who, settings, monkeypatch):
    stored = files.store(SimpleUploadedFile("一.pdf", samples.pdf()), name="一.pdf", at=MONDAY)

    def full(*_arguments, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pictures.os, "replace", full)
    with pytest.raises(files.NotShown, match="磁盘满了") as not_shown:
        files.page_picture(stored, page=1, width=400)
    assert not_shown.value.later
    assert left(settings) == [stored.hash]


# --- Long jobs ----------------------------------------------------------------------------------------------------


@pytest.fixture
def job(who, client, paper) -> Job:
    paper()
    client.force_login(who.clerk)
    client.get(reverse("incoming_print"), {"year": 2026, "as": "xlsx"})
    return Job.objects.get()


def test_a_register_there_is_no_room_for_is_not_half_made_and_its_page_says_what_to_do(
    job, client, settings, full_store
):
    jobs.run(job.pk)
    page = client.get(reverse("job", args=[job.public_id])).content.decode()
    assert "服务器的磁盘满了，没有做成，也没有留下半份。请告诉系统管理员" in page, Job.objects.get().failed
    job.refresh_from_db()
    assert (job.result, StoredFile.objects.count(), left(settings)) == (None, 0, [])


def test_a_page_of_a_register_drawn_onto_a_full_disk_is_known_as_such(tmp_path, monkeypatch):
    """What the drawing process says is all that is heard of it."""
    saying = tmp_path / "python"
    saying.write_text("#!/bin/sh\necho 'OSError: [Errno 28] No space left on device' >&2\nexit 1\n")
    saying.chmod(0o755)
    monkeypatch.setattr(workers.sys, "executable", str(saying))
    piece = Piece(job=tmp_path / "a.html", path=tmp_path / "a.pdf", pages=1)
    with pytest.raises(OSError, match="No space left") as full:
        workers.render([piece], columns=[], folder=tmp_path, workers=1, finished=lambda _piece: None)
    assert full.value.errno == errno.ENOSPC
