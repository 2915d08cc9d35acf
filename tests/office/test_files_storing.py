"""The store: whole or not at all, once for each content, and nothing of a state secret."""

import os
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from office import acting, files
from office.files import storing
from office.files.storing import place_of
from office.models import Attachment, Series, StoredFile
from office.tasks import sweep
from tests import file_samples as samples
from tests import sketches
from tests.people import MONDAY


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    settings.CLAMD_SOCKET = ""


@pytest.fixture
def case(who):
    return paper(who)


def paper(who, **more):
    values = {"title": "关于做好防汛工作的通知", "series": Series.objects.get(name="收"), "at": MONDAY} | more
    return acting.start(sketches.Incoming, actor=who.clerk, **values)


def upload(name: str = "请示.docx", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.docx() if content is None else content)


def hang(case, who, *uploads, **more):
    values = {"actor": who.clerk, "role": Attachment.Role.TEXT, "at": MONDAY} | more
    return files.attach(case, uploads, **values)


def everything(settings) -> list:
    """Every file of the store that holds content, finished or not."""
    return [path for path in settings.FILES_DIR.rglob("*") if path.is_file() and path.name != "lock"]


@pytest.mark.django_db
def test_a_stored_file_lies_under_its_hash_for_nobody_else_to_read():
    stored = files.store(upload(), name="请示.docx", at=MONDAY)
    place = place_of(stored.hash)
    assert place.read_bytes() == samples.docx()
    assert place.stat().st_mode & 0o777 == 0o640
    with files.open_stored(stored) as content:
        assert content.read() == samples.docx()


@pytest.mark.django_db
def test_the_same_content_is_stored_once(settings):
    first = files.store(upload("a.docx"), name="a.docx", at=MONDAY)
    again = files.store(upload("b.docx"), name="b.docx", at=MONDAY + timedelta(days=1))
    assert (again.pk, again.stored_at) == (first.pk, MONDAY)
    assert len(everything(settings)) == 1


@pytest.mark.django_db
def test_the_offices_own_work_is_kept_without_being_asked(settings):
    settings.FILE_SIZE_LIMIT = 10
    stored = files.keep(ContentFile(b"x" * 1000), type="pdf", pages=3, at=MONDAY)
    assert (stored.size, stored.pages, files.verify(stored)) == (1000, 3, True)


@pytest.mark.django_db
def test_a_changed_file_does_not_verify():
    stored = files.store(upload(), name="请示.docx", at=MONDAY)
    place_of(stored.hash).write_bytes(samples.docx() + b" ")
    assert not files.verify(stored)


@pytest.mark.django_db
def test_a_lost_file_does_not_verify():
    stored = files.store(upload(), name="请示.docx", at=MONDAY)
    place_of(stored.hash).unlink()
    assert not files.verify(stored)


@pytest.mark.django_db
def test_storing_the_same_content_again_heals_a_damaged_file():
    stored = files.store(upload(), name="请示.docx", at=MONDAY)
    place_of(stored.hash).write_bytes(b"damage")
    files.store(upload(), name="请示.docx", at=MONDAY)
    assert files.verify(stored)


@pytest.mark.django_db
def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path):
    stored = files.store(upload(), name="请示.docx", at=MONDAY)
    secret = tmp_path / "secret"
    secret.write_text("secret")
    place_of(stored.hash).unlink()
    place_of(stored.hash).symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"):
        files.open_stored(stored)


@pytest.mark.parametrize("content_hash", ["../../etc/passwd", "a" * 63 + "/", "A" * 64, ""])
def test_only_a_hash_names_a_place(content_hash):
    with pytest.raises(ValueError, match="SHA-256"):
        place_of(content_hash)


def test_two_who_store_the_same_content_at_once_share_one_row(transactional_db):
    together = threading.Barrier(2, timeout=10)
    keys, faults = [], []

    def clerk() -> None:
        try:
            one = files.check(upload(), name="请示.docx")
            with transaction.atomic():
                together.wait()
                keys.append(files.store(one, at=MONDAY).pk)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert faults == []
    assert len(keys) == 2
    assert keys == [StoredFile.objects.get().pk] * 2


# --- On a case ----------------------------------------------------------------------------------------------


def test_attached_files_keep_their_order_and_cleaned_names(case, who):
    made = hang(case, who, upload("C:\\扫描\\正文.docx"), upload("附件\u202e.xlsx", samples.xlsx()))
    assert [(one.name, one.position, one.stored.type) for one in made] == [
        ("正文.docx", 0, "docx"),
        ("附件.xlsx", 1, "xlsx"),
    ]
    assert hang(case, who, upload("后补.docx"))[0].position == 2


def test_a_second_file_of_the_same_name_is_numbered(case, who):
    hang(case, who, upload("扫描.docx"))
    assert hang(case, who, upload("扫描.docx", samples.docx(more=b"x")))[0].name == "扫描 (2).docx"


def test_one_bad_file_of_three_and_none_is_attached(case, who, settings):
    with pytest.raises(files.Unfit, match="坏.pdf"):
        hang(case, who, upload("一.docx"), upload("坏.pdf", b"noise"), upload("三.docx"))
    assert not case.attachments.exists()
    assert everything(settings) == []


def test_a_file_hangs_on_the_decision_it_came_with(case, who):
    turn = case.turns.get(ended_at=None)
    acting.act(turn, "submit", actor=who.director, opinion="拟请志远副局长批示", names=[who.leader], at=MONDAY)
    decision = case.decisions.latest("number")
    made = hang(case, who, upload(), role=Attachment.Role.PAPER, decision=decision)
    assert (made[0].decision, made[0].turn) == (decision, decision.turn)


def test_files_checked_before_the_lock_are_attached_under_it(case, who, settings):
    with files.checked([upload()]) as ready, transaction.atomic():
        acting.door.lock_case(case)
        hang(case, who, *ready)
    assert case.attachments.get().name == "请示.docx"
    assert len(everything(settings)) == 1


def test_a_scan_signed_along_is_bound_into_the_decision(case, who):
    scans = files.store_for(case, [upload("批示\u202e.pdf", samples.pdf())], at=MONDAY)
    turn = case.turns.get(ended_at=None)
    acting.act(
        turn, "submit", actor=who.director, opinion="拟请批示", names=[who.leader], at=MONDAY,
        recorded_by=who.clerk, medium="paper", files=scans,
    )  # fmt: skip
    decision = case.decisions.latest("number")
    assert decision.files == decision.attachments.get().stored.hash
    assert decision.attachments.get().name == "批示.pdf"


def test_a_transaction_rolled_back_leaves_no_row_and_no_attachment(case, who):
    with pytest.raises(RuntimeError), transaction.atomic():
        hang(case, who, upload())
        raise RuntimeError
    assert not StoredFile.objects.exists()
    assert not case.attachments.exists()


def test_R_SEC_03_a_state_secret_has_no_file(who, settings):
    secret = paper(who, title="", secrecy=3, series=Series.objects.get(name="密"))
    with pytest.raises(files.Unfit, match="第三十一条.*R-SEC-03"):
        hang(secret, who, upload())
    assert everything(settings) == []


def test_R_SEC_03_nor_a_scan_of_what_was_written_on_it(who, settings):
    secret = paper(who, title="", secrecy=2, series=Series.objects.get(name="密"))
    with pytest.raises(files.Unfit, match="R-SEC-03"):
        files.store_for(secret, [upload()], at=MONDAY)


def test_R_SEC_03_the_database_refuses_it_too(who, case):
    secret = paper(who, title="", secrecy=2, series=Series.objects.get(name="密"))
    stored = files.store(upload(), name="请示.docx", at=MONDAY)
    with pytest.raises(IntegrityError, match="R-SEC-03"), transaction.atomic():
        Attachment.objects.create(case=secret, stored=stored, name="x", added_by=who.clerk, added_at=MONDAY)


def test_R_SEC_03_a_work_secret_is_no_state_secret(who):
    assert len(hang(paper(who, secrecy=1), who, upload())) == 1


def test_R_SEC_03_a_declared_classified_network_stores_files(settings):
    settings.CLASSIFIED_NETWORK = True
    files.refuse_state_secret(4)


# --- The same file again ------------------------------------------------------------------------------------


def test_the_registry_is_told_which_papers_hold_the_same_file(case, who):
    stored = hang(case, who, upload())[0].stored
    assert list(files.same_file_cases(stored.hash, user=who.clerk)) == [case]


def test_who_may_not_see_a_paper_does_not_learn_that_it_holds_the_file(case, who):
    stored = hang(case, who, upload())[0].stored
    assert not files.same_file_cases(stored.hash, user=who.outsider).exists()


def test_a_file_taken_off_a_paper_is_no_duplicate(case, who):
    made = hang(case, who, upload())[0]
    Attachment.objects.filter(pk=made.pk).update(removed_at=MONDAY)
    assert not files.same_file_cases(made.stored.hash, user=who.clerk).exists()


# --- Sweeping -----------------------------------------------------------------------------------------------


NOW = MONDAY + timedelta(days=3)


def aged(path, *, days: float):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(b"left behind")
    when = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (when, when))
    return path


@pytest.mark.django_db
def test_sweeping_removes_what_no_row_names_after_a_day(settings):
    old = aged(place_of("a" * 64), days=2)
    young = aged(place_of("b" * 64), days=0.5)
    assert files.sweep(now=NOW).orphans == 1
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.django_db
def test_sweeping_never_removes_a_file_whose_row_exists():
    stored = files.store(upload(), name="请示.docx", at=MONDAY)
    aged(place_of(stored.hash), days=400)
    assert files.sweep(now=NOW).orphans == 0
    assert files.verify(stored)


@pytest.mark.django_db
def test_sweeping_removes_broken_off_uploads_and_old_pictures(settings):
    gone = [
        aged(settings.FILES_DIR / "incoming" / "tmp1", days=2),
        aged(settings.FILES_DIR / "pictures" / "aa" / "x-1-900.jpg", days=40),
    ]
    kept = [
        aged(settings.FILES_DIR / "incoming" / "tmp2", days=0.1),
        aged(settings.FILES_DIR / "pictures" / "aa" / "y-1-900.jpg", days=2),
    ]
    swept = files.sweep(now=NOW)
    assert (swept.unfinished, swept.pictures) == (1, 1)
    assert [path.exists() for path in gone + kept] == [False, False, True, True]


@pytest.mark.django_db
def test_sweeping_stops_when_hardly_any_file_belongs_to_this_database():
    for number in range(101):
        aged(place_of(f"{number:064x}"), days=2)
    with pytest.raises(storing.Suspicious):
        files.sweep(now=NOW)
    assert place_of(f"{0:064x}").exists()


def test_the_store_is_swept_every_night(settings):
    entry = next(one for one in settings.CELERY_BEAT_SCHEDULE.values() if one["task"] == sweep.name)
    assert entry["schedule"] == crontab(hour=3, minute=30)


def test_the_task_of_the_night_sweeps(monkeypatch):
    asked = []
    monkeypatch.setattr(files, "sweep", lambda *, now: asked.append(now))
    sweep()
    assert len(asked) == 1


def test_a_store_that_looks_like_anothers_is_an_error_in_the_log(monkeypatch, caplog):
    def refuses(*, now):
        raise files.Suspicious("101 of 101 stored files are named by no row")

    monkeypatch.setattr(files, "sweep", refuses)
    sweep()
    assert [(one.levelname, "101 of 101" in one.getMessage()) for one in caplog.records] == [("ERROR", True)]


@pytest.mark.django_db
def test_what_is_stored_again_while_the_sweeper_runs_is_kept(monkeypatch):
    one = files.check(upload(), name="请示.docx")
    aged(place_of(one.hash), days=2)
    guard = storing.not_while_sweeping

    @contextmanager
    def just_in_time(*, exclusive: bool):
        if exclusive and one.path.exists():
            files.store(one, at=NOW)
        with guard(exclusive=exclusive):
            yield

    monkeypatch.setattr(storing, "not_while_sweeping", just_in_time)
    assert files.sweep(now=NOW).orphans == 0
    assert files.verify(StoredFile.objects.get())


@pytest.mark.django_db
def test_an_office_that_never_stored_a_file_can_be_swept():
    assert files.sweep(now=NOW) == files.Swept(0, 0, 0)
