"""Lines of a year and place, and the paper's Table 1."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from fangpin.evaluation.headcounts import headcounts
from fangpin.evaluation.lines import lines, person_basis
from fangpin.evaluation.published import national, table_of
from fangpin.evaluation.table1 import table_1
from fangpin.methods.grouped import GroupedIncome
from fangpin.reference.statistics import NotPublished
from fangpin.vocabulary.errors import UnusableInput


@pytest.mark.clause("P1.1")
def test_table_1_is_reproduced_and_put_beside_the_others() -> None:
    found = table_1().to_json("en")
    assert [row["persons_10k"] for row in found["printed"]] == [8374, 9743, 11138]
    assert [row["persons_10k"] for row in found["reproduced"]] == [8347.41, 9742.87, 11138.33]
    assert {"mixed-vintages", "household-basis", "mean-differs", "unverified"} <= {w["code"] for w in found["warnings"]}
    by_id = {s["id"]: s for s in found["scenarios"]}
    ranges = [[round(end) for end in ends] for ends in by_id["consistent_2020"]["accepted_range_10k"]]
    assert ranges == [[6372, 7054], [7783, 8447], [9310, 9917]]
    assert by_id["persons_2020"]["basis"] == "person"
    assert round(by_id["as_printed"]["bounds_10k"][0][1]) == 15606
    paper = next(m for m in by_id["as_printed"]["methods"] if m["method"] == "linear_cdf")
    assert paper["persons_10k"] == [8347.41, 9742.87, 11138.33] and not paper["accepted"]
    default = next(b for b in found["backtest"] if (b["method"], b["share"]) == ("gb2", 0.4))
    assert (default["bias_pp"], default["populations"]) == (0.433, 38)


@pytest.mark.clause("P1.1")
def test_the_lines_of_2020_in_the_nation() -> None:
    found = lines(2020)
    assert [str(one.line.yuan) for one in found.lines] == ["6081.60", "6841.80", "7602.00"]
    assert not found.median.estimated and found.median.yuan == 15204
    first = found.to_json("en")["lines"][0]
    assert first["persons_10k"] == pytest.approx(7006 * 50992 / 50979, abs=5)
    assert first["persons_10k_range"] == pytest.approx([6373.4, 7056.2], abs=1)
    assert first["share_of_total"] == pytest.approx(first["persons_10k"] / 141212, abs=1e-7)
    assert first["person_basis"]["persons_10k"] > first["persons_10k"]
    assert {"household-basis", "unverified"} <= {w.code for w in found.cautions}


def test_the_lines_are_those_of_the_standard() -> None:
    from fangpin.standards import standard

    rules = standard("national/seed_2021", "350526", "2021-06-30")
    found = lines(2020, "350526", (Decimal("0.40"), Decimal("0.45")))
    assert [one.line.yuan for one in found.lines] == [rules.lower.yuan, rules.upper.yuan]


@pytest.mark.clause("P1.1")
def test_a_county_without_a_line_of_its_own_is_estimated_and_says_so() -> None:
    found = lines(2020, "350526")
    assert all(one.line.estimated for one in found.lines) and found.median.estimated
    codes = {w.code for w in found.cautions}
    assert {"estimated-line", "province-for-county"} <= codes
    said = found.to_json("zh")["lines"][0]
    assert said["persons_10k"] is None and 0 < said["rate"] < 0.2 and said["rate_bounds"][0] < said["rate"]
    with_people = lines(2020, "350526", rural=2.5e5, total=3.3e5).to_json()["lines"][0]
    assert with_people["persons_10k"] == pytest.approx(25 * with_people["rate"], abs=0.01)


OVERLAY = """\
region: "350526"
changes: national/seed_2021
effective: {from: 2021-01-01, until: null}
title: {zh: 德化县, en: Dehua}
median: {yuan: 18000, year: 2020, published_on: 2021-03-01, source: 县统计公报}
source: {document: 县统计公报 2020, verified: true}
"""


@pytest.mark.clause("P1.1")
def test_a_county_with_an_overlay_has_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "overlay.yaml"
    path.write_text(OVERLAY, "utf-8")
    found = lines(2020, "350526", overlays=(path,))
    assert [float(one.line.yuan) for one in found.lines] == [7200, 8100, 9000]
    assert found.median.yuan == 18000 and not found.median.estimated
    assert "estimated-line" not in {w.code for w in found.cautions}
    absolute = OVERLAY.replace(OVERLAY.splitlines()[4], "line: {form: absolute_yuan, yuan: 8888}")
    path.write_text(absolute, "utf-8")
    fixed = lines(2020, "350526", overlays=(path,))
    assert [(one.share, float(one.line.yuan)) for one in fixed.lines] == [(None, 8888)]


def test_a_county_with_a_table_of_its_own() -> None:
    own = GroupedIncome(means=[9000, 15000, 19000, 25000, 40000], basis="person", population=250_000, year=2020)
    found = lines(2020, "350526", table=own)
    one = found.to_json("en")["lines"][0]
    assert one["basis"] == "person" and one["person_basis"] is None
    assert one["persons_10k"] == pytest.approx(25 * one["rate"], abs=0.01)
    assert "province-for-county" not in {w.code for w in found.cautions}


def test_a_year_without_quintiles_carries_the_last_on() -> None:
    found = national(2024)
    assert found.estimated and "carried-on" in {w.code for w in found.cautions}
    assert found.table.means[0] == pytest.approx(5264 * 23119 / 21691)


def test_a_province_without_quintiles_has_the_shape_of_the_nation() -> None:
    hubei, nation = table_of(2023, "420000"), national(2023)
    assert "national-shape" in {w.code for w in hubei.cautions}
    ratio = hubei.table.means[0] / nation.table.means[0]
    assert all(h / n == pytest.approx(ratio) for h, n in zip(hubei.table.means, nation.table.means, strict=True))
    assert lines(2023, "420000").monitoring is not None


@pytest.mark.parametrize("year", [2012, 2025, 1999])
def test_a_year_without_statistics_is_refused(year: int) -> None:
    with pytest.raises(NotPublished):
        lines(year)


@pytest.mark.parametrize("share", ["0", "1.2", "-0.4"])
def test_a_share_outside_the_median_is_refused(share: str) -> None:
    with pytest.raises(UnusableInput, match="between 0 and 1"):
        lines(2020, shares=(Decimal(share),))


def test_the_person_basis_where_it_can_be_had() -> None:
    means = [4000.0, 8000, 12000, 17000, 30000]
    assert person_basis(GroupedIncome(means=means, basis="household")) is None
    sized = person_basis(GroupedIncome(means=means, basis="household", household_sizes=[5, 4, 4, 3, 3]))
    assert sized is not None and sized.shares[0] == pytest.approx(5 / 19)
    same = GroupedIncome(means=means, basis="person")
    assert person_basis(same) is same


def test_headcounts_of_a_table() -> None:
    table = GroupedIncome(means=[4681.5, 10391.6, 14711.7, 20884.5, 38520.3], basis="household", population=5.0979e8)
    found = headcounts(table, [6081.6, 7602.0]).to_json("en")
    assert found["lines"][0]["persons_10k"] == pytest.approx(7006, abs=5)
    assert found["method"].startswith("GB2") and found["accepted"]
    asked = headcounts(table, [6081.6], None, "linear_cdf").to_json("en")
    assert asked["lines"][0]["persons_10k"] == pytest.approx(7598, abs=1)
    with pytest.raises(ValueError, match="needs a method"):
        headcounts(table, [6081.6], criterion="gmm")
