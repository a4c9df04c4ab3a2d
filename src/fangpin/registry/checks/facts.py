"""Facts of one part as checks read them: households with everything beside them, the rows of every table.

Reads   accepted frames of one part
Gives   Needs, the columns that some checks stand on; gather → PartFacts
Keeps   every row knows its position in the accepted frame (``AT``); living conditions stay as written
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date

import narwhals as nw
import polars as pl

from fangpin import tables
from fangpin.engine.check_columns import NUMBER_COLUMNS, household_columns, member_columns
from fangpin.engine.derive import GONE, STANDS_ON, belonging
from fangpin.engine.name_columns import NAME_COLUMNS
from fangpin.engine.numbers import number, numbered
from fangpin.language import tree as t
from fangpin.language.vocabulary import CHECKED, YEARS
from fangpin.registry.checks.documents import Check
from fangpin.registry.checks.integrity import AT, FUNCTIONS, Rows
from fangpin.registry.income import THAT_MATTER, income_on
from fangpin.registry.versions import as_of

KEY = "household_id"
VERSIONS = ("valid_from", "valid_to", "known_at")
#: Stored columns that the derived columns of checks are made from.
MADE_FROM: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(NUMBER_COLUMNS, ("id_number",)),
    **dict.fromkeys(NAME_COLUMNS, ("name",)),
    "head_age": ("relation_to_head", "birth_date", "age"),
    "head_sex": ("relation_to_head", "sex"),
    "phone_length": ("phone",),
    "helper_phone_length": ("helper_phone",),
    "head_name_odd": ("head_name",),
    "head_name_fits": ("head_name",),
    "head_number_fits": ("head_id_number",),
    "members_listed": (),
}
ALWAYS = {
    "household": {"region_code", "population"},
    "member": {"state", "birth_date", "age", "relation_to_head", "name", "id_number"},
    "income_year": {"year", "stage", "window_to", *THAT_MATTER},
}


@dataclass
class Needs:
    """The stored columns by table, and the derived ones, that some checks stand on."""

    stored: dict[str, set[str]] = field(default_factory=lambda: {n: set(c) for n, c in ALWAYS.items()})
    derived: set[str] = field(default_factory=set)
    households: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, checks: Iterable[Check]) -> Needs:
        """What these checks read, show and mark."""
        needs = cls()
        for check in checks:
            nodes = [node for node in (check.rule, check.only) if node is not None]
            columns = [c for node in nodes for c in t.columns(node)] + [c for _, c in check.message_columns]
            for column in [*columns, *([check.field_column] if check.field_column else [])]:
                needs.add(column)
            for path in [check.entry.field, *check.entry.needs]:
                needs.stored.setdefault(path.split(".")[0], set()).add(tables.catalogue().field(path).inside)
            if check.entry.function:
                for table, names in FUNCTIONS[check.entry.function].columns.items():
                    needs.stored.setdefault(table, set()).update(names)
        return needs

    def add(self, column: t.Col) -> None:
        """One column more."""
        table = {"former_member": "member", **dict.fromkeys(YEARS, "income_year")}.get(column.table, column.table)
        own = self.stored.setdefault(table, set())
        if column.table == "member" and column.name in (*STANDS_ON, *CHECKED["member"]):
            self.derived.add(column.name)
            own.update(STANDS_ON.get(column.name, MADE_FROM.get(column.name, ())))
        elif column.name in CHECKED.get(column.table, {}):
            self.households.add(column.key)
            own.update(MADE_FROM[column.name])
        else:
            own.add(column.name)

    def narrow(self, frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """The frames with these columns, keys and version dates, and every row's position."""
        found = {}
        for name, frame in frames.items():
            wanted = {*tables.catalogue().table(name).identity, *VERSIONS, *self.stored.get(name, ())}
            if name in self.stored or name == "household":
                found[name] = frame.select(c for c in frame.columns if c in wanted).with_row_index(AT)
        return found


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One part: households by number with full column names, rows by scope, the ids, and the rows as functions see."""

    households: pl.DataFrame
    rows: dict[str, pl.DataFrame]
    ids: pl.Series
    plain: Rows

    def frame(self, scope: str) -> pl.DataFrame | None:
        """The rows a check is about; None where the table is not there."""
        return self.households if scope == "household" else self.rows.get(scope)


def gather(frames: Mapping[str, pl.DataFrame], needs: Needs, present: Set[str], day: date) -> PartFacts:
    """The facts of one part on a day.

    Args:
        frames: Accepted frames.
        needs: What the checks stand on.
        present: The tables that were given at all.
        day: The day of the check.
    """
    accepted = needs.narrow(frames)
    today = as_of(accepted, day)
    counted, ids = numbered(today)
    this_year, last_year = _years(today["income_year"], ids, day)
    everyone = counted["member"]
    gone = pl.col("state").cast(pl.String).is_in(GONE).fill_null(False)
    here = belonging(nw.from_native(everyone.lazy()), day, {"age", *(needs.derived & set(STANDS_ON))})
    derived = needs.derived & set(CHECKED["member"])
    members = member_columns(here.collect().to_native(), counted["household"], day, derived)
    rows = {"member": members, "former_member": everyone.filter(gone)}
    rows |= {n: f for n, f in counted.items() if n in t.ROWS and n != "member"}
    households = _full("household", counted["household"])
    for name, other in (("living", counted.get("living")), ("this_year", this_year), ("last_year", last_year)):
        if other is not None:
            households = households.join(_full(name, other), on=KEY, how="left", maintain_order="left")
    households = household_columns(households, members, needs.households)
    if "member" not in present and "household.members_listed" in households.columns:
        households = households.with_columns(pl.lit(None, pl.Int32).alias("household.members_listed"))
    rows = {n: f for n, f in rows.items() if ("member" if n == "former_member" else n) in present or n == "member"}
    return PartFacts(households, rows, ids, Rows(today, accepted, day))


def _full(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """One row a household, columns called ``table.column``; the position ``AT.table``."""
    return frame.rename({c: f"{AT}.{table}" if c == AT else f"{table}.{c}" for c in frame.columns if c != KEY})


def _years(rows: pl.DataFrame, ids: pl.Series, day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The row of income that holds on the day, and the latest that ended one to two years before it; by number."""
    this, _ = income_on({"income_year": rows}, day)
    this = this.with_columns(number(this[KEY], ids))
    ends = pl.coalesce(pl.col("window_to"), pl.date(pl.col("year"), 12, 31)).alias("ends_on")
    before = rows.with_columns(number(rows[KEY], ids)).with_columns(ends)
    before = before.join(
        this.select(KEY, pl.col("ends_on").alias("\x00end")), on=KEY, how="inner", maintain_order="left"
    )
    end = pl.col("\x00end")
    past = (pl.col("ends_on") <= end.dt.offset_by("-1y")) & (pl.col("ends_on") > end.dt.offset_by("-2y"))
    order = ["ends_on", "known_at", "stage"]
    last = before.filter(past.fill_null(False)).sort(order, nulls_last=False, maintain_order=True)
    last = last.unique(KEY, keep="last", maintain_order=True).drop("\x00end")
    return this.drop("ends_on"), last.drop("ends_on")
