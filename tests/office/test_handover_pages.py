"""The pages of a hand-over: who opens them, the check of papers, the sheet, the administrators' part of it."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from documents import registering
from documents.models import IncomingDocument
from documents.sheets import slip_of
from office import acting, handover, printing
from office.handover.sheets import rows_for, sheet_of
from office.models import Handover, Look, Organisation, PostHolding, User
from office.models.outbox import Notice
from tests.make import series
from tests.office.test_handover import in_hands_of
from tests.people import MONDAY, Cast, at_desk

pytestmark = pytest.mark.usefixtures("who")


def text(response) -> str:
    return response.content.decode()


def address(person: User, receiver: User, **more) -> str:
    given = {"person": person.pk, "receiver": receiver.pk, "reason": "leaving", **more}
    return reverse("handover_new") + "?" + "&".join(f"{name}={value}" for name, value in given.items())


def typed(page: str) -> dict[str, str]:
    """What a browser would send of the list as it stands."""
    hidden = dict(re.findall(r'<input type="hidden" name="(token|shown)" value="([^"]*)"', page))
    return {**hidden, **dict.fromkeys(re.findall(r'name="((?:check|other|remark)-[^"]+)"', page), "")}


def move(client: Client, url: str, **answers: str):
    given = typed(text(client.get(url))) | answers
    return client.post(url, {**given, "move": "1"}), given


def registered(who: Cast, title: str = "关于秋冬种的通知", *, book: str = "收", **fields):
    """A paper on its way: with the leader, two copies of it on paper; a state secret with who is cleared for it."""
    sender, _made = Organisation.objects.get_or_create(name="省农业农村厅", group="above")
    case = registering.register(
        actor=who.clerk, series=series(book), sender=sender, title=title, at=MONDAY, received_on=MONDAY.date(),
        **{"copies": 2, **fields},
    )  # fmt: skip
    acting.act(case.turns.get(), "pass", actor=who.clerk, at=MONDAY)
    proposing = case.turns.get(ended_at__isnull=True)
    secret = fields.get("secrecy", 0) >= 2
    given = {"opinion": "" if secret else "请承办", "names": [who.first_head if secret else who.leader]}
    values = {} if secret else {"lead": who.posts["crops"]}
    acting.act(proposing, "submit", actor=who.director, values=values, at=MONDAY, **given)
    return case


def open_turn(case):
    return case.turns.get(ended_at__isnull=True)


# --- The list ---


def test_the_list_names_what_is_there_with_its_step_and_its_copies(who):
    registered(who)
    page = text(at_desk(who.director).get(address(who.leader, who.other_leader)))
    assert "王志远 手里有 2 项。" in page
    assert "关于秋冬种的通知" in page and "批示，" in page
    assert 'data-label="份数">2</td>' in page


def test_what_a_leader_decides_is_offered_to_leaders_and_named_where_it_cannot_go(who):
    case = registered(who)
    client = at_desk(who.director)
    assert "不能交给" not in text(client.get(address(who.leader, who.other_leader)))
    url = address(who.leader, who.colleague)
    assert "不能交给刘敏" in text(client.get(url))
    check = f"check-office.turns:{open_turn(case).pk}"
    response, _given = move(client, url, **{check: "found"})
    assert response.status_code == 422
    assert "收〔2026〕1号 不能移交给刘敏，请另选一位" in text(response)


def test_R_CIR_17_every_paper_is_looked_for_before_anything_moves(who):
    case = registered(who)
    client, url = at_desk(who.director), address(who.leader, who.other_leader)
    response, given = move(client, url)
    assert response.status_code == 422
    assert "请清点后选“相符”或“缺”。" in text(response)
    key = f"office.turns:{open_turn(case).pk}"
    response, _given = move(client, url, **{f"check-{key}": "missing"})
    assert "缺的请写明原因。" in text(response)
    assert open_turn(case).holder == who.leader
    response, _given = move(client, url, **{f"check-{key}": "missing", f"remark-{key}": "一份在县委办"})
    assert response.status_code == 302
    line = Handover.objects.get().items.get(part="office.turns")
    assert (line.copies, line.check_found, line.remark) == (2, "missing", "一份在县委办")


def test_R_SEC_03_of_a_state_secret_that_is_missing_nothing_is_written(who):
    paper = registered(who, title="", book="密", secrecy=3, secrecy_years=10)
    client, url = at_desk(who.director), address(who.first_head, who.clerk)
    key = f"office.turns:{open_turn(paper).pk}"
    assert f"remark-{key}" not in text(client.get(url))
    answers = {f"check-{key}": "missing", f"remark-{key}": "在某处", f"other-{key}": "fallback"}
    response, _given = move(client, url, **answers)
    assert response.status_code == 302
    assert Handover.objects.get().items.get(part="office.turns").remark == "原因写在纸上"


def test_the_mark_of_a_state_secret_is_refused_in_every_box(who):
    case = registered(who)
    client = at_desk(who.director)
    assert "国家秘密标志" in text(client.get(address(who.leader, who.other_leader, note="机密★")))
    key = f"office.turns:{open_turn(case).pk}"
    answers = {f"check-{key}": "missing", f"remark-{key}": "绝密★"}
    response, _given = move(client, address(who.leader, who.other_leader), **answers)
    assert "国家秘密标志" in text(response)


def test_one_press_takes_all_papers_as_found_and_moves_nothing(who):
    case = registered(who)
    client, url = at_desk(who.director), address(who.leader, who.other_leader)
    page = text(client.post(url, {**typed(text(client.get(url))), "all": "1"}))
    assert '<option value="found" selected>相符</option>' in page
    assert open_turn(case).holder == who.leader


def test_what_came_in_between_is_named_and_what_was_typed_is_there(who):
    first = registered(who)
    client, url = at_desk(who.director), address(who.leader, who.other_leader)
    shown = typed(text(client.get(url)))
    second = registered(who, title="关于春耕的通知")
    keys = {case: f"check-office.turns:{open_turn(case).pk}" for case in (first, second)}
    page = text(client.post(url, {**shown, keys[first]: "found", "move": "1"}))
    assert f"新到：{second.reference}" in page
    assert open_turn(first).holder == who.leader
    again = typed(page) | {keys[first]: "found", keys[second]: "found", "move": "1"}
    assert client.post(url, again).status_code == 302
    assert open_turn(second).holder == who.other_leader


def test_sent_twice_the_second_shows_what_the_first_did(who):
    case = registered(who)
    client, url = at_desk(who.director), address(who.leader, who.other_leader)
    response, given = move(client, url, **{f"check-office.turns:{open_turn(case).pk}": "found"})
    again = client.post(url, {**given, "move": "1"})
    assert Handover.objects.count() == 1
    assert case.decisions.filter(move="reassign").count() == 1
    assert again.status_code in (302, 422)


def test_the_page_asks_as_often_however_much_there_is(who):
    client, url = at_desk(who.director), address(who.colleague, who.outsider)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    in_hands_of(who, who.colleague)
    queries()
    before = queries()
    for _n in range(3):
        in_hands_of(who, who.colleague)
    assert queries() == before


def test_a_head_of_department_chooses_among_his_own_people(who):
    page = text(at_desk(who.second_head).get(reverse("handover_new")))
    people = re.search(r'<select name="person".*?</select>', page, re.DOTALL)[0]
    assert "吴小梅" in people
    assert "刘敏" not in people
    assert at_desk(who.outsider).get(reverse("handover_new")).status_code == 404


def test_who_supervises_does_not_receive(who):
    response = at_desk(who.director).get(address(who.colleague, who.director))
    assert "没有要移交的" not in text(response)
    assert response.status_code == 422


# --- Afterwards ---


def handed_over(who: Cast, person: User, receiver: User, *, by: User | None = None, **more) -> Handover:
    client, url = at_desk(by or who.director), address(person, receiver, **more)
    given = typed(text(client.get(url)))
    checks = {name: "found" for name in given if name.startswith("check-")}
    response = client.post(url, {**given, **checks, "move": "1"})
    assert response.status_code == 302, text(response)
    return Handover.objects.latest("pk")


def test_the_three_and_whoever_may_supervise_read_it_and_nobody_else(who):
    in_hands_of(who, who.colleague)
    done = handed_over(who, who.colleague, who.outsider)
    readers = {name: at_desk(user).get(reverse("handover", args=[done.pk])).status_code
               for name, user in who.everybody().items()}  # fmt: skip
    assert {name for name, status in readers.items() if status == 200} == {
        "colleague", "outsider", "director", "first_head", "leader", "handler"
    }  # fmt: skip


def test_who_may_no_longer_see_a_case_reads_neither_number_nor_title_of_it(who):
    paper = in_hands_of(who, who.colleague, title="关于某股的调查")
    done = handed_over(who, who.colleague, who.outsider)
    reference = done.items.get(part="office.turns").number
    assert "关于某股的调查" in text(at_desk(who.colleague).get(reverse("handover", args=[done.pk])))
    acting.bar(paper.case, actor=who.director, people=[who.colleague])
    for page in (text(at_desk(who.colleague).get(reverse("handover", args=[done.pk]))), said(who, done)):
        assert "关于某股的调查" not in page
        assert not reference or reference not in page
        assert "不在知悉范围内的文件" in page


def said(who: Cast, done: Handover) -> str:
    return printing.html("print/handover.html", {"sheet": sheet_of(done, rows=rows_for(done, reader=who.colleague))})


def test_a_line_of_a_guarded_paper_is_a_look(who):
    in_hands_of(who, who.clerk, secrecy=1)
    done = handed_over(who, who.clerk, who.first_head)
    at_desk(who.director).get(reverse("handover_sheet", args=[done.pk]))
    assert Look.objects.filter(person=who.director, what="交接单").exists()


def test_R_CIR_17_the_sheet_has_places_for_three_signatures_and_says_what_is_missing(who):
    case = registered(who)
    key = f"office.turns:{open_turn(case).pk}"
    answers = {f"check-{key}": "missing", f"remark-{key}": "一份在县委办"}
    move(at_desk(who.director), address(who.leader, who.other_leader), **answers)
    page = printing.html("print/handover.html", {"sheet": sheet(who)})
    for role, name in (("移交人", "王志远"), ("接收人", "孙长河"), ("监交人", "李建国")):
        assert f"<p>{role}（签字）</p><p class=\"line\"></p><p>{name}</p>" in page
    assert "缺<p class=\"remark\">一份在县委办</p>" in page
    assert "除注明缺少的 1 项外，账物相符" in page
    assert "纸质文件 1 项 2 份；相符 0 项，缺 1 项" in page


def sheet(who: Cast):
    done = Handover.objects.get()
    return sheet_of(done, rows=rows_for(done, reader=who.director))


def test_the_sheet_and_the_list_to_count_by_come_as_pdf(who):
    registered(who)
    client = at_desk(who.director)
    counting = client.get(address(who.leader, who.other_leader).replace("new/", "count/"))
    done = handed_over(who, who.leader, who.other_leader)
    sheet = client.get(reverse("handover_sheet", args=[done.pk]))
    assert [answer.content[:5] for answer in (counting, sheet)] == [b"%PDF-"] * 2


def test_the_sheet_says_tomorrow_what_it_said_today(who):
    case = registered(who)
    done = handed_over(who, who.leader, who.other_leader)
    before = printing.html("print/handover.html", {"sheet": sheet(who)})
    values = {"lead": who.posts["crops"], "due_on": date(2027, 1, 4)}
    acting.act(open_turn(case), "instruct", actor=who.other_leader, opinion="同意", values=values)
    User.objects.filter(pk=who.leader.pk).update(name="王致远", title="局长")
    assert printing.html("print/handover.html", {"sheet": sheet(who)}) == before
    assert done.person_name in before


def test_slip_and_trail_show_that_it_was_handed_over(who):
    case = registered(who)
    done = handed_over(who, who.leader, who.other_leader)
    page = text(at_desk(who.director).get(reverse("case", args=[case.public_id])))
    assert f"{done.number}（离职）" in page
    slip = slip_of(IncomingDocument.objects.get(case=case), viewer=who.director)
    assert [one.words for one in slip.instructions] == [f"（{done.number}（离职），转孙长河）"]


def test_receiver_and_who_leaves_are_told(who):
    registered(who)
    done = handed_over(who, who.leader, who.other_leader)
    for person in (who.leader, who.other_leader):
        one = Notice.objects.get(person=person, kind="handover")
        assert done.number in one.words
        assert at_desk(person).get(reverse("notice", args=[one.pk]))["Location"] == reverse("handovers")


# --- An account, a chair ---


def test_an_account_can_be_shut_when_everything_is_handed_over(who):
    registered(who)
    PostHolding.objects.filter(person=who.leader).update(ends_on=date(2025, 1, 1))
    system = at_desk(who.system_admin)
    url = reverse("person_deactivate", args=[who.leader.pk])
    system.post(url, {"confirm": "yes"})
    assert User.objects.get(pk=who.leader.pk).is_active
    handed_over(who, who.leader, who.other_leader)
    assert handover.still_held(who.leader) == []
    system.post(url, {"confirm": "yes"})
    assert not User.objects.get(pk=who.leader.pk).is_active


def test_a_chair_is_ended_and_granted_by_one_administrator_and_confirmed_by_another(who):
    done = handed_over(who, who.handler, who.colleague)
    asked = reverse("holding_handed", args=[done.items.get(part="office.posts").pk])
    security = at_desk(who.security_admin)
    assert asked in text(security.get(reverse("holdings")))
    assert asked not in text(at_desk(who.audit_admin).get(reverse("holdings")))
    today = timezone.localdate()
    security.post(asked, {"ends_on": today.isoformat(), "person": who.colleague.pk})
    old = PostHolding.objects.get(person=who.handler, post=who.posts["crops"])
    fresh = PostHolding.objects.get(person=who.colleague, post=who.posts["crops"])
    assert (old.ends_on, fresh.starts_on, fresh.confirmed_at) == (today, today + timedelta(days=1), None)
    assert asked not in text(security.get(reverse("holdings")))
    assert security.get(asked).status_code == 404
    assert security.post(reverse("holding_confirm", args=[fresh.pk])).status_code == 404
    at_desk(who.audit_admin).post(reverse("holding_confirm", args=[fresh.pk]))
    assert PostHolding.objects.get(pk=fresh.pk).confirmed_by == who.audit_admin


def test_who_comes_back_gets_his_chair_again_confirmed_as_any(who):
    back_on = timezone.localdate() + timedelta(days=90)
    done = handed_over(who, who.handler, who.colleague, reason="away", returns_on=back_on.isoformat())
    asked = reverse("holding_handed", args=[done.items.get(part="office.posts").pk])
    today = timezone.localdate().isoformat()
    at_desk(who.security_admin).post(asked, {"ends_on": today, "person": who.colleague.pk})
    made = PostHolding.objects.filter(post=who.posts["crops"], confirmed_at__isnull=True).order_by("starts_on")
    assert [(one.person, one.ends_on) for one in made] == [
        (who.colleague, back_on - timedelta(days=1)), (who.handler, None)
    ]  # fmt: skip
    assert made[1].starts_on == back_on


def test_nobody_seats_himself_under_another_account(who):
    User.objects.filter(pk=who.security_admin.pk).update(name=who.colleague.name)
    done = handed_over(who, who.handler, who.colleague)
    asked = reverse("holding_handed", args=[done.items.get(part="office.posts").pk])
    today = timezone.localdate().isoformat()
    response = at_desk(who.security_admin).post(asked, {"ends_on": today, "person": who.colleague.pk})
    assert "这是您自己的另一个账户" in text(response)
    assert not PostHolding.objects.filter(person=who.colleague, post=who.posts["crops"]).exists()


def test_what_was_taken_over_is_given_back_from_its_page(who):
    case = registered(who)
    back_on = (timezone.localdate() + timedelta(days=9)).isoformat()
    done = handed_over(who, who.leader, who.other_leader, reason="away", returns_on=back_on)
    client = at_desk(who.director)
    page = text(client.get(reverse("handover", args=[done.pk])))
    back = re.search(r'href="(/handovers/new/\?[^"]+)"', page)[1].replace("&amp;", "&")
    given = typed(text(client.get(back)))
    checks = {name: "found" for name in given if name.startswith("check-")}
    assert client.post(back, {**given, **checks, "move": "1"}).status_code == 302
    assert open_turn(case).holder == who.leader
    assert "办理交回" not in text(client.get(reverse("handover", args=[done.pk])))
