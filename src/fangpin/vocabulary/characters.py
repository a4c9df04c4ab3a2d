"""Characters as keyboards and systems leave them: full-width forms, odd blanks, marks that cannot be seen.

Gives   narrow (full-width and blanks made plain, stripped), folded (for comparing words)
Not     ² ½ ① and the like: they are no digits, and turning them into digits would make 3² a 32
"""

from __future__ import annotations

import re

_BLANKS = (0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_UNSEEN = (0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF)
_NARROW: dict[int, str | None] = {
    **{wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(_BLANKS, " "),
    **dict.fromkeys(_UNSEEN),
    0x2212: "-",
    0xFFE5: "¥",
}
_SPACE = re.compile(r"\s+")


def narrow(text: str) -> str:
    """The text with full-width digits, letters and signs made narrow, unseen marks dropped, and stripped.

    Examples:
        >>> narrow("　１，２３４．５ "), narrow("－５００"), narrow("3²")
        ('1,234.5', '-500', '3²')
    """
    return text.strip() if text.isascii() else text.translate(_NARROW).strip()


def folded(text: str) -> str:
    """The text as words are compared: narrow, without blanks, case does not matter."""
    return _SPACE.sub("", narrow(text)).casefold()
