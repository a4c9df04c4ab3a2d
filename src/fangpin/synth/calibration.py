"""Calibration: the margins of a generated county beside the published ones.

Reads   truth/ of a result (the registry itself, where there is no truth), reference.statistics, data/margins.yaml
Gives   calibration(path) → a table, one row a margin
Keeps   county by county; quintiles are formed within each county, from equal numbers of households
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from fangpin.reference import statistics
from fangpin.synth.draw import Array
from fangpin.tables.yaml_file import Strict, parse, validate
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

_DATA = "margins.yaml"
_GROUPS = 5
_GONE = ("5", "6", "7", "8")
_SCHEMA: dict[str, type[pl.DataType]] = {
    "margin": pl.String,
    "zh": pl.String,
    "en": pl.String,
    "unit": pl.String,
    "published": pl.Float64,
    "generated": pl.Float64,
    "ratio": pl.Float64,
    "year": pl.Int64,
    "verified": pl.Boolean,
    "source": pl.String,
}


class _Words(Strict):
    zh: str
    en: str


class _Margin(Strict):
    label: _Words
    unit: str
    value: float
    year: int
    source: str
    verified: bool


class _Margins(Strict):
    margins: dict[str, _Margin]


@dataclass(slots=True)
class _Sums:
    """Running sums over counties; money in yuan."""

    households: int = 0
    persons: int = 0
    group_money: Array = field(default_factory=lambda: np.zeros(_GROUPS))
    group_persons: Array = field(default_factory=lambda: np.zeros(_GROUPS))
    medians: float = 0.0
    counted: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, amount: float) -> None:
        """Adds to one named sum."""
        self.counted[name] = self.counted.get(name, 0.0) + amount

    def share(self, name: str, of: float) -> float:
        """A named sum as a share."""
        return self.counted.get(name, 0.0) / of if of else float("nan")


def calibration(path: Path) -> pl.DataFrame:
    """Each margin as published and as generated, with their ratio.

    Columns: ``margin, zh, en, unit, published, generated, ratio, year, verified, source``. The quintiles are those of
    the year that the income was set to (``quintile_years`` of the manifest).

    Raises:
        UnusableInput: there is no generated result at ``path``.
    """
    root = path / "truth" if (path / "truth").is_dir() else path
    counties = list(_counties(root))
    if not counties:
        raise _nothing_there(path)
    about = _about(counties[0]["household"])
    sums = _Sums()
    for county in counties:
        _money(county, sums)
        _people(county, date.fromisoformat(str(about["until"])), sums)
        _homes(county, sums)
    years = about["quintile_years"]
    year = int(years[0]) if isinstance(years, list) else 0
    return pl.DataFrame([*_income_rows(sums, year), *_other_rows(sums)], schema=_SCHEMA, orient="row")


def _nothing_there(path: Path) -> UnusableInput:
    return UnusableInput(
        "FP-SYNTH-007",
        Text("这里没有模拟数据", "no generated county is here"),
        place=str(path),
        remedy=Text("先运行 fangpin synth", "run fangpin synth first"),
    )


def _counties(root: Path) -> Iterator[dict[str, Path]]:
    """The files of each county by table."""
    tables = ("household", "member", "income_year", "living")
    if (root / "household.parquet").exists():
        yield {table: root / f"{table}.parquet" for table in tables}
    else:
        for household in sorted((root / "household").glob("*.parquet")):
            yield {table: root / table / household.name for table in tables}


def _about(file: Path) -> Mapping[str, object]:
    found = (pq.read_metadata(file).metadata or {}).get(b"fangpin")
    if found is None:
        raise _nothing_there(file)
    about: Mapping[str, object] = json.loads(found)
    return about


def _money(county: Mapping[str, Path], sums: _Sums) -> None:
    """Group means, mean and median of income per head, and its parts; the last yearly row of every household."""
    parts = ["a", "b", "c", "d", "e"]
    rows = pl.read_parquet(county["income_year"], columns=["household_id", "year", "stage", "net_income", *parts])
    rows = rows.filter((pl.col("stage") == "2") & (pl.col("year") == pl.col("year").max()))
    homes = pl.read_parquet(county["household"], columns=["household_id", "population"])
    rows = rows.join(homes, on="household_id", how="inner", maintain_order="left").drop_nulls()
    net = rows["net_income"].cast(pl.Float64).to_numpy()
    persons = rows["population"].to_numpy().astype(np.float64)
    sums.households += homes.height
    sums.persons += int(persons.sum())
    if net.size == 0:
        return
    order = np.argsort(net / persons, kind="stable")
    group = np.empty(net.size, np.int64)
    group[order] = np.arange(net.size) * _GROUPS // net.size
    sums.group_money += np.bincount(group, weights=net, minlength=_GROUPS)
    sums.group_persons += np.bincount(group, weights=persons, minlength=_GROUPS)
    half = np.searchsorted(np.cumsum(persons[order]), persons.sum() / 2)
    sums.medians += float((net / persons)[order][half]) * float(persons.sum())
    for part in parts:
        sums.add(part, float(rows[part].cast(pl.Float64).to_numpy().sum()))


def _people(county: Mapping[str, Path], until: date, sums: _Sums) -> None:
    """Ages and insurance of the members that belong to the household."""
    columns = ["birth_date", "state", "resident_medical", "employee_medical"]
    members = pl.read_parquet(county["member"], columns=columns)
    members = members.filter(~pl.col("state").is_in(_GONE).fill_null(False))
    born = members["birth_date"].drop_nulls()
    sums.add("aged", born.len())
    sums.add("share_0_14", int((born > _years_before(until, 15)).sum()))
    sums.add("share_60", int((born <= _years_before(until, 60)).sum()))
    sums.add("share_65", int((born <= _years_before(until, 65)).sum()))
    insured = members.select(pl.col("resident_medical") | pl.col("employee_medical")).to_series().drop_nulls()
    sums.add("covered", insured.len())
    sums.add("insured", int(insured.sum()))
    sums.add("persons_per_household", members.height)


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _homes(county: Mapping[str, Path], sums: _Sums) -> None:
    living = pl.read_parquet(county["living"], columns=["property_car", "durables"])
    sums.add("homes", living.height)
    sums.add("car_share", int(living["property_car"].sum() or 0))
    sums.add("computer_share", int(living["durables"].list.contains("2").sum() or 0))


def _income_rows(sums: _Sums, year: int) -> list[tuple[object, ...]]:
    quintiles = statistics.rural_quintiles(year)
    means = sums.group_money / np.maximum(sums.group_persons, 1)
    rows: list[tuple[object, ...]] = [
        _row(
            f"quintile_{i + 1}",
            Text(f"五等份分组第 {i + 1} 组人均收入", f"mean income of quintile {i + 1}"),
            "yuan/person/year",
            float(published),
            float(means[i]),
            year,
            quintiles.verified,
            quintiles.source,
        )
        for i, published in enumerate(quintiles.means)
    ]
    mean, median = statistics.rural_mean(year), statistics.rural_median_of(year)
    persons = max(sums.persons, 1)
    rows.append(
        _row(
            "mean",
            Text("人均收入均值", "mean income per head"),
            "yuan/person/year",
            float(mean.value),
            float(sums.group_money.sum() / persons),
            mean.year,
            mean.verified,
            mean.source,
        )
    )
    rows.append(
        _row(
            "median",
            Text("人均收入中位数", "median income per head"),
            "yuan/person/year",
            float(median.value),
            sums.medians / persons,
            median.year,
            median.verified,
            median.source,
        )
    )
    return rows


def _other_rows(sums: _Sums) -> list[tuple[object, ...]]:
    money = float(sums.group_money.sum())
    counted = sums.counted
    found = {
        "persons_per_household": sums.share("persons_per_household", sums.households),
        **{name: sums.share(name, counted.get("aged", 0.0)) for name in ("share_0_14", "share_60", "share_65")},
        "insured": sums.share("insured", counted.get("covered", 0.0)),
        "wage_share": sums.share("a", money),
        "property_share": sums.share("c", money),
        "business_share": sums.share("b", money) - sums.share("e", money),
        "transfer_share": sums.share("d", money),
        "car_share": sums.share("car_share", counted.get("homes", 0.0)),
        "computer_share": sums.share("computer_share", counted.get("homes", 0.0)),
    }
    return [
        _row(name, Text(m.label.zh, m.label.en), m.unit, m.value, found[name], m.year, m.verified, m.source)
        for name, m in _published().margins.items()
    ]


def _row(
    name: str, label: Text, unit: str, published: float, generated: float, year: int, verified: bool, source: str
) -> tuple[object, ...]:
    return name, label.zh, label.en, unit, published, generated, generated / published, year, verified, source


@cache
def _published() -> _Margins:
    data, places = parse(files("fangpin.synth").joinpath("data", _DATA).read_text("utf-8"), _DATA)
    return validate(data, _Margins, places, _DATA)
