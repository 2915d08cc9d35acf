"""Incoming papers count in the tally of their cases (office/tally.py)."""

from django.db import migrations

from office import tally

OF_DOCUMENT = "(SELECT d.case_id FROM documents_incomingdocument d WHERE d.id = r.document_id)"
COUNTED = {
    "documents_incomingdocument": "r.case_id",
    "documents_historicalincomingdocument": "r.case_id",
    "documents_meetingnotice": OF_DOCUMENT,
    "documents_historicalmeetingnotice": OF_DOCUMENT,
    "documents_meetingnotice_attendees": """(
        SELECT d.case_id FROM documents_incomingdocument d JOIN documents_meetingnotice m ON m.document_id = d.id
        WHERE m.id = r.meetingnotice_id)""",
    "documents_named": OF_DOCUMENT,
    "documents_named_assisting": """(
        SELECT d.case_id FROM documents_incomingdocument d JOIN documents_named n ON n.document_id = d.id
        WHERE n.id = r.named_id)""",
}


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_incoming"), ("office", "0011_tally")]

    operations = [migrations.RunPython(tally.counting(COUNTED), tally.uncounting(COUNTED))]
