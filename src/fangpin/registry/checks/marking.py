"""Marking: where a row stood in its file, and whether it had a finding before.

Reads   the places of each part (intake)
Gives   Marker: place of a row; note, how many accepted rows now have their first finding
Keeps   a row counts once, whatever the number of its findings
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import polars as pl

from fangpin import tables
from fangpin.intake.judge import Places

Place = tuple[str, str, str]
NOWHERE = pl.Series([], dtype=pl.UInt32)


class Marker:
    """The rows of all parts; only the part at work keeps its places, the others the rows that have a finding."""

    def __init__(self) -> None:
        self._places: dict[int, Mapping[str, Places]] = {}
        self._noted: dict[tuple[int, str], pl.Series] = {}
        self._homes: tuple[int, dict[tuple[str, str, int], tuple[str, int]]] | None = None

    def open(self, part: int, places: Mapping[str, Places]) -> None:
        """Begin with a part."""
        self._places[part] = places
        for table, own in places.items():
            if len(own.noted):
                self._noted[part, table] = own.noted

    def reopen(self, part: int, places: Mapping[str, Places]) -> None:
        """Come back to a part that was read again in a few columns: what was noted stays."""
        self._places[part] = places

    def close(self, part: int) -> None:
        """Forget where the rows of a part stood."""
        del self._places[part]

    def place(self, part: int, table: str, at: int, field: str) -> tuple[str, str, int, str]:
        """File, sheet, row and heading of the marked cell; no heading where the field is of another table."""
        places = self._places[part][table]
        segment, row = places.place(at if places.kept is None else int(places.kept[at]))
        found = tables.catalogue().field(field)
        heading = segment.headings.get(found.name, "") if found.table == table else ""
        return segment.origin.file, segment.origin.sheet, row, heading

    def note(self, part: int, table: str, at: pl.Series) -> dict[Place, int]:
        """Mark rows; how many of each file and sheet had no finding before."""
        places = self._places[part][table]
        positions = places.positions(at).unique()
        if all(segment.counted for segment in places.segments):
            return self._noted_in(part, table, positions)
        found: dict[Place, int] = {}
        for name, own in self._where_counted(part, places, positions).items():
            for place, rows in self._noted_in(part, name, pl.Series(own, dtype=pl.UInt32).unique()).items():
                found[place] = found.get(place, 0) + rows
        return found

    def _where_counted(self, part: int, places: Places, positions: pl.Series) -> dict[str, list[int]]:
        """Rows that were made of another table's: the positions of those that stand for them in the account."""
        found: dict[str, list[int]] = {}
        for position in positions.to_list():
            segment, row = places.place(position)
            home = self._counted(part).get((segment.origin.file, segment.origin.sheet, row))
            if home is not None:
                found.setdefault(home[0], []).append(home[1])
        return found

    def _counted(self, part: int) -> dict[tuple[str, str, int], tuple[str, int]]:
        """Table and position of every accepted row that counts, by file, sheet and row."""
        if self._homes is None or self._homes[0] != part:
            homes: dict[tuple[str, str, int], tuple[str, int]] = {}
            for table, places in self._places[part].items():
                accepted = None if places.kept is None else set(places.kept.to_list())
                for segment in places.segments:
                    if not segment.counted:
                        continue
                    for i in range(segment.height):
                        if accepted is None or segment.start + i in accepted:
                            row = segment.origin.row(i)
                            homes[segment.origin.file, segment.origin.sheet, row] = (table, segment.start + i)
            self._homes = (part, homes)
        return self._homes[1]

    def _noted_in(self, part: int, table: str, positions: pl.Series) -> dict[Place, int]:
        places = self._places[part][table]
        before = self._noted.get((part, table), NOWHERE)
        new = positions.filter(~positions.is_in(before.implode())).sort() if len(before) else positions.sort()
        if not len(new):
            return {}
        self._noted[part, table] = pl.concat([before, new])
        found: dict[Place, int] = {}
        numbers = new.to_list()
        for segment in places.segments:
            low, high = (bisect_left(numbers, edge) for edge in (segment.start, segment.start + segment.height))
            if high > low:
                place = (table, segment.origin.file, segment.origin.sheet)
                found[place] = found.get(place, 0) + high - low
        return found
