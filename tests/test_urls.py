"""Every address with every kind of reader, by GET and by POST: nothing is open that office/admission.py closes.

Each test walks them all and names the addresses that answered otherwise. On the way every answer is looked at
for its headers, its content security policy and code written into the page. What an address answers:
a stranger is sent to the login page, an account of another kind gets 404, whoever may ask gets the page or 405,
and what belongs to others answers as if it were not there.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from time import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from documents import old_books, registering
from documents.models import ImportDraft, RegisterImport
from office import acting, admission, chasing, files, numbering
from office.handover.executing import Asked, hand_over
from office.handover.listing import listing
from office.models import (
    Clock,
    Deputy,
    Folder,
    Letterhead,
    Organisation,
    Phrase,
    PostHolding,
    Scan,
    ScannedPages,
    Series,
    SheetOut,
    User,
)
from office.models.arranged import SavedView
from office.models.files import Job
from office.models.outbox import Notice
from office.models.people import Department, Kind, Leave
from tests import file_samples, people
from tests.people import MONDAY, Cast

TITLE = "关于秋冬种的通知"
NOWHERE = 987_654_321
MISSING = uuid.UUID(int=0)
ADMINISTRATORS = (Kind.SYSTEM, Kind.SECURITY, Kind.AUDIT)


# --- An office with something behind every address ---


OLD_BOOK = Path(__file__).parent / "data" / "legacy-incoming-2025.xlsx"

@dataclass
class Place:
    """One address: its arguments, and for a record of somebody's own who that is and arguments leading nowhere."""

    name: str
    arguments: tuple = ()
    of: str = ""
    nowhere: tuple = ()

    @property
    def url(self) -> str:
        return reverse(self.name, args=self.arguments)

    @property
    def nowhere_url(self) -> str:
        return reverse(self.name, args=self.nowhere)


@dataclass
class Office:
    who: Cast
    places: dict[str, Place]
    sessions: dict[int, str]
    client: Client

    def ask(self, method: str, url: str, *, by: User | None) -> HttpResponse:
        """One request by somebody signed in, or by a stranger. What it changes is undone."""
        self.client.cookies.clear()
        if by is not None:
            self.client.cookies["sessionid"] = self.sessions[by.pk]
        with transaction.atomic():
            response = getattr(self.client, method)(url)
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        return response

    def wrong(self, *, by: User | None, expected: Callable[[Place, str], set[int]], never: str = "") -> list[str]:
        """The addresses that answer this reader otherwise than expected, show `never`, or lack a guard."""
        found = []
        for place in self.places.values():
            for method in methods(place):
                response = self.ask(method, place.url, by=by)
                wrong = [] if place.name in WALLED_OFF else unguarded(response)
                if response.status_code not in expected(place, method):
                    wrong.append(str(response.status_code))
                if never and never in said(response):
                    wrong.append(never)
                if wrong:
                    found.append(f"{method} {place.name} {place.url}: {', '.join(wrong)}")
        return found


# Stored files are shown inside a sandbox with a policy of its own (tests/office/test_files_views.py).
WALLED_OFF = {"file", "file_page"}
GUARDS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
INLINE = re.compile(r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)


def said(response: HttpResponse) -> str:
    html = not response.streaming and response.headers.get("Content-Type", "").startswith("text/html")
    return response.content.decode() if html else ""


def unguarded(response: HttpResponse) -> list[str]:
    """What an answer lacks: headers, a policy that forbids inline code, and a page without any."""
    found = [name for name, value in GUARDS.items() if response.headers.get(name) != value]
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "unsafe" in policy or "frame-ancestors 'none'" not in policy:
        found.append(f"policy {policy!r}")
    return found + INLINE.findall(said(response))


def furnish(who: Cast) -> dict[str, Place]:
    now = timezone.now()
    today = timezone.localdate()
    sender = Organisation.objects.create(name="省农业农村厅", group="above", initials="snynct")
    case = registering.register(
        actor=who.clerk, series=Series.objects.get(name="收", year=2026), sender=sender, title=TITLE,
        at=MONDAY, received_on=date(2026, 11, 16),
    )
    first = case.turns.get()
    scan = SimpleUploadedFile("a.png", file_samples.picture())
    (kept,) = files.attach(case, [scan], actor=who.clerk, role="original", at=MONDAY)
    chase = chasing.by_hand(case, kind="phone", actor=who.clerk, at=MONDAY, to=who.clerk, words="请抓紧")
    acting.act(first, "pass", actor=who.clerk, at=MONDAY + timedelta(minutes=1))
    written = acting.act(
        case.turns.get(side=False, ended_at__isnull=True), "submit", actor=who.director, opinion="拟请种植业股办",
        names=[who.leader], values={"lead": who.posts["crops"], "due_on": date(2026, 11, 25)},
        at=MONDAY + timedelta(minutes=2),
    )
    leaders = case.turns.get(side=False, ended_at__isnull=True)
    job = Job.objects.create(
        public_id=uuid.uuid4(), kind="register", title="收文登记簿", asked_by=who.clerk, asked_at=now, finished_at=now,
        result=kept.stored, arguments={},
    )
    waiting = PostHolding.objects.create(
        post=who.posts["typist"], person=who.colleague, starts_on=today, granted_by=who.security_admin
    )
    shut = people.person("shut", "停用的人", is_active=False)
    phrase, shared = Phrase.objects.create(person=who.clerk, text="同意"), Phrase.objects.create(text="已阅")
    deputy = Deputy.objects.create(
        principal=who.clerk, deputy=who.second_clerk, starts_on=today, ends_on=today + timedelta(days=3)
    )
    leave = Leave.objects.create(person=who.clerk, kind="trip", starts_on=today, ends_on=today + timedelta(days=1))
    notice = Notice.objects.create(person=who.clerk, kind="account", words="请看", at=now)
    batch = RegisterImport.objects.create(
        function="documents.incoming", series=case.series, by=who.clerk, at=now, file_name="旧.xlsx", imported=0
    )
    book = old_books.open_book("旧.xlsx", OLD_BOOK.read_bytes())
    ImportDraft.objects.create(
        person=who.clerk, at=now, file_name="旧.xlsx", file_hash=book.hash, content=book.content, year=2025, book="收",
        columns=book.columns, emptied=book.emptied,
    )
    folder = Folder.objects.create(made_by=who.clerk, made_at=now)
    sheet = SheetOut.objects.create(folder=folder, position=1, leader=who.leader, turn=leaders)
    signed = SheetOut.objects.create(folder=folder, position=2, leader=who.director, turn=first, said=written)
    stack = Scan.objects.create(by=who.clerk, at=now, name="批示.pdf", pages=2)
    ScannedPages.objects.create(scan=stack, first=1, count=1, sheet=signed, stored=kept.stored)
    lost = ScannedPages.objects.create(scan=stack, first=2, count=1, content=file_samples.pdf())
    block = numbering.reserve(case.series, count=3, by=who.clerk, at=now)
    view = SavedView.objects.create(person=who.clerk, listed="documents.incoming", name="在办", at=now)
    handed = hand_over(
        Asked(
            token=uuid.uuid4(), person=who.colleague, receiver=who.clerk, reason="leaving",
            fingerprint=listing(who.colleague, reader=who.director, receiver=who.clerk).fingerprint,
        ),
        actor=who.director, at=MONDAY,
    )  # fmt: skip
    series, person, holding = Series.objects.first(), who.handler, who.posts["duty"].holdings.get()
    public = (case.public_id,)
    nobody = ("nosuchcasenosuchcase",)
    number = (case.public_id, written.number)
    own = {"of": "clerk", "nowhere": (NOWHERE,)}
    paper = {"of": "clerk", "nowhere": nobody}
    found = [
        *map(Place, PLAIN),
        Place("phrase_up", (phrase.pk,)), Place("phrase_down", (phrase.pk,)),
        Place("phrase_remove", (phrase.pk,), **own), Place("deputy_end", (deputy.pk,), **own),
        Place("leave_remove", (leave.pk,), **own),
        Place("notice", (notice.pk,), **own), Place("calendar_year", (2026,)),
        Place("turn", (leaders.pk,), of="leader", nowhere=(NOWHERE,)),
        Place("turn_draft", (leaders.pk,), of="leader", nowhere=(NOWHERE,)),
        Place("record", (leaders.pk,), **own), Place("why", (Clock.objects.filter(case=case).first().pk,), **own),
        *(Place(name, public, **paper) for name in PAPER),
        Place("take_back", public, of="director", nowhere=nobody),
        Place("correct", number, **paper | {"nowhere": (*nobody, 1)}),
        Place("confirm_record", number, of="director", nowhere=(*nobody, 1)),
        *(Place(name, ("documents.incoming",)) for name in ("list_columns", "view_new", "list_export")),
        *(Place(name, (view.pk,), **own) for name in ("view_share", "view_remove")),
        Place("handover_new", of="director"),
        Place("handover", (handed.pk,), **own), Place("handover_sheet", (handed.pk,), **own),
        Place("holding_handed", (handed.items.get(part="office.posts").pk,)),
        Place("chase_answer", (chase.pk,), **own),
        Place("folder", (folder.public_id,), **paper), Place("sheet_confirm", (signed.pk,), **own),
        Place("sheet_back", (sheet.pk,), **own), Place("scan_drop", (stack.pk,)),
        Place("scanned_page", (lost.pk, 1), of="clerk", nowhere=(NOWHERE, 1)),
        Place("scanned_place", (lost.pk,), **own), Place("paper_mode", (who.leader.pk,)),
        Place("waiting_list", (who.leader.pk,), nowhere=(NOWHERE,)),
        *(Place(name, (block.pk,), **own) for name in ("reserved_block", "reserved_print", "reserved_void")),
        Place("import_done", (batch.pk,)), Place("incoming_compose", (leaders.pk,), of="leader", nowhere=(NOWHERE,)),
        Place("job", (job.public_id,), of="clerk", nowhere=(MISSING,)),
        Place("job_file", (job.public_id,), of="clerk", nowhere=(MISSING,)),
        Place("file", (case.public_id, kept.pk), of="clerk", nowhere=(*nobody, kept.pk)),
        Place("file_page", (case.public_id, kept.pk, 1), of="clerk", nowhere=(*nobody, kept.pk, 1)),
        *(Place(name, (person.pk,)) for name in ("person", "person_password", "person_deactivate", "person_clearance")),
        *(Place(name, (person.pk,)) for name in ("person_unlock", "person_second_factor")),
        Place("person_activate", (shut.pk,)), Place("department", (Department.objects.first().pk,)),
        Place("post", (who.posts["duty"].pk,)), Place("holding_end", (holding.pk,)),
        Place("holding_confirm", (waiting.pk,)), Place("holding_withdraw", (waiting.pk,)),
        Place("dial", ("correction_minutes",)), Place("steps", ("documents.incoming",)),
        Place("step", ("documents.incoming", "handle")), Place("procedure_choice", ("documents.incoming",)),
        Place("version", ("department", Department.history.first().history_id)),
        Place("drawn", ("documents.incoming",)), Place("ladder", (next(iter(chasing.LADDERS)),)),
        Place("series", (series.pk,)),
        Place("organisation", (sender.pk,)), Place("office_phrase", (shared.pk,)),
        Place("letterhead", (Letterhead.objects.create(name="局", heading="局文件").pk,)),
        Place("calendar_day", (2026, date(2026, 11, 23))), Place("calendar_known", (2026,)),
    ]
    return {one.name: one for one in found}


# Addresses without arguments, and those of a paper that take its public id only.
PLAIN = [name for name in sorted(admission.ADMITTED) if admission.url_if_any(name)]
PAPER = [
    *("case", "follow", "void", "extend", "relocate", "bar", "relate", "circulation", "looks", "chase_new"),
    *("incoming_edit", "incoming_slip", "incoming_circulation", "incoming_label"),
]


# Addresses that only take what is sent to them, and those that only show.
SENT = {
    *("logout", "set_language", "text_size", "notices_read", "phrase_up", "phrase_down", "phrase_remove", "deputy_end"),
    "work_done_file", "reserved_void",
    *("on_paper_print", "on_paper_scan", "scan_drop", "folder", "sheet_back", "scanned_place", "paper_mode"),
    *("leave_remove", "batch", "turn_draft", "incoming_draft", "follow", "confirm_record", "incoming_same_file"),
    *("view_share", "view_remove"),
}
SHOWN = {
    *("health", "parts", "keys", "rules", "notices", "notice", "calendar", "calendar_year", "password_change_done"),
    *("queue", "reading", "done", "started", "followed", "search", "jobs", "job", "job_file", "registers", "file"),
    *("file_page", "case", "looks", "why", "chase_register", "incoming_list", "register_documents_incoming"),
    *("incoming_duplicates", "incoming_senders", "read_date", "incoming_print", "incoming_slip"),
    *("incoming_circulation", "incoming_label", "people", "departments", "dials", "step_settings", "steps"),
    *("procedure_choices", "ladders", "series_list", "organisations", "office_phrases", "posts", "holdings"),
    "letterheads", "drawn_list", "drawn",
    "reserved_block", "reserved_print", "people_template",
    *("on_paper", "on_paper_next", "scanned_page", "waiting_list", "daily", "daily_print", "work_done"),
    *("audit", "sign_ins", "changes", "look_counts", "handovers", "handover", "handover_sheet", "handover_count"),
    *("views", "list_export", "import_copy", "import_done", "incoming_compose"),
}
# What certain desks have, the clerk's among them: others who do office business find nothing there.
COUNTER = {
    "incoming_new", "incoming_draft", "incoming_duplicates", "incoming_same_file", "incoming_senders",
    "imports", "import_check", "import_copy", "import_done",
    "on_paper", "on_paper_print", "on_paper_scan", "on_paper_next", "scan_drop", "paper_mode", "waiting_list",
    "daily", "daily_print", "reserved",
}  # fmt: skip


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker) -> Iterator[Office]:
    with django_db_blocker.unblock(), transaction.atomic():
        who = people.cast()
        places = furnish(who)
        sessions = {}
        for user in who.everybody().values():
            client = Client()
            client.force_login(user)
            session = client.session
            session["seen_at"] = int(time())
            session.save()
            sessions[user.pk] = session.session_key
        yield Office(who, places, sessions, Client(raise_request_exception=False))
        transaction.set_rollback(True)


def methods(place: Place) -> list[str]:
    """How an address is asked. The other way it answers 405, which is tried once for all."""
    return ["post"] if place.name in SENT else ["get"] if place.name in SHOWN else ["get", "post"]


def to_whom_it_is_open(method: str) -> set[int]:
    """What somebody gets who may ask: the page, a way on, or what to mend (422)."""
    return {200, 302} if method == "get" else {200, 204, 302, 422}


# --- Classified ---


def addresses(patterns: list | None = None) -> Iterator[str]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns)
        else:
            assert isinstance(one, URLPattern)
            yield one.name


def test_every_address_has_a_name_and_a_class():
    names = list(addresses())
    assert None not in names
    assert set(names) == set(admission.ADMITTED)
    assert all(classes and classes <= admission.CLASSES for classes in admission.ADMITTED.values())


def test_every_address_is_walked(office):
    assert set(office.places) == set(admission.ADMITTED)


def test_an_address_nobody_classified_is_closed_to_everybody(office, monkeypatch, caplog):
    monkeypatch.delitem(admission.ADMITTED, "keys")
    assert office.ask("get", "/keys/", by=None)["Location"] == "/login/?next=%2Fkeys%2F"
    assert [office.ask("get", "/keys/", by=one).status_code for one in office.who.everybody().values()] == [404] * 13
    assert "'keys' is classified nowhere" in caplog.text


# --- Walked ---


def test_an_address_takes_only_what_it_is_for(office):
    found = []
    for place in office.places.values():
        for method in {"get", "post"} - set(methods(place)):
            kind = next(kind for kind in Kind.values if admission.admits(place.name, kind))
            reader = office.who.clerk if kind == Kind.OFFICE else getattr(office.who, f"{kind}_admin")
            status = office.ask(method, place.url, by=reader).status_code
            if status != 405:
                found.append(f"{method} {place.name}: {status}")
    assert found == []


def test_a_stranger_is_sent_to_the_login_page_from_everywhere(office):
    def expected(place: Place, method: str) -> set[int]:
        return to_whom_it_is_open(method) if admission.ALL in admission.ADMITTED[place.name] else {302}

    assert office.wrong(by=None, expected=expected) == []


def test_every_way_for_a_stranger_leads_to_the_login_page(office):
    closed = [one for one in office.places.values() if admission.ALL not in admission.ADMITTED[one.name]]
    assert {office.ask("get", one.url, by=None)["Location"].split("?")[0] for one in closed} == {"/login/"}


@pytest.mark.parametrize("kind", ADMINISTRATORS)
def test_an_administrator_gets_his_own_pages_and_404_for_everything_else(office, kind):
    """And on none of them the title of a paper: the three do no office business."""
    admin = getattr(office.who, f"{kind}_admin")

    def expected(place: Place, method: str) -> set[int]:
        if place.name == "queue":
            return {302}  # "/" leads each to where he begins
        if place.name == "notice" or not admission.admits(place.name, kind):
            return {404}
        if place.name == "person" and method == "post" and kind != Kind.SYSTEM:
            return {404}
        if place.name == "holding_confirm" and kind == Kind.SECURITY:
            return {404}  # he granted it himself
        if place.name == "version" and (kind == Kind.SECURITY or (kind, method) == (Kind.AUDIT, "post")):
            return {404}  # a department is the 系统管理员's, and the 审计管理员 only compares
        if place.name == "person_activate" and kind != Kind.SYSTEM:
            return {404}  # an office account is the 系统管理员's to open
        return to_whom_it_is_open(method)

    assert office.wrong(by=admin, expected=expected, never=TITLE) == []


def test_who_has_no_part_in_a_paper_finds_no_page_of_it(office):
    outsider = office.who.outsider

    def expected(place: Place, method: str) -> set[int]:
        if not admission.admits(place.name, Kind.OFFICE):
            return {404}
        return {404} if place.of or place.name in COUNTER else to_whom_it_is_open(method)

    assert office.wrong(by=outsider, expected=expected) == []


def test_who_works_with_a_paper_gets_every_page_of_it(office):
    """The clerk, and where a record is another's that other; nobody of the office gets an administrator's page."""

    def expected(place: Place, method: str) -> set[int]:
        return to_whom_it_is_open(method) if admission.admits(place.name, Kind.OFFICE) else {404}

    clerk, director, leader = (
        replace(office, places={name: one for name, one in office.places.items() if (one.of or "clerk") == of})
        for of in ("clerk", "director", "leader")
    )
    assert clerk.wrong(by=office.who.clerk, expected=expected) == []
    assert director.wrong(by=office.who.director, expected=expected) == []
    assert leader.wrong(by=office.who.leader, expected=expected) == []


def test_what_is_anothers_answers_as_if_it_were_not_there(office):
    """Byte for byte: nobody learns by asking whether a paper exists."""
    different = []
    for place in office.places.values():
        if place.of:
            method = "post" if place.name in SENT else "get"
            asked = [office.ask(method, url, by=office.who.outsider) for url in (place.url, place.nowhere_url)]
            if [one.status_code for one in asked] != [404, 404] or asked[0].content != asked[1].content:
                different.append(place.name)
    assert different == []


def test_only_what_the_page_asks_for_changes_anything(office):
    """Every address that changes something refuses a post without the page's token (CSRF)."""
    strict = Client(enforce_csrf_checks=True)
    open_to_all = []
    for place in office.places.values():
        if place.name not in SHOWN:
            strict.cookies["sessionid"] = office.sessions[office.who.clerk.pk]
            with transaction.atomic():
                status = strict.post(place.url).status_code
                transaction.set_rollback(True)
            if status != 403 and admission.admits(place.name, Kind.OFFICE):
                open_to_all.append(f"{place.name}: {status}")
    assert open_to_all == []
