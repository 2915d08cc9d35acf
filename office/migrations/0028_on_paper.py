"""What is out on paper: folders, their sheets, and the scans of what came back; who writes on paper."""

import django.db.models.deletion
import office.models.cases
import office.models.on_paper
from django.conf import settings
from django.db import migrations, models


# Pages of a sheet are what somebody signed; only what belongs to nothing is thrown away.
STAYS = """
CREATE FUNCTION office_scanned_pages_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'pages of a signed sheet are not thrown away' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER scanned_pages_stay BEFORE DELETE ON office_scannedpages
    FOR EACH ROW WHEN (OLD.sheet_id IS NOT NULL) EXECUTE FUNCTION office_scanned_pages_stay();
"""
STAYS_BACK = "DROP TRIGGER scanned_pages_stay ON office_scannedpages; DROP FUNCTION office_scanned_pages_stay();"


class Migration(migrations.Migration):

    dependencies = [
        ('office', '0027_what_it_was_recorded_from'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicaluser',
            name='writes_on_paper',
            field=models.BooleanField(default=False, verbose_name='在纸上批示'),
        ),
        migrations.AddField(
            model_name='user',
            name='writes_on_paper',
            field=models.BooleanField(default=False, verbose_name='在纸上批示'),
        ),
        migrations.CreateModel(
            name='Folder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=office.models.cases.random_public_id, editable=False, max_length=16, unique=True)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='folders', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-made_at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('name', models.CharField(max_length=200)),
                ('pages', models.PositiveIntegerField()),
                ('content', models.BinaryField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SheetOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('code', models.CharField(default=office.models.on_paper.sheet_code, max_length=20, unique=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_how', models.CharField(blank=True, choices=[('entered', '已录入'), ('returned', '原件已收回'), ('replaced', '已重新打印')], default='', max_length=10)),
                ('became', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.decision')),
                ('folder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='office.folder')),
                ('leader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets_out', to=settings.AUTH_USER_MODEL)),
                ('said', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sheets_out', to='office.decision')),
                ('turn', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets_out', to='office.turn')),
            ],
            options={
                'ordering': ['folder_id', 'position'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ScannedPages',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.PositiveIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('content', models.BinaryField(null=True)),
                ('why', models.CharField(blank=True, default='', max_length=20)),
                ('scan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='office.scan')),
                ('stored', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.storedfile')),
                ('sheet', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='office.sheetout')),
            ],
            options={
                'ordering': ['scan_id', 'first'],
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='sheetout',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('turn', 'said'), name='one_sheet_out_at_a_time', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='sheetout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_how', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_how', ''), _negated=True)), _connector='OR'), name='a_sheet_says_how_it_came_back'),
        ),
        migrations.AddConstraint(
            model_name='sheetout',
            constraint=models.CheckConstraint(condition=models.Q(('became__isnull', True), ('ended_how', 'entered'), _connector='OR'), name='only_what_was_entered_became_words'),
        ),
        migrations.AddConstraint(
            model_name='scannedpages',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('sheet__isnull', True), ('stored__isnull', True)), models.Q(('content__isnull', True), ('sheet__isnull', False), ('stored__isnull', False)), _connector='OR'), name='scanned_pages_belong_to_a_sheet_or_wait'),
        ),
        migrations.RunSQL(STAYS, STAYS_BACK),
    ]
