"""Random registries: rows of households, as canonical frames and as single records.

Gives   registry(rng, standard), frames_of(rows, standard), record_of(row)
Keeps   blanks, incomplete rosters, stale rows and income on either side of the lines, to the fen
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import polars as pl

from fangpin.identification.decide import needed_columns
from fangpin.identification.record import Record, items_of, stale_of
from fangpin.standards import Standard
from fangpin.tables import polars_schema
from fangpin.vocabulary.money import MICRO
from random_rules import row

TODAY = date(2021, 6, 30)
HOUSEHOLDS = 40
TABLES = {"household": "household", "living": "living", "income": "income_year", "member": "member"}


def dated(rng: random.Random, row_: dict[str, Any]) -> dict[str, Any]:
    """A row, sometimes with the day it was learned or holds from."""
    days = rng.choice([None, None, None, 10, 200, 400, 800])
    learned = None if days is None else TODAY - timedelta(days=days)
    return {**row_, "known_at": learned, "valid_from": rng.choice([None, learned])}


def money(rng: random.Random, chosen: Standard, people: int | None) -> dict[str, Any]:
    """Income on either side of the lines, to the fen, as a figure a head or as items."""
    low, high, many = chosen.lower.micro, chosen.upper.micro, people or 2
    head = rng.choice(
        [low - 10_000, low - 1, low, low + 10_000, high - 10_000, high, high + 10_000, 0, -5 * MICRO, 20_000 * MICRO]
    )
    items: dict[str, Any] = dict.fromkeys((*items_of("adjusted_income_pc"), "net_income_pc", "adjusted_income_pc"))
    if rng.random() < 0.4:
        items[chosen.concept] = rng.choice([head, None])
    else:
        items |= dict.fromkeys(items_of(chosen.concept), 0) | {"a": head * many, "b": 3 * MICRO, "e": 3 * MICRO}
        for name in rng.sample(list(items_of(chosen.concept)), rng.choice([0, 0, 0, 1, 2])):
            items[name] = None
    return items


def registry(rng: random.Random, chosen: Standard) -> list[dict[str, Any]]:
    """Random households as rows of the tables."""
    need = needed_columns(chosen)
    found = []
    for i in range(HOUSEHOLDS):
        key, blank = {"household_id": f"h{i:03}"}, rng.choice([0.0, 0.05, 0.05, 0.2, 0.5, 1.0])
        size = rng.choice([0, 1, 1, 2, 2, 3, 4])
        population = rng.choice([None, size or None, size or None, size or None, size + 1, size + 3])
        household = row(rng, "household", need["household"] - {"region_code"}, blank) | key
        household |= {"population": population, "region_code": rng.choice([None, "350526100201", "420000000000"])}
        living = {**row(rng, "living", need["living"], blank), **key}
        if rng.random() < 0.8:
            living |= {
                n: v
                for n, v in {
                    "property_checked_on": date(2021, 1, 1),
                    "property_car": False,
                    "property_house": rng.random() < 0.1,
                }.items()
                if n in need["living"]
            }
        people = [
            {
                **row(rng, "member", need["member"], blank),
                **key,
                "person_id": f"p{j}",
                "state": rng.choice([None, None, None, "1", "3", "5", "11"]),
            }
            for j in range(size)
        ]
        found.append(
            {
                "household": dated(rng, household),
                "living": dated(rng, living) if rng.random() < 0.9 else None,
                "income": dated(rng, {**key, **money(rng, chosen, population)}) if rng.random() < 0.85 else None,
                "member": [dated(rng, p) for p in people],
            }
        )
    return found


def frames_of(rows: list[dict[str, Any]], chosen: Standard) -> dict[str, pl.DataFrame]:
    """The same as canonical frames."""
    need, out = needed_columns(chosen), {}
    for name, table in TABLES.items():
        columns = [
            "household_id",
            *(["person_id"] if name == "member" else []),
            *sorted(need[table]),
            "known_at",
            "valid_from",
        ]
        kinds = polars_schema(table)
        of_table = [r for h in rows for r in (h[name] if name == "member" else [h[name]] if h[name] else [])]
        out[name] = pl.DataFrame(of_table, schema={c: kinds[c] for c in columns})
    return out


def record_of(h: dict[str, Any]) -> Record:
    """The same as the rows of one household."""
    living, income = before_a_rebuild(h["living"] or {}), h["income"] or {}
    stale = [
        s
        for table, r in (("household", h["household"]), ("living", living), ("income_year", income))
        for s in stale_of(table, r, TODAY)
    ]
    stale += [s for m in h["member"] for s in stale_of("member", m, TODAY, m["person_id"])]
    return Record(h["household"], living, income, h["member"], TODAY, frozenset(stale))


def before_a_rebuild(living: dict[str, Any]) -> dict[str, Any]:
    """Living conditions without a grade that is older than the rebuilding of the house."""
    rebuilt, appraised = living.get("house_rebuilt_on"), living.get("house_appraised_on")
    stands = rebuilt is None or (appraised is not None and appraised >= rebuilt)
    return living if stands else {**living, "house_grade": None, "house_grade_provisional": None}
