"""Days that are worked and days that are not, and when a time limit ends.

Reads   rules/process/calendar.yaml, a county's rules/**/calendar*.yaml
Gives   Calendar: `works(day)`, `end(start, limit)`; `calendar(region)`
Keeps   the day on which a limit begins is not counted; an end on a day off moves to the next working day
Source  Civil Code 201 and 203, as the process document says; holidays as the State Council's notices say
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from fangpin.language.documents import rules_root
from fangpin.standards.documents import Pair, Source
from fangpin.standards.overlays import covers
from fangpin.tables.yaml_file import Strict, load

CHINA = ZoneInfo("Asia/Shanghai")
Unit = Literal["natural", "working"]


class YearDocument(Strict):
    """The days off of a year (first and last of each run), and weekend days that are worked."""

    off: list[tuple[date, date]] = []
    work: list[date] = []


class CalendarDocument(Strict):
    """A calendar as it stands in its file; a county's own names its region and adds days."""

    id: str
    title: Pair
    region: str | None = None
    source: Source
    years: dict[int, YearDocument]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked."""

    off: frozenset[date]
    work: frozenset[date]
    years: frozenset[int]

    def works(self, day: date) -> bool:
        """Whether a day is worked: its own entry first, else Monday to Friday."""
        if day in self.work:
            return True
        return day not in self.off and day.weekday() < 5

    def knows(self, day: date) -> bool:
        """Whether the holidays of this year are listed; where they are not, only weekends are off."""
        return day.year in self.years

    def next_working(self, day: date) -> date:
        """``day`` itself if it is worked, else the next day that is."""
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def last_day(self, start: date, *, days: int = 0, months: int = 0, unit: Unit = "natural") -> date:
        """The last day of a limit that begins on ``start``: that day not counted, an end on a day off moved.

        Args:
            start: The day of the event; it is not counted.
            days: Length in days of ``unit``.
            months: Length in whole months; the day of the month that is not there becomes its last.
            unit: Whether days off count.
        """
        end = later_by_months(start, months)
        if unit == "natural":
            return self.next_working(end + timedelta(days=days))
        for _ in range(days):
            end = self.next_working(end + timedelta(days=1))
        return self.next_working(end)

    def over(self, start: date, *, days: int = 0, months: int = 0, unit: Unit = "natural") -> datetime:
        """The first moment after a limit: midnight in China at the end of its last day."""
        after = self.last_day(start, days=days, months=months, unit=unit) + timedelta(days=1)
        return datetime.combine(after, time(), CHINA)


def later_by_months(day: date, months: int) -> date:
    """The same day of the month, some months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@cache
def documents() -> tuple[CalendarDocument, ...]:
    """The national calendar and every county's own.

    Raises:
        DocumentError: a file does not load, with file, line and column.
    """
    root = rules_root()
    files = [root / "process" / "calendar.yaml", *sorted((root / "county").glob("**/calendar*.yaml"))]
    return tuple(load(path, CalendarDocument) for path in files)


@cache
def calendar(region: str | None = None) -> Calendar:
    """The calendar of a place: the national one, and what the places around it add."""
    off: set[date] = set()
    work: set[date] = set()
    years: set[int] = set()
    for found in documents():
        if found.region is not None and (region is None or not covers(found.region, region)):
            continue
        years |= set(found.years)
        for year in found.years.values():
            days = {first + timedelta(days=n) for first, last in year.off for n in range((last - first).days + 1)}
            off, work = (off | days) - set(year.work), (work - days) | set(year.work)
    return Calendar(frozenset(off), frozenset(work), frozenset(years))


def local_day(moment: datetime) -> date:
    """The day in China of a moment that carries its zone."""
    return moment.astimezone(CHINA).date()
