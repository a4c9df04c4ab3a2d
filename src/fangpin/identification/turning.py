"""Conditions that turn: what a condition on several numbers can still come to, without looking at the numbers.

Gives   turning(nodes) → for conditions such as ``weight / (height * height) < limit``, the same at the ends of columns
Keeps   only where it is exact: one expression, rising or falling in each of its columns, compared with constants;
        whatever a column comes to hold, the conditions then come out between what they are at its two ends
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fangpin.identification.answers import atoms_of
from fangpin.language import tree as t

CONTINUOUS = ("kg", "cm")  # between two answers there is always another


def turning(nodes: Sequence[t.Node]) -> dict[t.Node, tuple[t.Node, ...]]:
    """The conditions that turn, each with what it is once a column is at an end of its range."""
    columns = list(dict.fromkeys(c for n in nodes for c in t.columns(n)))
    atoms = {c: list(dict.fromkeys(a for n in nodes for a in atoms_of(n, c))) for c in columns}
    every = dict.fromkeys(a for found in atoms.values() for a in found if len(t.columns(a)) > 1)
    return {a: tuple(_at_ends(a)) for a in every if isinstance(a, t.Cmp) and _turns(a, atoms)}


def _turns(atom: t.Cmp, atoms: dict[t.Col, list[t.Node]]) -> bool:
    weighed = _weighed(atom)
    among = t.columns(atom)
    if weighed is None or any(c.minimum is None or c.maximum is None for c in among):
        return False
    if any(_direction(weighed, c) is None for c in among):
        return False
    beside = list(dict.fromkeys(a for c in among for a in atoms[c] if not isinstance(a, t.IsKnown)))
    if any(not isinstance(a, t.Cmp) or _weighed(a) != weighed for a in beside):
        return False
    return len(beside) == 1 or all(c.type.unit in CONTINUOUS for c in among)


def _weighed(atom: t.Cmp) -> t.Node | None:
    """The side with columns, where the other is a constant and the condition is no equation."""
    if atom.op == "=":
        return None
    sides = [side for side in (atom.left, atom.right) if t.columns(side)]
    return sides[0] if len(sides) == 1 else None


def _direction(node: t.Node, column: t.Col) -> int | None:
    """1 where the expression rises with a column, −1 where it falls, 0 where it does not change, None if unsure."""
    if isinstance(node, t.Lit):
        return 0
    if isinstance(node, t.Col):
        return int(node == column)
    if not isinstance(node, t.Arith) or (
        node.op in "*/" and not (_lowest(node.left) >= 0 and _lowest(node.right) >= 0)
    ):
        return None
    if node.op == "/" and _lowest(node.right) <= 0:
        return None
    one, two = _direction(node.left, column), _direction(node.right, column)
    if one is None or two is None:
        return None
    two = -two if node.op in "-/" else two
    return None if one * two < 0 else one or two


def _lowest(node: t.Node) -> float:
    """A bound below the expression; below zero if unsure."""
    if isinstance(node, t.Lit) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, t.Col) and node.minimum is not None:
        return node.minimum
    if isinstance(node, t.Arith) and node.op in "+*":
        one, two = _lowest(node.left), _lowest(node.right)
        return -1 if one < 0 or two < 0 else one + two if node.op == "+" else one * two
    if isinstance(node, t.Arith) and node.op == "/":
        one, two = _lowest(node.left), _lowest(node.right)
        return 0 if one >= 0 and two > 0 else -1
    return -1


def _at_ends(atom: t.Cmp) -> Iterator[t.Node]:
    for column in t.columns(atom):
        for end in (column.minimum, column.maximum):
            yield t.rebuild(atom, lambda n, c=column, e=end: t.Lit(e, c.type) if n == c else None)  # type: ignore[misc]
