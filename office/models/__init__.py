"""The core's tables, one file per concern (docs/glossary.md names each)."""

from .arranged import ListColumns, SavedView
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
from .numbers import Series, Voided
from .outbox import Delivery, Draft, Follow, Notice
from .people import Department, Deputy, Leave, Post, PostHolding, User

__all__ = [
    "Anchor",
    "AnchorLine",
    "Attachment",
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
    "Follow",
    "Handover",
    "HandoverItem",
    "Job",
    "KnownYear",
    "Ladder",
    "Leave",
    "Link",
    "ListColumns",
    "Look",
    "Notice",
    "Organisation",
    "Pause",
    "Phrase",
    "Planned",
    "Post",
    "PostHolding",
    "ProcedureChoice",
    "Reminder",
    "Relocation",
    "RetentionOrder",
    "SavedView",
    "Series",
    "Setting",
    "StepSetting",
    "StoredFile",
    "Turn",
    "User",
    "Voided",
]
