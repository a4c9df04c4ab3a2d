"""Masking: what of a personal value may leave the house. Masked looks different from empty."""

from __future__ import annotations

STAR = "＊"


def mask_name(name: str | None) -> str:
    """The family name, then stars: 王小明 becomes 王＊＊; an empty value stays empty."""
    name = (name or "").strip()
    return name[:1] + STAR * max(len(name) - 1, 1) if name else ""


def mask_number(number: str | None, *, head: int = 3, tail: int = 2) -> str:
    """Identity numbers, phones, accounts: the first and last characters, stars between.

    A value too short to hide anything becomes stars throughout.
    """
    number = (number or "").strip()
    if not number:
        return ""
    if len(number) <= head + tail + 2:
        return STAR * len(number)
    return number[:head] + STAR * (len(number) - head - tail) + number[-tail:]


def mask_value(value: str | None, privacy: str) -> str:
    """A value as it may be shown, by the privacy class of its field (``direct``, ``sensitive``, ``plain``)."""
    text = "" if value is None else str(value)
    return mask_number(text) if privacy == "direct" else text
