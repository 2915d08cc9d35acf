"""The Celery application: `celery -A office worker` and `celery -A office beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "office.settings")

app = Celery("antou")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
