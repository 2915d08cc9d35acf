"""The core's tables, one file per concern (docs/glossary.md names each)."""

from .arranged import ListColumns, SavedView
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
from .handovers import Handover, HandoverItem
from .letterheads import Letterhead
from .numbers import ReservedBlock, ReservedNumber, Series, Voided
from .on_paper import Folder, Scan, ScannedPages, SheetOut
from .outbox import Address, Delivery, Draft, Follow, Message, Notice, QuietHours
from .people import Department, Deputy, Leave, Post, PostHolding, SeatWish, User

__all__ = [
    "Address",
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
    "Handover",
    "HandoverItem",
    "Job",
    "KnownYear",
    "Ladder",
    "Leave",
    "Letterhead",
    "Link",
    "ListColumns",
    "Look",
    "Message",
    "Notice",
    "Organisation",
    "Pause",
    "Phrase",
    "Planned",
    "Post",
    "PostHolding",
    "ProcedureChoice",
    "QuietHours",
    "Relocation",
    "Reminder",
    "ReservedBlock",
    "ReservedNumber",
    "RetentionOrder",
    "SavedView",
    "Scan",
    "ScannedPages",
    "SeatWish",
    "Series",
    "Setting",
    "SheetOut",
    "StepSetting",
    "StoredFile",
    "Turn",
    "User",
    "Voided",
]
