"""Regions: what a code names, and what lies above and below it.

Gives   get, require, exists, name, full_name, ancestors, province_of, children, past, normal, changes
Not     finding by words (lookup), what an old code is today (history), natural villages (registry); boundaries
Keeps   a code has 2, 4, 6, 9 or 12 digits; 350000, 35 and 350000000000 are one region.
        Codes that were abolished since 2000 stay known (flag `superseded`), because old dates need them.
        Townships and villages are loaded when one is asked for, villages by prefecture (villages).
Source  data/SOURCES.md: civil affairs register of 2026-09, statistical codes of 2023-06, code changes 2000–2026
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from fangpin.reference import villages
from fangpin.reference._files import once, rows
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

Level = Literal["province", "prefecture", "county", "township", "village"]
LEVELS: tuple[Level, ...] = ("province", "prefecture", "county", "township", "village")
_WIDTH: dict[Level, int] = {"province": 2, "prefecture": 4, "county": 6, "township": 9, "village": 12}
_DIGITS = (2, 4, 6, 9, 12)
_COUNTY_FLAGS = {
    "former_poor832": "former_poor_832",
    "key592": "key_592",
    "exit2020_last52": "exit_2020_last_52",
    "rrv_key160": "key_160",
    "sanqu_sanzhou": "sanqu_sanzhou",
}


class UnknownRegion(UnusableInput, LookupError):
    """A code that names no region."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region: its code (6 digits, townships 9, villages 12), name, level, the code it lies in, and its flags.

    Flags: ``former_poor_832 key_592 exit_2020_last_52 key_160 sanqu_sanzhou poverty_task_22`` (lists),
    ``statistical`` (a development zone or the like, known to the statistical office only),
    ``superseded`` (abolished or given another code; ``superseded_in`` is the year).
    """

    code: str
    name: str
    level: Level
    parent: str | None
    flags: frozenset[str] = frozenset()
    name_en: str = ""
    kind: str = ""
    contiguous_area: str = ""
    point: tuple[float, float] | None = None
    superseded_in: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a code or name, as recorded, or as corrected where the record is plainly wrong."""

    year: int
    kind: str
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    document: str
    corrected: bool = False


@lru_cache(maxsize=20_000)
def normal(code: str) -> str | None:
    """The code in its usual width: 6 digits down to the county, 9 for a township, 12 for a village; None if none."""
    code = code.strip()
    if not (code.isascii() and code.isdigit() and len(code) in _DIGITS):
        return None
    code = code.ljust(6, "0")
    while len(code) > 6 and code.endswith("000"):
        code = code[:-3]
    return None if code.startswith("00") else code


def _flags(row: dict[str, str], names: dict[str, str]) -> frozenset[str]:
    return frozenset(flag for column, flag in names.items() if row[column] == "1")


def _provinces() -> list[Region]:
    task = {"is_22_poverty_task_province": "poverty_task_22"}
    return [
        Region(
            row["code"], row["name"], "province", None, _flags(row, task), name_en=row["name_en"], kind=row["region4"]
        )
        for row in rows("regions_province.csv")
    ]


def _prefectures() -> list[Region]:
    return [
        Region(row["code"], row["name"], "prefecture", row["province_code"]) for row in rows("regions_prefecture.csv")
    ]


def _counties() -> list[Region]:
    return [
        Region(
            row["code"],
            row["name"],
            "county",
            row["prefecture_code"] or row["province_code"],
            _flags(row, _COUNTY_FLAGS),
            kind=row["kind"],
            contiguous_area=row["contiguous_area"],
            point=(float(row["lon"]), float(row["lat"])) if row["lon"] and row["lat"] else None,
        )
        for row in rows("regions_county.csv")
    ]


def _above(code: str, known: dict[str, Region]) -> str | None:
    """The nearest region of the register that a code lies in by its digits."""
    for width in (4, 2):
        above = code[:width].ljust(6, "0")
        if above in known and above != code:
            return above
    return None


def _level_of(code: str) -> Level:
    if len(code) > 6:
        return "township"
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


def _superseded() -> dict[str, tuple[str, int]]:
    """Old code → its last name and the year it ended, for codes that a change replaced."""
    return {
        change.old_code: (change.old_name, change.year)
        for change in _changes()
        if change.old_code and change.old_name and change.old_code != change.new_code
    }


@cache
def _register() -> dict[str, Region]:
    """Provinces to counties by code: the register of today, statistical units, then codes of the past."""
    known = {region.code: region for region in (*_provinces(), *_prefectures(), *_counties())}
    ended = _superseded()
    for row in rows("regions_county_extra_nbs2023.csv"):
        code = row["code"]
        if code not in known:
            flag, year = ("superseded", ended[code][1]) if code in ended else ("statistical", None)
            known[code] = Region(
                code, row["name"], "county", _above(code, known), frozenset({flag}), superseded_in=year
            )
    for code, (name, year) in sorted(ended.items()):
        if code not in known:
            known[code] = Region(
                code, name, _level_of(code), _above(code, known), frozenset({"superseded"}), superseded_in=year
            )
    return known


@cache
def _townships() -> dict[str, Region]:
    register = _register()
    found = {}
    for row in once("regions_township_nbs2023.csv.xz"):
        if row["code"].endswith("000"):
            continue  # a placeholder for a county without townships
        region = Region(row["code"], row["name"], "township", row["county_code"], kind=row["kind"])
        past = register[region.parent].flags & {"superseded"} if region.parent else frozenset()
        found[region.code] = replace(region, flags=past) if past else region
    return found


def _village(code: str) -> Region | None:
    village = villages.name_of(code)
    if village is None:
        return None
    township = _townships().get(code[:9])
    past = township.flags if township else frozenset()
    return Region(code, village, "village", code[:9], past)


def get(code: str) -> Region | None:
    """The region a code names, None where it names none; for a village its prefecture's villages are unpacked."""
    usual = normal(code)
    if usual is None:
        return None
    if len(usual) == 6:
        return _register().get(usual)
    return _townships().get(usual) if len(usual) == 9 else _village(usual)


def exists(code: str) -> bool:
    """Whether a code names a region; a village's is judged by its township: villages change faster than the list."""
    usual = normal(code)
    return usual is not None and get(usual[:9]) is not None


def require(code: str) -> Region:
    """The region a code names; for a village that the list does not have, its township.

    Raises:
        UnknownRegion: the code names no region.
    """
    usual = normal(code)
    region = (get(usual) or get(usual[:9])) if usual else None
    if region is None:
        raise _unknown(code)
    return region


def _unknown(code: str) -> UnknownRegion:
    above = ancestors(code)[:1]
    inside = Text("", "")
    if above:
        inside = Text(
            f"；这几位数所在的 {above[0].code} 是{full_name(above[0].code)}",
            f"; by its digits it would lie in {above[0].code}, {full_name(above[0].code, 'en')}",
        )
    return UnknownRegion(
        "FP-REFERENCE-002",
        Text("没有这个区划代码", "no region has this code"),
        place="region",
        read=code,
        expected=Text("2、4、6、9 或 12 位行政区划代码", "a region code of 2, 4, 6, 9 or 12 digits"),
        remedy=Text(
            f"用 fangpin region 按名称查代码{inside.zh}", f"find the code by name: fangpin region NAME{inside.en}"
        ),
    )


def name(code: str, lang: str = "zh") -> str:
    """The name of a region; an unknown code is given back as it is.

    In English a region without an English name keeps its Chinese one, followed by its code.
    """
    region = get(code)
    if region is None:
        return code
    return (region.name_en or f"{region.name} ({region.code})") if lang == "en" else region.name


def full_name(code: str, lang: str = "zh") -> str:
    """The name with the names of what lies above: 福建省泉州市德化县."""
    chain = [name(above.code, lang) for above in reversed(ancestors(code))] + [name(code, lang)]
    return ", ".join(reversed(chain)) if lang == "en" else "".join(chain)


def ancestors(code: str) -> tuple[Region, ...]:
    """What a region lies in, nearest first, the province last; empty for a province or an unknown code.

    A village's code gives its township, county, prefecture and province; a township that is not in the register
    is placed in its county by its digits.
    """
    usual = normal(code)
    if usual is None:
        return ()
    region = get(usual)
    above = region.parent if region else _by_digits(usual)
    found: list[Region] = []
    while above is not None and (region := get(above)) is not None:
        found.append(region)
        above = region.parent
    return tuple(found)


def _by_digits(code: str) -> str | None:
    """The nearest known region above an unknown code."""
    for width in (9, 6, 4, 2):
        above = normal(code[:width]) if width < len(code) else None
        if above and above != code and get(above) is not None:
            return above
    return None


def province_of(code: str) -> Region | None:
    """The province a code lies in (itself, if it is one), by its first two digits."""
    usual = normal(code)
    return get(usual[:2]) if usual else None


def children(code: str | None = None, level: Level | None = None) -> tuple[Region, ...]:
    """The regions of today directly inside a region, or all of one level inside it, by code.

    Without a code: the provinces, or all regions of that level. Past codes are left out.
    """
    above = require(code) if code is not None else None
    if level == "village" or (level is None and above is not None and above.level == "township"):
        return _villages_in(above)
    if level is not None:
        stem = above.code[: _WIDTH[above.level]] if above else ""
        codes, known = _all_of(level)
        found = known[bisect_left(codes, stem) : bisect_left(codes, stem + ":")]
        return tuple(region for region in found if region != above)
    below = LEVELS[:1] if above is None else LEVELS[LEVELS.index(above.level) + 1 : -1]
    inside = [region for lower in below for region in _inside(lower).get(above.code if above else None, ())]
    return tuple(sorted(inside, key=lambda region: region.code))


def _villages_in(above: Region | None) -> tuple[Region, ...]:
    stem = above.code[: _WIDTH[above.level]] if above else ""
    found = (Region(code, village, "village", code[:9]) for code, village in villages.under(stem))
    return tuple(found) if above is None or above.level != "village" else ()


@cache
def _all_of(level: Level) -> tuple[list[str], list[Region]]:
    """The codes and regions of a level, by code."""
    pool = _townships() if level == "township" else _register()
    known = [pool[code] for code in sorted(pool) if pool[code].level == level and "superseded" not in pool[code].flags]
    return [region.code for region in known], known


@cache
def _inside(level: Level) -> dict[str | None, list[Region]]:
    """The regions of a level by what they lie in."""
    found: dict[str | None, list[Region]] = {}
    for region in _all_of(level)[1]:
        found.setdefault(region.parent, []).append(region)
    return found


def above_village() -> tuple[Region, ...]:
    """Every region from the provinces to the townships, those of the past too."""
    return (*_register().values(), *_townships().values())


def past() -> tuple[Region, ...]:
    """The codes of provinces to counties that were abolished or replaced since 2000."""
    return tuple(region for region in _register().values() if "superseded" in region.flags)


@cache
def number_prefixes() -> frozenset[str]:
    """The first four digits (province and prefecture) that an identity number can have: those of every code of the
    register, today's and those that ended since 2000, and 81, 82, 83 of residents of Hong Kong, Macao and Taiwan."""
    return frozenset(code[:4] for code in _register()) | {"8100", "8200", "8300"}


@cache
def _changes() -> tuple[Change, ...]:
    corrections = rows("region_changes_corrections.csv")
    wrong = {(row["year"], row["old_code"], row["new_code"]) for row in corrections if row["action"] == "distrust"}
    found = []
    for row in rows("region_changes_2000_2026.csv"):
        doubted = (row["year"], row["old_code"], row["new_code"]) in wrong
        found.append(_change(row, corrected=doubted, successor=not doubted))
    found += [_change(row, corrected=True) for row in corrections if row["action"] == "add"]
    return tuple(found)


def _change(row: dict[str, str], *, corrected: bool = False, successor: bool = True) -> Change:
    new = (row["new_code"], row["new_name"]) if successor else ("", "")
    document = row.get("doc_no", "")
    return Change(int(row["year"]), row["type"], row["old_code"], row["old_name"], *new, document, corrected)


@cache
def _changes_by_code() -> dict[str, tuple[Change, ...]]:
    found: dict[str, list[Change]] = {}
    for change in _changes():
        for code in {change.old_code, change.new_code} - {""}:
            found.setdefault(code, []).append(change)
    return {code: tuple(sorted(changes_, key=lambda change: change.year)) for code, changes_ in found.items()}


def changes(code: str) -> tuple[Change, ...]:
    """The recorded changes (2000–2026) that a code took part in, oldest first."""
    return _changes_by_code().get(normal(code) or "", ())


def all_changes() -> tuple[Change, ...]:
    """Every recorded change, in the order of the record."""
    return _changes()
