"""Lowered rules as SQL text: an independent check of the other target, and the form in which an auditor reads a rule.

Reads   the lowered tree (language.lower)
Gives   to_sql(low, today) → text for DuckDB; `statement(plan, today, dialect)` → one query over tables households and
        members, for DuckDB, Spark SQL or another warehouse
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import sqlglot

from fangpin.engine.population import columns_of
from fangpin.language.lower import Low, Plan, rows_of


def quoted(name: str) -> str:
    """An identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def constant(value: Any) -> str:
    """A literal; texts are quoted."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(float(value)) + "::DOUBLE" if isinstance(value, float) else repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def to_sql(low: Low, today: date) -> str:
    """The SQL text of one lowered rule on the day ``today``."""
    a = [to_sql(x, today) for x in low.args]
    day = f"DATE '{today.isoformat()}'"
    forms: dict[str, Callable[[], str]] = {
        "col": lambda: quoted(low.value),
        "lit": lambda: constant(low.value),
        "null": lambda: "NULL::BOOLEAN" if low.value == "bool" else "NULL::DOUBLE",
        "and": lambda: "(" + " AND ".join(a) + ")",
        "or": lambda: "(" + " OR ".join(a) + ")",
        "not": lambda: f"(NOT {a[0]})",
        "lt": lambda: f"({a[0]} < {a[1]})",
        "le": lambda: f"({a[0]} <= {a[1]})",
        "eq": lambda: f"({a[0]} = {a[1]})",
        "add": lambda: f"({a[0]} + {a[1]})",
        "sub": lambda: f"({a[0]} - {a[1]})",
        "mul": lambda: f"({a[0]} * {a[1]})",
        "div": lambda: f"(CASE WHEN {a[1]} <> 0 THEN {a[0]} / {a[1]} END)",
        "when": lambda: f"(CASE WHEN {a[0]} THEN {a[1]} ELSE {a[2]} END)",
        "isnull": lambda: f"({a[0]} IS NULL)",
        "isin": lambda: "(" + " OR ".join(f"{a[0]} = {constant(v)}" for v in low.value) + ")",
        "fill": lambda: f"COALESCE({a[0]}, {constant(low.value)})",
        "size": lambda: f"array_length(list_distinct({a[0]}))::DOUBLE",
        "has": lambda: f"list_contains({a[0]}, {constant(low.value)})",
        "code": lambda: f"(CASE WHEN {a[0]} IS NULL THEN 1 WHEN {a[0]} THEN 2 ELSE 0 END)",
        "flag": lambda: f"(CASE WHEN {a[0]} THEN 1 ELSE 0 END)",
        "number": lambda: f"{a[0]}::DOUBLE",
        "min0": lambda: f"(CASE WHEN {a[0]} > 0 THEN 0.0::DOUBLE ELSE {a[0]} END)",
        "max0": lambda: f"(CASE WHEN {a[0]} < 0 THEN 0.0::DOUBLE ELSE {a[0]} END)",
        "ordinal": lambda: f"date_diff('day', DATE '0001-01-01', {a[0]})::DOUBLE",
        "days": lambda: f"date_diff('day', {a[0]}, {day})::DOUBLE",
        "years": lambda: (
            f"({today.year} - year({a[0]}) - CASE WHEN month({a[0]}) * 100 + day({a[0]}) > "
            f"{today.month * 100 + today.day} THEN 1 ELSE 0 END)::DOUBLE"
        ),
    }
    return forms[low.op]()


def statement(plan: Plan, today: date, dialect: str = "duckdb") -> str:
    """One query: members (and the rows of other tables) grouped once, joined once to households, every rule a column.

    Tables: ``members(household_id, …)``, every other table by its scope, and ``households(household_id, __complete,
    __complete_TABLE, …)`` in canonical form.

    Args:
        plan: What :func:`fangpin.language.lower.lower` gives.
        today: The day of the decision.
        dialect: ``duckdb``, or another that sqlglot writes, such as ``spark``.
    """
    rules = ", ".join(f"{to_sql(low, today)} AS {quoted(name)}" for name, low in plan.rules.items())
    groups = {"member": ("members", plan.cells), **{table: (table, cells) for table, cells in plan.others.items()}}
    parts = ", ".join(f"facts_{t} AS ({_grouped(frame, cells, today)})" for t, (frame, cells) in groups.items())
    columns = ", ".join(
        f"coalesce(facts_{t}.__n, 0) AS {quoted(rows_of(t))}, facts_{t}.* EXCLUDE (household_id, __n)" for t in groups
    )
    joins = " ".join(f"LEFT JOIN facts_{t} USING (household_id)" for t in groups)
    text = (
        f"WITH {parts}, joined AS (SELECT households.*, {columns} FROM households {joins}) "
        f"SELECT household_id{', ' + rules if rules else ''} FROM joined ORDER BY household_id"
    )
    return text if dialect == "duckdb" else sqlglot.transpile(text, read="duckdb", write=dialect)[0]


def _grouped(frame: str, cells: Mapping[str, tuple[str, Low]], today: date) -> str:
    """The cells of one table by household; where they name columns of the household, these are joined first."""
    named = ", ".join(f"{how}({to_sql(low, today)}) AS {quoted(name)}" for name, (how, low) in cells.items())
    outer = sorted({c for _, low in cells.values() for c in columns_of(low) if "." in c})
    chosen = ", ".join(quoted(c) for c in outer)
    joined = f" LEFT JOIN (SELECT household_id, {chosen} FROM households) USING (household_id)" if outer else ""
    said = ", ".join(filter(None, ("household_id, count(*) AS __n", named)))
    return f"SELECT {said} FROM {frame}{joined} GROUP BY household_id"
