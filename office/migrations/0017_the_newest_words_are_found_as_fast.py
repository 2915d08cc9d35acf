"""What waits to be sorted into the index of words is read through by every search: it is kept short.

By itself it grows to 4 MB, the words of some ten thousand papers.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("office", "0016_state_secrets_apart")]

    operations = [
        migrations.RunSQL(
            "ALTER INDEX case_search SET (gin_pending_list_limit = 64)",
            "ALTER INDEX case_search RESET (gin_pending_list_limit)",
        )
    ]
