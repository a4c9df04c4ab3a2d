"""Exactness: a rule that names a fact twice, rewritten so that it is unknown only if answers to the fact change it.

Gives   exact(node) → a rule with the same answers where all is known; inexact(node) → the columns it cannot do this for
Keeps   a rule in which every fact stands once is left as it is; what `recorded(…)`, `is true` and `is known` say of a
        blank holds as written
Source  Kleene's logic is exact where each fact occurs once; where one occurs twice the rule is expanded on it: it is
        what holds in every case the conditions on the fact can tell apart, else unknown
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise, product
from math import ceil, floor, prod

from fangpin import tables
from fangpin.language import tree as t
from fangpin.language.interpret import NOBODY, Facts, compiled
from fangpin.language.vocabulary import NOT_ASSESSED

MOST_CASES = 24  # cases one fact may be told apart into
MOST_WORLDS = 20_000  # combinations of the other conditions beside a fact that are tried
MOST_NODES = 4_000  # a rule may not grow beyond this
AS_WRITTEN = (t.IsTrue, t.Recorded, t.IsKnown)
ANY_DAY = date(2000, 1, 1)  # no condition here looks at the day
Cell = tuple[bool, ...]  # the truth of every condition on one column


@lru_cache(maxsize=1024)
def exact(node: t.Node) -> t.Node:
    """``node``, expanded on every fact that stands in it more than once, as far as that can be done."""
    node = t.rebuild(node, lambda n: _of_members(n) if isinstance(n, t.Agg) else None)
    return _expanded(node, "household")


def inexact(node: t.Node) -> list[t.Col]:
    """The columns that stand more than once in ``node`` and on which it cannot be expanded.

    For these a rule may be unknown although every answer would give the same; they are named when it is loaded.
    """
    left = [c for c in _repeated(node, "household") if _cells(node, c) is None]
    aggs = [n for n in t.walk(node) if isinstance(n, t.Agg)]
    for agg in aggs:
        left += [c for c in _repeated(agg.cond, agg.table) if _cells(agg.cond, c) is None]
    return list(dict.fromkeys(left))


def _of_members(agg: t.Agg) -> t.Node:
    cond = _expanded(agg.cond, agg.table)
    return agg if cond == agg.cond else t.Agg(agg.how, cond, agg.value, agg.table)


def _expanded(node: t.Node, scope: t.Scope) -> t.Node:
    for column in _repeated(node, scope):
        cells = _cells(node, column)
        if cells is None:
            continue
        conditions, told = cells
        if _holds_already(node, column, conditions, told):
            continue
        cases = [_case(node, conditions, cell) for cell in told]
        by_answer = [t.And((*_holding(conditions, cell), case)) for cell, case in zip(told, cases, strict=True)]
        grown = t.simplify(t.Or((*by_answer, t.And(tuple(cases)))))
        if sum(1 for _ in t.walk(grown)) <= MOST_NODES:
            node = grown
    return node


def _holds_already(node: t.Node, column: t.Col, conditions: Sequence[t.Node], told: Sequence[Cell]) -> bool:
    """Whether Kleene's logic gives the common value anyway, whatever all other conditions are.

    Ranges such as ``age >= 6 and age <= 15`` are of this kind; the others stand as variables with three values.
    """
    if any(isinstance(n, t.Agg) and column in t.columns(n) for n in t.walk(node)):
        return False
    others: dict[t.Node, t.Node] = {}

    def freed(n: t.Node) -> t.Node | None:
        if n in conditions or isinstance(n, t.Lit):
            return n
        if column in t.columns(n):
            return None
        return others.setdefault(n, t.Col("other", f"x{len(others)}", t.Type("bool"), ()))

    free = t.rebuild(node, freed)
    ways = [(True, False) if isinstance(n, AS_WRITTEN) else (True, False, None) for n in others]
    if prod(map(len, ways)) > MOST_WORLDS:
        return False
    blank = compiled(free)
    filled = [compiled(_case(free, conditions, cell)) for cell in told]
    for truths in product(*ways):
        facts = Facts({f"other.x{i}": x for i, x in enumerate(truths)}, (), True, ANY_DAY)
        found = {run(facts, NOBODY) for run in filled}
        if blank(facts, NOBODY) is not (found.pop() if len(found) == 1 else None):
            return False
    return True


def _repeated(node: t.Node, scope: t.Scope) -> list[t.Col]:
    """The columns of a scope that stand in more than one place, none of them where a blank has a meaning of its own."""
    counts = Counter(c for c in _standing(node, scope))
    as_written = {c for n in t.walk(node) if isinstance(n, AS_WRITTEN) for c in t.columns(n)}
    return [c for c, times in counts.items() if times > 1 and c not in as_written]


def _standing(node: t.Node, scope: t.Scope) -> Iterator[t.Col]:
    return (n for n in t.walk(node) if isinstance(n, t.Col) and n.scope == scope)


def _cells(node: t.Node, column: t.Col) -> tuple[list[t.Node], list[Cell]] | None:
    """The conditions on a column, and the ways they can come out together; None where they cannot be told."""
    conditions = _conditions(node, column)
    values = _values(column, conditions) if conditions else None
    if not conditions or values is None:
        return None
    runs = [compiled(c) for c in conditions]
    found: dict[Cell, None] = {}
    for value in values:
        facts = Facts({column.key: value}, (), True, ANY_DAY)
        truths = [run(facts, {column.name: value}) for run in runs]
        if any(not isinstance(x, bool) for x in truths):
            return None
        found[tuple(bool(x) for x in truths)] = None
    return (conditions, list(found)) if len(found) <= MOST_CASES else None


def _conditions(node: t.Node, column: t.Col) -> list[t.Node] | None:
    """The smallest conditions that name a column; None where one of them names another column too."""
    found: dict[t.Node, None] = {}

    def look(n: t.Node) -> bool:
        if n == column:
            found[n] = None
            return column.type.kind == "bool"
        if isinstance(n, t.Cmp | t.In | t.Has) and column in t.columns(n):
            found[n] = None
            return t.columns(n) == [column] and not any(isinstance(x, t.Agg | t.Case | t.Since) for x in t.walk(n))
        looked = [look(child) for child in t.children(n)]  # every one, so that all conditions are found
        return all(looked)

    return list(found) if look(node) else None


def _values(column: t.Col, conditions: Sequence[t.Node]) -> list[object] | None:
    """Values of a column among which every way its conditions can come out is found."""
    kind = column.type.kind
    if kind == "bool":
        return [True, False]
    if kind == "code" and column.type.codes:
        left_out = NOT_ASSESSED.get(column.type.codes, frozenset())
        return [c for c in tables.catalogue().codelist(column.type.codes).items if c not in left_out]
    if kind == "number" and all(isinstance(c, t.Cmp) and _plain(c, column) for c in conditions):
        return list(_around(column, conditions))
    return None


def _plain(condition: t.Cmp, column: t.Col) -> bool:
    """Whether a comparison is the column against a constant."""
    sides = (condition.left, condition.right)
    return column in sides and any(isinstance(x, t.Lit) for x in sides)


def _around(column: t.Col, conditions: Sequence[t.Node]) -> Iterator[float]:
    """Every threshold, and values below, between and above, within the range of the column."""
    marks = {
        float(n.value)
        for c in conditions
        for n in t.walk(c)
        if isinstance(n, t.Lit) and isinstance(n.value, int | float)
    }
    ordered = sorted(marks)
    tried = [*ordered, *((a + b) / 2 for a, b in pairwise(ordered)), ordered[0] - 1, ordered[-1] + 1]
    if _whole(column):
        tried = [float(x + d) for m in ordered for x in (floor(m), ceil(m)) for d in (-1, 0, 1)]
    low = column.minimum if column.minimum is not None else -float("inf")
    high = column.maximum if column.maximum is not None else float("inf")
    return (value for value in tried if low <= value <= high)


def _whole(column: t.Col) -> bool:
    """Whether a column holds whole numbers only."""
    table = tables.catalogue().tables.get(column.table)
    return table is not None and column.name in table.columns and table.columns[column.name].kind == "int"


def _case(node: t.Node, conditions: Sequence[t.Node], cell: Cell) -> t.Node:
    """The rule with every condition on the column decided."""
    truths = {c: t.TRUE if x else t.FALSE for c, x in zip(conditions, cell, strict=True)}
    return t.simplify(t.rebuild(node, truths.get))


def _holding(conditions: Sequence[t.Node], cell: Cell) -> Iterator[t.Node]:
    return (c if x else t.Not(c) for c, x in zip(conditions, cell, strict=True))
