"""Registers that were kept elsewhere, and what their rows said: they count in the tally of their cases."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from office import tally

OF_DOCUMENT = "(SELECT d.case_id FROM documents_incomingdocument d WHERE d.id = r.document_id)"
COUNTED = {"documents_importedrow": OF_DOCUMENT}


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0004_what_stays_unwritten'),
        ('office', '0020_old_registers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicalincomingdocument',
            name='channel',
            field=models.CharField(choices=[('exchange', '机要交换'), ('system', '电子公文系统'), ('post', '邮寄'), ('hand', '专人送达'), ('fax', '传真'), ('meeting', '会议带回'), ('collected', '自取'), ('net', '网络'), ('unknown', '未记')], default='exchange', max_length=12, verbose_name='收文方式'),
        ),
        migrations.AlterField(
            model_name='incomingdocument',
            name='channel',
            field=models.CharField(choices=[('exchange', '机要交换'), ('system', '电子公文系统'), ('post', '邮寄'), ('hand', '专人送达'), ('fax', '传真'), ('meeting', '会议带回'), ('collected', '自取'), ('net', '网络'), ('unknown', '未记')], default='exchange', max_length=12, verbose_name='收文方式'),
        ),
        migrations.CreateModel(
            name='ImportDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('file_name', models.CharField(max_length=200)),
                ('file_hash', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
                ('year', models.PositiveSmallIntegerField()),
                ('book', models.CharField(max_length=30)),
                ('columns', models.JSONField(default=list)),
                ('emptied', models.JSONField(default=dict)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RegisterImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('function', models.CharField(max_length=40)),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('file_name', models.CharField(max_length=200, verbose_name='文件名')),
                ('file_hash', models.CharField(max_length=64)),
                ('mapping', models.JSONField(default=dict)),
                ('imported', models.PositiveIntegerField(verbose_name='已导入')),
                ('skipped', models.JSONField(default=dict)),
                ('faults', models.JSONField(default=list)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.series')),
            ],
            options={
                'verbose_name': '导入',
                'ordering': ['-at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ImportedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sheet', models.CharField(blank=True, max_length=100)),
                ('row', models.PositiveIntegerField()),
                ('seq', models.CharField(blank=True, max_length=60)),
                ('unit', models.CharField(blank=True, max_length=200, verbose_name='承办单位')),
                ('outcome', models.CharField(blank=True, max_length=500, verbose_name='办理结果')),
                ('written', models.JSONField(default=list)),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='imported', to='documents.incomingdocument')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='documents.registerimport')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.RunPython(tally.counting(COUNTED), tally.uncounting(COUNTED)),
    ]
