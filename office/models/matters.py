"""What a paper form has in common with every other: one real OneToOne to its case."""

from django.db import models

from .cases import Case


class Matter(models.Model):
    """A paper form = a table. The case says where it is; the matter says what is on it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="%(class)s")

    class Meta:
        abstract = True
        default_permissions = ()
