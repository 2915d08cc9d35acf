from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0020_old_registers")]

    operations = [
        migrations.CreateModel(
            name="Backup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                ("name", models.CharField(max_length=200)),
                ("program", models.CharField(max_length=20)),
                ("files", models.PositiveIntegerField()),
                ("bytes", models.BigIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
    ]
