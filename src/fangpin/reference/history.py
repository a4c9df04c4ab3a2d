"""What became of a code, and what a code was on a day.

Reads   the changes of 2000–2026 (regions)
Gives   today (Fate: today's code, or the candidates), on (Standing: name and state on a day), before (earlier codes)
Keeps   nothing is decided where the record leaves it open: a split, a merger or an end without a successor gives
        candidates; the record names years only, so a day in the year of a change is said to be open
Source  data/SOURCES.md; the record warns of noise: region_changes_corrections.csv says which rows are read otherwise
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from fangpin.reference import regions
from fangpin.reference.regions import Change, Region

FateKind = Literal["today", "recoded", "merged", "split", "ended", "carried"]
State = Literal["in_force", "not_yet", "ended"]
_KEEPS_ITS_AREA = frozenset({"同名改码", "撤县设区", "撤市设区", "撤县设市", "撤地设市"})
_GRAVITY: tuple[FateKind, ...] = ("today", "recoded", "carried", "merged", "split", "ended")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a code.

    ``kind``: ``today`` it stands · ``recoded`` one to one · ``merged`` its area is part of a larger unit ·
    ``split`` several units may have it · ``ended`` abolished, and the record names no successor · ``carried`` a
    township or village whose county got another code: the same last digits are likely, no more.
    ``now``: today's regions; one that is certain for ``today`` and ``recoded``, else the candidates, likeliest first.
    """

    code: str
    name: str
    kind: FateKind
    now: tuple[Region, ...]
    steps: tuple[Change, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether today's code is known beyond doubt."""
        return self.kind in ("today", "recoded") and len(self.now) == 1

    @property
    def year(self) -> int | None:
        """The year the code ended, None if it stands."""
        return self.steps[0].year if self.steps else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a code was on a day; ``open_year`` if a change of that same year leaves it open on which side the day is."""

    code: str
    name: str
    state: State
    since: int | None
    until: int | None
    open_year: bool
    fate: Fate


def _leaves(change: Change) -> bool:
    return bool(change.old_code) and change.old_code != change.new_code


@cache
def _ends() -> dict[str, Change]:
    """Old code → the change that ended it; one with a successor before one without."""
    found: dict[str, Change] = {}
    for change in regions.all_changes():
        if _leaves(change) and (change.old_code not in found or not found[change.old_code].new_code):
            found[change.old_code] = change
    return found


@cache
def _sources() -> dict[str, tuple[Change, ...]]:
    """New code → the changes in which another code became it."""
    found: dict[str, list[Change]] = {}
    for change in _ends().values():
        if change.new_code:
            found.setdefault(change.new_code, []).append(change)
    return {code: tuple(changes) for code, changes in found.items()}


@cache
def _set_up() -> dict[tuple[str, int], tuple[str, ...]]:
    """Prefecture (4 digits) and year → codes that were set up there in it."""
    found: dict[tuple[str, int], list[str]] = {}
    for change in regions.all_changes():
        if change.kind == "新设" and change.new_code and not change.new_code.endswith("00"):
            found.setdefault((change.new_code[:4], change.year), []).append(change.new_code)
    return {place: tuple(codes) for place, codes in found.items()}


def _is_prefecture(code: str) -> bool:
    return code.endswith("00")


def _stem(name: str) -> str:
    return name[:-1] if len(name) > 1 and name[-1] in "省市县区旗盟" else name


def _merges(change: Change) -> bool:
    """Whether the successor took in other units of the same level in that year, or stood before."""
    level = _is_prefecture(change.old_code)
    same = [c for c in _sources()[change.new_code] if _is_prefecture(c.old_code) == level and c.year == change.year]
    stood = change.kind != "更名" and not _was_set_up(change.new_code, change.year)
    return len(same) > 1 or stood


def _was_set_up(code: str, year: int) -> bool:
    return code in _set_up().get((code[:4], year), ()) or any(
        c.kind == "新设" and c.year == year for c in regions.changes(code) if c.new_code == code
    )


def _new_units(prefecture: str, year: int) -> tuple[str, ...]:
    """Units set up in a prefecture in a year that no other unit became one to one."""
    return tuple(
        code
        for code in _set_up().get((prefecture, year), ())
        if not any(c.kind in _KEEPS_ITS_AREA and c.year == year for c in _sources().get(code, ()))
    )


def _counties_went(change: Change) -> tuple[str, ...]:
    """Where the counties of a prefecture went in the year it ended: prefectures, or the provinces' own counties."""
    went = [
        c.new_code[:4] + "00"
        for c in _ends().values()
        if c.year == change.year and c.old_code[:4] == change.old_code[:4] and c.new_code and c is not change
    ]
    known = [code for code in dict.fromkeys(went) if regions.get(code) is not None]
    return tuple(known)


def _step(change: Change) -> tuple[FateKind, tuple[str, ...]]:
    """What one change makes of its old code: the kind, and the codes that may have it, likeliest first."""
    old, new, year = change.old_code, change.new_code, change.year
    if not new:
        return "ended", _named_alike(change) + _new_units(old[:4], year) or (old[:4] + "00",)
    if _is_prefecture(old) != _is_prefecture(new):
        others = _counties_went(change) if _is_prefecture(old) else _named_alike(change) + _new_units(new[:4], year)
        whole = not others and all(region.level != "county" for region in regions.children(new))
        return ("recoded" if whole else "split"), (new, *others)
    if _is_prefecture(old):
        went = _counties_went(change)
        return ("split", (new, *went)) if set(went) - {new} else ("recoded", (new,))
    if change.kind in _KEEPS_ITS_AREA or (change.new_name.startswith(_stem(change.old_name)) and not _merges(change)):
        return "recoded", (new,)
    others = tuple(code for code in _new_units(new[:4], year) if code != new)
    if others and _was_set_up(new, year):
        return "split", (new, *others)
    return ("merged", (new,)) if _merges(change) else ("recoded", (new,))


@cache
def _counties() -> dict[str, tuple[Region, ...]]:
    found: dict[str, list[Region]] = {}
    for region in regions.children(level="county"):
        found.setdefault(region.code[:4], []).append(region)
    return {place: tuple(counties) for place, counties in found.items()}


def _named_alike(change: Change) -> tuple[str, ...]:
    """Counties of today with the same name but for its last letter, in the old or the new prefecture."""
    stem = _stem(change.old_name)
    places = {change.old_code[:4], change.new_code[:4]} - {""}
    return tuple(
        region.code
        for place in sorted(places)
        for region in _counties().get(place, ())
        if _stem(region.name) == stem and len(stem) > 1
    )


@cache
def _fate(code: str) -> Fate | None:
    region = regions.get(code)
    if len(code) > 6:
        return _carried(code, region)
    end = _ends().get(code)
    if region is not None and "superseded" not in region.flags:
        return Fate(code, region.name, "today", (region,))
    if end is None:
        return None
    kind, codes = _step(end)
    now: dict[str, Region] = {}
    steps = [end]
    for following in dict.fromkeys(codes):
        later = _fate(following) if following != code else None
        if later is not None:
            kind = max(kind, later.kind, key=_GRAVITY.index)
            now |= {place.code: place for place in later.now}
            if following == end.new_code:
                steps += later.steps
    if not now and (province := regions.province_of(code)) is not None:
        now[province.code] = province
    if kind == "recoded" and len(now) != 1:
        kind = "split"
    return Fate(code, end.old_name, kind, tuple(now.values()), tuple(steps))


def _carried(code: str, region: Region | None) -> Fate | None:
    """A township or village: as its county, with the same last digits where today's register has them."""
    if region is not None and "superseded" not in region.flags:
        return Fate(code, region.name, "today", (region,))
    county = _fate(code[:6])
    if county is None or county.kind == "today":
        return None
    likely = [found for place in county.now if (found := regions.get(place.code[:6] + code[6:])) is not None]
    name = region.name if region is not None else ""
    kind: FateKind = "carried" if county.kind == "recoded" else county.kind
    return Fate(code, name, kind, tuple(likely) or county.now, county.steps)


def today(code: str) -> Fate | None:
    """What became of a code, None where neither the register nor the record knows it.

    >>> today("350427").now[0].name
    '沙县区'
    """
    usual = regions.normal(code)
    return _fate(usual) if usual else None


def on(code: str, day: date) -> Standing | None:
    """What a code was on a day and what became of it; None where neither the register nor the record knows it.

    Changes before 2000 are not recorded: ``since`` is None for a code that stood then. Townships and villages stand
    as their county does; their own changes are not recorded.
    """
    usual = regions.normal(code)
    fate = _fate(usual) if usual else None
    if usual is None or fate is None:
        return None
    county = usual[:6]
    began = [c.year for c in regions.changes(county) if c.new_code == county and c.old_code != county]
    since = min(began) if began else None
    end = _ends().get(county)
    until = end.year if end else None
    name, renamed = fate.name, False
    for change in reversed([c for c in regions.changes(usual) if c.old_code == c.new_code == usual]):
        if day.year <= change.year:
            renamed |= day.year == change.year
            name = change.old_name if day.year < change.year else name
    state: State = "in_force"
    if since is not None and day.year < since:
        state = "not_yet"
    elif until is not None and day.year > until:
        state = "ended"
    return Standing(usual, name, state, since, until, renamed or day.year in (since, until), fate)


def before(code: str) -> tuple[Change, ...]:
    """The changes that led to a code, nearest first: renamings, and codes that became it."""
    usual = regions.normal(code) or ""
    found: list[Change] = []
    waiting, seen = [usual], {usual}
    while waiting:
        one = waiting.pop(0)
        for change in reversed(regions.changes(one)):
            if change.new_code == one and change not in found:
                found.append(change)
                if change.old_code and change.old_code not in seen:
                    seen.add(change.old_code)
                    waiting.append(change.old_code)
    return tuple(found)
