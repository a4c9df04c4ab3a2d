"""What a report counts equals the verdict table, whatever parts it came in."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from itertools import combinations

import polars as pl
import pytest

from fangpin.identification.verdict import STATUSES, schema
from fangpin.intake import Counts
from fangpin.reports import figures
from fangpin.reports import summary as module
from fangpin.reports.html import render
from fangpin.reports.shortcuts import needed, stand_ins
from fangpin.reports.summary import LISTED, Summary
from fangpin.standards import standard
from unit.reports.conftest import Case
from unit.reports.pages import read


def rows(case: Case) -> list[dict[str, object]]:
    return case.table.to_dicts()


def test_statuses_and_persons(county: Case) -> None:
    found = Counter(str(r["status"]) for r in rows(county))
    assert county.summary.statuses() == {s: found.get(s, 0) for s in STATUSES}
    people = county.table.join(county.frames["household"].select("household_id", "population"), on="household_id")
    for status, persons in county.summary.persons().items():
        assert persons == people.filter(pl.col("status") == status)["population"].sum()
    assert county.summary.households == county.table.height
    assert county.summary.uncounted == people["population"].null_count() > 0


def test_each_indicator_and_veto(county: Case) -> None:
    for found in figures.indicators(county.summary) + figures.vetoes(county.summary):
        values = Counter(r[found.code] for r in rows(county))
        assert (found.true, found.false, found.unknown) == (values[True], values[False], values[None])
        low = sum(1 for r in rows(county) if r[found.code] is True and r["status"] == "low_income")
        assert found.among_low == low


def test_counts_pairs_and_combinations(county: Case) -> None:
    counted, k = county.standard.counted, county.standard.k
    true = Counter(r["count_true"] for r in rows(county))
    found = figures.true_counts(county.summary)
    assert [(t, n) for t, n, _ in found] == [(t, true[t]) for t in range(len(counted) + 1)]
    maybe = Counter(
        r["count_true"] for r in rows(county) if r["count_true"] < k <= r["count_true"] + r["count_unknown"]
    )  # type: ignore[operator]
    assert [m for _, _, m in found] == [maybe[t] for t in range(len(counted) + 1)]
    pairs = figures.together(county.summary)
    for a, b in combinations(counted, 2):
        assert pairs[(a, b)] == sum(1 for r in rows(county) if r[a] and r[b])
    sets = Counter(tuple(c for c in counted if r[c]) for r in rows(county))
    for codes, n in figures.combinations(county.summary):
        assert len(codes) > 1
        assert sets[codes] == n


def test_income_bins_keep_to_the_lines(county: Case) -> None:
    lower, upper = county.standard.lower.yuan, county.standard.upper.yuan
    bins = figures.income_bins(county.summary)
    assert {b.low for b in bins} >= {lower, upper}
    for side in ("below", "band", "above"):
        found = sum(b.households for b in bins if b.side == side)
        assert found == sum(1 for r in rows(county) if r["income_status"] == side)
    for b in bins:
        inside = [
            r
            for r in rows(county)
            if r["income"] is not None
            and (b.low is None or r["income"] >= b.low)  # type: ignore[operator]
            and (b.high is None or r["income"] < b.high)
        ]  # type: ignore[operator]
        assert len(inside) == b.households
    wide = figures.wide_bins(county.summary)
    assert sum(b.households for b in wide) == sum(b.households for b in bins)
    assert len(wide) < len(bins) / 2
    assert all(a.high == b.low for a, b in zip(wide, wide[1:], strict=False))


def test_places(county: Case) -> None:
    [(width, townships), (fine, villages)] = figures.levels(county.summary)
    assert (width, fine) == (9, 12)
    codes = dict(county.table.select("household_id", "region_code").iter_rows())
    for places, cut in ((townships, 9), (villages, 12)):
        found = Counter((codes[r["household_id"]][:cut], r["status"]) for r in rows(county))
        assert {(p.code, s): n for p in places for s, n in p.statuses.items() if n} == dict(found)
    assert figures.rest_of(villages).statuses == {s: n for s, n in county.summary.statuses().items() if n}


def test_open_facts_and_the_order_to_gather_them(county: Case) -> None:
    asked = {
        r["household_id"]: {f.partition("@")[0] for f in r["ask"]}
        for r in rows(county)  # type: ignore[attr-defined]
        if r["status"] == "needs_visit"
    }
    least = {r["household_id"]: r["ask_least"] for r in rows(county)}
    for fact in figures.open_facts(county.summary):
        having = [h for h, facts in asked.items() if fact.fact in facts]
        assert fact.households == len(having)
        assert fact.one == sum(1 for h in having if least[h] == 1)
    assert figures.least(county.summary) == dict(sorted(Counter(least[h] for h in asked).items()))
    steps = figures.plan(county.summary, most=100)
    assert [total for _, _, total in steps] == sorted(total for _, _, total in steps)
    assert steps[-1][2] == sum(1 for facts in asked.values() if facts)
    assert figures.plan(county.summary, most=3) == steps[:3]


def test_a_clinics_judgement_spares_height_and_weight(county: Case) -> None:
    found = stand_ins(county.standard)
    assert found["member.nutrition_judged"] == {"member.nutrition_height_cm", "member.nutrition_weight_kg"}
    three = frozenset({"member.nutrition_judged", "member.nutrition_height_cm", "member.nutrition_weight_kg"})
    assert needed(three, found) == {"member.nutrition_judged"}
    assert needed(three - {"member.nutrition_judged"}, found) == three - {"member.nutrition_judged"}


def test_parts_add_up_to_the_whole(county: Case, rng: random.Random) -> None:
    numbers = pl.Series([rng.randrange(4) for _ in range(county.table.height)])
    pieces = Summary(county.standard)
    for i in range(4):
        part = county.table.filter(numbers == i)
        own = {"household": county.frames["household"].join(part.select("household_id"), on="household_id", how="semi")}
        pieces.add(part, own)
    whole = Summary(county.standard)
    whole.add(county.table, county.frames)
    for name in ("answers", "routes", "groups", "places", "bins", "gaps"):
        assert getattr(pieces, name).frame.equals(getattr(whole, name).frame), name
    assert pieces.listed.sort("household_id").equals(whole.listed.sort("household_id"))


def test_the_list_is_capped_by_status_and_village(county: Case) -> None:
    short = Summary(county.standard, listed=3)
    for part in county.table.iter_slices(150):
        short.add(part, county.frames)
    for status in LISTED:
        own = county.table.filter(pl.col("status") == status).join(
            county.summary.listed.select("household_id", "natural_village"), on="household_id"
        )
        assert set(short.listed.filter(pl.col("status") == status)["region_code"]) <= set(
            own.sort("region_code")["region_code"].head(3)
        )
        assert short.listed.filter(pl.col("status") == status).height == min(3, own.height)


def test_names_come_from_the_registry(county: Case) -> None:
    heads = dict(county.registry.load().frames["household"].select("household_id", "head_name").iter_rows())
    named = dict(county.summary.listed.select("household_id", "head_name").iter_rows())
    assert named
    assert all(heads[key] == name for key, name in named.items())
    assert county.summary.generated


def test_too_many_villages_fold_into_townships(county: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PLACES", 1)
    folded = Summary(county.standard)
    folded.add(county.table, county.frames)
    assert folded.place_width < 12
    assert folded.places.frame["households"].sum() == county.table.height
    assert all(len(code) == folded.place_width for code in folded.places.frame["region_code"])


@pytest.mark.usefixtures("undrawn")
def test_one_line_and_no_indicators(county: Case) -> None:
    law = standard("national/regime_2021", as_of="2021-12-31")
    kinds = [
        ("low_income", "income", "below", "5999.99"),
        ("not_low_income", None, "above", "6000.00"),
        ("needs_visit", None, "unknown", None),
        ("not_low_income", None, "above", "90000.00"),
    ]
    rows = [
        {
            "household_id": str(i),
            "region_code": "350526",
            "status": status,
            "route": route,
            "income_status": side,
            "income": None if yuan is None else Decimal(yuan),
            "line": Decimal(6000),
            "line_upper": Decimal(6000),
            "count_true": 0,
            "count_unknown": 0,
            "veto": False,
            "ask_least": int(yuan is None),
            "ask": ["income_year.adjusted_income_pc"] * (yuan is None),
            "target_group_open": True,
        }
        for i, (status, route, side, yuan) in enumerate(kinds)
    ]
    summary = Summary(law)
    summary.add(pl.DataFrame(rows, schema=schema(law)))
    assert figures.true_counts(summary) == [] == figures.combinations(summary)
    bins = figures.income_bins(summary)
    assert [(b.side, b.households) for b in bins if b.households] == [("below", 1), ("above", 1), ("above", 1)]
    assert Decimal(6000) in {b.low for b in bins}
    text = render(summary, law, [], Counts(), {})
    half = read(text, "zh")
    assert [t for t in half.texts + half.drawn if "两线" in t] == ["这个标准只有一条线，没有两线之间的户。"]
    assert half.tables["各结果户数"][1][:2] == ["初判符合收入低于线", "1"]
    assert not half.faults


def test_without_region_codes_natural_villages_serve(county: Case) -> None:
    table = county.table.with_columns(pl.lit(None, pl.String).alias("region_code"))
    bare = Summary(county.standard)
    bare.add(table, {"household": county.frames["household"].drop("natural_village", strict=False)})
    assert figures.levels(bare) == []
    named = Summary(county.standard)
    village = pl.Series("natural_village", ["甲", "乙"]).sample(table.height, with_replacement=True, seed=1)
    named.add(table, {"household": county.frames["household"].sort("household_id").with_columns(village)})
    [(width, places)] = figures.levels(named)
    assert (width, {p.village for p in places}) == (0, {"甲", "乙"})
    assert sum(p.households for p in places) == table.height
