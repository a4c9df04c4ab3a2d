"""Dates as people write them: one text as a day, or the code of the finding that says why not.

Gives   day (of a field that is a date), month (of a field for which a month is enough), by_serial
Keeps   no day, month or century is invented: what is not written is a finding, with what it could be (`hints`)
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from fangpin.vocabulary.characters import narrow

Answer = tuple[object, str | None]

NOT_A_DATE, NO_DAY, UNSURE_DATE = "FP-INTAKE-022", "FP-INTAKE-103", "FP-INTAKE-104"
SERIAL, LOST_ZERO = "FP-INTAKE-105", "FP-INTAKE-106"
FIRST_YEAR = 1800
SERIALS = (10_000, 73_050)  # 1927-05-18 to 2099-12-31 in the system of 1900
EPOCHS = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}

_DIGITS = {
    c: str(n) for n, row in enumerate(("〇零○", "一", "二", "三", "四", "五", "六", "七", "八", "九")) for c in row
}
_HAN = "〇零○一二三四五六七八九十廿卅"
_HAN_DATE = re.compile(rf"([{_HAN}]{{2,4}})年(?:([{_HAN}元]{{1,3}})月(?:份|([{_HAN}]{{1,3}})[日号]?)?)?")
_CLOCK = (
    r"(?:[上下]午)?(?:[01]?[0-9]|2[0-4])(?::[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?|[时点](?:[0-5]?[0-9]分?)?"
    r"(?:[0-5]?[0-9]秒)?)(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DATE = re.compile(
    rf"([0-9]{{4}})(?:([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}})[.日]?(?:[ T]+{_CLOCK})?"
    rf"|年([0-9]{{1,2}})月([0-9]{{1,2}})(?:[日号](?:[ T]*{_CLOCK})?)?)"
)
_DIGITS8 = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[.]0|(?: ?[0-9]{6})| [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")
_MONTH = re.compile(r"([0-9]{4})(?:([0-9]{2})(?:[.]0)?|[-/.]([0-9]{1,2})|年([0-9]{1,2})月?份?)")
_YEAR = re.compile(r"([0-9]{4})(?:[.]0|年)?")
_SHORT = re.compile(r"'?([0-9]{2})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月(?:([0-9]{1,2})[日号]?)?)")
_DIGITS6 = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})(?:[.]0)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_SERIAL = re.compile(r"([0-9]{5})(?:[.][0-9]+)?")
_TIGHT = ((re.compile(r"(?<=[0-9]) *([-/.]) *(?=[0-9])"), r"\1"), (re.compile(r" *([年月日号]) *(?=[0-9])"), r"\1"))
_LOST_ZERO = re.compile(r"[0-9]{4}[.]1")
_ODD_SIGNS = str.maketrans({"。": ".", "．": ".", "–": "-", "—": "-", "‐": "-", "‑": "-", "⁄": "/", "∕": "/"})


def plain(text: str) -> str:
    """The text with narrow digits and signs, no blanks around signs, Chinese numerals as digits."""
    text = narrow(text)
    if text.isascii() and " " not in text:
        return text
    text = text.translate(_ODD_SIGNS)
    for pattern, instead in _TIGHT:
        text = pattern.sub(instead, text)
    text = text.replace(" 年", "年").replace(" 月", "月").replace(" 日", "日").replace(" 号", "号")
    found = _HAN_DATE.fullmatch(text)
    return text if found is None else _arabic(found)


def _arabic(found: re.Match[str]) -> str:
    """A date in Chinese numerals with digits: years digit by digit, months and days as numbers."""
    year = "".join(_DIGITS.get(c, "") for c in found[1])
    month = "1" if found[2] == "元" else _small(found[2])
    day = _small(found[3])
    return f"{year}年" + (f"{month}月" if month else "") + (f"{day}日" if day else "")


def _small(text: str | None) -> str:
    """A number up to 39 in Chinese numerals, or an empty text."""
    if not text:
        return ""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return "".join(_DIGITS.get(c, "?") for c in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return "?"
    return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))


def _day(year: str, month: str, day: str) -> Answer:
    try:
        return (date(int(year), int(month), int(day)), None) if int(year) >= FIRST_YEAR else (None, NOT_A_DATE)
    except ValueError:
        return None, NOT_A_DATE


def _full(text: str) -> Answer | None:
    """The answer for a text with year, month and day, or None where it has another shape."""
    if found := _DATE.fullmatch(text):
        return _day(found[1], found[3] or found[5], found[4] or found[6])
    if found := _DIGITS8.fullmatch(text):
        return _day(found[1], found[2], found[3])
    return None


def _is_month(found: re.Match[str]) -> bool:
    """Whether a year and a month are likely ones: 230501 is no month of the year 2305."""
    return FIRST_YEAR <= int(found[1]) < 2200 and 1 <= int(found[2] or found[3] or found[4]) <= 12


def _short_of_a_day(text: str) -> str | None:
    """The code for a text that says less than a day, or says it in a way that has several readings."""
    if (found := _MONTH.fullmatch(text)) and _is_month(found):
        return NO_DAY
    if (found := _YEAR.fullmatch(text)) and FIRST_YEAR <= int(found[1]) < 2200:
        return NO_DAY
    return UNSURE_DATE if candidates(text) else None


def candidates(text: str) -> list[date]:
    """The days that a text with a short year, the year last, or a lost zero could mean; empty for other texts."""
    text = plain(text)
    tries: list[tuple[str, str, str]] = []
    found = _SHORT.fullmatch(text) or _DIGITS6.fullmatch(text)
    if found:
        parts = [part for part in found.groups() if part and part not in "-/."]
        if len(parts) == 3:
            tries = [(century + parts[0], parts[1], parts[2]) for century in ("19", "20")]
    if _LOST_ZERO.fullmatch(text):
        tries = [(text[:4], "1", "1"), (text[:4], "10", "1")]
    if year_last := _YEAR_LAST.fullmatch(text):
        tries = [(year_last[4], year_last[1], year_last[3]), (year_last[4], year_last[3], year_last[1])]
    days = [value for value, _ in (_day(*one) for one in tries) if isinstance(value, date)]
    return sorted(set(days))


def by_serial(text: str, epoch: int = 1900) -> date | None:
    """The day of a spreadsheet's day number, in its system of 1900 or 1904; None where it is none."""
    found = _SERIAL.fullmatch(text)
    if found is None:
        return None
    moved = int(found[1]) + (EPOCHS[epoch] - EPOCHS[1900]).days
    return EPOCHS[1900] + timedelta(days=moved) if SERIALS[0] <= moved <= SERIALS[1] else None


def day(text: str, epoch: int = 1900) -> Answer:
    """A day; a time behind it is dropped; a spreadsheet's day number is read, and said."""
    text = plain(text)
    found = _full(text)
    if found is not None:
        return found
    serial = by_serial(text, epoch)
    return (serial, SERIAL) if serial is not None else (None, _short_of_a_day(text) or NOT_A_DATE)


def month(text: str, epoch: int = 1900) -> Answer:
    """A day, or the first of a month where only the month is given."""
    text = plain(text)
    if (found := _MONTH.fullmatch(text)) and _is_month(found):
        value, code = _day(found[1], found[2] or found[3] or found[4], "1")
        return value, code or (LOST_ZERO if _LOST_ZERO.fullmatch(text) else None)
    return day(text, epoch)


def parser(kind: str, epoch: int = 1900) -> Callable[[str], Answer]:
    """The function for fields of a kind: ``date`` or ``month``."""
    read = month if kind == "month" else day
    return lambda text: read(text, epoch)


def last_day(text: str) -> date | None:
    """The last day of the month in which a text names a day that does not exist; None where the month is wrong too."""
    found = _DATE.fullmatch(plain(text)) or _DIGITS8.fullmatch(plain(text))
    if found is None:
        return None
    parts = [int(p) for p in found.groups() if p and p not in "-/."]
    year, month_ = parts[0], parts[1]
    if not (FIRST_YEAR <= year <= 9999 and 1 <= month_ <= 12):
        return None
    return date(year, month_, calendar.monthrange(year, month_)[1])
