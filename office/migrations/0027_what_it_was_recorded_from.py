"""代录: a decision says what a clerk had its words from; format 2 of the chain ends with it."""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

before = import_module("office.migrations.0002_what_must_always_hold")

_OLD = before.CHAIN[before.CHAIN.index("CREATE FUNCTION office_decision_hash") : before.CHAIN.index(
    "CREATE FUNCTION office_opinion_digest"
)]
# As 0006: the body is no steadier than convert_to() is.
HASH_BACK = _OLD.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace("IMMUTABLE", "STABLE")
HASH = HASH_BACK.replace(
    "office_part(d.previous_hash), 'UTF8')",
    "office_part(d.previous_hash)\n        || CASE WHEN d.format < 2 THEN '' ELSE office_part(d.medium) END, 'UTF8')",
)
assert HASH != HASH_BACK


class Migration(migrations.Migration):
    dependencies = [("office", "0025_lists_as_people_arrange_them")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="medium",
            field=models.CharField(
                blank=True,
                choices=[
                    ("paper", "纸质批示"),
                    ("kept", "纸质批示，原件另存"),
                    ("spoken", "当面口头"),
                    ("phone", "电话"),
                    ("meeting", "会上"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=Q(medium="", recorded_by__isnull=True)
                | Q(recorded_by__isnull=False) & ~Q(medium="")
                | Q(format=1, medium=""),
                name="recorded_words_say_what_from",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=~Q(medium="paper") | ~Q(files=""), name="words_from_paper_have_their_scan"
            ),
        ),
        migrations.RunSQL(HASH, HASH_BACK),
    ]
