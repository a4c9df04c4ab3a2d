"""Conditions on several numbers that need no look at the numbers, and those that do."""

from __future__ import annotations

from datetime import date

import pytest

from fangpin.identification.turning import turning
from fangpin.language import tree as t
from fangpin.language.interpret import Facts, evaluate
from fangpin.standards import standard

TODAY = date(2021, 6, 30)
KG = t.Col("member", "weight", t.Type("number", "kg"), (), 1, 300)
CM = t.Col("member", "height", t.Type("number", "cm"), (), 20, 250)
MONTHS = [t.Col("member", name, t.Type("number", "month"), (), 0, 12) for name in ("work", "farm")]


def number(value: float) -> t.Lit:
    return t.Lit(value, t.Type("number"))


def below(node: t.Node, limit: float) -> t.Cmp:
    return t.Cmp("<", node, number(limit))


BMI = t.Arith("/", KG, t.Arith("*", CM, CM))
SUM = t.Arith("+", *MONTHS)


def test_the_conditions_of_the_seed_standard() -> None:
    found = turning([i.node for i in standard("national/seed_2021", as_of=TODAY).indicators])
    assert sorted({c.name for a in found for c in t.columns(a)}) == [
        "farm_months",
        "nutrition_height_cm",
        "nutrition_weight_kg",
        "work_months",
    ]
    assert {len(ends) for ends in found.values()} == {4}


def test_what_a_condition_is_at_the_ends_of_its_columns() -> None:
    (ends,) = turning([below(BMI, 0.002)]).values()
    row = {"weight": 60.0, "height": 165.0}
    facts = Facts({}, (), True, TODAY)
    found = [t.Agg("any", end) for end in ends]
    assert [evaluate(a, Facts({}, (row,), True, TODAY)) for a in found] == [True, False, False, True]
    assert evaluate(found[0], facts) is False


@pytest.mark.parametrize(
    "nodes",
    [
        [t.Cmp("=", BMI, number(0.002))],  # an equation holds in between
        [below(t.Arith("-", KG, t.Arith("*", KG, CM)), 0)],  # now rising, now falling
        [below(BMI, 0.002), below(KG, 40)],  # the same answer is weighed twice
        [below(BMI, 0.002), below(t.Arith("+", KG, CM), 200)],
        [below(SUM, 6), below(SUM, 9)],  # whole numbers may step over a limit
        [t.Cmp("<", KG, CM)],  # no constant
        [below(t.Arith("/", KG, MONTHS[0]), 3)],  # a division by zero
    ],
)
def test_conditions_whose_numbers_are_looked_at(nodes: list[t.Node]) -> None:
    assert turning(nodes) == {}


def test_one_condition_or_several_on_the_same_expression() -> None:
    assert list(turning([below(SUM, 6)])) == [below(SUM, 6)]
    known = t.IsKnown(KG)
    assert len(turning([t.And((known, below(BMI, 0.002))), below(BMI, 0.0018)])) == 2
