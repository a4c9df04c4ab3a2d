"""Saying: what a code says. The codes themselves stand in `messages` and `value_messages`."""

from __future__ import annotations

from typing import NamedTuple

from fangpin.vocabulary.findings import Severity
from fangpin.vocabulary.text import Text


class Saying(NamedTuple):
    """What a code says: how grave, what happened, what to do."""

    severity: Severity
    message: Text
    remedy: Text
