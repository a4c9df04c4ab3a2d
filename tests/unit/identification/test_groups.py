"""The key group of the regime in force: what is recorded, what the rule assigns, and what is still open."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from fangpin.identification.decide import decide, needed_columns
from fangpin.identification.groups import group_of
from fangpin.identification.record import Record
from fangpin.standards import Standard, standard
from fangpin.tables import polars_schema
from fangpin.vocabulary.money import MICRO

SEED = "national/seed_2021"
IN_2021 = standard(SEED, as_of="2021-06-30")
IN_2020 = standard(SEED, as_of="2021-03-01")
NO_LINE = standard(SEED, as_of="2026-06-30")
WITH_LINE = standard("national/regime_2026", region="350526", as_of="2026-06-30")
BELOW, ABOVE = 5_999, 20_000

CASES: list[tuple[Standard, dict[str, Any], float | None, str | None, bool]] = [
    # recorded wins, whatever the income
    (IN_2021, {"monitor_group": "1"}, ABOVE, "TPBWD", False),
    (IN_2021, {"monitor_group": "2"}, None, "BYYZP", False),
    (IN_2021, {"monitor_group": "3"}, ABOVE, "TFYZKN", False),
    (IN_2021, {"monitor_group": "1", "risk_removed": True}, ABOVE, "TPBWD", False),
    # below the line with a main risk that is not removed
    (IN_2021, {"risk_1": "01", "is_ex_poor": True}, BELOW, "TPBWD", False),
    (IN_2021, {"risk_1": "99", "is_ex_poor": False}, BELOW, "BYYZP", False),
    (IN_2021, {"risk_1": "01", "household_type": "TPH_X"}, BELOW, "TPBWD", False),
    (IN_2021, {"risk_1": "01", "household_type": "YBH"}, BELOW, "BYYZP", False),
    (IN_2021, {"risk_1": "01"}, BELOW, None, True),  # ex-poor or not is unknown
    (IN_2021, {"risk_1": "01", "is_ex_poor": True, "risk_removed": True}, BELOW, None, False),
    (IN_2021, {"risk_1": "01", "is_ex_poor": True, "risk_removed": False}, BELOW, "TPBWD", False),
    (IN_2021, {"is_ex_poor": True}, BELOW, None, True),  # a risk may still be filled in
    (IN_2021, {"risk_2": "01", "is_ex_poor": True}, BELOW, None, True),  # the main risk is what counts
    # exactly at the line is not below it
    (IN_2021, {"risk_1": "07", "is_ex_poor": True}, 6_000, None, False),
    # above the line: sudden hardship only if recorded, open for the risks that can bring it
    (IN_2021, {"risk_1": "01"}, ABOVE, None, True),
    (IN_2021, {"risk_3": "06"}, ABOVE, None, True),
    (IN_2021, {"risk_1": "07"}, ABOVE, None, False),
    (IN_2021, {"risk_1": "01", "risk_removed": True}, ABOVE, None, False),
    (IN_2021, {}, ABOVE, None, False),
    # income unknown
    (IN_2021, {"risk_1": "01", "is_ex_poor": True}, None, None, True),
    (IN_2021, {}, None, None, True),
    (IN_2021, {"risk_removed": True}, None, None, False),
    # the regime before, and the one after
    (IN_2020, {"risk_1": "01", "is_ex_poor": True}, 4_999, "TPBWD", False),
    (IN_2020, {"risk_1": "01"}, 5_000, None, False),  # it knows no sudden hardship
    (NO_LINE, {"risk_1": "01", "is_ex_poor": True}, 1, None, False),  # no line is known
    (WITH_LINE, {"risk_1": "01"}, 19_559, "FZFPZP", False),
    (WITH_LINE, {"risk_1": "07"}, 19_560, None, False),
    (WITH_LINE, {"monitor_group": "2"}, 50_000, "FZFPZP", False),
]


def in_a_population(chosen: Standard, household: dict[str, Any], income: dict[str, Any]) -> tuple[str | None, bool]:
    """The group of the only household of a population."""
    rows: dict[str, tuple[str, list[dict[str, Any]]]] = {
        "household": ("household", [household]),
        "living": ("living", []),
        "income": ("income_year", [{"household_id": "h", **income}]),
        "member": ("member", []),
    }
    need = needed_columns(chosen)
    frames = {}
    for name, (table, found) in rows.items():
        columns = dict.fromkeys(["household_id", *(["person_id"] if name == "member" else []), *sorted(need[table])])
        frames[name] = pl.DataFrame(found, schema={c: polars_schema(table)[c] for c in columns})
    row = decide(frames, chosen).row(0, named=True)
    return row["target_group"], row["target_group_open"]


@pytest.mark.parametrize(("chosen", "household", "yuan", "group", "open_"), CASES, ids=range(len(CASES)))
def test_group(chosen: Standard, household: dict[str, Any], yuan: float | None, group: str | None, open_: bool) -> None:
    assert chosen.regime is not None
    income = {} if yuan is None else {chosen.regime.concept: round(yuan * MICRO)}
    own = {"household_id": "h", "population": 1, **household}
    assert group_of(Record(own, {}, income, [], chosen.as_of), chosen.regime) == (group, open_)
    assert in_a_population(chosen, own, income) == (group, open_)


def test_research_standards_have_no_groups() -> None:
    chosen = standard("research/pk_pslm2015", as_of=date(2021, 6, 30))
    own = {"household_id": "h", "population": 1, "monitor_group": "1"}
    assert group_of(Record(own, {}, {}, [], chosen.as_of), chosen.regime) == (None, False)
