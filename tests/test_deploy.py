"""What docker-compose.yml and the proxy promise: who reaches what, which settings arrive, under which address."""

import http.client
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from office.views import health

ROOT = Path(settings.BASE_DIR)
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
PROXY = (ROOT / "deploy" / "proxy.conf").read_text(encoding="utf-8")
EVERYWHERE = COMPOSE[COMPOSE.index("x-office") : COMPOSE.index("\nservices:")]


def service(name: str) -> str:
    """The lines of one service."""
    return re.search(rf"^  {name}:\n((?: {{4}}.*\n)+)", COMPOSE, re.M)[1]


def test_who_writes_mails_has_a_way_to_the_mail_server_and_the_password():
    worker = service("worker")
    assert "networks: [inside, outside]" in worker
    assert "EMAIL_HOST_PASSWORD_FILE: /run/secrets/email_host_password" in worker
    assert re.search(r"secrets: \[.*\bemail_host_password\b.*\]", worker)


def test_every_container_of_the_office_is_given_the_keys_and_the_older_ones():
    assert "SECRET_KEY_FALLBACKS_FILE: /run/secrets/secret_key_fallbacks" in EVERYWHERE
    for lines in [EVERYWHERE, service("migrate"), service("worker")]:
        assert re.search(r"secrets: .*\[secret_key, secret_key_fallbacks, ", lines)


def test_nobody_else_reaches_out_but_the_proxy():
    reaching = {name for name in re.findall(r"^  (\w+):$", COMPOSE, re.M) if "[inside, outside]" in service(name)}
    assert reaching == {"worker", "proxy"}
    assert "networks: [inside]" in EVERYWHERE


def test_every_secret_named_is_written_once_and_then_kept(tmp_path):
    shutil.copy(ROOT / "deploy" / "make-secrets.sh", tmp_path)
    kept = tmp_path / "secrets"
    kept.mkdir()
    for name in ("tls_key", "tls_certificate"):
        (kept / name).write_text("the office's own")
    for _time in range(2):
        subprocess.run(["sh", tmp_path / "make-secrets.sh"], check=True, capture_output=True, timeout=60)
    named = dict(re.findall(r"^  (\w+): \{file: deploy/secrets/(\w+)\}$", COMPOSE, re.M))
    assert set(named.values()) == {path.name for path in kept.iterdir()}
    assert (kept / "email_host_password").read_text() == (kept / "secret_key_fallbacks").read_text() == ""
    assert (kept / "metrics_token").read_text() == (kept / "notice_channels").read_text() == ""
    assert (kept / "tls_key").read_text() == "the office's own"


@pytest.mark.parametrize(("named", "alternative"), [
    ("oa.example.gov.cn", "DNS:oa.example.gov.cn"), ("10.20.30.40", "IP Address:10.20.30.40"),
    ("fd00::1", "IP Address:FD00:0:0:0:0:0:0:1"), (None, "DNS:localhost"),
])  # fmt: skip
def test_the_first_certificate_bears_the_name_browsers_read(tmp_path, named, alternative):
    shutil.copy(ROOT / "deploy" / "make-secrets.sh", tmp_path)
    command = ["sh", tmp_path / "make-secrets.sh", *([named] if named else [])]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    shown = ["openssl", "x509", "-in", tmp_path / "secrets" / "tls_certificate", "-noout", "-ext", "subjectAltName"]
    done = subprocess.run(shown, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.split("\n")[1].strip() == alternative


@pytest.mark.parametrize("name", [
    "SECOND_FACTOR", "FILE_SIZE_LIMIT", "CLAMD_SOCKET", "CSRF_TRUSTED_ORIGINS", "OFFICE_NAME", "EMAIL_HOST",
])  # fmt: skip
def test_what_an_office_sets_for_itself_arrives(name):
    assert f"    {name}: ${{{name}:-" in EVERYWHERE


@pytest.mark.parametrize("port", ["", ":8443"])
def test_the_way_to_https_keeps_its_port(port):
    assert "HTTPS_AT: ${HTTPS_PORT:+:${HTTPS_PORT}}" in service("proxy")
    assert f"return 301 https://$host{port}$request_uri;" in PROXY.replace("${HTTPS_AT}", port)


def test_the_office_hears_the_name_and_port_the_browser_wrote():
    """Without the port Django takes no form but from 443."""
    assert "proxy_set_header Host $http_host;" in PROXY


def test_files_too_large_are_refused_by_the_office_not_by_the_proxy():
    """On the pages that take files; before somebody has signed in nobody sends much."""
    where, most = re.search(r"location ~ (\S+) {\s+client_max_body_size (\d+)m;", PROXY).groups()
    assert int(most) * 1024 * 1024 >= 5 * settings.FILE_SIZE_LIMIT
    of_paper, of_turn = {"public_id": "x"}, {"key": 1}
    for name, given in [("incoming_new", {}), ("incoming_same_file", {}), ("incoming_edit", of_paper),
                        ("turn", of_turn), ("record", of_turn)]:  # fmt: skip
        assert re.match(where, reverse(name, kwargs=given)), name
    assert not re.match(where, reverse("login"))


@pytest.mark.django_db
@pytest.mark.parametrize("well", [True, False])
def test_a_container_is_healthy_when_the_office_says_so(monkeypatch, client, well):
    class Asked:
        def __init__(self, host, port, timeout):
            pass

        def request(self, method, path, headers):
            self.answer = client.generic(method, path, headers=headers)

        def getresponse(self):
            self.answer.status = self.answer.status_code
            return self.answer

    monkeypatch.setattr(http.client, "HTTPConnection", Asked)
    monkeypatch.setattr(health, "_redis_answers", lambda: well)
    monkeypatch.setenv("ALLOWED_HOSTS", "localhost")
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "deploy" / "healthy.py"))
    assert bool(ended.value.code) is not well
