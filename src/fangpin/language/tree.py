"""The tree of a rule: a small closed set of typed nodes.

Gives   Node and its kinds; `walk`, `columns`, `replace`
Keeps   nothing here is ever evaluated as Python text; the whitelist of the language is the list of classes below
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal

Scope = Literal["household", "member", "former_member", "income_year", "safeguards", "measure", "clearing", "loan"]
Kind = Literal["bool", "number", "code", "codes", "date", "text"]


#: Tables with several rows a household, and how one row and several are called in quantifiers. Former members are
#: the rows of `member` who no longer belong; all but `member` are for checks only.
ROWS: dict[Scope, tuple[str, str]] = {
    "member": ("member", "members"),
    "former_member": ("former_member", "former_members"),
    "income_year": ("income_year", "income_years"),
    "safeguards": ("safeguard", "safeguards"),
    "measure": ("measure", "measures"),
    "clearing": ("clearing", "clearings"),
    "loan": ("loan", "loans"),
}
_SCOPES: dict[str, Scope] = {name: name for name in ROWS}


@dataclass(frozen=True, slots=True)
class Type:
    """What a node gives: its kind, its unit (numbers) or its code list (codes)."""

    kind: Kind
    unit: str | None = None
    codes: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes."""


@dataclass(frozen=True, slots=True)
class Lit(Node):
    """A constant: bool, number (money in micro-yuan), code or text; ``param`` names the parameter it came from."""

    value: bool | int | float | str | None
    type: Type
    param: str | None = None


@dataclass(frozen=True, slots=True)
class Col(Node):
    """A column; ``facts`` are the stored fields (``table.field``) whose blanks make it unknown."""

    table: str
    name: str
    type: Type
    facts: tuple[str, ...]
    minimum: float | None = None
    maximum: float | None = None

    @property
    def scope(self) -> Scope:
        return _SCOPES.get(self.table, "household")

    @property
    def key(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class Not(Node):
    """Kleene's not."""

    arg: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    """Kleene's and."""

    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Kleene's or."""

    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Cmp(Node):
    """``left op right`` with op one of < <= = >= > (≠ is Not of =)."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """A code that is one of ``values``."""

    arg: Node
    values: tuple[str, ...]
    param: str | None = None


@dataclass(frozen=True, slots=True)
class Has(Node):
    """A list of codes that holds ``value``."""

    arg: Node
    value: str


@dataclass(frozen=True, slots=True)
class Size(Node):
    """How many different codes a list holds."""

    arg: Node


@dataclass(frozen=True, slots=True)
class IsKnown(Node):
    """Whether the argument is known; never unknown itself."""

    arg: Node


@dataclass(frozen=True, slots=True)
class IsTrue(Node):
    """True only where the argument is true; unknown counts as false, yet its facts may be asked."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Recorded(Node):
    """True only where the argument is true; a fact that only excuses counts when recorded and is never asked."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Arith(Node):
    """``left op right`` with op one of + - * /; a division by zero is unknown."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Since(Node):
    """Days (or completed years) from a date to the day of the decision."""

    unit: Literal["day", "year"]
    arg: Node


@dataclass(frozen=True, slots=True)
class Case(Node):
    """Strict: an unknown condition makes the whole unknown."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Agg(Node):
    """A quantifier over the members of the household, or over its rows of another table.

    how: ``any`` · ``all`` · ``any_known`` (members whose answer is unknown are left out as soon as one is known)
    · ``count`` · ``sum`` · ``max`` (the last two over ``value``, where ``cond`` holds).
    """

    how: Literal["any", "all", "any_known", "count", "sum", "max"]
    cond: Node
    value: Node | None = None
    table: Scope = "member"


UNKNOWN = Lit(None, Type("bool"))
TRUE = Lit(True, Type("bool"))
FALSE = Lit(False, Type("bool"))


def children(node: Node) -> Iterator[Node]:
    """The nodes directly under ``node``."""
    for field in fields(node):
        yield from _nodes_in(getattr(node, field.name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


def folded(node: Arith, kind: Type) -> Node:
    """The constant that an operation on two constants gives; any other operation as it is."""
    left, right = node.left, node.right
    if not (isinstance(left, Lit) and isinstance(right, Lit)):
        return node
    a, b = left.value, right.value
    if not isinstance(a, int | float) or not isinstance(b, int | float) or (node.op == "/" and not b):
        return node
    value = a + b if node.op == "+" else a - b if node.op == "-" else a * b if node.op == "*" else a / b
    return Lit(value, kind, left.param or right.param)


def never_negative(node: Node | None) -> bool:
    """Whether a number can be seen from its declarations never to be below zero; None counts members."""
    if node is None or isinstance(node, Size):
        return True
    if isinstance(node, Lit):
        return isinstance(node.value, int | float) and node.value >= 0
    if isinstance(node, Col):
        return node.minimum is not None and node.minimum >= 0
    if isinstance(node, Arith):
        return node.op == "+" and never_negative(node.left) and never_negative(node.right)
    return isinstance(node, Case) and all(never_negative(n) for n in (*(v for _, v in node.branches), node.otherwise))


def walk(node: Node) -> Iterator[Node]:
    """``node`` and everything under it, from the top."""
    yield node
    for child in children(node):
        yield from walk(child)


def columns(node: Node) -> list[Col]:
    """The columns of a rule, each once, in the order they stand."""
    return list(dict.fromkeys(n for n in walk(node) if isinstance(n, Col)))


def rebuild(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """``node`` with every sub-node for which ``change`` gives something replaced by it (top down)."""
    changed = change(node)
    if changed is not None:
        return changed
    updates = {f.name: _rebuilt(getattr(node, f.name), change) for f in fields(node)}
    return replace(node, **updates)


def _rebuilt(value: object, change: Callable[[Node], Node | None]) -> object:
    if isinstance(value, Node):
        return rebuild(value, change)
    if isinstance(value, tuple):
        return tuple(_rebuilt(item, change) for item in value)
    return value


def simplify(node: Node) -> Node:
    """``node`` with everything that parameters alone decide already decided."""
    updates = {f.name: _simplified(getattr(node, f.name)) for f in fields(node)}
    node = replace(node, **updates) if updates else node
    if isinstance(node, Not) and isinstance(node.arg, Lit) and node.arg.value is not None:
        return FALSE if node.arg.value else TRUE
    if isinstance(node, And | Or):
        stop, skip = (False, True) if isinstance(node, And) else (True, False)
        args = tuple(a for a in node.args if not (isinstance(a, Lit) and a.value is skip))
        if any(isinstance(a, Lit) and a.value is stop for a in args):
            return TRUE if stop else FALSE
        if not args:
            return TRUE if skip else FALSE
        return args[0] if len(args) == 1 else replace(node, args=args)
    if isinstance(node, In) and not node.values:
        return FALSE
    if isinstance(node, Recorded | IsTrue) and isinstance(node.arg, Lit):
        return TRUE if node.arg.value is True else FALSE
    if isinstance(node, Cmp) and isinstance(node.left, Lit) and isinstance(node.right, Lit):
        return _compared(node, node.left.value, node.right.value)
    if isinstance(node, Case):
        return _decided(node)
    return node


def _simplified(value: object) -> object:
    if isinstance(value, Node):
        return simplify(value)
    if isinstance(value, tuple):
        return tuple(_simplified(item) for item in value)
    return value


def _compared(node: Cmp, left: object, right: object) -> Node:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return node
    results = {"<": left < right, "<=": left <= right, "=": left == right, ">=": left >= right, ">": left > right}
    return TRUE if results[node.op] else FALSE


def _decided(node: Case) -> Node:
    kept: list[tuple[Node, Node]] = []
    for condition, value in node.branches:
        if isinstance(condition, Lit) and condition.value is True:
            return replace(node, branches=tuple(kept), otherwise=value) if kept else value
        if not (isinstance(condition, Lit) and condition.value is False):
            kept.append((condition, value))
    return replace(node, branches=tuple(kept)) if kept else node.otherwise
