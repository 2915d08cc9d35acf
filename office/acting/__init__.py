"""The one door through which a case moves. Nothing else creates a Turn or a Decision.

Every function locks the Case row first, reads the turn again, then writes everything or nothing, and
tells the world on commit. `Refused` carries a sentence for the person who was refused.
"""

from .bars import bar
from .circulation import add_readers, drop_planned, recall, reorder
from .common import (
    add_signer,
    claim,
    confirm_record,
    correct,
    delegate,
    extend,
    give_back,
    note_content,
    pause,
    progress,
    reassign,
    release,
    resume,
    return_to,
    skip,
    take_back,
    void,
)
from .door import Refused
from .forward import act, start
from .opened import opened
from .relocation import ask_relocation, confirm_relocation, withdraw_relocation

__all__ = [
    "Refused",
    "act",
    "add_readers",
    "add_signer",
    "ask_relocation",
    "bar",
    "claim",
    "confirm_record",
    "confirm_relocation",
    "correct",
    "delegate",
    "drop_planned",
    "extend",
    "give_back",
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
    "skip",
    "start",
    "take_back",
    "void",
    "withdraw_relocation",
]
