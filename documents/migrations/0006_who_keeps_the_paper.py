"""Whose shelf a closed paper lies on since it was handed over (R-CIR-17)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from office import tally

OF_DOCUMENT = "(SELECT d.case_id FROM documents_incomingdocument d WHERE d.id = r.document_id)"
COUNTED = {"documents_custody": OF_DOCUMENT}


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0005_old_registers'),
        ('office', '0024_hand_over'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Custody',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='custody', to='documents.incomingdocument')),
                ('keeper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.RunPython(tally.counting(COUNTED), tally.uncounting(COUNTED)),
    ]
