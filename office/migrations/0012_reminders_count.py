"""The receipts of the chase book count in the tally as well: a line taken out of it is a line somebody was told."""

from django.db import migrations

from office import tally

COUNTED = {"office_reminder": "(SELECT k.case_id FROM office_clock k WHERE k.id = r.clock_id)"}


class Migration(migrations.Migration):
    dependencies = [("office", "0011_tally")]

    operations = [migrations.RunPython(tally.counting(COUNTED), tally.uncounting(COUNTED))]
