"""Examples of checks: small registries on which a check fires, does not, or cannot be judged.

Reads   the scenes written beside a check
Gives   scenes_of(check); frames_of(scenes) and facts_of(scene), the same registry for the engine and the interpreter;
        judged, a scene by the interpreter
Keeps   a table that a scene does not name was not given; ``[]`` is a table without rows; on EXAMPLE_DAY
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from fangpin import tables
from fangpin.engine.check_columns import checked_one
from fangpin.engine.derive import GONE, derive_one
from fangpin.language import tree as t
from fangpin.language.interpret import NOBODY, Facts, both, compiled
from fangpin.registry.checks.documents import Check, Scene
from fangpin.tables import polars_schema
from fangpin.vocabulary.money import to_micro

EXAMPLE_DAY = date(2025, 6, 30)
YEAR = {"this_year": 2024, "last_year": 2023}
EXPECTED = {"fires": True, "passes": False, "unknown": None}
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Example:
    """One scene of a check: what is expected, and its rows by table with inside names and canonical values."""

    check: Check
    kind: str
    number: int
    rows: Rows

    @property
    def household(self) -> str:
        """The id of its first household."""
        return str(self.rows["household"][0]["household_id"])

    @property
    def expected(self) -> bool | None:
        return EXPECTED[self.kind]


def scenes_of(check: Check) -> Iterator[Example]:
    """Every example of a check."""
    for kind in EXPECTED:
        for number, scene in enumerate(getattr(check.entry.examples, kind)):
            prefix = f"{check.code}-{kind}-{number}"
            yield Example(check, kind, number, _rows(scene, prefix))


def _rows(scene: Scene, prefix: str) -> Rows:
    given: dict[str, list[Mapping[str, Any]]] = {
        name: [value] if isinstance(value, dict) else list(value) for name, value in scene.items()
    }
    for word, year in YEAR.items():
        if word in given:
            rows = [{"year": year, **row} for row in given.pop(word)]
            given["income_year"] = [*given.get("income_year", []), *rows]
    given.setdefault("household", [{}])
    return {table: [_row(table, row, prefix, i) for i, row in enumerate(rows)] for table, rows in given.items()}


def _row(table: str, row: Mapping[str, Any], prefix: str, number: int) -> dict[str, Any]:
    """A row in canonical form; ids that are not written are made up, those written are kept apart by scene.

    Raises:
        LookupError: the table has no such field.
    """
    known = tables.catalogue().table(table)
    found = {known.field(name).inside: _value(known.field(name), value) for name, value in row.items()}
    home = found.get("household_id") or ("h1" if table != "household" or not number else f"h{number + 1}")
    found["household_id"] = f"{prefix}-{home}"
    if table == "member":
        found["person_id"] = f"{prefix}-{found.get('person_id') or f'p{number + 1}'}"
    return found


def _value(field: tables.Field, value: Any) -> Any:
    if value is None:
        return None
    if field.kind == "money":
        return to_micro(value)
    if field.kind in ("date", "month") and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def given(example: Example) -> frozenset[str]:
    """The tables an example names."""
    return frozenset(example.rows)


def frames_of(examples: Sequence[Example]) -> dict[str, pl.DataFrame]:
    """The rows of several examples as accepted frames, every table of the catalogue among them."""
    found = {}
    for name in tables.catalogue().tables:
        rows = [row for example in examples for row in example.rows.get(name, ())]
        found[name] = pl.DataFrame(rows, schema=polars_schema(name))
    return found


def facts_of(example: Example, day: date = EXAMPLE_DAY) -> Facts:
    """The facts of the first household of an example, as the interpreter reads them."""
    home = example.household
    own = {name: [r for r in rows if r["household_id"] == home] for name, rows in example.rows.items()}
    everyone = own.get("member", [])
    household, members = checked_one(own["household"][0], derive_one(everyone, day), day)
    if "member" not in own:
        household["members_listed"] = None
    values = {f"household.{n}": v for n, v in household.items()}
    values |= {f"living.{n}": v for row in own.get("living", ()) for n, v in row.items()}
    for word, year in YEAR.items():
        values |= {f"{word}.{n}": v for r in own.get("income_year", ()) if r.get("year") == year for n, v in r.items()}
    rows: Rows = {name: own[name] for name in own if name in t.ROWS and name != "member"}
    if "member" in own:
        rows["former_member"] = [r for r in everyone if r.get("state") in GONE]
    complete = len(members) >= max(household.get("population") or 1, 1)
    return Facts(values, members, complete, day, rows)


def judged(example: Example, day: date = EXAMPLE_DAY) -> bool | None:
    """What the interpreter says of an example of a check with a rule: of its first row, or of its household."""
    check, facts = example.check, facts_of(example, day)
    assert check.rule is not None
    rows = [NOBODY] if check.object == "household" else facts.of(check.object)[0]
    found = compiled(check.rule)(facts, rows[0]) if rows else None
    return found if check.only is None else both([compiled(check.only)(facts, NOBODY), found])
