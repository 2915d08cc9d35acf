"""Constraints Django cannot spell, the append-only triggers, the chain in SQL, and the search column."""

from django.db import migrations

# No two holdings of a single post overlap; `single` is copied from the post because an exclusion
# constraint reads only its own row. Ranges of one value stand in for equality: no extension is needed.
HOLDINGS = """
CREATE FUNCTION office_holding_single() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT single INTO NEW.single FROM office_post WHERE id = NEW.post_id;
    RETURN NEW;
END $$;
CREATE TRIGGER holding_single BEFORE INSERT OR UPDATE ON office_postholding
    FOR EACH ROW EXECUTE FUNCTION office_holding_single();
ALTER TABLE office_postholding ADD CONSTRAINT a_single_post_has_one_holder
    EXCLUDE USING gist (int8range(post_id, post_id, '[]') WITH &&,
                        daterange(starts_on, ends_on, '[]') WITH &&) WHERE (single);
"""
HOLDINGS_BACK = """
ALTER TABLE office_postholding DROP CONSTRAINT a_single_post_has_one_holder;
DROP TRIGGER holding_single ON office_postholding;
DROP FUNCTION office_holding_single();
"""

PAUSES = """
ALTER TABLE office_pause ADD CONSTRAINT pauses_of_a_clock_do_not_overlap
    EXCLUDE USING gist (int8range(clock_id, clock_id, '[]') WITH &&,
                        tstzrange(from_at, to_at) WITH &&);
"""
PAUSES_BACK = "ALTER TABLE office_pause DROP CONSTRAINT pauses_of_a_clock_do_not_overlap;"

FIRST_DATE = """
CREATE FUNCTION office_first_date_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'first_due_at of a clock never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER first_date_stays BEFORE UPDATE ON office_clock
    FOR EACH ROW WHEN (OLD.first_due_at IS DISTINCT FROM NEW.first_due_at)
    EXECUTE FUNCTION office_first_date_stays();
"""
FIRST_DATE_BACK = "DROP TRIGGER first_date_stays ON office_clock; DROP FUNCTION office_first_date_stays();"

# Decisions are never changed. Only a retention order blanks the words and the salt; the digest stays.
APPEND_ONLY = """
CREATE FUNCTION office_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION office_decision_blanked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed office_decision;
BEGIN
    allowed := OLD;
    allowed.opinion := '';
    allowed.reason := '';
    allowed.salt := '';
    IF NEW IS DISTINCT FROM allowed
       OR NOT EXISTS (SELECT 1 FROM office_retentionorder r WHERE r.case_id = OLD.case_id) THEN
        RAISE EXCEPTION 'a decision is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_kept BEFORE UPDATE ON office_decision
    FOR EACH ROW EXECUTE FUNCTION office_decision_blanked();
CREATE TRIGGER decision_stays BEFORE DELETE ON office_decision
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
CREATE TRIGGER decision_not_emptied BEFORE TRUNCATE ON office_decision
    FOR EACH STATEMENT EXECUTE FUNCTION office_append_only();
CREATE TRIGGER anchor_kept BEFORE UPDATE OR DELETE ON office_anchor
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
CREATE TRIGGER anchor_not_emptied BEFORE TRUNCATE ON office_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION office_append_only();
CREATE TRIGGER anchor_line_kept BEFORE UPDATE OR DELETE ON office_anchorline
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
CREATE TRIGGER anchor_line_not_emptied BEFORE TRUNCATE ON office_anchorline
    FOR EACH STATEMENT EXECUTE FUNCTION office_append_only();
CREATE TRIGGER look_kept BEFORE UPDATE OR DELETE ON office_look
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
CREATE TRIGGER reminder_kept BEFORE UPDATE OR DELETE ON office_reminder
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
CREATE TRIGGER voided_kept BEFORE UPDATE OR DELETE ON office_voided
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
CREATE TRIGGER retention_order_kept BEFORE UPDATE OR DELETE ON office_retentionorder
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
"""
APPEND_ONLY_BACK = """
DROP TRIGGER retention_order_kept ON office_retentionorder;
DROP TRIGGER voided_kept ON office_voided;
DROP TRIGGER reminder_kept ON office_reminder;
DROP TRIGGER look_kept ON office_look;
DROP TRIGGER anchor_line_not_emptied ON office_anchorline;
DROP TRIGGER anchor_line_kept ON office_anchorline;
DROP TRIGGER anchor_not_emptied ON office_anchor;
DROP TRIGGER anchor_kept ON office_anchor;
DROP TRIGGER decision_not_emptied ON office_decision;
DROP TRIGGER decision_stays ON office_decision;
DROP TRIGGER decision_kept ON office_decision;
DROP FUNCTION office_decision_blanked();
DROP FUNCTION office_append_only();
"""

# Numbers are never reused: a series only counts upward, and a case keeps its number.
NUMBERS = """
CREATE FUNCTION office_series_upward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a series only counts upward' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER series_upward BEFORE UPDATE ON office_series
    FOR EACH ROW WHEN (NEW.last < OLD.last) EXECUTE FUNCTION office_series_upward();
CREATE FUNCTION office_number_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a number once given stays with its case' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER number_kept BEFORE UPDATE ON office_case
    FOR EACH ROW WHEN (OLD.serial IS NOT NULL AND (NEW.serial, NEW.series_id) IS DISTINCT FROM (OLD.serial, OLD.series_id))
    EXECUTE FUNCTION office_number_kept();
"""
NUMBERS_BACK = """
DROP TRIGGER number_kept ON office_case;
DROP FUNCTION office_number_kept();
DROP TRIGGER series_upward ON office_series;
DROP FUNCTION office_series_upward();
"""

# R-SEC-03. One row, written by the owner's role at migrate from CLASSIFIED_NETWORK; the application
# cannot change it. On an ordinary installation a state secret has no title, no words and no file.
SECRECY = """
CREATE TABLE office_installation (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    classified_network boolean NOT NULL DEFAULT false
);
INSERT INTO office_installation DEFAULT VALUES;
CREATE FUNCTION office_words_stay_on_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    level integer;
    worded boolean;
BEGIN
    IF TG_TABLE_NAME = 'office_case' THEN
        level := NEW.secrecy;
        worded := NEW.title <> '' OR NEW.search_text <> '';
    ELSE
        SELECT secrecy INTO level FROM office_case WHERE id = NEW.case_id;
        worded := TG_TABLE_NAME = 'office_attachment';
        IF TG_TABLE_NAME = 'office_decision' THEN
            worded := NEW.opinion <> '' OR NEW.reason <> '';
        END IF;
    END IF;
    IF level >= 2 AND worded AND NOT (SELECT classified_network FROM office_installation) THEN
        RAISE EXCEPTION 'R-SEC-03: no words about a state secret on an ordinary installation'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_words BEFORE INSERT OR UPDATE OF secrecy, title, search_text ON office_case
    FOR EACH ROW WHEN (NEW.secrecy >= 2) EXECUTE FUNCTION office_words_stay_on_paper();
CREATE TRIGGER decision_words BEFORE INSERT ON office_decision
    FOR EACH ROW WHEN (NEW.opinion <> '' OR NEW.reason <> '') EXECUTE FUNCTION office_words_stay_on_paper();
CREATE TRIGGER attachment_words BEFORE INSERT ON office_attachment
    FOR EACH ROW EXECUTE FUNCTION office_words_stay_on_paper();
"""
SECRECY_BACK = """
DROP TRIGGER attachment_words ON office_attachment;
DROP TRIGGER decision_words ON office_decision;
DROP TRIGGER case_words ON office_case;
DROP FUNCTION office_words_stay_on_paper();
DROP TABLE office_installation;
"""

# The same bytes as office/chain.py, so that SQL fills and verifies in bulk. The two small ones are built from
# immutable functions only, so that they are inlined: calling them 27 times per decision takes five times as long.
# (The database is UTF8, so octet_length() counts the bytes that are hashed.)
CHAIN = """
CREATE FUNCTION office_part(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT octet_length(value)::text || ':' || value
$$;
CREATE FUNCTION office_micros(value timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT trunc(extract(epoch FROM value AT TIME ZONE 'UTC') * 1000000)::bigint::text
$$;
CREATE FUNCTION office_decision_hash(d office_decision, public_id text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(
        office_part(d.format::text) || office_part(public_id) || office_part(d.number::text)
        || office_part(d.step) || office_part(d.step_label) || office_part(d.move) || office_part(d.label)
        || office_part(d.leads_to) || office_part(CASE WHEN d.side THEN '1' ELSE '0' END)
        || office_part(d.round::text) || office_part(d.actor_id::text)
        || office_part(coalesce(d.on_behalf_of_id::text, '')) || office_part(coalesce(d.recorded_by_id::text, ''))
        || office_part(d.signed_name) || office_part(d.signed_title) || office_part(d.signed_department)
        || office_part(d.signed_for) || office_part(d.recorded_name) || office_part(d.names)
        || office_part(d.files) || office_part(d.opinion_digest) || office_part(office_micros(d.at))
        || office_part(office_micros(d.happened_at)) || office_part(d.content_hash)
        || office_part(d.corrects_number::text) || office_part(d.previous_hash), 'UTF8')), 'hex')
$$;
CREATE FUNCTION office_opinion_digest(salt text, opinion text, reason text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(office_part(salt) || office_part(opinion) || office_part(reason), 'UTF8')), 'hex')
$$;
"""
CHAIN_BACK = """
DROP FUNCTION office_opinion_digest(text, text, text);
DROP FUNCTION office_decision_hash(office_decision, text);
DROP FUNCTION office_micros(timestamptz);
DROP FUNCTION office_part(text);
"""

# Chinese has no spaces: every two neighbouring characters are a word. A query is the AND of its bigrams
# and a LIKE recheck (office/searching.py). Latin letters are folded to lower case.
SEARCH = r"""
CREATE FUNCTION office_bigrams(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT gram), '{}')
    FROM (SELECT regexp_replace(lower(value), '[^[:alnum:]]+', '', 'g') AS plain) AS folded,
         LATERAL (SELECT substr(plain, place, 2) AS gram FROM generate_series(1, greatest(length(plain) - 1, 1)) AS place) AS grams
    WHERE gram <> ''
$$;
ALTER TABLE office_case ADD COLUMN search tsvector
    GENERATED ALWAYS AS (array_to_tsvector(office_bigrams(title || ' ' || search_text || ' ' || reference))) STORED;
CREATE INDEX case_search ON office_case USING gin (search);
"""
SEARCH_BACK = """
DROP INDEX case_search;
ALTER TABLE office_case DROP COLUMN search;
DROP FUNCTION office_bigrams(text);
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0001_core")]

    operations = [
        migrations.RunSQL(HOLDINGS, HOLDINGS_BACK),
        migrations.RunSQL(PAUSES, PAUSES_BACK),
        migrations.RunSQL(FIRST_DATE, FIRST_DATE_BACK),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(NUMBERS, NUMBERS_BACK),
        migrations.RunSQL(SECRECY, SECRECY_BACK),
        migrations.RunSQL(CHAIN, CHAIN_BACK),
        migrations.RunSQL(SEARCH, SEARCH_BACK),
    ]
