"""Sixteen clerks who register at once, through HTTP, against the web server as it runs in production."""

import http.client
import re
import secrets
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils import timezone

from .paper import ENTRY, typed
from .rooms import Office
from .table import Line

CLERKS = 16
NAME = "bench-clerk-{}"
HIDDEN = r'name="{}"[^>]*value="([^"]+)"'


def furnish(password: str) -> None:
    """Part of the measurement: the bureau, sixteen people in the clerk's chair, a book that has no entry yet."""
    from office.models.numbers import Series
    from office.models.people import Post, PostHolding, User
    from office.populating.people import settle

    now = timezone.now()
    settle(now)
    post = Post.objects.get(code="clerk")
    confirmed = PostHolding.objects.filter(post=post).first()
    assert confirmed is not None
    for place in range(CLERKS):
        person = User.objects.create_user(
            NAME.format(place), name=f"文书{place + 1}", password=password, password_changed_at=now
        )
        PostHolding.objects.create(
            post=post, person=person, starts_on=confirmed.starts_on, granted_by=confirmed.granted_by,
            confirmed_by=confirmed.confirmed_by, confirmed_at=now,
        )  # fmt: skip
    Series.objects.create(name="收", year=timezone.localdate(now).year, title="收文", function="documents.incoming")


def numbers() -> dict:
    """Part of the measurement: what the book says afterwards, and whether every chain verifies."""
    from office.models.cases import Case
    from office.models.numbers import Series
    from office.verifying import verify

    book = Series.objects.get(name="收", year=timezone.localdate().year)
    given = list(book.cases.order_by("serial").values_list("serial", flat=True))
    return {
        "last": book.last,
        "given": len(given),
        "in_order": given == list(range(1, len(given) + 1)),
        "cases": Case.objects.count(),
        "found": len(list(verify())),
    }


@dataclass
class Clerk:
    """A browser of one clerk: cookies, and the page that lies open. A line to the server for every request, so that
    none is lost because the server had let go of an idle one."""

    name: str
    password: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    page: str = ""

    def sign_in(self) -> None:
        self.get("/login/")
        self.post("/login/", {"username": self.name, "password": self.password, "next": ENTRY})
        if "sessionid" not in self.cookies:
            raise RuntimeError(f"{self.name} could not sign in.")
        self.get(ENTRY)

    def register(self, papers: Iterable[int]) -> None:
        today = timezone.localdate()
        for number in papers:
            began = time.perf_counter()
            token = re.search(HIDDEN.format("token"), self.page)
            if token is None:
                self.errors.append(f"no form: {self.page[:200]}")
                self.get(ENTRY)
                continue
            form = typed(number, token=token[1], by=self.name.rpartition("-")[2], on=today)
            status, place = self.post(ENTRY, form)
            if status != 302 or "saved=" not in place:
                self.errors.append(f"{status} {place}")
            self.get(place or ENTRY)
            self.seconds.append(time.perf_counter() - began)

    def get(self, path: str) -> None:
        status, _place = self._ask("GET", path)
        if status != 200:
            self.errors.append(f"GET {path}: {status}")

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        found = re.search(HIDDEN.format("csrfmiddlewaretoken"), self.page)
        body = urlencode({**fields, "csrfmiddlewaretoken": found[1] if found else ""})
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded",
                        "Referer": f"http://127.0.0.1:{self.port}{path}"}  # fmt: skip
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as line:
            line.request(method, path, body, {**headers, "Connection": "close"})
            answer = line.getresponse()
            page = answer.read().decode(errors="replace")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status == 200:
            self.page = page
        return answer.status, answer.headers.get("Location") or ""


def measure(office: Office, *, papers: int) -> list[Line]:
    password = secrets.token_urlsafe(12) + "-Aa1"
    office.ask("clerks.furnish", password=password)
    with office.web() as port:
        clerks = [Clerk(NAME.format(place), password, port) for place in range(CLERKS)]
        for clerk in clerks:
            clerk.sign_in()
        threads = [
            threading.Thread(target=_work, args=(clerk, range(place, papers, CLERKS)))
            for place, clerk in enumerate(clerks)
        ]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
    book = office.ask("clerks.numbers")
    errors = [error for clerk in clerks for error in clerk.errors]
    each = sorted(second for clerk in clerks for second in clerk.seconds)
    whole = book["given"] == book["last"] == book["cases"] == papers and book["in_order"]
    measured = f"1…{book['last']}, {len(errors)} errors; {papers / seconds:.1f}/s"
    if each:
        measured += f", p50 {each[len(each) // 2]:.2f} s"
    if errors:
        measured += f"; first: {errors[0][:80]}"
    return [
        Line(f"{CLERKS} clerks register {papers:,} papers at once", "1…n, no gap, no double, no error", measured,
             whole and not errors and not book["found"])
    ]  # fmt: skip


def _work(clerk: Clerk, papers: Iterable[int]) -> None:
    try:
        clerk.register(papers)
    except Exception as error:
        clerk.errors.append(repr(error))
