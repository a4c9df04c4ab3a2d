"""Cells: what one text means, as a value of one kind. Plain Python; the oracle of `columns`.

Gives   parse, by kind: the value, or the code of the finding that says why there is none
Keeps   numbers are exact decimals; nothing is rounded beyond the sixth decimal of a yuan
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache

from fangpin import tables
from fangpin.tables import CodeList, Field
from fangpin.vocabulary.money import to_micro

NOT_A_NUMBER, NOT_WHOLE, NOT_A_DATE = "FP-INTAKE-020", "FP-INTAKE-021", "FP-INTAKE-022"
NOT_IN_LIST, NOT_YES_OR_NO, TOO_LARGE = "FP-INTAKE-023", "FP-INTAKE-024", "FP-INTAKE-027"
OUT_OF_RANGE, DAMAGED = "FP-INTAKE-025", "FP-INTAKE-012"

EMPTY_LIST = ("-", "－", "—", "[]")
FIRST_YEAR = 1800
BIGGEST_INT = 2**31 - 1
DAMAGED_NUMBER = r"^\d([.]\d+)?[eE][+]?\d{1,3}$"

_YES = {"是", "true", "1", "yes", "y", "1.0"}
_NO = {"否", "false", "0", "no", "n", "0.0"}
_NUMBER = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?")
_TIME = r"([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_DATE = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)" + _TIME)
_DIGITS8 = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([.]0)?")
_MONTH = re.compile(r"([0-9]{4})(?:([0-9]{2})([.]0)?|[-/.]([0-9]{1,2})|年([0-9]{1,2})月)")
_SEPARATORS = re.compile(r"[;；,，、|]")

Answer = tuple[object, str | None]
"""The value and None, or None and the code of a finding."""


def narrow(text: str) -> str:
    """The text with full-width digits and signs made narrow, and stripped."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def decimal(text: str) -> Decimal | None:
    """The exact number in a text (thousands may be separated by commas), or None."""
    text = narrow(text)
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    return Decimal(text.replace(",", "")) if _THOUSANDS.fullmatch(text) else None


def parse_bool(text: str) -> Answer:
    """True or False."""
    word = narrow(text).casefold()
    return (True, None) if word in _YES else (False, None) if word in _NO else (None, NOT_YES_OR_NO)


def parse_money(text: str) -> Answer:
    """Micro-yuan."""
    value = decimal(text)
    if value is None:
        return None, NOT_A_NUMBER
    return (to_micro(value), None) if value.adjusted() < 12 else (None, TOO_LARGE)


def parse_number(text: str) -> Answer:
    """A float."""
    value = decimal(text)
    if value is None:
        return None, NOT_A_NUMBER
    return (float(value), None) if value.adjusted() < 300 else (None, OUT_OF_RANGE)


def parse_int(text: str) -> Answer:
    """A whole number."""
    value = decimal(text)
    if value is None:
        return None, NOT_A_NUMBER
    if value.adjusted() >= 10:
        return None, OUT_OF_RANGE
    if value != value.to_integral_value():
        return None, NOT_WHOLE
    return (int(value), None) if abs(value) <= BIGGEST_INT else (None, OUT_OF_RANGE)


def _day(year: str, month: str, day: str) -> Answer:
    try:
        return (date(int(year), int(month), int(day)), None) if int(year) >= FIRST_YEAR else (None, NOT_A_DATE)
    except ValueError:
        return None, NOT_A_DATE


def parse_date(text: str) -> Answer:
    """A day; a time behind it is dropped."""
    text = narrow(text)
    if found := _DATE.fullmatch(text):
        return _day(found[1], found[3] or found[5], found[4] or found[6])
    if found := _DIGITS8.fullmatch(text):
        return _day(found[1], found[2], found[3])
    return None, NOT_A_DATE


def parse_month(text: str) -> Answer:
    """A day, or the first of a month where only the month is given."""
    if found := _MONTH.fullmatch(narrow(text)):
        return _day(found[1], found[2] or found[4] or found[5], "1")
    return parse_date(text)


@cache
def _numbers(name: str) -> dict[int, str]:
    """Codes of a list by their number, where every code is a number and no two are equal: 1 finds 01."""
    codes = tables.catalogue().codelist(name).codes
    found = {int(code): code for code in codes if code.isascii() and code.isdigit()}
    return found if len(found) == len(codes) else {}


def code_in(codes: CodeList, text: str) -> str | None:
    """The code a text means: a code or label, also with lost zeros, wide characters or another case."""
    word = narrow(text)
    found = codes.code_of(text) or codes.code_of(word) or (codes.code_of(word.upper()) if word.isascii() else None)
    if found is None and word.isascii():
        digits = word.removesuffix(".0")
        if digits.isdigit() and len(digits) < 10:
            found = codes.code_of(digits) or _numbers(codes.name).get(int(digits))
    return found


def parse_code(codes: CodeList, text: str) -> Answer:
    """A code of the list."""
    found = code_in(codes, text)
    return (found, None) if found is not None else (None, NOT_IN_LIST)


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
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    found = [code_in(codes, part) for part in parts]
    if not found or None in found:
        return None, NOT_IN_LIST
    return list(dict.fromkeys(found)), None


def parser(field: Field) -> Callable[[str], Answer] | None:
    """The function that reads one text as a value of this field; None where a text stays as it is."""
    plain: dict[str, Callable[[str], Answer]] = {
        "bool": parse_bool,
        "money": parse_money,
        "num": parse_number,
        "int": parse_int,
        "date": parse_date,
        "month": parse_month,
    }
    if field.kind in ("code", "codes") and field.codes:
        codes = tables.catalogue().codelist(field.codes)
        many = field.kind == "codes"
        return (lambda text: parse_codes(codes, text)) if many else (lambda text: parse_code(codes, text))
    return plain.get(field.kind)
