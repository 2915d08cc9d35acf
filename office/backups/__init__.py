"""Backup and restore: a folder that holds the whole office as it was at one moment, proved part by part."""

from .checking import Found, check
from .making import Made, backup
from .parts import NotDone
from .restoring import Restored, restore

__all__ = ["Found", "Made", "NotDone", "Restored", "backup", "check", "restore"]
