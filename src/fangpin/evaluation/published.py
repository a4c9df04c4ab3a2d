"""Published tables: the statistics of the country as tables that methods can fit.

Reads   quintiles, means, medians, population (reference)
Gives   national(year), table_of(year, region) → Published table with its cautions
Not     fitting (methods), lines (lines)
Keeps   a table that is carried over from another year or another place is marked so; what was not verified says so
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fangpin.methods.estimate import Caution
from fangpin.methods.grouped import GroupedIncome
from fangpin.reference import regions, statistics
from fangpin.reference.statistics import NotPublished, Quintiles
from fangpin.vocabulary.text import Text

BREAK_AFTER = 2017
"""Between 2017 and 2018 the quintiles changed level against the median (reference/data/SOURCES.md)."""


@dataclass(frozen=True)
class PublishedTable:
    """A table with what must be said of where it comes from."""

    table: GroupedIncome
    source: Text
    cautions: tuple[Caution, ...]
    estimated: bool


def _unverified(what: Text) -> Caution:
    return Caution(
        "unverified",
        Text(f"{what.zh}尚未与原始出版物逐项核对", f"{what.en}: not yet checked against the original publication"),
    )


def _nation(quintiles: Quintiles, year: int, scale: float = 1.0) -> GroupedIncome:
    people = statistics.rural_population(year)
    return GroupedIncome(
        means=[float(m) * scale for m in quintiles.means],
        basis="household",
        mean=float(statistics.rural_mean(year).value),
        median=float(statistics.rural_median_of(year).value),
        population=float(people.value),
        year=year,
        source=quintiles.source,
    )


def national(year: int) -> PublishedTable:
    """The quintiles of rural households of ``year``; where they are not published yet, the last ones carried on.

    Raises:
        NotPublished: no median of that year, or no quintiles up to it.
    """
    statistics.rural_median_of(year)
    marks = []
    try:
        found, scale = statistics.rural_quintiles(year), 1.0
    except NotPublished:
        found = _last_before(year)
        grown = statistics.rural_mean(year).value / statistics.rural_mean(found.year).value
        scale = float(grown)
        marks.append(
            Caution(
                "carried-on",
                Text(
                    f"{year} 年五等份尚无，用 {found.year} 年的按均值增长 {grown - 1:.1%} 推算，假定分布形状不变",
                    f"quintiles of {year} are not there; those of {found.year} carried on with the mean's growth of "
                    f"{grown - 1:.1%}, their shape taken as unchanged",
                ),
            )
        )
    name = Text(f"全国农村五等份 {found.year} 年", f"national rural quintiles of {found.year}")
    if not found.verified:
        marks.append(_unverified(name))
    return PublishedTable(_nation(found, year, scale), name, tuple(marks), scale != 1.0)


def _last_before(year: int) -> Quintiles:
    for earlier in range(year - 1, 2012, -1):
        try:
            return statistics.rural_quintiles(earlier)
        except NotPublished:
            continue
    return statistics.rural_quintiles(year)  # says which years there are


def table_of(year: int, region: str | None = None) -> PublishedTable:
    """The table that speaks best of a place: the province's own quintiles, else the nation's shape at its mean.

    Persons are those of the nation; a province's rural population is not in the package.

    Raises:
        NotPublished: no figures of that year.
        UnknownRegion: no such region.
    """
    if region is None:
        return national(year)
    province = regions.require(region).code[:2].ljust(6, "0")
    name = Text(regions.name(province, "zh"), regions.name(province, "en"))
    mean = statistics.provincial_rural_mean(province, year)
    marks = [
        Caution(
            "province-for-county",
            Text(f"用{name.zh}的分布，不是本县自己的", f"the distribution of {name.en}, not the place's own"),
        )
    ]
    if regions.require(region).code == province:
        marks = []
    try:
        own = statistics.rural_quintiles(year, province)
    except NotPublished:
        return _shape_of_the_nation(year, name, mean.value if mean else None, marks)
    table = GroupedIncome(
        means=[float(m) for m in own.means],
        basis="household",
        mean=float(mean.value) if mean else None,
        year=year,
        source=own.source,
    )
    source = Text(f"{name.zh}农村五等份 {year} 年", f"rural quintiles of {name.en}, {year}")
    marks += [] if own.verified else [_unverified(source)]
    return PublishedTable(table, source, tuple(marks), False)


def _shape_of_the_nation(year: int, name: Text, mean: Decimal | None, marks: list[Caution]) -> PublishedTable:
    whole = national(year)
    share = float(mean / statistics.rural_mean(year).value) if mean is not None else 1.0
    table = GroupedIncome(
        means=[m * share for m in whole.table.means],
        basis="household",
        year=year,
        source=whole.table.source,
    )
    said = Caution(
        "national-shape",
        Text(
            f"{name.zh}该年没有五等份：按全国分布形状乘以均值之比 {share:.3f} 估计，比例只反映全国形状",
            f"no quintiles of {name.en} for that year: the nation's shape times the ratio of means {share:.3f}; the "
            "rate tells of the nation's shape only",
        ),
    )
    source = Text(f"{whole.source.zh}（按{name.zh}均值缩放）", f"{whole.source.en}, scaled to the mean of {name.en}")
    return PublishedTable(table, source, (*whole.cautions, said, *marks), True)
