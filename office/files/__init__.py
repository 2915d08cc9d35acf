"""Stored files: taken only when they are what they say, kept by content, shown through a checked view."""

from .checking import READABLE, Checked, check, checked, lines, refuse_state_secret
from .pictures import NotShown, page_count, page_picture, previewable
from .storing import Suspicious, Swept, attach, keep, open_stored, same_file_cases, store, store_for, sweep, verify
from .unfit import Unfit

__all__ = [
    "READABLE",
    "Checked",
    "NotShown",
    "Suspicious",
    "Swept",
    "Unfit",
    "attach",
    "check",
    "checked",
    "keep",
    "lines",
    "open_stored",
    "page_count",
    "page_picture",
    "previewable",
    "refuse_state_secret",
    "same_file_cases",
    "store",
    "store_for",
    "sweep",
    "verify",
]
