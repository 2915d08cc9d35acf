"""Numbers of books that were kept elsewhere before, and jobs whose outcome is a page."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('office', '0019_a_notice_is_read_in_the_readers_language'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalseries',
            name='imported_to',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='job',
            name='page',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AddField(
            model_name='series',
            name='imported_to',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
