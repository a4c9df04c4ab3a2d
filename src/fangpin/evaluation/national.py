"""National: income of every county, province and the nation in one reading, in bounded memory.

Reads   a registry part by part, a standard (its day, its idea of income, its two lines)
Gives   measure(registry, standard) → Regions: a sketch a county; of any region and of all; a frame of measures
Not     verdicts and their tables (identification, reports), surveys (methods.survey): a register has no sampling error
Keeps   a household whose income (or, by person, whose size) is unknown is counted as left out, never as not poor; parts
        may come in any order and a county in several
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from fangpin.identification.decide import decide, needed_columns
from fangpin.methods.estimate import Basis, Caution, Estimate, Refused
from fangpin.methods.sketch import Sketch, sketches
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.vocabulary.text import Text

Progress = Callable[[int, int, Text], None]
LEVELS = {"county": 6, "prefecture": 4, "province": 2, "nation": 0}


@dataclass
class Regions:
    """What was read: a sketch of every county, and the households that were left out.

    Attributes:
        counties: By code of the county; "" where a household has no region.
        left_out: Households without an income (by person: or without a size), by county.
        basis: What the weights count.
    """

    basis: Basis
    counties: dict[str, Sketch] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def add(self, found: Mapping[str, Sketch], left_out: Mapping[str, int]) -> None:
        """Take in one part."""
        for code, sketch in found.items():
            self.counties[code] = self.counties[code] + sketch if code in self.counties else sketch
        for code, count in left_out.items():
            self.left_out[code] = self.left_out.get(code, 0) + count

    def of(self, region: str = "") -> Sketch:
        """The sketch of a region: of all, or of the counties whose code begins so (province, prefecture, county).

        Raises:
            Refused: no household with a known income lies there.
        """
        inside = [sketch for code, sketch in sorted(self.counties.items()) if code.startswith(region)]
        if not inside:
            raise Refused(
                "FP-METHODS-115",
                Text("这里没有收入已知的户", "no household with a known income lies there"),
                read=region,
            )
        total = inside[0]
        for sketch in inside[1:]:
            total = total + sketch
        return total

    def caution(self, region: str = "") -> tuple[Caution, ...]:
        """How many households a region's measures leave out."""
        count = sum(n for code, n in self.left_out.items() if code.startswith(region))
        if not count:
            return ()
        said = Text(f"{count:,} 户收入或人口未知，未计入", f"{count:,} households of unknown income or size left out")
        return (Caution("unknown-left-out", said),)

    def to_polars(self, level: str = "county") -> pl.DataFrame:
        """A row a region: weight, mean, median, Gini, MLD, Theil, and FGT 0–2 of every line; ``_off`` is the most that
        the value may be off. What cannot be computed (logarithms of incomes of zero) is blank.

        Args:
            level: ``county``, ``prefecture``, ``province`` or ``nation``.

        Raises:
            Refused: no such level.
        """
        if level not in LEVELS:
            raise Refused("FP-METHODS-116", Text("没有这一级", "there is no such level"), read=level)
        width = LEVELS[level]
        codes = sorted({code[:width] for code in (*self.counties, *self.left_out)}) or [""]
        held: dict[str, list[Sketch]] = {code: [] for code in codes}
        for code, sketch in sorted(self.counties.items()):
            held[code[:width]].append(sketch)
        gone = dict.fromkeys(codes, 0)
        for code, count in self.left_out.items():
            gone[code[:width]] += count
        return pl.DataFrame([_row(code, held[code], gone[code]) for code in codes], infer_schema_length=None)


def measure(
    registry: Registry,
    standard: Standard,
    *,
    basis: Basis = "person",
    lines: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Regions:
    """Incomes of a registry on the standard's day, county by county, read once.

    Args:
        registry: What ``fangpin.read`` gives.
        standard: Its day, its income, its lower and upper line.
        basis: ``person`` counts every household with its population, ``household`` each once.
        lines: Lines by name; by default the standard's ``lower`` and ``upper``.
        progress: Called with (done, all, what).

    Raises:
        Refused: a line of zero or less.
    """
    found = Regions(basis)
    named = lines or {"lower": float(standard.lower.yuan), "upper": float(standard.upper.yuan)}
    parts, need = registry.parts(), needed_columns(standard)
    for done, part in enumerate(parts):
        if progress:
            progress(done, len(parts), Text(f"测算 {part.name}", f"measuring {part.name}"))
        frames = registry.rows_on(part.load(need), standard.as_of)
        frames["income"] = registry.income_on(frames, standard.as_of)[0]
        table = decide(frames, standard, asking=False).select("household_id", "region_code", "income")
        sizes = frames["household"].select("household_id", size=pl.col("population").cast(pl.Float64))
        found.add(*_part(table.join(sizes, on="household_id", how="left"), basis, named, standard.as_of.year))
    return found


def _part(
    table: pl.DataFrame, basis: Basis, lines: Mapping[str, float], year: int
) -> tuple[dict[str, Sketch], dict[str, int]]:
    """The sketches of one part by county, and the households left out."""
    table = table.with_columns(
        county=pl.col("region_code").str.slice(0, 6).fill_null(""),
        weight=pl.lit(1.0) if basis == "household" else pl.col("size"),
    )
    unknown = pl.col("income").is_null() | pl.col("weight").is_null() | (pl.col("weight") <= 0)
    out = dict(table.filter(unknown).group_by("county").len().iter_rows())
    rows = table.filter(~unknown)
    if rows.is_empty():
        return {}, out
    income = rows["income"].cast(pl.Float64)
    return sketches(income, rows["weight"], lines, by=rows["county"], basis=basis, year=year), out


def _row(code: str, held: list[Sketch], left_out: int) -> dict[str, Any]:
    """The measures of one region as plain values."""
    row: dict[str, Any] = {"region_code": code, "left_out": left_out}
    if not held:
        return {**row, "households": 0, "weight": 0.0}
    whole = held[0]
    for sketch in held[1:]:
        whole = whole + sketch
    row |= {"households": whole.sums.records, "weight": whole.sums.weight, "mean": float(whole.mean())}
    for name, find in (
        ("median", whole.median),
        ("gini", whole.gini),
        ("mld", whole.mld),
        ("theil_t", whole.theil_t),
    ):
        row |= _cells(name, find)
    for line in whole.lines:
        for name, alpha in (("headcount", 0), ("gap", 1), ("squared_gap", 2)):
            row[f"{name}_{line}"] = float(whole.fgt(line, alpha=alpha))
    return row


def _cells(name: str, find: Callable[[], Estimate]) -> dict[str, float | None]:
    """A value, and for what lies between bounds how far it may be off; blank where it cannot be computed."""
    bounded = name in ("median", "gini")
    try:
        found = find()
    except Refused:
        return {name: None, **({f"{name}_off": None} if bounded else {})}
    ends = found.interval
    return {name: float(found), **({f"{name}_off": (ends[1] - ends[0]) / 2} if bounded and ends else {})}
