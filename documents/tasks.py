"""What Celery calls of this app. Each may be repeated."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

# A register that was brought and never decided about.
KEPT = timedelta(days=1)


@shared_task
def forget_imports() -> None:
    """Files between two pages, every hour: nobody's register lies about."""
    from .models import ImportDraft

    ImportDraft.objects.filter(at__lt=timezone.now() - KEPT).delete()
