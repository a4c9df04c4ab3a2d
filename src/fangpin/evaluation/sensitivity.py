"""Sensitivity: what of a result hangs on a threshold, on k, on one indicator, on how a clause is read.

Reads   a registry, a standard and its variants
Gives   sensitivity(registry, standard) → Sensitivity: how many move under each variant; who meets the rule under all of
        them, under none, and who depends; how many stand close to each threshold
Keeps   one pass over the facts (shortcut); each variant is what a run of `standard.with_changes(...)` would give
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from fangpin.evaluation.corners import HOUSEHOLD, Progress, frames_on, is_generated
from fangpin.evaluation.edges import Edge, edges_of
from fangpin.evaluation.shortcut import BASE, Ran, Shortcut
from fangpin.identification.citation import citation_of
from fangpin.identification.verdict import STATUSES
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.standards.variants import Variant, Variants, variants_of
from fangpin.vocabulary.text import Text

LOW = "low_income"
STANDINGS = ("always_in", "depends", "always_out")
HOUSEHOLDS: dict[str, pl.DataType] = {
    "household_id": pl.String(),
    "region_code": pl.String(),
    "status": pl.String(),
    "standing": pl.String(),
    "by_reading": pl.Boolean(),
    "changed_by": pl.List(pl.String()),
}
_DOING = Text("敏感性分析", "sensitivity")


@dataclass
class Sensitivity:
    """What a standard's result hangs on.

    ``table``: a row a variant. ``households``: those who meet the rule under every variant or under some (who is not
    there never does). ``near``: households in bins around each threshold. ``line``: the result under lines of −5 % to
    +5 %.
    """

    standard: Standard
    variants: Variants
    table: pl.DataFrame
    households: pl.DataFrame
    standing: dict[str, int]
    standing_by_reading: dict[str, int]
    near: pl.DataFrame
    line: pl.DataFrame
    statuses: dict[str, int]
    generated: bool = False
    snapshot: str = ""
    refused: list[tuple[str, Text]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.statuses.values())

    def variant(self, name: str) -> Variant:
        """The variant called ``name``."""
        return next(v for v in self.variants.found if v.id == name)

    def who(self, standing: str, *, by_reading: bool = False) -> pl.DataFrame:
        """The households that are ``always_in`` or that ``depends`` (only those whom a reading changes, if asked)."""
        found = self.households.filter(pl.col("standing") == standing)
        return found.filter(pl.col("by_reading")) if by_reading else found

    def to_polars(self) -> pl.DataFrame:
        """A row a variant: households entering, leaving, moved, visits caused and saved."""
        return self.table

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """Everything as ``fangpin sensitivity --json`` prints it."""
        said = {v.id: v for v in self.variants.found}
        rows = [
            {
                **row,
                "label": said[row["variant"]].label(lang),
                "said": said[row["variant"]].said(lang),
                "changes": dict(said[row["variant"]].changes),
            }
            for row in self.table.iter_rows(named=True)
        ]
        return {
            "standard": {"id": self.standard.id, "hash": self.standard.hash, "as_of": self.standard.as_of.isoformat()},
            "households": self.total,
            "statuses": self.statuses,
            "standing": self.standing,
            "standing_by_reading": self.standing_by_reading,
            "variants": rows,
            "refused": [{"variant": name, "why": why(lang)} for name, why in self.refused],
            "always_in": self.who("always_in")["household_id"].to_list(),
            "depends": self.who("depends").drop("standing").to_dicts(),
            "near": self.near.to_dicts(),
            "line": self.line.to_dicts(),
        }

    def citation(self, lang: str | None = None) -> Any:
        """What the analysis rests on: standard, data, version; as text in a language, or in parts."""
        found = citation_of([self.standard], [self.snapshot], Text("敏感性分析", "sensitivity analysis"))
        return found if lang is None else found.text(lang)

    def text(self, lang: str = "zh") -> str:
        """The account in words: who is sure, who depends, then the variants that move most."""
        s, r = self.standing, self.standing_by_reading
        lines = [
            Text(
                f"{self.total:,} 户，{self.table.height} 个变化：始终符合 {s['always_in']:,} 户，"
                f"始终不符合 {s['always_out']:,} 户，取决于变化 {s['depends']:,} 户（其中取决于条文读法 "
                f"{r['depends']:,} 户）",
                f"{self.total:,} households, {self.table.height} variants: {s['always_in']:,} always meet the rule, "
                f"{s['always_out']:,} never do, {s['depends']:,} depend ({r['depends']:,} of them on how a clause is "
                "read)",
            )(lang)
        ]
        for row in self.table.sort("gross", descending=True).iter_rows(named=True):
            if row["moved"]:
                variant = self.variant(row["variant"])
                said = Text(
                    f"  {variant.label.zh}：{variant.said.zh}　进入 {row['entering']:,}，退出 {row['leaving']:,}，"
                    f"共变动 {row['moved']:,}",
                    f"  {variant.label.en}: {variant.said.en} · {row['entering']:,} enter, {row['leaving']:,} leave, "
                    f"{row['moved']:,} move in all",
                )
                lines.append(said(lang))
        still = self.table.filter(pl.col("moved") == 0).height
        if still:
            lines.append(Text(f"另有 {still} 个变化不影响任何一户", f"{still} more variants move nobody")(lang))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def sensitivity(
    registry: Registry,
    standard: Standard,
    progress: Progress | None = None,
    *,
    variants: Variants | None = None,
) -> Sensitivity:
    """What the result of ``standard`` hangs on, over all households of ``registry``.

    Args:
        registry: The households.
        standard: The standard; its day is the day of the facts.
        progress: Called with (done, all, what) part by part.
        variants: Other variants than those of the standard itself.
    """
    chosen = variants or variants_of(standard)
    edges = edges_of(standard)
    shortcut = Shortcut(standard, {v.id: v.standard for v in chosen.found}, edges)
    gathered = _Gathered(chosen.found, edges)
    parts = registry.parts()
    for done, part in enumerate(parts):
        if progress is not None:
            progress(done, len(parts), _DOING)
        frames = frames_on(registry, part.load(shortcut.columns), standard.as_of)
        gathered.add(shortcut.run(frames))
    if progress is not None:
        progress(len(parts), len(parts), _DOING)
    found = gathered.finish(standard, chosen, registry.snapshot_hash())
    found.generated = is_generated(registry)
    return found


class _Gathered:
    """Counts over parts."""

    def __init__(self, variants: Sequence[Variant], edges: Sequence[Edge]) -> None:
        self.variants, self.edges = variants, edges
        self.names = [BASE, *(v.id for v in variants)]
        self.readings = [i for i, v in enumerate(variants, start=1) if v.kind == "reading"]
        self.flows = np.zeros((len(self.names), len(STATUSES), len(STATUSES)), dtype=np.int64)
        self.standing = dict.fromkeys(STANDINGS, 0)
        self.by_reading = dict.fromkeys(STANDINGS, 0)
        self.near: dict[tuple[int, int], int] = {}
        self.lines: list[pl.DataFrame] = []
        self.named: list[pl.DataFrame] = [pl.DataFrame(schema=HOUSEHOLDS)]

    def add(self, ran: Ran) -> None:
        codes = np.stack([ran.statuses[name].to_physical().to_numpy() for name in self.names], axis=1).astype(np.int64)
        n = len(STATUSES)
        for v in range(len(self.names)):
            pairs = np.bincount(codes[:, 0] * n + codes[:, v], minlength=n * n)
            self.flows[v] += pairs.reshape(n, n)
        low = codes == list(STATUSES).index(LOW)
        every, some = low.all(axis=1), low.any(axis=1)
        read = low[:, [0, *self.readings]]
        all_read, some_read = read.all(axis=1), read.any(axis=1)
        for tally, a, s in ((self.standing, every, some), (self.by_reading, all_read, some_read)):
            tally["always_in"] += int(a.sum())
            tally["always_out"] += int((~s).sum())
            tally["depends"] += int((s & ~a).sum())
        self._name(ran.statuses, low, every, some, some_read & ~all_read)
        for at, households in ran.near.items():
            self.near[at] = self.near.get(at, 0) + households
        self.lines.append(ran.line)

    def _name(self, statuses: pl.DataFrame, low: Any, every: Any, some: Any, by_reading: Any) -> None:
        """The households that are in under some variant, each with the variants that change it."""
        at = np.flatnonzero(some)
        changed = low[at] != low[at, :1]
        said = [[self.names[v] for v in np.flatnonzero(row)] for row in changed]
        rows = statuses.select(HOUSEHOLD, "region_code", pl.col(BASE).cast(pl.String).alias("status"))[at]
        standing = np.where(every[at], "always_in", "depends")
        self.named.append(
            rows.with_columns(
                pl.Series("standing", standing.tolist(), pl.String),
                pl.Series("by_reading", by_reading[at]),
                pl.Series("changed_by", said, pl.List(pl.String)),
            )
        )

    def finish(self, standard: Standard, variants: Variants, snapshot: str) -> Sensitivity:
        statuses = list(STATUSES)
        totals = dict(zip(statuses, (int(x) for x in self.flows[0].sum(axis=1)), strict=True))
        line = pl.concat(self.lines) if self.lines else pl.DataFrame(schema={"step": pl.Int64, "line": pl.Int64})
        summed = line.group_by("step", "line").sum().sort("step")
        return Sensitivity(
            standard,
            variants,
            self._table(),
            pl.concat(self.named),
            self.standing,
            self.by_reading,
            self._near(),
            summed,
            totals,
            snapshot=snapshot,
            refused=list(variants.refused),
        )

    def _table(self) -> pl.DataFrame:
        low, visit = list(STATUSES).index(LOW), list(STATUSES).index("needs_visit")
        rows = []
        for v, variant in enumerate(self.variants, start=1):
            flow = self.flows[v]
            stayed = np.trace(flow)
            entering, leaving = flow[:, low].sum() - flow[low, low], flow[low].sum() - flow[low, low]
            caused, saved = flow[:, visit].sum() - flow[visit, visit], flow[visit].sum() - flow[visit, visit]
            counts = {
                "low_income": flow[:, low].sum(),
                "entering": entering,
                "leaving": leaving,
                "net": entering - leaving,
                "gross": entering + leaving,
                "visits_caused": caused,
                "visits_saved": saved,
                "moved": flow.sum() - stayed,
            }
            said = {"variant": variant.id, "kind": variant.kind, "parameter": variant.parameter, "issue": variant.issue}
            rows.append({**said, **{name: int(x) for name, x in counts.items()}})
        texts = dict.fromkeys(("variant", "kind", "parameter", "issue"), pl.String())
        numbers = ("low_income", "entering", "leaving", "net", "gross", "visits_caused", "visits_saved", "moved")
        return pl.DataFrame(rows, schema={**texts, **dict.fromkeys(numbers, pl.Int64())})

    def _near(self) -> pl.DataFrame:
        rows = [
            {
                "parameter": edge.parameter,
                "indicator": edge.code,
                "value": edge.value,
                "unit": edge.unit,
                "op": edge.op,
                "low": b.low,
                "high": b.high,
                "households": self.near.get((i, j), 0),
            }
            for i, edge in enumerate(self.edges)
            for j, b in enumerate(edge.bins)
        ]
        texts = dict.fromkeys(("parameter", "indicator", "unit", "op"), pl.String())
        kinds = {**texts, **dict.fromkeys(("value", "low", "high"), pl.Float64()), "households": pl.Int64()}
        order = ["parameter", "indicator", "value", "unit", "op", "low", "high", "households"]
        return pl.DataFrame(rows, schema={name: kinds[name] for name in order})
