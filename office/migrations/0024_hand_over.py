"""Hand-overs and their lines: written once, never changed; a line about a case counts in its tally."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from office import tally


KEPT = """
CREATE TRIGGER handover_kept BEFORE UPDATE OR DELETE ON office_handover
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
CREATE TRIGGER handover_not_emptied BEFORE TRUNCATE ON office_handover
    FOR EACH STATEMENT EXECUTE FUNCTION office_append_only();
CREATE TRIGGER handover_item_kept BEFORE UPDATE OR DELETE ON office_handoveritem
    FOR EACH ROW EXECUTE FUNCTION office_append_only();
CREATE TRIGGER handover_item_not_emptied BEFORE TRUNCATE ON office_handoveritem
    FOR EACH STATEMENT EXECUTE FUNCTION office_append_only();
"""
KEPT_BACK = """
DROP TRIGGER handover_item_not_emptied ON office_handoveritem;
DROP TRIGGER handover_item_kept ON office_handoveritem;
DROP TRIGGER handover_not_emptied ON office_handover;
DROP TRIGGER handover_kept ON office_handover;
"""
COUNTED = {"office_handoveritem": "r.case_id"}


class Migration(migrations.Migration):

    dependencies = [
        ('office', '0021_backups_are_recorded'),
    ]

    operations = [
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('serial', models.PositiveIntegerField()),
                ('number', models.CharField(max_length=60, verbose_name='编号')),
                ('person_name', models.CharField(max_length=60)),
                ('person_duty', models.CharField(blank=True, max_length=200)),
                ('receiver_name', models.CharField(max_length=60)),
                ('receiver_duty', models.CharField(blank=True, max_length=200)),
                ('supervisor_name', models.CharField(max_length=60)),
                ('supervisor_duty', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(choices=[('leaving', '离职'), ('moving', '换岗'), ('away', '长期外出')], max_length=10, verbose_name='事由')),
                ('returns_on', models.DateField(null=True, verbose_name='预计返回')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handed_over', to=settings.AUTH_USER_MODEL)),
                ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken_over', to=settings.AUTH_USER_MODEL)),
                ('returns', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='given_back', to='office.handover')),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.series')),
                ('supervisor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='HandoverItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('part', models.CharField(max_length=40)),
                ('heading', models.CharField(max_length=60)),
                ('number', models.CharField(blank=True, max_length=120)),
                ('what', models.CharField(blank=True, max_length=500)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('copies', models.PositiveIntegerField(null=True)),
                ('check_found', models.CharField(blank=True, choices=[('found', '相符'), ('missing', '缺')], max_length=10)),
                ('remark', models.CharField(blank=True, max_length=200)),
                ('outcome', models.CharField(max_length=120)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.case')),
                ('handover', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='office.handover')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.post')),
                ('taker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('turn', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.turn')),
            ],
            options={
                'ordering': ['handover_id', 'position'],
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(fields=['person', '-id'], name='handover_by_person'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.UniqueConstraint(fields=('series', 'serial'), name='a_handover_has_its_number_alone'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person', models.F('receiver')), _negated=True), models.Q(('person', models.F('supervisor')), _negated=True), models.Q(('receiver', models.F('supervisor')), _negated=True)), name='a_handover_takes_three_people'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('returns_on__isnull', True), ('reason', 'away'), _connector='OR'), name='only_who_is_away_comes_back'),
        ),
        migrations.AddIndex(
            model_name='handoveritem',
            index=models.Index(fields=['case'], name='handover_item_by_case'),
        ),
        migrations.AddConstraint(
            model_name='handoveritem',
            constraint=models.UniqueConstraint(fields=('handover', 'position'), name='a_line_of_a_handover_has_its_place'),
        ),
        migrations.AddConstraint(
            model_name='handoveritem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('check_found', 'missing'), _negated=True), models.Q(('remark', ''), _negated=True), _connector='OR'), name='what_is_missing_is_explained'),
        ),
        migrations.AddConstraint(
            model_name='handoveritem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('check_found', ''), ('copies__isnull', True)), ('copies__isnull', False), _connector='OR'), name='only_papers_are_counted'),
        ),
        migrations.RunSQL(KEPT, KEPT_BACK),
        migrations.RunPython(tally.counting(COUNTED), tally.uncounting(COUNTED)),
    ]
