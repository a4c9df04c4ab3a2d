"""Nearest names, for messages that say what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, or None where none is alike."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
