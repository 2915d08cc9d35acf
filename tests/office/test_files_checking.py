"""Which files the office takes, and what it says to the others."""

import io
import socket
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from office.files import Unfit, apart, archives, check, checked, names
from tests import file_samples as samples


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    settings.CLAMD_SOCKET = ""


def taken(content: bytes, name: str):
    return check(SimpleUploadedFile("upload", content), name=name)


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(Unfit) as refused:
        taken(content, name)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "make", "kind", "pages"),
    [
        ("通知.pdf", lambda: samples.pdf(3), "pdf", 3),
        ("扫描.JPG", lambda: samples.picture("JPEG"), "jpg", 1),
        ("扫描.jpeg", lambda: samples.picture("JPEG"), "jpg", 1),
        ("图.png", lambda: samples.picture("PNG"), "png", 1),
        ("传真.tiff", lambda: samples.tiff(3), "tif", 3),
        ("公文.ofd", samples.ofd, "ofd", None),
        ("请示.doc", samples.doc, "doc", None),
        ("请示.wps", samples.doc, "wps", None),
        ("请示.docx", samples.docx, "docx", None),
        ("名册.xls", samples.xls, "xls", None),
        ("名册.xlsx", samples.xlsx, "xlsx", None),
        ("材料.zip", lambda: samples.archive({"一/通知.pdf": b"%PDF-1.7"}), "zip", None),
    ],
)
def test_every_kind_on_the_list_is_taken_for_what_it_is(name, make, kind, pages):
    one = taken(make(), name)
    assert (one.type, one.pages, one.name) == (kind, pages, name)


def test_a_program_renamed_to_pdf_is_refused():
    assert "不是本系统收的文件" in refusal(samples.PROGRAM, "通知.pdf")


def test_a_web_page_is_refused_whatever_its_name():
    assert "不是本系统收的文件" in refusal(b"<html><script>alert(1)</script>", "通知.png")


def test_slides_are_refused_because_they_are_not_on_the_list():
    assert "请转成 PDF" in refusal(samples.pptx(), "汇报.pptx")


def test_an_installer_is_refused_although_it_is_a_compound_file_like_word():
    assert "不是本系统收的文件" in refusal(samples.compound("䡀㼿䕷䑬"), "请示.doc")


def test_a_word_text_named_pdf_is_told_its_right_extension():
    sentence = refusal(samples.docx(), "请示.pdf")
    assert "docx" in sentence
    assert "扩展名" in sentence


def test_a_file_without_extension_is_told_which_one_to_add():
    assert ".pdf" in refusal(samples.pdf(), "通知")


def test_what_hides_its_extension_by_turning_the_text_round_is_seen_as_it_is():
    assert "通知fdp.exe" in refusal(samples.pdf(), "通知\u202efdp.exe")


def test_an_empty_file_is_refused():
    assert "空文件" in refusal(b"", "通知.pdf")


def test_a_file_above_the_limit_is_refused_and_leaves_nothing_behind(settings):
    settings.FILE_SIZE_LIMIT = 1024 * 1024
    assert "超过了 1 MB" in refusal(b"%PDF-" + b"0" * 1024 * 1024, "通知.pdf")
    assert list((settings.FILES_DIR / "incoming").iterdir()) == []


def test_a_picture_with_an_archive_behind_it_is_refused():
    assert "还接着一个压缩包" in refusal(samples.picture("PNG") + samples.archive({"a.txt": b"x"}), "图.png")


def test_a_program_before_an_archive_is_not_taken_for_an_archive():
    assert "不是本系统收的文件" in refusal(samples.PROGRAM + samples.archive({"a.txt": b"x"}), "材料.zip")


def test_anything_between_the_members_of_an_archive_and_its_end_is_refused():
    content = samples.archive({"a.txt": b"x"})
    place = content.index(b"PK\x01\x02")
    assert "已损坏" in refusal(content[:place] + b"hidden" + content[place:], "材料.zip")


# --- PDF and pictures ---------------------------------------------------------------------------------------


def test_a_pdf_cut_off_in_the_middle_is_refused():
    content = samples.pdf(5)
    assert "不完整" in refusal(content[: len(content) // 2], "通知.pdf")


def test_a_pdf_of_noise_is_refused():
    assert "已损坏" in refusal(b"%PDF-1.7\n" + b"noise " * 100 + b"\n%%EOF\n", "通知.pdf")


def test_a_pdf_with_a_password_is_refused_with_the_way_out():
    assert "请去掉密码" in refusal(samples.pdf(user="secret"), "通知.pdf")


def test_a_pdf_anybody_may_open_but_not_change_is_taken():
    assert taken(samples.pdf(2, user=""), "通知.pdf").pages == 2


def test_a_pdf_that_never_ends_is_stopped_and_refused(monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 1)
    assert "打开太慢" in refusal(samples.endless_pdf(), "通知.pdf")


def test_a_picture_cut_off_is_refused():
    content = samples.picture("JPEG", size=(800, 800))
    assert "已损坏" in refusal(content[:-2000], "扫描.jpg")


def test_a_png_with_a_changed_byte_is_refused():
    content = bytearray(samples.picture("PNG"))
    content[-30] ^= 0xFF
    assert "已损坏" in refusal(bytes(content), "图.png")


def test_a_small_file_that_opens_into_a_giant_picture_is_refused():
    assert "图太大" in refusal(samples.huge_png(), "图.png")


# --- ZIP, DOCX, XLSX, OFD -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["../通知.pdf", "a/../../b.txt", "/etc/cron.d/x", "C:/x.txt", "a\\..\\b.txt", "a\n.txt"]
)
def test_a_path_that_leaves_the_folder_is_refused(path):
    assert "不安全的路径" in refusal(samples.archive({path: b"x"}), "材料.zip")


def test_a_path_cut_by_a_nul_is_refused():
    content = samples.archive({"a.txt_exe": b"x"}).replace(b"a.txt_exe", b"a.txt\0exe")
    assert "不安全的路径" in refusal(content, "材料.zip")


def test_a_symbolic_link_in_an_archive_is_refused():
    assert "不安全的路径" in refusal(samples.link_archive(), "材料.zip")


@pytest.mark.parametrize("path", ["安装.exe", "一/启动.BAT", "脚本.ps1", "快捷方式.lnk", "网页.hta", "表.xlsm"])
def test_a_program_by_name_in_an_archive_is_refused(path):
    sentence = refusal(samples.archive({"通知.txt": b"x", path: b"x"}), "材料.zip")
    assert path in sentence


def test_a_program_under_a_harmless_name_in_an_archive_is_refused():
    assert "照片.jpg" in refusal(samples.archive({"照片.jpg": samples.PROGRAM}), "材料.zip")


def test_a_script_under_a_harmless_name_in_an_archive_is_refused():
    assert "有程序文件" in refusal(samples.archive({"说明.txt": b"#!/bin/sh\nrm -rf ~"}), "材料.zip")


def test_a_program_named_in_the_old_code_page_is_named_in_the_sentence():
    content = samples.archive({"安装程序.exe": b"x"}, encoding="gbk")
    assert "安装程序.exe" in refusal(content, "材料.zip")


def test_a_program_inside_a_word_text_is_refused():
    assert "有程序文件" in refusal(samples.docx(**{"word/embeddings/a.bin": samples.PROGRAM}), "请示.docx")


def test_macros_in_a_word_text_are_refused():
    assert "有宏" in refusal(samples.docx(**{"word/vbaProject.bin": samples.compound("VBA")}), "请示.docx")


def test_macros_in_an_old_table_are_refused():
    assert "有宏" in refusal(samples.compound("Workbook", "_VBA_PROJECT_CUR", deeper=("VBA",)), "名册.xls")


def test_macros_in_a_text_inside_an_archive_are_refused():
    inner = samples.compound("WordDocument", "Macros", deeper=("VBA",))
    assert "有宏" in refusal(samples.archive({"请示.doc": inner}), "材料.zip")


def test_a_word_text_with_a_table_inside_is_taken():
    assert taken(samples.docx(**{"word/embeddings/table.xlsx": samples.xlsx()}), "请示.docx").type == "docx"


def test_a_locked_word_text_is_refused_with_the_way_out():
    assert "请去掉密码" in refusal(samples.compound("EncryptedPackage", "EncryptionInfo"), "请示.docx")


def test_a_locked_archive_is_refused():
    assert "加了密码" in refusal(samples.locked_archive(), "材料.zip")


def test_an_archive_in_an_archive_is_looked_into():
    inner = samples.archive({"安装.exe": b"x"})
    assert "安装.exe" in refusal(samples.archive({"内层.zip": inner}), "材料.zip")


def test_two_layers_of_archives_are_taken():
    inner = samples.archive({"请示.docx": samples.docx()})
    assert taken(samples.archive({"内层.zip": inner}), "材料.zip").type == "zip"


def test_a_third_layer_of_archives_is_refused():
    inner = samples.archive({"内层.zip": samples.archive({"a.txt": b"x"})})
    assert "套了太多层" in refusal(samples.archive({"中层.zip": inner}), "材料.zip")


def test_an_archive_that_cannot_be_looked_into_is_refused():
    assert "不能检查" in refusal(samples.archive({"资料.dat": b"Rar!\x1a\x07\x01\0"}), "材料.zip")


def test_a_zip_bomb_is_refused():
    assert "大得不正常" in refusal(samples.bomb(), "材料.zip")


def test_a_bomb_split_over_many_members_is_refused():
    members = {f"{number}.txt": b"\0" * 3_000_000 for number in range(10)}
    assert "大得不正常" in refusal(samples.archive(members), "材料.zip")


def test_what_unpacks_to_more_than_the_limit_allows_is_refused(settings):
    settings.FILE_SIZE_LIMIT = 100_000
    text = bytes(range(256)) * 4000
    assert "大得不正常" in refusal(samples.archive({"说明.txt": text}), "材料.zip")


def test_an_archive_of_too_many_files_is_refused():
    members = {f"{number}.txt": b"" for number in range(archives.MEMBERS + 1)}
    assert "文件太多" in refusal(samples.archive(members), "材料.zip")


def test_an_empty_archive_is_refused():
    assert "空的压缩包" in refusal(samples.archive({}), "材料.zip")


def test_a_member_that_lies_about_its_content_is_refused():
    content = bytearray(samples.archive({"a.txt": b"honest" * 50}))
    place = content.index(b"PK\x01\x02") + 16
    content[place] ^= 0xFF
    assert "已损坏" in refusal(bytes(content), "材料.zip")


def test_two_members_of_one_name_are_refused():
    content = samples.archive({"a.txt": b"x", "b.txt": b"y"}).replace(b"b.txt", b"a.txt")
    assert "两个同名" in refusal(content, "材料.zip")


# --- Several at once ----------------------------------------------------------------------------------------


def test_every_bad_file_of_several_is_named_at_once(settings):
    uploads = [
        SimpleUploadedFile("好.docx", samples.docx()),
        SimpleUploadedFile("坏.pdf", b"noise"),
        SimpleUploadedFile("空.pdf", b""),
    ]
    with pytest.raises(Unfit) as refused, checked(uploads):
        pytest.fail("nothing was to be taken")
    assert "坏.pdf" in refused.value.sentence
    assert "空.pdf" in refused.value.sentence
    assert "好.docx" not in refused.value.sentence
    assert list((settings.FILES_DIR / "incoming").iterdir()) == []


def test_what_the_block_did_not_store_is_gone_afterwards(settings):
    with checked([SimpleUploadedFile("请示.docx", samples.docx())]) as ready:
        assert ready[0].path.exists()
    assert list((settings.FILES_DIR / "incoming").iterdir()) == []


def test_a_plain_stream_is_taken_like_an_upload():
    assert check(io.BytesIO(samples.docx()), name="请示.docx").size == len(samples.docx())


# --- Names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\陈\\桌面\\通知.pdf", "通知.pdf"),
        ("../../etc/通知.pdf", "通知.pdf"),
        ("通\u202e知\u200b.pdf", "通知.pdf"),
        ("通知\r\n附件.pdf", "通知 附件.pdf"),
        ('关于"三夏"工作?.pdf', "关于＂三夏＂工作？.pdf"),
        ("con.pdf", "_con.pdf"),
        (" . 通知.pdf . ", "通知.pdf"),
        ("\u202e..", "未命名"),
    ],
)
def test_a_name_is_kept_without_what_does_not_belong(given, kept):
    assert names.clean(given) == kept


def test_a_name_that_is_too_long_keeps_its_extension():
    name = names.clean("关于" * 200 + ".docx")
    assert len(name) == 150
    assert name.endswith(".docx")


# --- The virus scan -----------------------------------------------------------------------------------------


class Scanner:
    """clamd's side of one conversation, on a socket of its own."""

    def __init__(self, path: str, answer: bytes) -> None:
        self.heard = b""
        self.answer = answer
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.line.bind(path)
        self.line.listen(1)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        talk, _address = self.line.accept()
        with talk, talk.makefile("rb") as stream:
            stream.read(len(b"zINSTREAM\0"))
            while length := int.from_bytes(stream.read(4), "big"):
                self.heard += stream.read(length)
            talk.sendall(self.answer)

    def close(self) -> None:
        self.thread.join(timeout=5)
        self.line.close()


def scanned(settings, tmp_path, answer: bytes):
    settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    return Scanner(settings.CLAMD_SOCKET, answer)


def test_a_clean_file_is_read_whole_by_the_scanner_and_taken(settings, tmp_path):
    scanner = scanned(settings, tmp_path, b"stream: OK\0")
    assert taken(samples.docx(), "请示.docx").type == "docx"
    scanner.close()
    assert scanner.heard == samples.docx()


def test_an_infected_file_is_refused_with_the_name_of_the_virus(settings, tmp_path):
    scanner = scanned(settings, tmp_path, b"stream: Eicar-Signature FOUND\0")
    assert "Eicar-Signature" in refusal(samples.docx(), "请示.docx")
    scanner.close()


def test_a_scanner_that_gives_up_is_no_leave_to_take_the_file(settings, tmp_path):
    scanner = scanned(settings, tmp_path, b"INSTREAM size limit exceeded. ERROR\0")
    assert "没能查毒" in refusal(samples.docx(), "请示.docx")
    scanner.close()


def test_a_scanner_that_is_not_there_is_no_leave_to_take_the_file(settings, tmp_path):
    settings.CLAMD_SOCKET = str(tmp_path / "nobody")
    assert "没能查毒" in refusal(samples.docx(), "请示.docx")
