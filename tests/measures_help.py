"""What tests of measures share: the cases, and the synthetic survey with its design."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from fangpin.methods.survey import Design

CASES = Path(__file__).parent / "cases" / "measures"


def case(name: str) -> Any:
    """A case file of tests/cases/measures."""
    return json.loads((CASES / name).read_text("utf-8"))


@cache
def survey() -> pl.DataFrame:
    """The synthetic rural survey c2."""
    return pl.read_csv(CASES / "c2_syn_rural_survey.csv")


def design(rows: pl.DataFrame | None = None) -> Design:
    """Its design: persons, counties as strata, villages as units."""
    rows = survey() if rows is None else rows
    return Design(weights=rows["pweight"], strata=rows["county"], psu=rows["village"], basis="person")
