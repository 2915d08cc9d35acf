"""What stands around the office: policy, headers, cookies, production's own check, secrets, the first run, health."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from office import checks, environment, procedures
from office.chasing import roster
from office.models import Case, Department, Post, PostHolding, User
from tests.people import PASSWORD, person

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db
GOOD_KEY = "0123456789abcdef" * 4


# --- Policy, headers, cookies (every page is looked at in tests/test_urls.py) ---


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(client):
    policy = client.get("/login/")["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("address", ["/nowhere/", "/login/", "/done/", "/people/"])
def test_an_answer_without_a_page_carries_the_headers_too(client, address):
    person("clerk", "陈雅文")
    client.force_login(User.objects.get(username="clerk"))
    response = client.get(address)
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_no_cookie_is_read_by_a_script_or_sent_from_elsewhere(client):
    person("clerk", "陈雅文")
    client.post("/login/", {"username": "clerk", "password": PASSWORD})
    client.get("/me/")
    client.post("/me/text-size/", {"size": "large"})
    client.post("/language/", {"language": "en"})
    assert {"sessionid", "csrftoken", "text_size", "django_language"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name


def test_a_session_ends_with_the_browser(client):
    person("clerk", "陈雅文")
    client.post("/login/", {"username": "clerk", "password": PASSWORD})
    assert client.cookies["sessionid"]["max-age"] == ""


def test_an_expired_page_is_refused_in_words():
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/login/", {"username": "clerk", "password": PASSWORD})
    assert response.status_code == 403
    assert "这一页放得太久了" in response.content.decode()


# --- Production ---


def production(folder: Path, office_environment: dict[str, str], **more: str) -> dict[str, str]:
    """The environment of docker-compose.yml, with secrets in files."""
    secrets = {
        "SECRET_KEY": GOOD_KEY,
        "DATABASE_URL": office_environment["DATABASE_URL"],
        "DATABASE_OWNER_URL": office_environment["DATABASE_OWNER_URL"],
        "REDIS_URL": office_environment["REDIS_URL"],
    }
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    for name, value in secrets.items():
        if name not in more:
            (folder / name).write_text(value + "\n")
            kept[f"{name}_FILE"] = str(folder / name)
    more = {name: value for name, value in more.items() if value}
    return {
        **kept,
        "ANTOU_VAR": str(folder), "ALLOWED_HOSTS": "oa.example.gov.cn", "HTTPS": "1", "BEHIND_PROXY": "1",
        **more,
    }


def check_deploy(env: dict[str, str], *, level: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", level]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def test_production_as_described_has_nothing_to_mend(tmp_path, office_environment):
    done = check_deploy(production(tmp_path, office_environment), level="WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_production_says_clearly_what_is_missing(tmp_path, office_environment):
    bad = {"DATABASE_OWNER_URL": "", "SECRET_KEY": "weak", "DEBUG": "1", "DEMO": "1", "ALLOWED_HOSTS": "*"}
    env = production(tmp_path, office_environment, **bad)
    done = check_deploy(env, level="ERROR")
    assert done.returncode == 1
    for words in (
        "office.E002) DATABASE_OWNER_URL is missing",
        "office.E003) SECRET_KEY is weak",
        "office.E004) DEBUG must be off",
        "office.E005) DEMO must be off",
        "office.E006) ALLOWED_HOSTS is *",
    ):
        assert words in done.stderr


@pytest.mark.parametrize(("name", "value", "words"), [
    ("LOGIN_TRIES", "0", "must be a whole number from 1 up, not '0'."),
    ("FILE_SIZE_LIMIT", "0", "must be a whole number from 1 up, not '0'."),
    ("SITE_URL", "oa.example.gov.cn", "must be an address with http:// or https://, not 'oa.example.gov.cn'."),
    ("EMAIL_BACKEND", "django.core.mail.Smtp", "must be the path of a class, not 'django.core.mail.Smtp'"),
])  # fmt: skip
def test_a_bad_value_stops_the_start_with_a_sentence(tmp_path, office_environment, name, value, words):
    done = check_deploy(production(tmp_path, office_environment, **{name: value}), level="ERROR")
    assert done.returncode == 1
    assert f"{name} {words}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("key", "found"), [("", "office.E001"), ("weak", "office.E003"), ("a" * 64, "office.E003"), (GOOD_KEY, None)]
)
def test_a_key_is_asked_for_and_weighed(monkeypatch, key, found):
    monkeypatch.setenv("SECRET_KEY", key)
    assert [one.id for one in checks.a_secret_of_its_own(None)] == ([found] if found else [])


def test_what_need_not_be_set_may_be_an_empty_file(tmp_path, office_environment):
    """As deploy/make-secrets.sh writes it, so that the containers find a file."""
    (tmp_path / "empty").write_text("\n")
    none = dict.fromkeys(["EMAIL_HOST_PASSWORD_FILE", "SECRET_KEY_FALLBACKS_FILE"], str(tmp_path / "empty"))
    done = check_deploy(production(tmp_path, office_environment, **none), level="WARNING")
    assert done.returncode == 0, done.stderr


def test_an_older_key_still_opens_what_it_signed_and_signs_nothing_new(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "first", []
    signed = signing.dumps("x")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", ["first"]
    assert signing.loads(signed) == "x"
    newer = signing.dumps("x")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "first", []
    with pytest.raises(signing.BadSignature):
        signing.loads(newer)


def test_nobody_is_signed_out_while_the_key_is_rotated(client, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "first", []
    client.force_login(person("clerk", "陈雅文"))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", ["first"]
    assert client.get("/me/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/me/").status_code == 200, "his session is signed anew by then"


def test_a_weak_older_key_is_found_by_the_check(monkeypatch, settings):
    monkeypatch.setenv("SECRET_KEY", GOOD_KEY)
    settings.SECRET_KEY_FALLBACKS = [GOOD_KEY[::-1], "weak"]
    assert [one.id for one in checks.a_secret_of_its_own(None)] == ["office.E007"]


@pytest.mark.parametrize("owner", ["", "same"])
def test_the_owner_of_the_tables_is_another_than_the_application(settings, owner):
    settings.DATABASE_OWNER_URL = settings.DATABASE_URL if owner else ""
    assert [one.id for one in checks.owner_apart_from_application(None)] == ["office.E002"]


def test_secure_cookies_and_strict_transport_come_with_https(tmp_path, office_environment):
    names = [
        "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS", "SECRET_KEY", "DEBUG",
    ]
    code = f"from office import settings; print([getattr(settings, name) for name in {names}])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=production(tmp_path, office_environment), capture_output=True,
        text=True, timeout=60,
    )
    assert done.stdout.strip() == str([True, True, True, True, 31536000, GOOD_KEY, False]), done.stderr


# --- Secrets ---


def test_a_secret_comes_from_the_environment_or_from_a_file(monkeypatch, tmp_path):
    assert environment.secret("A_SECRET", "none") == "none"
    monkeypatch.setenv("A_SECRET", "spoken")
    assert environment.secret("A_SECRET", "none") == "spoken"
    monkeypatch.delenv("A_SECRET")
    (tmp_path / "secret").write_text("written\n")
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "secret"))
    assert environment.secret("A_SECRET", "none") == "written"


def test_a_secret_given_twice_or_not_to_be_read_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="A_SECRET_FILE cannot be read"):
        environment.secret("A_SECRET", "")
    monkeypatch.setenv("A_SECRET", "spoken")
    with pytest.raises(ImproperlyConfigured, match="A_SECRET or A_SECRET_FILE, not both"):
        environment.secret("A_SECRET", "")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: environment.boolean("A_VALUE", False), "perhaps"),
        (lambda: environment.integer("A_VALUE", 1), "-1"),
        (lambda: environment.integer("A_VALUE", 1), "many"),
        (lambda: environment.integer("A_VALUE", 1, least=8), "7"),
        (lambda: environment.choice("A_VALUE", ["one"], "one"), "two"),
        (lambda: environment.web_address("A_VALUE", "http://127.0.0.1"), "oa.example.gov.cn"),
        (lambda: environment.web_address("A_VALUE", "http://127.0.0.1"), "https://"),
        (lambda: environment.dotted("A_VALUE", "json.JSONDecoder"), "json.NoSuchClass"),
        (lambda: environment.dotted("A_VALUE", "json.JSONDecoder"), "smtp"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(monkeypatch, read, value):
    monkeypatch.setenv("A_VALUE", value)
    with pytest.raises(ImproperlyConfigured, match=f"A_VALUE must be .*not '{value}'"):
        read()


# --- The login page ---


def test_who_cannot_read_the_login_page_changes_its_language_and_stays_there(client, db):
    page = client.get("/login/?next=/done/").content.decode()
    assert 'name="language" value="en"' in page and 'value="/login/?next=/done/"' in page
    there = client.post("/language/", {"language": "en", "next": "/login/?next=/done/"}, follow=True)
    assert there.redirect_chain == [("/login/?next=/done/", 302)]
    assert 'name="language" value="zh-hans"' in there.content.decode()


# --- No default password outside the demo ---


def test_the_login_page_names_no_account_outside_the_demo(client):
    assert not settings.DEMO
    page = client.get("/login/").content.decode()
    assert "演示账号" not in page
    assert "demo_password" not in client.get("/login/").context


def test_the_password_of_the_demo_stands_in_the_demo_alone():
    from office.demo import PASSWORD as OF_THE_DEMO

    files = [*ROOT.glob("office/**/*.py"), *ROOT.glob("documents/**/*.py"), *ROOT.glob("templates/**/*.html")]
    holding = {
        str(path.relative_to(ROOT)) for path in files if OF_THE_DEMO in path.read_text(encoding="utf-8")
    }
    assert {path.split("/")[1] for path in holding} == {"demo"}


# --- The first run of a real office ---


def first_run(capsys, **more) -> dict[str, str]:
    call_command("first_run", **more)
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines() if "\t" in line]
    return {username: password for _kind, username, password in rows}


def test_the_first_run_makes_three_administrators_and_no_other_account(capsys):
    handed_out = first_run(capsys)
    made = dict(User.objects.values_list("username", "kind"))
    assert made == {"system": "system", "security": "security", "audit": "audit"}
    assert set(handed_out) == set(made)
    assert len(set(handed_out.values())) == 3


def test_each_of_the_three_comes_in_and_has_to_choose_a_password(capsys):
    for username, password in first_run(capsys).items():
        client = Client()
        assert client.post("/login/", {"username": username, "password": password}).status_code == 302
        assert client.get("/")["Location"] == "/password/"


def test_the_first_run_makes_every_chair_a_paper_or_a_reminder_may_look_for(capsys):
    first_run(capsys)
    wanted = set(roster.POSTS.values())
    for declared in procedures.REGISTRY.values():
        if declared.code.startswith("documents."):
            wanted |= {declared.hub, declared.fallback}
            wanted |= {code for step in declared.steps.values() for code in (step.post, step.fallback)}
    assert wanted - {"", "department-head"} <= set(Post.objects.values_list("code", flat=True))


def test_after_the_first_run_a_clerk_who_is_seated_registers_number_one(capsys):
    first_run(capsys)
    admins = {one.kind: one for one in User.objects.all()}
    clerk = person("clerk", "陈雅文", department=Department.objects.get(name="办公室"))
    PostHolding.objects.create(
        post=Post.objects.get(code="clerk"), person=clerk, starts_on=timezone.localdate(),
        granted_by=admins["security"], confirmed_by=admins["audit"], confirmed_at=timezone.now(),
    )
    client = Client()
    client.force_login(clerk)
    today = timezone.localdate()
    paper = {
        "token": str(uuid.uuid4()), "series": "收", "received_on": today.isoformat(), "channel": "exchange",
        "carrier": "paper", "sender": "省农业农村厅", "title": "关于做好冬春防火工作的通知", "secrecy": "0",
        "urgency": "normal", "copies": "1", "purpose": "decision", "save": "next",
    }  # fmt: skip
    assert client.post("/documents/incoming/new/", paper).status_code == 302
    case = Case.objects.get()
    assert case.reference == f"收〔{today.year}〕1号"
    assert case.turns.get().hands == Post.objects.get(code="clerk")


def test_the_three_may_be_named(capsys):
    assert set(first_run(capsys, system="xitong", security="anquan", audit="shenji")) == {"xitong", "anquan", "shenji"}


def test_the_first_run_refuses_an_office_that_has_accounts():
    person("clerk", "陈雅文")
    with pytest.raises(CommandError, match="已经有账户了"):
        call_command("first_run")
    assert User.objects.count() == 1


def test_three_administrators_need_three_names():
    with pytest.raises(CommandError, match="三个不同的登录名"):
        call_command("first_run", system="one", audit="one")
    assert not User.objects.exists()


# --- Health ---


def broken(*_arguments, **_named):
    raise OperationalError("gone")


def test_a_stranger_learns_that_the_office_answers_and_nothing_else(client):
    response = client.get("/health/")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


def test_health_says_so_when_the_database_is_gone(client, monkeypatch):
    monkeypatch.setattr(connection, "cursor", broken)
    response = client.get("/health/")
    assert (response.status_code, response.json()) == (503, {"status": "down"})


def test_health_says_so_when_redis_is_gone_and_tells_the_system_administrator_which(client, monkeypatch):
    def gone(*_arguments):
        raise RedisConnectionError("gone")

    client.force_login(person("system", "系统员", kind="system"))
    monkeypatch.setattr(cache, "get", gone)
    response = client.get("/health/")
    assert response.status_code == 503
    assert response.json() == {"status": "down", "database": True, "redis": False, "store": True}


def test_health_tells_nobody_else_which_part_is_gone(client):
    client.force_login(person("clerk", "陈雅文"))
    assert client.get("/health/").json() == {"status": "ok"}


# --- What the auditor reads ---


def auditor(username: str = "audit") -> Client:
    client = Client()
    client.force_login(person(username, "审计员", kind="audit"))
    return client


def test_every_failed_try_is_in_the_auditors_log_beside_the_good_ones(client):
    person("clerk", "陈雅文")
    client.post("/login/", {"username": "clerk", "password": "Wrong-2026-paper"})
    client.post("/login/", {"username": "clerk", "password": PASSWORD})
    rows = auditor().get("/audit/sign-ins/?q=clerk").context["rows"]
    assert [row["cells"][2]["words"] for row in rows] == ["成功", "失败"]
    assert {row["cells"][1]["note"] for row in rows} == {"127.0.0.1"}
    assert len(auditor("audit2").get("/audit/sign-ins/?q=127.0.0.1&kind=bad").context["rows"]) == 1


def test_a_password_typed_wrong_is_kept_nowhere(client):
    person("clerk", "陈雅文")
    client.post("/login/", {"username": "clerk", "password": "Wrong-2026-paper"})
    with connection.cursor() as cursor:
        kept = [f"SELECT (t.*)::text FROM axes_{table} t" for table in ("accessattempt", "accessfailurelog")]
        cursor.execute(" UNION ALL ".join(kept))
        rows = [row for (row,) in cursor.fetchall()]
    assert len(rows) == 2
    assert not any("Wrong-2026-paper" in row for row in rows)


def test_the_auditor_checks_a_years_chains_and_reads_that_they_hold():
    page = auditor().post("/audit/anchors/", {"year": str(timezone.localdate().year)}).content.decode()
    assert "核对过了，没有发现改动" in page


def test_the_auditors_pages_open_on_an_office_where_nothing_has_happened():
    client = auditor()
    for address in ("/audit/", "/audit/sign-ins/", "/audit/changes/", "/audit/anchors/", "/audit/looks/"):
        assert re.search(r"<h1>", client.get(address).content.decode()), address
