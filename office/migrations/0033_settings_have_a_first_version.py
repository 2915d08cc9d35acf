"""What was there from the beginning has a first version: its first change can be compared and taken back."""

from django.db import migrations
from django.utils import timezone

BEGAN = "起始值"
KEPT = {
    "Day": ["date", "kind", "note", "source"],
    "KnownYear": ["year", "source"],
    "Series": [
        "name", "year", "title", "function", "form", "last", "position", "number_only", "imported_to", "retired"
    ],
    "Phrase": ["text", "position"],
}


def begin(apps, schema_editor):
    now = timezone.now()
    for name, fields in KEPT.items():
        model, history = apps.get_model("office", name), apps.get_model("office", f"Historical{name}")
        rows = model.objects.exclude(pk__in=history.objects.values("id"))
        if name == "Phrase":
            rows = rows.filter(person__isnull=True)
        history.objects.bulk_create(
            history(
                id=row.pk, history_date=now, history_type="+", history_change_reason=BEGAN,
                **{field: getattr(row, field) for field in fields},
            )
            for row in rows
        )


def forget(apps, schema_editor):
    for name in KEPT:
        history = apps.get_model("office", f"Historical{name}")
        history.objects.filter(history_change_reason=BEGAN, history_user__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("office", "0032_phrases_keep_their_history")]

    operations = [migrations.RunPython(begin, forget)]
