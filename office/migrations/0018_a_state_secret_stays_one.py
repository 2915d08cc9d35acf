"""R-SEC-03: on an ordinary installation what was entered as a state secret stays one.

Where its level could be lowered, its title could be written after all. Entered so by mistake, it is void and entered
again; a paper whose secrecy has ended is entered as the new paper it is.
"""

from django.db import migrations

STAYS = """
CREATE FUNCTION office_secret_stays_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (SELECT classified_network FROM office_installation) THEN
        RAISE EXCEPTION 'R-SEC-03: a state secret stays one on an ordinary installation'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER secret_stays_secret BEFORE UPDATE OF secrecy ON office_case
    FOR EACH ROW WHEN (OLD.secrecy >= 2 AND NEW.secrecy < 2) EXECUTE FUNCTION office_secret_stays_secret();
"""
BACK = "DROP TRIGGER secret_stays_secret ON office_case; DROP FUNCTION office_secret_stays_secret();"


class Migration(migrations.Migration):
    dependencies = [("office", "0017_the_newest_words_are_found_as_fast")]

    operations = [migrations.RunSQL(STAYS, BACK)]
