"""Who sits in which chair: granted by the 安全管理员, in force when a second administrator has confirmed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents import registering
from office import access, acting, vacancies
from office.models import Case, Organisation, Post, PostHolding, Turn, User
from office.models.outbox import Notice
from tests.make import series
from tests.people import MONDAY, at_desk, person, seat

pytestmark = pytest.mark.usefixtures("who")


def text(response) -> str:
    return response.content.decode()


def today():
    return timezone.localdate()


def registered(who) -> Case:
    sender = Organisation.objects.create(name="省农业农村厅", group="above", initials="snynct")
    return registering.register(
        actor=who.clerk, series=series(), sender=sender, title="关于秋冬种的通知", at=MONDAY, received_on=MONDAY.date()
    )


def grant(post: Post, who: User, *, by: str = "security", starts=None, ends=""):
    typed = {"post": post.pk, "person": who.pk, "starts_on": (starts or today()).isoformat(), "ends_on": ends}
    return at_desk(by).post("/holdings/new/", typed)


def waiting(who: User) -> PostHolding:
    return PostHolding.objects.get(person=who, confirmed_at__isnull=True)


def confirm(holding: PostHolding, *, by: str):
    return at_desk(by).post(f"/holdings/{holding.pk}/confirm/", {"confirm": "yes"})


# --- Two pairs of eyes ---


def test_a_granted_chair_gives_nothing_until_a_second_administrator_has_confirmed(who):
    case = registered(who)
    Turn.objects.update(holder=None, post=who.posts["clerk"])
    assert grant(who.posts["clerk"], who.outsider)["Location"] == "/holdings/"
    assert not access.waiting_for(who.outsider).exists()
    assert not access.visible_to(who.outsider).filter(pk=case.pk).exists()
    assert confirm(waiting(who.outsider), by="audit")["Location"] == "/holdings/"
    seated = User.objects.get(pk=who.outsider.pk)
    assert access.waiting_for(seated).filter(case=case).exists()
    assert access.visible_to(seated).filter(pk=case.pk).exists()


def test_who_granted_it_cannot_confirm_it(who):
    grant(who.posts["typist"], who.outsider)
    assert confirm(waiting(who.outsider), by="security").status_code == 404
    assert f"/holdings/{waiting(who.outsider).pk}/confirm/" not in text(at_desk("security").get("/holdings/"))


def test_the_database_refuses_a_confirmation_by_who_granted_it(who):
    grant(who.posts["typist"], who.outsider)
    holding = waiting(who.outsider)
    holding.confirmed_by, holding.confirmed_at = who.security_admin, timezone.now()
    with pytest.raises(IntegrityError, match="a_holding_is_confirmed_by_a_second_person"), transaction.atomic():
        holding.save()


def test_a_second_security_administrator_may_confirm(who):
    person("security2", "安全员二", kind="security")
    grant(who.posts["typist"], who.outsider)
    confirm(waiting(who.outsider), by="security2")
    assert PostHolding.objects.current(today()).filter(person=who.outsider, confirmed_by__username="security2").exists()


@pytest.mark.parametrize("username", ["system", "director", "outsider"])
def test_nobody_else_grants_or_confirms(who, username):
    assert grant(who.posts["typist"], who.handler, by=username).status_code == 404
    grant(who.posts["typist"], who.outsider)
    assert confirm(waiting(who.outsider), by=username).status_code == 404


def test_nobody_grants_a_chair_to_himself_under_his_other_account(who):
    twin = person("anquan", "安全员")
    assert "请另一位安全管理员来办" in text(grant(who.posts["typist"], twin))
    assert not PostHolding.objects.filter(person=twin).exists()


def test_nobody_confirms_himself_under_his_other_account(who):
    twin = person("shenji", "审计员")
    grant(who.posts["typist"], twin)
    assert confirm(waiting(twin), by="audit").status_code == 404


def test_the_auditing_administrator_grants_nothing(who):
    assert grant(who.posts["typist"], who.outsider, by="audit").status_code == 404


def test_the_second_administrator_is_told_and_then_the_person(who):
    grant(who.posts["typist"], who.outsider)
    assert Notice.objects.get(person=who.audit_admin, kind="holding").words == "吴小梅 任 打字员，等您确认。"
    confirm(waiting(who.outsider), by="audit")
    assert f"您从 {today()} 起任 打字员" in Notice.objects.get(person=who.outsider, kind="holding").words


def test_what_waits_for_confirmation_stands_first(who):
    grant(who.posts["typist"], who.outsider, starts=today() - timedelta(days=4000))
    page = at_desk("audit").get("/holdings/")
    assert page.context["rows"][0]["cells"][0]["words"] == "吴小梅"
    assert page.context["rows"][0]["act"] == "确认"
    assert "1 项等另一位管理员确认" in page.context["sentence"]


# --- Administrators do no office business ---


@pytest.mark.parametrize("username", ["system", "security", "audit"])
def test_an_administrator_is_put_into_no_chair(who, username):
    admin = User.objects.get(username=username)
    assert grant(who.posts["typist"], admin).status_code == 200
    assert not PostHolding.objects.filter(person=admin).exists()


@pytest.mark.parametrize("username", ["system", "security", "audit"])
def test_even_a_chair_written_past_the_pages_gives_an_administrator_nothing(who, username):
    case = registered(who)
    admin = User.objects.get(username=username)
    other = who.clerk
    PostHolding.objects.create(
        post=who.posts["clerk"], person=admin, starts_on=MONDAY.date(), granted_by=other, confirmed_by=who.director,
        confirmed_at=MONDAY,
    )
    assert not access.waiting_for(admin).exists()
    assert not access.visible_to(admin).exists()
    with pytest.raises(acting.Refused):
        acting.act(case.turns.get(), "pass", actor=admin, at=MONDAY)


# --- Terms ---


def test_a_chair_for_one_is_not_given_to_two(who):
    chair = Post.objects.create(code="secretary", name="书记", single=True)
    seat(chair, who.leader)
    assert "这个岗位只能一人在任，王志远" in text(grant(chair, who.outsider))


def test_the_database_refuses_two_in_a_chair_for_one(who):
    chair = Post.objects.create(code="secretary", name="书记", single=True)
    seat(chair, who.leader)
    with pytest.raises(IntegrityError), transaction.atomic():
        seat(chair, who.outsider)


def test_the_same_chair_is_not_given_twice_to_one(who):
    grant(who.posts["typist"], who.outsider)
    assert "已经在这个岗位上" in text(grant(who.posts["typist"], who.outsider))


def test_a_term_does_not_end_before_it_begins(who):
    yesterday = today() - timedelta(days=1)
    assert "离任日期不能早于到任日期" in text(grant(who.posts["typist"], who.outsider, ends=yesterday.isoformat()))


def end(holding: PostHolding, on):
    return at_desk("security").post(f"/holdings/{holding.pk}/end/", {"ends_on": on.isoformat()})


def test_an_ended_term_gives_nothing_from_the_next_day_on(who):
    case = registered(who)
    for holding in who.posts["clerk"].holdings.filter(person=who.second_clerk):
        assert end(holding, today() - timedelta(days=1)).status_code == 302
    assert not access.waiting_for(who.second_clerk).filter(case=case).exists()


def end_at_once(holding: PostHolding):
    typed = {"ends_on": "", "at_once": "on"}
    return at_desk("security").post(f"/holdings/{holding.pk}/end/", typed, follow=True)


def test_a_chair_given_by_mistake_is_taken_away_at_once(who):
    case = registered(who)
    grant(who.posts["clerk"], who.outsider)
    holding = waiting(who.outsider)
    confirm(holding, by="audit")
    Turn.objects.update(holder=None)
    assert access.waiting_for(User.objects.get(pk=who.outsider.pk)).filter(case=case).exists()
    assert "不再任" in text(end_at_once(holding))
    assert not access.waiting_for(User.objects.get(pk=who.outsider.pk)).filter(case=case).exists()
    assert who.outsider.name not in text(at_desk("security").get("/holdings/?kind=current"))
    assert who.outsider.name in text(at_desk("security").get("/holdings/?kind=over"))


def test_who_sits_down_the_day_another_was_taken_out_does_not_overlap_with_him(who):
    post = who.posts["director"]
    Post.objects.filter(pk=post.pk).update(single=True)
    assert "只能一人在任" in text(grant(post, who.outsider))
    end_at_once(post.holdings.get())
    assert grant(post, who.outsider).status_code == 302
    assert PostHolding.objects.filter(post=post, person=who.outsider, starts_on=today()).exists()


def test_a_term_that_ends_today_is_said_to_last_until_tonight(who):
    holding = seat(who.posts["typist"], who.outsider, ends_on=None)
    typed = {"ends_on": today().isoformat()}
    page = text(at_desk("security").post(f"/holdings/{holding.pk}/end/", typed, follow=True))
    assert f"到 {today()} 为止，这一天还在任" in page and "不再任" not in page


def test_a_chair_that_falls_empty_with_papers_in_it_is_told_to_the_hub_once(who):
    case = registered(who)
    Turn.objects.update(holder=None, post=who.posts["director"])
    end_at_once(who.posts["director"].holdings.get())
    told = Notice.objects.filter(kind="vacant")
    assert {one.person for one in told} == {who.clerk, who.second_clerk}
    assert all(f"从 {today()} 起空缺" in one.words for one in told)
    vacancies.tell(on=today() + timedelta(days=1), at=timezone.now())
    assert told.count() == 2
    assert case.turns.get().ended_at is None


def test_a_chair_that_is_empty_from_tomorrow_is_told_tomorrow(who):
    registered(who)
    Turn.objects.update(holder=None, post=who.posts["director"])
    end(who.posts["director"].holdings.get(), today())
    assert not Notice.objects.filter(kind="vacant").exists()
    assert vacancies.tell(on=today() + timedelta(days=1), at=timezone.now()) == 1


def test_an_empty_chair_without_papers_is_nobodys_news(who):
    end_at_once(who.posts["director"].holdings.get())
    assert not Notice.objects.filter(kind="vacant").exists()


def test_a_term_is_only_ever_made_shorter(who):
    holding = seat(who.posts["typist"], who.outsider, ends_on=today())
    assert "这里只能提前结束" in text(end(holding, today() + timedelta(days=1)))
    assert "不能早于到任日期 2020-01-01" in text(end(holding, MONDAY.date().replace(year=2019)))
    holding.refresh_from_db()
    assert holding.ends_on == today()


def test_ending_says_what_would_be_left_waiting(who):
    registered(who)
    Turn.objects.update(holder=None)
    holdings = list(who.posts["clerk"].holdings.order_by("pk"))
    end(holdings[0], today() - timedelta(days=1))
    page = text(at_desk("security").get(f"/holdings/{holdings[1].pk}/end/"))
    assert "这个岗位就空了，还有 1 件文件在等" in page


def test_a_grant_is_taken_back_until_it_is_confirmed(who):
    security = at_desk("security")
    grant(who.posts["typist"], who.outsider)
    security.post(f"/holdings/{waiting(who.outsider).pk}/withdraw/", {"confirm": "yes"})
    assert not PostHolding.objects.filter(person=who.outsider).exists()
    kept = seat(who.posts["typist"], who.outsider)
    assert security.post(f"/holdings/{kept.pk}/withdraw/", {"confirm": "yes"}).status_code == 404


# --- Chairs ---


def chair(**fields) -> dict:
    return {"code": "drafter", "name": "拟稿员", "department": "", "rank": "", "sees": [], **fields}


def test_a_new_chair_is_made_with_what_it_sees(who):
    at_desk("security").post("/posts/new/", chair(sees=["documents"], department=who.departments["crops"].pk))
    made = Post.objects.get(code="drafter")
    assert (str(made), made.sees) == ("种植业股拟稿员", ["documents"])


def test_a_chair_that_sees_a_function_sees_it_at_once(who):
    case = registered(who)
    assert not access.visible_to(who.second_head).filter(pk=case.pk).exists()
    post = who.posts["machines"]
    at_desk("security").post(f"/posts/{post.pk}/", {"name": post.name, "rank": "", "sees": ["documents"]})
    assert access.visible_to(User.objects.get(pk=who.second_head.pk)).filter(pk=case.pk).exists()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"code": "archivist"}, "这个部门已经有这个代码的岗位"),
        ({"rank": "1"}, "这个排名已经有岗位了"),
        ({"name": ""}, "这一项要填"),
        ({"sees": ["nothing"]}, "nothing"),
    ],
)
def test_a_wrong_chair_is_refused_in_words(fields, says):
    assert says in text(at_desk("security").post("/posts/new/", chair(**fields)))
    assert not Post.objects.filter(name="拟稿员").exists()


def test_a_chair_with_two_in_it_is_not_made_a_chair_for_one(who):
    post = who.posts["clerk"]
    response = at_desk("security").post(f"/posts/{post.pk}/", {"name": post.name, "single": "on", "sees": post.sees})
    assert "现在不止一人在任" in text(response)


def test_a_chair_is_not_retired_while_papers_wait_for_it(who):
    registered(who)
    Turn.objects.update(holder=None, post=who.posts["clerk"])
    post = who.posts["clerk"]
    response = at_desk("security").post(f"/posts/{post.pk}/", {"name": post.name, "retired": "on", "sees": post.sees})
    assert "还有 1 件文件等这个岗位办理" in text(response)


# --- Who did it ---


def test_the_history_of_a_chair_and_of_its_holder_says_who_did_it(who):
    post = who.posts["typist"]
    at_desk("security").post(f"/posts/{post.pk}/", {"name": "打印员", "rank": "", "sees": []})
    row = at_desk("security").get(f"/posts/{post.pk}/").context["history"][0]
    assert (row["who"], row["words"]) == ("安全员", "名称：打字员 → 打印员")
    grant(post, who.outsider)
    confirm(waiting(who.outsider), by="audit")
    page = text(at_desk("audit").get("/audit/changes/?kind=postholding&q=审计员"))
    assert "打印员 吴小梅" in page
    assert "确认人：空 → 审计员" in page
