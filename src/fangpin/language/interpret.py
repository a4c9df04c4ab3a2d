"""One household, in plain Python: the oracle of every rule, three-valued.

Reads   a rule's tree and one household's facts
Gives   evaluate(node, facts) → True · False · None; `compiled(node)` for many evaluations
Keeps   a blank is unknown; numbers are intervals between what is known and what a column can be, so that a sum of
        things that cannot be negative is at least its known part; nothing depends on how Python treats None
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from fangpin.language import tree as t

Member = Mapping[str, Any]
Interval = tuple[float | None, float | None]
Truth = bool | None


@dataclass(slots=True)
class Facts:
    """The facts of one household on one day.

    ``values`` maps ``table.column`` to a value (None: unknown), ``members`` holds one mapping of column to value
    for every member who belongs, ``complete`` says whether the roster is complete. ``rows`` holds the rows of other
    tables by their scope: an empty list says that none is recorded, a table that is not there is unknown.
    """

    values: Mapping[str, Any]
    members: Sequence[Member]
    complete: bool
    today: date
    rows: Mapping[str, Sequence[Member]] = field(default_factory=dict)

    def of(self, scope: str) -> tuple[Sequence[Member], bool]:
        """The rows a quantifier runs over, and whether there are surely no more."""
        if scope == "member":
            return self.members, self.complete
        found = self.rows.get(scope)
        return (found, True) if found is not None else ((), False)


Evaluator = Callable[[Facts, Member], Any]
NOBODY: Member = {}


def evaluate(node: t.Node, facts: Facts) -> Any:
    """The value of a household rule: a truth, or an interval for a number."""
    return compiled(node)(facts, NOBODY)


@lru_cache(maxsize=4096)
def compiled(node: t.Node) -> Evaluator:
    """A function of (facts, member) that gives the value of ``node``."""
    return _COMPILERS[type(node)](node)


def both(values: Sequence[Truth]) -> Truth:
    """Kleene's and."""
    if any(v is False for v in values):
        return False
    return None if any(v is None for v in values) else True


def either(values: Sequence[Truth]) -> Truth:
    """Kleene's or."""
    if any(v is True for v in values):
        return True
    return None if any(v is None for v in values) else False


def _number(value: Any) -> float | None:
    if value is None:
        return None
    return float(value.toordinal()) if isinstance(value, date) else float(value)


def _lit(node: t.Lit) -> Evaluator:
    if node.type.kind == "number":
        pair = (_number(node.value), _number(node.value))
        return lambda facts, member: pair
    return lambda facts, member: node.value


def _col(node: t.Col) -> Evaluator:
    name, key, inside = node.name, node.key, node.scope != "household"

    def raw(facts: Facts, member: Member) -> Any:
        return member.get(name) if inside else facts.values.get(key)

    if node.type.kind not in ("number", "date"):
        return raw
    blank = (node.minimum, node.maximum)

    def interval(facts: Facts, member: Member) -> Interval:
        found = raw(facts, member)
        if isinstance(found, tuple):  # an aggregate that was computed before
            return found
        value = _number(found)
        return blank if value is None else (value, value)

    return interval


def _not(node: t.Not) -> Evaluator:
    arg = compiled(node.arg)

    def run(facts: Facts, member: Member) -> Truth:
        value = arg(facts, member)
        return None if value is None else not value

    return run


def _and(node: t.And) -> Evaluator:
    args = [compiled(a) for a in node.args]

    def run(facts: Facts, member: Member) -> Truth:
        result: Truth = True
        for arg in args:
            value = arg(facts, member)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return run


def _or(node: t.Or) -> Evaluator:
    args = [compiled(a) for a in node.args]

    def run(facts: Facts, member: Member) -> Truth:
        result: Truth = False
        for arg in args:
            value = arg(facts, member)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return run


def less(a: Interval, b: Interval, *, strict: bool) -> Truth:
    """``a < b`` (or ``<=``) of two intervals: unknown only if both answers are possible."""
    (alo, ahi), (blo, bhi) = a, b
    if ahi is not None and blo is not None and (ahi < blo if strict else ahi <= blo):
        return True
    if alo is not None and bhi is not None and (alo >= bhi if strict else alo > bhi):
        return False
    return None


def equal(a: Interval, b: Interval) -> Truth:
    """``a = b`` of two intervals."""
    (alo, ahi), (blo, bhi) = a, b
    if alo is not None and alo == ahi == blo == bhi:
        return True
    apart = (ahi is not None and blo is not None and ahi < blo) or (alo is not None and bhi is not None and alo > bhi)
    return False if apart else None


def _cmp(node: t.Cmp) -> Evaluator:
    left, right, op = compiled(node.left), compiled(node.right), node.op

    def run(facts: Facts, member: Member) -> Truth:
        a, b = left(facts, member), right(facts, member)
        if op == "<":
            return less(a, b, strict=True)
        if op == "<=":
            return less(a, b, strict=False)
        if op == ">":
            return less(b, a, strict=True)
        if op == ">=":
            return less(b, a, strict=False)
        return equal(a, b)

    return run


def _in(node: t.In) -> Evaluator:
    arg, values = compiled(node.arg), frozenset(node.values)

    def run(facts: Facts, member: Member) -> Truth:
        value = arg(facts, member)
        return None if value is None else value in values

    return run


def _has(node: t.Has) -> Evaluator:
    arg, wanted = compiled(node.arg), node.value

    def run(facts: Facts, member: Member) -> Truth:
        value = arg(facts, member)
        return None if value is None else wanted in value

    return run


def _size(node: t.Size) -> Evaluator:
    arg = compiled(node.arg)

    def run(facts: Facts, member: Member) -> Interval:
        value = arg(facts, member)
        return (0.0, None) if value is None else (float(len(set(value))), float(len(set(value))))

    return run


def _known(node: t.IsKnown) -> Evaluator:
    arg = compiled(node.arg)

    def run(facts: Facts, member: Member) -> Truth:
        value = arg(facts, member)
        if isinstance(value, tuple):
            return value[0] is not None and value[0] == value[1]
        return value is not None

    return run


def _true(node: t.IsTrue | t.Recorded) -> Evaluator:
    arg = compiled(node.arg)
    return lambda facts, member: arg(facts, member) is True


def _arith(node: t.Arith) -> Evaluator:
    left, right, op = compiled(node.left), compiled(node.right), node.op

    def run(facts: Facts, member: Member) -> Interval:
        return arithmetic(op, left(facts, member), right(facts, member))

    return run


def arithmetic(op: str, a: Interval, b: Interval) -> Interval:
    """The interval of ``a op b``; products and quotients of something unknown are unknown."""
    (alo, ahi), (blo, bhi) = a, b
    if op == "+":
        return (None if alo is None or blo is None else alo + blo, None if ahi is None or bhi is None else ahi + bhi)
    if op == "-":
        return (None if alo is None or bhi is None else alo - bhi, None if ahi is None or blo is None else ahi - blo)
    if alo is None or blo is None or alo != ahi or blo != bhi:
        return (None, None)
    if op == "*":
        return (alo * blo, alo * blo)
    return (None, None) if blo == 0 else (alo / blo, alo / blo)


def completed_years(born: date, today: date) -> int:
    """Completed years on ``today``; who was born on 29 February has the birthday on 1 March in other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _since(node: t.Since) -> Evaluator:
    col = node.arg
    assert isinstance(col, t.Col)
    name, key, inside, unit = col.name, col.key, col.scope != "household", node.unit

    def run(facts: Facts, member: Member) -> Interval:
        value = member.get(name) if inside else facts.values.get(key)
        if value is None:
            return (None, None)
        gone = float((facts.today - value).days if unit == "day" else completed_years(value, facts.today))
        return (gone, gone)

    return run


def _case(node: t.Case) -> Evaluator:
    branches = [(compiled(c), compiled(v)) for c, v in node.branches]
    otherwise = compiled(node.otherwise)
    numeric = _gives_number(node.otherwise)

    def run(facts: Facts, member: Member) -> Any:
        for condition, value in branches:
            truth = condition(facts, member)
            if truth is None:
                return (None, None) if numeric else None
            if truth:
                return value(facts, member)
        return otherwise(facts, member)

    return run


def _gives_number(node: t.Node) -> bool:
    if isinstance(node, t.Lit | t.Col):
        return node.type.kind == "number"
    if isinstance(node, t.Case):
        return _gives_number(node.otherwise)
    return isinstance(node, t.Arith | t.Size | t.Since) or (
        isinstance(node, t.Agg) and node.how in ("count", "sum", "max")
    )


def _agg(node: t.Agg) -> Evaluator:
    cond = compiled(node.cond)
    value = compiled(node.value) if node.value is not None else None
    how, rising, table = node.how, t.never_negative(node.value), node.table

    def run(facts: Facts, member: Member) -> Any:
        rows, complete = facts.of(table)
        truths = [cond(facts, m) for m in rows]
        if how in ("any", "all", "any_known"):
            return quantified(how, truths, complete)
        values = [value(facts, m) for m in rows] if value else [(1.0, 1.0)] * len(truths)
        return totalled(how, truths, values, complete, rising)

    return run


def quantified(how: str, truths: Sequence[Truth], complete: bool) -> Truth:
    """``any``, ``all`` or ``any_known`` of the members; a missing member leaves open what it could change."""
    if how == "all":
        inner = quantified("any", [None if v is None else not v for v in truths], complete)
        return None if inner is None else not inner
    if any(v is True for v in truths):
        return True
    if not complete:
        return None
    if how == "any_known":
        return False if any(v is False for v in truths) or not truths else None
    return None if any(v is None for v in truths) else False


def totalled(how: str, truths: Sequence[Truth], values: Sequence[Interval], complete: bool, rising: bool) -> Interval:
    """``count``, ``sum`` or ``max`` as the interval of what is still possible; ``rising``: nobody can lower a sum."""
    sure = [v for truth, v in zip(truths, values, strict=True) if truth is True]
    maybe = [v for truth, v in zip(truths, values, strict=True) if truth is None]
    if how == "max":
        low = max((v[0] for v in sure if v[0] is not None), default=None)
        tops = [v[1] for v in sure + maybe]
        known = [x for x in tops if x is not None]
        return (low, max(known) if complete and known and len(known) == len(tops) else None)
    lows = [v[0] for v in sure] + [None if v[0] is None else min(0.0, v[0]) for v in maybe]
    highs = [v[1] for v in sure] + [None if v[1] is None else max(0.0, v[1]) for v in maybe]
    low = None if any(x is None for x in lows) else sum(x for x in lows if x is not None)
    high = None if any(x is None for x in highs) else sum(x for x in highs if x is not None)
    if complete:
        return (low, high)
    return (low if rising else None, None)


_COMPILERS: dict[type[t.Node], Callable[[Any], Evaluator]] = {
    t.Lit: _lit,
    t.Col: _col,
    t.Not: _not,
    t.And: _and,
    t.Or: _or,
    t.Cmp: _cmp,
    t.In: _in,
    t.Has: _has,
    t.Size: _size,
    t.IsKnown: _known,
    t.IsTrue: _true,
    t.Recorded: _true,
    t.Arith: _arith,
    t.Since: _since,
    t.Case: _case,
    t.Agg: _agg,
}
