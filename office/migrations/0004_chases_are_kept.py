"""Chases by hand are append-only but for the answer; the chase register's indexes; how often a job was begun."""

from django.db import migrations, models

CHASES = """
CREATE FUNCTION office_chase_answered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed office_chase;
BEGIN
    allowed := OLD;
    allowed.answer := NEW.answer;
    allowed.answered_at := NEW.answered_at;
    IF NEW IS DISTINCT FROM allowed OR OLD.answered_at IS NOT NULL THEN
        RAISE EXCEPTION 'a chase is never changed, only answered once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER chase_kept BEFORE UPDATE ON office_chase
    FOR EACH ROW EXECUTE FUNCTION office_chase_answered();
CREATE TRIGGER chase_stays BEFORE DELETE ON office_chase
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
"""
CHASES_BACK = """
DROP TRIGGER chase_stays ON office_chase;
DROP TRIGGER chase_kept ON office_chase;
DROP FUNCTION office_chase_answered();
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0003_calendar_until_2026")]

    operations = [
        migrations.RunSQL(CHASES, CHASES_BACK),
        migrations.AddIndex(
            model_name="reminder", index=models.Index(fields=["-at", "-id"], name="reminder_newest")
        ),
        migrations.AddIndex(model_name="chase", index=models.Index(fields=["-at", "-id"], name="chase_newest")),
        migrations.AddField(
            model_name="job", name="tries", field=models.PositiveSmallIntegerField(default=0)
        ),
    ]
