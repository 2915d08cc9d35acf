"""The small doors of a desk: what a batch leaves, where a list ends, what an office's own lists give away."""

import os
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.registers import entries, row_of
from office import acting, jobs
from office.forms.books import in_use
from office.models import Case, Decision, Draft, Organisation, Post, PostHolding, User
from office.models.files import Job
from office.models.outbox import draft_key
from office.printing import fonts
from office.registers import Selection
from office.registers.job import selection_of
from office.verifying import verify
from tests.journeys.papers import for_reading, incoming, main_turn
from tests.people import CHINA, PASSWORD, person, seat

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def leader(who, client):
    client.force_login(who.leader, backend=BACKEND)
    return client


def reading(who, number: int):
    case = for_reading(who, f"简报第{number}期", who.leader)
    return case.turns.get(side=True, holder=who.leader)


def ticked(client) -> list[str]:
    """What the boxes of the list would send."""
    rows = [row for group in client.get("/reading/").context["groups"] for row in group["rows"]]
    return [f"{row['turn_id']}:{row['content_hash']}" for row in rows]


def batch(client, values) -> str:
    return client.post("/batch/", {"turn": values, "back": "reading"}, follow=True).content.decode()


# --- The batch ---


def test_after_a_batch_a_link_leads_to_what_was_done(who, leader):
    for number in (1, 2):
        reading(who, number)
    page = batch(leader, ticked(leader))
    assert '已办 2 件。 <a href="/done/">看已办</a>' in page
    assert "简报第2期" in leader.get("/done/").content.decode()


def test_a_batch_leaves_what_was_corrected_since_the_list_was_shown(who, leader):
    first, second = reading(who, 1), reading(who, 2)
    boxes = ticked(leader)
    Case.objects.filter(pk=second.case_id).update(title="简报第三期")
    acting.note_content(second.case, actor=who.clerk, reason="期数登错")
    page = batch(leader, boxes)
    assert "已办 1 件" in page and "登记内容有改动" in page
    assert [one.turn_id for one in Decision.objects.filter(move="read")] == [first.pk]
    assert "已办 1 件" in batch(leader, ticked(leader))


def test_a_batch_leaves_what_somebody_has_begun_to_write_about(who, leader):
    turn = reading(who, 1)
    Draft.objects.create(
        person=who.leader, key=draft_key(turn), values={"opinion": ["请办公室"]}, at=timezone.now()
    )
    assert "有没写完的意见" in batch(leader, ticked(leader))
    assert not Decision.objects.filter(move="read").exists()


def test_a_batch_says_how_many_were_gone(who, leader):
    gone, there = reading(who, 1), reading(who, 2)
    boxes = ticked(leader)
    acting.recall(gone, actor=who.clerk)
    page = batch(leader, boxes)
    assert "已办 1 件" in page and "1 件已不在您手里" in page
    assert Decision.objects.get(move="read").turn_id == there.pk


def test_a_batch_of_nothing_asks_for_something(who, leader):
    assert "请先选择要办的文件" in batch(leader, ["", "x", "9" * 40])


# --- Lists ---


def test_a_list_that_has_become_shorter_shows_its_last_page(who, leader):
    reading(who, 1)
    assert leader.get("/reading/?from=60").context["groups"]
    incoming(who, "登记的一件")
    leader.force_login(who.clerk, backend=BACKEND)
    assert leader.get("/started/?from=60").context["groups"]


def test_what_was_done_stands_by_time_whoever_held_it(who, client):
    """What lay in the chair was done last."""
    own, chair = incoming(who, "认领过的一件"), incoming(who, "岗位上的一件")
    acting.claim(main_turn(own), actor=who.clerk)
    acting.act(main_turn(own), "pass", actor=who.clerk)
    acting.act(main_turn(chair), "pass", actor=who.clerk)
    client.force_login(who.clerk, backend=BACKEND)
    rows = client.get("/done/").context["groups"][0]["rows"]
    assert [row["title"] for row in rows][0] == "岗位上的一件"


# --- The address book ---


def test_the_name_of_a_sender_that_papers_bear_is_not_rewritten(who, client):
    case = incoming(who, "关于春耕的通知", sender="省农业农村庭")
    named = Organisation.objects.get(name="省农业农村庭")
    other = Organisation.objects.create(name="还没来过文的单位")
    assert (in_use(named), in_use(other)) == (True, False)
    client.force_login(who.system_admin, backend=BACKEND)
    posted = {"name": "省农业农村厅", "group": "above", "initials": "snynct"}
    client.post(f"/organisations/{named.pk}/", posted)
    client.post(f"/organisations/{other.pk}/", {**posted, "name": "改过名的单位"})
    assert set(Organisation.objects.values_list("name", flat=True)) >= {"省农业农村庭", "改过名的单位"}
    assert list(verify()) == [] and Case.objects.filter(pk=case.pk).exists()
    assert "更正登记" in client.get(f"/organisations/{named.pk}/").content.decode()


# --- Administrators ---


def test_nobody_widens_the_chair_he_sits_in_under_his_other_account(who, client):
    post = who.posts["typist"]
    PostHolding.objects.filter(post=post).delete()
    seat(post, person("anquan2", "安全员"))
    client.force_login(who.security_admin, backend=BACKEND)
    fields = {"code": post.code, "name": post.name}
    for wider in ({"sees": ["documents"]}, {"rank": "9"}):
        answer = client.post(f"/posts/{post.pk}/", {**fields, **wider})
        assert "您自己的另一个账户坐在这个岗位上" in answer.content.decode()
    assert Post.objects.get(pk=post.pk).sees == []
    assert client.post(f"/posts/{post.pk}/", {**fields, "name": "打字"}).status_code == 302


def test_the_head_of_a_department_has_a_chair_in_it(who, client):
    client.force_login(who.system_admin, backend=BACKEND)
    address = f"/departments/{who.departments['machines'].pk}/"
    answer = client.post(address, {"name": "农机股", "position": 3, "head": who.posts["crops"].pk})
    assert "请选本部门的岗位" in answer.content.decode()
    given = {"name": "农机股", "position": 3, "head": who.posts["machines"].pk}
    assert client.post(address, given).status_code == 302


def test_a_confirmed_term_that_has_not_begun_is_withdrawn(who, client):
    later = timezone.localdate() + timedelta(days=9)
    holding = seat(who.posts["typist"], who.outsider, starts_on=later)
    client.force_login(who.security_admin, backend=BACKEND)
    assert reverse("holding_withdraw", args=[holding.pk]) in client.get("/holdings/").content.decode()
    client.post(f"/holdings/{holding.pk}/withdraw/", {"confirm": "yes"})
    assert not PostHolding.objects.filter(pk=holding.pk).exists()


def test_the_next_page_of_a_list_keeps_what_was_chosen(who, client):
    for number in range(61):
        person(f"more{number}", f"人员{number}")
    client.force_login(who.system_admin, backend=BACKEND)
    page = client.get("/people/?q=人员&kind=office")
    assert "q=" in page.context["next_url"] and "kind=office" in page.context["next_url"]


def test_the_old_password_is_not_guessed_without_end(who, settings):
    """At a desk left open as little as at the door."""
    person("careless", "马大哈").set_password(PASSWORD)
    user = User.objects.get(username="careless")
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    client.force_login(user, backend=BACKEND)
    wrong = {"old_password": "no", "new_password1": "Neu-2026-Wort!", "new_password2": "Neu-2026-Wort!"}
    answers = [client.post("/password/", wrong).status_code for _try in range(settings.AXES_FAILURE_LIMIT)]
    assert answers[-1] == 429 and set(answers[:-1]) == {200}
    assert client.post("/password/", {**wrong, "old_password": PASSWORD}).status_code == 429


# --- Prints ---


def asked(who) -> Job:
    arguments = {"code": "documents.incoming", "as": "pdf", "year": 2026, "month": None, "series": "", "senders": []}
    return jobs.ask("register", title="收文登记簿", actor=who.clerk, arguments=arguments)


def test_the_same_register_asked_for_twice_is_made_once(who):
    first = asked(who)
    assert asked(who) == first
    Job.objects.update(finished_at=timezone.now())
    assert asked(who) != first


def test_what_nobody_could_make_for_a_day_is_said_to_have_failed(who):
    job = asked(who)
    Job.objects.filter(pk=job.pk).update(asked_at=timezone.now() - timedelta(days=2))
    jobs.pick_up(timezone.now())
    job.refresh_from_db()
    assert job.finished_at is not None and "等了一天" in job.failed


def test_a_part_of_a_register_is_not_taken_for_the_whole():
    from office import registers

    register = registers.get("documents.incoming")
    part = selection_of({"year": 2026, "month": 11, "series": "收", "senders": ["above", "peer"]}, viewer=None)
    assert register.heading(part) == "收　2026 年 11 月　来文单位：上级、平级"
    assert register.heading(Selection(year=2026)) == "2026 年"


def test_a_paper_of_december_read_in_january_bears_the_year(who):
    case = incoming(who, "年底的一件")
    acting.void(case, actor=who.clerk, reason="重复")
    late = datetime(timezone.localdate().year + 1, 1, 5, 9, tzinfo=CHINA)
    found = entries(Selection(year=timezone.localdate().year, viewer=who.clerk)).get()
    found.case.outcome, found.case.closed_at = "done", late
    assert row_of(found).cells[13] == f"办结 {late.year}-01-05"


def test_a_pasted_table_runs_over_no_column():
    assert fonts.printable("甲\t乙") == "甲 乙"


@pytest.mark.parametrize("command", ["print_slip", "print_register"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_made(who, tmp_path, command, monkeypatch):
    case = incoming(who, "打印一件")
    first = [case.reference] if command == "print_slip" else ["documents.incoming", "--year", str(case.series.year)]
    monkeypatch.setattr(os, "access", lambda *given: False)
    with pytest.raises(CommandError, match="不能写文件"):
        call_command(command, *first, "-o", str(tmp_path / "out.pdf"), stdout=StringIO())
    assert list(tmp_path.iterdir()) == []


def test_a_printed_slip_is_for_its_owner_and_his_group(who, tmp_path):
    case, out = incoming(who, "打印一件"), tmp_path / "slip.pdf"
    call_command("print_slip", case.reference, "--form", "approval", "-o", str(out), stdout=StringIO())
    assert out.stat().st_mode & 0o777 & ~0o640 == 0 and out.read_bytes().startswith(b"%PDF")
