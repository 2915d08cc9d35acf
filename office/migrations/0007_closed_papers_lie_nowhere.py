"""A closed case lies in nobody's hands and stays closed; what has ended stays ended; no paper becomes a state
secret while its words are still here."""

from importlib import import_module

from django.db import migrations

before = import_module("office.migrations.0002_what_must_always_hold")

# The engine ends the turns before it closes their case, so both sides can be asked at once and not at commit.
LYING = """
CREATE FUNCTION office_closed_lies_nowhere() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lying boolean;
BEGIN
    IF TG_TABLE_NAME = 'office_case' THEN
        lying := EXISTS (SELECT 1 FROM office_turn WHERE case_id = NEW.id AND ended_at IS NULL);
    ELSE
        lying := EXISTS (SELECT 1 FROM office_case WHERE id = NEW.case_id AND closed_at IS NOT NULL);
    END IF;
    IF lying THEN
        RAISE EXCEPTION 'a closed case lies in nobody''s hands' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed_lies_nowhere BEFORE UPDATE OF closed_at ON office_case
    FOR EACH ROW WHEN (NEW.closed_at IS NOT NULL) EXECUTE FUNCTION office_closed_lies_nowhere();
CREATE TRIGGER turn_of_an_open_case BEFORE INSERT ON office_turn
    FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION office_closed_lies_nowhere();
CREATE FUNCTION office_ended_stays_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what has ended stays as it ended' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER closed_stays_closed BEFORE UPDATE ON office_case
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL
                       AND (NEW.closed_at, NEW.outcome) IS DISTINCT FROM (OLD.closed_at, OLD.outcome))
    EXECUTE FUNCTION office_ended_stays_ended();
CREATE TRIGGER ended_stays_ended BEFORE UPDATE ON office_turn
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL AND NEW IS DISTINCT FROM OLD)
    EXECUTE FUNCTION office_ended_stays_ended();
"""
LYING_BACK = """
DROP TRIGGER ended_stays_ended ON office_turn;
DROP TRIGGER closed_stays_closed ON office_case;
DROP FUNCTION office_ended_stays_ended();
DROP TRIGGER turn_of_an_open_case ON office_turn;
DROP TRIGGER closed_lies_nowhere ON office_case;
DROP FUNCTION office_closed_lies_nowhere();
"""

# R-SEC-03. As in 0002, and: opinions and files that are here already, a chase's words and answer, the reason of
# a relocation, and a file that is moved to another case.
SECRECY = """
CREATE OR REPLACE FUNCTION office_words_stay_on_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    level integer;
    worded boolean;
BEGIN
    IF TG_TABLE_NAME = 'office_case' THEN
        level := NEW.secrecy;
        worded := NEW.title <> '' OR NEW.search_text <> '';
        IF TG_OP = 'UPDATE' THEN
            worded := worded
                OR EXISTS (SELECT 1 FROM office_decision WHERE case_id = NEW.id AND (opinion <> '' OR reason <> ''))
                OR EXISTS (SELECT 1 FROM office_attachment WHERE case_id = NEW.id)
                OR EXISTS (SELECT 1 FROM office_chase WHERE case_id = NEW.id AND (words <> '' OR answer <> ''))
                OR EXISTS (SELECT 1 FROM office_relocation WHERE case_id = NEW.id AND reason <> '');
        END IF;
    ELSE
        SELECT secrecy INTO level FROM office_case WHERE id = NEW.case_id;
        worded := true;
    END IF;
    IF level >= 2 AND worded AND NOT (SELECT classified_network FROM office_installation) THEN
        RAISE EXCEPTION 'R-SEC-03: no words about a state secret on an ordinary installation'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER attachment_words ON office_attachment;
CREATE TRIGGER attachment_words BEFORE INSERT OR UPDATE OF case_id ON office_attachment
    FOR EACH ROW EXECUTE FUNCTION office_words_stay_on_paper();
CREATE TRIGGER chase_words BEFORE INSERT OR UPDATE ON office_chase
    FOR EACH ROW WHEN (NEW.words <> '' OR NEW.answer <> '') EXECUTE FUNCTION office_words_stay_on_paper();
CREATE TRIGGER relocation_words BEFORE INSERT OR UPDATE ON office_relocation
    FOR EACH ROW WHEN (NEW.reason <> '') EXECUTE FUNCTION office_words_stay_on_paper();
"""
FUNCTION = before.SECRECY[before.SECRECY.index("CREATE FUNCTION"):before.SECRECY.index("CREATE TRIGGER case_words")]
SECRECY_BACK = f"""
DROP TRIGGER relocation_words ON office_relocation;
DROP TRIGGER chase_words ON office_chase;
DROP TRIGGER attachment_words ON office_attachment;
CREATE TRIGGER attachment_words BEFORE INSERT ON office_attachment
    FOR EACH ROW EXECUTE FUNCTION office_words_stay_on_paper();
{FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")}
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0006_hash_and_pairs_in_bulk")]

    operations = [
        migrations.RunSQL(LYING, LYING_BACK),
        migrations.RunSQL(SECRECY, SECRECY_BACK),
    ]
