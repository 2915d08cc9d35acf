"""When the office was last backed up."""

from django.db import models


class Backup(models.Model):
    """Written by the owner of the tables when a backup is complete (office/roles.py OWNERS_WORD).

    It lies here and not beside the backup: whoever asks how old the last one is (the page of parts, the metrics) runs
    where the backups cannot be seen. A backup's own row is younger than its snapshot, so it is not in it.
    """

    made_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    name = models.CharField(max_length=200)
    program = models.CharField(max_length=20)
    files = models.PositiveIntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        default_permissions = ()
