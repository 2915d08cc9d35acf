"""A chair can be taken away in the middle of a day; whoever comes next may sit down the same day."""

from django.db import migrations, models

SINGLE = """
ALTER TABLE office_postholding DROP CONSTRAINT a_single_post_has_one_holder;
ALTER TABLE office_postholding ADD CONSTRAINT a_single_post_has_one_holder
    EXCLUDE USING gist (int8range(post_id, post_id, '[]') WITH &&,
                        daterange(starts_on, ends_on, %s) WITH &&) WHERE (single);
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0012_reminders_count")]

    operations = [
        *[
            migrations.AddField(
                model, "stopped_at", models.DateTimeField(editable=False, null=True, verbose_name="当天即止")
            )
            for model in ("historicalpostholding", "postholding")
        ],
        migrations.AddConstraint(
            "postholding",
            models.CheckConstraint(
                condition=models.Q(stopped_at__isnull=True) | models.Q(ends_on__isnull=False),
                name="a_stopped_holding_has_a_last_day",
            ),
        ),
        migrations.RunSQL(
            SINGLE % "CASE WHEN stopped_at IS NULL THEN '[]' ELSE '[)' END", SINGLE % "'[]'"
        ),
    ]
