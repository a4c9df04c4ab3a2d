"""What rules mean: three values, intervals between what is known and what can be, yuan, constants."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fangpin.identification.record import Record
from fangpin.language.interpret import completed_years, evaluate
from fangpin.language.parse import Context, Parameter, parse
from fangpin.language.tree import FALSE, TRUE, In, Lit, never_negative, walk
from fangpin.language.units import Unfit, combined
from fangpin.language.vocabulary import check_vocabulary, vocabulary
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.money import MICRO

TODAY = date(2021, 6, 30)
PARAMETERS = {
    "line": Parameter(500, "yuan"),
    "yes": Parameter(True),
    "no": Parameter(False),
    "none_of": Parameter(()),
    "half": Parameter(0.5),
}
CONTEXT = Context(vocabulary(), PARAMETERS, {}, "rule.yaml")


def truth(text: str, *members: dict[str, Any], population: int | None = None, **living: Any) -> bool | None:
    """The value of a rule for a household of which only this is known."""
    people = [{"person_id": str(i), **m} for i, m in enumerate(members)]
    record = Record({"population": population}, living, {}, people, TODAY)
    return evaluate(parse(text, CONTEXT), record.facts())  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("electricity and tv_signal", None),
        ("electricity and false", False),
        ("electricity or true", True),
        ("not electricity", None),
        ("electricity is known", False),
        ("electricity is true", False),
        ("electricity is not true", True),
        ("recorded(electricity)", False),
        ("case when electricity then true else true end", None),  # strict: an unknown condition is not skipped
        ("unknown", None),
        ("recorded(unknown)", False),
        ("internet in none_of", False),
        ("internet not in none_of", True),
        ("size(durables) >= 0", True),
        ("size(durables) < 0", False),
        ("water_fetch_minutes <= 1440", True),  # no longer than the table allows
        ("water_fetch_minutes > 20", None),
        ("water_fetch_minutes + water_fetch_minutes > 5000", False),
        ("house_area * 0 = 0", None),  # a product of something unknown is unknown
        ("house_area / house_area = 1", None),
    ],
)
def test_nothing_is_known(text: str, value: bool | None) -> None:
    assert truth(text, population=1) is value


@pytest.mark.parametrize(
    ("text", "known", "missing"),
    [
        ("any_member(bedridden)", False, None),
        ("all_members(not bedridden)", True, None),
        ("all_members(age > 50)", False, False),
        ("any_member(age = 40)", True, True),
        ("any_known_member(dibao)", None, None),
        ("any_known_member(bedridden)", False, None),
        ("count_members(age > 0) >= 2", True, True),
        ("count_members(age > 0) < 3", True, None),
        ("count_members(bedridden) > 0", False, None),
        (
            "sum_members(work_months) >= 6",
            True,
            True,
        ),  # months are never below zero: who is missing cannot take any away
        ("sum_members(work_months) <= 12", True, None),
        ("sum_members(work_months - 3) >= 0", True, None),
        ("sum_members(earnings) > 100", True, None),  # a loss is possible
        ("max_members(age) >= 70", True, True),
        ("max_members(age) < 80", True, None),
    ],
)
def test_members_known_and_one_missing(text: str, known: bool | None, missing: bool | None) -> None:
    people = (
        {"age": 40, "bedridden": False, "work_months": 8, "earnings": 300 * MICRO},
        {"age": 70, "bedridden": False, "work_months": 0, "earnings": 0},
    )
    assert truth(text, *people, population=2) is known
    assert truth(text, *people, population=3) is missing


def test_what_is_known_in_part_is_a_bound() -> None:
    people = ({"work_months": 8}, {})
    assert truth("sum_members(work_months) >= 8", *people) is True
    assert truth("sum_members(work_months) > 20", *people) is False
    assert truth("sum_members(work_months) > 12", *people) is None
    assert truth("count_members(work_months >= 6) >= 1", *people) is True
    assert truth("count_members(work_months >= 6) = 1", *people) is None
    assert truth("max_members(work_months) >= 8", *people) is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("any_member(earnings < line)", True),
        ("any_member(earnings < 499.99)", False),
        ("any_member(earnings = 499.99)", True),
        ("any_member(earnings / work_months < 62.5)", True),
        ("any_member(earnings / work_months > 62.5)", False),
        ("any_member(earnings / work_months > 62.49875 - 0.01)", True),
        ("any_member(work_months * work_monthly_income >= 800)", True),
        ("any_member(work_months * work_monthly_income > 800)", False),
        ("any_member(earnings * half < 250)", True),
        ("any_member(earnings + 100 < 600)", True),
        ("sum_members(earnings) / household.population <= 499.99", True),
        ("any_member(case when yes then earnings else 0 end > 499)", True),
        ("any_member(-earnings < -499)", True),
    ],
)
def test_yuan_are_yuan_wherever_they_stand(text: str, value: bool) -> None:
    person = {"earnings": 499_990_000, "work_months": 8, "work_monthly_income": 100 * MICRO}
    assert truth(text, person, population=1) is value


def test_units_of_products() -> None:
    assert combined("*", None, "yuan") == "yuan"
    assert combined("*", "person", "yuan") == "yuan*person"
    assert combined("*", "month", "yuan/month") == "yuan"
    assert combined("/", "yuan", "person") == "yuan"
    assert combined("/", "yuan", "month") == "yuan/month"
    assert combined("/", "kg", "cm") == "kg/cm"
    assert combined("/", "yuan", "yuan") is None
    for op, left, right in (("*", "yuan", "yuan"), ("/", None, "yuan"), ("/", "month", "yuan/month")):
        with pytest.raises(Unfit):
            combined(op, left, right)


def test_what_parameters_decide_is_decided_at_load() -> None:
    for text in (
        "no and electricity",
        "electricity and no",
        "internet in none_of",
        "not (yes or electricity)",
        "1 + 1 > 2",
    ):
        assert parse(text, CONTEXT) == FALSE
    for text in (
        "yes or electricity",
        "not no",
        "case when yes then true else electricity end",
        "2 * 3 = 6",
        "-1 < 0.5",
    ):
        assert parse(text, CONTEXT) == TRUE
    assert parse("yes and internet = '3'", CONTEXT) == parse("internet in ('3')", CONTEXT)
    assert not any(isinstance(n, Lit) for n in walk(parse("case when no then true else internet = '3' end", CONTEXT)))
    assert isinstance(parse("internet = '3'", CONTEXT), In)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("work_months", True),
        ("work_months + farm_months", True),
        ("work_months + 3", True),
        ("work_months - farm_months", False),
        ("earnings", False),
        ("size(health_status)", True),
        ("days_since(birth_date)", False),
        ("case when student then work_months else 0 end", True),
        ("-1 * work_months", False),
    ],
)
def test_what_can_never_be_below_zero(text: str, never: bool) -> None:
    assert never_negative(parse(text, CONTEXT, scope="member", want="number")) is never


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ("2000-02-29", "2021-02-28", 20),
        ("2000-02-29", "2021-03-01", 21),
        ("2000-02-29", "2020-02-29", 20),
        ("2001-06-30", "2021-06-30", 20),
        ("2001-07-01", "2021-06-30", 19),
        ("2022-01-01", "2021-06-30", -1),
    ],
)
def test_completed_years(born: str, day: str, years: int) -> None:
    assert completed_years(date.fromisoformat(born), date.fromisoformat(day)) == years


@pytest.mark.parametrize(
    "text", ["any_measure(true)", "this_year.a > 0", "members_listed > 1", "count_loans(true) > 1"]
)
def test_what_is_for_checks_only_refuses_to_load_in_a_standard(text: str) -> None:
    with pytest.raises(DocumentError):
        parse(text, Context(vocabulary()))
    assert parse(text, Context(check_vocabulary()))
