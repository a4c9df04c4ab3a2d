"""Expressions where the data is give what the array functions give."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest

from fangpin.methods import expressions, inequality, poverty
from fangpin.methods.multidimensional import AlkireFoster
from fangpin.methods.sketch import Sketch
from measures_help import survey

pytestmark = pytest.mark.clause("P1.1")
FRAMES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda d: d,
    "lazy": lambda d: d.lazy(),
    "pandas": lambda d: d.to_pandas(),
    "arrow": lambda d: d.to_arrow(),
    "duckdb": lambda d: duckdb.connect().from_arrow(d.to_arrow()),
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


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("weight", [None, "pweight"])
def test_a_sketch_where_the_data_is_is_the_sketch_of_its_records(kind: str, weight: str | None) -> None:
    rows = survey().filter(pl.col("income") > 0)
    one = expressions.sketch(FRAMES[kind](rows), "income", weight, [6000], basis="person", year=2021)
    same_sketch(one, Sketch.of(rows["income"], None if weight is None else rows[weight], [6000], basis="person"))
    assert dict(one.mean().years) == {"data": 2021}
    assert one.watts(6000).value == pytest.approx(
        float(poverty.watts(rows["income"], 6000, None if weight is None else rows[weight])), rel=1e-12
    )


def test_a_sketch_where_the_data_is_keeps_negative_incomes() -> None:
    rows = survey()
    assert (rows["income"] < 0).any()
    one = expressions.sketch(rows, "income", "pweight", [6000])
    two = Sketch.of(rows["income"], rows["pweight"], [6000])
    assert one.sums.not_positive == two.sums.not_positive > 0
    assert one.poverty_gap_index(6000).value == pytest.approx(two.poverty_gap_index(6000).value, rel=1e-12)
    assert one.gini().value == pytest.approx(two.gini().value, rel=1e-9)


def same_sketch(one: Sketch, two: Sketch) -> None:
    """But for rounding, which may put an income at an edge into the next bin."""
    assert one.sums == pytest.approx(two.sums, rel=1e-12)
    for name in two.lines:
        assert one.lines[name] == pytest.approx(two.lines[name], rel=1e-12, abs=1e-9)
    assert one.gini().value == pytest.approx(two.gini().value, rel=1e-9)
    for q in (0.1, 0.5, 0.9):
        assert one.quantile(q).value == pytest.approx(two.quantile(q).value, rel=1.7e-4)


@pytest.mark.parametrize("kind", FRAMES)
def test_what_arrays_refuse_is_refused_where_the_data_is(kind: str) -> None:
    def sketched(income: list[Any], weight: list[Any]) -> Sketch:
        return expressions.sketch(FRAMES[kind](pl.DataFrame({"y": income, "w": weight})), "y", "w")

    for income, weight, words in (
        ([1.0, None, 3.0], [1.0, 1.0, 1.0], "income: 1 rows are blank"),
        ([1.0, float("inf"), 3.0], [1.0, 1.0, 1.0], "income: 1 rows are blank"),
        ([1.0, 2.0, 3.0], [1.0, None, 1.0], "weights: 1 rows are blank"),
        ([1.0, 2.0, 3.0], [1.0, -2.0, 1.0], "1 rows are negative"),
        ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], "no row has a weight"),
    ):
        with pytest.raises(ValueError, match=words):
            sketched(income, weight)
    assert sketched([1.0, 2.0, 3.0], [1.0, 0.0, 1.0]).sums.records == 2


def test_on_spark_too(spark: Any) -> None:
    """FGT, Alkire–Foster and the sketch, as Spark works them out, with those of the arrays."""
    spark.conf.set("spark.sql.shuffle.partitions", 2)
    rows = survey().select("income", "pweight", *NAMES)[:300]
    frame = spark.createDataFrame(rows.to_pandas())
    asked = {
        n: e for n, e in expressions.alkire_foster(AF, "pweight").items() if n in ("headcount", "adjusted_headcount")
    }
    asked["gap"] = expressions.fgt("income", 6000, 1, "pweight")
    found = nw.from_native(frame).select(**asked).collect().rows(named=True)[0]
    w = rows["pweight"]
    held = AF.estimate(rows, w)
    assert found["gap"] == pytest.approx(float(poverty.poverty_gap_index(rows["income"], 6000, w)), rel=1e-12)
    assert found["headcount"] == pytest.approx(float(held.headcount))
    assert found["adjusted_headcount"] == pytest.approx(float(held.adjusted_headcount))
    same_sketch(expressions.sketch(frame, "income", "pweight", [6000]), Sketch.of(rows["income"], w, [6000]))
