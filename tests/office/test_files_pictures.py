"""Pages as pictures, made from real files by a real process of their own."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageChops

from office import files
from office.files import apart, pictures, storing
from tests import file_samples as samples
from tests.people import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    settings.CLAMD_SOCKET = ""


def stored(content: bytes, name: str):
    return files.store(SimpleUploadedFile(name, content), name=name, at=MONDAY)


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_each_page_of_a_pdf_is_a_picture_of_the_width_asked_for():
    three = stored(samples.pdf(3), "通知.pdf")
    first, last = (shown(files.page_picture(three, page=number, width=400)) for number in (1, 3))
    assert (first.size, files.page_count(three)) == ((400, 566), 3)
    assert first.getpixel((200, 283))[0] < 20
    assert last.getpixel((200, 283))[0] > 150


def test_each_page_of_a_fax_is_a_picture():
    fax = stored(samples.tiff(3), "传真.tif")
    assert shown(files.page_picture(fax, page=3, width=400)).size == (100, 102)


def test_a_photograph_taken_sideways_is_shown_upright():
    photo = stored(samples.picture("JPEG", size=(1600, 800), turned=6), "照片.jpg")
    upright = shown(files.page_picture(photo, page=1, width=400))
    assert upright.size == (400, 800)
    assert upright.getpixel((200, 100))[0] < 100 < upright.getpixel((200, 700))[0]


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_pictures_of_every_depth_keep_dark_and_light(mode):
    picture = shown(files.page_picture(stored(samples.picture(mode=mode), "图.png"), page=1, width=400))
    assert picture.getpixel((150, 50))[0] > 200
    assert picture.getpixel((50, 50))[0] < 100


def test_a_see_through_picture_stands_on_white():
    image = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    picture = files.page_picture(stored(out.getvalue(), "章.png"), page=1, width=400)
    assert shown(picture).getpixel((30, 30)) == (255, 255, 255)


def test_a_strip_of_paper_does_not_become_a_tower():
    strip = stored(samples.pdf(size=(3, 14_000)), "长条.pdf")
    assert shown(files.page_picture(strip, page=1, width=1400)).height <= 10_000


@pytest.mark.parametrize(("number", "width"), [(0, 400), (4, 400), (1, 401), (1, 0), (-1, 400)])
def test_a_page_or_width_there_is_none_of_is_not_looked_for(number, width):
    three = stored(samples.pdf(3), "通知.pdf")
    with pytest.raises(LookupError):
        files.page_picture(three, page=number, width=width)


def test_a_word_text_cannot_be_previewed():
    text = stored(samples.docx(), "请示.docx")
    assert (files.previewable(text), files.page_count(text)) == (False, 0)


def test_a_page_once_made_is_kept_for_the_next_reader(monkeypatch):
    notice = stored(samples.pdf(), "通知.pdf")
    first = files.page_picture(notice, page=1, width=400)
    monkeypatch.setattr(apart, "picture", lambda *_arguments, **_more: pytest.fail("made again"))
    assert files.page_picture(notice, page=1, width=400) == first


def test_the_mark_changes_the_margin_and_not_the_middle():
    notice = stored(samples.pdf(), "通知.pdf")
    plain = shown(files.page_picture(notice, page=1, width=900))
    marked = shown(files.page_picture(notice, page=1, width=900, mark="王志远 局领导 2026-11-16 09:30"))
    difference = ImageChops.difference(plain, marked).convert("L").point(lambda value: 255 * (value > 20))
    right, foot = difference.crop((870, 0, 900, 1270)), difference.crop((0, 1240, 900, 1274))
    assert right.histogram()[255] > 500
    assert foot.histogram()[255] > 500
    assert difference.crop((0, 0, 860, 1230)).getbbox() is None


def test_a_mark_is_never_kept_for_another_reader(settings):
    notice = stored(samples.pdf(), "通知.pdf")
    files.page_picture(notice, page=1, width=400, mark="王志远")
    kept = next((settings.FILES_DIR / "pictures").rglob("*.jpg"))
    assert kept.read_bytes() == files.page_picture(notice, page=1, width=400)


def test_a_name_with_a_rare_character_is_written_and_not_boxed():
    face = Path(pictures._font("朱镕喆", size=12).path)
    assert {ord(char) for char in "朱镕喆"} <= pictures._characters(face)


def test_a_page_that_never_ends_is_given_up_with_a_sentence(monkeypatch):
    notice = stored(samples.pdf(), "通知.pdf")
    storing.place_of(notice.hash).write_bytes(samples.endless_pdf())
    monkeypatch.setattr(apart, "SECONDS", 1)
    with pytest.raises(files.NotShown, match="请下载后查看"):
        files.page_picture(notice, page=1, width=400)
