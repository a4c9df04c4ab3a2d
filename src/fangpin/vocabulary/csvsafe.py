"""Text in CSV files that a spreadsheet opens: never a formula, and back again without loss.

A spreadsheet runs a cell of a CSV file that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break. On the way
out such a text gets an apostrophe in front (a plain number, such as -5, does not); on the way in the apostrophe goes.
A text that already has apostrophes before such a sign gets one more, so that reading gives back what was written.

Gives   guarded, plain; ARMED, the pattern of texts that reading takes an apostrophe from
Not     workbooks: there a text is a text, whatever it begins with
"""

from __future__ import annotations

import re

_SIGNS = r"=+\-@\t\r\n＝＋－＠"
ARMED = rf"^'+[{_SIGNS}]"
"""A text that was guarded (or would need to be): apostrophes, then a sign."""

_NEEDS = re.compile(rf"'*[{_SIGNS}]")
_NUMBER = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?")
_ARMED = re.compile(ARMED)


def guarded(text: str) -> str:
    """The text as it may stand in a CSV file.

    Examples:
        >>> [guarded(t) for t in ("=1+1", "-5", "-5人", "'=x", "王小明")]
        ["'=1+1", '-5', "'-5人", "''=x", '王小明']
    """
    return f"'{text}" if _NEEDS.match(text) and not _NUMBER.fullmatch(text) else text


def plain(text: str) -> str:
    """The text that was guarded.

    Examples:
        >>> [plain(guarded(t)) for t in ("=1+1", "-5", "'=x", "it's")]
        ['=1+1', '-5', "'=x", "it's"]
    """
    return text[1:] if _ARMED.match(text) else text
