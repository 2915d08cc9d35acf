"""No two accounts whose login names differ by case only: at the door they would be one."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("office", "0014_a_job_knows_what_its_file_shows")]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(Lower("username"), name="login_names_differ_beyond_case"),
        )
    ]
