"""Quick columns: typed columns that need nothing but a cast, all at once.

Gives   quick: the values of those columns of a frame that are surely as they should be
Not     columns with something to say about them: they are left to `columns`, which looks at each cell
Keeps   a column is only given if reading it cell by cell would give the same values and no finding
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from fangpin import tables
from fangpin.intake.columns import NEGATIVE_AS_A_RULE, TEXT_KINDS, words_for_nothing
from fangpin.tables import Field
from fangpin.tables.schemas import polars_type
from fangpin.vocabulary.money import LIMIT_YUAN, MICRO

_SPACE, _WIDE = 32, 128


@dataclass(frozen=True, slots=True)
class Way:
    """How a column becomes values, and a test over both that gives one truth value (None: nothing to test)."""

    field: Field
    value: pl.Expr
    fine: pl.Expr | None


def quick(frame: pl.DataFrame, fields: Sequence[tuple[Field, str]], *, typed: bool = True) -> dict[str, pl.Series]:
    """Values by field name, for the columns that are surely fine.

    Args:
        frame: Raw columns.
        fields: Fields with the name of their column in ``frame``.
        typed: Whether the columns come from a file with types; else numbers in text may be spoilt by a spreadsheet.
    """
    if not frame.height:
        return {}
    if not typed:
        fields = [(f, n) for f, n in fields if f.kind != "id"]
    lists = {
        f.name: frame[n].alias(f.inside)
        for f, n in fields
        if f.kind == "codes" and frame.schema[n] == pl.List(pl.String) and _codes(frame[n], f)
    }
    ways = [way for field, name in fields if (way := _way(field, name, frame.schema[name])) is not None]
    if not ways:
        return lists
    ends = [e for f, n in fields if f.kind in TEXT_KINDS and frame.schema[n] == pl.String for e in _ends(n)]
    values = frame.select([way.value.alias(f"v.{way.field.name}") for way in ways] + ends)
    tests = [way.fine.alias(way.field.name) for way in ways if way.fine is not None]
    passed = frame.hstack(values).select(tests).row(0, named=True) if tests else {}
    return lists | {
        way.field.name: values[f"v.{way.field.name}"].alias(way.field.inside)
        for way in ways
        if passed.get(way.field.name, True) is True
    }


def _way(field: Field, name: str, dtype: pl.DataType) -> Way | None:
    """The way for a column of this type; None where there is no quick one."""
    raw, value = pl.col(name), pl.col(f"v.{field.name}")
    if field.kind in TEXT_KINDS:
        return Way(field, raw, _is_text(field, name)) if dtype == pl.String and field.privacy != "direct" else None
    if field.kind == "codes":
        return None
    if field.kind == "code":
        return _code(field, raw, value, dtype)
    if field.kind == "bool":
        return Way(field, raw, None) if dtype == pl.Boolean else None
    if field.kind in ("date", "month"):
        return Way(field, raw.cast(pl.Date), None) if isinstance(dtype, pl.Date | pl.Datetime) else None
    if field.kind == "money":
        return _money(field, raw, dtype)
    return _number(field, raw, value, dtype)


def _ends(name: str) -> list[pl.Expr]:
    """The first and the last byte of each text; null where it is blank or empty."""
    data = pl.col(name).cast(pl.Binary)
    return [
        data.bin.get(0, null_on_oob=True).alias(f"a.{name}"),
        data.bin.get(-1, null_on_oob=True).alias(f"z.{name}"),
    ]


def _is_clean(name: str) -> pl.Expr:
    """Whether nothing would be stripped: no text is empty, begins or ends with a blank, or with a wide character."""
    first, last = pl.col(f"a.{name}"), pl.col(f"z.{name}")
    ends = [((byte.min() > _SPACE) & (byte.max() < _WIDE)).fill_null(True) for byte in (first, last)]
    return (first.null_count() == pl.col(name).null_count()) & ends[0] & ends[1]


def _is_text(field: Field, name: str) -> pl.Expr:
    """Whether a column of text is clean and holds no word that stands for nothing."""
    if field.kind == "region" or field.name in tables.catalogue().table(field.table).identity:
        return _is_clean(name)
    return _is_clean(name) & ~pl.col(name).is_in(words_for_nothing(field.path)).any()


def _code(field: Field, raw: pl.Expr, value: pl.Expr, dtype: pl.DataType) -> Way | None:
    wanted = polars_type(field)
    if dtype == wanted:
        return Way(field, raw, None)
    if not isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return None
    return Way(field, raw.cast(wanted, strict=False), raw.null_count() == value.null_count())


def _codes(raw: pl.Series, field: Field) -> bool:
    """Whether every list holds codes of the list only, each once; looks at each distinct list once."""
    distinct = raw.filter(raw.hash().is_first_distinct()).drop_nulls()
    known = tables.catalogue().codelist(field.codes or "").codes
    strange = ~distinct.list.explode(empty_as_null=False).is_in(known).fill_null(False)
    return not strange.any() and bool((distinct.list.n_unique() == distinct.list.len()).all())


def _within(raw: pl.Expr, low: float | None, high: float | None) -> pl.Expr:
    """Whether the least and greatest value are within bounds (inclusive); a column of blanks is."""
    tests = []
    if low is not None:
        tests.append(raw.min() >= low)
    if high is not None:
        tests.append(raw.max() <= high)
    return pl.all_horizontal([test.fill_null(True) for test in tests]) if tests else pl.lit(True)


def _money(field: Field, raw: pl.Expr, dtype: pl.DataType) -> Way | None:
    low = -LIMIT_YUAN if field.path in NEGATIVE_AS_A_RULE else 0
    if isinstance(dtype, pl.Decimal):
        scale = dtype.scale or 0
        if scale > 6:
            return None
        units = raw.to_physical()
        bound = [pl.lit(b * 10**scale, dtype=pl.Int128) for b in (low, LIMIT_YUAN)]
        fine = ((units.min() >= bound[0]) & (units.max() <= bound[1])).fill_null(True)
        return Way(field, raw.to_physical().cast(pl.Int64, strict=False) * 10 ** (6 - scale), fine)
    if not dtype.is_numeric():
        return None
    yuan = raw.cast(pl.Float64).fill_nan(None)
    micro = (yuan.clip(-2 * LIMIT_YUAN, 2 * LIMIT_YUAN) * MICRO).round().cast(pl.Int64)
    return Way(field, micro, _within(yuan, low, LIMIT_YUAN))


def _number(field: Field, raw: pl.Expr, value: pl.Expr, dtype: pl.DataType) -> Way | None:
    if field.kind == "int":
        if not dtype.is_integer():
            return None
        same = raw.null_count() == value.null_count()
        return Way(field, raw.cast(pl.Int32, strict=False), same & _within(value, field.minimum, field.maximum))
    if not dtype.is_numeric():
        return None
    finite = value.is_finite().all()
    return Way(field, raw.cast(pl.Float64).fill_nan(None), finite & _within(value, field.minimum, field.maximum))
