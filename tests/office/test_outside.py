"""What leaves the house by a chat channel: counts only, once, in order, nothing lost, whatever the receiver does."""

import json
import logging
import subprocess
import sys
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from office import acting, channels, outbox, outward
from office.models import Address, Barred, Case, Delivery, Message, Notice, Series
from tests import sketches
from tests.office.receiving import receiver as a_receiver
from tests.people import MONDAY

TOKEN = "s3cr3t0fth3h00k"


@pytest.fixture
def receiver(settings):
    """It is given little time, and hears everybody under an address of his own."""
    settings.NOTICE_SECONDS = 0.6
    settings.SITE_URL = "https://oa.example.gov.cn"
    with a_receiver() as one:
        settings.NOTICE_CHANNELS = channels.read(
            f"webhook json://127.0.0.1:{one.port}/{TOKEN}/{{to}}?+Authorization=Bearer%20{TOKEN}"
        )
        yield one


@pytest.fixture
def director(who, receiver):
    Address.objects.create(person=who.director, channel="webhook", address="director-1")
    return who.director


def minutes(number: float) -> datetime:
    return MONDAY + timedelta(minutes=number)


@pytest.fixture
def tell(who, director):
    """tell(minute, …): a paper, and something urgent about it for the director at that minute."""

    def one(minute: float, *, person=director, kind: str = "waiting", **fields) -> Notice:
        case = acting.start(
            sketches.Incoming, actor=who.clerk, title="汛期急件", series=Series.objects.get(name="收"), at=MONDAY
        )
        Case.objects.filter(pk=case.pk).update(**fields)
        return Notice.objects.create(person=person, kind=kind, case=case, urgent=True, at=minutes(minute))

    return one


def counts(receiver, path: str = f"/{TOKEN}/director-1") -> list[int]:
    """The counts this person was told, in order."""
    return [int(words.split("您有")[1].split("件")[0]) for where, words in receiver.taken if where == path]


# --- A receiver like any other ---


def test_a_message_carries_the_count_and_the_way_to_the_queue_and_nothing_else(receiver, tell):
    tell(0)
    outbox.deliver(minutes(1))
    (path, key, body), = receiver.asked
    assert path == f"/{TOKEN}/director-1"
    assert body["message"].splitlines()[1:] == ["https://oa.example.gov.cn/"]
    assert body["message"].splitlines()[0].endswith("】您有1件特急事项，请尽快登录办理。")
    assert key == body["key"] == str(Message.objects.get(channel="webhook").key)
    case = Case.objects.get()
    assert case.title not in body["message"] and str(case) not in body["message"]


def test_what_waits_for_one_person_goes_out_as_one_message(receiver, tell):
    for minute in range(5):
        tell(minute)
    assert outbox.deliver(minutes(6)).sent == 5
    assert counts(receiver) == [5]


def test_who_has_no_address_is_not_told(receiver, tell, who):
    tell(0, person=who.leader)
    outbox.deliver(minutes(1))
    assert receiver.asked == []


def test_of_a_state_secret_not_even_the_count_goes_into_a_chat(receiver, tell, who):
    who.director.clearance = 4
    who.director.save()
    tell(0, secrecy=2, title="")
    tell(0, restricted=True)
    outbox.deliver(minutes(1))
    assert counts(receiver) == [1]


def test_what_has_been_barred_since_is_not_counted(receiver, tell, director):
    tell(0)
    case = tell(0).case
    Barred.objects.create(case=case, person=director, at=MONDAY)
    outbox.deliver(minutes(1))
    assert counts(receiver) == [1]


def test_what_was_read_in_the_meantime_is_not_told(receiver, tell):
    receiver.mood = lambda path: "broken"
    notice = tell(0)
    outbox.deliver(minutes(1))
    receiver.mood = lambda path: "well"
    Notice.objects.filter(pk=notice.pk).update(read_at=minutes(1.5))
    outbox.deliver(minutes(3))
    assert receiver.taken == []
    assert not outbox.waiting().exists() and not outbox.given_up().exists()


# --- A receiver that fails, is slow, and comes back after a day ---


def test_everything_arrives_once_and_in_order_and_nothing_is_lost(receiver, tell):
    """Broken, slow, deaf after hearing, then away for a day while new things come up: round by round, as beat asks."""
    moods = iter(["broken", "broken", "slow", "deaf"])
    receiver.mood = lambda path: next(moods, "well")
    told = 0
    for minute in range(24):
        if minute % 6 == 0:
            tell(minute)
            told += 1
        outbox.deliver(minutes(minute))
    heard_before = len(receiver.asked)
    assert heard_before > len(receiver.taken), "the trouble was real"
    assert outbox.waiting().count() == 0
    receiver.close()
    for hour in range(24):
        minute = 30 + 60 * hour
        if hour % 3 == 0:
            tell(minute)
            told += 1
        outbox.deliver(minutes(minute))
    assert len(receiver.asked) == heard_before
    assert outbox.waiting().count() == 8 and not outbox.given_up().exists()
    receiver.open()
    for minute in range(31):
        outbox.deliver(minutes(30 + 60 * 24 + minute))
    assert sum(counts(receiver)) == told, "each notice was told in one message and no other"
    assert len(counts(receiver)) <= 4 + 2, "what came while it was away was folded"
    assert [key for _path, key, _body in receiver.asked[heard_before:]] == [
        str(one.key) for one in Message.objects.filter(sent_at__gt=minutes(29)).order_by("pk")
    ], "in the order in which they set out"
    assert outbox.waiting().count() == 0


def test_a_lost_answer_is_asked_again_under_the_same_key(receiver, tell):
    moods = iter(["deaf"])
    receiver.mood = lambda path: next(moods, "well")
    tell(0)
    assert outbox.deliver(minutes(1)).failed == 1
    assert outbox.deliver(minutes(2)).sent == 1
    assert len(receiver.asked) == 2 and len({key for _path, key, _body in receiver.asked}) == 1
    assert counts(receiver) == [1]


def test_what_comes_later_does_not_overtake_what_has_not_arrived(receiver, tell):
    receiver.mood = lambda path: "broken"
    first = tell(0)
    outbox.deliver(minutes(1))
    second = tell(1.2)
    outbox.deliver(minutes(1.5))
    assert Delivery.objects.get(key=f"notice:{second.pk}").message is None
    receiver.mood = lambda path: "well"
    outbox.deliver(minutes(4))
    assert counts(receiver) == [1, 1]
    sent = Message.objects.order_by("sent_at", "pk")
    assert [row.key for one in sent for row in one.deliveries.all()] == [f"notice:{first.pk}", f"notice:{second.pk}"]


def test_something_new_lets_what_failed_try_again_at_once(receiver, tell):
    receiver.mood = lambda path: "broken"
    tell(0)
    for minute in (1, 2, 4, 9):
        outbox.deliver(minutes(minute))
    asked = len(receiver.asked)
    receiver.mood = lambda path: "well"
    outbox.deliver(minutes(10))
    assert len(receiver.asked) == asked, "the next try is not due yet"
    tell(11)
    outbox.deliver(minutes(11.5))
    assert counts(receiver) == [1, 1]


def test_the_database_itself_lets_only_one_message_be_under_way(director):
    row = {"person": director, "channel": "webhook", "always": True, "made_at": MONDAY, "at": MONDAY}
    Message.objects.create(**row)
    with pytest.raises(IntegrityError, match="one_message_under_way"), transaction.atomic():
        Message.objects.create(**row)
    Message.objects.create(**{**row, "always": False})


def test_a_channel_that_does_not_answer_is_asked_once_a_round_and_keeps_no_mail_waiting(receiver, tell, who):
    receiver.mood = lambda path: "slow"
    for number, person in enumerate((who.director, who.leader, who.handler)):
        Address.objects.get_or_create(person=person, channel="webhook", defaults={"address": f"a{number}"})
        person.email = f"{number}@example.org"
        person.save()
        tell(0, person=person)
    done = outbox.deliver(minutes(1))
    assert (done.sent, done.failed) == (3, 1)
    assert len(receiver.asked) == 1 and len(mail.outbox) == 3


def test_one_broken_address_keeps_nobody_else_waiting(receiver, tell, who):
    receiver.mood = lambda path: "broken" if path.endswith("director-1") else "well"
    Address.objects.create(person=who.leader, channel="webhook", address="leader")
    tell(0)
    tell(0, person=who.leader)
    outbox.deliver(minutes(1))
    assert counts(receiver, f"/{TOKEN}/leader") == [1]


def test_a_message_whose_worker_was_killed_is_sent_by_the_next(receiver, tell, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*_arguments, **_more):
        raise Killed

    tell(0)
    monkeypatch.setattr(outward, "send", killed)
    with pytest.raises(Killed):
        outbox.deliver(minutes(1))
    monkeypatch.undo()
    outbox.deliver(minutes(5))
    assert receiver.asked == [], "whoever has it may still be at it"
    outbox.deliver(minutes(11))
    assert counts(receiver) == [1]


def test_after_a_week_it_is_given_up_and_named(receiver, tell):
    receiver.mood = lambda path: "broken"
    tell(0)
    outbox.deliver(minutes(1))
    for day in range(1, 9):
        outbox.deliver(MONDAY + timedelta(days=day))
    assert outbox.given_up().get().error == "HTTP 500"
    assert not outbox.waiting().exists()


# --- What is not told of a channel ---


def test_no_token_gets_into_logs_errors_or_words(receiver, tell, caplog, settings):
    caplog.set_level(logging.DEBUG)
    moods = iter(["broken", "slow", "deaf"])
    receiver.mood = lambda path: next(moods)
    tell(0)
    errors = []
    for minute in (1, 2, 4):
        outbox.deliver(minutes(minute))
        errors.append(Message.objects.get().error)
    receiver.close()
    outbox.deliver(minutes(9))
    errors.append(Message.objects.get().error)
    assert errors == ["HTTP 500", "ReadTimeout", "ConnectionError", "ConnectionError"]
    assert "was not sent" in caplog.text
    assert TOKEN not in caplog.text and TOKEN not in repr(settings.NOTICE_CHANNELS)
    assert [one.host for one in outbox.channels()][1:] == [f"127.0.0.1:{receiver.port}"]


def test_a_redirect_is_not_followed(receiver, tell):
    receiver.answer = (302, {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}, b"")
    tell(0)
    outbox.deliver(minutes(1))
    assert [path for path, _key, _body in receiver.asked] == [f"/{TOKEN}/director-1"]
    assert Message.objects.get().error == "HTTP 302"


ROBOTS = {
    "wechat://corp:s3cr3t@1000002/one": b'{"errcode": 40001}',
    "wecombot://k3y": b'{"errcode": 93000}',
    "dingtalk://s3cr3t@t0ken": b'{"errcode": 300001}',
    "feishu://t0ken": b'{"code": 19001}',
}


@pytest.fixture
def instead(receiver, monkeypatch):
    """The receiver of the tests answers in the place of WeCom, DingTalk and Feishu; what they would have been asked."""
    asked, ask = [], outward.requests.Session.request

    def led_here(self, method, url, **more):
        asked.append((url, more.get("data") or b""))
        more |= {"headers": {"Idempotency-Key": "x"}, "data": b'{"message": "x"}', "params": None}
        return ask(self, "POST", f"http://127.0.0.1:{receiver.port}/", **more)

    monkeypatch.setattr(outward.requests.Session, "request", led_here)
    return asked


def way_of(url: str) -> channels.Way:
    return channels.Way(channels.SCHEMES[url.partition("://")[0]].channel, own={"one": url})


@pytest.mark.parametrize("url", ROBOTS)
def test_a_robot_that_says_no_with_a_200_has_not_taken_it(receiver, instead, url):
    receiver.answer = (200, {"Content-Type": "application/json"}, ROBOTS[url])
    with pytest.raises(outward.NotTaken, match=r"^(errcode|code) \d+$"):
        outward.send(way_of(url), "one", "您有1件待办", key="x")


@pytest.mark.parametrize("url", ROBOTS)
def test_a_robot_that_says_yes_was_asked_at_its_own_host_with_the_count(receiver, instead, url):
    said = b'{"errcode": 0, "code": 0, "access_token": "t", "expires_in": 7200}'
    receiver.answer = (200, {"Content-Type": "application/json"}, said)
    way = way_of(url)
    outward.send(way, "one", "您有1件待办", key="x")
    assert {urlsplit(asked).hostname for asked, _data in instead} == {way.host}
    assert "您有1件待办" in json.dumps(json.loads(instead[-1][1]), ensure_ascii=False)


def test_a_name_wecom_does_not_know_was_not_told(receiver, instead):
    said = b'{"errcode": 0, "invaliduser": "one", "access_token": "t", "expires_in": 7200}'
    receiver.answer = (200, {"Content-Type": "application/json"}, said)
    with pytest.raises(outward.NotTaken, match="invaliduser"):
        outward.send(way_of("wechat://corp:s3cr3t@1000002/one"), "one", "您有1件待办", key="x")


def test_the_pages_do_not_load_apprise(office_environment):
    found = subprocess.run(
        [sys.executable, "-c", "import django, sys; django.setup(); import office.urls, office.outbox; "
         "print('apprise' in sys.modules)"],
        env={**office_environment, "DJANGO_SETTINGS_MODULE": "office.settings",
             "NOTICE_CHANNELS": "webhook json://127.0.0.1/x/{to}"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.strip() == "False"
