"""What a correction changed in a case's own columns is kept beside its decision, and never rewritten."""

import django.db.models.deletion
from django.db import migrations, models

KEPT = """
CREATE TRIGGER content_change_kept BEFORE UPDATE OR DELETE ON office_contentchange
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
CREATE TRIGGER content_change_not_emptied BEFORE TRUNCATE ON office_contentchange
    FOR EACH STATEMENT EXECUTE FUNCTION office_append_only();
"""
KEPT_BACK = """
DROP TRIGGER content_change_not_emptied ON office_contentchange;
DROP TRIGGER content_change_kept ON office_contentchange;
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0008_what_a_clerk_registered_today")]

    operations = [
        migrations.CreateModel(
            name="ContentChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=30)),
                ("before", models.TextField(blank=True)),
                ("after", models.TextField(blank=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="content_changes",
                        to="office.case",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="content_changes",
                        to="office.decision",
                    ),
                ),
            ],
            options={"ordering": ["id"], "default_permissions": ()},
        ),
        migrations.RunSQL(KEPT, KEPT_BACK),
    ]
