"""When and by which ways people are told outside: quiet hours, the digest, the server's channels, each one's own."""

from datetime import datetime, time, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as some

from office import acting, channels, checks, health, outbox
from office.environment import notice_channels, secret
from office.models import Address, Message, Notice, QuietHours, Series
from office.models.clocks import load_calendar
from office.quiet import USUAL, Quiet
from tests import sketches
from tests.office.receiving import receiver as a_receiver
from tests.people import CHINA, MONDAY

SATURDAY = MONDAY - timedelta(days=2)


@pytest.fixture
def receiver(settings):
    settings.NOTICE_SECONDS = 2
    with a_receiver() as one:
        settings.NOTICE_CHANNELS = channels.read(f"webhook json://127.0.0.1:{one.port}/{{to}}")
        yield one


@pytest.fixture
def director(who, receiver):
    Address.objects.create(person=who.director, channel="webhook", address="director")
    return who.director


def at(hour: int, minute: int = 0, *, day: datetime = MONDAY) -> datetime:
    return day.replace(hour=hour, minute=minute)


def words(receiver) -> list[str]:
    return [said.split("】")[1] for _path, said in receiver.taken]


def paper(who, **fields):
    series = Series.objects.get(name="收")
    return acting.start(sketches.Incoming, actor=who.clerk, title="一件", series=series, at=MONDAY, **fields)


def told(who, *, kind: str, moment: datetime) -> Notice:
    return Notice.objects.create(person=who.director, kind=kind, case=paper(who), urgent=True, at=moment)


# --- Quiet hours: the hours ---


@pytest.mark.parametrize(("quiet", "moment", "holds"), [
    (Quiet(time(22), time(7), True), at(21, 59), False),
    (Quiet(time(22), time(7), True), at(22), True),
    (Quiet(time(22), time(7), True), at(0), True),
    (Quiet(time(22), time(7), True), at(6, 59), True),
    (Quiet(time(22), time(7), True), at(7), False),
    (Quiet(time(12), time(14), True), at(13), True),
    (Quiet(time(12), time(14), True), at(14), False),
    (Quiet(time(12), time(14), True), at(23), False),
    (Quiet(None, None, True), at(3), False),
    (Quiet(None, None, True), at(12, day=SATURDAY), True),
    (Quiet(None, None, False), at(12, day=SATURDAY), False),
    (Quiet(time(22), time(7), False), at(23, day=SATURDAY), True),
])  # fmt: skip
def test_quiet_hours_hold(db, quiet, moment, holds):
    assert quiet.holds(moment, calendar=load_calendar()) is holds
    elsewhere = moment.astimezone(datetime.now().astimezone().tzinfo)
    assert quiet.holds(elsewhere, calendar=load_calendar()) is holds


MINUTES = some.integers(0, 1439).map(lambda number: time(number // 60, number % 60))


@given(starts=MINUTES, ends=MINUTES, moment=MINUTES)
def test_of_any_two_moments_one_way_round_the_clock_is_quiet_and_the_other_not(starts, ends, moment):
    """Over midnight or not: who turns the hours round is disturbed exactly when he was not."""
    if starts == ends:
        return
    now = datetime(2026, 11, 16, moment.hour, moment.minute, tzinfo=CHINA)
    one, other = (Quiet(first, second, False).holds(now, calendar=None) for first, second in
                  ((starts, ends), (ends, starts)))  # fmt: skip
    assert one is not other


def test_the_database_keeps_quiet_hours_whole(who):
    for starts, ends in ((time(22), None), (None, time(7)), (time(7), time(7))):
        with pytest.raises(IntegrityError, match="quiet_hours_begin_and_end"), transaction.atomic():
            QuietHours.objects.create(person=who.director, starts=starts, ends=ends)


# --- Quiet hours: what they hold back ---


def test_R_IN_22_what_is_urgent_to_do_goes_out_in_quiet_hours_too(who, director, receiver):
    for kind in ("waiting", "chase", "deputised", "asked", "informed", "phone_task"):
        told(who, kind=kind, moment=at(23))
    assert outbox.deliver(at(23, 5)).sent == 6
    assert words(receiver) == ["您有6件特急事项，请尽快登录办理。"]


def test_what_is_merely_to_be_read_waits_and_goes_out_folded(who, director, receiver):
    director.email = "director@example.org"
    director.save()
    for minute in range(3):
        told(who, kind="reading", moment=at(23, minute))
        outbox.deliver(at(23, minute + 1))
    assert receiver.taken == [] and mail.outbox == []
    assert Notice.objects.filter(person=director, kind="reading").count() == 3, "on his own page at once"
    outbox.deliver(at(6, 59) + timedelta(days=1))
    assert receiver.taken == []
    outbox.deliver(at(7) + timedelta(days=1))
    assert words(receiver) == ["您有3件特急事项，请尽快登录办理。"] and len(mail.outbox) == 1


def test_what_may_not_wait_does_not_stand_behind_what_may(who, director, receiver):
    receiver.mood = lambda path: "broken"
    told(who, kind="reading", moment=at(21, 58))
    outbox.deliver(at(21, 59))
    receiver.mood = lambda path: "well"
    told(who, kind="waiting", moment=at(23))
    outbox.deliver(at(23, 1))
    assert words(receiver) == ["您有1件特急事项，请尽快登录办理。"]
    assert Message.objects.get(ended_at=None).always is False


def test_whole_days_off_are_quiet_unless_their_owner_says_otherwise(who, director, receiver):
    told(who, kind="reading", moment=at(10, day=SATURDAY))
    outbox.deliver(at(11, day=SATURDAY))
    assert receiver.taken == []
    QuietHours.objects.create(person=director, starts=None, ends=None, days_off=False)
    outbox.deliver(at(12, day=SATURDAY))
    assert len(receiver.taken) == 1


# --- The digest ---


def test_the_digest_goes_out_once_a_day_by_every_channel_in_counts(who, director, receiver):
    director.email = "director@example.org"
    director.save()
    paper(who)
    for minute in (30, 31, 45):
        outbox.digest(at(8, minute))
    assert words(receiver) == ["您有1件待办。"]
    assert [one.subject.split("】")[1] for one in mail.outbox] == ["待办 1 件，今日到期 1 件"]


def test_a_worker_that_was_down_sends_the_digest_until_closing_time(who, director, receiver):
    paper(who)
    outbox.digest(at(8, 15))
    assert receiver.taken == []
    outbox.digest(at(15))
    assert len(receiver.taken) == 1


def test_who_is_not_to_be_disturbed_at_half_past_eight_has_the_digest_later(who, director, receiver):
    QuietHours.objects.create(person=director, starts=time(20), ends=time(10))
    paper(who)
    outbox.digest(at(8, 30))
    outbox.deliver(at(9, 59))
    assert receiver.taken == []
    outbox.deliver(at(10))
    assert words(receiver) == ["您有1件待办。"]


def test_digests_of_days_away_are_told_as_todays(who, director, receiver):
    paper(who)
    receiver.mood = lambda path: "broken"
    for day in range(3):
        outbox.digest(at(8, 30) + timedelta(days=day))
    receiver.mood = lambda path: "well"
    paper(who)
    outbox.digest(at(8, 30) + timedelta(days=3))
    assert words(receiver) == ["您有2件待办。"]
    assert not outbox.waiting().exists()


def test_R_SEC_06_the_digest_in_a_chat_does_not_count_state_secrets(who, director, receiver):
    director.clearance = 4
    director.save()
    case = paper(who)
    type(case).objects.filter(pk=case.pk).update(secrecy=2, title="")
    outbox.digest(at(8, 30))
    assert receiver.taken == []


def test_nobody_gets_an_empty_digest(who, director, receiver):
    outbox.digest(at(8, 30))
    assert receiver.taken == [] and not outbox.waiting().exists()


# --- What the server names ---


@pytest.mark.parametrize(("line", "says"), [
    ("webhook file:///etc/passwd/{to}", "begins with json:// or jsons:// or form:// or forms://"),
    ("webhook exec://rm/{to}", "begins with json://"),
    ("webhook https://h/{to}", "begins with json://"),
    ("feishu/li json://h/x", "begins with feishu://"),
    ("pager json://h/{to}", "the channel is one of webhook, wecom, dingtalk, feishu"),
    ("webhook", "a line is CHANNEL URL"),
    ("webhook json://{to}.example.org/", "stands after the host"),
    ("webhook json://{to}:pass@example.org/", "stands after the host"),
    ("webhook json://h/same-for-all", "the same for everybody"),
    ("webhook json:///{to}", "cannot be read"),
    ("webhook json://h:port/{to}", "cannot be read"),
    ("feishu feishu://t0ken", "everybody in a chat room"),
    ("wecom wecombot://k3y", "everybody in a chat room"),
    ("dingtalk dingtalk://t0ken/{to}", "everybody in a chat room"),
    ("dingtalk/li dingtalk://t0ken/13800000000", "everybody in a chat room"),
    ("wecom/all wechat://c:s@1/all", "is not all"),
    ("wecom/@all wechat://c:s@1/x", "begins with a letter"),
    ("wecom/li wechat://c:s@1/{to}", "without a name of its own"),
    ("webhook json://h/{to}\nwebhook json://h/{to}/2", "line 2: is there twice"),
])  # fmt: skip
def test_a_channel_that_cannot_be_right_stops_the_start_and_betrays_nothing(line, says):
    with pytest.raises(ImproperlyConfigured) as stopped:
        notice_channels(line)
    said = str(stopped.value)
    assert says in said and said.startswith("NOTICE_CHANNELS, line ")
    assert not any(secret in said for secret in ("t0ken", "k3y", "pass@", "/etc"))


def test_channels_come_from_a_file_with_remarks(monkeypatch, tmp_path):
    (tmp_path / "channels").write_text("# 渠道\n\nfeishu/li  feishu://t0ken\nfeishu/wang feishu://t0ken2\n")
    monkeypatch.delenv("NOTICE_CHANNELS", raising=False)
    monkeypatch.setenv("NOTICE_CHANNELS_FILE", str(tmp_path / "channels"))
    found = notice_channels(secret("NOTICE_CHANNELS", ""))
    assert found["feishu"].url_for("wang") == "feishu://t0ken2" and found["feishu"].url_for("zhao") == ""
    assert found["feishu"].host == "open.feishu.cn"


@pytest.mark.parametrize("address", ["", "all", "ALL", "@all", "#1", "+1", "a/b", "a b", "a,b", "../x", "a?x=1", "李"])
def test_an_address_reaches_one_person_or_nobody(address):
    way = channels.read("wecom wechat://c:s@1/{to}")["wecom"]
    assert way.url_for(address) == ""
    assert way.url_for("li.wei-2@x") == "wechat://c:s@1/li.wei-2%40x"


def test_the_check_names_a_url_without_its_parts_and_a_way_out_of_a_classified_network(settings):
    settings.NOTICE_CHANNELS = channels.read("wecom wechat://0nly@1000002/{to}\nwebhook json://gate.example/{to}")
    assert [one.id for one in checks.channels_that_can_be_used(None)] == ["office.E011"]
    assert "0nly" not in str(checks.channels_that_can_be_used(None))
    settings.NOTICE_CHANNELS = channels.read("feishu/li feishu://t0ken\nwebhook json://gate.example/{to}")
    assert checks.channels_that_can_be_used(None) == []
    settings.CLASSIFIED_NETWORK = True
    (found,) = checks.channels_that_can_be_used(None)
    assert found.id == "office.E012" and "feishu" in found.msg


# --- What each sets himself ---


def typed(**fields) -> dict[str, str]:
    return {"phone": "", "email": "", "text_size": "standard", "keys": "on", "quiet_from": "22:00", "quiet_to": "07:00",
            "quiet_days_off": "on", **fields}  # fmt: skip


def errors(answer) -> str:
    return " ".join(one for found in answer.context["form"].errors.values() for one in found)


def test_everybody_sets_his_accounts_and_his_quiet_hours(who, client, receiver):
    client.force_login(who.director)
    assert client.get("/me/").context["form"]["quiet_from"].value() == USUAL.starts
    answer = client.post("/me/", typed(address_webhook="zhou", quiet_from="19:30", quiet_days_off=""))
    assert answer.status_code == 302
    assert Address.objects.get(person=who.director).address == "zhou"
    row = QuietHours.objects.get(person=who.director)
    assert (row.starts, row.ends, row.days_off) == (time(19, 30), time(7), False)
    client.post("/me/", typed(address_webhook="", quiet_from="", quiet_to=""))
    assert not outbox.channel("webhook").people().filter(pk=who.director.pk).exists()
    assert QuietHours.objects.get(person=who.director).starts is None
    assert Address.history.count() == 2 and Address.history.first().history_user == who.director


def test_saving_something_else_leaves_the_usual_hours_the_usual(who, client, receiver):
    client.force_login(who.director)
    client.post("/me/", typed(phone="000-12"))
    assert not QuietHours.objects.exists() and not Address.objects.exists()


@pytest.mark.parametrize(("fields", "says"), [
    ({"quiet_to": ""}, "要么都填，要么都留空"),
    ({"quiet_from": "7:00"}, "不能一样"),
    ({"quiet_from": "25:00"}, "请填时间"),
    ({"address_webhook": "@all"}, "以字母或数字开头"),
    ({"address_webhook": "taken"}, "已经有人在用"),
    ({"address_feishu": "nobody"}, "请系统管理员加上"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_words_and_nothing_is_saved(who, client, receiver, settings, fields, says):
    settings.NOTICE_CHANNELS = {**settings.NOTICE_CHANNELS, **channels.read("feishu/li feishu://t0ken")}
    Address.objects.create(person=who.leader, channel="webhook", address="taken")
    client.force_login(who.director)
    answer = client.post("/me/", typed(phone="000-12", **fields))
    assert says in errors(answer)
    who.director.refresh_from_db()
    assert who.director.phone != "000-12" and not QuietHours.objects.exists()


def test_two_people_never_share_an_address(who):
    Address.objects.create(person=who.leader, channel="webhook", address="one")
    Address.objects.create(person=who.handler, channel="webhook", address="")
    Address.objects.create(person=who.clerk, channel="webhook", address="")
    with pytest.raises(IntegrityError, match="an_address_is_one_persons"), transaction.atomic():
        Address.objects.create(person=who.director, channel="webhook", address="one")


def test_an_administrator_has_no_quiet_hours_and_no_chat(who, client, receiver):
    client.force_login(who.audit_admin)
    fields = client.get("/me/").context["form"].fields
    assert not {"quiet_from", "address_webhook"} & set(fields)


# --- Trying a channel, and watching it ---


def test_send_notice_tries_a_channel_past_quiet_hours(who, director, receiver, capsys):
    call_command("send_notice", "--channel", "webhook", "--to", director.username)
    assert words(receiver) == ["这是一条试发的消息，收到就说明这个渠道是通的。"]
    assert str(director) in capsys.readouterr().out


@pytest.mark.parametrize(("channel", "to", "says"), [
    ("feishu", "director", "没有设这个渠道。现有的：email、webhook"),
    ("webhook", "nobody", "没有登录名为“nobody”的账户"),
    ("webhook", "handler", "没有网络推送的账号或地址"),
    ("webhook", "director", "对方没有收：HTTP 500"),
])  # fmt: skip
def test_send_notice_says_what_is_the_matter(director, receiver, channel, to, says):
    receiver.mood = lambda path: "broken"
    with pytest.raises(CommandError, match=says):
        call_command("send_notice", "--channel", channel, "--to", to)


def test_a_channel_that_takes_nothing_is_told_to_the_system_administrator_by_host(
    who, director, receiver, client, monkeypatch
):
    monkeypatch.setattr(health, "states", list)
    receiver.mood = lambda path: "broken"
    told(who, kind="waiting", moment=at(9))
    for minute in (1, 3, 6):
        outbox.deliver(at(9, minute))
    client.force_login(who.system_admin)
    page = client.get("/health/parts/").content.decode()
    assert f"往外发：网络推送（127.0.0.1:{receiver.port}）" in page
    assert "等着发 1 条" in page and "对方没有收（HTTP 500）" in page
    receiver.mood = lambda path: "well"
    outbox.deliver(at(9, 12))
    assert "对方没有收" not in client.get("/health/parts/").content.decode()
