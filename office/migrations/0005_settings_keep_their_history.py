"""Books, calendar days and known years keep who changed them; fields a reader meets have names."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('office', '0004_chases_are_kept'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='knownyear',
            options={'ordering': ['year'], 'verbose_name': '放假安排', 'verbose_name_plural': '放假安排'},
        ),
        migrations.AlterField(
            model_name='deputy',
            name='ended_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='收回时间'),
        ),
        migrations.AlterField(
            model_name='historicaldeputy',
            name='ended_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='收回时间'),
        ),
        migrations.AlterField(
            model_name='historicalpostholding',
            name='confirmed_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='确认时间'),
        ),
        migrations.AlterField(
            model_name='historicalpostholding',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人'),
        ),
        migrations.AlterField(
            model_name='historicalpostholding',
            name='granted_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='授予人'),
        ),
        migrations.AlterField(
            model_name='historicalpostholding',
            name='single',
            field=models.BooleanField(default=False, editable=False, verbose_name='只能一人在任'),
        ),
        migrations.AlterField(
            model_name='historicaluser',
            name='joined_at',
            field=models.DateTimeField(blank=True, editable=False, verbose_name='建立于'),
        ),
        migrations.AlterField(
            model_name='historicaluser',
            name='must_change_password',
            field=models.BooleanField(default=False, verbose_name='一次性口令还没改'),
        ),
        migrations.AlterField(
            model_name='historicaluser',
            name='password_changed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='口令改于'),
        ),
        migrations.AlterField(
            model_name='postholding',
            name='confirmed_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='确认时间'),
        ),
        migrations.AlterField(
            model_name='postholding',
            name='confirmed_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人'),
        ),
        migrations.AlterField(
            model_name='postholding',
            name='granted_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='授予人'),
        ),
        migrations.AlterField(
            model_name='postholding',
            name='single',
            field=models.BooleanField(default=False, editable=False, verbose_name='只能一人在任'),
        ),
        migrations.AlterField(
            model_name='user',
            name='joined_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='建立于'),
        ),
        migrations.AlterField(
            model_name='user',
            name='must_change_password',
            field=models.BooleanField(default=False, verbose_name='一次性口令还没改'),
        ),
        migrations.AlterField(
            model_name='user',
            name='password_changed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='口令改于'),
        ),
        migrations.CreateModel(
            name='HistoricalDay',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('date', models.DateField(db_index=True, verbose_name='日期')),
                ('kind', models.CharField(choices=[('work', '上班'), ('off', '休息'), ('holiday', '放假')], max_length=10, verbose_name='类别')),
                ('note', models.CharField(blank=True, max_length=60, verbose_name='说明')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical 日历',
                'verbose_name_plural': 'historical 日历',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalKnownYear',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(db_index=True, verbose_name='年份')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical 放假安排',
                'verbose_name_plural': 'historical 放假安排',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSeries',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(max_length=30, verbose_name='代字')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('title', models.CharField(max_length=60, verbose_name='名称')),
                ('function', models.CharField(max_length=40, verbose_name='业务')),
                ('form', models.CharField(choices=[('year', '〔2026〕1号'), ('number', '第1号'), ('issue', '第1期')], default='year', max_length=10, verbose_name='编号形式')),
                ('last', models.PositiveIntegerField(default=0, verbose_name='已用到')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='排序')),
                ('number_only', models.BooleanField(default=False, verbose_name='只登编号')),
                ('retired', models.BooleanField(default=False, verbose_name='停用')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical 编号系列',
                'verbose_name_plural': 'historical 编号系列',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
