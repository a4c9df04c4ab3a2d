"""Fingerprints: one hash of what a table says, whatever the order, the parts and the encoding of its rows.

Gives   sums(frame, key) → by column a sum over the rows; added; digest; differing
Keeps   two tables with the same rows have the same sums, on every engine; one changed cell always changes its column's
        sum. It tells accident from sameness; what must withstand intent are the SHA-256 hashes of files
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.uint64]
Sums = Mapping[str, str]
"""By column sixteen hexadecimal digits; ``rows`` is their number, the key stands under ``key``."""
CHUNK = 1 << 17
_NULL, _LIST = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03)
_MASK = (1 << 64) - 1


def sums(frame: pl.DataFrame, key: Sequence[str]) -> dict[str, str]:
    """The sums of a table.

    Args:
        frame: Its rows, in any order.
        key: Columns that tell them apart.

    Examples:
        >>> import polars as pl
        >>> rows = pl.DataFrame({"id": ["a", "b"], "n": [1, 2]})
        >>> sums(rows, ["id"]) == sums(rows.reverse().cast({"n": pl.Int32}), ["id"])
        True
        >>> differing(sums(rows, ["id"]), sums(rows.with_columns(n=pl.lit(1)), ["id"]))
        ['n']
    """
    columns = sorted(c for c in frame.columns if c not in key)
    total = dict.fromkeys(["key", *columns], 0)
    for start in range(0, frame.height, CHUNK):
        piece = frame.slice(start, CHUNK)
        weights = np.full(piece.height, 1, dtype=np.uint64)
        for name in key:
            weights = _mixed(weights * np.uint64(0x9E3779B97F4A7C15) ^ numbers(piece[name]))
        total["key"] += int(weights.sum())
        weights |= np.uint64(1)
        for name in columns:
            total[name] += int(np.dot(weights, numbers(piece[name])))
    return {"rows": str(frame.height), **{name: f"{value & _MASK:016x}" for name, value in total.items()}}


def added(one: Sums, two: Sums) -> dict[str, str]:
    """The sums of two tables that share no row, as those of one."""
    out = {"rows": str(int(one.get("rows", "0")) + int(two.get("rows", "0")))}
    for name in {**one, **two}:
        if name != "rows":
            out[name] = f"{(int(one.get(name, '0'), 16) + int(two.get(name, '0'), 16)) & _MASK:016x}"
    return out


def digest(found: Sums) -> str:
    """One hash, hex, over the sums of all columns."""
    lines = (f"{name} {value}\n" for name, value in sorted(found.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def differing(one: Sums, two: Sums) -> list[str]:
    """The columns in which two tables differ; ``key`` where rows were added or taken away."""
    return [name for name in dict.fromkeys([*one, *two]) if name != "rows" and one.get(name) != two.get(name)]


# -- values as numbers -----------------------------------------------------------------------------------------------


def numbers(column: pl.Series) -> Numbers:
    """Each value as a number of 64 bits, equal for equal values of whatever type."""
    kind = column.dtype
    if isinstance(kind, pl.Enum):
        return _of_categories(column, kind.categories)
    if isinstance(kind, pl.Categorical):
        column, kind = column.cast(pl.String), pl.String()
    if isinstance(kind, pl.List):
        return _of_lists(column)
    if kind == pl.String:
        return _with_nulls(column, _of_texts(column))
    if kind == pl.Null:
        return np.full(len(column), _NULL, dtype=np.uint64)
    if isinstance(kind, pl.Decimal):
        column = column.cast(pl.Decimal(20, 6)).to_physical()
    elif kind.is_float():
        return _with_nulls(column, _mixed((_stored(column.cast(pl.Float64), np.float64) + 0.0).view(np.uint64)))
    return _with_nulls(column, _mixed(_stored(column.cast(pl.Int64), np.int64).view(np.uint64)))


def _stored(column: pl.Series, kind: type[np.int64] | type[np.float64]) -> npt.NDArray[Any]:
    """The values as they are stored; what stands where one is blank means nothing."""
    arrow = column.rechunk().to_arrow()
    return np.frombuffer(arrow.buffers()[1], dtype=kind)[arrow.offset : arrow.offset + len(column)]


def _with_nulls(column: pl.Series, values: Numbers) -> Numbers:
    if column.null_count():
        values = values.copy()
        values[column.is_null().to_numpy()] = _NULL
    return values


def _of_categories(column: pl.Series, words: pl.Series) -> Numbers:
    known = np.append(_of_texts(words), _NULL).astype(np.uint64)
    at = _stored(column.to_physical().cast(pl.Int64), np.int64)
    if column.null_count():
        at = np.where(column.is_null().to_numpy(), len(words), at)
    return np.take(known, at)


def _of_lists(column: pl.Series) -> Numbers:
    """The items of each list together, whatever their order."""
    length = column.list.len().fill_null(0).cast(pl.Int64).to_numpy()
    found = np.full(len(column), _LIST, dtype=np.uint64)
    filled = np.flatnonzero(length)
    if len(filled):
        items = numbers(column.filter(column.list.len() > 0).explode())
        starts = np.concatenate(([0], np.cumsum(length[filled])[:-1]))
        found[filled] += np.add.reduceat(items, starts)
    return _with_nulls(column, _mixed(found))


def _of_texts(column: pl.Series) -> Numbers:
    """A number for each text: its bytes in UTF-8, eight at a time, and its length."""
    if not len(column):
        return np.zeros(0, dtype=np.uint64)
    arrow = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, at, data = arrow.buffers()
    offsets = np.frombuffer(at, dtype=np.int64)[arrow.offset : arrow.offset + len(column) + 1]
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    length = np.diff(offsets)
    found = _mixed(length.astype(np.uint64))
    for size in np.unique(length).tolist():
        if size:
            rows = np.flatnonzero(length == size)
            bytes_ = np.zeros((len(rows), -(-size // 8) * 8), dtype=np.uint8)
            bytes_[:, :size] = content[offsets[:-1][rows][:, None] + np.arange(size)]
            for word in np.ascontiguousarray(bytes_).view("<u8").T:
                found[rows] = _mixed(found[rows] ^ word)
    return found


def _mixed(values: Numbers) -> Numbers:
    """Each number with its bits spread over all others (the finish of splitmix64)."""
    z = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
