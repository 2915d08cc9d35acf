"""案头: the project package and the shared core."""

from office.celery import app as celery_app

__all__ = ["celery_app"]
