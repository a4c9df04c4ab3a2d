"""Judging across columns: what a row says that does not fit together.

Gives   row_troubles (within one table), income_gaps (income against household)
Keeps   nothing is changed; a date of birth is offered from the identity number, never filled in
Source  INTERFACE section 2; GB 11643 (check digit of identity numbers)
"""

from __future__ import annotations

import polars as pl

from fangpin.engine.numbers import number
from fangpin.intake.columns import Trouble
from fangpin.intake.keys import different
from fangpin.tables import Field, Table

Found = list[tuple[Field, Trouble]]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
ITEMS = ("a", "b", "c", "d", "e")
APART = 10_000  # micro-yuan: 0.01 yuan


def row_troubles(table: Table, frame: pl.DataFrame) -> Found:
    """Validity that ends before it begins, plans, and dates of birth that an identity number could tell."""
    found: Found = []
    if {"valid_from", "valid_to"} <= set(frame.columns):
        ends = (frame["valid_to"] <= frame["valid_from"]).fill_null(False)
        if ends.any():
            at = ends.arg_true()
            found.append(
                (
                    table.version_fields["valid_to"],
                    Trouble("FP-INTAKE-031", at, frame["valid_to"].gather(at).cast(pl.String)),
                )
            )
    if {"valid_from", "known_at"} <= set(frame.columns):
        planned = (frame["known_at"] < frame["valid_from"]).fill_null(False)
        if planned.any():
            at = planned.arg_true()
            read = frame["known_at"].gather(at).cast(pl.String)
            found.append((table.version_fields["known_at"], Trouble("FP-INTAKE-034", at, read)))
    if {"birth_date", "id_number"} <= set(frame.columns):
        found += _offers(table, frame)
    return found


def _offers(table: Table, frame: pl.DataFrame) -> Found:
    at = (frame["birth_date"].is_null() & frame["id_number"].is_not_null()).arg_true()
    if not len(at):
        return []
    born = birth_dates(frame["id_number"].gather(at))
    known = born.is_not_null()
    if not known.any():
        return []
    return [
        (table.fields["birth_date"], Trouble("FP-INTAKE-060", at.filter(known), born.filter(known).cast(pl.String)))
    ]


def birth_dates(numbers: pl.Series) -> pl.Series:
    """The date of birth that an 18-digit identity number names; null where the number or its check digit is wrong.

    Of a disability certificate (20 or 22 characters) the first 18 are the identity number.

    Examples:
        >>> import polars as pl
        >>> birth_dates(pl.Series(["11010519491231002X", "110105194912310021", "440524188001010014"])).to_list()
        [datetime.date(1949, 12, 31), None, datetime.date(1880, 1, 1)]
    """
    number = pl.col("x").str.to_uppercase()
    digits = [number.str.slice(i, 1).cast(pl.Int32, strict=False) * weight for i, weight in enumerate(_WEIGHTS)]
    check = pl.sum_horizontal(digits) % 11
    expected = check.replace_strict(list(range(11)), list(_CHECK), default=None, return_dtype=pl.String)
    shaped = number.str.contains(r"^[0-9]{17}[0-9X]([0-9]{2}([0-9B]{2})?)?$")
    right = shaped & (expected == number.str.slice(17, 1))
    born = number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    return numbers.alias("x").to_frame().select(pl.when(right).then(born)).to_series()


def income_gaps(table: Table, income: pl.DataFrame, households: pl.DataFrame) -> Found:
    """Incomes per head that are given and more than 0.01 yuan from what their items give.

    Args:
        table: ``income_year``.
        income: Its rows.
        households: Rows of ``household``; where one has several versions its rows are left out.
    """
    if not {*ITEMS} <= set(income.columns) or "population" not in households.columns:
        return []
    persons = households.select("household_id", "population").drop_nulls()
    if not different(persons["household_id"]):
        persons = persons.filter(persons["household_id"].is_unique())
    if not persons.height:
        return []
    own = persons["population"].gather(number(income["household_id"], persons["household_id"])).cast(pl.Int64)
    total = pl.col("a") + pl.col("b") + pl.col("c") + pl.col("d") - pl.col("e")
    found: Found = []
    for name, sum_ in (
        ("net_income_pc", total),
        ("adjusted_income_pc", total + pl.col("insurance_payout") - pl.col("compliant_self_paid")),
    ):
        needed = [name, *sum_.meta.root_names()]
        if not set(needed) <= set(income.columns) or any(income[c].null_count() == income.height for c in needed):
            continue
        people = pl.col("people")
        far = (pl.col(name) * people - sum_).abs() > APART * people
        at = income.select(needed).with_columns(own.alias("people")).select(far.fill_null(False)).to_series().arg_true()
        if len(at):
            shown = (income[name].gather(at) / 1_000_000).round(2).cast(pl.String)
            found.append((table.fields[name], Trouble("FP-INTAKE-032", at, shown)))
    return found
