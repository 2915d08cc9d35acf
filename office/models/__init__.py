"""The core's tables, one file per concern (docs/glossary.md names each)."""

from .backups import Backup
from .cases import (
    Anchor,
    AnchorLine,
    Barred,
    Case,
    ContentChange,
    Decision,
    Link,
    Planned,
    Relocation,
    RetentionOrder,
    Turn,
)
from .clocks import Chase, Clock, Day, KnownYear, Pause, Reminder
from .contacts import Contact, Organisation
from .dials import Ladder, Phrase, ProcedureChoice, Setting, StepSetting
from .files import Attachment, Job, StoredFile
from .grants import CaseGroupGrant, CaseUserGrant, Look
from .letterheads import Letterhead
from .numbers import ReservedBlock, ReservedNumber, Series, Voided
from .on_paper import Folder, Scan, ScannedPages, SheetOut
from .outbox import Delivery, Draft, Follow, Notice
from .people import Department, Deputy, Leave, Post, PostHolding, User

__all__ = [
    "Anchor",
    "AnchorLine",
    "Attachment",
    "Backup",
    "Barred",
    "Case",
    "CaseGroupGrant",
    "CaseUserGrant",
    "Chase",
    "Clock",
    "Contact",
    "ContentChange",
    "Day",
    "Decision",
    "Delivery",
    "Department",
    "Deputy",
    "Draft",
    "Folder",
    "Follow",
    "Job",
    "KnownYear",
    "Ladder",
    "Leave",
    "Letterhead",
    "Link",
    "Look",
    "Notice",
    "Organisation",
    "Pause",
    "Phrase",
    "Planned",
    "Post",
    "PostHolding",
    "ProcedureChoice",
    "Relocation",
    "Reminder",
    "ReservedBlock",
    "ReservedNumber",
    "RetentionOrder",
    "Scan",
    "ScannedPages",
    "Series",
    "Setting",
    "SheetOut",
    "StepSetting",
    "StoredFile",
    "Turn",
    "User",
    "Voided",
]
