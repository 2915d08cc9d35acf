"""`manage.py serve`: what keeps the office running, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from office import supervisor
from office.supervisor import Child, Refused, Supervisor, free_port
from tests.ground import ROOT

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
# Deaf to every polite request, and with a child of its own.
STUBBORN = """
import signal, subprocess, time
for number in (signal.SIGTERM, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
subprocess.Popen(["sleep", "600"])
time.sleep(600)
"""


@pytest.fixture
def mark() -> str:
    """A word in the environment by which a test's processes can be told from all others."""
    return f"ANTOU_MARK={uuid.uuid4()}"


@pytest.fixture
def signals():
    """The supervisor takes the signals of its process; pytest gets its own back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def alive(mark: str) -> int:
    """How many processes carry the mark."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found += mark.encode() in (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
    return found


def none_left(mark: str) -> bool:
    """The system takes a moment to clear away what has been killed."""
    until = time.monotonic() + 5
    while alive(mark) and time.monotonic() < until:
        time.sleep(0.02)
    return alive(mark) == 0


def marked(mark: str, said: list[str], **options) -> Supervisor:
    name, value = mark.split("=")
    return Supervisor(environment={**os.environ, name: value}, say=said.append, **options)


def test_ending_takes_every_process_along_even_deaf_ones(mark, signals, monkeypatch):
    monkeypatch.setattr(supervisor, "QUIT", 0.3)
    monkeypatch.setattr(supervisor, "KILL", 0.6)
    said: list[str] = []
    office = marked(mark, said)
    office.listen()
    children = [Child("web", SLEEPER), Child("worker", [sys.executable, "-c", STUBBORN])]
    # Three processes: the sleeper, the deaf one, and the deaf one's own.
    office.keep(children, ready=lambda: alive(mark) == 3, opened=lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert none_left(mark)


def test_a_child_that_dies_is_started_again(mark, signals):
    said: list[str] = []
    office = marked(mark, said, backoff_seconds=0.01)
    child = Child("worker", SLEEPER)
    first = []

    def killed_once_and_back() -> bool:
        if not first:
            first.append(child.process.pid)
            child.process.kill()
        return child.process is not None and child.process.pid != first[0] and child.process.poll() is None

    office.keep([child], ready=killed_once_and_back, opened=office.ending.set)
    assert "worker" in said[0]


def test_a_child_that_dies_five_times_in_a_row_closes_the_office(mark, signals):
    office = marked(mark, [], backoff_seconds=0.001)
    children = [Child("web", SLEEPER), Child("beat", [sys.executable, "-c", "raise SystemExit(3)"])]
    with pytest.raises(Refused, match="beat接连5次意外退出"):
        office.keep(children, ready=lambda: False, opened=office.ending.set)
    assert none_left(mark)


def test_a_first_step_that_fails_keeps_the_office_closed(mark):
    with pytest.raises(Refused, match="数据库准备未能完成"):
        marked(mark, []).first("数据库准备", [sys.executable, "-c", "raise SystemExit(1)"])


def test_a_port_in_use_is_told_with_the_name_of_the_setting():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused, match="已被占用，也许办公系统已经在运行.*请用PORT换端口"):
            free_port(str(taken.getsockname()[1]))


@pytest.mark.parametrize("text", ["", "eighty", "0", "65536", "-1", "80 80", "８０００"])
def test_a_port_that_is_no_port_is_told(text):
    with pytest.raises(Refused, match="PORT应是1到65535之间的数字"):
        free_port(text)


def test_serve_opens_the_office_and_ctrl_c_closes_it(mark, office_environment):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    name, value = mark.split("=")
    chosen = {"PORT": str(port), "WEB_WORKERS": "1", "WORKERS": "1", "PYTHONUNBUFFERED": "1", name: value}
    office = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={**office_environment, **chosen},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    lines = []
    try:
        for line in office.stdout:
            lines.append(line)
            if f"http://127.0.0.1:{port}/" in line:
                break
        office.send_signal(signal.SIGINT)
        lines += office.stdout
        assert office.wait(timeout=15) == 0, "".join(lines)
    finally:
        office.kill()
        office.wait()
    assert f"案头已启动：http://127.0.0.1:{port}/" in "".join(lines)
    assert none_left(mark)


def test_children_end_even_when_the_supervisor_is_killed(mark):
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from office.supervisor import Child, Supervisor\n"
        "sleeper = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "office = Supervisor(environment=dict(os.environ), say=print)\n"
        "office.keep([Child('web', sleeper)], ready=lambda: True, opened=lambda: print('open', flush=True))\n"
    )
    name, value = mark.split("=")
    office = subprocess.Popen(
        [sys.executable, "-c", program, str(ROOT)],
        env={**os.environ, name: value},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert office.stdout.readline() == "open\n"
    office.kill()
    office.wait()
    deadline = time.monotonic() + 10
    while alive(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert none_left(mark)
