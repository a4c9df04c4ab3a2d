"""What the API reads: the registers' own scoped queries, with masked names and small cells left out.

Gives   page, detail, villages
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count

from fangpin.vocabulary.masking import mask_name
from fangpin.web.accounts.scope import Scope
from fangpin.web.registers import queries as registers
from fangpin.web.registers.models import CurrentHousehold

SMALLEST = 5
"""Fewer households than this are not told to people who see no households (researchers)."""


def page(scope: Scope, *, q: str, place: str, status: str, number: int, size: int) -> dict[str, Any]:
    """One page of the households within the scope."""
    rows = registers.households(scope)
    if q:
        rows = registers.search(rows, q, numbers=scope.may("identity.find"))
    if place:
        rows = rows.filter(region_code__startswith=place)
    if status:
        rows = rows.filter(status=status)
    start = (number - 1) * size
    found = rows.order_by("region_code", "household_id")[start : start + size]
    return {"total": rows.count(), "page": number, "results": [row_of(row) for row in found]}


def row_of(row: CurrentHousehold) -> dict[str, Any]:
    """A household as the API says it."""
    names = (
        "household_id region_code natural_village persons population monitor_group status route income margin "
        "count_true count_unknown target_group asked fresh_on"
    )
    return {name: getattr(row, name) for name in names.split()} | {"head_name": mask_name(row.head_name)}


def detail(scope: Scope, household_id: str) -> dict[str, Any]:
    """One household with its rule result. Raises Missing."""
    row = registers.current(scope, household_id)
    found = registers.verdict_of(scope, household_id)
    if found is None:
        return row_of(row) | {"verdict": None}
    names = "status items veto ask ask_least"
    said = {name: getattr(found, name) for name in names.split()}
    run = found.run
    verdict = said | {"standard": run.standard, "standard_hash": run.standard_hash, "as_of": run.as_of}
    return row_of(row) | {"verdict": verdict}


def villages(scope: Scope) -> list[dict[str, Any]]:
    """Households by village and rule result; small cells are left out for people who see no households."""
    rows = registers.households(scope, "aggregate.read")
    counts: dict[str, Counter[str]] = {}
    for one in rows.order_by().values("region_code", "status").annotate(n=Count("id")):
        counts.setdefault(one["region_code"], Counter())[one["status"]] += one["n"]
    least = 1 if scope.may("household.read") else SMALLEST
    return [_village(code, counts[code], least) for code in sorted(counts)]


def _village(code: str, counts: Counter[str], least: int) -> dict[str, Any]:
    told: dict[str, int | None] = {status: n if n >= least else None for status, n in sorted(counts.items())}
    hidden = [status for status, n in told.items() if n is None]
    if len(hidden) == 1:
        # one gap could be filled in from the total: the smallest of the others goes too
        others = sorted((n, status) for status, n in told.items() if n is not None)
        told |= {status: None for _, status in others[:1]}
    total = counts.total()
    whole = total if total >= least and not (hidden and len(told) == 1) else None
    return {"region_code": code, "households": whole, "statuses": told}
