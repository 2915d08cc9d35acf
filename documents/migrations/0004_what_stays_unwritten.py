"""What a clerk writes beside a paper that stays closed: nothing inside an envelope, no words about a state secret.

Rows that were written before are left as they are; they cannot be written again.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q

# R-SEC-03, beside what office/0007 keeps of cases, decisions, files and chases. WORDS of documents.registering.
SECRETS = """
CREATE TRIGGER document_words BEFORE INSERT OR UPDATE OF note, mismatch, from_meeting, case_id
    ON documents_incomingdocument FOR EACH ROW WHEN (NEW.note <> '' OR NEW.mismatch <> '' OR NEW.from_meeting <> '')
    EXECUTE FUNCTION office_words_stay_on_paper();
"""
SECRETS_BACK = "DROP TRIGGER document_words ON documents_incomingdocument;"


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_words_stay_decisions"), ("office", "0018_a_state_secret_stays_one")]

    operations = [
        migrations.RemoveConstraint("incomingdocument", "an_envelope_shows_only_its_outside"),
        AddConstraintNotValid(
            "incomingdocument",
            models.CheckConstraint(
                condition=~Q(purpose="envelope") | Q(number="", note="", from_meeting="", addressee__isnull=False),
                name="an_envelope_shows_only_its_outside",
            ),
        ),
        migrations.RunSQL(SECRETS, SECRETS_BACK),
    ]
