# Tries and errors are those of the message a delivery travels in. What was given up stays given up; what was still to be
# tried again sets out afresh.

from uuid import uuid4

from django.db import migrations

GIVEN_UP = 8


def put_into_messages(apps, schema_editor):
    delivery, message = apps.get_model("office", "Delivery"), apps.get_model("office", "Message")
    delivery.objects.filter(key__startswith="notice:").update(always=True)
    for row in delivery.objects.filter(sent_at__isnull=True, tries__gte=GIVEN_UP).order_by("pk"):
        row.message = message.objects.create(
            key=uuid4(), person_id=row.person_id, channel=row.channel, always=row.always, made_at=row.at, at=row.at,
            tries=row.tries, error=row.error or "?", ended_at=row.at,
        )
        row.save(update_fields=["message"])


def take_out_of_messages(apps, schema_editor):
    delivery = apps.get_model("office", "Delivery")
    for row in delivery.objects.filter(message__isnull=False).select_related("message"):
        one = row.message
        row.tries = max(one.tries, GIVEN_UP) if one.ended_at and not one.sent_at and one.error else one.tries
        row.error = one.error
        row.save(update_fields=["tries", "error"])


class Migration(migrations.Migration):

    dependencies = [
        ("office", "0030_messages_outside"),
    ]

    operations = [
        migrations.RunPython(put_into_messages, take_out_of_messages),
        # Foreign keys just written are proved now: a table with proofs outstanding is not altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RemoveField(model_name="delivery", name="error"),
        migrations.RemoveField(model_name="delivery", name="tries"),
    ]
