"""No check raises, whatever the registry holds; rows are never refused by one, and the counts add up."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import polars as pl

from fangpin import tables
from fangpin.intake.batch import Counts, Loaded
from fangpin.intake.check import check
from fangpin.registry.checks import Examiner
from fangpin.registry.checks.documents import checks
from fangpin.registry.checks.facts import Needs, gather
from fangpin.tables import Field, polars_schema
from helpers import trials

DAYS = [date(2021, 6, 30), date(2024, 2, 29), date(2030, 1, 1), date(1900, 1, 1)]
TEXTS = ["", " ", "x", "𠮷" * 40, "11010519491231002X", "51342119800101123X4B1", "=1+1", "\x00", "{age}", "-", "E+17"]
EXTREMES: dict[str, list[Any]] = {
    "bool": [True, False],
    "int": [0, 1, -1, 2**31 - 1, -(2**31), 12, 70],
    "num": [0.0, -1.0, 1e300, -1e300, float("inf"), float("-inf"), float("nan"), 1e-300],
    "money": [0, 1, -1, 10**15, -(10**15), 2**62, -(2**62)],
    "date": [date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29), date(1800, 1, 1), date(2021, 6, 30)],
}
EXTREMES["month"] = EXTREMES["date"]


def extreme(rng: random.Random, field: Field, blank: float) -> Any:
    if rng.random() < blank:
        return None
    if field.kind in ("int", "num"):  # what lies outside a field's range was read as blank
        low, high = field.minimum, field.maximum
        fits = [v for v in EXTREMES[field.kind] if (low is None or v >= low) and (high is None or v <= high)]
        return rng.choice([*fits, *(int(edge) for edge in (low, high) if edge is not None)])
    if field.kind in EXTREMES:
        return rng.choice(EXTREMES[field.kind])
    codes = list(tables.catalogue().codelist(field.codes).codes) if field.codes else []
    if field.kind == "code":
        return rng.choice(codes)
    if field.kind == "codes":
        return rng.sample(codes, rng.randint(0, len(codes))) * rng.choice([1, 2])
    return rng.choice(TEXTS)


def frames(rng: random.Random) -> dict[str, pl.DataFrame]:
    """Accepted frames with extreme values."""
    found, homes = {}, [f"h{i}" for i in range(rng.choice([0, 1, 8]))]
    for name, table in tables.catalogue().tables.items():
        blank = rng.choice([0.0, 0.3, 0.9, 1.0])
        count = len(homes) if table.per == "household" else rng.choice([0, 1, 20]) if homes else 0
        rows = []
        for i in range(count):
            row = {f.inside: extreme(rng, f, blank) for f in table.columns.values()}
            row["household_id"] = homes[i] if table.per == "household" else rng.choice(homes)
            rows.append(row | ({"person_id": f"p{i}"} if name == "member" else {}))
        found[name] = pl.DataFrame(rows, schema=polars_schema(name))
    return found


def test_no_check_raises_on_extreme_frames(seed: int) -> None:
    needs = Needs.of(checks())
    for trial in range(trials(80)):
        rng = random.Random(f"{seed} extreme {trial}")
        day = rng.choice(DAYS)
        loaded = Loaded(frames(rng), [], Counts(), {})
        examiner = Examiner(day)
        given = {name for name in loaded.frames if rng.random() < 0.8} | {"household"}
        facts = gather(loaded.frames, needs, given, day)
        examiner._present, examiner._alone = given, True  # what start() would find
        for found, hits in examiner._hits(facts, loaded):
            assert hits.size == len(hits.places) == len(hits.read) == len(hits.values) > 0
            saying = examiner._sayings[found.code]
            for values in hits.values:
                assert saying.message(values).zh and saying.message(values).en


def cell(rng: random.Random, field: Field) -> str | None:
    """A cell as somebody might type it."""
    kind = rng.random()
    if kind < 0.3:
        return None
    if kind < 0.5:
        return rng.choice([*TEXTS, "9" * 400, "1e308", "-99999999999", "2023-02-30", "是", "否", "0", "1", "01"])
    value = extreme(rng, field, 0.0)
    return ";".join(value) if isinstance(value, list) else str(value)


def test_no_check_raises_on_typed_cells_and_counts_add_up(seed: int) -> None:
    for trial in range(trials(30)):
        rng = random.Random(f"{seed} typed {trial}")
        source: dict[str, pl.DataFrame] = {}
        for name, table in tables.catalogue().tables.items():
            if name != "household" and rng.random() < 0.3:
                continue
            fields = [f for f in table.fields.values() if f.name in table.identity or rng.random() < 0.8]
            rows = [
                {f.name: f"k{rng.randint(0, 9)}" if f.name in table.identity else cell(rng, f) for f in fields}
                for _ in range(12)
            ]
            source[name] = pl.DataFrame(rows, schema={f.name: pl.String for f in fields})
        plain = check(source)
        found = check(source, examiner=Examiner(rng.choice(DAYS)))
        assert (found.counts.rows, found.counts.refused) == (plain.counts.rows, plain.counts.refused)
        assert found.counts.accepted + found.counts.accepted_with_findings + found.counts.refused == found.counts.rows
        assert found.counts.accepted_with_findings >= plain.counts.accepted_with_findings
        for one in (*found.by_table.values(), *(f.counts for f in found.files)):
            assert one.accepted + one.accepted_with_findings + one.refused == one.rows
            assert min(one.accepted, one.accepted_with_findings, one.refused) >= 0
