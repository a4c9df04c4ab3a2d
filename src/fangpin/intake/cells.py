"""Cells: what one text means, as a value of one kind. Plain Python; the oracle of `columns`.

Gives   parser of a field: the value, the code of a finding, or both where a value was read and something is to be said
Keeps   numbers are exact decimals; nothing is rounded beyond the sixth decimal of a yuan; words that stand for
        nothing are a blank, never no and never 0 unless the field says so (`spellings`)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from fangpin import tables
from fangpin.intake import dates, figures, spellings
from fangpin.intake.figures import decimal
from fangpin.tables import CodeList, Field
from fangpin.vocabulary.characters import folded, narrow
from fangpin.vocabulary.money import to_micro

__all__ = ["Answer", "Declared", "decimal", "parser"]

NOT_A_NUMBER, NOT_WHOLE, NOT_A_DATE = "FP-INTAKE-020", "FP-INTAKE-021", "FP-INTAKE-022"
NOT_IN_LIST, NOT_YES_OR_NO, TOO_LARGE = "FP-INTAKE-023", "FP-INTAKE-024", "FP-INTAKE-027"
OUT_OF_RANGE, DAMAGED = "FP-INTAKE-025", "FP-INTAKE-012"
UNKNOWN_WORD, NOTHING_THERE, NONE_OR_UNKNOWN, SEVERAL_CODES = (
    "FP-INTAKE-100",
    "FP-INTAKE-101",
    "FP-INTAKE-102",
    "FP-INTAKE-109",
)

EMPTY_LIST = ("-", "－", "—", "[]")
BIGGEST_INT = 2**31 - 1
DAMAGED_NUMBER = r"^\d([.]\d+)?[eE][+]?\d{1,3}$"

_SEPARATORS = re.compile(r"[;；,，、|\n]")
_SLASHES = re.compile(r"[;；,，、|\n/／\\+＋]|\s+")
_WITH_LABEL = re.compile(r"([0-9A-Za-z_]+(?:-[0-9A-Za-z]+)*)[\s.:：、)-]*([^\x00-\x7f].*|(?<=[\s.:：、)-]).+)")
_ZERO = re.compile(r"0[0/.:-]*")
_LABEL_WITH = re.compile(r"(.+?)[\s(（:：-]+([0-9A-Za-z_-]{1,12})[)）]?")

Answer = tuple[object, str | None]
"""The value, and the code of a finding: None where there is nothing to say, no value where it could not be read."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What is declared about a column: the unit of its figures, and the system of its day numbers."""

    unit: str | None = None
    times: Fraction = Fraction(1)
    epoch: int = 1900


NOTHING_DECLARED = Declared()


def parse_bool(text: str, path: str = "") -> Answer:
    """True or False, in the words of every field or those of the field at ``path``."""
    words = spellings.words_of(path)
    word = folded(text)
    return (True, None) if word in words.yes else (False, None) if word in words.no else (None, NOT_YES_OR_NO)


def parse_money(text: str, declared: Declared = NOTHING_DECLARED) -> Answer:
    """Micro-yuan."""
    value, code = figures.figure(text, declared.unit, declared.times)
    if value is None:
        return None, code
    return (to_micro(value), None) if value.adjusted() < 12 else (None, TOO_LARGE)


def parse_number(text: str, declared: Declared = NOTHING_DECLARED) -> Answer:
    """A float."""
    value, code = figures.figure(text, declared.unit, declared.times)
    if value is None:
        return None, code
    return (float(value), None) if value.adjusted() < 300 else (None, OUT_OF_RANGE)


def parse_int(text: str, declared: Declared = NOTHING_DECLARED) -> Answer:
    """A whole number, also in Chinese numerals."""
    value, code = figures.figure(text, declared.unit, declared.times)
    if value is None:
        words = figures.whole_in_words(text)
        if words is None:
            return None, code
        value = figures.figure(str(words), declared.unit, declared.times)[0] or Decimal(0)
    if value.adjusted() >= 10:
        return None, OUT_OF_RANGE
    if value != value.to_integral_value():
        return None, NOT_WHOLE
    return (int(value), None) if abs(value) <= BIGGEST_INT else (None, OUT_OF_RANGE)


def parse_date(text: str, epoch: int = 1900) -> Answer:
    """A day; a time behind it is dropped."""
    return dates.day(text, epoch)


def parse_month(text: str, epoch: int = 1900) -> Answer:
    """A day, or the first of a month where only the month is given."""
    return dates.month(text, epoch)


# -- codes -----------------------------------------------------------------------------------------------------------


@cache
def _numbers(name: str) -> Mapping[int, str]:
    """Codes of a list by their number, where every code is a number and no two are equal: 1 finds 01."""
    codes = tables.catalogue().codelist(name).codes
    found = {int(code): code for code in codes if code.isascii() and code.isdigit()}
    return found if len(found) == len(codes) else {}


@cache
def _labels(name: str) -> Mapping[str, str]:
    """Codes by what is compared of every code, label and other spelling; a word that could be two is left out."""
    codes = tables.catalogue().codelist(name)
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for word, code in [*((c, c) for c in codes.codes), *codes.index.items()]:
        if found.setdefault(folded(word), code) != code:
            doubtful.add(folded(word))
    return {word: code for word, code in found.items() if word not in doubtful}


def code_in(codes: CodeList, text: str) -> str | None:
    """The code a text means: a code or label, also with lost zeros, wide characters or another case, or both of one."""
    found = _plain_code(codes, text)
    if found is not None:
        return found
    word = narrow(text)
    for pattern, code, label in ((_WITH_LABEL, 1, 2), (_LABEL_WITH, 2, 1)):
        if both := pattern.fullmatch(word):
            found = _plain_code(codes, both[code])
            if found is not None and found == _plain_code(codes, both[label]):
                return found
    return None


def _plain_code(codes: CodeList, text: str) -> str | None:
    """The code of a text that is a code, a label, or an earlier label of one code only."""
    word = narrow(text)
    found = codes.code_of(text) or codes.code_of(word) or _labels(codes.name).get(folded(word))
    if found is None and word.isascii():
        digits = word.removesuffix(".0")
        if digits.isdigit() and len(digits) < 10:
            found = codes.code_of(digits) or _numbers(codes.name).get(int(digits))
    if found is None:
        earlier = spellings.superseded(codes.name, word)
        found = earlier[0] if len(earlier) == 1 else None
    return found


def _no_code(codes: CodeList, text: str) -> str:
    """Why a text is no code: an earlier label that could be several, or nothing that is known."""
    return SEVERAL_CODES if len(spellings.superseded(codes.name, text)) > 1 else NOT_IN_LIST


def parse_code(codes: CodeList, text: str) -> Answer:
    """A code of the list."""
    found = code_in(codes, text)
    return (found, None) if found is not None else (None, _no_code(codes, text))


def parse_codes(codes: CodeList, text: str) -> Answer:
    """Several codes, each once, in the order written; ``-`` is an empty list that was taken."""
    text = text.strip()
    if text in EMPTY_LIST:
        return [], None
    whole = code_in(codes, text)
    if whole is not None:
        return [whole], None
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1].replace("'", "").replace('"', "")
    code = _no_code(codes, text)
    for pattern in (_SEPARATORS, _SLASHES):
        parts = [part.strip() for part in pattern.split(text) if part.strip()]
        found = [code_in(codes, part) for part in parts]
        if found and None not in found:
            return list(dict.fromkeys(found)), None
        if any(_no_code(codes, part) == SEVERAL_CODES for part in parts):
            code = SEVERAL_CODES
    return None, code


# -- words that stand for nothing ------------------------------------------------------------------------------------

_NONE_VALUES: dict[str, Callable[[], object]] = {"zero": lambda: "0", "no": lambda: False, "empty": list}


def standing_for_nothing(text: str, field: Field) -> tuple[bool, Answer]:
    """Whether a text is a word for nothing known or nothing there, and what it is in this field."""
    words = spellings.field_words(field)
    word = folded(text)
    if word in words.blank:
        return True, (None, NOTHING_THERE)
    if word in words.unknown:
        return True, (None, UNKNOWN_WORD)
    mark = word in words.marks
    zero = field.kind in ("code", "date", "month") and _ZERO.fullmatch(word) is not None
    if word not in words.none and not mark and not zero:
        return False, (None, None)
    if words.none_is == "blank":
        return True, (None, NOTHING_THERE)
    if words.none_is == "empty" or (words.none_is is not None and not mark):
        return True, (_NONE_VALUES[words.none_is](), None)
    return not zero, (None, NONE_OR_UNKNOWN)


def parser(field: Field, declared: Declared = NOTHING_DECLARED) -> Callable[[str], Answer] | None:
    """The function that reads one text as a value of this field; None where a text stays as it is."""
    plain = _parser(field, declared)
    if plain is None:
        return None

    def read(text: str) -> Answer:
        value, code = plain(text)
        if value is not None or code is None:
            return value, code
        nothing, answer = standing_for_nothing(text, field)
        if not nothing:
            return None, code
        return plain("0") if answer[0] == "0" else answer

    return read


def _parser(field: Field, declared: Declared) -> Callable[[str], Answer] | None:
    if field.kind in ("code", "codes") and field.codes:
        codes = tables.catalogue().codelist(field.codes)
        many = field.kind == "codes"
        return (lambda text: parse_codes(codes, text)) if many else (lambda text: parse_code(codes, text))
    plain: dict[str, Callable[[str], Answer]] = {
        "bool": lambda text: parse_bool(text, field.path),
        "money": lambda text: parse_money(text, declared),
        "num": lambda text: parse_number(text, declared),
        "int": lambda text: parse_int(text, declared),
        "date": lambda text: parse_date(text, declared.epoch),
        "month": lambda text: parse_month(text, declared.epoch),
    }
    return plain.get(field.kind)
