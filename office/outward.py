"""Sends one message by one of the office's channels, through apprise; imported by whoever sends, and by nobody else.

apprise says no more than yes or no, and takes a 200 for a yes, though the robots of WeCom, DingTalk and Feishu say no
with a 200 too. So its plugins ask through `Wire`, which looks at the answer, follows no redirect and waits not long. Of
its schemes only those in office/channels.py are ever imported.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import requests
from apprise.common import NotifyType
from django.conf import settings

from office.channels import SCHEMES, Way

# They write tokens into what they log, at one level or another.
for _name in ("apprise", "urllib3", "requests"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

MOST = 64 * 1024
# Answers that are about the whole channel: the others need not be tried now.
NOT_NOW = {401, 403, 407, 408, 429, 503}


class NotTaken(Exception):
    """What the other side said, in a few words without address or token. `all`: it would say so of every message."""

    def __init__(self, words: str, *, all: bool) -> None:
        super().__init__(words)
        self.all = all


@dataclass(frozen=True)
class Answer:
    """As much of an answer as the plugins look at."""

    status_code: int
    content: bytes = b""


class Wire(threading.local):
    """`requests`, as the plugins know it. What went wrong is kept for whoever sent. `reads`: whether the words of an
    answer say yes or no; of a webhook its status alone does."""

    codes = requests.codes
    RequestException = requests.RequestException

    def __init__(self) -> None:
        self.fault: NotTaken | None = None
        self.reads = False

    def get(self, url: str, **options: Any) -> Answer:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> Answer:
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> Answer:
        patience = settings.NOTICE_SECONDS
        options |= {"allow_redirects": False, "stream": True, "timeout": patience}
        until = time.monotonic() + patience
        try:
            with requests.Session() as session, session.request(method, url, **options) as found:
                answer = Answer(found.status_code, _body(found, until=until) if self.reads else b"")
        except requests.RequestException as error:
            self.fault = NotTaken(type(error).__name__, all=True)
            raise
        self.fault = _refusal(answer)
        # The plugins take the status for the answer: what is refused must not look like a yes.
        return answer if self.fault is None else Answer(max(answer.status_code, 400), answer.content)


WIRE = Wire()


def _body(found: requests.Response, *, until: float) -> bytes:
    body = bytearray()
    for piece in found.iter_content(1):
        body += piece
        if len(body) >= MOST or time.monotonic() > until:
            raise requests.ReadTimeout
    return bytes(body)


def _refusal(answer: Answer) -> NotTaken | None:
    if not 200 <= answer.status_code < 300:
        return NotTaken(f"HTTP {answer.status_code}", all=answer.status_code in NOT_NOW)
    try:
        said = json.loads(answer.content or b"{}")
    except ValueError:
        said = {}
    if not isinstance(said, dict):
        return None
    for name in ("errcode", "code", "StatusCode"):
        number = said.get(name, 0)
        if isinstance(number, int) and number not in (0, 200):
            return NotTaken(f"{name} {number}", all=False)
    return NotTaken("invaliduser", all=False) if said.get("invaliduser") else None


def send(way: Way, address: str, text: str, *, key: str) -> None:
    """Raises NotTaken. `key` is the same at every try: a webhook finds it as Idempotency-Key in the header and as `key`
    in the body; the robots have no place for one."""
    url = way.url_for(address)
    if not url:
        raise NotTaken("no such address", all=False)
    with _quietly():
        plugin = _plugin(url)
        if way.code == "webhook":
            plugin.headers["Idempotency-Key"] = key
            plugin.payload_extras["key"] = key
        WIRE.fault, WIRE.reads = None, way.code != "webhook"
        taken = plugin.send(body=text, title="", notify_type=NotifyType.INFO)
    if WIRE.fault is not None or not taken:
        raise WIRE.fault or NotTaken("not sent", all=False)


def readable(url: str) -> bool:
    """Whether apprise can make something of this URL."""
    try:
        with _quietly():
            _plugin(url)
    except NotTaken:
        return False
    return True


@contextmanager
def _quietly() -> Iterator[None]:
    """Whatever a plugin stumbles over, its words may hold the token."""
    try:
        yield
    except NotTaken:
        raise
    except Exception as error:
        raise NotTaken(type(error).__name__, all=False) from None


def _plugin(url: str) -> Any:
    made = _class_of(urlsplit(url).scheme)
    parts = made.parse_url(url)
    if not parts:
        raise NotTaken("no such address", all=False)
    plugin = made(**parts)
    # It would sleep between two questions of one message.
    plugin.request_rate_per_sec = 0
    return plugin


@cache
def _class_of(scheme: str) -> Any:
    name, kind = SCHEMES[scheme].plugin
    module: Any = import_module(f"apprise.plugins.{name}")
    module.requests = WIRE
    return getattr(module, kind)
