"""Expressions where the data is give what the array functions give."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest

from fangpin.methods import expressions, inequality, poverty
from fangpin.methods.multidimensional import AlkireFoster
from measures_help import survey

pytestmark = pytest.mark.clause("P1.1")
FRAMES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda d: d,
    "lazy": lambda d: d.lazy(),
    "pandas": lambda d: d.to_pandas(),
    "arrow": lambda d: d.to_arrow(),
}
NAMES = "d_nutr d_insur d_elder d_labour d_school d_skill d_house d_durab d_water d_net".split()
AF = AlkireFoster({name: Fraction(1, 10) for name in NAMES}, Fraction(3, 10))


def value(frame: Any, expression: nw.Expr) -> Any:
    found = nw.from_native(frame).select(x=expression)
    found = found.collect() if isinstance(found, nw.LazyFrame) else found
    return found["x"].to_list()[0]


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("weight", [None, "pweight"])
def test_equal_to_arrays_in_every_frame(kind: str, weight: str | None) -> None:
    rows = survey()
    frame, w = FRAMES[kind](rows), None if weight is None else rows[weight]
    for alpha in (0, 1, 2):
        found = value(frame, expressions.fgt("income", 6000, alpha, weight))
        assert found == pytest.approx(float(poverty.fgt(rows["income"], 6000, w, alpha=alpha)), rel=1e-12)
    rich = rows.filter(pl.col("income") > 0)
    frame, w = FRAMES[kind](rich), None if weight is None else rich[weight]
    pairs = [
        (expressions.watts("income", 6000, weight), poverty.watts(rich["income"], 6000, w)),
        (expressions.mld("income", weight), inequality.mld(rich["income"], w)),
        (expressions.theil_t("income", weight), inequality.theil_t(rich["income"], w)),
        *(
            (
                expressions.generalized_entropy("income", a, weight),
                inequality.generalized_entropy(rich["income"], w, alpha=a),
            )
            for a in (0, 1, 2)
        ),
    ]
    for expression, expected in pairs:
        assert value(frame, expression) == pytest.approx(float(expected), rel=1e-10)


@pytest.mark.parametrize("kind", FRAMES)
def test_alkire_foster_equal_to_arrays(kind: str) -> None:
    rows = survey()
    held = AF.estimate(rows, rows["pweight"])
    found = {n: value(FRAMES[kind](rows), e) for n, e in expressions.alkire_foster(AF, "pweight").items()}
    assert found["headcount"] == pytest.approx(float(held.headcount))
    assert found["adjusted_headcount"] == pytest.approx(float(held.adjusted_headcount))
    for name in NAMES:
        assert found[f"raw_{name}"] == pytest.approx(float(held.raw_headcount[name]))
        assert found[f"censored_{name}"] == pytest.approx(float(held.censored_headcount[name]))


def test_by_county_where_the_data_is() -> None:
    rows = survey()
    frame = nw.from_native(rows.lazy()).group_by("county").agg(x=expressions.fgt("income", 6000, 1, "pweight"))
    found = frame.sort("county").collect()["x"].to_numpy()
    expected = poverty.poverty_gap_index(rows["income"], 6000, rows["pweight"], by=rows["county"]).value
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "arrow"])
def test_a_blank_or_an_income_no_logarithm_takes_leaves_the_result_blank(kind: str) -> None:
    frame = FRAMES[kind](pl.DataFrame({"income": [1000.0, None, 9000.0]}))
    assert value(frame, expressions.fgt("income", 6000)) in (None,) or np.isnan(
        value(frame, expressions.fgt("income", 6000))
    )
    frame = FRAMES[kind](pl.DataFrame({"income": [1000.0, 0.0, 9000.0]}))
    for expression in (expressions.watts("income", 6000), expressions.mld("income"), expressions.theil_t("income")):
        found = value(frame, expression)
        assert found is None or np.isnan(found)
    with pytest.raises(ValueError, match="above zero"):
        expressions.fgt("income", 0)
