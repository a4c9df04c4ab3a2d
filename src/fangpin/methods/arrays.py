"""Arrays: whatever a caller holds, as numpy columns that are whole; what cannot be used is refused with a count.

Reads   lists, numpy arrays, Polars, pandas and Arrow columns and frames
Gives   numbers (float64), weights, codes (dense group numbers and their labels), answers (0, 1, -1 for unknown)
Not     which measure may be taken of them (poverty, inequality, …)
Keeps   a blank is never a number: NaN and null are counted and refused
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from fangpin.methods.estimate import Refused
from fangpin.vocabulary.text import Text

F = NDArray[np.float64]
I = NDArray[np.intp]  # noqa: E741
_DENSE = 4_000_000  # whole numbers in a range this wide are numbered by a table, else by sorting


def refuse(code: str, zh: str, en: str, remedy: Text | None = None, **fields: Any) -> Refused:
    """The error for what cannot be computed."""
    return Refused(f"FP-METHODS-{code}", Text(zh, en), remedy=remedy, **fields)


def series(values: Any, name: str) -> pl.Series:
    """A column of any kind as a Polars series."""
    if isinstance(values, pl.Series):
        return values
    if isinstance(values, np.ndarray) and values.ndim != 1:
        raise refuse("010", f"{name}：应为一维", f"{name}: one column is wanted", read=f"shape {values.shape}")
    try:
        if isinstance(values, list | tuple) or (isinstance(values, np.ndarray) and values.dtype == object):
            return pl.Series(list(values), strict=False)
        if isinstance(values, np.ndarray) or hasattr(values, "__arrow_c_array__"):
            return pl.Series(values)
        column: pl.Series = nw.from_native(values, series_only=True).to_polars()
        return column
    except (TypeError, ValueError) as error:
        raise refuse("010", f"{name}：应为一列数", f"{name}: a column is wanted", read=type(values).__name__) from error


def numbers(values: Any, name: str) -> F:
    """A column of finite numbers.

    Raises:
        Refused: it is empty, not one column, or has blanks or infinite values (with their count).
    """
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "fiub":
        found: F = values.astype(np.float64, copy=False)
    else:
        column = series(values, name)
        if column.dtype == pl.Object or column.dtype == pl.String:
            column = _from_objects(column, name)
        found = column.cast(pl.Float64).to_numpy()
    if not len(found):
        raise refuse("011", f"{name}：没有一行", f"{name}: there is no row")
    bad = len(found) - int(np.isfinite(found).sum())
    if bad:
        raise refuse(
            "012",
            f"{name}：{bad} 行空白或不是有限的数",
            f"{name}: {bad} rows are blank or not finite numbers",
            Text("先删去这些行并说明，或补上数值", "leave these rows out and say so, or fill them in"),
            read=f"{bad} / {len(found)}",
        )
    return found


def _from_objects(column: pl.Series, name: str) -> pl.Series:
    try:
        return pl.Series(np.array([np.nan if v is None else float(v) for v in column.to_list()], dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise refuse("010", f"{name}：应为一列数", f"{name}: a column of numbers is wanted", read=str(error)) from error


def weights_of(values: Any, rows: int) -> F:
    """Weights: finite, none negative, not all zero; ones where there are none.

    Raises:
        Refused: blank, negative (with their count), all zero, or another number of rows.
    """
    if values is None:
        return np.ones(rows)
    found = numbers(values, "weights")
    same_rows(found, rows, "weights")
    negative = int((found < 0).sum())
    if negative:
        raise refuse(
            "013", f"权数：{negative} 行为负", f"weights: {negative} rows are negative", read=f"{found.min():g}"
        )
    if not found.any():
        raise refuse("014", "权数全为零", "all weights are zero")
    return found


def sums(group: Any, values: Any, groups: int) -> F:
    """The sum of values in each group. Shape (groups,)."""
    found: F = np.bincount(group, values, groups).astype(np.float64, copy=False)
    return found


def same_rows(column: Any, rows: int, name: str) -> None:
    """Refuse a column of another length."""
    if len(column) != rows:
        raise refuse(
            "015", f"{name}：行数与其他列不同", f"{name}: another number of rows", read=f"{len(column)} ≠ {rows}"
        )


def codes(values: Any, rows: int, name: str) -> tuple[I, list[Any]]:
    """A column of labels as dense numbers, and the labels in their order.

    Raises:
        Refused: a label is blank, or there is another number of rows.
    """
    column = series(values, name)
    same_rows(column, rows, name)
    blank = column.null_count() + (int(column.is_nan().sum()) if column.dtype.is_float() else 0)
    if blank:
        raise refuse(
            "016", f"{name}：{blank} 行没有组别", f"{name}: {blank} rows have no group", read=f"{blank} / {rows}"
        )
    if column.dtype.is_integer():
        found = column.to_numpy()
        low, high = int(found.min()), int(found.max())
        if high - low < _DENSE:
            return _by_table(found, low, high)
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    labels = column.unique().sort()
    if column.dtype == pl.String:
        numbered = column.cast(pl.Enum(labels)).to_physical()
    else:
        numbered = column.rank("dense") - 1
    return numbered.to_numpy().astype(np.intp), labels.to_list()


def _by_table(found: Any, low: int, high: int) -> tuple[I, list[Any]]:
    shifted = found.astype(np.intp) - low if low else found.astype(np.intp, copy=False)
    present = np.zeros(high - low + 1, dtype=bool)
    present[shifted] = True
    labels = np.flatnonzero(present)
    if len(labels) == high - low + 1:
        return shifted, (labels + low).tolist()
    table = np.zeros(high - low + 1, dtype=np.intp)
    table[labels] = np.arange(len(labels))
    return table[shifted], (labels + low).tolist()


def columns(frame: Any, wanted: list[str]) -> dict[str, Any]:
    """The wanted columns of a frame, a mapping, or a two-dimensional array in the order of ``wanted``.

    Raises:
        Refused: a column is not there.
    """
    if isinstance(frame, np.ndarray) or (isinstance(frame, list) and frame and isinstance(frame[0], list | tuple)):
        table = np.asarray(frame)
        if table.ndim != 2 or table.shape[1] != len(wanted):
            raise refuse(
                "017",
                f"应有 {len(wanted)} 列，依次为 {'、'.join(wanted)}",
                f"{len(wanted)} columns are wanted: {', '.join(wanted)}",
                read=f"shape {table.shape}",
            )
        return {name: table[:, i] for i, name in enumerate(wanted)}
    if isinstance(frame, dict):
        held: Any = frame
        names = list(frame)
    else:
        held = nw.from_native(frame, eager_only=True)
        names = held.columns
    missing = [name for name in wanted if name not in names]
    if missing:
        raise refuse("018", f"缺列：{'、'.join(missing)}", f"columns are missing: {', '.join(missing)}")
    return {name: held[name] if isinstance(frame, dict) else held[name].to_native() for name in wanted}


def answers(values: Any, name: str) -> NDArray[np.int8]:
    """A column of yes and no as 1 and 0, -1 where it is blank.

    Raises:
        Refused: something else than 0, 1, true, false or blank stands in it.
    """
    if isinstance(values, np.ndarray) and values.dtype == np.bool_:
        return values.view(np.int8)
    column = series(values, name)
    if column.dtype == pl.Object:
        column = _from_objects(column, name)
    if column.dtype == pl.Boolean:
        return (column.cast(pl.Int8).fill_null(-1) if column.null_count() else column.cast(pl.Int8)).to_numpy()
    if column.dtype == pl.Null:
        column = column.cast(pl.Int8)
    if not column.dtype.is_numeric():
        raise refuse("019", f"{name}：应为是/否", f"{name}: yes or no is wanted", read=str(column.dtype))
    if column.dtype.is_float():
        column = column.fill_nan(None)
    odd = int(((column != 0) & (column != 1)).sum())
    if odd:
        raise refuse(
            "019",
            f"{name}：{odd} 行既非 0 也非 1",
            f"{name}: {odd} rows are neither 0 nor 1",
            read=f"{odd} / {len(column)}",
        )
    return column.cast(pl.Int8).fill_null(-1).to_numpy()
