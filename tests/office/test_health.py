"""运行状况 and the metrics: which part is down and what to do about it, and figures that name nobody."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from datetime import timedelta
from socket import socket

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import RedisError

from office import acting, beat, checks, health, metrics
from office.celery import app
from office.models import Backup, Delivery, Job, Message, Series, Turn
from tests import ground, sketches
from tests.owner import as_owner
from tests.people import MONDAY, person

TOKEN = "5d5d0a7be1f2c3d4e5f607185d5d0a7b"


@pytest.fixture
def system(client, db, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    client.force_login(person("system", "系统员", kind="system"))
    return client


def beaten(*, seconds: float = 0) -> None:
    cache.set(beat.BEATEN, time.time() - seconds, timeout=None)


def down() -> set[str]:
    return {one.part.code for one in health.states() if not one.well}


@pytest.fixture
def others_well(monkeypatch, settings, tmp_path):
    """A worker that answers and a clock that ticks, for tests about something else."""
    settings.FILES_DIR = tmp_path / "files"
    beaten()
    monkeypatch.setattr(health.Ping, "run", lambda _self: None)


# --- The parts ------------------------------------------------------------------------------------------------------


def test_with_a_real_worker_and_a_clock_that_ticks_every_part_is_well(celery_worker_process, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    beaten()
    assert down() == set()


def test_a_worker_that_is_away_is_found(db, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    beaten()
    assert down() == {"worker"}


@pytest.mark.parametrize("seconds", [None, beat.SILENT + 5])
def test_a_clock_that_stands_still_is_found(db, others_well, seconds):
    cache.clear()
    if seconds is not None:
        beaten(seconds=seconds)
    assert down() == {"beat"}


def test_a_store_that_takes_nothing_is_found(db, others_well, settings, tmp_path, client):
    (tmp_path / "no folder").write_text("")
    settings.FILES_DIR = tmp_path / "no folder"
    assert "store" in down()
    assert client.get("/health/").status_code == 503


def test_a_disk_with_little_room_is_found_before_it_is_full(db, others_well, settings, client):
    settings.DISK_LEAST_MB = 10**9
    assert down() == {"disk"}
    assert client.get("/health/").status_code == 200, "people can go on working"


def test_redis_that_is_away_takes_its_own_signs_with_it(db, others_well, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock?db=0"}}
    assert down() == {"redis", "beat"}


def test_a_part_that_never_answers_is_not_waited_for(db, others_well, monkeypatch):
    answer = threading.Event()
    monkeypatch.setattr(health.BeatIsHeard, "timeout", timedelta(seconds=-0.9))
    monkeypatch.setattr(health.BeatIsHeard, "run", lambda _self: answer.wait(30) and None)
    began = time.monotonic()
    assert down() == {"beat"}
    assert time.monotonic() - began < 15
    answer.set()


def test_the_page_says_which_part_is_down_and_what_to_do(system, others_well):
    page = system.get(reverse("parts")).content.decode()
    assert "各部分都正常" in page
    cache.clear()
    page = system.get(reverse("parts")).content.decode()
    assert "有 1 个部分不正常" in page
    assert "请启动定时器进程，只要一个" in page
    assert "没有回应" not in page


@pytest.mark.parametrize(("days", "old"), [(None, True), (1, False), (3, True)])
def test_the_page_says_when_the_last_backup_is_too_old(transactional_db, client, others_well, days, old):
    """Only the owner of the tables, who makes backups, writes that one was made."""
    with as_owner():
        client.force_login(person("system", "系统员", kind="system"))
        if days is not None:
            made = timezone.now() - timedelta(days=days)
            Backup.objects.create(made_at=made, finished_at=made, name="b", program="0", files=0, bytes=0)
        page = client.get(reverse("parts")).content.decode()
    assert ("两天没有备份了，请做一次" in page) is old


def test_the_command_ends_with_one_when_a_part_is_down(db, others_well, capsys):
    call_command("health")
    assert "database：正常" in capsys.readouterr().out
    cache.clear()
    with pytest.raises(CommandError, match="不正常：beat"):
        call_command("health")


# --- The clock's own sign -------------------------------------------------------------------------------------------


@pytest.fixture
def scheduler(tmp_path, monkeypatch):
    """The one the settings name; what it hands in is none of this."""
    assert app.conf.beat_scheduler == "office.beat:Scheduler"
    made = beat.Scheduler(app=app, schedule_filename=str(tmp_path / "beat"), lazy=True)
    monkeypatch.setattr(beat.PersistentScheduler, "tick", lambda _self: 5.0)
    return made


def test_the_clock_gives_a_sign_when_it_ticks(scheduler):
    assert beat.silent_for() is None
    assert scheduler.tick() == 5.0
    assert beat.silent_for() < 5


def test_the_clock_ticks_on_without_redis(scheduler, monkeypatch, caplog):
    def gone(*_arguments, **_more):
        raise RedisError("gone")

    monkeypatch.setattr(beat.cache, "set", gone)
    assert scheduler.tick() == 5.0
    assert "The beat could not be noted" in caplog.text


# --- The figures ----------------------------------------------------------------------------------------------------


def test_the_figures_count_what_is_late_waiting_and_given_up(who, django_assert_max_num_queries):
    now = timezone.now()
    acting.start(sketches.Incoming, actor=who.clerk, title="一件", series=Series.objects.get(name="收"), at=MONDAY)
    Turn.objects.update(due_at=now - timedelta(hours=1))
    late = Turn.objects.filter(ended_at=None).count()
    Delivery.objects.create(person=who.clerk, channel="email", key="notice:1", at=now)
    for error, ended in (("refused", now), ("refused", now), ("", now), ("HTTP 502", None)):
        row = {"person": who.clerk, "made_at": now, "at": now, "tries": 9, "error": error, "ended_at": ended}
        made = Message.objects.create(channel="email" if ended else "webhook", **row)
        Delivery.objects.create(person=who.clerk, channel=made.channel, key=f"notice:2{made.pk}", at=now, message=made)
    Job.objects.create(public_id="0b0d9f0e-7e6b-4f57-9f39-3d0c7b1c0c11", kind="register", title="x",
                       asked_by=who.clerk, asked_at=now)  # fmt: skip
    assert late
    with django_assert_max_num_queries(7):
        found = health.figures(now)
    assert (found.overdue, found.jobs_waiting) == (late, 1)
    sending = {one.code: (one.waiting, one.given_up, one.error) for one in found.sending}
    assert sending["email"] == (1, 2, "") and sending["webhook"] == (1, 0, "HTTP 502")
    assert found.backed_up_at is None


# --- Metrics --------------------------------------------------------------------------------------------------------


@pytest.fixture
def scraped(settings, others_well, client, db):
    """scraped(authorization=…) asks as a monitoring server does: by no name the office knows, and without TLS."""
    settings.METRICS_TOKEN = TOKEN
    settings.MIDDLEWARE = ["office.metrics.Scraped", *settings.MIDDLEWARE]
    settings.SECURE_SSL_REDIRECT = True

    def ask(*, authorization: str = f"Bearer {TOKEN}", method: str = "get"):
        headers = {"Host": "10.1.2.3:8000", **({"Authorization": authorization} if authorization else {})}
        return getattr(client, method)("/metrics", headers=headers)

    return ask


def test_the_metrics_hold_the_parts_and_the_figures_for_who_has_the_token(scraped):
    answer = scraped()
    text = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    for line in ('antou_part_up{part="database"} 1.0', 'antou_part_up{part="beat"} 1.0', "antou_turns_overdue 0.0",
                 'antou_notices_given_up{channel="email"} 0.0',
                 'antou_channel_stuck{channel="webhook"} 0.0', "antou_jobs_waiting 0.0"):  # fmt: skip
        assert line in text
    assert float(re.search(r"^antou_disk_free_bytes (\S+)$", text, re.M)[1]) > 0
    assert "antou_last_backup_timestamp_seconds" not in text, "what never was has no moment"


@pytest.mark.parametrize("authorization", ["", "Bearer x", f"Bearer {TOKEN}x", TOKEN, "Bearer ", "Bearer 令牌"])
def test_without_the_token_it_is_an_address_like_any_that_does_not_exist(scraped, client, settings, authorization):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = False, ["*"]
    nowhere = client.get("/nowhere", headers={"Host": "10.1.2.3:8000"})
    answer = scraped(authorization=authorization)
    assert answer.status_code == nowhere.status_code
    assert b"antou_" not in answer.content


def test_without_a_token_in_the_settings_nobody_is_answered(scraped, client, settings):
    settings.METRICS_TOKEN, settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = "", False, ["*"]
    assert b"antou_" not in scraped(authorization="Bearer ").content


def test_metrics_are_only_read(scraped):
    assert scraped(method="post").status_code == 405


def test_with_the_database_away_the_metrics_say_so_and_leave_the_figures_out(scraped, monkeypatch):
    def gone(*_arguments):
        raise OperationalError("gone")

    monkeypatch.setattr(health.Database, "run", gone)
    monkeypatch.setattr(metrics.health, "figures", gone)
    text = scraped().content.decode()
    assert 'antou_part_up{part="database"} 0.0' in text
    assert "antou_turns_overdue" not in text


def test_a_token_that_is_short_is_found_by_the_check(settings):
    for token, found in (("", []), ("short", ["office.E008"]), (TOKEN, [])):
        settings.METRICS_TOKEN = token
        assert [one.id for one in checks.a_token_that_cannot_be_guessed(None)] == found


@contextmanager
def web_server(environment):
    """gunicorn as the office runs it, with two processes; its port and pid."""
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mine = {**environment, "METRICS_TOKEN": TOKEN, "PORT": str(port), "WEB_WORKERS": "2", "WEB_LOG_LEVEL": "error"}
    command = [sys.executable, "-W", "ignore", "-m", "gunicorn", "office.wsgi"]
    with subprocess.Popen(command, env=mine, cwd=ground.ROOT) as process:
        try:
            yield port, process.pid
        finally:
            process.terminate()


def ask(port: int, path: str, *, token: str = "", session: str = "") -> str:
    headers = {"Authorization": f"Bearer {token}"} if token else {"Cookie": f"sessionid={session}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except OSError:
            assert time.monotonic() < deadline, "the web server did not come up"
            time.sleep(0.1)


def counted(port: int) -> float:
    text = ask(port, "/metrics", token=TOKEN)
    found = re.findall(r'^django_http_requests_total_by_view_transport_method_total{(.*)} (\S+)$', text, re.M)
    return sum(float(value) for labels, value in found if 'view="login"' in labels)


def processes_of(pid: int) -> set[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return set(map(int, file.read().split()))


def test_all_processes_count_together_and_on_when_one_is_renewed_and_name_nobody(
    transactional_db, client, office_environment, tmp_path
):
    client.force_login(person("clerk", "陈雅文"))
    session = client.cookies["sessionid"].value
    with web_server({**office_environment, "FILES_DIR": str(tmp_path / "files")}) as (port, pid):
        for _number in range(12):
            ask(port, "/login/")
        ask(port, "/cases/thepublicidofacase/", session=session)
        ask(port, "/search/?q=%E5%86%9C%E4%B8%9A", session=session)
        assert counted(port) == 12
        first = processes_of(pid)
        assert len(first) == 2
        for one in first:
            os.kill(one, signal.SIGTERM)
        deadline = time.monotonic() + 20
        while processes_of(pid) & first or len(processes_of(pid)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert counted(port) == 12
        ask(port, "/login/")
        assert counted(port) == 13
        text = ask(port, "/metrics", token=TOKEN)
        assert 'view="case"' in text and 'view="search"' in text
        for never in ("thepublicidofacase", "农业", "%E5", "clerk", "陈雅文", session, "/cases"):
            assert never not in text
