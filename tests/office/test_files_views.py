"""Addresses of stored files: who gets the page or the download, how it is sent, and who is told of no file."""

import io
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation
from PIL import Image

from office import access, acting, files
from office.files import apart, storing, views
from office.models import Attachment, Look, Series
from office.models.files import StoredFile
from office.views.papers import paper_of
from tests import file_samples as samples
from tests import sketches
from tests.people import MONDAY


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path, monkeypatch):
    """Rendering is tried in test_files_pictures.py; here every file has three pages, all of them white."""
    settings.FILES_DIR = tmp_path / "files"
    settings.CLAMD_SOCKET = ""
    monkeypatch.setattr(apart, "page_count", lambda path, *, kind: 3)
    monkeypatch.setattr(apart, "picture", white)


def white(path, *, kind, page, width, out):
    Image.new("RGB", (width, width), "white").save(out, "JPEG")


def fails(why: str):
    def picture(path, **more):
        raise apart.Failed(why)

    return picture


def paper(who, *, content: bytes | None = None, name: str = "关于防汛的通知.pdf", **more) -> Attachment:
    case = acting.start(
        sketches.Incoming, actor=who.clerk, title="关于做好防汛工作的通知", at=MONDAY,
        series=Series.objects.get(name="收"), **more,
    )  # fmt: skip
    upload = SimpleUploadedFile(name, samples.pdf(3) if content is None else content)
    return files.attach(case, [upload], actor=who.clerk, role=Attachment.Role.TEXT, at=MONDAY)[0]


def restricted(who, **more) -> Attachment:
    attachment = paper(who, restricted=True, **more)
    access.let_see(attachment.case, people=[who.clerk, who.leader])
    return attachment


def ask(view, attachment: Attachment, reader, *, method: str = "get", query=None, headers=None, **place):
    request = getattr(RequestFactory(), method)("/", query or {}, headers=headers or {})
    request.user = reader
    return view(request, public_id=attachment.case.public_id, pk=attachment.pk, **place)


def download(attachment, reader, **more):
    return ask(views.file, attachment, reader, **more)


def page(attachment, reader, number: int = 1, *, width: int = 400, **more):
    return ask(views.file_page, attachment, reader, page=number, query={"width": str(width)}, **more)


# --- Who may look -------------------------------------------------------------------------------------------


def test_the_clerk_downloads_the_file_under_its_chinese_name(who):
    response = download(paper(who), who.clerk)
    assert b"".join(response.streaming_content) == samples.pdf(3)
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('关于防汛的通知.pdf')}"
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_outsider_is_told_that_there_is_no_file(who):
    with pytest.raises(Http404):
        download(paper(who), who.outsider)


def test_an_outsider_is_told_that_there_is_no_page(who):
    with pytest.raises(Http404):
        page(paper(who), who.outsider)


@pytest.mark.parametrize("administrator", ["system_admin", "security_admin", "audit_admin"])
def test_an_administrator_reads_no_paper(who, administrator):
    with pytest.raises(Http404):
        download(paper(who), getattr(who, administrator))


def test_a_file_is_not_found_through_another_paper(who):
    mine, other = paper(who), paper(who, content=samples.pdf(1))
    other.case = mine.case
    with pytest.raises(Http404):
        download(other, who.clerk)


def test_a_file_taken_off_the_paper_is_gone_for_its_readers(who):
    attachment = paper(who)
    access.let_see(attachment.case, people=[who.handler])
    assert download(attachment, who.handler).status_code == 200
    Attachment.objects.filter(pk=attachment.pk).update(removed_at=MONDAY)
    with pytest.raises(Http404):
        download(attachment, who.handler)


def test_the_hub_still_sees_what_was_taken_off(who):
    attachment = paper(who)
    Attachment.objects.filter(pk=attachment.pk).update(removed_at=MONDAY)
    assert download(attachment, who.clerk).status_code == 200


def test_a_key_larger_than_the_database_counts_is_not_found(who):
    attachment = paper(who)
    attachment.pk = 10**30
    with pytest.raises(Http404):
        download(attachment, who.clerk)


@pytest.mark.parametrize("width", ["401", "-400", "９００", "1e3", "", "9" * 5000])
def test_a_strange_width_is_not_found(who, width):
    with pytest.raises(Http404):
        page(paper(who), who.clerk, width=width)


def test_a_page_after_the_last_is_not_found(who):
    with pytest.raises(Http404):
        page(paper(who), who.clerk, 4)


def test_headers_alone_can_be_asked_for(who):
    attachment = paper(who)
    assert download(attachment, who.clerk, method="head")["Content-Length"] == str(len(samples.pdf(3)))
    assert page(attachment, who.clerk, method="head").status_code == 200


def test_a_file_is_never_posted_to(who):
    assert download(paper(who), who.clerk, method="post").status_code == 405


# --- How it is sent -----------------------------------------------------------------------------------------


def test_a_picture_opens_in_the_browser_walled_off(who):
    attachment = paper(who, content=samples.picture("PNG"), name="图.png")
    response = download(attachment, who.clerk, query={"inline": "1"})
    assert response["Content-Disposition"].startswith("inline")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_word_text_is_downloaded_even_when_asked_to_open(who):
    attachment = paper(who, content=samples.docx(), name="请示.docx")
    assert download(attachment, who.clerk, query={"inline": "1"})["Content-Disposition"].startswith("attachment")


def test_a_page_of_an_ordinary_paper_is_kept_by_the_readers_own_browser(who):
    response = page(paper(who), who.clerk)
    assert response["Cache-Control"] == "private, max-age=3600"
    assert response["Vary"] == "Cookie"
    assert response["Content-Type"] == "image/jpeg"


def test_a_page_the_browser_has_is_not_sent_again(who):
    attachment = paper(who)
    etag = page(attachment, who.clerk)["ETag"]
    response = page(attachment, who.clerk, headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")


def test_a_page_the_browser_has_is_still_refused_to_an_outsider(who):
    attachment = paper(who)
    etag = page(attachment, who.clerk)["ETag"]
    with pytest.raises(Http404):
        page(attachment, who.outsider, headers={"If-None-Match": etag})


def test_a_restricted_paper_is_kept_by_no_browser(who):
    attachment = restricted(who)
    assert download(attachment, who.leader)["Cache-Control"] == "private, no-store"
    response = page(attachment, who.leader)
    assert response["Cache-Control"] == "private, no-store"
    assert "ETag" not in response


def test_a_restricted_page_carries_the_mark_of_who_reads_it(who):
    attachment = restricted(who)
    plain = files.page_picture(attachment.stored, page=1, width=400)
    of_the_leader = page(attachment, who.leader).content
    of_the_clerk = page(attachment, who.clerk).content
    assert len({plain, of_the_leader, of_the_clerk}) == 3


def test_a_work_secret_carries_the_mark_although_its_post_may_see_it(who):
    attachment = paper(who, secrecy=1)
    assert page(attachment, who.clerk).content != files.page_picture(attachment.stored, page=1, width=400)


def test_an_ordinary_page_carries_no_mark(who):
    attachment = paper(who)
    assert page(attachment, who.clerk).content == files.page_picture(attachment.stored, page=1, width=400)


def test_a_lost_file_is_said_to_be_lost(who):
    attachment = paper(who)
    storing.place_of(attachment.stored.hash).unlink()
    assert download(attachment, who.clerk).status_code == 500
    response = page(attachment, who.clerk)
    assert (response.status_code, response["Content-Type"]) == (500, "image/jpeg")


@pytest.mark.parametrize(("why", "status"), [("broken", 422), ("slow", 422), ("busy", 503)])
def test_a_page_that_cannot_be_shown_is_a_sheet_that_says_so(who, monkeypatch, why, status):
    attachment = paper(who)
    monkeypatch.setattr(apart, "picture", fails(why))
    response = page(attachment, who.clerk)
    assert response.status_code == status
    assert Image.open(io.BytesIO(response.content)).size == (400, 200)
    assert "ETag" not in response
    assert response["Cache-Control"] == "private, no-cache"


def test_a_long_paper_is_shown_to_its_last_page_and_says_what_is_left_out(who):
    attachment = paper(who)
    for count, shown, says in ((200, 200, ""), (620, 500, "还有 120 页没有在这里显示")):
        StoredFile.objects.filter(pk=attachment.stored_id).update(pages=count)
        page = render_to_string("office/_paper.html", paper_of(attachment.case, user=who.clerk))
        assert page.count('<div class="sheet">') == shown
        assert says in page


# --- Looks --------------------------------------------------------------------------------------------------


def looks(attachment) -> list[str]:
    return list(Look.objects.filter(case=attachment.case).order_by("pk").values_list("what", flat=True))


def test_a_download_of_a_restricted_paper_is_logged_with_its_name(who):
    attachment = restricted(who)
    download(attachment, who.leader)
    assert looks(attachment) == ["下载 关于防汛的通知.pdf"]
    assert Look.objects.get().person == who.leader


def test_a_download_is_logged_in_the_offices_language_whatever_the_screen_speaks(who):
    attachment = restricted(who)
    with translation.override("en"):
        download(attachment, who.leader)
    assert looks(attachment)[0].startswith("下载")


def test_reading_three_pages_is_one_look(who):
    attachment = restricted(who)
    for number in (2, 1, 3):
        page(attachment, who.leader, number)
    assert looks(attachment) == ["看 关于防汛的通知.pdf，第 2 页"]


def test_reading_again_after_ten_minutes_is_another_look(who, monkeypatch):
    attachment = restricted(who)
    page(attachment, who.leader)
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: later)
    page(attachment, who.leader)
    assert len(looks(attachment)) == 2


def test_two_files_of_like_name_are_two_looks(who):
    attachment = restricted(who)
    upload = SimpleUploadedFile("关于防汛的通知.pdf", samples.pdf(2))
    other = files.attach(attachment.case, [upload], actor=who.clerk, role="attachment", at=MONDAY)[0]
    assert other.name != attachment.name
    page(attachment, who.leader)
    page(other, who.leader)
    assert len(looks(attachment)) == 2


def test_two_readers_are_two_looks(who):
    attachment = restricted(who)
    page(attachment, who.leader)
    page(attachment, who.clerk)
    assert len(looks(attachment)) == 2


def test_looks_at_an_ordinary_paper_are_not_kept(who):
    attachment = paper(who)
    download(attachment, who.clerk)
    page(attachment, who.clerk)
    assert looks(attachment) == []
