"""Names of persons: how two spellings are compared, and what in one is no part of a name.

Gives   comparable; the patterns LOST, MIXED, HAN, LATIN, DOTS, SPACED, for regular expressions of Python and of engines
        alike; private_points (U+E000 and the like); counted (characters without dots and blanks)
Not     which name is right: any character may be part of one, rare ones of the extension planes too
Keeps   a name stays as it was read: spellings are only made alike to be compared
Source  GB 18030-2022 (rare characters by their own code points, not by the private use area); between the parts of a
        name stands U+00B7
"""

from __future__ import annotations

import re

DOT = "·"
OTHER_DOTS = "•‧・･∙⋅⸱●．."
"""Marks that stand for the middle dot where a keyboard has no other."""

HAN = "[〇\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
LATIN = "[A-Za-zＡ-Ｚａ-ｚ]"
LOST = "[?？¿\ufffd■□▢▣▯◻◼〓＊*]"
"""What a system writes in the place of a character that it could not hold, or hid."""
MIXED = '[0-9０-９①-⑳()（）\\[\\]【】<>《》〈〉/／\\\\,，、;；:：!！=＝+＋_#＃%％&＆@＠"“”]'
"""Digits and signs that a name does not have: a remark or a number beside the name."""
DOTS = f"[{OTHER_DOTS}]"
SPACED = "[\\s\u3000]"
PRIVATE = "[\ue000-\uf8ff\U000f0000-\U0010ffff]"

_SAME = {ord(mark): DOT for mark in OTHER_DOTS} | dict.fromkeys(map(ord, " \t\r\n\u3000\u00a0"))
_PRIVATE = re.compile(PRIVATE)


def comparable(name: str) -> str:
    """The name as two are compared: one middle dot, no blanks, capitals.

    Examples:
        >>> comparable("阿依古丽•买买提"), comparable("王　明")
        ('阿依古丽·买买提', '王明')
    """
    return name.translate(_SAME).upper()


def private_points(name: str) -> str:
    """The private code points of a name, which mean another character on every computer; empty where it has none.

    Examples:
        >>> private_points("王\\ue863"), private_points("王𠮷")
        ('U+E863', '')
    """
    return " ".join(f"U+{ord(c):04X}" for c in dict.fromkeys(_PRIVATE.findall(name)))


def counted(name: str) -> int:
    """How many characters a name has, dots and blanks apart.

    Examples:
        >>> counted("阿依古丽·买买提"), counted("𠮷")
        (7, 1)
    """
    return len(comparable(name).replace(DOT, ""))
