"""The worked cases under rules/ on Spark: the rows of the embedded engine, all in one job; every one with FULL=1."""

from __future__ import annotations

import random
from typing import Any

import pytest

from fangpin.identification.cases import answers, load, registry_of
from helpers import trials
from on_spark import judged


@pytest.mark.xdist_group("spark")
def test_every_case_gives_the_same_rows_on_spark(spark: Any, rng: random.Random) -> None:
    cases = [case for case in load() if case.document.refused is None]
    assert len(cases) > 150
    cases = rng.sample(cases, trials(len(cases)))
    tasks = [(registry_of(case.document), case.resolved()) for case in cases]
    for case, result in zip(cases, judged(spark, tasks), strict=True):
        here = answers(case, "engine")
        there = {row["household_id"]: row for row in result.table.to_dicts()}
        assert there == here, f"{case.file}:{case.line} {case.name}"
