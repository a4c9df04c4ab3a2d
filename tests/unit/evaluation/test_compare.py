"""Who moves between two sides: named, counted by place and type, and split into rule and facts exactly."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import fangpin as fp
from fangpin.evaluation.corners import frames_on, wanted
from fangpin.identification.decide import decide
from fangpin.identification.verdict import decide_status
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.standards.prices import prices_for
from fangpin.synth import generate
from helpers import trials
from random_cases import READINGS
from standards_help import SEED

DAY = date(2021, 12, 31)
PRICES = """\
effective: {from: 2021-01-01, until: null}
source: {document: 县级测试文件, verified: false}
prices:
  help: {label: {zh: 帮扶, en: help}, status: low_income, per: household, yuan: 1200.5, every: year, year: 2021,
         state: unverified, source: 测试}
  visit: {label: {zh: 走访, en: visit}, status: needs_visit, per: household, yuan: 80, every: once, year: 2021,
          state: unverified, source: 测试}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("county") / "data"
    generate(out, households=500, seed=7, county="350526")
    return out


@pytest.fixture(scope="module")
def county(folder: Path) -> Registry:
    return fp.read(folder)


@pytest.fixture(scope="module")
def later(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The same county with houses that fell in, ten households gone and one new."""
    out = tmp_path_factory.mktemp("later") / "data"
    shutil.copytree(folder, out)
    living = pl.read_parquet(out / "living.parquet").with_row_index("n")
    grade = pl.when(pl.col("n") % 3 == 0).then(pl.lit("D")).otherwise(pl.col("house_grade").cast(pl.String))
    living.with_columns(house_grade=grade).drop("n").write_parquet(out / "living.parquet")
    household = pl.read_parquet(out / "household.parquet")
    new = household.tail(1).with_columns(household_id=pl.lit("new"))
    pl.concat([household.slice(10), new]).write_parquet(out / "household.parquet")
    return fp.read(out)


def statuses(registry: Registry, chosen: Standard, day: date) -> dict[str, str]:
    """The plain way: one run for each corner."""
    (part,) = registry.parts()
    table = decide(frames_on(registry, part.load(wanted(chosen)), day), replace(chosen, as_of=day), asking=False)
    return dict(table.select("household_id", "status").iter_rows())


def test_every_move_is_named_with_what_alone_would_undo_it(county: Registry, seed: int) -> None:
    for trial in range(trials(40)):
        rng = random.Random(f"{seed} {trial}")
        seeded = fp.standard(SEED, region="350526", as_of=DAY)
        one, two = (seeded.with_changes(rng.choice(READINGS)) for _ in range(2))
        found = fp.compare(county, one, two)
        before, after = (fp.identify(county, s).to_polars() for s in (one, two))
        want = {
            a["household_id"]: (a, b)
            for a, b in zip(before.iter_rows(named=True), after.iter_rows(named=True), strict=True)
            if a["status"] != b["status"]
        }
        assert {m.household_id: (m.before, m.after) for m in found.moves} == {
            h: (a["status"], b["status"]) for h, (a, b) in want.items()
        }
        assert found.households == before.height
        for move in found.moves:
            a, b = want[move.household_id]
            assert set(move.decided_by) - {v.code for v in one.veto} == decided(a, b, one, two), move
            assert move.cause == "rule"
        assert found.net == len(found.entering) - len(found.leaving)


def decided(a: dict[str, Any], b: dict[str, Any], one: Standard, two: Standard) -> set[str]:
    """What alone, as it was before, would give another status; else all that differs."""
    codes = {*one.counted, *two.counted}

    def answers(row: dict[str, Any], standard: Standard) -> dict[str, Any]:
        return {c: row[c] if c in standard.counted else False for c in codes}

    def status(row: dict[str, Any]) -> str:
        truths = [row[c] for c in codes]
        return decide_status(
            row["income"], sum(t is True for t in truths), sum(t is None for t in truths), row["k"], row["veto"]
        )

    sides = [
        {"income": r["income_status"], "k": s.k, "veto": r["veto"], **answers(r, s)} for r, s in ((a, one), (b, two))
    ]
    differing = {name for name in sides[0] if sides[0][name] is not sides[1][name] and sides[0][name] != sides[1][name]}
    alone = {n for n in differing if status({**sides[1], n: sides[0][n]}) != b["status"]}
    return alone or differing


def test_rule_and_facts_are_told_apart_exactly(county: Registry, later: Registry) -> None:
    one = fp.standard(SEED, region="350526", as_of=DAY)
    two = replace(one.with_changes({"k": 2}), as_of=date(2022, 1, 31))
    found = fp.compare(county, one, two, against=later)
    s00, s10 = statuses(county, one, DAY), statuses(county, two, DAY)
    s01, s11 = statuses(later, one, two.as_of), statuses(later, two, two.as_of)
    everyone = set(s00) | set(s11)
    for row in found.decomposition().iter_rows(named=True):
        counts = [sum(s.get(h, "absent") == row["status"] for h in everyone) for s in (s00, s10, s01, s11)]
        assert [row["before"], row["before"] + row["rule"], row["before"] + row["facts"], row["after"]] == counts
        assert row["rule"] + row["facts"] + row["interaction"] == row["total"] == counts[3] - counts[0]
        assert row["rule_shapley"] + row["facts_shapley"] == row["total"]
    low = found.decomposition().row(0, named=True)
    assert low["rule"] > 0 and low["facts"] != 0 and low["interaction"] != 0
    for level in ("county", "township", "village"):
        places = found.decomposition(level)
        assert (places["rule"] + places["facts"] + places["interaction"] == places["total"]).all()
        assert places.filter(status="low_income")["total"].sum() == low["total"]
    causes = Counter(cause(s00, s10, s01, s11, h) for h in everyone if s00.get(h) != s11.get(h))
    assert found.causes == dict(causes) and set(causes) == {"rule", "facts", "either", "together"}


def cause(s00: dict[str, str], s10: dict[str, str], s01: dict[str, str], s11: dict[str, str], h: str) -> str:
    a, r, f, b = (s.get(h) for s in (s00, s10, s01, s11))
    if r == b and f == a:
        return "rule"
    if f == b and r == a:
        return "facts"
    return "either" if r == f == b else "together"


def test_a_household_that_one_side_does_not_know_is_absent_there(county: Registry, later: Registry) -> None:
    one = fp.standard(SEED, region="350526", as_of=DAY)
    found = fp.compare(county, one, against=later)
    gone = [m for m in found.moves if m.after == "absent"]
    come = [m for m in found.moves if m.before == "absent"]
    assert len(gone) == 10 and [m.household_id for m in come] == ["new"]
    assert all(m.decided_by == ("register",) and m.cause == "facts" for m in (*gone, *come))
    assert found.flow(all_households=True)["absent"] == {come[0].after: 1}
    assert found.households == 501
    backwards = fp.compare(later, one, against=county)
    assert {(m.household_id, m.before, m.after) for m in found.moves} == {
        (m.household_id, m.after, m.before) for m in backwards.moves
    }


def test_places_types_and_indicators_add_up(county: Registry, later: Registry) -> None:
    one = fp.standard(SEED, region="350526", as_of=DAY)
    found = fp.compare(county, one, one.with_changes({"k": 2}), against=later)
    for table in (found.by_place("county"), found.by_place(), found.by_place("village"), found.by_type()):
        assert table["in"].sum() == len(found.entering) and table["out"].sum() == len(found.leaving)
        assert table["moved"].sum() == len(found.moves) and table["households"].sum() == found.households
        assert table["net"].sum() == found.net and table["gross"].sum() == found.gross
        assert table["visits_caused"].sum() == found.visits["caused"]
        assert table["visits_saved"].sum() == found.visits["saved"]
    assert found.by_indicator()["moved"].max() <= len(found.moves)
    assert sum(len(found.of_kind(k)) for k in ("in", "out", "to_visit", "to_deliberate", "other")) == len(found.moves)
    flows = found.flow()
    assert sum(n for row in flows.values() for n in row.values()) == len(found.moves)


def test_two_days_under_one_rule_are_facts_alone(county: Registry) -> None:
    one = fp.standard(SEED, region="350526", as_of=DAY)
    two = replace(one, as_of=date(2022, 1, 31))
    found = fp.compare(county, one, two)
    assert set(found.causes) <= {"facts"}
    assert (found.decomposition()["rule"] == 0).all()


def test_nothing_moves_between_equals(county: Registry) -> None:
    one = fp.standard(SEED, region="350526", as_of=DAY)
    found = fp.compare(county, one, one.with_changes({"k": 3}))
    assert found.moves == [] and found.flow() == {} and found.visits == {"caused": 0, "saved": 0}
    assert found.to_json()["decomposition"][0]["total"] == 0


def test_cost_is_shown_only_with_a_price_list(county: Registry, tmp_path: Path) -> None:
    one = fp.standard(SEED, region="350526", as_of=DAY)
    two = one.with_changes({"k": 2})
    assert prices_for("350526", DAY) is None
    assert fp.compare(county, one, two).cost() is None and "cost" not in fp.compare(county, one, two).to_json()
    (tmp_path / "prices.yaml").write_text(PRICES, "utf-8")
    found = fp.compare(county, one, two, prices=prices_for("350526", DAY, tmp_path / "prices.yaml"))
    costs = found.cost()
    assert costs is not None
    assert costs[0]["change"] == found.net * costs[0]["yuan"] and str(costs[0]["yuan"]) == "1200.50"
    assert costs[1]["after"] - costs[1]["before"] == found.visits["caused"] - found.visits["saved"]
    assert {c["state"] for c in costs} == {"unverified"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PRICES.replace("yuan: 80", "yuan: -1"), "FP-DOCUMENT-005"),
        (PRICES.replace("status: needs_visit", "status: rich"), "FP-DOCUMENT-005"),
        (PRICES.replace("2021-01-01", "2030-01-01"), "FP-STANDARD-021"),
        (PRICES + "region: '420000'\n", "FP-STANDARD-022"),
        (None, "FP-STANDARD-020"),
    ],
)
def test_a_price_list_that_does_not_fit_is_refused(text: str | None, code: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "p.yaml").write_text(text, "utf-8")
    with pytest.raises(fp.FangpinError) as error:
        prices_for("350526", DAY, tmp_path / "p.yaml")
    assert error.value.code == code


def test_what_was_learned_later_moves_as_facts_do(tmp_path: Path) -> None:
    rows = ["household_id,region_code,population"] + [f"h{i},350526100201,1" for i in range(3)]
    (tmp_path / "household.csv").write_text("\n".join(rows), "utf-8")
    income = [
        "household_id,year,net_income_pc,known_at",
        *(f"h{i},2020,20000,2021-01-31" for i in range(3)),
        "h1,2020,3000,2021-05-31",
    ]
    (tmp_path / "income_year.csv").write_text("\n".join(income), "utf-8")
    registry = fp.read(tmp_path)
    day = date(2021, 3, 31)
    one = fp.standard(SEED, as_of=day)
    found = fp.compare(registry.as_of(day), one, against=registry.as_of(day, known="2021-06-30"))
    assert [(m.household_id, m.cause) for m in found.moves] == [("h1", "facts")]
    assert "income" in found.moves[0].decided_by and not found.same_facts
    assert fp.compare(registry.as_of(day), one, against=registry.as_of(day)).moves == []
