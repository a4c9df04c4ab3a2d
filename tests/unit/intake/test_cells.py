"""One text as one value: the oracle, and the columns against it."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin import tables
from fangpin.intake import cells, dates
from fangpin.intake.columns import read_column
from fangpin.vocabulary.money import LIMIT_YUAN, MICRO
from helpers import trials

FIELDS = {
    "bool": "household.is_ex_poor",
    "code": "member.sex",
    "code2": "member.student_status",
    "codes": "member.health_status",
    "int": "member.work_months",
    "num": "living.farmland",
    "money": "income_year.net_income_pc",
    "date": "member.birth_date",
    "month": "household.monitored_on",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("是", True),
        ("否", False),
        ("TRUE", True),
        ("False", False),
        ("1", True),
        ("0", False),
        ("yes", True),
        ("N", False),
        ("1.0", True),
        ("１", True),
    ],
)
def test_truth_is_read_in_every_usual_spelling(text: str, value: bool) -> None:
    assert cells.parse_bool(text) == (value, None)


@pytest.mark.parametrize("text", ["有", "2", "maybe", "x", "nan", "不详", "是/否"])
def test_what_is_neither_yes_nor_no_is_not_guessed(text: str) -> None:
    assert cells.parse_bool(text) == (None, cells.NOT_YES_OR_NO)


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("6081.599", 6_081_599_000),
        ("6081.60", 6_081_600_000),
        ("-12.5", -12_500_000),
        ("1,234.5", 1_234_500_000),
        ("1e4", 10_000_000_000),
        (".5", 500_000),
        ("０．５", 500_000),
        ("0.0000015", 2),
        ("+3", 3_000_000),
    ],
)
def test_money_is_exact(text: str, micro: int) -> None:
    assert cells.parse_money(text) == (micro, None)


@pytest.mark.parametrize("text", ["三千块", "1,23", "1.2.3", "", "nan", "inf", "1e", "--3", "0x10", "1 000"])
def test_text_in_a_number_is_refused(text: str) -> None:
    assert cells.parse_money(text) == (None, cells.NOT_A_NUMBER)
    assert cells.parse_number(text) == (None, cells.NOT_A_NUMBER)
    assert cells.parse_int(text) == (None, cells.NOT_A_NUMBER)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("3", (3, None)),
        ("3.0", (3, None)),
        ("-0", (0, None)),
        ("3.5", (None, cells.NOT_WHOLE)),
        ("99999999999", (None, cells.OUT_OF_RANGE)),
        ("1e400", (None, cells.OUT_OF_RANGE)),
    ],
)
def test_whole_numbers(text: str, answer: tuple[int | None, str | None]) -> None:
    assert cells.parse_int(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        "2021-06-30",
        "2021/6/30",
        "2021.06.30",
        "20210630",
        "20210630.0",
        "2021年6月30日",
        "2021-06-30 00:00:00",
        "2021-06-30T08:15:00Z",
        " 2021-06-30 ",
    ],
)
def test_a_date_in_every_usual_spelling(text: str) -> None:
    assert cells.parse_date(text) == (date(2021, 6, 30), None)


@pytest.mark.parametrize(
    "text", ["2021-02-30", "30/06/2021", "2021-06", "00000000", "2021-13-01", "昨天", "0021-06-30"]
)
def test_an_impossible_date_is_refused(text: str) -> None:
    value, code = cells.parse_date(text)
    assert value is None
    assert code is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("202105", date(2021, 5, 1)),
        ("2021-05", date(2021, 5, 1)),
        ("2021/5", date(2021, 5, 1)),
        ("2021年5月", date(2021, 5, 1)),
        ("202105.0", date(2021, 5, 1)),
        ("2021-05-17", date(2021, 5, 17)),
    ],
)
def test_a_month_is_its_first_day(text: str, value: date) -> None:
    assert cells.parse_month(text) == (value, None)


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("member.sex", "1", "1"),
        ("member.sex", "男", "1"),
        ("member.sex", "Male", "1"),
        ("member.sex", "1.0", "1"),
        ("member.sex", "01", "1"),
        ("member.student_status", "3", "03"),
        ("member.student_status", "七年级", "04"),
        ("living.house_grade", "c", "C"),
        ("living.house_grade", "C级", "C"),
        ("member.state", "10", "10"),
        ("household.risk_1", "因病", "01"),
        ("measure.measure_kind", "100A39", "100A39"),
    ],
)
def test_a_code_by_code_or_label(field: str, text: str, code: str) -> None:
    found = tables.catalogue().field(field)
    assert cells.parser(found)(text) == (code, None)  # type: ignore[misc]


def test_several_codes() -> None:
    parse = cells.parser(tables.catalogue().field("living.durables"))
    assert parse is not None
    assert parse("1;3；空调或暖气") == (["1", "3", "6"], None)
    assert parse("手机、电脑;手机") == (["1", "2"], None)
    assert parse("-") == ([], None)
    assert parse("[]") == ([], None)
    assert parse("1;9") == (None, cells.NOT_IN_LIST)


def _cases() -> list[dict[str, str]]:
    with (Path(__file__).parent / "value_cases.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['field']}:{case['text']}")
@pytest.mark.clause("P1.6")
def test_values_as_typed(case: dict[str, str]) -> None:
    """The table of cases, through the column as a file is read: value and finding of each text."""
    field = tables.catalogue().field(case["field"])
    values, troubles = read_column(pl.Series("x", [case["text"]], dtype=pl.String), field)
    (value,) = values.to_list()
    shown = "" if value is None else (";".join(value) or "-") if isinstance(value, list) else str(value)
    codes = [t.code.removeprefix("FP-INTAKE-") for t in troubles if t.code != "FP-INTAKE-028"]
    assert (shown, codes) == (case["value"], [case["code"]] if case["code"] else [])


# -- columns against the oracle --------------------------------------------------------------------------------------

KEPT = ("FP-INTAKE-028", dates.SERIAL, dates.LOST_ZERO)
"""Findings of cells whose value is kept."""
WORDS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"\A[+-]?[0-9]{1,11}([.][0-9]{0,8})?\Z"),
    st.sampled_from(
        [
            "是",
            "否",
            "1",
            "01",
            "男",
            "2021-06-30",
            "20210230",
            "202105",
            "-",
            "1;2",
            "1；9",
            "13",
            "nan",
            "1e5",
            "5.22E+17",
            "999999999.999999",
            "1000000000.000001",
            " 3 ",
            "　",
            "三",
            "不详",
            "无",
            "/",
            "45047",
            "2023.1",
            "2023.5",
            "23.5.1",
            "二〇二三年五月",
            "约3000",
            "3.5万元",
            "√",
            "01 男",
        ]
    ),
    st.dates().map(str),
)


@pytest.mark.parametrize("kind", FIELDS)
@settings(max_examples=trials(300), deadline=None)
@given(texts=st.lists(st.none() | WORDS, max_size=30))
def test_columns_read_every_text_as_the_oracle_does(kind: str, texts: list[str | None]) -> None:
    field = tables.catalogue().field(FIELDS[kind])
    parse = cells.parser(field)
    assert parse is not None
    values, troubles = read_column(pl.Series("x", texts, dtype=pl.String), field)
    blanking = [t for t in troubles if t.code not in KEPT]
    blanked = {at for t in blanking for at in t.at.to_list()}
    assert sum(len(t.at) for t in blanking) == len(blanked), "one trouble for a cell"
    for at, (text, value) in enumerate(zip(texts, values.to_list(), strict=True)):
        stripped = (text or "").strip()
        expected = parse(stripped)[0] if stripped else None
        if expected is not None and _outside(field, expected):
            expected = None
        assert value == expected
        assert (at in blanked) == (expected is None and bool(stripped))


def _outside(field: tables.Field, value: object) -> bool:
    if field.kind == "money":
        return abs(Decimal(str(value))) > LIMIT_YUAN * MICRO
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (field.minimum is not None and value < field.minimum) or (
        field.maximum is not None and value > field.maximum
    )


@settings(max_examples=trials(300), deadline=None)
@given(values=st.lists(st.none() | st.floats(-2e9, 2e9) | st.just(float("nan")), max_size=20))
def test_floats_of_yuan_become_micro_yuan(values: list[float | None]) -> None:
    field = tables.catalogue().field("income_year.net_income_pc")
    read, troubles = read_column(pl.Series("x", values, dtype=pl.Float64), field)
    beyond = {at for t in troubles for at in t.at.to_list()}
    for at, (given_, got) in enumerate(zip(values, read.to_list(), strict=True)):
        if given_ is None or given_ != given_:
            assert got is None
            assert at not in beyond
        elif at in beyond:
            assert abs(given_) > LIMIT_YUAN * (1 - 1e-12)
            assert got is None
        else:
            assert abs(Decimal(got or 0) - Decimal(given_) * MICRO) <= 1
