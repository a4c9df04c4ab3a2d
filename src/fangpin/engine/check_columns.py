"""Derived columns that only data checks read: identity numbers, the head of each household, telephones.

Reads   members who belong (engine.derive) and households
Gives   member_columns, household_columns over frames; `checked_one`, the same for one household in plain Python
Keeps   a number that cannot be an identity number says nothing about birth or sex; several heads are no head
        a number whose region code may have ended before the record of changes begins (2000) leaves that open
Source  GB 11643 (18 digits, MOD 11-2); data-quality rules 1, 3, 4 for certificates of 20 and 22 digits
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from fangpin.engine.name_columns import NAME_COLUMNS, head_name_odd, names_of, odd, same_name, with_names
from fangpin.reference.regions import number_prefixes
from fangpin.vocabulary.identity_numbers import lengthened
from fangpin.vocabulary.person_names import comparable

WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
LETTERS = "10X98765432"
SHAPE = r"^\d{17}[\dX]"
CHECKED_LENGTHS = (18, 20, 22)
FIRST = date(1900, 1, 1)
CLASSES = "1234567"
HEAD = "01"
RECORDED_FROM = date(2001, 1, 1)
"""From this day of birth on the register knows every code that a number can begin with: its changes begin in 2000."""
KEY = "household_id"
NUMBER_COLUMNS = (
    "id_length",
    "id_fits",
    "id_born_on",
    "id_sex",
    "id_local",
    "certificate_class",
    "id_day",
    "id_prefix_known",
    "id_old_end",
)
PHONES = (("phone_length", "phone"), ("helper_phone_length", "helper_phone"))


def _clean(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_uppercase()


def _blank_to_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.len_chars() > 0).then(text)


def member_columns(members: pl.DataFrame, regions: pl.DataFrame, today: date, wanted: set[str]) -> pl.DataFrame:
    """The members with the columns in ``wanted``.

    Args:
        members: Members who belong, with ``age`` where ``head_age`` is wanted.
        regions: ``household_id`` and ``region_code``.
        today: The day of the check.
        wanted: Names of columns.
    """
    if wanted & set(NAME_COLUMNS):
        members = with_names(members, wanted)
    if wanted & set(NUMBER_COLUMNS):
        members = _with_numbers(members, today)
    if "id_old_end" in wanted:
        members = members.with_columns(_old_ends(members["\x00number"]).alias("id_old_end"))
    if "id_local" in wanted:
        members = members.join(
            regions.select(KEY, pl.col("region_code").alias("\x00region")), on=KEY, how="left", maintain_order="left"
        )
        issued, lives = pl.col("\x00number").str.slice(0, 2), pl.col("\x00region").str.slice(0, 2)
        members = members.with_columns(pl.when(pl.col("id_fits")).then(issued == lives).alias("id_local"))
    if wanted & {"head_age", "head_sex"}:
        own = [(c, f"head_{c}") for c in ("age", "sex") if f"head_{c}" in wanted]
        members = members.join(_heads(members, own), on=KEY, how="left", maintain_order="left")
    return members.drop("\x00number", "\x00region", strict=False)


def _with_numbers(members: pl.DataFrame, today: date) -> pl.DataFrame:
    members = members.with_columns(_blank_to_null(_clean("id_number")).alias("\x00number"))
    number = pl.col("\x00number")
    length = number.str.len_chars()
    digits = [number.str.slice(i, 1).cast(pl.Int32, strict=False) * w for i, w in enumerate(WEIGHTS)]
    rest = pl.sum_horizontal(digits, ignore_nulls=False) % 11
    letter = rest.replace_strict(list(range(11)), list(LETTERS), return_dtype=pl.String)
    born = number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    possible = born.is_between(FIRST, today).fill_null(False)
    members = members.with_columns(length.cast(pl.Int32).alias("id_length"), born.alias("id_born_on"))
    right = (letter == number.str.slice(17, 1)).fill_null(False)
    fits = pl.when(length.is_in(CHECKED_LENGTHS)).then(number.str.contains(SHAPE) & right & possible)
    grade = number.str.slice(18, 1).is_in(list(CLASSES))
    members = members.with_columns(
        fits.alias("id_fits"), pl.when(length.is_in([20, 22])).then(grade).alias("certificate_class")
    )
    odd = number.str.slice(16, 1).cast(pl.Int32, strict=False) % 2 == 1
    sex = pl.when(odd).then(pl.lit("1")).otherwise(pl.lit("2"))
    known = pl.col("id_fits")
    shaped = length.is_in(CHECKED_LENGTHS) & number.str.contains(SHAPE) & right
    members = members.with_columns(
        pl.when(shaped).then(pl.col("id_born_on")).alias("id_day"), _prefix_known(number, known, born)
    )
    return members.with_columns(
        pl.when(known).then(pl.col("id_born_on")).alias("id_born_on"), pl.when(known).then(sex).alias("id_sex")
    )


def _prefix_known(number: pl.Expr, fits: pl.Expr, born: pl.Expr) -> pl.Expr:
    """Whether the first four digits are of the register; open where they may have ended before its record."""
    prefix = number.str.slice(0, 4)
    there = prefix.is_in(list(number_prefixes()))
    never = ~prefix.str.slice(0, 2).is_in(list(_provinces())) | (born >= RECORDED_FROM)
    truth = pl.when(there).then(True).when(never).then(False)
    return pl.when(fits).then(truth).alias("id_prefix_known")


@cache
def _provinces() -> frozenset[str]:
    return frozenset(code[:2] for code in number_prefixes())


def _old_ends(numbers: pl.Series) -> pl.Series:
    """The last character that each number of 15 digits has when made 18; null for all others."""
    some = numbers.filter(numbers.str.contains(r"^[0-9]{15}$")).drop_nulls().unique().to_list()
    return numbers.replace_strict({old: old_end(old) for old in some}, default=None, return_dtype=pl.String)


def old_end(number: str) -> str | None:
    """The last character of a possible number of 15 digits made 18."""
    longer = lengthened(number)
    return longer[17] if longer is not None and _date(longer[6:14]) is not None else None


def _heads(members: pl.DataFrame, columns: Sequence[tuple[str, str]]) -> pl.DataFrame:
    """Of every household with exactly one head these of the head's columns, under other names."""
    heads = members.filter(pl.col("relation_to_head").cast(pl.String) == HEAD)
    one = heads.filter(pl.len().over(KEY) == 1)
    return one.select(KEY, *[pl.col(c).alias(name) for c, name in columns])


def household_columns(households: pl.DataFrame, members: pl.DataFrame, wanted: set[str]) -> pl.DataFrame:
    """The households, whose columns are called ``household.…``, with the columns in ``wanted`` (in full).

    Args:
        households: One row a household.
        members: Members who belong.
        wanted: Names of columns, such as ``household.phone_length``.
    """
    for name, column in PHONES:
        if f"household.{name}" in wanted:
            text = _blank_to_null(pl.col(f"household.{column}").str.replace_all(r"[\s\-]", ""))
            households = households.with_columns(text.str.len_chars().cast(pl.Int32).alias(f"household.{name}"))
    if "household.members_listed" in wanted:
        counts = members.group_by(KEY).agg(pl.len().cast(pl.Int32).alias("household.members_listed"))
        households = households.join(counts, on=KEY, how="left", maintain_order="left")
        households = households.with_columns(pl.col("household.members_listed").fill_null(0))
    if "household.head_name_odd" in wanted:
        odd_ = head_name_odd("household.head_name")
        households = households.with_columns(odd_.alias("household.head_name_odd"))
    if wanted & {"household.head_name_fits", "household.head_number_fits"}:
        heads = _heads(members, [("name", "\x00name"), ("id_number", "\x00number")])
        households = households.join(heads, on=KEY, how="left", maintain_order="left")
        said, own_name = (_blank_to_null(same_name(pl.col(c))) for c in ("household.head_name", "\x00name"))
        given, own = (_blank_to_null(_clean(c)).str.slice(0, 18) for c in ("household.head_id_number", "\x00number"))
        households = households.with_columns(
            (said == own_name).alias("household.head_name_fits"), (given == own).alias("household.head_number_fits")
        ).drop("\x00name", "\x00number")
    return households


# -- one household, in plain Python ------------------------------------------------------------------------------------


def checked_one(
    household: Mapping[str, Any], members: Sequence[Mapping[str, Any]], today: date
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The household and its belonging members with every derived column: the oracle of the functions above."""
    heads = [m for m in members if m.get("relation_to_head") == HEAD]
    head: Mapping[str, Any] = heads[0] if len(heads) == 1 else {}
    own = dict(household)
    for name, column in PHONES:
        text = re.sub(r"[\s\-]", "", household.get(column) or "")
        own[name] = len(text) or None
    own["members_listed"] = len(members)
    own["head_name_odd"] = odd(household.get("head_name"))
    own["head_name_fits"] = _same(*(comparable(m or "") for m in (household.get("head_name"), head.get("name"))))
    numbers = ((household.get("head_id_number") or ""), (head.get("id_number") or ""))
    own["head_number_fits"] = _same(*(n.strip().upper()[:18] for n in numbers))
    region = str(household.get("region_code") or "")
    return own, [{**m, **_of_number(m, region, today), **names_of(m.get("name")), **_of_head(head)} for m in members]


def _same(one: str, two: str) -> bool | None:
    return one == two if one and two else None


def _of_head(head: Mapping[str, Any]) -> dict[str, Any]:
    return {"head_age": head.get("age"), "head_sex": head.get("sex")}


def _of_number(member: Mapping[str, Any], region: str, today: date) -> dict[str, Any]:
    number = (member.get("id_number") or "").strip().upper()
    born = _date(number[6:14])
    checked = len(number) in CHECKED_LENGTHS
    shaped = checked and bool(re.match(SHAPE, number, re.ASCII))
    shaped = shaped and LETTERS[sum(w * int(d) for w, d in zip(WEIGHTS, number, strict=False)) % 11] == number[17]
    fits = shaped and born is not None and FIRST <= born <= today
    return {
        "id_length": len(number) or None,
        "id_fits": fits if checked else None,
        "id_born_on": born if checked and fits else None,
        "id_sex": ("1" if int(number[16]) % 2 else "2") if checked and fits else None,
        "id_local": number[:2] == region[:2] if checked and fits and region else None,
        "certificate_class": number[18] in CLASSES if len(number) in (20, 22) else None,
        "id_day": born if shaped else None,
        "id_prefix_known": _prefix(number, born) if fits and born is not None else None,
        "id_old_end": old_end(number),
    }


def _prefix(number: str, born: date) -> bool | None:
    if number[:4] in number_prefixes():
        return True
    return False if number[:2] not in _provinces() or born >= RECORDED_FROM else None


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text.isascii() and text.isdigit() else None
    except ValueError:
        return None
