"""Own columns of a list, and named views of it, own or shared with the office."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('office', '0024_hand_over'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListColumns',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listed', models.CharField(max_length=40)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('person', 'listed'), name='columns_are_chosen_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listed', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=30, verbose_name='名称')),
                ('query', models.CharField(blank=True, max_length=600)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('shared', models.BooleanField(default=False, verbose_name='本单位共用')),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['shared', 'name', 'id'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('person', 'listed', 'name'), name='a_view_is_named_once'), models.UniqueConstraint(condition=models.Q(('shared', True)), fields=('listed', 'name'), name='a_shared_view_is_named_once')],
            },
        ),
    ]
