"""每日一页 at eight and at five, on one sheet; the list of what waits for a leader."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from office import access, daily, diary, printing
from office.diary import Busy
from office.models import Leave, Look, Notice
from office.on_paper import desk
from office.printing.inspect import page_count
from office.views.daily import _sheet
from tests.paper_scans import texts
from tests.people import CHINA, person, seat

EIGHT = datetime(2026, 11, 17, 8, 0, tzinfo=CHINA)
FIVE = datetime(2026, 11, 17, 17, 0, tzinfo=CHINA)


def part(reader, at, title) -> list[tuple[str, str, str]]:
    found = next(one for one in daily.page(reader, at=at).parts if title in one.title)
    return [(one.head, one.words, one.note) for one in found.lines]


def to_the_leader(one, who, *, words: str = "拟请阅示。") -> None:
    one.do("submit", who.director, opinion=words, names=[who.leader], values={"lead": who.posts["crops"]})


def test_at_eight_it_says_what_came_since_yesterday_at_five(who, paper):
    paper(title="关于秋冬种的通知")
    flash = paper(title="关于防汛的紧急通知", urgency="flash")
    # Both came on Monday at half past nine: Monday's page at five has them, Tuesday's at eight has not.
    five = datetime(2026, 11, 16, 17, 0, tzinfo=CHINA)
    assert [head for head, *_rest in part(who.director, five, "新收")] == [f"特急 {flash.case}", "收〔2026〕1号"]
    assert part(who.director, EIGHT, "新收") == []
    assert part(who.director, datetime(2026, 11, 16, 9, 0, tzinfo=CHINA), "新收") == []


def test_what_is_urgent_stays_on_it_until_it_is_done_with_who_has_it(who, paper):
    flash = paper(title="关于防汛的紧急通知", urgency="flash")
    ((head, words, note),) = part(who.director, EIGHT, "急件")
    assert (head, note) == (f"特急 {flash.case}", "初审 办公室文书")
    assert words == "关于防汛的紧急通知（来文单位above）"


def test_in_the_evening_it_looks_at_the_next_working_day(who):
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=CHINA)
    assert daily.page(who.director, at=friday).looks_at == date(2026, 11, 23)
    assert daily.page(who.director, at=EIGHT).looks_at == date(2026, 11, 17)


def test_what_is_due_and_what_is_late_is_said_and_a_leader_is_never_late(who, paper):
    late, with_leader = paper(title="关于甲的通知"), paper(title="关于乙的通知")
    with_leader.do("pass", who.clerk)
    to_the_leader(with_leader, who)
    week_later = EIGHT + timedelta(days=7)
    notes = {head: note for head, _words, note in part(who.director, week_later, "到期")}
    assert "超期" in notes[str(late.case)]
    assert "超期" not in notes[str(with_leader.case)] and "在领导处 8 天" in notes[str(with_leader.case)]


def test_leaders_who_are_away_stand_in_ranking_order_with_the_day_they_are_back(who):
    for one, kind in ((who.leader, "trip"), (who.first_head, "study"), (who.handler, "ill")):
        Leave.objects.create(
            person=one, kind=kind, note="省厅", starts_on=date(2026, 11, 16), ends_on=date(2026, 11, 18)
        )
    assert part(who.director, EIGHT, "领导外出") == [
        ("赵明德", "学习：省厅", "11-18 回"), ("王志远", "出差：省厅", "11-18 回"),
    ]  # fmt: skip


def test_meetings_say_when_where_and_who_goes(who, paper):
    starts_at = datetime(2026, 11, 17, 14, 30, tzinfo=CHINA)
    one = paper(book="会", title="防汛视频会议", meeting={"starts_at": starts_at, "place": "三楼会议室"})
    assert part(who.director, EIGHT, "会议") == [("14:30", "防汛视频会议 三楼会议室", "还没定谁去")]
    one.document.meeting.attendees.set([who.leader])
    assert part(who.director, EIGHT, "会议")[0][2] == "王志远"
    assert part(who.outsider, EIGHT, "会议") == []
    assert part(who.director, EIGHT + timedelta(days=1), "会议") == []


def test_a_later_functions_diary_is_on_it_as_well(who, monkeypatch):
    def later(begin, end):
        return [Busy(begin + timedelta(hours=9), "局党组会", "一号楼", (who.leader,))]

    monkeypatch.setitem(diary._sources, "test", later)
    assert part(who.director, EIGHT, "会议") == [("09:00", "局党组会 一号楼", "王志远")]


def test_who_is_on_duty_with_his_telephone(who):
    who.colleague.phone = "0737-1234567"
    who.colleague.save()
    assert part(who.director, EIGHT, "值班") == [("值班", "刘敏 0737-1234567", "")]


def test_a_guarded_paper_stands_on_it_by_its_number_alone(who, paper, client):
    one = paper(title="关于某人的处理", urgency="flash")
    case = one.case
    case.restricted = True
    case.save()
    access.let_see(case, people=[who.director])
    ((head, words, _note),) = part(who.director, EIGHT, "急件")
    assert str(case) in head and "某人" not in words
    assert part(who.other_leader, EIGHT, "急件") == []
    client.force_login(who.director)
    assert "某人" not in client.get("/daily/").content.decode()
    assert Look.objects.filter(case=case, person=who.director, what="每日一页").exists()


def test_it_is_one_sheet_whatever_the_day_brought(who, paper):
    for number in range(40):
        paper(title=f"关于进一步加强和规范某某工作第{number}项措施落实情况的紧急通知" * 2, urgency="flash")
    five = datetime(2026, 11, 16, 17, 0, tzinfo=CHINA)
    made = printing.daily(_sheet(daily.page(who.director, at=five)))
    assert page_count(made) == 1
    (text,) = texts(made)
    assert "今天新收40" in text and "另有" in text and "值班" in text


# --- Told ---


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (EIGHT - timedelta(minutes=1), 0), (EIGHT, 1), (EIGHT + timedelta(hours=2), 1), (EIGHT + timedelta(hours=4), 0),
        (FIVE, 1), (datetime(2026, 11, 21, 8, 0, tzinfo=CHINA), 0),
    ],
)  # fmt: skip
def test_the_director_is_told_at_eight_and_at_five_on_working_days(who, at, told):
    assert daily.tell(at) == told


def test_each_page_is_told_once_however_often_the_worker_asks(who):
    assert [daily.tell(EIGHT), daily.tell(EIGHT + timedelta(minutes=15)), daily.tell(FIVE)] == [1, 0, 1]
    assert [one.person for one in Notice.objects.filter(kind="daily_page")] == [who.director, who.director]


def test_the_notice_leads_to_the_page(who, client):
    daily.tell(EIGHT)
    client.force_login(who.director)
    assert client.get(f"/notices/{Notice.objects.get().pk}/").headers["Location"] == "/daily/"


def test_it_is_the_directors_the_leaders_and_the_clerks(who, client):
    for one, status in ((who.director, 200), (who.clerk, 200), (who.leader, 200), (who.handler, 404)):
        client.force_login(one)
        assert client.get("/daily/").status_code == client.get("/daily/print/").status_code == status


# --- 明日待批 ---


def test_the_list_of_what_waits_for_a_leader_has_the_proposal_beside_each(who, paper, client):
    for title, urgency in (("关于秋冬种的通知", "normal"), ("关于防汛的紧急通知", "flash")):
        one = paper(title=title, urgency=urgency)
        one.do("pass", who.clerk)
        to_the_leader(one, who, words="拟请志远同志阅示。")
    found = desk.waiting_list(who.leader, reader=who.clerk)
    assert [one.turn.case.title for one in found] == ["关于防汛的紧急通知", "关于秋冬种的通知"]
    client.force_login(who.clerk)
    (text,) = texts(client.get(f"/on-paper/leaders/{who.leader.pk}/list/").content)
    assert "待批清单" in text and text.count("拟请志远同志阅示。（李建国）") == 2 and "特急" in text
    assert "陈雅文" in text


def test_the_list_is_for_himself_and_for_the_hub(who, client):
    address = f"/on-paper/leaders/{who.leader.pk}/list/"
    for one, status in ((who.leader, 200), (who.clerk, 200), (who.other_leader, 404), (who.outsider, 404)):
        client.force_login(one)
        assert client.get(address).status_code == status


def test_a_new_director_hears_of_it_from_the_day_he_sits_there(who):
    other = person("new", "新主任")
    seat(who.posts["director"], other, starts_on=date(2026, 11, 18))
    daily.tell(EIGHT)
    daily.tell(EIGHT + timedelta(days=1))
    assert Notice.objects.filter(kind="daily_page", person=other).count() == 1
    assert timezone.localdate(Notice.objects.get(person=other).at) == date(2026, 11, 18)
