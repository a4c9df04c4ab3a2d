"""Edges: how many households stand close to each threshold of a standard, on either side.

Reads   the compiled rules of a standard
Gives   edges_of(standard) → Edge after Edge, each with rules that count households by bins around it
Keeps   only what is known is counted; a household counts once for each bin in which one of its members stands
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from fangpin.language import tree as t
from fangpin.standards import Standard
from fangpin.standards.variants import BY_ONE

SHARE, BINS = 0.05, 5
SIDES = (-1, 1)


@dataclass(frozen=True)
class Bin:
    """Values from ``low`` (included) up to ``high`` (excluded; included where ``low`` is ``high``)."""

    low: float
    high: float
    rule: t.Node

    @property
    def is_value(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True)
class Edge:
    """A threshold: what is held against it, its value, and the bins around it from the lowest."""

    parameter: str
    value: float
    unit: str | None
    op: str
    code: str
    quantity: t.Node
    bins: tuple[Bin, ...]


def edges_of(standard: Standard) -> list[Edge]:
    """The thresholds that a number of a household or a member is held against, in the order of the document."""
    found: dict[tuple[str, t.Node], Edge] = {}
    for item in (*standard.indicators, *standard.veto):
        for node in t.walk(item.node):
            if isinstance(node, t.Cmp) and isinstance(node.right, t.Lit) and node.right.param:
                name = node.right.param if "." in node.right.param else f"{item.code}.{node.right.param}"
                value, quantity = node.right.value, node.left
                if isinstance(value, int | float) and name in standard.parameters and _plain(quantity):
                    key = (name, quantity)
                    unit = standard.parameters[name].unit
                    bins = _bins(quantity, float(value), unit in BY_ONE)
                    found.setdefault(key, Edge(name, float(value), unit, node.op, item.code, quantity, bins))
    return list(found.values())


def _plain(quantity: t.Node) -> bool:
    """A number of one row, without quantifiers."""
    return bool(t.columns(quantity)) and not any(isinstance(n, t.Agg | t.Case) for n in t.walk(quantity))


def _bins(quantity: t.Node, value: float, whole: bool) -> tuple[Bin, ...]:
    if whole:
        reach = max(SHARE * abs(value), 1)
        return tuple(_bin(quantity, float(v), float(v)) for v in range(ceil(value - reach), floor(value + reach) + 1))
    width = SHARE * abs(value) / BINS
    if not width:
        return ()
    return tuple(_bin(quantity, value + i * width, value + (i + 1) * width) for i in range(-BINS, BINS))


def _bin(quantity: t.Node, low: float, high: float) -> Bin:
    kind = t.Type("number")
    if low == high:
        inside: t.Node = t.Cmp("=", quantity, t.Lit(low, kind))
    else:
        inside = t.And((t.Cmp(">=", quantity, t.Lit(low, kind)), t.Cmp("<", quantity, t.Lit(high, kind))))
    of_members = any(c.scope == "member" for c in t.columns(quantity))
    return Bin(low, high, t.Agg("any", inside) if of_members else inside)
