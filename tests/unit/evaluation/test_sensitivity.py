"""What a result hangs on: variants, who is sure and who depends, how many stand close to an edge."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import fangpin as fp
from fangpin.evaluation.sensitivity import Sensitivity, sensitivity
from fangpin.language.documents import rules_root
from fangpin.registry import Registry
from fangpin.reports import moves
from fangpin.reports import sensitivity as sensitivity_page
from fangpin.standards.variants import declared, variants_of
from fangpin.synth import generate
from standards_help import SEED

DAY = date(2021, 12, 31)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    out = tmp_path_factory.mktemp("county") / "data"
    generate(out, households=300, seed=3, county="350526")
    return fp.read(out)


@pytest.fixture(scope="module")
def found(county: Registry) -> Sensitivity:
    return fp.sensitivity(county, fp.standard(SEED, region="350526", as_of=DAY))


def test_the_variants_reach_every_threshold_k_each_indicator_and_each_reading() -> None:
    base = fp.standard(SEED, as_of=DAY)
    variants = variants_of(base)
    assert variants.refused == ()
    kinds = {v.id: v.kind for v in variants.found}
    assert {i for i, k in kinds.items() if k == "left_out"} == {f"-{c}" for c in base.counted}
    assert kinds["k=2"] == kinds["k=4"] == "k"
    numeric = {
        n for n, v in base.parameters.items() if isinstance(v.value, int | float) and not isinstance(v.value, bool)
    }
    assert numeric <= {name for v in variants.found for name in v.changes}
    others = {n for n, v in base.parameters.items() if isinstance(v.value, bool) or (v.choices and n != "left_out")}
    assert others <= {name for v in variants.found if v.kind == "reading" for name in v.changes}
    assert len({repr(sorted(v.changes.items())) for v in variants.found}) == len(variants.found)
    assert all(v.standard.hash != base.hash for v in variants.found)


def test_every_step_and_reading_that_is_declared_fits_its_standard() -> None:
    for path in rules_root().glob("**/sensitivity.yaml"):
        base = fp.standard(path.parent.relative_to(rules_root()).as_posix(), as_of=DAY)
        doc = declared(base)
        assert doc is not None and doc.of == base.id
        assert set(doc.steps) <= set(base.parameters)
        assert all(set(r.change) <= set(base.parameters) for r in doc.readings)
        assert len({r.id for r in doc.readings}) == len(doc.readings)
        assert {r.id for r in doc.readings} <= {v.id for v in variants_of(base).found}


def test_a_research_standard_takes_what_is_declared_for_its_base() -> None:
    survey = fp.standard("research/pk_pslm2015", as_of="2016-06-30")
    doc = declared(survey)
    assert doc is not None and doc.of == SEED
    assert {"k=2", "-H1", "L3.fetch_minutes_max=40"} <= {v.id for v in variants_of(survey).found}


def test_what_a_standard_does_not_allow_is_named_and_not_run() -> None:
    base = fp.standard(SEED, as_of=DAY).with_changes({"k": 1})
    assert [name for name, _ in variants_of(base).refused] == ["k=0"]


def test_each_row_is_a_comparison_with_that_variant(county: Registry, found: Sensitivity) -> None:
    for name in ("k=2", "-E2", "L2-below", "veto", "line_share=0.41"):
        variant = found.variant(name)
        one = fp.compare(county, found.standard, variant.standard)
        row = found.table.row(by_predicate=pl.col("variant") == name, named=True)
        assert (row["entering"], row["leaving"], row["moved"]) == (
            len(one.entering),
            len(one.leaving),
            len(one.moves),
        )
        assert {"caused": row["visits_caused"], "saved": row["visits_saved"]} == one.visits
        assert row["net"] == one.net and row["gross"] == one.gross


def test_who_is_sure_and_who_depends(county: Registry) -> None:
    chosen = fp.standard(SEED, region="350526", as_of=DAY)
    few = variants_of(chosen)
    found = sensitivity(county, chosen, variants=replace(few, found=few.found[3::6]))
    before = fp.identify(county, found.standard).to_polars()
    low = {h for h, s in before.select("household_id", "status").iter_rows() if s == "low_income"}
    changed: dict[str, set[str]] = {}
    readings: set[str] = set()
    ever = set(low)
    for variant in found.variants.found:
        one = fp.compare(county, found.standard, variant.standard)
        flipped = {m.household_id for m in (*one.entering, *one.leaving)}
        ever |= {m.household_id for m in one.entering}
        for household in flipped:
            changed.setdefault(household, set()).add(variant.id)
        if variant.kind == "reading":
            readings |= flipped
    assert set(found.who("always_in")["household_id"]) == low - set(changed)
    assert {h: set(by) for h, by in found.who("depends").select("household_id", "changed_by").iter_rows()} == changed
    assert set(found.who("depends", by_reading=True)["household_id"]) == readings
    assert found.standing == {
        "always_in": len(low - set(changed)),
        "depends": len(changed),
        "always_out": before.height - len(ever),
    }
    assert sum(found.standing_by_reading.values()) == found.total == 300


def test_the_edges_hold_the_line_and_every_threshold_of_a_number(found: Sensitivity) -> None:
    line = found.line
    assert line["step"].to_list() == list(range(-5, 6)) and line["below"].is_sorted()
    now = line.filter(step=0)
    assert now["low_income"].item() == found.statuses["low_income"]
    ages = found.near.filter(parameter="H3.age_min")
    assert ages["low"].to_list() == [67, 68, 69, 70, 71, 72, 73] and ages["households"].sum() > 0
    durables = found.near.filter(parameter="L2.durables_max")
    assert durables["low"].to_list() == [2, 3, 4]
    bmi = found.near.filter(parameter="H1.bmi_adult")
    assert bmi.height == 10 and bmi["low"].min() == pytest.approx(18.5 * 0.95)


def test_an_official_regime_has_lines_alone(county: Registry) -> None:
    found = fp.sensitivity(county, fp.standard("national/regime_2021", as_of=DAY))
    assert found.table.is_empty() and found.near.is_empty() and found.total == 300
    assert found.standing["depends"] == 0 and found.line.height == 11


def test_files_and_pages_are_written_in_both_languages(county: Registry, found: Sensitivity, tmp_path: Path) -> None:
    page = sensitivity_page.write(found, tmp_path / "s", "en").read_text("utf-8")
    assert 'lang="en"' in page and 'lang="zh-Hans"' in page and "结果取决于什么" in page and "hangs on" in page
    assert page.count("<svg") == 6
    table = pl.read_csv(tmp_path / "s" / "variants.csv", encoding="utf8-lossy")
    assert table.height == found.table.height
    assert pl.read_parquet(tmp_path / "s" / "households.parquet").equals(found.households)
    one = fp.compare(county, found.standard, found.variant("k=2").standard)
    page = moves.write(one, tmp_path / "m").read_text("utf-8")
    assert page.count("<svg") == 2 and "没有本地价格表" in page and "模拟数据" in page
    assert pl.read_parquet(tmp_path / "m" / "moves.parquet").equals(one.table)
    assert pl.read_csv(tmp_path / "m" / "moves.csv").height == len(one.moves)
    nothing = fp.compare(county, found.standard, found.standard)
    assert "0 户" in moves.write(nothing, tmp_path / "n").read_text("utf-8")


@pytest.mark.scale
def test_a_county_of_100_000_households_within_30_seconds(tmp_path: Path) -> None:
    generate(tmp_path / "data", households=100_000, seed=5, county="350526")
    registry, chosen = fp.read(tmp_path / "data"), fp.standard(SEED, region="350526", as_of=DAY)
    began = time.process_time()
    found = fp.sensitivity(registry, chosen)
    assert found.total == 100_000 and found.table.height >= 40
    assert time.process_time() - began < 30
