"""A receiver of webhooks on this machine: a real HTTP server that can be broken, slow, deaf after hearing, or away."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """`asked`: every request as (path, key, body). `taken`: what it took, each key once, as (path, message)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict]] = []
        self.taken: list[tuple[str, str]] = []
        self.keys: set[str] = set()
        self.mood: Callable[[str], str] = lambda path: "well"
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"")
        self.released = threading.Event()
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    def open(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.hear(self)

            def log_message(self, *_words: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        """Away: whoever knocks is refused."""
        self.released.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def hear(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        key = request.headers["Idempotency-Key"]
        self.asked.append((request.path, key, body))
        mood = self.mood(request.path)
        if mood == "slow":
            # Longer than anybody waits, and then nobody is there any more.
            self.released.wait(10)
            return
        if mood == "broken":
            request.send_response(500)
            request.end_headers()
            return
        if key not in self.keys:
            self.keys.add(key)
            self.taken.append((request.path, body["message"]))
        if mood == "deaf":
            request.close_connection = True
            return
        status, headers, words = self.answer
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(words)


@contextmanager
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    one.open()
    try:
        yield one
    finally:
        one.close()
