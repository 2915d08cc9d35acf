"""呈批夹: slips for leaders who write on paper, scanned back, placed by their codes, entered beside the picture."""

import io
from datetime import timedelta

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from office import acting, jobs, showing
from office.acting import Refused
from office.files import open_stored
from office.models import Decision, Job, Look, Scan, ScannedPages, SheetOut
from office.on_paper import binding, desk, scans
from tests.file_samples import pdf as sample_pdf
from tests.paper_scans import scanned, slips_of, texts
from tests.people import MONDAY


@pytest.fixture
def folder(who, paper):
    """Two leaders who write on paper, and three papers before them: the head of the house has the urgent one."""
    for one in (who.first_head, who.leader):
        one.writes_on_paper = True
        one.save()
    made = [paper(title=title, **more) for title, more in (
        ("关于秋冬种的通知", {}), ("关于防汛的紧急通知", {"urgency": "flash"}), ("关于农机补贴的函", {"group": "peer"}),
    )]  # fmt: skip
    for one, leader in zip(made, (who.leader, who.first_head, who.leader), strict=True):
        one.do("pass", who.clerk)
        one.do(
            "submit", who.director, opinion="拟请批示。", names=[leader],
            values={"lead": who.posts["crops"], "due_on": MONDAY.date() + timedelta(days=9)},
        )  # fmt: skip
    return made


def sent(who, at=None):
    return desk.make_folder(desk.waiting(who.clerk), by=who.clerk, at=at or timezone.now())


def printed(folder) -> bytes:
    sheets = list(folder.sheets.select_related("leader", "turn__case", "said").order_by("position"))
    return binding.bound(sheets, clerk="陈雅文", made_at=folder.made_at, at=folder.made_at)


def brought(who, content: bytes) -> Scan:
    stack = scans.bring(SimpleUploadedFile("批示.pdf", content), by=who.clerk, at=timezone.now())
    scans.take_apart(stack)
    return stack


# --- What goes in ---


def test_the_folder_holds_each_leaders_papers_in_ranking_order_the_urgent_first(folder, who):
    found = [(one.leader, one.turn.case.title) for one in desk.waiting(who.clerk)]
    assert found == [
        (who.first_head, "关于防汛的紧急通知"), (who.leader, "关于秋冬种的通知"), (who.leader, "关于农机补贴的函"),
    ]  # fmt: skip
    assert desk.waiting(who.director) == [] == desk.waiting(who.outsider)


def test_who_decides_on_the_screen_has_no_folder(folder, who):
    who.leader.writes_on_paper = False
    who.leader.save()
    assert {one.leader for one in desk.waiting(who.clerk)} == {who.first_head}


def test_R_SEC_03_a_state_secret_goes_into_no_folder(folder, who, paper):
    secret = paper(book="密", title="", secrecy=2, secrecy_years=10)
    secret.do("pass", who.clerk)
    secret.do("submit", who.director, names=[who.first_head])
    assert secret.turn.holder == who.first_head
    assert secret.case not in {one.turn.case for one in desk.waiting(who.clerk)}


def test_the_folder_is_one_pdf_with_a_cover_for_each_leader_and_nobodys_name_in_its_margin(folder, who):
    case = folder[0].case
    case.restricted = True
    case.save()
    made = printed(sent(who))
    pages = texts(made)
    assert [index for index, text in enumerate(pages) if "呈批夹" in text] == [0, 2]
    assert "关于秋冬种的通知" in pages[2] and "关于农机补贴的函" in pages[2] and "关于防汛" not in pages[2]
    assert not any("打印" in text for text in pages)
    assert pikepdf.open(io.BytesIO(made)).Root.ViewerPreferences.Duplex == "/Simplex"


def test_a_paper_lies_before_its_leader_once(folder, who):
    first = sent(who)
    with pytest.raises(IntegrityError), transaction.atomic():
        SheetOut.objects.create(folder=first, position=9, leader=who.leader, turn=folder[0].turn)
    again = sent(who)
    assert {one.ended_how for one in first.sheets.all()} == {"replaced"}
    assert len(desk.out(who.clerk)) == again.sheets.count() == 3


def test_the_list_of_what_is_out_says_since_when_and_with_whom(folder, who, client):
    made = sent(who, at=timezone.now() - timedelta(days=3))
    client.force_login(who.clerk)
    page = client.get("/on-paper/").content.decode()
    assert page.count("在领导处") >= 3 and "已 3 天" in page
    assert showing.short_moment(made.made_at) in page
    client.force_login(who.outsider)
    assert client.get("/on-paper/").status_code == 404


def test_the_page_asks_as_often_for_many_papers_as_for_few(folder, who, client, paper):
    client.force_login(who.clerk)
    sent(who)

    def asked() -> int:
        client.get("/on-paper/")
        with CaptureQueriesContext(connection) as caught:
            client.get("/on-paper/")
        return len(caught)

    few = asked()
    for _more in range(4):
        one = paper()
        one.do("pass", who.clerk)
        one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    sent(who)
    assert asked() == few


# --- What comes back ---


def test_pages_go_to_their_sheets_by_their_codes_however_they_lie(folder, who):
    made = sent(who)
    paper = printed(made)
    first, second, third = slips_of(paper)
    stack = brought(who, scanned(paper, order=[third, None, first, second], turned=178))
    found = {one.sheet.turn.case.title: (one.first, one.count) for one in stack.parts.all()}
    assert found == {"关于农机补贴的函": (1, 2), "关于防汛的紧急通知": (3, 1), "关于秋冬种的通知": (4, 1)}
    stack.refresh_from_db()
    assert stack.content is None
    with open_stored(stack.parts.first().stored) as kept:
        assert len(pikepdf.open(kept).pages) == 2


def test_pages_of_nothing_wait_and_are_placed_by_hand_or_thrown_away(folder, who):
    made = sent(who)
    paper = printed(made)
    stack = brought(who, scanned(paper, order=[None, slips_of(paper)[0]]))
    lost = stack.parts.get(sheet=None)
    assert (lost.why, lost.first, lost.count) == ("no-code", 1, 1)
    sheet = made.sheets.last()
    scans.place(lost, sheet=sheet)
    assert [name for _stored, name in desk.scans_of(sheet)] == [f"纸质批示 {sheet.turn.case} 王志远.pdf"]
    with pytest.raises(IntegrityError), transaction.atomic():
        scans.drop(lost)
    scans.take_off(lost)
    scans.drop(lost)
    assert not sheet.scans.exists()


@pytest.mark.parametrize(
    ("codes", "parts"),
    [
        ([["AT-A"], [], ["AT-B"], ["AT-B"]], [(1, 2, "AT-A", ""), (3, 4, "AT-B", "")]),
        ([[], ["AT-A"]], [(1, 1, "", "no-code"), (2, 2, "AT-A", "")]),
        ([["AT-A", "AT-B"], []], [(1, 2, "", "two-codes")]),
        ([["收2026-12"], ["AT-A", "http://elsewhere"]], [(1, 1, "", "no-code"), (2, 2, "AT-A", "")]),
        ([["AT-A"], ["AT-B"], ["AT-A"]], [(1, 1, "AT-A", ""), (2, 2, "AT-B", ""), (3, 3, "AT-A", "")]),
    ],
)
def test_what_belongs_together(codes, parts):
    assert [(one.first, one.last, one.code, one.why) for one in scans.parts_of(codes)] == parts


def test_what_is_no_pdf_is_no_stack(who):
    with pytest.raises(scans.Unfit, match="扫描成一个 PDF"):
        scans.bring(SimpleUploadedFile("批示.png", picture()), by=who.clerk, at=MONDAY)
    assert not Scan.objects.exists()


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "PNG")
    return out.getvalue()


def test_a_sheet_of_an_earlier_folder_counts_no_more(folder, who):
    old = sent(who)
    paper = printed(old)
    sent(who)
    stack = brought(who, scanned(paper, order=slips_of(paper)))
    assert {one.why for one in stack.parts.all()} == {"ended"}


def test_a_worker_killed_while_it_takes_a_stack_apart_leaves_it_whole(folder, who, monkeypatch):
    made = sent(who)
    paper = printed(made)
    stack = scans.bring(SimpleUploadedFile("批示.pdf", scanned(paper, order=slips_of(paper))), by=who.clerk, at=MONDAY)
    cut, calls = scans.apart.cut, []

    def killed(*args, **more):
        calls.append(args)
        if len(calls) == 2:
            raise SystemExit
        cut(*args, **more)

    monkeypatch.setattr(scans.apart, "cut", killed)
    with pytest.raises(SystemExit):
        scans.take_apart(stack)
    assert not ScannedPages.objects.exists()
    monkeypatch.setattr(scans.apart, "cut", cut)
    scans.take_apart(Scan.objects.get())
    assert ScannedPages.objects.filter(sheet__isnull=False).count() == 3


# --- Entered ---


def enter(client, turn, **more):
    today = timezone.localdate().isoformat()
    values = {"signer": turn.holder_id, "happened_on": today, "opinion": "同意，请抓紧。", "move": "instruct"}
    return client.post(f"/turns/{turn.pk}/record/", {**values, **more})


def test_words_are_entered_beside_the_picture_and_the_next_sheet_opens(folder, who, client):
    made = sent(who)
    paper = printed(made)
    brought(who, scanned(paper, order=slips_of(paper)))
    client.force_login(who.clerk)
    turn = folder[1].turn
    assert client.get("/on-paper/next/").headers["Location"] == f"/turns/{turn.pk}/record/"
    page = client.get(f"/turns/{turn.pk}/record/").content.decode()
    part = ScannedPages.objects.get(sheet__turn=turn)
    assert f"/on-paper/parts/{part.pk}/1/" in page and "还有 3 件" in page
    assert client.get(f"/on-paper/parts/{part.pk}/1/").headers["Content-Type"] == "image/jpeg"
    assert enter(client, turn).headers["Location"] == "/on-paper/next/"
    decision = folder[1].case.decisions.latest("number")
    assert (decision.actor, decision.recorded_by, decision.medium) == (who.first_head, who.clerk, "paper")
    assert decision.files == part.stored.hash == decision.attachments.get().stored.hash
    sheet = SheetOut.objects.get(turn=turn)
    assert (sheet.ended_how, sheet.became) == ("entered", decision)
    words = showing.recorded_words(decision)
    assert "据纸质批示录入" in words and "赵明德" in words and "陈雅文" in words
    assert words.count(timezone.localdate().isoformat()) == 2
    assert client.get("/on-paper/next/").headers["Location"] == f"/turns/{folder[0].turn.pk}/record/"


def test_the_date_stands_on_the_paper_and_is_never_made_up(folder, who, client):
    made = sent(who)
    paper = printed(made)
    brought(who, scanned(paper, order=slips_of(paper)))
    client.force_login(who.clerk)
    answer = enter(client, folder[0].turn, happened_on="")
    assert answer.status_code == 422 and "请写明批示日期" in answer.content.decode()
    assert folder[0].turn.ended_at is None


def test_what_was_decided_on_the_screen_meanwhile_is_not_entered_again(folder, who, client):
    made = sent(who)
    paper = printed(made)
    brought(who, scanned(paper, order=slips_of(paper)))
    acting.act(folder[1].turn, "circle", actor=who.first_head)
    client.force_login(who.clerk)
    assert len(desk.to_enter(who.clerk)) == 2
    assert "已在别处办理，请收回纸件" in client.get("/on-paper/").content.decode()
    sheet = SheetOut.objects.get(turn__case=folder[1].case)
    client.post(f"/on-paper/sheets/{sheet.pk}/back/")
    sheet.refresh_from_db()
    assert sheet.ended_how == "returned"


def test_what_was_said_is_printed_signed_scanned_and_confirmed(folder, who, client):
    said = folder[1].do(
        "instruct", who.first_head, opinion="马上办。", recorded_by=who.clerk, medium="phone",
        happened_at=MONDAY, values={"lead": who.posts["crops"]},
    )  # fmt: skip
    (one,) = [one for one in desk.waiting(who.clerk) if one.said]
    made = desk.make_folder([one], by=who.clerk, at=timezone.now())
    paper = printed(made)
    text = texts(paper)[1]
    assert "马上办。" in text and "电话" in text and "口头指示补签单" in text
    brought(who, scanned(paper, order=[1]))
    client.force_login(who.clerk)
    assert client.get("/on-paper/next/").headers["Location"] == f"/on-paper/sheets/{made.sheets.get().pk}/"
    client.post(f"/on-paper/sheets/{made.sheets.get().pk}/", {"signed_on": timezone.localdate().isoformat()})
    confirmed = Decision.objects.get(move="confirm_record")
    assert (confirmed.corrects, confirmed.actor, confirmed.recorded_by) == (said, who.first_head, who.clerk)
    assert confirmed.medium == "paper" and confirmed.files
    assert not desk.to_enter(who.clerk) and not [one for one in desk.waiting(who.clerk) if one.said]


# --- Through the pages ---


def test_the_clerk_prints_scans_and_reads_what_became_of_it(folder, who, client, django_capture_on_commit_callbacks):
    client.force_login(who.clerk)
    ticked = [one.key for one in desk.waiting(who.clerk)]
    client.post("/on-paper/print/", {"paper": [*ticked, "turn:0"]})
    job = Job.objects.get(kind="folder")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert not job.failed and job.shows and len(job.shows) == 3
    with open_stored(job.result) as kept:
        paper = kept.read()
    stack = SimpleUploadedFile("批示.pdf", scanned(paper, order=slips_of(paper)))
    client.post("/on-paper/scan/", {"stack": stack})
    job = Job.objects.get(kind="scan")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.failed, job.page) == ("", "/on-paper/")
    assert "扫描回来 3 件" in client.get("/on-paper/").content.decode()


def test_pages_that_wait_are_seen_by_who_scanned_them_only(folder, who, client):
    sent(who)
    stack = brought(who, sample_pdf(2))
    part = stack.parts.get()
    client.force_login(who.clerk)
    assert client.get(f"/on-paper/parts/{part.pk}/2/").headers["Content-Type"] == "image/jpeg"
    assert client.get(f"/on-paper/parts/{part.pk}/3/").status_code == 404
    client.force_login(who.second_clerk)
    assert client.get(f"/on-paper/parts/{part.pk}/1/").status_code == 404
    assert client.post(f"/on-paper/parts/{part.pk}/place/", {"drop": "1"}).status_code == 404


def test_a_guarded_paper_in_a_folder_is_a_look(folder, who, client):
    case = folder[0].case
    case.restricted = True
    case.save()
    client.force_login(who.clerk)
    client.get("/on-paper/")
    assert Look.objects.filter(case=case, person=who.clerk, what="呈批夹").count() == 1


def test_the_scan_of_a_guarded_paper_bears_the_readers_name(folder, who, client):
    made = sent(who)
    paper = printed(made)
    brought(who, scanned(paper, order=slips_of(paper)))
    part = ScannedPages.objects.get(sheet__turn=folder[0].turn)
    client.force_login(who.clerk)
    plain = client.get(f"/on-paper/parts/{part.pk}/1/").content
    case = folder[0].case
    case.restricted = True
    case.save()
    assert client.get(f"/on-paper/parts/{part.pk}/1/").content != plain
    assert Look.objects.filter(case=case, what="纸质批示扫描件").exists()


def test_a_leaders_way_of_writing_is_kept_in_his_history(folder, who, client):
    client.force_login(who.clerk)
    client.post(f"/on-paper/leaders/{who.other_leader.pk}/", {"on": "1"})
    who.other_leader.refresh_from_db()
    assert who.other_leader.writes_on_paper
    assert who.other_leader.history.first().history_user == who.clerk
    assert client.post(f"/on-paper/leaders/{who.handler.pk}/", {"on": "1"}).status_code == 404


def test_only_what_can_be_told_apart_is_confirmed(folder, who):
    with pytest.raises(Refused, match="至少勾选一件"):
        desk.make_folder([], by=who.clerk, at=MONDAY)


def test_a_folder_is_printed_again_by_who_runs_its_papers(folder, who, client):
    made = sent(who)
    client.force_login(who.outsider)
    assert client.post(f"/on-paper/folders/{made.public_id}/").status_code == 404
    client.force_login(who.second_clerk)
    assert client.post(f"/on-paper/folders/{made.public_id}/").status_code == 302
    assert Job.objects.get().arguments == {"folder": made.pk}
