"""chase() over a heap of overdue papers: how many queries, how long, and that a second run is silent."""

import time
from datetime import datetime

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from office import procedures
from office.chasing import chase
from office.clock import TIME_ZONE
from office.models.people import Department, Post, PostHolding, User

# A Monday morning in working hours; everything is a month late by then.
NOW = datetime(2026, 11, 16, 10, 0, tzinfo=TIME_ZONE)
PEOPLE = 40

# In bulk and past the one door: these cases are never acted on and never kept.
CASES = """
INSERT INTO office_case (public_id, start_token, procedure, title, search_text, reference, urgency, secrecy, sealed,
                         restricted, round, opened_by_id, opened_at, outcome, content_hash, decisions_count, head)
SELECT 'bench' || n, gen_random_uuid(), %(procedure)s, '关于测算的通知', '', '测〔2026〕' || n || '号',
       (ARRAY['normal', 'normal', 'normal', 'urgent'])[1 + n %% 4], 0, false, false, 1, %(clerk)s,
       %(now)s::timestamptz - interval '40 days', '', '', 0, ''
FROM generate_series(1, %(clocks)s) AS n
"""
TURNS = """
INSERT INTO office_turn (case_id, step, side, holder_id, post_id, round, issued_at, due_at, ended_how)
SELECT c.id, %(step)s, false, CASE WHEN c.id %% 3 = 0 THEN NULL ELSE (%(people)s)[1 + c.id %% %(many)s] END,
       CASE WHEN c.id %% 3 = 0 THEN %(post)s END, 1, c.opened_at,
       %(now)s::timestamptz - interval '30 days' + c.id %% 20 * interval '1 day', ''
FROM office_case c WHERE c.public_id LIKE 'bench%%'
"""
CLOCKS = """
INSERT INTO office_clock (case_id, turn_id, rule, label, starts_at, first_due_at, due_at, set_by_hand, why)
SELECT t.case_id, t.id, 'R-IN-18', '承办', t.issued_at, t.due_at, t.due_at, false, '{}'
FROM office_turn t JOIN office_case c ON c.id = t.case_id WHERE c.public_id LIKE 'bench%%'
"""


def bench_chase(clocks: int = 20_000) -> dict:
    """{"clocks", "sent", "queries", "queries_per_1000", "seconds", "second_run_sent", "second_run_queries",
    "second_run_seconds"}; made and measured in a transaction that is rolled back."""
    with transaction.atomic():
        _fill(clocks)
        first, queries, seconds = _measured()
        second, again, later = _measured()
        transaction.set_rollback(True)
    return {
        "clocks": clocks,
        "sent": first,
        "queries": queries,
        "queries_per_1000": round(queries * 1000 / clocks, 1),
        "seconds": round(seconds, 2),
        "second_run_sent": second,
        "second_run_queries": again,
        "second_run_seconds": round(later, 2),
    }


def _measured() -> tuple[int, int, float]:
    with CaptureQueriesContext(connection) as queries:
        start = time.perf_counter()
        done = chase(NOW)
        seconds = time.perf_counter() - start
    return done.sent, len(queries), seconds


def _fill(clocks: int) -> None:
    procedure = next(one for one in procedures.REGISTRY.values() if not one.sealed)
    people = [
        User.objects.create(username=f"bench-{n}", name=f"测算{n}", password="!", department=_department(n))
        for n in range(PEOPLE)
    ]
    post = Post.objects.create(code="bench-post", name="测算岗")
    _seat(post, people[0], *people[1:3])
    hub = Post.objects.filter(code=procedure.hub).first() or Post.objects.create(code=procedure.hub, name="文书")
    _seat(hub, people[3], *people[1:3])
    with connection.cursor() as cursor:
        cursor.execute(
            CASES, {"procedure": procedure.code, "clerk": people[0].pk, "now": NOW, "clocks": clocks}
        )
        keys = [person.pk for person in people]
        cursor.execute(
            TURNS,
            {"step": procedure.first().code, "people": keys, "many": PEOPLE, "post": post.pk, "now": NOW},
        )
        cursor.execute(CLOCKS)


def _department(n: int) -> Department:
    found, made = Department.objects.get_or_create(name=f"测算{n % 10}股")
    if made:
        found.head = Post.objects.create(code="bench-head", name="股长", department=found)
        found.save(update_fields=["head"])
    return found


def _seat(post: Post, person: User, *confirmed_by: User) -> None:
    first, second = confirmed_by
    PostHolding.objects.create(
        post=post, person=person, starts_on=NOW.date(), granted_by=first, confirmed_by=second, confirmed_at=NOW
    )
