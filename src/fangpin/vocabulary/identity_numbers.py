"""Identity numbers: how one is written, what it says of its holder, and how a spreadsheet spoils it.

Gives   normal, check_character, is_right, lengthened (15 to 18), birth_date, sex, certificate, lost_its_end
Not     whether it fits what is declared of a person (the quality checks); masking (masking)
Source  GB 11643-1999 (check character: ISO 7064 MOD 11-2); disability certificates: 18 + class 1-7 + level 1-4
        (+ mark of reissue)
"""

from __future__ import annotations

import re
from datetime import date

from fangpin.vocabulary.characters import narrow

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_NUMBER = re.compile(r"[0-9]{17}[0-9X]([0-9]{2}(?:[0-9B][0-9])?)?")
_WRAPPED = re.compile(r'="?([^"]*)"?')
_LOST = re.compile(r"[0-9]{15}0{3}(0{2}(0{2})?)?")


def normal(text: str) -> str:
    """The number without what only belongs to its spelling: wide characters, blanks, hyphens, quotation marks, x.

    Examples:
        >>> normal("’１１０１０５ 19491231-002x"), normal('="11010519491231002X"')
        ('11010519491231002X', '11010519491231002X')
    """
    text = narrow(text)
    wrapped = _WRAPPED.fullmatch(text)
    text = wrapped[1] if wrapped else text
    return re.sub(r"[\s\-–—'‘’`\"“”]", "", text).upper()


def check_character(first: str) -> str:
    """The check character of the first 17 digits.

    Examples:
        >>> check_character("11010519491231002")
        'X'
    """
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def is_right(number: str) -> bool:
    """Whether a normal number has a right shape and check character; of a certificate the first 18 count."""
    return _NUMBER.fullmatch(number) is not None and check_character(number[:17]) == number[17]


def lengthened(number: str) -> str | None:
    """The 18 characters of a number of 15 digits (a birth in 19..), None for any other text.

    Examples:
        >>> lengthened("110105491231002")
        '11010519491231002X'
    """
    if re.fullmatch(r"[0-9]{15}", number) is None:
        return None
    first = f"{number[:6]}19{number[6:]}"
    return first + check_character(first)


def birth_date(number: str) -> date | None:
    """The day of birth that a right number names; None where it names no possible day."""
    if not is_right(number):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex(number: str) -> str | None:
    """The code of the sex that a right number names: 1 male (the 17th digit is odd), 2 female."""
    return ("1" if int(number[16]) % 2 else "2") if is_right(number) else None


def certificate(number: str) -> tuple[str, str] | None:
    """Class and level of a disability certificate of 20 or 22 characters; None where they are none."""
    if len(number) not in (20, 22) or not is_right(number):
        return None
    return (number[18], number[19]) if number[18] in "1234567" and number[19] in "1234" else None


def lost_its_end(number: str) -> bool:
    """Whether a spreadsheet kept 15 digits and wrote zeros for the others; sure only where the check fails.

    Examples:
        >>> lost_its_end("110105194912310000"), lost_its_end("11010519491231002X")
        (True, False)
    """
    return _LOST.fullmatch(number) is not None and not is_right(number)
