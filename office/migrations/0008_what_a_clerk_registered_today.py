"""The entry page counts a clerk's papers of today without reading those of all her years."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0007_closed_papers_lie_nowhere")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["opened_by", "opened_at"], name="case_by_opener_and_day"),
        ),
    ]
