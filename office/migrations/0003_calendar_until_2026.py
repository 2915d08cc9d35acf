"""The holiday schedules known today, 2019 to 2026, as rows an administrator may edit (domain B9)."""

from django.db import migrations


def fill(apps, schema_editor):
    from office.clock import Calendar

    calendar = Calendar.from_package()
    day, known = apps.get_model("office", "Day"), apps.get_model("office", "KnownYear")
    source = "国务院办公厅放假通知（holidays 程序包）"
    day.objects.bulk_create(
        [
            day(date=date, kind=row.kind, note=row.note, source=source)
            for date, row in sorted(calendar.days.items())
        ]
    )
    known.objects.bulk_create(
        [known(year=year, source=source) for year in sorted(calendar.known_years)]
    )


def empty(apps, schema_editor):
    apps.get_model("office", "Day").objects.all().delete()
    apps.get_model("office", "KnownYear").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("office", "0002_what_must_always_hold")]

    operations = [migrations.RunPython(fill, empty)]
