"""The nation in one reading: the same as its verdict table in memory, whatever the parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl
import pytest

import fangpin as fp
from fangpin import synth
from fangpin.evaluation.national import Regions, measure
from fangpin.methods import inequality, poverty
from fangpin.methods.estimate import Refused
from fangpin.registry import Registry

pytestmark = pytest.mark.clause("P1.1")
STANDARD = fp.standard("national/seed_2021", as_of="2021-06-30")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Two counties of two provinces in one folder, a part each."""
    folder = tmp_path_factory.mktemp("nation")
    for i, (county, households) in enumerate([("522731", 250), ("350526", 200)]):
        synth.generate(folder / county, households, 5 + i, county=county, until=date(2021, 6, 30))
    for path in sorted((folder / "522731").glob("*.parquet")):
        target = folder / "all" / path.stem
        target.mkdir(parents=True)
        for county in ("522731", "350526"):
            frame = pl.read_parquet(folder / county / path.name)
            marks = {c: pl.format(county + "-{}", c) for c in ("household_id", "person_id") if c in frame.columns}
            frame.with_columns(**marks).write_parquet(target / f"{county}.parquet")
    return fp.read(folder / "all")


@cache
def verdicts(registry: Registry) -> pl.DataFrame:
    table = fp.identify(registry, STANDARD).to_polars()
    frames = registry.rows_on(registry.load(), STANDARD.as_of)
    size = frames["household"].select("household_id", size=pl.col("population").cast(pl.Float64))
    return table.join(size, on="household_id").with_columns(county=pl.col("region_code").str.slice(0, 6))


@pytest.mark.parametrize("basis", ["person", "household"])
@pytest.mark.parametrize("level", ["county", "province", "nation"])
def test_the_same_as_the_table_in_memory(registry: Registry, basis: Any, level: str) -> None:
    found = measure(registry, STANDARD, basis=basis).to_polars(level)
    width = {"county": 6, "province": 2, "nation": 0}[level]
    table = verdicts(registry).with_columns(code=pl.col("county").str.slice(0, width))
    if basis == "household":
        table = table.with_columns(size=pl.lit(1.0))
    lower = float(STANDARD.lower.yuan)
    for row in found.iter_rows(named=True):
        mine = table.filter(pl.col("code") == row["region_code"])
        known = mine.drop_nulls(["income", "size"])
        y, w = known["income"].cast(pl.Float64), known["size"]
        assert row["left_out"] == mine.height - known.height and row["households"] == known.height > 100
        assert row["headcount_lower"] == pytest.approx(float(poverty.headcount_ratio(y, lower, w)), abs=1e-12)
        assert row["squared_gap_lower"] == pytest.approx(float(poverty.squared_poverty_gap(y, lower, w)), abs=1e-12)
        assert abs(row["gini"] - float(inequality.gini(y, w))) <= row["gini_off"] + 1e-12 < 1e-4
        assert abs(row["median"] - float(inequality.quantile(y, w))) <= row["median_off"] < 1e-4 * row["median"]
        if (y > 0).all():
            assert row["theil_t"] == pytest.approx(float(inequality.theil_t(y, w)), rel=1e-10)


def test_parts_may_come_in_any_order(registry: Registry) -> None:
    one = measure(registry, STANDARD).to_polars("province")
    assert len(registry.parts()) == 2
    turned = Registry(replace(registry.batch, parts=list(reversed(registry.parts()))))
    two = measure(turned, STANDARD).to_polars("province")
    assert one.select("region_code", "left_out", "households").equals(
        two.select("region_code", "left_out", "households")
    )
    for name in one.columns[3:]:
        a, b = one[name].to_list(), two[name].to_list()
        assert [x is None for x in a] == [x is None for x in b]
        assert [x or 0 for x in a] == pytest.approx([x or 0 for x in b], rel=1e-12)


def test_lines_of_a_callers_own_and_what_is_left_out(registry: Registry) -> None:
    said: list[str] = []
    found = measure(
        registry, STANDARD, lines={"half": 3000}, progress=lambda i, n, what: said.append(f"{i}/{n} {what.en}")
    )
    assert said[0].startswith("0/2 measuring")
    table = found.to_polars()
    assert {"headcount_half", "gap_half"} <= set(table.columns) and "headcount_lower" not in table.columns
    assert table["region_code"].to_list() == ["350526", "522731"]
    assert found.of("35").headcount_ratio("half").value == table["headcount_half"][0]
    assert found.of().headcount_ratio("half", year=2021).report("en")
    if sum(found.left_out.values()):
        assert str(sum(found.left_out.values())) in found.caution()[0].text.en
    with pytest.raises(Refused, match="no household"):
        found.of("11")
    with pytest.raises(Refused, match="no such level"):
        found.to_polars("village")


def test_unknown_incomes_are_left_out_and_counted() -> None:
    ids = [f"H{i}" for i in range(6)]
    registry = fp.read(
        {
            "household": pl.DataFrame(
                {
                    "household_id": ids,
                    "region_code": ["522731"] * 4 + [None, "110101"],
                    "population": [2, 3, None, 1, 1, 2],
                }
            ),
            "income_year": pl.DataFrame(
                {"household_id": ids[:5], "year": [2020] * 5, "net_income_pc": [4000.0, 9000.0, 5000.0, None, 0.0]}
            ),
        }
    )
    found = measure(registry, STANDARD)
    assert found.left_out == {"522731": 2, "110101": 1} and found.of("522731").sums.weight == 5
    assert "3 households" in found.caution()[0].text.en and found.caution("37") == ()
    table = found.to_polars()
    rows = {row["region_code"]: row for row in table.iter_rows(named=True)}
    assert rows["110101"]["households"] == 0 and rows["110101"]["mean"] is None
    assert rows["522731"]["headcount_lower"] == 2 / 5
    assert rows[""]["mld"] is None and rows[""]["gini"] is None  # one income of nought
    assert measure(registry, STANDARD, basis="household").of("522731").sums.records == 3
    assert Regions("person").to_polars("nation")["households"].to_list() == [0]
