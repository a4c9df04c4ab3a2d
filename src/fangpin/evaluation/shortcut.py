"""Many variants of a standard at once: each rule that differs is run once, the rest is put together from columns.

Reads   the frames of one part on one day (registry), a standard and its variants
Gives   Shortcut(base, variants): `.columns`, what to load; `.run(frames)` → the status of every household under each
Keeps   the same statuses as a run of every variant by itself (tested); memory is bounded by rules run at a time
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import narwhals as nw
import polars as pl

from fangpin.engine.derive import as_it_stands
from fangpin.engine.numbers import numbered
from fangpin.evaluation.corners import ABOUT, HOUSEHOLD
from fangpin.evaluation.edges import Edge
from fangpin.identification.decide import Frames, below, columns_for, income_status_of, status_of, truths
from fangpin.identification.verdict import STATUSES
from fangpin.intake.batch import Columns
from fangpin.language import tree as t
from fangpin.language.lower import lower
from fangpin.standards import Standard

AT_ONCE = 24
STATUS = pl.Enum(list(STATUSES))
BASE = "base"
LINE_STEPS = tuple(range(-5, 6))
_INCOME = ("__net_given", "__net_total", "__people")


@dataclass(frozen=True)
class Ran:
    """One part: a row a household, with ``base`` and a column of statuses for every variant; counts at the edges."""

    statuses: pl.DataFrame
    near: Mapping[tuple[int, int], int]
    line: pl.DataFrame


class Shortcut:
    """A standard and its variants, ready to run over parts.

    Args:
        base: The standard.
        variants: Variants by name; each must be of the same day as ``base``.
        edges: Thresholds around which households are counted.
    """

    def __init__(self, base: Standard, variants: Mapping[str, Standard], edges: Sequence[Edge] = ()) -> None:
        self.base, self.edges = base, edges
        self.standards = {BASE: base, **variants}
        self.rules: dict[t.Node, str] = {}
        for standard in self.standards.values():
            for item in (*standard.indicators, *standard.veto):
                self.rules.setdefault(item.node, f"{item.code}#{len(self.rules)}")
        self.bins = {(i, j): b.rule for i, edge in enumerate(edges) for j, b in enumerate(edge.bins)}
        for rule in self.bins.values():
            self.rules.setdefault(rule, f"near#{len(self.rules)}")
        self.incomes = {(s.lower.micro, s.upper.micro): f"income#{i}" for i, s in enumerate(self.standards.values())}

    @property
    def columns(self) -> Columns:
        """The stored columns to load, by table."""
        need: dict[str, set[str]] = {"household": set(ABOUT)}
        for table, columns in columns_for(lower({name: node for node, name in self.rules.items()})).items():
            need.setdefault(table, set()).update(columns)
        return need

    def run(self, frames: Frames) -> Ran:
        """Every variant over the households of one part (frames of the day, with ``income``)."""
        living = as_it_stands(frames["living"])
        named = {"living": living, **{name: frames[name] for name in ("household", "member", "income")}}
        household, ids = numbered(named)
        facts = self._facts(household)
        statuses = self._statuses(facts).with_columns(ids)
        near = {at: int(facts[self.rules[rule]].sum()) for at, rule in self.bins.items()}
        return Ran(statuses, near, self._lines(facts))

    def _facts(self, frames: Frames) -> pl.DataFrame:
        """One row a household, one column for every rule that differs, and income."""
        names, whole = list(self.rules.items()), None
        for start in range(0, max(len(names), 1), AT_ONCE):
            chunk = {name: node for node, name in names[start : start + AT_ONCE]}
            found = truths(frames, lower(chunk), self.base.as_of, self.base.concept)
            kept = [HOUSEHOLD, *chunk] if whole is not None else [HOUSEHOLD, "region_code", *_INCOME, *chunk]
            table: pl.DataFrame = found.select(*kept).collect().to_native()
            table = table.sort(HOUSEHOLD)
            whole = table if whole is None else whole.hstack(table.drop(HOUSEHOLD))
        assert whole is not None
        return whole

    def _statuses(self, facts: pl.DataFrame) -> pl.DataFrame:
        tests = [income_status_of(*lines).alias(name) for lines, name in self.incomes.items()]
        tested = nw.from_native(facts.lazy()).with_columns(*tests)
        found = tested.select(
            HOUSEHOLD, "region_code", *[self._status(s).alias(name) for name, s in self.standards.items()]
        )
        table: pl.DataFrame = found.collect().to_native()
        return table.with_columns(pl.col(list(self.standards)).cast(STATUS))

    def _status(self, standard: Standard, income: str | None = None) -> nw.Expr:
        """The status under one standard, from the columns of its rules."""
        name = income or self.incomes[standard.lower.micro, standard.upper.micro]
        counted = [nw.col(self.rules[standard.item(code).node]) for code in standard.counted]
        true = _count([c.fill_null(False) for c in counted])
        unknown = _count([c.is_null() for c in counted])
        items = [nw.col(self.rules[i.node]) for i in standard.veto if i.counts]
        veto = reduce(lambda a, b: a | b, items) if items else nw.lit(False)
        return status_of(nw.col(name), true, unknown, veto, standard.k)

    def _lines(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Households below each line of −5 % to +5 %, and who would meet the rule if both lines moved by as much."""
        low, high = self.base.lower.micro, self.base.upper.micro
        moved = [(low * (100 + step) // 100, high * (100 + step) // 100) for step in LINE_STEPS]
        tests = [income_status_of(*lines).alias(f"line#{i}") for i, lines in enumerate(moved)]
        frame = nw.from_native(facts.lazy()).with_columns(*tests)
        under = [below("__net", line).fill_null(False).alias(f"below#{i}") for i, (line, _) in enumerate(moved)]
        status = [self._status(self.base, f"line#{i}").alias(f"status#{i}") for i in range(len(moved))]
        table: pl.DataFrame = frame.select(*under, *status).collect().to_native()
        rows = [
            {
                "step": step,
                "line": low * (100 + step) // 100,
                "below": int(table[f"below#{i}"].sum()),
                **{name: int((table[f"status#{i}"] == name).sum()) for name in STATUSES},
            }
            for i, step in enumerate(LINE_STEPS)
        ]
        return pl.DataFrame(rows)


def _count(truth: list[nw.Expr]) -> nw.Expr:
    return reduce(lambda a, b: a + b, [x.cast(nw.Int32()) for x in truth]) if truth else nw.lit(0, nw.Int32())
