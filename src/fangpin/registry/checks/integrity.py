"""Integrity of the registry: what only shows when households or rows are laid beside each other.

Reads   the rows of one day, each with its position in the table as accepted (``AT``)
Gives   FUNCTIONS, by the names that checks refer to
Keeps   a function gives the rows it marks and the facts of its message; blank keys never agree
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import combinations

import polars as pl

from fangpin.engine.derive import GONE
from fangpin.engine.name_columns import same_name
from fangpin.registry.versions import as_of

AT, PART, RECORD = "\x00place", "\x00part", "\x00record"
KEY = "household_id"
SHOWN = 3  # how many others a message names
LEAST_APART = 14  # years between a parent and a child
CHILDREN, GRANDCHILDREN = ("03", "04", "05", "06"), ("07", "08", "09", "10")
MANY_HOUSEHOLDS = 3  # one telephone for more households than these is odd


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that hold on the day, and all accepted rows, by table; both with ``AT``."""

    today: Mapping[str, pl.DataFrame]
    accepted: Mapping[str, pl.DataFrame]
    day: date


@dataclass(frozen=True, slots=True)
class Function:
    """One function. ``rows`` prepares what it looks at, ``find`` gives the marked rows with ``AT`` and its ``values``.

    ``keys`` are the columns by which rows of different households meet; none where it looks at one household alone.
    """

    table: str
    columns: Mapping[str, frozenset[str]]
    values: tuple[str, ...]
    rows: Callable[[Rows], pl.DataFrame]
    find: Callable[[pl.DataFrame], pl.DataFrame]
    keys: tuple[str, ...] = ()


# -- rows that meet by a key -------------------------------------------------------------------------------------------


def _here(rows: Rows) -> pl.DataFrame:
    """Members who belong."""
    state = pl.col("state").cast(pl.String)
    members = rows.today["member"]
    return members.filter(~state.is_in(GONE).fill_null(False)).with_columns(
        pl.concat_str(KEY, "person_id", separator="/", ignore_nulls=True).alias(RECORD)
    )


def _text(column: str) -> pl.Expr:
    """A text to compare: trimmed, in capitals; blank is null."""
    text = pl.col(column).cast(pl.String).str.strip_chars().str.to_uppercase()
    return pl.when(text.str.len_chars() > 0).then(text)


def _person_name() -> pl.Expr:
    """A name to compare: whatever middle dot it has, and without blanks."""
    name = same_name(pl.col("name").cast(pl.String))
    return pl.when(name.str.len_chars() > 0).then(name)


def _numbers(rows: Rows) -> pl.DataFrame:
    number = _text("id_number").str.slice(0, 18)
    return _here(rows).select(AT, KEY, RECORD, pl.when(number.str.len_chars() >= 15).then(number).alias("number"))


def _persons(rows: Rows) -> pl.DataFrame:
    return _here(rows).select(
        AT, KEY, RECORD, "birth_date", _text("person_id").alias("person"), _person_name().alias("name")
    )


def _names(rows: Rows) -> pl.DataFrame:
    villages = rows.today["household"].select(KEY, pl.col("region_code").alias("village"))
    named = _here(rows).join(villages, on=KEY, how="left", maintain_order="left")
    return named.select(
        AT, KEY, RECORD, "birth_date", "village", _person_name().alias("name"), _text("id_number").alias("number")
    )


def _contracts(rows: Rows) -> pl.DataFrame:
    return rows.today["loan"].select(
        AT, KEY, pl.col(KEY).alias(RECORD), _text("contract_no").alias("contract"), _text("bank").alias("bank")
    )


def _phones(rows: Rows) -> pl.DataFrame:
    return rows.today["household"].select(AT, KEY, pl.col(KEY).alias(RECORD), _text("phone").alias("phone"))


def meeting(rows: pl.DataFrame, keys: tuple[str, ...], *, apart: bool = False, more_than: int = 1) -> pl.DataFrame:
    """Rows whose keys other rows have too, with ``count`` and ``others``.

    Args:
        rows: Rows with ``AT``, the keys, the household and ``RECORD``.
        keys: The columns that agree; a blank agrees with nothing.
        apart: Whether only rows of different households count.
        more_than: How many rows (or households) may share a key.
    """
    named = _twice(rows.drop_nulls(list(keys)), keys)
    groups = named.group_by(*keys).agg(
        pl.len().alias("count"),
        pl.col(KEY).n_unique().alias("\x00homes"),
        pl.col(RECORD).head(SHOWN + 1).alias("others"),
    )
    groups = groups.filter(pl.col("\x00homes" if apart else "count") > more_than)
    found = named.join(groups, on=list(keys), how="inner")
    return found.with_columns(pl.col("count").cast(pl.String), _others().alias("others"))


def _twice(rows: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """The rows whose keys stand more than once: few, so that only these are grouped as texts."""
    hashed = rows.select(pl.struct(list(keys)).hash().alias("hash")).to_series()
    return rows.filter(hashed.is_duplicated())


def _others() -> pl.Expr:
    """The records that share a key, without the row's own."""
    rest = pl.col("others").list.set_difference(pl.concat_list(RECORD)).list.sort().list.head(SHOWN)
    return pl.when(rest.list.len() > 0).then(rest.list.join("、")).otherwise(pl.col(RECORD))


def _same_name(rows: pl.DataFrame) -> pl.DataFrame:
    """Same name, birth date and village, unless known numbers tell the two apart or are the same (another check)."""
    found = meeting(rows, ("name", "birth_date", "village"))
    keys = ["name", "birth_date", "village"]
    known = pl.col("number").drop_nulls()
    found = found.with_columns(
        (known.n_unique().over(keys) == known.len().over(keys)).alias("\x00differ"),
        pl.col("number").null_count().over(keys).alias("\x00blank"),
    )
    return found.filter((pl.col("\x00blank") > 0) & pl.col("\x00differ"))


# -- rows of one household ---------------------------------------------------------------------------------------------


def _orphans(rows: Rows) -> pl.DataFrame:
    """Member rows that hold on the day although their household does not."""
    alone = as_of({"member": rows.accepted["member"]}, rows.day)["member"]
    return alone.join(rows.today["household"].select(KEY), on=KEY, how="anti").select(AT)


def _grandchildren(rows: Rows) -> pl.DataFrame:
    """Grandchildren of the head where every child (or child-in-law) on record is too young to be a parent."""
    relation = pl.col("relation_to_head").cast(pl.String)
    members = _here(rows).filter(pl.col("birth_date").is_not_null())
    parents = members.filter(relation.is_in(CHILDREN)).group_by(KEY).agg(pl.col("birth_date").min().alias("eldest"))
    young = members.filter(relation.is_in(GRANDCHILDREN)).join(parents, on=KEY, how="inner", maintain_order="left")
    too_young = pl.col("birth_date") < pl.col("eldest").dt.offset_by(f"{LEAST_APART}y")
    return young.filter(too_young).select(AT, pl.col("eldest").dt.to_string("%Y-%m-%d"))


def _risks(rows: Rows) -> pl.DataFrame:
    """Households that name one risk twice."""
    pairs = combinations([f"risk_{i}" for i in range(1, 6)], 2)
    same = pl.any_horizontal((pl.col(one) == pl.col(two)).fill_null(False) for one, two in pairs)
    return rows.today["household"].filter(same).select(AT)


def _repeated(rows: Rows, table: str, keys: tuple[str, ...]) -> pl.DataFrame:
    """Rows of one household that agree in everything that tells rows apart, every row after the first."""
    frame = _twice(rows.today[table].drop_nulls(list(keys[:2])), (KEY, *keys))
    again = pl.int_range(pl.len()).over(KEY, *keys) > 0
    return frame.filter(again).select(AT)


def _own_phone(rows: Rows) -> pl.DataFrame:
    """Households whose telephone is their helper's."""
    return rows.today["household"].filter((_text("phone") == _text("helper_phone")).fill_null(False)).select(AT)


def _as_they_are(rows: pl.DataFrame) -> pl.DataFrame:
    return rows


def _columns(**tables: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(names.split()) for name, names in tables.items()}


MEASURE_KEYS = ("year", "measure_kind", "measure_item", "started_on", "amount", "unit")
FUNCTIONS: dict[str, Function] = {
    "duplicate_number": Function(
        "member",
        _columns(member="state id_number"),
        ("count", "others"),
        _numbers,
        partial(meeting, keys=("number",)),
        ("number",),
    ),
    "person_in_two_households": Function(
        "member",
        _columns(member="state name birth_date"),
        ("count", "others"),
        _persons,
        partial(meeting, keys=("person", "name", "birth_date"), apart=True),
        ("person", "name", "birth_date"),
    ),
    "same_name_and_birth": Function(
        "member",
        _columns(member="state name birth_date id_number", household="region_code"),
        ("count", "others"),
        _names,
        _same_name,
        ("name", "birth_date", "village"),
    ),
    "repeated_contract": Function(
        "loan",
        _columns(loan="contract_no bank"),
        ("count", "others"),
        _contracts,
        partial(meeting, keys=("contract", "bank")),
        ("contract", "bank"),
    ),
    "shared_phone": Function(
        "household",
        _columns(household="phone"),
        ("count", "others"),
        _phones,
        partial(meeting, keys=("phone",), apart=True, more_than=MANY_HOUSEHOLDS),
        ("phone",),
    ),
    "orphan_member": Function("member", _columns(member="state"), (), _orphans, _as_they_are),
    "grandchild_without_parent": Function(
        "member",
        _columns(member="state relation_to_head birth_date"),
        ("eldest",),
        _grandchildren,
        _as_they_are,
    ),
    "repeated_risk": Function(
        "household", _columns(household="risk_1 risk_2 risk_3 risk_4 risk_5"), (), _risks, _as_they_are
    ),
    "repeated_measure": Function(
        "measure",
        _columns(measure=" ".join(MEASURE_KEYS)),
        (),
        partial(_repeated, table="measure", keys=MEASURE_KEYS),
        _as_they_are,
    ),
    "repeated_income": Function(
        "income_year",
        _columns(income_year="year stage window_to"),
        (),
        partial(_repeated, table="income_year", keys=("year", "stage", "window_to", "known_at")),
        _as_they_are,
    ),
    "phone_is_helpers": Function("household", _columns(household="phone helper_phone"), (), _own_phone, _as_they_are),
}
