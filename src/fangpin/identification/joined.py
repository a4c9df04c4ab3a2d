"""Verdicts beside any stored column: what was recorded of a household on the day it was decided.

Reads   a registry, a day, names of columns (``table.field``)
Gives   recorded(registry, day, columns) → one row a household
Keeps   money in yuan, exactly; of members a list in their order; identity numbers and names masked
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from fangpin import tables
from fangpin.registry import Registry
from fangpin.tables.model import Field
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.masking import mask_name, mask_value
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

KEY = "household_id"
ONE_ROW = ("household", "living", "income_year")
NAMES = ("head_name", "name")


def recorded(registry: Registry, day: date, columns: Sequence[str]) -> pl.DataFrame:
    """``household_id`` and the columns asked for, called as they were asked for.

    Args:
        registry: The households.
        day: The day; of income the row that holds on it.
        columns: ``table.field`` by the codes of the dictionary, such as ``living.house_grade``. Of a table with
            several rows a household (``member``, ``loan`` …) each household gets a list.

    Raises:
        UnusableInput: there is no such column; with the nearest.
    """
    wanted = {name: _field(name) for name in dict.fromkeys(columns)}
    need: dict[str, set[str]] = {"household": set()}
    for name, field in wanted.items():
        need.setdefault(name.partition(".")[0], set()).add(field.inside)
    if "income_year" in need:
        need["income_year"] |= {"year", "stage", "window_from", "window_to"}
    return pl.concat([_of_part(registry, part.load(need), day, wanted) for part in registry.parts()])


def _field(name: str) -> Field:
    try:
        return tables.catalogue().field(name)
    except LookupError:
        known = [f"{t}.{f}" for t, table in tables.catalogue().tables.items() for f in table.columns]
        guess = nearest(name, known)
        raise UnusableInput(
            "FP-IDENTIFY-003",
            Text("没有这一列", "there is no such column"),
            read=name,
            expected=Text("表.字段，如 living.house_grade", "table.field, such as living.house_grade"),
            remedy=Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else None,
        ) from None


def _of_part(registry: Registry, loaded: object, day: date, wanted: dict[str, Field]) -> pl.DataFrame:
    frames = registry.rows_on(loaded, day)  # type: ignore[arg-type]
    if any(name.startswith("income_year.") for name in wanted):
        frames["income_year"], _ = registry.income_on(frames, day)
    found = frames["household"].select(KEY)
    for table in dict.fromkeys(name.partition(".")[0] for name in wanted):
        own = {name: field for name, field in wanted.items() if name.startswith(f"{table}.")}
        rows = frames[table].select(KEY, *[_shown(pl.col(f.inside), f).alias(name) for name, f in own.items()])
        if table not in ONE_ROW:
            rows = rows.group_by(KEY, maintain_order=True).agg(pl.all())
        found = found.join(rows, on=KEY, how="left", maintain_order="left")
    return found


def _shown(column: pl.Expr, field: Field) -> pl.Expr:
    """A column as it may leave: codes as text, money in yuan, numbers of persons masked."""
    if field.kind == "money":
        return (column.cast(pl.Decimal(18, 0)) * pl.lit(Decimal("0.000001"))).cast(pl.Decimal(18, 6))
    if field.kind == "code":
        return column.cast(pl.String)
    if field.privacy == "direct":
        by_name = field.name in NAMES
        return column.map_elements(
            lambda v: mask_name(str(v)) if by_name else mask_value(str(v), "direct"), return_dtype=pl.String
        )
    return column
