"""Sheets: the columns of one table as numpy arrays, and their way into Arrow.

Gives   Sheet (filled column by column), arrow() → a table of a schema, with_blanks() → the same with cells emptied
Keeps   every column of the schema is there, in its order; a column nobody filled is all blank
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fangpin.synth.draw import Array, Flags

Maker = Callable[[pa.DataType], pa.Array]


class Sheet:
    """The columns of ``n`` rows of one table, by their outside names."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.columns: dict[str, Maker] = {}

    def plain(self, name: str, values: Array, blank: Flags | None = None) -> None:
        """Truth values, whole numbers, numbers, days since 1970; a NaN is blank."""
        if values.dtype.kind == "f" and blank is None:
            blank = np.isnan(values)
        self.columns[name] = lambda kind: _plain(values, blank, kind)

    def codes(self, name: str, position: Array, codes: Sequence[str], blank: Flags | None = None) -> None:
        """Codes or other words, given as positions in ``codes``."""
        self.columns[name] = lambda kind: _words(position, codes, blank)

    def numbered(self, name: str, value: Array, last: int, blank: Flags | None = None, width: int = 1) -> None:
        """Codes that are the numbers 1 to ``last`` (``width`` digits); 0 or less is blank."""
        empty = value <= 0 if blank is None else blank | (value <= 0)
        codes = [f"{i:0{width}d}" for i in range(1, last + 1)]
        self.columns[name] = lambda kind: _words(value - 1, codes, empty)

    def several(self, name: str, flags: Flags, codes: Sequence[str]) -> None:
        """Several codes at once: those whose flag is set, one column of ``flags`` a code."""
        self.columns[name] = lambda kind: _several(flags, codes)

    def yuan(self, name: str, fen: Array, blank: Flags | None = None) -> None:
        """Money, given in fen."""
        self.columns[name] = lambda kind: _yuan(fen, blank, kind)

    def text(self, name: str, values: pa.Array) -> None:
        """Text that stands ready."""
        self.columns[name] = lambda kind: values

    def same(self, name: str, word: str) -> None:
        """One word in every row."""
        self.codes(name, np.zeros(self.n, np.int8), [word])

    def arrow(self, schema: pa.Schema) -> dict[str, pa.Array]:
        """The columns of the schema, made once; what nobody filled is all blank."""
        unknown = self.columns.keys() - set(schema.names)
        if unknown:
            raise KeyError(f"columns beyond the dictionary: {sorted(unknown)}")
        return {
            field.name: self.columns[field.name](field.type)
            if field.name in self.columns
            else pa.nulls(self.n, field.type)
            for field in schema
        }


def _plain(values: Array, blank: Flags | None, kind: pa.DataType) -> pa.Array:
    if pa.types.is_date(kind):
        return pa.array(values.astype(np.int32, copy=False), mask=blank).cast(kind)
    wanted = kind.to_pandas_dtype()
    return pa.array(values.astype(wanted, copy=False), mask=blank, type=kind)


def _words(position: Array, codes: Sequence[str], blank: Flags | None) -> pa.Array:
    kept = position if blank is None else np.where(blank, 0, position)
    small = np.int8 if len(codes) < 127 else np.int32
    return pa.DictionaryArray.from_arrays(pa.array(kept.astype(small, copy=False), mask=blank), pa.array(list(codes)))


def _several(flags: Flags, codes: Sequence[str]) -> pa.Array:
    offsets = np.concatenate(([0], np.cumsum(flags.sum(axis=1, dtype=np.int32)))).astype(np.int32)
    words = pa.array(list(codes)).take(pa.array(np.nonzero(flags)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets), words)


def _yuan(fen: Array, blank: Flags | None, kind: pa.DataType) -> pa.Array:
    """Fen as decimals of the scale that ``kind`` has, built from the 128-bit words themselves."""
    words = np.empty((fen.size, 2), np.int64)
    words[:, 0] = fen.astype(np.int64, copy=False) * 10 ** (kind.scale - 2)
    words[:, 1] = words[:, 0] >> 63
    return pa.Array.from_buffers(kind, fen.size, [_validity(blank), pa.py_buffer(words)])


def _validity(blank: Flags | None) -> pa.Buffer | None:
    if blank is None or not blank.any():
        return None
    return pa.py_buffer(np.packbits(~blank, bitorder="little"))


def with_blanks(columns: Mapping[str, pa.Array], blanks: Mapping[str, Flags]) -> dict[str, pa.Array]:
    """The columns with the marked cells emptied; columns without marks are shared, not copied."""
    return {name: _emptied(array, blanks[name]) if name in blanks else array for name, array in columns.items()}


def _emptied(array: pa.Array, blank: Flags) -> pa.Array:
    if pa.types.is_dictionary(array.type):
        return pa.DictionaryArray.from_arrays(_emptied(array.indices, blank), array.dictionary)
    if pa.types.is_list(array.type):
        return pc.if_else(pa.array(blank), pa.scalar(None, array.type), array)
    if array.null_count:
        blank = blank | array.is_null().to_numpy(zero_copy_only=False)
    return pa.Array.from_buffers(array.type, len(array), [_validity(blank), *array.buffers()[1:]])
