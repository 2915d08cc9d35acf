"""Where a command writes what it prints: asked before the work, not after it."""

import os
from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _


def refuse_unwritable(target: Path) -> None:
    """Raises CommandError where no file can be written there."""
    if not target.parent.is_dir():
        raise CommandError(_("没有文件夹 %(folder)s。") % {"folder": target.parent})
    if target.is_dir():
        raise CommandError(_("%(file)s 是文件夹，请写文件名。") % {"file": target})
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise CommandError(_("这里不能写文件：%(file)s。请换一个文件夹。") % {"file": target})
