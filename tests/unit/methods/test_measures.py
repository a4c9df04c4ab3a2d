"""Measures: what goes in, what is refused and why, what an estimate says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fangpin.methods import inequality, poverty
from fangpin.methods.estimate import Estimate, Refused
from fangpin.methods.estimates import Estimates
from fangpin.methods.survey import Design
from fangpin.vocabulary.text import Text

Y = [1000.0, 2000.0, 3000.0, 4000.0, 10_000.0]
W = [1.0, 2.0, 1.0, 1.0, 1.0]
LOGS: dict[str, Any] = {
    "watts": lambda y: poverty.watts(y, line=3000),
    "theil_t": inequality.theil_t,
    "mld": inequality.mld,
    "ge0.5": lambda y: inequality.generalized_entropy(y, alpha=0.5),
    "atkinson": lambda y: inequality.atkinson(y, epsilon=1),
}


@pytest.mark.parametrize(
    "kind",
    [
        list,
        tuple,
        np.array,
        pl.Series,
        pd.Series,
        pa.array,
        lambda v: pa.chunked_array([v]),
        lambda v: [Decimal(str(x)) for x in v],
        lambda v: pl.Series([Decimal(str(x)) for x in v]),
        lambda v: pd.Series(v, dtype="float64[pyarrow]"),
        lambda v: np.array(v, dtype=np.int64),
    ],
)
def test_any_kind_of_column_goes_in(kind: Any) -> None:
    assert poverty.headcount_ratio(kind(Y), line=3000, weights=kind(W)) == 0.5
    assert inequality.gini(kind(Y), kind(W)) == inequality.gini(Y, W)
    assert list(poverty.headcount_ratio(kind(Y), line=3000, by=kind(W))) == [1, 2]


@pytest.mark.parametrize("blank", [float("nan"), None, float("inf")])
def test_a_blank_is_refused_with_its_count(blank: Any) -> None:
    for values in ([blank, *Y], pl.Series([blank, *Y], strict=False), pd.Series([blank, *Y])):
        with pytest.raises(ValueError, match="1 rows are blank") as caught:
            poverty.headcount_ratio(values, line=3000)
        assert "1 行" in caught.value.message("zh")
    with pytest.raises(ValueError, match="weights: 1 rows are blank"):
        inequality.gini(Y, [blank, 1, 1, 1, 1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: poverty.headcount_ratio([], line=1), "no row"),
        (lambda: poverty.headcount_ratio(Y, line=0), "above zero"),
        (lambda: poverty.headcount_ratio(Y, line=-5), "above zero"),
        (lambda: poverty.headcount_ratio(Y, line=float("nan")), "above zero"),
        (lambda: poverty.headcount_ratio(Y), "give a line"),
        (lambda: poverty.headcount_ratio(Y, line=1, share=0.5), "give a line"),
        (lambda: poverty.headcount_ratio(Y, line=1, weights=[1, 1, 1, 1, -1]), "1 rows are negative"),
        (lambda: poverty.headcount_ratio(Y, line=1, weights=[0] * 5), "all weights are zero"),
        (lambda: poverty.headcount_ratio(Y, line=1, weights=[1]), "another number of rows"),
        (lambda: poverty.headcount_ratio(Y, line=1, weights=W, design=Design(W, basis="person")), "not both"),
        (lambda: poverty.headcount_ratio([1, 2], line=1, design=Design(W, basis="person")), "another number of rows"),
        (lambda: poverty.headcount_ratio(["a", "b"], line=1), "numbers"),
        (lambda: poverty.headcount_ratio(np.ones((2, 2)), line=1), "one column"),
        (lambda: poverty.headcount_ratio(Y, line=1, by=["a", None, "b", "b", "b"]), "1 rows have no group"),
        (lambda: poverty.fgt(Y, line=1, alpha=-1), "alpha"),
        (lambda: poverty.at_risk_of_poverty(Y, share=0), "above zero"),
        (lambda: poverty.at_risk_of_poverty([-1, -2, 5], share=0.5), "no relative line"),
        (lambda: poverty.at_risk_of_poverty(Y, share=0.5, of="mode"), "median or mean"),
        (lambda: poverty.relative_median_gap([5, 5, 5], share=0.5), "nobody is below"),
        (lambda: inequality.gini([-1, 1]), "more than zero"),
        (lambda: inequality.gini([0, 0]), "more than zero"),
        (lambda: inequality.lorenz([0, 0]), "more than zero"),
        (lambda: inequality.palma([0, 0, 0, 0, 1]), "no income at the bottom"),
        (lambda: inequality.atkinson(Y, epsilon=0), "epsilon"),
        (lambda: inequality.generalized_entropy(Y, alpha=float("nan")), "alpha"),
        (lambda: inequality.quantile(Y, q=1.5), "between 0 and 1"),
        (lambda: Design(weights=W), "households or persons"),
        (lambda: Design(weights=W, basis="people"), "households or persons"),  # type: ignore[arg-type]
        (lambda: Design(weights=W, strata=[1, 2], basis="person"), "another number of rows"),
        (lambda: Design(weights=W, fpc=[2, 1, 1, 1, 1], basis="person"), "shares drawn"),
        (lambda: Design(weights=W, strata=[1, 1, 1, 1, 2], basis="person", lonely="refuse").cautions, "single unit"),
    ],
)
def test_what_cannot_be_computed_says_why(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        call()
    assert isinstance(caught.value, Refused) and any("一" <= c <= "鿿" for c in caught.value.message("zh"))


@pytest.mark.parametrize("name", LOGS)
def test_logarithms_refuse_zero_and_negative_incomes_with_their_count(name: str) -> None:
    bad = [-5.0, -5.0, *Y] if name == "ge0.5" else [-5.0, 0.0, *Y]
    with pytest.raises(ValueError, match="2 records have incomes"):
        LOGS[name](bad)
    assert np.isfinite(float(LOGS[name](Y)))


def test_negative_and_zero_incomes_are_kept_elsewhere() -> None:
    y = [-1000.0, 0.0, 2000.0, 7000.0]
    assert poverty.poverty_gap_index(y, line=2000) == (1.5 + 1) / 4
    assert poverty.squared_poverty_gap(y, line=2000) == (2.25 + 1) / 4
    assert inequality.gini(y) == pytest.approx(sum(abs(a - b) for a in y for b in y) / (2 * 16 * 2000))
    assert np.isfinite([float(poverty.sen(y, line=2000)), float(poverty.sst(y, line=2000))]).all()
    assert poverty.sen([0.0, 0.0, 5.0], line=1) == pytest.approx(2 / 3)


def test_exactly_at_a_share_the_quantile_is_the_mean_of_two() -> None:
    assert inequality.quantile([1, 2, 3, 4], q=0.5) == 2.5
    assert inequality.quantile([1, 2, 3, 4], [1, 1, 1, 1.001], q=0.5) == 3
    assert inequality.quantile([1, 2, 3, 4], [0.1] * 4, q=0.75) == 3.5
    assert inequality.quantile([1, 2, 3], q=0) == 1 and inequality.quantile([1, 2, 3], q=1) == 3
    assert inequality.quantile([3, 1, 2, 9], [1, 1, 0, 1], q=1 / 3) == 2


def test_a_line_of_each_record() -> None:
    assert poverty.headcount_ratio([1, 2, 3], line=[2, 2, 4]) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="one line for all"):
        poverty.sen([1, 2, 3], line=[2, 2, 4])


def test_without_a_design_no_error_is_claimed_and_a_census_has_none() -> None:
    bare = poverty.headcount_ratio(Y, line=3000, weights=W)
    assert (bare.se, bare.interval, bare.basis) == (None, None, None)
    assert [w.code for w in bare.warnings] == ["no-design"]
    full = poverty.headcount_ratio(Y, line=3000, design=Design(W, basis="household", census=True))
    assert (full.se, full.interval, full.basis) == (0.0, (0.5, 0.5), "household")
    assert "no sampling error" in full.method.en and "无抽样误差" in full.method.zh


def test_a_simple_sample_has_the_error_of_the_textbook() -> None:
    y = [1.0] * 3 + [9.0] * 7
    found = poverty.headcount_ratio(y, line=5, design=Design(basis="person"))
    assert found.se == pytest.approx((0.3 * 0.7 / 9) ** 0.5)
    assert found.interval[0] > 0 and found.interval[1] < 1 and found.n == 10


def test_none_below_has_an_upper_bound_all_the_same() -> None:
    found = poverty.headcount_ratio([9.0] * 50, line=5, design=Design(basis="person"))
    assert found.value == 0 and found.interval[0] == 0 and found.interval[1] == pytest.approx(1 - 0.025 ** (1 / 50))
    assert "none-or-all" in [w.code for w in found.warnings]


def test_a_stratum_with_one_unit_is_said_and_treated_by_a_stated_rule() -> None:
    y, strata, psu = [1.0, 9.0, 1.0, 9.0, 1.0, 1.0], [1, 1, 1, 1, 2, 2], [1, 1, 2, 2, 3, 3]
    found = {
        rule: poverty.headcount_ratio(y, line=5, design=Design(strata=strata, psu=psu, basis="person", lonely=rule))
        for rule in ("centre", "certainty")
    }
    assert found["certainty"].se == 0
    assert found["centre"].se == pytest.approx((1 - 2 / 3) * 2 / 6)
    for one in found.values():
        assert next(w.code for w in one.warnings) == "one-unit-stratum"
    with pytest.raises(ValueError, match="1 strata have a single unit"):
        poverty.headcount_ratio(y, line=5, design=Design(strata=strata, psu=psu, basis="person", lonely="refuse"))


def test_one_unit_in_all_gives_no_error_and_says_so() -> None:
    found = poverty.headcount_ratio(Y, line=3000, design=Design(psu=[1] * 5, basis="person"))
    assert found.se is None and found.interval is None
    assert {"no-error", "one-unit-stratum"} <= {w.code for w in found.warnings}


def test_years_travel_and_mixed_vintages_are_said() -> None:
    line = Estimate(3000.0, Text("线", "line"), Text("x", "x"), "person", years={"line": 2020}, unit="yuan")
    found = poverty.headcount_ratio(Y, line=line, design=Design(W, basis="person", year=2019))
    assert dict(found.years) == {"data": 2019, "line": 2020} and found.details["line"] == 3000
    assert "mixed-vintages" in [w.code for w in found.warnings]
    assert "2020" in found.report("zh") and "按人" in found.report("zh")
    own = poverty.at_risk_of_poverty(Y, share=0.6, design=Design(W, basis="person", year=2019))
    assert dict(own.years) == {"data": 2019, "line": 2019}
    with pytest.raises(ValueError, match="basis"):
        poverty.headcount_ratio(Y, line=3000).report()


def test_groups_are_columns_and_a_mapping_and_the_refused_are_named() -> None:
    found = inequality.gini([1, 2, 3, -1, 1], by=["a", "a", "a", "b", "b"])
    assert isinstance(found, Estimates) and list(found) == ["a"] and found["a"].value == inequality.gini([1, 2, 3])
    assert "b" in found.refused and "groups-refused" in [w.code for w in found["a"].warnings]
    with pytest.raises(ValueError, match="b: incomes do not add up"):
        found["b"]
    with pytest.raises(KeyError):
        found["c"]
    frame = poverty.headcount_ratio(Y, line=3000, by=[1, 1, 2, 2, 2], design=Design(W, basis="person")).to_frame(
        "county"
    )
    assert frame["county"].to_list() == [1, 2] and frame["value"].to_list() == [1.0, 0.0]
    empty = poverty.headcount_ratio([1, 2], line=5, weights=[1, 0], by=["a", "b"])
    assert list(empty) == ["a"] and empty.refused["b"].en == "its weights sum to zero"


def test_ties_at_a_quantile_are_said() -> None:
    found = inequality.s80_s20([1.0] * 5 + [2.0] * 3 + [5.0] * 2)
    assert "ties-at-quantile" in [w.code for w in found.warnings]
    with pytest.raises(ValueError, match="nobody above the top quantile"):
        inequality.s80_s20([3.0] * 10)


def test_a_design_knows_units_numbered_anew_in_every_stratum() -> None:
    y = np.arange(12.0) % 5
    anew = Design(strata=[1] * 6 + [2] * 6, psu=[1, 1, 2, 2, 3, 3] * 2, basis="person")
    apart = Design(strata=[1] * 6 + [2] * 6, psu=[1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], basis="person")
    assert anew.units == apart.units == 6
    assert poverty.headcount_ratio(y, line=2, design=anew).se == poverty.headcount_ratio(y, line=2, design=apart).se


def test_a_sample_of_everything_has_no_error() -> None:
    y = np.arange(20.0)
    full = Design(psu=np.repeat(np.arange(5), 4), fpc=np.ones(20), basis="person")
    assert poverty.headcount_ratio(y, line=7.5, design=full).se == 0
    half = Design(fpc=np.full(20, 0.5), basis="person")
    free = poverty.headcount_ratio(y, line=7.5, design=Design(basis="person")).se
    assert poverty.headcount_ratio(y, line=7.5, design=half).se == pytest.approx(free * 0.5**0.5)
    stages = Design(psu=np.repeat(np.arange(5), 4), fpc=(np.ones(20), np.full(20, 0.5)), basis="person")
    within = poverty.headcount_ratio(y, line=7.5, design=stages).se
    # only the second stage is left: 5 units, (1 − 1/2)·4/3·Σ(u − ū)² in the one that is mixed (none here: 4, 4, 0, 0, 0)
    assert within == pytest.approx(0)
    mixed = poverty.headcount_ratio(y, line=6, design=stages).se
    assert mixed == pytest.approx((0.5 * 4 / 3 * 4 * 0.25 / 400) ** 0.5)


def test_a_line_of_households_on_persons_is_said() -> None:
    line = Estimate(3000.0, Text("线", "line"), Text("x", "x"), "household", se=10.0, years={"line": 2019}, unit="yuan")
    found = poverty.headcount_ratio(Y, line=line, design=Design(W, basis="person", year=2019))
    assert [w.code for w in found.warnings][:2] == ["line-estimated", "mixed-bases"]
    same = poverty.headcount_ratio(Y, line=line, design=Design(W, basis="household", year=2019))
    assert "mixed-bases" not in [w.code for w in same.warnings]
