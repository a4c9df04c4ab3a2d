"""Lowering: a rule as a tiny closed tree in which every three-valued meaning is explicit.

Reads   the typed tree of a rule
Gives   Plan: one expression for each member aggregate (deduplicated), and one for each household rule
Not     any engine: a visitor of a few lines per target turns these expressions into narwhals or SQL (engine)
Keeps   the same answers as `interpret`, held by generative tests
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fangpin.language import tree as t

#: What a visitor must know. cols hold nullable values; and/or/not are Kleene's; cmp and arithmetic give null on null.
Op = str


@dataclass(frozen=True, slots=True)
class Low:
    """One operation of the lowered tree.

    op: col(name) lit(value) null(kind) and or not lt le eq add sub mul div when(cond, then, else: cond never null)
    isnull isin(values) fill(default) size has(value) days years code(truth → 2/1/0) ordinal
    """

    op: Op
    args: tuple[Low, ...] = ()
    value: Any = None


Pair = tuple[Low | None, Low | None]
TRUE, FALSE = Low("lit", value=True), Low("lit", value=False)
MAYBE = Low("null", value="bool")


@dataclass
class Plan:
    """One group_by over members, one join, and the household expressions over its result.

    ``cells``: name → (how, expression at member scope) with how one of max, sum; ``rules``: name → expression;
    ``others``: the cells of every other table that quantifiers run over, by its scope.
    """

    cells: dict[str, tuple[str, Low]] = field(default_factory=dict)
    rules: dict[str, Low] = field(default_factory=dict)
    others: dict[str, dict[str, tuple[str, Low]]] = field(default_factory=dict)
    _names: dict[tuple[str, Low, str], str] = field(default_factory=dict)

    def cell(self, how: str, low: Low, table: str = "member") -> Low:
        """The household column that holds ``how`` of ``low`` over the members, or over the rows of another table."""
        key = (how, low, table)
        if key not in self._names:
            name = f"__a{len(self._names)}"
            self._names[key] = name
            (self.cells if table == "member" else self.others.setdefault(table, {}))[name] = (how, low)
        return Low("col", value=self._names[key])


def lower(rules: dict[str, t.Node]) -> Plan:
    """The plan that computes all ``rules`` (household scope, truths) at once."""
    plan = Plan()
    for name, node in rules.items():
        plan.rules[name] = _Lowering(plan).truth(node)
    return plan


def atom_truth(node: t.Node) -> Low:
    """The truth of a condition without quantifiers, on its own."""
    return _Lowering(Plan()).truth(node)


def column_name(col: t.Col) -> str:
    """The name of a column in the frame a plan runs on: rows by field, household tables by ``table.field``."""
    return col.key if col.scope == "household" else col.name


def complete_of(table: str) -> str:
    """The column that says whether all rows of a table are there."""
    return "__complete" if table == "member" else f"__complete_{table}"


def rows_of(table: str) -> str:
    """The column that says how many rows of a table a household has."""
    return "__members" if table == "member" else f"__rows_{table}"


def lit(value: Any) -> Low:
    """A constant."""
    return Low("lit", value=value)


def both(*args: Low) -> Low:
    """Kleene's and."""
    kept = [a for a in args if a != TRUE]
    return TRUE if not kept else kept[0] if len(kept) == 1 else Low("and", tuple(kept))


def either(*args: Low) -> Low:
    """Kleene's or."""
    kept = [a for a in args if a != FALSE]
    return FALSE if not kept else kept[0] if len(kept) == 1 else Low("or", tuple(kept))


def no(arg: Low) -> Low:
    """Kleene's not."""
    return arg.args[0] if arg.op == "not" else Low("not", (arg,))


def never_null(low: Low) -> bool:
    """Whether an expression has a value whatever is blank."""
    if low.op == "fill":
        return low.value is not None
    if low.op in ("lit", "isnull"):
        return low.op == "isnull" or low.value is not None
    return low.op in ("and", "or", "not", "when", "lt", "le", "eq", "add", "sub") and all(map(never_null, low.args))


def sure(arg: Low) -> Low:
    """True where the argument is true, else false."""
    return arg if never_null(arg) else Low("fill", (arg,), False)


def when(cond: Low, then: Low, otherwise: Low) -> Low:
    """``cond`` must never be null."""
    return (
        then
        if cond == TRUE
        else otherwise
        if cond == FALSE or then == otherwise
        else Low("when", (cond, then, otherwise))
    )


def isnull(arg: Low) -> Low:
    """Whether the argument is unknown; never null itself."""
    return FALSE if never_null(arg) else Low("isnull", (arg,))


def plain(pair: Pair) -> tuple[Low, float, float] | None:
    """The value of a pair whose ends differ only where it is blank, and its ends there; None for any other pair."""
    low, high = pair
    if low is None or high is None or low.op != "fill" or high.op != "fill" or low.args != high.args:
        return None
    return (low.args[0], low.value, high.value) if low.value < high.value else None


class _Lowering:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.table = "member"  # whose rows the quantifier at hand runs over; quantifiers do not nest

    def _cell(self, how: str, low: Low) -> Low:
        return self.plan.cell(how, low, self.table)

    @property
    def _complete(self) -> Low:
        return Low("col", value=complete_of(self.table))

    # -- truths ---------------------------------------------------------------------------------------------
    def truth(self, node: t.Node) -> Low:
        method: Callable[[Any], Low] = getattr(self, "_" + type(node).__name__.lower())
        return method(node)

    def _lit(self, node: t.Lit) -> Low:
        return MAYBE if node.value is None else lit(node.value)

    def _col(self, node: t.Col) -> Low:
        return Low("col", value=column_name(node))

    def _not(self, node: t.Not) -> Low:
        return no(self.truth(node.arg))

    def _and(self, node: t.And) -> Low:
        return both(*(self.truth(a) for a in node.args))

    def _or(self, node: t.Or) -> Low:
        return either(*(self.truth(a) for a in node.args))

    def _in(self, node: t.In) -> Low:
        return Low("isin", (self.truth(node.arg),), node.values)

    def _has(self, node: t.Has) -> Low:
        return Low("has", (self.truth(node.arg),), node.value)

    def _isknown(self, node: t.IsKnown) -> Low:
        if _numeric(node.arg):
            low, high = self.pair(node.arg)
            return FALSE if low is None or high is None else sure(Low("eq", (low, high)))
        return no(isnull(self.truth(node.arg)))

    def _istrue(self, node: t.IsTrue | t.Recorded) -> Low:
        return sure(self.truth(node.arg))

    _recorded = _istrue

    def _case(self, node: t.Case) -> Low:
        result = self.truth(node.otherwise)
        for condition, value in reversed(node.branches):
            cond = self.truth(condition)
            result = when(sure(cond), self.truth(value), when(isnull(cond), MAYBE, result))
        return result

    def _cmp(self, node: t.Cmp) -> Low:
        a, b = self.pair(node.left), self.pair(node.right)
        if node.op in (">", ">="):
            a, b = b, a
        if node.op == "=":
            return self._equal(a, b)
        return self._less(a, b, strict=node.op in ("<", ">"))

    @staticmethod
    def _less(a: Pair, b: Pair, *, strict: bool) -> Low:
        if a[0] == a[1] and b[0] == b[1]:
            if a[0] is None or b[0] is None:
                return MAYBE
            return Low("lt" if strict else "le", (a[0], b[0]))
        against = _against_constant(a, b, strict=strict)
        if against is not None:
            return against
        yes = FALSE if a[1] is None or b[0] is None else sure(Low("lt" if strict else "le", (a[1], b[0])))
        never = FALSE if a[0] is None or b[1] is None else sure(Low("le" if strict else "lt", (b[1], a[0])))
        return when(yes, TRUE, when(never, FALSE, MAYBE))

    @staticmethod
    def _equal(a: Pair, b: Pair) -> Low:
        if a[0] == a[1] and b[0] == b[1] and a[0] is not None and b[0] is not None:
            return Low("eq", (a[0], b[0]))
        parts = [a[0], a[1], b[0], b[1]]
        known = [p for p in parts if p is not None]
        yes = (
            FALSE if len(known) < 4 else both(*(sure(Low("eq", pair)) for pair in zip(known, known[1:], strict=False)))
        )
        left = FALSE if a[1] is None or b[0] is None else sure(Low("lt", (a[1], b[0])))
        right = FALSE if a[0] is None or b[1] is None else sure(Low("lt", (b[1], a[0])))
        return when(yes, TRUE, when(either(left, right), FALSE, MAYBE))

    # -- numbers: (lowest, highest) still possible; None is without bound ------------------------------------
    def pair(self, node: t.Node) -> Pair:
        if isinstance(node, t.Lit):
            value = None if node.value is None else lit(float(node.value))
            return value, value
        if isinstance(node, t.Col):
            return self._column_pair(node)
        if isinstance(node, t.Size):
            value = Low("size", (self.truth(node.arg),))
            return Low("fill", (value,), 0.0), value
        if isinstance(node, t.Since):
            value = Low("days" if node.unit == "day" else "years", (self.truth(node.arg),))
            return value, value
        if isinstance(node, t.Arith):
            return self._arith_pair(node)
        if isinstance(node, t.Case):
            return self._case_pair(node)
        assert isinstance(node, t.Agg)
        return self._agg_pair(node)

    @staticmethod
    def _column_pair(node: t.Col) -> Pair:
        raw = Low("col", value=column_name(node))
        value = Low("ordinal", (raw,)) if node.type.kind == "date" else Low("number", (raw,))
        if node.minimum is None and node.maximum is None:
            return value, value
        low = value if node.minimum is None else Low("fill", (value,), float(node.minimum))
        high = value if node.maximum is None else Low("fill", (value,), float(node.maximum))
        return low, high

    def _arith_pair(self, node: t.Arith) -> Pair:
        a, b = self.pair(node.left), self.pair(node.right)
        if node.op in "+-":
            op = "add" if node.op == "+" else "sub"
            one, two = (b[0], b[1]) if node.op == "+" else (b[1], b[0])
            low = None if a[0] is None or one is None else Low(op, (a[0], one))
            high = None if a[1] is None or two is None else Low(op, (a[1], two))
            return low, high
        left, right = self._point(a), self._point(b)
        if left is None or right is None:
            return None, None
        value = Low("mul" if node.op == "*" else "div", (left, right))
        return value, value

    @staticmethod
    def _point(pair: Pair) -> Low | None:
        """The value where low and high agree, else null."""
        low, high = pair
        if low is None or high is None:
            return None
        bounded = plain(pair)
        if bounded is not None:
            return bounded[0]
        return low if low == high else when(sure(Low("eq", (low, high))), low, Low("null", value="number"))

    def _case_pair(self, node: t.Case) -> Pair:
        missing = Low("null", value="number")
        low, high = (part or missing for part in self.pair(node.otherwise))
        for condition, value in reversed(node.branches):
            cond = self.truth(condition)
            then_low, then_high = (part or missing for part in self.pair(value))
            low = when(sure(cond), then_low, when(isnull(cond), missing, low))
            high = when(sure(cond), then_high, when(isnull(cond), missing, high))
        return low, high

    # -- members, and the rows of other tables ---------------------------------------------------------------
    def _agg(self, node: t.Agg) -> Low:
        self.table = node.table
        cond = self.truth(node.cond)
        if node.how == "all":
            return no(self._any(no(cond)))
        if node.how == "any":
            return self._any(cond)
        yes = self._code_is(cond, 2)
        some = Low("fill", (self._cell("max", Low("flag", (no(isnull(cond)),))),), 0)
        nobody = Low("eq", (Low("col", value=rows_of(self.table)), lit(0)))
        known = either(Low("eq", (some, lit(1))), nobody)
        return when(yes, TRUE, when(both(self._complete, known), FALSE, MAYBE))

    def _code(self, cond: Low) -> Low:
        """2 where some member's answer is yes, 1 where one is unknown, else 0 (also where nobody is)."""
        return Low("fill", (self._cell("max", Low("code", (cond,))),), 0)

    def _code_is(self, cond: Low, code: int) -> Low:
        return Low("eq", (self._code(cond), lit(code)))

    def _any(self, cond: Low) -> Low:
        return when(self._code_is(cond, 2), TRUE, when(both(self._complete, self._code_is(cond, 0)), FALSE, MAYBE))

    def _agg_pair(self, node: t.Agg) -> Pair:
        self.table = node.table
        cond = self.truth(node.cond)
        yes, open_ = sure(cond), isnull(cond)
        missing = Low("null", value="number")
        low, high = (lit(1.0), lit(1.0)) if node.value is None else (p or missing for p in self.pair(node.value))
        if node.how == "max":
            return self._max_pair(yes, open_, low, high)
        zero = lit(0.0)
        lows = when(yes, low, when(open_, Low("min0", (low,)), zero))
        highs = when(yes, high, when(open_, Low("max0", (high,)), zero))
        least, most = self._sum(lows), self._sum(highs)
        incomplete_least = least if t.never_negative(node.value) else missing
        return when(self._complete, least, incomplete_least), when(self._complete, most, missing)

    def _sum(self, value: Low) -> Low:
        """The sum over the members, null as soon as one of them is null, 0 over nobody."""
        total = Low("fill", (self._cell("sum", Low("fill", (value,), 0.0)),), 0.0)
        gap = Low("fill", (self._cell("max", Low("flag", (isnull(value),))),), 0)
        return when(Low("eq", (gap, lit(1))), Low("null", value="number"), total)

    def _max_pair(self, yes: Low, open_: Low, low: Low, high: Low) -> Pair:
        missing = Low("null", value="number")
        least = self._cell("max", when(yes, low, missing))
        counted = either(yes, open_)
        most = self._cell("max", when(counted, high, missing))
        gap = Low("fill", (self._cell("max", Low("flag", (both(counted, isnull(high)),))),), 0)
        whole = both(self._complete, Low("eq", (gap, lit(0))))
        return least, when(whole, most, missing)


def _against_constant(a: Pair, b: Pair, *, strict: bool) -> Low | None:
    """A column against a constant that none of its ends decides: the plain comparison; else None."""
    op = "lt" if strict else "le"
    for bounded, other, swapped in ((plain(a), b, False), (plain(b), a, True)):
        constant = other[0]
        if bounded is None or constant is None or constant != other[1] or constant.op != "lit":
            continue
        value, low, high = bounded
        least, most, limit = (low, high, constant.value) if not swapped else (-high, -low, -constant.value)
        decided = most < limit or least >= limit if strict else most <= limit or least > limit
        if not decided:
            return Low(op, (constant, value) if swapped else (value, constant))
    return None


def _numeric(node: t.Node) -> bool:
    if isinstance(node, t.Lit | t.Col):
        return node.type.kind in ("number", "date")
    if isinstance(node, t.Case):
        return _numeric(node.otherwise)
    return isinstance(node, t.Arith | t.Size | t.Since) or (
        isinstance(node, t.Agg) and node.how in ("count", "sum", "max")
    )
