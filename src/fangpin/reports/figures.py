"""Figures: the tallies of a summary as the rows that tables and charts show.

Reads   a Summary
Gives   indicators, true_counts, together, combinations, income_bins, vetoes, open_facts, plan, places
Keeps   every number is a count of households in the verdict table; shares are taken of all of them
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from itertools import combinations as pairs_of

import polars as pl

from fangpin.reference import regions, villages
from fangpin.reports.shortcuts import needed, stand_ins
from fangpin.reports.summary import BINS_ABOVE, BINS_BELOW, Summary, band_bins, bin_width
from fangpin.vocabulary.text import Text

MOST_FINE = 2_000
LEVELS = (12, 9, 6, 4, 2)
LEVEL_NAMES = {
    12: Text("村", "village"),
    9: Text("乡镇", "township"),
    6: Text("县", "county"),
    4: Text("市", "prefecture"),
    2: Text("省", "province"),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """One yes-or-no question over all households."""

    code: str
    true: int
    false: int
    unknown: int
    among_low: int = 0

    @property
    def total(self) -> int:
        return self.true + self.false + self.unknown


def _answers(summary: Summary, code: str) -> Answers:
    frame = summary.patterns
    n, value = pl.col("households"), pl.col(code)
    low = value.fill_null(False) & (pl.col("status") == "low_income")
    row = frame.select(
        n.filter(value.fill_null(False)).sum().alias("true"),
        n.filter(~value.fill_null(True)).sum().alias("false"),
        n.filter(value.is_null()).sum().alias("unknown"),
        n.filter(low).sum().alias("low"),
    ).row(0)
    return Answers(code, *(int(x or 0) for x in row))


def indicators(summary: Summary) -> list[Answers]:
    """Each sub-indicator: households for which it is true, false, unknown, and true among those that meet the rule."""
    return [_answers(summary, code) for code in summary.codes]


def vetoes(summary: Summary) -> list[Answers]:
    """Each veto item, in the order of the document, and last the veto as a whole (code ``veto``)."""
    return [_answers(summary, i.code) for i in summary.standard.veto] + [_answers(summary, "veto")]


def _counted(summary: Summary) -> list[str]:
    return summary.standard.counted


def true_counts(summary: Summary) -> list[tuple[int, int, int]]:
    """By the number of indicators that are true: households, and how many of them could still reach k."""
    counted, k = _counted(summary), summary.standard.k
    if not counted:
        return []
    true = pl.sum_horizontal([pl.col(c).fill_null(False).cast(pl.Int32) for c in counted])
    unknown = pl.sum_horizontal([pl.col(c).is_null().cast(pl.Int32) for c in counted])
    maybe = (true < k) & (true + unknown >= k) if k is not None else pl.lit(False)
    frame = summary.patterns.group_by(true.alias("true")).agg(
        pl.col("households").sum(), pl.col("households").filter(maybe).sum().alias("maybe")
    )
    found = {int(t): (int(n), int(m)) for t, n, m in frame.select("true", "households", "maybe").iter_rows()}
    return [(t, *found.get(t, (0, 0))) for t in range(len(counted) + 1)]


def together(summary: Summary) -> dict[tuple[str, str], int]:
    """Households for which two indicators are both true; a code with itself: for which it is true."""
    codes = _counted(summary)
    wanted = [(a, a) for a in codes] + list(pairs_of(codes, 2))
    both = [
        pl.col("households").filter(pl.col(a).fill_null(False) & pl.col(b).fill_null(False)).sum().alias(f"{a} {b}")
        for a, b in wanted
    ]
    if not both:
        return {}
    row = summary.patterns.select(both).row(0)
    return {pair: int(n or 0) for pair, n in zip(wanted, row, strict=True)}


def combinations(summary: Summary, most: int = 12) -> list[tuple[tuple[str, ...], int]]:
    """The most frequent sets of two or more indicators that are true together (exactly these), with households."""
    codes = _counted(summary)
    if not codes:
        return []
    truths = [pl.col(c).fill_null(False) for c in codes]
    frame = summary.patterns.with_columns(truths).group_by(codes).agg(pl.col("households").sum())
    rows = [
        (tuple(c for c, true in zip(codes, row[:-1], strict=True) if true), int(row[-1]))
        for row in frame.select(*codes, "households").iter_rows()
    ]
    return sorted([r for r in rows if len(r[0]) > 1], key=lambda r: (-r[1], r[0]))[:most]


# -- income -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Bin:
    """Households by income per person: from ``low`` (included) to ``high``, None where it is open."""

    number: int
    low: Decimal | None
    high: Decimal | None
    side: str
    households: int
    persons: int


def income_bins(summary: Summary) -> list[Bin]:
    """Income around the lines: below the lower line, between the lines, from the upper line on."""
    width, parts = bin_width(summary.standard)
    lower, inside = summary.standard.lower.yuan, band_bins(summary.standard)
    found = {
        int(b): (int(n), int(p)) for b, n, p in summary.bins.frame.select("bin", "households", "persons").iter_rows()
    }

    def edge(number: int) -> Decimal:
        return lower + Decimal(number * width) / parts / 100

    rows = []
    for number in range(-BINS_BELOW, inside + BINS_ABOVE + 1):
        side = "below" if number < 0 else "band" if number < inside else "above"
        low = None if number == -BINS_BELOW else edge(number)
        high = None if number == inside + BINS_ABOVE else edge(number + 1)
        rows.append(Bin(number, low, high, side, *found.get(number, (0, 0))))
    return rows


def wide_bins(summary: Summary, size: int = 4) -> list[Bin]:
    """The same in fewer groups: ``size`` bins of one side together, counted from the lines outward."""
    rows: list[Bin] = []
    inside = band_bins(summary.standard)
    for found in income_bins(summary):
        start = found.number if found.side == "below" else found.number - inside
        begins = (
            found.low is None
            or found.high is None
            or found.side != rows[-1].side
            or (found.side != "band" and start % size == 0)
        )
        if begins:
            rows.append(found)
        else:
            last = rows[-1]
            rows[-1] = Bin(
                last.number,
                last.low,
                found.high,
                last.side,
                last.households + found.households,
                last.persons + found.persons,
            )
    return rows


# -- what is open -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OpenFact:
    """One fact that is asked: households where it is open, where its answer is enough, and where one answer may do."""

    fact: str
    households: int
    enough: int
    one: int


def _gaps(summary: Summary) -> list[tuple[frozenset[str], int, int]]:
    """Sets of facts that are open together, fewest answers, households."""
    rows = (
        summary.gaps.frame.select("facts", "ask_least", "households").iter_rows() if summary.gaps.frame.height else ()
    )
    return [(frozenset(str(facts).split("|")) - {""}, int(fewest), int(n)) for facts, fewest, n in rows]


def open_facts(summary: Summary) -> list[OpenFact]:
    """The facts that are asked; first those that settle most households with one answer."""
    shortcuts = stand_ins(summary.standard)
    found: dict[str, list[int]] = {}
    for facts, fewest, n in _gaps(summary):
        left = needed(facts, shortcuts)
        for fact in facts:
            counts = found.setdefault(fact, [0, 0, 0])
            counts[0] += n
            counts[1] += n if left == {fact} else 0
            counts[2] += n if fewest == 1 else 0
    rows = [OpenFact(fact, *counts) for fact, counts in found.items()]
    return sorted(rows, key=lambda f: (-f.enough, -f.one, -f.households, f.fact))


def least(summary: Summary) -> dict[int, int]:
    """Households that need a visit by the fewest answers that can settle them."""
    found: dict[int, int] = {}
    for _, fewest, n in _gaps(summary):
        found[fewest] = found.get(fewest, 0) + n
    return dict(sorted(found.items()))


def plan(summary: Summary, most: int = 10) -> list[tuple[str, int, int]]:
    """Which facts to gather first: fact, households with nothing else left to ask, and these summed up.

    Greedy: each step takes the fact that frees most further households; a household is free when all its open facts
    are gathered, or spared by one that stands in for them.
    """
    shortcuts = stand_ins(summary.standard)
    left: dict[frozenset[str], int] = {}
    for facts, _, n in _gaps(summary):
        rest = needed(facts, shortcuts)
        if rest:
            left[rest] = left.get(rest, 0) + n
    steps: list[tuple[str, int, int]] = []
    total = 0
    while left and len(steps) < most:
        fact = _best(left)
        settled = left.pop(frozenset({fact}), 0)
        total += settled
        steps.append((fact, settled, total))
        reduced: dict[frozenset[str], int] = {}
        for facts, n in left.items():
            reduced[facts - {fact}] = reduced.get(facts - {fact}, 0) + n
        left = reduced
    return steps


def _best(left: dict[frozenset[str], int]) -> str:
    """The fact whose answer leaves most households with nothing to ask; ties go to what brings most closer."""
    worth: dict[str, list[float]] = {}
    for facts, n in left.items():
        for fact in facts:
            score = worth.setdefault(fact, [0.0, 0.0])
            score[0] += n if len(facts) == 1 else 0
            score[1] += n / len(facts) ** 2
    return min(worth, key=lambda f: (-worth[f][0], -worth[f][1], f))


# -- places -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Place:
    """A region or village with its households by status."""

    code: str
    village: str
    statuses: dict[str, int] = field(default_factory=dict)
    persons: int = 0
    one: int = 0

    @property
    def households(self) -> int:
        return sum(self.statuses.values())

    def name(self, lang: str) -> str:
        """Its name: of the region, or of the natural village; the code where no name is known."""
        return place_name(self.code, self.village, lang)


def place_name(code: str, village: str, lang: str) -> str:
    """The name of a village or region: township and village (its code where the list has no name), else the region.

    Only the prefecture of the code is unpacked for a village's name.
    """
    region = regions.get(code[:9]) if len(code) >= 9 else regions.get(code) if code else None
    if len(code) == 12 and not code.endswith("000"):
        known = villages.name_of(code)
        own = villages.short(known) if known else f" {code}"
        return f"{region.name}{own}" if region else code
    named = region.name if region else code
    return (
        f"{named} {village}".strip()
        if village
        else named
        if region is None or lang == "zh"
        else regions.name(code, lang)
    )


def levels(summary: Summary) -> list[tuple[int, list[Place]]]:
    """Two levels of places, the coarse one first: townships and villages for a county; fewer where codes are short."""
    frame = summary.places.frame
    if not frame.height:
        return []
    longest = max((len(code) for code in frame["region_code"].drop_nulls().unique()), default=0)
    usable = [width for width in LEVELS if width <= max(longest, 2)] if longest else []
    fine = next((w for w in usable if _height(frame, w) <= MOST_FINE), usable[-1] if usable else 0)
    if not fine:
        return [(0, _rows(frame, 0))] if frame["natural_village"].drop_nulls().len() else []
    coarser = [w for w in usable if w < fine]
    return [(w, _rows(frame, w)) for w in ([coarser[0]] if coarser else []) + [fine]]


def _height(frame: pl.DataFrame, width: int) -> int:
    return _keyed(frame, width).select("code", "village").unique().height


def _keyed(frame: pl.DataFrame, width: int) -> pl.DataFrame:
    """Places cut to a width; where the code names no village, the natural village tells the finest places apart."""
    code = pl.col("region_code").fill_null("")
    named = (code.str.len_chars() == 12) & ~code.str.ends_with("000")
    village = (
        pl.when(named | (width not in (0, 12))).then(pl.lit("")).otherwise(pl.col("natural_village").fill_null(""))
    )
    return frame.with_columns(
        code.str.head(width).alias("code") if width else code.alias("code"), village.alias("village")
    )


def _rows(frame: pl.DataFrame, width: int) -> list[Place]:
    grouped = (
        _keyed(frame, width).group_by("code", "village", "status").agg(pl.col("households", "persons", "one").sum())
    )
    found: dict[tuple[str, str], Place] = {}
    for code, village, status, n, persons, one in grouped.sort("code", "village", "status").iter_rows():
        old = found.get((code, village), Place(code, village))
        found[(code, village)] = Place(
            code, village, {**old.statuses, status: int(n)}, old.persons + int(persons), old.one + int(one)
        )
    return list(found.values())


def rest_of(places: Sequence[Place]) -> Place:
    """Several places as one."""

    def plus(a: Place, b: Place) -> Place:
        keys = {*a.statuses, *b.statuses}
        return Place(
            "", "", {s: a.statuses.get(s, 0) + b.statuses.get(s, 0) for s in keys}, a.persons + b.persons, a.one + b.one
        )

    return reduce(plus, places, Place("", ""))
