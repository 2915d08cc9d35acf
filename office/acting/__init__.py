"""The one door through which a case moves. Nothing else creates a Turn or a Decision.

Every function locks the Case row first, reads the turn again, then writes everything or nothing, and
tells the world on commit. `Refused` carries a sentence for the person who was refused.
"""

from .bars import bar, settle_bars, settle_beginning, settle_department
from .bringing_in import bring_in
from .circulation import add_readers, drop_planned, recall, reorder
from .common import (
    add_signer,
    claim,
    correct,
    delegate,
    earlier,
    make_work_secret,
    may_correct,
    note_content,
    progress,
    reassign,
    release,
    skip,
    void,
)
from .dates import extend, pause, resume
from .door import Changed, Refused
from .forward import AlreadySent, act, start
from .handing import call_in, hand_on, lay_back, lock_all, may_hand_over, supervised_by
from .opened import opened
from .record import confirm_record
from .relocation import ask_relocation, confirm_relocation, withdraw_relocation
from .ways_back import give_back, may_take_back, return_to, take_back

__all__ = [
    "AlreadySent",
    "Changed",
    "Refused",
    "act",
    "add_readers",
    "add_signer",
    "ask_relocation",
    "bar",
    "bring_in",
    "call_in",
    "claim",
    "confirm_record",
    "confirm_relocation",
    "correct",
    "delegate",
    "drop_planned",
    "earlier",
    "extend",
    "give_back",
    "hand_on",
    "lay_back",
    "lock_all",
    "make_work_secret",
    "may_correct",
    "may_hand_over",
    "may_take_back",
    "note_content",
    "opened",
    "pause",
    "progress",
    "reassign",
    "recall",
    "release",
    "reorder",
    "resume",
    "return_to",
    "settle_bars",
    "settle_beginning",
    "settle_department",
    "skip",
    "start",
    "supervised_by",
    "take_back",
    "void",
    "withdraw_relocation",
]
