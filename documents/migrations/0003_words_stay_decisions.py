"""What was reported and answered is read from the decisions, as corrected and as it holds; no copy is kept."""

from django.db import migrations

from office import tally

CHANGED = {
    "documents_incomingdocument": "r.case_id",
    "documents_historicalincomingdocument": "r.case_id",
}


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_tally")]

    operations = [
        migrations.RunPython(tally.uncounting(CHANGED), tally.counting(CHANGED)),
        migrations.RemoveField("incomingdocument", "result"),
        migrations.RemoveField("incomingdocument", "answer_how"),
        migrations.RemoveField("historicalincomingdocument", "result"),
        migrations.RemoveField("historicalincomingdocument", "answer_how"),
        migrations.RunPython(tally.counting(CHANGED), tally.uncounting(CHANGED)),
    ]
