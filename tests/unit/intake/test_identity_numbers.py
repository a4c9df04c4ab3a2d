"""Identity numbers: their check character, their spellings, and the damage spreadsheets do."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin import tables
from fangpin.intake.columns import read_column
from fangpin.vocabulary import identity_numbers as numbers
from helpers import trials

GOOD = "11010519491231002X"
FIELD = tables.catalogue().field("member.id_number")


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002x",
        "１１０１０５19491231００２Ｘ",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "'" + GOOD,
        f'="{GOOD}"',
    ],
)
@pytest.mark.clause("P1.6")
def test_one_number_in_its_spellings(text: str) -> None:
    values, troubles = read_column(pl.Series("x", [text]), FIELD)
    assert values.to_list() == [GOOD]
    assert troubles == []


@pytest.mark.parametrize("text", ["1.10105E+17", "1.10105194912e17", "110105194912310000", "11010519491231000000"])
def test_what_a_spreadsheet_spoilt_is_blank_and_an_error(text: str) -> None:
    values, troubles = read_column(pl.Series("x", [text, GOOD]), FIELD)
    assert values.to_list() == [None, GOOD]
    assert [(t.code, t.at.to_list()) for t in troubles] == [("FP-INTAKE-012", [0])]


def test_numbers_read_as_floats_are_spoilt() -> None:
    values, troubles = read_column(pl.Series("x", [110105194912310021.0]), FIELD)
    assert values.to_list() == [None]
    assert [t.code for t in troubles] == ["FP-INTAKE-012"]


def test_a_wrong_check_character_stays_for_the_quality_checks() -> None:
    values, troubles = read_column(pl.Series("x", ["110105194912310021"]), FIELD)
    assert (values.to_list(), troubles) == (["110105194912310021"], [])
    assert not numbers.is_right("110105194912310021")


def test_what_a_number_says() -> None:
    assert (numbers.birth_date(GOOD), numbers.sex(GOOD)) == (date(1949, 12, 31), "2")
    assert numbers.lengthened("110105491231002") == GOOD
    assert numbers.lengthened(GOOD) is None
    assert numbers.certificate(GOOD + "43") == ("4", "3")
    assert numbers.certificate(GOOD + "43B1") == ("4", "3")
    assert numbers.certificate(GOOD + "83") is numbers.certificate(GOOD) is None
    wrong_day = "11010519490231002"
    assert numbers.birth_date(wrong_day + numbers.check_character(wrong_day)) is None


@settings(max_examples=trials(300), deadline=None)
@given(first=st.from_regex(r"\A[1-9][0-9]{16}\Z"), at=st.integers(0, 16), other=st.integers(1, 9))
def test_one_wrong_digit_is_always_found(first: str, at: int, other: int) -> None:
    number = first + numbers.check_character(first)
    assert numbers.is_right(number)
    wrong = number[:at] + str((int(number[at]) + other) % 10) + number[at + 1 :]
    assert not numbers.is_right(wrong)


@settings(max_examples=trials(300), deadline=None)
@given(text=st.text(max_size=24))
def test_no_text_raises(text: str) -> None:
    number = numbers.normal(text)
    assert numbers.normal(number) == number or "=" in text
    for ask in (numbers.is_right, numbers.lengthened, numbers.birth_date, numbers.sex, numbers.certificate):
        ask(number)
