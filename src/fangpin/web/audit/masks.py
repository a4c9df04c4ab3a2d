"""What looks like a personal number in free text: identity numbers, phones, bank cards."""

from __future__ import annotations

import re
from typing import Any

from fangpin.vocabulary.masking import mask_number

_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    rf"[1-9]\d{{5}}(?:19|20)\d{{2}}{_DAY}\d{{3}}[\dXx](?:\d{{2}}(?:[A-Za-z]\d)?|\d{{4}})?"  # 18, 20, 22
    rf"|[1-9]\d{{5}}\d{{2}}{_DAY}\d{{3}}"  # 15
    r"|62\d{14,17}"  # bank cards
    r"|1[3-9]\d{9}"  # phones
    r")(?![0-9A-Za-z])"
)


def mask_text(text: str) -> str:
    """The text with personal numbers masked; masked looks different from empty."""
    return _PERSONAL.sub(lambda found: mask_number(found.group()), text)


def masked(value: Any) -> Any:
    """The same JSON with everything that looks like a personal number masked."""
    if isinstance(value, dict):
        return {str(key): masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return mask_text(value) if isinstance(value, str) else value
