"""One Parquet file: what its footer tells.

Gives   open_file → ParquetFile: headings, rows, and the range of its household ids where the footer has it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from fangpin.intake.guard import footer_fits
from fangpin.intake.headings import heading_of
from fangpin.intake.messages import unusable
from fangpin.intake.sources import TableFile


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """A file of one table.

    ``fields`` are heading → field for the columns that are understood (of two headings of one field both);
    ``key`` is the heading of the household id; ``lowest`` and ``highest`` bound the ids, None where unknown.
    """

    file: TableFile
    table: str
    headings: tuple[str, ...]
    fields: dict[str, str]
    rows: int
    key: str
    lowest: Any
    highest: Any

    @property
    def distinct(self) -> bool:
        """Whether all headings differ, so that columns can be asked for by name."""
        return len(set(self.headings)) == len(self.headings)


def open_file(listed: TableFile, table: str) -> ParquetFile:
    """The file as its footer describes it.

    Raises:
        UnusableInput: it is no Parquet file.
    """
    try:
        with listed.path.open("rb") as stream:
            metadata = pq.read_metadata(stream)
        headings = tuple(metadata.schema.to_arrow_schema().names)
    except Exception as error:  # pyarrow raises its own kinds, OSError and ValueError
        raise unusable("FP-INTAKE-006", place=listed.shown, read=str(error)[:200]) from error
    footer_fits(metadata, listed.shown, listed.path.stat().st_size)
    found = {heading: heading_of(table, heading) for heading in headings}
    fields = {heading: field.name for heading, field in found.items() if field is not None}
    key = next((heading for heading, name in fields.items() if name == "household_id"), "")
    lowest, highest = _bounds(metadata, key)
    return ParquetFile(listed, table, headings, fields, metadata.num_rows, key, lowest, highest)


def _bounds(metadata: pq.FileMetaData, key: str) -> tuple[Any, Any]:
    """The least and greatest household id by the statistics of the row groups; None where some has none."""
    column = next((i for i in range(metadata.num_columns) if metadata.schema.column(i).path == key), None)
    if column is None:
        return None, None
    low: list[Any] = []
    high: list[Any] = []
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        statistics = group.column(column).statistics
        if group.num_rows == 0:
            continue
        if statistics is None or not statistics.has_min_max:
            return None, None
        low.append(statistics.min)
        high.append(statistics.max)
    if not low or len({type(x) for x in low + high}) != 1:
        return None, None
    return min(low), max(high)
