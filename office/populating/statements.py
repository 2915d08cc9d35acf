"""The statements of one piece of the load. All temporary tables of a piece go with its transaction."""

# What stays for the whole connection: the walks, the people, the days.
TABLES = """
CREATE TEMP TABLE walk (walk int, procedure text, low int, high int, acts int);
CREATE TEMP TABLE said (walk int, number int, place int, step text, step_label text, move text, label text,
    leads_to text, side boolean, by text, to1 text, to2 text, day int, minute int, words text[], outcome text);
CREATE TEMP TABLE stop (walk int, place int, step text, label text, role text, side boolean, hub int, issued int,
    ended int, how text, rule text);
CREATE TEMP TABLE person (role text, draw int, place int, many int, user_id bigint, name text, title text,
    department text, post_id bigint, group_id int, label text);
CREATE TEMP TABLE day (place int PRIMARY KEY, day date);
CREATE TEMP TABLE book (year int, place int, many int, series_id bigint);
"""

# Which paper goes which way, and when it comes in. The draw is a hash of its key: the same for ever.
PLAN = """
CREATE TEMP TABLE plan ON COMMIT DROP AS
SELECT d.n, d.case_id, d.h, d.start,
       translate(encode(decode(left(replace(gen_random_uuid()::text, '-', ''), 24), 'hex'), 'base64'), '+/', '-_')
           AS public_id,
       w.walk, w.procedure,
       CASE WHEN d.h %% 50 = 0 THEN 'flash' WHEN d.h %% 11 = 0 THEN 'urgent' ELSE 'normal' END AS urgency,
       1 + d.h / 7 %% 3 AS pace, (ARRAY[0, 7, 19])[1 + d.h / 21 %% 3] AS jitter,
       CASE WHEN d.h %% 300 = 7 AND d.start > %(days)s - 150 THEN 1 + d.h / 300 %% w.acts END AS stuck,
       (y.day + (8 * 60 + 40 + (ARRAY[0, 7, 19])[1 + d.h / 21 %% 3]) * interval '1 minute')
           AT TIME ZONE 'Asia/Shanghai' AS opened_at,
       extract(year FROM y.day)::int AS year, b.series_id, NULL::int AS serial, NULL::text AS reference
FROM (SELECT n, %(cases)s::bigint + n AS case_id, hashint8(%(cases)s::bigint + n) & 2147483647 AS h,
             (n * %(days)s / %(all)s)::int AS start
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) d
JOIN day y ON y.place = d.start
JOIN walk w ON CASE WHEN d.n %% %(every)s = %(every)s - 1 THEN w.walk = %(seldom)s
                    ELSE d.h / 63 %% 1000 BETWEEN w.low AND w.high END
JOIN book b ON b.year = extract(year FROM y.day) AND b.place = greatest(0, d.h / 13 %% (b.many + 4) - 4)
"""
NUMBERS = """
WITH counted AS (SELECT n, row_number() OVER (PARTITION BY series_id ORDER BY n) AS place FROM plan)
UPDATE plan p SET serial = s.last + c.place, reference = s.name || '〔' || s.year || '〕' || s.last + c.place || '号'
FROM counted c, office_series s WHERE c.n = p.n AND s.id = p.series_id
"""
# A book of another form than 〔2026〕1号 is passed over by the app that names the books.
LOCK_BOOKS = "SELECT id FROM office_series WHERE id IN (SELECT series_id FROM plan) ORDER BY name, year FOR UPDATE"
BOOKS = """
UPDATE office_series s SET last = p.last
FROM (SELECT series_id, max(serial) AS last FROM plan GROUP BY series_id) p WHERE p.series_id = s.id
"""

# What has happened by now: later acts are still to come, and of a stuck paper none follows.
ACT = """
CREATE TEMP TABLE act ON COMMIT DROP AS
SELECT p.n, s.*, (y.day + (s.minute + p.jitter) * interval '1 minute') AT TIME ZONE 'Asia/Shanghai' AS at
FROM plan p JOIN said s ON s.walk = p.walk JOIN day y ON y.place = p.start + s.day * p.pace
WHERE p.stuck IS NULL OR s.number <= p.stuck
"""
HAND = """
CREATE TEMP TABLE hand ON COMMIT DROP AS
SELECT p.n, h.role, h.user_id, h.name, h.title, h.department, h.post_id, h.group_id, h.label
FROM plan p JOIN person h ON h.place =
    CASE WHEN h.role = 'reader2' AND p.n %% %(every)s = %(every)s - 1 THEN -1
         ELSE (hashint8(p.case_id * 16 + h.draw) & 2147483647) %% h.many END
"""

TURN = """
CREATE TEMP TABLE turn ON COMMIT DROP AS
SELECT p.n, p.case_id, p.urgency, s.walk, s.place, s.step, s.label, s.side, s.rule, s.how, h.user_id, h.post_id,
       h.group_id, %(turns)s::bigint + p.n * %(width)s + s.place AS id,
       %(turns)s::bigint + p.n * %(width)s + s.hub AS hub_id,
       i.at AS issued_at, e.at AS ended_at, NULL::timestamptz AS due_at, NULL::jsonb AS why
FROM plan p JOIN stop s ON s.walk = p.walk
JOIN act i ON i.n = p.n AND i.number = s.issued
LEFT JOIN act e ON e.n = p.n AND e.number = s.ended
JOIN hand h ON h.n = p.n AND h.role = s.role
"""
STARTS = "SELECT DISTINCT walk, place, urgency, issued_at FROM turn WHERE rule IS NOT NULL"
DUE = """
CREATE TEMP TABLE due ON COMMIT DROP AS
SELECT * FROM unnest(%s::int[], %s::int[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[])
    AS due (walk, place, urgency, issued_at, due_at, why)
"""

# As wide as the table itself, so that a row of it can be hashed as the decision it will be.
READY = """
CREATE TEMP TABLE ready (LIKE office_decision) ON COMMIT DROP;
ALTER TABLE ready ADD n bigint, ADD public_id text
"""
SAID = """
INSERT INTO ready (id, n, public_id, case_id, number, turn_id, step, step_label, move, label, leads_to, side, round,
    actor_id, signed_name, signed_title, signed_department, signed_for, recorded_name, medium, names, opinion, reason,
    files, salt, opinion_digest, at, happened_at, format, content_hash, corrects_number, previous_hash, hash)
SELECT r.id, r.n, r.public_id, r.case_id, r.number, r.turn_id, r.step, r.step_label, r.move, r.label, r.leads_to,
       r.side, 1, r.actor_id, r.name, r.title, r.department, '', '', '', r.names, r.opinion, r.reason, '',
       r.salt, office_opinion_digest(r.salt, r.opinion, r.reason), r.at, r.at, 2, r.content_hash, 0, '', ''
FROM (SELECT %(decisions)s::bigint + a.n * %(width)s + a.number AS id, a.n, p.public_id, p.case_id, a.number,
       CASE WHEN a.place IS NOT NULL THEN %(turns)s::bigint + a.n * %(width)s + a.place END AS turn_id,
       a.step, a.step_label, a.move, a.label, a.leads_to, a.side, b.user_id AS actor_id, b.name, b.title,
       b.department, concat_ws('、', t1.label, t2.label) AS names,
       coalesce(CASE WHEN a.outcome <> 'void' THEN a.words[1 + p.h / 17 %% cardinality(a.words)] END, '') AS opinion,
       coalesce(CASE WHEN a.outcome = 'void' THEN a.words[1] END, '') AS reason,
       md5(p.public_id || a.number || random()) AS salt, a.at, q.content_hash
FROM act a JOIN plan p ON p.n = a.n JOIN hand b ON b.n = a.n AND b.role = a.by
JOIN said_of q ON q.n = a.n
LEFT JOIN hand t1 ON t1.n = a.n AND t1.role = a.to1 LEFT JOIN hand t2 ON t2.n = a.n AND t2.role = a.to2
OFFSET 0) r
"""
CONTENT = """
CREATE TEMP TABLE said_of ON COMMIT DROP AS
SELECT n, encode(sha256(convert_to((SELECT string_agg(office_part(part), '' ORDER BY place)
                                    FROM unnest(content) WITH ORDINALITY AS parts (part, place)), 'UTF8')), 'hex')
       AS content_hash
FROM paper
"""

COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = 'office_decision'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


def chain(columns: list[str]) -> str:
    """Every decision hashed upon the one before it: one statement, as many rounds as the longest walk has acts."""

    def hashed(previous: str) -> str:
        # Columns of the very type and length: then the function is inlined, and takes half the time.
        values = ", ".join(previous if name == "previous_hash" else f"r.{name}" for name in columns)
        return f"office_decision_hash(ROW({values})::office_decision, r.public_id)::varchar(64)"

    return f"""
    CREATE TEMP TABLE chained ON COMMIT DROP AS
    WITH RECURSIVE chained AS (
        SELECT r.n, r.number, r.previous_hash, {hashed("r.previous_hash")} AS hash FROM ready r WHERE r.number = 1
        UNION ALL
        SELECT r.n, r.number, c.hash, {hashed("c.hash")}
        FROM chained c JOIN ready r ON r.n = c.n AND r.number = c.number + 1)
    SELECT * FROM chained
    """


CASES = """
INSERT INTO office_case (id, public_id, start_token, procedure, title, search_text, series_id, serial, reference,
    urgency, secrecy, sealed, restricted, round, opened_by_id, opened_at, closed_at, outcome, content_hash,
    decisions_count, head)
SELECT p.case_id, p.public_id, gen_random_uuid(), p.procedure, q.title, q.search_text, p.series_id, p.serial,
       p.reference, p.urgency, 0, false, false, 1, o.user_id, p.opened_at,
       CASE WHEN a.outcome <> '' THEN a.at END, a.outcome, s.content_hash, c.number, c.hash
FROM plan p JOIN paper q ON q.n = p.n JOIN said_of s ON s.n = p.n
JOIN hand o ON o.n = p.n AND o.role = 'clerk'
JOIN (SELECT DISTINCT ON (n) n, number, hash FROM chained ORDER BY n, number DESC) c ON c.n = p.n
JOIN act a ON a.n = p.n AND a.number = c.number
ORDER BY p.n
"""
TURNS = """
INSERT INTO office_turn (id, case_id, step, side, sent_by_id, holder_id, post_id, round, issued_at, due_at, opened_at,
    ended_at, ended_how)
SELECT t.id, t.case_id, t.step, t.side, t.hub_id, CASE WHEN t.post_id IS NULL THEN t.user_id END, t.post_id, 1,
       t.issued_at, d.due_at, least(t.ended_at, t.issued_at + interval '3 minutes'), t.ended_at,
       CASE WHEN t.ended_at IS NULL THEN '' ELSE t.how END
FROM turn t LEFT JOIN due d USING (walk, place, urgency, issued_at) ORDER BY t.id
"""
DECISIONS = """
INSERT INTO office_decision (id, case_id, number, turn_id, step, step_label, move, label, leads_to, side, round,
    actor_id, signed_name, signed_title, signed_department, signed_for, recorded_name, medium, names, opinion, reason,
    files, salt, opinion_digest, at, happened_at, format, content_hash, corrects_number, previous_hash, hash)
SELECT r.id, r.case_id, r.number, r.turn_id, r.step, r.step_label, r.move, r.label, r.leads_to, r.side, 1, r.actor_id,
       r.signed_name, r.signed_title, r.signed_department, '', '', '', r.names, r.opinion, r.reason, '', r.salt,
       r.opinion_digest, r.at, r.at, 2, r.content_hash, 0, c.previous_hash, c.hash
FROM ready r JOIN chained c USING (n, number) ORDER BY r.n, r.number
"""
CLOCKS = """
INSERT INTO office_clock (case_id, turn_id, rule, label, starts_at, first_due_at, due_at, met_at, stopped_at,
    set_by_hand, why)
SELECT t.case_id, t.id, t.rule, t.label, t.issued_at, d.due_at, d.due_at,
       CASE WHEN t.how = 'moved' THEN t.ended_at END, CASE WHEN t.how = 'void' THEN t.ended_at END, false, d.why::jsonb
FROM turn t JOIN due d USING (walk, place, urgency, issued_at) ORDER BY t.id
"""
SIGHT = """
INSERT INTO office_caseusergrant (user_id, permission_id, content_object_id)
SELECT DISTINCT user_id, %(see)s::int, case_id FROM (
    SELECT user_id, case_id FROM turn WHERE post_id IS NULL
    UNION ALL SELECT actor_id, case_id FROM ready
) s ORDER BY case_id, user_id
"""
SIGHT_OF_CHAIRS = """
INSERT INTO office_casegroupgrant (group_id, permission_id, content_object_id)
SELECT DISTINCT group_id, %(see)s::int, case_id FROM turn WHERE post_id IS NOT NULL ORDER BY case_id, group_id
"""
VOIDED = """
INSERT INTO office_voided (series_id, number, reason, by_id, at)
SELECT p.series_id, p.serial, r.reason, r.actor_id, r.at
FROM plan p JOIN ready r ON r.n = p.n WHERE r.move = 'void'
"""

# Afterwards, so that the first reader need not: statistics, and pages known to be visible to all.
TIDY = (
    "office_case", "office_turn", "office_decision", "office_clock", "office_caseusergrant",
    "office_casegroupgrant",
)  # fmt: skip
