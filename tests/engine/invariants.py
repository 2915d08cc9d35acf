"""What always holds, as SQL over the whole database: each statement finds whatever breaks its sentence."""

from dataclasses import dataclass

from django.db import connection

from office.acting.ways_back import AFTERWARDS

# A person's departments, with those above them and those of his chairs; and whom he stands in for.
WITHIN = """
    WITH RECURSIVE mine(person, unit) AS (
        SELECT id, department_id FROM office_user
        UNION SELECT h.person_id, p.department_id FROM office_postholding h JOIN office_post p ON p.id = h.post_id
              WHERE h.confirmed_at IS NOT NULL AND current_date BETWEEN h.starts_on AND coalesce(h.ends_on, 'infinity')
              AND NOT p.retired
        UNION SELECT m.person, d.parent_id FROM mine m JOIN office_department d ON d.id = m.unit
    ), selves(person, self) AS (
        SELECT id, id FROM office_user
        UNION SELECT y.deputy_id, y.principal_id FROM office_deputy y JOIN office_user u ON u.id = y.principal_id
              WHERE u.is_active AND y.ended_at IS NULL AND current_date BETWEEN y.starts_on AND y.ends_on
    ), kept(person, case_id) AS (
        SELECT s.person, b.case_id FROM selves s LEFT JOIN mine m ON m.person = s.self
        JOIN office_barred b ON b.person_id = s.self OR b.department_id = m.unit
    )"""

BREAKS = {
    "an open case is in exactly one pair of hands": """
        SELECT c.id FROM office_case c WHERE c.closed_at IS NULL AND
        (SELECT count(*) FROM office_turn t WHERE t.case_id = c.id AND NOT t.side AND t.ended_at IS NULL) <> 1""",
    "a closed case is in nobody's hands": """
        SELECT t.id FROM office_turn t JOIN office_case c ON c.id = t.case_id
        WHERE c.closed_at IS NOT NULL AND t.ended_at IS NULL""",
    "a closed case has an outcome, an open one has none": """
        SELECT id FROM office_case WHERE (closed_at IS NULL) <> (outcome = '')""",
    "an open turn has a holder or a post": """
        SELECT id FROM office_turn WHERE ended_at IS NULL AND holder_id IS NULL AND post_id IS NULL""",
    "nobody has two copies of one thing": """
        SELECT min(id) FROM office_turn WHERE side AND ended_at IS NULL
        GROUP BY case_id, step, holder_id, post_id HAVING count(*) > 1""",
    "a side turn comes back to a main turn of its own case": """
        SELECT t.id FROM office_turn t LEFT JOIN office_turn h ON h.id = t.sent_by_id
        WHERE t.side AND (h.id IS NULL OR h.side OR h.case_id <> t.case_id)""",
    "what has to be given back goes to an earlier turn of its own case that has ended": """
        SELECT t.id FROM office_turn t JOIN office_turn b ON b.id = t.back_to_id
        WHERE b.case_id <> t.case_id OR b.side OR t.side OR b.id >= t.id OR b.ended_at IS NULL""",
    "every turn that ended was ended by a decision of that moment": """
        SELECT t.id FROM office_turn t WHERE t.ended_at IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM office_decision d WHERE d.case_id = t.case_id AND d.at = t.ended_at)""",
    "a turn lies where a decision sent it": """
        SELECT t.id FROM office_turn t WHERE NOT EXISTS
        (SELECT 1 FROM office_decision d WHERE d.case_id = t.case_id AND d.at = t.issued_at)""",
    "decisions are numbered from one without a gap": """
        SELECT c.id FROM office_case c WHERE c.decisions_count <> (SELECT count(*) FROM office_decision d
        WHERE d.case_id = c.id) OR c.decisions_count <> (SELECT max(number) FROM office_decision d
        WHERE d.case_id = c.id)""",
    "the chain holds": """
        SELECT d.id FROM (SELECT e.*, lag(e.hash, 1, '') OVER (PARTITION BY e.case_id ORDER BY e.number) AS before
        FROM office_decision e) d JOIN office_decision o ON o.id = d.id JOIN office_case c ON c.id = d.case_id
        WHERE d.previous_hash <> d.before OR d.hash <> office_decision_hash(o, c.public_id)
        OR d.opinion_digest <> office_opinion_digest(d.salt, d.opinion, d.reason)
        OR (d.number = c.decisions_count AND d.hash <> c.head)""",
    "rounds only rise, and no decision is of a round its case has not reached": """
        SELECT d.id FROM (SELECT e.*, lag(e.round, 1, 1::smallint) OVER (PARTITION BY e.case_id ORDER BY e.number)
        AS before FROM office_decision e) d JOIN office_case c ON c.id = d.case_id
        WHERE d.round < d.before OR d.round > d.before + 1 OR d.round > c.round""",
    "a round is a return to walk again that was not taken back": f"""
        SELECT c.id FROM office_case c WHERE c.round <> 1
        + (SELECT count(*) FROM office_decision d WHERE d.case_id = c.id AND d.move = 'return')
        - (SELECT count(*) FROM office_decision d WHERE d.case_id = c.id AND d.move = 'take_back' AND 'return' =
           (SELECT e.move FROM office_decision e WHERE e.case_id = d.case_id AND e.number < d.number AND NOT e.side
            AND e.move NOT IN ({", ".join(f"'{move}'" for move in AFTERWARDS)}) ORDER BY e.number DESC LIMIT 1))""",
    "the paper is walked in the round of its case": """
        SELECT t.id FROM office_turn t JOIN office_case c ON c.id = t.case_id
        WHERE t.ended_at IS NULL AND (t.round > c.round OR (NOT t.side AND t.round <> c.round))""",
    "the date on an open turn is that of its one running clock": """
        SELECT t.id FROM office_turn t LEFT JOIN office_clock k ON k.turn_id = t.id AND k.met_at IS NULL
        AND k.stopped_at IS NULL WHERE t.ended_at IS NULL
        GROUP BY t.id HAVING count(k.id) > 1 OR t.due_at IS DISTINCT FROM max(k.due_at)""",
    "clocks run only with open turns and open cases": """
        SELECT k.id FROM office_clock k JOIN office_case c ON c.id = k.case_id
        LEFT JOIN office_turn t ON t.id = k.turn_id WHERE k.met_at IS NULL AND k.stopped_at IS NULL
        AND (c.closed_at IS NOT NULL OR t.ended_at IS NOT NULL)""",
    "a clock that was not set by hand stands where counting puts it first": """
        SELECT k.id FROM office_clock k WHERE NOT k.set_by_hand AND k.due_at <> k.first_due_at
        AND NOT EXISTS (SELECT 1 FROM office_pause p WHERE p.clock_id = k.id AND p.to_at IS NOT NULL)""",
    "an extended date is kept": """
        SELECT k.id FROM office_clock k WHERE (k.why->'extended'->-1->>'to')::timestamptz > k.due_at""",
    "putting a paper into other hands buys no time": """
        SELECT n.id FROM office_decision d JOIN office_clock o ON o.turn_id = d.turn_id
        JOIN office_turn n ON n.case_id = d.case_id AND n.issued_at = d.at AND n.step = d.step AND NOT n.side
        LEFT JOIN office_clock k ON k.turn_id = n.id
        WHERE d.move IN ('reassign', 'delegate', 'add_before') AND NOT d.side
        AND (k.starts_at, k.first_due_at) IS DISTINCT FROM (o.starts_at, o.first_due_at)""",
    "pauses lie one behind the other inside the life of their clock": """
        SELECT p.id FROM office_pause p JOIN office_clock k ON k.id = p.clock_id
        LEFT JOIN office_pause q ON q.clock_id = p.clock_id AND q.id <> p.id AND q.from_at >= p.from_at
        WHERE p.from_at < k.starts_at OR p.from_at > coalesce(k.met_at, k.stopped_at, 'infinity')
        OR p.to_at > coalesce(k.met_at, k.stopped_at, 'infinity') OR p.to_at <= p.from_at
        OR q.from_at < coalesce(p.to_at, 'infinity')""",
    "a book has no gap and no number twice": """
        SELECT s.id FROM office_series s LEFT JOIN office_case c ON c.series_id = s.id
        GROUP BY s.id HAVING s.last <> count(c.id) OR s.last <> coalesce(max(c.serial), 0)
        OR count(DISTINCT c.serial) <> count(c.id)""",
    "a void case keeps its number, with the reason in the ledger, and no other does": """
        SELECT c.id FROM office_case c LEFT JOIN office_voided v ON v.series_id = c.series_id AND v.number = c.serial
        WHERE c.series_id IS NOT NULL AND (c.outcome = 'void') <> (v.id IS NOT NULL AND v.reason <> '')""",
    "who has held a paper may look at it": """
        SELECT t.id FROM office_turn t WHERE t.holder_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM office_caseusergrant g WHERE g.content_object_id = t.case_id AND g.user_id = t.holder_id)""",
    "a chair that has held a paper may look at it, unless it is sealed": """
        SELECT t.id FROM office_turn t JOIN office_case c ON c.id = t.case_id JOIN office_post p ON p.id = t.post_id
        WHERE EXISTS (SELECT 1 FROM office_casegroupgrant g WHERE g.content_object_id = t.case_id
        AND g.group_id = p.group_id) = c.sealed""",
    "nobody has been let in who was neither involved nor told of it by a reminder": """
        SELECT g.id FROM office_caseusergrant g JOIN office_case c ON c.id = g.content_object_id
        WHERE g.user_id <> c.opened_by_id
        AND NOT EXISTS (SELECT 1 FROM office_turn t WHERE t.case_id = c.id AND t.holder_id = g.user_id)
        AND NOT EXISTS (SELECT 1 FROM office_decision d WHERE d.case_id = c.id
                        AND g.user_id IN (d.actor_id, d.on_behalf_of_id))
        AND NOT EXISTS (SELECT 1 FROM office_notice n WHERE n.case_id = c.id AND n.person_id = g.user_id
                        AND n.kind IN ('chase', 'phone_task', 'informed'))
        AND NOT (c.sealed AND EXISTS (SELECT 1 FROM office_turn t JOIN office_postholding h ON h.post_id = t.post_id
                                      WHERE t.case_id = c.id AND h.person_id = g.user_id))""",
    "no chair has been let in that never held it": """
        SELECT g.id FROM office_casegroupgrant g JOIN office_post p ON p.group_id = g.group_id WHERE NOT EXISTS
        (SELECT 1 FROM office_turn t WHERE t.case_id = g.content_object_id AND t.post_id = p.id)""",
    "a sealed case is restricted": "SELECT id FROM office_case WHERE sealed AND NOT restricted",
    "linked cases bar the same people": """
        SELECT l.id FROM office_link l WHERE l.undone_at IS NULL AND EXISTS (
        (SELECT person_id, department_id FROM office_barred WHERE case_id = l.from_case_id) EXCEPT
        (SELECT person_id, department_id FROM office_barred WHERE case_id = l.to_case_id)
        UNION ALL
        ((SELECT person_id, department_id FROM office_barred WHERE case_id = l.to_case_id) EXCEPT
        (SELECT person_id, department_id FROM office_barred WHERE case_id = l.from_case_id)))""",
    "nobody who is barred holds a paper": f"""
        {WITHIN} SELECT t.id FROM office_turn t JOIN kept k ON k.case_id = t.case_id AND k.person = t.holder_id
        WHERE t.ended_at IS NULL""",
    "nothing is planned for a closed case": """
        SELECT p.id FROM office_planned p JOIN office_case c ON c.id = p.case_id
        WHERE c.closed_at IS NOT NULL AND p.turn_id IS NULL AND p.dropped_at IS NULL""",
    "nobody is twice on one list": """
        SELECT min(id) FROM office_planned WHERE turn_id IS NULL AND dropped_at IS NULL
        GROUP BY case_id, step, holder_id, post_id HAVING count(*) > 1""",
    "nobody waits to have moved what is closed": """
        SELECT r.id FROM office_relocation r JOIN office_case c ON c.id = r.case_id
        WHERE c.closed_at IS NOT NULL AND r.ended_at IS NULL""",
    "a deputy's decision names both, and never a sealed case": """
        SELECT d.id FROM office_decision d JOIN office_case c ON c.id = d.case_id
        LEFT JOIN office_user u ON u.id = d.on_behalf_of_id
        WHERE (d.on_behalf_of_id IS NULL) <> (d.signed_for = '')
        OR (d.on_behalf_of_id IS NOT NULL AND (c.sealed OR d.on_behalf_of_id = d.actor_id OR d.signed_for <> u.name))
        OR d.signed_name = ''""",
    "what a clerk wrote down names the clerk, and no later day than that": """
        SELECT id FROM office_decision WHERE (recorded_by_id IS NULL) <> (recorded_name = '')
        OR recorded_by_id = actor_id OR happened_at > at""",
    "R-SEC-03: no words about a state secret": """
        SELECT c.id FROM office_case c LEFT JOIN office_decision d ON d.case_id = c.id WHERE c.secrecy >= 2
        AND (c.title <> '' OR d.opinion <> '' OR d.reason <> '')""",
    "nobody is told of a paper he may not have": f"""
        {WITHIN} SELECT n.id FROM office_notice n JOIN office_case c ON c.id = n.case_id
        JOIN office_user u ON u.id = n.person_id
        WHERE n.id > current_setting('office.told')::bigint
        -- A chase asks who stands in for whom on its own day, which here is seldom today.
        AND (n.kind NOT IN ('chase', 'phone_task', 'informed') OR n.at::date = current_date)
        AND (u.clearance < c.secrecy OR NOT u.is_active OR u.kind <> 'office'
        OR EXISTS (SELECT 1 FROM kept k WHERE k.person = n.person_id AND k.case_id = n.case_id))""",
}

EVERYTHING = ["case", "turn", "decision", "clock", "pause", "planned", "barred", "link", "caseusergrant",
              "casegroupgrant", "relocation", "series", "voided", "notice"]


# What may be added to and never changed: decisions, first dates, numbers once given, the void ledger.
KEPT = """
    SELECT 'd' || id AS key, md5(d::text) AS hash FROM office_decision d
    UNION ALL SELECT 'k' || id, md5(concat_ws('|', case_id, turn_id, rule, starts_at, first_due_at)) FROM office_clock
    UNION ALL SELECT 'n' || id, md5(concat_ws('|', series_id, serial, reference)) FROM office_case
              WHERE serial IS NOT NULL
    UNION ALL SELECT 'c' || id, md5(concat_ws('|', public_id, start_token, opened_by_id, opened_at, procedure))
              FROM office_case
    UNION ALL SELECT 'e' || id, md5(concat_ws('|', case_id, step, side, issued_at, ended_at, ended_how))
              FROM office_turn WHERE ended_at IS NOT NULL
    UNION ALL SELECT 'v' || id, md5(v::text) FROM office_voided v"""


def _everything() -> str:
    """One row: what is broken, what is kept, one hash over all, the newest notice."""
    breaks = " UNION ALL ".join(
        f"SELECT '{sentence.replace(chr(39), chr(39) * 2)}: ' || (found)::text AS words FROM ({statement}) AS found"
        for sentence, statement in BREAKS.items()
    )
    rows = ", ".join(f"(SELECT string_agg(r::text, '|' ORDER BY r.id) FROM office_{table} r)" for table in EVERYTHING)
    return f"""
        SELECT (SELECT array_agg(words) FROM ({breaks}) AS b), (SELECT json_object_agg(key, hash) FROM ({KEPT}) AS k),
               md5(concat_ws('/', {rows})), (SELECT coalesce(max(id), 0) FROM office_notice)"""


@dataclass(frozen=True)
class Seen:
    """What one look at the whole database shows."""

    broken: list[str]
    kept: dict[str, str]
    state: str
    told: int


def prepare() -> None:
    """Planned once a connection: planning takes ten times as long as asking."""
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE everything AS {_everything()}")


def look(*, told: int) -> Seen:
    """Everything at once; notices up to the key `told` were right in their day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('office.told', %s, false)", [str(told)])
        cursor.execute("EXECUTE everything")
        broken, kept, state, newest = cursor.fetchone()
        return Seen(broken or [], kept or {}, state, newest)
