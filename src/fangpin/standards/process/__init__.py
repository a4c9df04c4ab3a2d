"""The procedure as data: from a clue to the end of help, who may do what, when, and until when.

Gives   process(region, as_of) → Process in force; CaseFacts; `refusals`, `allowed`, `outcome`, `due`
Not     who somebody is and what was recorded (the web); whether a household is low-income (identification)
Source  rules/process/*.yaml, overlays rules/**/process*.yaml
"""

from fangpin.standards.process.case import Act, Actor, CaseFacts, Notice, Objection, Vote
from fangpin.standards.process.due import Due, due
from fangpin.standards.process.model import Process
from fangpin.standards.process.permit import Refusal, allowed, outcome, refusals, state_after, taken
from fangpin.standards.process.resolve import forms, process

__all__ = [
    "Act",
    "Actor",
    "CaseFacts",
    "Due",
    "Notice",
    "Objection",
    "Process",
    "Refusal",
    "Vote",
    "allowed",
    "due",
    "forms",
    "outcome",
    "process",
    "refusals",
    "state_after",
    "taken",
]
