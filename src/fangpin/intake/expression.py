"""Expressions of mapping profiles: a small part of SQL over the columns of one file.

Gives   compile_expression: text → Polars expression and the columns it reads; ExpressionError says what is wrong
Keeps   a closed list of constructs; nothing is executed but Polars expressions built here
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlglot
from sqlglot import exp

from fangpin.vocabulary.text import Text

FUNCTIONS = (
    "abs",
    "ceil",
    "coalesce",
    "concat",
    "floor",
    "greatest",
    "least",
    "length",
    "lower",
    "number",
    "round",
    "substring",
    "text",
    "trim",
    "upper",
)


class ExpressionError(ValueError):
    """An expression that is not in the language; ``why`` says so in both languages."""

    def __init__(self, why: Text) -> None:
        self.why = why
        super().__init__(why.en)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A Polars expression and the names of the columns it reads."""

    expr: pl.Expr
    columns: frozenset[str]


def compile_expression(text: str) -> Compiled:
    """The expression that a text stands for.

    Raises:
        ExpressionError: the text is no single expression, or uses something outside the closed list.

    Examples:
        >>> import polars as pl
        >>> whole = compile_expression("case when members > 0 then spent / members end")
        >>> pl.DataFrame({"spent": [10.0, 3.0], "members": [4, 0]}).select(whole.expr).to_series().to_list()
        [2.5, None]
        >>> sorted(whole.columns)
        ['members', 'spent']
    """
    try:
        trees = sqlglot.parse(text, dialect="postgres")
    except sqlglot.errors.SqlglotError as error:
        message = str(error).partition("\n")[0][:160]
        raise ExpressionError(Text(f"语法不对（{message}）", f"the syntax is wrong ({message})")) from error
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionError(Text("要写且只写一个表达式", "write one expression"))
    tree = trees[0]
    return Compiled(_build(tree), frozenset(column.name for column in tree.find_all(exp.Column)))


def _build(node: exp.Expr) -> pl.Expr:
    """The Polars expression of one node; any node outside the list is refused."""
    maker = _NODES.get(type(node))
    allowed = _ARGUMENTS.get(type(node), _USUAL)
    if maker is None or any(value for name, value in node.args.items() if name not in allowed):
        words = node.sql()[:80]
        raise ExpressionError(Text(f"不认识“{words}”", f"{words!r} is not part of the language"))
    return maker(node)


_USUAL = frozenset({"this", "expression", "expressions"})
_ARGUMENTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Is: _USUAL | {"negate"},
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.Least: _USUAL | {"ignore_nulls"},
    exp.Greatest: _USUAL | {"ignore_nulls"},
    exp.Concat: _USUAL | {"safe", "coalesce"},
    exp.DPipe: _USUAL | {"safe"},
    exp.Div: _USUAL | {"typed", "safe"},
    exp.Round: frozenset({"this", "decimals"}),
    exp.Substring: frozenset({"this", "start", "length"}),
}
"""What a node may carry; anything else the parser puts there would change the meaning and is refused."""


def _column(node: Any) -> pl.Expr:
    if node.table:
        raise ExpressionError(Text(f"列名含点时加双引号：{node.sql()}", f"quote a name with a dot: {node.sql()}"))
    return pl.col(node.name)


def _literal(node: Any) -> pl.Expr:
    if node.is_string:
        return pl.lit(node.name)
    return pl.lit(float(node.name) if "." in node.name or "e" in node.name.lower() else int(node.name))


def _two(combine: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Callable[[Any], pl.Expr]:
    return lambda node: combine(_build(node.this), _build(node.expression))


def _one(change: Callable[[pl.Expr], pl.Expr]) -> Callable[[Any], pl.Expr]:
    return lambda node: change(_build(node.this))


def _many(combine: Callable[[list[pl.Expr]], pl.Expr]) -> Callable[[Any], pl.Expr]:
    def build(node: Any) -> pl.Expr:
        first = [node.this] if node.args.get("this") is not None else []
        return combine([_build(part) for part in [*first, *node.expressions]])

    return build


def _divide(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return pl.when(right != 0).then(left / right)


def _is(node: Any) -> pl.Expr:
    inner, negated = _build(node.this), bool(node.args.get("negate"))
    if isinstance(node.expression, exp.Null):
        return inner.is_not_null() if negated else inner.is_null()
    if isinstance(node.expression, exp.Boolean):
        same = inner.eq_missing(bool(node.expression.this))
        return ~same if negated else same
    raise ExpressionError(Text("is 后面只能是 null、true 或 false", "`is` takes null, true or false"))


def _in(node: Any) -> pl.Expr:
    if node.args.get("query") is not None or not node.expressions:
        raise ExpressionError(Text("in 后面要列出各值", "`in` takes a list of values"))
    left = _build(node.this)
    return pl.any_horizontal([left == _build(value) for value in node.expressions])


def _case(node: Any) -> pl.Expr:
    subject = _build(node.this) if node.args.get("this") is not None else None
    result: Any = pl
    for branch in node.args["ifs"]:
        condition = _build(branch.this)
        if subject is not None:
            condition = subject == condition
        result = result.when(condition).then(_build(branch.args["true"]))
    default = node.args.get("default")
    found: pl.Expr = result.otherwise(_build(default)) if default is not None else result.otherwise(None)
    return found


def _whole(node: Any, default: int) -> int:
    """A whole number written out, as a place or a count."""
    if node is None:
        return default
    if not isinstance(node, exp.Literal) or node.is_string or not node.name.isdigit():
        raise ExpressionError(Text(f"这里要写整数：{node.sql()}", f"write a whole number here: {node.sql()}"))
    return int(node.name)


def _round(node: Any) -> pl.Expr:
    return _build(node.this).round(_whole(node.args.get("decimals"), 0))


def _substring(node: Any) -> pl.Expr:
    start, length = max(_whole(node.args.get("start"), 1), 1), node.args.get("length")
    return _build(node.this).str.slice(start - 1, _whole(length, 0) if length is not None else None)


def _named(node: Any) -> pl.Expr:
    """The two functions of ours: number(text) and text(number)."""
    name = node.name.lower()
    if name not in ("number", "text") or len(node.expressions) != 1:
        raise ExpressionError(Text(f"没有函数 {node.name}", f"there is no function {node.name}"))
    inner = _build(node.expressions[0])
    return inner.cast(pl.Float64, strict=False) if name == "number" else inner.cast(pl.String)


_NODES: dict[type[exp.Expr], Callable[[Any], pl.Expr]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: lambda node: pl.lit(bool(node.this)),
    exp.Null: lambda node: pl.lit(None),
    exp.Paren: _one(lambda x: x),
    exp.Not: _one(lambda x: ~x),
    exp.Neg: _one(lambda x: -x),
    exp.And: _two(lambda a, b: a & b),
    exp.Or: _two(lambda a, b: a | b),
    exp.EQ: _two(lambda a, b: a == b),
    exp.NEQ: _two(lambda a, b: a != b),
    exp.GT: _two(lambda a, b: a > b),
    exp.GTE: _two(lambda a, b: a >= b),
    exp.LT: _two(lambda a, b: a < b),
    exp.LTE: _two(lambda a, b: a <= b),
    exp.Add: _two(lambda a, b: a + b),
    exp.Sub: _two(lambda a, b: a - b),
    exp.Mul: _two(lambda a, b: a * b),
    exp.Div: _two(_divide),
    exp.Is: _is,
    exp.In: _in,
    exp.Between: lambda node: (
        (_build(node.this) >= _build(node.args["low"])) & (_build(node.this) <= _build(node.args["high"]))
    ),
    exp.Case: _case,
    exp.Coalesce: _many(pl.coalesce),
    exp.Least: _many(pl.min_horizontal),
    exp.Greatest: _many(pl.max_horizontal),
    exp.Concat: _many(lambda parts: pl.concat_str([p.cast(pl.String) for p in parts])),
    exp.DPipe: _two(lambda a, b: pl.concat_str([a.cast(pl.String), b.cast(pl.String)])),
    exp.Abs: _one(lambda x: x.abs()),
    exp.Floor: _one(lambda x: x.floor()),
    exp.Ceil: _one(lambda x: x.ceil()),
    exp.Round: _round,
    exp.Lower: _one(lambda x: x.str.to_lowercase()),
    exp.Upper: _one(lambda x: x.str.to_uppercase()),
    exp.Trim: _one(lambda x: x.str.strip_chars()),
    exp.Length: _one(lambda x: x.str.len_chars()),
    exp.Substring: _substring,
    exp.Anonymous: _named,
}
