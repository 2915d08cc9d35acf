"""The tally over everything that hangs on a case (office/tally.py), and what stays as it was written."""

from django.db import migrations

from office import tally

COUNTED = {
    "office_case": "r.id",
    "office_turn": "r.case_id",
    "office_clock": "r.case_id",
    "office_pause": "(SELECT k.case_id FROM office_clock k WHERE k.id = r.clock_id)",
    "office_planned": "r.case_id",
    "office_link": "r.from_case_id",
    "office_barred": "r.case_id",
    "office_chase": "r.case_id",
    "office_attachment": "r.case_id",
    "office_relocation": "r.case_id",
    "office_contentchange": "r.case_id",
    "office_retentionorder": "r.case_id",
    "office_look": "r.case_id",
    "office_caseusergrant": "r.content_object_id",
    "office_casegroupgrant": "r.content_object_id",
    "office_voided": "(SELECT c.id FROM office_case c WHERE c.series_id = r.series_id AND c.serial = r.number)",
}

# Who may know of a paper is only ever narrowed, and who registered it when stays as it was.
KEPT = """
CREATE FUNCTION office_case_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a restricted or sealed case stays one, and where a case comes from never changes'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER case_kept BEFORE UPDATE ON office_case
    FOR EACH ROW WHEN (
        (OLD.restricted AND NOT NEW.restricted) OR (OLD.sealed AND NOT NEW.sealed)
        OR (NEW.public_id, NEW.start_token, NEW.opened_by_id, NEW.opened_at)
           IS DISTINCT FROM (OLD.public_id, OLD.start_token, OLD.opened_by_id, OLD.opened_at))
    EXECUTE FUNCTION office_case_kept();
CREATE FUNCTION office_attachment_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed office_attachment;
BEGIN
    allowed := OLD;
    allowed.removed_at := NEW.removed_at;
    allowed.removed_because := NEW.removed_because;
    IF NEW IS DISTINCT FROM allowed OR OLD.removed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a file on a paper is only ever struck through, once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attachment_kept BEFORE UPDATE ON office_attachment
    FOR EACH ROW EXECUTE FUNCTION office_attachment_kept();
CREATE TRIGGER attachment_stays BEFORE DELETE ON office_attachment
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
"""
KEPT_BACK = """
DROP TRIGGER attachment_stays ON office_attachment;
DROP TRIGGER attachment_kept ON office_attachment;
DROP FUNCTION office_attachment_kept();
DROP TRIGGER case_kept ON office_case;
DROP FUNCTION office_case_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0010_books_newest_first")]

    operations = [
        migrations.RunSQL(KEPT, KEPT_BACK),
        migrations.RunSQL(tally.LEDGER, tally.LEDGER_BACK),
        migrations.RunPython(tally.counting(COUNTED), tally.uncounting(COUNTED)),
    ]
