"""Keeps the processes of an office running side by side, and ends them together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

PORTS = range(1, 65536)
LONG_ENOUGH = 60  # seconds: who has lived this long is healthy, and its earlier deaths are forgotten
DEATHS = 5
# From the request to end until the next, stronger one; together they stay under ten seconds.
TERMINATE, QUIT, KILL = 0.0, 5.0, 8.0
PR_SET_PDEATHSIG = 1


class Refused(Exception):
    """The office cannot be opened, or had to close; the text is a sentence for the person at the terminal."""


@dataclass
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    deaths: int = 0
    due_at: float = 0.0  # when to start again after a death


@dataclass
class Supervisor:
    """`environment` is that of every child; `tend` is called every few seconds and mends what it finds."""

    environment: dict[str, str]
    say: Callable[[str], object]
    tend: Callable[[], None] = lambda: None
    tend_seconds: float = 5.0
    backoff_seconds: float = 1.0
    children: list[Child] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """From here on Ctrl+C, a plain kill and a closed terminal end the office in order."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.ending.set())

    def first(self, name: str, command: list[str]) -> None:
        """Run something to its end before the office opens. Raises Refused when it fails."""
        process = self._launch(command)
        while process.poll() is None and not self.ending.wait(0.05):
            pass
        if self.ending.is_set():
            _end([process])
        elif process.returncode:
            raise Refused(_("{name}未能完成，案头没有启动。").format(name=name))

    def keep(self, children: list[Child], *, ready: Callable[[], bool], opened: Callable[[], None]) -> None:
        """Run `children` until asked to end. `opened` is called once, as soon as `ready` says so.

        A child that dies is started again, later each time; Refused when one dies DEATHS times in a row.
        """
        self.children = children
        announced = False
        tended_at = time.monotonic()
        try:
            while not self.ending.is_set():
                for child in children:
                    self._look_after(child)
                if not announced and ready():
                    announced = True
                    opened()
                if time.monotonic() - tended_at > self.tend_seconds:
                    self.tend()
                    tended_at = time.monotonic()
                self.ending.wait(0.2)
        finally:
            self.say(_("正在停止……"))
            _end([child.process for child in children if child.process])

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            if child.process.poll() is None:
                if now - child.started_at > LONG_ENOUGH:
                    child.deaths = 0
                return
            child.deaths += 1
            if child.deaths >= DEATHS:
                raise Refused(
                    _("{name}接连{n}次意外退出，案头已全部停止。请看上面的错误信息。").format(
                        name=child.name, n=child.deaths
                    )
                )
            self.say(
                _("{name}意外退出（返回值{code}），即将重新启动。").format(
                    name=child.name, code=child.process.returncode
                )
            )
            # What it had started itself must not live on beside its successor.
            _signal(child.process, signal.SIGKILL, group=True)
            child.process = None
            child.due_at = now + self.backoff_seconds * 2 ** (child.deaths - 1)
        if now >= child.due_at:
            child.process = self._launch(child.command)
            child.started_at = now

    def _launch(self, command: list[str]) -> subprocess.Popen:
        # In a session of its own a child does not hear the terminal's Ctrl+C: it is told, once and in order.
        return subprocess.Popen(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )


def free_port(text: str) -> int:
    """The port PORT names, if nobody has it yet. Raises Refused with what to type instead."""
    if not text.isascii() or not text.isdigit() or int(text) not in PORTS:
        raise Refused(_("PORT应是1到65535之间的数字，不能是“{text}”。").format(text=text))
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refused(
                _("当前用户不能使用端口{port}。请换一个，例如：PORT=8000 make demo").format(port=port)
            ) from None
        except OSError:
            raise Refused(
                _(
                    "端口{port}已被占用，也许办公系统已经在运行：先打开http://127.0.0.1:{port}/看看。"
                    "要另开一个，请用PORT换端口，例如：PORT={other} make demo"
                ).format(
                    port=port, other=port + 1 if port + 1 in PORTS else 8000
                )
            ) from None
    return port


def _end_with_parent() -> None:
    """On Linux a child is told to end even when its supervisor is killed without a chance to say so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(processes: list[subprocess.Popen]) -> None:
    """Ask, then insist, then kill whole families; returns when none is left, within ten seconds."""
    began = time.monotonic()
    for number, after in ((signal.SIGTERM, TERMINATE), (signal.SIGQUIT, QUIT), (signal.SIGKILL, KILL)):
        while time.monotonic() - began < after and any(process.poll() is None for process in processes):
            time.sleep(0.05)
        for process in processes:
            _signal(process, number, group=number == signal.SIGKILL)
    for process in processes:
        process.wait()


def _signal(process: subprocess.Popen, number: signal.Signals, *, group: bool) -> None:
    try:
        if group:
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.send_signal(number)
    except (ProcessLookupError, PermissionError):
        pass
